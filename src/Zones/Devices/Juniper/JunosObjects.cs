using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Juniper;

/// <summary>Address books and applications of SRX.</summary>
/// <remarks>Source: Junos OS Security Policies User Guide, "Address Books and Address Sets", "Policy Applications".</remarks>
internal sealed class JunosObjects
{
    /// <summary>What an application or a term of one says.</summary>
    private static readonly string[] Settings = ["protocol", "source-port", "destination-port", "icmp-type", "icmp-code", "icmp6-type", "icmp6-code", "rpc-program-number", "uuid", "inactivity-timeout", "description", "alg", "application-protocol", "ether-type", "do-not-translate-A-query-to-AAAA-query", "do-not-translate-AAAA-query-to-A-query", "snmp-command", "ttl-threshold", "learn-sip-register", "sip-call-hold-timeout", "child-inactivity-timeout", "gate-timeout"];

    private readonly FileWork work;
    private readonly WordTree tree;
    private readonly int security;
    private readonly Dictionary<string, GroupResolver<AddressValue>> books = new(StringComparer.Ordinal);
    private readonly GroupResolver<ServiceValue> applications;

    public JunosObjects(FileWork work, WordTree tree)
    {
        this.work = work;
        this.tree = tree;
        security = tree.Find(0, "security");
        applications = new GroupResolver<ServiceValue>(Application, name =>
        {
            work.Recursion(0, name);
            return ServiceValue.NotKnown(UnknownKind.NotUnderstood, name);
        });
        tree.MarkAll(tree.Find(security, "address-book"), Reading.Understood);
        foreach (var book in tree.Children(tree.Find(security, "address-book"))) Members(book, "address", "address-set", "attach", "description");
        foreach (var zone in tree.Children(tree.Find(security, "zones", "security-zone"))) Members(tree.Find(zone, "address-book"), "address", "address-set");
        var named = tree.Find(0, "applications");
        tree.MarkAll(named, Reading.Understood);
        tree.MarkOthers(named, "application", "application-set", "apply-groups");
        foreach (var set in tree.Children(tree.Find(named, "application-set"))) tree.MarkOthers(set, "application", "application-set", "description", "apply-groups");
        foreach (var application in tree.Children(tree.Find(named, "application")))
        {
            tree.MarkOthers(application, ["term", .. Settings]);
            foreach (var term in tree.Children(tree.Find(application, "term"))) tree.MarkOthers(term, Settings);
        }

        void Members(int book, params ReadOnlySpan<string> known)
        {
            tree.MarkOthers(book, known);
            foreach (var set in tree.Children(tree.Find(book, "address-set"))) tree.MarkOthers(set, "address", "address-set", "description");
        }
    }

    /// <summary>Addresses as a policy of a zone names them: the zone's book, then the global one.</summary>
    public AddressValue Addresses(IEnumerable<string> names, string? zone) =>
        AddressValue.UnionOf([.. names.Select(name => Book(zone).Resolve(name) ?? Literal(name) ?? AddressValue.NotKnown(UnknownKind.NotUnderstood, name))]);

    public ServiceValue Applications(IEnumerable<string> names) =>
        ServiceValue.UnionOf([.. names.Select(name => applications.Resolve(name) ?? ServiceValue.NotKnown(UnknownKind.NotUnderstood, name))]);

    private GroupResolver<AddressValue> Book(string? zone)
    {
        var key = zone ?? "";
        if (books.TryGetValue(key, out var book)) return book;
        List<int> places = [];
        if (zone is not null)
        {
            places.Add(tree.Find(tree.Find(security, "zones", "security-zone", zone), "address-book"));
            foreach (var named in tree.Children(tree.Find(security, "address-book")))
            {
                if (tree.Find(tree.Find(named, "attach", "zone"), zone) >= 0) places.Add(named);
            }
        }

        places.Add(tree.Find(security, "address-book", "global"));
        int[] found = [.. places.Where(static place => place >= 0)];
        book = new GroupResolver<AddressValue>((name, all) => Address(name, all, found), name =>
        {
            work.Recursion(0, name);
            return AddressValue.NotKnown(UnknownKind.NotUnderstood, name);
        });
        books.Add(key, book);
        return book;
    }

