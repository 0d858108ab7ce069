using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>One configuration.</summary>
internal sealed partial class IosFile
{
    private enum Section
    {
        Top,
        Interface,
        Acl,
        Group,
        Irrelevant,
        NotUnderstood,
        Vlan,
        Line,
        ControlPlane,
    }

    private readonly FileWork work;
    private readonly CiscoObjects objects;
    private readonly IosOwn own;
    private readonly Dictionary<string, (bool V6, bool Standard, int Line, List<Rule> Rules, List<(int Number, int At)> Order)> lists = new(StringComparer.Ordinal);
    private readonly List<(string Acl, bool V6, string Interface, bool Inward, int Line)> applied = [];
    private readonly Dictionary<string, NetInterface> interfaces = new(StringComparer.Ordinal);
    private readonly HashSet<string> inside = [];
    private readonly HashSet<string> outside = [];
    private readonly HashSet<string> inspected = [];
    private readonly List<(string Text, int Line)> natLines = [];
    private readonly Dictionary<string, AddressSet> pools = new(StringComparer.Ordinal);
    private readonly List<Route> routes = [];
    private bool routesUnknown;
    private string? host;
    private Section section = Section.Top;
    private string current = "";
    private bool currentV6;
    private CiscoGroup? group;

    public IosFile(FileWork work)
    {
        this.work = work;
        objects = new CiscoObjects(work, asa: false);
        own = new IosOwn(work);
    }

    public void ReadAll()
    {
        var text = work.Text;
        for (var line = 1; line <= text.LineCount; line++)
        {
            if ((line & 1023) == 0) work.Cancel.ThrowIfCancellationRequested();
            var span = text.Line(line).TrimEnd();
            if (span.IsEmpty || span.TrimStart() is ['!' or ';', ..] || span[0] == '#')
            {
                work.Ledger.Add(line, Reading.Structure);
                continue;
            }

            if (span.TrimStart().StartsWith("banner ") && TrySkipBanner(span.TrimStart(), ref line)) continue;
            var indented = span[0] is ' ' or '\t';
            var words = new Cursor(span);
            var reading = indented && section != Section.Top ? Below(words, line) : Top(words, line, ref line);
            work.Ledger.Add(line, reading);
        }
        Ending.OfIos(work);
    }

    /// <summary>"banner motd ^C … ^C": free text to its mark.</summary>
    private bool TrySkipBanner(ReadOnlySpan<char> span, ref int line)
    {
        var words = new Cursor(span);
        words.Next();
        if (words.Peek is "motd" or "login" or "exec" or "incoming" or "slip-ppp" or "prompt-timeout" or "config-save") words.Next();
        var rest = words.Rest;
        if (rest.IsEmpty)
        {
            work.Ledger.Add(line, Reading.Irrelevant);
            return true;
        }

        var mark = rest.StartsWith("^") && rest.Length > 1 ? rest[..2].ToString() : rest[..1].ToString();
        work.Ledger.Add(line, Reading.Irrelevant);
        if (rest[mark.Length..].Contains(mark, StringComparison.Ordinal)) return true;
        for (var at = line + 1; at <= Math.Min(work.Text.LineCount, line + 200); at++)
        {
            if (work.Text.Line(at).Contains(mark, StringComparison.Ordinal))
            {
                work.Ledger.Add(line, at, Reading.Irrelevant);
                line = at;
                return true;
            }
        }

        return true;
    }

    private Reading Enter(Section to, Reading reading)
    {
        section = to;
        return reading;
    }

