using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>What an ASA lets to itself: "ssh", "telnet", "http", "icmp", SNMP, and lists of the control plane.</summary>
/// <remarks>
/// Source: Cisco ASA Series General Operations CLI Configuration Guide, "Management Access": no access rule is needed beside these lines; an interface other than the one that a packet came in by isn't
/// reached, but through a VPN ("management-access"). "ICMP Access": all ICMP reaches an interface without "icmp" lines; one with them ends in a deny. Firewall CLI Configuration Guide,
/// "Management Access Rules": what ssh, telnet and http permit comes in even where a list of the control plane denies it.
/// </remarks>
internal sealed class AsaOwn(FileWork work, CiscoObjects objects)
{
    private static readonly string[] Settings = ["timeout", "version", "key-exchange", "cipher", "stricthostkeycheck", "scopy", "pubkey-chain", "server", "redirect", "authentication-certificate", "username-from-certificate", "connection", "session-timeout", "unreachable", "stack", "cluster"];

    private readonly List<(string Text, int Line)> lines = [];
    private readonly List<(string Acl, string Interface, int Line)> controlled = [];
    private readonly List<(string Name, int Line)> portals = [];
    private string? through;
    private int throughLine;

    public void Add(ReadOnlySpan<char> text, int line) => lines.Add((text.ToString(), line));

    public void Controlled(string acl, string on, int line) => controlled.Add((acl, on, line));

    /// <summary>A portal for terminals outside ("webvpn"), or one that asks users for their names ("aaa authentication listener"); on which interfaces and ports isn't worked out.</summary>
    public void Portal(string name, int line) => portals.Add((name, line));

    public void Through(string on, int line) => (through, throughLine) = (on, line);

    public (Filter Filter, IEnumerable<Chain> Chains) ToFilter(IReadOnlyList<NetInterface> interfaces, Dictionary<string, List<Rule>> lists)
    {
        var own = new OwnServices(work, "own services");
        var port = HttpPort();
        var told = port is { } custom ? OwnServices.Managed.Union(OwnServices.Tcp(custom)) : OwnServices.Managed;
        if (through is { } vpn)
            own.Accept(new Match { Destination = AddressesOf(interfaces, vpn), Services = told }, work.At(throughLine), "management-access " + vpn, OwnServices.Unsure("management-access (VPN 経由 / through a VPN)"));

        // From one interface the address of another isn't reached.
        foreach (var one in interfaces)
        {
            var others = AddressSet.UnionOf(interfaces.Where(other => other.Name != one.Name).SelectMany(static other => other.Addresses).Select(static a => AddressSet.Of(a.Address)));
            if (!one.DynamicAddress && !others.IsEmpty) own.Drop(new Match { In = InterfaceSet.Of([one.Name]), Destination = others }, work.Implicit("another interface"), "another interface");
        }

        HashSet<string> withIcmp = new(StringComparer.Ordinal);
        foreach (var (text, line) in lines) Read(text, line);
        // What a list of the control plane does beside "icmp" isn't told in one place: where it stands, nothing is sure. Of consoles it says nothing that counts.
        var guarded = (Matches.Complement(told) ?? ServiceSet.Any).Union(OwnServices.Ping);
        foreach (var (acl, on, line) in controlled)
        {
            if (!lists.TryGetValue(acl, out var entries)) continue;
            own.Ask(new Match { In = InterfaceSet.Of([on]), Services = guarded }, own.Keep(acl + " control-plane", entries.Select(Perhaps), null), work.At(line), "control-plane " + on);
        }

        own.Accept(new Match { Services = OwnServices.Ping, In = InterfaceSet.Except([.. withIcmp, .. controlled.Select(static one => one.Interface)]) }, work.Implicit("icmp"), "icmp");
        own.Accept(new Match { Services = OwnServices.Ping, In = InterfaceSet.Except(withIcmp) }, work.Implicit("icmp"), "icmp", OwnServices.Unsure("control-plane"));
        foreach (var on in withIcmp) own.Drop(new Match { Services = OwnServices.Ping, In = InterfaceSet.Of([on]) }, work.Implicit("icmp"), "icmp " + on);
        foreach (var (name, line) in portals) own.Accept(new Match { Services = OwnServices.Tcp(443).Union(OwnServices.Tcp(80)) }, work.At(line), name, OwnServices.Unsure(name));
        own.EndOpen(told);
        return own.ToFilter();

        void Read(string text, int line)
        {
            var words = new Cursor(text);
            var kind = words.Next();
            switch (kind)
            {
                case "ssh" or "telnet" or "http":
                    // "http redirect": port 80 leads to the other one where an access list lets it.
                    if (kind is "http" && words.Peek is "redirect") own.Accept(new Match { Services = OwnServices.Tcp(80) }, work.At(line), "http redirect", OwnServices.Unsure("http redirect"));
                    if (Settings.Contains(words.Peek.ToString())) return;
                    if (kind is "http" && port is null) return;
                    var service = OwnServices.Tcp(kind is "ssh" ? (ushort)22 : kind is "telnet" ? (ushort)23 : port!.Value);
                    var known = From(ref words, out var source);
                    var on = words.Next().ToString();
                    var match = new Match { Source = source, Services = service, In = on.Length > 0 ? InterfaceSet.Of([on]) : InterfaceSet.Any };
                    own.Accept(match, work.At(line), $"{kind} {on}", known ? null : OwnServices.Unsure(text), kind is "telnet" && IsLowest(on) ? OwnServices.Unsure("telnet (いちばん低い security-level では VPN 経由のみ / only through a VPN at the lowest level)") : null);
                    return;
                case "snmp-server":
                    Snmp(words, text, line);
                    return;
                case "icmp":
                    Icmp(words, text, line, v6: false);
                    return;
                case "ipv6" when words.Take("icmp"):
                    Icmp(words, text, line, v6: true);
                    return;
            }
        }

        void Snmp(Cursor words, string text, int line)
        {
            var word = words.Next();
            if (word is not ("host" or "host-group")) return;
            var on = words.Next().ToString();
            var sure = word is "host" && objects.TryAddress(words.Peek, out _);
            var source = objects.TryAddress(words.Next(), out var host) && sure ? AddressSet.Of(host) : AddressSet.All;
            // Whether it is only told ("trap") stands behind what is covered.
            own.Accept(new Match { Source = source, Services = OwnServices.Udp(161), In = InterfaceSet.Of([on]) }, work.At(line), "snmp-server " + on, OwnServices.Unsure(sure ? "snmp-server host (trap)" : text));
        }

        void Icmp(Cursor words, string text, int line, bool v6)
        {
            var permit = words.Peek is "permit";
            if (words.Next() is not ("permit" or "deny")) return;
            var known = From(ref words, out var source);
            var rest = words.Rest.TrimEnd().ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (rest.Length == 0) return;
            withIcmp.Add(rest[^1]);
            var types = IntervalSet<ushort>.All;
            if (rest.Length > 1) known &= ServiceNames.TryIcmp(rest[0], v6, out types);
            var match = new Match
            {
                Source = source.Intersect(v6 ? AddressSet.AllV6 : AddressSet.AllV4), In = InterfaceSet.Of([rest[^1]]),
                Services = ServiceSet.Of(Service.Of(v6 ? Protocols.IcmpV6 : Protocols.Icmp) with { Icmp = types.IsEmpty ? IntervalSet<ushort>.All : types }),
            };
            if (permit) own.Accept(match, work.At(line), "icmp " + rest[^1], known ? null : OwnServices.Unsure(text), controlled.Exists(one => one.Interface == rest[^1]) ? OwnServices.Unsure("control-plane") : null);
            else if (known) own.Drop(match, work.At(line), "icmp " + rest[^1]);
        }

        bool IsLowest(string on) => levels.TryGetValue(on, out var level) && levels.Values.All(other => other >= level);
    }

