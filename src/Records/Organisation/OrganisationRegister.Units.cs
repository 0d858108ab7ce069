using Sekisho.Assurance;

namespace Sekisho.Records.Organisation;

public sealed partial class OrganisationRegister
{
    /// <summary>Adds a unit.</summary>
    /// <param name="parent">Null for an agency only.</param>
    public Task<Outcome<Unit>> AddUnitAsync(MunicipalityId municipality, UnitId? parent, UnitKind kind, string untrustedName, DateOnly beginsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Unit>(municipality, async (tx, at) =>
        {
            var name = untrustedName.Trim();
            if (name.Length is 0 or > MaxUnitName) return Refusals.BadName;
            if ((parent is null) != (kind == UnitKind.Agency)) return Refusals.BadParent;
            if (parent is { } above && await OrganisationRows.UnitAsync(tx, above, cancel) is null) return Refusals.UnknownUnit;
            var made = new Unit(new(RecordKeeper.NewId(at)), parent, kind, name, beginsOn, null);
            await UnitChanges.AddAsync(tx, made, cancel);
            if (await TreeRules.ProblemAsync(tx, beginsOn, cancel) is { } problem) return problem;
            await keeper.AppendAsync(tx, at, "unit.added", actor, $"unit/{made.Id}", made, cancel);
            return made;
        }, cancel);

    /// <summary>Changes a unit's name and place from a day on; people and everything else stay with it.</summary>
    public Task<Outcome<Unit>> ChangeUnitAsync(MunicipalityId municipality, UnitId id, UnitId? parent, string untrustedName, DateOnly on, Actor actor, CancellationToken cancel) =>
        InAsync<Unit>(municipality, async (tx, at) =>
        {
            var name = untrustedName.Trim();
            if (name.Length is 0 or > MaxUnitName) return Refusals.BadName;
            if (await OrganisationRows.UnitAsync(tx, id, cancel) is null) return Refusals.UnknownUnit;
            if (await OrganisationRows.UnitAsync(tx, id, on, cancel) is not { } unit) return Refusals.BadPeriod;
            if ((parent is null) != (unit.Kind == UnitKind.Agency)) return Refusals.BadParent;
            if (parent is { } above && await OrganisationRows.UnitAsync(tx, above, cancel) is null) return Refusals.UnknownUnit;
            await OrganisationRows.TermAsync(tx, id, on, parent, name, cancel);
            if (await TreeRules.ProblemAsync(tx, on, cancel) is { } problem) return problem;
            var changed = unit with { Parent = parent, Name = name };
            await keeper.AppendAsync(tx, at, "unit.changed", actor, $"unit/{id}", new { changed.Name, changed.Parent, on, was = new { unit.Name, unit.Parent } }, cancel);
            return changed;
        }, cancel);

    /// <summary>Closes a unit that nothing belongs to any more.</summary>
    /// <param name="endsOn">The first day without it.</param>
    public Task<Outcome<Unit>> CloseUnitAsync(MunicipalityId municipality, UnitId id, DateOnly endsOn, Actor actor, CancellationToken cancel) =>
        InAsync<Unit>(municipality, async (tx, at) =>
        {
            if (await OrganisationRows.UnitAsync(tx, id, cancel) is not { } unit) return Refusals.UnknownUnit;
            if (endsOn < unit.BeginsOn || unit.EndsOn < endsOn) return Refusals.BadPeriod;
            if (await UnitChanges.IsInUseAsync(tx, id, endsOn, cancel)) return Refusals.NotEmpty;
            await UnitChanges.CloseAsync(tx, id, endsOn, cancel);
            var closed = unit with { EndsOn = endsOn };
            await keeper.AppendAsync(tx, at, "unit.closed", actor, $"unit/{id}", closed, cancel);
            return closed;
        }, cancel);

    /// <summary>Says which agency of the vocabulary a unit is, where its name doesn't; null: by its name again.</summary>
    public Task<Outcome<Unit>> NameAgencyAsync(MunicipalityId municipality, UnitId id, string? agency, Actor actor, CancellationToken cancel) =>
        InAsync<Unit>(municipality, async (tx, at) =>
        {
            if (await OrganisationRows.UnitAsync(tx, id, cancel) is not { } unit) return Refusals.UnknownUnit;
            if (agency is not null && Policy.Agencies.AgencyVocabulary.Load().Find(agency) is null) return Refusals.UnknownAgency;
            await tx.RunAsync("UPDATE records.unit SET agency = $2 WHERE id = $1", cancel, id.Value, agency);
            await keeper.AppendAsync(tx, at, "unit.agency", actor, $"unit/{id}", new { agency, was = unit.Agency }, cancel);
            return unit with { Agency = agency };
        }, cancel);
}
