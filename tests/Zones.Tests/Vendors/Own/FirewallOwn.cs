using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>FortiGate: "allowaccess", trusted hosts, local-in policies, policies to another interface.</summary>
/// <remarks>FortiOS Administration Guide, "Local-in policy"; Technical Tips 369617 and 369268.</remarks>
internal sealed class FortiOwnConfig : OwnConfig
{
    private readonly Dictionary<string, string[]> allowed = [];
    private readonly List<Func<Address, bool>> trusted = [];
    private readonly List<(string On, Func<Address, bool> From, string Service, bool Accepts)> local = [];
    private readonly List<(string From, string To, bool Accepts)> policies = [];

    public FortiOwnConfig(int seed)
        : base(seed)
    {
        Line("config system interface");
        foreach (var (name, own) in Doors)
        {
            allowed[name] = [.. ((string[])["ping", "ssh", "telnet", "http", "https", "fgfm"]).Where(_ => OneIn(2))];
            Line($"    edit \"{name}\"\n        set ip {own} 255.255.255.0");
            if (allowed[name].Length > 0) Line($"        set allowaccess {string.Join(' ', allowed[name])}");
            Line("    next");
        }
        Line("end\nconfig system admin");
        for (var i = 0; i < Random.Next(1, 3); i++)
        {
            var any = OneIn(4);
            Line($"    edit \"a{i.ToString(CultureInfo.InvariantCulture)}\"");
            for (var t = 1; t < 3 && !any; t++)
            {
                var (first, length) = Net(false);
                Line($"        set trusthost{t.ToString(CultureInfo.InvariantCulture)} {first} {Mask(length)}");
                trusted.Add(a => InNet(a, first, length));
            }
            if (any) trusted.Add(static _ => true);
            Line("    next");
        }
        Line("end\nconfig firewall address");
        var nets = new List<Func<Address, bool>>();
        for (var i = 0; i < 3; i++)
        {
            var (first, length) = Net(false);
            Line($"    edit \"net{i.ToString(CultureInfo.InvariantCulture)}\"\n        set subnet {first} {Mask(length)}\n    next");
            nets.Add(a => InNet(a, first, length));
        }
        Line("end\nconfig firewall local-in-policy");
        for (var i = 1; i <= Random.Next(4); i++)
        {
            var (on, from, service, accepts) = (OneIn(3) ? "any" : Pick(Interfaces), Random.Next(3), Pick("SSH", "HTTPS", "PING", "ALL"), OneIn(2));
            Line($"    edit {i.ToString(CultureInfo.InvariantCulture)}\n        set intf \"{on}\"\n        set srcaddr \"net{from.ToString(CultureInfo.InvariantCulture)}\"\n        set dstaddr \"all\"\n{(accepts ? "        set action accept\n" : "")}        set service \"{service}\"\n        set schedule \"always\"\n    next");
            local.Add((on, nets[from], service, accepts));
        }
        Line("end\nconfig firewall policy");
        for (var i = 1; i <= Random.Next(5); i++)
        {
            var (from, to, accepts) = (Pick(Interfaces), Pick(Interfaces), !OneIn(3));
            Line($"    edit {i.ToString(CultureInfo.InvariantCulture)}\n        set srcintf \"{from}\"\n        set dstintf \"{to}\"\n        set srcaddr \"all\"\n        set dstaddr \"all\"\n{(accepts ? "        set action accept\n" : "")}        set schedule \"always\"\n        set service \"ALL\"\n    next");
            policies.Add((from, to, accepts));
        }
        Line("end");
    }

    public override string Vendor => "fortios";

    protected override bool HasV6 => false;

    protected override (string Name, Address Own)[] Doors => [("port1", At("10.9.1.1")), ("port2", At("10.9.2.1")), ("port3", At("10.9.3.1"))];

    public override bool? Reaches(Packet packet)
    {
        foreach (var (on, from, service, accepts) in local)
        {
            if ((on != "any" && on != packet.In) || !from(packet.Source) || (service != "ALL" && !string.Equals(service, Name(packet), StringComparison.OrdinalIgnoreCase))) continue;
            return !accepts ? false : Access(packet) == true ? true : null;
        }
        return Access(packet);
    }

    private bool? Access(Packet packet)
    {
        if (Name(packet) is not { } name) return null;
        var (owner, trusts) = (OwnerOf(packet), trusted.Exists(t => t(packet.Source)));
        var by = packet.In == owner || (policies.Find(p => p.From == packet.In && p.To == owner) is { From: not null, Accepts: true });
        if (allowed[owner].Contains(name) && by && trusts) return true;
        // To another interface a policy must let it come; which of the two must allow it, isn't told in so many words.
        var perhaps = by && (allowed[owner].Contains(name) || (packet.In != owner && allowed[packet.In].Contains(name)));
        // A console answers trusted hosts alone; of ping the documents don't say it in so many words.
        return perhaps && (trusts || name == "ping") ? null : false;
    }
}

