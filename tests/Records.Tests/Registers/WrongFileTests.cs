using System.IO.Compression;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Records.Tests.Registers;

/// <summary>What offices upload by mistake, and what attackers upload on purpose: each is told apart and answered with what to do.</summary>
public sealed class WrongFileTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The refusal's code, or each problem as "cell: sentence"; "" when everything is right.</summary>
    private static async Task<string> SayAsync(Library library, byte[] file, string name = "図書.xlsx", ImportMapping? mapping = null, IReadOnlyList<UnitId>? within = null)
    {
        var before = (await library.ListAsync(new(Standing: Standing.All, PageSize: 1000))).Entries;
        var size = await library.Office.LedgerSizeAsync();
        var said = await ReportAsync(library, file, name, mapping, within);
        var text = said.Match(r => string.Join("\n", r.Problems.Select(p => $"{p.Cell}: {p.What.Ja}")), r => $"{r.Code} {r.What.Ja}");
        if (text.Length > 0)
        {
            Assert.Equal(size, await library.Office.LedgerSizeAsync());
            Assert.Equal(before, (await library.ListAsync(new(Standing: Standing.All, PageSize: 1000))).Entries, (a, b) => a.Seen == b.Seen && a.Fields.Equals(b.Fields));
        }
        return text;
    }

    /// <summary>Tried, then taken in for good: both say the same.</summary>
    private static async Task<Outcome<ImportReport>> ReportAsync(Library library, byte[] file, string name, ImportMapping? mapping = null, IReadOnlyList<UnitId>? within = null)
    {
        var import = new RegisterImport(library.Book);
        var plan = await import.UploadAsync(library.Town, Library.Books, new MemoryStream(file), name, library.Officer, Cancel);
        if (plan is not Outcome<ImportPlan>.Done { Value: var found }) return plan.Match(_ => throw new InvalidOperationException(), r => r);
        var tried = await import.TryAsync(library.Town, found.Upload, mapping ?? found.Proposed, within, library.Officer, Cancel);
        if (tried is not Outcome<ImportReport>.Done { Value: var dry }) return tried;
        Assert.False(dry.IsKept);
        var done = (await import.CommitAsync(library.Town, found.Upload, within, library.Officer, Cancel)).OrThrow();
        Assert.Equal(dry.Problems, done.Problems);
        Assert.Equal(dry.Wrong == 0, done.IsKept);
        return done;
    }

    private static readonly string?[] Headings = ["書名", "担当課", "分類", "購入日", "図書番号"];

    public static TheoryData<string, byte[], string, string> Files { get; } = new()
    {
        { "empty", [], "図書.xlsx", "REC-REG-101" },
        { "blank text", "\r\n  \r\n"u8.ToArray(), "図書.csv", "REC-REG-101" },
        { "not a zip", "これは表ではありません"u8.ToArray(), "図書.xlsx", "REC-REG-102" },
        { "a picture", [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0, 0, 13], "図書.xlsx", "REC-REG-102" },
        { "a zip that ends in the middle", Sheets.Simple(Headings, ["本"])[..200], "図書.xlsx", "REC-REG-105" },
        { "html as xls", "<html><body><table><tr><td>書名</td></tr></table></body></html>"u8.ToArray(), "図書.xls", "REC-REG-103" },
        { "xml spreadsheet 2003", "\uFEFF<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook/>"u8.ToArray(), "図書.xls", "REC-REG-103" },
        { "a document", Zip(z => { Sheets.Put(z, "[Content_Types].xml", "<Types/>"); Sheets.Put(z, "word/document.xml", "<w/>"); }), "図書.xlsx", "REC-REG-114" },
        { "ods", Zip(z => Sheets.Put(z, "mimetype", "application/vnd.oasis.opendocument.spreadsheet")), "図書.ods", "REC-REG-114" },
        { "xlsb", Zip(z => Sheets.Put(z, "xl/workbook.bin", "")), "図書.xlsb", "REC-REG-114" },
        { "any zip", Zip(z => Sheets.Put(z, "a.txt", "a")), "図書.zip", "REC-REG-102" },
        { "password", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600], .. Encoding.Unicode.GetBytes("EncryptedPackage"), .. new byte[600]], "図書.xlsx", "REC-REG-104" },
        { "xls that is none", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[2000]], "図書.xls", "REC-REG-105" },
        { "zip bomb", Sheets.Xlsx(Sheets.Row(1, Headings) + new string(' ', 80_000_000)), "図書.xlsx", "REC-REG-106" },
        { "bomb in the shared texts", Sheets.Xlsx(Sheets.Row(1, Headings), shared: $"<si><t>{new string('あ', 15_000_000)}</t></si>"), "図書.xlsx", "REC-REG-106" },
        { "entities", Sheets.Xlsx("", book: """<!DOCTYPE a [<!ENTITY b "bbbb">]><workbook>&b;</workbook>"""), "図書.xlsx", "REC-REG-105" },
        { "broken xml", Sheets.Xlsx(Sheets.Row(1, Headings) + "<row r=\"2\"><c r=\"A2\""), "図書.xlsx", "REC-REG-105" },
        { "row 1,048,577", Sheets.Xlsx(Sheets.Row(1, Headings) + "<row r=\"1048577\"><c r=\"A1048577\"><v>1</v></c></row>"), "図書.xlsx", "REC-REG-118" },
        { "a cell of another row", Sheets.Xlsx(Sheets.Row(1, Headings) + "<row r=\"2\"><c r=\"A3\"><v>1</v></c></row>"), "図書.xlsx", "REC-REG-105" },
        { "too many rows", Sheets.Csv("書名,担当課\n" + string.Concat(Enumerable.Repeat("本,総務課\n", 50_001))), "図書.csv", "REC-REG-107" },
        { "no rows", Sheets.Simple(Headings), "図書.xlsx", "REC-REG-108" },
        { "an empty sheet", Sheets.Xlsx(""), "図書.xlsx", "REC-REG-108" },
        { "only hidden sheets", Sheets.Xlsx(Sheets.Row(1, Headings), book: """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="台帳" sheetId="1" state="hidden" r:id="rId1"/></sheets></workbook>"""), "図書.xlsx", "REC-REG-125" },
        { "100,000 columns", Sheets.Xlsx(Sheets.Row(1, Headings) + $"<row r=\"2\">{string.Concat(Enumerable.Repeat("<c><v>1</v></c>", 100_000))}</row>"), "図書.xlsx", "REC-REG-124" },
        { "100,000 columns of CSV", Sheets.Csv("書名,担当課\n本,総務課" + new string(',', 99_998) + "端\n"), "図書.csv", "REC-REG-124 列が多すぎるため、台帳として読めません（512 列、SR 列まで）。何も取り込んでいません。EQXD2 に値があります。" },
        { "a pdf", "%PDF-1.7\n%\u00e2\u00e3"u8.ToArray(), "図書.pdf", "REC-REG-102" },
        { "CP932 cut in the middle of a field", [.. Sheets.Cp932("書名,担当課,分類\r\n本,総務課,小説\r\n\"続き,総"), 0x96], "図書.csv", "REC-REG-112" },
        { "a web page saved as one file", "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n"u8.ToArray(), "図書.xls", "REC-REG-103" },
        { "required column missing", Sheets.Simple(["購入日", "担当課", "分類"], ["2026-04-01", "総務課", "小説"]), "図書.xlsx", "REC-REG-110 必ず要る列がありません。足りない列：「書名」。" },
        { "unit column missing", Sheets.Simple(["書名", "分類"], ["本", "小説"]), "図書.xlsx", "REC-REG-110 必ず要る列がありません。足りない列：「担当課」。" },
        { "one heading twice", Sheets.Simple(["書名", "担当課", "分類", "分類"], ["本", "総務課", "小説", "法律書"]), "図書.xlsx", "REC-REG-111 同じ項目に、二つ以上の列が対応しています。「分類」に C 列「分類」、D 列「分類」 が対応しています。" },
        { "CP932 that is broken", [.. Sheets.Cp932("書名,担当課\r\n本,総務"), 0x81], "図書.csv", "REC-REG-112" },
        { "neither UTF-8 nor CP932", [.. Sheets.Cp932("書名,担当課\r\n本,総務課"), 0xFF, 0xFD], "図書.csv", "REC-REG-112" },
        { "an open quote", Sheets.Csv("書名,担当課\n本,総務課\n\"閉じない,総務課\n次,税務課\n"), "図書.csv", "REC-REG-113 CSV の引用符（\"）が閉じられていません。何も取り込んでいません。3 行目の引用符です。" },
        { "another register's file", Sheets.Simple(["sekisho/shelves/number", "name"], ["管理番号", "名前"], ["SHL-0001", "棚"]), "本棚.xlsx", "REC-REG-120" },
    };

    private static byte[] Zip(Action<ZipArchive> fill)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true)) fill(zip);
        return bytes.ToArray();
    }

    [Fact]
    public async Task Each_wrong_file_has_its_answer_and_changes_nothing()
    {
        await using var library = await Library.OpenAsync();
        await library.AddAsync("前からある本");
        foreach (var row in Files)
        {
            var (what, file, name, expected) = row.Data;
            var said = await SayAsync(library, file, name);
            Assert.True(expected.Contains(' ', StringComparison.Ordinal) ? said == expected : said.StartsWith(expected, StringComparison.Ordinal), $"{what}: {said}");
        }
    }

    /// <summary>The bytes that an office program itself writes with a password.</summary>
    [Fact]
    public async Task What_LibreOffice_locked_with_a_password_is_told_so()
    {
        await using var library = await Library.OpenAsync();
        var locked = await Sheets.EditedByOfficeAsync(Sheets.Simple(Headings, ["本", "総務課"]), "", Cancel, "MS Excel 97", password: "ひみつ");
        if (locked is null) Assert.Skip("LibreOffice is not on this machine");
        Assert.StartsWith("REC-REG-104", await SayAsync(library, locked, "図書.xls"), StringComparison.Ordinal);
    }

    /// <summary>Macros are never run: of such a workbook only the values are read, like those of any other.</summary>
    [Fact]
    public async Task A_workbook_with_macros_is_read_without_them()
    {
        await using var library = await Library.OpenAsync();
        var sheet = Sheets.Xlsx(Sheets.Row(1, Headings) + Sheets.Row(2, "本", "総務課"), more: z =>
        {
            Sheets.Put(z, "xl/vbaProject.bin", "\u00d0\u00cf\u0011\u00e0 Sub Auto_Open() Shell \"cmd\" End Sub");
            Sheets.Put(z, "xl/macrosheets/sheet1.xml", "<xm:macrosheet xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"/>");
        });
        Assert.Equal("", await SayAsync(library, sheet, "図書.xlsm"));
        Assert.Equal(["本"], (await library.ListAsync(new())).Entries.Select(b => b.Title));
    }

    [Fact]
    public async Task Of_several_sheets_the_one_with_known_headings_is_proposed_and_another_may_be_chosen()
    {
        await using var library = await Library.OpenAsync();
        const string Two = """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="表紙" sheetId="1" r:id="rId9"/><sheet name="本庁" sheetId="2" r:id="rId1"/><sheet name="分室" sheetId="3" r:id="rId8"/></sheets></workbook>""";
        var sheet = Sheets.Xlsx(
            // Headings in two rows, made one across and down.
            Sheets.Row(1, "基本情報", null, "購入") + Sheets.Row(2, "書名", "担当課", "購入日") + Sheets.Row(3, "本庁の本", "総務課", "令和8年4月1日"),
            """<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>""", book: Two,
            rels: """<Relationship Id="rId8" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet8.xml"/><Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet9.xml"/>""",
            more: z =>
            {
                Sheets.Put(z, "xl/worksheets/sheet8.xml", $"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{Sheets.Row(1, "書名", "担当課")}{Sheets.Row(2, "分室の本", "税務課")}</sheetData></worksheet>""");
                Sheets.Put(z, "xl/worksheets/sheet9.xml", $"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{Sheets.Row(1, "令和8年度 図書の一覧")}</sheetData></worksheet>""");
            });
        var import = new RegisterImport(library.Book);
        var plan = (await import.UploadAsync(library.Town, Library.Books, new MemoryStream(sheet), "図書.xlsx", library.Officer, Cancel)).OrThrow();
        Assert.Equal(["表紙", "本庁", "分室"], plan.Sheets);
        Assert.Equal(("本庁", 2, 1), (plan.Sheet, plan.HeadingRow, plan.Rows));
        var other = (await import.PlanAsync(library.Town, plan.Upload, "分室", null, library.Officer, Cancel)).OrThrow();
        Assert.Equal(("分室", 1, 1), (other.Sheet, other.HeadingRow, other.Rows));
        Assert.Equal("REC-REG-121", (await import.PlanAsync(library.Town, plan.Upload, "ない", null, library.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("", await SayAsync(library, sheet, mapping: other.Proposed));
        Assert.Equal(["分室の本"], (await library.ListAsync(new())).Entries.Select(b => b.Title));
    }

    [Fact]
    public void More_than_twenty_of_them_are_different()
    {
        var answers = Files.Select(f => f.Data.Item4.Split(' ')[0]).Concat(Cells.Select(c => c.Data.Item3)).ToHashSet(StringComparer.Ordinal);
        Assert.True(answers.Count >= 30, string.Join(' ', answers));
    }

    public static TheoryData<string, byte[], string> Cells { get; } = new()
    {
        { "unknown unit", Sheets.Simple(Headings, ["本", "出納室"]), "B2: 「出納室」という組織は登録されていません。" },
        { "wrong choice", Sheets.Simple(Headings, ["本", "総務課", "詩集"]), "C2: 「詩集」は選択肢にありません。小説、法律書、その他から選んでください。" },
        { "wrong date", Sheets.Simple(Headings, ["本", "総務課", "小説", "令和8年2月30日"]), "D2: 「令和8年2月30日」は日付として読めません。" },
        { "a day of an era that had ended", Sheets.Simple(Headings, ["本", "総務課", "小説", "平成40年13月1日"]), "D2: 「平成40年13月1日」は日付として読めません。" },
        { "a division by zero", Sheets.Simple(Headings, ["本", "総務課", "小説", "<c r=\"@\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>"]), "D2: セルがエラー（#DIV/0!）になっています。" },
        { "too long", Sheets.Simple(Headings, ["本", "総務課", "小説", "", "123456789012345678"]), "E2: 17 字までにしてください（いま 18 字）。" },
        { "title missing in one row", Sheets.Simple(Headings, ["本", "総務課"], ["", "総務課"]), "A3: 入力してください。" },
        { "an error value", Sheets.Simple(Headings, ["本", "総務課", "<c r=\"@\" t=\"e\"><f>VLOOKUP(A2,X:Y,2)</f><v>#N/A</v></c>"]), "C2: セルがエラー（#N/A）になっています。" },
        { "a formula never calculated", Sheets.Simple(Headings, ["本", "<c r=\"@\"><f>A2</f></c>"]), "B2: 数式の結果がありません。" },
        { "merged cells", Sheets.Xlsx(Sheets.Row(1, Headings) + Sheets.Row(2, "本", "総務課") + Sheets.Row(3, "別の本"), """<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>"""), "B2:B3: B2:B3 が結合されているため、" },
        { "a number twice", Sheets.Simple(["管理番号", .. Headings], ["BOK-0001", "本", "総務課"], ["BOK-0001", "別", "総務課"]), "A3: BOK-0001 の行が二つ以上あります。" },
        { "a number of a retired entry", Sheets.Simple(["管理番号", .. Headings], ["BOK-0002", "本", "総務課"]), "A2: BOK-0002 は廃止されています。" },
        { "a number that there is not, or of another municipality", Sheets.Simple(["管理番号", .. Headings], ["BOK-0099", "本", "総務課"]), "A2: BOK-0099 は、この台帳の見える範囲にありません。" },
        { "the same unique text twice", Sheets.Simple(Headings, ["本", "総務課", "小説", "", "978"], ["別の本", "総務課", "小説", "", "978"]), "E3: 「978」は、すでに" },
        { "a unique text that is taken", Sheets.Simple(Headings, ["本", "総務課", "小説", "", "100"]), "E2: 「100」は、すでに BOK-0001 に登録されています。" },
        { "a control character", Sheets.Simple(Headings, ["<c r=\"@\" t=\"inlineStr\"><is><t>本_x0007_</t></is></c>", "総務課"]), "A2: 見えない制御文字" },
        { "a wrong row far below", Sheets.Xlsx(Sheets.Row(1, Headings) + string.Concat(Enumerable.Range(2, 2500).Select(i => Sheets.Row(i, $"本{i}", i == 2400 ? "出納室" : "総務課")))), "B2400: 「出納室」" },
    };

    [Fact]
    public async Task Each_wrong_cell_is_named_and_nothing_is_taken_in()
    {
        await using var library = await Library.OpenAsync();
        await library.AddAsync("前からある本", null, ("isbn", "100"));
        var retired = await library.AddAsync("廃止した本");
        (await library.Book.RetireAsync(library.Town, Library.Books, retired.Seen, "紛失", null, library.Officer, Cancel)).OrThrow();
        foreach (var row in Cells)
        {
            var (what, file, expected) = row.Data;
            var said = await SayAsync(library, file);
            Assert.True(said.StartsWith(expected, StringComparison.Ordinal) && !said.Contains('\n', StringComparison.Ordinal), $"{what}: {said}");
        }
    }

    [Fact]
    public async Task A_number_of_another_municipality_and_of_another_unit_is_not_there()
    {
        await using var library = await Library.OpenAsync();
        var other = await library.AddAsync("よその課の本", library.Tax);
        var sheet = Sheets.Simple(["管理番号", "書名"], [other.Number, "取った"]);
        Assert.StartsWith("A2: BOK-0001 は、この台帳の見える範囲にありません。", await SayAsync(library, sheet, within: [library.General.Id]), StringComparison.Ordinal);
        Assert.StartsWith("B2: 担当課には、ご自分の課室か", await SayAsync(library, Sheets.Simple(["書名", "担当課"], ["本", "税務課"]), within: [library.General.Id]), StringComparison.Ordinal);
        Assert.Equal("", await SayAsync(library, sheet));
    }

    [Fact]
    public async Task Every_beginning_of_a_workbook_and_many_damaged_ones_are_answered_not_thrown()
    {
        var good = Sheets.Simple(Headings, ["本", "総務課", "小説", "2026-04-01", "1"]);
        for (var length = 0; length < good.Length; length += 3) Read(good[..length]);
        var random = new Random(11);
        for (var i = 0; i < 3000; i++)
        {
            var damaged = (byte[])good.Clone();
            for (var n = random.Next(1, 6); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Read(damaged);
        }
        var xls = await Sheets.ByOfficeAsync(good, "xlsx", "xls", "MS Excel 97", Cancel);
        if (xls is null) Assert.Skip("LibreOffice is not on this machine: .xls was not tried");
        for (var i = 0; i < 3000; i++)
        {
            var damaged = (byte[])xls.Clone();
            for (var n = random.Next(1, 8); n > 0; n--) damaged[random.Next(8, damaged.Length)] = (byte)random.Next(256);
            Read(damaged);
        }

        static void Read(byte[] bytes)
        {
            var (file, why) = SheetFiles.Open(bytes, "図書.xlsx");
            if (file is null)
            {
                Assert.NotNull(why);
                return;
            }
            using (file)
            {
                foreach (var sheet in file.Sheets)
                {
                    file.Merged(sheet);
                    using var rows = file.Open(sheet);
                    while (rows.Next() is not null) { }
                }
            }
        }
    }
}
