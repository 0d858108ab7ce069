using System.Text;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests.Texts;

public sealed class CsvTests
{
    private static readonly Encoding Cp932 = CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    [Theory]
    [InlineData("=1+1", "C-01")]
    [InlineData("+1+1", "C-01")]
    [InlineData("-1+1", "C-01")]
    [InlineData("@SUM(A1)", "C-01")]
    [InlineData("＝１＋１", "C-01")]
    [InlineData("＋SUM(A1)", "C-01")]
    [InlineData("－A1", "C-01")]
    [InlineData("＠SUM(A1)", "C-01")]
    [InlineData(" =1+1", "C-01")]
    [InlineData("=cmd|'/c calc'!A0", "C-02")]
    [InlineData("-2+3+cmd|' /C calc'!A0", "C-02")]
    [InlineData("=HYPERLINK(A1)", "C-03")]
    [InlineData("@webservice(A1)", "C-03")]
    [InlineData("=IMPORTXML(A1)", "C-03")]
    [InlineData("+81-3-1234-5678", "C-01")]
    public void A_cell_that_would_be_calculated_becomes_text(string cell, string threat)
    {
        foreach (var encoding in new[] { Encoding.UTF8, Cp932 })
        {
            var done = Bench.Run("a.csv", encoding.GetBytes($"名前,値\r\n甲,{cell}\r\n乙,\"{cell}\"\r\n"));
            Assert.Equal([threat], done.Threats);
            Assert.Equal($"名前,値\r\n甲,\"'{cell}\"\r\n乙,\"'{cell}\"\r\n", encoding.GetString(done.Out));
            TextTests.Second(done, "a.csv");
        }
        Assert.Equal($"名前,値\r\n甲,{cell}\r\n", Encoding.UTF8.GetString(Bench.Run("a.csv", Encoding.UTF8.GetBytes($"名前,値\r\n甲,{cell}\r\n"), Bench.Policy("csv:\n  formulas: keep\n")).Out));
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("+5")]
    [InlineData("-1,234.50")]
    [InlineData("-¥1000")]
    [InlineData("-12%")]
    [InlineData("-1.5E-10")]
    [InlineData("－１２３")]
    [InlineData("+81312345678")]
    [InlineData("+81 3 1234 5678")]
    [InlineData("-")]
    [InlineData("---")]
    [InlineData("====")]
    [InlineData("2026-11-21")]
    [InlineData("03-1234-5678")]
    [InlineData("'=1+1")]
    [InlineData("1=1")]
    public void Numbers_telephones_and_dates_stay_as_they_are(string cell)
    {
        var text = Encoding.UTF8.GetBytes($"\"名\n前\",値\r\n甲,\"{cell}\"\r\n\r\n,,\n");
        var done = Bench.Run("a.csv", text);
        Assert.Equal(text, done.Out);
        Assert.Empty(done.Report.Removed);
    }

    [Theory]
    [InlineData("a,5\" pipe\r\n", "a,\"5\"\" pipe\"\r\n")]
    [InlineData("\"abc\"def,x\r\n", "\"abcdef\",x\r\n")]
    [InlineData("sep=;\r\na;b\r\nc;d\r\n", "a;b\r\nc;d\r\n")]
    [InlineData("sep=|\r\na|b,c\r\nd,e|f,g\r\n", "a,\"b,c\"\r\n\"d,e\",\"f,g\"\r\n")]
    [InlineData("a,\"b\rc\",d\re,f\r\n", "a,\"b\r\nc\",d\r\ne,f\r\n")]
    [InlineData("a\rb\r", "a\rb\r")]
    [InlineData("a;b;c\r\nd;\"e;f\";=1\r\n", "a;b;c\r\nd;\"e;f\";\"'=1\"\r\n")]
    public void What_readers_take_differently_is_written_in_one_way(string csv, string clean)
    {
        var done = Bench.Run("a.csv", Encoding.UTF8.GetBytes(csv));
        Assert.Equal(clean, Encoding.UTF8.GetString(done.Out));
        TextTests.Second(done, "a.csv");
    }

    [Fact]
    public void UTF16_sheets_keep_their_code()
    {
        byte[] csv = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("氏名\t値\r\n髙﨑\t=1+1\r\n𠮷野\t\"a\"\"b\"\r\n")];
        var done = Bench.Run("a.tsv", csv);
        Assert.Equal([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("氏名\t値\r\n髙﨑\t\"'=1+1\"\r\n𠮷野\t\"a\"\"b\"\r\n")], done.Out);
        TextTests.Second(done, "a.tsv");
    }

    [Theory]
    [InlineData("a,\"b\r\nc,d\r\n", "SAN-CSV-001")]
    [InlineData("TABLE\r\n0,1\r\n\"EXCEL\"\r\n", "SAN-CSV-003")]
    [InlineData("ID;PWXL;N;E\r\nC;Y1;X1;K0;EEXEC(\"calc\")\r\n", "SAN-KIND-003")]
    public void What_is_no_table_is_refused(string csv, string code) => Assert.Equal(code, Bench.Run("a.csv", Encoding.UTF8.GetBytes(csv)).Report.Refusal!.Code);

    [Fact]
    public void A_quote_that_swallows_the_file_ends_at_the_limit_of_a_cell() =>
        Assert.Equal("SAN-CSV-002", Bench.Run("a.csv", Encoding.UTF8.GetBytes("a,\"" + new string('x', 2_000_000))).Report.Refusal!.Code);

    /// <summary>In a worker of 160 MiB, where what needs its file whole is refused: other tests' memory is none of its business.</summary>
    [Fact]
    public async Task A_large_sheet_streams_in_bounded_memory()
    {
        const int Rows = 500_000;
        var cancel = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("sekisho-csv");
        try
        {
            var path = Path.Combine(folder.FullName, "in.csv");
            var line = Cp932.GetBytes("1024,山田太郎,\"東京都千代田区霞が関一丁目\",03-1234-5678,-1250,=A1\r\n");
            await using (var file = File.Create(path))
            {
                for (var i = 0; i < Rows; i++) file.Write(line);
            }
            var program = WorkerProgram.In(AppContext.BaseDirectory, SanitizePolicy.Default.Limits);
            program = program with { Environment = new Dictionary<string, string>(program.Environment) { ["DOTNET_GCHeapHardLimit"] = "0xA000000" } };
            await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1, PolicyYaml = "limits:\n  seconds: 600\n" }, program, TimeProvider.System, cancel);
            await using (var sheet = File.OpenRead(path))
            await using (var output = File.Create(Path.Combine(folder.FullName, "out.csv")))
            {
                var report = await pool.SanitizeAsync("in.csv", sheet, output, null, [], cancel);
                Assert.Null(report.Refusal);
                Assert.Equal(sheet.Length + (Rows * 3L), output.Length);
                Assert.Equal(10_000, report.Removed.Count);
            }
            // The planted one: its format must be held whole.
            await using (var whole = File.Open(path, FileMode.Open, FileAccess.ReadWrite))
            {
                whole.Write("%PDF-1.7\n"u8);
                whole.SetLength(200 << 20);
                whole.Position = 0;
                Assert.Equal("SAN-LIMIT-008", (await pool.SanitizeAsync("in.pdf", whole, Stream.Null, null, [], cancel)).Refusal?.Code);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
