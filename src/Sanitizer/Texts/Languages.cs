namespace Sekisho.Sanitizer.Texts;

/// <summary>Tells Japanese from English text (言語の判定), for notices in a text's own language.</summary>
internal static class Languages
{
    private const int MostRead = 20_000;

    /// <summary><c>ja</c> or <c>en</c>: Japanese where kana or kanji stand, unless there is hardly any among much Latin; and where nothing can be told.</summary>
    public static string Tell(ReadOnlySpan<char> text)
    {
        var (japanese, latin) = (0, 0);
        foreach (var c in text[..Math.Min(text.Length, MostRead)])
        {
            if (c is >= '\u3041' and <= '\u30FF' or >= '\u4E00' and <= '\u9FFF' or >= '\uFF66' and <= '\uFF9D') japanese++;
            else if (char.IsAsciiLetter(c)) latin++;
        }
        // An address in an English letter to Japan has some kanji; a Japanese letter has links full of Latin.
        return japanese * 20 >= latin ? "ja" : "en";
    }
}
