using System.Globalization;
using System.Text;

namespace Sekisho.Policy.Comparison;

/// <summary>Which words of two texts differ (変更箇所), in units that a reader of Japanese sees as words and numbers.</summary>
/// <remarks>
/// Tokens are runs of one script, conjunctions written with a kanji (及び, 又は) and single marks; they are aligned by a longest common
/// subsequence weighted by length. Afterwards islands of one or two characters between changes are swallowed, and a changed ending takes
/// its verb stem along (講じる→講ずる is one word), so that underlines never become confetti. Letters are compared after NFKC; blanks don't count.
/// </remarks>
internal static class WordDiff
{
    /// <summary>Cells of the alignment table; larger pairs keep common ends and mark the middle whole.</summary>
    private const int MaxCells = 16_000_000;

    /// <summary>Below this share of common characters the whole text is a change: nobody reads a collage.</summary>
    private const double Related = 0.25;

    private static readonly string[] Conjunctions = ["並びに", "若しくは", "及び", "又は"];

    internal readonly record struct Token(string Source, string Compared);

    /// <returns>Pieces of the old and of the new text; unchanged pieces of both spell the same.</returns>
    public static (IReadOnlyList<Piece> Old, IReadOnlyList<Piece> New) Compare(string old, string @new)
    {
        var (a, b) = (Tokenise(old), Tokenise(@new));
        var (inA, inB) = Align(a, b);
        var common = inA.Zip(a).Where(static x => x.First).Sum(static x => x.Second.Compared.Length);
        var longest = Math.Max(a.Sum(static t => t.Compared.Length), b.Sum(static t => t.Compared.Length));
        if (common < Related * longest)
        {
            Array.Clear(inA);
            Array.Clear(inB);
        }
        SwallowIslands(a, inA, b, inB);
        TakeStemsAlong(a, inA, b, inB);
        return (Pieces(a, inA), Pieces(b, inB));
    }

