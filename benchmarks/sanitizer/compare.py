"""Measures the sanitiser and its peers, interleaved; started by compare.sh."""
import argparse, base64, datetime, glob, io, os, random, shutil, statistics, subprocess, sys, time, zipfile

from measure import run

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "../../../shared/corpus/files")
SEKISHO = os.environ["SEKISHO"]
WORK = "/tmp/sekisho-compare"


def ours(*more):
    return lambda files, out: [SEKISHO, "sanitize", *files, "--out", out, *more]


def folder(*more):
    return lambda files, out: [SEKISHO, "sanitize", os.path.dirname(files[0]), "--out", out, *more]


def mat2(files, out):
    # One process for all; it writes beside what it reads, so it reads copies.
    return ["sh", "-c", 'cp -- "$@" "$0"; cd "$0"; mat2 -- *; ls | grep -v cleaned | tr "\\n" "\\0" | xargs -0 rm -f --', out, *files]


def each(command):
    """A process a file, as these tools are used."""
    return lambda files, out: ["sh", "-c", 'for f; do ' + command.replace("OUT", '"$0/$(basename "$f")"') + '; done; true', out, *files]


def raster(files, out):
    return ["sh", "-c", 'for f; do /usr/bin/python3 "' + HERE + '/raster.py" "$f" "$0/$(basename "$f")"; done; true', out, *files]


QPDF = each('qpdf --warning-exit-0 "$f" OUT')
GS = each('gs -q -dSAFER -dNOPAUSE -dBATCH -sDEVICE=pdfwrite -o OUT "$f"')
VIPS = each('vips copy "$f" OUT')
EXIFTOOL = each('exiftool -q -q -all= -o OUT "$f"')


def made(name, files):
    """Files in a folder of their own; (name, bytes or path)."""
    place = os.path.join(WORK, "in", name)
    shutil.rmtree(place, ignore_errors=True)
    os.makedirs(place)
    for file, content in files:
        if isinstance(content, bytes):
            with open(os.path.join(place, file), "wb") as to: to.write(content)
        else:
            shutil.copyfile(content, os.path.join(place, file))
    return sorted(os.path.join(place, f) for f in os.listdir(place))


def corpus(kind, test=lambda f: True, every=1):
    found = sorted(f for f in glob.glob(os.path.join(CORPUS, kind, "*")) if test(f))[::every]
    return [(os.path.basename(f), f) for f in found]


def drawn(path):
    """True for a document that LibreOffice must draw something of."""
    try:
        names = zipfile.ZipFile(path).namelist()
    except zipfile.BadZipFile:
        return False
    return any(n.lower().endswith((".emf", ".wmf", ".bin")) for n in names)


def members(count=10_000, bytes_each=3_000):
    chance, to = random.Random(7), io.BytesIO()
    words = ["関所", "無害化", "会議録", "予算", "税務", "住民", "通知", "alpha", "beta", "2026"]
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as z:
        for i in range(count):
            text = ""
            while len(text) < bytes_each // 2: text += " ".join(chance.choice(words) for _ in range(12)) + "\r\n"
            z.writestr(f"{i // 100:03d}/文書{i:05d}.txt", text)
    return to.getvalue()


def letter(length=403_000):
    pdf = sorted(glob.glob(os.path.join(CORPUS, "pdf", "cio_jp__*06.pdf")))[0]
    body = base64.encodebytes(open(pdf, "rb").read()).replace(b"\n", b"\r\n")
    head = b"From: a@example.jp\r\nTo: b@example.lg.jp\r\nSubject: =?utf-8?B?5Lya6K2w6Yyy?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    text = ("会議録をお送りします。\r\n" * 10_000).encode()[:max(0, length - len(head) - len(body) - 200) // 3 * 3]
    text = text[:text.rfind(b"\r\n")]
    return head + text + b"\r\n--x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n" + body + b"--x--\r\n"


def photo(kind):
    """1000 x 750 from the largest photograph at hand."""
    source = max(glob.glob(os.path.join(CORPUS, "jpeg", "*")), key=os.path.getsize)
    to = os.path.join(WORK, f"photo.{kind}")
    subprocess.run(["vips", "thumbnail", source, to + ("[Q=85,strip]" if kind == "jpg" else "[strip]"), "1000", "--height", "750", "--size", "force", "--crop", "none"], check=True, stderr=subprocess.DEVNULL)
    return to


