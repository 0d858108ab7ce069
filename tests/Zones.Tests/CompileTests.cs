using System.Text;
using Sekisho.Zones.Compile;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Tests.Kernel;

namespace Sekisho.Zones.Tests;

/// <summary>Rules made from random policies: proved equal by the engine, asked packet by packet of the slow one, and of the kernel where it can load them.</summary>
public sealed class CompileTests
{
    private static readonly DateOnly Day = new(2026, 11, 21);

    public static TheoryData<string> Targets => [.. RuleCompiler.Targets];

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_is_compiled_from_random_policies_reads_back_as_they_are(string target)
    {
        for (var seed = 0; seed < 25; seed++)
        {
            var random = new RandomPolicies(31_000 + seed);
            var policy = random.Policy(1 + seed % 9);
            var compiled = RuleCompiler.Compile(policy, target, Day, TestContext.Current.CancellationToken);
            Assert.Null(compiled.Missing);
            Assert.True(compiled.Differences.Count == 0, $"seed {seed}: {string.Join("\n", compiled.Differences.Take(5))}\n{compiled.Files[0].Text}");
            var devices = compiled.Files.Select(f => Read(f, target)).ToArray();
            for (var i = 0; i < 200; i++)
            {
                var packet = i % 2 == 0 ? random.Packet(i % 3 == 0, policy) : random.Packet(i % 3 == 0);
                if (packet.In == packet.Out) continue;
                Assert.True(devices.All(d => SlowEngine.Passes(d, packet, static _ => true, static _ => true)) == RandomPolicies.Allows(policy, packet), $"seed {seed}: {packet}\n{compiled.Files[^1].Text}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_slip_in_what_was_compiled_would_be_seen(string target)
    {
        var policy = TownTests.Zones(TownTests.Policy.Replace("name: マイナンバー利用事務系", "name: マイナンバー利用事務系, at: fw/eth1").Replace("name: LGWAN接続系", "name: LGWAN接続系, at: fw/eth2")).Policy!;
        var compiled = RuleCompiler.Compile(policy, target, Day, TestContext.Current.CancellationToken);
        Assert.Empty(compiled.Differences);
        var file = compiled.Files[0];
        Assert.Contains("443", file.Text);
        var change = Assert.Single(FilterDifference.Compare(Read(file, target), Read(file with { Text = file.Text.Replace("443", "444") }, target), out _).DistinctBy(static c => (c.Opened, c.Traffic.ToString())), static c => c.Opened);
        Assert.Equal("10.2.5.10 → 10.1.7.20 tcp/444", change.Traffic.ToString());
    }

    [Fact]
    public void Lists_for_cisco_need_interfaces_and_say_which_zones_have_none()
    {
        Assert.NotNull(RuleCompiler.Compile(TownTests.Zones().Policy!, "ios", Day, TestContext.Current.CancellationToken).Missing);
        var one = RuleCompiler.Compile(TownTests.Zones(TownTests.Policy.Replace("name: LGWAN接続系", "name: LGWAN接続系, at: [sw/Vlan210, other/Vlan9]")).Policy!, "ios", Day, TestContext.Current.CancellationToken, "sw");
        Assert.Empty(one.Differences);
        Assert.Single(one.Notes);
        Assert.Contains("interface Vlan210\n ip access-group SEKISHO-LGWAN4-", one.Files[0].Text);
        Assert.DoesNotContain("Vlan9", one.Files[0].Text);
        Assert.NotNull(RuleCompiler.Compile(TownTests.Zones(TownTests.Policy.Replace("系,", "系, at: sw/Vlan1,")).Policy!, "ios", Day, TestContext.Current.CancellationToken).Missing);
    }

    [Theory]
    [InlineData("nftables", 41)]
    [InlineData("nftables", 42)]
    [InlineData("iptables", 43)]
    [InlineData("iptables", 44)]
    public void The_kernel_loads_what_was_compiled_and_does_what_the_policy_says(string target, int seed)
    {
        using var kernel = KernelOracle.TryCreate();
        if (kernel is null) Assert.Skip("needs root, nftables and iptables");
        var random = new RandomPolicies(seed);
        // What was loaded before is replaced, in the same transaction.
        var passing = 0;
        foreach (var flows in new[] { 5, 12 })
        {
            var policy = random.Policy(flows);
            var compiled = RuleCompiler.Compile(policy, target, Day, TestContext.Current.CancellationToken);
            Assert.Empty(compiled.Differences);
            foreach (var file in compiled.Files) kernel.Load(target == "nftables" ? "nft" : file.Name.EndsWith("v6", StringComparison.Ordinal) ? "ip6tables-legacy-restore" : "iptables-legacy-restore", file.Text);
            // A packet without ports or id of its own could be the reply of an earlier one.
            var packets = Enumerable.Range(0, 3000).Select(i => random.Packet(i % 2 == 0, policy)).Where(static p => p.Protocol is 6 or 17 && p.In != p.Out).ToArray();
            var passed = kernel.Probe(packets);
            for (var i = 0; i < packets.Length; i++)
                Assert.True(passed[i] == RandomPolicies.Allows(policy, packets[i]), $"kernel {passed[i]}: {packets[i]}\n{string.Join("\n", compiled.Files.Select(static f => f.Text))}");
            passing += passed.Count(static p => p);
        }
        Assert.InRange(passing, 200, 5000);
    }

    private static Device Read(CompiledFile file, string target)
    {
        var reading = ConfigDoor.Read(file.Name, Encoding.UTF8.GetBytes(file.Text), TestContext.Current.CancellationToken, target == "fortigate" ? "fortios" : target);
        Assert.Empty(reading.Errors);
        return Assert.Single(reading.Devices);
    }
}
