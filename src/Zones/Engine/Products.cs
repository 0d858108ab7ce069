using System.Numerics;
using System.Runtime.CompilerServices;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Engine;

/// <summary>A condition as a product in one family; what entries and the conditions of chains are made of.</summary>
internal struct Product
{
    public Seg Source, Destination, SourcePorts, DestinationPorts;

    /// <summary>Its number in the <see cref="TailTable"/>.</summary>
    public int Tail;
}

/// <summary>Turns matches of the model into products: one for each service, split where ports, ICMP types and neither are meant.</summary>
internal sealed class Products<T>(Universe<T> universe)
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>Rules share their services: what a set of them is made of is worked out once.</summary>
    private readonly Dictionary<Asked, Part[]> known = [];
    private readonly List<Part> parts = [];

    public Product Any => new() { Source = universe.Addresses.All, Destination = universe.Addresses.All, SourcePorts = universe.Ports.All, DestinationPorts = universe.Ports.All, Tail = TailTable.Any };

    /// <summary>Appends the products of a match inside a path; none where nothing of it is left in this family.</summary>
    public void Of(Match match, in Product path, List<Product> to)
    {
        var source = Universe<T>.FamilyOf(match.Source);
        var destination = Universe<T>.FamilyOf(match.Destination);
        if (source.IsEmpty || destination.IsEmpty) return;
        var product = path;
        if (!source.IsAll) product.Source = universe.Addresses.Intersect(universe.Addresses.Keep(source), path.Source);
        if (!destination.IsAll) product.Destination = universe.Addresses.Intersect(universe.Addresses.Keep(destination), path.Destination);
        if (product.Source.IsEmpty || product.Destination.IsEmpty) return;
        foreach (var part in Parts(match))
        {
            product.Tail = universe.Tails.Meet(path.Tail, part.Tail);
            if (product.Tail < 0) continue;
            product.SourcePorts = universe.Ports.Intersect(part.First, path.SourcePorts);
            product.DestinationPorts = universe.Ports.Intersect(part.Second, path.DestinationPorts);
            if (!product.SourcePorts.IsEmpty && !product.DestinationPorts.IsEmpty) to.Add(product);
        }
    }

    /// <summary>Numbers the tails of a match, whatever its addresses.</summary>
    public void KeepTails(Match match) => Parts(match);

    private Part[] Parts(Match match)
    {
        var asked = new Asked(match.Services, match.States, match.Fragments);
        if (known.TryGetValue(asked, out var its)) return its;
        parts.Clear();
        foreach (var service in match.Services.Services) Add(service, match);
        known.Add(asked, its = [.. parts]);
        return its;
    }

    private void Add(Service service, Match match)
    {
        var rest = service.Protocols;
        if (!service.SourcePorts.IsAll || !service.DestinationPorts.IsAll)
        {
            // Ports exist only in whole packets and first fragments.
            Add(rest & Protocols.WithPorts, match.Fragments & Fragments.WholeOrFirst, service.SourcePorts, service.DestinationPorts, service, match);
            rest &= ~Protocols.WithPorts;
        }
        if (!service.Icmp.IsAll)
        {
            Add(rest & Protocols.WithTypes, match.Fragments & Fragments.WholeOrFirst, service.Icmp, IntervalSet<ushort>.All, service, match);
            rest &= ~Protocols.WithTypes;
        }
        Add(rest, match.Fragments, IntervalSet<ushort>.All, IntervalSet<ushort>.All, service, match);
    }

    private void Add(ByteSet protocols, Fragments fragments, IntervalSet<ushort> first, IntervalSet<ushort> second, Service service, Match match)
    {
        if (protocols.IsEmpty || fragments == 0 || first.IsEmpty || second.IsEmpty) return;
        var tail = new Tail(protocols, service.Flags, match.States, fragments).Normal();
        if (!tail.IsEmpty) parts.Add(new(universe.Tails.Keep(tail), universe.Ports.Keep(first), universe.Ports.Keep(second)));
    }

    private readonly record struct Part(int Tail, Seg First, Seg Second);

    /// <summary>What a match asks besides addresses and interfaces; the same set of services is the same object.</summary>
    private readonly struct Asked(ServiceSet services, ConnectionStates states, Fragments fragments) : IEquatable<Asked>
    {
        private readonly ServiceSet services = services;
        private readonly int rest = ((int)states << 8) | (int)fragments;

        public bool Equals(Asked other) => ReferenceEquals(services, other.services) && rest == other.rest;

        public override bool Equals(object? obj) => obj is Asked other && Equals(other);

        public override int GetHashCode() => RuntimeHelpers.GetHashCode(services) * 31 + rest;
    }
}
