using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Assets;

/// <summary>The handling rules of a municipality (取扱いの定め): begun from the national table, edited into its own.</summary>
public sealed class HandlingBook
{
    private const int MaxText = 300, MostTexts = 30;

    private readonly RecordKeeper keeper;

    internal HandlingBook(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>As it is kept: texts by 「aspect/class」, ways of disposal by 「group/medium」 where they differ from the national matrix.</summary>
    private sealed record Content(Dictionary<string, IReadOnlyList<string>> Rules, Dictionary<string, IReadOnlyList<string>> Disposal);

    /// <summary>The rules in force; the national table where none are.</summary>
    public async Task<HandlingRules> ReadAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ReadAsync(tx, cancel);
    }

    internal static async Task<HandlingRules> ReadAsync(TenantTransaction tx, CancellationToken cancel)
    {
        var newest = await tx.FirstAsync("SELECT content::text, kept_at, kept_by, kept_by_name FROM records.handling_edition ORDER BY kept_at DESC, id DESC LIMIT 1",
            r => Tuple.Create(RecordJson.Read<Content>(r.GetString(0)), r.Moment(1), r.By(2)), cancel);
        return newest is null ? Whole(null, null) : Whole(newest.Item1, new(newest.Item2, newest.Item3));
    }

    /// <summary>Takes the national table over as the municipality's own, to be edited from there.</summary>
    public async Task<Outcome<HandlingRules>> AdoptAsync(MunicipalityId municipality, Actor actor, CancellationToken cancel)
    {
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            if ((await ReadAloneAsync(tx, cancel)).IsAdopted) return Refusals.AlreadyAdopted;
            await WriteAsync(tx, new(NationalHandling.Rules.ToDictionary(r => Key(r.Class), r => r.Texts), []), "handling.adopted", actor, cancel);
        }
        return await ChangedAsync(municipality, cancel);
    }

    /// <summary>Keeps the lines of some classes; classes not named stay as they are.</summary>
    /// <param name="seen">The edition that the person saw; null: none was kept. When another was kept meanwhile, nothing is.</param>
    /// <param name="untrustedTexts">By class; an empty list leaves the class without rules, which the obligation counts.</param>
    public async Task<Outcome<HandlingRules>> KeepAsync(MunicipalityId municipality, DateTimeOffset? seen, IReadOnlyDictionary<AssetClass, IReadOnlyList<string>> untrustedTexts, Actor actor, CancellationToken cancel)
    {
        var texts = untrustedTexts.ToDictionary(t => Key(t.Key), t => (IReadOnlyList<string>)[.. t.Value.Select(l => l.Trim()).Where(l => l.Length > 0)]);
        if (texts.Values.Any(t => t.Count > MostTexts || t.Any(l => l.Length > MaxText || l.Any(char.IsControl)))) return Refusals.BadRule(MostTexts, MaxText);
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            var before = await ReadAloneAsync(tx, cancel);
            if (before.Kept?.At != seen) return Refusals.RulesChanged(before.Kept);
            var rules = before.IsAdopted ? before.Classes.ToDictionary(c => Key(c.Class), c => c.Texts) : [];
            foreach (var (key, lines) in texts) rules[key] = lines;
            await WriteAsync(tx, new(rules, Own(before.Disposal)), "handling.kept", actor, cancel);
        }
        return await ChangedAsync(municipality, cancel);
    }

    /// <summary>Keeps the municipality's own ways of disposal for one cell of the matrix.</summary>
    public async Task<Outcome<HandlingRules>> KeepDisposalAsync(MunicipalityId municipality, string untrustedGroup, string untrustedMedium, IReadOnlyList<string> untrustedMethods, Actor actor, CancellationToken cancel)
    {
        var matrix = DisposalMatrix.Load();
        if (matrix.Group(untrustedGroup) is not { } group || matrix.Medium(untrustedMedium) is not { } medium) return Refusals.UnknownMethod;
        var methods = untrustedMethods.Select(matrix.Method).ToList();
        if (methods.Count == 0 || methods.Exists(m => m?.Media.Contains(medium.Id) != true)) return Refusals.UnknownMethod;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            var before = await ReadAloneAsync(tx, cancel);
            if (!before.IsAdopted) return Refusals.NotAdopted;
            var own = Own(before.Disposal);
            own[$"{group.Id}/{medium.Id}"] = [.. matrix.Methods.Where(methods.Contains).Select(m => m.Id)];
            await WriteAsync(tx, new(before.Classes.ToDictionary(c => Key(c.Class), c => c.Texts), own), "handling.disposal", actor, cancel);
        }
        return await ChangedAsync(municipality, cancel);
    }

    /// <summary>What applies to an asset by its class with contents, aspect by aspect; an aspect without a class has none.</summary>
    public static IReadOnlyList<ClassRules> ForAsset(HandlingRules rules, RegisterEntry asset)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(asset);
        return [.. Enum.GetValues<AssetAspect>().Select(a => AssetClasses.Load().Find(a, asset.Text(a.EffectiveKey()))).OfType<AssetClass>().Select(c => new ClassRules(c, rules.Of(c)))];
    }

    private static async Task<HandlingRules> ReadAloneAsync(TenantTransaction tx, CancellationToken cancel)
    {
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.handling/' || $1::text, 0))", cancel, tx.Municipality.Value);
        return await ReadAsync(tx, cancel);
    }

    private async Task WriteAsync(TenantTransaction tx, Content content, string kind, Actor actor, CancellationToken cancel)
    {
        var at = keeper.Clock.Now();
        var id = RecordKeeper.NewId(at);
        var index = await keeper.AppendAsync(tx, at, kind, actor, "handling", content, cancel);
        await tx.RunAsync("INSERT INTO records.handling_edition (municipality_id, id, content, kept_at, kept_by, kept_by_name, ledger_index) VALUES ($1, $2, $3::jsonb, $4, $5, $6, $7)", cancel,
            tx.Municipality.Value, id, RecordJson.Write(content), at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
    }

    private async Task<Outcome<HandlingRules>> ChangedAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await keeper.ChangedAsync(municipality, cancel, AssetSource.Handling);
        return await ReadAsync(municipality, cancel);
    }

    private static HandlingRules Whole(Content? content, RulesKept? kept)
    {
        var all = AssetClasses.Load().Aspects.SelectMany(a => a.Classes);
        return new(kept,
            content is null ? NationalHandling.Rules : [.. all.Select(c => new ClassRules(c, content.Rules.GetValueOrDefault(Key(c)) ?? []))],
            [.. DisposalMatrix.Load().Cells.Select(c => content?.Disposal.GetValueOrDefault($"{c.Group}/{c.Medium}") is { } own ? c with { Methods = own, IsVerified = true } : c)]);
    }

    /// <summary>Cells that differ from the national matrix or were looked at.</summary>
    private static Dictionary<string, IReadOnlyList<string>> Own(IReadOnlyList<DisposalCell> cells) => cells
        .Where(c => DisposalMatrix.Load().Cell(c.Group, c.Medium) is { } national && (national.IsVerified != c.IsVerified || !national.Methods.SequenceEqual(c.Methods)))
        .ToDictionary(c => $"{c.Group}/{c.Medium}", c => c.Methods);

    private static string Key(AssetClass its) => $"{its.Aspect.Key()}/{its.Key}";
}
