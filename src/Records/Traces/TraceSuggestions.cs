using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Policy.Hierarchy;
using Sekisho.Policy.Obligations;
using Sekisho.Records.Policies;
using Sekisho.Records.Ties;

namespace Sekisho.Records.Traces;

/// <summary>Which lower provision seems to carry out which upper one (対応付けの候補), from what both say.</summary>
/// <remarks>
/// Three signs: the lower text names the upper article; both are tied to the same obligation; their captions are alike. A standard is matched
/// article by article; what stands below standards as a whole, since a procedure serves one article or a few. Pure; a person decides.
/// </remarks>
internal static partial class TraceSuggestions
{
    /// <summary>Below this two provisions merely live in the same document.</summary>
    private const double Least = 0.45;

    /// <summary>An article is carried out by a few, not by everything that resembles it.</summary>
    private const int Most = 3;

    /// <param name="ties">Obligations of provisions by version, rejected ties left out.</param>
    public static IReadOnlyList<TraceSuggestion> Of(
        IReadOnlyList<TraceReader.Loaded> loaded, TraceMap map, IReadOnlyList<Trace> decided, IReadOnlyDictionary<PolicyVersionId, IReadOnlyList<Tie>> ties, IReadOnlyDictionary<ObligationId, string> names)
    {
        var known = decided.Select(static d => (d.Upper, d.Lower)).ToHashSet();
        var needs = map.Needs.Select(static n => n.Provision).ToHashSet();
        // 「対策基準を策定する」 is carried out by the standard as a whole, not by an article that resembles it.
        var makes = map.Needs.Where(static n => n.Call is { Makes: true, Rule: CalledRule.Standard }).Select(static n => n.Provision).ToHashSet();
        var found = new List<TraceSuggestion>();
        foreach (var standard in loaded.Where(static l => l.Document.Level == 1))
        {
            var whole = new TraceEnd(standard.Document.Document.Key, "");
            found.AddRange(makes.Where(m => m.Document != whole.Document && !known.Contains((m, whole)))
                .Select(m => new TraceSuggestion(m, whole, 0.9, new("この条が定めるとした対策基準です。", "It is the standard that the article has made."))));
        }
        foreach (var lower in loaded.Where(static l => l.Document.Level > 0))
        {
            var uppers = loaded.Where(u => u.Document.Level < lower.Document.Level).SelectMany(u => Units(u, ties, needs).Where(x => lower.Document.Level > 1 || !makes.Contains(x.End)).Select(x => (Upper: u, Unit: x))).ToArray();
            IEnumerable<Unit> units = lower.Document.Level == 1 ? Units(lower, ties, needs).Where(static u => u.IsArticle) : [Whole(lower, ties)];
            foreach (var unit in units)
            {
                found.AddRange(uppers
                    .Select(u => Match(u.Upper, u.Unit, lower, unit, names))
                    .OfType<TraceSuggestion>().Where(s => s.Confidence >= Least)
                    .OrderByDescending(static s => s.Confidence).Take(Most)
                    .Where(s => !known.Contains((s.Upper, s.Lower))));
            }
        }
        return found;
    }

    /// <summary>A provision with what it obliges to.</summary>
    private sealed record Unit(TraceEnd End, string Number, string Caption, string Text, bool IsArticle, IReadOnlyDictionary<ObligationId, double> Duties, bool IsCalled);

    /// <summary>Articles, and items that carry a duty or a call of their own.</summary>
    private static IEnumerable<Unit> Units(TraceReader.Loaded of, IReadOnlyDictionary<PolicyVersionId, IReadOnlyList<Tie>> ties, HashSet<TraceEnd> needs)
    {
        var own = ties[of.Document.Document.InForce!.Id].ToLookup(static t => t.ProvisionId, StringComparer.Ordinal);
        foreach (var (provision, key, _) in of.Entry.Flat.Where(static f => f.Provision.Kind >= ProvisionKind.Article))
        {
            var end = new TraceEnd(of.Document.Document.Key, key);
            var article = provision.Kind == ProvisionKind.Article;
            var duties = Duties(article ? provision.SelfAndDescendants().SelectMany(p => own[p.Id]) : own[provision.Id]);
            if (article || duties.Count > 0 || needs.Contains(end))
                yield return new(end, provision.Number, provision.Caption, provision.Text, article, duties, needs.Contains(end));
        }
    }

