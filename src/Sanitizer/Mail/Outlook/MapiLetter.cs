using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail.Outlook;

/// <summary>A message of Outlook as a letter: sender, recipients, body in its best form, files.</summary>
internal static class MapiLetter
{
    // RFC 2606: a name that never leads anywhere, for people whom only their own Exchange knows.
    private const string NoAddress = "no-address@exchange.invalid";

    public static Letter Of(MapiMessage message, Job job)
    {
        var properties = message.Properties;
        var travelled = Travelled(properties.Text(0x007D), job);
        var lists = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var from = Person(properties.Text(0x0C1A), properties.Text(0x5D01), properties.Text(0x0C1F)) ?? Person(properties.Text(0x0042), properties.Text(0x5D02), properties.Text(0x0065));
        if (from is not null) lists["From"] = from;
        foreach (var (kind, name) in ((int, string)[])[(1, "To"), (2, "Cc")])
        {
            var people = message.Recipients.Where(r => (r.Number(0x0C15) & 0xF) == kind).Select(static r => Person(r.Text(0x3001), r.Text(0x39FE), r.Text(0x3003))).OfType<string>().ToList();
            if (people.Count > 0) lists[name] = string.Join(", ", people);
        }
        if (properties.Text(0x0037) is { Length: > 0 } subject) lists["Subject"] = Encoded(subject);
        if ((properties.Moment(0x0039) ?? properties.Moment(0x0E06)) is { } sent) lists["Date"] = sent.ToString("ddd, dd MMM yyyy HH:mm:ss +0000", CultureInfo.InvariantCulture);
        foreach (var (name, id) in ((string, ushort)[])[("Message-ID", 0x1035), ("In-Reply-To", 0x1042), ("References", 0x1039)])
        {
            if (properties.Text(id) is { Length: > 0 } value) lists[name] = value;
        }
        var letter = new Letter(name => lists.TryGetValue(name, out var own) && !(own.Contains(NoAddress, StringComparison.Ordinal) && travelled?.First(name) is not null) ? [own] : travelled?.All(name) ?? [], travelled?.Fields ?? []);
        if (properties.Text(0x001A) is { } kindOfItem && !kindOfItem.StartsWith("IPM.Note", StringComparison.OrdinalIgnoreCase)) job.Remove("G-05", "", $"fields of {MimeText.OneLine(kindOfItem)} beside its text");
        Body(properties, letter, job);
        foreach (var attachment in message.Attachments) Attach(attachment, letter, job);
        return letter;
    }

    /// <summary>The headers that the message came with, read as those of any message.</summary>
    private static MimeEntity? Travelled(string? untrusted, Job job)
    {
        if (string.IsNullOrWhiteSpace(untrusted)) return null;
        var lines = untrusted.ReplaceLineEndings("\n");
        var start = lines.IndexOf('\n', StringComparison.Ordinal) is var first and > 0 && !lines[..first].Contains(':', StringComparison.Ordinal) ? first + 1 : 0; // "Microsoft Mail Internet Headers Version 2.0"
        var end = lines.IndexOf("\n\n", start, StringComparison.Ordinal);
        try
        {
            // What the body is made of is told by the properties.
            return MimeEntity.ReadHead(Encoding.UTF8.GetBytes(end < 0 ? lines[start..] : lines[start..end]), job);
        }
        catch (RefusedException)
        {
            job.Remove("E-04", "", "headers of the way that can't be read");
            return null;
        }
    }

    private static string? Person(string? name, string? smtp, string? address)
    {
        var own = MimeText.OneLine(name ?? "");
        var at = ((string?[])[smtp, address]).FirstOrDefault(static a => a is { Length: > 2 and < 400 } && a.Contains('@', StringComparison.Ordinal) && !a.StartsWith('/'))?.Trim();
        if (at is null && own.Contains('@', StringComparison.Ordinal)) at = own.Trim('\'');
        if (at is null && own.Length == 0) return null;
        return own.Length == 0 || own == at ? at : $"{Encoded(own)} <{at ?? NoAddress}>";
    }

    private static string Encoded(string text) => $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}?=";

    private static void Body(MapiProperties properties, Letter letter, Job job)
    {
        var text = properties.Text(0x1000);
        string? html = properties.Binary(0x1013) is { Length: > 0 } page && !properties.Has(0x1013, MapiProperties.Text8) ? Page(page, properties) : properties.Text(0x1013);
        if (html is null && (text is null || job.Policy.KeepMailHtml || text.Trim().Length == 0) && properties.Binary(0x1009) is { Length: > 0 } packed)
        {
            if (CompressedRtf.Unpack(packed, job.Budget) is { } rtf)
            {
                var read = RtfBody.Read(rtf, job.Budget);
                html = read.Html;
                if (string.IsNullOrWhiteSpace(text)) text = read.Text;
            }
            else if (string.IsNullOrWhiteSpace(text))
            {
                throw Refusals.Broken("", "SAN-MSG-003", "本文（圧縮 RTF）が壊れています", "the body, packed RTF, is damaged");
            }
            else
            {
                job.Remove("G-05", "body", "packed RTF that is damaged");
            }
        }
        var body = new LetterBody(text?.ReplaceLineEndings("\n").TrimEnd('\n'), html?.ReplaceLineEndings("\n"));
        if (!body.IsBlank) letter.Bodies.Add(body);
    }

    private static string Page(byte[] bytes, MapiProperties properties) =>
        Markup.MarkupText.DecodePage(bytes, properties.Number(0x3FDE) switch { 932 => "shift_jis", 50220 or 50221 or 50222 => "iso-2022-jp", 51932 => "euc-jp", 65001 => "utf-8", _ => null });

    private static void Attach(MapiAttachment attachment, Letter letter, Job job)
    {
        var properties = attachment.Properties;
        var name = ((string?[])[properties.Text(0x3707), attachment.Title, properties.Text(0x3704), properties.Text(0x3001)]).FirstOrDefault(static n => !string.IsNullOrWhiteSpace(n));
        if (attachment.Message is { } inside)
        {
            letter.Files.Add(new($"{(name ?? inside.Properties.Text(0x0037)) switch { { Length: > 0 } given => given.EndsWith(".msg", StringComparison.OrdinalIgnoreCase) || given.EndsWith(".eml", StringComparison.OrdinalIgnoreCase) ? given[..^4] : given, _ => "message" }}.eml", static () => Source.Of(ReadOnlyMemory<byte>.Empty), "", Of(inside, job)));
            return;
        }
        var shown = SafeName.Show(name ?? "attachment");
        switch (properties.Number(0x3705))
        {
            case 2 or 3 or 4 or 7:
                // A path on another machine, or an address: fetched when it is opened.
                job.Remove("E-12", shown, "attachment that is only a reference");
                return;
            case 6:
                job.Remove("X-06", shown, "OLE object");
                return;
        }
        if (properties.Has(0x3701, MapiProperties.Object))
        {
            job.Remove("X-06", shown, "OLE object");
            return;
        }
        if (attachment.Data is null && !properties.Has(0x3701, MapiProperties.Bytes))
        {
            job.Remove("G-05", shown, "attachment without content");
            return;
        }
        letter.Files.Add(new(name ?? "attachment", () => Source.Of(Counted(attachment.Data ?? properties.Binary(0x3701)!, shown, job)), (properties.Text(0x3712) ?? "").Trim('<', '>')));
    }

    private static byte[] Counted(byte[] content, string place, Job job)
    {
        job.Budget.Expand(content.Length, place);
        return content;
    }
}
