using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Tests.Devices;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>Rule sets of real networks, loaded into the kernel and asked with packets aimed at their own addresses and ports: the engine says what the kernel does.</summary>
/// <remarks>A dozen of each kind; every one with SEKISHO_EVERY_RULESET=1 (figures in docs/benchmarks.md). Skipped where the corpus isn't there.</remarks>
public sealed class KernelRealRulesTests(ITestOutputHelper output)
{
    private const int Packets = 300;

    private static readonly bool Every = Environment.GetEnvironmentVariable("SEKISHO_EVERY_RULESET") == "1";

    [Fact]
    public void Iptables_of_real_networks()
    {
        string[] files = [.. new[] { "diekmann-net-network", "iptables-semantics-data", "batfish-iptables" }.SelectMany(static f => Corpus.Files(f)).Where(static f => File.ReadLines(f).Take(5000).Any(static l => l.StartsWith("*filter", StringComparison.Ordinal)))];
        Agree(files, static file => string.Join('\n', WithoutNat(File.ReadAllLines(file))) + "\n", "iptables", 12);
    }

    [Fact]
    public void Nftables_of_real_networks()
    {
        string[] files = [.. new[] { "nftables-github", "nftables-verified-rulesets" }.SelectMany(static f => Corpus.Files(f)).Where(static f => f.EndsWith(".nft", StringComparison.Ordinal) && File.ReadAllText(f).Contains("hook forward", StringComparison.Ordinal))];
        Agree(files, File.ReadAllText, "nftables", 12);
    }

    private void Agree(string[] files, Func<string, string> read, string vendor, int some)
    {
        using (var able = KernelOracle.TryCreate())
            if (able is null) Assert.Skip("needs root, nftables and iptables");
        var texts = files.Select(f => (File: Path.GetRelativePath(Corpus.Need(), f), Text: read(f))).DistinctBy(static f => f.Text).Where(static f => f.Text.Length < 2_000_000).ToArray();
        // Any dozen, always the same.
        new Random(7).Shuffle(texts);
        int loaded = 0, sent = 0, passed = 0, exact = 0;
        for (var i = 0; i < texts.Length && (Every || loaded < some); i++)
        {
            var (file, text) = texts[i];
            var reading = ConfigDoor.Read(file, Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken, vendor);
            if (!reading.Errors.IsEmpty || reading.Devices is not [{ Nat.IsEmpty: true } device] || device.Filters.IsEmpty) continue;
            var zones = ZonesOf(device);
            using var kernel = KernelOracle.TryCreate(zones)!;
            var v6 = device.Filters.All(static f => f.OnlyV6 == true);
            try
            {
                kernel.Load(vendor == "nftables" ? "nft" : v6 ? "ip6tables-legacy-restore" : "iptables-legacy-restore", text);
            }
            catch (InvalidOperationException)
            {
                // Modules that this kernel lacks, names only that machine had.
                continue;
            }
            loaded++;
            var probes = new ProbesOf(device, zones, 5000 + i);
            var packets = Enumerable.Range(0, Packets).Select(n => probes.Packet(v6 || (vendor == "nftables" && n % 3 == 0))).ToArray();
            var seen = kernel.Probe(packets, marked: true);
            var (upper4, lower4, upper6, lower6) = (new PointEngine<uint>(device, Bound.Upper), new PointEngine<uint>(device, Bound.Lower), new PointEngine<UInt128>(device, Bound.Upper), new PointEngine<UInt128>(device, Bound.Lower));
            for (var n = 0; n < packets.Length; n++)
            {
                var p = packets[n];
                var (most, least) = p.Source.IsV6 ? (upper6.Passes(p), lower6.Passes(p)) : (upper4.Passes(p), lower4.Passes(p));
                Assert.True((most || !seen[n]) && (!least || seen[n]), $"{file}: kernel {seen[n]}, engine between {least} and {most}: {p}");
                exact += most == least ? 1 : 0;
                passed += seen[n] ? 1 : 0;
            }
            sent += packets.Length;
        }
        output.WriteLine($"{vendor}: {texts.Length} rule sets, {loaded} loaded and asked, {sent} packets, {passed} passed, {exact} decided without unknowns");
        Assert.True(loaded >= 5, $"only {loaded} of {texts.Length} rule sets were loaded");
        Assert.InRange(passed, sent / 100, sent - sent / 100);
        Assert.True(exact > sent / 2, $"only {exact} of {sent} decided");
    }

    private static IEnumerable<string> WithoutNat(string[] lines)
    {
        var nat = false;
        foreach (var line in lines)
        {
            if (line.StartsWith('*')) nat = line.StartsWith("*nat", StringComparison.Ordinal);
            if (!nat) yield return line;
            if (line == "COMMIT") nat = false;
        }
    }

