using System.Collections.Frozen;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.PaloAlto;

/// <summary>One virtual system (or device group) as a device: its zones, rules and translations.</summary>
internal sealed partial class PanVsys(FileWork work, WordTree tree, PanNetwork network, int[] scopes, bool several)
{
    private static readonly FrozenSet<string> Plain = FrozenSet.ToFrozenSet(
        ["description", "tag", "group-tag", "log-start", "log-end", "log-setting", "profile-setting", "option", "qos", "uuid", "target", "audit-comment", "icmp-unreachable", "disable-inspect", "loc", "policy-rule-uuid", "nat-type", "saas-user-list", "saas-tenant-list", "active-active-device-binding"]);

    /// <summary>Attributes of rules whose values have nothing below them.</summary>
    private static readonly FrozenSet<string> Attributes = FrozenSet.ToFrozenSet(
        ["from", "to", "source", "destination", "service", "application", "action", "disabled", "negate-source", "negate-destination", "rule-type", "source-user", "category", "schedule", "hip-profiles", "source-hip", "destination-hip", "tag", "description", "log-start", "log-end", "log-setting", "to-interface", "nat-type"]);

    private readonly PanObjects objects = new(work, tree, scopes);
    private readonly Dictionary<string, List<string>> zones = new(StringComparer.Ordinal);
    private readonly List<Rule> rules = [];
    private readonly List<Rule> disabled = [];
    private readonly List<NatRule> nat = [];
    private bool routesUnknown;

    public Device ToDevice(string name, IReadOnlyList<(int Node, string Label)> before, IReadOnlyList<(int Node, string Label)> own, IReadOnlyList<(int Node, string Label)> after)
    {
        ReadZones();
        RuleAction intrazone = RuleAction.Accept, interzone = RuleAction.Drop;
        var intrazoneAt = work.Implicit("intrazone-default");
        foreach (var (node, label) in (IEnumerable<(int, string)>)[.. before, .. own, .. after])
        {
            tree.Mark(node, Reading.Understood);
            tree.MarkOthers(node, "security", "nat", "pbf", "sdwan", "decryption", "qos", "captive-portal", "authentication", "dos", "tunnel-inspect", "application-override", "network-packet-broker", "default-security-rules", "description");
            foreach (var part in tree.Children(node)) ReadPart(part, label);
            var defaults = tree.Find(node, "default-security-rules", "rules");
            tree.MarkAll(tree.Find(node, "default-security-rules"), Reading.Understood);
            if (tree.Find(defaults, "intrazone-default", "action") is >= 0 and int within && tree.Only(within) is { } said)
            {
                intrazone = said == "allow" ? RuleAction.Accept : RuleAction.Drop;
                intrazoneAt = work.At(tree.Line(within), tree.Line(within), "intrazone-default");
            }

            if (tree.Only(tree.Find(defaults, "interzone-default", "action")) is { } between)
                interzone = between == "allow" ? RuleAction.Accept : RuleAction.Drop;
        }

        foreach (var (zone, members) in zones)
        {
            var within = InterfaceSet.Of(members);
            rules.Add(new Rule(new Match { In = within, Out = within }, intrazone, intrazoneAt, "intrazone-default " + zone));
        }

        List<string>? imported = several ? [.. tree.Children(tree.Find(scopes[0], "import", "network", "interface")).Select(tree.Word)] : null;
        List<NetInterface> interfaces = [.. network.Interfaces.Where(one => imported is null || imported.Contains(one.Name)).Select(one => zones.FirstOrDefault(zone => zone.Value.Contains(one.Name)).Key is { } zone ? one with { Zone = zone } : one)];
        foreach (var (zone, members) in zones)
        {
            if (members is [var only] && only.StartsWith("zone:", StringComparison.Ordinal))
            {
                // A zone whose interfaces another file has (Panorama) or nobody said: any address may be behind it.
                interfaces.Add(new NetInterface(only, work.Implicit(zone)) { Zone = zone, DynamicAddress = true });
            }
        }

        var portal = scopes.Append(0).Any(scope => tree.Find(scope, "global-protect") >= 0 || tree.Find(scope, "network", "global-protect") >= 0) || network.HasGlobalProtect;
        var (itself, ownChains) = PanOwn.Read(work, tree, network, interfaces, rules, interzone, portal);
        return new Device(name, "panos")
        {
            Interfaces = [.. interfaces],
            Routes = [.. network.Routes],
            RoutesUnknown = network.RoutesUnknown || routesUnknown,
            Chains = [new Chain("security", [.. rules]), .. ownChains],
            Filters = [new Filter("security", FilterPlace.Forward, "security", interzone, work.Implicit("interzone-default"))],
            OwnFilters = [.. itself],
            Disabled = [.. disabled],
            Nat = [.. nat],
            NatOrder = new NatOrder(false, false, false),
        };
    }

