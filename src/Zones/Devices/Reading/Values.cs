using System.Collections.Immutable;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices;

/// <summary>Addresses as far as a configuration tells them: those that may be meant, and those that are meant for sure.</summary>
internal sealed record AddressValue(AddressSet May, AddressSet Must, ImmutableArray<Unknown> Unknowns)
{
    public static readonly AddressValue Any = Sure(AddressSet.All);
    public static readonly AddressValue AnyV4 = Sure(AddressSet.AllV4);
    public static readonly AddressValue AnyV6 = Sure(AddressSet.AllV6);
    public static readonly AddressValue None = Sure(AddressSet.Empty);

    public bool IsSure => Unknowns.IsEmpty;

    public static AddressValue Sure(AddressSet set) => new(set, set, []);

    /// <summary>A named thing whose addresses nobody can know from the file: may be any, is none for sure.</summary>
    public static AddressValue NotKnown(UnknownKind kind, string name, AddressSet? within = null) => new(within ?? AddressSet.All, AddressSet.Empty, [new Unknown(kind, name)]);

    public static AddressValue UnionOf(IReadOnlyList<AddressValue> values) => values.Count switch
    {
        0 => None,
        1 => values[0],
        _ => new(
            AddressSet.UnionOf(values.Select(static one => one.May)),
            values.All(static one => one.IsSure) ? AddressSet.UnionOf(values.Select(static one => one.May)) : AddressSet.UnionOf(values.Select(static one => one.Must)),
            Join(values.Select(static one => one.Unknowns))),
    };

    public AddressValue Except(AddressValue other) => new(May.Except(other.Must), Must.Except(other.May), Join([Unknowns, other.Unknowns]));

    public AddressValue Within(AddressSet set) => new(May.Intersect(set), Must.Intersect(set), Unknowns);

    public AddressValue Intersected(AddressValue other) => new(May.Intersect(other.May), Must.Intersect(other.Must), Join([Unknowns, other.Unknowns]));

    public AddressValue Not(AddressSet universe) => new(universe.Except(Must), universe.Except(May), Unknowns);

    internal static ImmutableArray<Unknown> Join(IEnumerable<ImmutableArray<Unknown>> all)
    {
        ImmutableArray<Unknown>.Builder? joined = null;
        foreach (var some in all)
        {
            if (some.IsEmpty) continue;
            joined ??= ImmutableArray.CreateBuilder<Unknown>();
            foreach (var one in some)
            {
                // A dozen names tell a person what is unknown; a group of 5,000 host names needs no more.
                if (joined.Count < 12 && !joined.Contains(one)) joined.Add(one);
            }
        }

        return joined?.ToImmutable() ?? [];
    }
}

/// <summary>Services as far as a configuration tells them.</summary>
internal sealed record ServiceValue(ServiceSet May, ServiceSet Must, ImmutableArray<Unknown> Unknowns)
{
    public static readonly ServiceValue Any = Sure(ServiceSet.Any);
    public static readonly ServiceValue None = Sure(ServiceSet.None);

    public bool IsSure => Unknowns.IsEmpty;

    public static ServiceValue Sure(ServiceSet set) => new(set, set, []);

    public static ServiceValue Sure(Service one) => Sure(new ServiceSet([one]));

    public static ServiceValue NotKnown(UnknownKind kind, string name, ServiceSet? within = null) => new(within ?? ServiceSet.Any, ServiceSet.None, [new Unknown(kind, name)]);

    public static ServiceValue UnionOf(IReadOnlyList<ServiceValue> values)
    {
        if (values.Count == 1) return values[0];
        var may = Union(values.Select(static one => one.May));
        var must = values.All(static one => one.IsSure) ? may : Union(values.Select(static one => one.Must));
        return new(may, must, AddressValue.Join(values.Select(static one => one.Unknowns)));
    }

    public ServiceValue Intersected(ServiceValue other) => new(Matches.Intersect(May, other.May), Matches.Intersect(Must, other.Must), AddressValue.Join([Unknowns, other.Unknowns]));

