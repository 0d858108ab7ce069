using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Obligations;
using Sekisho.Storage;

namespace Sekisho.Records.Waivers;

/// <summary>Departures from obligations for a time (例外措置): one person asks, another decides.</summary>
public sealed class WaiverDesk
{
    /// <summary>A year and a day.</summary>
    private const int MaxDays = 366;

    private const int MinText = 5, MaxText = 2000;

    private const string Select = """
        SELECT w.id, w.obligation_id, w.starts_at, w.ends_at, w.reason, w.measures, w.requested_at, w.requested_by, w.requested_by_name, w.ledger_index,
               d.decision, d.note, d.decided_at, d.decided_by, d.decided_by_name, d.ledger_index,
               x.note, x.decided_at, x.decided_by, x.decided_by_name, x.ledger_index
        FROM records.waiver w
        LEFT JOIN records.waiver_decision d ON d.municipality_id = w.municipality_id AND d.waiver_id = w.id AND d.step = 'Decided' AND d.decided_at <= $1
        LEFT JOIN records.waiver_decision x ON x.municipality_id = w.municipality_id AND x.waiver_id = w.id AND x.step = 'Ended' AND x.decided_at <= $1
        """;

    private readonly RecordKeeper keeper;
    private readonly ObligationBook obligations;

    internal WaiverDesk(RecordKeeper keeper, ObligationBook obligations) => (this.keeper, this.obligations) = (keeper, obligations);

