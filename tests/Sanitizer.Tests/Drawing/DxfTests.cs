using System.Text;
using Sekisho.Sanitizer.Tests.Texts;

namespace Sekisho.Sanitizer.Tests.Drawing;

public sealed class DxfTests
{
    private static readonly Encoding Cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    private const string Plain = "  0\nSECTION\n  2\nHEADER\n  9\n$ACADVER\n  1\nAC1015\n  9\n$DWGCODEPAGE\n  3\nANSI_932\n  0\nENDSEC\n  0\nSECTION\n  2\nTABLES\n  0\nTABLE\n  2\nLAYER\n 70\n1\n  0\nLAYER\n  2\n図郭\n 70\n0\n 62\n7\n  0\nENDTAB\n  0\nENDSEC\n"
        + "  0\nSECTION\n  2\nENTITIES\n  0\nLINE\n  8\n図郭\n 10\n0.0\n 20\n-1.5E+3\n 11\n10.0\n 21\n5.0\n  0\nTEXT\n  8\n0\n 10\n1.0\n 20\n1.0\n 40\n2.5\n  1\n能代市 平面図 ①\n  0\nENDSEC\n  0\nEOF\n";

    [Fact]
    public void A_plain_drawing_stays_as_it_is_in_its_own_code()
    {
        foreach (var bytes in new[] { Cp932.GetBytes(Plain.Replace("\n", "\r\n", StringComparison.Ordinal)), Encoding.UTF8.GetBytes(Plain) })
        {
            var done = Bench.Run("図面.dxf", bytes);
            Assert.Equal(bytes, done.Out);
            Assert.Empty(done.Report.Removed);
        }
    }

    [Theory]
    [InlineData("  0\nOLE2FRAME\n  5\n1A\n310\n4D5A9000\n  1\nOLE-TRACE\n", "X-06", "OLE-TRACE")]
    [InlineData("  0\nIMAGE\n  5\n1B\n  1\n\\\\evil\\share\\a.png\n", "X-17", "evil")]
    [InlineData("  0\nPDFUNDERLAY\n  5\n1C\n  1\nevil.pdf\n", "X-17", "evil")]
    [InlineData("  0\nACAD_PROXY_ENTITY\n  5\n1D\n310\nDEADBEEF\n", "G-05", "DEADBEEF")]
    [InlineData("  0\nLINE\n 10\n1.0\n1001\nPE_URL\n1000\nhttps://evil.example/\n", "X-19", "evil.example")]
    [InlineData("  0\nBLOCK\n  2\nx\n 70\n4\n  1\n\\\\evil\\share\\ref.dwg\n  0\nENDBLK\n", "X-20", "evil")]
    public void What_leads_elsewhere_or_is_closed_is_left_out(string part, string threat, string trace)
    {
        var done = Bench.Run("a.dxf", Cp932.GetBytes(Plain.Replace("  0\nLINE", part + "  0\nLINE", StringComparison.Ordinal)));
        Assert.Contains(threat, done.Threats);
        Assert.DoesNotContain(trace, Cp932.GetString(done.Out), StringComparison.Ordinal);
        Assert.Contains("能代市 平面図 ①", Cp932.GetString(done.Out), StringComparison.Ordinal);
        TextTests.Second(done, "a.dxf");
    }

    [Fact]
    public void Paths_of_fonts_lose_their_machine_and_dictionaries_their_lost_entries()
    {
        var dxf = Plain.Replace("  0\nLAYER\n", "  0\nSTYLE\n  2\ns\n  3\n\\\\evil\\fonts\\txt.shx\n  0\nLAYER\n", StringComparison.Ordinal)
            .Replace("  0\nEOF\n", "  0\nSECTION\n  2\nOBJECTS\n  0\nDICTIONARY\n  5\nC\n  3\nKEPT\n350\nD\n  3\nGONE\n350\nE\n  0\nDICTIONARY\n  5\nD\n  0\nIMAGEDEF\n  5\nE\n  1\n\\\\evil\\a.png\n  0\nENDSEC\n  0\nEOF\n", StringComparison.Ordinal);
        var done = Bench.Run("a.dxf", Encoding.UTF8.GetBytes(dxf));
        var clean = Encoding.UTF8.GetString(done.Out);
        Assert.DoesNotContain("evil", clean, StringComparison.Ordinal);
        Assert.DoesNotContain("GONE", clean, StringComparison.Ordinal);
        Assert.Contains("KEPT", clean, StringComparison.Ordinal);
        Assert.Contains("  3\ntxt.shx\n", clean, StringComparison.Ordinal);
        TextTests.Second(done, "a.dxf");
    }

    [Fact]
    public void Mutated_drawings_are_rebuilt_or_refused()
    {
        var random = new Random(20261121);
        var outcomes = new Dictionary<string, int>();
        for (var i = 0; i < 1500; i++)
        {
            var bytes = Cp932.GetBytes(Plain);
            for (var times = random.Next(4); times >= 0; times--) bytes[random.Next(24, bytes.Length)] = (byte)random.Next(random.Next(2) == 0 ? 128 : 256);
            if (random.Next(8) == 0) bytes = bytes[..random.Next(30, bytes.Length)];
            var done = Bench.Run("a.dxf", bytes);
            var outcome = done.Report.Refusal?.Code ?? "out";
            Assert.False(outcome == "SAN-BUG-001", done.Report.Refusal?.Place);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (done.Bytes is not null && done.Report.OutputType == "dxf") TextTests.Second(done, "a.dxf");
        }
        Assert.True(outcomes["out"] > 100 && outcomes["SAN-DXF-001"] > 100, string.Join(' ', outcomes));
    }
}
