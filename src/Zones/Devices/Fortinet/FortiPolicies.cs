using System.Collections.Frozen;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Fortinet;

/// <summary>Firewall policies of one virtual domain, in the order of the file.</summary>
/// <remarks>Source: FortiOS CLI Reference, "config firewall policy".</remarks>
internal sealed class FortiPolicies(FileWork work, WordTree tree, FortiObjects objects, Func<IEnumerable<string>, InterfaceSet> interfacesOf, List<Rule> rules, List<NatRule> nat, bool centralNat)
{
    /// <summary>Settings that are read by name below.</summary>
    private static readonly FrozenSet<string> Known = FrozenSet.ToFrozenSet(
        [
            "srcintf", "dstintf", "srcaddr", "dstaddr", "srcaddr6", "dstaddr6", "srcaddr4", "dstaddr4", "service", "action", "status", "schedule", "srcaddr-negate", "dstaddr-negate", "srcaddr6-negate", "dstaddr6-negate", "service-negate", "nat", "ippool", "poolname", "poolname6", "groups", "users", "fsso-groups",
            "internet-service", "internet-service-src", "internet-service6", "internet-service6-src", "match-vip", "application", "app-category", "app-group", "url-category", "policy-expiry", "policy-expiry-date", "policy-expiry-date-utc", "rtp-nat", "fixedport", "name", "ztna-status", "ztna-tags-match-logic", "ztna-ems-tag", "ztna-geo-tag", "devices", "src-vendor-mac", "tos", "tos-mask", "vlan-filter", "geoip-match", "geoip-anycast", "reputation-minimum", "reputation-direction", "identity-based", "natinbound", "natoutbound", "natip", "inbound", "outbound", "nat46", "nat64", "sgt", "sgt-check", "pcp-inbound", "pcp-outbound", "pcp-poolname", "network-service-dynamic", "network-service-src-dynamic",
        ]);

    /// <summary>Settings that look into, shape, log or time what the policy lets through, and stop none or more of it.</summary>
    private static readonly FrozenSet<string> Plain = FrozenSet.ToFrozenSet(
        [
            "uuid", "comments", "comment", "label", "global-label", "logtraffic", "logtraffic-start", "logtraffic-app", "log-unmatched-traffic", "utm-status", "inspection-mode", "profile-type", "profile-group", "profile-protocol-options", "ssl-ssh-profile", "av-profile", "webfilter-profile", "dnsfilter-profile", "emailfilter-profile", "spamfilter-profile", "dlp-sensor", "dlp-profile", "file-filter-profile", "ips-sensor", "application-list",
            "voip-profile", "icap-profile", "cifs-profile", "waf-profile", "ssh-filter-profile", "videofilter-profile", "sctp-filter-profile", "ips-voip-filter", "casb-profile", "virtual-patch-profile", "gtp-profile", "traffic-shaper", "traffic-shaper-reverse", "per-ip-shaper", "shaping", "session-ttl", "vlan-cos-fwd", "vlan-cos-rev", "tcp-mss-sender", "tcp-mss-receiver", "tcp-session-without-syn", "timeout-send-rst", "send-deny-packet", "capture-packet", "auto-asic-offload", "np-acceleration", "np-accelation",
            "webcache", "webcache-https", "wccp", "wanopt", "wanopt-detection", "wanopt-passive-opt", "wanopt-profile", "wanopt-peer", "permit-any-host", "permit-stun-host", "diffserv-forward", "diffserv-reverse", "diffserv-copy", "diffservcode-forward", "diffservcode-rev", "firewall-session-dirty", "disclaimer", "email-collect", "custom-log-fields", "replacemsg-override-group", "ssl-mirror", "ssl-mirror-intf", "decrypted-traffic-mirror", "block-notification", "fsso", "fsso-agent-for-ntlm", "ntlm", "ntlm-guest", "ntlm-enabled-browsers", "wsso", "rsso", "auth-cert", "auth-path", "auth-redirect-addr", "redirect-url", "http-policy-redirect", "ssh-policy-redirect", "ztna-policy-redirect",
            "delay-tcp-npu-session", "anti-replay", "dynamic-shaping", "passive-wan-health-measurement", "match-vip-only", "port-preserve", "port-random", "radius-mac-auth-bypass", "radius-ip-auth-bypass", "dsri", "policy-behaviour-type", "tagging", "tags", "list", "policyid", "client-reputation", "learning-mode", "best-route", "vpntunnel", "scan-botnet-connections", "fec", "policy-offload", "eif-check", "eif-learn", "cgn-session-quota", "cgn-resource-quota", "cgn-log-server-grp", "cgn-eim", "cgn-eif", "hyperscale-policy", "spf-profile", "telemetry-profile", "log-http-transaction", "extended-log", "nat64-force-ipv6-packet-forwarding", "udp-timeout-send-unreach", "captive-portal-exempt", "logtraffic-start", "dlp", "mms-profile", "endpoint-compliance", "device-detection-portal", "require-tfa", "sslvpn-auth", "sslvpn-ccert", "sslvpn-cipher", "active-auth-method", "ip-based", "deep-inspection-options", "diffserv", "gsi",
        ]);

