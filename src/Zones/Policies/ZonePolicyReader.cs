using System.Collections.Immutable;
using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Policies;

/// <summary>Reads a zone policy (docs/formats/zone-policy.md). Mistakes have line and column; content never makes it throw.</summary>
public sealed class ZonePolicyReader
{
    /// <summary>Longer policies aren't read.</summary>
    public const int MostCharacters = 4_000_000;

    internal static readonly string[] RootKeys = ["format", "model", "zones", "flows", "gateways", "security-cloud"];
    internal static readonly string[] ZoneKeys = ["id", "kind", "name", "prefixes", "at", "vlans"];
    internal static readonly string[] FlowKeys = ["id", "from", "to", "source", "destination", "service", "purpose", "approver", "until"];
    internal static readonly string[] GatewayKeys = ["id", "name", "hosts", "from", "to", "service"];
    internal static readonly string[] CloudKeys = ["hosts", "via"];

    /// <summary>Port 0 is nobody's: all others are "any" in other words.</summary>
    private static readonly IntervalSet<ushort> RealPorts = IntervalSet<ushort>.Of(1, ushort.MaxValue);

    private readonly PolicyMistakes mistakes;
    private readonly List<ReadError> findings = [];
    private readonly string file;
    private readonly List<(Zone Zone, List<AddressPrefix> Prefixes)> zones = [];

    private ZonePolicyReader(string file) => (this.file, mistakes) = (file, new PolicyMistakes(file));

    /// <param name="file">Its name, for the places of mistakes.</param>
    public static ZonePolicyReading Read(string untrusted, string file)
    {
        var reader = new ZonePolicyReader(file);
        var policy = reader.Read(untrusted);
        return new(reader.mistakes.Any ? null : policy, reader.mistakes.InOrder(), reader.findings);
    }

    private ZonePolicy? Read(string untrusted)
    {
        if (YamlTree.Read(untrusted, mistakes) is not { } root) return null;
        var map = Fields(root, RootKeys);
        if (Text(root, map, "format", true) is { } format && format.Value != "1") mistakes.Wrong(format, format.Value, "format: 1 と書いてください", "write format: 1");
        var model = Text(root, map, "model", true) is { } m ? ModelOf(m) : SeparationModel.Alpha;
        if (!map.TryGetValue("zones", out var list)) mistakes.Missing(root, "zones");
        else foreach (var item in Items(list)) ReadZone(item);
        var own = OwnAddresses();
        var flows = ImmutableArray.CreateBuilder<AllowedFlow>();
        if (map.TryGetValue("flows", out list)) foreach (var item in Items(list)) ReadFlow(item, own, flows);
        if (map.TryGetValue("gateways", out list)) foreach (var item in Items(list)) ReadGateway(item, own, flows);
        SecurityCloud? cloud = null;
        if (map.TryGetValue("security-cloud", out var c) && AsMap(c) is { } cloudMap)
        {
            var fields = Fields(cloudMap, CloudKeys);
            var anyHost = false;
            cloud = new(fields.TryGetValue("hosts", out var hosts) ? Addresses(hosts, out anyHost) : AddressSet.Empty, Places(fields, "via"), cloudMap.Line);
            if (anyHost) Finding("ZON-POLICY-020", cloudMap, "セキュリティクラウドのアドレスが限定されていません（any）。インターネット接続系からどこへでも出られることになります。", "The security cloud's addresses are 'any': the Internet zone may leave to anywhere.");
        }
        return new(model, own, flows.ToImmutable(), cloud) { File = file };
    }

