using System.Globalization;
using System.Text.RegularExpressions;

namespace Sekisho.Zones.Tests;

/// <summary>
/// What FortiOS and Cisco IOS take, written down strictly from their command references, line by line: keywords, order, lengths and letters of names, ranges.
/// Shares nothing with the product's readers, which are forgiving.
/// </summary>
internal static partial class CompiledGrammar
{
    private const string Octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])", V4 = $@"{Octet}(?:\.{Octet}){{3}}", V6 = "[0-9a-f:]+", Port = "(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9]?[0-9]{1,3})", Byte = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])";

    /// <summary>FortiOS 7: CLI Reference, "config firewall address", "address6", "service custom", "policy"; Administration Guide, "Text strings" (names: no &lt;&gt;()#"'; addresses 79 letters, policies 35).</summary>
    public static void OfFortiOs(string text)
    {
        string? table = null, entry = null, last = null;
        var defined = new Dictionary<string, HashSet<string>> { ["firewall address"] = ["all"], ["firewall address6"] = ["all"], ["firewall service custom"] = ["ALL"], ["firewall policy"] = [] };
        var set = new List<string>();
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith('#')) continue;
            if (table is null)
            {
                table = Assert.IsType<string>(Regex.Match(line, "^config (firewall address|firewall address6|firewall service custom|firewall policy)$") is { Success: true } m ? m.Groups[1].Value : null);
                // Objects come before what names them.
                Assert.True(last is null || string.CompareOrdinal(last == "firewall policy" ? "z" : last, table == "firewall policy" ? "z" : table) < 0, $"{table} behind {last}");
            }
            else if (line == "end")
            {
                Assert.Null(entry);
                (last, table) = (table, null);
            }
            else if (entry is null)
            {
                var edit = Regex.Match(line, table == "firewall policy" ? "^    edit ([1-9][0-9]{0,9})$" : "^    edit \"([^<>()#\"']{1,79})\"$");
                Assert.True(edit.Success, line);
                if (table == "firewall policy") Assert.InRange(long.Parse(edit.Groups[1].Value, CultureInfo.InvariantCulture), 1, 4294967294);
                Assert.True(defined[table].Add(edit.Groups[1].Value), $"twice: {line}");
                entry = edit.Groups[1].Value;
                set.Clear();
            }
            else if (line == "    next")
            {
                Whole(table, set);
                entry = null;
            }
            else
            {
                Setting(table, line, defined);
                set.Add(line.Trim().Split(' ')[1]);
            }
        }
        Assert.Null(table);
        Assert.NotEmpty(defined["firewall policy"]);
    }

    private static void Setting(string table, string line, Dictionary<string, HashSet<string>> defined)
    {
        var names = "(?: \"[^<>()#\"']{1,79}\")+";
        var pattern = table switch
        {
            "firewall address" => $"set subnet {V4} {V4}",
            "firewall address6" => $"set ip6 {V6}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9])",
            "firewall service custom" => $"set (?:tcp|udp|sctp)-portrange {Port}-{Port}(?: {Port}-{Port})*|set protocol (?:ICMP|ICMP6|IP)|set icmptype {Byte}|unset icmptype|set protocol-number {Byte}",
            _ => $"set name \"[^<>()#\"']{{1,35}}\"|set (?:srcintf|dstintf)(?: \"[^<>()#\"']{{1,63}}\")+|set action (?:accept|deny)|set (?:srcaddr|dstaddr|srcaddr6|dstaddr6|service){names}|set schedule \"always\"|set logtraffic all",
        };
        Assert.Matches($"^        (?:{pattern})$", line);
        foreach (Match range in PortRange().Matches(line)) Assert.True(int.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture) <= int.Parse(range.Groups[2].Value, CultureInfo.InvariantCulture), line);
        if (table == "firewall address" && Regex.Match(line, $"{V4}$") is { Success: true } mask) Assert.True(IsContiguous(mask.Value), line);
        var of = Regex.Match(line, "set (srcaddr|dstaddr|srcaddr6|dstaddr6|service) ");
        if (!of.Success) return;
        var from = of.Groups[1].Value switch { "service" => "firewall service custom", var a when a.EndsWith('6') => "firewall address6", _ => "firewall address" };
        foreach (Match name in Regex.Matches(line, "\"([^\"]+)\"")) Assert.Contains(name.Groups[1].Value, defined[from]);
    }

    private static void Whole(string table, List<string> set)
    {
        Assert.Equal(set.Count, set.Distinct().Count());
        if (table == "firewall policy")
        {
            foreach (var needed in new[] { "name", "srcintf", "dstintf", "action", "schedule", "service" }) Assert.Contains(needed, set);
            Assert.True(set.Contains("srcaddr") && set.Contains("dstaddr") || set.Contains("srcaddr6") && set.Contains("dstaddr6"));
        }
        else if (table == "firewall service custom")
        {
            Assert.True(set.Contains("icmptype") == (set.Count == 2 && !set.Contains("protocol-number")) && (!set.Contains("protocol-number") || set.Contains("protocol")));
        }
    }

    /// <summary>IOS: Security Command Reference, "ip access-list", "permit (IP)", "ipv6 access-list", "permit (IPv6)", "permit (reflexive)", "evaluate", "ip access-group", "ipv6 traffic-filter".</summary>
    public static void OfIos(string text)
    {
        const string Name = "[A-Za-z][A-Za-z0-9-]{0,63}";
        const string Side4 = $"(?:any|host {V4}|{V4} {V4})", Side6 = $"(?:any|host {V6}|{V6}/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))", Ports = $"(?: (?:eq {Port}|range {Port} {Port}))?", Log = $"(?: reflect {Name})?";
        string Entry(string side, string any) => $"permit (?:(?:tcp|udp|132) {side} {side}{Ports}|icmp {side} {side}(?: {Byte})?|(?:{any}|{Byte}) {side} {side}){Log}|evaluate {Name}|deny {any} any any log";
        var (four, six) = (new Regex($"^ (?:{Entry(Side4, "ip")})$"), new Regex($"^ (?:{Entry(Side6, "ipv6")})$"));
        var lists = new Dictionary<string, bool>();
        var (reflected, evaluated, bound) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        string? list = null, port = null, before = null;
        var ended = false;
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            Assert.False(ended, "something behind \"end\"");
            if (line.StartsWith('!'))
            {
                // A list ends in its own denial: what stands behind it would never be asked.
                if (list is not null) Assert.StartsWith(" deny ", before!, StringComparison.Ordinal);
                (list, port) = (null, null);
            }
            else if (Regex.Match(line, $"^(?:(ip) access-list extended|ipv6 access-list) ({Name})$") is { Success: true } head)
            {
                list = head.Groups[2].Value;
                // Names are global over both families.
                Assert.True(lists.TryAdd(list, head.Groups[1].Success), $"twice: {line}");
            }
            else if (Regex.Match(line, "^interface ([A-Za-z][A-Za-z0-9./:-]{0,62})$") is { Success: true } on) Assert.True(bound.Add(port = on.Groups[1].Value), line);
            else if (line == "end") ended = true;
            else if (list is not null)
            {
                Assert.True((lists[list] ? four : six).IsMatch(line), line);
                foreach (Match pair in Regex.Matches(line, "range ([0-9]+) ([0-9]+)")) Assert.True(int.Parse(pair.Groups[1].Value, CultureInfo.InvariantCulture) < int.Parse(pair.Groups[2].Value, CultureInfo.InvariantCulture), line);
                foreach (Match wild in Regex.Matches(line, $"(?<!host )(?<=[ ])({V4}) ({V4})"))
                    if (lists[list]) Assert.True(IsContiguous(string.Join('.', wild.Groups[2].Value.Split('.').Select(static o => 255 - int.Parse(o, CultureInfo.InvariantCulture)))), line);
                if (Regex.Match(line, $"reflect ({Name})$") is { Success: true } into) reflected.Add(into.Groups[1].Value);
                if (Regex.Match(line, $"^ evaluate ({Name})$") is { Success: true } asked) evaluated.Add(asked.Groups[1].Value);
            }
            else
            {
                Assert.NotNull(port);
                var binding = Regex.Match(line, $"^ (?:(ip) access-group|ipv6 traffic-filter) ({Name}) in$");
                Assert.True(binding.Success, line);
                // Bound behind its definition, and in its own family.
                Assert.Equal(binding.Groups[1].Success, lists[binding.Groups[2].Value]);
            }
            before = line;
        }
        Assert.True(ended && lists.Count > 0 && bound.Count > 0);
        // What is filled is asked, under a name that no list has.
        Assert.Subset(evaluated, reflected);
        Assert.Empty(evaluated.Intersect(lists.Keys));
    }

    private static bool IsContiguous(string mask)
    {
        var bits = mask.Split('.').Aggregate(0u, static (all, octet) => all << 8 | uint.Parse(octet, CultureInfo.InvariantCulture));
        return (~bits & (~bits + 1)) == 0;
    }

    [GeneratedRegex("(?<=[ ])([0-9]+)-([0-9]+)(?=$|[ ])")]
    private static partial Regex PortRange();
}
