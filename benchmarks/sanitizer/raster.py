"""The rasterising way, as one would write it: raster.py IN.pdf OUT.pdf — pages at 150 dpi by pdftoppm, as JPEGs in a new PDF."""
import glob, os, subprocess, sys, tempfile

with tempfile.TemporaryDirectory() as work:
    subprocess.run(["pdftoppm", "-r", "150", "-jpeg", sys.argv[1], work + "/p"], stderr=subprocess.DEVNULL, check=False)
    pages = sorted(glob.glob(work + "/p*.jpg"))
    if not pages: sys.exit(1)
    out, places = bytearray(b"%PDF-1.7\n"), []

    def add(body):
        places.append(len(out))
        out.extend(f"{len(places)} 0 obj\n".encode() + body + b"\nendobj\n")

    add(b"<</Type/Catalog/Pages 2 0 R>>")
    add(f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(f'{3 + 3 * i} 0 R' for i in range(len(pages)))}]>>".encode())
    for i, name in enumerate(pages):
        data = open(name, "rb").read()
        at = 2
        while data[at + 1] not in (0xC0, 0xC1, 0xC2): at += 2 + int.from_bytes(data[at + 2:at + 4], "big")
        height, width, parts = int.from_bytes(data[at + 5:at + 7], "big"), int.from_bytes(data[at + 7:at + 9], "big"), data[at + 9]
        w, h = width * 72 / 150, height * 72 / 150
        draw = f"{w:.2f} 0 0 {h:.2f} 0 0 cm /I Do".encode()
        add(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {w:.2f} {h:.2f}]/Contents {4 + 3 * i} 0 R/Resources<</XObject<</I {5 + 3 * i} 0 R>>>>>>".encode())
        add(f"<</Length {len(draw)}>>stream\n".encode() + draw + b"\nendstream")
        add(f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8/ColorSpace/Device{'RGB' if parts == 3 else 'Gray'}/Filter/DCTDecode/Length {len(data)}>>stream\n".encode() + data + b"\nendstream")
    start = len(out)
    out.extend(f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode() + b"".join(f"{p:010d} 00000 n \n".encode() for p in places))
    out.extend(f"trailer<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode())
    open(sys.argv[2], "wb").write(out)
