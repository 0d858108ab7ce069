using Sekisho.Assurance;
using Sekisho.Records.Organisation.Separation;

namespace Sekisho.Records.Organisation;

/// <summary>A conflict of duties, and the exception that covers it, if one does.</summary>
public sealed record ConflictLine(DutyConflict Conflict, DutyException? Exception);

public sealed partial class OrganisationRegister
{
    /// <summary>Appoints a person to a post.</summary>
    /// <param name="unit">The department of a 責任者, the section (or agency without sections) of a 管理者; null for the whole municipality.</param>
    public Task<Outcome<Appointment>> AppointAsync(MunicipalityId municipality, Post post, UnitId? unit, PersonId person, DateOnly beginsOn, Actor actor, CancellationToken cancel) =>
        AppointAsync(municipality, post, unit, person, beginsOn, null, actor, cancel);

    /// <inheritdoc cref="AppointAsync(MunicipalityId, Post, UnitId?, PersonId, DateOnly, Actor, CancellationToken)"/>
    /// <param name="exception">Where a rule of separation says no and somebody in charge approved it all the same; null: a rule's no is a no.</param>
    public Task<Outcome<Appointment>> AppointAsync(MunicipalityId municipality, Post post, UnitId? unit, PersonId person, DateOnly beginsOn, DutyExceptionDraft? exception, Actor actor, CancellationToken cancel) =>
        InAsync<Appointment>(municipality, async (tx, at) =>
        {
            if (await OrganisationRows.PersonAsync(tx, person, cancel, lockRow: true) is not { } who) return Refusals.UnknownPerson;
            if (who.EndsOn <= beginsOn) return Refusals.BadPeriod;
            var of = unit is { } u ? await OrganisationRows.UnitAsync(tx, u, cancel) : null;
            if (unit is not null && of is null) return Refusals.UnknownUnit;
            if ((post == Post.SecurityOfficer && of?.Kind != UnitKind.Department) || (post == Post.SecurityManager && of?.Kind is not (UnitKind.Section or UnitKind.Agency))) return Refusals.UnitMissing;
            var held = await tx.ListAsync(OrganisationRows.SelectAppointments + " WHERE person_id = $1 AND (ends_on IS NULL OR ends_on > $2)", OrganisationRows.Appointment, cancel, person.Value, beginsOn);
            if (held.Find(a => a.Post == post && a.Unit == unit && a.BeginsOn <= beginsOn) is { } already) return already;
            var excepted = await DutyExceptions.OnAsync(tx, beginsOn, cancel);
            foreach (var rule in SeparationOfDuties.Load().Broken(held, post, unit).Where(r => !excepted.Exists(e => e.Rule == r.Id && e.Person == person)))
            {
                if (exception is null) return Refusals.DutiesClash(rule.Says, rule.Except);
                if (await DutyExceptions.RecordAsync(tx, keeper, at, rule, who, beginsOn, exception, actor, cancel) is { } wrong) return wrong;
            }
            var made = new Appointment(new(RecordKeeper.NewId(at)), post, unit, person, beginsOn, who.EndsOn);
            await tx.RunAsync("INSERT INTO records.appointment (municipality_id, id, post, unit_id, person_id, begins_on, ends_on) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
                municipality.Value, made.Id.Value, post, unit?.Value, person.Value, beginsOn, made.EndsOn);
            await keeper.AppendAsync(tx, at, "officer.appointed", actor, $"appointment/{made.Id}",
                new { made.Id, made.Post, made.Unit, unitName = of?.Name, made.Person, personName = who.Name, made.BeginsOn, made.EndsOn }, cancel);
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

    /// <summary>People who hold posts that exclude each other on a day, each with its approved exception where there is one.</summary>
    public async Task<IReadOnlyList<ConflictLine>> ConflictsAsync(MunicipalityId municipality, DateOnly day, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var chart = await OrganisationRows.ChartAsync(tx, day, null, cancel);
        var exceptions = await DutyExceptions.OnAsync(tx, day, cancel);
        return [.. SeparationOfDuties.Load().Conflicts(chart).Select(c => new ConflictLine(c, exceptions.Find(e => e.Rule == c.Rule.Id && e.Person == c.Person.Id)))];
    }

    /// <summary>Records that a conflict which is there already was approved for a time.</summary>
    public Task<Outcome<ConflictLine>> ExceptAsync(MunicipalityId municipality, PersonId person, string rule, DutyExceptionDraft untrusted, Actor actor, CancellationToken cancel) =>
        InAsync<ConflictLine>(municipality, async (tx, at) =>
        {
            var day = JapaneseTime.Day(at);
            var chart = await OrganisationRows.ChartAsync(tx, day, null, cancel);
            if (SeparationOfDuties.Load().Conflicts(chart).FirstOrDefault(c => c.Person.Id == person && c.Rule.Id == rule) is not { } conflict) return Refusals.UnknownConflict;
            if (await DutyExceptions.RecordAsync(tx, keeper, at, conflict.Rule, conflict.Person, day, untrusted, actor, cancel) is { } wrong) return wrong;
            var kept = await DutyExceptions.OnAsync(tx, day, cancel);
            return new ConflictLine(conflict, kept.FindLast(e => e.Rule == rule && e.Person == person));
        }, cancel);
}
