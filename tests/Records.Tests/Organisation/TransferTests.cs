using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Transfers;

namespace Sekisho.Records.Tests.Organisation;

/// <summary>人事異動 and 組織改正 from sheets.</summary>
public sealed class TransferTests
{
    private static readonly DateOnly Today = new(2026, 4, 1), May = new(2026, 5, 1);

    private static CancellationToken Cancel => Office.Cancel;

    private static async Task<Dictionary<string, Unit>> FillAsync(Office office)
    {
        var register = office.Slices.Organisation;
        var units = new Dictionary<string, Unit>();
        async Task AddAsync(string name, string? parent, UnitKind kind) =>
            units[parent is null ? name : $"{parent}/{name}"] = (await register.AddUnitAsync(office.Town, parent is null ? null : units[parent].Id, kind, name, Today, office.Officer, Cancel)).OrThrow();
        await AddAsync("市長部局", null, UnitKind.Agency);
        await AddAsync("企画部", "市長部局", UnitKind.Department);
        await AddAsync("財務部", "市長部局", UnitKind.Department);
        await AddAsync("総務課", "市長部局/企画部", UnitKind.Section);
        await AddAsync("情報政策課", "市長部局/企画部", UnitKind.Section);
        await AddAsync("総務課", "市長部局/財務部", UnitKind.Section);
        await AddAsync("税務課", "市長部局/財務部", UnitKind.Section);
        return units;
    }

    private static async Task<Person> StaffAsync(Office office, Unit unit, string name, string number) =>
        (await office.Slices.Organisation.AddPersonAsync(office.Town, unit.Id, name, number, StaffKind.Staff, Today, office.Officer, Cancel)).OrThrow();

    private static async Task<StaffImport> UploadAsync(Office office, string csv, StaffImportKind kind = StaffImportKind.Transfers, DateOnly? on = null, bool endMissing = false, Encoding? encoding = null) =>
        (await office.Slices.Transfers.UploadAsync(office.Town, new(kind, (encoding ?? Encoding.UTF8).GetBytes(csv), "人事異動.csv", on ?? May, endMissing), office.Officer, Cancel)).OrThrow();

    private static async Task<StaffPlan> PlanAsync(Office office, StaffImport import) => (await office.Slices.Transfers.PreviewAsync(office.Town, import.Id, Cancel)).OrThrow();

    private static async Task<string> CommitAsync(Office office, StaffPlan plan, bool withoutBlocked = false) =>
        (await office.Slices.Transfers.CommitAsync(office.Town, plan.Import.Id, plan.Digest, withoutBlocked, office.Officer, Cancel)).Match(_ => "", r => r.Code);

    private static async Task<OrganisationChart> OnAsync(Office office, DateOnly day) => await office.Slices.Organisation.ReadAsync(office.Town, day, null, Cancel);

