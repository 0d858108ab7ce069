using System.Text;
using Sekisho.Zones.Devices;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>A file cut between two lines of a format without a mark of its end: told by what it was before.</summary>
public sealed class ShrinkageTests
{
    private static readonly string Whole = "# RTX1210 Rev.14.01.38\n# 2026-11-20 02:00\n" + string.Concat(Enumerable.Range(1, 30).Select(static n => $"ip filter {n} pass 10.1.0.{n} * tcp * 443\n")) + "ip lan2 secure filter in 1 2 3\n";

    [Fact]
    public void Cut_anywhere_behind_its_first_line_it_is_told()
    {
        // Another day's backup: the comment says another hour.
        var today = Whole.Replace("2026-11-20", "2026-11-21");
        for (var length = Whole.IndexOf("ip filter 2 ", StringComparison.Ordinal); length < today.TrimEnd().Length; length++)
            Assert.Equal(Shrinkage.Cut, Shrinkage.Of("rtx.txt", Whole, today[..length])?.Code);
        Assert.Equal("rtx.txt:4", Shrinkage.Of("rtx.txt", Whole, Whole[..Whole.IndexOf("ip filter 3 ", StringComparison.Ordinal)])!.Where);
    }

    [Fact]
    public void What_grew_changed_or_only_lost_its_last_blank_line_is_not()
    {
        Assert.Null(Shrinkage.Of("a", Whole, Whole));
        Assert.Null(Shrinkage.Of("a", Whole, Whole.TrimEnd()));
        Assert.Null(Shrinkage.Of("a", Whole, Whole + "ip lan3 secure filter in 4\n"));
        Assert.Null(Shrinkage.Of("a", Whole, Whole.Replace("ip filter 7 pass 10.1.0.7 * tcp * 443\n", "")));
        Assert.Null(Shrinkage.Of("a", Whole, Whole.Replace("# 2026-11-20 02:00\n", "")));
        Assert.Equal(Shrinkage.Smaller, Shrinkage.Of("a", Whole, string.Concat(Whole.Split('\n').Where(static l => !l.Contains("ip filter 2", StringComparison.Ordinal) && !l.Contains("ip filter 1", StringComparison.Ordinal)).Select(static l => l + "\n")))!.Code);
        Assert.Null(Shrinkage.Of("a", "a\nb\nc\n", "c\n"));
    }

    [Theory]
    [InlineData("ios", "hostname r1\n!\ninterface Vlan1\n ip address 10.1.0.1 255.255.0.0\n!\nend\n", true)]
    [InlineData("ios", "hostname r1\n!\ninterface Vlan1\n ip address 10.1.0.1 255.255.0.0\n!\n", false)]
    [InlineData("yamaha", "ip lan1 address 10.1.0.1/16\n", false)]
    [InlineData("fortios", "config system global\n    set hostname \"fw\"\nend\n", false)]
    [InlineData("panos", "set deviceconfig system hostname fw\n", false)]
    [InlineData("junos", "system {\n    host-name fw;\n}\n", false)]
    [InlineData("nftables", "table inet a {\n}\n", false)]
    [InlineData("nftables", "{\"nftables\": [{\"table\": {\"family\": \"inet\", \"name\": \"a\", \"handle\": 1}}]}\n", true)]
    public void Whether_the_end_is_marked_is_said(string vendor, string text, bool marked) =>
        Assert.Equal(marked, ConfigDoor.Read("a.conf", Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken, vendor).EndIsMarked);
}
