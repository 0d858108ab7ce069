using System.Text;

namespace Sekisho.Policy.Agencies;

/// <summary>An agency as a policy names it.</summary>
/// <param name="AsWritten">The policy's own word: 区長, 稲城市立病院事務部.</param>
/// <param name="Agency">Which agency that is; null when the word isn't known: it is shown, never dropped.</param>
/// <param name="ProvisionId">Where it is named.</param>
public sealed record NamedAgency(string AsWritten, Agency? Agency, string ProvisionId)
{
    /// <summary>One name for one agency, whoever names it: the id, or the word where the agency isn't known.</summary>
    public string Key => Agency?.Id ?? "name/" + AgencyVocabulary.Fold(AsWritten);
}

/// <summary>Whom a policy says that it binds (適用範囲).</summary>
/// <param name="Named">In the order of the text, each once. Empty: the policy names none (it binds whoever laid it down).</param>
/// <param name="Provisions">The provisions on scope, whether they name agencies or not.</param>
public sealed record AgencyScope(IReadOnlyList<NamedAgency> Named, IReadOnlyList<Provision> Provisions);

/// <summary>Reads from a policy which agencies it binds: 「この方針を適用する実施機関は、区長、教育委員会…及び議会とする。」</summary>
public static class AgencyReader
{
    /// <summary>A list longer than this isn't one of agencies.</summary>
    private const int MaxNames = 60;

    private const int MaxNameLength = 40;

    public static AgencyScope Read(PolicyDocument document) => Read(document, AgencyVocabulary.Load());

    internal static AgencyScope Read(PolicyDocument document, AgencyVocabulary vocabulary)
    {
        var captions = vocabulary.Captions.Select(AgencyVocabulary.Fold).ToArray();
        var scope = document.Provisions.SelectMany(p => Captioned(p, captions)).ToList();
        // A sentence that names them counts wherever it stands, a caption or not: 第1条第2項 may say it.
        var named = new List<NamedAgency>();
        foreach (var provision in document.All())
        {
            foreach (var name in Names(provision, vocabulary))
            {
                if (named.TrueForAll(n => n.Key != name.Key)) named.Add(name);
            }
        }
        return new AgencyScope(named, scope);
    }

    private static IEnumerable<Provision> Captioned(Provision provision, string[] captions) =>
        captions.Contains(AgencyVocabulary.Fold(provision.Caption)) ? [provision] : provision.Children.SelectMany(c => Captioned(c, captions));

    private static IEnumerable<NamedAgency> Names(Provision provision, AgencyVocabulary vocabulary)
    {
        // Brackets first: 「（消防団を含む。）」 ends no sentence.
        foreach (var sentence in Bare(AgencyVocabulary.Fold(provision.Text.Replace('\n', '。'))).Split('。', StringSplitOptions.RemoveEmptyEntries))
        {
            if (ListIn(sentence, vocabulary) is not { } list) continue;
            // 「次のとおりとする」: the names are the items below.
            var parts = Announces(list) ? provision.Children.Select(c => AgencyVocabulary.Fold(c.Caption.Length > 0 ? c.Caption : c.Text)) : Split(list);
            var names = parts.Select(Bare).Where(p => p.Length is > 0 and <= MaxNameLength).Take(MaxNames).ToList();
            // 「機関は、…とする」 also says other things; a list of agencies has at least one that is known.
            if (!names.Exists(n => vocabulary.Recognise(n) is not null)) continue;
            foreach (var name in names) yield return new NamedAgency(name, vocabulary.Recognise(name), provision.Id);
        }
    }

    /// <summary>What stands between the lead and the end of a sentence about whom the policy binds; null: it isn't one.</summary>
    private static string? ListIn(string sentence, AgencyVocabulary vocabulary)
    {
        if (!sentence.Contains("適用", StringComparison.Ordinal) && !sentence.Contains("対象", StringComparison.Ordinal) && !sentence.Contains("範囲", StringComparison.Ordinal)
            && !sentence.StartsWith("実施機関", StringComparison.Ordinal) && !sentence.StartsWith("行政機関", StringComparison.Ordinal)) return null;
        foreach (var lead in vocabulary.Leads.Select(AgencyVocabulary.Fold).OrderByDescending(l => l.Length))
        {
            var at = sentence.IndexOf(lead, StringComparison.Ordinal);
            if (at < 0) continue;
            var rest = sentence[(at + lead.Length)..].TrimStart('、', ',');
            foreach (var end in vocabulary.Ends.Select(AgencyVocabulary.Fold).OrderByDescending(e => e.Length))
            {
                if (rest.EndsWith(end, StringComparison.Ordinal)) return rest[..^end.Length];
            }
            // An item without a verb: 「実施機関の範囲　市長、教育委員会、議会」 is not a sentence of this form.
        }
        return null;
    }

    private static bool Announces(string list) =>
        list.StartsWith("次の", StringComparison.Ordinal) || list.StartsWith("次に", StringComparison.Ordinal) || list.StartsWith("以下", StringComparison.Ordinal) || list.StartsWith("下記", StringComparison.Ordinal);

    private static string[] Split(string list) => list
        .Replace("並びに", "、", StringComparison.Ordinal).Replace("及び", "、", StringComparison.Ordinal).Replace("および", "、", StringComparison.Ordinal).Replace("又は", "、", StringComparison.Ordinal)
        .Split(['、', ',', '・'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A name without what is said of it in brackets (「消防（消防団を含む。）」) and without a closing mark.</summary>
    private static string Bare(string part)
    {
        var bare = new StringBuilder(part.Length);
        var depth = 0;
        foreach (var c in part)
        {
            if (c is '(' or '（') depth++;
            else if (c is ')' or '）') depth = Math.Max(0, depth - 1);
            else if (depth == 0) bare.Append(c);
        }
        return bare.ToString().Trim('。', '、', ',', ':', '：');
    }
}
