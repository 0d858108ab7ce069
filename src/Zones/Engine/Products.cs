using System.Numerics;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Engine;

/// <summary>A condition as a product in one family; what entries and the conditions of chains are made of.</summary>
internal struct Product
{
    public Seg Source, Destination, SourcePorts, DestinationPorts;
    public Tail Tail;
}

/// <summary>Turns matches of the model into products: one for each service, split where ports, ICMP types and neither are meant.</summary>
internal sealed class Products<T>(Universe<T> universe)
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public Product Any => new() { Source = universe.Addresses.All, Destination = universe.Addresses.All, SourcePorts = universe.Ports.All, DestinationPorts = universe.Ports.All, Tail = Tail.Any };

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
        foreach (var service in match.Services.Services) Of(service, match, product, to);
    }

    private void Of(Service service, Match match, in Product path, List<Product> to)
    {
        var rest = service.Protocols;
        if (!service.SourcePorts.IsAll || !service.DestinationPorts.IsAll)
        {
            // Ports exist only in whole packets and first fragments.
            Add(rest & Protocols.WithPorts, match.Fragments & Fragments.WholeOrFirst, service.SourcePorts, service.DestinationPorts, service, match, path, to);
            rest &= ~Protocols.WithPorts;
        }
        if (!service.Icmp.IsAll)
        {
            Add(rest & Protocols.WithTypes, match.Fragments & Fragments.WholeOrFirst, service.Icmp, IntervalSet<ushort>.All, service, match, path, to);
            rest &= ~Protocols.WithTypes;
        }
        Add(rest, match.Fragments, IntervalSet<ushort>.All, IntervalSet<ushort>.All, service, match, path, to);
    }

    private void Add(ByteSet protocols, Fragments fragments, IntervalSet<ushort> first, IntervalSet<ushort> second, Service service, Match match, in Product path, List<Product> to)
    {
        if (protocols.IsEmpty || fragments == 0 || first.IsEmpty || second.IsEmpty) return;
        var product = path;
        product.Tail = path.Tail.Intersect(new Tail(protocols, service.Flags, match.States, fragments).Normal());
        if (product.Tail.IsEmpty) return;
        if (!first.IsAll) product.SourcePorts = universe.Ports.Intersect(universe.Ports.Keep(first), path.SourcePorts);
        if (!second.IsAll) product.DestinationPorts = universe.Ports.Intersect(universe.Ports.Keep(second), path.DestinationPorts);
        if (product.SourcePorts.IsEmpty || product.DestinationPorts.IsEmpty) return;
        to.Add(product);
    }
}
