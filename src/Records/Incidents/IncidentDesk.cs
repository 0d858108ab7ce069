using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Incidents;

/// <summary>What was lost or went wrong, and what is done about it (事案の対応): given to somebody, reported in time, closed by another than who recorded it.</summary>
/// <remarks>
/// An incident begins where it happens: with the loss of a take-out, with an incident that a contract records. <c>within</c> is what a person sees, as in <see cref="RegisterBook"/>.
/// Whether a person may write at all is decided by role before this is called.
/// </remarks>
public sealed class IncidentDesk
{
    public const int PageSize = 50;

    private const int MaxText = 2000, MostDays = 31;

    /// <summary>A loss that isn't closed is also a breach of how assets are handled.</summary>
    internal static readonly string[] Watched = [IncidentSource.Deadlines, AssetSource.Handling];

    private readonly RecordKeeper keeper;

    internal IncidentDesk(RecordKeeper keeper) => this.keeper = keeper;

    public async Task<IncidentPage> ListAsync(MunicipalityId municipality, IncidentView view, int page, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var day = JapaneseTime.Day(keeper.Clock.Now());
        var open = await IncidentRows.OpenAsync(tx, within, cancel);
        var late = open.FindAll(i => i.IsMissed(day));
        var skip = Math.Max(0, page - 1) * PageSize;
        var (closed, total) = await IncidentRows.ClosedAsync(tx, within, skip, view == IncidentView.Closed ? PageSize : 0, cancel);
        var counts = new Dictionary<IncidentView, int> { [IncidentView.Open] = open.Count, [IncidentView.Late] = late.Count, [IncidentView.Closed] = total };
        return new(view == IncidentView.Closed ? closed : [.. (view == IncidentView.Late ? late : open).Skip(skip).Take(PageSize)], counts, counts[view]);
    }

    /// <summary>Null when there is none such, or not for this person.</summary>
    public async Task<IncidentDetail?> ReadAsync(MunicipalityId municipality, IncidentId id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await IncidentRows.ReadAsync(tx, id, within, lockRow: false, cancel) is { } incident
            ? new(incident, await IncidentRows.StepsAsync(tx, id, cancel), await CandidatesAsync(tx, keeper.Clock.Now(), cancel)) : null;
    }

    /// <summary>The incident that came of a take-out's loss or of a contract's event; null when none did, or not for this person.</summary>
    public async Task<Incident?> OfAsync(MunicipalityId municipality, IncidentOrigin origin, Guid originId, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await IncidentRows.OfAsync(tx, origin, originId, cancel) is { } incident && (within is null || incident.Unit is { } unit && within.Contains(unit)) ? incident : null;
    }

    /// <summary>Open incidents that wait for this person: those given to them, and for the security office those that nobody has.</summary>
    public async Task<IReadOnlyList<Incident>> TasksAsync(MunicipalityId municipality, Actor actor, bool isOfficer, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var person = await AccountPeople.PersonOfAsync(tx, actor.Account, cancel);
        return (await IncidentRows.OpenAsync(tx, null, cancel)).FindAll(i => i.Handler is null ? isOfficer : i.Handler == person);
    }

    /// <summary>Gives it to somebody, who says by a day how it stands.</summary>
    public Task<Outcome<Incident>> AssignAsync(MunicipalityId municipality, IncidentId id, PersonId handler, DateOnly followBy, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, within, actor, "incident.assigned", "", async (tx, incident, at) =>
        {
            if ((await CandidatesAsync(tx, at, cancel)).FirstOrDefault(c => c.Person == handler) is not { } its) return Refusals.UnknownHandler;
            if (NotADay(followBy, at)) return Refusals.BadDay;
            await SetAsync(tx, id, "handler_id = $2, follow_by = $3", cancel, handler.Value, followBy);
            return new Said(new { incident.Number, handler, its.Name, its.Post, followBy });
        }, cancel);

    /// <summary>Says how it stands, and when next.</summary>
    public Task<Outcome<Incident>> NoteAsync(MunicipalityId municipality, IncidentId id, string untrustedNote, DateOnly next, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, within, actor, "incident.noted", untrustedNote, async (tx, incident, at) =>
        {
            if (Bad(untrustedNote)) return Refusals.TextMissing;
            if (incident.Handler is null) return Refusals.NoHandler;
            if (NotADay(next, at)) return Refusals.BadDay;
            await SetAsync(tx, id, "follow_by = $2", cancel, next);
            return new Said(new { incident.Number, next });
        }, cancel);

