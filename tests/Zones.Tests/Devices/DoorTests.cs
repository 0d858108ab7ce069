using System.Diagnostics;
using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>Bad input, secrets, and size: what comes to the door and isn't a configuration.</summary>
public sealed class DoorTests
{
    [Fact]
    public void What_is_no_configuration_is_a_clear_finding()
    {
        Assert.Equal("ZON-READ-001", Assert.Single(Read([]).Errors).Code);
        Assert.Equal("ZON-READ-002", Assert.Single(Read(new byte[(64 << 20) + 1]).Errors).Code);
        Assert.Equal("ZON-READ-003", Assert.Single(Read([0x7F, 0x45, 0x4C, 0x46, 0, 0, 1, 2, 3]).Errors).Code);
        Assert.Equal("ZON-READ-006", Assert.Single(Read(Encoding.UTF8.GetBytes("dear sirs,\nplease find attached\n")).Errors).Code);
        ConfigReading wrong = ReadText("config firewall policy\n    edit 1\n        set action accept\n    next\nend\nconfig system global\nend\n", "iptables");
        Assert.Contains(wrong.Errors, static error => error.Code == "ZON-READ-007");
        Assert.NotEmpty(wrong.Lines.NotUnderstood);

        static ConfigReading Read(byte[] bytes) => ConfigDoor.Read("x", bytes, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("config system admin\n    edit \"admin\"\n        set password ENC SH2abcSECRETdef\n    next\nend\nconfig vpn ipsec phase1-interface\n    edit \"v\"\n        set psksecret ENC SECRETxyz==\n    next\nend\nconfig system snmp community\n    edit 1\n        set name \"SECRETcommunity\"\n    next\nend\nconfig firewall policy\nend\n")]
    [InlineData("version 15.2\nenable secret 5 $1$SECR$SECRETSECRET\nusername bob password 7 SECRET0822\nsnmp-server community SECRET RO\nsnmp-server host 10.0.0.9 version 2c SECRET\ncrypto isakmp key SECRET address 1.1.1.1\ninterface Vlan1\n ip ospf message-digest-key 1 md5 SECRET\n standby 1 authentication SECRET\n!\nfrobnicate key SECRET\n")]
    [InlineData("set system root-authentication encrypted-password \"$6$SECRETabc$SECRET\"\nset security ike policy p pre-shared-key ascii-text \"$9$SECRETk\"\nset interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24\nset snmp community SECRET authorization read-only\nset strange secret SECRET\n")]
    [InlineData("set mgt-config users admin phash $1$SECRETab$SECRET\nset network ike gateway g authentication pre-shared-key key -AQ==SECRET\nset rulebase security rules r action allow\nset address a ip-netmask 10.0.0.1\n")]
    [InlineData("config vpn certificate local\n    edit \"c\"\n        set private-key \"-----BEGIN ENCRYPTED PRIVATE KEY-----\nSECRETMIIC\nSECRETline2\n-----END ENCRYPTED PRIVATE KEY-----\"\n    next\nend\nconfig firewall policy\nend\n")]
    public void Secrets_are_covered_everywhere(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ConfigReading reading = ReadText(text);
        IReadOnlyList<string> masked = ConfigDoor.Masked("x", bytes)!;
        Assert.Equal(text.Count(static c => c == '\n'), masked.Count);
        string all = string.Join('\n', masked) + string.Join('\n', reading.Lines.NotUnderstood.Select(static one => one.Text)) + string.Join('\n', reading.Errors);
        Assert.DoesNotContain("SECRET", all, StringComparison.Ordinal);
        Assert.Contains("********", all, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_thousand_lines_are_read_at_once()
    {
        StringBuilder text = new("*filter\n:FORWARD DROP [0:0]\n");
        Random random = new(7);
        for (int i = 0; i < 100_000; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"-A FORWARD -s 10.{random.Next(256)}.{random.Next(256)}.0/24 -d 172.16.{random.Next(256)}.{random.Next(256)}/32 -p tcp -m tcp --dport {random.Next(1, 1000)} -j ACCEPT\n");
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.Append("COMMIT\n").ToString());
        ConfigDoor.Read("warm", bytes, TestContext.Current.CancellationToken);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch watch = Stopwatch.StartNew();
        ConfigReading reading = ConfigDoor.Read("big", bytes, TestContext.Current.CancellationToken);
        watch.Stop();
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.ElapsedMilliseconds} ms, {allocated >> 20} MiB allocated");
        Assert.Equal(100_000, reading.Devices[0].Chains.Single(static chain => chain.Name == "FORWARD").Rules.Length);
        // Far above what a busy machine needs (37 s at load 39); what grows with the square of the lines takes many minutes.
        Assert.True(watch.ElapsedMilliseconds < 180_000, $"{watch.ElapsedMilliseconds} ms");
        Assert.True(allocated < 200 << 20, $"{allocated >> 20} MiB");
    }

    /// <summary>Seeded changes of real files: cut off, lines swapped and doubled, bytes changed. No reader may fail.</summary>
    [Fact]
    public void Damaged_configurations_are_read_without_a_fault()
    {
        Random random = new(20261121);
        string[] folders = ["batfish-fortios", "batfish-panos", "batfish-cisco-ios", "batfish-cisco-asa", "batfish-junos", "yamaha-rtx", "nec-ix", "nftables-verified-rulesets", "batfish-iptables"];
        foreach (string folder in folders)
        {
            string[] files = [.. Corpus.Files(folder).Where(static file => new FileInfo(file).Length < 40_000)];
            for (int i = 0; i < 60; i++)
            {
                string file = files[random.Next(files.Length)];
                byte[] bytes = Damage(File.ReadAllBytes(file), random);
                ConfigReading reading = ConfigDoor.Read("fuzz", bytes, TestContext.Current.CancellationToken, ConfigDoor.VendorOf("x", File.ReadAllBytes(file)));
                Assert.True(reading.Errors.All(static error => error.Code != "ZON-READ-009"), $"{file}, change {i}: {string.Join(' ', reading.Errors)}");
            }
        }
    }

    private static byte[] Damage(byte[] bytes, Random random)
    {
        List<byte> all = [.. bytes];
        for (int change = random.Next(1, 6); change > 0 && all.Count > 4; change--)
        {
            int at = random.Next(all.Count);
            switch (random.Next(5))
            {
                case 0:
                    all.RemoveRange(at, all.Count - at);
                    break;
                case 1:
                    all[at] = (byte)random.Next(32, 127);
                    break;
                case 2:
                    all.RemoveRange(at, Math.Min(all.Count - at, random.Next(1, 40)));
                    break;
                case 3:
                    all.InsertRange(at, all.GetRange(at, Math.Min(all.Count - at, random.Next(1, 200))));
                    break;
                default:
                    all.Insert(at, (byte)"{}[];\"\n !"[random.Next(9)]);
                    break;
            }
        }

        return [.. all];
    }
}
