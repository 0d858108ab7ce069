namespace Sekisho.Policy.Words;

/// <summary>The words in which municipalities say the same thing (用語の対応): マイナンバー利用事務系 is マイナンバー接続系 elsewhere.</summary>
/// <remarks>Data: section <c>vocabulary</c>, <c>fold</c> and <c>ignore</c> of data/obligations.yaml.</remarks>
public sealed class Vocabulary
{
    private readonly Dictionary<string, IReadOnlyList<string>> variants;

    internal Vocabulary(IReadOnlyDictionary<string, IReadOnlyList<string>> variants, IReadOnlyDictionary<string, string> folds, IReadOnlyList<string> ignored)
    {
        this.variants = new(variants, StringComparer.Ordinal);
        Folds = folds;
        Ignored = ignored;
    }

    /// <summary>Words of the product (本則の呼び名).</summary>
    public IEnumerable<string> Canonical => variants.Keys;

    /// <summary>Spellings that are compared as one: from → to.</summary>
    internal IReadOnlyDictionary<string, string> Folds { get; }

    /// <summary>Words that contain a sign without being one (監査委員).</summary>
    internal IReadOnlyList<string> Ignored { get; }

    /// <summary>The product's word first, then the words of municipalities; null for a word that isn't listed.</summary>
    public IReadOnlyList<string>? Variants(string canonical) => variants.GetValueOrDefault(canonical);

    /// <summary>This vocabulary with the words of another one added.</summary>
    internal Vocabulary With(Vocabulary other)
    {
        var joined = new Dictionary<string, IReadOnlyList<string>>(variants, StringComparer.Ordinal);
        foreach (var (word, more) in other.variants)
            joined[word] = joined.TryGetValue(word, out var known) ? [.. known.Union(more)] : more;
        var folds = Folds.Concat(other.Folds).GroupBy(static f => f.Key, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.Last().Value, StringComparer.Ordinal);
        return new Vocabulary(joined, folds, [.. Ignored.Union(other.Ignored)]);
    }
}
