using System.Collections.Frozen;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Yamaha;

/// <summary>YAMAHA RTX, NVR, FWX, SRT: "show config", also wrapped at 80 columns as consoles show it.</summary>
/// <remarks>
/// Source: ヤマハルーター コマンドリファレンス, "IP パケットフィルターの設定", "NAT 機能". What a list of "secure filter" lets
/// through is decided by the order of the list, not of the filters' numbers; a direction that has a list drops what no filter of the list
/// matched; a direction without a list passes all. Dynamic filters follow connections whose first packet the static list let through.
/// Inbound translation comes before the inbound filter; outbound the filter comes before the translation (NET.md §2.2, 6).
/// </remarks>
public sealed class YamahaReader : IConfigReader
{
    public string Vendor => "yamaha";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 600; i++)
        {
            var line = lines[i].AsSpan().Trim();
            if (i < 20 && line.StartsWith("#") && (line.IndexOf("RTX") > 0 || line.IndexOf("NVR") > 0 || line.IndexOf("FWX") > 0 || line.IndexOf("SRT") > 0) && line.IndexOf("Rev.") > 0)
                return 100;

            if (line.StartsWith("pp select ") || line.StartsWith("tunnel select ") || line.StartsWith("nat descriptor ") || line.StartsWith("ip pp ") || line.StartsWith("ip lan1 ") || line.StartsWith("ip lan2 ")
                || (line.StartsWith("ip filter ") && (line.IndexOf(" pass") > 0 || line.IndexOf(" reject") > 0 || line.IndexOf(" restrict") > 0 || line.IndexOf("dynamic") > 0)) || line.StartsWith("pppoe use ") || line.IndexOf(" secure filter ") > 0)
            {
                score += 20;
            }
        }

        return Math.Min(score, 95);
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        var reading = new YamahaFile(work);
        reading.ReadAll();
        return work.Finish([reading.ToDevice()]);
    }
}

/// <summary>One configuration: commands, then what they come to.</summary>
internal sealed partial class YamahaFile(FileWork work)
{
    /// <summary>First words of commands without influence on which packets pass.</summary>
    private static readonly FrozenSet<string> Irrelevant = FrozenSet.ToFrozenSet(
        [
            "console", "timezone", "date", "time", "login", "administrator", "user", "security", "syslog", "snmp", "snmpv3", "sntpd", "ntpdate", "ntp", "httpd", "sshd", "telnetd", "sftpd", "tftp", "description", "netvolante-dns", "upnp", "isdn", "provider", "bri", "leased",
            "account", "clear", "external-memory", "operation", "system", "alarm", "cooperation", "diagnosis", "statistics", "set", "speed", "mail", "lua", "luac", "usbhost", "sd", "ngn", "sip", "auth", "radius", "dashboard", "heartbeat", "heartbeat2", "heart", "http", "wwan", "wwan-module", "mobile", "name",
            "save", "yno", "onu", "ping", "pppoe", "ppp", "l2tp", "pptp", "ipsec", "dhcp", "dns", "queue", "qos", "analog", "show", "alias", "macro", "switch", "switching-hub", "ap", "apmanager", "packetdump", "schedule", "url", "embedded", "trigger", "certificate", "pki", "ppk", "mld", "igmp", "dot1x", "l2ms", "controller", "slave", "loop-detect", "remote", "disconnect", "connect", "rtp", "fr", "scan", "dpi", "class", "packet-buffer", "terminal", "copy", "interface", "cold", "exit", "quit", "administrator#", "emfs", "file", "restart", "rollback", "sshc", "arp", "loopback", "tcp", "application", "wan", "vrrp", "rip", "ospf", "bgp",
        ]);

    /// <summary>What people begin headings with where they typed them into the file: no command begins so, and the device takes none.</summary>
    private static readonly System.Buffers.SearchValues<char> Headings = System.Buffers.SearchValues.Create("【・※■●○◆◇□★＃");

    private readonly Dictionary<(bool V6, int Number), (int First, int Last, string Text)> filters = [];
    private readonly Dictionary<(bool V6, int Number), (string Text, int First, int Last)> dynamic = [];
    private readonly Dictionary<(bool V6, string Name, bool Inward), List<int>> sets = [];
    private readonly List<(bool V6, string Interface, bool Inward, List<int> Static, List<int> Dynamic, int First, int Last)> lists = [];
    private readonly Dictionary<string, NetInterface> interfaces = new(StringComparer.Ordinal);
    private readonly List<Route> routes = [];
    private readonly YamahaNat nat = new(work);
    private readonly YamahaOwn own = new(work);
    private bool routesUnknown;
    private bool forwards = true;
    private string pp = "pp";
    private string tunnel = "tunnel";

