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

    /// <summary>The units seen, given each unit's parent; the tree of a municipality is small (hundreds).</summary>
    /// <param name="parents">Unit to parent; null at the top.</param>
    public IReadOnlySet<Guid> Units(IReadOnlyDictionary<Guid, Guid?> parents) => Match<IReadOnlySet<Guid>>(
        _ => parents.Keys.ToHashSet(),
        own => parents.Keys.Where(unit => IsBelow(unit, own.Unit, parents)).ToHashSet(),
        _ => new HashSet<Guid>());

    private static bool IsBelow(Guid unit, Guid top, IReadOnlyDictionary<Guid, Guid?> parents)
    {
        // At most as many steps as units: a loop in the data ends here instead of hanging a page.
        Guid? at = unit;
        for (var steps = 0; at is { } here && steps <= parents.Count; steps++)
        {
            if (here == top) return true;
            at = parents.GetValueOrDefault(here);
        }
        return false;
    }
}
