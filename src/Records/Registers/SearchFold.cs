using System.Text;

namespace Sekisho.Records.Registers;

/// <summary>Texts made comparable for searching (検索のための読み替え): what people don't tell apart while typing is the same.</summary>
/// <remarks>
/// NFKC (widths, ㈱), lower case, katakana as hiragana, without blanks, long-vowel marks and hyphens: ｻｰﾊﾞｰ, サーバ and さば― all find each other, and
/// 03-1234-5678 is found as 0312345678. Nothing is dropped that would change a word otherwise: か and が stay apart.
/// </remarks>
public static class SearchFold
{
    /// <summary>Words of a search beyond these are not looked for: each costs a pass.</summary>
    public const int MostWords = 8;

    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = new StringBuilder(text.Length);
        foreach (var c in Composed(text))
        {
            // A line feed stays: it divides the fields of an entry, so that no word is found across two of them.
            if (c == '\n') folded.Append(c);
            else if (!IsPassedOver(c)) folded.Append(c is (>= 'ァ' and <= 'ヶ') or 'ヽ' or 'ヾ' ? (char)(c - 0x60) : char.ToLowerInvariant(c));
        }
        // 「う゛」 typed as two: the mark had a blank before it until now.
        var joined = folded.ToString();
        return joined.AsSpan().ContainsAny('\u3099', '\u309A') ? joined.Normalize(NormalizationForm.FormC) : joined;
    }

    /// <summary>The words of a search, folded: all of them have to be found.</summary>
    public static IReadOnlyList<string> Words(string? untrustedQuery) => string.IsNullOrWhiteSpace(untrustedQuery)
        ? []
        : [.. untrustedQuery.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Select(w => Of(w).Replace("\n", "", StringComparison.Ordinal)).Where(w => w.Length > 0).Distinct().Take(MostWords)];

    private static bool IsPassedOver(char c) =>
        char.IsWhiteSpace(c) || char.IsControl(c) || c is 'ー' or '-' or '‐' or '‑' or '‒' or '–' or '—' or '―' or '−' or '\u200B' or '\uFEFF' or '\u00AD';

    private static string Composed(string text)
    {
        // A lone surrogate would make it throw.
        try
        {
            return text.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return string.Concat(text.EnumerateRunes()).Normalize(NormalizationForm.FormKC);
        }
    }
}
