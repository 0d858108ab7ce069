using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Transfers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Tests.Registers;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests.Organisation;

/// <summary>People and units as workbooks: out, edited, in again.</summary>
public sealed class OrganisationSheetTests
{
    private static readonly DateOnly Today = new(2026, 4, 1), May = new(2026, 5, 1);

    private static CancellationToken Cancel => Office.Cancel;

    /// <summary>With everything that could be lost: two units and two people of one name, people without a number, leaders who leave, second units, names that look like formulas.</summary>
    private static async Task FillAsync(Office office)
    {
        var register = office.Slices.Organisation;
        async Task<Unit> AddAsync(string name, Unit? parent, UnitKind kind, DateOnly on) => (await register.AddUnitAsync(office.Town, parent?.Id, kind, name, on, office.Officer, Cancel)).OrThrow();
        async Task<Person> HireAsync(Unit unit, string name, string? number, StaffKind kind, string? title, DateOnly on) =>
            (await register.AddPersonAsync(office.Town, new PersonDraft(unit.Id, name, number, kind, title, on), office.Officer, Cancel)).OrThrow();
        var mayor = await AddAsync("町長部局", null, UnitKind.Agency, new(1955, 3, 31));
        var council = await AddAsync("議会", null, UnitKind.Agency, new(1955, 3, 31));
        var plan = await AddAsync("企画部", mayor, UnitKind.Department, new(2001, 4, 1));
        var money = await AddAsync("財務部", mayor, UnitKind.Department, new(2001, 4, 1));
        var general = await AddAsync("総務課", plan, UnitKind.Section, new(2010, 4, 1));
        await AddAsync("総務課", money, UnitKind.Section, new(2010, 4, 1));
        var post = await AddAsync("「まちの窓口」係・分室", general.Kind == UnitKind.Section ? plan : mayor, UnitKind.Section, Today);
        (await register.NameAgencyAsync(office.Town, council.Id, Sekisho.Policy.Agencies.AgencyVocabulary.Load().Agencies[1].Id, office.Officer, Cancel)).OrThrow();
        var hanako = await HireAsync(general, "山田 花子", "0012", StaffKind.Staff, "課長", new(2012, 4, 1));
        await HireAsync(post, "山田 花子", "1E5", StaffKind.FiscalYearAppointee, null, Today);
        await HireAsync(council, "髙﨑 𠮷男", null, StaffKind.Councillor, "議員", new(2023, 5, 1));
        await HireAsync(post, "委託 社員", null, StaffKind.Contractor, "=主任", Today);
        await HireAsync(post, "委託 社員", null, StaffKind.Contractor, null, Today);
        var ends = await HireAsync(general, "任期 職員", "77", StaffKind.Dispatched, "-", Today);
        (await register.EndPersonAsync(office.Town, ends.Id, new(2027, 4, 1), office.Officer, Cancel)).OrThrow();
        (await register.AddSecondPostAsync(office.Town, hanako.Id, post.Id, "分室長", Today, office.Officer, Cancel)).OrThrow();
    }

    private static async Task<byte[]> OutAsync(Office office, bool people, DateOnly? on = null) => (await office.Slices.Organisation.WorkbookAsync(office.Town, on ?? Today, people, Cancel)).Bytes.ToArray();

    private static async Task<StaffPlan> LookAsync(Office office, byte[] file, StaffImportKind kind, DateOnly? on = null, MunicipalityId? town = null)
    {
        var import = (await office.Slices.Transfers.UploadAsync(town ?? office.Town, new(kind, file, "表.xlsx", on ?? Today), office.Officer, Cancel)).OrThrow();
        return (await office.Slices.Transfers.PreviewAsync(town ?? office.Town, import.Id, Cancel)).OrThrow();
    }

    private static async Task TakeAsync(Office office, StaffPlan plan, MunicipalityId? town = null)
    {
        Assert.Equal("", string.Join('\n', plan.Notes.Where(n => n.Blocks).Select(n => $"{n.Where} {n.Says.Ja}")));
        (await office.Slices.Transfers.CommitAsync(town ?? office.Town, plan.Import.Id, plan.Digest, false, office.Officer, Cancel)).OrThrow();
    }

    private static Task<OrganisationChart> OnAsync(Office office, DateOnly day, MunicipalityId? town = null) => office.Slices.Organisation.ReadAsync(town ?? office.Town, day, null, Cancel);