    public void ReadAll()
    {
        var text = work.Text;
        var line = 1;
        while (line <= text.LineCount)
        {
            if ((line & 1023) == 0) work.Cancel.ThrowIfCancellationRequested();
            var last = line;
            var span = text.Line(line);
            string? joined = null;
            while (last < text.LineCount && span.Length > 0 && span.TrimStart() is not ['#', ..] && YamahaWrap.Columns(text.Line(last)) >= YamahaWrap.Width - 2 && !text.Line(last + 1).Trim().IsEmpty && !YamahaWrap.StartsCommand(text.Line(last + 1)))
            {
                last++;
                joined = string.Concat(joined ?? span, text.Line(last));
            }

            var reading = Command(joined ?? span, line, ref last);
            work.Ledger.Add(line, last, reading);
            line = last + 1;
        }
    }

    private Reading Command(ReadOnlySpan<char> span, int first, ref int last)
    {
        var words = new Cursor(span.TrimEnd());
        var word = words.Next();
        if (word.IsEmpty || word[0] is '#' || Headings.Contains(word[0])) return Reading.Structure;
        var no = false;
        if (word is "no")
        {
            no = true;
            word = words.Next();
        }

        if (own.Read(word, words, first, no)) return Reading.Understood;
        switch (word)
        {
            case "ip":
                return Ip(words, first, last, v6: false, no);
            case "ipv6":
                return Ip(words, first, last, v6: true, no);
            case "pp":
                if (words.Take("select"))
                {
                    pp = words.Peek is "none" ? "pp" : string.Concat("pp", words.Next());
                    Interface(pp, first);
                    return Reading.Understood;
                }

                return Reading.Irrelevant;
            case "tunnel":
                if (words.Take("select"))
                {
                    var which = words.Next();
                    tunnel = which is "none" ? "tunnel" : which.StartsWith("tunnel") ? which.ToString() : string.Concat("tunnel", which);
                    Interface(tunnel, first);
                    return Reading.Understood;
                }

                return Reading.Irrelevant;
            case "nat" when !no:
                return nat.Read(words, first, last);
            case "vlan":
                return Vlan(words, first);
            case "bridge":
                // Members of one bridge are one network; the bridge is the interface that filters stand on.
                return Bridge(words, first);
            case "lan":
                return words.Peek is "type" or "port" or "link" or "flexible-port" or "port-mirroring" or "backup" or "keepalive" or "shutdown" or "count-hub-overflow" or "receive-buffer-size" or "linkup" ? Reading.Irrelevant : Reading.NotUnderstood;
            case "ethernet":
                // MAC filters only take away; which frames they take isn't told by addresses of IP.
                return words.Peek is "filter" || words.Rest.IndexOf(" filter ") >= 0 ? Reading.Irrelevant : Reading.NotUnderstood;
            case "embedded" or "macro" or "lua" or "schedule" when span.Contains("<<", StringComparison.Ordinal):
                SkipEmbedded(span, ref last);
                return Reading.Irrelevant;
            case "ospf" or "bgp" or "rip":
                routesUnknown |= words.Peek is "use" && words.Rest.EndsWith("on");
                return Reading.Understood;
            default:
                return Irrelevant.Contains(word.ToString()) || Irrelevant.Contains(word.TrimEnd("0123456789").ToString()) ? Reading.Irrelevant : Reading.NotUnderstood;
        }
    }

    /// <summary>"embedded file NAME &lt;&lt;EOF": the lines of the file, to its mark.</summary>
    private void SkipEmbedded(ReadOnlySpan<char> span, ref int last)
    {
        var at = span.IndexOf("<<");
        if (at < 0) return;
        var mark = span[(at + 2)..].Trim().ToString();
        for (var line = last + 1; line <= work.Text.LineCount; line++)
        {
            if (work.Text.Line(line).Trim().SequenceEqual(mark))
            {
                last = line;
                return;
            }
        }

        work.Truncated(last);
    }

