using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Mail messages (RFC 5322 and MIME): the body as text, attachments through the sanitiser, a new message around them (メール無害化).</summary>
internal sealed class MailRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds { get; } = [FileKind.Eml];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var message = MimeEntity.Read(untrusted.Whole(job.Policy.Limits.InMemoryBytes), job);
        var bodies = new List<string>();
        var attachments = new List<(string Name, FileKind Kind, byte[] Content)>();
        Walk(message, bodies, attachments, job);
        foreach (var name in message.Names.Where(static n => n.StartsWith("X-", StringComparison.OrdinalIgnoreCase)).Distinct(StringComparer.OrdinalIgnoreCase).Take(50)) job.Remove("G-07", "header", name);
        var text = MimeText.Body(string.Join("\n\n", bodies.Where(static b => b.Length > 0)), out var wasDirty);
        if (wasDirty) job.Remove("C-04", "body", "control or direction characters");
        MailWriter.Write(output, message, text, attachments, job);
        return new(FileKind.Eml, Outcome.Rebuilt);
    }

    private static void Walk(MimeEntity part, List<string> bodies, List<(string Name, FileKind Kind, byte[] Content)> attachments, Job job)
    {
        job.Budget.Check();
        var type = part.ContentType.Value;
        switch (type)
        {
            case "multipart/alternative" when !part.IsAttachment:
                Alternative(part, bodies, attachments, job);
                return;
            case "multipart/signed":
                job.Remove("E-15", type, "signature of the message");
                if (part.Parts.Count > 0) Walk(part.Parts[0], bodies, attachments, job);
                return;
            case "message/external-body" or "message/partial":
                job.Remove("E-12", type, type);
                return;
            case var _ when type.StartsWith("multipart/", StringComparison.Ordinal):
                foreach (var inner in part.Parts) Walk(inner, bodies, attachments, job);
                return;
            case "text/plain" or "" when !part.IsAttachment:
                bodies.Add(Text(part, job));
                return;
            case "text/html" when !part.IsAttachment:
                job.Remove("E-01", type, "HTML body, turned into text");
                var html = Text(part, job);
                HtmlThreats.Tell(html, job);
                bodies.Add(Markup.HtmlText.Of(html, job));
                return;
            default:
                Attach(part, attachments, job);
                return;
        }
    }

    /// <summary>The plain one of two forms; the HTML one is turned into text where there is no other.</summary>
    private static void Alternative(MimeEntity part, List<string> bodies, List<(string Name, FileKind Kind, byte[] Content)> attachments, Job job)
    {
        var plain = part.Parts.FirstOrDefault(static p => p.ContentType.Value == "text/plain" && !p.IsAttachment);
        if (plain is not null && Text(plain, job).Trim().Length > 0)
        {
            Walk(plain, bodies, attachments, job);
            foreach (var other in part.Parts.Where(p => p != plain))
            {
                if (other.ContentType.Value == "text/html") job.Remove("E-01", "multipart/alternative", "HTML form beside the text");
                else if (other.ContentType.Value.StartsWith("multipart/", StringComparison.Ordinal)) Related(other, attachments, job);
                else Walk(other, bodies, attachments, job);
            }
            return;
        }
        foreach (var other in part.Parts) Walk(other, bodies, attachments, job);
    }

    /// <summary>What hangs on an HTML form that isn't kept: its pictures and files stay as attachments.</summary>
    private static void Related(MimeEntity part, List<(string Name, FileKind Kind, byte[] Content)> attachments, Job job)
    {
        foreach (var inner in part.Parts)
        {
            if (inner.ContentType.Value == "text/html") job.Remove("E-01", "multipart/related", "HTML form beside the text");
            else if (inner.ContentType.Value.StartsWith("multipart/", StringComparison.Ordinal)) Related(inner, attachments, job);
            else Attach(inner, attachments, job);
        }
    }

    private static void Attach(MimeEntity part, List<(string Name, FileKind Kind, byte[] Content)> attachments, Job job)
    {
        var untrustedName = part.FileName is { Length: > 0 } given ? given : part.ContentType.Value == "message/rfc822" ? "message.eml" : "attachment";
        if (part.Disposition.Parameter("filename") is { } one && part.ContentType.Parameter("name") is { } two && one != two) job.Remove("E-06", SafeName.Show(untrustedName), "two names that differ");
        var content = Decode(part, job);
        using var done = job.Member(untrustedName, Source.Of(content));
        if (done.Content is not null)
        {
            var name = Unique(done.Report.Output!, attachments);
            attachments.Add((name, done.Kind, [.. done.Content.AsSource().Whole(long.MaxValue).Span]));
            return;
        }
        var refusal = done.Report.Refusal!;
        if (refusal.IsOf("SAN-LIMIT")) throw new RefusedException(refusal with { Place = SafeName.Show(untrustedName) });
        if (job.Policy.RefuseWithMember) throw new RefusedException(refusal with { Place = SafeName.Show(untrustedName) });
        // E-14: the receiver sees that something is missing, and why. Plain text, so that a second pass leaves it as it is.
        var shown = SafeName.Clean(untrustedName);
        var note = $"添付ファイル「{shown}」は無害化できないため取り除きました。\r\n{refusal.Code} {refusal.What.Ja}\r\n{refusal.Next.Ja}\r\n\r\nThe attachment “{shown}” could not be made harmless and was taken out.\r\n{refusal.Code} {refusal.What.En}\r\n{refusal.Next.En}\r\n";
        attachments.Add((Unique(SafeName.Clean(shown + ".txt"), attachments), FileKind.Text, Encoding.UTF8.GetBytes(note)));
    }

    private static string Text(MimeEntity part, Job job)
    {
        var (text, isClean) = MimeText.Decode(Decode(part, job), part.ContentType.Parameter("charset") ?? "");
        if (!isClean) job.Remove("E-11", part.ContentType.Value, "bytes that no charset explains");
        return text.ReplaceLineEndings("\n").TrimEnd('\n');
    }

    private static byte[] Decode(MimeEntity part, Job job)
    {
        job.Budget.Expand(part.Body.Length, part.ContentType.Value);
        switch (part.TransferEncoding)
        {
            case "base64":
                return MimeText.Base64(Encoding.Latin1.GetString(part.Body.Span));
            case "quoted-printable":
                return MimeText.QuotedPrintable(part.Body.Span);
            case "7bit" or "8bit" or "binary" or "":
                return part.Body.ToArray();
            default:
                // Taken as it stands: whatever another program would make of it is not in the new message, which says its own encoding.
                job.Remove("E-16", part.ContentType.Value, $"transfer encoding {MimeText.OneLine(part.TransferEncoding)}");
                return part.Body.ToArray();
        }
    }

    private static string Unique(string name, List<(string Name, FileKind Kind, byte[] Content)> attachments)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(name), Path.GetExtension(name));
        var candidate = name;
        for (var number = 2; attachments.Exists(a => a.Name.Equals(candidate, StringComparison.OrdinalIgnoreCase)); number++) candidate = $"{stem} ({number}){extension}";
        return candidate;
    }
}
