using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>Translations and connections as the Linux kernel does them: destination before the filter, source behind it, replies by state.</summary>
public sealed class KernelNatTests
{
    private const int Packets = 1500;

    private static readonly DateOnly Day = new(2026, 11, 21);

    /// <summary>Addresses and routes of the judge's firewall, as a gateway's own file tells them.</summary>
    private static readonly string Place = string.Concat(KernelOracle.Zones.Select(static (z, i) =>
        $"# ip address: {z.Interface} UP 169.254.{100 + i}.1/24 fe80::{i + 1}/64\n# ip route: {z.V4}.0.0/16 via 169.254.{100 + i}.2 dev {z.Interface}\n# ip route: {z.V6}::/32 via fe80::aa{i} dev {z.Interface}\n"));

    [Theory]
    [InlineData("iptables", 301)]
    [InlineData("iptables", 302)]
    [InlineData("iptables", 303)]
    [InlineData("nftables", 311)]
    [InlineData("nftables", 312)]
    [InlineData("nftables", 313)]
    public void Translated_packets_come_out_where_and_as_the_walk_says_and_are_never_proved_away(string vendor, int seed)
    {
        using var kernel = KernelOracle.TryCreate();
        if (kernel is null) Assert.Skip("needs root, nftables and iptables");
        var rules = new RandomNat(seed);
        var text = vendor == "iptables" ? rules.Iptables() : rules.Nftables();
        kernel.Load(vendor == "iptables" ? "iptables-legacy-restore" : "nft", text);
        var reading = ConfigDoor.Read("fw.rules", Encoding.UTF8.GetBytes(Place + text), TestContext.Current.CancellationToken, vendor);
        Assert.Empty(reading.Errors);
        Assert.True(reading.Lines.NotUnderstood.Count == 0, string.Join("\n", reading.Lines.NotUnderstood.Select(static l => l.Text)));
        var policy = ZonePolicyReader.Read(
            "format: 1\nmodel: β\nzones:\n" + string.Concat(KernelOracle.Zones.Select(static z => $"  - {{ id: {z.Name}, kind: other, prefixes: [{z.V4}.0.0/16, \"{z.V6}::/32\"] }}\n")), "zones.yaml");
        var report = ZoneVerification.Verify(policy, [reading], Day);
        var packets = Enumerable.Range(0, Packets).Select(i => rules.Packet(vendor == "nftables" && i % 3 == 0)).ToArray();
        var seen = kernel.Look(packets);
        var translated = 0;
        for (var i = 0; i < packets.Length; i++)
        {
            var p = packets[i];
            var walk = Assert.Single(PacketWalk.Follow(policy.Policy!, reading.Devices, new(p.Source, p.Destination, p.Protocol, p.Protocol is 1 or 58 ? p.Icmp : p.SourcePort, p.DestinationPort) { Flags = p.Flags, State = p.State, Fragment = p.Fragment }));
            var end = walk[^1];
            var walked = end.Outcome == StepOutcome.Arrives ? new KernelOracle.Sight(end.Outbound, end.Packet.Source, end.Packet.Destination, end.Packet.HasPorts ? end.Packet.DestinationPort : (ushort)0) : null;
            Assert.True(walked == seen[i], $"{p}: kernel {seen[i]}, walk {walked}\n{text}");
            if (seen[i] is not { } sight) continue;
            if (sight.Destination != p.Destination || sight.Source != p.Source) translated++;
            var (from, to) = (KernelOracle.Zones.First(z => z.Interface == p.In).Name, KernelOracle.Zones.First(z => z.Interface == sight.Interface).Name);
            if (from == to) continue;
            // The proof speaks of packets as they arrive.
            var check = report.Checks.Single(c => c.From.Id == from && c.To.Id == to);
            var arrived = p with { Source = sight.Source, Destination = sight.Destination, DestinationPort = sight.DestinationPort };
            Assert.True(check.Violations.Any(v => v.Flows.Source.Contains(sight.Source) && v.Flows.Destination.Contains(sight.Destination) && SlowEngine.Matches(new Match { Services = v.Flows.Services }, arrived)), $"{from}>{to} {check.Result}: {p} came out as {sight}\n{text}");
        }
        Assert.InRange(translated, 20, Packets);
        Assert.Contains(seen, static s => s is null);
    }