    /// <summary>It is known now how many people's information it is about, and whether individual numbers are among it.</summary>
    public Task<Outcome<Incident>> CountAsync(MunicipalityId municipality, IncidentId id, int persons, bool isMyNumber, string untrustedNote, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, within, actor, "incident.counted", untrustedNote, async (tx, incident, _) =>
        {
            if (persons < 0) return Refusals.BadCount;
            if (Bad(untrustedNote)) return Refusals.TextMissing;
            await SetAsync(tx, id, "persons = $2, is_my_number = $3", cancel, persons, isMyNumber);
            return new Said(new { incident.Number, before = incident.Persons, persons, isMyNumber });
        }, cancel);

    /// <summary>A report was made to the outside.</summary>
    /// <param name="untrustedNote">To whom, under which number.</param>
    public Task<Outcome<Incident>> ReportAsync(MunicipalityId municipality, IncidentId id, IncidentReport report, DateOnly on, string untrustedNote, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, within, actor, report == IncidentReport.Preliminary ? "incident.preliminary" : "incident.final", untrustedNote, async (tx, incident, at) =>
        {
            if (Bad(untrustedNote)) return Refusals.TextMissing;
            if (!Enum.IsDefined(report) || incident.ReportedOn(report) is not null || on < JapaneseTime.Day(incident.NoticedAt) || on > JapaneseTime.Day(at)) return Refusals.BadReport;
            // One filing may serve as both: the final one says all that the preliminary would.
            await SetAsync(tx, id, report == IncidentReport.Final ? "final_on = $2, preliminary_on = coalesce(preliminary_on, $2)" : "preliminary_on = $2", cancel, on);
            return new Said(new { incident.Number, on });
        }, cancel);

    /// <summary>Closes it, with its cause and what keeps it from happening again.</summary>
    public Task<Outcome<Incident>> CloseAsync(MunicipalityId municipality, IncidentId id, string untrustedCause, string untrustedPrevention, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        StepAsync(municipality, id, within, actor, "incident.closed", $"原因：{untrustedCause.Trim()}\n再発防止：{untrustedPrevention.Trim()}", async (tx, incident, at) =>
        {
            if (incident.Origin == IncidentOrigin.Contract) return Refusals.ClosedThere;
            if (Bad(untrustedCause) || Bad(untrustedPrevention)) return Refusals.TextMissing;
            if (incident.OpenedBy.Account == actor.Account || await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is { } person && person == await AccountPeople.PersonOfAsync(tx, incident.OpenedBy.Account, cancel)) return Refusals.SamePerson;
            if (await EndAsync(tx, incident, at, cancel) is { } refused) return refused;
            return new Said(new { incident.Number, cause = untrustedCause.Trim(), prevention = untrustedPrevention.Trim() });
        }, cancel);

    /// <summary>Begins an incident, in the transaction of the slice where it happened.</summary>
    internal async Task<IncidentId> OpenInAsync(TenantTransaction tx, IncidentDraft draft, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        var id = new IncidentId(RecordKeeper.NewId(at));
        var sequence = await RegisterRows.TakeNumbersAsync(tx, "incidents", 1, cancel);
        await tx.RunAsync("""
            INSERT INTO records.incident (municipality_id, id, sequence, origin, origin_id, source_id, unit_id, title, place, facts, noticed_at, persons, is_my_number, opened_at, opened_by, opened_by_name)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            """, cancel, tx.Municipality.Value, id.Value, sequence, draft.Origin, draft.OriginId, draft.Source, draft.Unit?.Value, draft.Title, draft.Place, draft.Facts, draft.NoticedAt, draft.Persons, draft.IsMyNumber,
            at, actor.Account, actor.Name);
        await SayAsync(tx, id, "incident.opened", at, actor, draft.Facts, new { number = IncidentRows.Number(sequence), draft.Origin, draft.Source, draft.Title, draft.Place, draft.NoticedAt, draft.Persons, draft.IsMyNumber }, cancel);
        return id;
    }

    /// <summary>Closes what began in a slice that closes it itself. Nothing to do where no incident was begun.</summary>
    internal async Task<Refusal?> CloseInAsync(TenantTransaction tx, IncidentOrigin origin, Guid originId, string note, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        if (await IncidentRows.OfAsync(tx, origin, originId, cancel) is not { IsOpen: true } incident) return null;
        if (await EndAsync(tx, incident, at, cancel) is { } refused) return refused;
        await SayAsync(tx, incident.Id, "incident.closed", at, actor, note, new { incident.Number }, cancel);
        return null;
    }

    private static async Task<Refusal?> EndAsync(TenantTransaction tx, Incident incident, DateTimeOffset at, CancellationToken cancel)
    {
        if (incident.IsReported && incident.FinalOn is null) return Refusals.NotReported;
        await SetAsync(tx, incident.Id, "closed_at = $2", cancel, at);
        return null;
    }

    private static async Task<IReadOnlyList<IncidentCandidate>> CandidatesAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel) =>
        (await tx.ListAsync("""
            SELECT p.id, p.name, a.post FROM records.appointment a JOIN records.person p ON p.municipality_id = a.municipality_id AND p.id = a.person_id
            WHERE a.begins_on <= $1 AND (a.ends_on IS NULL OR a.ends_on > $1) AND p.begins_on <= $1 AND (p.ends_on IS NULL OR p.ends_on > $1)
            """, r => new IncidentCandidate(new(r.GetGuid(0)), r.GetString(1), r.Case<Post>(2)), cancel, JapaneseTime.Day(at)))
        .OrderBy(c => c.Post == Post.Csirt ? -1 : (int)c.Post).ThenBy(c => c.Name, StringComparer.Ordinal).DistinctBy(c => c.Person).ToList();