    private void ReadZone(YamlValue item)
    {
        if (AsMap(item) is not { } map) return;
        var fields = Fields(map, ZoneKeys);
        var id = Text(map, fields, "id", true);
        var kind = Text(map, fields, "kind", true) is { } k ? KindOf(k) : ZoneKind.Other;
        var prefixes = new List<AddressPrefix>();
        if (!fields.TryGetValue("prefixes", out var list)) mistakes.Missing(map, "prefixes");
        else
            foreach (var one in Items(list))
                if (one is YamlValue.Scalar text && AddressPrefix.TryParse(text.Value, out var prefix))
                {
                    if (zones.Find(z => z.Prefixes.Contains(prefix)) is { Zone: { } other }) mistakes.Add("ZON-POLICY-004", one.Line, one.Column, $"「{text.Value}」は領域「{other.Id}」にもあります。", $"'{text.Value}' is in the zone '{other.Id}' too.");
                    else if (prefixes.Contains(prefix)) mistakes.Twice(one, text.Value);
                    else prefixes.Add(prefix);
                }
                else
                {
                    mistakes.Wrong(one, (one as YamlValue.Scalar)?.Value ?? "…", "10.1.0.0/16 や fd00:1::/48 のように書いてください", "write 10.1.0.0/16 or fd00:1::/48");
                }
        var vlans = ImmutableArray.CreateBuilder<int>();
        if (fields.TryGetValue("vlans", out var vlanList))
            foreach (var one in Items(vlanList))
                if (one is YamlValue.Scalar { Value: var v } && int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var vlan) && vlan is > 0 and < 4095) vlans.Add(vlan);
                else mistakes.Wrong(one, (one as YamlValue.Scalar)?.Value ?? "…", "VLANは1から4094までの数です", "a VLAN is a number from 1 to 4094");
        if (id is null) return;
        if (zones.Exists(z => z.Zone.Id == id.Value)) mistakes.Twice(id, id.Value);
        zones.Add((new Zone(id.Value, kind, Text(map, fields, "name", false)?.Value ?? id.Value, AddressSet.Empty, Places(fields, "at"), map.Line) { Vlans = vlans.ToImmutable() }, prefixes));
    }

    /// <summary>Longest prefix wins: the Internet is what no other zone has.</summary>
    private ImmutableArray<Zone> OwnAddresses()
    {
        var result = ImmutableArray.CreateBuilder<Zone>();
        foreach (var (zone, prefixes) in zones)
        {
            var own = AddressSet.Empty;
            foreach (var prefix in prefixes)
            {
                var set = AddressSet.Of(prefix);
                foreach (var (other, theirs) in zones)
                    if (!ReferenceEquals(other, zone)) set = set.Except(AddressSet.UnionOf(theirs.Where(p => p.Length > prefix.Length && prefix.Contains(p.First)).Select(AddressSet.Of)));
                own = own.Union(set);
            }
            result.Add(zone with { Addresses = own });
        }
        return result.ToImmutable();
    }

    private void ReadFlow(YamlValue item, ImmutableArray<Zone> own, ImmutableArray<AllowedFlow>.Builder to)
    {
        if (AsMap(item) is not { } map) return;
        var fields = Fields(map, FlowKeys);
        var id = Text(map, fields, "id", true);
        var (from, into) = (ZoneOf(map, fields, "from", own), ZoneOf(map, fields, "to", own));
        var source = Side(map, fields, "source", from, out var anySource);
        var destination = Side(map, fields, "destination", into, out var anyDestination);
        var services = ReadServices(map, fields, out var anyService);
        DateOnly? until = null;
        if (Text(map, fields, "until", false) is { } day)
        {
            if (DateOnly.TryParseExact(day.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read)) until = read;
            else mistakes.Wrong(day, day.Value, "2027-03-31 のように書いてください", "write 2027-03-31");
        }
        if (id is null || from is null || into is null) return;
        if (to.Any(f => f.Id == id.Value)) mistakes.Twice(id, id.Value);
        var flow = new AllowedFlow(id.Value, from.Id, into.Id, source, destination, services, map.Line)
        {
            Purpose = Text(map, fields, "purpose", false)?.Value ?? "", Approver = Text(map, fields, "approver", false)?.Value ?? "", Until = until,
        };
        if (anySource || anyDestination || anyService)
            Finding("ZON-POLICY-020", map, $"許可する通信「{flow.Id}」の{Which(anySource, anyDestination, anyService)}が限定されていません（any、または領域のすべて）。特定通信は、相手・あて先・プロトコルとポートのすべてを限定します。", $"The allowed flow '{flow.Id}' has 'any' (or all of the zone) for a side, or any service. A permitted flow names hosts on both sides, protocol and port.");
        if (flow.Purpose.Length == 0 || flow.Approver.Length == 0)
            Finding("ZON-POLICY-021", map, $"許可する通信「{flow.Id}」に目的か承認者がありません。", $"The allowed flow '{flow.Id}' lacks its purpose or its approver.");
        to.Add(flow);
    }

    private static string Which(bool source, bool destination, bool service, string side = "送信元") =>
        string.Join("・", new[] { source ? side : null, destination ? "あて先" : null, service ? "プロトコルとポート" : null }.Where(static w => w is not null));

    private void ReadGateway(YamlValue item, ImmutableArray<Zone> own, ImmutableArray<AllowedFlow>.Builder to)
    {
        if (AsMap(item) is not { } map) return;
        var fields = Fields(map, GatewayKeys);
        var id = Text(map, fields, "id", true);
        var (from, into) = (ZoneOf(map, fields, "from", own), ZoneOf(map, fields, "to", own));
        var services = ReadServices(map, fields, out var anyService);
        if (!fields.TryGetValue("hosts", out var hosts))
        {
            mistakes.Missing(map, "hosts");
            return;
        }
        var addresses = Addresses(hosts, out var anyHost);
        if (id is null || from is null || into is null) return;
        // A gateway stands in one of the two zones and crosses from there, or is reached there.
        var (source, destination) = (from.Addresses.Intersect(addresses), into.Addresses.Intersect(addresses));
        if (source.IsEmpty && destination.IsEmpty) mistakes.Outside(hosts, addresses.ToString());
        // The other side of a gateway is a whole zone by its nature; the gateway itself is a host.
        anyHost |= source.Equals(from.Addresses) || destination.Equals(into.Addresses);
        if (anyHost || anyService)
            Finding("ZON-POLICY-020", map, $"領域を越える機器「{id.Value}」の{Which(anyHost, false, anyService, "住所")}が限定されていません（any、または領域のすべて）。越えられるのは、名指しした機器とプロトコル・ポートだけにします。", $"The gateway '{id.Value}' has 'any' (or all of a zone) for its hosts, or any service. Only named hosts cross, by named ports.");
        if (!source.IsEmpty) to.Add(new AllowedFlow(id.Value, from.Id, into.Id, source, into.Addresses, services, map.Line) { IsGateway = true, Purpose = Text(map, fields, "name", false)?.Value ?? "" });
        if (!destination.IsEmpty) to.Add(new AllowedFlow(id.Value + (source.IsEmpty ? "" : "-in"), from.Id, into.Id, from.Addresses, destination, services, map.Line) { IsGateway = true, Purpose = Text(map, fields, "name", false)?.Value ?? "" });
    }

    private AddressSet Side(YamlValue.Map map, Dictionary<string, YamlValue> fields, string key, Zone? zone, out bool any)
    {
        any = false;
        if (!fields.TryGetValue(key, out var value))
        {
            mistakes.Missing(map, key);
            return AddressSet.Empty;
        }
        var set = Addresses(value, out any);
        if (zone is null) return set;
        if (!any && !zone.Addresses.Covers(set)) mistakes.Outside(value, set.Except(zone.Addresses).ToString());
        // All of a zone is "any" in other words.
        any |= !zone.Addresses.IsEmpty && set.Covers(zone.Addresses);
        return set.Intersect(zone.Addresses);
    }

    private AddressSet Addresses(YamlValue value, out bool any)
    {
        var sets = new List<AddressSet>();
        any = false;
        foreach (var one in Items(value))
        {
            var text = (one as YamlValue.Scalar)?.Value ?? "";
            var dash = text.IndexOf('-');
            if (text == "any")
            {
                any = true;
                sets.Add(AddressSet.All);
            }
            else if (AddressPrefix.TryParse(text, out var prefix))
            {
                any |= prefix.Length == 0;
                sets.Add(AddressSet.Of(prefix));
            }
            else if (dash > 0 && Address.TryParse(text.AsSpan(0, dash), out var first) && Address.TryParse(text.AsSpan(dash + 1), out var last) && first.IsV6 == last.IsV6 && first.Value <= last.Value) sets.Add(AddressSet.Range(first, last));
            else mistakes.Wrong(one, text, "10.1.5.10、10.1.5.0/28、10.1.5.1-10.1.5.9 のように書いてください", "write 10.1.5.10, 10.1.5.0/28 or 10.1.5.1-10.1.5.9");
        }
        return AddressSet.UnionOf(sets);
    }

    private ServiceSet ReadServices(YamlValue.Map map, Dictionary<string, YamlValue> fields, out bool any)
    {
        any = false;
        if (!fields.TryGetValue("service", out var value))
        {
            mistakes.Missing(map, "service");
            return ServiceSet.None;
        }
        var services = ImmutableArray.CreateBuilder<Service>();
        foreach (var one in Items(value))
        {
            var text = (one as YamlValue.Scalar)?.Value ?? "";
            if (ServiceWords.TryParse(text, out var service))
            {
                any |= service == Service.Any || (service.DestinationPorts.Covers(RealPorts) && !(service.Protocols & Protocols.WithPorts).IsEmpty);
                services.Add(service);
            }
            else
            {
                mistakes.Wrong(one, text, "tcp/443、udp/53、tcp/8000-8010、icmp/8、any のように書いてください", "write tcp/443, udp/53, tcp/8000-8010, icmp/8 or any");
            }
        }
        return new(services.ToImmutable());
    }

    private Zone? ZoneOf(YamlValue.Map map, Dictionary<string, YamlValue> fields, string key, ImmutableArray<Zone> own)
    {
        if (Text(map, fields, key, true) is not { } id) return null;
        var zone = own.FirstOrDefault(z => z.Id == id.Value);
        if (zone is null) mistakes.Undefined(id, id.Value);
        return zone;
    }

    private SeparationModel ModelOf(YamlValue.Scalar text)
    {
        switch (text.Value)
        {
            case "alpha" or "α": return SeparationModel.Alpha;
            case "alpha-prime" or "α'" or "α′" or "α’": return SeparationModel.AlphaPrime;
            case "beta" or "β": return SeparationModel.Beta;
            case "beta-prime" or "β'" or "β′" or "β’": return SeparationModel.BetaPrime;
        }
        mistakes.Wrong(text, text.Value, "α、α'、β、β'（alpha、alpha-prime、beta、beta-prime）のいずれかです", "one of alpha, alpha-prime, beta, beta-prime");
        return SeparationModel.Alpha;
    }

    private ZoneKind KindOf(YamlValue.Scalar text)
    {
        switch (text.Value)
        {
            case "mynumber": return ZoneKind.MyNumber;
            case "lgwan": return ZoneKind.Lgwan;
            case "internet": return ZoneKind.Internet;
            case "outside": return ZoneKind.Outside;
            case "cloud": return ZoneKind.Cloud;
            case "dmz": return ZoneKind.Dmz;
            case "management": return ZoneKind.Management;
            case "other": return ZoneKind.Other;
        }
        mistakes.Wrong(text, text.Value, "mynumber、lgwan、internet、outside、cloud、dmz、management、other のいずれかです", "one of mynumber, lgwan, internet, outside, cloud, dmz, management, other");
        return ZoneKind.Other;
    }

    private Dictionary<string, YamlValue> Fields(YamlValue.Map map, string[] known)
    {
        var fields = new Dictionary<string, YamlValue>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries)
        {
            if (!known.Contains(key.Value)) mistakes.UnknownKey(key, key.Value);
            else if (!fields.TryAdd(key.Value, value)) mistakes.Twice(key, key.Value);
        }
        return fields;
    }

    private YamlValue.Scalar? Text(YamlValue.Map map, Dictionary<string, YamlValue> fields, string key, bool needed)
    {
        if (!fields.TryGetValue(key, out var value))
        {
            if (needed) mistakes.Missing(map, key);
            return null;
        }
        if (value is YamlValue.Scalar { Value.Length: > 0 } scalar) return scalar;
        mistakes.Wrong(value, key, "文字で書いてください", "write text");
        return null;
    }

    /// <summary>Interfaces, as <c>device/interface</c>.</summary>
    private ImmutableArray<string> Places(Dictionary<string, YamlValue> fields, string key)
    {
        if (!fields.TryGetValue(key, out var value)) return [];
        var places = ImmutableArray.CreateBuilder<string>();
        foreach (var one in Items(value))
            if (one is YamlValue.Scalar { Value: var text } && text.IndexOf('/') is > 0 and var slash && slash < text.Length - 1) places.Add(text);
            else mistakes.Wrong(one, (one as YamlValue.Scalar)?.Value ?? "…", "fw1/port1（機器/インターフェース）のように書いてください", "write device/interface, such as fw1/port1");
        return places.ToImmutable();
    }

    /// <summary>The items of a list; one value stands for a list of one.</summary>
    private static IReadOnlyList<YamlValue> Items(YamlValue value) => value is YamlValue.List list ? list.Items : [value];

    private YamlValue.Map? AsMap(YamlValue value)
    {
        if (value is YamlValue.Map map) return map;
        mistakes.Wrong(value, (value as YamlValue.Scalar)?.Value ?? "…", "見出しと値の組で書いてください", "write keys and values");
        return null;
    }

    private void Finding(string code, YamlValue at, string ja, string en) =>
        findings.Add(new ReadError(code, $"{file}:{at.Line}:{at.Column}", new Bilingual(ja, en), new Bilingual("限定できるか、担当課と確かめてください。", "See with the section in charge whether it can be narrowed.")));
}

