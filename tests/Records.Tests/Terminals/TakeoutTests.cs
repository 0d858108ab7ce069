using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;
using Sekisho.Records.Terminals;

namespace Sekisho.Records.Tests.Terminals;

public sealed class TakeoutTests
{
    private static readonly ReturnCheck AllBack = new(true, true, "");

    private static CancellationToken Cancel => Workplace.Cancel;

    private static TakeoutDraft Draft(Workplace place, EntryId? medium, int days = 2) => new(
        place.Tax.Id, "固定資産の一覧", [], "2", "税務署との打合せのため", "いそべ税務署", false, false, medium is null ? Carrier.Paper : Carrier.Medium, medium, ["direct", "locked", "counted", "encrypted"], place.Today, place.Today.AddDays(days));

    private static async Task<Takeout> AskAsync(Workplace place, TakeoutDraft draft) => (await place.Slices.Takeouts.AskAsync(place.Town, draft, [place.Tax.Id], place.Staff, Cancel)).OrThrow();

    [Fact]
    public async Task A_take_out_goes_its_way_and_each_step_is_in_the_ledger()
    {
        await using var place = await Workplace.OpenAsync();
        var desk = place.Slices.Takeouts;
        var medium = await place.MediumAsync("税務課 USB 1");
        var before = await place.Office.LedgerSizeAsync();
        var asked = await AskAsync(place, Draft(place, medium.Id));
        Assert.Equal(("TKO-0001", TakeoutState.Asked, medium.Number), (asked.Number, asked.State, asked.Medium!.Number));
        Assert.Equal(TakeoutTaskKind.Decide, Assert.Single(await desk.TasksAsync(place.Town, place.Manager, [place.Tax.Id], true, Cancel)).Kind);
        Assert.Equal(TakeoutState.Approved, (await desk.ApproveAsync(place.Town, asked.Id, "了承", [place.Tax.Id], place.Manager, Cancel)).OrThrow().State);
        Assert.Equal(TakeoutState.Out, (await desk.GoOutAsync(place.Town, asked.Id, [place.Tax.Id], place.Staff, Cancel)).OrThrow().State);
        Assert.Equal(TakeoutTaskKind.Return, Assert.Single(await desk.TasksAsync(place.Town, place.Staff, [place.Tax.Id], false, Cancel)).Kind);
        Assert.Equal(TakeoutState.Back, (await desk.BackAsync(place.Town, asked.Id, AllBack, [place.Tax.Id], place.Staff, Cancel)).OrThrow().State);
        Assert.Equal("REC-TKO-007", Workplace.CodeOf(await desk.BackAsync(place.Town, asked.Id, AllBack, [place.Tax.Id], place.Staff, Cancel)));
        Assert.Equal(TakeoutTaskKind.Check, Assert.Single(await desk.TasksAsync(place.Town, place.Manager, [place.Tax.Id], true, Cancel)).Kind);
        Assert.Equal(TakeoutState.Returned, (await desk.BackAsync(place.Town, asked.Id, AllBack with { Note = "中身を消したことを見た" }, [place.Tax.Id], place.Manager, Cancel)).OrThrow().State);
        var detail = (await desk.ReadAsync(place.Town, asked.Id, [place.Tax.Id], Cancel))!;
        Assert.Equal(["takeout.asked", "takeout.approved", "takeout.out", "takeout.back", "takeout.returned"], detail.Steps.Select(s => s.Kind));
        Assert.Equal(before + 5, await place.Office.LedgerSizeAsync());
        Assert.True(detail.Steps[^1].Check is { IsHere: true, IsWiped: true });
        Assert.Null(await desk.ReadAsync(place.Town, asked.Id, [place.Welfare.Id], Cancel));
        Assert.Equal(1, (await desk.ListAsync(place.Town, TakeoutView.Closed, 1, [place.Tax.Id], Cancel)).Total);
    }

