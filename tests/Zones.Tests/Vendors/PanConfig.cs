using System.Text;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Palo Alto PAN-OS, the same rulebase in "set" commands or in XML.</summary>
/// <remarks>
/// PAN-OS Administrator's Guide, "Security Policy", "Security Policy Rule Types": top down, the first match decides; universal rules hold within and between
/// zones, intrazone rules only within each named zone, interzone rules only between; then intrazone-default (allow) and interzone-default (deny).
/// </remarks>
internal sealed class PanConfig : VendorConfig
{
    private static readonly Dictionary<string, string> Zones = new() { ["ethernet1/1"] = "trust", ["ethernet1/2"] = "trust", ["ethernet1/3"] = "untrust", ["ethernet1/4"] = "dmz" };
    private readonly Tree root = new("config");
    private readonly List<Where> addresses = [];
    private readonly List<What> services = [];
    private readonly List<(bool Allow, Func<Packet, bool> Holds)> rules = [];
    private readonly bool withinAllowed = true;
    private readonly bool betweenAllowed;

    public PanConfig(int seed, bool xml)
        : base(seed)
    {
        var device = root.At("devices").Entry("localhost.localdomain");
        var number = 0;
        foreach (var on in Interfaces) device.At("network", "interface", "ethernet").Entry(on).At("layer3", "ip").Entry($"192.0.2.{number++ * 4 + 1}/30");
        var vsys = device.At("vsys").Entry("vsys1");
        foreach (var zone in Zones.Values.Distinct()) vsys.At("zone").Entry(zone).At("network", "layer3").Members(Zones.Where(z => z.Value == zone).Select(static z => z.Key));
        for (var i = 0; i < 7; i++) Address(vsys, $"addr-{i}");
        for (var i = 0; i < 3; i++) Group(vsys, $"group-{i}");
        for (var i = 0; i < 5; i++) Service(vsys, $"svc-{i}");
        var members = Some(services);
        vsys.At("service-group").Entry("svc-group").At("members").Members(members.Select(static m => m.Text));
        services.Add(new("svc-group", p => members.Exists(m => m.Holds(p))));
        for (var i = 0; i < 12; i++) Rule(vsys, $"rule {i}");
        if (OneIn(3))
        {
            withinAllowed = false;
            vsys.At("rulebase", "default-security-rules", "rules").Entry("intrazone-default").Value("action", "deny");
        }
        if (OneIn(4))
        {
            betweenAllowed = true;
            vsys.At("rulebase", "default-security-rules", "rules").Entry("interzone-default").Value("action", "allow");
        }
        if (xml) Line("<?xml version=\"1.0\"?>\n<config version=\"10.1.0\" urldb=\"paloaltonetworks\">");
        foreach (var part in root.Parts) part.Print(To, xml, xml ? "  " : "set");
        if (xml) Line("</config>");
    }

    public override string Vendor => "panos";

    protected override string[] Interfaces => ["ethernet1/1", "ethernet1/2", "ethernet1/3", "ethernet1/4"];

    public override bool Passes(Packet packet)
    {
        foreach (var (allow, holds) in rules)
            if (holds(packet)) return allow;
        return Zones[packet.In] == Zones[packet.Out] ? withinAllowed : betweenAllowed;
    }

    private List<T> Some<T>(List<T> of)
    {
        var some = new List<T>();
        for (var i = Random.Next(1, 4); i > 0; i--)
            if (Pick([.. of]) is { } one && !some.Contains(one)) some.Add(one);
        return some;
    }

    private void Address(Tree vsys, string name)
    {
        var v6 = OneIn(3);
        var (first, length) = Net(v6);
        var (low, high) = Range(v6);
        var host = Host(v6);
        var (kind, value, holds) = Random.Next(3) switch
        {
            0 => ("ip-netmask", Say(first, length), new Func<Address, bool>(a => InNet(a, first, length))),
            1 => ("ip-range", $"{low}-{high}", a => InRange(a, low, high)),
            _ => ("ip-netmask", host.ToString(), a => a == host),
        };
        vsys.At("address").Entry(name).Value(kind, value);
        addresses.Add(new(name, holds));
    }

    private void Group(Tree vsys, string name)
    {
        var members = Some(addresses);
        vsys.At("address-group").Entry(name).At("static").Members(members.Select(static m => m.Text));
        addresses.Add(new(name, a => members.Exists(m => m.Holds(a))));
    }

