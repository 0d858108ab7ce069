using System.Collections.Immutable;

namespace Sekisho.Zones.Model;

public enum NatKind : byte
{
    /// <summary>Rewrites the destination before routing (DNAT, VIP, static inside, port forwarding).</summary>
    Destination,

    /// <summary>Rewrites the source after routing (SNAT, masquerade, IP pool, overload).</summary>
    Source,
}

/// <summary>One translation (アドレス変換). Rules of a kind are tried in order, the first match decides; nothing matches: nothing is rewritten.</summary>
/// <remarks>
/// A static translation in both directions is two rules, one of each kind. <see cref="To"/> null: matching packets are exempt (they stay as they are).
/// Uncertain matches as in <see cref="Rule"/>: the engine then takes both ways.
/// </remarks>
public sealed record NatRule(NatKind Kind, Match May, SourceRef Source, string Name)
{
    public Match? Must { get; init; }

    public ImmutableArray<Unknown> Unknowns { get; init; } = [];

    /// <summary>The addresses that may stand there afterwards. Null: exempt.</summary>
    public AddressSet? To { get; init; }

    /// <summary>The ports that may stand there afterwards (of the source for <see cref="NatKind.Source"/>); null: unchanged.</summary>
    public IntervalSet<ushort>? ToPorts { get; init; }

    /// <summary>One to one: the n-th address of the match becomes the n-th of <see cref="To"/> (static ranges, netmap); both are one interval of equal size.</summary>
    public bool KeepsOffset { get; init; }

    /// <summary>The same for ports (port ranges forwarded one to one).</summary>
    public bool KeepsPortOffset { get; init; }

    /// <summary>Source translation to the address of the outgoing interface (masquerade, overload): the engine takes its addresses; <see cref="To"/> is then empty.</summary>
    public bool ToOutgoingInterface { get; init; }
}

/// <summary>Which addresses a vendor's filters see: before or after translation. Sources of each row: docs of the reader that sets it.</summary>
/// <param name="InboundSeesNewDestination">Filters on the incoming interface run behind destination translation (YAMAHA, ASA ≥ 8.3: yes; IOS, netfilter: no).</param>
/// <param name="ForwardSeesNewDestination">Filters between interfaces see the new destination (netfilter, SRX: yes; PAN-OS: no; FortiGate: no, the VIP is the policy's destination).</param>
/// <param name="OutboundSeesNewSource">Filters on the outgoing interface see the new source (IOS: yes; YAMAHA, netfilter: no).</param>
/// <remarks>Filters between interfaces see the old source in every product that is read here, and filters on the outgoing interface the new destination.</remarks>
public sealed record NatOrder(bool InboundSeesNewDestination, bool ForwardSeesNewDestination, bool OutboundSeesNewSource)
{
    public static readonly NatOrder Netfilter = new(false, true, false);
}
