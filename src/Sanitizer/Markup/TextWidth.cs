using System.Globalization;
using System.Text;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Columns that text takes where each kanji takes two (UAX #11); what is ambiguous is wide, as in Japanese fonts.</summary>
internal static class TextWidth
{
    public static int Of(ReadOnlySpan<char> text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes()) columns += Of(rune);
        return columns;
    }

    private static int Of(Rune rune)
    {
        var c = rune.Value;
        if (c < 0x300) return c is 0xA7 or 0xA8 or 0xB0 or 0xB1 or 0xB4 or 0xB6 or 0xD7 or 0xF7 ? 2 : 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format) return 0;
        return c is >= 0x391 and <= 0x3C9 or >= 0x401 and <= 0x451 or >= 0x1100 and <= 0x115F or >= 0x2010 and <= 0x203E or >= 0x2100 and <= 0x27BF or >= 0x2E80 and <= 0xA4CF or >= 0xA960 and <= 0xA97F
            or >= 0xAC00 and <= 0xD7A3 or >= 0xE000 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F or >= 0xFF01 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 or >= 0x1F300 and <= 0x1F64F or >= 0x1F680 and <= 0x1F6FF or >= 0x1F900 and <= 0x1F9FF or >= 0x20000 and <= 0x3FFFD ? 2 : 1;
    }

    public static string Pad(string text, int columns) => Of(text) is var own && own < columns ? text + new string(' ', columns - own) : text;
}
