using System.Text;

namespace Sekisho.Sanitizer.Texts;

/// <summary>What two bytes mean, 0 for nothing; made from the code pages of .NET when first asked for.</summary>
internal static class JapaneseTables
{
    private static readonly Lazy<char[]> LazyCp932 = new(static () => Make(932, static (lead, trail) => lead is >= 0x81 and <= 0x9F or >= 0xE0 and <= 0xFC && trail is >= 0x40 and <= 0xFC and not 0x7F ? [lead, trail] : null));

    // EUC-JP has the rows of CP932 up to 94, NEC's characters included: the same table by another way of counting.
    private static readonly Lazy<char[]> LazyEucJp = new(static () => Make(932, static (row, cell) => row >= 0xA1 && cell >= 0xA1 && row < 0xFF && cell < 0xFF ? ToCp932(row - 0x80, cell - 0x80) : null));

    private static readonly Lazy<char[]> LazyJis0212 = new(static () => Make(20932, static (row, cell) => row >= 0xA1 && cell >= 0xA1 && row < 0xFF && cell < 0xFF ? [row, (byte)(cell & 0x7F)] : null));

    public static char[] Cp932 => LazyCp932.Value;

    public static char[] EucJp => LazyEucJp.Value;

    /// <summary>The supplementary characters (JIS X 0212) by their second and third bytes.</summary>
    public static char[] Jis0212 => LazyJis0212.Value;

    private static byte[] ToCp932(int row, int cell)
    {
        var lead = ((row - 0x21) >> 1) + 0x81;
        if (lead > 0x9F) lead += 0x40;
        var trail = (row & 1) == 1 ? cell + 0x1F + (cell > 0x5F ? 1 : 0) : cell + 0x7E;
        return [(byte)lead, (byte)trail];
    }

    private static char[] Make(int codePage, Func<byte, byte, byte[]?> bytesOf)
    {
        // With a fallback of one's own, .NET no longer knows the second codes of characters that have two (NEC's 0x8790 ≒, 0xED40 纊).
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage)!;
        var table = new char[65_536];
        Span<char> chars = stackalloc char[4];
        for (var first = 0x80; first < 0x100; first++)
        {
            for (var second = 0x40; second < 0x100; second++)
            {
                if (bytesOf((byte)first, (byte)second) is not { } bytes) continue;
                // Its signs for the unknown; only one code is the middle dot itself.
                if (encoding.GetChars(bytes, chars) == 1 && (chars[0] is not ('?' or '\u30FB' or '\0' or '\uFFFD') || bytes is [0x81, 0x45])) table[(first << 8) | second] = chars[0];
            }
        }
        return table;
    }
}