/// <summary>SRX: what zones and interfaces let in, what runs, and a filter on lo0.</summary>
/// <remarks>Junos OS Security Zones User Guide, "Understanding How to Control Inbound Traffic Based on Traffic Types".</remarks>
internal sealed class JunosOwnConfig : OwnConfig
{
    private static readonly string[] Services = ["ssh", "telnet", "http", "https", "ping", "snmp"];

    private readonly HashSet<string> running = ["ping"];
    private readonly Dictionary<string, string[]> inbound = [];
    private readonly List<(bool Accepts, Func<Address, bool> From)>? filter;

    public JunosOwnConfig(int seed)
        : base(seed)
    {
        Line("set system host-name srx");
        foreach (var (name, line) in (ReadOnlySpan<(string, string)>)[("ssh", "system services ssh"), ("telnet", "system services telnet"), ("http", "system services web-management http"), ("https", "system services web-management https")])
        {
            if (!OneIn(2)) continue;
            Line("set " + line);
            running.Add(name);
        }
        foreach (var (name, own) in Doors) Line($"set interfaces {name[..^2]} unit 0 family inet address {own}/24");
        foreach (var (zone, members) in (ReadOnlySpan<(string, string[])>)[("a", ["ge-0/0/0.0", "ge-0/0/1.0"]), ("b", ["ge-0/0/2.0"])])
        {
            var at = $"set security zones security-zone {zone}";
            var ofZone = Some(at);
            foreach (var member in members)
            {
                Line($"{at} interfaces {member}");
                inbound[member] = OneIn(3) && Some($"{at} interfaces {member}") is { Length: > 0 } own ? own : ofZone;
            }
        }
        if (!OneIn(2)) return;
        filter = [];
        Line("set interfaces lo0 unit 0 family inet filter input RE");
        for (var i = 0; i < 3; i++)
        {
            var (first, length) = Net(false);
            var accepts = !OneIn(3);
            var term = $"set firewall family inet filter RE term t{i.ToString(CultureInfo.InvariantCulture)}";
            Line($"{term} from source-address {Say(first, length)}\n{term} then {(accepts ? "accept" : "discard")}");
            filter.Add((accepts, a => InNet(a, first, length)));
        }
    }

    public override string Vendor => "junos";

    protected override bool HasV6 => false;

    protected override (string Name, Address Own)[] Doors => [("ge-0/0/0.0", At("10.9.1.1")), ("ge-0/0/1.0", At("10.9.2.1")), ("ge-0/0/2.0", At("10.9.3.1"))];

    public override bool? Reaches(Packet packet)
    {
        if (filter is not null && filter.Find(t => t.From(packet.Source)) is not { From: not null, Accepts: true }) return false;
        if (Name(packet) is not { } name) return false;
        var owner = OwnerOf(packet);
        if (owner == packet.In) return !inbound[owner].Contains(name) ? false : running.Contains(name) ? true : null;
        return inbound[owner].Contains(name) || inbound[packet.In].Contains(name) ? null : false;
    }

    private string[] Some(string at)
    {
        string[] some = [.. Services.Where(_ => OneIn(3))];
        foreach (var one in some) Line($"{at} host-inbound-traffic system-services {one}");
        return some;
    }
}

/// <summary>PAN-OS: the security policy between zones, then the profile of the interface.</summary>
/// <remarks>PAN-OS Networking Administrator's Guide, "Use Interface Management Profiles to Restrict Access".</remarks>
internal sealed class PanOwnConfig : OwnConfig
{
    private static readonly string[] Zones = ["a", "b", "a"];

    private readonly Dictionary<string, (string[] Services, List<Func<Address, bool>> From)> profiles = [];
    private readonly Dictionary<string, string?> bound = [];
    private readonly List<(string From, string To, Func<Address, bool> Source, bool Allows)> rules = [];

    public PanOwnConfig(int seed)
        : base(seed)
    {
        Line("set deviceconfig system hostname fw");
        foreach (var name in (string[])["p1", "p2"])
        {
            var at = $"set network profiles interface-management-profile {name}";
            string[] services = [.. ((string[])["ssh", "telnet", "http", "https", "ping", "snmp"]).Where(_ => OneIn(2))];
            foreach (var one in services) Line($"{at} {one} yes");
            if (OneIn(3)) Line($"{at} userid-service no");
            var from = new List<Func<Address, bool>>();
            for (var i = Random.Next(3); i > 0; i--)
            {
                var (first, length) = Net(false);
                Line($"{at} permitted-ip {Say(first, length)}");
                from.Add(a => InNet(a, first, length));
            }
            profiles[name] = (services, from);
        }
        foreach (var ((name, own), zone) in Doors.Zip(Zones))
        {
            Line($"set network interface ethernet {name} layer3 ip {own}/24\nset zone {zone} network layer3 {name}");
            if ((bound[name] = OneIn(3) ? null : Pick("p1", "p2")) is { } profile) Line($"set network interface ethernet {name} layer3 interface-management-profile {profile}");
        }
        Line($"set network virtual-router default interface [ {string.Join(' ', Interfaces)} ]");
        for (var i = 0; i < Random.Next(4); i++)
        {
            var (from, to, allows) = (Pick("a", "b"), Pick("a", "b"), OneIn(2));
            var (first, length) = Net(false);
            Line($"set rulebase security rules r{i.ToString(CultureInfo.InvariantCulture)} from {from} to {to} source {Say(first, length)} destination any application any service any action {(allows ? "allow" : "deny")}");
            rules.Add((from, to, a => InNet(a, first, length), allows));
        }
    }

