using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>For generated rule sets, reader and engine together say of every packet what the Linux kernel does with it.</summary>
public sealed class KernelAgreementTests
{
    private const int Packets = 2000;

    [Theory]
    [InlineData(101, 12)]
    [InlineData(102, 40)]
    [InlineData(103, 90)]
    public void Nftables_in_the_kernel_and_in_the_engine_agree(int seed, int rules)
    {
        using var kernel = KernelOracle.TryCreate();
        if (kernel is null) Assert.Skip("needs root, nftables and iptables");
        var random = new RandomRules(seed);
        var text = random.Nftables(rules);
        kernel.Load("nft", text);
        Agree(kernel, random, [.. Read(text, "nftables"), .. ReadAgain(kernel.Save("nft -j list ruleset"), "nftables")], [.. Enumerable.Range(0, Packets).Select(i => random.Packet(i % 3 == 0))], text);
    }

    [Theory]
    [InlineData(201, 12)]
    [InlineData(202, 40)]
    [InlineData(203, 90)]
    public void Iptables_in_the_kernel_and_in_the_engine_agree(int seed, int rules)
    {
        using var kernel = KernelOracle.TryCreate();
        if (kernel is null) Assert.Skip("needs root, nftables and iptables");
        var random = new RandomRules(seed);
        var text = random.Iptables(rules, false);
        kernel.Load("iptables-legacy-restore", text);
        Agree(kernel, random, [.. Read(text, "iptables"), .. ReadAgain(kernel.Save("iptables-legacy-save"), "iptables")], [.. Enumerable.Range(0, Packets).Select(_ => random.Packet(false))], text);
        var six = random.Iptables(rules, true);
        kernel.Load("ip6tables-legacy-restore", six);
        Agree(kernel, random, Read(six, "iptables"), [.. Enumerable.Range(0, Packets).Select(_ => random.Packet(true))], six);
    }

    private static Device[] Read(string text, string vendor)
    {
        var reading = ConfigDoor.Read("fw.rules", Encoding.UTF8.GetBytes(text), CancellationToken.None, vendor);
        Assert.Empty(reading.Errors);
        Assert.True(reading.Lines.NotUnderstood.Count == 0, string.Join("\n", reading.Lines.NotUnderstood.Select(l => l.Text)));
        return [.. reading.Devices];
    }

    /// <summary>What the kernel lists of the same rules is read as well: it may write them otherwise.</summary>
    private static Device[] ReadAgain(string text, string vendor) => Read(text, vendor);

    private static void Agree(KernelOracle kernel, RandomRules random, Device[] devices, Packet[] packets, string text)
    {
        var passed = kernel.Probe(packets);
        Assert.InRange(passed.Count(static p => p), packets.Length / 50, packets.Length - packets.Length / 50);
        foreach (var device in devices)
        {
            var (v4, v6) = (new PassedPackets<uint>(device, Bound.Upper, false), new PassedPackets<UInt128>(device, Bound.Upper, false));
            for (var i = 0; i < packets.Length; i++)
            {
                var engine = packets[i].Source.IsV6 ? v6.Contains(packets[i]) : v4.Contains(packets[i]);
                Assert.True(engine == passed[i], $"kernel {passed[i]}, engine {engine}: {packets[i]}\n{text}");
            }
        }
    }
}
