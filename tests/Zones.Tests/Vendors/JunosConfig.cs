using System.Text;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Juniper SRX: stateless filters on interfaces, policies of zone pairs, global policies, address books, applications; in braces or "set".</summary>
/// <remarks>
/// Junos OS Security Policies User Guide: the policies of the zone pair in order, then global ones, then the default policy; also within a zone. Routing Policies,
/// Firewall Filters and Traffic Policers User Guide: the first matching term acts, one that says nothing accepts, "next term" goes on, the rest is discarded;
/// prefixes of one list: the longest that holds the address decides whether it is meant or excepted.
/// </remarks>
internal sealed class JunosConfig : VendorConfig
{
    private static readonly Dictionary<string, string> Zones = new() { ["ge-0/0/0.0"] = "trust", ["ge-0/0/1.0"] = "trust", ["ge-0/0/2.0"] = "untrust", ["ge-0/0/3.0"] = "dmz" };
    private readonly List<string> statements = [];
    private readonly Dictionary<string, List<Where>> books = new() { ["global"] = [], ["trust"] = [] };
    private readonly List<What> applications = [new("any", static _ => true), new("junos-https", static p => p.Protocol == 6 && p.DestinationPort == 443), new("junos-dns-udp", static p => p.Protocol == 17 && p.DestinationPort == 53), new("junos-ping", static p => p.Protocol == 1 && p.Icmp >> 8 == 8)];
    private readonly List<(string? From, string? Onto, int Action, Func<Packet, bool> Holds)> policies = [];
    private readonly List<(string Name, bool V6, List<(Func<Packet, bool> Holds, int Action)> Terms)> filters = [];
    private readonly List<(string Interface, bool Input, bool V6, string[] Filters)> bound = [];
    private readonly bool permitAll;

    public JunosConfig(int seed, bool set)
        : base(seed)
    {
        Say("system host-name srx1");
        for (var i = 0; i < 3; i++) Filter($"f{i}", i == 2);
        var number = 0;
        foreach (var on in Interfaces)
        {
            var unit = $"interfaces {on[..^2]} unit 0 family inet";
            Say($"{unit} address 192.0.2.{number++ * 4 + 1}/30");
            foreach (var input in (bool[])[true, false])
            {
                var direction = input ? "input" : "output";
                switch (Random.Next(4))
                {
                    case 0:
                        var filter = Pick("f0", "f1");
                        Say($"{unit} filter {direction} {filter}");
                        bound.Add((on, input, false, [filter]));
                        break;
                    case 1 when OneIn(2):
                        Say($"{unit} filter {direction}-list f1");
                        Say($"{unit} filter {direction}-list f0");
                        bound.Add((on, input, false, ["f1", "f0"]));
                        break;
                }
            }
            if (!OneIn(3)) continue;
            Say($"{unit}6 filter input f2");
            bound.Add((on, true, true, ["f2"]));
        }
        foreach (var (on, zone) in Zones) Say($"security zones security-zone {zone} interfaces {on}");
        for (var i = 0; i < 5; i++) Address("global", $"security address-book global", $"glob-{i}");
        for (var i = 0; i < 3; i++) Address("trust", "security address-book inner", $"tr-{i}");
        Address("trust", "security address-book inner", "glob-0");
        Say("security address-book inner attach zone trust");
        for (var i = 0; i < 2; i++) Set($"set-{i}");
        for (var i = 0; i < 4; i++) Application($"app-{i}");
        foreach (var (from, onto) in (ReadOnlySpan<(string, string)>)[("trust", "untrust"), ("untrust", "trust"), ("trust", "trust"), ("untrust", "dmz"), ("dmz", "trust")])
            for (var i = 0; i < 4; i++) Policy($"p{i}", from, onto);
        for (var i = 0; i < 3; i++) Policy($"g{i}", null, null);
        if (permitAll = OneIn(4)) Say("security policies default-policy permit-all");
        Print(set);
    }

    public override string Vendor => "junos";

