using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>A person as entered.</summary>
/// <param name="Number">職員番号, where there is one.</param>
/// <param name="Title">職, e.g. 課長; null: none told.</param>
public sealed record PersonDraft(UnitId Unit, string Name, string? Number, StaffKind Kind, string? Title, DateOnly BeginsOn);

/// <summary>What may change of a person without a move.</summary>
public sealed record PersonChange(string Name, string? Number, StaffKind Kind, string? Title, DateOnly On);

public sealed partial class OrganisationRegister
{
    /// <summary>Adds a person.</summary>
    public Task<Outcome<Person>> AddPersonAsync(MunicipalityId municipality, UnitId unit, string untrustedName, string? untrustedNumber, StaffKind kind, DateOnly beginsOn, Actor actor, CancellationToken cancel) =>
        AddPersonAsync(municipality, new PersonDraft(unit, untrustedName, untrustedNumber, kind, null, beginsOn), actor, cancel);

    /// <inheritdoc cref="AddPersonAsync(MunicipalityId, UnitId, string, string?, StaffKind, DateOnly, Actor, CancellationToken)"/>
    public Task<Outcome<Person>> AddPersonAsync(MunicipalityId municipality, PersonDraft untrusted, Actor actor, CancellationToken cancel) =>
        InAsync<Person>(municipality, async (tx, at) =>
        {
            if (Checked(untrusted.Name, untrusted.Number, untrusted.Title) is not var (name, number, title)) return Refusals.BadName;
            if (await OrganisationRows.UnitAsync(tx, untrusted.Unit, cancel) is null) return Refusals.UnknownUnit;
            if (await OrganisationRows.UnitAsync(tx, untrusted.Unit, untrusted.BeginsOn, cancel) is null) return Refusals.UnitNotStanding;
            if (await NumberIsTakenAsync(tx, number, null, untrusted.BeginsOn, cancel)) return Refusals.SameNumber;
            var made = new Person(new(RecordKeeper.NewId(at)), untrusted.Unit, name, number, untrusted.Kind, untrusted.BeginsOn, null, title);
            await OrganisationRows.AddAsync(tx, [made], cancel);
            await keeper.AppendAsync(tx, at, "person.added", actor, $"person/{made.Id}", made, cancel);
            return made;
        }, cancel);

    /// <summary>Changes a person's name, number, kind or title from a day on.</summary>
    public Task<Outcome<Person>> ChangePersonAsync(MunicipalityId municipality, PersonId id, PersonChange untrusted, Actor actor, CancellationToken cancel) =>
        InAsync<Person>(municipality, async (tx, at) =>
        {
            if (Checked(untrusted.Name, untrusted.Number, untrusted.Title) is not var (name, number, title)) return Refusals.BadName;
            if (await OrganisationRows.PersonAsync(tx, id, cancel) is null) return Refusals.UnknownPerson;
            if (await OrganisationRows.PersonAsync(tx, id, untrusted.On, cancel) is not { } person) return Refusals.BadPeriod;
            if (number != person.Number)
            {
                if (await NumberIsTakenAsync(tx, number, id, person.BeginsOn, cancel)) return Refusals.SameNumber;
                await tx.RunAsync("UPDATE records.person SET number = $2 WHERE id = $1", cancel, id.Value, number);
            }
            var changed = person with { Name = name, Number = number, Kind = untrusted.Kind, Title = title };
            await OrganisationRows.TermsAsync(tx, [(changed, untrusted.On)], cancel);
            await keeper.AppendAsync(tx, at, "person.changed", actor, $"person/{id}",
                new { changed.Name, changed.Number, changed.Kind, changed.Title, on = untrusted.On, was = new { person.Name, person.Number, person.Kind, person.Title } }, cancel);
            return changed;
        }, cancel);

    /// <summary>Moves a person to another unit from a day on. Posts of the unit that is left end with that.</summary>
    public Task<Outcome<Person>> MovePersonAsync(MunicipalityId municipality, PersonId id, UnitId unit, DateOnly on, Actor actor, CancellationToken cancel) =>
        InAsync<Person>(municipality, async (tx, at) =>
        {
            if (await OrganisationRows.PersonAsync(tx, id, cancel) is null) return Refusals.UnknownPerson;
            if (await OrganisationRows.PersonAsync(tx, id, on, cancel) is not { } person) return Refusals.BadPeriod;
            if (await OrganisationRows.UnitAsync(tx, unit, cancel) is null) return Refusals.UnknownUnit;
            if (await OrganisationRows.UnitAsync(tx, unit, on, cancel) is not { } to) return Refusals.UnitNotStanding;
            if (person.Unit == unit) return person;
            var moved = person with { Unit = unit };
            await OrganisationRows.TermsAsync(tx, [(moved, on)], cancel);
            var chart = await OrganisationRows.ChartAsync(tx, on, null, cancel);
            var left = PostsLeft.Of(chart, [(person, unit)]);
            await PostsLeft.EndAsync(tx, left, on, cancel);
            var from = chart.Units.FirstOrDefault(u => u.Id == person.Unit);
            await keeper.AppendAsync(tx,
            [
                RecordKeeper.Entry(at, "person.moved", actor, $"person/{id}", new { person.Name, from = person.Unit, fromName = from?.Name, to = unit, toName = to.Name, on }),
                .. left.Select(a => RecordKeeper.Entry(at, "officer.relieved", actor, $"appointment/{a.Id}", a with { EndsOn = on })),
            ], cancel);
            return moved;
        }, cancel);

