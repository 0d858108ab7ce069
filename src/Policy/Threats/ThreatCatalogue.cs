using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Threats;

/// <summary>The threats that policies name and offices rate (脅威の一覧): data/threats.yaml.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class ThreatCatalogue
{
    private static readonly Lazy<ThreatCatalogue> Shipped = new(static () =>
        Parse(DataFile.Text("threats.yaml"), ObligationCatalogue.Load(), out var errors)
        ?? throw new InvalidOperationException("data/threats.yaml is broken: " + string.Join("; ", errors)));

    private readonly Dictionary<string, ThreatCategory> byId;
    private readonly IReadOnlyList<(ThreatCategory Category, WordPattern Words)> signs;
    private readonly Vocabulary vocabulary;

    private readonly IReadOnlyDictionary<(AssetValue Value, string Class), int> losses;

    private ThreatCatalogue(
        IReadOnlyList<(ThreatCategory Category, WordPattern Words)> signs, IReadOnlyList<Threat> threats, IReadOnlyDictionary<(AssetValue, string), int> losses, RiskScale scale, Vocabulary vocabulary)
    {
        (this.losses, Scale) = (losses, scale);
        (this.signs, this.vocabulary) = (signs, vocabulary);
        Categories = [.. signs.Select(static s => s.Category)];
        Threats = threats;
        byId = Categories.ToDictionary(static c => c.Id, StringComparer.Ordinal);
    }

    /// <summary>In the order of the file: intended, unintended, disasters.</summary>
    public IReadOnlyList<ThreatCategory> Categories { get; }

    /// <summary>What an office starts its own list from.</summary>
    public IReadOnlyList<Threat> Threats { get; }

    /// <summary>How risk is judged until the office words it itself.</summary>
    public RiskScale Scale { get; }

    /// <summary>1 to <see cref="RiskMatrix.Steps"/>: the greatest loss among what a threat hits, by the classes of the assets; null where none of those is classified.</summary>
    /// <param name="classOf">The class of one value: "3B" of confidentiality; null when not classified.</param>
    public int? Loss(IEnumerable<AssetValue> hits, Func<AssetValue, string?> classOf) =>
        hits.Select(hit => classOf(hit) is { } @class && losses.TryGetValue((hit, @class), out var loss) ? loss : (int?)null).Max();

    public ThreatCategory? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>The catalogue that ships with the product.</summary>
    public static ThreatCatalogue Load() => Shipped.Value;

    /// <summary>Which categories some provisions of a policy name, in the order of the catalogue, each where it stands first.</summary>
    /// <param name="provisionIds">The provisions on threats (those tied to threat-identification); what hangs below them is read too.</param>
    public IReadOnlyList<NamedThreat> NamedBy(PolicyDocument document, IReadOnlyCollection<string> provisionIds)
    {
        ArgumentNullException.ThrowIfNull(document);
        var texts = document.Provisions.SelectMany(static p => p.SelfAndDescendants()).Where(p => provisionIds.Contains(p.Id))
            .SelectMany(static p => p.SelfAndDescendants()).DistinctBy(static p => p.Id)
            .Select(p => (Provision: p, Text: FoldedText.Of(p.Caption + "\n" + p.Text, vocabulary))).ToList();
        var named = new List<NamedThreat>();
        foreach (var (category, words) in signs)
        {
            foreach (var (provision, text) in texts)
            {
                if (words.Match(text.Text) is not { } found) continue;
                named.Add(new(category, provision.Id, provision.Path, text.Original(found[0].Start, found[0].Length)));
                break;
            }
        }
        return named;
    }

    /// <returns>Null with the errors, each with its line.</returns>
    internal static ThreatCatalogue? Parse(string untrustedYaml, ObligationCatalogue obligations, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        var signs = new List<(ThreatCategory, WordPattern)>();
        var threats = new List<Threat>();
        var losses = new Dictionary<(AssetValue, string), int>();
        RiskScale? scale = null;
        if (YamlTree.Read(untrustedYaml, errors) is { } root && YamlFields.Of(root, errors, "format", "categories", "threats", "losses", "scale") is { } file)
        {
            var categories = new HashSet<string>(StringComparer.Ordinal);
            foreach (var item in file.Items("categories"))
            {
                if (YamlFields.Of(item, errors, "id", "name", "cause", "words") is not { } f || f.Text("id") is not { } id) continue;
                if (!categories.Add(id)) errors.Twice(f.PlaceOf("id"), id);
                if (f.Both("name") is { } name && Case<ThreatCause>(f, "cause", errors) is { } cause && Pattern(f, obligations.Vocabulary, errors) is { } words)
                    signs.Add((new(id, name, cause), words));
            }
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var item in file.Items("threats"))
                if (ReadThreat(item, categories, seen, obligations, errors) is { } threat) threats.Add(threat);
            foreach (var entry in YamlFields.Named(file["losses"], errors))
            {
                if (Case<AssetValue>(entry.Key, entry.At, errors) is not { } value) continue;
                foreach (var step in YamlFields.Named(entry.Value, errors)) losses[(value, step.Key)] = Step(step.Value, errors);
            }
            scale = ReadScale(file, errors);
        }
        problems = errors.InOrder();
        return errors.Any ? null : new ThreatCatalogue(signs, threats, losses, scale!, obligations.Vocabulary);
    }

    private static Threat? ReadThreat(YamlValue item, HashSet<string> categories, HashSet<string> seen, ObligationCatalogue obligations, DataErrors errors)
    {
        if (YamlFields.Of(item, errors, "id", "category", "name", "likelihood", "hits", "applies", "controls") is not { } f || f.Text("id") is not { } id) return null;
        if (!seen.Add(id)) errors.Twice(f.PlaceOf("id"), id);
        if (f.Text("category") is { } named && !categories.Contains(named)) errors.Undefined(f.PlaceOf("category"), named);
        foreach (var control in f.Words("controls").Where(c => obligations.Find(new(c)) is null)) errors.Undefined(f.PlaceOf("controls"), control);
        var hits = f.Words("hits").Select(h => Case<AssetValue>(h, f.PlaceOf("hits"), errors)).ToList();
        IReadOnlyList<string> kinds = [], zones = [];
        if (f["applies"] is { } applies && YamlFields.Of(applies, errors, "kinds?", "zones?") is { } scope) (kinds, zones) = (scope.Words("kinds"), scope.Words("zones"));
        var likelihood = f["likelihood"] is { } asked ? Step(asked, errors) : 0;
        return f.Text("category") is { } category && f.Both("name") is { } name && hits.TrueForAll(static h => h is not null)
            ? new Threat(id, category, name, likelihood, [.. hits.Select(static h => h!.Value)], kinds, zones, [.. f.Words("controls").Select(static c => new ObligationId(c))])
            : null;
    }

    private static RiskScale? ReadScale(YamlFields file, DataErrors errors)
    {
        if (file["scale"] is not { } value || YamlFields.Of(value, errors, "likelihood", "loss", "line", "months") is not { } f) return null;
        var (likelihood, loss) = (Words("likelihood"), Words("loss"));
        var (line, months) = (Count("line", RiskMatrix.Most), Count("months", 60));
        return new RiskScale(RiskMethod.Frequency, likelihood, loss, line, months);

        IReadOnlyList<Bilingual> Words(string key)
        {
            var words = new List<Bilingual>();
            foreach (var item in f.Items(key))
                if (YamlFields.Of(item, errors, "ja", "en") is { } both && both.Text("ja") is { } ja && both.Text("en") is { } en) words.Add(new(ja, en));
            if (words.Count is < RiskScale.FewestSteps or > RiskMatrix.Steps) errors.Wrong(f.PlaceOf(key), "2から5までの段を並べてください", "List 2 to 5 steps");
            return words;
        }

        int Count(string key, int most)
        {
            if (int.TryParse(f.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most) return count;
            errors.Wrong(f.PlaceOf(key), $"1から{most}までの数を書いてください", $"Write a number from 1 to {most}");
            return 1;
        }
    }

    private static int Step(YamlValue value, DataErrors errors)
    {
        if (value is YamlValue.Scalar { Value: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step) && step is >= 1 and <= RiskMatrix.Steps) return step;
        errors.Wrong(value.At, "1から5までの数を書いてください", "Write a number from 1 to 5");
        return 1;
    }

    private static WordPattern? Pattern(YamlFields fields, Vocabulary vocabulary, DataErrors errors)
    {
        if (fields.Text("words") is not { } text) return null;
        var pattern = WordPattern.Parse(text, vocabulary, out var undefined);
        if (undefined is not null) errors.Undefined(fields.PlaceOf("words"), undefined);
        else if (pattern is null) errors.BadPattern(fields.PlaceOf("words"), text);
        return pattern;
    }

    private static T? Case<T>(YamlFields fields, string key, DataErrors errors) where T : struct, Enum =>
        fields.Text(key) is { } text ? Case<T>(text, fields.PlaceOf(key), errors) : null;

    private static T? Case<T>(string text, YamlPlace at, DataErrors errors) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase)) return value;
        errors.Undefined(at, text);
        return null;
    }
}

