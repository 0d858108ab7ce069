using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Cisco IOS: terminal lines, the web server, SNMP.</summary>
/// <remarks>Cisco IOS Security Command Reference, "access-class": a connection takes the first line that is free, and the list of that line decides.</remarks>
internal sealed class IosOwnConfig : OwnConfig
{
    private sealed record Vty(string[]? Transport, string? V4, string? V6);

    private readonly Dictionary<string, List<(bool Permit, Func<Address, bool> From)>> lists = [];
    private readonly List<Vty> lines = [];
    private readonly Dictionary<string, bool?> web = [];
    private readonly string? webList;
    private readonly List<string?> communities = [];

    public IosOwnConfig(int seed)
        : base(seed)
    {
        Line("hostname r1\n!\ninterface Vlan10\n ip address 10.9.1.1 255.255.255.0\n!\ninterface Vlan20\n ipv6 address FD09::1/64\n!");
        foreach (var name in (string[])["10", "11", "12"]) Standard(name);
        Line("ipv6 access-list SIX");
        var six = new List<(bool, Func<Address, bool>)>();
        for (var i = 0; i < 3; i++)
        {
            var (first, length) = Net(true);
            var permit = !OneIn(3);
            Line($" {(permit ? "permit" : "deny")} ipv6 {Say(first, length)} any");
            six.Add((permit, a => InNet(a, first, length)));
        }
        lists.Add("SIX", six);
        Line("!");
        foreach (var (server, command) in (ReadOnlySpan<(string, string)>)[("http", "server"), ("https", "secure-server")])
        {
            web[server] = Pick<bool?>(true, false, null);
            if (web[server] is { } on) Line($"{(on ? "" : "no ")}ip http {command}");
        }
        if (OneIn(2)) Line($"ip http access-class {webList = Pick("10", "11", "12")}");
        for (var i = Random.Next(3); i > 0; i--)
        {
            var list = OneIn(3) ? null : Pick("10", "11", "12");
            communities.Add(list);
            Line($"snmp-server community c{Number(0, 99)} {Pick("RO", "view V RW")}{(list is null ? "" : " " + list)}");
        }
        for (var i = 0; i < Random.Next(1, 4); i++)
        {
            var vty = new Vty(Pick<string[]?>(["ssh"], ["telnet", "ssh"], ["all"], ["none"], null), OneIn(3) ? null : Pick("10", "11", "12"), OneIn(2) ? null : "SIX");
            lines.Add(vty);
            Line($"line vty {(i * 5).ToString(CultureInfo.InvariantCulture)} {(i * 5 + 4).ToString(CultureInfo.InvariantCulture)}");
            if (vty.V4 is not null) Line($" access-class {vty.V4} in");
            if (vty.V6 is not null) Line($" ipv6 access-class {vty.V6} in");
            if (vty.Transport is not null) Line($" transport input {string.Join(' ', vty.Transport)}");
        }
        Line("!");
    }

    public override string Vendor => "ios";

    protected override (string Name, Address Own)[] Doors => [("Vlan10", At("10.9.1.1")), ("Vlan20", At("fd09::1"))];

    public override bool? Reaches(Packet packet)
    {
        switch (Name(packet))
        {
            case "ping":
                return true;
            case "ssh" or "telnet":
                bool?[] all = [.. lines.Select(line => Takes(line, Name(packet)!, packet.Source))];
                return all[0] == true ? true : all.Any(static one => one != false) ? null : false;
            case "http" or "https":
                return web[Name(packet)!] == false || !Permits(packet.Source.IsV6 ? null : webList, packet.Source) ? false : web[Name(packet)!];
            case "snmp":
                return communities.Exists(list => Permits(packet.Source.IsV6 ? null : list, packet.Source));
            default:
                return null;
        }
    }

    private bool? Takes(Vty line, string service, Address from)
    {
        if (line.Transport is { } named && !named.Contains(service) && !named.Contains("all")) return false;
        if (!Permits(from.IsV6 ? line.V6 : line.V4, from)) return false;
        return line.Transport is null ? null : true;
    }