    /// <summary>Three of the interfaces that the rules speak of most, and others where there are fewer.</summary>
    private static KernelOracle.KernelZone[] ZonesOf(Device device)
    {
        var names = device.Chains.SelectMany(static c => c.Rules).SelectMany(static r => r.May.In.Names.Concat(r.May.Out.Names)).Where(static n => n.Length is > 0 and < 16 && n != "lo" && n.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')).CountBy(static n => n)
            .OrderByDescending(static n => n.Value).ThenBy(static n => n.Key, StringComparer.Ordinal).Select(static n => n.Key).Concat(["zk0", "zk1", "zk2"]).Take(3).ToArray();
        return [.. names.Select(static (n, i) => KernelOracle.Zones[i] with { Interface = n })];
    }

    /// <summary>Packets of which most things come from one rule, and some from others.</summary>
    private sealed class ProbesOf
    {
        private readonly Random random;
        private readonly KernelOracle.KernelZone[] zones;
        private readonly Rule[] rules;
        private ushort sent = 20000;

        public ProbesOf(Device device, KernelOracle.KernelZone[] zones, int seed)
        {
            (random, this.zones) = (new Random(seed), zones);
            rules = [.. device.Chains.SelectMany(static c => c.Rules).DefaultIfEmpty(new(Match.Any, RuleAction.Continue, default, ""))];
        }

        public Packet Packet(bool v6)
        {
            for (var attempt = 0; attempt < 1000; attempt++)
            {
                var rule = rules[random.Next(rules.Length)];
                // Some rule sets speak of nothing that a router would carry; any address will do then.
                var (from, into) = attempt < 500 ? (Or(rule).May.Source, Or(rule).May.Destination) : (AddressSet.All, AddressSet.All);
                var (source, destination) = (Pick(from, v6), Pick(into, v6));
                if (Unroutable(source) || Unroutable(destination)) continue;
                var service = Or(rule).May.Services.Services is { Length: > 0 } services ? services[random.Next(services.Length)] : Service.Any;
                byte protocol = service.Protocols.Contains(6) && random.Next(3) > 0 ? (byte)6 : service.Protocols.Contains(17) ? (byte)17 : service.Protocols.Contains(v6 ? (byte)58 : (byte)1) ? v6 ? (byte)58 : (byte)1 : (byte)6;
                var inbound = random.Next(3);
                if (Array.FindIndex(zones, z => rule.May.In.Contains(z.Interface)) is >= 0 and var asked && random.Next(3) > 0) inbound = asked;
                var outbound = (inbound + 1 + random.Next(2)) % 3;
                if (Array.FindIndex(zones, z => rule.May.Out.Contains(z.Interface)) is >= 0 and var way && way != inbound && random.Next(3) > 0) outbound = way;
                var ack = protocol == 6 && random.Next(6) == 0;
                return new(zones[inbound].Interface, zones[outbound].Interface, source, destination, protocol, sent++, Port(service.DestinationPorts))
                {
                    Flags = protocol != 6 ? (byte)0 : ack ? TcpFlags.Ack : TcpFlags.Syn,
                    Icmp = protocol is 1 or 58 ? (ushort)((v6 ? 128 : 8) << 8) : (ushort)0,
                };
            }
            throw new InvalidOperationException("no packet that a router would carry");
        }

        private Rule Or(Rule rule) => random.Next(5) == 0 ? rules[random.Next(rules.Length)] : rule;

        /// <summary>An address at an edge of a set, or beside it.</summary>
        private Address Pick(AddressSet set, bool v6)
        {
            if (v6)
            {
                var bounds = set.V6.Bounds;
                var edge = set.V6.IsEmpty || set.V6.IsAll ? ((UInt128)0x20010db8 << 96) + (UInt128)random.Next() : bounds[random.Next(bounds.Length)] + (UInt128)random.Next(2) - (UInt128)random.Next(2);
                return Address.V6(edge);
            }
            var four = set.V4.Bounds;
            return Address.V4(set.V4.IsEmpty || set.V4.IsAll ? (uint)random.NextInt64(uint.MaxValue) : four[random.Next(four.Length)] + (uint)random.Next(2) - (uint)random.Next(2));
        }

        private ushort Port(IntervalSet<ushort> set) => set.IsEmpty || set.IsAll ? (ushort)random.Next(1, 65536) : (ushort)Math.Clamp(set.Bounds[random.Next(set.Bounds.Length)] + random.Next(-1, 2), 1, 65535);

        /// <summary>What no router forwards, or what the judge itself uses.</summary>
        private static bool Unroutable(Address address)
        {
            if (address.IsV6) return address.Value >> 120 == 0xff || address.Value >> 118 == 0x3fa || address.Value >> 32 == 0 || address.Value >> 32 == 0xffff;
            var first = (uint)address.Value >> 24;
            return first is 0 or 127 or >= 224 || (uint)address.Value >> 16 == 0xA9FE;
        }
    }
}
