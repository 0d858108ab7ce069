using System.Text;

namespace Sekisho.Policy.Words;

/// <summary>A text made comparable: NFKC, without blanks, ASCII in capitals, spellings folded; every character knows where it came from.</summary>
internal sealed class FoldedText
{
    private readonly string source;
    private readonly int[] origin;

    private FoldedText(string source, string text, int[] origin) => (this.source, Text, this.origin) = (source, text, origin);

    public string Text { get; }

    /// <summary>What stands in the source for a stretch of the folded text.</summary>
    public string Original(int start, int length)
    {
        if (length == 0) return "";
        var from = origin[start];
        var to = start + length < origin.Length ? origin[start + length] : source.Length;
        return source[from..Math.Max(to, from + 1)].Trim();
    }

    public static string Fold(string source, Vocabulary vocabulary) => Of(source, vocabulary).Text;

    public static FoldedText Of(string source, Vocabulary vocabulary)
    {
        var text = new StringBuilder(source.Length);
        var origin = new List<int>(source.Length);
        for (var i = 0; i < source.Length;)
        {
            var ch = source[i];
            // A half-width kana and its voicing mark are one character; surrogate pairs stay together.
            var length = i + 1 < source.Length && (source[i + 1] is 'ﾞ' or 'ﾟ' || char.IsSurrogatePair(ch, source[i + 1])) ? 2 : 1;
            if (length == 1 && (ch is (>= 'ぁ' and <= '鿿') or '\n' || char.IsAscii(ch)))
            {
                // Nearly all of a policy: NFKC leaves these alone.
                Take(ch, i);
            }
            else
            {
                foreach (var narrow in Widths(source.AsSpan(i, length))) Take(narrow, i);
            }
            i += length;
        }
        var folded = text.ToString();
        foreach (var (from, to) in vocabulary.Folds)
        {
            for (var at = folded.IndexOf(from, StringComparison.Ordinal); at >= 0; at = folded.IndexOf(from, at + to.Length, StringComparison.Ordinal))
            {
                var first = origin[at];
                folded = string.Concat(folded.AsSpan(0, at), to, folded.AsSpan(at + from.Length));
                origin.RemoveRange(at, from.Length);
                origin.InsertRange(at, Enumerable.Repeat(first, to.Length));
            }
        }
        return new FoldedText(source, folded, [.. origin]);

        void Take(char ch, int from)
        {
            if (char.IsWhiteSpace(ch) && ch != '\n') return;
            text.Append(char.IsAsciiLetterLower(ch) ? char.ToUpperInvariant(ch) : ch);
            origin.Add(from);
        }
    }

    private static string Widths(ReadOnlySpan<char> piece)
    {
        var text = piece.ToString();
        // A lone surrogate would make it throw.
        if (text.Length == 1 && char.IsSurrogate(text[0])) return "\uFFFD";
        return text.Normalize(NormalizationForm.FormKC);
    }
}
