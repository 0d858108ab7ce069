#!/usr/bin/env python3
"""Do rebuilt documents look like what came in? Renders first pages with LibreOffice and poppler and compares them.

  likeness.py ORIGINALS REBUILT [--pages N] [--every N] [--text]

Pairs are files of one stem (blanks as _). A page counts as the same when the mean SSIM over blocks of 8x8 grey pixels at 50 dpi is >= 0.99.
Prints a line a file that differs (name, pages before/after, SSIM, text likeness) and the sums by format. Needs soffice, pdftoppm and pdftotext.
"""
import argparse, difflib, os, subprocess, sys, tempfile

def convert(files, folder):
    os.makedirs(folder, exist_ok=True)
    for start in range(0, len(files), 20):
        subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir", folder, *files[start:start + 20]],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=1200)

def pages(pdf, count, folder):
    root = os.path.join(folder, "p")
    for old in os.listdir(folder): os.remove(os.path.join(folder, old))
    subprocess.run(["pdftoppm", "-gray", "-r", "50", "-f", "1", "-l", str(count), pdf, root], stderr=subprocess.DEVNULL)
    result = []
    for name in sorted(os.listdir(folder)):
        data = open(os.path.join(folder, name), "rb").read()
        _, size, _, rest = data.split(b"\n", 3)
        w, h = map(int, size.split())
        result.append((w, h, rest))
    return result

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

def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("originals"); ask.add_argument("rebuilt")
    ask.add_argument("--pages", type=int, default=1); ask.add_argument("--every", type=int, default=1)
    args = ask.parse_args()
    stem = lambda p: os.path.splitext(os.path.basename(p))[0].replace(" ", "_")
    before = {stem(f): os.path.join(args.originals, f) for f in sorted(os.listdir(args.originals))}
    after = {stem(f): os.path.join(args.rebuilt, f) for f in sorted(os.listdir(args.rebuilt)) if not f.endswith(".second")}
    names = [n for n in before if n in after][::args.every]
    with tempfile.TemporaryDirectory() as work:
        for side, files in (("a", before), ("b", after)):
            os.makedirs(f"{work}/{side}-in")
            links = []
            for n in names:
                link = f"{work}/{side}-in/{n}{os.path.splitext(files[n])[1]}"
                os.symlink(os.path.abspath(files[n]), link)
                links.append(link)
            convert(links, f"{work}/{side}")
        os.makedirs(f"{work}/pa"); os.makedirs(f"{work}/pb")
        sums = {}
        for n in names:
            kind = os.path.splitext(after[n])[1][1:]
            row = sums.setdefault(kind, [0, 0, 0, 0, 0])
            x, y = f"{work}/a/{n}.pdf", f"{work}/b/{n}.pdf"
            if not os.path.exists(x):
                row[4] += 1
                continue
            row[0] += 1
            if not os.path.exists(y):
                print(f"NOT OPENED {n}")
                continue
            row[1] += 1
            p, q = pages(x, args.pages, f"{work}/pa"), pages(y, args.pages, f"{work}/pb")
            score = min([ssim(s, t) for s, t in zip(p, q)] or [0.0]) if len(p) == len(q) else 0.0
            text = [subprocess.run(["pdftotext", "-layout", f, "-"], capture_output=True).stdout.decode("utf-8", "replace").split() for f in (x, y)]
            likeness = 1.0 if text[0] == text[1] else difflib.SequenceMatcher(None, text[0][:4000], text[1][:4000], autojunk=False).ratio()
            row[2] += score >= 0.99
            row[3] += likeness >= 0.99
            if score < 0.99 or likeness < 0.99: print(f"{n}.{kind}: SSIM {score:.4f} text {likeness:.4f}")
            sys.stdout.flush()
        for kind, (count, opened, same, text, unread) in sorted(sums.items()):
            print(f"{kind}: {count} rendered before, {opened} after; same look {same}, same text {text} (not rendered before: {unread})")

main()
