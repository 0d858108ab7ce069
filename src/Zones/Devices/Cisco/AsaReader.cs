using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>Cisco ASA (and PIX): interfaces with security levels, access lists, objects.</summary>
/// <remarks>
/// Source: Cisco ASA Series Firewall CLI Configuration Guide, "Access Rules": without an access group an interface lets traffic go to
/// lower security levels only; with one the list decides, and ends in a deny; a global list is asked behind the interface's. Levels that
/// are equal don't talk unless "same-security-traffic" permits. From 8.3 on lists see real addresses, before that the translated ones.
/// </remarks>
public sealed class AsaReader : IConfigReader
{
    public string Vendor => "asa";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 1500; i++)
        {
            var line = lines[i].AsSpan().TrimEnd();
            if (line.StartsWith("ASA Version") || line.StartsWith("PIX Version") || line.StartsWith("!RANCID-CONTENT-TYPE: cisco-asa")) return 100;
            if (line.TrimStart().StartsWith("nameif ") || line.TrimStart().StartsWith("security-level ") || line.StartsWith("same-security-traffic ") || (line.StartsWith("access-group ") && (line.IndexOf(" interface ") > 0 || line.EndsWith(" global"))) || line.StartsWith("object network ")
                || (line.StartsWith("access-list ") && line.IndexOf(" extended ") > 0) || line.StartsWith("object service ") || line.StartsWith("nat ("))
            {
                score += 30;
            }
        }

        return Math.Min(score, 95);
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        var reading = new AsaFile(work);
        reading.ReadAll();
        return work.Finish([reading.ToDevice()]);
    }
}

/// <summary>One configuration.</summary>
internal sealed class AsaFile
{
    private enum Section
    {
        Top,
        Interface,
        Group,
        Irrelevant,
        NotUnderstood,
    }

    private sealed class Port(string name, int line)
    {
        public string Name { get; set; } = name;

        public int Line { get; } = line;

        public string? NameIf { get; set; }

        public int? Level { get; set; }

        public List<InterfaceAddress> Addresses { get; } = [];

        public List<Address> Virtual { get; } = [];

        public int? Vlan { get; set; }

        public bool Enabled { get; set; } = true;

        public bool Dynamic { get; set; }
    }

    private readonly FileWork work;
    private readonly CiscoObjects objects;
    private readonly CiscoAcl acl;
    private readonly AsaOwn own;
    private readonly List<Port> ports = [];
    private readonly Dictionary<string, (int Line, bool Filters, List<(string Text, int Line)> Entries)> lists = new(StringComparer.Ordinal);
    private readonly List<(string Acl, string? Interface, bool Inward, int Line)> groups = [];
    private readonly List<(string Text, int Line, string? Object)> nat = [];
    private readonly List<Route> routes = [];
    private Section section = Section.Top;
    private Port? port;
    private CiscoGroup? group;
    private string objectName = "";
    private bool sameInter;
    private bool sameIntra;
    private bool routesUnknown;
    private bool old;
    private bool transparent;
    private string? host;

    public AsaFile(FileWork work)
    {
        this.work = work;
        objects = new CiscoObjects(work, asa: true);
        acl = new CiscoAcl(work, objects, CiscoDialect.Asa);
        own = new AsaOwn(work, objects);
    }

    public void ReadAll()
    {
        var text = work.Text;
        var certificate = false;
        for (var line = 1; line <= text.LineCount; line++)
        {
            if ((line & 1023) == 0) work.Cancel.ThrowIfCancellationRequested();
            var span = text.Line(line).TrimEnd();
            if (span.IsEmpty || span.TrimStart() is ['!' or ';', ..] || span[0] is ':' or '#' || span.StartsWith("Cryptochecksum:"))
            {
                work.Ledger.Add(line, Reading.Structure);
                continue;
            }

            if (certificate)
            {
                certificate = span.Trim() is not "quit";
                work.Ledger.Add(line, Reading.Irrelevant);
                continue;
            }

            certificate = span.TrimStart().StartsWith("certificate ");
            var words = new Cursor(span);
            var below = span[0] is ' ' or '\t' && section != Section.Top;
            work.Ledger.Add(line, below ? Below(words, line) : Top(words, line));
        }
        Ending.OfAsa(work);
    }

