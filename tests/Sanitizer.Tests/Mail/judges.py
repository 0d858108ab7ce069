# Two readers of mail that know nothing of each other or of us, over messages before and after: Python's email package, and GMime (Debian's gir1.2-gmime-3.0).
#   judges.py corpus BEFORE AFTER   real messages: what either reads before is there after, or named
#   judges.py made BEFORE AFTER     broken messages whose every part holds a word of its own (mk0001z): what either reads before, both read after
# Both folders hold the same names; beside NAME in AFTER stands NAME.told, what the report says. Prints a line for each thing that is wrong, and a count at the end.
import email, email.policy, os, re, sys, unicodedata
import gi
gi.require_version('GMime', '3.0')
from gi.repository import GMime
GMime.init()

ALLOWED = {'from','sender','reply-to','to','cc','subject','date','message-id','in-reply-to','references','mime-version','content-type','content-transfer-encoding','content-disposition','content-id','auto-submitted','precedence','importance','list-id','x-sekisho-received'}
KINDS = {'text/plain','application/octet-stream','application/pdf','application/zip','image/png','image/jpeg','image/gif','image/webp','image/tiff','image/bmp','text/calendar','text/vcard','message/rfc822'}
TOLD_APART = {'application/ms-tnef','application/vnd.ms-tnef','application/applefile','application/pkcs7-signature','application/x-pkcs7-signature','application/pgp-signature','message/external-body','message/partial'}

class Part:
    """One part as a reader sees it. text: decoded, for text/*; data: decoded bytes of any leaf; both None for what has parts."""
    def __init__(self, depth, kind, name, charset, attached, data, text):
        self.depth, self.kind, self.name, self.charset, self.attached, self.data, self.text = depth, kind, name, charset, attached, data, text
    def key(self):
        data = self.data
        if data is not None and self.kind.startswith('text/'): data = data.replace(b'\r\n', b'\n').rstrip(b'\n')
        return (self.depth, self.kind, unicodedata.normalize('NFC', self.name or ''), (self.charset or '').lower(), data)

class ByPython:
    name = 'python'
    def __init__(self, raw):
        self.parts, self.defects = [], []
        self.message = email.message_from_bytes(raw, policy=email.policy.default)
        try: self.walk(self.message, 0)
        except (AttributeError, KeyError, IndexError, ValueError, RecursionError): self.defects.append('its reader fails')
    def subject(self): return self.header('subject')
    def header(self, name):
        try: value = self.message[name]
        except Exception: return None
        return None if value is None or getattr(value, 'defects', ()) else str(value)
    def walk(self, part, depth):
        self.defects += part.defects
        kind = part.get_content_type()
        if part.is_multipart():
            self.parts.append(Part(depth, kind, part.get_filename() if kind == 'message/rfc822' else None, None, False, None, None))
            for inner in part.get_payload(): self.walk(inner, depth + 1)
            return
        text = None
        if kind.startswith('text/'):
            try: text = part.get_content()
            except Exception: pass
        try: data = part.get_payload(decode=True)
        except Exception: data = b''
        # Where it can't decode, Python hands out what stood there undecoded: no mail program shows that.
        if any(type(d).__name__ == 'InvalidBase64LengthDefect' for d in part.defects): data, text = b'', None
        try: name = part.get_filename()
        except Exception: name = None
        try: charset = part.get_content_charset()
        except Exception: charset = None
        try: attached = part.is_attachment()
        except Exception: attached = False
        self.parts.append(Part(depth, kind, name, charset, attached, data, text if isinstance(text, str) else None))

class ByGMime:
    name = 'gmime'
    def __init__(self, raw):
        self.parts, self.defects = [], []
        self.message = GMime.Parser.new_with_stream(GMime.StreamMem.new_with_buffer(raw)).construct_message(None)
        if self.message: self.walk(self.message.get_mime_part(), 0)
    def subject(self): return guarded(self.message.get_subject) if self.message else None
    def header(self, name):
        if name == 'subject': return self.subject()
        found = getattr(self.message, 'get_' + name)()
        return guarded(lambda: found.to_string(None, False)) if found and found.length() else None
    def walk(self, part, depth):
        if part is None: return
        kind = (part.get_content_type().get_mime_type() if part.get_content_type() else 'text/plain').lower()
        name = guarded(part.get_filename) if isinstance(part, GMime.Part) else guarded(lambda: part.get_content_disposition_parameter('filename'))
        if isinstance(part, GMime.Multipart):
            self.parts.append(Part(depth, kind, None, None, False, None, None))
            for i in range(part.get_count()): self.walk(part.get_part(i), depth + 1)
        elif isinstance(part, GMime.MessagePart):
            self.parts.append(Part(depth, kind, name, None, False, None, None))
            if part.get_message(): self.walk(part.get_message().get_mime_part(), depth + 1)
        elif isinstance(part, GMime.Part):
            held = GMime.StreamMem.new()
            if part.get_content(): part.get_content().write_to_stream(held)
            data = bytes(held.get_byte_array() or b'')
            text = guarded(part.get_text) if isinstance(part, GMime.TextPart) else None
            disposition = part.get_content_disposition()
            attached = bool(disposition and guarded(disposition.get_disposition) == 'attachment')
            self.parts.append(Part(depth, kind, name, guarded(lambda: part.get_content_type_parameter('charset')), attached, data, text))

