using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Juniper;

/// <summary>Stateless firewall filters: "firewall family inet filter NAME term …".</summary>
/// <remarks>
/// Source: Junos OS Routing Policies, Firewall Filters, and Traffic Policers User Guide: terms in order; a term without a terminating action
/// accepts; "next term" goes on; what no term matches is discarded; "except" takes an address out of its list.
/// </remarks>
internal sealed class JunosFilters(FileWork work, WordTree tree)
{
    public List<Chain> Chains { get; } = [];

    private readonly HashSet<string> names = [];

    public static string NameOf(string family, string filter) => family == "inet6" ? "6:" + filter : filter;

    public bool Has(string family, string filter) => names.Contains(NameOf(family, filter));

    /// <summary>Several filters as one, in their order.</summary>
    public void Join(string family, string name, string[] filters)
    {
        names.Add(NameOf(family, name));
        Chains.Add(new Chain(NameOf(family, name), [.. filters.SelectMany(one => Chains.First(chain => chain.Name == NameOf(family, one)).Rules)]));
    }

    public void Read()
    {
        var firewall = tree.Find(0, "firewall");
        tree.Mark(firewall, Reading.Understood);
        foreach (var part in tree.Children(firewall))
        {
            switch (tree.Word(part))
            {
                case "family":
                    tree.Mark(part, Reading.Understood);
                    foreach (var family in tree.Children(part))
                    {
                        if (tree.Word(family) is "inet" or "inet6")
                        {
                            tree.Mark(family, Reading.Understood);
                            tree.MarkAll(tree.Find(family, "prefix-action"), Reading.Irrelevant);
                            tree.MarkAll(tree.Find(family, "service-filter"), Reading.Irrelevant);
                            Filters(tree.Find(family, "filter"), tree.Word(family));
                        }
                        else
                        {
                            // Filters of other families (mpls, ethernet-switching, any, …) look at no IP packets that are routed here, or can't be read.
                            tree.MarkAll(family, tree.Word(family) is "mpls" or "ccc" or "vpls" ? Reading.Irrelevant : Reading.NotUnderstood);
                        }
                    }

                    break;
                case "filter":
                    Filters(part, "inet");
                    break;
                case "policer" or "three-color-policer" or "load-balance-group" or "hierarchical-policer" or "interface-set" or "tunnel-end-point" or "atm-policer" or "flexible-match" or "policer-profile" or "prefix-action":
                    tree.MarkAll(part, Reading.Irrelevant);
                    break;
            }
        }
    }

    private void Filters(int node, string family)
    {
        tree.Mark(node, Reading.Understood);
        foreach (var filter in tree.Children(node))
        {
            tree.Mark(filter, Reading.Understood);
            List<Rule> rules = [];
            var off = tree.IsOff(filter);
            foreach (var part in tree.Children(filter))
            {
                if (tree.Word(part) == "term")
                {
                    tree.Mark(part, Reading.Understood);
                    foreach (var term in tree.Children(part))
                    {
                        if (tree.IsOff(term)) tree.MarkAll(term, Reading.Understood);
                        else Term(term, family, rules);
                    }
                }
                else if (tree.Word(part) is "interface-specific" or "physical-interface-filter" or "accounting-profile" or "enhanced-mode" or "fast-filter-lookup" or "instance-shared" or "no-label-lookup" or "input-chain" or "output-chain" or "description" or "promote" or "scale-optimized")
                {
                    tree.MarkAll(part, Reading.Irrelevant);
                }
            }

            if (!off)
            {
                var name = NameOf(family, tree.Word(filter));
                names.Add(name);
                Chains.Add(new Chain(name, [.. rules]));
            }
        }
    }

    private List<string> Values(int node) => [.. tree.Children(node).Select(tree.Word)];