    private Reading Enter(Section to, Reading reading)
    {
        section = to;
        return reading;
    }

    private Reading Top(Cursor words, int line)
    {
        var first = words.Next();
        switch (first)
        {
            case "hostname":
                host = words.Rest.Trim('"').ToString();
                return Enter(Section.Top, Reading.Understood);
            case "ASA" or "PIX":
                words.Take("Version");
                var version = words.Next();
                var dot = version.IndexOf('.');
                old = first is "PIX" || (dot > 0 && int.TryParse(version[..dot], out var major) && (major < 8 || (major == 8 && version.Length > dot + 1 && version[dot + 1] < '3')));
                return Enter(Section.Top, Reading.Understood);
            case "names" or "dns-guard":
                return Enter(Section.Top, Reading.Irrelevant);
            case "name":
                if (!Address.TryParse(words.Next(), out var named)) return Enter(Section.Top, Reading.NotUnderstood);

                objects.Name(words.Next().ToString(), named);
                return Enter(Section.Top, Reading.Understood);
            case "interface":
                port = new Port(words.Rest.ToString().Replace(" ", "", StringComparison.Ordinal), line);
                ports.Add(port);
                return Enter(Section.Interface, Reading.Understood);
            case "nameif":
                return Enter(Section.Top, OldNameIf(words, line));
            case "object" or "object-group":
                var kind = words.Next().ToString();
                objectName = words.Next().ToString();
                group = objects.Group(kind, objectName, first is "object-group" ? words.Peek.ToString() : "", line);
                return Enter(Section.Group, kind is "network" or "service" or "protocol" or "icmp-type" ? Reading.Understood : Reading.Irrelevant);
            case "access-list":
                return Enter(Section.Top, AccessList(words, line));
            case "access-group":
                return Enter(Section.Top, AccessGroup(words, line));
            case "same-security-traffic":
                words.Take("permit");
                sameInter |= words.Peek is "inter-interface";
                sameIntra |= words.Peek is "intra-interface";
                return Enter(Section.Top, words.Peek is "inter-interface" or "intra-interface" ? Reading.Understood : Reading.NotUnderstood);
            case "nat" or "static" or "global" or "nat-control":
                nat.Add((work.Text.Line(line).Trim().ToString(), line, null));
                return Enter(Section.Top, Reading.Understood);
            case "route":
                return Enter(Section.Top, Route(words, line));
            case "ip" or "ipv6":
                return Enter(Section.Top, Ip(words, line));
            case "router":
                routesUnknown = true;
                return Enter(Section.Irrelevant, Reading.Understood);
            case "firewall":
                transparent = words.Peek is "transparent";
                return Enter(Section.Top, transparent ? Reading.NotUnderstood : Reading.Understood);
            case "time-range":
                return Enter(Section.Irrelevant, Reading.Understood);
            case "ssh" or "telnet" or "http" or "icmp" or "snmp-server":
                own.Add(work.Text.Line(line).Trim(), line);
                return Enter(Section.Irrelevant, Reading.Understood);
            case "webvpn" or "aaa" when first is "webvpn" || words.Rest.StartsWith("authentication listener"):
                own.Portal(first.ToString(), line);
                return Enter(Section.Irrelevant, Reading.Understood);
            case "management-access":
                own.Through(words.Next().ToString(), line);
                return Enter(Section.Top, Reading.Understood);
            case "established" or "filter" or "alias" or "outbound" or "conduit" or "apply" or "policy-route":
                // "established" opens return connections, "conduit" and "outbound" are old filters: not modelled.
                return Enter(Section.NotUnderstood, Reading.NotUnderstood);
            case "route-map":
                return Enter(Section.Irrelevant, Reading.Irrelevant);
            default:
                return CiscoLines.Irrelevant.Contains(first.ToString()) ? Enter(Section.Irrelevant, Reading.Irrelevant) : Enter(Section.NotUnderstood, Reading.NotUnderstood);
        }
    }