    protected override string[] Interfaces => [.. Zones.Keys];

    protected override int Strangeness => 1;

    public override bool Passes(Packet packet)
    {
        foreach (var (on, input, v6, names) in bound)
            if (on == (input ? packet.In : packet.Out) && v6 == packet.Source.IsV6 && !Filtered(names, packet)) return false;
        var (from, onto) = (Zones[packet.In], Zones[packet.Out]);
        foreach (var global in (bool[])[false, true])
            foreach (var policy in policies)
                if (policy.From is null == global && (policy.From is null || policy.From == from) && (policy.Onto is null || policy.Onto == onto) && policy.Holds(packet)) return policy.Action == 0;
        return permitAll;
    }

    private bool Filtered(string[] names, Packet packet)
    {
        // A list of filters is one filter of all their terms.
        foreach (var name in names)
            foreach (var (holds, action) in filters.Find(f => f.Name == name).Terms)
                if (action != 2 && holds(packet)) return action == 0;
        return false;
    }

    private void Say(string statement) => statements.Add(statement);

    private void Address(string book, string path, string name)
    {
        var v6 = OneIn(3);
        var (first, length) = Net(v6);
        var (low, high) = Range(v6);
        var host = Host(false);
        var mask = ~(uint)Random.Next(64);
        switch (Random.Next(3))
        {
            case 0:
                Say($"{path} address {name} {Say(first, length)}");
                books[book].Add(new(name, a => InNet(a, first, length)));
                break;
            case 1:
                Say($"{path} address {name} range-address {low} to {high}");
                books[book].Add(new(name, a => InRange(a, low, high)));
                break;
            default:
                Say($"{path} address {name} wildcard-address {host}/{Model.Address.V4(mask)}");
                books[book].Add(new(name, a => !a.IsV6 && ((uint)a.Value & mask) == ((uint)host.Value & mask)));
                break;
        }
    }

    private void Set(string name)
    {
        var members = new List<Where>();
        for (var i = Random.Next(1, 4); i > 0; i--)
        {
            var member = Pick([.. books["global"]]);
            if (members.Exists(m => m.Text == member.Text)) continue;
            Say($"security address-book global address-set {name} {(member.Text.StartsWith("set-", StringComparison.Ordinal) ? "address-set" : "address")} {member.Text}");
            members.Add(member);
        }
        books["global"].Add(new(name, a => members.Exists(m => m.Holds(a))));
    }

    private void Application(string name)
    {
        var (low, high) = Ports();
        var (port, from) = (Port(), Port());
        switch (Random.Next(4))
        {
            case 0:
                Say($"applications application {name} protocol tcp");
                Say($"applications application {name} destination-port {low}-{high}");
                applications.Add(new(name, p => p.Protocol == 6 && p.DestinationPort >= low && p.DestinationPort <= high));
                break;
            case 1:
                Say($"applications application {name} protocol udp");
                Say($"applications application {name} source-port {from}");
                Say($"applications application {name} destination-port {port}");
                applications.Add(new(name, p => p.Protocol == 17 && p.DestinationPort == port && p.SourcePort == from));
                break;
            case 2:
                Say($"applications application {name} term a protocol tcp");
                Say($"applications application {name} term a destination-port {port}");
                Say($"applications application {name} term b protocol gre");
                applications.Add(new(name, p => p.Protocol == 47 || (p.Protocol == 6 && p.DestinationPort == port)));
                break;
            default:
                var members = new List<What> { applications[1], Pick([.. applications]) };
                foreach (var member in members.DistinctBy(static m => m.Text)) if (member.Text != "any") Say($"applications application-set {name} {(member.Text.StartsWith("app-", StringComparison.Ordinal) && statements.Exists(s => s.StartsWith($"applications application-set {member.Text} ", StringComparison.Ordinal)) ? "application-set" : "application")} {member.Text}");
                members.RemoveAll(static m => m.Text == "any");
                applications.Add(new(name, p => members.Exists(m => m.Holds(p))));
                break;
        }
    }

