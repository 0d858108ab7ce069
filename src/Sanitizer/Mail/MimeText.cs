using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Text in mail: charsets, encoded words (RFC 2047), and what is left out of it.</summary>
internal static partial class MimeText
{
    private static readonly SearchValues<byte> OfBase64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"u8);
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);
    private static readonly Encoding EucJp = Strict(51932), Latin1252 = Strict(1252), Lossy932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!;
    private static readonly ConcurrentDictionary<string, Encoding?> NamedEncodings = new(StringComparer.Ordinal);

    /// <summary>Header bytes as characters, one each where they aren't UTF-8; <see cref="RawBytes"/> turns them back.</summary>
    public static string Raw(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static byte[] RawBytes(string raw) => raw.All(static c => c < 256) ? Encoding.Latin1.GetBytes(raw) : Encoding.UTF8.GetBytes(raw);

    /// <summary>A header's raw 8-bit or escaped text as characters; what is ASCII stays as it is.</summary>
    public static string DecodeRaw(string raw) => raw.AsSpan().ContainsAnyInRange('\x80', '\u00FF') || raw.Contains('\e', StringComparison.Ordinal) ? Decode(RawBytes(raw), "").Text : raw;

    /// <summary>A header's value with its encoded words decoded; raw 8-bit text by what fits. Words that some program has encoded twice are decoded twice.</summary>
    public static string DecodeWords(string raw)
    {
        var text = DecodeRaw(raw);
        for (var pass = 0; pass < 3 && text.Contains("=?", StringComparison.Ordinal); pass++)
        {
            var decoded = DecodeOnce(text);
            if (decoded == text) break;
            text = decoded;
        }
        return text;
    }

    private static string DecodeOnce(string raw)
    {
        // White space between two encoded words is not part of the text; words of one charset may break inside a character.
        raw = Between().Replace(raw, "$1");
        var text = new StringBuilder();
        var bytes = new List<byte>();
        var charset = "";
        var at = 0;
        foreach (Match word in Word().Matches(raw))
        {
            if (word.Index > at) Flush();
            text.Append(raw, at, word.Index - at);
            at = word.Index + word.Length;
            var own = word.Groups["charset"].Value.Split('*')[0];
            if (!own.Equals(charset, StringComparison.OrdinalIgnoreCase)) Flush();
            charset = own;
            // Blanks in the text of a word are against the rules and common.
            var content = word.Groups["text"].Value;
            bytes.AddRange(word.Groups["encoding"].Value is "B" or "b" ? Base64(content) : Q(content));
        }
        Flush();
        return text.Append(raw, at, raw.Length - at).ToString();

        void Flush()
        {
            if (bytes.Count > 0) text.Append(Decode([.. bytes], charset).Text);
            bytes.Clear();
        }
    }

    /// <summary>Bytes in a declared charset; what is declared wrongly is read as what it is.</summary>
    /// <returns>False when bytes were left that no charset explains; they are U+FFFD.</returns>
    public static (string Text, bool IsClean) Decode(byte[] bytes, string charset)
    {
        var label = charset.Trim().Trim('"', '\'').ToLowerInvariant();
        var isPlain = !bytes.AsSpan().ContainsAnyExceptInRange((byte)1, (byte)0x7F);
        var isJis = label.StartsWith("iso-2022-jp", StringComparison.Ordinal) || label is "csiso2022jp" or "jis" or "x-windows-iso2022jp" or "cp50220" or "cp50221";
        if ((isJis || label is not ("iso-2022-kr" or "iso-2022-cn")) && bytes.AsSpan().IndexOf((byte)0x1B) >= 0)
        {
            var (text, isClean) = JisText.Decode(bytes);
            if (isClean || (isJis && isPlain)) return (text, isClean);
        }
        // Seven bits and no escapes: every charset of mail says the same, but those that are shifted or wide.
        if (isPlain && !isJis && Named(label) is null or { IsSingleByte: true }) return (Encoding.ASCII.GetString(bytes), true);
        if (isPlain && isJis) return JisText.Decode(bytes);
        foreach (var encoding in Candidates(label, bytes))
        {
            try
            {
                return (encoding.GetString(bytes), true);
            }
            catch (DecoderFallbackException)
            {
                // The next one.
            }
        }
        return isJis ? JisText.Decode(bytes) : IsShiftJis(label) ? (Lossy932.GetString(bytes), false) : (Encoding.UTF8.GetString(bytes), false);
    }

    /// <summary>One line of a header: no control or direction characters, blanks at the ends gone.</summary>
    public static string OneLine(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control) clean.Append(' ');
            else if (category is not (UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) && (category is not UnicodeCategory.Format || rune.Value == 0x200D)) clean.Append(rune);
        }
        var line = Blanks().Replace(clean.ToString(), " ").Trim();
        // What is decoded already must not read as something to be decoded.
        return line.Contains("=?", StringComparison.Ordinal) && Word().IsMatch(line) ? line.Replace("=?", "= ?", StringComparison.Ordinal) : line;
    }

    /// <summary>Text as it stands in a body: lines end in LF, no control or direction characters, nothing empty at the end.</summary>
    public static string Body(string text, out bool wasDirty)
    {
        var clean = new StringBuilder(text.Length);
        wasDirty = false;
        foreach (var rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t') clean.Append(rune);
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator || (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format && rune.Value is not (0x200D or 0xFEFF))) wasDirty = true;
            else if (rune.Value != 0xFEFF) clean.Append(rune);
        }
        return clean.ToString().TrimEnd('\n', ' ');
    }

    /// <summary>As a header's value that begins behind a short name: encoded words for what isn't ASCII, folded.</summary>
    public static string Encode(string text) => HeaderLine.Text("Subject", text)["Subject: ".Length..^2];

    public static byte[] Base64(string text) => Base64(Encoding.Latin1.GetBytes(text));

    /// <summary>Base64 of a body; what is none of its letters is passed over, and pieces that were encoded one by one are put together.</summary>
    public static byte[] Base64(ReadOnlySpan<byte> text) => Base64(text, out _);

    /// <param name="wasCut">True when something stood behind the end that isn't base64: the line that a mailing list adds.</param>
    public static byte[] Base64(ReadOnlySpan<byte> text, out bool wasCut)
    {
        wasCut = Dashes(text) is var cut && cut < text.Length;
        text = text[..cut];
        var end = text.IndexOf((byte)'=');
        if (end < 0 || text[end..].Trim("= \t\r\n"u8).IsEmpty) return Letters(end < 0 ? text : text[..end]);
        var whole = new List<byte>(text.Length / 4 * 3);
        var (other, line) = (-1, -1); // the next character that is none of base64, and the next line end: looked for once each
        for (var at = 0; ;)
        {
            whole.AddRange(Letters(text[at..end]));
            at = end;
            var lines = 0;
            while (at < text.Length && text[at] is (byte)'=' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') lines += text[at++] == '\n' ? 1 : 0;
            if (at == text.Length) return [.. whole];
            if (other < at) other = text[at..].IndexOfAnyExcept(OfBase64) is var found and >= 0 ? at + found : text.Length;
            if (line < at) line = text[at..].IndexOf((byte)'\n') is var next and >= 0 ? at + next : text.Length;
            // Behind an empty line nothing of it follows.
            if (lines > 1 || other < line)
            {
                wasCut = true;
                return [.. whole];
            }
            end = text[at..].IndexOf((byte)'=') is var pad and >= 0 ? at + pad : text.Length;
        }
    }

    /// <summary>Where a line of two hyphens begins: a boundary that isn't one, a mailing list's foot.</summary>
    private static int Dashes(ReadOnlySpan<byte> text)
    {
        for (var at = 0; text[at..].IndexOf("--"u8) is var found and >= 0; at += 2)
        {
            at += found;
            if (text[..at].TrimEnd(" \t"u8) is [] or [.., (byte)'\n' or (byte)'\r']) return at;
        }
        return text.Length;
    }

    private static byte[] Letters(ReadOnlySpan<byte> text)
    {
        var clean = new byte[text.Length + 3];
        var length = 0;
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit((char)c) || c is (byte)'+' or (byte)'/') clean[length++] = c;
        }
        if (length % 4 == 1) length--;
        while (length % 4 != 0) clean[length++] = (byte)'=';
        System.Buffers.Text.Base64.DecodeFromUtf8InPlace(clean.AsSpan(0, length), out var decoded);
        return clean[..decoded];
    }

    /// <summary>Quoted-printable of a body.</summary>
    public static byte[] QuotedPrintable(ReadOnlySpan<byte> bytes)
    {
        var decoded = new List<byte>(bytes.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '=')
            {
                decoded.Add(bytes[i]);
                continue;
            }
            var rest = bytes[(i + 1)..];
            // Blanks that some server put behind a soft break belong to it (RFC 2045 §6.7).
            var blanks = rest.IndexOfAnyExcept((byte)' ', (byte)'\t') is var first and >= 0 ? first : rest.Length;
            if (rest[blanks..].StartsWith("\r\n"u8)) i += blanks + 2;
            else if (rest[blanks..].StartsWith("\n"u8)) i += blanks + 1;
            else if (rest.Length >= 2 && char.IsAsciiHexDigit((char)rest[0]) && char.IsAsciiHexDigit((char)rest[1]))
            {
                decoded.Add(Convert.FromHexString(Encoding.ASCII.GetString(rest[..2]))[0]);
                i += 2;
            }
            else decoded.Add((byte)'=');
        }
        return [.. decoded];
    }

    private static IEnumerable<Encoding> Candidates(string label, byte[] bytes)
    {
        var named = Named(label);
        if (label.StartsWith("utf-16", StringComparison.Ordinal) && named is not null) yield return named;
        // Bytes that are UTF-8 by chance aren't met twice in three.
        var isMultibyte = named is not null && !named.IsSingleByte && !IsShiftJis(label);
        if (!isMultibyte && Triples(bytes) >= 2) yield return StrictUtf8;
        if (IsShiftJis(label)) yield return Encodings.StrictCp932;
        if (named is not null) yield return named;
        yield return StrictUtf8;
        if (LooksLikeEuc(bytes)) yield return EucJp;
        yield return Encodings.StrictCp932;
        yield return EucJp;
        yield return Latin1252;
    }

    private static bool IsShiftJis(string label) => label is "shift_jis" or "shift-jis" or "sjis" or "x-sjis" or "cp932" or "ms932" or "windows-31j" or "ms_kanji" or "csshiftjis" or "csshift_jis" or "x-ms-cp932";

    /// <summary>Sequences of three bytes or more that UTF-8 would have.</summary>
    private static int Triples(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        for (var i = bytes.IndexOfAnyInRange((byte)0xE0, (byte)0xF4); i >= 0 && i + 2 < bytes.Length && count < 2; i++)
        {
            if (bytes[i] is >= 0xE0 and <= 0xF4 && (bytes[i + 1] & 0xC0) == 0x80 && (bytes[i + 2] & 0xC0) == 0x80) count++;
        }
        return count;
    }

    /// <summary>Hiragana stand in one row of EUC-JP, which CP932 reads as half-width kana.</summary>
    private static bool LooksLikeEuc(ReadOnlySpan<byte> bytes)
    {
        var (kana, high) = (0, 0);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] < 0x80) continue;
            high++;
            if (bytes[i] is 0xA4 or 0xA5 && i + 1 < bytes.Length && bytes[i + 1] is >= 0xA1 and <= 0xF6)
            {
                kana++;
                high++;
                i++;
            }
        }
        return kana > 0 && kana * 10 >= high;
    }

    private static Encoding Strict(int page) => CodePagesEncodingProvider.Instance.GetEncoding(page, new EncoderExceptionFallback(), new DecoderExceptionFallback())!;

    private static Encoding? Named(string label) => NamedEncodings.GetOrAdd(label.Length > 40 ? "" : label, static name => name switch
    {
        "" or "utf-8" or "utf8" or "us-ascii" or "ascii" or "utf-7" or "unicode-1-1-utf-7" or "unicode-1-1-utf-8" => null,
        "iso-8859-1" or "latin1" or "l1" => Latin1252,
        "euc-jp" or "x-euc-jp" or "eucjp" or "ujis" or "x-euc" => EucJp,
        _ when name.StartsWith("iso-2022-jp", StringComparison.Ordinal) || IsShiftJis(name) => null,
        _ => Lookup(name),
    });

    private static Encoding? Lookup(string label)
    {
        if (NamedEncodings.Count > 500) NamedEncodings.Clear();
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(label, new EncoderExceptionFallback(), new DecoderExceptionFallback())
                ?? (label is "utf-16" or "utf-16le" or "utf-16be" ? Encoding.GetEncoding(label, new EncoderExceptionFallback(), new DecoderExceptionFallback()) : null);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static byte[] Q(string text) => QuotedPrintable(RawBytes(text.Replace('_', ' ')));

    [GeneratedRegex(@"=\?(?<charset>[^?\s]+)\?(?<encoding>[BbQq])\?(?<text>[^?]{0,4000})\?=", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"(=\?[^?\s]+\?[BbQq]\?[^?]{0,4000}\?=)\s+(?==\?[^?\s]+\?[BbQq]\?)", RegexOptions.CultureInvariant)]
    private static partial Regex Between();

    [GeneratedRegex(@"[ \t]+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
