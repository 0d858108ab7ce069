using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Tests.Pdf;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Looks for a word in whatever form it is in: unpacked, decoded, joined. Shares no code with the sanitiser (System.IO.Compression, qpdf, and what is here).</summary>
internal static partial class DeepSearch
{
    private const int MostDepth = 8, MostViews = 4_000, MostBytes = 96 << 20, MostUnpacked = 4 << 20;

    /// <summary>The way by which the word was found ("zip:a.xml › base64 › entities"); null when it is nowhere.</summary>
    public static string? Find(byte[] content, string word) => FindAny(content, [word]).GetValueOrDefault(word);

    /// <summary>Of some words, those that are in it, each with the way to it.</summary>
    public static Dictionary<string, string> FindAny(byte[] content, IReadOnlyList<string> words)
    {
        var found = new Dictionary<string, string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<(byte[] Bytes, string Way, int Depth)>();
        Add(content, "", 0);
        var (views, bytes) = (0, 0L);
        while (open.TryDequeue(out var view) && found.Count < words.Count)
        {
            var text = Encoding.Latin1.GetString(view.Bytes);
            foreach (var word in words)
            {
                if (!found.ContainsKey(word) && (text.Contains(word, StringComparison.OrdinalIgnoreCase) || view.Bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)) >= 0)) found[word] = view.Way.Length == 0 ? "plainly" : view.Way;
            }
            bytes += view.Bytes.Length;
            Assert.True(++views < MostViews && bytes < MostBytes, $"too much to look through: {view.Way}");
            if (view.Depth < MostDepth)
            {
                foreach (var (name, inner) in Views(view.Bytes, text)) Add(inner, view.Way.Length == 0 ? name : $"{view.Way} › {name}", view.Depth + 1);
            }
        }
        return found;

        void Add(byte[] bytes, string way, int depth)
        {
            if (bytes.Length > 3 && seen.Add(Convert.ToHexString(SHA256.HashData(bytes)))) open.Enqueue((bytes, way, depth));
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Views(byte[] bytes, string text)
    {
        foreach (var view in Packed(bytes, text)) yield return view;
        if (text.Contains('\0', StringComparison.Ordinal)) yield return ("without zeros", [.. bytes.Where(static b => b != 0)]);
        if (bytes.Length > 1 << 20) yield break;
        foreach (Match run in Base64().Matches(text))
        {
            // A word before the first line may look like a part of it: each of the four beginnings is tried.
            var letters = Blank().Replace(run.Value, "");
            for (var skip = 0; skip < 4; skip++)
            {
                if (Unbase64(letters[skip..]) is { Length: > 5 } decoded) yield return ("base64", decoded);
            }
        }
        foreach (Match run in Hex().Matches(text))
        {
            var digits = Blank().Replace(run.Value, "");
            yield return ("hex", Convert.FromHexString(digits[..(digits.Length & ~1)]));
        }
        // Noise is no text: one byte of nine in it is a control character.
        var controls = 0;
        foreach (var b in bytes) controls += b is < 0x20 and not (9 or 10 or 13) ? 1 : 0;
        if (controls > bytes.Length * 0.06 + 4) yield break;
        foreach (var (name, decode) in Decoders)
        {
            var decoded = decode(text);
            if (decoded != text) yield return (name, Encoding.Latin1.GetBytes(decoded));
        }
    }

    private static readonly (string Name, Func<string, string> Decode)[] Decoders =
    [
        ("quoted-printable", static t => Qp().Replace(t, static m => m.Groups[1].Success ? Char(m.Groups[1].Value, 16) : "")),
        ("percent", static t => Percent().Replace(t, static m => Char(m.Groups[1].Value, 16))),
        ("entities", static t => t.Contains('&', StringComparison.Ordinal) ? Latin(WebUtility.HtmlDecode(t)) : t),
        ("names of PDF", static t => t.Contains('/', StringComparison.Ordinal) ? PdfName().Replace(t, static m => Char(m.Groups[1].Value, 16)) : t),
        ("octal", static t => Octal().Replace(t, static m => m.Groups[1].Success ? Char(m.Groups[1].Value, 8) : "")),
        ("escapes of CSS", static t => CssEscape().Replace(t, static m => Char(m.Groups[1].Value, 16))),
        ("escapes of JSON", static t => JsonEscape().Replace(t, static m => Char(m.Groups[1].Value, 16))),
        ("escapes of RTF", static t => RtfEscape().Replace(t, static m => m.Groups[1].Success ? Char(m.Groups[1].Value, 16) : Char(((ushort)int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture)).ToString("x", CultureInfo.InvariantCulture), 16))),
        ("text of RTF", static t => t.Contains("{\\rt", StringComparison.Ordinal) ? RtfControl().Replace(t, "") : t),
        ("without tags", static t => t.Contains('<', StringComparison.Ordinal) ? Tag().Replace(t, "") : t),
        ("UTF-7", static t => Utf7().Replace(t, static m => Unbase64(m.Groups[1].Value) is { Length: > 1 } b ? Latin(Encoding.BigEndianUnicode.GetString(b)) : m.Value)),
        ("without blanks", static t => Invisible().Replace(Blank().Replace(t, ""), "")),
        ("joined strings", static t => t.Replace("\"&\"", "", StringComparison.Ordinal).Replace("\"+\"", "", StringComparison.Ordinal)),
    ];

    private static IEnumerable<(string Name, byte[] Bytes)> Packed(byte[] bytes, string text)
    {
        for (var at = text.IndexOf("PK\u0003\u0004", StringComparison.Ordinal); at >= 0; at = text.IndexOf("PK\u0003\u0004", at + 4, StringComparison.Ordinal))
        {
            foreach (var view in LocalFile(bytes, at)) yield return view;
        }
        for (var at = text.IndexOf("\u001F\u008B\u0008", StringComparison.Ordinal); at >= 0; at = text.IndexOf("\u001F\u008B\u0008", at + 3, StringComparison.Ordinal))
        {
            var start = at;
            if (Unpack(() => new GZipStream(new MemoryStream(bytes, start, bytes.Length - start), CompressionMode.Decompress)) is { } unpacked) yield return ("gzip", unpacked);
        }
        for (var at = 0; at + 8 < bytes.Length; at++)
        {
            if ((bytes[at] & 0x8F) != 8 || ((bytes[at] << 8) | bytes[at + 1]) % 31 != 0 || bytes[at] < 0x48) continue;
            var start = at;
            if (Unpack(() => new ZLibStream(new MemoryStream(bytes, start, bytes.Length - start), CompressionMode.Decompress)) is { Length: > 5 } unpacked) yield return ("zlib", unpacked);
        }
        for (var at = text.IndexOf("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1", StringComparison.Ordinal); at >= 0; at = text.IndexOf("\u00D0\u00CF\u0011\u00E0", at + 4, StringComparison.Ordinal))
        {
            foreach (var view in Compound(bytes[at..])) yield return view;
        }
        if (text.Contains("%PDF-", StringComparison.Ordinal) && (text.Contains("/Encrypt", StringComparison.Ordinal) || text.Contains("/LZW", StringComparison.Ordinal) || text.Contains("/ASCII85", StringComparison.Ordinal) || text.Contains("/RunLength", StringComparison.Ordinal)))
            yield return ("qpdf", Encoding.Latin1.GetBytes(PdfChecker.Everything(bytes)));
    }

    private static IEnumerable<(string, byte[])> LocalFile(byte[] bytes, int at)
    {
        if (at + 30 > bytes.Length) yield break;
        var method = BitConverter.ToUInt16(bytes, at + 8);
        var data = at + 30 + BitConverter.ToUInt16(bytes, at + 26) + BitConverter.ToUInt16(bytes, at + 28);
        if (data > bytes.Length) yield break;
        var name = Encoding.UTF8.GetString(bytes, at + 30, BitConverter.ToUInt16(bytes, at + 26));
        if (method == 8 && Unpack(() => new DeflateStream(new MemoryStream(bytes, data, bytes.Length - data), CompressionMode.Decompress)) is { } unpacked) yield return ($"zip:{name}", unpacked);
        // Stored: to where its header says, so that it is looked at by itself.
        var length = BitConverter.ToInt32(bytes, at + 18);
        if (method == 0 && length > 0 && length <= bytes.Length - data) yield return ($"zip:{name}", bytes[data..(data + length)]);
    }

    private static List<(string, byte[])> Compound(byte[] bytes)
    {
        var views = new List<(string, byte[])>();
        try
        {
            foreach (var (path, content, _) in Cfb.Read(bytes))
            {
                views.Add(("names of OLE", Encoding.Latin1.GetBytes(path)));
                if (content is null) continue;
                views.Add(($"ole:{path}", content));
                for (var at = 0; at + 3 < content.Length; at++)
                {
                    if (content[at] == 1 && (content[at + 2] & 0x70) == 0x30 && Macro(content, at) is { Length: > 8 } source) views.Add(("macro", source));
                }
            }
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // Cut off: its bytes are looked at as they are.
        }
        return views;
    }

    /// <summary>[MS-OVBA] §2.4.1.</summary>
    private static byte[]? Macro(byte[] bytes, int at)
    {
        var output = new List<byte>();
        for (at++; at + 2 < bytes.Length;)
        {
            var header = BitConverter.ToUInt16(bytes, at);
            if ((header & 0x7000) != 0x3000) break;
            var (end, start) = (Math.Min(bytes.Length, at + 3 + (header & 0xFFF)), output.Count);
            at += 2;
            while (at < end)
            {
                var flags = bytes[at++];
                for (var i = 0; i < 8 && at < end; i++)
                {
                    if ((flags >> i & 1) == 0)
                    {
                        output.Add(bytes[at++]);
                        continue;
                    }
                    if (at + 1 >= end || output.Count == start) return [.. output];
                    var bits = Math.Max(4, (int)Math.Ceiling(Math.Log2(output.Count - start)));
                    var token = BitConverter.ToUInt16(bytes, at);
                    at += 2;
                    var (length, offset) = ((token & (0xFFFF >> bits)) + 3, (token >> (16 - bits)) + 1);
                    if (offset > output.Count) return [.. output];
                    while (length-- > 0) output.Add(output[^offset]);
                }
            }
        }
        return [.. output];
    }

    private static byte[]? Unpack(Func<Stream> open)
    {
        using var output = new MemoryStream();
        try
        {
            using var stream = open();
            var buffer = new byte[1 << 15];
            for (int read; output.Length < MostUnpacked && (read = stream.Read(buffer)) > 0;) output.Write(buffer, 0, read);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // As far as it went.
        }
        return output.Length > 0 ? output.ToArray() : null;
    }

    private static byte[]? Unbase64(string text)
    {
        var clean = Blank().Replace(text, "").Replace('-', '+').Replace('_', '/').TrimEnd('=');
        if (clean.Length % 4 == 1) clean = clean[..^1];
        try
        {
            return Convert.FromBase64String(clean + new string('=', (4 - (clean.Length % 4)) % 4));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Char(string digits, int numberBase) => Convert.ToInt32(digits, numberBase) is var code and < 256 ? ((char)code).ToString() : "\uFFFD";

    private static string Latin(string text) => string.Concat(text.Select(static c => c < 256 ? c : '?'));

    [GeneratedRegex(@"[A-Za-z0-9+/_\-](?:[A-Za-z0-9+/_\-]|\r?\n[ \t]*){14,}={0,2}", RegexOptions.CultureInvariant)]
    private static partial Regex Base64();

    [GeneratedRegex(@"(?:[0-9A-Fa-f]{2}\s{0,3}){6,}", RegexOptions.CultureInvariant)]
    private static partial Regex Hex();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();

    [GeneratedRegex(@"[\x00-\x1F\x7F\xAD]|\xE2\x80[\x8B-\x8F\xAA-\xAE]|\xE2\x81[\xA0-\xAF]|\xEF\xBB\xBF", RegexOptions.CultureInvariant)]
    private static partial Regex Invisible();

    [GeneratedRegex(@"=([0-9A-Fa-f]{2})|=\r?\n", RegexOptions.CultureInvariant)]
    private static partial Regex Qp();

    [GeneratedRegex(@"%([0-9A-Fa-f]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex Percent();

    [GeneratedRegex(@"#([0-9A-Fa-f]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex PdfName();

    [GeneratedRegex(@"\\([0-7]{3})|\\\r?\n", RegexOptions.CultureInvariant)]
    private static partial Regex Octal();

    [GeneratedRegex(@"\\([0-9A-Fa-f]{2,6}) ?", RegexOptions.CultureInvariant)]
    private static partial Regex CssEscape();

    [GeneratedRegex(@"\\(?:u|x)\{?([0-9A-Fa-f]{2,4})\}?", RegexOptions.CultureInvariant)]
    private static partial Regex JsonEscape();

    [GeneratedRegex(@"\\'([0-9A-Fa-f]{2})|\\u(-?\d{1,5})\s?\??", RegexOptions.CultureInvariant)]
    private static partial Regex RtfEscape();

    [GeneratedRegex(@"\\[a-z]+-?\d* ?|\\\*|[{}\r\n]", RegexOptions.CultureInvariant)]
    private static partial Regex RtfControl();

    [GeneratedRegex(@"<[^>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\+([A-Za-z0-9+/]{2,})-?", RegexOptions.CultureInvariant)]
    private static partial Regex Utf7();
}
