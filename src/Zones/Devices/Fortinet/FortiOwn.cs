using System.Collections.Frozen;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Fortinet;

/// <summary>What a FortiGate lets to itself: "allowaccess" of its interfaces, trusted hosts of its administrators, policies of "local-in-policy".</summary>
/// <remarks>
/// Source: FortiOS Administration Guide, "Local-in policy", "Trusted hosts"; CLI Reference, config system interface, "allowaccess"; Technical Tips 369617 (trusted hosts and local-in policies) and 369268:
/// from one interface the address of another is reached where a firewall policy lets it. A list without an accepting line stops nothing else: local-in policies come before "allowaccess".
/// </remarks>
internal sealed class FortiOwn(FileWork work, WordTree tree, int scope, int global, FortiObjects objects, Func<IEnumerable<string>, InterfaceSet> interfacesOf)
{
    private static readonly FrozenSet<string> Plain = FrozenSet.ToFrozenSet(["uuid", "name", "comments", "logtraffic", "virtual-patch", "status", "intf", "srcaddr", "dstaddr", "service", "action", "schedule", "srcaddr-negate", "dstaddr-negate", "service-negate", "ha-mgmt-intf-only"]);

    /// <summary>Ports of administration that "system global" may have moved.</summary>
    private ushort Port(string setting, ushort standard) =>
        ushort.TryParse(tree.Only(tree.Find(tree.Find(global, "system global"), setting)), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : standard;

    /// <param name="edits">The interfaces of this domain with what is written of them.</param>
    /// <param name="policies">What the domain lets through: it decides about addresses of other interfaces.</param>
    public (Filter Filter, IEnumerable<Chain> Chains) ToFilter(IReadOnlyList<(int Edit, NetInterface Interface)> edits, IReadOnlyList<Rule> policies)
    {
        NetInterface[] interfaces = [.. edits.Select(static one => one.Interface)];
        var access = new OwnServices(work, "allowaccess");
        // What a policy denies comes back: nothing else lets it in.
        var through = access.Keep("policies to another interface", OwnServices.ToItself(policies, interfaces).Select(static rule => rule.Action is RuleAction.Drop or RuleAction.Reject ? rule with { Action = RuleAction.Return } : rule), null);
        var services = Services();
        var told = OwnServices.Managed;
        foreach (var (set, _) in services.Values) told = told.Union(set);
        var (trusted, unsure) = Trusted();
        List<(Match Match, SourceRef At, string What, Unknown?[] Unknowns)> others = [];
        foreach (var (edit, on) in edits)
        {
            var v6 = tree.Find(edit, "ipv6");
            var first = Address(tree.Find(edit, "ip"));
            Open(on, tree.Find(edit, "allowaccess"), first is { } main ? AddressSet.Of(main) : AddressSet.AllV4);
            foreach (var second in tree.Children(tree.Find(edit, "secondaryip")))
                if (Address(tree.Find(second, "ip")) is { } other) Open(on, tree.Find(second, "allowaccess"), AddressSet.Of(other));
            var six = AddressSet.UnionOf(on.Addresses.Where(static a => a.Address.IsV6).Select(static a => AddressSet.Of(a.Address)));
            Open(on, tree.Find(v6, "ip6-allowaccess"), six.IsEmpty || on.DynamicAddress ? AddressSet.AllV6 : six);
        }

        foreach (var (match, at, what, unknowns) in others) access.Ask(match, through, at, what, unknowns);
        var (filter, chains) = access.ToFilter();
        var own = new OwnServices(work, "own services");
        LocalIn(own, filter.Chain, tree.Find(scope, "firewall local-in-policy"), false);
        LocalIn(own, filter.Chain, tree.Find(scope, "firewall local-in-policy6"), true);
        own.Ask(Match.Any, filter.Chain, work.Implicit("allowaccess"), "allowaccess");
        var vpn = tree.Find(scope, "vpn ssl settings");
        if (tree.Children(vpn).Any() && tree.Only(tree.Find(vpn, "status")) != "disable")
            own.Accept(new Match { Services = OwnServices.Tcp(ushort.TryParse(tree.Only(tree.Find(vpn, "port")), NumberStyles.None, CultureInfo.InvariantCulture, out var at) ? at : (ushort)443) }, work.At(tree.Line(vpn)), "vpn ssl settings", OwnServices.Unsure("vpn ssl settings"));
        if (tree.Find(global, "system acme") is >= 0 and var acme && tree.Find(acme, "interface") >= 0)
            own.Accept(new Match { Services = OwnServices.Tcp(80).Union(OwnServices.Tcp(443)) }, work.At(tree.Line(acme)), "system acme", OwnServices.Unsure("system acme"));
        // Its ports may be any, those of consoles too.
        if (tree.Find(scope, "web-proxy explicit") is >= 0 and var proxy && One(proxy, "status") == "enable")
            own.Accept(new Match { Services = ServiceSet.Of(Service.Of(Protocols.Tcp)) }, work.At(tree.Line(proxy)), "web-proxy explicit", OwnServices.Unsure("web-proxy explicit"));
        own.EndOpen(told);
        var (itself, more) = own.ToFilter();
        return (itself, [.. chains, .. more]);

        void Open(NetInterface on, int setting, AddressSet address)
        {
            // Addresses of this interface have an "allowaccess" each.
            var elsewhere = (address.V4.IsEmpty ? AddressSet.AllV6 : AddressSet.AllV4).Except(AddressSet.UnionOf(on.Addresses.Select(static a => AddressSet.Of(a.Address))));
            foreach (var word in tree.Children(setting))
            {
                if (!services.TryGetValue(tree.Word(word), out var service)) continue;
                var at = work.At(tree.Line(setting), tree.Line(setting), "allowaccess " + tree.Word(word));
                var match = new Match { Destination = address, Services = service.Services, In = InterfaceSet.Of([on.Name]) };
                var snmp = tree.Word(word) == "snmp" && tree.Only(tree.Find(tree.Find(global, "system snmp sysinfo"), "status")) != "enable" ? OwnServices.Unsure("snmp sysinfo") : null;
                foreach (var (source, unknown) in service.OfAdministrators ? [(trusted, unsure)] : tree.Word(word) == "ping" && !trusted.IsAll ? [(trusted, unsure), (AddressSet.All, OwnServices.Unsure("trusthost (ping)"))] : new (AddressSet, Unknown?)[] { (AddressSet.All, snmp) })
                {
                    access.Accept(match with { Source = source }, at, on.Name, unknown);
                    // Which of the two interfaces must allow it, where they differ, the documents don't say in so many words; a policy must.
                    others.Add((match with { Source = source, Destination = elsewhere }, at, on.Name, [unknown, OwnServices.Unsure("別のインターフェースのアドレス / the address of another interface")]));
                    others.Add((match with { Source = source, In = InterfaceSet.Except([on.Name]) }, at, on.Name, [unknown]));
                }
            }
        }
    }

    private Dictionary<string, (ServiceSet Services, bool OfAdministrators)> Services() => new(StringComparer.Ordinal)
    {
        ["ping"] = (OwnServices.Ping, false), ["snmp"] = (OwnServices.Udp(161), false), ["fgfm"] = (OwnServices.Tcp(541), false), ["radius-acct"] = (OwnServices.Udp(1813), false), ["ftm"] = (OwnServices.Tcp(Port("ftm-push-port", 4433)), false),
        ["ssh"] = (OwnServices.Tcp(Port("admin-ssh-port", 22)), true), ["telnet"] = (OwnServices.Tcp(Port("admin-telnet-port", 23)), true), ["http"] = (OwnServices.Tcp(Port("admin-port", 80)), true), ["https"] = (OwnServices.Tcp(Port("admin-sport", 443)), true),
    };

    /// <summary>Where administrators may come from: every one of them must have trusted hosts, or anybody may.</summary>
    private (AddressSet Sources, Unknown? Unsure) Trusted()
    {
        var admins = tree.Find(global, "system admin");
        List<AddressSet> all = [];
        foreach (var admin in tree.Children(admins)) all.Add(Of(admin, "trusthost", "ip6-trusthost"));
        foreach (var user in tree.Children(tree.Find(global, "system api-user")))
            all.Add(AddressSet.UnionOf(tree.Children(tree.Find(user, "trusthost")).Select(one => Of(one, "ipv4-trusthost", "ipv6-trusthost")).DefaultIfEmpty(AddressSet.All)));
        if (((ReadOnlySpan<string>)["system sso-admin", "system sso-forticloud-admin", "system sso-fortigate-cloud-admin"]).ToArray().Any(name => tree.Children(tree.Find(global, name)).Any())) all.Add(AddressSet.All);
        foreach (var name in (ReadOnlySpan<string>)["system admin", "system api-user"]) MarkHosts(tree.Find(global, name));
        return tree.Children(admins).Any() ? (AddressSet.UnionOf(all), null) : (AddressSet.All, OwnServices.Unsure("system admin (設定にありません / not in the configuration)"));

        AddressSet Of(int node, string v4, string v6)
        {
            var (fours, sixes) = (new List<AddressSet>(), new List<AddressSet>());
            foreach (var setting in tree.Children(node))
            {
                var word = tree.Word(setting);
                var text = string.Join('/', tree.Children(setting).Select(tree.Word));
                if (!word.StartsWith(v4, StringComparison.Ordinal) && !word.StartsWith(v6, StringComparison.Ordinal)) continue;
                var readable = AddressPrefix.TryParse(text, out var prefix);
                (word.StartsWith(v4, StringComparison.Ordinal) ? fours : sixes).Add(readable ? AddressSet.Of(prefix) : word.StartsWith(v4, StringComparison.Ordinal) ? AddressSet.AllV4 : AddressSet.AllV6);
            }

            return AddressSet.UnionOf([.. fours.Count > 0 ? fours : [AddressSet.AllV4], .. sixes.Count > 0 ? sixes : [AddressSet.AllV6]]);
        }

        void MarkHosts(int node)
        {
            foreach (var one in tree.Children(node))
                foreach (var setting in tree.Children(one))
                    if (tree.Word(setting).Contains("trusthost", StringComparison.Ordinal)) tree.MarkAll(setting, Reading.Understood);
        }
    }

    private void LocalIn(OwnServices own, string access, int node, bool v6)
    {
        tree.Mark(node, Reading.Understood);
        foreach (var edit in tree.Children(node))
        {
            tree.MarkAll(edit, Reading.Understood);
            if (One(edit, "status") == "disable") continue;
            var universe = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
            var when = new Condition { In = interfacesOf(Values(edit, "intf")), Source = Addresses(edit, "srcaddr", universe, v6), Destination = Addresses(edit, "dstaddr", universe, v6) };
            if (Values(edit, "intf").Count == 0) when.In = InterfaceSet.Any;
            var services = Values(edit, "service");
            when.Services = services.Count == 0 ? ServiceValue.Any : objects.Services(services);
            if (services.Count == 0) when.Uncertain(UnknownKind.NotUnderstood, "no service");
            if (One(edit, "service-negate") == "enable")
            {
                if (when.Services.IsSure && Matches.Complement(when.Services.May) is { } others) when.Services = ServiceValue.Sure(others);
                else when.Services = ServiceValue.NotKnown(UnknownKind.RunTime, "service-negate");
            }

            if (One(edit, "schedule") is { } schedule and not "always") when.Uncertain(UnknownKind.Schedule, schedule);
            if (One(edit, "ha-mgmt-intf-only") == "enable") when.Uncertain(UnknownKind.RunTime, "ha-mgmt-intf-only");
            foreach (var setting in tree.Children(edit))
            {
                if (Plain.Contains(tree.Word(setting))) continue;
                tree.MarkAll(setting, Reading.NotUnderstood);
                work.Keep(tree.Line(setting), tree.Line(setting), new Touch.InPlace());
                when.Uncertain(UnknownKind.NotUnderstood, tree.Path(setting));
            }

            var name = (v6 ? "local-in-policy6 " : "local-in-policy ") + tree.Word(edit);
            var at = work.At(tree.Line(edit), tree.Children(edit).Select(tree.Line).DefaultIfEmpty(tree.Line(edit)).Max(), name);
            if (One(edit, "action") != "accept")
            {
                own.Add(when.ToRule(RuleAction.Drop, at, name));
                continue;
            }

            // What it accepts is open where "allowaccess" opens it too; alone it may be enough.
            own.Add(when.ToRule(RuleAction.Jump, at, name, access));
            own.Add(when.ToRule(RuleAction.Accept, at, name) with { Must = Match.Nothing, Unknowns = [.. when.Unknowns(), OwnServices.Unsure("allowaccess")] });
        }
    }

    private AddressValue Addresses(int edit, string setting, AddressSet universe, bool v6)
    {
        var names = Values(edit, setting);
        var value = names.Count == 0 ? AddressValue.NotKnown(UnknownKind.NotUnderstood, "no " + setting, universe) : objects.Addresses(names, v6);
        return One(edit, setting + "-negate") == "enable" ? value.Not(universe) : value;
    }

    private string? One(int edit, string setting) => tree.Only(tree.Find(edit, setting));

    private List<string> Values(int edit, string setting) => [.. tree.Children(tree.Find(edit, setting)).Select(tree.Word)];

    /// <summary>The address of "set ip A M" or "set ip A/n"; null where it is none.</summary>
    private Address? Address(int setting)
    {
        var text = tree.Children(setting).Select(tree.Word).FirstOrDefault() ?? "";
        return Model.Address.TryParse(text.IndexOf('/') is > 0 and int slash ? text.AsSpan(0, slash) : text, out var address) && address.Value != 0 ? address : null;
    }
}