    private AddressValue? Address(string name, GroupResolver<AddressValue> all, int[] places)
    {
        // A member of a set is looked up in the set's own book, wherever the set is named.
        if (name.IndexOf('\0') is >= 0 and var mark) (places, name) = ([int.Parse(name.AsSpan(0, mark), CultureInfo.InvariantCulture)], name[(mark + 1)..]);
        switch (name)
        {
            case "any":
                return AddressValue.Any;
            case "any-ipv4":
                return AddressValue.AnyV4;
            case "any-ipv6":
                return AddressValue.AnyV6;
        }

        foreach (var place in places)
        {
            if (tree.Find(place, "address", name) is >= 0 and int one) return One(one, name);
            if (tree.Find(place, "address-set", name) is >= 0 and int set)
            {
                var members = tree.Children(tree.Find(set, "address")).Concat(tree.Children(tree.Find(set, "address-set")));
                return AddressValue.UnionOf([.. members.Select(member => all.Resolve(string.Create(CultureInfo.InvariantCulture, $"{place}\0{tree.Word(member)}")) ?? AddressValue.NotKnown(UnknownKind.NotUnderstood, tree.Word(member)))]);
            }
        }

        return null;
    }

    private AddressValue One(int node, string name)
    {
        List<AddressValue> values = [];
        foreach (var part in tree.Children(node))
        {
            switch (tree.Word(part))
            {
                case "description":
                    break;
                case "dns-name":
                    values.Add(AddressValue.NotKnown(UnknownKind.Fqdn, tree.Children(part).Select(tree.Word).FirstOrDefault(name)));
                    break;
                case "range-address":
                    foreach (var low in tree.Children(part))
                    {
                        var to = tree.Find(low, "to");
                        values.Add(Model.Address.TryParse(tree.Word(low), out var first) && Model.Address.TryParse(tree.Only(to), out var last)
                            ? AddressValue.Sure(AddressSet.Range(first, last))
                            : AddressValue.NotKnown(UnknownKind.NotUnderstood, name));
                    }

                    break;
                case "wildcard-address":
                    var text = tree.Children(part).Select(tree.Word).FirstOrDefault("");
                    var slash = text.IndexOf('/');
                    values.Add(slash > 0 && Model.Address.TryParseV4(text.AsSpan(0, slash), out var address) && Model.Address.TryParseV4(text.AsSpan(slash + 1), out var mask) && AddressSet.Wildcard(address, ~mask) is { } set
                        ? AddressValue.Sure(set)
                        : AddressValue.NotKnown(UnknownKind.NotUnderstood, name));
                    break;
                case "ip-prefix":
                    values.Add(Literal(tree.Only(part) ?? "") ?? AddressValue.NotKnown(UnknownKind.NotUnderstood, name));
                    break;
                default:
                    values.Add(Literal(tree.Word(part)) ?? AddressValue.NotKnown(UnknownKind.NotUnderstood, name));
                    break;
            }
        }

        return values.Count == 0 ? AddressValue.NotKnown(UnknownKind.NotUnderstood, name) : AddressValue.UnionOf(values);
    }

    public static AddressValue? Literal(string text) => AddressPrefix.TryParse(text, out var prefix) ? AddressValue.Sure(AddressSet.Of(prefix)) : null;

    private ServiceValue? Application(string name, GroupResolver<ServiceValue> all)
    {
        if (name == "any") return ServiceValue.Any;
        var root = tree.Find(0, "applications");
        if (tree.Find(root, "application-set", name) is >= 0 and int set)
        {
            var members = tree.Children(tree.Find(set, "application")).Concat(tree.Children(tree.Find(set, "application-set")));
            return ServiceValue.UnionOf([.. members.Select(member => all.Resolve(tree.Word(member)) ?? ServiceValue.NotKnown(UnknownKind.NotUnderstood, tree.Word(member)))]);
        }

        if (tree.Find(root, "application", name) is >= 0 and int application)
        {
            var terms = tree.Find(application, "term");
            return terms >= 0
                ? ServiceValue.UnionOf([.. tree.Children(terms).Select(term => Term(term, name))])
                : Term(application, name);
        }

        return JunosApplications.Predefined(name);
    }

