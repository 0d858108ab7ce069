using System.Collections.Immutable;

namespace Sekisho.Zones.Model;

/// <summary>An address of an interface together with its prefix: <c>10.1.0.1</c> in <c>10.1.0.0/24</c>.</summary>
public readonly record struct InterfaceAddress(Address Address, AddressPrefix Prefix);

/// <summary>An interface (インターフェース) that packets come in or go out by: a port, a subinterface, a VLAN interface (SVI), a tunnel.</summary>
/// <remarks>Ports of a switch that only bridge are interfaces with <see cref="Routed"/> false; they show which VLANs reach which wire.</remarks>
public sealed record NetInterface(string Name, SourceRef Source)
{
    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Addresses that a group of devices shares (HSRP, VRRP, GLBP): whichever leads the group answers for them, and takes what is sent by them.</summary>
    public ImmutableArray<Address> VirtualAddresses { get; init; } = [];

    /// <summary>The vendor's zone or name of it (FortiOS zone, PAN-OS zone, SRX security-zone, ASA nameif); null where there is none.</summary>
    public string? Zone { get; init; }

    /// <summary>The VLAN that it belongs to: access VLAN, 802.1Q tag of a subinterface, number of an SVI.</summary>
    public int? Vlan { get; init; }

    /// <summary>VLANs that a trunk carries; empty: not a trunk.</summary>
    public ImmutableArray<int> Trunk { get; init; } = [];

    /// <summary>Whether the trunk carries every VLAN (no allowed list).</summary>
    public bool TrunkAll { get; init; }

    /// <summary>VRF, virtual router, or vsys; interfaces of different ones don't exchange packets unless a route says so.</summary>
    public string? Vrf { get; init; }

    public bool Enabled { get; init; } = true;

    public bool Routed { get; init; } = true;

    /// <summary>Its address comes from outside (DHCP, PPPoE): any address may be behind it.</summary>
    public bool DynamicAddress { get; init; }
}

/// <summary>A static route (経路). Connected networks follow from the interfaces and aren't listed.</summary>
/// <param name="NextHop">Null where only an interface is given.</param>
/// <param name="OutInterface">Null where only a next hop is given.</param>
public sealed record Route(AddressPrefix To, Address? NextHop, string? OutInterface, SourceRef Source)
{
    public int Distance { get; init; } = 1;

    /// <summary>Null0, blackhole, discard.</summary>
    public bool Discard { get; init; }

    public string? Vrf { get; init; }
}

/// <summary>Where on its way a packet meets a filter.</summary>
public enum FilterPlace : byte
{
    /// <summary>On the incoming interface, before routing.</summary>
    Inbound,

    /// <summary>Between interfaces, after routing (policies, the FORWARD hook).</summary>
    Forward,

    /// <summary>On the outgoing interface.</summary>
    Outbound,

    /// <summary>Before the device's own services (自身あて: the INPUT hook). Only in <see cref="Device.OwnFilters"/>.</summary>
    Own,
}

/// <summary>A filter (フィルタ) in force: a chain bound to a place. A packet must be accepted by every filter that it meets, in their order.</summary>
/// <param name="Chain">Name of a chain of the device.</param>
/// <param name="Default">What happens to packets that no rule decided: Accept or Drop.</param>
public sealed record Filter(string Name, FilterPlace Place, string Chain, RuleAction Default, SourceRef Source)
{
    /// <summary>Meets packets that come in by these.</summary>
    public InterfaceSet In { get; init; } = InterfaceSet.Any;

    /// <summary>Meets packets that leave by these. Any for <see cref="FilterPlace.Inbound"/>.</summary>
    public InterfaceSet Out { get; init; } = InterfaceSet.Any;

    /// <summary>Replies of accepted connections pass by themselves. False: each packet is judged alone (IOS access lists, YAMAHA without dynamic filters).</summary>
    public bool Stateful { get; init; } = true;

    /// <summary>Families that it looks at; the other family isn't stopped by it. Null: both.</summary>
    public bool? OnlyV6 { get; init; }
}

/// <summary>One firewall, router or switch as its configuration says (機器).</summary>
public sealed record Device(string Name, string Vendor)
{
    public ImmutableArray<NetInterface> Interfaces { get; init; } = [];

    public ImmutableArray<Route> Routes { get; init; } = [];

    /// <summary>Routing that static routes don't tell (OSPF, BGP, policy routing): packets may leave by any interface.</summary>
    public bool RoutesUnknown { get; init; }

    public ImmutableArray<Chain> Chains { get; init; } = [];

    /// <summary>In the order in which packets meet them within one place.</summary>
    public ImmutableArray<Filter> Filters { get; init; } = [];

    /// <summary>What decides about packets for the device itself (機器自身あての通信), in their order. For a family without one nobody has read what the device lets to itself.</summary>
    /// <remarks>Their chains are among <see cref="Chains"/>. Rules name the interface that packets come in by, none that they leave by.</remarks>
    public ImmutableArray<Filter> OwnFilters { get; init; } = [];

    /// <summary>Filters on the incoming interface judge packets for the device itself too (IOS, YAMAHA, Junos, netfilter). False: only what passes through (ASA), or not known.</summary>
    public bool InboundGuardsItself { get; init; }

    /// <summary>Rules that stop something and are switched off (FortiOS, PAN-OS). They decide nothing; a violation names those that would have stopped it.</summary>
    public ImmutableArray<Rule> Disabled { get; init; } = [];

    /// <summary>Those of a kind in the order in which they are tried.</summary>
    public ImmutableArray<NatRule> Nat { get; init; } = [];

    public NatOrder NatOrder { get; init; } = NatOrder.Netfilter;

    /// <summary>It routes between its interfaces. False for a switch that only bridges.</summary>
    public bool Forwards { get; init; } = true;
}