    /// <summary>What each accepting policy does with the source, in their order: hides it, or leaves it.</summary>
    private readonly List<(NatRule Rule, bool Hides)> sources = [];

    /// <summary>Whether the policy at hand is switched off.</summary>
    private bool off;

    /// <summary>Virtual addresses that policies name; true: one that is in force does.</summary>
    public Dictionary<string, bool> UsedVips { get; } = new(StringComparer.Ordinal);

    /// <summary>Policies that deny, and are switched off.</summary>
    public List<Rule> Disabled { get; } = [];

    public void Read(int node, FortiFamily family)
    {
        tree.Mark(node, Reading.Understood);
        foreach (var edit in tree.Children(node))
        {
            tree.Mark(edit, Reading.Understood);
            ReadOne(edit, family);
        }
    }

    private string? One(int edit, string setting) => tree.Only(tree.Find(edit, setting));

    private List<string> Values(int edit, string setting) => [.. tree.Children(tree.Find(edit, setting)).Select(tree.Word)];

    private void ReadOne(int edit, FortiFamily family)
    {
        var id = tree.Word(edit);
        var name = One(edit, "name") is { Length: > 0 } said ? $"{id} {said}" : id;
        off = One(edit, "status") == "disable";
        if (off) tree.MarkAll(edit, Reading.Understood);
        List<(UnknownKind Kind, string Name)> uncertain = [];
        var last = tree.Line(edit);
        foreach (var setting in tree.Children(edit))
        {
            var word = tree.Word(setting);
            last = Math.Max(last, tree.Line(setting));
            if (off) continue;
            if (Known.Contains(word))
            {
                tree.MarkAll(setting, Reading.Understood);
                Uncertainties(word, setting, uncertain);
                if ((word is "status" || word.EndsWith("-negate", StringComparison.Ordinal)) && tree.Only(setting) is not ("enable" or "disable"))
                {
                    tree.MarkAll(setting, Reading.NotUnderstood);
                    work.Keep(tree.Line(setting), tree.Line(setting), new Touch.InPlace());
                    uncertain.Add((UnknownKind.NotUnderstood, tree.Path(setting)));
                }
            }
            else if (Plain.Contains(word))
            {
                tree.MarkAll(setting, Reading.Irrelevant);
            }
            else
            {
                tree.MarkAll(setting, Reading.NotUnderstood);
                // A line that isn't even a setting may have been the head of a policy.
                if (word[0] != '?') work.Keep(tree.Line(setting), tree.Line(setting), new Touch.InPlace());
                uncertain.Add((UnknownKind.NotUnderstood, tree.Path(setting)));
            }
        }

        var action = (One(edit, "action") ?? "deny") switch
        {
            "accept" or "ssl-vpn" => RuleAction.Accept,
            "deny" => RuleAction.Drop,
            // Policy-based IPsec: what matches goes into a tunnel to the peer, when that peer is there.
            "ipsec" => RuleAction.Accept,
            _ => RuleAction.Unknown,
        };
        if (One(edit, "action") == "ipsec") uncertain.Add((UnknownKind.RunTime, "ipsec"));
        if (One(edit, "action") is null && uncertain.Exists(static one => one.Kind == UnknownKind.NotUnderstood)) action = RuleAction.Unknown;
        if (family == FortiFamily.Neither)
        {
            action = RuleAction.Unknown;
            uncertain.Add((UnknownKind.NotUnderstood, "policy46/64"));
        }

        var from = Named(edit, "srcintf", uncertain);
        var to = Named(edit, "dstintf", uncertain);
        var at = work.At(tree.Line(edit), last, "policy " + id);
        var isService = One(edit, "internet-service") == "enable" || One(edit, "internet-service6") == "enable";
        var isSource = One(edit, "internet-service-src") == "enable" || One(edit, "internet-service6-src") == "enable";
        if (!isService && Values(edit, "service").Count == 0) uncertain.Add((UnknownKind.NotUnderstood, "no service"));
        if (action == RuleAction.Unknown) uncertain.Add((UnknownKind.NotUnderstood, "action"));
        var (told, families) = (false, (bool[])[false, true]);
        var services = isService ? ServiceValue.NotKnown(UnknownKind.RunTime, "internet-service") : Negated(Values(edit, "service").Count == 0 ? ServiceValue.Any : objects.Services(Values(edit, "service")), One(edit, "service-negate") == "enable", uncertain);
        foreach (var v6 in families)
        {
            var (sources, destinations) = Names(edit, family, v6);
            var universe = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
            var source = isSource ? AddressValue.NotKnown(UnknownKind.RunTime, "internet-service-src", universe) : objects.Addresses(sources, v6);
            if ((sources.Count == 0 && !isSource) || (destinations.Count == 0 && !isService)) continue;
            told = true;
            if (One(edit, v6 && family == FortiFamily.Both ? "srcaddr6-negate" : "srcaddr-negate") == "enable") source = source.Not(universe);
            Rules(edit, family, v6, source, destinations, isService, services, from, to, action, at, name, uncertain);
        }

        if (told) return;
        // A policy without addresses: no device has one, so a piece of it is missing here.
        uncertain.Add((UnknownKind.NotUnderstood, "no addresses"));
        work.Keep(tree.Line(edit), tree.Line(edit), new Touch.InPlace());
        rules.Add(Of(AddressValue.Any, AddressValue.Any, services, from, to, uncertain).ToRule(action, at, name));
    }

