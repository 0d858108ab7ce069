"""A receiving server of SMTP for the tests, by Python's own smtpd: each message is a line of JSON on stdout.

Addresses tell what it answers: later@ 451 at RCPT, never@ 550 at RCPT, full@ 552 after the message, slow@ waits two seconds before its 250."""
import base64, json, sys, time, warnings
warnings.simplefilter("ignore")
import asyncore, smtpd

class Channel(smtpd.SMTPChannel):
    def smtp_RCPT(self, arg):
        if arg and "later@" in arg: self.push("451 4.2.0 Try again later"); return
        if arg and "never@" in arg: self.push("550 5.1.1 No such user"); return
        super().smtp_RCPT(arg)

class Sink(smtpd.SMTPServer):
    channel_class = Channel
    def process_message(self, peer, mailfrom, rcpttos, data, **options):
        if any("full@" in r for r in rcpttos): return "552 5.2.2 Mailbox full"
        print(json.dumps({"from": mailfrom, "to": rcpttos, "data": base64.b64encode(data).decode()}), flush=True)
        if any("slow@" in r for r in rcpttos): time.sleep(2)

server = Sink(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), None, data_size_limit=0, decode_data=False, enable_SMTPUTF8=len(sys.argv) > 2)
print(json.dumps({"port": server.socket.getsockname()[1]}), flush=True)
asyncore.loop()
