using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Accounts;

/// <summary>Which organisational units' matters a person sees (閲覧範囲): queries over rows that belong to units take one.</summary>
public abstract record UnitScope
{
    private UnitScope()
    {
    }

    public abstract T Match<T>(Func<Everything, T> everything, Func<Own, T> own, Func<Nothing, T> nothing);

    /// <summary>Officers, administrators and auditors see all of the municipality.</summary>
    public sealed record Everything : UnitScope
    {
        public override T Match<T>(Func<Everything, T> everything, Func<Own, T> own, Func<Nothing, T> nothing) => everything(this);
    }

    /// <summary>Managers and staff see their unit and what is below it.</summary>
    public sealed record Own(Guid Unit) : UnitScope
    {
        public override T Match<T>(Func<Everything, T> everything, Func<Own, T> own, Func<Nothing, T> nothing) => own(this);
    }

    /// <summary>A manager or member of staff without a unit sees no unit's matters.</summary>
    public sealed record Nothing : UnitScope
    {
        public override T Match<T>(Func<Everything, T> everything, Func<Own, T> own, Func<Nothing, T> nothing) => nothing(this);
    }

    public static UnitScope Of(IReadOnlyList<Role> roles, Guid? unit) =>
        roles.Contains(Role.Officer) || roles.Contains(Role.Administrator) || roles.Contains(Role.Auditor) ? new Everything()
        : unit is { } own ? new Own(own)
        : new Nothing();

    /// <summary>The units seen, for queries that narrow by unit; null: all of the municipality.</summary>
    public Task<IReadOnlyList<UnitId>?> UnitsAsync(OrganisationRegister organisation, MunicipalityId municipality, CancellationToken cancel) => Match<Task<IReadOnlyList<UnitId>?>>(
        static _ => Task.FromResult<IReadOnlyList<UnitId>?>(null),
        async own => await organisation.BelowAsync(municipality, new UnitId(own.Unit), cancel),
        static _ => Task.FromResult<IReadOnlyList<UnitId>?>([]));
}
