namespace Sekisho.Sanitizer.Texts;

/// <summary>How characters are written as bytes in a text file (文字コード).</summary>
internal enum TextCode
{
    /// <summary>UTF-8; ASCII is the same.</summary>
    Utf8,
    Utf16Le,
    Utf16Be,

    /// <summary>Windows-31J, the Shift_JIS of Windows.</summary>
    Cp932,
    EucJp,

    /// <summary>The seven-bit code of mail.</summary>
    Iso2022Jp,

    /// <summary>ISO 8859-1 of the west, without its controls: only where the policy names it, as any bytes would fit.</summary>
    Latin1,
}

/// <summary>One character as it stands in the file.</summary>
/// <param name="Rune">Its Unicode number.</param>
/// <param name="Length">How many bytes it has.</param>
internal readonly record struct TextUnit(int Rune, int Length);

/// <summary>Takes bytes apart into characters, strictly. The bytes of each are known, so that it can be written again exactly: CP932 has several codes for one character (NEC and IBM extensions).</summary>
internal static class TextUnits
{
    /// <summary>Fills <paramref name="units"/> from the bytes.</summary>
    /// <param name="isLast">No more bytes follow: a character that is cut off is wrong.</param>
    /// <param name="consumed">Bytes taken apart; at a false answer where the wrong ones begin.</param>
    public static bool TryRead(TextCode code, ReadOnlySpan<byte> untrusted, bool isLast, Span<TextUnit> units, out int count, out int consumed)
    {
        count = 0;
        consumed = 0;
        while (consumed < untrusted.Length && count < units.Length)
        {
            var b = untrusted[consumed];
            if (b < 0x80 && code is not (TextCode.Utf16Le or TextCode.Utf16Be))
            {
                units[count++] = new(b, 1);
                consumed++;
                continue;
            }
            var rest = untrusted[consumed..];
            var length = code switch
            {
                TextCode.Utf8 => Utf8(rest, out var rune) is var l && l != 0 ? Put(rune, l, units, ref count) : 0,
                TextCode.Utf16Le or TextCode.Utf16Be => Utf16(rest, code == TextCode.Utf16Be, out var rune) is var l && l != 0 ? Put(rune, l, units, ref count) : 0,
                TextCode.Latin1 => b >= 0xA0 ? Put(b, 1, units, ref count) : 0,
                TextCode.Cp932 => Double(rest, JapaneseTables.Cp932, out var rune) is var l && l != 0 ? Put(rune, l, units, ref count) : 0,
                _ => Euc(rest, out var rune) is var l && l != 0 ? Put(rune, l, units, ref count) : 0,
            };
            if (length < 0) return !isLast; // cut off: the rest comes with the next bytes
            if (length == 0) return false;
            consumed += length;
        }
        return true;
    }

    /// <summary>A character of ASCII in this code.</summary>
    public static ReadOnlySpan<byte> Ascii(TextCode code, char c) => code switch
    {
        TextCode.Utf16Le => new byte[] { (byte)c, 0 },
        TextCode.Utf16Be => new byte[] { 0, (byte)c },
        _ => new byte[] { (byte)c },
    };

    private static int Put(int rune, int length, Span<TextUnit> units, ref int count)
    {
        if (length > 0) units[count++] = new(rune, length);
        return length;
    }

    // Each: the length, 0 for bytes that mean nothing, -1 when more are needed.
    private static int Utf8(ReadOnlySpan<byte> bytes, out int rune)
    {
        var status = System.Text.Rune.DecodeFromUtf8(bytes, out var read, out var length);
        rune = read.Value;
        return status switch { System.Buffers.OperationStatus.Done => length, System.Buffers.OperationStatus.NeedMoreData => -1, _ => 0 };
    }

    private static int Utf16(ReadOnlySpan<byte> bytes, bool big, out int rune)
    {
        rune = 0;
        if (bytes.Length < 2) return -1;
        rune = big ? (bytes[0] << 8) | bytes[1] : (bytes[1] << 8) | bytes[0];
        if (rune is < 0xD800 or > 0xDFFF) return 2;
        if (rune > 0xDBFF) return 0;
        if (bytes.Length < 4) return -1;
        var low = big ? (bytes[2] << 8) | bytes[3] : (bytes[3] << 8) | bytes[2];
        if (low is < 0xDC00 or > 0xDFFF) return 0;
        rune = 0x10000 + ((rune - 0xD800) << 10) + (low - 0xDC00);
        return 4;
    }

    private static int Double(ReadOnlySpan<byte> bytes, char[] table, out int rune)
    {
        var first = bytes[0];
        if (first is >= 0xA1 and <= 0xDF)
        {
            rune = 0xFF61 + first - 0xA1;
            return 1;
        }
        rune = 0;
        if (first is 0x80 or 0xA0 or > 0xFC) return 0;
        if (bytes.Length < 2) return -1;
        rune = table[(first << 8) | bytes[1]];
        return rune == 0 ? 0 : 2;
    }

    private static int Euc(ReadOnlySpan<byte> bytes, out int rune)
    {
        rune = 0;
        var first = bytes[0];
        if (first == 0x8E)
        {
            if (bytes.Length < 2) return -1;
            rune = 0xFF61 + bytes[1] - 0xA1;
            return bytes[1] is >= 0xA1 and <= 0xDF ? 2 : 0;
        }
        var three = first == 0x8F;
        if (!three && first is < 0xA1 or > 0xFE) return 0;
        if (bytes.Length < (three ? 3 : 2)) return -1;
        var (row, cell) = three ? (bytes[1], bytes[2]) : (first, bytes[1]);
        if (row is < 0xA1 or > 0xFE || cell is < 0xA1 or > 0xFE) return 0;
        rune = (three ? JapaneseTables.Jis0212 : JapaneseTables.EucJp)[(row << 8) | cell];
        return rune == 0 ? 0 : three ? 3 : 2;
    }
}
