using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>One part of a message as it came: headers and, decoded no further, its body (RFC 2045, RFC 5322).</summary>
internal sealed class MimeEntity
{
    private const int MostHeaderBytes = 1 << 20, MostHeaders = 2000, MostParts = 2000, MostDepth = 20;

    private readonly List<(string Name, string Value)> headers;

    private MimeEntity(List<(string Name, string Value)> headers, ReadOnlyMemory<byte> body)
    {
        this.headers = headers;
        Body = body;
        ContentType = MimeHeader.Read(First("Content-Type") ?? "text/plain");
        Disposition = MimeHeader.Read(First("Content-Disposition") ?? "");
    }

    public ReadOnlyMemory<byte> Body { get; }

    public MimeHeader ContentType { get; }

    public MimeHeader Disposition { get; }

    /// <summary>Lower case; 7bit when there is none.</summary>
    public string TransferEncoding => (First("Content-Transfer-Encoding") ?? "7bit").Trim().ToLowerInvariant();

    public IReadOnlyList<MimeEntity> Parts { get; private set; } = [];

    /// <summary>The name that the part gives itself, decoded; null when it has none.</summary>
    public string? FileName => Disposition.Parameter("filename") ?? ContentType.Parameter("name");

    /// <summary>Without angles; empty when it has none.</summary>
    public string ContentId => (First("Content-ID") ?? "").Trim().Trim('<', '>');

    public bool IsAttachment => Disposition.Value == "attachment" || (FileName is not null && ContentType.Value is not ("text/plain" or "text/html"));

    public string? First(string name) => headers.Find(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Name: not null } found ? found.Value : null;

    public int Count(string name) => headers.Count(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<string> Names => headers.Select(static h => h.Name);

    /// <exception cref="RefusedException">It can't be told where a part begins or ends.</exception>
    public static MimeEntity Read(ReadOnlyMemory<byte> untrusted, Job job)
    {
        var count = 0;
        return Read(untrusted, job, 0, ref count);
    }

    /// <summary>Headers alone, as Outlook keeps those of the way: no body, whatever they say of one.</summary>
    public static MimeEntity ReadHead(byte[] untrusted, Job job) => new(ReadHeaders(untrusted, job).Headers, default);

    private static MimeEntity Read(ReadOnlyMemory<byte> untrusted, Job job, int depth, ref int count)
    {
        if (depth > MostDepth) throw Refusals.TooDeep("", MostDepth);
        if (++count > MostParts) throw Refusals.TooMany("", MostParts);
        job.Budget.Check();
        var (headers, bodyAt) = ReadHeaders(untrusted.Span, job);
        var entity = new MimeEntity(headers, untrusted[bodyAt..]);
        if (entity.Count("Content-Type") > 1 || entity.Count("Content-Transfer-Encoding") > 1) throw Broken("SAN-MAIL-001", "同じ見出しが二つあり、読むソフトにより違って見えます", "a header is there twice, and programs would read it differently");
        if (!entity.ContentType.Value.StartsWith("multipart/", StringComparison.Ordinal)) return entity;
        if (entity.ContentType.Parameter("boundary") is not { Length: > 0 and <= 200 } boundary) throw Broken("SAN-MAIL-002", "区切りの指定がありません", "the boundary is missing");
        var parts = new List<MimeEntity>();
        foreach (var part in Split(entity.Body, boundary, job)) parts.Add(Read(part, job, depth + 1, ref count));
        entity.Parts = parts;
        return entity;
    }

    private static (List<(string, string)> Headers, int BodyAt) ReadHeaders(ReadOnlySpan<byte> bytes, Job job)
    {
        var headers = new List<(string Name, string Value)>();
        var at = 0;
        while (at < bytes.Length)
        {
            if (at > MostHeaderBytes || headers.Count > MostHeaders) throw Refusals.TooMany("", MostHeaders);
            var end = bytes[at..].IndexOf((byte)'\n');
            var line = end < 0 ? bytes[at..] : bytes.Slice(at, end);
            var next = end < 0 ? bytes.Length : at + end + 1;
            if (line.Length > 0 && line[^1] == '\r') line = line[..^1];
            if (line.IsEmpty) return (headers, next);
            if (line.Contains((byte)0) || line.Contains((byte)'\r')) throw Broken("SAN-MAIL-003", "見出しに制御文字があります", "there are control characters in a header");
            var text = MimeText.Raw(line);
            if (line[0] is (byte)' ' or (byte)'\t')
            {
                if (headers.Count > 0) headers[^1] = (headers[^1].Name, headers[^1].Value + " " + text.TrimStart());
                else job.Remove("E-04", "", "a folded line before the first header");
            }
            else if (text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && text.AsSpan(0, colon).TrimEnd().IndexOfAnyExceptInRange('!', '~') < 0)
            {
                headers.Add((text[..colon].TrimEnd(), text[(colon + 1)..].Trim()));
            }
            else if (headers.Count == 0 && text.StartsWith("From ", StringComparison.Ordinal))
            {
                job.Remove("E-04", "", "the envelope line of a mailbox");
            }
            else
            {
                // No header and no blank line before: readers differ on whether the body has begun.
                throw Broken("SAN-MAIL-004", "見出しと本文の境が分かりません", "it can't be told where the headers end");
            }
            at = next;
        }
        return (headers, bytes.Length);
    }

    private static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, string boundary, Job job)
    {
        var marker = Encoding.Latin1.GetBytes("--" + boundary);
        var parts = new List<ReadOnlyMemory<byte>>();
        var start = -1;
        var at = 0;
        var closed = false;
        var span = body.Span;
        while (at < span.Length)
        {
            var end = span[at..].IndexOf((byte)'\n');
            var next = end < 0 ? span.Length : at + end + 1;
            var line = span[at..next].TrimEnd("\r\n \t"u8);
            if (line.StartsWith(marker) && (line.Length == marker.Length || line[marker.Length..].SequenceEqual("--"u8)))
            {
                if (start >= 0) parts.Add(body[start..Math.Max(start, EndBefore(span, at))]);
                else if (!span[..at].Trim("\r\n \t"u8).IsEmpty && !IsCustomary(span[..at])) job.Remove("E-05", "", "text before the first part");
                closed = line.Length > marker.Length;
                start = closed ? -1 : next;
                if (closed)
                {
                    if (!span[next..].Trim("\r\n \t"u8).IsEmpty) job.Remove("E-05", "", "text after the last part");
                    return parts;
                }
            }
            at = next;
        }
        if (start < 0 && span.Trim("\r\n \t"u8).IsEmpty)
        {
            job.Remove("E-05", "", "a multipart without parts");
            return parts;
        }
        if (start < 0) throw Broken("SAN-MAIL-005", "区切りが本文にありません", "the boundary is nowhere in the body");
        job.Remove("E-05", "", "the last boundary is missing");
        parts.Add(body[start..]);
        return parts;
    }

    /// <summary>The line end before a boundary belongs to the boundary.</summary>
    private static int EndBefore(ReadOnlySpan<byte> span, int at)
    {
        if (at > 0 && span[at - 1] == '\n') at--;
        if (at > 0 && span[at - 1] == '\r') at--;
        return at;
    }

    private static bool IsCustomary(ReadOnlySpan<byte> preamble) => preamble.IndexOf("multi-part message in MIME format"u8) >= 0 && preamble.Length < 200;

    private static RefusedException Broken(string code, string ja, string en) => Refusals.Broken("", code, ja, en);
}