    private Reading Top(Cursor words, int line, ref int at)
    {
        var first = words.Next();
        switch (first)
        {
            case "hostname":
                host = words.Rest.Trim('"').ToString();
                return Enter(Section.Top, Reading.Understood);
            case "interface":
                current = words.Rest.TrimEnd().ToString().Replace(" ", "", StringComparison.Ordinal);
                if (current.EndsWith("point-to-point", StringComparison.Ordinal)) current = current[..^"point-to-point".Length];

                Interface(line);
                return Enter(Section.Interface, Reading.Understood);
            case "access-list":
                return Enter(Section.Top, Numbered(words, line));
            case "object-group":
                var kind = words.Next().ToString();
                group = objects.Group(kind, words.Next().ToString(), words.Peek.ToString(), line);
                return Enter(Section.Group, Reading.Understood);
            case "ip" or "ipv6":
                return Ip(words, line, first is "ipv6");
            case "vlan":
                return Enter(Section.Vlan, words.Peek is "access-map" or "filter" ? Reading.NotUnderstood : Reading.Understood);
            case "router":
                routesUnknown = true;
                return Enter(Section.Irrelevant, Reading.Understood);
            case "route-map":
                return Enter(Section.Irrelevant, Reading.Irrelevant);
            case "time-range":
                return Enter(Section.Irrelevant, Reading.Understood);
            case "zone" or "zone-pair":
                // Zone-based firewall: not modelled; what it stops or lets through is unknown.
                return Enter(Section.NotUnderstood, Reading.NotUnderstood);
            case "policy-map" or "class-map" when words.Peek is "type" && words.Rest.Contains("inspect", StringComparison.Ordinal):
                return Enter(Section.Irrelevant, Reading.Irrelevant);
            case "vrf":
                return Enter(Section.Irrelevant, Reading.Understood);
            case "line":
                own.Line(words, line);
                return Enter(Section.Line, Reading.Understood);
            case "snmp-server":
                own.Snmp(words, line);
                return Enter(Section.Irrelevant, Reading.Understood);
            case "webvpn" or "crypto" when first is "webvpn" || words.Peek is "ssl":
                own.Portal(line);
                return Enter(Section.Irrelevant, Reading.Understood);
            case "control-plane":
                return Enter(Section.ControlPlane, Reading.Understood);
            case "no" when words.Take("ip") && words.Take("http"):
                own.Http(words, line, on: false);
                return Enter(Section.Irrelevant, Reading.Understood);
            case "certificate":
                return Enter(Section.Irrelevant, Reading.Irrelevant);
            case "permit" or "deny" or "remark" when section == Section.Acl:
                // Excerpts lose the blank at the left.
                return Below(new Cursor(work.Text.Line(line)), line);
            default:
                _ = at;
                if (CiscoLines.Irrelevant.Contains(first.ToString())) return Enter(Section.Irrelevant, Reading.Irrelevant);
                return Enter(Section.NotUnderstood, Reading.NotUnderstood);
        }
    }

    private Reading Ip(Cursor words, int line, bool v6)
    {
        var second = words.Next();
        switch (second)
        {
            case "access-list":
                var kind = v6 ? "extended" : words.Next().ToString();
                if (kind is "resequence" or "logging" or "log-update" or "match-local-traffic" or "helper" or "persistent")
                    return Enter(Section.Top, Reading.Irrelevant);

                current = words.Next().ToString();
                if (kind is not ("extended" or "standard"))
                {
                    // NX-OS writes "ip access-list NAME".
                    current = kind;
                    kind = "extended";
                }

                currentV6 = v6;
                List(current, v6, kind == "standard", line);
                return Enter(Section.Acl, Reading.Understood);
            case "http" when !v6:
                own.Http(words, line, on: true);
                return Enter(Section.Irrelevant, Reading.Understood);
            case "route":
                return Enter(Section.Top, Route(words, line, v6));
            case "nat":
                return Enter(Section.Top, Nat(words, line));
            case "inspect":
                return Enter(Section.Top, Reading.Understood);
            case "reflexive-list":
                return Enter(Section.Top, Reading.Irrelevant);
            case "default-gateway" or "default-network":
                return Enter(Section.Top, Reading.Irrelevant);
            case "router":
                routesUnknown = true;
                return Enter(Section.Irrelevant, Reading.Understood);
            case "local" when words.Rest.StartsWith("policy"):
                return Enter(Section.Top, Reading.Irrelevant);
            default:
                return CiscoLines.IrrelevantIp.Contains(second.ToString()) ? Enter(Section.Irrelevant, Reading.Irrelevant) : Enter(Section.NotUnderstood, Reading.NotUnderstood);
        }
    }

    private Reading Below(Cursor words, int line)
    {
        switch (section)
        {
            case Section.Interface:
                var reading = InInterface(words, line);
                if (reading == Reading.NotUnderstood) work.Keep(line, line, new Touch.OfInterfaces(InterfaceSet.Of([current])));
                return reading;
            case Section.Acl:
                return Entry(words, line);
            case Section.Group:
                if (words.Peek is not ("description" or "no")) group!.Members.Add((words.Rest.ToString(), line));
                return words.Peek is "no" ? Reading.NotUnderstood : Reading.Understood;
            case Section.Vlan:
                return words.Peek is "name" or "state" or "private-vlan" or "remote-span" or "mtu" or "shutdown" or "exit" or "vn-segment" or "mode" ? Reading.Irrelevant : Reading.NotUnderstood;
            case Section.Line:
                return own.BelowLine(words, line) ? Reading.Understood : Reading.Irrelevant;
            case Section.ControlPlane:
                own.ControlPlane(words, line);
                return Reading.Understood;
            case Section.NotUnderstood:
                return Reading.NotUnderstood;
            default:
                return Reading.Irrelevant;
        }
    }

