using Npgsql;
using Sekisho.Assurance;
using Sekisho.Policy.Words;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Obligations;
using Sekisho.Records.Policies;
using Sekisho.Records.Ties;
using Sekisho.Storage;

namespace Sekisho.Records.Verdicts;

/// <summary>Reads what verdicts follow from, as known at a moment.</summary>
internal sealed class StateLoader(ObligationBook obligations, DocumentCache documents)
{
    private const string Waivers = """
        SELECT w.obligation_id, d.decided_at, w.starts_at, w.ends_at, d.decided_by_name, w.reason, x.decided_at
        FROM records.waiver w
        JOIN records.waiver_decision d ON d.municipality_id = w.municipality_id AND d.waiver_id = w.id AND d.step = 'Decided' AND d.decision = 'Approved' AND d.decided_at <= $1
        LEFT JOIN records.waiver_decision x ON x.municipality_id = w.municipality_id AND x.waiver_id = w.id AND x.step = 'Ended' AND x.decided_at <= $1
        ORDER BY d.decided_at, d.ledger_index
        """;

    private const string Exclusions = """
        SELECT x.obligation_id, x.recorded_at, w.withdrawn_at, x.recorded_by_name, x.reason
        FROM records.exclusion x
        LEFT JOIN records.exclusion_withdrawal w ON w.municipality_id = x.municipality_id AND w.exclusion_id = x.id AND w.withdrawn_at <= $1
        WHERE x.recorded_at <= $1
        ORDER BY x.recorded_at, x.ledger_index
        """;

    private const string Words = "SELECT words::text FROM records.municipality";

    /// <param name="version">The version to show; null: the one in force at the moment.</param>
    /// <param name="only">Evidence for this obligation only; null: for all.</param>
    public async Task<BoardState> LoadAsync(
        TenantTransaction tx, string policyKey, PolicyVersionId? version, DateTimeOffset at, ObligationId? only, CancellationToken cancel)
    {
        var shown = version is { } id
            ? await VersionRows.FindAsync(tx, id, at, cancel)
            : await VersionRows.InForceAsync(tx, policyKey, at, cancel);
        var document = shown is null ? null : await documents.GetAsync(tx, shown.Id, cancel);
        var catalogue = await obligations.CatalogueAsync(tx, at, cancel);
        var wanted = catalogue.Obligations.Where(o => only is null || o.Id == only).ToArray();
        var kinds = KindsOf(wanted);

        await using var batch = new NpgsqlBatch(tx.Connection, tx.Transaction);
        batch.BatchCommands.Add(Sql.Part(Words));
        batch.BatchCommands.Add(Sql.Part(Waivers, at));
        batch.BatchCommands.Add(Sql.Part(Exclusions, at));
        batch.BatchCommands.Add(Sql.Part(EvidenceRows.Newest, at, kinds));
        batch.BatchCommands.Add(Sql.Part(TieRows.OfVersion, at, shown?.Id.Value ?? Guid.Empty));
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        var kept = (await reader.RowsAsync(r => RecordJson.Read<Dictionary<string, string>>(r.GetString(0)), cancel)).FirstOrDefault() ?? [];
        await reader.NextResultAsync(cancel);
        var waivers = (await reader.RowsAsync(r => (new ObligationId(r.GetString(0)), Waiver(r)), cancel)).ToLookup(w => w.Item1, w => w.Item2);
        await reader.NextResultAsync(cancel);
        var exclusions = (await reader.RowsAsync(r => (new ObligationId(r.GetString(0)), Exclusion(r)), cancel)).ToLookup(x => x.Item1, x => x.Item2);
        await reader.NextResultAsync(cancel);
        var evidence = (await reader.RowsAsync(EvidenceRows.Row, cancel)).ToLookup(e => e.Evidence.Observed.Kind, StringComparer.Ordinal);
        await reader.NextResultAsync(cancel);
        var ties = await reader.RowsAsync(TieRows.Map, cancel);

        var words = WordsOf(document, kept);
        return new BoardState
        {
            Version = shown,
            Document = document,
            Ties = ties.Where(t => t.State != TieState.Rejected).ToLookup(t => t.ProvisionKey, StringComparer.Ordinal),
            Words = words,
            Files = [.. wanted.Select(o =>
            {
                EvidenceRow[] rows = [.. KindsOf([o]).SelectMany(k => evidence[k])];
                return new BoardState.File(new Dossier(Speak(o, words), [.. rows.Select(r => r.Evidence)], [.. waivers[o.Id]], [.. exclusions[o.Id]]), rows);
            })],
        };
    }

    /// <summary>Waivers and exclusions of one obligation as known at a moment.</summary>
    public static async Task<(IReadOnlyList<Waiver> Waivers, IReadOnlyList<Exclusion> Exclusions)> DecisionsAsync(
        TenantTransaction tx, ObligationId id, DateTimeOffset at, CancellationToken cancel)
    {
        var waivers = await tx.ListAsync(Waivers, r => (Id: r.GetString(0), Waiver: Waiver(r)), cancel, at);
        var exclusions = await tx.ListAsync(Exclusions, r => (Id: r.GetString(0), Exclusion: Exclusion(r)), cancel, at);
        return ([.. waivers.Where(w => w.Id == id.Value).Select(w => w.Waiver)], [.. exclusions.Where(x => x.Id == id.Value).Select(x => x.Exclusion)]);
    }

    /// <summary>Kinds of evidence that speak to these obligations, statements included.</summary>
    public static string[] KindsOf(IEnumerable<Obligation> obligations) =>
        [.. obligations.SelectMany(o => o.Criteria.SelectMany(c => new[] { c.EvidenceKind, Judge.StatementKind(o.Id, c.Id) })).Distinct(StringComparer.Ordinal)];

    /// <summary>What the municipality's own document says, under what a person there decided.</summary>
    public static PolicyWords WordsOf(DocumentCache.Entry? document, Dictionary<string, string> kept)
    {
        if (document is null) return new PolicyWords(kept);
        if (kept.Count == 0) return document.Words;
        var words = new Dictionary<string, string>(document.Words.Own, StringComparer.Ordinal);
        foreach (var (term, word) in kept) words[term] = word;
        return new PolicyWords(words);
    }

    /// <summary>An obligation in the municipality's words.</summary>
    public static Obligation Speak(Obligation o, PolicyWords words) => o with
    {
        Name = words.Speak(o.Name),
        Requires = words.Speak(o.Requires),
        Criteria = [.. o.Criteria.Select(c => c with { Asks = words.Speak(c.Asks) })],
    };

    private static Waiver Waiver(NpgsqlDataReader r) =>
        new(r.Moment(1), r.Moment(2), r.Moment(3), r.GetString(4), Bilingual.Same(r.GetString(5)), r.MomentOrNull(6));

    private static Exclusion Exclusion(NpgsqlDataReader r) => new(r.Moment(1), r.MomentOrNull(2), r.GetString(3), Bilingual.Same(r.GetString(4)));
}