    private static Unit Whole(TraceReader.Loaded of, IReadOnlyDictionary<PolicyVersionId, IReadOnlyList<Tie>> ties) => new(
        new(of.Document.Document.Key, ""), "", of.Document.Document.Name, string.Join('\n', of.Entry.Flat.Select(static f => f.Provision.Text)), false,
        Duties(ties[of.Document.Document.InForce!.Id]), false);

    private static Dictionary<ObligationId, double> Duties(IEnumerable<Tie> ties) =>
        ties.GroupBy(static t => t.Obligation).ToDictionary(static g => g.Key, static g => g.Max(static t => t.State == TieState.Confirmed ? 1 : t.Confidence));

    private static TraceSuggestion? Match(TraceReader.Loaded upperOf, Unit upper, TraceReader.Loaded lowerOf, Unit lower, IReadOnlyDictionary<ObligationId, string> names)
    {
        if (upper.IsArticle && Named(upperOf, lower.Text).Contains(upper.Number))
            return new(upper.End, lower.End, 0.95, new($"本文が{upperOf.Document.Document.Name}第{upper.Number}条を挙げています。", $"The text names article {upper.Number} of {upperOf.Document.Document.Name}."));
        var shared = upper.Duties.Keys.Where(lower.Duties.ContainsKey)
            .Select(o => (Obligation: o, Weight: Math.Sqrt(upper.Duties[o] * lower.Duties[o]))).OrderByDescending(static s => s.Weight).FirstOrDefault();
        var alike = Alike(upper.Caption, lower.Caption);
        // What calls for the very kind of document that the lower one is.
        var called = upper.IsCalled && lower.End.IsWhole && lowerOf.Document.Level >= 2 ? 0.15 : 0;
        var confidence = Math.Round(Math.Min(0.94, 0.6 * shared.Weight + 0.4 * alike + called), 2);
        if (confidence < Least) return null;
        var reasons = new List<Bilingual>();
        if (shared.Weight > 0) reasons.Add(new($"どちらも「{names.GetValueOrDefault(shared.Obligation, shared.Obligation.Value)}」の義務を定めています。", $"Both lay down the duty “{shared.Obligation}”."));
        if (alike >= 0.4) reasons.Add(new("見出しが似ています。", "Their captions are alike."));
        if (called > 0) reasons.Add(new("この条が手順を求めています。", "The article calls for a procedure."));
        return new(upper.End, lower.End, confidence, reasons.Aggregate(static (a, b) => a + b));
    }

    /// <summary>Articles of the upper document that a lower text names: 「対策基準第８条」.</summary>
    private static HashSet<string> Named(TraceReader.Loaded upper, string text)
    {
        var word = upper.Document.Level switch { 0 => "基本方針", 1 => "対策基準", _ => "実施手順" };
        return [.. Reference().Matches(text.Normalize(System.Text.NormalizationForm.FormKC)).Where(m => m.Groups["word"].Value == word).Select(static m => m.Groups["number"].Value)];
    }

    /// <summary>Dice's measure over pairs of characters, 0 to 1.</summary>
    internal static double Alike(string a, string b)
    {
        var (x, y) = (Pairs(a), Pairs(b));
        return x.Count == 0 || y.Count == 0 ? 0 : 2.0 * x.Intersect(y).Count() / (x.Count + y.Count);

        static HashSet<string> Pairs(string text)
        {
            var plain = string.Concat(text.Normalize(System.Text.NormalizationForm.FormKC).Replace("情報セキュリティ", "", StringComparison.Ordinal).Where(char.IsLetterOrDigit));
            return [.. Enumerable.Range(0, Math.Max(0, plain.Length - 1)).Select(i => plain.Substring(i, 2))];
        }
    }

    [GeneratedRegex("(?<word>基本方針|対策基準|実施手順)[^第。]{0,12}第(?<number>[0-9]{1,3})条")]
    private static partial Regex Reference();
}
