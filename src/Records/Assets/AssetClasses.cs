using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Assets;

/// <summary>Classes, suggestions and sets of labels (data/asset-classes.yaml).</summary>
public sealed class AssetClasses
{
    private static readonly Lazy<AssetClasses> Shipped = new(static () => AssetData.Load("asset-classes.yaml", Read));

    private readonly IReadOnlyList<SuggestionRule> rules;

    private AssetClasses(IReadOnlyList<AssetAspectClasses> aspects, IReadOnlyList<SuggestionRule> rules, IReadOnlyList<LabelScheme> schemes) =>
        (Aspects, this.rules, Schemes) = (aspects, rules, schemes);

    /// <summary>When a rule of the suggestion fits; null: whatever it is.</summary>
    private sealed record SuggestionRule(
        string Id, IReadOnlyList<string> Kinds, IReadOnlyList<string> Zones, bool? Personal, bool? MyNumber, decimal? Over, decimal? UpTo, IReadOnlyList<string> Words,
        IReadOnlyList<AssetClass> Gives, Bilingual Why, IReadOnlyList<string> InsteadOf)
    {
        public bool Fits(AssetFacts facts, string folded) =>
            (Kinds.Count == 0 || facts.Kind is not null && Kinds.Contains(facts.Kind))
            && (Zones.Count == 0 || facts.Zone is not null && Zones.Contains(facts.Zone))
            && (Personal is null || (facts.Personal ?? facts.MyNumber ?? false) == Personal)
            && (MyNumber is null || (facts.MyNumber ?? false) == MyNumber)
            && (Over is null || facts.Persons is null || facts.Persons > Over)
            && (UpTo is null || facts.Persons <= UpTo)
            && (Words.Count == 0 || Words.Any(w => folded.Contains(w, StringComparison.Ordinal)));
    }

    public IReadOnlyList<AssetAspectClasses> Aspects { get; }

    /// <summary>Sets of labels to begin with; the first has none.</summary>
    public IReadOnlyList<LabelScheme> Schemes { get; }

    public static AssetClasses Load() => Shipped.Value;

    /// <summary>Null when there is no such class.</summary>
    public AssetClass? Find(AssetAspect aspect, string? untrustedKey) => Of(aspect).Classes.FirstOrDefault(c => c.Key == untrustedKey);

    public AssetAspectClasses Of(AssetAspect aspect) => Aspects.First(a => a.Aspect == aspect);