    /// <summary>What a chart says, without ids.</summary>
    private static IReadOnlyList<string> Said(OrganisationChart chart)
    {
        var names = chart.Units.ToDictionary(u => u.Id);
        string PathOf(UnitId id) => names[id] is { Parent: { } above } u ? PathOf(above) + "/" + u.Name : names[id].Name;
        var people = chart.People.ToDictionary(p => p.Id);
        return
        [
            .. chart.Units.Select(u => $"{PathOf(u.Id)} {u.Kind} {u.BeginsOn:O} {u.EndsOn:O} {u.Agency}").Order(StringComparer.Ordinal),
            .. chart.People.Select(p => $"{p.Number} {p.Name} {PathOf(p.Unit)} {p.Kind} [{p.Title}] {p.BeginsOn:O} {p.EndsOn:O}").Order(StringComparer.Ordinal),
            .. chart.SecondPosts.Select(s => $"{people[s.Person].Name} {PathOf(s.Unit)} {s.Title} {s.BeginsOn:O} {s.EndsOn:O}").Order(StringComparer.Ordinal),
        ];
    }

    [Fact]
    public async Task Out_and_in_again_changes_nothing()
    {
        await using var office = await Office.OpenAsync();
        await FillAsync(office);
        var before = Said(await OnAsync(office, Today));
        foreach (var (people, kind, rows) in new[] { (false, StaffImportKind.Units, 7), (true, StaffImportKind.Roster, 7), (true, StaffImportKind.Transfers, 7) })
        {
            var plan = await LookAsync(office, await OutAsync(office, people), kind);
            Assert.Equal("", string.Join('\n', plan.Notes.Select(n => $"{n.Where} {n.Says.Ja}")));
            Assert.Equal(Enumerable.Repeat(PlannedKind.Nothing, rows), plan.Changes.Select(c => c.Kind));
            Assert.Empty(plan.Missing);
            await TakeAsync(office, plan);
        }
        Assert.Equal(before, Said(await OnAsync(office, Today)));
    }