    private void Term(int term, string family, List<Rule> rules)
    {
        var v6 = family == "inet6";
        var universe = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
        var when = new Condition { Source = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4, Destination = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4 };
        var name = tree.Word(term);
        tree.Mark(term, Reading.Understood);
        var last = tree.Line(term);
        var service = Service.Any;
        List<AddressValue> sources = [], destinations = [], eithers = [];
        IntervalSet<ushort>? eitherPort = null;
        var from = tree.Find(term, "from");
        tree.Mark(from, Reading.Understood);
        foreach (var part in tree.Children(from))
        {
            last = Math.Max(last, tree.Line(part));
            var word = tree.Word(part);
            var strange = false;
            switch (word)
            {
                case "source-address":
                    sources.Add(AddressesOf(part, universe, ref strange));
                    break;
                case "destination-address":
                    destinations.Add(AddressesOf(part, universe, ref strange));
                    break;
                case "address":
                    eithers.Add(AddressesOf(part, universe, ref strange));
                    break;
                case "source-prefix-list" or "destination-prefix-list" or "prefix-list":
                    // Beside source-address the two are alternatives of one condition, in whatever order they stand.
                    (word[0] switch { 's' => sources, 'd' => destinations, _ => eithers }).Add(PrefixLists(part, universe, ref strange));
                    break;
                case "protocol" or "next-header" or "payload-protocol" or "protocol-except" or "next-header-except" or "payload-protocol-except":
                    ByteSet protocols = default;
                    foreach (var value in Values(part))
                    {
                        if (ServiceNames.TryProtocol(value, out var number)) protocols |= ByteSet.Of(number);
                        else strange = true;
                    }

                    service = service with { Protocols = service.Protocols & (word.EndsWith("-except", StringComparison.Ordinal) ? ~protocols : protocols) };
                    break;
                case "source-port" or "destination-port" or "port" or "source-port-except" or "destination-port-except":
                    if (!Ports(part, out var ports))
                    {
                        strange = true;
                        break;
                    }

                    ports = word.EndsWith("-except", StringComparison.Ordinal) ? ports.Complement() : ports;
                    if (word.StartsWith("source", StringComparison.Ordinal))
                        service = service with { SourcePorts = service.SourcePorts.Intersect(ports) };
                    else if (word.StartsWith("destination", StringComparison.Ordinal))
                        service = service with { DestinationPorts = service.DestinationPorts.Intersect(ports) };
                    else
                        eitherPort = ports;

                    break;
                case "tcp-established":
                    service = service with { Flags = service.Flags & TcpFlags.Established };
                    break;
                case "tcp-initial":
                    service = service with { Flags = service.Flags & ByteSet.Where(static flags => (flags & (TcpFlags.Syn | TcpFlags.Ack)) == TcpFlags.Syn) };
                    break;
                case "icmp-type" or "icmp-type-except" or "icmp6-type":
                    var types = IntervalSet<ushort>.Empty;
                    foreach (var value in Values(part))
                    {
                        if (ServiceNames.TryIcmp(value, v6, out var some))
                            types = types.Union(some.Count == 1 && some.Bounds[0] == some.Bounds[1] ? Service.IcmpType((byte)(some.Bounds[0] >> 8)) : some);
                        else
                            strange = true;
                    }

                    service = service with { Icmp = word.EndsWith("-except", StringComparison.Ordinal) ? types.Complement() : types };
                    break;
                case "is-fragment":
                    when.Fragments = Fragments.Later;
                    break;
                case "first-fragment" or "fragment-offset" or "fragment-flags" or "tcp-flags" or "icmp-code" or "dscp" or "precedence" or "ttl" or "packet-length" or "ip-options" or "traffic-class" or "traffic-class-except" or "forwarding-class-except" or "flexible-match-range" or "ether-type" or "hop-limit" or "interface" or "interface-group" or "interface-set" or "forwarding-class" or "loss-priority" or "source-class" or "destination-class" or "esp-spi" or "ah-spi" or "traffic-type" or "extension-header" or "flexible-match-mask" or "rat-type" or "fragment-offset-except" or "packet-length-except" or "ttl-except" or "dscp-except" or "precedence-except" or "icmp-code-except" or "tunnel-end-point" or "flow-label":
                    when.Uncertain(UnknownKind.RunTime, word + " " + string.Join(' ', Values(part)));
                    break;
                default:
                    strange = true;
                    break;
            }

            tree.MarkAll(part, strange ? Reading.NotUnderstood : Reading.Understood);
            if (strange)
            {
                work.Keep(tree.Line(part), tree.Line(part), new Touch.InPlace());
                when.Uncertain(UnknownKind.NotUnderstood, word);
            }
        }

        if (sources.Count > 0) when.Source = AddressValue.UnionOf(sources);
        if (destinations.Count > 0) when.Destination = AddressValue.UnionOf(destinations);
        var either = eithers.Count > 0 ? AddressValue.UnionOf(eithers) : null;
        var action = Action(tree.Find(term, "then"), when, ref last);
        if (tree.Find(term, "filter") >= 0)
        {
            // A filter inside a filter.
            action = RuleAction.Unknown;
            when.Uncertain(UnknownKind.NotUnderstood, "filter");
            tree.MarkAll(tree.Find(term, "filter"), Reading.NotUnderstood);
        }

        var at = work.At(tree.Line(term), last, "term " + name);
        var narrowed = !service.SourcePorts.IsAll || !service.DestinationPorts.IsAll || !service.Icmp.IsAll || !service.Flags.IsAll || eitherPort is not null;
        if (narrowed) when.Fragments &= Fragments.WholeOrFirst;
        var services = eitherPort is { } one
            ? ServiceValue.Sure(ServiceSet.Of(service with { SourcePorts = service.SourcePorts.Intersect(one) }, service with { DestinationPorts = service.DestinationPorts.Intersect(one) }))
            : service == Service.Any ? ServiceValue.Any : ServiceValue.Sure(service);
        // Ports, types and flags don't say the protocol: the same bytes of another protocol may meet them.
        var fitting = (service.SourcePorts.IsAll && service.DestinationPorts.IsAll && eitherPort is null ? ByteSet.All : ByteSet.Of(Protocols.Tcp, Protocols.Udp, Protocols.Sctp, Protocols.Dccp))
            & (service.Icmp.IsAll ? ByteSet.All : Protocols.WithTypes) & (service.Flags.IsAll ? ByteSet.All : ByteSet.Of(Protocols.Tcp));
        if (!(service.Protocols & ~fitting).IsEmpty)
            services = new(services.May, Matches.Intersect(services.Must, ServiceSet.Of(new Service(fitting))), [new(UnknownKind.RunTime, "no protocol")]);
        when.Services = services;
        if (either is null)
        {
            rules.Add(when.ToRule(action, at, name));
            return;
        }

        // "address": the source or the destination is in the list.
        AddressValue source = when.Source, destination = when.Destination;
        when.Source = source.Intersected(either);
        rules.Add(when.ToRule(action, at, name));
        when.Source = source;
        when.Destination = destination.Intersected(either);
        rules.Add(when.ToRule(action, at, name));
    }