    private static bool Bad(string text) => text.Trim().Length is 0 or > MaxText || text.Contains('\0', StringComparison.Ordinal);

    private static bool NotADay(DateOnly day, DateTimeOffset at) => day < JapaneseTime.Day(at) || day > JapaneseTime.Day(at).AddDays(MostDays);

    private static Task<int> SetAsync(TenantTransaction tx, IncidentId id, string what, CancellationToken cancel, params IReadOnlyList<object?> values) =>
        tx.RunAsync($"UPDATE records.incident SET {what} WHERE id = $1", cancel, [id.Value, .. values]);

    /// <summary>What the ledger is told of a step.</summary>
    private sealed record Said(object Facts);

    /// <summary>Two people at once: the second waits, and finds it as the first left it.</summary>
    private Task<Outcome<Incident>> StepAsync(
        MunicipalityId municipality, IncidentId id, IReadOnlyList<UnitId>? within, Actor actor, string kind, string note, Func<TenantTransaction, Incident, DateTimeOffset, Task<Outcome<Said>>> act, CancellationToken cancel) =>
        keeper.ActAsync<Incident>(municipality, Watched, async (tx, at) =>
        {
            if (await IncidentRows.ReadAsync(tx, id, within, lockRow: true, cancel) is not { } incident) return Refusals.Unknown;
            if (!incident.IsOpen) return Refusals.Closed;
            var done = await act(tx, incident, at);
            if (done is Outcome<Said>.Refused refused) return refused.Why;
            await SayAsync(tx, id, kind, at, actor, note, done.OrThrow().Facts, cancel);
            return (await IncidentRows.ReadAsync(tx, id, null, lockRow: false, cancel))!;
        }, cancel);

    private async Task SayAsync(TenantTransaction tx, IncidentId id, string kind, DateTimeOffset at, Actor actor, string note, object facts, CancellationToken cancel)
    {
        var index = await keeper.AppendAsync(tx, at, kind, actor, $"incident/{id}", new { note = note.Trim(), facts }, cancel);
        await tx.RunAsync("""
            INSERT INTO records.incident_step (municipality_id, incident_id, ordinal, kind, at, by, by_name, note, facts, ledger_index)
            SELECT $1, $2, coalesce(max(ordinal), 0) + 1, $3, $4, $5, $6, $7, $8::jsonb, $9 FROM records.incident_step WHERE incident_id = $2
            """, cancel, tx.Municipality.Value, id.Value, kind, at, actor.Account, actor.Name, note.Trim(), RecordJson.Write(facts), index);
    }
}
