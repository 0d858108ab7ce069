using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Records.Tests.Registers;

/// <summary>What is written out is taken in again as it was.</summary>
public sealed class RoundTripTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static readonly string[] Nasty =
    [
        "=1+1", "'=1+1", "''-x", "-5", "+81-3", "@cmd", "001", "1E5", "_x000D_", "_x005F_", "<&>\"'", "a\tb", "TRUE", "2026-01-02", "46000", "ﾊﾝｶｸ", "髙﨑", "𠮷野家", "は\nい", "\n改行で始まる", "、,;", "「引用」\"と\"",
        "令和元年5月1日", "#N/A", "😀", "e\u0301", "\u00A0nbsp\u00A0", "　全角空白　", "BOK-0001", "(株)", "=HYPERLINK(\"x\")", new string('長', 200),
    ];

    private static Gen<string> Text { get; } = Gen.OneOf(
        Gen.Elements(Nasty), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""), Gen.Elements("住民基本台帳", "税務システム", "議事録"),
        Gen.Elements(Nasty).Two().Select(p => p.Item1 + p.Item2));

    private static Gen<string> Day { get; } = Gen.Choose(0, new DateOnly(2999, 12, 31).DayNumber - new DateOnly(1868, 1, 25).DayNumber).Select(d => new DateOnly(1868, 1, 25).AddDays(d).ToString("yyyy-MM-dd"));

    private static Gen<string> Number { get; } = Gen.OneOf(Gen.Choose(0, 99999).Select(n => n.ToString()), Gen.Choose(0, 9_999_999).Select(n => (n / 100m).ToString(System.Globalization.CultureInfo.InvariantCulture)), Gen.Elements("0", "0.000001", "99998.999999"));

    private static EntryDraft Draft(Library library, FsCheck.Gen<string> text, int index, Rnd seed, IReadOnlyList<string> shelves)
    {
        string Of(Gen<string> gen, int salt) => gen.Sample(50, new Rnd(seed.Seed + (ulong)((index * 1009) + salt), seed.Gamma), 1).First();
        var optional = (int salt) => Of(Gen.Elements("", "x", "x"), salt + 100) != "";
        var draft = library.Draft($"本{index} {Of(text, 1)}", index % 3 == 0 ? library.Tax : library.General);
        void Set(string key, int salt, Gen<string> gen)
        {
            if (optional(salt)) draft = draft.With(key, Of(gen, salt));
        }
        Set("note", 2, text);
        Set("pages", 3, Number);
        Set("bought_on", 4, Day);
        Set("lent", 5, Gen.Elements("true", "false"));
        Set("class", 6, Gen.Elements("novel", "law", "other"));
        Set("tags", 7, Gen.Elements("new", "new、old", "new、big、old"));
        Set("room", 8, Gen.Elements("総務課", "税務課", "企画部", "町長部局"));
        Set("keeper", 9, Gen.Elements("1001", "鈴木太郎"));
        Set("shelf", 10, Gen.Elements(shelves.ToArray()));
        Set("url", 11, Gen.Elements("https://example.jp/?a=b&c=%E3%81%82", "http://例え.jp/"));
        if (index > 3) Set("related", 12, Gen.Elements("BOK-0001", "BOK-0002、BOK-0001", "BOK-0003"));
        return draft;
    }

    private static async Task<(Library Library, IReadOnlyList<RegisterEntry> Entries)> FillAsync(ulong seed)
    {
        var library = await Library.OpenAsync();
        foreach (var shelf in new[] { "東の棚", "=棚", "棚 第1" }) (await library.TryAddAsync(EntryDraft.Of(("name", shelf)), register: Library.Shelves)).OrThrow();
        var rnd = new Rnd(seed, 1);
        var kept = 0;
        for (var i = 0; kept < 60 && i < 200; i++)
        {
            var draft = Draft(library, Text, i, rnd, ["SHL-0001", "SHL-0002", "SHL-0003"]);
            var outcome = await library.TryAddAsync(draft);
            if (outcome is EntryOutcome.Kept) kept++;
            // Control characters and the like are refused; the title then keeps the entry out.
            else Assert.IsType<EntryOutcome.Wrong>(outcome);
        }
        Assert.Equal(60, kept);
        return (library, (await library.ListAsync(new(PageSize: 1000))).Entries);
    }

    private static async Task<ImportReport> TakeAsync(Library library, byte[] file, string name)
    {
        var import = new RegisterImport(library.Book);
        var plan = (await import.UploadAsync(library.Town, Library.Books, new MemoryStream(file), name, library.Officer, Cancel)).OrThrow();
        var tried = (await import.TryAsync(library.Town, plan.Upload, plan.Proposed, null, library.Officer, Cancel)).OrThrow();
        Assert.Equal("", string.Join("\n", tried.Problems.Select(p => $"{p.Cell} {p.What.Ja}")));
        var report = (await import.CommitAsync(library.Town, plan.Upload, null, library.Officer, Cancel)).OrThrow();
        Assert.True(report.IsKept);
        Assert.Equal((tried.Added, tried.Changed, tried.Same), (report.Added, report.Changed, report.Same));
        return report;
    }

    private static async Task<byte[]> OutAsync(Library library, bool csv)
    {
        var export = new RegisterExport(library.Book);
        await using var stream = csv
            ? await export.CsvAsync(library.Town, Library.Books, new(), null, Cancel)
            : await export.WorkbookAsync(library.Town, Library.Books, new(), null, Cancel);
        using var bytes = new MemoryStream();
        await stream!.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    /// <summary>Empties all entries behind the product's back, versions kept, so that the file alone can bring the values back.</summary>
    private static async Task EmptyAsync(Library library)
    {
        await using var superuser = new NpgsqlConnection(await library.Office.Test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand("UPDATE records.register_entry SET fields = jsonb_build_object('name', 'empty'), unit_id = NULL WHERE register = 'books'", superuser);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    private static async Task SameAsync(Library library, IReadOnlyList<RegisterEntry> before)
    {
        var after = (await library.ListAsync(new(PageSize: 1000))).Entries;
        Assert.Equal(before.Count, after.Count);
        foreach (var (was, now) in before.Zip(after))
        {
            Assert.Equal((was.Number, was.Unit, was.Title), (now.Number, now.Unit, now.Title));
            foreach (var field in Library.Catalogue[Library.Books].Fields)
                Assert.True(Equals(was.Fields[field.Key], now.Fields[field.Key]), $"{was.Number} {field.Key}: {was.Fields[field.Key]} became {now.Fields[field.Key]}");
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public async Task Out_and_in_again_nothing_is_lost(ulong seed, bool csv)
    {
        var (library, entries) = await FillAsync(seed);
        await using var _ = library;
        var file = await OutAsync(library, csv);
        var name = csv ? "図書.csv" : "図書.xlsx";

        var unchanged = await TakeAsync(library, file, name);
        Assert.Equal((0, 0, 60), (unchanged.Added, unchanged.Changed, unchanged.Same));

        await EmptyAsync(library);
        var restored = await TakeAsync(library, file, name);
        Assert.Equal((0, 60), (restored.Added, restored.Changed));
        await SameAsync(library, entries);
    }

    [Theory]
    [InlineData("xlsx", "Calc MS Excel 2007 XML")]
    [InlineData("xls", "MS Excel 97")]
    public async Task A_workbook_saved_by_LibreOffice_comes_in_as_it_was(string to, string filter)
    {
        var (library, entries) = await FillAsync(5);
        await using var _ = library;
        var saved = await Sheets.ByOfficeAsync(await OutAsync(library, csv: false), "xlsx", to, filter, Cancel);
        if (saved is null) Assert.Skip("LibreOffice is not on this machine");

        var unchanged = await TakeAsync(library, saved, "図書." + to);
        Assert.Equal((0, 0, 60), (unchanged.Added, unchanged.Changed, unchanged.Same));
        await EmptyAsync(library);
        await TakeAsync(library, saved, "図書." + to);
        await SameAsync(library, entries);
    }

    /// <summary>The rows of a real office stand in the order of the shelf, not in that of what names what.</summary>
    [Fact]
    public async Task A_new_row_may_name_a_new_row_below_it()
    {
        await using var library = await Library.OpenAsync();
        string?[] headings = ["書名", "担当課", "関連する本"];
        // 2,500 rows, every fifth the end of a line of five: also across the thousands that are taken together.
        var rows = Enumerable.Range(0, 2500).Select(i => (IReadOnlyList<string?>)new[] { $"本{i}", "総務課", i % 5 == 4 ? "" : $"本{i + 1}" });
        var report = await TakeAsync(library, Sheets.Simple([headings, .. rows]), "図書.xlsx");
        Assert.Equal((2500, 0), (report.Added, report.Wrong));
        var first = (await library.ListAsync(new(Text: "本1230"))).Entries.Single(b => b.Title == "本1230");
        var next = (await library.ListAsync(new(Text: "本1231"))).Entries.Single(b => b.Title == "本1231");
        Assert.Equal([next.Id], first.Entries("related"));

        // And one that is there already may name a new one.
        report = await TakeAsync(library, Sheets.Simple(["管理番号", "関連する本", "書名", "担当課"], [first.Number, "新しい本", first.Title, "総務課"], [null, null, "新しい本", "総務課"]), "図書.xlsx");
        Assert.Equal((1, 1), (report.Added, report.Changed));
    }

    [Fact]
    public async Task New_rows_that_name_each_other_are_told_so()
    {
        await using var library = await Library.OpenAsync();
        var import = new RegisterImport(library.Book);
        var sheet = Sheets.Simple(["書名", "担当課", "関連する本"], ["甲", "総務課", "乙"], ["乙", "総務課", "甲"], ["丙", "総務課", "丙"], ["丁", "総務課", "戊"], ["己", "総務課", "丁"], ["庚", "総務課", ""]);
        var plan = (await import.UploadAsync(library.Town, Library.Books, new MemoryStream(sheet), "図書.xlsx", library.Officer, Cancel)).OrThrow();
        var report = (await import.TryAsync(library.Town, plan.Upload, plan.Proposed, null, library.Officer, Cancel)).OrThrow();
        Assert.Equal(["C2 互い", "C3 互い", "C4 互い", "C5 「戊」", "C6 「丁」"], report.Problems.Select(p => $"{p.Cell} {(p.What.Ja.Contains("互いを", StringComparison.Ordinal) ? "互い" : p.What.Ja[..3])}"));
    }

    [Fact]
    public async Task A_file_written_out_before_somebody_changed_an_entry_does_not_undo_that()
    {
        await using var library = await Library.OpenAsync();
        var (a, b) = (await library.AddAsync("一"), await library.AddAsync("二", null, ("note", "古い")));
        var file = await OutAsync(library, csv: false);
        (await library.ChangeAsync(b, ("note", "新しい"))).OrThrow();

        var import = new RegisterImport(library.Book);
        var plan = (await import.UploadAsync(library.Town, Library.Books, new MemoryStream(file), "図書.xlsx", library.Officer, Cancel)).OrThrow();
        var report = (await import.TryAsync(library.Town, plan.Upload, plan.Proposed, null, library.Officer, Cancel)).OrThrow();

        var problem = Assert.Single(report.Problems);
        Assert.Equal("A4", problem.Cell);
        Assert.Contains("課長 太郎さんが変更しました", problem.What.Ja, StringComparison.Ordinal);
        Assert.Equal("一", a.Title);
    }
}
