using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>The characters of a page, a drawing or a data file, whatever code it is in (文字コードの判定). What is written from them is UTF-8.</summary>
internal static partial class MarkupText
{
    /// <summary>Decodes once: by the mark, by what the text declares, by what fits; never UTF-7.</summary>
    /// <param name="declared">A charset that stands outside (of mail); null without one.</param>
    /// <param name="isLenient">What can't be decoded becomes U+FFFD, as browsers do; else it refuses the file.</param>
    public static string Decode(Source untrusted, Job job, string? declared = null, bool isLenient = false)
    {
        var bytes = untrusted.Whole(job.Policy.Limits.InMemoryBytes).Span;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return Strict(Encoding.UTF8, bytes[3..], isLenient);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Strict(Encoding.Unicode, bytes[2..], isLenient);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF])) return Strict(Encoding.BigEndianUnicode, bytes[2..], isLenient);
        if (UnmarkedUtf16.Tell(bytes[..Math.Min(bytes.Length, UnmarkedUtf16.HeadBytes)]) is { } wide)
            return job.Policy.KeepUnmarkedUtf16 ? Strict(wide == TextCode.Utf16Le ? Encoding.Unicode : Encoding.BigEndianUnicode, bytes, isLenient: false) : throw TextForm.Unreadable(0);
        var label = declared ?? (Charset().Match(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 2048)])) is { Success: true } match ? match.Groups["name"].Value : "");
        if (Labelled(label) is { } named && TryStrict(named, bytes) is { } text) return text;
        if (label.Contains("2022-jp", StringComparison.OrdinalIgnoreCase) && Iso2022Jp.ToEuc(bytes) is { } jis && TryStrict(Encoding.GetEncoding(51932), jis) is { } mail) return mail;
        try
        {
            var form = TextForm.Find(untrusted, job.Budget);
            var (source, start, code) = form.Open(untrusted);
            var read = new StringBuilder();
            var reader = new TextForm.UnitReader(source, start, code);
            while (reader.Read(job.Budget, out var units, out _))
            {
                foreach (var unit in units) read.Append(new Rune(unit.Rune).ToString());
            }
            return read.ToString();
        }
        catch (RefusedException) when (isLenient)
        {
            // What CP932 has no character for becomes U+FFFD or the like, as in every other code.
            return (Labelled(label) is not { } lenient ? Encoding.UTF8 : lenient is Cp932Encoding ? Encoding.GetEncoding(932) : lenient).GetString(bytes);
        }
    }

    /// <summary>A page that can't be refused for its code: by its mark, what stands outside or in it, else by what fits.</summary>
    public static string DecodePage(byte[] untrusted, string? declared)
    {
        var bytes = untrusted.AsSpan();
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) return Encoding.UTF8.GetString(bytes[3..]);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE])) return Encoding.Unicode.GetString(bytes[2..]);
        if (Labelled(declared ?? "") is { } outer && TryStrict(outer, bytes) is { } said) return said;
        var label = Charset().Match(Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 2048)])) is { Success: true } match ? match.Groups["name"].Value : declared ?? "";
        return Labelled(label) is { } inner && TryStrict(inner, bytes) is { } own ? own : Mail.MimeText.Decode(untrusted, label).Text;
    }

    private static string Strict(Encoding encoding, ReadOnlySpan<byte> bytes, bool isLenient) => TryStrict(encoding, bytes) ?? (isLenient ? encoding.GetString(bytes) : throw TextForm.Unreadable(0));

    private static string? TryStrict(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return encoding is Cp932Encoding ? encoding.GetString(bytes) : Encoding.GetEncoding(encoding.CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static Encoding? Labelled(string label)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        switch (label.ToLowerInvariant())
        {
            case "utf-8" or "utf8" or "utf-16" or "utf-16le" or "utf-16be": // without a mark it can't be UTF-16, as its own label was read
                return Encoding.UTF8;
            case "shift_jis" or "shift-jis" or "sjis" or "x-sjis" or "windows-31j" or "ms932" or "cp932" or "ms_kanji" or "csshiftjis":
                return Encodings.StrictCp932;
            case "euc-jp" or "x-euc-jp" or "eucjp":
                return Encoding.GetEncoding(51932);
            case "iso-8859-1" or "latin1" or "us-ascii" or "ascii" or "windows-1252":
                return Encoding.GetEncoding(1252);
            case "" or "utf-7" or "unicode-1-1-utf-7" or "iso-2022-jp" or "iso-2022-kr" or "iso-2022-cn" or "hz-gb-2312":
                return null;
        }
        try
        {
            return Encoding.GetEncoding(label) is { IsBrowserDisplay: true } known ? known : null;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    [GeneratedRegex("""<meta[^>]{0,300}?charset\s*=\s*["']?\s*(?<name>[\w.:\-]{2,30})|\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["'](?<name>[\w.:\-]{2,30})""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Charset();
}
