#!/usr/bin/env python3
"""Do rebuilt documents look like what came in? Renders first pages with LibreOffice and poppler and compares them.

  likeness.py ORIGINALS REBUILT [--pages N] [--every N]

Pairs are files of one stem (blanks as _). A page counts as the same when the mean SSIM over blocks of 8x8 grey pixels at 50 dpi is >= 0.99; its text
when the words of its text layer are, in order, to 0.99 the same. PDF is drawn by poppler alone, pictures by Pillow or, where that can't, by vips.
What differs is drawn a second time from the original: where that differs from itself too (random numbers, the time of day), the file is told apart and not counted.
Prints a line a file that differs (name, SSIM, text likeness) and the sums by format. Needs soffice, pdftoppm, pdftotext and vips.
"""
import argparse, difflib, os, shutil, signal, subprocess, tempfile

PICTURES = {"png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp", "jpe", "jfif"}


def convert(files, folder, to="pdf"):
    """To PDF (or another format) by LibreOffice, twenty at a time; what is missing after that (one that hangs or crashes takes others along) alone."""
    os.makedirs(folder, exist_ok=True)

    def some(names, most):
        with subprocess.Popen(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", to, "--outdir", folder, *names], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as office:
            try:
                office.wait(most)
            except subprocess.TimeoutExpired:
                os.killpg(office.pid, signal.SIGKILL)  # the whole of it: soffice is a script that starts others

    missing = lambda names: [n for n in names if not os.path.exists(f"{folder}/{os.path.splitext(os.path.basename(n))[0]}.{to}")]
    for start in range(0, len(files), 20):
        if batch := missing(files[start:start + 20]): some(batch, 240)
        for name in missing(files[start:start + 20]): some([name], 60)


def grey(name):
    data = open(name, "rb").read()
    _, size, rest = data.split(b"\n", 2)
    while size.startswith(b"#"): size, rest = rest.split(b"\n", 1)
    w, h = map(int, size.split())
    return w, h, rest.split(b"\n", 1)[1]


def pages(pdf, count, work):
    folder = tempfile.mkdtemp(dir=work)
    try:
        subprocess.run(["pdftoppm", "-gray", "-r", "50", "-f", "1", "-l", str(count), pdf, folder + "/p"], stderr=subprocess.DEVNULL, timeout=60)
    except subprocess.TimeoutExpired:
        pass  # no page then
    result = [grey(os.path.join(folder, n)) for n in sorted(os.listdir(folder))]
    shutil.rmtree(folder)
    return result


def picture(name, work):
    """Its first frame upright, over white, as grey samples; nothing when neither Pillow nor vips can read it."""
    if read := pillow(name): return read
    out = os.path.join(work, "picture.pgm")
    if os.path.exists(out): os.remove(out)
    flat = os.path.join(work, "flat.v")
    for words in (["vips", "autorot", name, flat], ["vips", "colourspace", flat, work + "/grey.v", "b-w"], ["vips", "flatten", work + "/grey.v", work + "/white.v", "--background", "255"], ["vips", "cast", work + "/white.v", out, "uchar"]):
        if subprocess.run(words, stderr=subprocess.DEVNULL).returncode != 0: return []
    return [grey(out)]


def pillow(name):
    from PIL import Image, ImageOps
    try:
        with Image.open(name) as image:
            shown = ImageOps.exif_transpose(image).convert("RGBA")
            white = Image.new("RGBA", shown.size, "white")
            white.alpha_composite(shown)
            flat = white.convert("L")
            return [(*flat.size, flat.tobytes())]
    except Exception:  # its way to say that it can't
        return []


def words(pdf, count):
    try:
        return subprocess.run(["pdftotext", "-layout", "-l", str(count), pdf, "-"], capture_output=True, timeout=60).stdout.decode("utf-8", "replace").split()
    except subprocess.TimeoutExpired:
        return []


def ssim(a, b):
    if a[:2] != b[:2]: return 0.0
    w, h, x = a
    y = b[2]
    if x == y: return 1.0
    c1, c2, total, n = 6.5025, 58.5225, 0.0, 0
    for top in range(0, h - 7, 8):
        for left in range(0, w - 7, 8):
            p = b"".join(x[(top + i) * w + left:(top + i) * w + left + 8] for i in range(8))
            q = b"".join(y[(top + i) * w + left:(top + i) * w + left + 8] for i in range(8))
            n += 1
            if p == q:
                total += 1
                continue
            mp, mq = sum(p) / 64, sum(q) / 64
            vp, vq = sum(v * v for v in p) / 64 - mp * mp, sum(v * v for v in q) / 64 - mq * mq
            cov = sum(s * t for s, t in zip(p, q)) / 64 - mp * mq
            total += ((2 * mp * mq + c1) * (2 * cov + c2)) / ((mp * mp + mq * mq + c1) * (vp + vq + c2))
    return total / max(n, 1)


def kept(x, y, count):
    """How much of the first one's words is in the second, in order: 1 where none is lost, whatever was added."""
    a, b = words(x, count)[:4000], words(y, count)[:4000]
    return 1.0 if not a else sum(m.size for m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()) / len(a)


def compare(x, y, count, work):
    p, q = pages(x, count, work), pages(y, count, work)
    score = min([ssim(s, t) for s, t in zip(p, q)] or [0.0]) if len(p) == len(q) else 0.0
    a, b = words(x, count), words(y, count)
    return score, 1.0 if a == b else difflib.SequenceMatcher(None, a[:4000], b[:4000], autojunk=False).ratio()


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("originals"); ask.add_argument("rebuilt")
    ask.add_argument("--pages", type=int, default=1); ask.add_argument("--every", type=int, default=1)
    args = ask.parse_args()
    stem = lambda p: os.path.splitext(os.path.basename(p))[0].replace(" ", "_")
    before = {stem(f): os.path.join(args.originals, f) for f in sorted(os.listdir(args.originals))}
    after = {stem(f): os.path.join(args.rebuilt, f) for f in sorted(os.listdir(args.rebuilt)) if not f.endswith(".second")}
    names = [n for n in before if n in after][::args.every]
    kind_of = lambda f: os.path.splitext(f)[1][1:].lower()
    with tempfile.TemporaryDirectory() as work:
        def draw(side, files):
            os.makedirs(f"{work}/{side}-in")
            links = []
            for n, file in files:
                if kind_of(file) == "pdf":
                    os.makedirs(f"{work}/{side}", exist_ok=True)
                    os.symlink(os.path.abspath(file), f"{work}/{side}/{n}.pdf")
                elif kind_of(file) not in PICTURES:
                    links.append(f"{work}/{side}-in/{n}{os.path.splitext(file)[1]}")
                    os.symlink(os.path.abspath(file), links[-1])
            convert(links, f"{work}/{side}")
        draw("a", [(n, before[n]) for n in names])
        draw("b", [(n, after[n]) for n in names])
        sums, doubtful = {}, []
        for n in names:
            kind = kind_of(after[n])
            row = sums.setdefault(kind, dict(before=0, after=0, look=0, text=0, both=0, unread=0, restless=0))
            x, y = f"{work}/a/{n}.pdf", f"{work}/b/{n}.pdf"
            if kind in PICTURES:
                p = picture(before[n], work)
                if not p:
                    row["unread"] += 1
                    continue
                q = picture(after[n], work)
                row["before"] += 1
                row["after"] += bool(q)
                score, likeness = (ssim(p[0], q[0]), 1.0) if q else (0.0, 0.0)
            elif not os.path.exists(x) or not (kind != "pdf" or pages(x, 1, work)):
                row["unread"] += 1
                continue
            else:
                row["before"] += 1
                if not os.path.exists(y):
                    print(f"NOT OPENED {n}.{kind}")
                    continue
                row["after"] += 1
                score, likeness = compare(x, y, args.pages, work)
            row["look"] += score >= 0.99
            row["text"] += likeness >= 0.99
            row["both"] += score >= 0.99 and likeness >= 0.99
            if score < 0.99 or likeness < 0.99: doubtful.append((n, kind, score, likeness))
        draw("c", [(n, before[n]) for n, kind, _, _ in doubtful if kind not in PICTURES and kind != "pdf"])
        for n, kind, score, likeness in doubtful:
            x, z = f"{work}/a/{n}.pdf", f"{work}/c/{n}.pdf"
            if os.path.exists(z) and kind != "pdf" and min(compare(x, z, args.pages, work)) < 0.99:
                row = sums[kind]
                row["restless"] += 1
                row["before"] -= 1; row["after"] -= 1; row["look"] -= score >= 0.99; row["text"] -= likeness >= 0.99
                print(f"{n}.{kind}: differs from itself when drawn twice")
            else:
                print(f"{n}.{kind}: SSIM {score:.4f} text {likeness:.4f}")
        total = dict(before=0, after=0, look=0, text=0, both=0, unread=0, restless=0)
        for kind, row in [*sorted(sums.items()), ("all", total)]:
            print(f"{kind}: {row['before']} drawn before, {row['after']} after; same look {row['look']}, same text {row['text']}, both {row['both']} (not drawn before: {row['unread']}; differ from themselves: {row['restless']})")
            for key in total: total[key] += row[key] if row is not total else 0


if __name__ == "__main__": main()
