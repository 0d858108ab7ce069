using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests.Networks;

/// <summary>Files that aren't what they should be, taken to the verdict: a clear finding, never a crash, never "proved".</summary>
public sealed class BadInputTests
{
    private const string Closed = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -s 10.2.5.10/32 -d 10.1.7.20/32 -p tcp -m tcp --dport 443 -j ACCEPT\nCOMMIT\n";
    private static readonly string V4 = TownTests.Policy.Replace(", \"fd00:1::/32\"", "").Replace(", \"fd00:2::/32\"", "");

    private static ZoneReport Verify(params ConfigReading[] readings) => ZoneVerification.Verify(TownTests.Zones(V4), readings, TownTests.Day);

    private static ConfigReading Read(string file, byte[] bytes, string? vendor = null) => ConfigDoor.Read(file, bytes, CancellationToken.None, vendor);

    private static ConfigReading Good => Read("fw.rules", Encoding.ASCII.GetBytes(Closed));

    [Fact]
    public void The_good_file_is_proved() => Assert.Equal(ZoneResult.Proved, Verify(Good).Result);

    [Fact]
    public void A_file_that_breaks_off_anywhere_is_not_proved()
    {
        // From the first line on that says what file this is; the last newline may be missing.
        for (var length = 0; length < Closed.Length - 1; length++)
        {
            var reading = Read("fw.rules", Encoding.ASCII.GetBytes(Closed[..length]));
            Assert.True(Verify(reading).Result != ZoneResult.Proved && !reading.Errors.IsEmpty, $"{length}");
        }
    }

    [Fact]
    public void One_bad_file_beside_a_good_one_keeps_everything_open()
    {
        var random = new Random(5);
        var binary = new byte[4096];
        random.NextBytes(binary);
        ConfigReading[] bad =
        [
            Read("empty.conf", []), Read("binary.conf", binary), Read("prose.conf", Encoding.UTF8.GetBytes("これは設定ではありません。\n")), Read("gzip.conf", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]),
            Read("asa.conf", Encoding.ASCII.GetBytes(Closed), "asa"), Read("what.conf", Encoding.ASCII.GetBytes(Closed), "no such vendor"), Read("large.conf", new byte[100 << 20]),
            Read("round.conf", Encoding.ASCII.GetBytes("config firewall addrgrp\n    edit \"a\"\n        set member \"b\"\n    next\n    edit \"b\"\n        set member \"a\"\n    next\nend\nconfig firewall policy\n    edit 1\n        set srcintf \"port1\"\n        set dstintf \"port2\"\n        set srcaddr \"a\"\n        set dstaddr \"all\"\n        set action deny\n        set service \"ALL\"\n    next\nend\n")),
            Read("calls.rules", Encoding.ASCII.GetBytes("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:a - [0:0]\n:b - [0:0]\n-A FORWARD -j a\n-A a -j b\n-A b -j a\nCOMMIT\n")),
        ];
        foreach (var one in bad)
        {
            var report = Verify(Good, one);
            Assert.True(report.Result != ZoneResult.Proved, one.File);
            Assert.True(!one.Errors.IsEmpty || report.Checks.Any(static c => c.Verdict is CheckVerdict.NotAssessed { Reasons.Count: > 0 }), one.File);
        }
    }

    [Fact]
    public void Bytes_changed_anywhere_never_make_it_throw()
    {
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var bytes = Encoding.ASCII.GetBytes(Closed);
            for (var i = random.Next(1, 6); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Verify(Read("fw.rules", bytes));
        }
    }
}