    /// <summary>The interfaces of a setting that every policy has; where it is missing, any, and not surely.</summary>
    private InterfaceSet Named(int edit, string setting, List<(UnknownKind Kind, string Name)> uncertain)
    {
        var names = Values(edit, setting);
        if (names.Count > 0) return interfacesOf(names);
        uncertain.Add((UnknownKind.NotUnderstood, "no " + setting));
        return InterfaceSet.Any;
    }

    private (List<string> Sources, List<string> Destinations) Names(int edit, FortiFamily family, bool v6)
    {
        if (family == FortiFamily.V6) return v6 ? (Values(edit, "srcaddr"), Values(edit, "dstaddr")) : ([], []);
        return v6
            ? (Values(edit, "srcaddr6"), Values(edit, "dstaddr6"))
            : ([.. Values(edit, "srcaddr"), .. Values(edit, "srcaddr4")], [.. Values(edit, "dstaddr"), .. Values(edit, "dstaddr4")]);
    }

    /// <summary>A policy's rules: one for its addresses, one for each virtual address among its destinations.</summary>
    private void Rules(int edit, FortiFamily family, bool v6, AddressValue source, List<string> destinations, bool isService, ServiceValue services, InterfaceSet from, InterfaceSet to, RuleAction action, SourceRef at, string name, List<(UnknownKind Kind, string Name)> uncertain)
    {
        var universe = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
        List<string> plain = [.. destinations.Where(destination => !objects.VipsOf(destination).Any())];
        if (plain.Count > 0 || isService)
        {
            var destination = isService ? AddressValue.NotKnown(UnknownKind.RunTime, "internet-service", universe) : objects.Addresses(plain, v6);
            if (One(edit, v6 && family == FortiFamily.Both ? "dstaddr6-negate" : "dstaddr-negate") == "enable")
                destination = destination.Not(universe);

            // Without match-vip a denying policy does not meet packets that a virtual address translates; "all" included.
            if (!centralNat && action != RuleAction.Accept && One(edit, "match-vip") != "enable")
            {
                var virtuals = AddressSet.UnionOf(objects.Vips.Values.Where(vip => vip.V6 == v6 && (vip.Interface is null || interfacesOf([vip.Interface]).Names.Any(from.Contains))).Select(static vip => vip.External));
                if (!virtuals.IsEmpty && destination.May.Overlaps(virtuals))
                    destination = new AddressValue(destination.May, destination.Must.Except(virtuals), [.. destination.Unknowns, new Unknown(UnknownKind.RunTime, "match-vip disable")]);
            }

            Add(edit, Of(source, destination, services, from, to, uncertain), action, at, name, v6);
        }

        foreach (var vip in destinations.SelectMany(objects.VipsOf).Where(vip => vip.V6 == v6))
        {
            UsedVips[vip.Name] = !off || UsedVips.GetValueOrDefault(vip.Name);
            // The policy's services are those behind the translation; the packet still carries the outer port where ports are forwarded.
            if (vip.ToPorts is { } inner && Matches.Intersect(services.May, new ServiceSet([.. vip.Services.Services.Select(one => one with { DestinationPorts = inner })])).Services.All(static one => one.DestinationPorts.IsEmpty))
                continue;

            var outer = vip.Services.IsAny ? services : ServiceValue.Sure(vip.Services);
            var external = vip.Readable ? AddressValue.Sure(vip.External) : new AddressValue(universe, AddressSet.Empty, [new Unknown(UnknownKind.RunTime, vip.Name)]);
            // Of two that overlap the first of the table translates, whichever the policy names (technical tip 362148).
            var sooner = AddressSet.UnionOf(objects.Vips.Values.TakeWhile(v => v.Name != vip.Name).Where(v => v.Enabled && v.V6 == v6 && v.External.Overlaps(vip.External) && Matches.Intersect(v.Services, vip.Services).Services.Any(static s => !s.DestinationPorts.IsEmpty && !s.Protocols.IsEmpty)).Select(static v => v.External));
            if (!sooner.IsEmpty) external = new AddressValue(external.May, external.Must.Except(sooner), [.. external.Unknowns, new Unknown(UnknownKind.RunTime, $"vip {vip.Name}: order")]);
            // The source is translated last: the packet goes to the inner address and port by then.
            var behind = vip.Readable ? AddressValue.Sure(vip.Mapped) : external;
            var innerServices = vip.ToPorts is { } ports ? ServiceValue.Sure(new ServiceSet([.. vip.Services.Services.Select(one => one with { DestinationPorts = ports })])) : outer;
            // With central NAT policies are asked behind the translation.
            if (centralNat) Add(edit, Of(source, behind, innerServices, from, to, uncertain), action, at with { Of = at.Of + " > vip " + vip.Name }, name, v6);
            else Add(edit, Of(source, external, outer, from, to, uncertain), action, at with { Of = at.Of + " > vip " + vip.Name }, name, v6, Of(source, behind, innerServices, from, to, uncertain));
        }
    }

