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
        if (head.Length < 4 || head.Length % 2 != 0 || head.IndexOf((byte)0) < 0) return null;
        var (little, big) = (Reads(head, isBig: false), Reads(head, isBig: true));
        return little == big ? null : little ? TextCode.Utf16Le : TextCode.Utf16Be;
    }

    /// <summary>Every unit is an assigned character that text has; there are lines, or a quarter of it is ASCII.</summary>
    private static bool Reads(ReadOnlySpan<byte> head, bool isBig)
    {
        var text = (isBig ? Encoding.BigEndianUnicode : Encoding.Unicode).GetString(head);
        var ascii = 0;
        for (var i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length) != System.Buffers.OperationStatus.Done) return i + 1 >= text.Length && char.IsHighSurrogate(text[i]) && IsText();
            if (Characters.IsDropped(rune.Value) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse) return false;
            if (rune.IsAscii) ascii++;
            i += length;
        }
        return IsText();

        bool IsText() => text.Contains('\n', StringComparison.Ordinal) || ascii * 4 >= text.Length;
    }
}