/// <summary>Whether somebody means it (脅威の原因).</summary>
public enum ThreatCause
{
    /// <summary>意図的.</summary>
    Intended,

    /// <summary>非意図的.</summary>
    Unintended,

    /// <summary>災害等.</summary>
    Disaster,
}

/// <summary>What a threat takes from an asset (情報資産の三つの価値).</summary>
public enum AssetValue
{
    /// <summary>機密性.</summary>
    Confidentiality,

    /// <summary>完全性.</summary>
    Integrity,

    /// <summary>可用性.</summary>
    Availability,
}

/// <summary>A category of threats, as policies name them (脅威の類型).</summary>
public sealed record ThreatCategory(string Id, Bilingual Name, ThreatCause Cause);

/// <summary>A threat to rate (脅威).</summary>
/// <param name="Likelihood">1 to <see cref="RiskMatrix.Steps"/>: where the rating starts, before controls.</param>
/// <param name="Kinds">Kinds of assets that it concerns, by the keys of the register of assets; empty: any.</param>
/// <param name="Zones">Zones in which it does; empty: any.</param>
/// <param name="Controls">Obligations that hold it down.</param>
public sealed record Threat(
    string Id, string Category, Bilingual Name, int Likelihood, IReadOnlyList<AssetValue> Hits,
    IReadOnlyList<string> Kinds, IReadOnlyList<string> Zones, IReadOnlyList<ObligationId> Controls)
{
    /// <param name="zone">Null for what lies in no zone, such as paper: then the kind alone decides.</param>
    public bool Concerns(string kind, string? zone) =>
        (Kinds.Count == 0 || Kinds.Contains(kind)) && (Zones.Count == 0 || zone is null || Zones.Contains(zone));
}

/// <summary>A category that a policy names.</summary>
/// <param name="Words">As the policy says it.</param>
public sealed record NamedThreat(ThreatCategory Category, string ProvisionId, string Path, string Words);