    private void Policy(string name, string? from, string? onto)
    {
        var path = from is null ? $"security policies global policy {name}" : $"security policies from-zone {from} to-zone {onto} policy {name}";
        var (sources, destinations) = (Places(from), Places(onto));
        bool notSource = sources[0].Text != "any" && OneIn(5), notDestination = destinations[0].Text != "any" && OneIn(6), off = OneIn(8);
        var some = OneIn(3) ? [applications[0]] : new List<What> { Pick([.. applications]), Pick([.. applications]) };
        var (fromZone, ontoZone) = from is null && OneIn(2) ? ("dmz", "untrust") : (null, null);
        foreach (var source in sources) Say($"{path} match source-address {source.Text}");
        if (notSource) Say($"{path} match source-address-excluded");
        foreach (var destination in destinations) Say($"{path} match destination-address {destination.Text}");
        if (notDestination) Say($"{path} match destination-address-excluded");
        foreach (var application in some.DistinctBy(static a => a.Text)) Say($"{path} match application {application.Text}");
        if (fromZone is not null)
        {
            Say($"{path} match from-zone {fromZone}");
            Say($"{path} match to-zone {ontoZone}");
        }
        var action = OneIn(3) ? 1 : 0;
        Say($"{path} then {(action == 0 ? "permit" : Pick("deny", "reject"))}");
        Say($"{path} then log session-init");
        if (off) Say($"!{path}");
        else policies.Add((from, onto, action, p => (fromZone is null || (Zones[p.In] == fromZone && Zones[p.Out] == ontoZone)) && sources.Exists(a => a.Holds(p.Source)) != notSource && destinations.Exists(a => a.Holds(p.Destination)) != notDestination && some.Exists(s => s.Holds(p))));
    }

    /// <summary>The zone's own book comes before the global one.</summary>
    private List<Where> Places(string? zone)
    {
        if (OneIn(3)) return [new("any", static _ => true)];
        List<Where> all = [.. books["global"].Where(g => zone != "trust" || !books["trust"].Exists(t => t.Text == g.Text))];
        if (zone == "trust") all.AddRange(books["trust"]);
        return [.. new[] { Pick([.. all]), Pick([.. all]) }.DistinctBy(static a => a.Text)];
    }

    private void Filter(string name, bool v6)
    {
        var terms = new List<(Func<Packet, bool>, int)>();
        for (var i = 0; i < 6; i++)
        {
            var path = $"firewall family {(v6 ? "inet6" : "inet")} filter {name} term t{i}";
            var all = new List<Func<Packet, bool>>();
            foreach (var source in (bool[])[true, false])
            {
                if (OneIn(3)) continue;
                var prefixes = new List<(Address First, int Length, bool Except)>();
                for (var n = Random.Next(1, 4); n > 0; n--)
                {
                    var (first, length) = Net(v6);
                    if (prefixes.Exists(p => p.First == first && p.Length == length)) continue;
                    var except = prefixes.Exists(static p => !p.Except) && OneIn(3);
                    prefixes.Add((first, length, except));
                    Say($"{path} from {(source ? "source" : "destination")}-address {Say(first, length)}{(except ? " except" : "")}");
                }
                all.Add(p =>
                {
                    var longest = prefixes.Where(x => InNet(source ? p.Source : p.Destination, x.First, x.Length)).OrderByDescending(static x => x.Length).Select(static x => (bool?)x.Except).FirstOrDefault();
                    return longest == false;
                });
            }
            var (low, high) = Ports();
            var port = Port();
            var protocol = v6 ? "next-header" : "protocol";
            switch (Random.Next(6))
            {
                case 0:
                    Say($"{path} from {protocol} tcp");
                    Say($"{path} from destination-port {low}-{high}");
                    all.Add(p => p.Protocol == 6 && p.DestinationPort >= low && p.DestinationPort <= high);
                    break;
                case 1:
                    Say($"{path} from {protocol} tcp");
                    Say($"{path} from {protocol} udp");
                    Say($"{path} from port {port}");
                    all.Add(p => HasPorts(p) && (p.DestinationPort == port || p.SourcePort == port));
                    break;
                case 2:
                    Say($"{path} from {protocol} udp");
                    Say($"{path} from destination-port-except {port}");
                    all.Add(p => p.Protocol == 17 && p.DestinationPort != port);
                    break;
                case 3:
                    Say($"{path} from {protocol} {(v6 ? "icmp6" : "icmp")}");
                    Say($"{path} from icmp-type echo-request");
                    all.Add(p => p.Protocol == (v6 ? 58 : 1) && p.Icmp >> 8 == (v6 ? 128 : 8));
                    break;
                case 4:
                    Say($"{path} from {protocol} tcp");
                    Say($"{path} from tcp-established");
                    all.Add(static p => p.Protocol == 6 && (p.Flags & (TcpFlags.Ack | TcpFlags.Rst)) != 0);
                    break;
            }
            var action = Random.Next(6) switch { < 3 => 0, < 5 => 1, _ => 2 };
            if (action == 2) Say($"{path} then next term");
            else if (action == 1) Say($"{path} then {Pick("discard", "reject")}");
            else if (OneIn(2)) Say($"{path} then accept");
            else Say($"{path} then count c{i}");
            terms.Add((p => all.TrueForAll(h => h(p)), action));
        }
        filters.Add((name, v6, terms));
    }