    private static Condition Of(AddressValue source, AddressValue destination, ServiceValue services, InterfaceSet from, InterfaceSet to, List<(UnknownKind Kind, string Name)> uncertain)
    {
        var when = new Condition { Source = source, Destination = destination, Services = services, In = from, Out = to };
        foreach (var (kind, name) in uncertain) when.Uncertain(kind, name);
        return when;
    }

    /// <param name="behind">The condition behind a destination translation; null: the same.</param>
    private void Add(int edit, Condition when, RuleAction action, SourceRef at, string name, bool v6, Condition? behind = null)
    {
        if (off)
        {
            if (action == RuleAction.Drop) Disabled.Add(when.ToRule(action, at, name));
            return;
        }

        rules.Add(when.ToRule(action, at, name));
        if (centralNat || action != RuleAction.Accept) return;
        // The policy that lets a packet through says how its source is translated; those without say that it stays.
        var translation = (behind ?? when).ToNat(NatKind.Source, at, name);
        // What came to the inner address by itself, another policy let through.
        if (behind is not null) translation = translation with { Must = Match.Nothing, Unknowns = [.. translation.Unknowns, new Unknown(UnknownKind.RunTime, at.Of)] };
        var hides = One(edit, "nat") == "enable";
        if (hides)
        {
            translation = One(edit, "ippool") == "enable"
                ? translation with { To = Pool(Values(edit, v6 ? "poolname6" : "poolname"), v6), ToPorts = IntervalSet<ushort>.All }
                : translation with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All };
        }
        sources.Add((translation, hides));
    }

    /// <summary>The source translations of the policies read, in their order. One that leaves the source as it is counts where a later one would hide it.</summary>
    public void Translations()
    {
        for (var i = 0; i < sources.Count; i++)
        {
            var (rule, hides) = sources[i];
            if (hides || sources.Skip(i + 1).Any(later => later.Hides && MayMeet(later.Rule.May, rule.May))) nat.Add(rule);
        }
    }

    private static bool MayMeet(Match one, Match other) =>
        MayMeet(one.Out, other.Out) && MayMeet(one.In, other.In) && one.Source.Overlaps(other.Source) && one.Destination.Overlaps(other.Destination);

    private static bool MayMeet(InterfaceSet one, InterfaceSet other) => one.IsInverted || other.IsInverted || one.Names.Any(other.Contains) || other.Names.Any(one.Contains);

    private AddressSet Pool(List<string> names, bool v6)
    {
        List<AddressSet> sets = [];
        foreach (var name in names)
        {
            foreach (var scope in tree.Children(0).Prepend(0))
            {
                foreach (var place in tree.Children(scope).Prepend(scope))
                {
                    var edit = tree.Find(tree.Find(place, v6 ? "firewall ippool6" : "firewall ippool"), name);
                    if (edit >= 0 && Address.TryParse(One(edit, "startip"), out var first) && Address.TryParse(One(edit, "endip"), out var last))
                        sets.Add(AddressSet.Range(first, last));
                }
            }
        }

        return sets.Count == 0 ? v6 ? AddressSet.AllV6 : AddressSet.AllV4 : AddressSet.UnionOf(sets);
    }

    /// <summary>"central-snat-map": translations of their own, tried in their order.</summary>
    public void CentralNat(int node)
    {
        tree.MarkAll(node, Reading.Understood);
        foreach (var edit in tree.Children(node))
        {
            if (One(edit, "status") == "disable") continue;
            var v6 = One(edit, "type") == "ipv6";
            var when = new Condition()
            {
                Source = objects.Addresses(Values(edit, v6 ? "orig-addr6" : "orig-addr"), v6),
                Destination = objects.Addresses(Values(edit, v6 ? "dst-addr6" : "dst-addr"), v6),
                In = interfacesOf(Values(edit, "srcintf")),
                Out = interfacesOf(Values(edit, "dstintf")),
                Services = byte.TryParse(One(edit, "protocol"), System.Globalization.CultureInfo.InvariantCulture, out var protocol) && protocol != 0 ? ServiceValue.Sure(Service.Of(protocol)) : ServiceValue.Any,
            };
            var rule = when.ToNat(NatKind.Source, work.At(tree.Line(edit), tree.Line(edit), "central-snat-map " + tree.Word(edit)), tree.Word(edit));
            var pool = Values(edit, v6 ? "nat-ippool6" : "nat-ippool");
            nat.Add(One(edit, "nat") == "disable" ? rule
                : pool.Count > 0 ? rule with { To = Pool(pool, v6), ToPorts = IntervalSet<ushort>.All }
                : rule with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All });
        }
    }

    private static ServiceValue Negated(ServiceValue value, bool negate, List<(UnknownKind Kind, string Name)> uncertain)
    {
        if (!negate) return value;
        if (value.IsSure && Matches.Complement(value.May) is { } others) return ServiceValue.Sure(others);
        uncertain.Add((UnknownKind.RunTime, "service-negate"));
        return ServiceValue.Any;
    }

    /// <summary>Settings that make a policy hang on something the file doesn't tell.</summary>
    private void Uncertainties(string word, int setting, List<(UnknownKind Kind, string Name)> uncertain)
    {
        var value = string.Join(' ', tree.Children(setting).Select(tree.Word));
        switch (word)
        {
            case "schedule" when value != "always":
                uncertain.Add((UnknownKind.Schedule, value));
                break;
            case "groups" or "users" or "fsso-groups":
                uncertain.Add((UnknownKind.User, value));
                break;
            case "application" or "app-category" or "app-group" or "url-category":
                uncertain.Add((UnknownKind.Application, word + " " + value));
                break;
            case "policy-expiry" when value == "enable":
                uncertain.Add((UnknownKind.Schedule, word));
                break;
            case "ztna-status" or "geoip-match" or "sgt-check" when value is "enable" or "registered-location":
                uncertain.Add((UnknownKind.RunTime, word + " " + value));
                break;
            case "ztna-ems-tag" or "ztna-geo-tag" or "devices" or "src-vendor-mac" or "reputation-minimum" or "sgt" or "network-service-dynamic" or "network-service-src-dynamic" when value is not "0":
                uncertain.Add((UnknownKind.RunTime, word + " " + value));
                break;
            case "tos-mask" or "vlan-filter" when value is not "0x00":
                uncertain.Add((UnknownKind.RunTime, word + " " + value));
                break;
            case "identity-based" or "nat46" or "nat64" when value == "enable":
                uncertain.Add((UnknownKind.NotUnderstood, word));
                break;
        }
    }
}