    private static ServiceSet Union(IEnumerable<ServiceSet> sets)
    {
        List<Service> all = [];
        foreach (var set in sets)
        {
            if (set.IsAny) return ServiceSet.Any;
            foreach (var one in set.Services)
            {
                if (!all.Contains(one)) all.Add(one);
            }
        }

        return new ServiceSet([.. Merge(all)]);
    }

    /// <summary>Services that differ only in their destination ports are one service: a group of 500 ports is one product, not 500.</summary>
    private static List<Service> Merge(List<Service> all)
    {
        if (all.Count < 2) return all;
        var merged = new List<Service>(all.Count);
        foreach (var one in all)
        {
            var same = merged.FindIndex(other => other.Protocols == one.Protocols && other.SourcePorts.Equals(one.SourcePorts) && other.Icmp.Equals(one.Icmp) && other.Flags == one.Flags);
            if (same < 0) merged.Add(one);
            else merged[same] = merged[same] with { DestinationPorts = merged[same].DestinationPorts.Union(one.DestinationPorts) };
        }

        return merged;
    }
}

/// <summary>The condition of one rule while it is read; says in the end what may and what must match.</summary>
internal sealed class Condition
{
    private ImmutableArray<Unknown>.Builder? unknowns;

    public AddressValue Source { get; set; } = AddressValue.Any;

    public AddressValue Destination { get; set; } = AddressValue.Any;

    public ServiceValue Services { get; set; } = ServiceValue.Any;

    public ConnectionStates States { get; set; } = ConnectionStates.All;

    public Fragments Fragments { get; set; } = Fragments.All;

    public InterfaceSet In { get; set; } = InterfaceSet.Any;

    public InterfaceSet Out { get; set; } = InterfaceSet.Any;

    public bool IsSure => unknowns is null && Source.IsSure && Destination.IsSure && Services.IsSure;

    /// <summary>As if it were new: for readers that say one rule after the other.</summary>
    public void Clear(AddressValue any)
    {
        (Source, Destination, Services) = (any, any, ServiceValue.Any);
        (States, Fragments, In, Out) = (ConnectionStates.All, Model.Fragments.All, InterfaceSet.Any, InterfaceSet.Any);
        unknowns = null;
    }

    /// <summary>A further condition that can't be known: the rule may match, and no packet matches for sure.</summary>
    public void Uncertain(UnknownKind kind, string name)
    {
        var unknown = new Unknown(kind, name.Length > 120 ? name[..120] : name);
        unknowns ??= ImmutableArray.CreateBuilder<Unknown>();
        if (!unknowns.Contains(unknown)) unknowns.Add(unknown);
    }

    /// <summary>A line of words in their order, one of them not understood: the others may mean something else as well. It may match any packet of its family.</summary>
    public void Forget(AddressValue any, string said)
    {
        var before = unknowns;
        Clear(any);
        unknowns = before;
        Uncertain(UnknownKind.NotUnderstood, said);
    }

    public Match May() => Build(Source.May, Destination.May, Services.May);

    /// <summary>Null where nothing is unknown.</summary>
    public Match? Must() => IsSure ? null : unknowns is not null ? Match.Nothing : Build(Source.Must, Destination.Must, Services.Must);

    public ImmutableArray<Unknown> Unknowns() =>
        IsSure ? [] : AddressValue.Join([unknowns?.ToImmutable() ?? [], Source.Unknowns, Destination.Unknowns, Services.Unknowns]);

    public Rule ToRule(RuleAction action, SourceRef at, string name, string? target = null) =>
        IsSure ? new Rule(May(), action, at, name) { Target = target } : new Rule(May(), action, at, name) { Must = Must(), Unknowns = Unknowns(), Target = target };

    public NatRule ToNat(NatKind kind, SourceRef at, string name) => new(kind, May(), at, name) { Must = Must(), Unknowns = Unknowns() };

    private Match Build(AddressSet source, AddressSet destination, ServiceSet services) => new()
    {
        Source = source,
        Destination = destination,
        Services = services,
        States = States,
        Fragments = Fragments,
        In = In,
        Out = Out,
    };
}