    [Fact]
    public async Task Who_asks_never_approves_and_who_approves_holds_the_post()
    {
        await using var place = await Workplace.OpenAsync();
        var desk = place.Slices.Takeouts;
        var takeout = await AskAsync(place, Draft(place, null));
        Assert.Equal("REC-TKO-007", Workplace.CodeOf(await desk.ApproveAsync(place.Town, takeout.Id, "", null, place.Staff, Cancel)));
        Assert.Equal("REC-TKO-008", Workplace.CodeOf(await desk.ApproveAsync(place.Town, takeout.Id, "", null, place.Other, Cancel)));
        Assert.Equal("REC-TKO-008", Workplace.CodeOf(await desk.ApproveAsync(place.Town, takeout.Id, "", null, place.Office.Officer, Cancel)));
        Assert.Equal("REC-TKO-001", Workplace.CodeOf(await desk.ApproveAsync(place.Town, takeout.Id, "", [place.Welfare.Id], place.Manager, Cancel)));
        Assert.Equal(TakeoutState.Approved, (await desk.ApproveAsync(place.Town, takeout.Id, "", null, place.Head, Cancel)).OrThrow().State);
        Assert.Equal("REC-TKO-009", Workplace.CodeOf(await desk.ApproveAsync(place.Town, takeout.Id, "", null, place.Head, Cancel)));

        // The manager's own: not by the same person under a second account, but by the officer above.
        var own = (await desk.AskAsync(place.Town, Draft(place, null), null, place.Manager, Cancel)).OrThrow();
        Assert.Equal("REC-TKO-007", Workplace.CodeOf(await desk.ApproveAsync(place.Town, own.Id, "", null, place.Manager, Cancel)));
        Assert.Equal("REC-TKO-015", Workplace.CodeOf(await desk.RefuseAsync(place.Town, own.Id, " ", null, place.Head, Cancel)));
        Assert.Equal(TakeoutState.Refused, (await desk.RefuseAsync(place.Town, own.Id, "電子で送れるため", null, place.Head, Cancel)).OrThrow().State);
    }

    [Fact]
    public async Task What_is_carried_decides_what_is_asked()
    {
        await using var place = await Workplace.OpenAsync();
        var desk = place.Slices.Takeouts;
        var (plain, safe) = (await place.MediumAsync("古い USB", "false"), await place.MediumAsync("USB 2"));
        async Task<string?> TryAsync(TakeoutDraft draft) => Workplace.CodeOf(await desk.AskAsync(place.Town, draft, [place.Tax.Id], place.Staff, Cancel));
        Assert.Equal("REC-TKO-005", await TryAsync(Draft(place, plain.Id)));
        Assert.Equal("REC-TKO-004", await TryAsync(Draft(place, safe.Id) with { CarriedBy = null }));
        Assert.Equal("REC-TKO-016", await TryAsync(Draft(place, safe.Id) with { CarriedBy = new EntryId(Guid.NewGuid()) }));
        Assert.Equal("REC-TKO-016", await TryAsync(Draft(place, safe.Id) with { Unit = place.Welfare.Id }));
        Assert.Equal("REC-TKO-002", await TryAsync(Draft(place, safe.Id) with { Why = " " }));
        Assert.Equal("REC-TKO-003", await TryAsync(Draft(place, safe.Id, 31)));
        Assert.Equal("REC-TKO-003", await TryAsync(Draft(place, safe.Id) with { FromOn = place.Today.AddDays(-1) }));
        // Nobody said what class it is: handled as the highest.
        Assert.Equal("REC-TKO-003", await TryAsync(Draft(place, safe.Id, 10) with { Class = null }));
        Assert.Equal("REC-TKO-006", await TryAsync(Draft(place, safe.Id) with { Class = "3A", Safeguards = ["direct"] }));
        Assert.Equal(Post.SecurityOfficer, (await AskAsync(place, Draft(place, safe.Id) with { Class = "3A" })).Approver);
        // 特定個人情報, inside the building too.
        Assert.Equal("REC-TKO-006", await TryAsync(Draft(place, safe.Id, 0) with { IsMyNumber = true, IsInside = true, Safeguards = ["direct"] }));
        Assert.Equal("REC-TKO-003", await TryAsync(Draft(place, safe.Id, 3) with { IsMyNumber = true, IsInside = true }));
        Assert.Equal(Post.SecurityManager, (await AskAsync(place, Draft(place, safe.Id, 0) with { IsMyNumber = true, IsInside = true })).Approver);

        var asset = await place.EnterAsync("assets", ("name", "課税台帳"), ("kind", "data"), ("confidentiality", "3A"), ("integrity", "2"), ("availability", "2"), ("personal", "true"), ("mynumber", "true"), ("zone", "mynumber"));
        var taken = await AskAsync(place, Draft(place, safe.Id) with { Assets = [asset.Id], Class = "1" });
        Assert.Equal(("3A", true), (taken.Class, taken.IsMyNumber));
    }

