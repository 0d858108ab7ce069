using System.Buffers;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>One part of a message as it came: headers and, decoded no further, its body (RFC 2045, RFC 5322). What is broken is read as most programs read it, and told: nothing of it is copied, so no other reading matters (ADR-0100).</summary>
internal sealed class MimeEntity
{
    private const int MostHeaderBytes = 1 << 20, MostHeaders = 2000, MostParts = 10_000, MostDepth = 40, MostLookedAhead = 20;

    private static readonly SearchValues<byte> Base64Letters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    private static readonly SearchValues<byte> Base64Lines = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n"u8);

    private static readonly HashSet<string> WellKnown = new("From To Cc Subject Date Message-ID MIME-Version Content-Type Content-Transfer-Encoding Content-Disposition Received Reply-To Sender Return-Path References In-Reply-To X-Mailer".Split(' '), StringComparer.OrdinalIgnoreCase);

    private readonly List<(string Name, string Value)> headers;

    private MimeEntity(Head head, ReadOnlyMemory<byte> body)
    {
        headers = head.Headers;
        Body = body;
        ContentType = MimeHeader.Read(First("Content-Type") ?? "text/plain");
        // What names no kind is text (RFC 2045 §5.2).
        if (!ContentType.Value.Contains('/', StringComparison.Ordinal)) ContentType = ContentType with { Value = "text/plain" };
        Disposition = MimeHeader.Read(First("Content-Disposition") ?? "");
    }

    /// <param name="IsOpen">True where no empty line stands before the body.</param>
    private readonly record struct Head(List<(string Name, string Value)> Headers, int BodyAt, bool IsOpen);

    public ReadOnlyMemory<byte> Body { get; private set; }

    public MimeHeader ContentType { get; private set; }

    public MimeHeader Disposition { get; }

    /// <summary>Lower case; 7bit when there is none.</summary>
    public string TransferEncoding { get => field ?? Encoding7(First("Content-Transfer-Encoding")); private set; }

    public IReadOnlyList<MimeEntity> Parts { get; private set; } = [];

    /// <summary>The name that the part gives itself, decoded; null when it has none.</summary>
    public string? FileName => Disposition.Parameter("filename") ?? ContentType.Parameter("name");

    /// <summary>Without angles; empty when it has none.</summary>
    public string ContentId => (First("Content-ID") ?? "").Trim().Trim('<', '>');

    public bool IsAttachment => Disposition.Value == "attachment" || (FileName is not null && ContentType.Value is not ("text/plain" or "text/html" or ""));

    public string? First(string name) => headers.Find(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Name: not null } found ? found.Value : null;