    [Fact]
    public async Task Joins_moves_leaves_renames_and_second_posts_are_shown_first_and_take_effect_on_their_day()
    {
        await using var office = await Office.OpenAsync();
        var units = await FillAsync(office);
        var (it, tax) = (units["市長部局/企画部/情報政策課"], units["市長部局/財務部/税務課"]);
        var hanako = await StaffAsync(office, it, "山田 花子", "1001");
        await StaffAsync(office, tax, "鈴木 太郎", "1002");
        await StaffAsync(office, tax, "佐藤 次郎", "1003");
        (await office.Slices.Organisation.AppointAsync(office.Town, Post.SecurityManager, it.Id, hanako.Id, Today, office.Officer, Cancel)).OrThrow();

        var import = await UploadAsync(office, """
            人事異動発令一覧（令和8年5月1日）,,,,,,
            職員番号,氏名,旧所属,新所属,区分,発令日,職
            1001,山田　花子,情報政策課,税務課,異動,令和8年5月1日,課長
            1002,海野 太郎,税務課,,改姓,,
            1003,佐藤 次郎,税務課,,退職,2026/4/20,
            1004,新田 三郎,,企画部 総務課,採用,R8.5.1,主事
            1001,山田 花子,,企画部/総務課,兼務,,
            """);
        var before = await office.LedgerSizeAsync();
        var plan = await PlanAsync(office, import);

        Assert.Equal((1, 1, 1, 1, 1), (plan.Count(PlannedKind.Move), plan.Count(PlannedKind.Change), plan.Count(PlannedKind.Leave), plan.Count(PlannedKind.Join), plan.Count(PlannedKind.Second)));
        Assert.Empty(plan.Notes);
        Assert.Equal([Post.SecurityManager], plan.Relieved.Select(r => r.Appointment.Post));
        Assert.Equal(["情報政策課"], plan.Vacated.Select(v => v.Unit!.Name));
        Assert.Equal(before, await office.LedgerSizeAsync());
        Assert.Equal(3, (await OnAsync(office, May)).People.Count);

        Assert.Equal("", await CommitAsync(office, plan));
        Assert.Equal(it.Id, (await OnAsync(office, May.AddDays(-1))).People.Single(p => p.Number == "1001").Unit);
        var may = await OnAsync(office, May);
        Assert.Equal([("1001", "税務課", "課長"), ("1002", "税務課", ""), ("1004", "総務課", "主事")],
            may.People.OrderBy(p => p.Number).Select(p => (p.Number!, may.Units.Single(u => u.Id == p.Unit).Name, p.Title)));
        Assert.Equal("海野 太郎", may.People.Single(p => p.Number == "1002").Name);
        Assert.Single(may.SecondPosts);
        Assert.Empty(may.Appointments);
        Assert.DoesNotContain((await OnAsync(office, new(2026, 4, 20))).People, p => p.Number == "1003");
        Assert.Contains((await office.Slices.Organisation.HistoryAsync(office.Town, hanako.Id, Cancel)), h => h.Kind == "person.second-post");
        // Done is done: not a second time, and the same sheet again changes nothing.
        Assert.Equal("REC-ORG-027", await CommitAsync(office, plan));
        Assert.Equal(StaffImportState.Done, (await office.Slices.Transfers.ListAsync(office.Town, Cancel))[0].State);
    }

