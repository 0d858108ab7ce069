using System.Globalization;
using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Policy.Lint;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Hierarchy;

/// <summary>What a provision calls for below itself (下位の定め).</summary>
public enum CalledRule
{
    /// <summary>対策基準.</summary>
    Standard,

    /// <summary>実施手順.</summary>
    Procedure,
}

/// <summary>That a provision calls for a standard or a procedure, by its own words or because another provision of the document names it.</summary>
/// <param name="ProvisionId">See <see cref="Provision.Id"/>.</param>
/// <param name="Makes">Its own words make the document; false where another provision names it.</param>
/// <param name="Reason">The words that say so.</param>
public sealed record RuleCall(string ProvisionId, CalledRule Rule, bool Makes, Bilingual Reason);

/// <summary>Reads from a document which of its provisions call for a standard or a procedure (対策基準・実施手順を求める条).</summary>
/// <remarks>
/// A provision calls when one of its duties makes such a document: 「…対策基準を策定する」「…手順を定めなければならない」. Speaking of one
/// (「対策基準に基づき」「実施手順を遵守し」) calls for nothing. Where the sentence names the articles that the standard serves
/// (「第7条から第9条までに規定する対策等を実施するため」「前2条の」「6、7及び8に規定する」), each of them is called for as well; 「前各条」 names none.
/// </remarks>
public static partial class RuleCalls
{
    /// <summary>Calls in the order of the document; at most one of a kind for a provision.</summary>
    public static IReadOnlyList<RuleCall> Find(PolicyDocument document, Vocabulary vocabulary)
    {
        var linted = new LintedDocument(document);
        var standard = Made(vocabulary, "対策基準", "(?!)");
        var procedure = Made(vocabulary, "実施手順", "手順書?|運用要領|取扱要領");
        var calls = new Dictionary<(string, CalledRule), RuleCall>();
        foreach (var provision in linted.All)
        {
            // Brackets go first: 「(以下「基準」という。)」 has a full stop in the middle of the sentence.
            var text = WithoutBrackets(FoldedText.Fold(provision.Provision.Text, vocabulary));
            foreach (var range in Sentences.Split(text))
            {
                if (!Sentences.IsDuty(text.AsSpan(range))) continue;
                var sentence = text[range];
                if (standard.Match(sentence) is { Success: true } made)
                {
                    Add(provision, CalledRule.Standard, true, new($"本文に「{made.Value}」とあります。", $"The text says 「{made.Value}」."));
                    foreach (var named in Named(linted, provision, sentence[..made.Index]))
                        Add(named, CalledRule.Standard, false, new($"{provision.Where}が、この条に規定する対策の基準を定めるとしています。", $"{provision.Where} has a standard made for what this article lays down."));
                }
                if (procedure.Match(sentence) is { Success: true } how)
                    Add(provision, CalledRule.Procedure, true, new($"本文に「{how.Value}」とあります。", $"The text says 「{how.Value}」."));
            }
        }
        var order = linted.All.Select(static (p, i) => (p.Provision.Id, i)).ToDictionary(static x => x.Id, static x => x.i, StringComparer.Ordinal);
        return [.. calls.Values.OrderBy(c => order[c.ProvisionId]).ThenBy(static c => c.Rule)];

        void Add(LintedProvision at, CalledRule rule, bool makes, Bilingual reason) => calls.TryAdd((at.Provision.Id, rule), new RuleCall(at.Provision.Id, rule, makes, reason));
    }

    /// <summary>…を策定する, …を定めなければ; not …を定めた, which only describes.</summary>
    private static Regex Made(Vocabulary vocabulary, string canonical, string more)
    {
        var words = (vocabulary.Variants(canonical) ?? [canonical]).Select(v => FoldedText.Fold(v, vocabulary)).OrderByDescending(static v => v.Length).Select(Regex.Escape);
        return new Regex($"({string.Join('|', words)}|{more})等?(を(別に|あらかじめ|それぞれ|具体的に)?(策定|作成|整備|制定|定め)(?!た|られた|した|された)|の(策定|作成|整備)を(行う|行い))", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    /// <summary>「対策基準(以下「基準」という。)を」 is 「対策基準を」.</summary>
    private static string WithoutBrackets(string text)
    {
        for (var before = ""; before != text;)
        {
            before = text;
            text = Brackets().Replace(text, "");
        }
        return text;
    }

    /// <summary>The articles that a stretch names: single ones, ranges, and those right before.</summary>
    private static IEnumerable<LintedProvision> Named(LintedDocument document, LintedProvision here, string text)
    {
        var articles = document.Articles.ToList();
        var own = here.Nearest(ProvisionKind.Article) is { } article ? articles.IndexOf(article) : -1;
        foreach (Match m in BeforeThis().Matches(text))
        {
            var count = m.Groups["count"].Success ? Number(m.Groups["count"].Value) : 1;
            for (var i = Math.Max(0, own - count); i < own; i++) yield return articles[i];
        }
        foreach (Match list in List().Matches(text))
        {
            var places = Place().Matches(list.Value).ToList();
            for (var i = 0; i < places.Count; i++)
            {
                var first = Index(places[i]);
                if (first < 0) continue;
                var last = i + 1 < places.Count && Range().IsMatch(list.Value[(places[i].Index + places[i].Length)..places[i + 1].Index]) ? Index(places[i + 1]) : first;
                for (var at = first; at <= last; at++)
                    if (at != own) yield return articles[at];
            }
        }

        int Index(Match place)
        {
            var number = Number(place.Groups["number"].Value).ToString(CultureInfo.InvariantCulture);
            return articles.FindIndex(a => a.Provision.Number == number);
        }
    }

    private static int Number(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
        var at = 0;
        return Reading.Numerals.TryReadKanji(text, ref at, out value) ? value : 0;
    }

    private const string N = "(?:[0-9]{1,3}|[一二三四五六七八九十百]{1,5})";

    [GeneratedRegex(@"\([^()]*\)")]
    private static partial Regex Brackets();

    [GeneratedRegex($"前(?<count>{N})?条")]
    private static partial Regex BeforeThis();

    /// <summary>第7条から第9条までに規定する; 上記6、7及び8に定める. Of this document: not 番号法第12条に規定する.</summary>
    [GeneratedRegex($"(?<!法|法律|条例|規則|規程|令)(?:上記|前記)?(?:第?{N}条?)(?:(?:まで)?(?:、|及び|並びに|から|～|~|・)第?{N}条?)*(?:まで)?(?:に規定|に定め|に掲げ|の規定|で定め|の対策)")]
    private static partial Regex List();

    [GeneratedRegex($"第?(?<number>{N})条?")]
    private static partial Regex Place();

    [GeneratedRegex("^(から|～|~)$")]
    private static partial Regex Range();
}