    [Theory]
    [InlineData("iptables", 321)]
    [InlineData("nftables", 331)]
    public void What_an_edit_of_the_filter_opens_and_closes_behind_translations_is_told_and_nothing_else(string vendor, int seed)
    {
        using var before = KernelOracle.TryCreate();
        if (before is null) Assert.Skip("needs root, nftables and iptables");
        using var after = new KernelOracle();
        var rules = new RandomNat(seed);
        var text = vendor == "iptables" ? rules.Iptables() : rules.Nftables();
        var edited = Flip(text);
        var load = vendor == "iptables" ? "iptables-legacy-restore" : "nft";
        before.Load(load, text);
        after.Load(load, edited);
        var (old, now) = (Read(text), Read(edited));
        var difference = NetworkDifference.Between([old], [now]);
        Assert.True(difference.IsComplete);
        Assert.Empty(difference.Notes);
        var policy = ZonePolicyReader.Read("format: 1\nmodel: β\nzones:\n" + string.Concat(KernelOracle.Zones.Select(static z => $"  - {{ id: {z.Name}, kind: other, prefixes: [{z.V4}.0.0/16, \"{z.V6}::/32\"] }}\n")), "zones.yaml").Policy!;
        var packets = Enumerable.Range(0, Packets).Select(i => rules.Packet(vendor == "nftables" && i % 3 == 0)).ToArray();
        var (was, becomes) = (before.Look(packets), after.Look(packets));
        var changed = 0;
        for (var i = 0; i < packets.Length; i++)
        {
            var p = packets[i];
            // As the filter sees it: behind the first translation.
            var seen = Assert.Single(PacketWalk.Follow(policy, now.Devices, new(p.Source, p.Destination, p.Protocol, p.Protocol is 1 or 58 ? p.Icmp : p.SourcePort, p.DestinationPort) { Flags = p.Flags, State = p.State, Fragment = p.Fragment }))
                .First(static s => s.Filter is not ("nat" or ""));
            var told = difference.Changes.Where(c => c.Inbound == seen.Inbound && c.Outbound == seen.Outbound && c.Traffic.Source.Contains(seen.Packet.Source) && c.Traffic.Destination.Contains(seen.Packet.Destination)
                && SlowEngine.Matches(new Match { Services = c.Traffic.Services }, p with { DestinationPort = seen.Packet.DestinationPort })).ToArray();
            Assert.True(was[i] is null == becomes[i] is null ? told.Length == 0 : told.Any(c => c.Opened == becomes[i] is not null), $"{p}: {was[i]} → {becomes[i]}, told {told.Length}\n{text}");
            if (was[i] is null != becomes[i] is null) changed++;
        }
        Assert.InRange(changed, 20, Packets - 20);

        ConfigReading Read(string its) => ConfigDoor.Read("fw.rules", Encoding.UTF8.GetBytes(Place + its), TestContext.Current.CancellationToken, vendor);

        // Every third rule of the filter decides the other way.
        static string Flip(string text)
        {
            var lines = text.Split('\n');
            var from = Array.FindIndex(lines, static l => l is "*filter" or "table inet filter {");
            var rule = 0;
            for (var i = from; i < lines.Length; i++)
                if ((lines[i].Contains("-A FORWARD", StringComparison.Ordinal) || lines[i].Contains("saddr", StringComparison.Ordinal)) && !lines[i].Contains("ESTABLISHED", StringComparison.Ordinal) && rule++ % 3 == 0)
                    lines[i] = lines[i].EndsWith("DROP", StringComparison.OrdinalIgnoreCase) ? $"{lines[i][..^4]}{(IsNft(lines[i]) ? "accept" : "ACCEPT")}" : $"{lines[i][..^6]}{(IsNft(lines[i]) ? "drop" : "DROP")}";
            return string.Join('\n', lines);

            static bool IsNft(string line) => !line.StartsWith('-');
        }
    }

    [Theory]
    [InlineData(false, 405)]
    [InlineData(false, 406)]
    [InlineData(true, 407)]
    [InlineData(true, 408)]
    public void Replies_pass_by_their_connection_and_by_nothing_else(bool withoutEstablished, int seed)
    {
        using var kernel = KernelOracle.TryCreate();
        if (kernel is null) Assert.Skip("needs root, nftables and iptables");
        var random = new RandomRules(seed);
        var text = random.Nftables(30);
        if (withoutEstablished) text = text.Replace("    ct state established,related accept\n", "");
        kernel.Load("nft", text);
        var device = Assert.Single(ConfigDoor.Read("fw.nft", Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken, "nftables").Devices);
        Packet[] first = [.. Enumerable.Range(0, 2000).Select(i => random.Packet(i % 2 == 0)).Where(static p => p.State == ConnectionStates.New && p.Protocol is 1 or 6 or 17 or 58 && (p.Protocol != 6 || p.Flags == TcpFlags.Syn))];
        var opened = kernel.Probe(first);
        // The answer to what passed belongs to its connection; to what was dropped there is none.
        Packet[] replies = [.. first.Select((p, i) => new Packet(p.Out, p.In, p.Destination, p.Source, p.Protocol, p.DestinationPort, p.SourcePort)
        {
            Flags = p.Protocol == 6 ? (byte)(TcpFlags.Syn | TcpFlags.Ack) : (byte)0,
            Icmp = p.Protocol is 1 or 58 ? (ushort)((p.Protocol == 58 ? 129 : 0) << 8) : (ushort)0,
            State = opened[i] ? ConnectionStates.Established : p.Protocol == 17 ? ConnectionStates.New : ConnectionStates.Invalid,
        })];
        var back = kernel.Probe(replies);
        var (v4, v6) = (new PointEngine<uint>(device, Bound.Upper), new PointEngine<UInt128>(device, Bound.Upper));
        for (var i = 0; i < replies.Length; i++)
        {
            var p = replies[i];
            Assert.True(SlowEngine.Passes(device, p, static _ => true, static _ => true) == back[i], $"kernel {back[i]}: {p}\n{text}");
            // The proof looks at what begins a connection, and at what belongs to none.
            if (p.State != ConnectionStates.Established) Assert.True((p.Source.IsV6 ? v6.Passes(p) : v4.Passes(p)) == back[i], $"kernel {back[i]}, engine: {p}\n{text}");
        }
        Assert.Contains(true, opened);
        if (!withoutEstablished) Assert.Contains(back, static b => b);
        Assert.Contains(back, static b => !b);
    }
}