    private NetInterface Interface(int line)
    {
        if (!interfaces.TryGetValue(current, out var found))
        {
            int? vlan = current.StartsWith("Vlan", StringComparison.OrdinalIgnoreCase) && int.TryParse(current.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
            found = new NetInterface(current, work.At(line)) { Vlan = vlan };
            interfaces.Add(current, found);
        }

        return found;
    }

    private Reading InInterface(Cursor words, int line)
    {
        var on = Interface(line);
        var first = words.Next();
        switch (first)
        {
            case "ip" or "ipv6":
                return InterfaceIp(words, line, first is "ipv6", on);
            case "standby" or "vrrp" or "glbp" or "address" when Virtual(words) is { } group:
                interfaces[current] = on with { VirtualAddresses = on.VirtualAddresses.Add(group) };
                return Reading.Understood;
            case "shutdown":
                interfaces[current] = on with { Enabled = false };
                return Reading.Understood;
            case "no" when words.Peek is "shutdown":
                interfaces[current] = on with { Enabled = true };
                return Reading.Understood;
            case "no" when words.Peek is "switchport":
                interfaces[current] = on with { Routed = true };
                return Reading.Understood;
            case "encapsulation":
                if (words.Next() is "dot1Q" or "dot1q" or "isl")
                    interfaces[current] = on with { Vlan = int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var tag) ? tag : null };

                return Reading.Understood;
            case "switchport":
                return Switchport(words, on);
            case "vrf" or "ip-vrf":
                _ = words.Take("forwarding") || words.Take("member");
                interfaces[current] = on with { Vrf = words.Next().ToString() };
                return Reading.Understood;
            case "zone-member":
                return Reading.NotUnderstood;
            case "bridge-group" or "service-policy" when words.Rest.Contains("inspect", StringComparison.Ordinal):
                return Reading.NotUnderstood;
            default:
                return CiscoLines.IrrelevantInterface.Contains(first.ToString()) || int.TryParse(first, out _) ? Reading.Irrelevant : Reading.NotUnderstood;
        }
    }