    private ServiceValue Term(int node, string name)
    {
        var service = Service.Any;
        foreach (var part in tree.Children(node))
        {
            var value = tree.Children(part).Select(tree.Word).FirstOrDefault("");
            switch (tree.Word(part))
            {
                case "protocol":
                    if (!ServiceNames.TryProtocol(value, out var number)) return ServiceValue.NotKnown(UnknownKind.NotUnderstood, name);

                    service = service with { Protocols = ByteSet.Of(number) };
                    break;
                case "source-port" or "destination-port":
                    if (!ServiceNames.TryPorts(value, '-', out var ports)) return ServiceValue.NotKnown(UnknownKind.NotUnderstood, name);

                    service = tree.Word(part) == "source-port" ? service with { SourcePorts = ports } : service with { DestinationPorts = ports };
                    break;
                case "icmp-type" or "icmp6-type":
                    if (!ServiceNames.TryIcmp(value, tree.Word(part) == "icmp6-type", out var types))
                        return ServiceValue.NotKnown(UnknownKind.NotUnderstood, name);

                    var code = tree.Only(tree.Find(node, "icmp-code")) ?? tree.Only(tree.Find(node, "icmp6-code")) ?? "";
                    service = service with { Icmp = byte.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var exact) ? Service.IcmpType((byte)(types.Bounds[0] >> 8), exact) : types };
                    break;
                case "icmp-code" or "icmp6-code" or "inactivity-timeout" or "description" or "alg" or "application-protocol" or "ether-type" or "do-not-translate-A-query-to-AAAA-query" or "do-not-translate-AAAA-query-to-A-query":
                    break;
                default:
                    // "rpc-program-number", "uuid": told from content.
                    return new ServiceValue(new ServiceSet([service]), ServiceSet.None, [new Unknown(UnknownKind.Application, name + " " + tree.Word(part))]);
            }
        }

        return ServiceValue.Sure(service);
    }
}