    [Fact]
    public async Task Each_row_that_cannot_be_carried_out_is_named_by_its_cell()
    {
        await using var office = await Office.OpenAsync();
        var units = await FillAsync(office);
        await StaffAsync(office, units["市長部局/企画部/情報政策課"], "山田 花子", "1001");
        await StaffAsync(office, units["市長部局/企画部/情報政策課"], "同姓 同名", "1002");
        await StaffAsync(office, units["市長部局/財務部/税務課"], "同姓 同名", "1003");
        var plan = await PlanAsync(office, await UploadAsync(office, """
            職員番号,氏名,旧所属,新所属,区分,発令日,職
            1001,山田 花子,,総務課,異動,,
            1001,山田 花子,,税務課,異動,,
            ,同姓 同名,,税務課,異動,,
            9999,だれか,,税務課,異動,,
            1001,山田 花子,,宇宙開発課,異動,令和8年6月1日,
            1002,同姓 同名,,税務課,,五月のいつか,
            1003,同姓 同名,情報政策課,税務課,,,係長
            1003,同姓 同名,,税務課,兼務解除,,
            """, encoding: CodePagesEncoding()));

        Assert.Equal(["D2", "A3", "B4", "A5", "D6", "F7", "D9"], plan.Notes.Where(n => n.Blocks).Select(n => n.Where));
        Assert.Equal(["C8"], plan.Notes.Where(n => !n.Blocks).Select(n => n.Where));
        Assert.Equal("csv (CP932)", plan.Format);
        Assert.Equal(["宇宙開発課"], plan.UnknownUnits.Select(u => u.Called));
        Assert.Contains("企画部 ／ 総務課", plan.Notes[0].Says.Ja, StringComparison.Ordinal);

        Assert.Equal("REC-ORG-029", await CommitAsync(office, plan));
        // A word that somebody explains once is known from then on.
        (await office.Slices.Transfers.ExplainAsync(office.Town, "宇宙開発課", units["市長部局/企画部/情報政策課"].Id, office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-ORG-028", await CommitAsync(office, plan, withoutBlocked: true));
        var again = await PlanAsync(office, plan.Import);
        Assert.Empty(again.UnknownUnits);
        Assert.Equal("", await CommitAsync(office, again, withoutBlocked: true));
        Assert.Equal("係長", (await OnAsync(office, May)).People.Single(p => p.Number == "1003").Title);
    }

    [Fact]
    public async Task A_roster_changes_what_differs_and_names_who_is_missing()
    {
        await using var office = await Office.OpenAsync();
        var units = await FillAsync(office);
        var it = units["市長部局/企画部/情報政策課"];
        await StaffAsync(office, it, "山田 花子", "1001");
        await StaffAsync(office, it, "鈴木 太郎", "1002");
        (await office.Slices.Organisation.AddPersonAsync(office.Town, it.Id, "委託 社員", null, StaffKind.Contractor, Today, office.Officer, Cancel)).OrThrow();
        const string Roster = "職員番号,氏名,所属,職名,任用区分\n1001,山田 花子,税務課,係長,職員\n1005,新任 四郎,税務課,,会計年度任用職員\n";

        var look = await PlanAsync(office, await UploadAsync(office, Roster, StaffImportKind.Roster));
        Assert.Equal(["鈴木 太郎"], look.Missing.Select(p => p.Name));
        Assert.Equal(0, look.Count(PlannedKind.Leave));
        Assert.Equal("", await CommitAsync(office, await PlanAsync(office, await UploadAsync(office, Roster, StaffImportKind.Roster, endMissing: true))));
        Assert.Equal(["委託 社員", "山田 花子", "新任 四郎"], (await OnAsync(office, May)).People.Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(StaffKind.FiscalYearAppointee, (await OnAsync(office, May)).People.Single(p => p.Number == "1005").Kind);
        // Nothing differs any more.
        var same = await PlanAsync(office, await UploadAsync(office, Roster, StaffImportKind.Roster));
        Assert.Equal(2, same.Count(PlannedKind.Nothing));
        Assert.Equal(2, same.Changes.Count);
    }

    [Fact]
    public async Task Who_was_to_retire_and_is_employed_again_on_that_day_goes_on()
    {
        await using var office = await Office.OpenAsync();
        var units = await FillAsync(office);
        var hanako = await StaffAsync(office, units["市長部局/企画部/情報政策課"], "山田 花子", "1001");
        (await office.Slices.Organisation.EndPersonAsync(office.Town, hanako.Id, May, office.Officer, Cancel)).OrThrow();
        Assert.Equal("", await CommitAsync(office, await PlanAsync(office, await UploadAsync(office, "職員番号,氏名,新所属,区分\n1001,山田 花子,税務課,再任用\n"))));
        var still = Assert.Single((await OnAsync(office, May)).People);
        Assert.Equal((hanako.Id, units["市長部局/財務部/税務課"].Id), (still.Id, still.Unit));
    }

    [Fact]
    public async Task A_reorganisation_creates_renames_moves_merges_and_closes_together()
    {
        await using var office = await Office.OpenAsync();
        var units = await FillAsync(office);
        await StaffAsync(office, units["市長部局/財務部/総務課"], "山田 花子", "1001");
        var import = await UploadAsync(office, """
            区分,組織,新名称,上位組織,種別,統合先,発令日
            新設,デジタル戦略局,,市長部局,局,,
            移管,情報政策課,デジタル推進課,デジタル戦略局,,,
            統合,財務部総務課,,,,税務課,
            改称,財務部,総務財務部,,,,
            廃止,企画部総務課,,,,,
            """, StaffImportKind.Reform);
        var plan = await PlanAsync(office, import);
        Assert.Empty(plan.Notes);
        Assert.Equal([PlannedKind.Create, PlannedKind.Rename, PlannedKind.Merge, PlannedKind.Rename, PlannedKind.Close], plan.Changes.Select(c => c.Kind));
        Assert.Equal(7, (await OnAsync(office, May)).Units.Count);   // looking did nothing

        Assert.Equal("", await CommitAsync(office, plan));
        Assert.Equal(7, (await OnAsync(office, May.AddDays(-1))).Units.Count);
        var may = await OnAsync(office, May);
        Assert.Equal(["市長部局", "企画部", "総務財務部", "デジタル戦略局", "デジタル推進課", "税務課"], may.Units.Select(u => u.Name));
        Assert.Equal("税務課", may.Units.Single(u => u.Id == may.People.Single().Unit).Name);
        Assert.Equal(units["市長部局/企画部/情報政策課"].Id, may.Units.Single(u => u.Name == "デジタル推進課").Id);
        Assert.Equal("「税務課」に統合しました。", (await office.Slices.Organisation.HistoryAsync(office.Town, units["市長部局/財務部/総務課"].Id, Cancel))[0].Says.Ja);
    }

    [Fact]
    public async Task A_reorganisation_that_breaks_the_tree_does_nothing()
    {
        await using var office = await Office.OpenAsync();
        var units = await FillAsync(office);
        await StaffAsync(office, units["市長部局/財務部/税務課"], "山田 花子", "1001");
        var plan = await PlanAsync(office, await UploadAsync(office, "区分,組織,新名称,上位組織\n廃止,税務課,,\n改称,情報政策課,総務課,\n分割,企画部,,\n", StaffImportKind.Reform));
        Assert.Equal(3, plan.Notes.Count(n => n.Blocks));
        Assert.Equal("REC-ORG-029", await CommitAsync(office, plan, withoutBlocked: true));
        Assert.Equal(7, (await OnAsync(office, May)).Units.Count);
    }

    [Theory]
    [InlineData("", "REC-REG")]
    [InlineData("あ,い\n1,2\n", "REC-ORG-024")]
    [InlineData("職員番号,旧所属\n1,2\n", "REC-ORG-025")]
    public async Task What_is_no_sheet_of_staff_is_refused(string csv, string code)
    {
        await using var office = await Office.OpenAsync();
        var refused = await office.Slices.Transfers.UploadAsync(office.Town, new(StaffImportKind.Transfers, Encoding.UTF8.GetBytes(csv), "a.csv", May), office.Officer, Cancel);
        Assert.StartsWith(code, refused.Match(_ => "", r => r.Code), StringComparison.Ordinal);
    }

    /// <summary>A city of 15,000, all new, then all moved.</summary>
    [Fact]
    public async Task Fifteen_thousand_people_come_in_and_move_within_a_minute()
    {
        await using var office = await Office.OpenAsync();
        var register = office.Slices.Organisation;
        var mayor = (await register.AddUnitAsync(office.Town, null, UnitKind.Agency, "市長部局", Today, office.Officer, Cancel)).OrThrow();
        for (var i = 0; i < 100; i++) (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, $"第{i}課", Today, office.Officer, Cancel)).OrThrow();
        string Sheet(int shift)
        {
            var csv = new StringBuilder("職員番号,氏名,所属,職名\n");
            for (var i = 0; i < 15_000; i++) csv.Append(CultureInfo.InvariantCulture, $"{i:D6},職員 {i:D6},第{(i + shift) % 100}課,主事\n");
            return csv.ToString();
        }
        foreach (var (shift, on) in new[] { (0, Today), (1, May) })
        {
            var watch = Stopwatch.StartNew();
            var plan = await PlanAsync(office, await UploadAsync(office, Sheet(shift), StaffImportKind.Roster, on));
            Assert.Equal(15_000, plan.Count(shift == 0 ? PlannedKind.Join : PlannedKind.Move));
            Assert.Equal("", await CommitAsync(office, plan));
            TestContext.Current.SendDiagnosticMessage("15,000 people: {0:N1} s", watch.Elapsed.TotalSeconds);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"{watch.Elapsed}");
        }
        Assert.Equal(15_000, (await OnAsync(office, May)).People.Count);
    }

    private static Encoding CodePagesEncoding()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(932);
    }
}
