"""The sanitiser over a folder of real files, by format: what comes out, what opens in a reader of somebody else, what a second pass changes, and what looks the same; started by corpus.sh.

Groups are the kinds that the sanitiser saw in the content. A file is drawn by LibreOffice (office documents, SVG), poppler (PDF) or vips and Pillow (pictures), before and after; see likeness.py for what counts as the same.
What can't be drawn before isn't counted in likeness; what differs from itself when drawn twice isn't either (told apart).
"""
import argparse, email, email.policy, filecmp, json, os, shutil, subprocess, sys, tempfile, zipfile

from likeness import compare, convert, kept, pages, picture, ssim

SEKISHO = os.environ["SEKISHO"]
OFFICE = {"docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xltx", "xltm", "xlam", "pptx", "pptm", "potx", "potm", "ppsx", "ppsm", "ppam", "doc", "xls", "ppt", "rtf", "odt", "ods", "odp", "xlsb", "wordml", "spreadsheetml", "svg"}
# Converted by LibreOffice before they are rebuilt: compared with what it makes of them on its own as well.
CONVERTED = {"doc": "docx", "rtf": "docx", "odt": "docx", "wordml": "docx", "xls": "xlsx", "ods": "xlsx", "xlsb": "xlsx", "spreadsheetml": "xlsx", "ppt": "pptx", "odp": "pptx"}
PICTURES = {"png", "jpeg", "gif", "bmp", "tiff", "webp", "emf", "wmf"}


def quiet(*words):
    try:
        return subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120).returncode
    except subprocess.TimeoutExpired:
        return -1


def opens(path, kind, drawn):
    """True when a reader of somebody else opens what came out; None where none is at hand."""
    if kind in ("docx", "dotx", "xlsx", "xltx", "pptx", "potx", "ppsx", "svg"): return drawn is not None and os.path.exists(drawn)
    if kind == "pdf": return quiet("qpdf", "--check", path) == 0
    if kind in PICTURES: return bool(picture(path, os.path.dirname(drawn or path)))
    if kind in ("xml", "html"): return quiet("xmllint", "--noout", *(["--html"] if kind == "html" else []), path) == 0
    data = open(path, "rb").read()
    if kind == "zip":
        with zipfile.ZipFile(path) as z: return z.testzip() is None
    if kind == "json":
        json.loads(data.decode("utf-8-sig"))
        return True
    if kind == "eml":
        defects = []
        for part in email.message_from_bytes(data, policy=email.policy.default).walk():
            part.get_content() if not part.is_multipart() else None
            defects += part.defects
        return not defects
    if kind in ("text", "csv", "tsv", "txt"):
        for code in ("utf-8-sig", "utf-16", "cp932", "iso2022_jp", "latin-1") if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-16",):
            try:
                data.decode(code)
                return True
            except UnicodeDecodeError:
                pass
        return False
    return None


