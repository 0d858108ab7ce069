using System.Globalization;
using System.Text;

namespace Sekisho.Sanitizer.Texts;

/// <summary>Tells UTF-16 that has no mark (BOM): only where one order of its bytes reads as text and the other doesn't.</summary>
internal static class UnmarkedUtf16
{
    public const int HeadBytes = 4096;

    /// <summary>The code; null where it is none, or could be both.</summary>
    public static TextCode? Tell(ReadOnlySpan<byte> head)
    {
        if (head.Length < 4 || head.IndexOf((byte)0) < 0) return null;
        var (little, big) = (Reads(head, isBig: false), Reads(head, isBig: true));
        return little == big ? null : little ? TextCode.Utf16Le : TextCode.Utf16Be;
    }

    /// <summary>Every unit is an assigned character that text has, and at least one is of ASCII.</summary>
    private static bool Reads(ReadOnlySpan<byte> head, bool isBig)
    {
        var text = (isBig ? Encoding.BigEndianUnicode : Encoding.Unicode).GetString(head[..(head.Length & ~1)]);
        var ascii = 0;
        for (var i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length) != System.Buffers.OperationStatus.Done) return i + 1 >= text.Length && char.IsHighSurrogate(text[i]) && ascii > 0;
            if (Characters.IsDropped(rune.Value) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse) return false;
            if (rune.IsAscii) ascii++;
            i += length;
        }
        return ascii > 0;
    }
}