    /// <summary>"standby 1 ip 10.0.0.1", "vrrp 1 ip …", "glbp 1 ip …", and "address 10.0.0.1 primary" below "vrrp 1 address-family ipv4".</summary>
    private static Address? Virtual(Cursor words)
    {
        if (int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out _)) words.Next();
        if (words.Peek is "ip" or "ipv6") words.Next();
        var text = words.Next();
        return Address.TryParse(text.IndexOf('/') is > 0 and int slash ? text[..slash] : text, out var address) ? address : null;
    }

    private Reading Switchport(Cursor words, NetInterface on)
    {
        on = on with { Routed = false };
        switch (words.Next())
        {
            case "access" when words.Take("vlan") && int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var vlan):
                on = on with { Vlan = vlan };
                break;
            case "mode" when words.Peek is "trunk":
                on = on with { TrunkAll = on.Trunk.IsEmpty };
                break;
            case "trunk" when words.Take("allowed"):
                words.Take("vlan");
                var add = words.Take("add");
                if (words.Peek is "all")
                {
                    on = on with { TrunkAll = true, Trunk = [] };
                    break;
                }

                List<int> allowed = add ? [.. on.Trunk] : [];
                foreach (var part in words.Rest.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                {
                    var ends = part.Split('-');
                    if (int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var low) && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var high) && high <= 4095)
                    {
                        for (var i = low; i <= high; i++) allowed.Add(i);
                    }
                }

                on = on with { Trunk = [.. allowed], TrunkAll = false };
                break;
        }

        interfaces[current] = on;
        return Reading.Understood;
    }

    private Reading InterfaceIp(Cursor words, int line, bool v6, NetInterface on)
    {
        var second = words.Next();
        switch (second)
        {
            case "address":
                if (words.Peek is "dhcp" or "negotiated" or "autoconfig" or "pool")
                {
                    interfaces[current] = on with { DynamicAddress = true };
                    return Reading.Understood;
                }

                var text = v6 || words.Peek.Contains('/') ? words.Next().ToString() : string.Concat(words.Next(), "/", words.Next());
                if (v6 && (words.Peek is "link-local" || !text.Contains(':')))
                {
                    interfaces[current] = text.Contains(':') ? on : on with { DynamicAddress = true };
                    return Reading.Understood;
                }

                if (!AddressPrefix.TryParse(text, out var prefix) || !Address.TryParse(text.AsSpan(0, text.IndexOf('/')), out var address))
                    return Reading.NotUnderstood;

                interfaces[current] = on with { Addresses = on.Addresses.Add(new InterfaceAddress(address, prefix)) };
                return Reading.Understood;
            case "access-group" or "traffic-filter":
                var acl = words.Next().ToString();
                var inward = words.Peek is "in";
                if (words.Peek is not ("in" or "out")) return Reading.NotUnderstood;

                applied.RemoveAll(one => one.Interface == current && one.Inward == inward && one.V6 == v6);
                applied.Add((acl, v6, current, inward, line));
                return Reading.Understood;
            case "access-list":
                return Reading.Irrelevant;
            case "nat":
                if (words.Peek is "inside") inside.Add(current);
                else if (words.Peek is "outside") outside.Add(current);
                return Reading.Understood;
            case "inspect":
                // CBAC: replies of what it inspects pass by themselves.
                inspected.Add(current);
                return Reading.Understood;
            case "policy" when words.Rest.StartsWith("route-map"):
                routesUnknown = true;
                return Reading.Understood;
            case "vrf":
                words.Take("forwarding");
                interfaces[current] = on with { Vrf = words.Next().ToString() };
                return Reading.Understood;
            case "unnumbered":
                interfaces[current] = on with { DynamicAddress = true };
                return Reading.Understood;
            default:
                return CiscoLines.IrrelevantInterfaceIp.Contains(second.ToString()) ? Reading.Irrelevant : Reading.NotUnderstood;
        }
    }

    private (bool V6, bool Standard, int Line, List<Rule> Rules, List<(int Number, int At)> Order) List(string name, bool v6, bool standard, int line)
    {
        var key = v6 ? "6:" + name : name;
        if (!lists.TryGetValue(key, out var list))
        {
            list = (v6, standard, line, [], []);
            lists.Add(key, list);
        }

        return list;
    }

    private Reading Numbered(Cursor words, int line)
    {
        var number = words.Next();
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var id)) return Reading.NotUnderstood;
        var standard = id is (>= 1 and <= 99) or (>= 1300 and <= 1999);
        if (!standard && id is not ((>= 100 and <= 199) or (>= 2000 and <= 2699)))
            return id is >= 200 and <= 1299 or 2700 or >= 2700 and <= 2999 ? Reading.Irrelevant : Reading.NotUnderstood;

        var list = List(number.ToString(), false, standard, line);
        if (words.Peek is "remark") return Reading.Understood;
        return Add(list, words, line, null);
    }

    private Reading Entry(Cursor words, int line)
    {
        int? number = null;
        var list = List(current, currentV6, false, line);
        if (words.Take("sequence"))
        {
            number = int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : null;
        }
        else if (int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var plain))
        {
            words.Next();
            number = plain;
        }

        switch (words.Peek)
        {
            case "remark" or "description" or "statistics" or "fragments" or "exit":
                return Reading.Understood;
            case "no":
                words.Next();
                if (int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var gone) && list.Order.FindIndex(one => one.Number == gone) is >= 0 and int index)
                {
                    list.Rules.RemoveAt(index);
                    list.Order.RemoveAt(index);
                    return Reading.Understood;
                }

                return Reading.NotUnderstood;
            case "evaluate":
                // A reflexive list holds only replies to what "reflect" saw.
                words.Next();
                Insert(list, new Rule(new Match { Source = currentV6 ? AddressSet.AllV6 : AddressSet.AllV4, States = ConnectionStates.Established | ConnectionStates.Related }, RuleAction.Accept, work.At(line), string.Concat("evaluate ", words.Next())), number);
                return Reading.Understood;
            default:
                return Add(list, words, line, number);
        }
    }

    private Reading Add((bool V6, bool Standard, int Line, List<Rule> Rules, List<(int Number, int At)> Order) list, Cursor words, int line, int? number)
    {
        var acl = new CiscoAcl(work, objects, list.V6 ? CiscoDialect.IosV6 : CiscoDialect.Ios);
        pending.Add((list, words.Rest.ToString(), line, number, acl));
        return Reading.Understood;
    }

    /// <summary>Entries wait for the whole file: the groups that they name may stand behind them.</summary>
    private readonly List<((bool V6, bool Standard, int Line, List<Rule> Rules, List<(int Number, int At)> Order) List, string Text, int Line, int? Number, CiscoAcl Acl)> pending = [];

    private static void Insert((bool V6, bool Standard, int Line, List<Rule> Rules, List<(int Number, int At)> Order) list, Rule rule, int? number)
    {
        var at = list.Rules.Count;
        var order = number ?? (list.Order.Count == 0 ? 10 : list.Order[^1].Number + 10);
        if (number is { } given)
        {
            // Numbers are the order, wherever the line stands.
            at = list.Order.FindIndex(one => one.Number >= given);
            if (at >= 0 && list.Order[at].Number == given)
            {
                list.Rules[at] = rule;
                return;
            }

            at = at < 0 ? list.Rules.Count : at;
        }

        list.Rules.Insert(at, rule);
        list.Order.Insert(at, (order, 0));
    }
}
