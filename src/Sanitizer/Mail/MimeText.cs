using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Text in mail: charsets, encoded words (RFC 2047), and what is left out of it.</summary>
internal static partial class MimeText
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    /// <summary>Header bytes as characters, one each where they aren't UTF-8; <see cref="RawBytes"/> turns them back.</summary>
    public static string Raw(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    public static byte[] RawBytes(string raw) => raw.All(static c => c < 256) ? Encoding.Latin1.GetBytes(raw) : Encoding.UTF8.GetBytes(raw);

    /// <summary>A header's value with its encoded words decoded; raw 8-bit text as UTF-8 or CP932.</summary>
    public static string DecodeWords(string raw)
    {
        if (raw.Any(static c => c is >= '\x80' and < '\u0100'))
            raw = Decode(RawBytes(raw), "").Text;
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
            bytes.AddRange(word.Groups["encoding"].Value is "B" or "b" ? Base64(word.Groups["text"].Value) : Q(word.Groups["text"].Value));
        }
        Flush();
        return text.Append(raw, at, raw.Length - at).ToString();

        void Flush()
        {
            if (bytes.Count > 0) text.Append(Decode([.. bytes], charset).Text);
            bytes.Clear();
        }
    }

    /// <summary>Bytes in a declared charset; what is declared wrongly is tried as UTF-8 and CP932.</summary>
    /// <returns>False when bytes were left that no charset explains; they are U+FFFD.</returns>
    public static (string Text, bool IsClean) Decode(byte[] bytes, string charset)
    {
        foreach (var encoding in Candidates(charset.Trim().ToLowerInvariant(), bytes))
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
        return (Encoding.UTF8.GetString(bytes), false);
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
        return Blanks().Replace(clean.ToString(), " ").Trim();
    }

    /// <summary>Text as it stands in a body: CRLF, no control or direction characters.</summary>
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
        return clean.ToString().TrimEnd('\n', ' ').Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n";
    }

    /// <summary>Encoded words for what isn't ASCII, folded at 76.</summary>
    public static string Encode(string text)
    {
        if (text.All(static c => c is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal)) return Fold(text);
        var words = new List<string>();
        var piece = new StringBuilder();
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // 45 bytes are 60 characters of base64, and 72 with the frame of the word.
            if (length + rune.Utf8SequenceLength > 45)
            {
                words.Add(Word(piece.ToString()));
                piece.Clear();
                length = 0;
            }
            piece.Append(rune);
            length += rune.Utf8SequenceLength;
        }
        words.Add(Word(piece.ToString()));
        return string.Join("\r\n ", words);

        static string Word(string part) => $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(part))}?=";
    }

    public static byte[] Base64(string text) => Base64(Encoding.Latin1.GetBytes(text));

    /// <summary>Base64 of a body; what is none of its letters is passed over.</summary>
    public static byte[] Base64(ReadOnlySpan<byte> text)
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
            if (rest.StartsWith("\r\n"u8)) i += 2;
            else if (rest.StartsWith("\n"u8)) i++;
            else if (rest.Length >= 2 && char.IsAsciiHexDigit((char)rest[0]) && char.IsAsciiHexDigit((char)rest[1]))
            {
                decoded.Add(Convert.FromHexString(Encoding.ASCII.GetString(rest[..2]))[0]);
                i += 2;
            }
            else decoded.Add((byte)'=');
        }
        return [.. decoded];
    }

    private static IEnumerable<Encoding> Candidates(string charset, byte[] bytes)
    {
        var hasEscape = bytes.AsSpan().IndexOf((byte)0x1B) >= 0;
        if (charset.StartsWith("iso-2022-jp", StringComparison.Ordinal) || (hasEscape && charset is "" or "us-ascii" or "utf-8")) yield return Strict(50221);
        if (charset is "shift_jis" or "shift-jis" or "sjis" or "x-sjis" or "cp932" or "ms932" or "windows-31j") yield return Strict(932);
        if (charset is "euc-jp" or "x-euc-jp") yield return Strict(51932);
        yield return StrictUtf8;
        if (charset is not ("" or "utf-8" or "us-ascii" or "ascii" or "utf-7" or "unicode-1-1-utf-7") && Named(charset) is { } named) yield return named;
        yield return Strict(932);
        yield return Strict(1252);
    }

    private static Encoding Strict(int page) => CodePagesEncodingProvider.Instance.GetEncoding(page, new EncoderExceptionFallback(), new DecoderExceptionFallback())!;

    private static Encoding? Named(string charset)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(charset, new EncoderExceptionFallback(), new DecoderExceptionFallback())
                ?? (charset is "iso-8859-1" or "latin1" or "utf-16" or "utf-16le" or "utf-16be" ? Encoding.GetEncoding(charset, new EncoderExceptionFallback(), new DecoderExceptionFallback()) : null);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static byte[] Q(string text) => QuotedPrintable(RawBytes(text.Replace('_', ' ')));

    private static string Fold(string text)
    {
        var folded = new StringBuilder();
        var line = 0;
        foreach (var word in text.Split(' '))
        {
            if (line > 0)
            {
                var fits = line + 1 + word.Length <= 76 || word.Length == 0;
                folded.Append(fits ? " " : "\r\n ");
                line = fits ? line + 1 : 1;
            }
            folded.Append(word);
            line += Math.Max(1, word.Length);
        }
        return folded.ToString();
    }

    [GeneratedRegex(@"=\?(?<charset>[^?\s]+)\?(?<encoding>[BbQq])\?(?<text>[^?\s]*)\?=", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"(=\?[^?\s]+\?[BbQq]\?[^?\s]*\?=)\s+(?==\?[^?\s]+\?[BbQq]\?)", RegexOptions.CultureInvariant)]
    private static partial Regex Between();

    [GeneratedRegex(@"[ \t]+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();
}
