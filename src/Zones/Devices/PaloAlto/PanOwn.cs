using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.PaloAlto;

/// <summary>What a PAN-OS firewall lets to itself by its dataplane interfaces: the security policy first, then the interface's management profile.</summary>
/// <remarks>
/// Source: PAN-OS Networking Administrator's Guide, "Use Interface Management Profiles to Restrict Access": an interface without a profile denies management; one with "permitted-ip" lets in these alone.
/// Administrator's Guide, "Security Policy": within a zone traffic is allowed unless a rule says otherwise, the firewall's own addresses among it. GlobalProtect needs no profile.
/// The management port is no interface of the dataplane, and none of the model.
/// </remarks>
internal static class PanOwn
{
    public static (Filter[] Filters, IEnumerable<Chain> Chains) Read(FileWork work, WordTree tree, PanNetwork network, IReadOnlyList<NetInterface> interfaces, IReadOnlyList<Rule> rules, RuleAction interzone, bool hasGlobalProtect)
    {
        const string Policy = "security policy for the firewall itself";
        var own = new OwnServices(work, "own services");
        foreach (var on in interfaces)
        {
            if (!network.Profiles.TryGetValue(on.Name, out var bound)) continue;
            var profile = network.Profile(bound.Name);
            var addresses = AddressSet.UnionOf(on.Addresses.Select(static a => AddressSet.Of(a.Address)));
            if (on.DynamicAddress) addresses = AddressSet.All;
            var missing = profile < 0 ? OwnServices.Unsure($"interface-management-profile {bound.Name} (設定にありません / not defined)") : null;
            var sources = Permitted(tree, tree.Find(profile, "permitted-ip"));
            foreach (var (word, services) in Services)
            {
                var setting = tree.Find(profile, word);
                if (missing is null && tree.Only(setting) != "yes") continue;
                var at = missing is null ? work.At(tree.Line(setting), tree.Line(setting), "interface-management-profile " + bound.Name) : work.At(bound.Line);
                var match = new Match { Source = sources, Destination = addresses, Services = services };
                own.Accept(match with { In = InterfaceSet.Of([on.Name]) }, at, on.Name, missing);
                own.Accept(match with { In = InterfaceSet.Except([on.Name]) }, at, on.Name, missing, OwnServices.Unsure("別のインターフェースのアドレス / the address of another interface"));
            }
        }

        if (hasGlobalProtect) own.Accept(new Match { Services = OwnServices.Tcp(443).Union(OwnServices.Tcp(80)) }, work.Implicit("global-protect"), "global-protect", OwnServices.Unsure("global-protect"));
        own.EndOpen(OwnServices.Managed);
        var (filter, chains) = own.ToFilter();
        return ([new Filter(Policy, FilterPlace.Own, Policy, interzone, work.Implicit("interzone-default")), filter], [new Chain(Policy, [.. OwnServices.ToItself(rules, interfaces)]), .. chains]);
    }

    private static readonly (string Word, ServiceSet Services)[] Services =
    [
        ("ping", OwnServices.Ping), ("ssh", OwnServices.Tcp(22)), ("telnet", OwnServices.Tcp(23)), ("http", OwnServices.Tcp(80)), ("https", OwnServices.Tcp(443)), ("snmp", OwnServices.Udp(161)), ("http-ocsp", OwnServices.Tcp(80)),
        ("response-pages", ServiceSet.Of(Service.Tcp(IntervalSet<ushort>.Of(6080, 6083)))), ("userid-service", OwnServices.Tcp(5007)), ("userid-syslog-listener-ssl", OwnServices.Tcp(6514)), ("userid-syslog-listener-udp", OwnServices.Udp(514)),
    ];

    /// <summary>Those who may come; anybody where none is named or one can't be read.</summary>
    private static AddressSet Permitted(WordTree tree, int node)
    {
        List<AddressSet> all = [];
        foreach (var one in tree.Children(node))
        {
            if (!AddressPrefix.TryParse(tree.Word(one), out var prefix)) return AddressSet.All;
            all.Add(AddressSet.Of(prefix));
        }

        return all.Count == 0 ? AddressSet.All : AddressSet.UnionOf(all);
    }
}