    private readonly Dictionary<string, int> levels = new(StringComparer.Ordinal);

    /// <summary>The security level of an interface.</summary>
    public void Level(string name, int level) => levels[name] = level;

    private static AddressSet AddressesOf(IReadOnlyList<NetInterface> interfaces, string name) =>
        interfaces.FirstOrDefault(one => one.Name == name) is { DynamicAddress: false } found ? AddressSet.UnionOf(found.Addresses.Select(static a => AddressSet.Of(a.Address))) : AddressSet.All;

    /// <summary>A denial stops; a permission doesn't say that anything listens.</summary>
    private static Rule Perhaps(Rule entry) => entry.Action == RuleAction.Accept ? entry with { Must = Match.Nothing, Unknowns = [.. entry.Unknowns, OwnServices.Others] } : entry;

    /// <summary>"http server enable [port]"; null: it isn't on.</summary>
    private ushort? HttpPort()
    {
        foreach (var (text, _) in lines)
        {
            var words = new Cursor(text);
            if (words.Take("http") && words.Take("server") && words.Take("enable")) return ushort.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : (ushort)443;
        }
        return null;
    }

    /// <summary>"any", "host A", "A MASK", "A/n".</summary>
    /// <returns>False where it can't be read; any then.</returns>
    private bool From(ref Cursor words, out AddressSet source)
    {
        source = AddressSet.All;
        if (words.Peek is "any" or "any4" or "any6")
        {
            words.Next();
            return true;
        }

        var host = words.Take("host");
        var word = words.Next();
        if (word.Contains('/') && AddressPrefix.TryParse(word, out var prefix))
        {
            source = AddressSet.Of(prefix);
            return true;
        }

        if (!objects.TryAddress(word, out var address)) return false;
        if (host)
        {
            source = AddressSet.Of(address);
            return true;
        }

        if (!AddressPrefix.TryParse(string.Concat(address.ToString(), "/", words.Next()), out var net)) return false;
        source = AddressSet.Of(net);
        return true;
    }
}
