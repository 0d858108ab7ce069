using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Records.Assets;

/// <summary>What a class asks of those who handle it (取扱制限): lines in the municipality's own words.</summary>
public sealed record ClassRules(AssetClass Class, IReadOnlyList<string> Texts);

/// <summary>The municipality's handling rules, with its table of disposal (取扱いの定め).</summary>
/// <param name="Kept">When and by whom; null: nobody has laid any down, what stands here is the national table.</param>
/// <param name="Classes">Every class of every aspect, in their order; without lines: no rule is laid down.</param>
/// <param name="Disposal">Every cell of the matrix.</param>
public sealed record HandlingRules(RulesKept? Kept, IReadOnlyList<ClassRules> Classes, IReadOnlyList<DisposalCell> Disposal)
{
    public bool IsAdopted => Kept is not null;

    public IReadOnlyList<string> Of(AssetClass of) => Classes.FirstOrDefault(c => c.Class == of)?.Texts ?? [];

    /// <summary>Ways that are enough.</summary>
    public IReadOnlyList<string> Enough(string group, string medium) => Disposal.FirstOrDefault(c => c.Group == group && c.Medium == medium)?.Methods ?? [];

    /// <summary>Classes that have no rule, where rules are laid down at all.</summary>
    public IReadOnlyList<AssetClass> Without => IsAdopted ? [.. Classes.Where(c => c.Texts.Count == 0).Select(c => c.Class)] : [.. Classes.Select(c => c.Class)];
}

/// <summary>When and by whom.</summary>
public sealed record RulesKept(DateTimeOffset At, Actor By);

/// <summary>The national table (data/handling-rules.yaml).</summary>
public static class NationalHandling
{
    private sealed record Table(IReadOnlyList<(AssetClass Class, IReadOnlyList<Bilingual> Texts)> Rows);

    private static readonly Lazy<Table> Shipped = new(static () => AssetData.Load("handling-rules.yaml", Read));

    /// <summary>Rules as the table has them, in a municipality's language: Japanese.</summary>
    public static IReadOnlyList<ClassRules> Rules { get; } = [.. Shipped.Value.Rows.Select(r => new ClassRules(r.Class, [.. r.Texts.Select(t => t.Ja)]))];

    private static Table? Read(YamlValue root, DataErrors errors)
    {
        if (YamlFields.Of(root, errors, "format", "rules") is not { } file) return null;
        var rows = new List<(AssetClass, IReadOnlyList<Bilingual>)>();
        foreach (var f in file.Items("rules").Select(i => YamlFields.Of(i, errors, "aspect", "class", "texts")).OfType<YamlFields>())
        {
            var texts = f.Items("texts").Select(t => YamlFields.Of(t, errors, "ja", "en")).OfType<YamlFields>().Select(t => new Bilingual(t.Text("ja") ?? "", t.Text("en") ?? "")).ToList();
            if (AssetWords.AspectOf(f.Text("aspect")) is { } aspect && AssetClasses.Load().Find(aspect, f.Text("class")) is { } its) rows.Add((its, texts));
            else errors.Undefined(f.PlaceOf("class"), f.Text("class") ?? "");
        }
        foreach (var missing in AssetClasses.Load().Aspects.SelectMany(a => a.Classes).Where(c => !rows.Exists(r => r.Item1 == c))) errors.Missing(file.PlaceOf("rules"), $"{missing.Aspect.Key()} {missing.Key}");
        return new(rows);
    }
}