    /// <summary>Ends a person's belonging, and the posts with it.</summary>
    /// <param name="endsOn">The first day on which the person is no longer here.</param>
    public Task<Outcome<Person>> EndPersonAsync(MunicipalityId municipality, PersonId id, DateOnly endsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Person>(municipality, async (tx, at) =>
        {
            if (await OrganisationRows.PersonAsync(tx, id, cancel) is not { } person) return Refusals.UnknownPerson;
            if (endsOn < person.BeginsOn) return Refusals.BadPeriod;
            await OrganisationRows.EndAsync(tx, [(id, endsOn)], cancel);
            await keeper.AppendAsync(tx, at, "person.ended", actor, $"person/{id}", new { person.Name, endsOn }, cancel);
            return person with { EndsOn = endsOn };
        }, cancel);

    /// <summary>Gives a person a second unit (兼務・併任).</summary>
    public Task<Outcome<SecondPost>> AddSecondPostAsync(MunicipalityId municipality, PersonId person, UnitId unit, string? untrustedTitle, DateOnly beginsOn, Actor actor, CancellationToken cancel) =>
        InAsync<SecondPost>(municipality, async (tx, at) =>
        {
            if (Checked("-", null, untrustedTitle) is not var (_, _, title)) return Refusals.BadName;
            if (await OrganisationRows.PersonAsync(tx, person, cancel) is null) return Refusals.UnknownPerson;
            if (await OrganisationRows.PersonAsync(tx, person, beginsOn, cancel) is not { } who) return Refusals.BadPeriod;
            if (await OrganisationRows.UnitAsync(tx, unit, cancel) is null) return Refusals.UnknownUnit;
            if (await OrganisationRows.UnitAsync(tx, unit, beginsOn, cancel) is not { } of) return Refusals.UnitNotStanding;
            var held = await tx.ListAsync(OrganisationRows.SelectSecondPosts + " WHERE person_id = $1 AND unit_id = $2 AND (ends_on IS NULL OR ends_on > $3)", OrganisationRows.SecondPost, cancel, person.Value, unit.Value, beginsOn);
            if (who.Unit == unit || held.Count > 0) return Refusals.AlreadyThere;
            var made = new SecondPost(RecordKeeper.NewId(at), person, unit, title, beginsOn, who.EndsOn);
            await tx.RunAsync("INSERT INTO records.second_post (municipality_id, id, person_id, unit_id, title, begins_on, ends_on) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
                municipality.Value, made.Id, person.Value, unit.Value, title, beginsOn, made.EndsOn);
            await keeper.AppendAsync(tx, at, "person.second-post", actor, $"person/{person}", new { who.Name, unit, unitName = of.Name, title, on = beginsOn }, cancel);
            return made;
        }, cancel);

    /// <summary>Ends a second unit.</summary>
    public Task<Outcome<SecondPost>> EndSecondPostAsync(MunicipalityId municipality, Guid id, DateOnly endsOn, Actor actor, CancellationToken cancel) =>
        InAsync<SecondPost>(municipality, async (tx, at) =>
        {
            if (await tx.FirstAsync(OrganisationRows.SelectSecondPosts + " WHERE id = $1 FOR UPDATE", OrganisationRows.SecondPost, cancel, id) is not { } held) return Refusals.UnknownAppointment;
            if (endsOn < held.BeginsOn) return Refusals.BadPeriod;
            await tx.RunAsync("UPDATE records.second_post SET ends_on = $2 WHERE id = $1", cancel, id, endsOn);
            var of = await OrganisationRows.UnitAsync(tx, held.Unit, cancel);
            await keeper.AppendAsync(tx, at, "person.second-post-ended", actor, $"person/{held.Person}", new { held.Unit, unitName = of?.Name, endsOn }, cancel);
            return held with { EndsOn = endsOn };
        }, cancel);

    /// <summary>Null when something is empty or too long.</summary>
    private static (string Name, string? Number, string Title)? Checked(string untrustedName, string? untrustedNumber, string? untrustedTitle)
    {
        var name = untrustedName.Trim();
        var number = string.IsNullOrWhiteSpace(untrustedNumber) ? null : untrustedNumber.Trim();
        var title = untrustedTitle?.Trim() ?? "";
        return name.Length is 0 or > MaxPersonName || number?.Length > MaxNumber || title.Length > MaxTitle ? null : (name, number, title);
    }

    private static async Task<bool> NumberIsTakenAsync(TenantTransaction tx, string? number, PersonId? by, DateOnly from, CancellationToken cancel) =>
        number is not null && await OrganisationRows.CountAsync(tx, "SELECT count(*) FROM records.person WHERE number = $1 AND id IS DISTINCT FROM $2 AND (ends_on IS NULL OR ends_on > $3)", cancel, number, by?.Value, from) > 0;
}
