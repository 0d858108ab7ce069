using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>Rules that are switched off decide nothing; those that would stop something are kept, to be named where it gets through.</summary>
public sealed class SwitchedOffTests
{
    private const string Panos = """
        set deviceconfig system hostname pa
        set network interface ethernet ethernet1/1 layer3 ip 10.0.0.1/24
        set network interface ethernet ethernet1/2 layer3 ip 172.16.0.1/24
        set zone trust network layer3 ethernet1/1
        set zone untrust network layer3 ethernet1/2
        set rulebase security rules stop from trust to untrust source any destination 172.16.0.128/25 service any application any action deny disabled yes
        set rulebase security rules late from trust to untrust source any destination any service any application any action allow disabled yes
        set rulebase security rules pass from trust to untrust source any destination any service any application any action allow

        """;

    private const string Fortios = """
        config firewall policy
            edit 1
                set srcintf "a"
                set dstintf "b"
                set srcaddr "all"
                set dstaddr "all"
                set schedule "always"
                set service "SSH"
                set action deny
                set frobnicate enable
                set status disable
            next
            edit 2
                set srcintf "a"
                set dstintf "b"
                set srcaddr "all"
                set dstaddr "all"
                set schedule "always"
                set service "ALL"
                set action accept
                set status disable
            next
        end

        """;

    [Fact]
    public void Of_PAN_OS_with_its_match_and_its_lines()
    {
        var device = ReadDevice(Panos);
        Assert.Equal(["pass", "intrazone-default trust", "intrazone-default untrust"], device.Chains.Single(static c => c.Name == "security").Rules.Select(static r => r.Name));
        var off = Assert.Single(device.Disabled);
        Assert.Equal(("stop", 6, "172.16.0.128/25", RuleAction.Drop), (off.Name, off.Source.FirstLine, off.May.Destination.ToString(), off.Action));
        Assert.True(off.May.In.Contains("ethernet1/1") && !off.May.In.Contains("ethernet1/2"));
    }

    [Fact]
    public void Of_FortiOS_whatever_else_stands_in_them()
    {
        var reading = ReadText(Fortios);
        Assert.Empty(reading.Lines.NotUnderstood);
        var device = Assert.Single(reading.Devices);
        Assert.Empty(device.Chains[0].Rules);
        Assert.Equal("1", Assert.Single(device.Disabled).Name);
    }
}