    private void ReadZones()
    {
        foreach (var scope in scopes)
        {
            var all = tree.Find(scope, "zone");
            if (all < 0) continue;
            tree.Mark(all, Reading.Understood);
            foreach (var zone in tree.Children(all))
            {
                tree.MarkAll(zone, Reading.Understood);
                tree.MarkOthers(zone, "network", "enable-user-identification", "enable-device-identification", "user-acl", "device-acl", "description", "tag", "disable-override");
                tree.MarkOthers(tree.Find(zone, "network"), "layer3", "layer2", "virtual-wire", "tap", "tunnel", "external", "zone-protection-profile", "log-setting", "enable-packet-buffer-protection", "net-inspection");
                List<string> members = [];
                foreach (var layer in (ReadOnlySpan<string>)["layer3", "layer2", "virtual-wire", "tap", "tunnel"])
                    members.AddRange(tree.Children(tree.Find(zone, "network", layer)).Select(tree.Word));

                if (members.Count > 0) zones.TryAdd(tree.Word(zone), members);
                else ZoneOf(tree.Word(zone));
            }
        }
    }

    private List<string> ZoneOf(string name) => zones.TryGetValue(name, out var members) ? members : zones[name] = ["zone:" + name];

    private InterfaceSet Interfaces(List<string> names) =>
        names.Count == 0 || names.Contains("any") ? InterfaceSet.Any : InterfaceSet.Of(names.SelectMany(ZoneOf));

    private List<string> Values(int rule, string part) => [.. tree.Children(tree.Find(rule, part)).Select(tree.Word)];

    private void ReadPart(int part, string label)
    {
        switch (tree.Word(part))
        {
            case "security":
                tree.Mark(part, Reading.Understood);
                tree.MarkOthers(part, "rules");
                var list = tree.Find(part, "rules");
                tree.Mark(list, Reading.Understood);
                foreach (var rule in tree.Children(list)) ReadRule(rule, label);
                break;
            case "nat":
                tree.Mark(part, Reading.Understood);
                tree.MarkOthers(part, "rules");
                var translations = tree.Find(part, "rules");
                tree.Mark(translations, Reading.Understood);
                foreach (var rule in tree.Children(translations)) ReadNat(rule);
                break;
            case "pbf" or "sdwan":
                tree.MarkAll(part, Reading.Understood);
                routesUnknown |= tree.Children(tree.Find(part, "rules")).Any();
                break;
            case "decryption" or "qos" or "captive-portal" or "authentication" or "dos" or "tunnel-inspect" or "application-override" or "network-packet-broker":
                tree.MarkAll(part, Reading.Irrelevant);
                break;
        }
    }

