using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>Two files of one host, one for each family.</summary>
public sealed class HostFilesTests
{
    private static ConfigReading Read(string file, string source) => ConfigDoor.Read(file, Encoding.UTF8.GetBytes($"*filter\n:FORWARD DROP [0:0]\n-A FORWARD -s {source} -j ACCEPT\nCOMMIT\n"), TestContext.Current.CancellationToken, "iptables");

    [Theory]
    [InlineData("fw1/iptables.rules", "fw1/ip6tables.rules")]
    [InlineData("fw1/rules.v4", "fw1/rules.v6")]
    public void Rules_of_both_families_of_one_host_are_one_device(string four, string six)
    {
        ConfigReading[] readings = [Read(six, "fe80::/10 -p ipv6-icmp"), Read(four, "10.0.0.0/8")];
        var joined = HostFiles.Join(HostFiles.Join(readings));
        var device = Assert.Single(joined.SelectMany(static r => r.Devices).Distinct());
        Assert.All(joined, reading => Assert.Same(device, Assert.Single(reading.Devices)));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.1", "192.0.2.1")));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("192.0.2.1", "10.0.0.1")));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("2001:db8::1", "2001:db8::2")));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("fe80::1", "2001:db8::2", Protocols.IcmpV6)));
    }

    [Fact]
    public void Files_of_different_hosts_stay_apart()
    {
        ConfigReading[] readings = [Read("fw1/iptables.rules", "10.0.0.0/8"), Read("fw2/ip6tables.rules", "fe80::/10 -p ipv6-icmp")];
        Assert.Equal(2, HostFiles.Join(readings).SelectMany(static r => r.Devices).Distinct().Count());
    }
}
