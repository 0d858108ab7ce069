namespace Sekisho.Zones.Model;

/// <summary>States that a stateful filter tells apart (netfilter's names).</summary>
[Flags]
public enum ConnectionStates : byte
{
    None = 0,
    New = 1,
    Established = 2,
    Related = 4,
    Invalid = 8,
    Untracked = 16,
    All = 31,
}

/// <summary>Whole packets and first fragments have ports; later fragments have none.</summary>
[Flags]
public enum Fragments : byte
{
    None = 0,
    WholeOrFirst = 1,
    Later = 2,
    All = 3,
}

/// <summary>What a rule looks at (条件): a product of one set for each dimension. Sets are never multiplied out; share their instances among rules.</summary>
public sealed record Match
{
    /// <summary>Every packet.</summary>
    public static readonly Match Any = new();

    /// <summary>No packet.</summary>
    public static readonly Match Nothing = new() { Source = AddressSet.Empty };

    public AddressSet Source { get; init; } = AddressSet.All;

    public AddressSet Destination { get; init; } = AddressSet.All;

    public ServiceSet Services { get; init; } = ServiceSet.Any;

    public ConnectionStates States { get; init; } = ConnectionStates.All;

    public Fragments Fragments { get; init; } = Fragments.All;

    /// <summary>Interfaces that the packet came in by. Zones are resolved to interfaces by the reader.</summary>
    public InterfaceSet In { get; init; } = InterfaceSet.Any;

    /// <summary>Interfaces that the packet leaves by.</summary>
    public InterfaceSet Out { get; init; } = InterfaceSet.Any;

    public bool IsNothing => Source.IsEmpty || Destination.IsEmpty || Services.Services.IsEmpty || States == 0 || Fragments == 0 || In.IsEmpty || Out.IsEmpty;
}

/// <summary>Interfaces by name. A name may end in <c>*</c>: every interface that begins so (iptables' <c>eth+</c>).</summary>
public sealed class InterfaceSet
{
    public static readonly InterfaceSet Any = new([], true);
    public static readonly InterfaceSet None = new([], false);

    private readonly string[] names;
    private readonly bool others;

    private InterfaceSet(string[] names, bool others) => (this.names, this.others) = (names, others);

    public bool IsAny => others && names.Length == 0;

    public bool IsEmpty => !others && names.Length == 0;

    /// <summary>The names as given, also of an inverted set.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Whether the set is "every interface but <see cref="Names"/>".</summary>
    public bool IsInverted => others;

    public static InterfaceSet Of(params IEnumerable<string> names) => new([.. names.Distinct(StringComparer.Ordinal)], false);

    /// <summary>Every interface but these (iptables' <c>! -i eth0</c>).</summary>
    public static InterfaceSet Except(params IEnumerable<string> names) => new([.. names.Distinct(StringComparer.Ordinal)], true);

    public bool Contains(string name)
    {
        if (names.Length == 0) return others;
        foreach (var one in names)
            if (one == name || (one.EndsWith('*') && name.AsSpan().StartsWith(one.AsSpan(0, one.Length - 1)))) return !others;
        return others;
    }

    public override string ToString() => IsAny ? "any" : (others ? "not " : "") + string.Join(",", names);
}
