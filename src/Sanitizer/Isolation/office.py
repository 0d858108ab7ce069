"""Converts office files by LibreOffice over UNO, inside the sandbox: the office program's own process, no network, one folder.

Speaks the frames of Wire.cs on standard input and output: V "doc docx" and C content come in, C content or N goes out.
"""
import os
import struct
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue

FOLDER = sys.argv[1]
FILTERS = {
    "docx": "MS Word 2007 XML",
    "xlsx": "Calc MS Excel 2007 XML",
    "pptx": "Impress MS PowerPoint 2007 XML",
    "pdf": {"text": "writer_pdf_Export", "sheet": "calc_pdf_Export", "slides": "impress_pdf_Export", "drawing": "draw_pdf_Export"},
}
# The kind is known from the content; LibreOffice would guess again, and could be led to another importer.
IMPORTERS = {
    "doc": "MS Word 97", "xls": "MS Excel 97", "ppt": "MS PowerPoint 97", "rtf": "Rich Text Format", "xlsb": "Calc MS Excel 2007 Binary",
    "odt": "writer8", "ods": "calc8", "odp": "impress8", "wordml": "MS Word 2003 XML", "spreadsheetml": "MS Excel 2003 XML",
    "docx": "MS Word 2007 XML", "xlsx": "Calc MS Excel 2007 XML", "pptx": "Impress MS PowerPoint 2007 XML",
    "emf": "EMF - MS Windows Metafile", "wmf": "WMF - MS Windows Metafile",
}
SERVICES = (("text", "com.sun.star.text.TextDocument"), ("sheet", "com.sun.star.sheet.SpreadsheetDocument"),
            ("slides", "com.sun.star.presentation.PresentationDocument"), ("drawing", "com.sun.star.drawing.DrawingDocument"))
CHUNK = 1 << 17
# A metafile is drawn twice as fine as screens are (dots an inch). Documents often show it larger than its own size: the longer side has some pixels in any case.
DRAWN_DPI, LEAST_DRAWN, MOST_DRAWN = 192, 1000, 3000


def read_exactly(count):
    data = sys.stdin.buffer.read(count)
    if len(data) != count:
        sys.exit(0)
    return data


def receive():
    kind = read_exactly(1)
    chunks = []
    while True:
        (length,) = struct.unpack("<i", read_exactly(4))
        if length == 0:
            return kind, b"".join(chunks)
        chunks.append(read_exactly(length))


def send(kind, data=b""):
    out = sys.stdout.buffer
    out.write(kind)
    for at in range(0, len(data), CHUNK):
        chunk = data[at:at + CHUNK]
        out.write(struct.pack("<i", len(chunk)))
        out.write(chunk)
    out.write(struct.pack("<i", 0))
    out.flush()


def values(**named):
    made = []
    for name, value in named.items():
        one = PropertyValue()
        one.Name, one.Value = name, value
        made.append(one)
    return tuple(made)


def launch():
    # soffice.bin itself, not its script: no watchdog that starts it again behind our back.
    return subprocess.Popen(
        ["/usr/lib/libreoffice/program/soffice.bin", "--headless", "--invisible", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
         "-env:UserInstallation=file://" + FOLDER + "/profile", "--accept=pipe,name=office;urp"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def start():
    office = launch()
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    restarts = 0
    while True:
        code = office.poll()
        # 81: it has made its profile and asks to be started again.
        if code == 81 and restarts < 3:
            restarts += 1
            office = launch()
        elif code is not None:
            sys.exit(3)
        try:
            context = resolver.resolve("uno:pipe,name=office;urp;StarOffice.ComponentContext")
            manager = context.ServiceManager
            return (manager.createInstanceWithContext("com.sun.star.frame.Desktop", context),
                    manager.createInstanceWithContext("com.sun.star.drawing.GraphicExportFilter", context))
        except Exception:
            time.sleep(0.02)


def draw(exporter, document, outgoing):
    """A metafile at its own size: the picture itself, not the page that a drawing puts around it."""
    page = document.DrawPages.getByIndex(0)
    if page.Count != 1:
        return
    shape = page.getByIndex(0)
    width, height = max(1, shape.Size.Width) * DRAWN_DPI / 2540, max(1, shape.Size.Height) * DRAWN_DPI / 2540
    scale = min(max(1.0, LEAST_DRAWN / max(width, height)), MOST_DRAWN / max(width, height))
    size = values(PixelWidth=max(1, round(width * scale)), PixelHeight=max(1, round(height * scale)), Translucent=1)
    exporter.setSourceDocument(shape)
    exporter.filter(values(URL="file://" + outgoing, MediaType="image/png", FilterData=uno.Any("[]com.sun.star.beans.PropertyValue", size)))


def convert(desktop, exporter, source, target, data):
    incoming, outgoing = os.path.join(FOLDER, "in." + source), os.path.join(FOLDER, "out." + target)
    with open(incoming, "wb") as file:
        file.write(data)
    document = None
    try:
        # 0: no macros ever, no links brought up to date, no questions.
        document = desktop.loadComponentFromURL("file://" + incoming, "_blank", 0, values(
            Hidden=True, ReadOnly=True, MacroExecutionMode=0, UpdateDocMode=0, FilterName=IMPORTERS[source], RepairPackage=False))
        if document is None:
            return None
        if target == "png":
            draw(exporter, document, outgoing)
            if not os.path.exists(outgoing):
                return None
            with open(outgoing, "rb") as file:
                return file.read()
        name = FILTERS[target]
        if isinstance(name, dict):
            kinds = [kind for kind, service in SERVICES if document.supportsService(service)]
            if not kinds:
                return None
            name = name[kinds[0]]
        document.storeToURL("file://" + outgoing, values(FilterName=name, Overwrite=True))
        with open(outgoing, "rb") as file:
            return file.read()
    finally:
        if document is not None:
            document.close(True)
        for path in (incoming, outgoing):
            if os.path.exists(path):
                os.remove(path)


def main():
    desktop, exporter = start()
    send(b"!")
    while True:
        _, words = receive()
        source, target = words.decode("ascii").split(" ")
        _, data = receive()
        try:
            converted = convert(desktop, exporter, source, target, data)
        except Exception:
            # Whatever it was: nothing came out. When the office program is gone, so are we, and the host starts anew.
            converted = None
        if converted:
            send(b"C", converted)
        else:
            send(b"N")


main()
