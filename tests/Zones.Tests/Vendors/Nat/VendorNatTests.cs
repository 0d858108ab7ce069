using System.Globalization;
using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Translations of each vendor: what comes out, where, and under which addresses, as a slow reading of the vendor's documentation says, over random configurations.</summary>
/// <remarks>iptables and nftables are judged by the kernel itself (KernelNatTests). NAPT of IX is kept as an unknown: its order isn't published.</remarks>
public sealed class VendorNatTests
{
    /// <summary>More where somebody hunts (ZONES_ROUNDS=200).</summary>
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("ZONES_ROUNDS"), CultureInfo.InvariantCulture, out var many) ? many : 5;

    private const int PacketsEach = 200;

    private static readonly ZonePolicyReading Networks = ZonePolicyReader.Read(
        "format: 1\nmodel: β\nzones:\n  - { id: a, kind: other, prefixes: 10.1.0.0/16 }\n  - { id: b, kind: other, prefixes: 10.2.0.0/16 }\n  - { id: c, kind: other, prefixes: 203.0.113.0/24 }\n", "zones.yaml");

    [Theory]
    [InlineData("fortios")]
    [InlineData("panos")]
    [InlineData("ios")]
    [InlineData("asa")]
    [InlineData("junos")]
    [InlineData("yamaha")]
    [InlineData("allied")]
    public void A_packet_comes_out_as_the_documentation_says_and_is_in_the_proof(string vendor)
    {
        var (translated, passed, asked) = (0, 0, 0);
        for (var round = 0; round < Rounds; round++)
        {
            var config = Make(vendor, round + 1);
            var reading = ConfigDoor.Read("test.conf", Encoding.UTF8.GetBytes(config.Text), TestContext.Current.CancellationToken, vendor);
            Assert.True(reading.Errors.IsEmpty && reading.Lines.NotUnderstood.Count == 0, string.Join("\n", reading.Errors) + string.Join("\n", reading.Lines.NotUnderstood.Select(static l => $"{l.Source}: {l.Text}")) + "\n" + config.Text);
            var report = ZoneVerification.Verify(Networks, [reading], TownTests.Day);
            for (var i = 0; i < PacketsEach; i++)
            {
                var (from, packet) = config.Packet();
                var said = config.Follow(from, packet);
                // What goes back where it came from is no question between networks.
                if (said?.Out == from) continue;
                asked++;
                var walks = PacketWalk.Follow(Networks.Policy!, reading.Devices, new(packet.Source, packet.Destination, packet.Protocol, packet.SourcePort, packet.DestinationPort) { Flags = packet.Flags, State = packet.State, Fragment = packet.Fragment });
                var ends = walks.Select(static w => w[^1]).Where(e => e.Outcome == StepOutcome.Arrives && e.Outbound != packet.In)
                    .Select(e => new Outcome((char)('a' + Array.IndexOf(config.Interfaces, e.Outbound)), e.Packet.Source, e.Packet.Destination, e.Packet.DestinationPort)).Distinct().ToList();
                Assert.True(said is { } one ? ends is [var end] && end == one : ends.Count == 0, $"round {round}: {packet}: documentation {said}, walk {string.Join(" or ", ends)}\n{config.Text}");
                if (said is not { } came) continue;
                passed++;
                if (came.Source != packet.Source || came.Destination != packet.Destination) translated++;
                // The proof speaks of packets as they arrive.
                var arrived = packet with { Source = came.Source, Destination = came.Destination, DestinationPort = came.DestinationPort };
                Assert.True(report.Checks.SelectMany(static c => c.Violations).Any(v => v.Flows.Source.Contains(came.Source) && v.Flows.Destination.Contains(came.Destination) && SlowEngine.Matches(new Match { Services = v.Flows.Services }, arrived)), $"round {round}: {packet} came out as {came}, and no violation holds it\n{config.Text}");
            }
        }
        Assert.InRange(passed, asked / 20, asked * 19 / 20);
        Assert.True(translated > asked / 40, $"{translated} of {asked} translated");
    }

    [Fact]
    public void A_denial_of_a_virtual_address_behind_one_that_overlaps_is_no_wall()
    {
        string Text(string denied) => $"""
            config system interface
                edit "wan1"
                    set ip 203.0.113.1 255.255.255.0
                next
                edit "port1"
                    set ip 10.1.0.1 255.255.0.0
                next
            end
            config firewall vip
                edit "mail"
                    set extip 203.0.113.11
                    set mappedip "10.1.0.25"
                    set extintf "wan1"
                    set portforward enable
                    set extport 25
                    set mappedport 25
                next
                edit "all"
                    set extip 203.0.113.11
                    set mappedip "10.1.0.80"
                    set extintf "wan1"
                next
            end
            config firewall policy
                edit 1
                    set srcintf "wan1"
                    set dstintf "port1"
                    set srcaddr "all"
                    set dstaddr "{denied}"
                    set action deny
                    set schedule "always"
                    set service "ALL"
                next
                edit 2
                    set srcintf "wan1"
                    set dstintf "port1"
                    set srcaddr "all"
                    set dstaddr "mail"
                    set action accept
                    set schedule "always"
                    set service "ALL"
                next
            end

            """;
        ZoneResult Into(string denied) => ZoneVerification.Verify(Networks, [ConfigDoor.Read("fw.conf", Encoding.UTF8.GetBytes(Text(denied)), TestContext.Current.CancellationToken, "fortios")], TownTests.Day).Checks.Single(static c => c is { From.Id: "c", To.Id: "a" }).Result;
        Assert.NotEqual(ZoneResult.Proved, Into("all"));
        Assert.Equal(ZoneResult.Proved, Into("mail"));
    }

    private static VendorNat Make(string vendor, int seed) => vendor switch
    {
        "fortios" => new FortiNat(seed), "panos" => new PanNat(seed), "ios" => new IosNat(seed), "asa" => new AsaNat(seed), "junos" => new JunosNat(seed), "allied" => new AlliedNat(seed), _ => new YamahaNat(seed),
    };
}
