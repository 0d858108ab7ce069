using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>ヤマハルーター コマンドリファレンス: ip filter, ip interface secure filter, ip filter dynamic, nat descriptor.</summary>
public sealed class YamahaReaderTests
{
    private static Device Lan(string filters, string list) => ReadDevice($"# RTX1210 Rev.14.01.38\nip lan1 address 192.168.1.1/24\nip lan2 address 10.0.0.1/24\nip lan1 secure filter in {list}\n{filters}\n");

    private static Probe From(string source, string destination, byte protocol = 6, ushort port = 80) => new(source, destination, protocol, DestinationPort: port) { In = "lan1", Out = "lan2" };

    [Fact]
    public void The_list_is_the_order_and_ends_in_an_implicit_reject()
    {
        Device device = Lan("ip filter 1 pass 192.168.1.0/24 * tcp * www,443\nip filter 2 reject 192.168.1.9 * * * *", "2 1");
        Assert.Equal(Answer.Stop, Ask(device, From("192.168.1.9", "10.0.0.5")));
        Assert.Equal(Answer.Pass, Ask(device, From("192.168.1.8", "10.0.0.5", port: 443)));
        Assert.Equal(Answer.Stop, Ask(device, From("192.168.1.8", "10.0.0.5", port: 22)));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.5", "192.168.1.8") { In = "lan2", Out = "lan1" }));
    }

    [Fact]
    public void A_list_wrapped_at_80_columns_keeps_its_numbers_whole()
    {
        string list = "ip lan1 secure filter in 200003 200020 200021 200022 200023 200024 200025 200026";
        string line = list[..79];
        Assert.Equal(80, list.Length);
        Device device = ReadDevice($"# RTX1210 Rev.14.01.38\nip lan1 address 192.168.1.1/24\n{line}6\n 200099\n{string.Concat(((int[])[3, 20, 21, 22, 23, 24, 25, 26]).Select(static n => $"ip filter {200000 + n} reject * * tcp * {n}\n"))}ip filter 200099 pass * * * * *\n");
        Assert.Equal(9, device.Chains[0].Rules.Length);
        Device split = ReadDevice($"# RTX1210 Rev.14.01.38\nip lan1 address 192.168.1.1/24\n ip lan1 secure filter in 200003 200020 200021 200022 200023 200024 200025 20002\n6 200099\n{string.Concat(((int[])[3, 20, 21, 22, 23, 24, 25, 26]).Select(static n => $"ip filter {200000 + n} reject * * tcp * {n}\n"))}ip filter 200099 pass * * * * *\n");
        Assert.Equal(["200003", "200020", "200021", "200022", "200023", "200024", "200025", "200026", "200099"], split.Chains[0].Rules.Select(static rule => rule.Name));
    }

    [Fact]
    public void Flags_established_and_icmp_types_are_looks_at_the_packet_alone()
    {
        Device device = Lan("ip filter 1 pass * * established\nip filter 2 pass * * tcpflag=0x0002/0x0017 * 25\nip filter 3 pass * * icmp 8 *\nip filter 4 pass * * icmp-error", "1 2 3 4");
        Assert.Equal(Answer.Pass, Ask(device, From("192.168.1.9", "10.0.0.5") with { Flags = TcpFlags.Ack }));
        Assert.Equal(Answer.Stop, Ask(device, From("192.168.1.9", "10.0.0.5")));
        Assert.Equal(Answer.Pass, Ask(device, From("192.168.1.9", "10.0.0.5", port: 25)));
        Assert.Equal(Answer.Pass, Ask(device, From("192.168.1.9", "10.0.0.5", Protocols.Icmp) with { IcmpType = 8 }));
        Assert.Equal(Answer.Pass, Ask(device, From("192.168.1.9", "10.0.0.5", Protocols.Icmp) with { IcmpType = 3 }));
        Assert.Equal(Answer.Stop, Ask(device, From("192.168.1.9", "10.0.0.5", Protocols.Icmp) with { IcmpType = 0 }));
        Assert.False(device.Filters[0].Stateful);
    }

    [Fact]
    public void Restrict_hangs_on_the_line_and_dynamic_filters_make_replies_pass()
    {
        Device device = ReadDevice("# RTX1210 Rev.14.01.38\npp select 1\n ip pp secure filter in 1\n ip pp secure filter out 2 dynamic 100\n pp enable 1\nip filter 1 restrict * * tcp * 25\nip filter 2 pass * * * * *\nip filter dynamic 100 * * tcp\n");
        Assert.All(device.Filters, static filter => Assert.True(filter.Stateful));
        Assert.Equal(Answer.Maybe, Ask(device, new Probe("192.0.2.1", "192.168.1.5", DestinationPort: 25) { In = "pp1", Out = "lan1" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("192.0.2.1", "192.168.1.5", DestinationPort: 80) { In = "pp1", Out = "lan1" }));
    }

    [Fact]
    public void Port_forwarding_to_an_address_that_the_provider_gives_is_a_possible_translation()
    {
        Device device = ReadDevice("# RTX1210 Rev.14.01.38\npp select 1\n pppoe use lan2\n ip pp nat descriptor 1\n pp enable 1\nnat descriptor type 1 masquerade\nnat descriptor masquerade static 1 1 192.168.1.10 tcp 8080=80\nip route default gateway pp 1\n");
        NatRule inward = Assert.Single(device.Nat, static rule => rule.Kind == NatKind.Destination);
        Assert.Equal("192.168.1.10", inward.To!.ToString());
        Assert.Equal((ushort)8080, inward.May.Services.Services[0].DestinationPorts.Bounds[0]);
        Assert.NotEmpty(inward.Unknowns);
        Assert.Equal("pp1", Assert.Single(device.Routes).OutInterface);
    }

    [Fact]
    public void Configurations_in_CP932_are_read_and_passwords_never_come_out()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        byte[] bytes = Encoding.GetEncoding(932).GetBytes("# RTX1210 Rev.14.01.38\n# 本庁 ルーター\nadministrator password himitsu123\nlogin user tanaka aikotoba9\npp select 1\n pp auth myname id@isp.example naisho77\nipsec ike pre-shared-key 1 text kyouyuu55\nsnmp community read-only koukai22\nfrobnicate password kakushi44\nip lan1 address 192.168.1.1/24\n");
        ConfigReading reading = ConfigDoor.Read("本庁.conf", bytes, TestContext.Current.CancellationToken);
        string all = string.Join('\n', ConfigDoor.Masked("本庁.conf", bytes)!) + string.Join('\n', reading.Lines.NotUnderstood.Select(static one => one.Text)) + string.Join('\n', reading.Errors);
        Assert.Contains("本庁 ルーター", all, StringComparison.Ordinal);
        foreach (string secret in (string[])["himitsu123", "aikotoba9", "naisho77", "kyouyuu55", "koukai22", "kakushi44"])
        {
            Assert.DoesNotContain(secret, all, StringComparison.Ordinal);
        }
    }
}