/// <summary>Services as the policy writes them: <c>tcp/443</c>, <c>udp/5000-5010</c>, <c>icmp/8</c>, <c>esp</c>, <c>any</c>.</summary>
public static class ServiceWords
{
    public static bool TryParse(string untrusted, out Service service)
    {
        service = Service.Any;
        if (untrusted == "any") return true;
        var slash = untrusted.IndexOf('/');
        if (Protocols.Number((slash < 0 ? untrusted : untrusted[..slash]).ToLowerInvariant()) is not { } protocol) return false;
        service = Service.Of(protocol);
        if (slash < 0) return true;
        var rest = untrusted.AsSpan(slash + 1);
        var dash = rest.IndexOf('-');
        if (!ushort.TryParse(dash < 0 ? rest : rest[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var low)) return false;
        var high = low;
        if (dash >= 0 && (!ushort.TryParse(rest[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out high) || high < low)) return false;
        if (Protocols.WithPorts.Contains(protocol)) service = service with { DestinationPorts = IntervalSet<ushort>.Of(low, high) };
        else if (Protocols.WithTypes.Contains(protocol) && high < 256) service = service with { Icmp = IntervalSet<ushort>.Of((ushort)(low << 8), (ushort)(high << 8 | 255)) };
        else return false;
        return true;
    }
}
