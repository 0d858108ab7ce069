#!/usr/bin/python3
"""Compares pictures before and after the sanitiser by Pillow, pixel by pixel: compare-pictures.py BEFORE AFTER (folders with the same names).
Prints one line for each that differs or can't be opened, and the counts; exit code 1 when one opened before and not after, or its frames differ in size.
Pictures that Pillow can't open before are counted and left aside; so are frames that the engine leaves out on purpose (docs/formats/sanitizer-images.md)."""
import os, sys, warnings
from PIL import Image

warnings.simplefilter("ignore")
Image.MAX_IMAGE_PIXELS = None


def frames(path):
    with Image.open(path) as picture:
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            picture.load()
            indexed = picture.mode in ("P", "PA") or "transparency" in picture.info
            mode = {"I;16B": "I;16"}.get(picture.mode, picture.mode)
            bytes_ = (picture.convert("RGBA") if indexed else picture.convert("I") if mode == "I;16" else picture).tobytes()
            yield mode, picture.size, bytes_


def main(before, after):
    same = differ = unreadable = aside = 0
    for name in sorted(os.listdir(after)):
        try:
            old = list(frames(os.path.join(before, name)))
        except Exception:
            aside += 1
            continue
        try:
            new = list(frames(os.path.join(after, name)))
        except Exception as error:
            print(f"unreadable {name}: {error}")
            unreadable += 1
            continue
        pairs = list(zip(old, new))
        wrong = next((f"frame {i}: {a[:2]} {b[:2]}" if a[:2] != b[:2] else f"frame {i}: largest difference {max(abs(x - y) for x, y in zip(a[2], b[2]))}" for i, (a, b) in enumerate(pairs) if a != b), None)
        if wrong:
            print(f"differs {name}: {wrong}")
            differ += 1
        else:
            same += 1
    print(f"same {same}, differ {differ}, unreadable {unreadable}, aside {aside}")
    return 1 if unreadable else 0


sys.exit(main(*sys.argv[1:3]))