    private Reading Below(Cursor words, int line)
    {
        switch (section)
        {
            case Section.Interface:
                var reading = InInterface(words);
                if (reading == Reading.NotUnderstood) work.Keep(line, line, new Touch.OfInterfaces(InterfaceSet.Of([port!.NameIf ?? port.Name])));
                return reading;
            case Section.Group:
                switch (words.Peek)
                {
                    case "description":
                        return Reading.Understood;
                    case "nat":
                        nat.Add((words.Rest.ToString(), line, objectName));
                        return Reading.Understood;
                    case "no":
                        return Reading.NotUnderstood;
                    default:
                        group!.Members.Add((words.Rest.ToString(), line));
                        return Reading.Understood;
                }

            case Section.NotUnderstood:
                return Reading.NotUnderstood;
            default:
                return Reading.Irrelevant;
        }
    }

    private Reading InInterface(Cursor words)
    {
        var first = words.Next();
        switch (first)
        {
            case "nameif":
                port!.NameIf = words.Next().ToString();
                // "inside" starts at 100, every other name at 0, until the level is said.
                port.Level ??= port.NameIf == "inside" ? 100 : 0;
                return Reading.Understood;
            case "security-level":
                if (!int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var level)) return Reading.NotUnderstood;

                port!.Level = level;
                return Reading.Understood;
            case "shutdown":
                port!.Enabled = false;
                return Reading.Understood;
            case "no":
                return Reading.Irrelevant;
            case "vlan":
                port!.Vlan = int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var vlan) ? vlan : null;
                return Reading.Understood;
            case "ip" or "ipv6":
                return words.Take("address") ? Addressed(words, port!) : Reading.Irrelevant;
            case "bridge-group" or "zone-member" or "policy-route":
                return Reading.NotUnderstood;
            default:
                return first is "switchport" or "allow-ssc-mgmt" or "backup" or "forward" || CiscoLines.IrrelevantInterface.Contains(first.ToString()) ? Reading.Irrelevant : Reading.NotUnderstood;
        }
    }

    private Reading Addressed(Cursor words, Port on)
    {
        if (words.Peek is "dhcp" or "pppoe" or "autoconfig")
        {
            on.Dynamic = true;
            return Reading.Understood;
        }

        var six = words.Peek.Contains(':');
        if (!objects.TryAddress(words.Peek.IndexOf('/') is > 0 and int slash ? words.Peek[..slash] : words.Peek, out var address))
            return Reading.NotUnderstood;

        var text = six ? words.Next().ToString() : string.Concat(address.ToString(), "/", Skip(ref words));
        if (!AddressPrefix.TryParse(text, out var prefix)) return Reading.NotUnderstood;
        on.Addresses.Add(new InterfaceAddress(address, prefix));
        // The address of the other one of a pair: who is active has the first, the other this one.
        if (words.Take("standby") && objects.TryAddress(words.Next(), out var standby)) on.Virtual.Add(standby);
        return Reading.Understood;

        static ReadOnlySpan<char> Skip(ref Cursor words)
        {
            words.Next();
            return words.Next();
        }
    }

    /// <summary>PIX: "nameif ethernet0 outside security0".</summary>
    private Reading OldNameIf(Cursor words, int line)
    {
        var name = words.Next().ToString();
        var found = ports.Find(one => one.Name == name);
        if (found is null)
        {
            found = new Port(name, line);
            ports.Add(found);
        }

        found.NameIf = words.Next().ToString();
        if (!words.Peek.StartsWith("security") || !int.TryParse(words.Peek["security".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var level))
            return Reading.NotUnderstood;

        found.Level = level;
        return Reading.Understood;
    }

    private Reading Ip(Cursor words, int line)
    {
        switch (words.Next())
        {
            case "address":
                var name = words.Next().ToString();
                return ports.Find(one => one.NameIf == name) is { } found ? Addressed(words, found) : Reading.NotUnderstood;
            case "route":
                return Route(words, line);
            case "access-list":
                return AccessList(words, line);
            case "icmp":
                own.Add(work.Text.Line(line).Trim(), line);
                return Reading.Understood;
            case "local" or "verify" or "audit" or "neighbor" or "enforce-eui64" or "unicast-routing" or "dhcprelay" or "prefix-list" or "nd":
                return Reading.Irrelevant;
            default:
                return Reading.NotUnderstood;
        }
    }

    private Reading Route(Cursor words, int line)
    {
        var on = words.Next().ToString();
        string to;
        if (words.Peek.Contains('/'))
        {
            to = words.Next().ToString();
        }
        else
        {
            var network = words.Next();
            var mask = words.Next();
            // "route outside 0 0 gateway" is the default route.
            to = network is "0" && mask is "0" ? "0.0.0.0/0" : objects.TryAddress(network, out var named) ? string.Concat(named.ToString(), "/", mask is "0" ? "0.0.0.0" : mask) : "";
        }

        if (!AddressPrefix.TryParse(to, out var prefix))
        {
            routesUnknown = true;
            return Reading.NotUnderstood;
        }

        Address? hop = objects.TryAddress(words.Next(), out var gateway) ? gateway : null;
        routes.Add(new Route(prefix, hop, on, work.At(line)) { Distance = int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var distance) ? distance : 1, Discard = on.Equals("Null0", StringComparison.OrdinalIgnoreCase) });
        return Reading.Understood;
    }

    private Reading AccessList(Cursor words, int line)
    {
        var name = words.Next().ToString();
        if (name is "commit" or "mode" or "deny-flow-max" or "alert-interval" or "cached" || words.Peek is "remark") return Reading.Irrelevant;
        if (words.Take("line")) words.Next();
        var filters = true;
        if (words.Peek is "standard" or "webtype" or "ethertype" or "rename") filters = false;
        words.Take("extended");
        if (words.Peek is "remark") return Reading.Irrelevant;
        if (!lists.TryGetValue(name, out var list))
        {
            list = (line, filters, []);
            lists.Add(name, list);
        }

        if (filters) list.Entries.Add((words.Rest.ToString(), line));
        return filters ? Reading.Understood : Reading.Irrelevant;
    }

    private Reading AccessGroup(Cursor words, int line)
    {
        var name = words.Next().ToString();
        var direction = words.Next();
        if (direction is "global")
        {
            groups.Add((name, null, true, line));
            return Reading.Understood;
        }

        if (direction is not ("in" or "out") || !words.Take("interface")) return Reading.NotUnderstood;
        var on = words.Next().ToString();
        if (words.Take("control-plane"))
        {
            own.Controlled(name, on, line);
            return Reading.Understood;
        }

        groups.Add((name, on, direction is "in", line));
        if (words.Peek is "per-user-override")
        {
            work.Keep(line, line, new Touch.OfInterfaces(InterfaceSet.Of([on])));
            return Reading.NotUnderstood;
        }

        return Reading.Understood;
    }

    public Device ToDevice()
    {
        List<Chain> chains = [];
        var rules = new Dictionary<string, List<Rule>>(StringComparer.Ordinal);
        foreach (var (name, list) in lists)
        {
            List<Rule> entries = [];
            foreach (var (text, line) in list.Entries)
            {
                if (acl.Read(new Cursor(text), standard: false, line, "") is { } rule) entries.Add(rule);
            }

            rules.Add(name, entries);
        }

        List<Port> named = [.. ports.Where(static one => one.NameIf is not null)];
        List<Filter> filters = [];
        var global = groups.Find(static one => one.Interface is null).Acl;
        foreach (var (name, on, inward, line) in groups)
        {
            if (on is null) continue;
            if (named.Count > 0 && !named.Exists(one => one.NameIf == on))
            {
                // A list for an interface that nobody has: somewhere a name is wrong, and another interface is without its list.
                work.Keep(line, line, new Touch.WholeDevice());
                work.Ledger.Set(line, Reading.NotUnderstood);
            }

            if (!rules.TryGetValue(name, out var list))
            {
                work.Keep(line, line, new Touch.OfInterfaces(InterfaceSet.Of([on])));
                continue;
            }

            var chain = inward && global is not null ? $"{name} + {global}" : name;
            if (!chains.Exists(one => one.Name == chain))
                chains.Add(new Chain(chain, [.. list, .. inward && global is not null && rules.TryGetValue(global, out var more) ? more : []]));

            filters.Add(new Filter($"{on} {name} {(inward ? "in" : "out")}", inward ? FilterPlace.Inbound : FilterPlace.Outbound, chain, RuleAction.Drop, work.At(line))
            {
                In = inward ? InterfaceSet.Of([on]) : InterfaceSet.Any,
                Out = inward ? InterfaceSet.Any : InterfaceSet.Of([on]),
            });
        }

        filters.Insert(0, Levels(named, rules, chains, global));
        var translations = new AsaNat(work, objects, old, rules);
        NetInterface[] interfaces = [.. ports.Select(one => new NetInterface(one.NameIf ?? one.Name, work.At(one.Line)) { Addresses = [.. one.Addresses], VirtualAddresses = [.. one.Virtual], Zone = one.NameIf, Vlan = one.Vlan, Enabled = one.Enabled, DynamicAddress = one.Dynamic })];
        foreach (var one in named) own.Level(one.NameIf!, one.Level ?? 0);
        var (itself, ownChains) = own.ToFilter(interfaces, rules);
        return new Device(host ?? work.NameFromFile, "asa")
        {
            Interfaces = [.. interfaces],
            Routes = [.. routes],
            RoutesUnknown = routesUnknown,
            Chains = [.. chains, .. ownChains],
            Filters = [.. filters.OrderBy(static filter => filter.Place)],
            // Behind a transparent firewall there is one address for all interfaces.
            OwnFilters = transparent ? [] : [itself],
            Nat = [.. translations.Rules(nat)],
            NatOrder = old ? new NatOrder(false, true, true) : new NatOrder(true, true, false),
        };
    }

    /// <summary>Security levels as one filter between interfaces: what may go from where to where before lists are asked.</summary>
    private Filter Levels(List<Port> named, Dictionary<string, List<Rule>> rules, List<Chain> chains, string? global)
    {
        List<Rule> levels = [];
        foreach (var from in named)
        {
            var listed = groups.Exists(one => one.Inward && one.Interface == from.NameIf);
            List<string> open = [];
            List<string> lower = [];
            foreach (var to in named)
            {
                var same = from.Level == to.Level;
                var equalOk = ReferenceEquals(from, to) ? sameIntra : sameInter;
                if (same && !equalOk) continue;
                if (listed || global is not null) open.Add(to.NameIf!);
                if (same || from.Level > to.Level) lower.Add(to.NameIf!);
            }

            var at = work.At(from.Line, from.Line, $"security-level {from.Level}");
            if (listed)
            {
                levels.Add(new Rule(new Match { In = InterfaceSet.Of([from.NameIf!]), Out = InterfaceSet.Of(open) }, RuleAction.Accept, at, "access-group " + from.NameIf));
            }
            else if (global is not null && rules.TryGetValue(global, out var all))
            {
                // Only the global list: what it leaves undecided may still go down by level.
                var chain = "global " + global;
                if (!chains.Exists(one => one.Name == chain)) chains.Add(new Chain(chain, [.. all]));
                levels.Add(new Rule(new Match { In = InterfaceSet.Of([from.NameIf!]), Out = InterfaceSet.Of(open) }, RuleAction.Jump, at, "access-group global") { Target = chain });
                if (lower.Count > 0)
                    levels.Add(new Rule(new Match { In = InterfaceSet.Of([from.NameIf!]), Out = InterfaceSet.Of(lower) }, RuleAction.Accept, at, "security-level") { Must = Match.Nothing, Unknowns = [new Unknown(UnknownKind.RunTime, "security-level behind a global list")] });
            }
            else if (lower.Count > 0)
            {
                levels.Add(new Rule(new Match { In = InterfaceSet.Of([from.NameIf!]), Out = InterfaceSet.Of(lower) }, RuleAction.Accept, at, "security-level " + from.NameIf));
            }
        }

        if (named.Count == 0)
        {
            // An excerpt without interfaces tells no levels: lists alone decide.
            levels.Add(new Rule(Match.Any, RuleAction.Accept, work.Implicit("no interfaces"), "security-level"));
        }

        chains.Add(new Chain("security-level", [.. levels]));
        return new Filter("security-level", FilterPlace.Forward, "security-level", RuleAction.Drop, work.Implicit("security-level"));
    }
}
