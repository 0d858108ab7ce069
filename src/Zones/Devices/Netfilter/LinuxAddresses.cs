using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>The addresses and routes of a Linux gateway, told in comments of its rules: rules alone don't say where they stand.</summary>
/// <remarks>
/// Lines of <c>ip -brief address</c> behind <c># ip address:</c>, and of <c>ip route</c> or <c>ip -6 route</c> behind <c># ip route:</c>
/// (docs/operations/zones.md has the command). Comments, so that the file loads as before. Link-local addresses are left out: nothing is routed there.
/// A file that tells an address but no routes has unknown ones.
/// </remarks>
internal static class LinuxAddresses
{
    private const string AddressMark = "ip address:", RouteMark = "ip route:";

    public static Device AddTo(FileWork work, Device device)
    {
        var interfaces = new List<NetInterface>();
        var routes = new List<Route>();
        bool routesTold = false, strange = false;
        for (var line = 1; line <= work.Text.LineCount; line++)
        {
            var span = work.Text.Line(line).Trim();
            if (!span.StartsWith("#")) continue;
            var told = span.TrimStart("# ");
            bool? understood =
                told.StartsWith(AddressMark) ? Interface(new Cursor(told[AddressMark.Length..]), work.At(line), interfaces)
                : told.StartsWith(RouteMark) ? Route(new Cursor(told[RouteMark.Length..]), work.At(line), routes) : null;
            if (understood is not { } said) continue;
            routesTold |= told.StartsWith(RouteMark);
            strange |= !said;
            if (said) work.Ledger.Set(line, Reading.Understood);
            else work.Keep(line, line, new Touch.WholeDevice());
        }
        if (interfaces.Count == 0) return device;
        return device with { Interfaces = [.. interfaces], Routes = [.. routes], RoutesUnknown = strange || !routesTold };
    }

    /// <summary><c>eth0 UP 10.40.0.20/24 fd00:40::20/64</c>; a veth or VLAN is <c>eth0.10@eth0</c>.</summary>
    private static bool Interface(Cursor words, SourceRef at, List<NetInterface> to)
    {
        var name = words.Next();
        if (name.IsEmpty || name is "lo") return name is "lo";
        if (name.IndexOf('@') is > 0 and var under) name = name[..under];
        var state = words.Next();
        var addresses = new List<InterfaceAddress>();
        while (!words.AtEnd)
        {
            var text = words.Next();
            if (text.IndexOf('/') is not (> 0 and var slash) || !Address.TryParse(text[..slash], out var address) || !AddressPrefix.TryParse(text, out var prefix))
            {
                // "metric 100", "peer 10.0.0.2/32": the first changes nothing, the second another reading would have to tell.
                if (text is not "metric") return false;
                words.Next();
                continue;
            }
            if (!IsLinkLocal(address)) addresses.Add(new(address, prefix));
        }
        to.Add(new(name.ToString(), at) { Addresses = [.. addresses], Enabled = state is not "DOWN", Vlan = VlanOf(name) });
        return true;
    }

    private static bool Route(Cursor words, SourceRef at, List<Route> to)
    {
        var target = words.Next();
        var discard = target is "blackhole" or "unreachable" or "prohibit";
        if (discard) target = words.Next();
        Address? hop = null;
        string? device = null;
        while (!words.AtEnd)
        {
            switch (words.Next())
            {
                case "via":
                    words.Take("inet6");
                    if (!Address.TryParse(words.Next(), out var next)) return false;
                    hop = next;
                    break;
                case "dev":
                    device = words.Next().ToString();
                    break;
                case "nexthop":
                    return false;
            }
        }
        AddressPrefix prefix;
        if (target is "default") prefix = new(hop is { IsV6: true } ? Address.V6(0) : Address.V4(0), 0);
        else if (!AddressPrefix.TryParse(target, out prefix)) return false;
        // Connected networks follow from the addresses.
        if (discard || hop is not null || device is not null) to.Add(new(prefix, hop, device, at) { Discard = discard });
        return true;
    }

    private static bool IsLinkLocal(Address address) => address.IsV6 && address.Value >> 118 == 0x3FA;

    private static int? VlanOf(ReadOnlySpan<char> name) => name.LastIndexOf('.') is > 0 and var dot && int.TryParse(name[(dot + 1)..], out var vlan) && vlan is > 0 and < 4095 ? vlan : null;
}