    private void ReadRule(int rule, string label)
    {
        var name = tree.Word(rule);
        tree.Hoist(rule, Attributes.Contains);
        tree.Mark(rule, Reading.Understood);
        if (tree.Only(tree.Find(rule, "disabled")) == "yes" || tree.IsOff(rule))
        {
            SwitchedOff(rule, name, label);
            return;
        }

        if (tree.Children(rule).Any() && !tree.Children(rule).Any(part => Attributes.Contains(tree.Word(part))))
        {
            // A rule that says nothing a rule says: its name is lost, and the rule it belongs to lacks this.
            tree.MarkAll(rule, Reading.NotUnderstood);
            rules.Add(new Rule(Match.Any, RuleAction.Unknown, work.At(tree.Line(rule)), name) { Must = Match.Nothing, Unknowns = [new Unknown(UnknownKind.NotUnderstood, name)] });
            return;
        }

        var when = new Condition();
        var last = tree.Line(rule);
        foreach (var part in tree.Children(rule))
        {
            last = Math.Max(last, tree.Line(part));
            List<string> values = [.. tree.Children(part).Select(tree.Word)];
            switch (tree.Word(part))
            {
                case "from" or "to" or "source" or "destination" or "action" or "disabled" or "negate-source" or "negate-destination" or "rule-type" or "service":
                    break;
                case "application":
                    if (!values.Contains("any") && values.Count > 0) when.Uncertain(UnknownKind.Application, string.Join(", ", values));
                    break;
                case "source-user" or "source-hip" or "destination-hip" or "hip-profiles":
                    if (!values.Contains("any") && !values.Contains("no-hip") && values.Count > 0)
                        when.Uncertain(UnknownKind.User, string.Join(", ", values));
                    break;
                case "category":
                    if (!values.Contains("any") && values.Count > 0) when.Uncertain(UnknownKind.Content, string.Join(", ", values));
                    break;
                case "schedule":
                    when.Uncertain(UnknownKind.Schedule, string.Join(", ", values));
                    break;
                case "source-imei" or "source-imsi" or "source-nw-slice" or "devices":
                    when.Uncertain(UnknownKind.RunTime, tree.Word(part));
                    break;
                default:
                    if (!Plain.Contains(tree.Word(part)))
                    {
                        tree.MarkAll(part, Reading.NotUnderstood);
                        work.Keep(tree.Line(part), tree.Line(part), new Touch.InPlace());
                        when.Uncertain(UnknownKind.NotUnderstood, tree.Word(part));
                        continue;
                    }

                    break;
            }

            tree.MarkAll(part, Plain.Contains(tree.Word(part)) ? Reading.Irrelevant : Reading.Understood);
        }

        when.Source = Addresses(rule, "source", "negate-source");
        when.Destination = Addresses(rule, "destination", "negate-destination");
        var services = Values(rule, "service");
        if (services.Contains("application-default"))
        {
            // The ports of the applications: the device's content database knows them.
            when.Services = ServiceValue.Any;
            when.Uncertain(UnknownKind.Application, "application-default");
        }
        else
        {
            when.Services = services.Count == 0 ? ServiceValue.Any : objects.Services(services);
        }

        var action = (tree.Only(tree.Find(rule, "action")) ?? "allow") switch
        {
            "allow" => RuleAction.Accept,
            "deny" or "drop" => RuleAction.Drop,
            "reset-client" or "reset-server" or "reset-both" => RuleAction.Reject,
            _ => RuleAction.Unknown,
        };
        if (action == RuleAction.Unknown) when.Uncertain(UnknownKind.NotUnderstood, "action");
        var at = work.At(tree.Line(rule), last, label + "rule " + name);
        List<string> from = Values(rule, "from"), to = Values(rule, "to");
        if (when.Unknowns().FirstOrDefault(static one => one.Kind == UnknownKind.NotUnderstood) is { } strange)
        {
            // What isn't understood may have been a further zone, address or service.
            (from, to) = ([], []);
            (when.Source, when.Destination, when.Services) = (AddressValue.Any, AddressValue.Any, ServiceValue.Any);
            when.Uncertain(strange.Kind, strange.Name);
        }

        switch (tree.Only(tree.Find(rule, "rule-type")))
        {
            case "intrazone":
                foreach (var zone in from.Contains("any") || from.Count == 0 ? zones.Keys.ToList() : from)
                {
                    when.In = when.Out = InterfaceSet.Of(ZoneOf(zone));
                    rules.Add(when.ToRule(action, at, name));
                }

                break;
            case "interzone":
                foreach (var zone in from.Contains("any") || from.Count == 0 ? zones.Keys.ToList() : from)
                {
                    when.In = InterfaceSet.Of(ZoneOf(zone));
                    when.Out = Matches.Intersect(Interfaces(to), InterfaceSet.Except(ZoneOf(zone)), out _);
                    rules.Add(when.ToRule(action, at, name));
                }

                break;
            default:
                when.In = Interfaces(from);
                when.Out = Interfaces(to);
                rules.Add(when.ToRule(action, at, name));
                break;
        }
    }

    /// <summary>A rule that denies and is switched off decides nothing; a violation that it would have stopped names it.</summary>
    private void SwitchedOff(int rule, string name, string label)
    {
        tree.MarkAll(rule, Reading.Understood);
        if (tree.Only(tree.Find(rule, "action")) is not ("deny" or "drop" or "reset-client" or "reset-server" or "reset-both")) return;
        var services = Values(rule, "service");
        var when = new Condition()
        {
            Source = Addresses(rule, "source", "negate-source"),
            Destination = Addresses(rule, "destination", "negate-destination"),
            Services = services.Count == 0 || services.Contains("application-default") ? ServiceValue.Any : objects.Services(services),
            In = Interfaces(Values(rule, "from")),
            Out = Interfaces(Values(rule, "to")),
        };
        disabled.Add(when.ToRule(RuleAction.Drop, work.At(tree.Line(rule), Math.Max(tree.Line(rule), tree.Children(rule).Select(tree.Line).DefaultIfEmpty(0).Max()), label + "rule " + name), name));
    }

    private AddressValue Addresses(int rule, string part, string negate)
    {
        var names = Values(rule, part);
        var value = names.Count == 0 ? AddressValue.Any : objects.Addresses(names);
        return tree.Only(tree.Find(rule, negate)) == "yes" ? value.Not(AddressSet.All) : value;
    }
}