    /// <summary>Asks for a waiver; it covers nothing until somebody else approves it.</summary>
    public async Task<Outcome<KeptWaiver>> RequestAsync(MunicipalityId municipality, WaiverRequest request, Actor actor, CancellationToken cancel)
    {
        var r = request with { From = RecordedTime.Cut(request.From), Until = RecordedTime.Cut(request.Until), Reason = request.Reason.Trim(), Measures = request.Measures.Trim() };
        if (r.Reason.Length is < MinText or > MaxText || r.Measures.Length is < MinText or > MaxText) return Refusals.TextMissing;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (r.Until <= r.From || r.Until <= at || r.Until - r.From > TimeSpan.FromDays(MaxDays)) return Refusals.BadPeriod(MaxDays);
        if ((await obligations.CatalogueAsync(tx, at, cancel)).Find(r.Obligation) is null) return Refusals.UnknownObligation;
        var id = new WaiverId(RecordKeeper.NewId(at));
        var index = await keeper.AppendAsync(tx, at, "waiver.requested", actor, $"waiver/{id}", r, cancel);
        await tx.RunAsync("""
            INSERT INTO records.waiver (municipality_id, id, obligation_id, reason, measures, starts_at, ends_at, requested_at, requested_by, requested_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, cancel, municipality.Value, id.Value, r.Obligation.Value, r.Reason, r.Measures, r.From, r.Until, at, actor.Account, actor.Name, index);
        await tx.CommitAsync(cancel);
        return new KeptWaiver(id, r, WaiverState.Requested, at, actor, null, null, index);
    }

    /// <summary>Approves a request, by another person than the one who asked.</summary>
    public Task<Outcome<KeptWaiver>> ApproveAsync(MunicipalityId municipality, WaiverId waiver, string note, Actor actor, CancellationToken cancel) =>
        DecideAsync(municipality, waiver, approved: true, note, actor, cancel);

    /// <summary>Refuses a request, by another person than the one who asked, with the reason.</summary>
    public Task<Outcome<KeptWaiver>> RefuseAsync(MunicipalityId municipality, WaiverId waiver, string reason, Actor actor, CancellationToken cancel) =>
        reason.Trim().Length < MinText ? Task.FromResult<Outcome<KeptWaiver>>(Refusals.TextMissing) : DecideAsync(municipality, waiver, approved: false, reason, actor, cancel);

    /// <summary>Ends an approved waiver before its time. Either person may: ending it only makes things stricter.</summary>
    public async Task<Outcome<KeptWaiver>> EndAsync(MunicipalityId municipality, WaiverId waiver, string note, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await LockAsync(tx, waiver, at, cancel) is not { } kept) return Refusals.Unknown;
        if (kept.State is not (WaiverState.InForce or WaiverState.Scheduled)) return Refusals.NotInForce;
        var index = await keeper.AppendAsync(tx, at, "waiver.ended", actor, $"waiver/{waiver}", new { kept.Request.Obligation, note = note.Trim() }, cancel);
        await StepAsync(tx, waiver, "Ended", "Ended", note, at, actor, index, cancel);
        await tx.CommitAsync(cancel);
        return kept with { State = WaiverState.Ended, Ending = new WaiverStep(false, note.Trim(), at, actor, index) };
    }

    /// <summary>Waivers as they stood at a moment (null: now), newest first.</summary>
    /// <param name="obligation">Null: of all obligations.</param>
    public async Task<IReadOnlyList<KeptWaiver>> ListAsync(MunicipalityId municipality, ObligationId? obligation, DateTimeOffset? at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var moment = at ?? keeper.Clock.Now();
        return await tx.ListAsync(Select + " WHERE w.requested_at <= $1 AND ($2::text IS NULL OR w.obligation_id = $2) ORDER BY w.requested_at DESC, w.ledger_index DESC",
            r => Map(r, moment), cancel, moment, obligation?.Value);
    }

    /// <summary>Whether an approved waiver of that obligation covers a moment.</summary>
    internal static async Task<bool> IsInForceAsync(TenantTransaction tx, WaiverId waiver, ObligationId obligation, DateTimeOffset at, CancellationToken cancel) =>
        await tx.FirstAsync(Select + " WHERE w.id = $2 AND w.obligation_id = $3", r => Map(r, at), cancel, at, waiver.Value, obligation.Value) is { State: WaiverState.InForce };

    private async Task<Outcome<KeptWaiver>> DecideAsync(MunicipalityId municipality, WaiverId waiver, bool approved, string note, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await LockAsync(tx, waiver, at, cancel) is not { } kept) return Refusals.Unknown;
        if (kept.Decision is not null) return Refusals.AlreadyDecided;
        if (kept.RequestedBy.Account == actor.Account) return Refusals.SamePerson;
        if (approved && kept.Request.Until <= at) return Refusals.Overtaken;
        var index = await keeper.AppendAsync(tx, at, approved ? "waiver.approved" : "waiver.refused", actor, $"waiver/{waiver}",
            new { kept.Request.Obligation, kept.Request.From, kept.Request.Until, kept.Request.Reason, requestedBy = kept.RequestedBy.Account, note = note.Trim() }, cancel);
        await StepAsync(tx, waiver, "Decided", approved ? "Approved" : "Refused", note, at, actor, index, cancel);
        await tx.CommitAsync(cancel);
        var step = new WaiverStep(approved, note.Trim(), at, actor, index);
        return kept with { Decision = step, State = State(kept.Request, step, null, at) };
    }

    /// <summary>Two people deciding at once: the second waits and finds it decided.</summary>
    private static async Task<KeptWaiver?> LockAsync(TenantTransaction tx, WaiverId waiver, DateTimeOffset at, CancellationToken cancel)
    {
        // The table is append-only, so its rows can't be locked for update; a lock by the id does the same.
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.waiver/' || $1::text, 0))", cancel, waiver.Value);
        return await tx.FirstAsync(Select + " WHERE w.id = $2", r => Map(r, at), cancel, at, waiver.Value);
    }

    private static Task<int> StepAsync(TenantTransaction tx, WaiverId waiver, string step, string decision, string note, DateTimeOffset at, Actor actor, long index, CancellationToken cancel) =>
        tx.RunAsync("""
            INSERT INTO records.waiver_decision (municipality_id, waiver_id, step, decision, note, decided_at, decided_by, decided_by_name, ledger_index)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """, cancel, tx.Municipality.Value, waiver.Value, step, decision, note.Trim(), at, actor.Account, actor.Name, index);

    private static KeptWaiver Map(NpgsqlDataReader r, DateTimeOffset at)
    {
        var request = new WaiverRequest(new ObligationId(r.GetString(1)), r.Moment(2), r.Moment(3), r.GetString(4), r.GetString(5));
        var decision = r.IsDBNull(10) ? null : new WaiverStep(r.GetString(10) == "Approved", r.GetString(11), r.Moment(12), r.By(13), r.GetInt64(15));
        var ending = r.IsDBNull(16) ? null : new WaiverStep(false, r.GetString(16), r.Moment(17), r.By(18), r.GetInt64(20));
        return new KeptWaiver(new WaiverId(r.GetGuid(0)), request, State(request, decision, ending, at), r.Moment(6), r.By(7), decision, ending, r.GetInt64(9));
    }

    private static WaiverState State(WaiverRequest request, WaiverStep? decision, WaiverStep? ending, DateTimeOffset at) =>
        decision is null ? request.Until <= at ? WaiverState.Over : WaiverState.Requested
        : !decision.Approved ? WaiverState.Refused
        : ending is not null ? WaiverState.Ended
        : request.Until <= at ? WaiverState.Over
        : request.From > at ? WaiverState.Scheduled
        : WaiverState.InForce;
}