def bare(kind, name):
    """CPU ms of decoding and encoding in one warm process, libraries only (Pillow over libjpeg-turbo and zlib)."""
    from PIL import Image
    data = open(name, "rb").read()
    costs = []
    for _ in range(12):
        began = time.process_time()
        image = Image.open(io.BytesIO(data))
        image.load()
        image.save(io.BytesIO(), "JPEG" if kind == "jpg" else "PNG", **({"quality": 85} if kind == "jpg" else {}))
        costs.append(time.process_time() - began)
    return statistics.median(costs) * 1000


def size(path):
    return sum(os.path.getsize(os.path.join(d, f)) for d, _, names in os.walk(path) for f in names)


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--only", default="")
    ask.add_argument("--every", type=int, default=20, help="every so manieth PDF of the corpus, for tools of seconds a file")
    args = ask.parse_args()
    only = [n for n in args.only.split(",") if n]
    os.makedirs(WORK, exist_ok=True)
    small = lambda ext: lambda f: f.endswith(ext) and os.path.getsize(f) < 60_000
    jobs = str(os.cpu_count())
    copies = lambda kind: made("photos-" + kind, [(f"{i:03d}.{kind}", photo(kind)) for i in range(24)])
    tests = [
        ("cold", "one docx from a cold shell, sandbox included", lambda: made("cold", corpus("ooxml", lambda f: f.endswith("cio_jp__dp2020_04.docx"))), [("sekisho", folder("--jobs", "1")), ("mat2", mat2)]),
        ("docx", "docx below 60 kB", lambda: made("docx", corpus("ooxml", small(".docx"))), [("sekisho", folder("--jobs", jobs)), ("mat2", mat2)]),
        ("xlsx", "xlsx below 60 kB", lambda: made("xlsx", corpus("ooxml", small(".xlsx"))), [("sekisho", folder("--jobs", jobs)), ("mat2", mat2)]),
        ("pptx", "pptx below 60 kB", lambda: made("pptx", corpus("ooxml", small(".pptx"))), [("sekisho", folder("--jobs", jobs)), ("mat2", mat2)]),
        ("office1000", "the same three, six times over: a folder of a working day", lambda: made("office1000", [(f"{i}-{n}", p) for i in range(6) for ext in (".docx", ".xlsx", ".pptx") for n, p in corpus("ooxml", small(ext))]), [("sekisho", folder("--jobs", jobs))]),
        ("officeplain", "the same without documents that hold metafiles (LibreOffice, which draws those, takes 2.5 s of CPU to start)", lambda: made("officeplain", [(f"{i}-{n}", p) for i in range(6) for ext in (".docx", ".xlsx", ".pptx") for n, p in corpus("ooxml", lambda f, e=ext: small(e)(f) and not drawn(f))]), [("sekisho", folder("--jobs", jobs))]),
        ("jpplain", "a ministry's docx without metafiles, twenty times", lambda: made("jpplain", [(f"{i:02d}-{n}", p) for i in range(20) for n, p in corpus("ooxml", lambda f: f.endswith("cio_jp__dp2020_04.docx"))]), [("sekisho", folder("--jobs", jobs))]),
        ("jpdocx", "Japanese ministry docx", lambda: made("jpdocx", [(f"{i}-{n}", p) for i in range(5) for n, p in corpus("ooxml", lambda f: "/cio_jp" in f)]), [("sekisho", folder("--jobs", jobs)), ("mat2", mat2)]),
        ("pdf", f"PDF, every {args.every}th of the corpus", lambda: made("pdf", corpus("pdf", lambda f: f.lower().endswith(".pdf"), args.every)), [("sekisho", folder("--jobs", jobs)), ("qpdf (removes nothing)", QPDF), ("Ghostscript", GS), ("mat2", mat2), ("pictures at 150 dpi", raster)]),
        ("pdfall", "PDF, the whole corpus", lambda: made("pdfall", corpus("pdf", lambda f: f.lower().endswith(".pdf"))), [("sekisho", folder("--jobs", jobs)), ("qpdf (removes nothing)", QPDF)]),
        ("jppdf", "Japanese ministry PDF", lambda: made("jppdf", corpus("pdf", lambda f: "/cio_jp" in f)), [("sekisho", folder("--jobs", jobs)), ("qpdf (removes nothing)", QPDF), ("Ghostscript", GS), ("pictures at 150 dpi", raster)]),
        ("jppdf10", "the same, ten times over", lambda: made("jppdf10", [(f"{i}-{n}", p) for i in range(10) for n, p in corpus("pdf", lambda f: "/cio_jp" in f)]), [("sekisho", folder("--jobs", jobs)), ("qpdf (removes nothing)", QPDF)]),
        ("pixels", "a ministry PDF as pictures with a text layer, one core", lambda: made("pixels", corpus("pdf", lambda f: f.endswith("cio_jp__dp2020_04.pdf"))), [("sekisho --mode pixels", folder("--jobs", "1", "--mode", "pixels")), ("pictures at 150 dpi, no text", raster)]),
        ("png", "PNG, 1000 x 750, 24 times", lambda: copies("png"), [("sekisho", folder("--jobs", jobs)), ("mat2", mat2), ("vips copy", VIPS), ("exiftool", EXIFTOOL)]),
        ("jpg", "JPEG, 1000 x 750, 24 times", lambda: copies("jpg"), [("sekisho", folder("--jobs", jobs)), ("mat2", mat2), ("vips copy", VIPS), ("exiftool", EXIFTOOL)]),
        ("zip", "a zip of 10,000 members", lambda: made("zip", [("many.zip", members())]), [("sekisho", folder("--jobs", "1"))]),
        ("eml", "a message of 403 kB with a PDF, forty times", lambda: made("eml", [(f"{i:03d}.eml", letter()) for i in range(40)]), [("sekisho", folder("--jobs", jobs))]),
    ]
    print(f"{datetime.datetime.now():%Y-%m-%d %H:%M}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {args.rounds} rounds, interleaved; medians. CPU and the largest process's memory count all that a tool starts.\n")
    print("| what | tool | out | wall, s | files/s | MB/s in | CPU, s | CPU a file, ms | peak, MB | out / in |\n|---|---|---|---|---|---|---|---|---|---|", flush=True)
    for name, title, files, tools in tests:
        if only and name not in only: continue
        files = files()
        incoming = sum(os.path.getsize(f) for f in files)
        if name == "zip": incoming = sum(i.file_size for i in zipfile.ZipFile(files[0]).infolist())
        costs = {tool: [] for tool, _ in tools}
        results = {}
        for _ in range(args.rounds if name != "cold" else max(7, args.rounds)):
            for tool, command in tools:
                out = os.path.join(WORK, "out")
                shutil.rmtree(out, ignore_errors=True)
                os.makedirs(out)
                costs[tool].append(run(command(files, out)))
                results[tool] = (sum(len(n) for _, _, n in os.walk(out)), size(out))
        for tool, _ in tools:
            middle = lambda key: statistics.median(getattr(c, key) for c in costs[tool])
            count, length = results[tool]
            wall, cpu = middle("wall"), middle("cpu")
            packed = sum(os.path.getsize(f) for f in files)
            print(f"| {title} ({len(files)}, {incoming / 1e6:.1f} MB) | {tool} | {count} | {wall:.2f} | {len(files) / wall:.1f} | {incoming / 1e6 / wall:.1f} | {cpu:.2f} | {cpu * 1000 / len(files):.1f} | {middle('peak'):.0f} | {length / packed:.2f} |", flush=True)
        if name in ("png", "jpg"):
            one = bare(name, files[0])
            first = statistics.median(run(folder("--jobs", "1")(made("one", [("a." + name, files[0])]), os.path.join(WORK, "one-out", str(i)))).cpu for i in range(5))
            many = statistics.median(c.cpu for c in costs["sekisho"])
            print(f"| | bare decode + encode (Pillow, warm) | | | | | | {one:.1f} | | |")
            print(f"| | sekisho, each further file | | | | | | {(many - first) * 1000 / (len(files) - 1):.1f} | | |", flush=True)
            shutil.rmtree(os.path.join(WORK, "one-out"), ignore_errors=True)
    shutil.rmtree(WORK, ignore_errors=True)


main()
