using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>What the vendors' documents say where they differ, each as a configuration and packets: asked of both engines, and listed in docs/zones-semantics.md.</summary>
public sealed class VendorFactTests
{
    internal static readonly (string Vendor, string Name, VendorFact[] Facts)[] Everyone =
    [
        ("fortios", "FortiGate (FortiOS)", [.. FortiFacts.All, .. OwnFacts.Forti]), ("panos", "Palo Alto (PAN-OS)", [.. PanFacts.All, .. OwnFacts.Pan]), ("ios", "Cisco IOS, IOS-XE", [.. IosFacts.All, .. OwnFacts.Ios]), ("asa", "Cisco ASA", [.. AsaFacts.All, .. OwnFacts.Asa]),
        ("junos", "Juniper SRX (Junos)", [.. JunosFacts.All, .. OwnFacts.Junos]), ("yamaha", "YAMAHA RTX", [.. YamahaFacts.All, .. OwnFacts.Yamaha]), ("nec-ix", "NEC UNIVERGE IX", [.. NecFacts.All, .. OwnFacts.Nec]), ("allied", "Allied Telesis AlliedWare Plus", AlliedFacts.All),
        ("iptables", "Linux iptables", IptablesFacts.All), ("nftables", "Linux nftables", NftablesFacts.All),
    ];

    /// <summary>Where the networks of translated packets are.</summary>
    private static readonly ZonePolicyReading Networks = ZonePolicyReader.Read(
        "format: 1\nmodel: β\nzones:\n  - { id: a, kind: other, prefixes: 10.1.0.0/16 }\n  - { id: b, kind: other, prefixes: 10.2.0.0/16 }\n  - { id: c, kind: other, prefixes: 203.0.113.0/24 }\n", "zones.yaml");

    public static TheoryData<string, int, string> Facts()
    {
        var all = new TheoryData<string, int, string>();
        foreach (var (vendor, _, facts) in Everyone)
            for (var i = 0; i < facts.Length; i++) all.Add(vendor, i, facts[i].Says);
        return all;
    }

    [Theory]
    [MemberData(nameof(Facts))]
    public void The_document_is_followed(string vendor, int number, string says)
    {
        var fact = Everyone.Single(one => one.Vendor == vendor).Facts[number];
        Assert.Equal(says, fact.Says);
        var reading = ConfigDoor.Read("fact.conf", Encoding.UTF8.GetBytes(fact.Config), TestContext.Current.CancellationToken, vendor);
        Assert.True(reading.Errors.IsEmpty, string.Join("\n", reading.Errors));
        Assert.True(reading.Lines.NotUnderstood.Count == 0, string.Join("\n", reading.Lines.NotUnderstood.Select(static l => $"{l.Source}: {l.Text}")));
        var device = Assert.Single(reading.Devices);
        if (fact.Itself) device = device with { Filters = device.OwnFilters };
        foreach (var text in fact.Passes) Assert.True(Answer(device, text) == (true, true), $"passes: {text} {Answer(device, text)}");
        foreach (var text in fact.Stops) Assert.True(Answer(device, text) == (false, false), $"is stopped: {text} {Answer(device, text)}");
        foreach (var text in fact.Open) Assert.True(Answer(device, text) == (false, true), $"stays open: {text} {Answer(device, text)}");
        foreach (var (sent, arrives) in fact.Translated) Arrives(reading, sent, arrives);
        if (fact.Stateful is { } stateful) Assert.All(device.Filters, f => Assert.Equal(stateful, f.Stateful));
        Assert.True(fact.Passes.Length + fact.Stops.Length + fact.Open.Length + fact.Translated.Length > 1 || fact.Stateful is not null, "one packet shows no difference");
    }

    [Fact]
    public void Every_reader_has_facts_and_the_document_lists_them()
    {
        Assert.Equal(ConfigDoor.Readers.Select(static r => r.Vendor).Order(StringComparer.Ordinal), Everyone.Select(static v => v.Vendor).Order(StringComparer.Ordinal));
        Assert.All(Everyone, static v => Assert.All(v.Facts, f => Assert.Equal(v.Vendor, f.Vendor)));
        var table = new StringBuilder();
        foreach (var (_, name, facts) in Everyone)
        {
            table.Append($"\n## {name}\n\n| what holds | document and section |\n|---|---|\n");
            foreach (var fact in facts) table.Append($"| {fact.Says} | {fact.Document} |\n");
        }
        var path = Path.Combine(Root(), "docs", "zones-semantics.md");
        var before = File.Exists(path) ? File.ReadAllText(path) : "";
        var head = before.Split("\n## ")[0].TrimEnd();
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(path, head + "\n" + table);
        Assert.Equal(head + "\n" + table, File.ReadAllText(path));
    }

    /// <summary>Whether a packet surely passes, and whether it may.</summary>
    private static (bool Surely, bool Maybe) Answer(Device device, string text)
    {
        var packet = PacketText.Read(text);
        return packet.Source.IsV6
            ? (new PassedPackets<UInt128>(device, Bound.Lower).Contains(packet), new PassedPackets<UInt128>(device, Bound.Upper).Contains(packet))
            : (new PassedPackets<uint>(device, Bound.Lower).Contains(packet), new PassedPackets<uint>(device, Bound.Upper).Contains(packet));
    }

    /// <summary>One step after the other, and in the proof: both speak of the packet as it arrives.</summary>
    private static void Arrives(ConfigReading reading, string sent, string arrives)
    {
        var (packet, there) = (PacketText.Read(sent), PacketText.ReadArrived(arrives));
        var walks = PacketWalk.Follow(Networks.Policy!, reading.Devices, new(packet.Source, packet.Destination, packet.Protocol, packet.SourcePort, packet.DestinationPort) { Flags = packet.Flags, State = packet.State, Fragment = packet.Fragment })
            .Where(w => w[0].Inbound == packet.In && w[^1].Outbound == packet.Out).Select(static w => w[^1]).Distinct().ToList();
        var end = Assert.Single(walks);
        Assert.True(end.Outcome == StepOutcome.Arrives && end.Packet.Source == there.Source && end.Packet.Destination == there.Destination && end.Packet.DestinationPort == there.DestinationPort && end.Outbound == packet.Out, $"{sent}: {end}");
        var report = ZoneVerification.Verify(Networks, [reading], TownTests.Day);
        Assert.Contains(report.Checks.SelectMany(static c => c.Violations), v => v.Flows.Source.Contains(there.Source) && v.Flows.Destination.Contains(there.Destination) && SlowEngine.Matches(new Match { Services = v.Flows.Services }, there));
    }

    private static string Root()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Sekisho.slnx"))) return at.FullName;
        throw new DirectoryNotFoundException();
    }
}
