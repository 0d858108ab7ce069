using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Yamaha;

/// <summary>NAT descriptors and the interfaces that they stand on.</summary>
/// <remarks>Source: コマンドリファレンス, "NAT 機能の設定": nat descriptor type, address outer, address inner, static, masquerade static.</remarks>
internal sealed class YamahaNat(FileWork work)
{
    private readonly Dictionary<int, Descriptor> descriptors = [];
    private readonly List<(string Interface, int Descriptor, bool Reverse, int Line)> bound = [];

    private sealed class Descriptor
    {
        public string Type { get; set; } = "none";

        public AddressSet? Outer { get; set; }

        public AddressSet? Inner { get; set; }

        public Address? Forward { get; set; }

        public int Line { get; set; }

        public List<(AddressSet Outer, AddressSet Inner, int Line)> Static { get; } = [];

        public List<(Address Inner, ByteSet Protocols, IntervalSet<ushort> Outer, IntervalSet<ushort>? To, int Line)> Ports { get; } = [];
    }

    public void Bind(string name, Cursor words, int line)
    {
        var reverse = false;
        while (!words.AtEnd)
        {
            var word = words.Next();
            if (word is "reverse") reverse = true;
            else if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) bound.Add((name, number, reverse, line));
        }
    }

    public Reading Read(Cursor words, int first, int last)
    {
        if (!words.Take("descriptor")) return Reading.NotUnderstood;
        var what = words.Next();
        switch (what)
        {
            case "type":
                if (!Number(ref words, out var type)) return Reading.NotUnderstood;

                type.Type = words.Next().ToString();
                type.Line = first;
                return Reading.Understood;
            case "address":
                var side = words.Next();
                if (!Number(ref words, out var address)) return Reading.NotUnderstood;
                var set = Addresses(words);
                if (side is "outer") address.Outer = set;
                else address.Inner = set;
                return Reading.Understood;
            case "static":
                return Number(ref words, out var one) && Static(one, words, first) ? Reading.Understood : Reading.NotUnderstood;
            case "masquerade":
                return Masquerade(words, first);
            case "log" or "ftp" or "sip" or "backward-compatibility" or "timer" or "tcp" or "limit":
                return Reading.Irrelevant;
            default:
                _ = last;
                return Reading.NotUnderstood;
        }
    }

    private bool Number(ref Cursor words, out Descriptor descriptor)
    {
        descriptor = new Descriptor();
        if (!int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (descriptors.TryGetValue(number, out var known)) descriptor = known;
        else descriptors.Add(number, descriptor);
        return true;
    }

    /// <summary>Null: an address that comes from outside (ipcp, primary), or any (auto).</summary>
    private static AddressSet? Addresses(Cursor words)
    {
        AddressSet? all = null;
        while (!words.AtEnd)
        {
            var word = words.Next();
            var dash = word.IndexOf('-');
            if (Address.TryParse(dash < 0 ? word : word[..dash], out var first) && Address.TryParse(dash < 0 ? word : word[(dash + 1)..], out var last))
                all = (all ?? AddressSet.Empty).Union(AddressSet.Range(first, last));
            else
                return null;
        }

        return all;
    }

    /// <summary>"static 1 1 203.0.113.8=10.0.0.8 4": so many addresses from each, one to one.</summary>
    private static bool Static(Descriptor descriptor, Cursor words, int line)
    {
        words.Next();
        var pair = words.Next();
        var equals = pair.IndexOf('=');
        if (equals < 0 || !Address.TryParse(pair[..equals], out var outer) || !Address.TryParse(pair[(equals + 1)..], out var inner)) return false;
        var count = uint.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var many) && many > 0 ? many : 1;
        descriptor.Static.Add((
            AddressSet.Range(outer, outer with { Value = outer.Value + count - 1 }),
            AddressSet.Range(inner, inner with { Value = inner.Value + count - 1 }),
            line));
        return true;
    }

    private Reading Masquerade(Cursor words, int line)
    {
        var what = words.Next();
        switch (what)
        {
            case "static":
                if (!Number(ref words, out var descriptor)) return Reading.NotUnderstood;

                words.Next();
                if (!Address.TryParse(words.Next(), out var inner)) return Reading.NotUnderstood;

                ByteSet protocols = default;
                var names = words.Next();
                foreach (var part in names.Split(','))
                {
                    if (!ServiceNames.TryProtocol(names[part], out var number)) return Reading.NotUnderstood;
                    protocols |= ByteSet.Of(number);
                }

                var ports = words.Next();
                if (ports.IsEmpty || ports is "*")
                {
                    descriptor.Ports.Add((inner, protocols, IntervalSet<ushort>.All, null, line));
                    return Reading.Understood;
                }

                foreach (var part in ports.Split(','))
                {
                    var one = ports[part];
                    var equals = one.IndexOf('=');
                    var to = IntervalSet<ushort>.All;
                    if (!ServiceNames.TryPorts(equals < 0 ? one : one[..equals], '-', out var outer) || (equals >= 0 && !ServiceNames.TryPorts(one[(equals + 1)..], '-', out to)))
                        return Reading.NotUnderstood;

                    descriptor.Ports.Add((inner, protocols, outer, equals < 0 ? null : to, line));
                }

                return Reading.Understood;
            case "incoming":
                if (!Number(ref words, out var incoming)) return Reading.NotUnderstood;

                // What no translation knows: "forward" hands it to one host.
                if (words.Take("forward"))
                {
                    if (!Address.TryParse(words.Next(), out var to)) return Reading.NotUnderstood;
                    incoming.Forward = to;
                }

                return Reading.Understood;
            case "rlogin" or "ttl" or "session" or "port" or "unconvertible" or "remove" or "hold":
                return Reading.Irrelevant;
            default:
                return Reading.NotUnderstood;
        }
    }

    public List<NatRule> Rules(Dictionary<string, NetInterface> interfaces)
    {
        List<NatRule> rules = [];
        foreach (var (name, number, reverse, line) in bound)
        {
            if (!descriptors.TryGetValue(number, out var descriptor) || descriptor.Type is "none") continue;
            if (reverse)
            {
                // Translates the other way round (twice-NAT): kept as unknown.
                work.Keep(line, line, new Touch.OfInterfaces(InterfaceSet.Of([name])));
                continue;
            }

            var on = InterfaceSet.Of([name]);
            var outer = descriptor.Outer ?? (interfaces.TryGetValue(name, out var port) && !port.DynamicAddress && port.Addresses.Length > 0 ? AddressSet.UnionOf(port.Addresses.Where(static one => !one.Address.IsV6).Select(static one => AddressSet.Of(one.Address))) : null);
            var label = string.Create(CultureInfo.InvariantCulture, $"nat descriptor {number}");
            foreach (var (external, inside, at) in descriptor.Static)
            {
                rules.Add(new NatRule(NatKind.Destination, new Match { Source = AddressSet.AllV4, Destination = external, In = on }, work.At(at), label) { To = inside, KeepsOffset = true });
                rules.Add(new NatRule(NatKind.Source, new Match { Source = inside, Destination = AddressSet.AllV4, Out = on }, work.At(at), label) { To = external, KeepsOffset = true });
            }

            if (descriptor.Type.Contains("masquerade", StringComparison.Ordinal))
            {
                foreach (var (inside, protocols, ports, to, at) in descriptor.Ports)
                    rules.Add(Inward(new Service(protocols) { DestinationPorts = ports }, AddressSet.Of(inside), to, at));

                if (descriptor.Forward is { } host) rules.Add(Inward(Service.Any, AddressSet.Of(host), null, descriptor.Line));
            }

            if (descriptor.Type is "masquerade" or "nat-masquerade" or "nat")
            {
                var outward = new Match { Source = descriptor.Inner ?? AddressSet.AllV4, Destination = AddressSet.AllV4, Out = on };
                rules.Add(descriptor.Outer is { } pool
                    ? new NatRule(NatKind.Source, outward, work.At(line), label) { To = pool, ToPorts = IntervalSet<ushort>.All }
                    : new NatRule(NatKind.Source, outward, work.At(line), label) { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All });
            }

            NatRule Inward(Service service, AddressSet to, IntervalSet<ushort>? ports, int at)
            {
                var when = new Match { Source = AddressSet.AllV4, Destination = outer ?? AddressSet.AllV4, Services = new ServiceSet([service]), In = on };
                var rule = new NatRule(NatKind.Destination, when, work.At(at), label) { To = to, ToPorts = ports };
                // The outer address comes from the provider: which packets are for it, nobody can say from the file.
                return outer is null ? rule with { Must = Match.Nothing, Unknowns = [new Unknown(UnknownKind.RunTime, label)] } : rule;
            }
        }

        return rules;
    }
}
