using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>The organisation of a municipality (組織の登録): units, people, who holds which post.</summary>
public sealed class OrganisationRegister(RecordKeeper keeper)
{
    /// <summary>Kinds of evidence that look different after a change here.</summary>
    private static readonly string[] Watched = [OrganisationSource.Appointments, OrganisationSource.Committee, Acknowledgements.AcknowledgementSource.Kind];

    private const int MaxUnitName = 200, MaxPersonName = 100, MaxAgenda = 2000;

    /// <summary>Adds a unit.</summary>
    /// <param name="parent">Null for an agency only.</param>
    public Task<Outcome<Unit>> AddUnitAsync(MunicipalityId municipality, UnitId? parent, UnitKind kind, string untrustedName, DateOnly beginsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Unit>(municipality, async (tx, at) =>
        {
            var name = untrustedName.Trim();
            if (name.Length is 0 or > MaxUnitName) return Refusals.BadName;
            if ((parent is null) != (kind == UnitKind.Agency)) return Refusals.BadParent;
            if (parent is { } above)
            {
                if (await OrganisationRows.UnitAsync(tx, above, cancel) is not { } unit) return Refusals.UnknownUnit;
                if (unit.Kind == UnitKind.Section) return Refusals.BadParent;
            }
            var made = new Unit(new(RecordKeeper.NewId(at)), parent, kind, name, beginsOn, null);
            if (!await OrganisationRows.TryAsync(tx, "INSERT INTO records.unit (municipality_id, id, parent_id, kind, name, begins_on) VALUES ($1, $2, $3, $4, $5, $6)", cancel,
                municipality.Value, made.Id.Value, parent?.Value, kind, name, beginsOn)) return Refusals.SameName;
            await keeper.AppendAsync(tx, at, "unit.added", actor, $"unit/{made.Id}", made, cancel);
            return made;
        }, cancel);

    /// <summary>Changes a unit's name and place.</summary>
    public Task<Outcome<Unit>> ChangeUnitAsync(MunicipalityId municipality, UnitId id, UnitId? parent, string untrustedName, Actor actor, CancellationToken cancel) =>
        InAsync<Unit>(municipality, async (tx, at) =>
        {
            var name = untrustedName.Trim();
            if (name.Length is 0 or > MaxUnitName) return Refusals.BadName;
            await OrganisationRows.LockTreeAsync(tx, cancel);
            if (await OrganisationRows.UnitAsync(tx, id, cancel) is not { } unit) return Refusals.UnknownUnit;
            if ((parent is null) != (unit.Kind == UnitKind.Agency)) return Refusals.BadParent;
            for (var above = parent; above is { } next;)
            {
                if (next == id) return Refusals.BadParent;   // it would hang under itself
                if (await OrganisationRows.UnitAsync(tx, next, cancel) is not { } found) return Refusals.UnknownUnit;
                if (found.Kind == UnitKind.Section) return Refusals.BadParent;
                above = found.Parent;
            }
            if (!await OrganisationRows.TryAsync(tx, "UPDATE records.unit SET parent_id = $2, name = $3 WHERE id = $1", cancel, id.Value, parent?.Value, name)) return Refusals.SameName;
            var changed = unit with { Parent = parent, Name = name };
            await keeper.AppendAsync(tx, at, "unit.changed", actor, $"unit/{id}", changed, cancel);
            return changed;
        }, cancel);

    /// <summary>Closes a unit that nothing belongs to any more.</summary>
    /// <param name="endsOn">The first day without it.</param>
    public Task<Outcome<Unit>> CloseUnitAsync(MunicipalityId municipality, UnitId id, DateOnly endsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Unit>(municipality, async (tx, at) =>
        {
            await OrganisationRows.LockTreeAsync(tx, cancel);
            if (await OrganisationRows.UnitAsync(tx, id, cancel) is not { } unit) return Refusals.UnknownUnit;
            if (endsOn < unit.BeginsOn) return Refusals.BadPeriod;
            if (await OrganisationRows.CountAsync(tx, """
                SELECT (SELECT count(*) FROM records.unit WHERE parent_id = $1 AND (ends_on IS NULL OR ends_on > $2))
                     + (SELECT count(*) FROM records.person WHERE unit_id = $1 AND (ends_on IS NULL OR ends_on > $2))
                """, cancel, id.Value, endsOn) > 0) return Refusals.NotEmpty;
            await tx.RunAsync("UPDATE records.unit SET ends_on = $2 WHERE id = $1", cancel, id.Value, endsOn);
            await tx.RunAsync("UPDATE records.appointment SET ends_on = greatest($2, begins_on) WHERE unit_id = $1 AND (ends_on IS NULL OR ends_on > $2)", cancel, id.Value, endsOn);
            var closed = unit with { EndsOn = endsOn };
            await keeper.AppendAsync(tx, at, "unit.closed", actor, $"unit/{id}", closed, cancel);
            return closed;
        }, cancel);

    /// <summary>Adds a person.</summary>
    public Task<Outcome<Person>> AddPersonAsync(MunicipalityId municipality, UnitId unit, string untrustedName, string? untrustedNumber, StaffKind kind, DateOnly beginsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Person>(municipality, async (tx, at) =>
        {
            var name = untrustedName.Trim();
            var number = string.IsNullOrWhiteSpace(untrustedNumber) ? null : untrustedNumber.Trim();
            if (name.Length is 0 or > MaxPersonName || number?.Length > 40) return Refusals.BadName;
            if (await OrganisationRows.UnitAsync(tx, unit, cancel) is null) return Refusals.UnknownUnit;
            var made = new Person(new(RecordKeeper.NewId(at)), unit, name, number, kind, beginsOn, null);
            if (!await OrganisationRows.TryAsync(tx, "INSERT INTO records.person (municipality_id, id, unit_id, name, number, kind, begins_on) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
                municipality.Value, made.Id.Value, unit.Value, name, number, kind, beginsOn)) return Refusals.SameNumber;
            await keeper.AppendAsync(tx, at, "person.added", actor, $"person/{made.Id}", made, cancel);
            return made;
        }, cancel);

    /// <summary>Moves a person to another unit.</summary>
    public Task<Outcome<Person>> MovePersonAsync(MunicipalityId municipality, PersonId id, UnitId unit, Actor actor, CancellationToken cancel) =>
        InAsync<Person>(municipality, async (tx, at) =>
        {
            if (await OrganisationRows.PersonAsync(tx, id, cancel) is not { } person) return Refusals.UnknownPerson;
            if (await OrganisationRows.UnitAsync(tx, unit, cancel) is null) return Refusals.UnknownUnit;
            await tx.RunAsync("UPDATE records.person SET unit_id = $2 WHERE id = $1", cancel, id.Value, unit.Value);
            await keeper.AppendAsync(tx, at, "person.moved", actor, $"person/{id}", new { from = person.Unit, to = unit }, cancel);
            return person with { Unit = unit };
        }, cancel);

    /// <summary>Ends a person's belonging, and the posts with it.</summary>
    /// <param name="endsOn">The first day on which the person is no longer here.</param>
    public Task<Outcome<Person>> EndPersonAsync(MunicipalityId municipality, PersonId id, DateOnly endsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Person>(municipality, async (tx, at) =>
        {
            if (await OrganisationRows.PersonAsync(tx, id, cancel) is not { } person) return Refusals.UnknownPerson;
            if (endsOn < person.BeginsOn) return Refusals.BadPeriod;
            await tx.RunAsync("UPDATE records.person SET ends_on = $2 WHERE id = $1", cancel, id.Value, endsOn);
            await tx.RunAsync("UPDATE records.appointment SET ends_on = greatest($2, begins_on) WHERE person_id = $1 AND (ends_on IS NULL OR ends_on > $2)", cancel, id.Value, endsOn);
            await keeper.AppendAsync(tx, at, "person.ended", actor, $"person/{id}", new { endsOn }, cancel);
            return person with { EndsOn = endsOn };
        }, cancel);

    /// <summary>Appoints a person to a post.</summary>
    /// <param name="unit">The department of a 責任者, the section of a 管理者; null for the whole municipality.</param>
    public Task<Outcome<Appointment>> AppointAsync(MunicipalityId municipality, Post post, UnitId? unit, PersonId person, DateOnly beginsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Appointment>(municipality, async (tx, at) =>
        {
            if (await OrganisationRows.PersonAsync(tx, person, cancel, lockRow: true) is not { } who) return Refusals.UnknownPerson;
            if (who.EndsOn <= beginsOn) return Refusals.BadPeriod;
            var of = unit is { } u ? await OrganisationRows.UnitAsync(tx, u, cancel) : null;
            if (unit is not null && of is null) return Refusals.UnknownUnit;
            if ((post == Post.SecurityOfficer && of?.Kind != UnitKind.Department) || (post == Post.SecurityManager && of?.Kind != UnitKind.Section)) return Refusals.UnitMissing;
            var held = await tx.ListAsync(OrganisationRows.SelectAppointments + " WHERE person_id = $1 AND (ends_on IS NULL OR ends_on > $2)", OrganisationRows.Appointment, cancel, person.Value, beginsOn);
            if (held.Exists(a => IsAudited(a.Post) && post == Post.AuditOfficer || a.Post == Post.AuditOfficer && IsAudited(post))) return Refusals.AuditsOwnWork;
            if (held.Find(a => a.Post == post && a.Unit == unit && a.BeginsOn <= beginsOn) is { } already) return already;
            var made = new Appointment(new(RecordKeeper.NewId(at)), post, unit, person, beginsOn, who.EndsOn);
            await tx.RunAsync("INSERT INTO records.appointment (municipality_id, id, post, unit_id, person_id, begins_on, ends_on) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
                municipality.Value, made.Id.Value, post, unit?.Value, person.Value, beginsOn, made.EndsOn);
            await keeper.AppendAsync(tx, at, "officer.appointed", actor, $"appointment/{made.Id}", made, cancel);
            return made;
        }, cancel);

    /// <summary>Ends an appointment.</summary>
    /// <param name="endsOn">The first day without it.</param>
    public Task<Outcome<Appointment>> EndAppointmentAsync(MunicipalityId municipality, AppointmentId id, DateOnly endsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Appointment>(municipality, async (tx, at) =>
        {
            if (await tx.FirstAsync(OrganisationRows.SelectAppointments + " WHERE id = $1 FOR UPDATE", OrganisationRows.Appointment, cancel, id.Value) is not { } held) return Refusals.UnknownAppointment;
            if (endsOn < held.BeginsOn) return Refusals.BadPeriod;
            await tx.RunAsync("UPDATE records.appointment SET ends_on = $2 WHERE id = $1", cancel, id.Value, endsOn);
            await keeper.AppendAsync(tx, at, "officer.relieved", actor, $"appointment/{id}", held with { EndsOn = endsOn }, cancel);
            return held with { EndsOn = endsOn };
        }, cancel);

    /// <summary>Records that the committee met.</summary>
    public Task<Outcome<CommitteeMeeting>> RecordMeetingAsync(MunicipalityId municipality, DateOnly heldOn, string untrustedAgenda, Actor actor, CancellationToken cancel) =>
        InAsync<CommitteeMeeting>(municipality, async (tx, at) =>
        {
            var agenda = untrustedAgenda.Trim();
            if (agenda.Length is 0 or > MaxAgenda || heldOn > JapaneseTime.Day(at)) return Refusals.BadMeeting;
            var made = new CommitteeMeeting(RecordKeeper.NewId(at), heldOn, agenda, actor);
            await tx.RunAsync("INSERT INTO records.committee_meeting (municipality_id, id, held_on, agenda, recorded_at, recorded_by, recorded_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
                municipality.Value, made.Id, heldOn, agenda, at, actor.Account, actor.Name);
            await keeper.AppendAsync(tx, at, "committee.met", actor, $"meeting/{made.Id}", new { heldOn, agenda }, cancel);
            return made;
        }, cancel);

    /// <summary>The organisation on a day: units parents first, people and appointments that stand then.</summary>
    /// <param name="within">Only these units' people and appointments, and these units themselves; null: all. A section manager's scope.</param>
    public async Task<OrganisationChart> ReadAsync(MunicipalityId municipality, DateOnly day, IReadOnlyCollection<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await OrganisationRows.ChartAsync(tx, day, within, cancel);
    }

    /// <summary>A unit and all below it, on any day: what a manager of that unit sees.</summary>
    public async Task<IReadOnlyList<UnitId>> BelowAsync(MunicipalityId municipality, UnitId unit, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return [.. (await tx.ListAsync("""
            WITH RECURSIVE below AS (
              SELECT id FROM records.unit WHERE id = $1
              UNION SELECT u.id FROM records.unit u JOIN below b ON u.parent_id = b.id
            ) SELECT id FROM below
            """, r => new UnitId(r.GetGuid(0)), cancel, unit.Value))];
    }

    /// <summary>Meetings of the committee, newest first.</summary>
    public async Task<IReadOnlyList<CommitteeMeeting>> MeetingsAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync("SELECT id, held_on, agenda, recorded_by, recorded_by_name FROM records.committee_meeting ORDER BY held_on DESC, recorded_at DESC",
            r => new CommitteeMeeting(r.GetGuid(0), r.GetFieldValue<DateOnly>(1), r.GetString(2), r.By(3)), cancel);
    }

    /// <summary>Posts whose work an audit looks at: DOMAIN 兼務の禁止.</summary>
    private static bool IsAudited(Post post) => post is not (Post.AuditOfficer or Post.CommitteeMember);

    private async Task<Outcome<T>> InAsync<T>(MunicipalityId municipality, Func<TenantTransaction, DateTimeOffset, Task<Outcome<T>>> act, CancellationToken cancel)
    {
        Outcome<T> outcome;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            outcome = await act(tx, keeper.Clock.Now());
            if (outcome is Outcome<T>.Refused) return outcome;
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, Watched);
        return outcome;
    }
}
