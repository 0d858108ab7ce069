using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Obligations;

namespace Sekisho.Records.Exclusions;

/// <summary>Obligations that don't apply to a municipality (対象外), each with the reason and who said so.</summary>
public sealed class ExclusionDesk
{
    private const int MinText = 5, MaxText = 2000;

    private const string Select = """
        SELECT x.id, x.obligation_id, x.reason, x.recorded_at, x.recorded_by, x.recorded_by_name, w.withdrawn_at, w.withdrawn_by, w.withdrawn_by_name, w.note, x.ledger_index
        FROM records.exclusion x
        LEFT JOIN records.exclusion_withdrawal w ON w.municipality_id = x.municipality_id AND w.exclusion_id = x.id AND w.withdrawn_at <= $1
        WHERE x.recorded_at <= $1
        """;

    private readonly RecordKeeper keeper;
    private readonly ObligationBook obligations;

    internal ExclusionDesk(RecordKeeper keeper, ObligationBook obligations) => (this.keeper, this.obligations) = (keeper, obligations);

    /// <summary>Records that an obligation doesn't apply here.</summary>
    public async Task<Outcome<KeptExclusion>> RecordAsync(MunicipalityId municipality, ObligationId obligation, string reason, Actor actor, CancellationToken cancel)
    {
        var text = reason.Trim();
        if (text.Length is < MinText or > MaxText) return Refusals.ReasonMissing;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        await LockAsync(tx, obligation, cancel);
        var at = keeper.Clock.Now();
        if ((await obligations.CatalogueAsync(tx, at, cancel)).Find(obligation) is null) return Refusals.UnknownObligation;
        var there = await tx.ListAsync(Select + " AND x.obligation_id = $2 AND w.withdrawn_at IS NULL", Map, cancel, at, obligation.Value);
        if (there.Count > 0) return Refusals.AlreadyExcluded;
        var id = new ExclusionId(RecordKeeper.NewId(at));
        var index = await keeper.AppendAsync(tx, at, "exclusion.recorded", actor, $"exclusion/{id}", new { obligation, reason = text }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.exclusion (municipality_id, id, obligation_id, reason, recorded_at, recorded_by, recorded_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """, cancel, municipality.Value, id.Value, obligation.Value, text, at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
        return new KeptExclusion(id, obligation, text, at, actor, null, null, null, index);
    }

    /// <summary>Withdraws the record: the obligation applies again from now on.</summary>
    public async Task<Outcome<KeptExclusion>> WithdrawAsync(MunicipalityId municipality, ExclusionId exclusion, string note, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var kept = await tx.FirstAsync(Select + " AND x.id = $2", Map, cancel, at, exclusion.Value);
        if (kept is null) return Refusals.Unknown;
        await LockAsync(tx, kept.Obligation, cancel);
        kept = await tx.FirstAsync(Select + " AND x.id = $2", Map, cancel, at, exclusion.Value);
        if (kept!.WithdrawnAt is not null) return Refusals.Unknown;
        var index = await keeper.AppendAsync(tx, at, "exclusion.withdrawn", actor, $"exclusion/{exclusion}", new { kept.Obligation, note = note.Trim() }, cancel);
        var inserted = await tx.RunAsync("""
            INSERT INTO records.exclusion_withdrawal (municipality_id, exclusion_id, note, withdrawn_at, withdrawn_by, withdrawn_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
            """, cancel, municipality.Value, exclusion.Value, note.Trim(), at, actor.Account, actor.Name, index);
        if (inserted == 0) return Refusals.Unknown;
        await tx.CommitAsync(cancel);
        return kept with { WithdrawnAt = at, WithdrawnBy = actor, WithdrawnNote = note.Trim() };
    }

    /// <summary>Exclusions as known at a moment (null: now), withdrawn ones too, newest first.</summary>
    public async Task<IReadOnlyList<KeptExclusion>> ListAsync(MunicipalityId municipality, ObligationId? obligation, DateTimeOffset? at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(Select + " AND ($2::text IS NULL OR x.obligation_id = $2) ORDER BY x.recorded_at DESC, x.ledger_index DESC",
            Map, cancel, at ?? keeper.Clock.Now(), obligation?.Value);
    }

    private static Task<int> LockAsync(Storage.TenantTransaction tx, ObligationId obligation, CancellationToken cancel) =>
        tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.exclusion/' || $1 || '/' || $2, 0))", cancel, tx.Municipality.ToString(), obligation.Value);

    private static KeptExclusion Map(NpgsqlDataReader r) => new(
        new ExclusionId(r.GetGuid(0)), new ObligationId(r.GetString(1)), r.GetString(2), r.Moment(3), r.By(4),
        r.MomentOrNull(6), r.ByOrNull(7), r.TextOrNull(9), r.GetInt64(10));
}
