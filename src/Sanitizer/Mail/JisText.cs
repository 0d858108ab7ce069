using System.Text;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Reads ISO-2022-JP as mail has it (RFC 1468, RFC 1554, and what Windows and old programs add): half-width kana by escape, by shift and in 8 bits, NEC's and IBM's characters, the private area (外字) of ISO-2022-JP-MS.</summary>
internal static class JisText
{
    private enum Set { Ascii, Kana, Jis0208, Jis0212, Private }

    /// <summary>The text; what means nothing is U+FFFD, and it isn't clean then.</summary>
    public static (string Text, bool IsClean) Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        var (set, isShifted, isClean) = (Set.Ascii, false, true);
        for (var i = 0; i < bytes.Length; i++)
        {
            var b = bytes[i];
            if (b == 0x1B)
            {
                if (Escape(bytes[(i + 1)..]) is not var (length, to))
                {
                    isClean = false;
                    continue;
                }
                set = to;
                i += length;
            }
            else if (b is 0x0E or 0x0F)
            {
                isShifted = b == 0x0E;
            }
            else if (b is 10 or 13)
            {
                (set, isShifted) = (Set.Ascii, false); // each line begins anew
                text.Append((char)b);
            }
            else if (b is >= 0xA1 and <= 0xDF && set == Set.Ascii)
            {
                text.Append((char)(0xFF61 + b - 0xA1));
            }
            else if (b <= 0x20 || b >= 0x7F)
            {
                if (b >= 0x7F) isClean = false;
                text.Append(b >= 0x7F ? '\uFFFD' : (char)b);
            }
            else if (set == Set.Kana || (isShifted && set == Set.Ascii))
            {
                isClean &= b <= 0x5F;
                text.Append(b <= 0x5F ? (char)(0xFF61 + b - 0x21) : '\uFFFD');
            }
            else if (set == Set.Ascii)
            {
                text.Append((char)b);
            }
            else
            {
                var c = i + 1 < bytes.Length && bytes[i + 1] is >= 0x21 and <= 0x7E ? Pair(set, b, bytes[i + 1]) : '\0';
                if (c == '\0') isClean = false;
                text.Append(c == '\0' ? '\uFFFD' : c);
                // A pair that means nothing is one mistake; a byte without its second is left for what follows.
                if (i + 1 < bytes.Length && bytes[i + 1] is >= 0x21 and <= 0x7E) i++;
            }
        }
        return (text.ToString(), isClean);
    }

    private static char Pair(Set set, byte row, byte cell) => set switch
    {
        Set.Jis0208 => JapaneseTables.EucJp[((row | 0x80) << 8) | (cell | 0x80)],
        Set.Jis0212 => JapaneseTables.Jis0212[((row | 0x80) << 8) | (cell | 0x80)],
        // 20 rows of the private area, in the order of CP932's F040.
        _ => row - 0x21 < 20 ? (char)(0xE000 + (row - 0x21) * 94 + cell - 0x21) : '\0',
    };

    private static (int Length, Set To)? Escape(ReadOnlySpan<byte> after) => after switch
    {
        [(byte)'(', (byte)'B' or (byte)'J' or (byte)'H', ..] => (2, Set.Ascii),
        [(byte)'(', (byte)'I', ..] => (2, Set.Kana),
        [(byte)'$', (byte)'@' or (byte)'B', ..] => (2, Set.Jis0208),
        [(byte)'$', (byte)'(', (byte)'D', ..] => (3, Set.Jis0212),
        [(byte)'$', (byte)'(', (byte)'@' or (byte)'B', ..] => (3, Set.Jis0208),
        [(byte)'$', (byte)'(', (byte)'?', ..] => (3, Set.Private),
        [(byte)'&', (byte)'@', ..] => (2, Set.Jis0208),
        _ => null,
    };
}
