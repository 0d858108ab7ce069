using System.Globalization;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>Bytes to text: UTF-8 with or without a byte order mark, UTF-16 with one, CP932. Strict: a wrong guess is an error, not mojibake.</summary>
public static class TextDecoder
{
    private static readonly Encoding Utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);
    private static readonly Encoding Cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    /// <summary>False with <paramref name="error"/> set when it is no text, or its encoding can't be told.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> untrusted, out string text, out ReadError? error)
    {
        text = "";
        error = null;
        try
        {
            if (untrusted.StartsWith<byte>([0xEF, 0xBB, 0xBF]))
                text = Utf8.GetString(untrusted[3..]);
            else if (untrusted.StartsWith<byte>([0xFF, 0xFE]) || untrusted.StartsWith<byte>([0xFE, 0xFF]))
                text = new UnicodeEncoding(untrusted[0] == 0xFE, true, throwOnInvalidBytes: true).GetString(untrusted[2..]);
            else if (LooksBinary(untrusted))
                error = ReadingErrors.Binary();
            else
                text = DecodeUnmarked(untrusted, out error);
        }
        catch (DecoderFallbackException e)
        {
            error = ReadingErrors.Encoding(string.Create(CultureInfo.InvariantCulture, $"{e.Index} bytes"));
        }
        if (error is null && text.AsSpan().Contains('\0'))
            error = ReadingErrors.Binary();
        return error is null;
    }

    private static string DecodeUnmarked(ReadOnlySpan<byte> untrusted, out ReadError? error)
    {
        error = null;
        if (System.Text.Unicode.Utf8.IsValid(untrusted))
            return Utf8.GetString(untrusted);
        // Old 例規集 pages say so themselves; CP932 would read most of their bytes as half-width kana.
        var head = untrusted[..Math.Min(untrusted.Length, 4096)];
        if (head.IndexOf("euc-jp"u8) >= 0 || head.IndexOf("EUC-JP"u8) >= 0)
            return CodePagesEncodingProvider.Instance.GetEncoding(51932)!.GetString(untrusted);
        try
        {
            return Cp932.GetString(untrusted);
        }
        catch (DecoderFallbackException e)
        {
            error = ReadingErrors.Encoding(string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, e.Index)} bytes"));
            return "";
        }
    }

    // Control bytes that no text of an office has.
    private static bool LooksBinary(ReadOnlySpan<byte> untrusted)
    {
        var controls = 0;
        var looked = untrusted[..Math.Min(untrusted.Length, 64 * 1024)];
        foreach (var b in looked)
        {
            if (b == 0)
                return true;
            if (b < 0x20 && b is not (0x09 or 0x0A or 0x0B or 0x0C or 0x0D or 0x1A or 0x1B))
                controls++;
        }
        return controls * 50 > looked.Length;
    }
}