    public IReadOnlyList<string> All(string name) => [.. headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static h => h.Value)];

    /// <summary>All headers, from the top.</summary>
    public IReadOnlyList<(string Name, string Value)> Fields => headers;

    /// <exception cref="RefusedException">It is beyond all measure.</exception>
    public static MimeEntity Read(ReadOnlyMemory<byte> untrusted, Job job)
    {
        var count = 0;
        return Read(untrusted, job, 0, ref count);
    }

    /// <summary>True for what begins like a message, however broken.</summary>
    public static bool IsMessage(ReadOnlySpan<byte> untrusted) => HeadersFollow((untrusted.StartsWith("\uFEFF"u8) ? untrusted[3..] : untrusted).TrimStart("\r\n"u8));

    /// <summary>Headers alone, as Outlook keeps those of the way: no body, whatever they say of one.</summary>
    public static MimeEntity ReadHead(ReadOnlyMemory<byte> untrusted, Job job) => new(ReadHeaders(untrusted.Span, job, isTop: true), default);

    private static MimeEntity Read(ReadOnlyMemory<byte> untrusted, Job job, int depth, ref int count)
    {
        if (depth > MostDepth) throw Refusals.TooDeep("", MostDepth);
        if (++count > MostParts) throw Refusals.TooMany("", MostParts);
        job.Budget.Enter("");
        job.Budget.Check();
        var head = ReadHeaders(untrusted.Span, job, depth == 0);
        var headers = head.Headers;
        var entity = new MimeEntity(head, untrusted[head.BodyAt..]);
        // A line that is no header, and an empty one only behind it: what stands between is none of its letters.
        if (head.IsOpen && entity.All("Content-Transfer-Encoding").Any(static e => Encoding7(e) == "base64") && !LooksEncoded(entity.Body.Span) && EmptyLine(entity.Body.Span) is var at and >= 0 && LooksEncoded(entity.Body.Span[at..])) entity.Body = entity.Body[at..];
        foreach (var name in (string[])["Content-Type", "Content-Transfer-Encoding"])
        {
            if (headers.Count(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) <= 1) continue;
            job.Remove("E-04", "", $"{name} that stands there again");
            // Of several kinds, the one that has parts is it.
            if (name != "Content-Type")
            {
                entity.TransferEncoding = Fitting(entity.All(name).Select(Encoding7).ToList(), entity.Body.Span);
                continue;
            }
            var kinds = entity.All(name).Select(MimeHeader.Read).ToList();
            if (kinds.Find(t => t.Value.StartsWith("multipart/", StringComparison.Ordinal) && entity.BoundaryOf(t) is not null) is { } whole) entity.ContentType = whole;
            // What one program takes for a message is text to another.
            else if (entity.ContentType.Value.StartsWith("message/", StringComparison.Ordinal) && !HeadersFollow(entity.Body.Span) && kinds.Find(static t => !t.Value.StartsWith("message/", StringComparison.Ordinal) && t.Value.Contains('/', StringComparison.Ordinal)) is { } other) entity.ContentType = other;
        }
        if (!entity.ContentType.Value.StartsWith("multipart/", StringComparison.Ordinal))
        {
            return entity;
        }
        if (entity.TransferEncoding is "base64" or "quoted-printable" && entity.BoundaryOf(entity.ContentType) is null)
        {
            // Against the rules (RFC 2045 §6.4), and some programs do it.
            job.Remove("E-16", entity.ContentType.Value, "parts that are encoded together");
            job.Budget.Expand(entity.Body.Length, entity.ContentType.Value);
            entity.Body = entity.TransferEncoding == "base64" ? MimeText.Base64(entity.Body.Span) : MimeText.QuotedPrintable(entity.Body.Span);
        }
        var encoding = entity.TransferEncoding;
        entity.TransferEncoding = "7bit";
        var boundary = entity.BoundaryOf(entity.ContentType);
        if (boundary is null)
        {
            var isEmpty = entity.Body.Span.Trim("\r\n \t"u8).IsEmpty;
            job.Remove("E-05", "", isEmpty ? "a multipart without parts" : "a boundary that is nowhere");
            if (isEmpty) return entity;
            if ((boundary = Guess(entity.Body.Span)) is null)
            {
                entity.ContentType = MimeHeader.Read("text/plain");
                return entity;
            }
        }
        var parts = new List<MimeEntity>();
        foreach (var part in Split(entity.Body, boundary, job))
        {
            var inner = Read(part, job, depth + 1, ref count);
            // What names no kind is a message in a digest (RFC 2046 §5.1.5).
            if (entity.ContentType.Value == "multipart/digest" && inner.First("Content-Type") is null && HeadersFollow(inner.Body.Span)) inner.ContentType = MimeHeader.Read("message/rfc822");
            parts.Add(inner);
        }
        if (parts.Count == 0)
        {
            // Ended before it began: of another kind, where one is named, or else shown as it stands.
            entity.ContentType = entity.All("Content-Type").Select(MimeHeader.Read).FirstOrDefault(static t => !t.Value.StartsWith("multipart/", StringComparison.Ordinal) && t.Value.Contains('/', StringComparison.Ordinal)) ?? MimeHeader.Read("text/plain");
            if (encoding != "base64" || LooksEncoded(entity.Body.Span)) entity.TransferEncoding = encoding;
        }
        entity.Parts = parts;
        return entity;
    }

    /// <summary>The boundary that a kind names and the body has; null without one. Of several names, the one that is there.</summary>
    private string? BoundaryOf(MimeHeader kind) => kind.Every("boundary").Select(static b => b.TrimEnd()).FirstOrDefault(b => b.Length is > 0 and <= 200 && Has(Body.Span, b));

    private static string Encoding7(string? header) => header is null ? "7bit" : header.Split(';')[0].Split('(')[0].Trim().Trim('"').ToLowerInvariant();

    /// <summary>Of several encodings, the one that the body is in: programs take the first or the last.</summary>
    private static string Fitting(List<string> encodings, ReadOnlySpan<byte> body)
    {
        if (encodings.Contains("base64") && LooksEncoded(body)) return "base64";
        if (encodings.Contains("quoted-printable") && body.IndexOf((byte)'=') >= 0) return "quoted-printable";
        return encodings.Find(static e => e is not ("base64" or "quoted-printable")) ?? encodings.Find(static e => e == "quoted-printable") ?? encodings[0];
    }

    /// <summary>True for base64 as it stands in mail: nothing else, or at first nearly all letters of it, no mark of a tag, and no blank for longer than words are.</summary>
    private static bool LooksEncoded(ReadOnlySpan<byte> body)
    {
        var text = body.Trim(" \t\r\n"u8).TrimEnd((byte)'=');
        if (text.IndexOfAnyExcept(Base64Lines) < 0) return true;
        var (letters, others) = (0, 0);
        foreach (var c in text)
        {
            if (Base64Letters.Contains(c)) letters++;
            else if (c is (byte)'<' or (byte)'>' || (c is (byte)' ' && letters < 24)) return false;
            else if (c is not ((byte)'\n' or (byte)'\r')) others++;
            if (letters + others == 60) break;
        }
        return letters >= 24 && letters > others * 6;
    }

    /// <summary>Behind the first empty line; -1 without one.</summary>
    private static int EmptyLine(ReadOnlySpan<byte> body)
    {
        var (lf, crlf) = (body.IndexOf("\n\n"u8), body.IndexOf("\n\r\n"u8));
        return lf >= 0 && (crlf < 0 || lf < crlf) ? lf + 2 : crlf >= 0 ? crlf + 3 : -1;
    }

    private static Head ReadHeaders(ReadOnlySpan<byte> bytes, Job job, bool isTop)
    {
        var headers = new List<(string Name, string Value)>();
        var folded = new StringBuilder();
        var name = "";
        var at = 0;
        var isOpen = false;
        if (isTop && bytes.StartsWith("\uFEFF"u8))
        {
            job.Remove("E-04", "", "a byte order mark before the first header");
            at = 3;
        }
        while (at < bytes.Length)
        {
            if (at > MostHeaderBytes || headers.Count > MostHeaders) throw Refusals.TooMany("", MostHeaders);
            var end = bytes[at..].IndexOf((byte)'\n');
            var line = end < 0 ? bytes[at..] : bytes.Slice(at, end);
            var next = end < 0 ? bytes.Length : at + end + 1;
            line = line.TrimEnd((byte)'\r');
            if (line.StartsWith("\r"u8) && name.Length > 0)
            {
                job.Remove("E-04", "", "a carriage return for an empty line");
                at++;
                break;
            }
            if (line.IndexOf((byte)'\r') >= 0 && InnerLine(line) is var cut and > 0)
            {
                // To some programs a carriage return ends a line.
                job.Remove("E-04", "", "a carriage return for a line end");
                line = line[..cut];
                next = at + cut + 1;
            }
            if (line.IsEmpty && isTop && name.Length == 0 && HeadersFollow(bytes[next..].TrimStart("\r\n"u8)))
            {
                job.Remove("E-04", "", "an empty line before the first header");
                at = next;
                continue;
            }
            if (line.IsEmpty || (name.Length > 0 && line.TrimStart(" \t"u8).IsEmpty && IsBlankEnd(bytes[next..])))
            {
                at = next;
                break;
            }
            if (line.ContainsAny((byte)0, (byte)'\r')) job.Remove("E-04", "", "control characters in a header");
            var text = MimeText.Raw(line);
            if (text.AsSpan().ContainsAny('\0', '\r')) text = text.Replace('\0', ' ').Replace('\r', ' ');
            if (line[0] is (byte)' ' or (byte)'\t')
            {
                if (name.Length > 0) folded.Append(' ').Append(text.AsSpan().TrimStart());
                else job.Remove("E-04", "", "a folded line before the first header");
            }
            else if (text.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && text.AsSpan(0, colon).TrimEnd() is { IsEmpty: false } own && own.IndexOfAnyExceptInRange('!', '~') < 0)
            {
                Flush();
                name = own.ToString();
                folded.Append(text.AsSpan(colon + 1).Trim());
            }
            else if (isTop && (text.StartsWith("From ", StringComparison.Ordinal) || text.StartsWith(">From ", StringComparison.Ordinal)))
            {
                job.Remove("E-04", "", "the envelope line of a mailbox");
            }
            else if (name.Length > 0 && !line.StartsWith("--"u8) && !(line.Length > 20 && line.IndexOfAnyExcept(Base64Letters) < 0) && HeadersFollow(bytes[next..]))
            {
                // A line of a header that lost the blank before it.
                job.Remove("E-04", "", "a line that is no header");
                folded.Append(' ').Append(text.AsSpan().Trim());
            }
            else
            {
                // No blank line before: what is no header is where the body begins.
                isOpen = name.Length > 0;
                if (isOpen) job.Remove("E-04", "", "no empty line behind the headers");
                break;
            }
            at = next;
        }
        Flush();
        return new(headers, Math.Min(at, bytes.Length), isOpen);

        void Flush()
        {
            if (name.Length > 0) headers.Add((name, folded.ToString()));
            folded.Clear();
        }
    }

    /// <summary>Where, behind a bare carriage return, a header begins that says how to read the part; -1 when none does.</summary>
    private static int InnerLine(ReadOnlySpan<byte> line)
    {
        for (var at = 0; line[at..].IndexOf((byte)'\r') is var found and >= 0; at++)
        {
            at += found;
            if (line.Length > at + 8 && Ascii.EqualsIgnoreCase(line.Slice(at + 1, 8), "Content-"u8)) return at;
        }
        return -1;
    }

    /// <summary>A line of blanks ends the headers only where no header follows it.</summary>
    private static bool IsBlankEnd(ReadOnlySpan<byte> after) => !HeadersFollow(after);

    /// <summary>True when one of the next lines, before an empty one, is a header that everybody knows.</summary>
    private static bool HeadersFollow(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < MostLookedAhead && !bytes.IsEmpty; i++)
        {
            var end = bytes.IndexOf((byte)'\n');
            var line = (end < 0 ? bytes : bytes[..end]).TrimEnd((byte)'\r');
            if (line.IsEmpty) return false;
            if (line.IndexOf((byte)':') is var colon and > 0 and < 40 && WellKnown.Contains(Encoding.Latin1.GetString(line[..colon]).TrimEnd())) return true;
            bytes = end < 0 ? default : bytes[(end + 1)..];
        }
        return false;
    }

    private static bool Has(ReadOnlySpan<byte> body, string boundary) => Next(body, 0, Encoding.Latin1.GetBytes("--" + boundary), out _, out _) >= 0;

    /// <summary>Where the next boundary's line begins; -1 when there is none.</summary>
    /// <param name="after">Behind its line end.</param>
    private static int Next(ReadOnlySpan<byte> body, int from, ReadOnlySpan<byte> marker, out int after, out bool closes)
    {
        (after, closes) = (body.Length, false);
        while (from < body.Length && body[from..].IndexOf(marker) is var found and >= 0)
        {
            var at = from + found;
            from = at + marker.Length;
            if (at > 0 && body[at - 1] is not ((byte)'\n' or (byte)'\r')) continue;
            var end = body[from..].IndexOfAny((byte)'\n', (byte)'\r');
            var rest = (end < 0 ? body[from..] : body.Slice(from, end)).TrimEnd(" \t"u8);
            closes = rest.SequenceEqual("--"u8);
            if (!rest.IsEmpty && !closes) continue;
            // A line end, with a carriage return too many as some servers have it.
            after = end < 0 ? body.Length : from + end + (body[(from + end)..] switch { [(byte)'\r', (byte)'\r', (byte)'\n', ..] => 3, [(byte)'\r', (byte)'\n', ..] => 2, _ => 1 });
            return at;
        }
        return -1;
    }

    /// <summary>What the parts seem to be divided by, where the header doesn't say: a first line of two hyphens and more that comes again.</summary>
    private static string? Guess(ReadOnlySpan<byte> body)
    {
        for (var i = 0; i < 100 && !body.IsEmpty; i++)
        {
            var end = body.IndexOf((byte)'\n');
            var line = (end < 0 ? body : body[..end]).TrimEnd("\r \t"u8);
            var rest = end < 0 ? default : body[(end + 1)..];
            if (line.Length is > 6 and <= 200 && line.StartsWith("--"u8) && !line.ContainsAny((byte)' ', (byte)'\t') && line.TrimStart((byte)'-').Length > 3)
            {
                var boundary = Encoding.Latin1.GetString(line[2..]);
                if (Has(rest, boundary)) return boundary;
            }
            body = rest;
        }
        return null;
    }

    private static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, string boundary, Job job)
    {
        var marker = Encoding.Latin1.GetBytes("--" + boundary);
        var parts = new List<ReadOnlyMemory<byte>>();
        var span = body.Span;
        var at = Next(span, 0, marker, out var start, out var closes);
        if (!span[..at].Trim("\r\n \t"u8).IsEmpty && !IsCustomary(span[..at])) job.Remove("E-05", "", "text before the first part");
        while (!closes)
        {
            at = Next(span, start, marker, out var after, out closes);
            if (at < 0)
            {
                job.Remove("E-05", "", "the last boundary is missing");
                parts.Add(body[start..]);
                return parts;
            }
            parts.Add(body[start..Math.Max(start, EndBefore(span, at))]);
            if (parts.Count > MostParts) throw Refusals.TooMany("", MostParts);
            start = after;
            if (!closes) continue;
            // Behind the end, or the end of a multipart inside that has the same boundary or a longer one: programs read on where another part begins.
            if (PartBehind(span, start, marker) is not { } again) break;
            job.Remove("E-05", "", "parts after the last boundary");
            (start, closes) = (again, false);
        }
        if (!span[start..].Trim("\r\n \t"u8).IsEmpty) job.Remove("E-05", "", "text after the last part");
        return parts;
    }

    private static int? PartBehind(ReadOnlySpan<byte> span, int at, ReadOnlySpan<byte> marker)
    {
        while (!BeginsPart(span[at..]))
        {
            if (Next(span, at, marker, out at, out var closes) < 0) return null;
            if (!closes) break;
        }
        return at;
    }

    /// <summary>True where a header stands that only parts have.</summary>
    private static bool BeginsPart(ReadOnlySpan<byte> bytes) => bytes.Length > 8 && Ascii.EqualsIgnoreCase(bytes[..8], "Content-"u8);

    /// <summary>The line end before a boundary belongs to the boundary.</summary>
    private static int EndBefore(ReadOnlySpan<byte> span, int at)
    {
        if (at > 0 && span[at - 1] == '\n') at--;
        if (at > 0 && span[at - 1] == '\r') at--;
        return at;
    }

    private static bool IsCustomary(ReadOnlySpan<byte> preamble) => preamble.IndexOf("multi-part message in MIME format"u8) >= 0 && preamble.Length < 200;
}
