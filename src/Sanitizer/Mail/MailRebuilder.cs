using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Mail.Outlook;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Mail messages (RFC 5322 and MIME): taken apart into a letter, and a new message made of it (メール無害化).</summary>
internal sealed class MailRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds { get; } = [FileKind.Eml];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var message = MimeEntity.Read(untrusted.Whole(job.Policy.Limits.InMemoryBytes), job);
        var letter = new Letter(message.All, message.Fields);
        new Walking(letter, job).Walk(message);
        new LetterRebuilder(letter, job).Write(output);
        return new(FileKind.Eml, Outcome.Rebuilt);
    }

    /// <summary>From the tree of parts to pieces of the body and files.</summary>
    private sealed class Walking(Letter letter, Job job)
    {
        public void Walk(MimeEntity part)
        {
            job.Budget.Check();
            var type = part.ContentType.Value;
            switch (type)
            {
                case "multipart/alternative" when !part.IsAttachment:
                    Alternative(part);
                    return;
                case "multipart/signed":
                    job.Remove("E-15", type, "signature of the message");
                    foreach (var inner in part.Parts.Where(static p => !(p.ContentType.Value.StartsWith("application/", StringComparison.Ordinal) && p.ContentType.Value.EndsWith("-signature", StringComparison.Ordinal)))) Walk(inner);
                    return;
                case "message/external-body" or "message/partial":
                    job.Remove("E-12", type, type);
                    return;
                case "application/applefile":
                    // What a Mac keeps beside a file; the file itself stands beside it.
                    job.Remove("E-19", type, "resource fork");
                    return;
                case var _ when type.StartsWith("multipart/", StringComparison.Ordinal):
                    foreach (var inner in part.Parts) Walk(inner);
                    return;
                // A second text with a name of its own is a file that a program shows as well.
                case "text/plain" or "" when !part.IsAttachment && (part.FileName is null || letter.Bodies.TrueForAll(static b => b.IsBlank)):
                    letter.Bodies.Add(new(Text(part), null));
                    return;
                case "text/html" when !part.IsAttachment && (part.FileName is null || letter.Bodies.TrueForAll(static b => b.IsBlank)):
                    letter.Bodies.Add(new(null, Text(part)));
                    return;
                default:
                    Attach(part);
                    return;
            }
        }

        /// <summary>The forms of one text: the plain one and the page are one piece of the body; what else is there hangs on it.</summary>
        private void Alternative(MimeEntity part)
        {
            string? text = null, html = null;
            var before = letter.Bodies.Count;
            foreach (var form in part.Parts) Form(form, ref text, ref html);
            if (text is not null || html is not null) letter.Bodies.Insert(before, new(text, html));
        }

        private void Form(MimeEntity form, ref string? text, ref string? html)
        {
            job.Budget.Check();
            var type = form.ContentType.Value;
            if (type.StartsWith("multipart/", StringComparison.Ordinal) && type is not "multipart/signed")
            {
                foreach (var inner in form.Parts) Form(inner, ref text, ref html);
            }
            else if (type is "text/plain" or "" && !form.IsAttachment)
            {
                if (Text(form) is var own && text is null) text = own;
                else if (own.Length > 0 && own != text) letter.Bodies.Add(new(own, null));
            }
            else if (type == "text/html" && !form.IsAttachment)
            {
                if (Text(form) is var own && html is null) html = own;
                else if (own != html) letter.Bodies.Add(new(null, own)); // programs show the last of them, or all
                if (own != html) job.Remove("E-13", "multipart/alternative", "another HTML form");
            }
            else
            {
                Walk(form);
            }
        }

        private void Attach(MimeEntity part)
        {
            var type = part.ContentType.Value;
            var untrustedName = part.FileName is { Length: > 0 } given ? given : Named(type, part);
            if (part.Disposition.Parameter("filename") is { } one && part.ContentType.Parameter("name") is { } two && one != two) job.Remove("E-06", SafeName.Show(untrustedName), "two names that differ");
            if (type is "application/ms-tnef" or "application/vnd.ms-tnef" || untrustedName.Equals("winmail.dat", StringComparison.OrdinalIgnoreCase))
            {
                var content = Source.Of(Decode(part));
                if (Unpacked(content)) return;
                letter.Files.Add(new(untrustedName, () => content));
                return;
            }
            if (type is "message/rfc822" or "message/global")
            {
                var content = Decode(part);
                letter.Files.Add(new(untrustedName, () => Source.Of(content), part.ContentId, IsMessage: MimeEntity.IsMessage(content)));
                return;
            }
            // Their charset stands beside them only; as files they are in UTF-8.
            var isCard = type is "text/calendar" or "text/vcard" or "text/x-vcard" or "text/directory" && part.ContentType.Parameter("charset") is { } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase);
            letter.Files.Add(new(untrustedName, () => Source.Of(isCard ? Encoding.UTF8.GetBytes(Text(part).Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n") : Decode(part)), part.ContentId));
        }

        /// <summary>A name for a file that came without one.</summary>
        private string Named(string type, MimeEntity part) => type switch
        {
            "message/rfc822" or "message/global" => OfMessage(part),
            "text/calendar" => "invite.ics",
            "text/vcard" or "text/x-vcard" or "text/directory" => "contact.vcf",
            "text/rfc822-headers" or "message/rfc822-headers" => "headers.txt",
            "text/csv" => "attachment.csv",
            _ when type.StartsWith("image/", StringComparison.Ordinal) => "image",
            // Reports of servers: what became of a message (RFC 3464, 8098, 5965).
            _ when type.StartsWith("message/", StringComparison.Ordinal) => $"{SafeName.Clean(type["message/".Length..])}.txt",
            _ when type.StartsWith("text/", StringComparison.Ordinal) => "attachment.txt",
            _ => "attachment",
        };

        private string OfMessage(MimeEntity part)
        {
            var first = MimeEntity.ReadHead(part.Body[..Math.Min(part.Body.Length, 1 << 16)], job).First("Subject");
            var subject = first is null ? "" : SafeName.Clean(MimeText.OneLine(MimeText.DecodeWords(first)).Replace('/', '／').Replace('\\', '＼'));
            if (subject.Length > 60) subject = subject[..(char.IsHighSurrogate(subject[59]) ? 59 : 60)];
            return subject.Length is 0 || subject == "file" ? "message.eml" : $"{subject}.eml";
        }

        /// <summary>What Outlook hides in winmail.dat hangs on the message itself (E-08). False where it can't be read: then it is a file like others, and refused as one.</summary>
        private bool Unpacked(Source content)
        {
            if (!KindDetector.Detect(content, "").Equals(FileKind.Tnef)) return false;
            Letter inside;
            try
            {
                inside = MapiLetter.Of(TnefReader.Read(content, job), job);
            }
            catch (RefusedException e) when (!e.Refusal.IsOf("SAN-LIMIT"))
            {
                return false;
            }
            job.Remove("E-08", "winmail.dat", "TNEF, unpacked");
            letter.Files.AddRange(inside.Files);
            if (letter.Bodies.TrueForAll(static b => b.IsBlank)) letter.Bodies.AddRange(inside.Bodies);
            return true;
        }

        private string Text(MimeEntity part)
        {
            var isHtml = part.ContentType.Value == "text/html";
            var charset = part.ContentType.Parameter("charset");
            var bytes = Decode(part);
            if (isHtml && charset is null) return MarkupText.DecodePage(bytes, null).ReplaceLineEndings("\n");
            var (text, isClean) = MimeText.Decode(bytes, charset ?? "");
            if (!isClean) job.Remove("E-11", part.ContentType.Value, "bytes that no charset explains");
            text = text.ReplaceLineEndings("\n").TrimEnd('\n');
            if (isHtml) return text;
            if (part.ContentType.Parameter("format")?.Equals("flowed", StringComparison.OrdinalIgnoreCase) == true) text = Flowed.Join(text, part.ContentType.Parameter("delsp")?.Equals("yes", StringComparison.OrdinalIgnoreCase) == true);
            return Uuencoded.Take(text, (name, content) =>
            {
                job.Remove("E-16", SafeName.Show(name), "uuencode in the text");
                job.Budget.Expand(content.Length, "");
                letter.Files.Add(new(name, () => Source.Of(content)));
            });
        }

        private byte[] Decode(MimeEntity part)
        {
            job.Budget.Expand(part.Body.Length, part.ContentType.Value);
            switch (part.TransferEncoding)
            {
                case "base64":
                    var content = MimeText.Base64(part.Body.Span, out var wasCut);
                    if (wasCut) job.Remove("E-16", part.ContentType.Value, "text behind the end of base64");
                    return content;
                case "quoted-printable":
                    return MimeText.QuotedPrintable(part.Body.Span);
                case "7bit" or "8bit" or "binary" or "":
                    return part.Body.ToArray();
                case "x-uuencode" or "x-uue" or "uuencode" or "uue" when Uuencoded.Whole(part.Body.Span) is { } file:
                    job.Remove("E-16", part.ContentType.Value, "uuencode");
                    return file;
                default:
                    // Taken as it stands: whatever another program would make of it is not in the new message, which says its own encoding.
                    job.Remove("E-16", part.ContentType.Value, $"transfer encoding {MimeText.OneLine(part.TransferEncoding)}");
                    return part.Body.ToArray();
            }
        }
    }
}
