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

    [Theory]
    [InlineData("fortigate")]
    [InlineData("ios")]
    public void Devices_take_what_is_compiled_by_the_grammar_of_their_references(string target)
    {
        for (var seed = 0; seed < 60; seed++) Take(new RandomPolicies(32_000 + seed).Policy(1 + seed % 20));
        // Every kind of service, what the model opens by itself (ids with ">"), long and Japanese names.
        var zones = "format: 1\nmodel: α'\nzones:\n  - { id: lgwan, kind: lgwan, at: fw/port1, prefixes: [10.2.0.0/16, \"fd00:2::/32\"] }\n  - { id: internet, kind: internet, at: fw/port2, prefixes: 10.3.0.0/16 }\n  - { id: cloud, kind: cloud, at: fw/port3, prefixes: [203.0.113.0/24, \"2001:db8::/32\"] }\n  - { id: マイナンバー利用事務系, kind: mynumber, at: fw/port4, prefixes: 10.1.0.0/16 }\nflows:\n";
        Take(TownTests.Zones(zones + string.Concat(new[] { "any", "tcp", "udp/1-65535", "icmp", "icmp/8", "icmp/0-255", "icmp6/128", "sctp/5000", "esp", "47", "tcp/0-1", "tcp/65535" }.Select(static (s, i) =>
            $"  - {{ id: \"{(i % 2 == 0 ? "とても長い名前の通信" : "a-flow-with-a-name-that-is-longer-than-any-device-takes-(#1)")}-{i}\", from: lgwan, to: {(i % 3 == 0 ? "internet" : "cloud")}, source: [10.2.0.{i}, \"fd00:2::{i}\"], destination: {(i % 3 == 0 ? "10.3.0.9" : "[203.0.113.9, \"2001:db8::9\"]")}, service: \"{s}\" }}\n"))).Policy!);
        Take(TownTests.Zones(zones + string.Concat(Enumerable.Range(0, 1000).Select(static i => $"  - {{ id: f{i}, from: lgwan, to: cloud, source: 10.2.{i / 250}.{i % 250}, destination: 203.0.113.{i % 200}, service: tcp/{1000 + i} }}\n"))).Policy!);

        void Take(Sekisho.Zones.Policies.ZonePolicy policy)
        {
            var compiled = RuleCompiler.Compile(policy, target, Day, TestContext.Current.CancellationToken);
            Assert.True(compiled.Missing is null && compiled.Differences.Count == 0, $"{compiled.Missing?.En} {string.Join("\n", compiled.Differences.Take(5))}");
            Judge(target)(Assert.Single(compiled.Files).Text);
        }
    }

    [Theory]
    [InlineData("fortigate", "set action accept", "set action permit")]
    [InlineData("fortigate", "dstaddr \"sekisho-10.1.7.20/32\"", "dstaddr \"sekisho-10.1.7.21/32\"")]
    [InlineData("fortigate", "konbini", "kon<bini>")]
    [InlineData("fortigate", "255.255.255.255", "255.0.255.255")]
    [InlineData("fortigate", "        set schedule \"always\"\n", "")]
    [InlineData("fortigate", "443-443", "443-65536")]
    [InlineData("fortigate", "config firewall policy", "config firewall policies")]
    [InlineData("ios", "permit tcp host", "permit tcp")]
    [InlineData("ios", "eq 443", "eq 65536")]
    [InlineData("ios", "eq 443", "range 443 442")]
    [InlineData("ios", "0.0.255.255", "0.255.0.255")]
    [InlineData("ios", " evaluate SEKISHO-REPLIES4\n", "")]
    [InlineData("ios", "ip access-list extended SEKISHO", "ip access-list extended 9SEKISHO")]
    [InlineData("ios", "ip access-group", "ip access-groups")]
    [InlineData("ios", "end\n", "")]
    public void A_slip_in_the_syntax_would_be_seen(string target, string right, string wrong)
    {
        var policy = TownTests.Zones(TownTests.Policy.Replace("name: マイナンバー利用事務系", "name: マイナンバー利用事務系, at: fw/eth1").Replace("name: LGWAN接続系", "name: LGWAN接続系, at: fw/eth2")).Policy!;
        var text = RuleCompiler.Compile(policy, target, Day, TestContext.Current.CancellationToken).Files[0].Text;
        Judge(target)(text);
        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => Judge(target)(text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    private static Action<string> Judge(string target) => target == "ios" ? CompiledGrammar.OfIos : CompiledGrammar.OfFortiOs;

    [Theory]
    [MemberData(nameof(Targets))]
    public void An_interface_whose_name_would_be_rules_of_its_own_is_refused(string target)
    {
        foreach (var name in new[] { "eth1\\\"\\n    next\\n    edit 1", "eth1 }", "eth1;", "et h", new string('e', 80) })
        {
            var made = RuleCompiler.Compile(TownTests.Zones(TownTests.Policy.Replace("name: LGWAN接続系", $"name: LGWAN接続系, at: \"fw/{name}\"")).Policy!, target, Day, TestContext.Current.CancellationToken);
            Assert.NotNull(made.Missing);
            Assert.Empty(made.Files);
        }
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