/// <summary>The applications that Junos defines ("junos-http").</summary>
/// <remarks>Source: Junos OS, "show configuration groups junos-defaults applications".</remarks>
internal static class JunosApplications
{
    private static readonly Dictionary<string, string> Table = new(StringComparer.Ordinal)
    {
        ["junos-ftp"] = "tcp/21", ["junos-ftp-data"] = "tcp/20", ["junos-tftp"] = "udp/69", ["junos-rtsp"] = "tcp/554", ["junos-ssh"] = "tcp/22", ["junos-telnet"] = "tcp/23", ["junos-smtp"] = "tcp/25", ["junos-smtps"] = "tcp/587", ["junos-mail"] = "tcp/25", ["junos-tacacs"] = "tcp/49", ["junos-tacacs-ds"] = "tcp/65", ["junos-dhcp-client"] = "udp/68", ["junos-dhcp-server"] = "udp/67", ["junos-bootpc"] = "udp/68", ["junos-bootps"] = "udp/67",
        ["junos-finger"] = "tcp/79", ["junos-http"] = "tcp/80", ["junos-https"] = "tcp/443", ["junos-http-ext"] = "tcp/7001", ["junos-pop3"] = "tcp/110", ["junos-ident"] = "tcp/113", ["junos-nntp"] = "tcp/119", ["junos-ntp"] = "udp/123", ["junos-imap"] = "tcp/143", ["junos-imaps"] = "tcp/993", ["junos-bgp"] = "tcp/179", ["junos-ldap"] = "tcp/389", ["junos-snpp"] = "tcp/444", ["junos-biff"] = "udp/512", ["junos-who"] = "udp/513", ["junos-syslog"] = "udp/514", ["junos-printer"] = "tcp/515", ["junos-rip"] = "udp/520", ["junos-radius"] = "udp/1812", ["junos-radacct"] = "udp/1813",
        ["junos-nfsd-tcp"] = "tcp/2049", ["junos-nfsd-udp"] = "udp/2049", ["junos-cvspserver"] = "tcp/2401", ["junos-ldp-tcp"] = "tcp/646", ["junos-ldp-udp"] = "udp/646", ["junos-xnm-ssl"] = "tcp/3220", ["junos-xnm-clear-text"] = "tcp/3221", ["junos-ike"] = "udp/500", ["junos-ike-nat"] = "udp/4500", ["junos-aol"] = "tcp/5190-5193", ["junos-chargen"] = "udp/19", ["junos-dhcp-relay"] = "udp/67", ["junos-discard"] = "udp/9", ["junos-dns-udp"] = "udp/53", ["junos-dns-tcp"] = "tcp/53", ["junos-echo"] = "udp/7", ["junos-gopher"] = "tcp/70", ["junos-gnutella"] = "udp/6346-6347", ["junos-irc"] = "tcp/6660-6669", ["junos-l2tp"] = "udp/1701", ["junos-lpr"] = "tcp/515",
        ["junos-nbname"] = "udp/137", ["junos-nbds"] = "udp/138", ["junos-netbios-session"] = "tcp/139", ["junos-smb-session"] = "tcp/445", ["junos-smb"] = "tcp/139 tcp/445", ["junos-ms-sql"] = "tcp/1433", ["junos-pc-anywhere"] = "udp/5632", ["junos-pptp"] = "tcp/1723", ["junos-rsh"] = "tcp/514", ["junos-rlogin"] = "tcp/513", ["junos-rexec"] = "tcp/512", ["junos-sip"] = "udp/5060 tcp/5060", ["junos-sqlnet-v1"] = "tcp/1525", ["junos-sqlnet-v2"] = "tcp/1521", ["junos-sun-rpc-portmap-tcp"] = "tcp/111", ["junos-sun-rpc-portmap-udp"] = "udp/111", ["junos-vnc"] = "tcp/5800 tcp/5900", ["junos-whois"] = "tcp/43", ["junos-wais"] = "tcp/210", ["junos-winframe"] = "tcp/1494", ["junos-x-windows"] = "tcp/6000-6063", ["junos-h323"] = "tcp/1720 udp/1719 tcp/1503 tcp/389 tcp/522 tcp/1731", ["junos-wxcontrol"] = "tcp/3578", ["junos-http-alt"] = "tcp/8080", ["junos-rdp"] = "tcp/3389", ["junos-snmp"] = "udp/161", ["junos-netconf-ssh"] = "tcp/830",
        ["junos-icmp-all"] = "icmp", ["junos-icmp-ping"] = "icmp/8", ["junos-ping"] = "icmp/8", ["junos-icmp6-all"] = "icmp6", ["junos-pingv6"] = "icmp6/128", ["junos-icmp6-echo-request"] = "icmp6/128", ["junos-icmp6-echo-reply"] = "icmp6/129", ["junos-gre"] = "47", ["junos-ospf"] = "89", ["junos-tcp-any"] = "tcp/0-65535", ["junos-udp-any"] = "udp/0-65535", ["junos-persistent-nat"] = "255",
        ["junos-cifs"] = "tcp/139 tcp/445", ["junos-dns"] = "tcp/53 udp/53",
    };

    public static ServiceValue? Predefined(string name)
    {
        if (!Table.TryGetValue(name, out var text))
        {
            // Content decides the rest of Junos' own (RPC, ALG): a named unknown, not a fault.
            return name.StartsWith("junos-", StringComparison.Ordinal) ? ServiceValue.NotKnown(UnknownKind.Application, name) : null;
        }

        List<Service> services = [];
        foreach (var one in text.Split(' '))
        {
            var parts = one.Split('/');
            var service = Service.Of(parts[0] switch { "tcp" => Protocols.Tcp, "udp" => Protocols.Udp, "icmp" => Protocols.Icmp, "icmp6" => Protocols.IcmpV6, _ => byte.Parse(parts[0], CultureInfo.InvariantCulture) });
            if (parts.Length > 1)
            {
                if (parts[0].StartsWith("icmp", StringComparison.Ordinal))
                    service = service with { Icmp = Service.IcmpType(byte.Parse(parts[1], CultureInfo.InvariantCulture)) };
                else if (ServiceNames.TryPorts(parts[1], '-', out var ports))
                    service = service with { DestinationPorts = ports };
            }

            services.Add(service);
        }

        return ServiceValue.Sure(new ServiceSet([.. services]));
    }
}