    [Fact]
    public async Task Two_workbooks_make_an_empty_municipality_the_same()
    {
        await using var office = await Office.OpenAsync();
        await FillAsync(office);
        var other = await office.Test.AddMunicipalityAsync("hamabe", "はまべ町");
        await TakeAsync(office, await LookAsync(office, await OutAsync(office, people: false), StaffImportKind.Units, town: other), other);
        await TakeAsync(office, await LookAsync(office, await OutAsync(office, people: true), StaffImportKind.Roster, town: other), other);
        Assert.Equal(Said(await OnAsync(office, Today)), Said(await OnAsync(office, Today, other)));
        Assert.Equal(Said(await OnAsync(office, new(2015, 1, 1))).Count(l => l.Contains("0012", StringComparison.Ordinal)), Said(await OnAsync(office, new(2015, 1, 1), other)).Count(l => l.Contains("0012", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Edited_and_sorted_in_LibreOffice_it_says_what_was_changed_and_no_more()
    {
        await using var office = await Office.OpenAsync();
        await FillAsync(office);
        var units = await Sheets.EditedByOfficeAsync(await OutAsync(office, people: false), """
            For row = 2 To 8
              If sheet.getCellByPosition(0, row).String = "財務部" Then sheet.getCellByPosition(0, row).String = "財政部"
            Next
            At("A10").String = "人事係"
            At("C10").String = "新しい局 総務課"
            At("A11").String = "総務課"
            At("B11").String = "課室"
            At("C11").String = "新しい局"
            At("A12").String = "新しい局"
            At("B12").String = "部局"
            At("C12").String = "町長部局"
            At("E12").FormulaLocal = "2025-04-01"
            """, Cancel);
        if (units is null) Assert.Skip("LibreOffice is not on this machine");
        var look = await LookAsync(office, units, StaffImportKind.Units, May);
        // A section has no unit below it: said, and all else is done by itself once that row is right.
        Assert.Equal(["C10: 実施機関は最上位に、部局は実施機関か部局の下に、課室は実施機関か部局の下に置きます。"], look.Notes.Where(n => n.Blocks).Select(n => $"{n.Where}: {n.Says.Ja}"));
        units = await Sheets.EditedByOfficeAsync(units, "At(\"C10\").String = \"新しい局\"", Cancel);
        look = await LookAsync(office, units!, StaffImportKind.Units, May);
        Assert.Equal(["財務部→町長部局 ／ 財政部", "人事係→町長部局 ／ 新しい局 ／ 人事係", "総務課→町長部局 ／ 新しい局 ／ 総務課", "新しい局→町長部局 ／ 新しい局"],
            look.Changes.Where(c => c.Kind != PlannedKind.Nothing).Select(c => $"{c.Who}→{c.After}"));
        await TakeAsync(office, look);

        var people = await Sheets.EditedByOfficeAsync(await OutAsync(office, people: true, May), """
            Dim by(0) As New com.sun.star.table.TableSortField
            by(0).Field = 1
            by(0).IsAscending = False
            Dim how(1) As New com.sun.star.beans.PropertyValue
            how(0).Name = "SortFields"
            how(0).Value = by()
            how(1).Name = "ContainsHeader"
            how(1).Value = False
            At("A3:I9").sort(how())
            For row = 2 To 8
              If sheet.getCellByPosition(0, row).String = "0012" And sheet.getCellByPosition(5, row).String = "" Then
                sheet.getCellByPosition(2, row).String = "新しい局 人事係"
                sheet.getCellByPosition(3, row).String = ""
              End If
            Next
            At("A10").String = "0078"
            At("B10").String = "新人 一郎"
            At("C10").String = "議会"
            """, Cancel);
        var transfers = await LookAsync(office, people!, StaffImportKind.Roster, May);
        Assert.Equal("", string.Join('\n', transfers.Notes.Select(n => $"{n.Where} {n.Says.Ja}")));
        Assert.Equal(["Join 新人 一郎（0078）", "Move 山田 花子（0012）"], transfers.Changes.Where(c => c.Kind != PlannedKind.Nothing).Select(c => $"{c.Kind} {c.Who}").Order(StringComparer.Ordinal));
        await TakeAsync(office, transfers);
        var hanako = (await OnAsync(office, May)).People.Single(p => p.Number == "0012");
        Assert.Equal("", hanako.Title);
        Assert.Equal(8, (await OnAsync(office, May)).People.Count + (await OnAsync(office, May)).SecondPosts.Count);
    }

    [Fact]
    public async Task Rows_that_no_longer_fit_are_named_by_their_cell()
    {
        await using var office = await Office.OpenAsync();
        await FillAsync(office);
        var units = await OutAsync(office, people: false);
        var mixed = await LookAsync(office, Sheets.Simple(["sekisho/people/number", "name", "to", "id"], ["職員番号", "氏名", "所属", "ID"],
            ["0012", "山田 花子", "総務課", ""], ["77", "だれか", "企画部", (await OnAsync(office, Today)).People.Single(p => p.Number == "0012").Id.ToString()], ["9", "新人", "企画部", ""]), StaffImportKind.Roster);
        Assert.Equal(["C3", "A4"], mixed.Notes.Where(n => n.Blocks).Select(n => n.Where));
        var wrong = await LookAsync(office, Sheets.Simple(["組織", "上位組織", "種別", "設置日", "実施機関の種類"],
            ["宇宙課", "宇宙部", "", "", ""], ["企画部", "町長部局", "", "", ""], ["企画部", "町長部局", "", "", ""], ["新課", "企画部", "星", "", ""],
            ["別課", "企画部", "課", "いつか", ""], ["先課", "企画部", "課", "2030-01-01", ""], ["委員会", "", "", "", "月の委員会"], ["課の下", "企画部 総務課", "課", "", ""]), StaffImportKind.Units);
        Assert.Equal(["B2", "A4", "C5", "D6", "D7", "E8", "B9"], wrong.Notes.Where(n => n.Blocks).Select(n => n.Where));
        Assert.Equal("REC-ORG-029", (await office.Slices.Transfers.CommitAsync(office.Town, wrong.Import.Id, wrong.Digest, true, office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-ORG-025", (await office.Slices.Transfers.UploadAsync(office.Town, new(StaffImportKind.Roster, units, "組織.xlsx", Today), office.Officer, Cancel)).Match(_ => "", r => r.Code));
    }

    [Fact]
    public async Task Numbers_and_days_of_leaving_are_changed_by_the_sheet_and_mixed_rows_are_not()
    {
        await using var office = await Office.OpenAsync();
        await FillAsync(office);
        async Task<Person> OneAsync(string name, StaffKind kind) => (await OnAsync(office, Today)).People.First(p => p.Name == name && p.Kind == kind);
        var (hanako, ending, contractor) = (await OneAsync("山田 花子", StaffKind.Staff), await OneAsync("任期 職員", StaffKind.Dispatched), await OneAsync("委託 社員", StaffKind.Contractor));
        byte[] Sheet(params (Person Person, string Number, string Name, string Ends)[] rows) => Sheets.Simple(
            [["sekisho/people/number", "name", "to", "title", "ends", "id"], ["職員番号", "氏名", "所属", "職", "離任予定日", "ID"], .. rows.Select(r => (IReadOnlyList<string?>)[r.Number, r.Name, "", r.Person.Title, r.Ends, r.Person.Id.ToString()])]);
        var plan = await LookAsync(office, Sheet((hanako, "0099", "山田 花子", "2027-03-31"), (ending, "77", "任期 職員", ""), (contractor, "C-1", "委託 社員", "")), StaffImportKind.Transfers, May);
        Assert.Equal(["職員番号 0012　離任 予定なし→職員番号 0099　離任 令和9年3月31日(水)", "離任 令和9年4月1日(木)→離任 予定なし", "職員番号 なし→職員番号 C-1"],
            plan.Changes.Select(c => $"{After(c.Before)}→{After(c.After)}"));
        await TakeAsync(office, plan);
        var people = (await OnAsync(office, May)).People.ToDictionary(p => p.Id);
        Assert.Equal(("0099", new DateOnly(2027, 3, 31)), (people[hanako.Id].Number, people[hanako.Id].EndsOn));
        Assert.Equal(("77", (DateOnly?)null), (people[ending.Id].Number, people[ending.Id].EndsOn));
        Assert.Equal("C-1", people[contractor.Id].Number);
        Assert.DoesNotContain((await OnAsync(office, new(2027, 3, 31))).People, p => p.Id == hanako.Id);
        Assert.Contains((await OnAsync(office, new(2028, 1, 1))).People, p => p.Id == ending.Id);
        // And the same sheet again changes nothing.
        Assert.All((await LookAsync(office, Sheet((people[hanako.Id], "0099", "山田 花子", "2027-03-31"), (people[ending.Id], "77", "任期 職員", "")), StaffImportKind.Transfers, May)).Changes, c => Assert.Equal(PlannedKind.Nothing, c.Kind));
        // Another's number, another's row, a day that is over.
        var wrong = await LookAsync(office, Sheet((people[hanako.Id], "77", "山田 花子", "2027-03-31"), (people[ending.Id], "0099", "だれか", ""), (people[contractor.Id], "C-1", "委託 社員", "2026-05-01")), StaffImportKind.Transfers, May);
        Assert.Equal(["A3", "A4", "E5"], wrong.Notes.Where(n => n.Blocks).Select(n => n.Where));

        // What stands behind unit, title and name.
        static string After(string told) => string.Join('　', told.Split('　').Where(t => t.StartsWith("職員番号", StringComparison.Ordinal) || t.StartsWith("離任", StringComparison.Ordinal)));
    }

    /// <summary>The lowest first: a row may name a unit that only a row below it sets up.</summary>
    [Fact]
    public async Task Rows_may_stand_in_any_order()
    {
        await using var office = await Office.OpenAsync();
        var rows = new List<IReadOnlyList<string?>> { new string?[] { "組織", "上位組織", "種別" } };
        for (var i = 0; i < 200; i++) rows.Add([$"第{i}課", $"第{i}部", "課"]);
        for (var i = 0; i < 200; i++) rows.Add([$"第{i}部", "町長部局", "部"]);
        rows.Add(["町長部局", "", "実施機関"]);
        await TakeAsync(office, await LookAsync(office, Sheets.Simple(rows), StaffImportKind.Units));
        var chart = await OnAsync(office, Today);
        Assert.Equal(401, chart.Units.Count);
        Assert.All(chart.Units.Where(u => u.Kind == UnitKind.Section), u => Assert.Equal(u.Name.Replace('課', '部'), chart.Units.Single(p => p.Id == u.Parent).Name));
    }
}
