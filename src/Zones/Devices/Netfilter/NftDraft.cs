using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>One product of conditions of a rule while its matches are applied one after the other.</summary>
internal sealed class NftDraft
{
    public AddressSet Source = AddressSet.All;
    public AddressSet Destination = AddressSet.All;
    public ByteSet Protocols = ByteSet.All;
    public IntervalSet<ushort> SourcePorts = IntervalSet<ushort>.All;
    public IntervalSet<ushort> DestinationPorts = IntervalSet<ushort>.All;
    public IntervalSet<ushort> Icmp = IntervalSet<ushort>.All;
    public ByteSet Flags = ByteSet.All;
    public ConnectionStates States = ConnectionStates.All;
    public Fragments Fragments = Fragments.All;
    public InterfaceSet In = InterfaceSet.Any;
    public InterfaceSet Out = InterfaceSet.Any;
    public List<Unknown> Unknowns = [];
    public bool Strange;

    public NftDraft Copy()
    {
        var copy = (NftDraft)MemberwiseClone();
        copy.Unknowns = [.. Unknowns];
        return copy;
    }

    public void Uncertain(UnknownKind kind, string name)
    {
        var unknown = new Unknown(kind, name.Length > 120 ? name[..120] : name);
        if (!Unknowns.Contains(unknown)) Unknowns.Add(unknown);
        Strange |= kind == UnknownKind.NotUnderstood;
    }

    /// <summary>Keeps one family only, as a field of its header asks.</summary>
    public void Family(bool v6)
    {
        var family = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
        Source = Source.Intersect(family);
        Destination = Destination.Intersect(family);
    }

    public Condition ToCondition(Dictionary<Service, ServiceSet> services)
    {
        var when = new Condition()
        {
            Source = AddressValue.Sure(Source),
            Destination = AddressValue.Sure(Destination),
            States = States,
            Fragments = Fragments,
            In = In,
            Out = Out,
        };
        var service = new Service(Protocols) { SourcePorts = SourcePorts, DestinationPorts = DestinationPorts, Icmp = Icmp, Flags = Flags };
        if (service != Service.Any)
        {
            if (!services.TryGetValue(service, out var set))
            {
                set = new ServiceSet([service]);
                services.Add(service, set);
            }

            when.Services = ServiceValue.Sure(set);
            if (!SourcePorts.IsAll || !DestinationPorts.IsAll || !Icmp.IsAll || !Flags.IsAll) when.Fragments &= Fragments.WholeOrFirst;
        }

        foreach (var unknown in Unknowns) when.Uncertain(unknown.Kind, unknown.Name);
        return when;
    }
}
