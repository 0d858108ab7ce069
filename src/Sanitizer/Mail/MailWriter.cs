using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Writes a message from nothing: known headers in one order, text in UTF-8, attachments in base64. The same message gives the same bytes.</summary>
internal static partial class MailWriter
{
    /// <summary>Headers that are lists of addresses, in the order in which they are written.</summary>
    private static readonly string[] Addresses = ["From", "Sender", "Reply-To", "To", "Cc"];

    private static readonly string[] Ids = ["Message-ID", "In-Reply-To", "References"];

    /// <param name="text">With CRLF.</param>
    public static void Write(Stream output, MimeEntity from, string text, IReadOnlyList<(string Name, FileKind Kind, byte[] Content)> attachments, Job job)
    {
        var head = new StringBuilder();
        foreach (var name in Addresses)
        {
            if (from.First(name) is { } value && AddressList(value, name, job) is { Length: > 0 } list) head.Append(CultureInfo.InvariantCulture, $"{name}: {list}\r\n");
        }
        if (from.First("Subject") is { } subject && MimeText.OneLine(MimeText.DecodeWords(subject)) is { Length: > 0 } clean) head.Append(CultureInfo.InvariantCulture, $"Subject: {MimeText.Encode(clean)}\r\n");
        if (from.First("Date") is { } date)
        {
            if (DateTimeOffset.TryParse(Comment().Replace(date, " ").Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
                head.Append(CultureInfo.InvariantCulture, $"Date: {moment.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)}{moment.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal)}\r\n");
            else job.Remove("E-04", "Date", "a date that can't be read");
        }
        foreach (var name in Ids)
        {
            var ids = string.Join("\r\n ", Id().Matches(from.First(name) ?? "").Select(static m => m.Value).Take(100));
            if (ids.Length > 0) head.Append(CultureInfo.InvariantCulture, $"{name}: {ids}\r\n");
        }
        head.Append("MIME-Version: 1.0\r\n");
        var parts = new List<byte[]> { TextPart(text) };
        parts.AddRange(attachments.Select(Attachment));
        if (parts.Count == 1)
        {
            output.Write(Encoding.ASCII.GetBytes(head.ToString()));
            output.Write(parts[0]);
            return;
        }
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts) hash.AppendData(part);
        var boundary = "=_sekisho_" + Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
        head.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n");
        output.Write(Encoding.ASCII.GetBytes(head.ToString()));
        foreach (var part in parts)
        {
            output.Write(Encoding.ASCII.GetBytes($"--{boundary}\r\n"));
            output.Write(part);
            output.Write("\r\n"u8);
        }
        output.Write(Encoding.ASCII.GetBytes($"--{boundary}--\r\n"));
    }

    private static byte[] TextPart(string text)
    {
        var plain = text.All(static c => c is '\r' or '\n' or '\t' or >= ' ' and <= '~') && text.Split("\r\n").All(static l => l.Length <= 900 && !l.StartsWith("From ", StringComparison.Ordinal) && l != ".");
        return Encoding.ASCII.GetBytes(plain
            ? $"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{text}"
            : $"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Lines(Encoding.UTF8.GetBytes(text))}");
    }

    private static byte[] Attachment((string Name, FileKind Kind, byte[] Content) file)
    {
        // Our own messages are ASCII with short lines: a message inside must not be encoded again (RFC 2046 §5.2.1).
        var isMessage = file.Kind == FileKind.Eml;
        var name = file.Name.All(static c => c is > ' ' and <= '~' and not ('"' or '\\')) && file.Name.Length < 60 ? $"filename=\"{file.Name}\"" : Extended(file.Name);
        var head = $"Content-Type: {(isMessage ? "message/rfc822" : MediaType(file.Kind))}\r\nContent-Disposition: attachment;\r\n {name}\r\nContent-Transfer-Encoding: {(isMessage ? "7bit" : "base64")}\r\n\r\n";
        return [.. Encoding.ASCII.GetBytes(head), .. isMessage ? file.Content : Encoding.ASCII.GetBytes(Lines(file.Content))];
    }

    private static string Extended(string name)
    {
        var encoded = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(name)) encoded.Append(char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'_' ? ((char)b).ToString() : $"%{b:X2}");
        var text = encoded.ToString();
        if (text.Length <= 60) return $"filename*=UTF-8''{text}";
        var pieces = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(54, text.Length - at);
            // Not inside %E3.
            if (at + length < text.Length && text.LastIndexOf('%', at + length - 1, Math.Min(2, length)) is var cut and > 0) length = cut - at;
            pieces.Add(text.Substring(at, length));
            at += length;
        }
        return string.Join(";\r\n ", pieces.Select(static (p, i) => $"filename*{i}*={(i == 0 ? "UTF-8''" : "")}{p}"));
    }

    private static string MediaType(FileKind kind) => kind.Key switch
    {
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "png" => "image/png",
        "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "tiff" => "image/tiff",
        "bmp" => "image/bmp",
        // Not text/plain: another program on the way may turn line ends or charsets of text round.
        _ => "application/octet-stream",
    };

    private static string Lines(byte[] content) => Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks) + "\r\n";

    /// <summary>Each address as name and address, checked; what isn't one is left out.</summary>
    private static string AddressList(string raw, string header, Job job)
    {
        var list = new List<string>();
        foreach (var one in SplitAddresses(raw))
        {
            var match = Angle().Match(one);
            var (phrase, address) = match.Success ? (one[..match.Index], match.Groups["address"].Value.Trim()) : ("", Comment().Replace(one, "").Trim());
            if (!Address().IsMatch(address))
            {
                if (one.Trim().Length > 0 && !one.Contains(":;", StringComparison.Ordinal) && !one.Trim().EndsWith(';')) job.Remove("E-04", header, "an address that is none");
                continue;
            }
            var name = MimeText.OneLine(MimeText.DecodeWords(Unquote(phrase.Trim())));
            list.Add(name.Length == 0 ? address : $"{Phrase(name)} <{address}>");
            if (list.Count >= 1000) break;
        }
        return string.Join(",\r\n ", list);
    }

    private static string Phrase(string name) =>
        name.All(static c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_' or '\'') && name.Length < 60 ? name
        : name.All(static c => c is >= ' ' and <= '~') && name.Length < 60 && !name.Contains("=?", StringComparison.Ordinal) ? $"\"{name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        : MimeText.Encode(name);

    private static string Unquote(string phrase)
    {
        if (phrase.Length < 2 || phrase[0] != '"' || phrase[^1] != '"') return phrase;
        return Escaped().Replace(phrase[1..^1], "$1");
    }

    private static List<string> SplitAddresses(string raw)
    {
        var list = new List<string>();
        var (start, quoted, depth) = (0, false, 0);
        for (var i = 0; i < raw.Length; i++)
        {
            switch (raw[i])
            {
                case '\\' when quoted:
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '(' when !quoted:
                    depth++;
                    break;
                case ')' when !quoted && depth > 0:
                    depth--;
                    break;
                case ',' when !quoted && depth == 0:
                    list.Add(raw[start..i]);
                    start = i + 1;
                    break;
            }
        }
        list.Add(raw[start..]);
        return list;
    }

    [GeneratedRegex(@"<(?<address>[^<>]*)>\s*(?:\([^()]*\)\s*)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Angle();

    [GeneratedRegex(@"^(?:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128}|""[ !#-\[\]-~]{1,128}"")@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\\(.)", RegexOptions.CultureInvariant)]
    private static partial Regex Escaped();

    [GeneratedRegex(@"<[!-;=?-~]{1,500}>", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
