using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Records.Tests.Registers;

/// <summary>Sheets of an office's own making: titles above, other names of columns, dates as people write them.</summary>
public sealed class OfficeSheetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<Outcome<ImportPlan>> UploadAsync(Library library, byte[] file, string name = "図書一覧.xlsx") =>
        new RegisterImport(library.Book).UploadAsync(library.Town, Library.Books, new MemoryStream(file), name, library.Officer, Cancel);

    private static async Task<ImportReport> TakeAsync(Library library, UploadId upload, ImportMapping mapping)
    {
        var import = new RegisterImport(library.Book);
        (await import.TryAsync(library.Town, upload, mapping, null, library.Officer, Cancel)).OrThrow();
        var report = (await import.CommitAsync(library.Town, upload, null, library.Officer, Cancel)).OrThrow();
        Assert.Equal("", string.Join("\n", report.Problems.Select(p => $"{p.Cell} {p.What.Ja}")));
        return report;
    }

    [Fact]
    public async Task Headings_below_titles_are_found_and_dates_codes_and_readings_are_understood()
    {
        await using var library = await Library.OpenAsync();
        var sheet = Sheets.Xlsx(
            Sheets.Row(1, "令和8年度　図書一覧（総務課作成）") + Sheets.Row(2, null, null, null, null, "R8.4.1 現在")
            + Sheets.Row(4, "No.", "本の名前", "所管課", "買った日", "貸出可（はい・いいえ）", "図書番号", "棚卸メモ")
            + Sheets.Row(5, "<c r=\"@\"><f>ROW()-4</f><v>1</v></c>", "<c r=\"@\" t=\"s\"><v>0</v></c>", "総務課", "<c r=\"@\" s=\"1\"><v>46113</v></c>", "○", "<c r=\"@\" s=\"2\"><v>12</v></c>", "済")
            + Sheets.Row(6, "<c r=\"@\"><f>ROW()-4</f><v>2</v></c>", "六法", "企画部　総務課", "令和8年4月1日", "×", "<c r=\"@\" s=\"2\"><v>345</v></c>")
            + Sheets.Row(7, "<c r=\"@\"><f>ROW()-4</f><v>3</v></c>", "年鑑", "税務課", "<c r=\"@\"><v>46113</v></c>", "有", null),
            """<mergeCells count="1"><mergeCell ref="A1:G1"/></mergeCells>""",
            "<si><r><t>住基</t></r><r><t>手引</t></r><rPh sb=\"0\" eb=\"2\"><t>ジュウキ</t></rPh></si>");

        var plan = (await UploadAsync(library, sheet)).OrThrow();

        Assert.Equal((4, 3, false), (plan.HeadingRow, plan.Rows, plan.IsOurs));
        Assert.Equal("B=name C=unit D=bought_on E=lent F=isbn G=note", string.Join(' ', plan.Columns.Where(c => c.Field is not null).Select(c => $"{c.Letter}={c.Field}")));
        Assert.Equal(["1", "2", "3"], plan.Columns[0].Samples);
        await TakeAsync(library, plan.Upload, plan.Proposed);
        var books = (await library.ListAsync(new())).Entries;
        Assert.Equal(["住基手引", "六法", "年鑑"], books.Select(b => b.Title));
        Assert.All(books, b => Assert.Equal(new DateOnly(2026, 4, 1), b.Day("bought_on")));
        Assert.Equal(["00012", "00345", null], books.Select(b => b.Text("isbn")));
        Assert.Equal([true, false, true], books.Select(b => b.YesNo("lent")));
        Assert.Equal([library.General.Id, library.General.Id, library.Tax.Id], books.Select(b => b.Unit!.Value));
    }

    [Fact]
    public async Task What_a_person_said_of_a_column_once_is_known_the_next_time()
    {
        await using var library = await Library.OpenAsync();
        var sheet = Sheets.Cp932("ﾀｲﾄﾙ,どこの課,中身,メモ\r\n海の本,総務課,小説,要らない列\r\n");
        var first = (await UploadAsync(library, sheet, "本.csv")).OrThrow();
        Assert.Equal("csv (CP932)", first.Format);
        Assert.Equal([("name", ImportMatch.Same), (null, ImportMatch.None), (null, ImportMatch.None), ("note", ImportMatch.Same)], first.Columns.Select(c => (c.Field, c.By)));

        await TakeAsync(library, first.Upload, new(Columns: new Dictionary<int, string?> { [0] = "name", [1] = "unit", [2] = "class", [3] = null }));
        var second = (await UploadAsync(library, sheet, "本.csv")).OrThrow();

        Assert.Equal([("name", ImportMatch.Learnt), ("unit", ImportMatch.Learnt), ("class", ImportMatch.Learnt), (null, ImportMatch.Learnt)], second.Columns.Select(c => (c.Field, c.By)));
        Assert.Null((await library.ListAsync(new())).Entries.Single().Text("note"));
    }

    [Fact]
    public async Task An_upload_belongs_to_its_person_and_is_gone_after_a_day_or_once_taken_in()
    {
        await using var library = await Library.OpenAsync();
        var import = new RegisterImport(library.Book);
        var sheet = Sheets.Simple(["書名", "担当課"], ["本", "総務課"]);
        var plan = (await UploadAsync(library, sheet)).OrThrow();
        Assert.Equal("REC-REG-115", (await import.TryAsync(library.Town, plan.Upload, plan.Proposed, null, library.Manager, Cancel)).Match(_ => "", r => r.Code));
        await TakeAsync(library, plan.Upload, plan.Proposed);
        Assert.Equal("REC-REG-115", (await import.CommitAsync(library.Town, plan.Upload, null, library.Officer, Cancel)).Match(_ => "", r => r.Code));
        var late = (await UploadAsync(library, sheet)).OrThrow();
        library.Office.Clock.Move(TimeSpan.FromHours(25));
        Assert.Equal("REC-REG-115", (await import.TryAsync(library.Town, late.Upload, late.Proposed, null, library.Officer, Cancel)).Match(_ => "", r => r.Code));
    }

    [Fact]
    public async Task A_manager_of_one_section_needs_no_column_for_it()
    {
        await using var library = await Library.OpenAsync();
        var import = new RegisterImport(library.Book);
        var plan = (await import.UploadAsync(library.Town, Library.Books, new MemoryStream(Sheets.Simple(["書名", "分類"], ["本", ""])), "本.xlsx", library.Manager, Cancel)).OrThrow();
        (await import.TryAsync(library.Town, plan.Upload, plan.Proposed, [library.General.Id], library.Manager, Cancel)).OrThrow();
        Assert.True((await import.CommitAsync(library.Town, plan.Upload, [library.General.Id], library.Manager, Cancel)).OrThrow().IsKept);
        var book = (await library.ListAsync(new())).Entries.Single();
        Assert.Equal((library.General.Id, "novel"), (book.Unit, book.Text("class")));
    }

    private static async Task<IReadOnlyList<ImportColumn>> ColumnsAsync(Office office, string register, string csv) =>
        (await office.Slices.Imports.UploadAsync(office.Town, register, new MemoryStream(Sheets.Csv(csv)), "表.csv", office.Officer, Cancel)).OrThrow().Columns;

    /// <summary>「管理番号（シール）」 is a name of another column than 「管理番号」, in a sheet that has both and in one that has either.</summary>
    [Theory]
    [InlineData("管理番号,名称,管理番号（シール）\nTRM-0001,窓口,12-345\n", "number name asset_number")]
    [InlineData("管理番号（シール）,名称,管理番号\n12-345,窓口,TRM-0001\n", "asset_number name number")]
    [InlineData("管理番号(ｼｰﾙ),名称\n12-345,窓口\n", "asset_number name")]
    [InlineData("管理番号,名称,管理番号（シール）\n住-1,窓口,12-345\n", "- name asset_number")]
    public async Task A_name_with_brackets_means_just_that_column(string csv, string expected)
    {
        await using var office = await Office.OpenAsync();
        var field = RegisterCatalogue.Load()["terminals"].Fields.Single(f => f.Also.Contains("管理番号（シール）")).Key;
        Assert.Equal(expected.Replace("asset_number", field, StringComparison.Ordinal), string.Join(' ', (await ColumnsAsync(office, "terminals", csv)).Select(c => c.Field ?? "-")));
    }

    /// <summary>Of every register the CSV that it writes maps to its own fields: each once, and what is derived to none.</summary>
    [Fact]
    public async Task The_headings_of_every_register_are_known_as_its_own()
    {
        await using var office = await Office.OpenAsync();
        foreach (var register in RegisterCatalogue.Load().Registers)
        {
            var headings = new[] { RegisterWords.NumberLabel.Ja, RegisterWords.UnitLabel.Ja }.Concat(register.Fields.Select(f => f.Label.Ja));
            var columns = await ColumnsAsync(office, register.Key, $"{string.Join(',', headings)}\n{register.NumberOf(1)}{string.Concat(register.Fields.Select(_ => ",x"))},x\n");
            Assert.Equal([$"{register.Key} number", $"{register.Key} unit", .. register.Fields.Select(f => $"{register.Key} {(f.IsDerived ? "" : f.Key)}")], columns.Select(c => $"{register.Key} {c.Field}"));
        }
    }

    /// <summary>Of two rows side by side the one may name the other, whichever stands first.</summary>
    [Fact]
    public async Task A_row_names_another_row_of_the_same_thousand_whichever_stands_first()
    {
        await using var library = await Library.OpenAsync();
        var rows = new List<IReadOnlyList<string?>> { new[] { "書名", "担当課", "関連する本" } };
        for (var i = 0; i < 600; i++) rows.Add([$"本{i}", "総務課", i % 2 == 0 ? $"本{i + 1}" : ""]);
        for (var i = 0; i < 300; i++) rows.Add([$"続{i}", "総務課", i % 40 == 0 ? "本1" : $"続{i - 1}"]); // lines of forty
        rows.Add(["自分の名", "総務課", "自分の名"]);
        var plan = (await UploadAsync(library, Sheets.Simple(rows))).OrThrow();
        var import = new RegisterImport(library.Book);
        var tried = (await import.TryAsync(library.Town, plan.Upload, plan.Proposed, null, library.Officer, Cancel)).OrThrow();
        // Only what names nobody but itself can't be taken.
        Assert.Equal(["C902"], tried.Problems.Select(p => p.Cell));
        rows.RemoveAt(rows.Count - 1);
        plan = (await UploadAsync(library, Sheets.Simple(rows))).OrThrow();
        Assert.Equal(900, (await TakeAsync(library, plan.Upload, plan.Proposed)).Added);
        var books = (await library.ListAsync(new(PageSize: 1000))).Entries.ToDictionary(b => b.Title);
        Assert.Equal(books["本1"].Id, Assert.Single(books["本0"].Entries("related")));
        Assert.Equal(books["続298"].Id, Assert.Single(books["続299"].Entries("related")));
    }
}