    private RuleAction Action(int then, Condition when, ref int last)
    {
        tree.Mark(then, Reading.Understood);
        var action = RuleAction.Accept;
        foreach (var part in tree.Children(then))
        {
            last = Math.Max(last, tree.Line(part));
            tree.MarkAll(part, Reading.Understood);
            switch (tree.Word(part))
            {
                case "accept":
                    action = RuleAction.Accept;
                    break;
                case "discard":
                    action = RuleAction.Drop;
                    break;
                case "reject":
                    action = RuleAction.Reject;
                    break;
                case "next":
                    action = RuleAction.Continue;
                    break;
                case "count" or "traffic-class-count" or "log" or "syslog" or "sample" or "forwarding-class" or "loss-priority" or "port-mirror" or "port-mirror-instance" or "dscp" or "traffic-class" or "service-accounting" or "packet-mode" or "no-decrement-ttl" or "service-accounting-deferred" or "next-interface" or "prefix-action" or "hierarchical-policer" or "analyzer" or "force-premium" or "topology" or "three-color-policer" or "load-balance" or "clear-policy-map" or "policy-map" or "routing-instance" or "next-ip" or "next-ip6" or "logical-system" or "ipsec-sa" or "decapsulate" or "encapsulate" or "virtual-channel" or "log-only":
                    if (tree.Word(part) is "decapsulate" or "encapsulate" or "logical-system")
                    {
                        when.Uncertain(UnknownKind.NotUnderstood, tree.Word(part));
                        action = RuleAction.Unknown;
                    }

                    break;
                case "policer":
                    break; // drops what is too much: lets pass by its rule
                default:
                    tree.MarkAll(part, Reading.NotUnderstood);
                    work.Keep(tree.Line(part), tree.Line(part), new Touch.InPlace());
                    when.Uncertain(UnknownKind.NotUnderstood, tree.Word(part));
                    action = RuleAction.Unknown;
                    break;
            }
        }

        return action;
    }

