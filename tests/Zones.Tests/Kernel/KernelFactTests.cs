using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>What netfilter does and its users often don't expect, each asked of the kernel and of the engine.</summary>
public sealed class KernelFactTests
{
    private static readonly Address Client = At("10.1.0.7"), Server = At("10.2.0.9");

    [Fact]
    public void What_one_chain_accepts_a_later_one_still_drops() =>
        Judge("table inet filter {\n  chain early { type filter hook forward priority 0; policy accept;\n    tcp dport { 80, 443 } accept\n  }\n  chain late { type filter hook forward priority 10; policy accept;\n    tcp dport 80 drop\n  }\n}\n",
            (Tcp(80, TcpFlags.Syn), false), (Tcp(443, TcpFlags.Syn), true));

    [Fact]
    public void An_acknowledgement_out_of_nowhere_is_new_and_an_answer_out_of_nowhere_is_invalid() =>
        Judge("table inet filter {\n  chain forward { type filter hook forward priority 0; policy drop;\n    ct state new accept\n  }\n}\n",
            (Tcp(80, TcpFlags.Syn), true), (Tcp(81, TcpFlags.Ack), true), (Tcp(82, TcpFlags.Syn | TcpFlags.Ack) with { State = ConnectionStates.Invalid }, false));

    [Fact]
    public void A_connection_outlives_the_rule_that_let_it_in()
    {
        using var kernel = Kernel();
        Packet syn = Tcp(22, TcpFlags.Syn), answer = new(syn.Out, syn.In, Server, Client, 6, 22, syn.SourcePort) { Flags = TcpFlags.Syn | TcpFlags.Ack, State = ConnectionStates.Established };
        var ack = Tcp(22, TcpFlags.Ack) with { State = ConnectionStates.Established };
        kernel.Load("nft", Rules("tcp dport 22 accept"));
        Assert.Equal([true, true, true], kernel.Probe([syn, answer, ack]));
        kernel.Load("nft", "flush ruleset\n" + Rules(""));
        // The proof is about what can begin from now on; the words of a difference tell of those that began before.
        Assert.Equal([true, false], kernel.Probe([ack, Tcp(22, TcpFlags.Syn, 40_001)]));
        var difference = NetworkDifference.Between([Read(Rules("tcp dport 22 accept"))], [Read(Rules(""))]);
        Assert.Contains(difference.Changes, static c => !c.Opened);

        using var another = Kernel();
        another.Load("nft", Rules(""));
        Assert.Equal([false], another.Probe([ack]));

        static string Rules(string rule) => $"table inet filter {{\n  chain forward {{ type filter hook forward priority 0; policy drop;\n    ct state established,related accept\n    ct state new {(rule.Length > 0 ? rule : "drop")}\n  }}\n}}\n";
    }

    /// <summary>Why nothing of ours is ever loaded by "nft -o": merged, two rules about bits become one about whole values.</summary>
    [Fact]
    public void What_nft_optimises_may_decide_otherwise_and_is_read_as_it_then_stands()
    {
        const string Text = "table inet filter {\n  chain forward { type filter hook forward priority 0; policy drop;\n    tcp flags syn accept\n    tcp flags ack accept\n  }\n}\n";
        var both = Tcp(80, TcpFlags.Syn | TcpFlags.Ack) with { State = ConnectionStates.Invalid };
        Judge(Text, (Tcp(80, TcpFlags.Syn), true), (both, true));
        using var kernel = Kernel();
        kernel.Load("nft -o", Text);
        var listed = kernel.Save("nft list ruleset");
        Assert.Equal([true, false], kernel.Probe([Tcp(81, TcpFlags.Syn), both]));
        Agree(listed, (Tcp(81, TcpFlags.Syn), true), (both, false));
    }

    [Fact]
    public void The_filter_sees_the_new_destination_and_the_old_source()
    {
        var place = string.Concat(KernelOracle.Zones.Select(static (z, i) => $"# ip address: {z.Interface} UP 169.254.{100 + i}.1/24\n# ip route: {z.V4}.0.0/16 via 169.254.{100 + i}.2 dev {z.Interface}\n"));
        const string Text = """
            table ip gate {
              chain pre { type nat hook prerouting priority -100; policy accept;
                ip daddr 10.2.0.9 tcp dport 80 dnat to 10.2.0.5:8080
              }
              chain forward { type filter hook forward priority 0; policy drop;
                ip saddr 10.1.0.7 ip daddr 10.2.0.5 tcp dport 8080 accept
              }
              chain post { type nat hook postrouting priority 100; policy accept;
                ip daddr 10.2.0.5 snat to 10.2.0.1
              }
            }

            """;
        using var kernel = Kernel();
        kernel.Load("nft", Text);
        var packet = Tcp(80, TcpFlags.Syn);
        var expected = new KernelOracle.Sight("eth2", At("10.2.0.1"), At("10.2.0.5"), 8080);
        Assert.Equal(expected, Assert.Single(kernel.Look([packet])));

        var policy = ZonePolicyReader.Read("format: 1\nmodel: β\nzones:\n" + string.Concat(KernelOracle.Zones.Select(static z => $"  - {{ id: {z.Name}, kind: other, prefixes: [{z.V4}.0.0/16] }}\n")), "zones.yaml").Policy!;
        var end = Assert.Single(PacketWalk.Follow(policy, Read(place + Text).Devices, new(packet.Source, packet.Destination, 6, packet.SourcePort, 80) { Flags = TcpFlags.Syn, State = ConnectionStates.New, Fragment = packet.Fragment }))[^1];
        Assert.Equal((StepOutcome.Arrives, expected), (end.Outcome, new(end.Outbound, end.Packet.Source, end.Packet.Destination, end.Packet.DestinationPort)));
    }

    private static void Judge(string text, params (Packet Packet, bool Passes)[] expected)
    {
        using var kernel = Kernel();
        kernel.Load("nft", text);
        Assert.Equal(expected.Select(static e => e.Passes), kernel.Probe([.. expected.Select(static e => e.Packet)]));
        Agree(text, expected);
    }

    private static void Agree(string text, params (Packet Packet, bool Passes)[] expected)
    {
        var engine = new PointEngine<uint>(Assert.Single(Read(text).Devices), Bound.Upper);
        Assert.Equal(expected.Select(static e => e.Passes), expected.Select(e => engine.Passes(e.Packet)));
    }

    private static ConfigReading Read(string text)
    {
        var reading = ConfigDoor.Read("fw.nft", Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken, "nftables");
        Assert.Empty(reading.Errors);
        Assert.Empty(reading.Lines.NotUnderstood);
        return reading;
    }

    private static KernelOracle Kernel()
    {
        var kernel = KernelOracle.TryCreate();
        if (kernel is null) Assert.Skip("needs root, nftables and iptables");
        return kernel;
    }

    private static Packet Tcp(ushort port, byte flags, ushort from = 40_000) => new("eth1", "eth2", Client, Server, 6, from, port) { Flags = flags, State = ConnectionStates.New };

    private static Address At(string text) => Address.TryParse(text, out var address) ? address : throw new FormatException(text);
}