def guarded(get):
    try: return get()
    except UnicodeDecodeError: return None  # bytes that are no text

def letters(text):
    text = unicodedata.normalize('NFKC', text).lower().replace('hxxp', 'http').replace('fxp://', 'ftp://')
    return ''.join(c for c in text if c.isalnum())

def is_text(text): return text is not None and '\ufffd' not in text and not any('\udc80' <= c <= '\udcff' for c in text)

def check_form(name, raw):
    """What we write: bytes, lines and kinds as they must be, and the same message to both readers. Returns both readings."""
    if any(b > 126 or (b < 32 and b not in (9, 10, 13)) for b in raw): print(name, 'bytes that are no mail')
    if raw.count(b'\n') != raw.count(b'\r\n') or raw.count(b'\r') != raw.count(b'\r\n'): print(name, 'line ends')
    if any(len(l) > 998 for l in raw.split(b'\r\n')): print(name, 'a line too long')
    one, two = ByPython(raw), ByGMime(raw)
    if one.defects: print(name, 'defects', one.defects)
    for part in one.message.walk():
        for header in part.keys():
            if header.lower() not in ALLOWED: print(name, 'header', header)
    for part in one.parts:
        if not part.kind.startswith('multipart/') and part.kind not in KINDS and not part.kind.startswith('application/vnd.openxmlformats'): print(name, 'kind', part.kind)
    if [p.key() for p in one.parts] != [p.key() for p in two.parts]: print(name, 'read differently', [p.key() for p in one.parts], [p.key() for p in two.parts])
    for header in ('subject', 'from', 'to', 'cc'):
        was, now = (letters(reader.header(header) or '') for reader in (one, two))
        if was != now: print(name, header, 'read differently', repr(was), repr(now))
    return one, two

def corpus(before, after):
    compared = {(r, k): 0 for r in ('python', 'gmime') for k in ('subject', 'body', 'file')}
    for name in sorted(n for n in os.listdir(after) if not n.endswith('.told')):
        one, _ = check_form(name, open(os.path.join(after, name), 'rb').read())
        files = [p.name for p in one.parts if p.name]
        body = ''.join(p.text for p in one.parts if p.kind == 'text/plain' and not p.name and p.text)
        everything = letters(body)
        told = letters(open(os.path.join(after, name + '.told'), encoding='utf-8').read())
        raw = open(os.path.join(before, name), 'rb').read()
        for old in (divided(ByPython(raw)), divided(ByGMime(raw))):
            was = old.subject()
            # Of two subjects one reader shows the first, the other the last: ours is the first, and the report says so.
            if was and is_text(was) and not any(ord(c) < 32 for c in was) and 'e04subject' not in told:
                compared[old.name, 'subject'] += 1
                if letters(was) != letters(one.subject() or ''): print(name, old.name, 'subject', repr(was), repr(one.subject()))
            within = None
            for part in old.parts:
                # A message inside is a file of its own.
                if within is not None and part.depth > within: continue
                within = part.depth if part.kind in ('message/rfc822', 'message/global') else None
                if part.data is None or part.kind in TOLD_APART: continue
                if part.name and (part.attached or not part.kind.startswith('text/')):
                    compared[old.name, 'file'] += 1
                    stem = letters(os.path.splitext(os.path.basename(part.name.replace('\\', '/')))[0])[:40]
                    if stem and not any(stem in letters(f) for f in files) and stem not in everything and stem not in told: print(name, old.name, 'a file is gone', repr(part.name), files)
                elif part.kind == 'text/plain' and not part.attached and not old.defects:
                    if not is_text(part.text) or not letters(part.text): continue
                    compared[old.name, 'body'] += 1
                    if letters(part.text) not in everything: print(name, old.name, 'text differs', repr(part.text[:200]), repr(body[:200]))
    print('compared', *compared.values())

def marks(reading): return {m.decode() for p in reading.parts if p.data for m in re.findall(rb'mk\d+z', p.data)}

def divided(reading):
    """Without what a reader shows undivided, headers and all: no part that it knows of."""
    reading.parts = [p for p in reading.parts if p.data is None or not re.search(rb'(?i)content-(type|transfer)|^begin [0-7]', p.data, re.M)]
    return reading

def made(before, after):
    seen = differed = 0
    for name in sorted(n for n in os.listdir(after) if not n.endswith('.told')):
        one, two = check_form(name, open(os.path.join(after, name), 'rb').read())
        raw = open(os.path.join(before, name), 'rb').read()
        python, gmime = marks(divided(ByPython(raw))), marks(divided(ByGMime(raw)))
        seen += len(python | gmime)
        differed += python != gmime
        now = marks(one) & marks(two)
        told = open(os.path.join(after, name + '.told'), encoding='utf-8').read()
        # Behind the end of base64 one reader finds what the other does not: left out, and told.
        lost = set() if 'text behind the end of base64' in told else {m for m in (python | gmime) - now if m not in told}
        if lost: print(name, 'lost', sorted(lost), 'python' if lost <= python else '', 'gmime' if lost <= gmime else '')
    print('compared', seen, differed)

{'corpus': corpus, 'made': made}[sys.argv[1]](sys.argv[2], sys.argv[3])
