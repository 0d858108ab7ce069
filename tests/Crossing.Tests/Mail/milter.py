"""A filter of mail (the protocol of sendmail's milters): puts a header above all others of each message. milter.py NAME VALUE; prints its port."""
import socket, struct, sys, threading
name, value = sys.argv[1].encode(), sys.argv[2].encode()
def serve(line):
    def read(count):
        got = b""
        while len(got) < count:
            more = line.recv(count - len(got))
            if not more: raise EOFError
            got += more
        return got
    def say(packet): line.sendall(struct.pack(">I", len(packet)) + packet)
    try:
        while True:
            packet = read(struct.unpack(">I", read(4))[0])
            if packet[:1] == b"O": say(b"O" + struct.pack(">III", 6, 0x01 | 0x10, 0))  # may add and insert headers
            elif packet[:1] == b"Q": return
            elif packet[:1] in (b"D", b"A"): pass  # macros, a message that is given up
            else:
                if packet[:1] == b"E": say(b"i" + struct.pack(">I", 1) + name + b"\0" + value + b"\0")
                say(b"c")
    except (EOFError, OSError): pass
door = socket.socket()
door.bind(("127.0.0.1", 0))
door.listen(8)
print(door.getsockname()[1], flush=True)
while True: threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
