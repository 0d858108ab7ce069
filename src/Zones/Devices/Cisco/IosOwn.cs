using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>A list as the lines of a device name it: the entries that were read, whether it looks at sources alone, and where it begins.</summary>
internal sealed record IosList(IReadOnlyList<Rule> Entries, bool Standard, int Line);

/// <summary>What an IOS device lets to itself: terminal lines, the HTTP server, SNMP, ping.</summary>
/// <remarks>
/// Source: Cisco IOS Security Command Reference, "access-class", "ipv6 access-class"; Terminal Services Command Reference, "transport input"; HTTP Services Command Reference,
/// "ip http server", "ip http access-class"; SNMP Support Command Reference, "snmp-server community"; Cisco Guide to Harden Cisco IOS Devices (document 13608), "Control Plane Policing".
/// A connection takes the first terminal line that is free: the lists of later lines count when the lines before them are in use.
/// </remarks>
internal sealed class IosOwn(FileWork work)
{
    private sealed class Terminal(string name, int first, int line)
    {
        public string Name { get; } = name;

        public int First { get; } = first;

        public int Line { get; } = line;

        public int LastLine { get; set; } = line;

        public string? Transport { get; set; }

        public (string Acl, bool OfVrfs, int Line)? V4 { get; set; }

        public (string Acl, bool OfVrfs, int Line)? V6 { get; set; }
    }

    /// <summary>A server that a line switches on or off; null: no line says.</summary>
    private sealed class Server(ushort port)
    {
        public bool? On { get; set; }

        public int Line { get; set; }

        public ushort Port { get; set; } = port;
    }

    private readonly List<Terminal> terminals = [];
    private readonly Server http = new(80);
    private readonly Server https = new(443);
    private readonly List<(string Acl, bool V6, int Line)> httpLists = [];
    private readonly List<(string? V4, string? V6, Unknown? If, int Line)> communities = [];
    private Terminal? current;
    private bool agent;
    private int policed;
    private int portal;

    /// <summary>"line vty 0 4" and other lines.</summary>
    public void Line(Cursor words, int line)
    {
        current = null;
        if (words.Next() is not "vty") return;
        var range = words.Rest.TrimEnd().ToString();
        current = terminals.Find(one => one.Name == range);
        if (current is not null) return;
        current = new Terminal(range, int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : 0, line);
        terminals.Add(current);
    }

    /// <returns>Whether what stands below a line says who gets in.</returns>
    public bool BelowLine(Cursor words, int line)
    {
        if (current is not { } on) return false;
        on.LastLine = line;
        var v6 = words.Take("ipv6");
        if (!v6) words.Take("ip");
        switch (words.Next())
        {
            case "transport" when words.Take("input"):
                on.Transport = words.Rest.TrimEnd().ToString();
                return true;
            case "access-class":
                var acl = words.Next().ToString();
                if (!words.Take("in")) return true;
                var entry = (acl, words.Peek is "vrf-also", line);
                // "vrfname X": for that routing table alone; every other stays without a list.
                if (words.Peek is "vrfname") return true;
                if (v6) on.V6 = entry;
                else on.V4 = entry;
                return true;
            default:
                return false;
        }
    }