    private void Print(bool set)
    {
        if (set)
        {
            foreach (var statement in statements) Line(statement[0] == '!' ? $"deactivate {statement[1..]}" : $"set {statement}");
            return;
        }
        var root = new Branch("");
        var off = statements.Where(static s => s[0] == '!').Select(static s => s[1..]).ToHashSet();
        // In braces a statement opens a block for each name: "policy p1 {", "term a {".
        foreach (var statement in statements.Where(static s => s[0] != '!')) root.Add(statement.Split(' '), 0);
        root.Print(To, "", "", off);
    }

    /// <summary>Statements by their words; two words that belong together open one block.</summary>
    private sealed class Branch(string word)
    {
        private static readonly HashSet<string> Pairs = ["unit", "family", "policy", "filter", "term", "security-zone", "address-book", "application", "application-set", "address-set"];
        private readonly List<Branch> parts = [];

        public void Add(string[] words, int at)
        {
            if (at == words.Length) return;
            var here = words[at];
            var used = 1;
            // "filter input f0" and "match application any" are statements, "filter f0 {" and "application a {" blocks.
            if (here == "from-zone" && words.Length > at + 3 && words[at + 2] == "to-zone") (here, used) = (string.Join(' ', words[at..(at + 4)]), 4);
            else if (words.Length > at + 2 && Pairs.Contains(here) && words[at + 1] is not ("input" or "output" or "input-list" or "output-list" or "address" or "address-set") && words[at - 1] is not "match") (here, used) = ($"{here} {words[at + 1]}", 2);
            // What is left are values: they end the statement.
            if (here is "source-address" or "destination-address" or "range-address" or "address" or "source-address-excluded" or "destination-address-excluded" || used == 1 && words.Length - at <= 2) (here, used) = (string.Join(' ', words[at..]), words.Length - at);
            var part = parts.Find(p => p.Word == here);
            if (part is null) parts.Add(part = new(here));
            part.Add(words, at + used);
        }

        public void Print(StringBuilder to, string indent, string path, HashSet<string> off)
        {
            foreach (var part in parts)
            {
                var full = path.Length == 0 ? part.Word : $"{path} {part.Word}";
                var mark = off.Contains(full) ? "inactive: " : "";
                if (part.parts.Count == 0) to.Append($"{indent}{mark}{part.Word};\n");
                else
                {
                    to.Append($"{indent}{mark}{part.Word} {{\n");
                    part.Print(to, indent + "    ", full, off);
                    to.Append($"{indent}}}\n");
                }
            }
        }

        private string Word => word;
    }
}
