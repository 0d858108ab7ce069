namespace Sekisho.Sanitizer.Texts;

/// <summary>Characters that no text needs and that deceive readers or programs (制御文字・方向指定文字).</summary>
internal static class Characters
{
    /// <summary>Controls, direction marks, what has no width, tags and non-characters. Tab and line ends stay; joiners too, as emoji and scripts of India need them, and the private area (外字) and variants of kanji.</summary>
    public static bool IsDropped(int rune)
    {
        if (rune is >= 0x20 and < 0x7F or 9 or 10 or 13) return false;
        if (rune < 0xA0) return true;
        if (rune < 0x61C || rune is >= 0x3000 and < 0xD800) return false;
        return rune is 0x61C or 0x180E or 0x200B or 0x200E or 0x200F or >= 0x202A and <= 0x202E or >= 0x2060 and <= 0x206F
            or 0xFEFF or >= 0xFFF9 and <= 0xFFFB or >= 0xFDD0 and <= 0xFDEF or >= 0xE0000 and <= 0xE007F || (rune & 0xFFFE) == 0xFFFE;
    }

    /// <summary>Marks that turn the direction of what is read, or have no width: how a name or a sentence is made to look like another (G-06). The others are plain controls (C-04).</summary>
    public static bool IsDirection(int rune) => rune >= 0x61C;

    /// <summary>True where none would be dropped.</summary>
    public static bool AreClean(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsDropped(rune.Value)) return false;
        }
        return true;
    }

    /// <summary>The text without them.</summary>
    public static string Clean(string untrusted)
    {
        if (AreClean(untrusted)) return untrusted;
        var clean = new System.Text.StringBuilder(untrusted.Length);
        foreach (var rune in untrusted.EnumerateRunes())
        {
            if (!IsDropped(rune.Value)) clean.Append(rune.ToString());
        }
        return clean.ToString();
    }
}
