using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>One token of a real configuration is dropped or garbled: what could pass before must never be proved to be stopped because a reader swallowed nonsense.</summary>
public sealed class MutationTests
{
    private const string Nonsense = "zzqx9";

    /// <summary>More where somebody hunts (ZONES_MUTATIONS=2000); what was found goes to the file in ZONES_MUTATIONS_TO.</summary>
    private static readonly int Each = int.TryParse(Environment.GetEnvironmentVariable("ZONES_MUTATIONS"), System.Globalization.CultureInfo.InvariantCulture, out var many) ? many : 60;

    [Theory]
    [InlineData("batfish-fortios", "fortios")]
    [InlineData("batfish-panos", "panos")]
    [InlineData("batfish-cisco-ios", "ios")]
    [InlineData("batfish-cisco-asa", "asa")]
    [InlineData("batfish-junos", "junos")]
    [InlineData("yamaha-rtx", "yamaha")]
    [InlineData("nec-ix", "nec-ix")]
    [InlineData("nftables-verified-rulesets", "nftables")]
    [InlineData("diekmann-net-network", "iptables")]
    public void A_token_lost_or_garbled_never_proves_what_was_open(string folder, string vendor)
    {
        var random = new Random(6);
        string[] files = [.. Corpus.Files(folder).Where(static f => new FileInfo(f).Length < 60_000)];
        var wrong = new StringBuilder();
        var judged = 0;
        for (var i = 0; i < Each * 20 && judged < Each; i++)
        {
            var file = files[random.Next(files.Length)];
            if (ConfigDoor.Masked(file, File.ReadAllBytes(file)) is not { } masked) continue;
            string[] lines = [.. masked];
            var before = Read(lines, vendor);
            if (before.Devices.All(static d => d.Filters.IsEmpty) || !before.Errors.IsEmpty) continue;
            var open = before.Devices.SelectMany(d => Packets(d, random).Where(p => MayPass(d, p)).Select(p => (Device: d.Name, Packet: p))).Take(300).ToArray();
            if (open.Length == 0) continue;
            judged++;
            for (var change = 0; change < 4; change++)
            {
                var at = random.Next(lines.Length);
                var words = lines[at].Split(' ');
                int[] full = [.. Enumerable.Range(0, words.Length).Where(w => words[w].Trim().Length > 0)];
                if (full.Length < 2 || lines[at].TrimStart() is ['#' or '!', ..]) continue;
                var word = full[random.Next(full.Length)];
                var garbled = random.Next(3) > 0;
                words[word] = garbled ? Garble(words[word]) : "";
                var mutated = (string[])lines.Clone();
                mutated[at] = string.Join(' ', words);
                var after = Read(mutated, vendor);
                if (!after.Errors.IsEmpty) continue;
                var status = after.Lines.Lines[at];
                foreach (var (name, packet) in open)
                {
                    if (after.Devices.FirstOrDefault(d => d.Name == name) is not { } device || MayPass(device, packet) || Touched(after, packet, at + 1)) continue;
                    // Without a word a line may say something else by right; and names are free.
                    if (garbled ? IsName(vendor, mutated[at]) : status != LineStatus.NotUnderstood) break;
                    wrong.Append($"{vendor}\t{Path.GetFileName(file)}:{at + 1}\t{status}\t{lines[at].Trim()}\t=>\t{mutated[at].Trim()}\t{packet}\n");
                    break;
                }
            }
        }
        if (Environment.GetEnvironmentVariable("ZONES_MUTATIONS_TO") is { } to) File.AppendAllText(to, wrong.ToString());
        Assert.True(judged > 4, $"{judged} configurations judged");
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    private static string Garble(string word)
    {
        // Brackets, quotes and statement ends stay: what is broken is the word, not the file.
        var core = word.Trim('"', '\'', ';', '{', '}', '[', ']', '(', ')', ',', '<', '>', '\t');
        return core.Length == 0 ? word : word.Replace(core, Nonsense, StringComparison.Ordinal);
    }

    private static ConfigReading Read(string[] lines, string vendor) => ConfigDoor.Read("mutated.conf", Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), TestContext.Current.CancellationToken, vendor);

    /// <summary>Whether a line that isn't understood keeps the verdict open; the changed line may name an interface by its other name.</summary>
    private static bool Touched(ConfigReading reading, Packet packet, int at) =>
        reading.Lines.NotUnderstood.Any(l => l.Touches.Match(static _ => false, i => i.Interfaces.Contains(packet.In) || i.Interfaces.Contains(packet.Out) || l.Source.FirstLine == at, static _ => true));