    internal static Token[] Tokenise(string text)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < text.Length;)
        {
            var conjunction = Array.Find(Conjunctions, c => text.AsSpan(i).StartsWith(c, StringComparison.Ordinal));
            var end = conjunction is not null ? i + conjunction.Length : i + 1;
            if (conjunction is null)
            {
                var script = ScriptOf(text[i]);
                while (end < text.Length && script != Script.Mark && ScriptOf(text[end]) == script
                    && !Conjunctions.Any(c => text.AsSpan(end).StartsWith(c, StringComparison.Ordinal))) end++;
            }
            var source = text[i..end];
            // Blanks hang on the token before them, so that they are never compared.
            if (string.IsNullOrWhiteSpace(source) && !source.Contains('\n', StringComparison.Ordinal) && tokens.Count > 0) tokens[^1] = tokens[^1] with { Source = tokens[^1].Source + source };
            else tokens.Add(new Token(source, Fold(source)));
            i = end;
        }
        return [.. tokens];
    }

    /// <summary>Widths made one, blanks taken away.</summary>
    internal static string Fold(string text)
    {
        var valid = text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? string.Concat(text.EnumerateRunes()) : text;
        var folded = new StringBuilder(valid.Length);
        foreach (var ch in valid.Normalize(NormalizationForm.FormKC))
            if (!char.IsWhiteSpace(ch)) folded.Append(ch);
        return folded.ToString();
    }

    /// <summary>Marks the tokens that both sides keep.</summary>
    internal static (bool[] InA, bool[] InB) Align(Token[] a, Token[] b)
    {
        var (inA, inB) = (new bool[a.Length], new bool[b.Length]);
        var head = 0;
        while (head < a.Length && head < b.Length && a[head].Compared == b[head].Compared) inA[head] = inB[head++] = true;
        var tail = 0;
        while (tail < a.Length - head && tail < b.Length - head && a[^(tail + 1)].Compared == b[^(tail + 1)].Compared)
        {
            inA[^(tail + 1)] = inB[^(tail + 1)] = true;
            tail++;
        }
        var (n, m) = (a.Length - head - tail, b.Length - head - tail);
        if (n == 0 || m == 0 || (long)(n + 1) * (m + 1) > MaxCells) return (inA, inB);
        var best = new int[n + 1, m + 1];
        for (var i = n - 1; i >= 0; i--)
        {
            for (var j = m - 1; j >= 0; j--)
            {
                best[i, j] = Math.Max(best[i + 1, j], best[i, j + 1]);
                if (a[head + i].Compared == b[head + j].Compared) best[i, j] = Math.Max(best[i, j], best[i + 1, j + 1] + Weight(a[head + i]));
            }
        }
        for (int i = 0, j = 0; i < n && j < m;)
        {
            if (a[head + i].Compared == b[head + j].Compared && best[i, j] == best[i + 1, j + 1] + Weight(a[head + i]))
                inA[head + i++] = inB[head + j++] = true;
            else if (best[i, j] == best[i + 1, j]) i++;
            else j++;
        }
        return (inA, inB);
    }

    /// <summary>Never 0, so that every common token counts; words count for more than particles and marks.</summary>
    internal static int Weight(Token token) => token.Compared.Length == 0 ? 1 : ScriptOf(token.Compared[0]) switch
    {
        Script.Kanji or Script.Katakana or Script.Alphanumeric => 2 + 3 * token.Compared.Length,
        Script.Hiragana => 1 + token.Compared.Length,
        _ => 1,
    };

    private static void SwallowIslands(Token[] a, bool[] inA, Token[] b, bool[] inB)
    {
        for (var again = true; again;)
        {
            again = false;
            foreach (var island in Islands(inA, inB))
            {
                var small = Enumerable.Range(island.A, island.Count).Sum(i => a[i].Compared.Length);
                // Bounded on both sides by changes, on one side of the table at least.
                var before = island.A > 0 && !inA[island.A - 1] || island.B > 0 && !inB[island.B - 1];
                var after = island.A + island.Count < a.Length && !inA[island.A + island.Count] || island.B + island.Count < b.Length && !inB[island.B + island.Count];
                if (!before || !after || small > 2 || Enumerable.Range(island.A, island.Count).Any(i => a[i].Compared is "。" or "" || Conjunctions.Contains(a[i].Compared))) continue;
                for (var k = 0; k < island.Count; k++) inA[island.A + k] = inB[island.B + k] = false;
                again = true;
                break;
            }
        }
    }

    private static void TakeStemsAlong(Token[] a, bool[] inA, Token[] b, bool[] inB)
    {
        foreach (var island in Enumerable.Reverse(Islands(inA, inB)))
        {
            var (i, j) = (island.A + island.Count - 1, island.B + island.Count - 1);
            if (i + 1 >= a.Length || j + 1 >= b.Length || inA[i + 1] || inB[j + 1]) continue;
            if (a[i].Source is { Length: 1 } stem && ScriptOf(stem[0]) == Script.Kanji && Inflects(a[i + 1]) && Inflects(b[j + 1])) inA[i] = inB[j] = false;
        }
    }

    private static bool Inflects(Token token) => ScriptOf(token.Source[0]) == Script.Hiragana && token.Source[0] is not ('を' or 'は' or 'が' or 'に' or 'で' or 'と' or 'の' or 'も' or 'へ' or 'や');

    /// <summary>Runs of kept tokens that stand together on both sides.</summary>
    private static List<(int A, int B, int Count)> Islands(bool[] inA, bool[] inB)
    {
        var islands = new List<(int, int, int)>();
        for (int i = 0, j = 0; i < inA.Length || j < inB.Length;)
        {
            if (i < inA.Length && !inA[i]) { i++; continue; }
            if (j < inB.Length && !inB[j]) { j++; continue; }
            var start = (i, j);
            while (i < inA.Length && j < inB.Length && inA[i] && inB[j]) (i, j) = (i + 1, j + 1);
            islands.Add((start.i, start.j, i - start.i));
        }
        return islands;
    }

    private static List<Piece> Pieces(Token[] tokens, bool[] kept)
    {
        var pieces = new List<Piece>();
        for (var i = 0; i < tokens.Length; i++)
        {
            // A line break is no word: it is never marked.
            var changed = !kept[i] && tokens[i].Compared.Length > 0;
            if (pieces.Count > 0 && pieces[^1].Changed == changed) pieces[^1] = new Piece(pieces[^1].Text + tokens[i].Source, changed);
            else pieces.Add(new Piece(tokens[i].Source, changed));
        }
        return pieces;
    }

    private enum Script
    {
        Mark,
        Blank,
        Kanji,
        Hiragana,
        Katakana,
        Alphanumeric,
    }

    private static Script ScriptOf(char ch) => ch switch
    {
        '\n' => Script.Mark,
        >= 'ぁ' and <= 'ゟ' => Script.Hiragana,
        >= 'ァ' and <= 'ヿ' and not '・' => Script.Katakana,
        >= 'ｦ' and <= 'ﾟ' => Script.Katakana,
        '々' or '〇' or (>= '㐀' and <= '鿿') or (>= '豈' and <= '﫿') => Script.Kanji,
        _ when char.IsWhiteSpace(ch) => Script.Blank,
        _ when char.IsSurrogate(ch) => Script.Kanji,
        _ when char.GetUnicodeCategory(ch) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter => Script.Alphanumeric,
        _ => Script.Mark,
    };
}
