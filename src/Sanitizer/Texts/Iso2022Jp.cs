namespace Sekisho.Sanitizer.Texts;

/// <summary>Reads ISO-2022-JP as EUC-JP: the same characters without their escapes. ASCII, JIS X 0201 Roman and kana, JIS X 0208 (with NEC's rows) and X 0212.</summary>
internal static class Iso2022Jp
{
    private enum Set { Ascii, Kana, Jis0208, Jis0212 }

    /// <summary>Null when it is none: an escape that means nothing, a byte above 0x7F, a pair cut off.</summary>
    public static byte[]? ToEuc(ReadOnlySpan<byte> untrusted)
    {
        var euc = new MemoryStream(untrusted.Length);
        var set = Set.Ascii;
        var escapes = 0;
        for (var i = 0; i < untrusted.Length; i++)
        {
            var b = untrusted[i];
            if (b == 0x1B)
            {
                if (Escape(untrusted[(i + 1)..]) is not var (length, to)) return null;
                set = to;
                i += length;
                escapes++;
            }
            else if (b >= 0x80)
            {
                return null;
            }
            else if (b is 10 or 13 or < 0x20 || set == Set.Ascii)
            {
                if (b is 10 or 13) set = Set.Ascii; // each line begins anew
                euc.WriteByte(b);
            }
            else if (set == Set.Kana)
            {
                if (b is < 0x21 or > 0x5F) return null;
                euc.Write([0x8E, (byte)(b | 0x80)]);
            }
            else
            {
                if (b is < 0x21 or > 0x7E || i + 1 >= untrusted.Length || untrusted[i + 1] is < 0x21 or > 0x7E) return null;
                if (set == Set.Jis0212) euc.WriteByte(0x8F);
                euc.Write([(byte)(b | 0x80), (byte)(untrusted[++i] | 0x80)]);
            }
        }
        return escapes == 0 ? null : euc.ToArray();
    }

    /// <summary>Writes EUC-JP as ISO-2022-JP: an escape where the set changes, and back to ASCII at each line's end.</summary>
    public static void Write(ReadOnlySpan<byte> euc, Stream to)
    {
        var set = Set.Ascii;
        for (var i = 0; i < euc.Length; i++)
        {
            var b = euc[i];
            if (b < 0x80)
            {
                Turn(ref set, Set.Ascii, to);
                to.WriteByte(b);
            }
            else if (b == 0x8E)
            {
                Turn(ref set, Set.Kana, to);
                to.WriteByte((byte)(euc[++i] & 0x7F));
            }
            else
            {
                var supplementary = b == 0x8F;
                Turn(ref set, supplementary ? Set.Jis0212 : Set.Jis0208, to);
                if (supplementary) i++;
                to.Write([(byte)(euc[i] & 0x7F), (byte)(euc[++i] & 0x7F)]);
            }
        }
        Turn(ref set, Set.Ascii, to);
    }

    private static void Turn(ref Set set, Set next, Stream to)
    {
        if (set == next) return;
        set = next;
        to.Write(next switch { Set.Kana => "\e(I"u8, Set.Jis0208 => "\e$B"u8, Set.Jis0212 => "\e$(D"u8, _ => "\e(B"u8 });
    }

    private static (int Length, Set To)? Escape(ReadOnlySpan<byte> after) => after switch
    {
        [(byte)'(', (byte)'B' or (byte)'J' or (byte)'H', ..] => (2, Set.Ascii),
        [(byte)'(', (byte)'I', ..] => (2, Set.Kana),
        [(byte)'$', (byte)'@' or (byte)'B', ..] => (2, Set.Jis0208),
        [(byte)'$', (byte)'(', (byte)'D', ..] => (3, Set.Jis0212),
        [(byte)'$', (byte)'(', (byte)'@' or (byte)'B', ..] => (3, Set.Jis0208),
        _ => null,
    };
}
