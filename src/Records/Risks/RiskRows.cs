using System.Text;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Threats;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;
using Sekisho.Records.Ties;
using Sekisho.Storage;

namespace Sekisho.Records.Risks;

/// <summary>Reads everything about risk in one transaction.</summary>
internal static class RiskRows
{
    private const string AcceptanceColumns = """
        a.id, a.risk_id, a.risk_version, a.decided_by, p.name, a.post, a.reference, a.reason, a.expires_on, a.sha256, a.recorded_at, a.recorded_by, a.recorded_by_name, a.ledger_index
        """;

    private const string AcceptanceFrom = " FROM records.risk_acceptance a JOIN records.person p ON p.municipality_id = a.municipality_id AND p.id = a.decided_by ";

    public static async Task<RiskScale> ScaleAsync(TenantTransaction tx, CancellationToken cancel) => await tx.FirstAsync(
        "SELECT method, likelihood::text, loss::text, line, months FROM records.risk_scale",
        r => new RiskScale(r.Case<RiskMethod>(0), RecordJson.Read<Bilingual[]>(r.GetString(1)), RecordJson.Read<Bilingual[]>(r.GetString(2)), r.GetInt32(3), r.GetInt32(4)), cancel)
        ?? ThreatCatalogue.Load().Scale;

    /// <summary>The kinds of assets that the register of assets has, by the class that they inherit from what they hold, without what is excluded from the policy.</summary>
    public static async Task<List<AssetMix>> AssetsAsync(TenantTransaction tx, CancellationToken cancel) =>
    [
        .. (await tx.ListAsync(Mixes, r => (Parts: r.GetString(0).Split('|'), Count: (int)r.GetInt64(1)), cancel))
            .Where(m => m.Parts[0].Length > 0).GroupBy(m => (Kind: m.Parts[0], Zone: Said(m.Parts[1]), Class: Said(m.Parts[2])))
            .Select(g => new AssetMix(g.Key.Kind, g.Key.Zone, g.Key.Class, Highest(g.Select(m => m.Parts[3])), Highest(g.Select(m => m.Parts[4])), g.Sum(m => m.Count)))
            .OrderBy(m => m.Confidentiality is null).ThenByDescending(m => m.Confidentiality, StringComparer.Ordinal).ThenBy(m => m.Kind, StringComparer.Ordinal).ThenBy(m => m.Zone is null).ThenBy(m => m.Zone, StringComparer.Ordinal),
    ];

    /// <summary>Reads the index register_entry_asset and nothing else: a test holds it to that.</summary>
    internal const string Mixes = "SELECT e.asset_mix, count(*) FROM records.register_entry e WHERE e.register = 'assets' AND e.retired_at IS NULL AND e.asset_state <> 'x' GROUP BY e.asset_mix";

    private static string? Said(string part) => part.Length == 0 ? null : part;

    private static string? Highest(IEnumerable<string> classes) => Said(classes.Max(StringComparer.Ordinal)!);

    /// <summary>All of it on one day.</summary>
    public static async Task<RiskOverview> OverviewAsync(TenantTransaction tx, DocumentCache documents, DateTimeOffset at, CancellationToken cancel)
    {
        var day = JapaneseTime.Day(at);
        var scale = await ScaleAsync(tx, cancel);
        var mixes = await AssetsAsync(tx, cancel);
        var groups = (await RegisterRows.InUseAsync(tx, RiskRules.Groups, cancel)).ConvertAll(g => Group(g, mixes));
        var threats = await RegisterRows.InUseAsync(tx, RiskRules.Threats, cancel);
        var last = await LastAnalysisAsync(tx, cancel);
        var acceptances = (await tx.ListAsync($"SELECT DISTINCT ON (a.risk_id) {AcceptanceColumns}{AcceptanceFrom}ORDER BY a.risk_id, a.recorded_at DESC, a.ledger_index DESC", Acceptance, cancel))
            .ToDictionary(a => a.Risk);
        var before = last?.Risks.ToDictionary(r => r.Number, r => Now(r)) ?? [];
        var names = groups.ToDictionary(g => g.Id, g => g.Name);
        foreach (var threat in threats) names[threat.Id] = threat.Title;
        var risks = new List<Risk>();
        foreach (var entry in await RegisterRows.InUseAsync(tx, RiskRules.Key, cancel))
            risks.Add(Of(entry, names, scale, acceptances.GetValueOrDefault(entry.Id), before.TryGetValue(entry.Number, out var was) ? was : null, day));
        var rated = risks.Select(r => r.Group).ToHashSet();
        var standing = risks.Select(r => r.Entry.Number).ToHashSet(StringComparer.Ordinal);
        return new(day, scale, [.. risks.OrderByDescending(r => r.Now).ThenByDescending(r => r.Level).ThenBy(r => r.Entry.Number, StringComparer.Ordinal)],
            groups, [.. groups.Where(g => !rated.Contains(g.Id))], [.. mixes.Where(m => !groups.Exists(g => Holds(g, m)))], last,
            [.. last?.Risks.Where(r => !standing.Contains(r.Number)).Select(r => r.Title) ?? []],
            await CoverageAsync(tx, documents, threats, at, cancel));
    }

