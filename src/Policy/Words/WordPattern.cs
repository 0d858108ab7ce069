namespace Sekisho.Policy.Words;

/// <summary>Words that follow one another in a sentence (言葉の並び): <c>脅威 想定|抽出</c> is 脅威, and later 想定 or 抽出.</summary>
/// <remarks>
/// Grammar: step (" " step)*; step = alternative ("|" alternative)*; an alternative is plain text in which <c>{word}</c> stands for
/// every variant of a word of the vocabulary. Compared in folded text (<see cref="FoldedText"/>).
/// </remarks>
internal sealed class WordPattern
{
    private readonly string[][] steps;

    private WordPattern(string[][] steps) => this.steps = steps;

    /// <returns>Null when a word in braces is not in the vocabulary (named by <paramref name="undefined"/>) or the text is no pattern.</returns>
    public static WordPattern? Parse(string text, Vocabulary vocabulary, out string? undefined)
    {
        undefined = null;
        var steps = new List<string[]>();
        foreach (var step in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var alternatives = new List<string>();
            foreach (var alternative in step.Split('|'))
            {
                if (alternative.Length == 0) return null;
                var open = alternative.IndexOf('{', StringComparison.Ordinal);
                var close = alternative.IndexOf('}', StringComparison.Ordinal);
                if (open < 0 && close < 0) { Add(alternative); continue; }
                if (open < 0 || close < open || alternative.IndexOf('{', open + 1) >= 0 || alternative.IndexOf('}', close + 1) >= 0) return null;
                var word = alternative[(open + 1)..close];
                if (vocabulary.Variants(word) is not { } variants)
                {
                    undefined = word;
                    return null;
                }
                foreach (var variant in variants) Add(alternative[..open] + variant + alternative[(close + 1)..]);
            }
            // Longest first, so that a reason names 情報セキュリティ対策基準 and not 対策基準.
            steps.Add([.. alternatives.Distinct().OrderByDescending(static a => a.Length)]);

            void Add(string plain)
            {
                var folded = FoldedText.Fold(plain, vocabulary);
                if (folded.Length > 0) alternatives.Add(folded);
            }
        }
        return steps.Count == 0 || steps.Any(static s => s.Length == 0) ? null : new WordPattern([.. steps]);
    }

    /// <summary>Where each step was found in one sentence, earliest first; null when some step isn't there.</summary>
    public (int Start, int Length)[]? Match(ReadOnlySpan<char> sentence)
    {
        var found = new (int Start, int Length)[steps.Length];
        var from = 0;
        for (var i = 0; i < steps.Length; i++)
        {
            var best = (Start: -1, Length: 0);
            foreach (var alternative in steps[i])
            {
                var at = sentence[from..].IndexOf(alternative, StringComparison.Ordinal);
                if (at >= 0 && (best.Start < 0 || from + at < best.Start)) best = (from + at, alternative.Length);
            }
            if (best.Start < 0) return null;
            found[i] = best;
            from = best.Start + best.Length;
        }
        return found;
    }
}
