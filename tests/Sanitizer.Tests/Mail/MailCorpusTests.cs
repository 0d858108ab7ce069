using System.Diagnostics;
using System.Text;
using Sekisho.Sanitizer.Tests.Archives;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Messages that nobody here wrote, before and after, read by Python's email package: nothing active, nothing lost without a name, subjects and texts as they were.</summary>
public sealed class MailCorpusTests
{
    // Both folders hold the same names. Prints a line for each thing that is wrong.
    private const string Compare = """
        import email, email.policy, os, re, sys, unicodedata
        before, after = sys.argv[1], sys.argv[2]
        ALLOWED = {'from','sender','reply-to','to','cc','subject','date','message-id','in-reply-to','references','mime-version','content-type','content-transfer-encoding','content-disposition','auto-submitted','precedence','importance','list-id','x-sekisho-received'}
        KINDS = {'text/plain','application/octet-stream','application/pdf','application/zip','image/png','image/jpeg','image/gif','image/webp','image/tiff','image/bmp','text/calendar','text/vcard','message/rfc822'}
        def letters(text):
            text = unicodedata.normalize('NFKC', text).lower().replace('hxxp', 'http').replace('fxp://', 'ftp://')
            return ''.join(c for c in text if c.isalnum())
        def words(message, name):
            try: value = message[name]
            except Exception: return None
            if value is None or getattr(value, 'defects', ()): return None
            text = str(value)
            if any('\udc80' <= c <= '\udcff' or c == '\ufffd' or ord(c) < 32 for c in text): return None
            return ' '.join(text.split())
        def text_of(part):
            try: text = part.get_content()
            except Exception: return None
            return None if not isinstance(text, str) or '\ufffd' in text or any('\udc80' <= c <= '\udcff' for c in text) else text
        compared = {'subject': 0, 'body': 0, 'file': 0}
        for name in sorted(os.listdir(after)):
            raw = open(os.path.join(after, name), 'rb').read()
            if any(b > 126 or (b < 32 and b not in (9, 10, 13)) for b in raw): print(name, 'bytes that are no mail')
            if raw.count(b'\n') != raw.count(b'\r\n') or raw.count(b'\r') != raw.count(b'\r\n'): print(name, 'line ends')
            if any(len(l) > 998 for l in raw.split(b'\r\n')): print(name, 'a line too long')
            new = email.message_from_bytes(raw, policy=email.policy.default)
            files, body = [], ''
            for part in new.walk():
                if part.defects: print(name, 'defects', part.defects)
                kind = part.get_content_type()
                if not kind.startswith('multipart/') and kind not in KINDS and not kind.startswith('application/vnd.openxmlformats'): print(name, 'kind', kind)
                for header in part.keys():
                    if header.lower() not in ALLOWED: print(name, 'header', header)
                if part.get_filename(): files.append(part.get_filename())
                elif kind == 'text/plain': body += part.get_content()
            everything = letters(body)
            old = email.message_from_bytes(open(os.path.join(before, name), 'rb').read(), policy=email.policy.default)
            was, now = words(old, 'subject'), words(new, 'subject')
            if was:
                compared['subject'] += 1
                if letters(was) != letters(now or ''): print(name, 'subject', repr(was), repr(now))
            broken = any(p.defects for p in old.walk())
            seen = False
            def walk(part):
                global seen
                kind = part.get_content_type()
                if kind == 'message/rfc822': return  # a file of its own
                if part.is_multipart():
                    for inner in part.iter_parts(): walk(inner)
                    return
                own = part.get_filename()
                if own and kind not in ('application/ms-tnef', 'application/applefile', 'application/pkcs7-signature', 'application/pgp-signature', 'message/external-body') and (part.is_attachment() or not kind.startswith('text/')):
                    compared['file'] += 1
                    stem = letters(os.path.splitext(os.path.basename(own.replace('\\', '/')))[0])
                    if stem and not any(stem[:40] in letters(f) for f in files) and stem[:40] not in everything: print(name, 'a file is gone', repr(own), files)
                elif kind == 'text/plain' and not part.is_attachment() and not broken:
                    text = text_of(part)
                    if text is None or not letters(text): return
                    compared['body'] += 1
                    if letters(text) not in everything: print(name, 'text differs', repr(text[:200]), repr(body[:200]))
            try: walk(old)
            except (AttributeError, KeyError): pass
        print('compared', compared['subject'], compared['body'], compared['file'])
        """;

    // Read otherwise by Python, and looked at by hand: what stands there says why.
    private static readonly Dictionary<string, string> ReadOtherwise = new(StringComparer.Ordinal)
    {
        ["mail__attachment_with_encoded_name.eml"] = "its name is in ISO-8859-1, and Python gives U+FFFD for a letter of it",
        ["mimekit__message-partial.0.eml"] = "a piece of a message: left out whole and told (E-12), with all files in it",
    };

    [Fact]
    public void Every_message_comes_out_and_nothing_of_it_is_lost_without_a_name()
    {
        var folder = Bench.Corpus is null ? null : Path.Combine(Bench.Corpus, "eml");
        Assert.SkipUnless(Directory.Exists(folder), "../shared/corpus is not on this machine");
        var scratch = Directory.CreateTempSubdirectory("sekisho-mail");
        try
        {
            var after = scratch.CreateSubdirectory("after");
            var (all, refused) = (0, new List<string>());
            foreach (var file in Directory.EnumerateFiles(folder!).Order(StringComparer.Ordinal))
            {
                all++;
                var result = Bench.Mail(File.ReadAllBytes(file), null, Bench.Policy("mail:\n  marks: none\n"));
                if (result.Bytes is null) refused.Add($"{Path.GetFileName(file)}: {result.Report.Refusal!.Code} {result.Report.Refusal.What.En} {result.Report.Refusal.Place}");
                else File.WriteAllBytes(Path.Combine(after.FullName, Path.GetFileName(file)), result.Out);
            }
            Assert.True(all > 100);
            Assert.Equal([], refused);
            var said = Opened.Run("/usr/bin/python3", "-X", "utf8", "-c", Compare, folder!, after.FullName).Trim().Split('\n');
            var counts = said[^1].Split(' ')[1..].Select(static n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.True(counts[0] > 90 && counts[1] > 50 && counts[2] > 30, said[^1]);
            var wrong = string.Join("\n", said[..^1].Where(l => !ReadOtherwise.ContainsKey(l.Split(' ')[0])));
            Assert.True(wrong.Length == 0, wrong);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }
}