    public static Risk Of(RegisterEntry entry, IReadOnlyDictionary<EntryId, string> names, RiskScale scale, RiskAcceptance? acceptance, int? last, DateOnly day)
    {
        var (group, threat) = (entry.Entry("group")!.Value, entry.Entry("threat")!.Value);
        var before = new RiskRating((int)entry.Fields.Number("likelihood")!, (int)entry.Fields.Number("loss")!);
        RiskRating? after = entry.Fields.Number("level_after") is null ? null
            : new((int)(entry.Fields.Number("likelihood_after") ?? before.Likelihood), (int)(entry.Fields.Number("loss_after") ?? before.Loss));
        var isDone = entry.Day("done_on") is { } done && done <= day;
        var now = isDone && after is { } left ? left.Level : before.Level;
        return new(entry, group, names.GetValueOrDefault(group, ""), threat, names.GetValueOrDefault(threat, ""), before, after, now, last, State(), acceptance);

        RiskState State()
        {
            if (now < scale.Line) return before.Level < scale.Line ? RiskState.Small : RiskState.Treated;
            if (acceptance is { } taken)
            {
                if (taken.Counts(entry.Version, day)) return RiskState.Accepted;
                if (entry.Text("treatment") is null or "accept" || isDone) return RiskState.AcceptanceLapsed;
            }
            // Done, and still over the line: what remains has to be accepted or treated further.
            if (entry.Text("treatment") is not ("reduce" or "avoid" or "transfer") || isDone) return RiskState.Open;
            if (entry.Person("owner") is null || entry.Day("due") is not { } due || entry.Text("measure") is null) return RiskState.Open;
            if (after is not { } planned || planned.Level >= scale.Line) return RiskState.Open;
            return due < day ? RiskState.Overdue : RiskState.UnderTreatment;
        }
    }

    public static Task<List<RiskAcceptance>> AcceptancesAsync(TenantTransaction tx, EntryId risk, CancellationToken cancel) => tx.ListAsync(
        $"SELECT {AcceptanceColumns}{AcceptanceFrom}WHERE a.risk_id = $1 ORDER BY a.recorded_at DESC, a.ledger_index DESC", Acceptance, cancel, risk.Value);

    public static Task<List<ClosedAnalysis>> AnalysesAsync(TenantTransaction tx, CancellationToken cancel) => tx.ListAsync(
        "SELECT id, name, closed_at, closed_by, closed_by_name, valid_until, risks, sha256, ledger_index FROM records.risk_analysis ORDER BY closed_at DESC, ledger_index DESC", Analysis, cancel);

    public static Task<ClosedAnalysis?> LastAnalysisAsync(TenantTransaction tx, CancellationToken cancel) => tx.FirstAsync(
        "SELECT id, name, closed_at, closed_by, closed_by_name, valid_until, risks, sha256, ledger_index FROM records.risk_analysis ORDER BY closed_at DESC, ledger_index DESC LIMIT 1", Analysis, cancel);

    /// <summary>Which categories the policy in force names, by its provisions on threats, and which of them no threat in use belongs to.</summary>
    private static async Task<ThreatCoverage> CoverageAsync(TenantTransaction tx, DocumentCache documents, List<RegisterEntry> threats, DateTimeOffset at, CancellationToken cancel)
    {
        if (await VersionRows.InForceAsync(tx, PolicyKeys.Basic, at, cancel) is not { } version) return new([], [], threats.Count);
        var ties = await TieRows.OfVersionAsync(tx, version.Id, at, cancel);
        var provisions = ties.Where(t => t.Obligation.Value == "threat-identification" && t.State != TieState.Rejected).Select(t => t.ProvisionId).ToHashSet(StringComparer.Ordinal);
        var named = ThreatCatalogue.Load().NamedBy((await documents.GetAsync(tx, version.Id, cancel)).Document, provisions);
        var kept = threats.Select(t => t.Text("category")).ToHashSet();
        return new(named, [.. named.Where(n => !kept.Contains(n.Category.Id))], threats.Count);
    }

    /// <summary>A group holds what has its kind, its zone and its class; what it leaves open holds any.</summary>
    private static bool Holds(AssetGroup group, AssetMix mix) =>
        group.Kind == mix.Kind && (group.Zone is null || group.Zone == mix.Zone) && (group.Confidentiality is null || group.Confidentiality == mix.Confidentiality);

    private static AssetGroup Group(RegisterEntry entry, List<AssetMix> mixes)
    {
        var group = new AssetGroup(entry.Id, entry.Number, entry.Title, entry.Text("kind")!, entry.Text("zone"), entry.Text("confidentiality"), entry.Text("integrity"), entry.Text("availability"), 0);
        return group with { Assets = mixes.Where(m => Holds(group, m)).Sum(m => m.Count) };
    }

    private static int Now(FrozenRisk risk) => risk.State == RiskState.Treated ? risk.LevelAfter ?? risk.Level : risk.Level;

    private static RiskAcceptance Acceptance(NpgsqlDataReader r) => new(
        r.GetGuid(0), new(r.GetGuid(1)), r.GetInt32(2), new(r.GetGuid(3)), r.GetString(4), r.Case<Post>(5), r.GetString(6), r.GetString(7), r.GetFieldValue<DateOnly>(8), r.Digest(9),
        r.Moment(10), r.By(11), r.GetInt64(13));

    private static ClosedAnalysis Analysis(NpgsqlDataReader r)
    {
        var (risks, digest) = (r.GetString(6), r.Digest(7));
        if (Sha256.Of(Encoding.UTF8.GetBytes(risks)) != digest) throw new InvalidDataException($"The frozen risks of analysis {r.GetGuid(0)} no longer have the digest that the ledger knows.");
        return new(r.GetGuid(0), r.GetString(1), r.Moment(2), r.By(3), r.GetFieldValue<DateOnly>(5), RecordJson.Read<FrozenRisk[]>(risks), digest, r.GetInt64(8));
    }
}