    /// <summary>What class an asset would mostly have. Nothing is suggested before its kind is known.</summary>
    public ClassSuggestion Suggest(AssetFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Kind is null) return new(new Dictionary<AssetAspect, AssetClass>(), []);
        var folded = SearchFold.Of(facts.Words);
        var fitting = rules.Where(r => r.Fits(facts, folded)).ToList();
        fitting.RemoveAll(r => fitting.Any(other => other.InsteadOf.Contains(r.Id)));
        var highest = fitting.SelectMany(r => r.Gives).GroupBy(c => c.Aspect).ToDictionary(g => g.Key, g => g.MaxBy(c => c.Rank)!);
        return new(highest, [.. fitting.Select(r => new SuggestionReason(r.Id, r.Why, [.. r.Gives.Where(c => highest[c.Aspect].Rank == c.Rank).Select(c => c.Aspect)]))]);
    }

    internal static AssetClasses? Read(YamlValue root, DataErrors errors)
    {
        if (YamlFields.Of(root, errors, "format", "aspects", "suggestions", "schemes") is not { } file) return null;
        var aspects = new List<AssetAspectClasses>();
        foreach (var item in file.Items("aspects"))
        {
            if (YamlFields.Of(item, errors, "key", "name", "verified", "classes") is not { } at) continue;
            if (AssetWords.AspectOf(at.Text("key")) is not { } aspect)
            {
                errors.Undefined(at.PlaceOf("key"), at.Text("key") ?? "");
                continue;
            }
            var classes = at.Items("classes").Select(c => YamlFields.Of(c, errors, "key", "label", "means")).OfType<YamlFields>()
                .Select(c => (Key: c.Text("key"), Label: c.Both("label"), Means: c.Both("means"))).ToList();
            if (classes.TrueForAll(c => c.Key is not null && c.Label is not null && c.Means is not null) && at.Both("name") is { } name)
                aspects.Add(new(aspect, name, at.Text("verified") == "true", [.. classes.Select((c, i) => new AssetClass(aspect, c.Key!, c.Label!, c.Means!, classes.Count - 1 - i))]));
        }
        var all = aspects.SelectMany(a => a.Classes).ToList();
        var rules = file.Items("suggestions").Select(item => Rule(item, all, errors)).OfType<SuggestionRule>().ToList();
        foreach (var unknown in rules.SelectMany(r => r.InsteadOf).Where(id => !rules.Exists(r => r.Id == id))) errors.Undefined(file.PlaceOf("suggestions"), unknown);
        var schemes = file.Items("schemes").Select(item => Scheme(item, all, errors)).OfType<LabelScheme>().ToList();
        return errors.Any || aspects.Count != Enum.GetValues<AssetAspect>().Length ? null : new(aspects, rules, schemes);
    }

    private static SuggestionRule? Rule(YamlValue item, List<AssetClass> all, DataErrors errors)
    {
        if (YamlFields.Of(item, errors, "id", "when", "gives", "why", "instead-of?") is not { } at || at["when"] is not { } condition || at["gives"] is not { } gives) return null;
        if (YamlFields.Of(condition, errors, "kinds?", "zones?", "personal?", "mynumber?", "persons-over?", "persons-up-to?", "words?") is not { } when) return null;
        var classes = new List<AssetClass>();
        foreach (var entry in YamlFields.Named(gives, errors))
        {
            if (AssetWords.AspectOf(entry.Key) is { } aspect && entry.Value is YamlValue.Scalar key && all.Find(c => c.Aspect == aspect && c.Key == key.Value) is { } found) classes.Add(found);
            else errors.Undefined(entry.At, entry.Key);
        }
        return at.Text("id") is { } id && at.Both("why") is { } why
            ? new(id, when.Words("kinds"), when.Words("zones"), Flag(when, "personal"), Flag(when, "mynumber"), Number(when, "persons-over", errors), Number(when, "persons-up-to", errors),
                [.. when.Words("words").Select(SearchFold.Of)], classes, why, at.Words("instead-of"))
            : null;
    }

    private static LabelScheme? Scheme(YamlValue item, List<AssetClass> all, DataErrors errors)
    {
        if (YamlFields.Of(item, errors, "id", "name", "labels") is not { } at) return null;
        var labels = new List<ClassLabel>();
        foreach (var label in at["labels"] is YamlValue.List { Items.Count: 0 } ? [] : at.Items("labels"))
        {
            if (YamlFields.Of(label, errors, "name", "covers", "otherwise") is not { } l || l.Text("name") is not { } name || l.Text("otherwise") is not { } otherwise) continue;
            labels.Add(new(name, l.Words("covers"), otherwise));
        }
        if (AssetLabels.Problem(labels, [.. all.Where(c => c.Aspect == AssetAspect.Confidentiality)]) is { } problem) errors.Wrong(at.PlaceOf("labels"), problem.Ja, problem.En);
        return at.Text("id") is { } id && at.Both("name") is { } said ? new(id, said, labels) : null;
    }

    private static bool? Flag(YamlFields at, string key) => at.Text(key) switch { "true" => true, "false" => false, _ => null };

    private static decimal? Number(YamlFields at, string key, DataErrors errors)
    {
        if (at.Text(key) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        errors.Wrong(at.PlaceOf(key), $"「{key}」には数を書きます", $"'{key}' is a number");
        return null;
    }
}

/// <summary>The data files of this slice, as they are built into this assembly.</summary>
internal static class AssetData
{
    /// <exception cref="InvalidOperationException">The file is broken: our own bug, which a test finds.</exception>
    public static T Load<T>(string name, Func<YamlValue, DataErrors, T?> read) where T : class
    {
        using var stream = typeof(AssetData).Assembly.GetManifestResourceStream("assets/" + name) ?? throw new InvalidOperationException($"data/{name} is not built in.");
        using var reader = new StreamReader(stream);
        var errors = new DataErrors(columns: true);
        var result = YamlTree.Read(reader.ReadToEnd(), errors) is { } root ? read(root, errors) : null;
        return errors.Any || result is null ? throw new InvalidOperationException($"data/{name} is broken: {string.Join("; ", errors.InOrder())}") : result;
    }
}