    /// <summary>"ip http …".</summary>
    public void Http(Cursor words, int line, bool on)
    {
        switch (words.Next())
        {
            case "server":
                (http.On, http.Line) = (on, line);
                break;
            case "secure-server":
                (https.On, https.Line) = (on, line);
                break;
            case "port" when ushort.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var port):
                http.Port = port;
                break;
            case "secure-port" when ushort.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var secure):
                https.Port = secure;
                break;
            case "access-class" when on:
                var v6 = words.Take("ipv6");
                if (!v6) words.Take("ipv4");
                httpLists.Add((words.Next().ToString(), v6, line));
                break;
        }
    }

    /// <summary>"snmp-server …": any of them starts the agent; communities and groups say who is answered.</summary>
    public void Snmp(Cursor words, int line)
    {
        agent = true;
        var kind = words.Next();
        if (kind is not ("community" or "group" or "user")) return;
        words.Next();
        // A group or user is bound to a list by "access"; a community names it at the end.
        string? v4 = null, v6 = null;
        var named = kind is "community";
        // What is covered to the end of the line may hold a list.
        var covered = named && words.AtEnd ? OwnServices.Unsure("snmp-server community (伏せた部分 / covered)") : null;
        while (!words.AtEnd)
        {
            var word = words.Next();
            if (word is "view" or "read" or "write" or "notify" or "context") words.Next();
            else if (word is "access") named = true;
            else if (word is "ipv6") v6 = words.Next().ToString();
            else if (named && !word.Equals("ro", StringComparison.OrdinalIgnoreCase) && !word.Equals("rw", StringComparison.OrdinalIgnoreCase)) v4 = word.ToString();
        }

        // A user belongs to a group; each may narrow, none widens. Users of version 3 aren't in what a device shows.
        if (kind is not "user") communities.Add((v4, v6, kind is "group" ? OwnServices.Unsure("snmp-server user (v3)") : covered, line));
    }

    /// <summary>A policy of the control plane may stop what would be let in.</summary>
    public void ControlPlane(Cursor words, int line)
    {
        if (words.Peek is "service-policy" or "management-interface") policed = line;
    }

    /// <summary>A portal for terminals outside ("webvpn gateway", "crypto ssl").</summary>
    public void Portal(int line) => portal = line;

    /// <param name="lists">By name; IPv6 lists begin with "6:".</param>
    public (Filter Filter, IEnumerable<Chain> Chains) ToFilter(IReadOnlyDictionary<string, IosList> lists, IEnumerable<NetInterface> interfaces)
    {
        var own = new OwnServices(work, "own services");
        if (policed > 0) own.Everywhere.Add(OwnServices.Unsure(string.Create(CultureInfo.InvariantCulture, $"control-plane ({work.File}:{policed})")));
        string[] parted = [.. interfaces.Where(static one => one.Vrf is not null).Select(static one => one.Name)];
        var closed = OwnServices.Managed.Union(OwnServices.Tcp(http.Port)).Union(OwnServices.Tcp(https.Port));

        own.Accept(new Match { Services = OwnServices.Ping }, work.Implicit("ping"), "ping");
        Terminals();
        Web(http, "ip http server");
        Web(https, "ip http secure-server");
        Agent();
        if (portal > 0) own.Accept(new Match { Services = OwnServices.Tcp(80).Union(OwnServices.Tcp(443)) }, work.At(portal), "webvpn", OwnServices.Unsure("webvpn"));
        own.EndOpen(closed);
        return own.ToFilter();

        void Terminals()
        {
            if (terminals.Count == 0)
            {
                own.Accept(new Match { Services = OwnServices.Tcp(22).Union(OwnServices.Tcp(23)) }, work.Implicit("line vty"), "line vty", OwnServices.Unsure("line vty (設定にありません / not in the configuration)"));
                return;
            }

            Terminal[] inOrder = [.. terminals.OrderBy(static one => one.First)];
            // The sure one last: what a later line lets in is possible whatever the first line says.
            foreach (var (terminal, later) in inOrder.Skip(1).Select(static one => (one, true)).Append((inOrder[0], false)))
                foreach (var (port, name) in (ReadOnlySpan<(ushort, string)>)[(22, "ssh"), (23, "telnet")])
                    Takes(terminal, port, name, later ? OwnServices.Unsure($"line vty {terminal.Name} (先の回線が使用中のとき / when the lines before it are in use)") : null);
        }

        void Takes(Terminal terminal, ushort port, string name, Unknown? later)
        {
            string[] words = terminal.Transport?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
            if (words.Length > 0 && !words.Contains(name) && !words.Contains("all")) return;
            // What a line takes that doesn't say so differs by release.
            var said = words.Length > 0 ? null : OwnServices.Unsure($"transport input (line vty {terminal.Name})");
            foreach (var v6 in (ReadOnlySpan<bool>)[false, true])
            {
                var match = new Match { Source = v6 ? AddressSet.AllV6 : AddressSet.AllV4, Services = OwnServices.Tcp(port) };
                var what = "line vty " + terminal.Name;
                if ((v6 ? terminal.V6 : terminal.V4) is not { } bound)
                {
                    own.Accept(match, work.At(terminal.Line, terminal.LastLine, ""), what, later, said);
                    continue;
                }

                if (!bound.OfVrfs && parted.Length > 0) own.Accept(match with { In = InterfaceSet.Of(parted) }, work.At(bound.Line), what, OwnServices.Unsure("access-class (vrf-also)"), later, said);
                Ask(match, bound.Acl, v6, bound.Line, what, later, said);
            }
        }

        // What one list stops another line or community may let in; what none lets in is stopped at the end.
        void Ask(Match match, string acl, bool v6, int line, string what, params Unknown?[] unknowns)
        {
            if (!lists.TryGetValue(v6 ? "6:" + acl : acl, out var list) || list.Entries.Count == 0)
                own.Accept(match, work.At(line), what, [OwnServices.Unsure($"access-list {acl} (設定にありません / not defined)"), .. unknowns]);
            else
                own.Ask(match, own.Keep(acl + (v6 ? " (IPv6)" : ""), list.Entries.Select(entry => BySource(entry, list.Standard)).Select(static entry => entry.Action == RuleAction.Drop ? entry with { Action = RuleAction.Return } : entry), null), work.At(line), what, unknowns);
        }

        void Web(Server server, string name)
        {
            if (server.On == false) return;
            var said = server.On is null ? OwnServices.Unsure($"{name} (設定にありません / not in the configuration)") : null;
            foreach (var v6 in (ReadOnlySpan<bool>)[false, true])
            {
                var match = new Match { Source = v6 ? AddressSet.AllV6 : AddressSet.AllV4, Services = OwnServices.Tcp(server.Port) };
                if (httpLists.FindLast(one => one.V6 == v6) is { Line: > 0 } bound) Ask(match, bound.Acl, v6, bound.Line, name, said);
                else own.Accept(match, server.Line > 0 ? work.At(server.Line) : work.Implicit(name), name, said);
            }
        }

        void Agent()
        {
            if (!agent) return;
            if (communities.Count == 0) own.Accept(new Match { Services = OwnServices.Udp(161) }, work.Implicit("snmp-server"), "snmp-server", OwnServices.Unsure("snmp-server (community も group も設定にありません / no community, no group)"));
            foreach (var (v4, v6, condition, line) in communities)
                foreach (var (acl, six) in (ReadOnlySpan<(string?, bool)>)[(v4, false), (v6, true)])
                {
                    var match = new Match { Source = six ? AddressSet.AllV6 : AddressSet.AllV4, Services = OwnServices.Udp(161) };
                    if (acl is null) own.Accept(match, work.At(line), "snmp-server", condition);
                    else Ask(match, acl, six, line, "snmp-server", condition);
                }
        }
    }

    /// <summary>A list of who may connect is asked for the source; what an extended entry says of the destination isn't sure to count.</summary>
    private static Rule BySource(Rule entry, bool standard) =>
        standard || entry.May.Destination.Covers(AddressSet.AllV4) || entry.May.Destination.Covers(AddressSet.AllV6) ? entry
        : entry with { May = entry.May with { Destination = AddressSet.All }, Must = Match.Nothing, Unknowns = [.. entry.Unknowns, OwnServices.Unsure("access-class (あて先 / destination)")] };
}