    /// <summary>Packets at the edges of the device's own rules.</summary>
    private static IEnumerable<Packet> Packets(Device device, Random random)
    {
        string[] names = [.. device.Interfaces.Select(static i => i.Name), .. device.Chains.SelectMany(static c => c.Rules).SelectMany(static r => r.May.In.Names.Concat(r.May.Out.Names)).Where(static n => !n.EndsWith('*')), "eth0"];
        Rule[] rules = [.. device.Chains.SelectMany(static c => c.Rules)];
        if (rules.Length == 0) yield break;
        for (var i = 0; i < 300; i++)
        {
            var rule = rules[random.Next(rules.Length)];
            var match = rule.May;
            var v6 = match.Source.V4.IsEmpty || match.Destination.V4.IsEmpty;
            if (match.IsNothing || Pick(match.Source, v6) is not { } source || Pick(match.Destination, v6) is not { } destination) continue;
            var service = match.Services.Services[random.Next(match.Services.Services.Length)];
            byte protocol = service.Protocols.Contains(6) ? (byte)6 : service.Protocols.Contains(17) ? (byte)17 : service.Protocols.Members().First();
            var flags = service.Flags.Contains(TcpFlags.Syn) ? TcpFlags.Syn : TcpFlags.Ack;
            yield return new(On(match.In), On(match.Out), source, destination, protocol, Port(service.SourcePorts), Port(service.DestinationPorts)) { Icmp = Port(service.Icmp), Flags = flags };
        }

        string On(InterfaceSet set) => set.Names.Where(n => !n.EndsWith('*') && set.Contains(n)).DefaultIfEmpty(names[random.Next(names.Length)]).First();

        Address? Pick(AddressSet set, bool v6)
        {
            if (v6 ? set.V6.IsEmpty : set.V4.IsEmpty) return null;
            if (v6) return Address.V6(set.V6.Bounds[random.Next(set.V6.Bounds.Length)]);
            return Address.V4(set.V4.Bounds[random.Next(set.V4.Bounds.Length)]);
        }

        ushort Port(IntervalSet<ushort> set) => set.IsEmpty ? (ushort)0 : set.Bounds[random.Next(set.Bounds.Length)];
    }

    /// <summary>The upper bound, packet by packet: what is uncertain accepts where it would, and doesn't stop.</summary>
    private static bool MayPass(Device device, Packet packet)
    {
        foreach (var filter in device.Filters)
        {
            if (!filter.In.Contains(packet.In) || !filter.Out.Contains(packet.Out) || (filter.OnlyV6 is { } v6 && v6 != packet.Source.IsV6)) continue;
            if (!Walk(device, filter.Chain, packet, filter.Default == RuleAction.Accept, 0)) return false;
        }
        return true;
    }

    private static bool Walk(Device device, string chain, Packet packet, bool otherwise, int depth)
    {
        if (depth > 24) return true;
        foreach (var rule in device.Chains.First(c => c.Name == chain).Rules)
        {
            if (!SlowEngine.Matches(rule.May, packet)) continue;
            var sure = rule.Must is null || SlowEngine.Matches(rule.Must, packet);
            switch (rule.Action)
            {
                case RuleAction.Accept or RuleAction.Unknown:
                    return true;
                case RuleAction.Drop or RuleAction.Reject when sure:
                    return false;
                case RuleAction.Jump or RuleAction.Goto:
                    // Whatever the chain does, what it may accept may pass; what it leaves undecided goes on behind.
                    if (Walk(device, rule.Target!, packet, false, depth + 1)) return true;
                    if (sure && !Leaves(device, rule.Target!, packet, depth + 1)) return false;
                    break;
                case RuleAction.Return when sure:
                    return otherwise;
            }
        }
        return otherwise;
    }

    /// <summary>Whether a packet may come out of a chain undecided.</summary>
    private static bool Leaves(Device device, string chain, Packet packet, int depth) => Walk(device, chain, packet, true, depth);

    /// <summary>Words that are free names of interfaces, zones and lists: garbled, the line speaks of another one, and says so by right.</summary>
    private static bool IsName(string vendor, string mutated)
    {
        string[] words = mutated.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(words, static w => w.Contains(Nonsense, StringComparison.Ordinal));
        var before = at > 0 ? words[at - 1] : "";
        return vendor switch
        {
            "iptables" => before is "-i" or "-o",
            "asa" => before is "nameif" or "access-list" or "access-group",
            "ios" => before is "access-list" or "interface" or "extended" or "standard" or "access-group" or "traffic-filter",
            "fortios" => at > 1 && words[1] is "srcintf" or "dstintf" or "interface" || before is "edit",
            "panos" => before is "zone" or "rules" or "service" || mutated.Contains('"', StringComparison.Ordinal) || words[..at].Any(static w => w is "from" or "to" or "layer3"),
            "junos" => before is "application-set" or "application" or "address-set" or "address-book" or "policy" or "security-zone" or "interfaces" or "from-zone" or "to-zone",
            "nec-ix" => before is "access-list" or "interface",
            "nftables" => before is "iifname" or "oifname" or "iif" or "oif" or "chain",
            _ => false,
        };
    }
}