    [Fact]
    public async Task What_is_overdue_fails_the_duty_and_is_chased_once_a_day()
    {
        await using var place = await Workplace.OpenAsync();
        var desk = place.Slices.Takeouts;
        await place.TerminalAsync("PC-0001");
        var (_, enrolment) = (await place.Slices.Terminals.EnrolAsync(place.Town, "x", TimeSpan.FromDays(30), place.Office.Officer, Cancel)).OrThrow();
        var medium = await place.MediumAsync("USB 1");
        var takeout = await AskAsync(place, Draft(place, medium.Id));
        (await desk.ApproveAsync(place.Town, takeout.Id, "", null, place.Manager, Cancel)).OrThrow();
        (await desk.GoOutAsync(place.Town, takeout.Id, null, place.Staff, Cancel)).OrThrow();
        var second = await AskAsync(place, Draft(place, medium.Id));
        (await desk.ApproveAsync(place.Town, second.Id, "", null, place.Manager, Cancel)).OrThrow();
        Assert.Equal("REC-TKO-011", Workplace.CodeOf(await desk.GoOutAsync(place.Town, second.Id, null, place.Staff, Cancel)));
        Assert.Equal(0, await desk.ChaseAsync(place.Town, Cancel));

        async Task<Verdict> AfterAsync(TimeSpan time)
        {
            place.Office.Clock.Move(time);
            (await place.Slices.Terminals.TakeAsync(place.Town, enrolment.Id, place.Report("PC-0001"), Cancel)).OrThrow();
            return await place.VerdictAsync("takeout-block");
        }
        Assert.IsType<Verdict.Met>(await AfterAsync(TimeSpan.FromDays(2)));
        Assert.IsType<Verdict.NotMet>(await AfterAsync(TimeSpan.FromDays(1)));
        Assert.Equal(1, await desk.ChaseAsync(place.Town, Cancel));
        Assert.Equal(0, await desk.ChaseAsync(place.Town, Cancel));
        foreach (var (who, manager) in new[] { (place.Staff, false), (place.Manager, true) })
            Assert.Equal(TakeoutTaskKind.BringBack, (await desk.TasksAsync(place.Town, who, [place.Tax.Id], manager, Cancel))[0].Kind);
        Assert.Equal("REC-TKO-012", Workplace.CodeOf(await desk.GoOutAsync(place.Town, second.Id, null, place.Staff, Cancel)));

        Assert.Equal("REC-TKO-010", Workplace.CodeOf(await desk.AskExtensionAsync(place.Town, takeout.Id, place.Today.AddDays(2), "打合せが延びた", null, place.Manager, Cancel)));
        Assert.Equal("REC-TKO-017", Workplace.CodeOf(await desk.AskExtensionAsync(place.Town, takeout.Id, place.Today.AddDays(-1), "打合せが延びた", null, place.Staff, Cancel)));
        (await desk.AskExtensionAsync(place.Town, takeout.Id, place.Today.AddDays(2), "打合せが延びた", null, place.Staff, Cancel)).OrThrow();
        Assert.Equal("REC-TKO-007", Workplace.CodeOf(await desk.DecideExtensionAsync(place.Town, takeout.Id, true, "", null, place.Staff, Cancel)));
        (await desk.DecideExtensionAsync(place.Town, takeout.Id, true, "", null, place.Manager, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await AfterAsync(TimeSpan.FromHours(1)));
        Assert.IsType<Verdict.NotMet>(await AfterAsync(TimeSpan.FromDays(3)));
        Assert.Equal("REC-TKO-013", Workplace.CodeOf(await desk.BackAsync(place.Town, takeout.Id, new(true, false, ""), null, place.Manager, Cancel)));
        (await desk.BackAsync(place.Town, takeout.Id, AllBack, null, place.Manager, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await AfterAsync(TimeSpan.FromHours(1)));
    }

    [Fact]
    public async Task A_loss_is_kept_with_its_facts_and_leaves_a_device_missing()
    {
        await using var place = await Workplace.OpenAsync();
        var desk = place.Slices.Takeouts;
        await place.EnterAsync("rooms", ("name", "電算室"), ("kind", "server"), ("control", "card"), ("inspected_before_on", "2026-03-01"));
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("physical"));
        var medium = await place.MediumAsync("USB 1");
        var takeout = await AskAsync(place, Draft(place, medium.Id));
        (await desk.ApproveAsync(place.Town, takeout.Id, "", null, place.Manager, Cancel)).OrThrow();
        (await desk.GoOutAsync(place.Town, takeout.Id, null, place.Staff, Cancel)).OrThrow();
        var loss = new Loss(place.Office.Clock.Now().AddMinutes(-20), "いそべ駅の待合室", "鞄を置き忘れた。駅と警察に届けた。", 120);
        Assert.Equal("REC-TKO-014", Workplace.CodeOf(await desk.LoseAsync(place.Town, takeout.Id, loss with { NoticedAt = place.Office.Clock.Now().AddHours(1) }, null, place.Staff, Cancel)));
        Assert.Equal(TakeoutState.Lost, (await desk.LoseAsync(place.Town, takeout.Id, loss, null, place.Staff, Cancel)).OrThrow().State);
        Assert.Equal(loss, (await desk.ReadAsync(place.Town, takeout.Id, null, Cancel))!.Steps[^1].Loss);
        Assert.IsType<Verdict.NotMet>(await place.VerdictAsync("physical"));
        (await place.Slices.Registers.RetireAsync(place.Town, TerminalRegisters.Media, medium.Seen, "紛失のため登録を抹消", null, place.Office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await place.VerdictAsync("physical"));
    }

    [Fact]
    public async Task Only_the_applicant_withdraws()
    {
        await using var place = await Workplace.OpenAsync();
        var takeout = await AskAsync(place, Draft(place, null));
        Assert.Equal("REC-TKO-010", Workplace.CodeOf(await place.Slices.Takeouts.WithdrawAsync(place.Town, takeout.Id, null, place.Manager, Cancel)));
        Assert.Equal(TakeoutState.Withdrawn, (await place.Slices.Takeouts.WithdrawAsync(place.Town, takeout.Id, null, place.Staff, Cancel)).OrThrow().State);
    }

    [Theory]
    [InlineData("approver: SecurityManager}\n", "approver: Mayor}\n")]
    [InlineData("days: '31', needs: [], any: []", "class: [x], days: '31', needs: [], any: []")]
    [InlineData("needs: [direct], any: [encrypted, locked, sealed]", "needs: [flying], any: []")]
    public void A_broken_file_of_rules_is_told(string right, string wrong)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sekisho.slnx"))) folder = folder.Parent!;
        var yaml = File.ReadAllText(Path.Combine(folder.FullName, "data", "takeout-rules.yaml"));
        Assert.NotNull(TakeoutRules.Parse(yaml, out _));
        Assert.Contains(right, yaml, StringComparison.Ordinal);
        Assert.Null(TakeoutRules.Parse(yaml.Replace(right, wrong, StringComparison.Ordinal), out var problems));
        Assert.NotEmpty(problems);
    }
}
