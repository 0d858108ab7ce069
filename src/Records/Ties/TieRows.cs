using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Ties;

/// <summary>Ties as rows.</summary>
internal static class TieRows
{
    /// <summary>$1: the moment of knowledge.</summary>
    public const string Select = """
        SELECT t.id, t.version_id, p.provision_id, t.provision_key, p.path, t.obligation_id, t.origin, t.confidence, t.reason_ja, t.reason_en, t.text_changed,
               d.decision, d.note, d.decided_at, d.decided_by, d.decided_by_name, d.carried, d.ledger_index
        FROM records.tie t
        JOIN records.provision p ON p.municipality_id = t.municipality_id AND p.version_id = t.version_id AND p.provision_key = t.provision_key
        LEFT JOIN LATERAL (
          SELECT * FROM records.tie_decision d WHERE d.municipality_id = t.municipality_id AND d.tie_id = t.id AND d.decided_at <= $1
          ORDER BY d.decided_at DESC, d.ledger_index DESC LIMIT 1) d ON true
        """;

    /// <summary>$2: the version.</summary>
    public const string OfVersion = Select + " WHERE t.version_id = $2 AND t.made_at <= $1 ORDER BY p.ordinal, t.confidence DESC, t.obligation_id";

    public static Task<List<Tie>> OfVersionAsync(TenantTransaction tx, PolicyVersionId version, DateTimeOffset at, CancellationToken cancel) =>
        tx.ListAsync(OfVersion, Map, cancel, at, version.Value);

    public static Task<Tie?> FindAsync(TenantTransaction tx, TieId id, DateTimeOffset at, CancellationToken cancel) =>
        tx.FirstAsync(Select + " WHERE t.id = $2", Map, cancel, at, id.Value);

    public static async Task InsertAsync(
        TenantTransaction tx, PolicyVersionId version, IReadOnlyList<NewTie> ties, DateTimeOffset at, CancellationToken cancel)
    {
        if (ties.Count == 0) return;
        var ids = ties.Select(_ => RecordKeeper.NewId(at)).ToArray();
        await tx.RunAsync("""
            INSERT INTO records.tie (municipality_id, version_id, made_at, id, provision_key, obligation_id, origin, confidence, reason_ja, reason_en, text_changed)
            SELECT $1, $2, $3, * FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::text[], $10::text[], $11::bool[])
            """, cancel, tx.Municipality.Value, version.Value, at, ids,
            ties.Select(t => t.ProvisionKey).ToArray(),
            ties.Select(t => t.Obligation.Value).ToArray(),
            ties.Select(t => t.Origin.ToString()).ToArray(),
            ties.Select(t => t.Confidence).ToArray(),
            ties.Select(t => t.Reason.Ja).ToArray(),
            ties.Select(t => t.Reason.En).ToArray(),
            ties.Select(t => t.TextChanged).ToArray());
        var decided = ties.Zip(ids).Where(t => t.First.Decision is not null).Select(t => (Decision: t.First.Decision!, Id: t.Second)).ToArray();
        if (decided.Length == 0) return;
        await tx.RunAsync("""
            INSERT INTO records.tie_decision (municipality_id, carried, decided_at, id, tie_id, decision, note, decided_by, decided_by_name, ledger_index)
            SELECT $1, true, $2, * FROM unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[])
            """, cancel, tx.Municipality.Value, at,
            decided.Select(_ => RecordKeeper.NewId(at)).ToArray(),
            decided.Select(d => d.Id).ToArray(),
            decided.Select(d => d.Decision.State.ToString()).ToArray(),
            decided.Select(d => d.Decision.Note).ToArray(),
            decided.Select(d => d.Decision.By.Account).ToArray(),
            decided.Select(d => d.Decision.By.Name).ToArray(),
            decided.Select(d => d.Decision.LedgerIndex).ToArray());
    }

    public static Task DecideAsync(TenantTransaction tx, Guid decisionId, TieId tie, TieDecision decision, CancellationToken cancel) =>
        tx.RunAsync("""
            INSERT INTO records.tie_decision (municipality_id, id, tie_id, decision, note, decided_at, decided_by, decided_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, cancel, tx.Municipality.Value, decisionId, tie.Value, decision.State, decision.Note, decision.At, decision.By.Account, decision.By.Name, decision.LedgerIndex);

    public static Tie Map(NpgsqlDataReader r)
    {
        var decided = r.IsDBNull(11) ? null : new TieDecision(r.Case<TieState>(11), r.GetString(12), r.Moment(13), r.By(14), r.GetBoolean(16), r.GetInt64(17));
        return new Tie(
            new TieId(r.GetGuid(0)), new PolicyVersionId(r.GetGuid(1)), r.GetString(2), r.GetString(3), r.GetString(4), new ObligationId(r.GetString(5)),
            r.Case<TieOrigin>(6), r.GetDouble(7), r.Both(8), r.GetBoolean(10), decided?.State ?? TieState.Proposed, decided);
    }
}