    private bool Ports(int part, out IntervalSet<ushort> ports)
    {
        ports = IntervalSet<ushort>.Empty;
        foreach (var value in Values(part))
        {
            if (!ServiceNames.TryPorts(value, '-', out var some)) return false;
            ports = ports.Union(some);
        }

        return true;
    }

    /// <summary>The longest prefix that holds an address decides whether it is in the list: shorter ones first, each overridden by longer ones.</summary>
    private AddressValue AddressesOf(int part, AddressSet universe, ref bool strange)
    {
        List<(int Length, bool Except, AddressSet Set)> entries = [];
        foreach (var value in tree.Children(part))
        {
            var text = tree.Word(value);
            var slash = text.IndexOf('/');
            var except = tree.Find(value, "except") >= 0;
            if (AddressPrefix.TryParse(text, out var prefix))
            {
                entries.Add((prefix.Length, except, AddressSet.Of(prefix)));
            }
            else if (slash > 0 && Address.TryParseV4(text.AsSpan(0, slash), out var address) && Address.TryParseV4(text.AsSpan(slash + 1), out var mask) && AddressSet.Wildcard(address, ~mask) is { } set)
            {
                entries.Add((System.Numerics.BitOperations.PopCount(mask), except, set));
            }
            else
            {
                strange = true;
                return AddressValue.NotKnown(UnknownKind.NotUnderstood, text, universe);
            }
        }

        if (!entries.Exists(static entry => entry.Except)) return AddressValue.Sure(AddressSet.UnionOf(entries.Select(static entry => entry.Set)));
        var onlyExcept = entries.TrueForAll(static entry => entry.Except);
        var all = onlyExcept ? universe : AddressSet.Empty;
        foreach (var (_, except, set) in entries.OrderBy(static entry => entry.Length)) all = except ? all.Except(set) : all.Union(set);

        // Releases differ on what a list of exceptions alone means: the rest, or nothing.
        return onlyExcept ? AddressValue.NotKnown(UnknownKind.RunTime, "only except", all) : AddressValue.Sure(all);
    }

    private AddressValue PrefixLists(int part, AddressSet universe, ref bool strange)
    {
        List<AddressSet> included = [], excluded = [];
        foreach (var reference in tree.Children(part))
        {
            var list = tree.Find(0, "policy-options", "prefix-list", tree.Word(reference));
            if (list < 0 || tree.Find(list, "apply-path") >= 0)
            {
                strange |= list < 0;
                return AddressValue.NotKnown(list < 0 ? UnknownKind.NotUnderstood : UnknownKind.RunTime, tree.Word(reference), universe);
            }

            tree.MarkAll(list, Reading.Understood);
            foreach (var value in Values(list))
            {
                if (!AddressPrefix.TryParse(value, out var prefix))
                {
                    strange = true;
                    return AddressValue.NotKnown(UnknownKind.NotUnderstood, value, universe);
                }

                (tree.Find(reference, "except") >= 0 ? excluded : included).Add(AddressSet.Of(prefix));
            }
        }

        var all = included.Count == 0 && excluded.Count > 0 ? universe : AddressSet.UnionOf(included);
        return AddressValue.Sure(all.Except(AddressSet.UnionOf(excluded)).Intersect(universe));
    }
}
