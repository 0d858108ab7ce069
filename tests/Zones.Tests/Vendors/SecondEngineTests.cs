using System.Globalization;
using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>For every vendor: reader and engine together say of each packet what a slow reading of the vendor's documentation says, over random configurations.</summary>
public sealed class SecondEngineTests
{
    /// <summary>Configurations of each vendor; more where somebody hunts (ZONES_ROUNDS=200).</summary>
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("ZONES_ROUNDS"), CultureInfo.InvariantCulture, out var many) ? many : 8;

    private const int PacketsEach = 400;

    [Theory]
    [InlineData("fortios")]
    [InlineData("panos set")]
    [InlineData("panos xml")]
    [InlineData("ios")]
    [InlineData("asa")]
    [InlineData("junos set")]
    [InlineData("junos braces")]
    [InlineData("yamaha")]
    [InlineData("yamaha wrapped")]
    [InlineData("nec-ix")]
    [InlineData("allied switch")]
    [InlineData("allied router")]
    [InlineData("iptables")]
    [InlineData("nftables")]
    public void Reader_and_engine_do_with_every_packet_what_the_documentation_says(string kind)
    {
        var passing = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var config = Make(kind, round + 1);
            var reading = ConfigDoor.Read("test.conf", Encoding.UTF8.GetBytes(config.Text), TestContext.Current.CancellationToken, config.Vendor);
            Assert.True(reading.Errors.IsEmpty, string.Join("\n", reading.Errors) + config.Text);
            Assert.True(reading.Lines.NotUnderstood.Count == 0, string.Join("\n", reading.Lines.NotUnderstood.Select(static l => $"{l.Source}: {l.Text}")) + "\n" + config.Text);
            var device = Assert.Single(reading.Devices);
            // What guards the device itself is asked elsewhere (OwnEngineTests).
            Assert.All(device.Chains.Where(c => device.OwnFilters.All(own => !c.Name.StartsWith(own.Name, StringComparison.Ordinal)) && c.Name is not "allowaccess" && !c.Name.StartsWith("allowaccess:", StringComparison.Ordinal)).SelectMany(static c => c.Rules), rule => Assert.True(rule.Must is null, $"{rule.Source} is uncertain: {string.Join(", ", rule.Unknowns)}\n{config.Text}"));
            var (v4, v6) = (new PassedPackets<uint>(device, Bound.Upper, false), new PassedPackets<UInt128>(device, Bound.Upper, false));
            for (var i = 0; i < PacketsEach; i++)
            {
                var packet = config.Packet();
                var said = config.Passes(packet);
                var engine = packet.Source.IsV6 ? v6.Contains(packet) : v4.Contains(packet);
                if (said) passing++;
                if (engine == said) continue;
                var slow = SlowEngine.Passes(device, packet, static _ => true, static _ => true);
                var near = device.Chains.SelectMany(c => c.Rules.Where(r => r.May.Source.Contains(packet.Source) && r.May.Destination.Contains(packet.Destination)).Select(r => $"{c.Name} {r.Source} {r.Action} {r.May.Services} {r.May.Fragments} {r.May.In} {r.May.Out} {r.Target}"));
                Assert.Fail($"round {round}: documentation {said}, engine {engine}, rule by rule over what was read {slow}: {packet}\n{string.Join("\n", near)}\n{config.Text}");
            }
        }
        // Both answers are asked for often enough that agreement says something.
        Assert.InRange(passing, Rounds * PacketsEach / 40, Rounds * PacketsEach * 39 / 40);
    }

    [Fact]
    public void Every_reader_has_its_second_engine()
    {
        string[] here = ["fortios", "panos", "ios", "asa", "junos", "yamaha", "nec-ix", "allied", "iptables", "nftables"];
        Assert.Equal(ConfigDoor.Readers.Select(static r => r.Vendor).Order(StringComparer.Ordinal), here.Order(StringComparer.Ordinal));
    }

    private static VendorConfig Make(string kind, int seed) => kind switch
    {
        "fortios" => new FortiConfig(seed),
        "panos set" => new PanConfig(seed, false),
        "panos xml" => new PanConfig(seed, true),
        "ios" => new IosConfig(seed),
        "asa" => new AsaConfig(seed),
        "junos set" => new JunosConfig(seed, true),
        "junos braces" => new JunosConfig(seed, false),
        "yamaha" => new YamahaConfig(seed, false),
        "yamaha wrapped" => new YamahaConfig(seed, true),
        "nec-ix" => new NecConfig(seed),
        "allied switch" => new AlliedSwitchConfig(seed),
        "allied router" => new AlliedRouterConfig(seed),
        "iptables" => new IptablesConfig(seed),
        _ => new NftablesConfig(seed),
    };
}