    public override string Vendor => "panos";

    protected override bool HasV6 => false;

    protected override (string Name, Address Own)[] Doors => [("ethernet1/1", At("10.9.1.1")), ("ethernet1/2", At("10.9.2.1")), ("ethernet1/3", At("10.9.3.1"))];

    public override bool? Reaches(Packet packet)
    {
        var owner = OwnerOf(packet);
        string ZoneOf(string on) => Zones[Array.IndexOf(Interfaces, on)];
        var (from, to) = (ZoneOf(packet.In), ZoneOf(owner));
        var allowed = rules.Find(r => r.From == from && r.To == to && r.Source(packet.Source)) is { From: not null } rule ? rule.Allows : from == to;
        if (!allowed) return false;
        if (Name(packet) is not { } name) return null;
        if (bound[owner] is not { } profile || !profiles[profile].Services.Contains(name)) return false;
        if (profiles[profile].From is { Count: > 0 } permitted && !permitted.Exists(p => p(packet.Source))) return false;
        return owner == packet.In ? true : null;
    }
}

/// <summary>YAMAHA: who may come to TELNET, SSH and HTTP.</summary>
/// <remarks>ヤマハルーター コマンドリファレンス「SSH サーバーへアクセスできるホストの設定」.</remarks>
internal sealed class YamahaOwnConfig : OwnConfig
{
    private readonly Dictionary<string, bool?> on = [];
    private readonly Dictionary<string, List<Func<Packet, bool?>>?> hosts = [];

    public YamahaOwnConfig(int seed)
        : base(seed)
    {
        // LAN 1 has half of the senders.
        Line("ip lan1 address 10.0.0.33/27\nip lan2 address 10.9.2.1/24");
        foreach (var (name, service) in (ReadOnlySpan<(string, string)>)[("telnetd", "telnet"), ("sshd", "ssh"), ("httpd", "http")])
        {
            on[service] = Pick<bool?>(true, true, false, null);
            if (on[service] is { } said) Line($"{name} service {(said ? "on" : "off")}");
            else if (name == "sshd") on[service] = false;
            hosts[service] = null;
            if (OneIn(3)) continue;
            var words = new List<string>();
            var all = hosts[service] = [];
            for (var i = Random.Next(1, 4); i > 0; i--)
            {
                var (low, high) = Range(false);
                switch (Random.Next(4))
                {
                    case 0:
                        words.Add(low.ToString());
                        all.Add(p => p.Source == low);
                        break;
                    case 1:
                        words.Add($"{low}-{high}");
                        all.Add(p => InRange(p.Source, low, high));
                        break;
                    case 2 when words.Count == 0:
                        words.Add("none");
                        break;
                    default:
                        words.Add("lan1");
                        // On the network and by the interface: surely. One without the other: perhaps.
                        all.Add(p => (p.In == "lan1", InNet(p.Source, At("10.0.0.32"), 27)) switch { (true, true) => true, (false, false) => false, _ => null });
                        break;
                }
            }
            Line($"{name} host {string.Join(' ', words)}");
        }
    }

    public override string Vendor => "yamaha";

    protected override bool HasV6 => false;

    protected override (string Name, Address Own)[] Doors => [("lan1", At("10.0.0.33")), ("lan2", At("10.9.2.1"))];

    public override bool? Reaches(Packet packet)
    {
        switch (Name(packet))
        {
            case "ping":
                return true;
            case "ssh" or "telnet" or "http":
                var name = Name(packet)!;
                if (on[name] == false) return false;
                // Without a line for hosts: any may come to SSH; of the others products differ.
                var may = hosts[name] is { } told ? told.Exists(h => h(packet) == true) ? true : told.Exists(h => h(packet) is null) ? null : false : name == "ssh" ? true : (bool?)null;
                return may == false ? false : on[name] is null ? null : may;
            case "snmp":
                return false;
            case "https":
                return on["http"] == false ? false : null;
            default:
                return null;
        }
    }
}