    private Reading Ip(Cursor words, int first, int last, bool v6, bool no)
    {
        switch (words.Peek)
        {
            case "filter":
                words.Next();
                return Filter(words, first, last, v6, no);
            case "route":
                words.Next();
                return no ? Reading.Structure : Route(words, first, last);
            case "routing":
                words.Next();
                if (!v6) forwards = words.Peek is not "off";
                return Reading.Understood;
            case "icmp" when !v6 && !no:
                words.Next();
                own.Icmp(words);
                return Reading.Understood;
            case "host" or "icmp" or "stealth" or "fragment" or "arp" or "tos" or "flow" or "prefix" or "max" or "source" or "local" or "keepalive" or "implicit-route" or "pim" or "nd" or "hop-limit" or "rh0" or "hide" or "simple-service" or "reassembly" or "mld" or "multicast" or "neighbor" or "timestamp" or "unnumbered" or "interface" or "igmp" or "dhcp" or "rtadv" or "merge":
                return Reading.Irrelevant;
            case "policy" or "inbound":
                return Reading.NotUnderstood;
        }

        var on = words.Next();
        var name = on is "pp" ? pp : on is "tunnel" ? tunnel : on.ToString();
        if (!IsInterface(on)) return Reading.NotUnderstood;
        var what = words.Next();
        switch (what)
        {
            case "address":
                return no ? Reading.Structure : Address(name, words.Next(), first, v6);
            case "secondary":
                words.Take("address");
                return Address(name, words.Next(), first, v6);
            case "secure":
                return words.Take("filter") ? no ? Reading.Structure : SecureFilter(name, words, first, last, v6) : Reading.NotUnderstood;
            case "nat":
                if (!words.Take("descriptor")) return Reading.NotUnderstood;

                nat.Bind(name, words, first);
                Interface(name, first);
                return Reading.Understood;
            case "vrrp" when !no && int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out _) && Model.Address.TryParse(words.Peek, out var leader):
                var leading = Interface(name, first);
                interfaces[name] = leading with { VirtualAddresses = leading.VirtualAddresses.Add(leader) };
                return Reading.Understood;
            case "remote" or "mtu" or "mru" or "tcp" or "rip" or "ospf" or "bgp" or "proxyarp" or "arp" or "rtadv" or "dhcp" or "intrusion" or "traffic" or "vrrp" or "dad" or "rebound" or "hold-routing" or "igmp" or "mld" or "pim" or "wol" or "keepalive" or "unnumbered" or "forward" or "dns" or "icmp" or "link" or "netmask" or "next-hop" or "debug" or "local" or "prefix" or "multicast" or "tos" or "max" or "nd" or "host":
                routesUnknown |= what is "ospf" or "rip" or "bgp" && !words.Rest.EndsWith("off");
                return Reading.Irrelevant;
            default:
                return Reading.NotUnderstood;
        }
    }

    private static bool IsInterface(ReadOnlySpan<char> word) =>
        word is "pp" or "tunnel" || word.StartsWith("lan") || word.StartsWith("vlan") || word.StartsWith("bridge") || word.StartsWith("loopback") || word.StartsWith("wan") || word.StartsWith("bri") || word.StartsWith("onu") || word.StartsWith("null") || word.StartsWith("tunnel") || word.StartsWith("wlan");

    private NetInterface Interface(string name, int line)
    {
        if (!interfaces.TryGetValue(name, out var found))
        {
            // Addresses of PPP links come from the other side unless the configuration says them.
            found = new NetInterface(name, work.At(line)) { DynamicAddress = name.StartsWith("pp", StringComparison.Ordinal) };
            interfaces.Add(name, found);
        }

        return found;
    }

    private Reading Address(string name, ReadOnlySpan<char> text, int line, bool v6)
    {
        var on = Interface(name, line);
        if (text is "dhcp" or "ipcp" or "auto" or "pdp" || text.StartsWith("dhcp-prefix@") || text.StartsWith("ra-prefix@") || YamahaFilters.IsPlaceholder(text))
        {
            interfaces[name] = on with { DynamicAddress = true };
            return Reading.Understood;
        }

        if (!AddressPrefix.TryParse(text, out var prefix) || !Model.Address.TryParse(text.IndexOf('/') is > 0 and int slash ? text[..slash] : text, out var address) || address.IsV6 != v6)
        {
            // An address nobody can read: any may stand behind the interface, which the model says so.
            interfaces[name] = on with { DynamicAddress = true };
            work.Keep(line, line, new Touch.InPlace());
            return Reading.NotUnderstood;
        }

        interfaces[name] = on with { Addresses = on.Addresses.Add(new InterfaceAddress(address, prefix)), DynamicAddress = false };
        return Reading.Understood;
    }

    private Reading Vlan(Cursor words, int line)
    {
        var name = words.Next();
        if (name is "port")
        {
            // "vlan port mapping lan1.2 vlan3": which port of the switch belongs to which VLAN interface.
            return Reading.Understood;
        }

        var on = Interface(name.ToString(), line);
        while (!words.AtEnd)
        {
            var word = words.Next();
            if (word.StartsWith("vid=") && int.TryParse(word[4..], NumberStyles.None, CultureInfo.InvariantCulture, out var vlan))
            {
                interfaces[on.Name] = on with { Vlan = vlan };
                return Reading.Understood;
            }
        }

        return Reading.NotUnderstood;
    }

    private Reading Bridge(Cursor words, int line)
    {
        if (!words.Take("member")) return Reading.Irrelevant;
        Interface(words.Next().ToString(), line);
        while (!words.AtEnd)
        {
            var member = words.Next();
            var dash = member.IndexOf('-');
            if (dash > 0)
            {
                var stem = member[..dash].TrimEnd("0123456789").ToString();
                if (member.Length - dash - 1 < stem.Length || !int.TryParse(member[..dash][stem.Length..], out var from) || !int.TryParse(member[(dash + 1)..][stem.Length..], out var to) || to - from > 1000)
                    return Reading.NotUnderstood;

                for (var i = from; i <= to; i++)
                {
                    var name = stem + i.ToString(CultureInfo.InvariantCulture);
                    interfaces[name] = Interface(name, line) with { Routed = false };
                }
            }
            else
            {
                interfaces[member.ToString()] = Interface(member.ToString(), line) with { Routed = false };
            }
        }

        return Reading.Understood;
    }

    private Reading Route(Cursor words, int first, int last)
    {
        var to = words.Next();
        AddressPrefix prefix;
        if (to is "default")
        {
            prefix = new AddressPrefix(Model.Address.V4(0), 0);
        }
        else if (!AddressPrefix.TryParse(to, out prefix))
        {
            routesUnknown = true;
            return Reading.NotUnderstood;
        }

        while (!words.AtEnd)
        {
            if (!words.Take("gateway"))
            {
                var option = words.Next();
                if (option is "filter")
                {
                    // Filter-type routing: which gateway depends on the packet.
                    routesUnknown = true;
                }

                continue;
            }

            var gateway = words.Next();
            var at = work.At(first, last, "");
            if (gateway is "pp" or "tunnel" or "loopback" or "null" or "dhcp")
            {
                var name = gateway is "null" ? "null" : gateway is "dhcp" ? words.Next().ToString() : string.Concat(gateway, words.Next());
                routes.Add(new Route(prefix, null, name, at) { Discard = gateway is "null" or "loopback" });
            }
            else if (Model.Address.TryParse(gateway.IndexOf('%') is > 0 and int percent ? gateway[..percent] : gateway, out var hop))
            {
                prefix = hop.IsV6 && to is "default" ? new AddressPrefix(Model.Address.V6(0), 0) : prefix;
                routes.Add(new Route(prefix, hop, null, at));
            }
            else
            {
                routesUnknown = true;
                return Reading.NotUnderstood;
            }
        }

        return Reading.Understood;
    }

    private Reading Filter(Cursor words, int first, int last, bool v6, bool no)
    {
        var word = words.Next();
        switch (word)
        {
            case "source-route" or "directed-broadcast" or "fragment" or "reflection":
                // These only take packets away that routers should not pass anyway.
                return Reading.Irrelevant;
            case "dynamic":
                if (words.Peek is "timer") return Reading.Irrelevant;
                if (!int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Reading.NotUnderstood;

                if (no) dynamic.Remove((v6, number));
                else dynamic[(v6, number)] = (words.Rest.ToString(), first, last);
                return Reading.Understood;
            case "set":
                var name = words.NextQuoted();
                var inward = words.Next() is "in";
                return ReadList(words, out var numbers, out _) ? Kept(sets, (v6, name, inward), numbers) : Reading.NotUnderstood;
        }

        if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return Reading.NotUnderstood;
        if (no)
        {
            filters.Remove((v6, id));
            return Reading.Understood;
        }

        filters[(v6, id)] = (first, last, words.Rest.ToString());
        return Reading.Understood;

        static Reading Kept(Dictionary<(bool, string, bool), List<int>> sets, (bool, string, bool) key, List<int> numbers)
        {
            sets[key] = numbers;
            return Reading.Understood;
        }
    }

    private static bool ReadList(Cursor words, out List<int> numbers, out List<int> dynamics)
    {
        numbers = [];
        dynamics = [];
        var following = false;
        while (!words.AtEnd)
        {
            var word = words.Next();
            if (word is "dynamic")
                following = true;
            else if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                (following ? dynamics : numbers).Add(number);
            else if (word is not "filter")
                return false;
        }

        return true;
    }

    private Reading SecureFilter(string name, Cursor words, int first, int last, bool v6)
    {
        Interface(name, first);
        var direction = words.Next();
        if (direction is "name")
        {
            var set = words.NextQuoted();
            var any = false;
            foreach (var inward in (ReadOnlySpan<bool>)[true, false])
            {
                if (sets.TryGetValue((v6, set, inward), out var list))
                {
                    lists.Add((v6, name, inward, list, [], first, last));
                    any = true;
                }
            }

            return any ? Reading.Understood : Reading.NotUnderstood;
        }

        if (direction is not ("in" or "out") || !ReadList(words, out var numbers, out var dynamics)) return Reading.NotUnderstood;
        var into = direction is "in";
        lists.RemoveAll(one => one.V6 == v6 && one.Interface == name && one.Inward == into);
        lists.Add((v6, name, into, numbers, dynamics, first, last));
        return Reading.Understood;
    }

    public Device ToDevice()
    {
        var reader = new YamahaFilters(work);
        List<Chain> chains = [];
        List<Filter> all = [];
        HashSet<(bool, int)> used = [];
        foreach (var (v6, name, inward, numbers, dynamics, first, last) in lists)
        {
            var chain = $"{name} {(v6 ? "ipv6 " : "")}secure filter {(inward ? "in" : "out")}";
            List<Rule> rules = [.. Opened(reader, v6, name, inward)];
            foreach (var number in numbers)
            {
                used.Add((v6, number));
                rules.Add(filters.TryGetValue((v6, number), out var filter)
                    ? reader.Read(filter.Text, number, filter.First, filter.Last, v6)
                    : Missing(number, first, last, v6));
            }

            // A dynamic filter that is not defined follows nothing; it lets no first packet in either way.
            chains.Add(new Chain(chain, [.. rules]));
            var follows = lists.Exists(other => other.V6 == v6 && other.Interface == name && other.Dynamic.Count > 0);
            all.Add(new Filter(chain, inward ? FilterPlace.Inbound : FilterPlace.Outbound, chain, RuleAction.Drop, work.At(first, last, ""))
            {
                In = inward ? InterfaceSet.Of([name]) : InterfaceSet.Any,
                Out = inward ? InterfaceSet.Any : InterfaceSet.Of([name]),
                Stateful = follows,
                OnlyV6 = v6,
            });
        }

        // A filter in no list does nothing; what isn't understood in it then matters nowhere.
        foreach (((bool v6, int number), (int First, int Last, string Text) filter) in filters)
        {
            if (!used.Contains((v6, number)) && !YamahaFilters.CanRead(filter.Text, v6)) work.Ledger.Set(filter.First, Reading.Irrelevant);
        }

        var (itself, ownChains) = own.ToFilter(interfaces.Values);
        return new Device(work.NameFromFile, "yamaha")
        {
            Interfaces = [.. interfaces.Values],
            Routes = [.. routes],
            RoutesUnknown = routesUnknown,
            Chains = [.. chains, .. ownChains],
            Filters = [.. all.OrderBy(static filter => filter.Place)],
            OwnFilters = [itself],
            InboundGuardsItself = true,
            Nat = [.. nat.Rules(interfaces)],
            NatOrder = new NatOrder(true, true, false),
            Forwards = forwards,
        };
    }

    private Rule Missing(int number, int first, int last, bool v6)
    {
        work.Keep(first, last, new Touch.InPlace());
        var when = new Condition { Source = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4 };
        when.Uncertain(UnknownKind.NotUnderstood, string.Create(CultureInfo.InvariantCulture, $"ip filter {number}"));
        return when.ToRule(RuleAction.Unknown, work.At(first, last, ""), number.ToString(CultureInfo.InvariantCulture));
    }
}