    private void Service(Tree vsys, string name)
    {
        var (low, high) = Ports();
        ushort port = Port(), from = Port();
        var protocol = Pick<byte>(6, 17);
        var withSource = OneIn(3);
        var entry = vsys.At("service").Entry(name).At("protocol", protocol == 6 ? "tcp" : "udp");
        entry.Value("port", $"{port},{low}-{high}");
        if (withSource) entry.Value("source-port", from.ToString(System.Globalization.CultureInfo.InvariantCulture));
        services.Add(new(name, p => p.Protocol == protocol && (p.DestinationPort == port || (p.DestinationPort >= low && p.DestinationPort <= high)) && (!withSource || p.SourcePort == from)));
    }

    private void Rule(Tree vsys, string name)
    {
        var rule = vsys.At("rulebase", "security", "rules").Entry(name);
        List<string> from = OneIn(3) ? ["any"] : [.. Some<string>(["trust", "untrust", "dmz"])];
        List<string> onto = OneIn(3) ? ["any"] : [.. Some<string>(["trust", "untrust", "dmz"])];
        var kind = Pick("universal", "universal", "intrazone", "interzone");
        if (kind == "intrazone") onto = from;
        List<Where> sources = OneIn(3) ? [] : Some(addresses), destinations = OneIn(3) ? [] : Some(addresses);
        List<What> some = OneIn(3) ? [] : Some(services);
        bool notSource = sources.Count > 0 && OneIn(4), notDestination = destinations.Count > 0 && OneIn(5), off = OneIn(7);
        var action = Pick("allow", "allow", "deny", "drop", "reset-both");
        rule.At("from").Members(from);
        rule.At("to").Members(onto);
        rule.At("source").Members(sources.Count == 0 ? ["any"] : sources.Select(static a => a.Text));
        rule.At("destination").Members(destinations.Count == 0 ? ["any"] : destinations.Select(static a => a.Text));
        rule.At("source-user").Members(["any"]);
        rule.At("application").Members(["any"]);
        rule.At("service").Members(some.Count == 0 ? ["any"] : some.Select(static s => s.Text));
        rule.Value("action", action);
        if (kind != "universal" || OneIn(2)) rule.Value("rule-type", kind);
        if (notSource) rule.Value("negate-source", "yes");
        if (notDestination) rule.Value("negate-destination", "yes");
        if (off) rule.Value("disabled", "yes");
        if (off) return;
        rules.Add((action == "allow", p =>
        {
            var (inZone, outZone) = (Zones[p.In], Zones[p.Out]);
            if (kind == "intrazone" ? inZone != outZone : kind == "interzone" && inZone == outZone) return false;
            if (!from.Contains("any") && !from.Contains(inZone)) return false;
            if (!onto.Contains("any") && !onto.Contains(outZone)) return false;
            return (sources.Count == 0 || sources.Exists(a => a.Holds(p.Source)) != notSource) && (destinations.Count == 0 || destinations.Exists(a => a.Holds(p.Destination)) != notDestination)
                && (some.Count == 0 || some.Exists(s => s.Holds(p)));
        }));
    }

    /// <summary>The configuration's tree, which both forms print.</summary>
    private sealed class Tree(string name, bool isEntry = false)
    {
        private string? value;
        private List<string>? members;

        public List<Tree> Parts { get; } = [];

        public Tree At(params string[] path)
        {
            var at = this;
            foreach (var step in path) at = at.Part(step, false);
            return at;
        }

        public Tree Entry(string entry) => Part(entry, true);

        public void Value(string part, string text) => Part(part, false).value = text;

        public void Members(IEnumerable<string> all) => members = [.. all];

        public void Print(StringBuilder to, bool xml, string before)
        {
            if (!xml)
            {
                var here = $"{before} {(name.Contains(' ', StringComparison.Ordinal) ? $"\"{name}\"" : name)}";
                if (value is not null) to.Append($"{here} {value}\n");
                else if (members is not null) to.Append($"{here} {(members.Count == 1 ? members[0] : $"[ {string.Join(' ', members)} ]")}\n");
                else if (Parts.Count == 0) to.Append($"{here}\n");
                foreach (var part in Parts) part.Print(to, xml, here);
                return;
            }
            var (open, close) = isEntry ? ($"entry name=\"{name}\"", "entry") : (name, name);
            if (value is not null) to.Append($"{before}<{open}>{value}</{close}>\n");
            else if (members is null && Parts.Count == 0) to.Append($"{before}<{open}/>\n");
            else
            {
                to.Append($"{before}<{open}>\n");
                foreach (var member in members ?? []) to.Append($"{before}  <member>{member}</member>\n");
                foreach (var part in Parts) part.Print(to, xml, before + "  ");
                to.Append($"{before}</{close}>\n");
            }
        }

        private Tree Part(string part, bool entry)
        {
            if (Parts.Find(p => p.Name == part) is { } found) return found;
            Parts.Add(new(part, entry));
            return Parts[^1];
        }

        private string Name => name;
    }
}
