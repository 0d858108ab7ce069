#!/usr/bin/env python3
"""Verifies this bundle with Python's hashlib and the openssl command, and nothing else.

    python3 verify.py [FOLDER [KEY]]        KEY: the text of the verifier key, received by another way than the bundle

Follows RFC 6962 section 2.1 and C2SP signed-note, tlog-checkpoint and tlog-tiles. Read it before you run it: it is short.
"""
import base64, hashlib, os, subprocess, sys, tempfile

folder = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))


def read(path):
    with open(os.path.join(folder, path), "rb") as f:
        return f.read()


def sha(data):
    return hashlib.sha256(data).digest()


def place(index, width):
    digits = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        digits = "x%03d/%s" % (index % 1000, digits)
    return digits if width == 256 else "%s.p/%d" % (digits, width)


def fold(hashes):
    """Root of RFC 6962 over these hashes."""
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha(b"\x01" + fold(hashes[:k]) + fold(hashes[k:]))


# The signature: the text up to the empty line, by the key whose id the signature begins with.
name, key_id, key = (sys.argv[2] if len(sys.argv) > 2 else read("vkey").decode()).strip().split("+", 2)
key = base64.b64decode(key)
assert key[0] == 2 and sha(key[1:])[:4].hex() == key_id, "not an ECDSA verifier key"
text, signatures = read("checkpoint").decode().rsplit("\n\n", 1)
text += "\n"
blob = next(base64.b64decode(s.split(" ")[2]) for s in signatures.splitlines() if s.startswith("\u2014 " + name + " "))
assert blob[:4].hex() == key_id, "signed by another key"
with tempfile.TemporaryDirectory() as t:
    for file, content in (("key.der", key[1:]), ("sig", blob[4:]), ("text", text.encode())):
        with open(os.path.join(t, file), "wb") as f:
            f.write(content)
    subprocess.run(["openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", t + "/key.der", "-signature", t + "/sig", t + "/text"], check=True, stdout=subprocess.DEVNULL)

# The entries: each hashes to its place in a tile, tiles to the tiles above, everything to the signed root.
origin, size, root = text.splitlines()[:3]
size, level, hashes = int(size), 0, []
for start in range(0, size, 256):
    where = place(start // 256, min(256, size - start))
    bundle, tile = read("tile/entries/" + where), b""
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        tile, bundle = tile + sha(b"\x00" + bundle[2:2 + length]), bundle[2 + length:]
    assert tile == read("tile/0/" + where), "tile/entries/%s is not what tile/0/%s says" % (where, where)
    hashes += [tile[i:i + 32] for i in range(0, len(tile), 32)]
assert len(hashes) == size and base64.b64encode(fold(hashes)).decode() == root, "the entries don't give the signed root"
while len(hashes) >= 256:
    hashes, level = [fold(hashes[i:i + 256]) for i in range(0, len(hashes) - 255, 256)], level + 1
    for i in range(0, len(hashes), 256):
        part = hashes[i:i + 256]
        assert read("tile/%d/%s" % (level, place(i // 256, len(part)))) == b"".join(part), "a tile of level %d is wrong" % level
print("%s: %d entries, valid. Key %s (SHA-256 %s)" % (origin, size, key_id, sha(key[1:]).hex()))