    private bool Permits(string? list, Address from)
    {
        if (list is null) return true;
        foreach (var (permit, holds) in lists[list])
            if (holds(from)) return permit;
        return false;
    }

    private void Standard(string name)
    {
        var entries = new List<(bool, Func<Address, bool>)>();
        for (var i = 0; i < 3; i++)
        {
            var (first, length) = Net(false);
            var permit = !OneIn(3);
            Line($"access-list {name} {(permit ? "permit" : "deny")} {first} {Wildcard(length)}");
            entries.Add((permit, a => InNet(a, first, length)));
        }
        lists.Add(name, entries);
        Line("!");
    }
}

/// <summary>Cisco ASA: who gets in by which interface.</summary>
/// <remarks>ASA Series General Operations CLI Configuration Guide, "Management Access".</remarks>
internal sealed class AsaOwnConfig : OwnConfig
{
    private readonly List<(string Kind, string On, Func<Address, bool> From)> consoles = [];
    private readonly List<(bool Permit, string On, Func<Address, bool> From, bool OnlyEcho)> icmp = [];
    private readonly bool web;
    private readonly string? through;

    public AsaOwnConfig(int seed)
        : base(seed)
    {
        Line("ASA Version 9.16(1)\n!\nhostname fw\n!");
        foreach (var ((name, own), level) in Doors.Zip((int[])[100, 0, 50])) Line($"interface GigabitEthernet0/{level}\n nameif {name}\n security-level {level}\n ip address {own} 255.255.255.0\n!");
        if (web = OneIn(2)) Line("http server enable");
        for (var i = Random.Next(7); i > 0; i--)
        {
            var (kind, on) = (Pick("ssh", "telnet", "http"), Pick(Interfaces));
            var (first, length) = Net(false);
            Line($"{kind} {first} {Mask(length)} {on}");
            consoles.Add((kind, on, a => InNet(a, first, length)));
        }
        for (var i = Random.Next(5); i > 0; i--)
        {
            var (permit, on, echo) = (!OneIn(3), Pick(Interfaces), OneIn(2));
            var (first, length) = Net(false);
            Line($"icmp {(permit ? "permit" : "deny")} {first} {Mask(length)} {(echo ? Pick("echo", "8") + " " : OneIn(3) ? "echo-reply " : "")}{on}");
            // A line for replies says nothing of requests, but the interface has a line then.
            var replies = Text.TrimEnd().EndsWith("echo-reply " + on, StringComparison.Ordinal);
            icmp.Add((permit, on, a => !replies && InNet(a, first, length), echo));
        }
        if (OneIn(3)) Line($"management-access {through = Pick(Interfaces)}");
        Line(": end");
    }

    public override string Vendor => "asa";

    protected override bool HasV6 => false;

    protected override (string Name, Address Own)[] Doors => [("inside", At("10.9.1.1")), ("outside", At("10.9.2.1")), ("partner", At("10.9.3.1"))];

    public override bool? Reaches(Packet packet)
    {
        var direct = Directly(packet);
        return direct != true && through == OwnerOf(packet) && Name(packet) is not null ? null : direct;
    }

    private bool? Directly(Packet packet)
    {
        if (OwnerOf(packet) != packet.In) return false;
        switch (Name(packet))
        {
            case null:
                return null;
            case "ping":
                var lines = icmp.FindAll(i => i.On == packet.In);
                return lines.Count == 0 || lines.Find(i => i.From(packet.Source)) is { From: not null, Permit: true };
            case "ssh":
                return consoles.Exists(c => c.Kind == "ssh" && c.On == packet.In && c.From(packet.Source));
            case "telnet":
                // At the lowest level only through a VPN.
                return !consoles.Exists(c => c.Kind == "telnet" && c.On == packet.In && c.From(packet.Source)) ? false : packet.In == "outside" ? null : true;
            case "https":
                return web && consoles.Exists(c => c.Kind == "http" && c.On == packet.In && c.From(packet.Source));
            default:
                return false;
        }
    }
}
