"""Inputs of up to 2 GiB and bombs: what they cost, and that a worker stays below 512 MiB; started by compare.sh --large."""
import argparse, io, os, random, shutil, struct, sys, zipfile, zlib

from measure import run

SEKISHO = os.environ["SEKISHO"]
WORK = "/tmp/sekisho-large"


def rows(to, most):
    """Plain comma-separated rows in Japanese."""
    chance, written = random.Random(3), 0
    block = "".join(f"{chance.randrange(10**8)},関所 太郎{chance.randrange(1000)},東京都板橋区{chance.randrange(100)}丁目,{chance.random():.6f}\r\n" for _ in range(5_000)).encode()
    while written + len(block) <= most:
        to.write(block)
        written += len(block)


def csv(path, most):
    with open(path, "wb") as to: rows(to, most)


def archive(path, most):
    """Stored members of a megabyte each."""
    text = io.BytesIO()
    rows(text, 1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as z:
        for i in range((most - (1 << 20)) // (len(text.getvalue()) + 200)): z.writestr(f"{i // 100}/{i}.csv", text.getvalue())


def tiff(path, most):
    """Grey pages of 10,000 x 10,000 in strips."""
    width = height = 10_000
    page = width * height
    with open(path, "wb") as to:
        to.write(b"II*\0")
        link = to.tell()
        to.write(b"\0\0\0\0")
        line = bytes(i * 7 % 256 for i in range(width)) * 100
        for _ in range(max(1, (most - 4096) // (page + 4096))):
            data = to.tell()
            for _ in range(height // 100): to.write(line)
            here = to.tell()
            to.seek(link); to.write(struct.pack("<I", here)); to.seek(here)
            tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, data), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, page)]
            to.write(struct.pack("<H", len(tags)))
            for tag in tags: to.write(struct.pack("<HHII", *tag))
            link = to.tell()
            to.write(b"\0\0\0\0")


def pdf(path, most):
    """Pages, each with a picture of 10 million samples that doesn't compress."""
    chance, places = random.Random(5), []
    count = max(1, (most - 65_536) // 10_000_400)
    with open(path, "wb") as to:
        to.write(b"%PDF-1.7\n")

        def add(*body):
            places.append(to.tell())
            to.write(b"%d 0 obj\n" % len(places))
            for b in body: to.write(b)
            to.write(b"\nendobj\n")

        add(b"<</Type/Catalog/Pages 2 0 R>>")
        add(b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, b" ".join(b"%d 0 R" % (3 + 3 * i) for i in range(count))))
        noise = chance.randbytes(10_000_000)
        for i in range(count):
            add(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>" % (4 + 3 * i, 5 + 3 * i))
            add(b"<</Length 27>>stream\n600 0 0 600 0 0 cm /I Do   \nendstream")
            add(b"<</Type/XObject/Subtype/Image/Width 5000/Height 2000/BitsPerComponent 8/ColorSpace/DeviceGray/Length 10000000>>stream\n", noise, b"\nendstream")
        start = to.tell()
        to.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        for place in places: to.write(b"%010d 00000 n \n" % place)
        to.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start))


def kernel(length):
    """So many zeros, deflated, and their CRC."""
    pack, crc, out, block = zlib.compressobj(9, zlib.DEFLATED, -15), 0, [], bytes(1 << 22)
    for _ in range(length >> 22):
        out.append(pack.compress(block))
        crc = zlib.crc32(block, crc)
    out.append(pack.flush())
    return b"".join(out), crc, length >> 22 << 22


def overlapping(path, entries=249, length=2_198_863_872):
    """2.1 MB that say they are 546 GB: every entry of the directory points to the same packed zeros."""
    packed, crc, length = kernel(length)
    name = b"0.txt"
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, crc, len(packed), length, len(name), 0) + name
    central = b"".join(struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, crc, len(packed), length, 5, 0, 0, 0, 0, 0, 0) + name for _ in range(entries))
    body = local + packed
    with open(path, "wb") as to: to.write(body + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, entries, entries, len(central), len(body), 0))


def single(path, length=2_198_863_872):
    """One honest member, a thousand times its packed size."""
    packed, crc, length = kernel(length)
    name = b"zero.txt"
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, crc, len(packed), length, len(name), 0) + name
    central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 33, crc, len(packed), length, len(name), 0, 0, 0, 0, 0, 0) + name
    with open(path, "wb") as to: to.write(local + packed + central + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local) + len(packed), 0))


def nested(path, depth=12):
    """Zips in zips, the innermost a bomb of its own."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as z: z.writestr("zero.txt", bytes(200 << 20))
    for i in range(depth):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as z: z.writestr(f"{i}.zip", inner.getvalue())
        inner = outer
    with open(path, "wb") as to: to.write(inner.getvalue())


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--bytes", type=int, default=2_147_483_000)
    ask.add_argument("--only", default="")
    args = ask.parse_args()
    only = [n for n in args.only.split(",") if n]
    print("| input | bytes | what became of it | wall, s | CPU, s | most memory of one process, MB |\n|---|---|---|---|---|---|", flush=True)
    failed = False
    for name, make, most in [("rows.csv", csv, 512), ("members.zip", archive, 512), ("pages.tif", tiff, 512), ("pages.pdf", pdf, 512), ("overlapping.zip", overlapping, 100), ("single.zip", single, 100), ("nested.zip", nested, 100)]:
        if only and name not in only: continue
        shutil.rmtree(WORK, ignore_errors=True)
        os.makedirs(WORK)
        path = os.path.join(WORK, name)
        make(path, args.bytes) if make in (csv, archive, tiff, pdf) else make(path)
        cost = run([SEKISHO, "sanitize", path, "--out", WORK + "/out", "--report", WORK + "/report.json", "--jobs", "1"])
        import json
        report = json.load(open(WORK + "/report.json"))[0]
        became = report["outcome"] if not report["refusal"] else f"refused, {report['refusal']['code']}"
        print(f"| {name} | {os.path.getsize(path):,} | {became} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.peak:.0f} |", flush=True)
        failed |= cost.peak > most
    shutil.rmtree(WORK, ignore_errors=True)
    if failed: sys.exit("more memory than there may be")


main()
