using System.Net;

namespace Sekisho.Crossing;

/// <summary>Addresses and networks from which something may come (接続元): 10.1.2.3, 10.1.2.0/24, 2001:db8::/48.</summary>
public static class SourceNetworks
{
    /// <summary>Reads an address or a network. False when it is neither.</summary>
    public static bool TryRead(string? untrusted, out IPNetwork network)
    {
        network = default;
        var text = (untrusted ?? "").Trim();
        if (IPNetwork.TryParse(text, out network)) return true;
        if (!IPAddress.TryParse(text, out var address) || address.ScopeIdOrZero() != 0) return false;
        network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
        return true;
    }

    /// <summary>True when the address lies in one of the networks. A server that listens on IPv6 as well sees an IPv4 client as ::ffff:10.1.2.3.</summary>
    public static bool Hold(IEnumerable<IPNetwork> networks, IPAddress? address)
    {
        if (address is null) return false;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(n => n.Contains(plain));
    }

    private static long ScopeIdOrZero(this IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
