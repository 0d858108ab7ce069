using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Policy.Words;

/// <summary>A municipality's own words for the product's terms (自治体の言葉), as its policy uses them.</summary>
/// <remarks>The product says {マイナンバー利用事務系}; 目黒区 reads マイナンバー接続系.</remarks>
public sealed partial class PolicyWords
{
    private readonly Dictionary<string, string> words;

    public PolicyWords(IReadOnlyDictionary<string, string> words) => this.words = new(words, StringComparer.Ordinal);

    /// <summary>The product's word → the municipality's; words that the policy doesn't use are absent.</summary>
    public IReadOnlyDictionary<string, string> Own => words;

    /// <summary>The municipality's word, or the product's where the policy has none.</summary>
    public string For(string canonical) => words.GetValueOrDefault(canonical, canonical);

    /// <summary>A text with its words in braces spoken in the municipality's own.</summary>
    public string Speak(string text) => Brace().Replace(text, m => For(m.Groups[1].Value));

    public Bilingual Speak(Bilingual text) => new(Speak(text.Ja), Speak(text.En));

    public static PolicyWords Detect(PolicyDocument document) => Detect(document, ObligationCatalogue.Load().Vocabulary);

    /// <summary>A defined term wins; otherwise the variant that the text uses most (longest match, so 職員等 isn't also 職員).</summary>
    public static PolicyWords Detect(PolicyDocument document, Vocabulary vocabulary)
    {
        var text = new StringBuilder();
        var captions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var provision in document.All())
        {
            var caption = Plain(provision.Caption);
            captions.Add(caption);
            text.Append(caption).Append('\n').Append(Plain(provision.Text)).Append('\n');
        }
        var body = text.ToString();
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var canonical in vocabulary.Canonical)
        {
            var variants = vocabulary.Variants(canonical)!.OrderByDescending(static v => v.Length).ToArray();
            var counts = Count(body, variants);
            var defined = variants.FirstOrDefault(v => captions.Contains(Plain(v)) || DefinedInPassing(body, v));
            var most = variants.Where(v => counts[v] > 0).MaxBy(v => (counts[v], v.Length));
            if ((defined ?? most) is { } word) own[canonical] = word;
        }
        return new PolicyWords(own);
    }

    /// <summary>Words in braces of a text, in order.</summary>
    internal static IEnumerable<string> Braced(string text) => Brace().Matches(text).Select(static m => m.Groups[1].Value);

    private static Dictionary<string, int> Count(string body, string[] longestFirst)
    {
        var counts = longestFirst.ToDictionary(static v => v, static _ => 0, StringComparer.Ordinal);
        var plain = longestFirst.Select(Plain).ToArray();
        for (var i = 0; i < body.Length; i++)
        {
            var at = Array.FindIndex(plain, v => body.AsSpan(i).StartsWith(v, StringComparison.Ordinal));
            if (at < 0) continue;
            counts[longestFirst[at]]++;
            i += plain[at].Length - 1;
        }
        return counts;
    }

    /// <summary>（以下「職員等」という。）</summary>
    private static bool DefinedInPassing(string body, string word) => body.Contains($"以下「{Plain(word)}」という", StringComparison.Ordinal);

    /// <summary>Widths and blanks closed; spellings kept, since they are what is looked for.</summary>
    private static string Plain(string text)
    {
        var valid = text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? string.Concat(text.EnumerateRunes()) : text;
        return Blank().Replace(valid.Normalize(NormalizationForm.FormKC), "");
    }

    [GeneratedRegex(@"\{([^{}]+)\}")]
    private static partial Regex Brace();

    [GeneratedRegex(@"[^\S\n]+")]
    private static partial Regex Blank();
}
