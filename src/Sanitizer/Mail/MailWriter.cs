using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Writes a message from nothing: known headers in one order, text in UTF-8, files in base64. The same message gives the same bytes.</summary>
/// <remarks>Parts are kept in the job's scratch, not in memory, until their boundary is known: it is made of their content.</remarks>
internal sealed class MailWriter(Job job) : IDisposable
{
    private const int LineBytes = 57; // 76 characters of base64

    private readonly Scratch kept = job.NewScratch();
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<(long Start, long Length)> files = [], pictures = [];
    private byte[] text = [];
    private byte[]? html;

    /// <param name="body">With CRLF.</param>
    public void Text(string body) => text = TextPart(body);

    /// <param name="page">Clean, with addresses of <see cref="Picture"/> only.</param>
    public void Html(string page) => html = Encoding.ASCII.GetBytes($"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Lines(Encoding.UTF8.GetBytes(page))}");

    /// <summary>A picture that the page shows.</summary>
    /// <param name="address">Its Content-ID without angles.</param>
    public void Picture(string name, FileKind kind, Source content, string address) =>
        pictures.Add(Part($"Content-Type: {MediaType(kind)}\r\nContent-ID: <{address}>\r\nContent-Disposition: inline;\r\n {FileName(name)}\r\nContent-Transfer-Encoding: base64\r\n\r\n", content, isMessage: false));

    public void Attach(string name, FileKind kind, Source content)
    {
        // Our own messages are ASCII with short lines: a message inside must not be encoded again (RFC 2046 §5.2.1).
        var isMessage = kind == FileKind.Eml;
        files.Add(Part($"Content-Type: {(isMessage ? "message/rfc822" : MediaType(kind))}\r\nContent-Disposition: attachment;\r\n {FileName(name)}\r\nContent-Transfer-Encoding: {(isMessage ? "7bit" : "base64")}\r\n\r\n", content, isMessage));
    }

    public void Write(Stream output, MailHead head)
    {
        Ascii(output, head.Write());
        hash.AppendData(text);
        hash.AppendData(html ?? []);
        var mark = Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
        if (files.Count == 0)
        {
            Body(output, mark);
            return;
        }
        Multipart(output, "mixed", "=_sekisho_" + mark, [() => Body(output, mark), .. files.Select(f => (Action)(() => Copy(output, f)))]);
    }

    public void Dispose()
    {
        kept.Dispose();
        hash.Dispose();
    }

    private void Body(Stream output, string mark)
    {
        if (html is null) output.Write(text);
        else Multipart(output, "alternative", "=_sekishoA_" + mark, [() => output.Write(text), () => Page(output, mark)]);
    }

    private void Page(Stream output, string mark)
    {
        if (pictures.Count == 0) output.Write(html!);
        else Multipart(output, "related", "=_sekishoR_" + mark, [() => output.Write(html!), .. pictures.Select(p => (Action)(() => Copy(output, p)))]);
    }

    private static void Multipart(Stream output, string kind, string boundary, IReadOnlyList<Action> parts)
    {
        Ascii(output, $"Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n");
        foreach (var part in parts)
        {
            Ascii(output, $"--{boundary}\r\n");
            part();
            output.Write("\r\n"u8);
        }
        Ascii(output, $"--{boundary}--\r\n");
    }

    private (long Start, long Length) Part(string head, Source content, bool isMessage)
    {
        var start = kept.Length;
        kept.Position = start;
        Keep(Encoding.ASCII.GetBytes(head));
        var block = new byte[LineBytes * 1024];
        var packed = new byte[78 * 1024];
        for (long at = 0; content.Read(at, block) is var read and > 0; at += read)
        {
            if (isMessage)
            {
                Keep(block.AsSpan(0, read));
                continue;
            }
            var length = 0;
            for (var line = 0; line < read; line += LineBytes)
            {
                Base64.EncodeToUtf8(block.AsSpan(line, Math.Min(LineBytes, read - line)), packed.AsSpan(length), out _, out var written);
                length += written;
                packed[length++] = (byte)'\r';
                packed[length++] = (byte)'\n';
            }
            Keep(packed.AsSpan(0, length));
        }
        if (content.Length == 0 && !isMessage) Keep("\r\n"u8);
        return (start, kept.Length - start);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        kept.Write(bytes);
        hash.AppendData(bytes);
    }

    private void Copy(Stream output, (long Start, long Length) part) => kept.AsSource().Open(part.Start, part.Length).CopyTo(output);

    private static void Ascii(Stream output, string line) => output.Write(Encoding.ASCII.GetBytes(line));

    private static byte[] TextPart(string body)
    {
        var plain = body.All(static c => c is '\r' or '\n' or '\t' or >= ' ' and <= '~') && body.Split("\r\n").All(static l => l.Length <= 900 && !l.StartsWith("From ", StringComparison.Ordinal) && l != ".");
        return Encoding.ASCII.GetBytes(plain
            ? $"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n{body}"
            : $"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Lines(Encoding.UTF8.GetBytes(body))}");
    }

    private static string FileName(string name) => name.All(static c => c is > ' ' and <= '~' and not ('"' or '\\')) && name.Length < 60 ? $"filename=\"{name}\"" : Extended(name);

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
        "ics" => "text/calendar",
        "vcf" => "text/vcard",
        // Not text/plain: another program on the way may turn line ends or charsets of text round.
        _ => "application/octet-stream",
    };

    private static string Lines(byte[] content) => Convert.ToBase64String(content, Base64FormattingOptions.InsertLineBreaks) + "\r\n";
}