def main():
    ask = argparse.ArgumentParser()
    ask.add_argument("files"); ask.add_argument("--only", default=""); ask.add_argument("--policy", default=""); ask.add_argument("--keep", default="")
    args = ask.parse_args()
    work = args.keep or tempfile.mkdtemp(prefix="sekisho-corpus-")
    os.makedirs(work, exist_ok=True)
    more = ["--policy", args.policy] if args.policy else []

    def run(source, target):
        shutil.rmtree(f"{work}/{target}", ignore_errors=True)
        subprocess.run([SEKISHO, "sanitize", source, "--out", f"{work}/{target}", "--report", f"{work}/{target}.json", *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return json.load(open(f"{work}/{target}.json"))

    only = set(filter(None, args.only.split(",")))
    reports = run(args.files, "out")
    again = {r["file"]: r for r in run(f"{work}/out", "again")}
    rows, files = {}, []
    for i, r in enumerate(reports):
        if only and r["type"] not in only: continue
        row = rows.setdefault(r["type"], dict(files=0, out=0, codes={}, opened=0, unasked=0, same=0, drawn=0, look=0, text=0, kept=0, own=0, owned=0, words=False, restless=0))
        row["files"] += 1
        if r["output"] is None:
            code = r["refusal"]["code"]
            row["codes"][code] = row["codes"].get(code, 0) + 1
            continue
        row["out"] += 1
        second = again.get(r["output"])
        same = second is not None and second["output"] is not None and not second["removed"] and filecmp.cmp(f"{work}/out/{r['output']}", f"{work}/again/{second['output']}", shallow=False)
        row["same"] += same
        if not same: print(f"SECOND PASS {r['output']}", file=sys.stderr)
        files.append((f"{i:05d}", r["type"], r["outputType"], os.path.join(args.files, r["file"]), f"{work}/out/{r['output']}"))

    def draw(side, at):
        os.makedirs(f"{work}/{side}-in", exist_ok=True)
        os.makedirs(f"{work}/{side}", exist_ok=True)
        links = []
        for one in files:
            kind = one[1] if at == 3 else one[2]
            name = f"{work}/{side}-in/{one[0]}{os.path.splitext(one[at])[1]}"
            if kind in OFFICE or (one[1] in OFFICE and at == 3):
                if not os.path.lexists(name): os.symlink(os.path.abspath(one[at]), name)
                links.append(name)
            elif kind == "pdf" and not os.path.lexists(f"{work}/{side}/{one[0]}.pdf"):
                os.symlink(os.path.abspath(one[at]), f"{work}/{side}/{one[0]}.pdf")
        convert(links, f"{work}/{side}")
    draw("a", 3)
    draw("b", 4)
    for to in sorted(set(CONVERTED.values())):
        sources = [f"{work}/a-in/{n}{os.path.splitext(before)[1]}" for n, kind, _, before, _ in files if CONVERTED.get(kind) == to]
        if sources: convert(sources, f"{work}/d", to)
    if os.path.isdir(f"{work}/d"): convert(sorted(os.path.join(f"{work}/d", f) for f in os.listdir(f"{work}/d") if f.endswith("x")), f"{work}/e")
    doubtful = []
    for n, kind, became, before, after in files:
        row, x, y = rows[kind], f"{work}/a/{n}.pdf", f"{work}/b/{n}.pdf"
        try:
            opened = opens(after, became, y)
        except Exception as e:  # the reader's own way to say no
            opened = False
        row["unasked"] += opened is None
        row["opened"] += opened is True
        if opened is False: print(f"NOT OPENED {after}", file=sys.stderr)
        if kind in PICTURES and became in PICTURES:
            p, q = picture(before, work), picture(after, work)
            if not p: continue
            score, likeness = (ssim(p[0], q[0]) if q else 0.0), None
        elif os.path.exists(x):
            score, likeness = compare(x, y, 1, work) if os.path.exists(y) else (0.0, 0.0)
            if score == 0 and not pages(x, 1, work): continue
        else:
            continue
        row["drawn"] += 1
        row["words"] |= likeness is not None
        row["look"] += score >= 0.99
        row["text"] += likeness is None or likeness >= 0.99
        row["kept"] += likeness is None or likeness >= 0.99 or (os.path.exists(y) and kept(x, y, 1) >= 0.99)
        if os.path.exists(z := f"{work}/e/{n}.pdf"):
            row["owned"] += 1
            row["own"] += compare(z, y, 1, work)[0] >= 0.99
        if score < 0.99 or (likeness is not None and likeness < 0.99): doubtful.append((n, kind, before, score, likeness))
    # What differs is drawn again from the original: random numbers and clocks are nobody's fault.
    for n, kind, before, score, likeness in doubtful:
        row = rows[kind]
        if kind in OFFICE:
            os.makedirs(f"{work}/c-in", exist_ok=True)
            link = f"{work}/c-in/{n}{os.path.splitext(before)[1]}"
            if not os.path.lexists(link): os.symlink(os.path.abspath(before), link)
    if os.path.isdir(f"{work}/c-in"): convert([os.path.join(f"{work}/c-in", f) for f in sorted(os.listdir(f"{work}/c-in"))], f"{work}/c")
    for n, kind, before, score, likeness in doubtful:
        row, x, z = rows[kind], f"{work}/a/{n}.pdf", f"{work}/c/{n}.pdf"
        if os.path.exists(z) and min(compare(x, z, 1, work)) < 0.99:
            row["restless"] += 1
            row["drawn"] -= 1; row["look"] -= score >= 0.99; row["text"] -= likeness is None or likeness >= 0.99; row["kept"] -= likeness is None or likeness >= 0.99 or kept(x, f"{work}/b/{n}.pdf", 1) >= 0.99
            print(f"RESTLESS {before}", file=sys.stderr)
        else:
            print(f"DIFFERS {n} {os.path.relpath(before, args.files)} ({kind}): look {score:.4f}" + ("" if likeness is None else f" text {likeness:.4f}"), file=sys.stderr)

    print("| kind in the content | files | out | opened by another reader | second pass the same | drawn before | same look | same words | no words lost | same look as LibreOffice's own conversion | refused |\n|---|---|---|---|---|---|---|---|---|---|---|")
    total = dict(files=0, out=0, opened=0, unasked=0, same=0, drawn=0, look=0, text=0, kept=0, own=0, owned=0)
    for kind, row in [*sorted(rows.items()), ("all", total)]:
        if row is not total:
            for key in total: total[key] += row[key]
        codes = ", ".join(f"{c} × {k}" for k, c in sorted(row.get("codes", {}).items(), key=lambda c: (-c[1], c[0])))
        asked = row["out"] - row["unasked"]
        drawn, opened = row["drawn"], f"{row['opened']} of {asked}" if asked else "–"
        cells = [kind, row["files"], row["out"], opened, row["same"], drawn or "–", row["look"] if drawn else "–", *([row["text"], row["kept"]] if drawn and (row is total or row["words"]) else ["–", "–"]), f"{row['own']} of {row['owned']}" if row["owned"] else "–", codes]
        print("| " + " | ".join(map(str, cells)) + " |")
    if not args.keep: shutil.rmtree(work, ignore_errors=True)


main()
