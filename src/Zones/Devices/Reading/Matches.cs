using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices;

/// <summary>The meeting of two conditions, where one rule stands behind another (a NAT chain behind its jump).</summary>
internal static class Matches
{
    public static Match Intersect(Match a, Match b) => new()
    {
        Source = a.Source.Intersect(b.Source),
        Destination = a.Destination.Intersect(b.Destination),
        Services = Intersect(a.Services, b.Services),
        States = a.States & b.States,
        Fragments = a.Fragments & b.Fragments,
        In = Intersect(a.In, b.In, out _),
        Out = Intersect(a.Out, b.Out, out _),
    };

    public static ServiceSet Intersect(ServiceSet a, ServiceSet b)
    {
        if (a.IsAny) return b;
        if (b.IsAny) return a;
        List<Service> both = [];
        foreach (var one in a.Services)
        {
            foreach (var other in b.Services)
            {
                var met = new Service(one.Protocols & other.Protocols)
                {
                    SourcePorts = one.SourcePorts.Intersect(other.SourcePorts),
                    DestinationPorts = one.DestinationPorts.Intersect(other.DestinationPorts),
                    Icmp = one.Icmp.Intersect(other.Icmp),
                    Flags = one.Flags & other.Flags,
                };
                if (!IsNothing(met)) both.Add(met);
            }
        }

        return new ServiceSet([.. both]);
    }

    /// <summary>Whether the protocols that have a field are left with none of its values, and no other protocol is named.</summary>
    private static bool IsNothing(Service service)
    {
        var left = service.Protocols;
        if (service.SourcePorts.IsEmpty || service.DestinationPorts.IsEmpty) left &= ~Protocols.WithPorts;
        if (service.Icmp.IsEmpty) left &= ~Protocols.WithTypes;
        if (service.Flags.IsEmpty) left &= ~ByteSet.Of(Protocols.Tcp);
        return left.IsEmpty;
    }

    /// <summary>Every packet but those of a set, as a union again.</summary>
    /// <returns>Null where that needs more than 256 products: the reader then names it an unknown.</returns>
    public static ServiceSet? Complement(ServiceSet set)
    {
        var left = ServiceSet.Any;
        foreach (var one in set.Services)
        {
            List<Service> others = [new(~one.Protocols)];
            if (!one.SourcePorts.IsAll) others.Add(new(one.Protocols & Protocols.WithPorts) { SourcePorts = one.SourcePorts.Complement() });
            if (!one.DestinationPorts.IsAll) others.Add(new(one.Protocols & Protocols.WithPorts) { SourcePorts = one.SourcePorts, DestinationPorts = one.DestinationPorts.Complement() });
            if (!one.Icmp.IsAll) others.Add(new(one.Protocols & Protocols.WithTypes) { Icmp = one.Icmp.Complement() });
            if (!one.Flags.IsAll) others.Add(new(one.Protocols & ByteSet.Of(Protocols.Tcp)) { SourcePorts = one.SourcePorts, DestinationPorts = one.DestinationPorts, Flags = ~one.Flags });
            left = Intersect(left, new([.. others.Where(static o => !o.Protocols.IsEmpty)]));
            if (left.Services.Length > 256) return null;
        }
        return left;
    }

    /// <param name="exact">False where the names can't say the meeting ("eth*" but not "eth0"): the result is then too large.</param>
    public static InterfaceSet Intersect(InterfaceSet a, InterfaceSet b, out bool exact)
    {
        exact = true;
        if (a.IsAny) return b;
        if (b.IsAny || ReferenceEquals(a, b)) return a;
        if (a.IsInverted && b.IsInverted) return InterfaceSet.Except([.. a.Names, .. b.Names]);
        if (a.IsInverted) (a, b) = (b, a);
        List<string> names = [];
        foreach (var name in a.Names)
        {
            if (b.IsInverted)
            {
                if (b.Contains(name))
                {
                    names.Add(name);
                    exact &= !name.EndsWith('*') || !b.Names.Any(other => other.AsSpan().StartsWith(name.AsSpan(0, name.Length - 1)));
                }
            }
            else if (b.Contains(name))
            {
                names.Add(name);
            }
        }

        if (!b.IsInverted) names.AddRange(b.Names.Where(name => a.Contains(name)));
        return InterfaceSet.Of(names);
    }
}
