using System.Globalization;
using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Of what is meant for a device itself reader and engine together say what a slow reading of the vendor's documentation says: in, out, or not told.</summary>
public sealed class OwnEngineTests
{
    /// <summary>Configurations of each vendor; more where somebody hunts (ZONES_ROUNDS=200).</summary>
    private static readonly int Rounds = int.TryParse(Environment.GetEnvironmentVariable("ZONES_ROUNDS"), CultureInfo.InvariantCulture, out var many) ? many : 12;

    [Theory]
    [InlineData("fortios")]
    [InlineData("panos")]
    [InlineData("ios")]
    [InlineData("asa")]
    [InlineData("junos")]
    [InlineData("yamaha")]
    public void What_reaches_a_device_is_what_the_documentation_says(string vendor)
    {
        var (answers, rounds) = (new Dictionary<string, int> { ["True"] = 0, ["False"] = 0, [""] = 0 }, Rounds);
        for (var round = 0; round < rounds; round++)
        {
            OwnConfig config = vendor switch
            {
                "fortios" => new FortiOwnConfig(round + 1), "panos" => new PanOwnConfig(round + 1), "ios" => new IosOwnConfig(round + 1),
                "asa" => new AsaOwnConfig(round + 1), "junos" => new JunosOwnConfig(round + 1), _ => new YamahaOwnConfig(round + 1),
            };
            var reading = ConfigDoor.Read("test.conf", Encoding.UTF8.GetBytes(config.Text), TestContext.Current.CancellationToken, config.Vendor);
            Assert.True(reading.Errors.IsEmpty, string.Join("\n", reading.Errors) + config.Text);
            Assert.True(reading.Lines.NotUnderstood.Count == 0, string.Join("\n", reading.Lines.NotUnderstood.Select(static l => $"{l.Source}: {l.Text}")) + "\n" + config.Text);
            var device = Assert.Single(reading.Devices);
            Assert.NotEmpty(device.OwnFilters);
            device = device with { Filters = device.OwnFilters };
            IPassedPackets[] four = [new PassedPackets<uint>(device, Bound.Lower, false), new PassedPackets<uint>(device, Bound.Upper, false)];
            IPassedPackets[] six = [new PassedPackets<UInt128>(device, Bound.Lower, false), new PassedPackets<UInt128>(device, Bound.Upper, false)];
            for (var i = 0; i < 300; i++)
            {
                var packet = config.Packet();
                var said = config.Reaches(packet);
                answers[said?.ToString() ?? ""]++;
                var asked = packet.Source.IsV6 ? six : four;
                (bool Surely, bool Maybe) engine = (asked[0].Contains(packet), asked[1].Contains(packet));
                Assert.True(engine == (said == true, said != false), $"round {round}: documentation {said?.ToString() ?? "doesn't say"}, engine {engine}: {packet}\n{config.Text}");
            }
        }
        // Each answer is asked for often enough that agreement says something.
        Assert.All(answers.Values, many => Assert.True(many > rounds * 300 / 100, string.Join(", ", answers)));
    }
}
