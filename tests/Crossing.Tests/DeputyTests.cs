using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;

namespace Sekisho.Crossing.Tests;

/// <summary>Who stands in for a post decides as the post does, for the days that were said, and never for themselves or for whom they stand in.</summary>
public sealed class DeputyTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task A_deputy_decides_for_a_period_and_every_record_says_so()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await OwnRouteAsync(gate, Approval.Manager);
        var today = JapaneseTime.Day(gate.Clock.Now());
        var first = await WaitingAsync(gate, gate.Staff);
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, first, "", gate.Colleague, Cancel)));
        var deputy = await NameAsync(gate, Post.SecurityManager, gate.Tax.Id, gate.Colleague, today.AddDays(1), today.AddDays(3));
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, first, "", gate.Colleague, Cancel)));

        gate.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal(1, await gate.Slices.Requests.CountToDecideAsync(gate.Town, gate.Colleague, Cancel));
        Assert.Equal(RequestState.Delivered, (await gate.Slices.Requests.ApproveAsync(gate.Town, first, "了承", gate.Colleague, Cancel)).OrThrow().State);
        var step = (await gate.Slices.Requests.ReadAsync(gate.Town, first, null, gate.Staff, Cancel))!.Steps.Single(s => s.Kind == "crossing.approved");
        Assert.Equal((gate.Colleague, Post.SecurityManager), (step.By, step.AsDeputyOf));
        Assert.Equal(1, await gate.CountAsync("SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.approved' AND convert_from(data, 'UTF8') LIKE '%asDeputyOf%SecurityManager%'"));
        // By the own post nothing is said of a deputy.
        var second = await WaitingAsync(gate, gate.Staff);
        (await gate.Slices.Requests.RefuseAsync(gate.Town, second, "要りません", gate.Manager, Cancel)).OrThrow();
        Assert.Null((await gate.Slices.Requests.ReadAsync(gate.Town, second, null, gate.Staff, Cancel))!.Steps.Single(s => s.Kind == "crossing.refused").AsDeputyOf);

        // Nobody approves for themselves, nor for whom they stand in.
        Assert.Equal("XNG-REQ-009", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, await WaitingAsync(gate, gate.Colleague), "", gate.Colleague, Cancel)));
        var managers = await WaitingAsync(gate, gate.Manager);
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, managers, "", gate.Colleague, Cancel)));
        Assert.Equal(RequestState.Delivered, (await gate.Slices.Requests.ApproveAsync(gate.Town, managers, "", gate.Head, Cancel)).OrThrow().State);

        // Ended before its day, it is over at once.
        var third = await WaitingAsync(gate, gate.Staff);
        (await gate.Records.Deputies.EndAsync(gate.Town, deputy.Id, gate.Officer, Cancel)).OrThrow();
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, third, "", gate.Colleague, Cancel)));
        Assert.Equal(0, await gate.Slices.Requests.CountToDecideAsync(gate.Town, gate.Colleague, Cancel));
        Assert.Equal("REC-ORG-039", Gate.CodeOf(await gate.Records.Deputies.EndAsync(gate.Town, deputy.Id, gate.Officer, Cancel)));
    }

    [Fact]
    public async Task Two_people_are_two_posts_also_by_deputies()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await OwnRouteAsync(gate, Approval.TwoPeople);
        var today = JapaneseTime.Day(gate.Clock.Now());
        await NameAsync(gate, Post.SecurityManager, gate.Tax.Id, gate.Colleague, today, today.AddDays(3));
        var id = await WaitingAsync(gate, gate.Staff);
        Assert.Equal(RequestState.Waiting, (await gate.Slices.Requests.ApproveAsync(gate.Town, id, "", gate.Colleague, Cancel)).OrThrow().State);
        Assert.Equal(RequestState.Waiting, (await gate.Slices.Requests.ApproveAsync(gate.Town, id, "", gate.Manager, Cancel)).OrThrow().State);
        await NameAsync(gate, Post.SecurityOfficer, gate.Department, gate.Other, today, today.AddDays(3));
        Assert.Equal(RequestState.Delivered, (await gate.Slices.Requests.ApproveAsync(gate.Town, id, "", gate.Other, Cancel)).OrThrow().State);
    }

    [Fact]
    public async Task A_post_and_its_own_deputy_are_one_and_an_approval_counts_by_what_was_held_when_it_was_given()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await OwnRouteAsync(gate, Approval.TwoPeople);
        var today = JapaneseTime.Day(gate.Clock.Now());
        await NameAsync(gate, Post.SecurityOfficer, gate.Department, gate.Other, today, today.AddDays(1));
        var one = await WaitingAsync(gate, gate.Staff);
        Assert.Equal(RequestState.Waiting, (await gate.Slices.Requests.ApproveAsync(gate.Town, one, "", gate.Head, Cancel)).OrThrow().State);
        Assert.Equal(RequestState.Waiting, (await gate.Slices.Requests.ApproveAsync(gate.Town, one, "", gate.Other, Cancel)).OrThrow().State);
        Assert.Equal(RequestState.Delivered, (await gate.Slices.Requests.ApproveAsync(gate.Town, one, "", gate.Manager, Cancel)).OrThrow().State);

        // The deputy gave the officer's leave; the manager's comes when those days are over.
        var two = await WaitingAsync(gate, gate.Staff);
        Assert.Equal(RequestState.Waiting, (await gate.Slices.Requests.ApproveAsync(gate.Town, two, "", gate.Other, Cancel)).OrThrow().State);
        gate.Clock.Move(TimeSpan.FromDays(2));
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, await WaitingAsync(gate, gate.Staff), "", gate.Other, Cancel)));
        Assert.Equal(RequestState.Delivered, (await gate.Slices.Requests.ApproveAsync(gate.Town, two, "", gate.Manager, Cancel)).OrThrow().State);
    }

    [Fact]
    public async Task Who_can_decide_is_said_and_who_has_left_or_a_vacant_post_decides_nothing()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await OwnRouteAsync(gate, Approval.Manager);
        var today = JapaneseTime.Day(gate.Clock.Now());
        await NameAsync(gate, Post.SecurityManager, gate.Tax.Id, gate.Colleague, today, today.AddDays(9));
        var id = await WaitingAsync(gate, gate.Staff);
        Assert.Equal([("課長 太郎", Post.SecurityManager, false), ("職員 二郎", Post.SecurityManager, true), ("部長 三郎", Post.SecurityOfficer, false)], await DecidersAsync(gate, id));
        // What the manager asks for, neither she nor who stands in for her decides.
        Assert.Equal([("部長 三郎", Post.SecurityOfficer, false)], await DecidersAsync(gate, await WaitingAsync(gate, gate.Manager)));

        // The manager leaves the office, then her deputy: nothing of theirs outlives them.
        await LeaveAsync(gate, gate.Manager, today.AddDays(1));
        await LeaveAsync(gate, gate.Colleague, today.AddDays(2));
        gate.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, id, "", gate.Manager, Cancel)));
        Assert.Equal([("職員 二郎", Post.SecurityManager, true), ("部長 三郎", Post.SecurityOfficer, false)], await DecidersAsync(gate, id));
        gate.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, id, "", gate.Colleague, Cancel)));
        Assert.Equal(0, await gate.Slices.Requests.CountToDecideAsync(gate.Town, gate.Colleague, Cancel));
        Assert.Equal(0, await gate.CountAsync("SELECT count(*) FROM records.deputy WHERE ends_on > date '2026-04-03'"));
        // The section's post is vacant: the department's officer decides; without that one, nobody, and the page says so.
        Assert.Equal([("部長 三郎", Post.SecurityOfficer, false)], await DecidersAsync(gate, id));
        await LeaveAsync(gate, gate.Head, today.AddDays(3));
        gate.Clock.Move(TimeSpan.FromDays(1));
        Assert.Empty(await DecidersAsync(gate, id));
        // One named for the vacant post is enough.
        await NameAsync(gate, Post.SecurityManager, gate.Tax.Id, gate.Other, today.AddDays(3), today.AddDays(9));
        Assert.Equal([("課長 次郎", Post.SecurityManager, true)], await DecidersAsync(gate, id));
        Assert.Equal(RequestState.Delivered, (await gate.Slices.Requests.ApproveAsync(gate.Town, id, "", gate.Other, Cancel)).OrThrow().State);
    }

    [Fact]
    public async Task A_deputy_is_named_by_another_for_a_post_that_decides()
    {
        await using var gate = await Gate.OpenAsync();
        var today = JapaneseTime.Day(gate.Clock.Now());
        async Task<string?> TryAsync(Post post, UnitId? unit, Actor person, int from, int until, Actor by, string reason = "出張") =>
            Gate.CodeOf(await gate.Records.Deputies.NameAsync(gate.Town, new(post, unit, (await gate.Records.AccountPeople.PersonAsync(gate.Town, person.Account, Cancel))!.Id, today.AddDays(from), today.AddDays(until), reason), by, Cancel));
        Assert.Equal("REC-ORG-036", await TryAsync(Post.SecurityManager, gate.Tax.Id, gate.Officer, 0, 3, gate.Officer));
        Assert.Equal("REC-ORG-037", await TryAsync(Post.SecurityManager, gate.Tax.Id, gate.Manager, 0, 3, gate.Officer));
        Assert.Equal("REC-ORG-035", await TryAsync(Post.Csirt, null, gate.Colleague, 0, 3, gate.Officer));
        Assert.Equal("REC-ORG-009", await TryAsync(Post.SecurityOfficer, gate.Tax.Id, gate.Colleague, 0, 3, gate.Officer));
        Assert.Equal("REC-ORG-009", await TryAsync(Post.Ciso, gate.Tax.Id, gate.Colleague, 0, 3, gate.Officer));
        Assert.Equal("REC-ORG-005", await TryAsync(Post.Ciso, null, gate.Colleague, 3, 3, gate.Officer));
        Assert.Equal("REC-ORG-005", await TryAsync(Post.Ciso, null, gate.Colleague, 0, 400, gate.Officer));
        Assert.Equal("REC-ORG-038", await TryAsync(Post.Ciso, null, gate.Colleague, 0, 3, gate.Officer, " "));
        Assert.Null(await TryAsync(Post.Ciso, null, gate.Colleague, 0, 3, gate.Officer));
    }

    [Fact]
    public async Task A_take_out_is_approved_by_a_deputy_and_never_for_an_applicant_whom_nobody_knows()
    {
        await using var gate = await Gate.OpenAsync();
        var today = JapaneseTime.Day(gate.Clock.Now());
        await NameAsync(gate, Post.SecurityManager, gate.Tax.Id, gate.Colleague, today, today.AddDays(3));
        var draft = new TakeoutDraft(gate.Tax.Id, "課税台帳の写し", [], "2", "打合せ", "税務署", false, false, Carrier.Paper, null, ["direct"], today, today);
        var takeout = (await gate.Records.Takeouts.AskAsync(gate.Town, draft, null, gate.Staff, Cancel)).OrThrow();
        Assert.Equal(TakeoutState.Approved, (await gate.Records.Takeouts.ApproveAsync(gate.Town, takeout.Id, "", null, gate.Colleague, Cancel)).OrThrow().State);
        Assert.Equal(Post.SecurityManager, (await gate.Records.Takeouts.ReadAsync(gate.Town, takeout.Id, null, Cancel))!.Steps.Single(s => s.Kind == "takeout.approved").AsDeputyOf);

        // The manager's second account, linked to nobody, asks; the manager would approve for herself.
        var second = (await gate.Records.Takeouts.AskAsync(gate.Town, draft, null, new("account-second", "課長 太郎"), Cancel)).OrThrow();
        Assert.Equal("REC-TKO-018", Gate.CodeOf(await gate.Records.Takeouts.ApproveAsync(gate.Town, second.Id, "", null, gate.Manager, Cancel)));
        Assert.Equal("REC-TKO-018", Gate.CodeOf(await gate.Records.Takeouts.RefuseAsync(gate.Town, second.Id, "理由", null, gate.Manager, Cancel)));
    }

    private static async Task<IReadOnlyList<(string, Post, bool)>> DecidersAsync(Gate gate, RequestId id) =>
        [.. (await gate.Slices.Requests.DecidersAsync(gate.Town, (await gate.Slices.Requests.ReadAsync(gate.Town, id, null, gate.Officer, Cancel))!.Request, exception: false, Cancel)).Select(static d => (d.Name, d.Post, d.IsDeputy))];

    private static async Task LeaveAsync(Gate gate, Actor who, DateOnly on) =>
        (await gate.Records.Organisation.EndPersonAsync(gate.Town, (await gate.Records.AccountPeople.PersonAsync(gate.Town, who.Account, Cancel))!.Id, on, gate.Officer, Cancel)).OrThrow();

    private static async Task OwnRouteAsync(Gate gate, Approval needs) =>
        (await gate.Slices.Routes.LayDownAsync(gate.Town, new("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", needs, [], 7, 7, new(null, null, null), false, false, false), true, 0, gate.Officer, Cancel)).OrThrow();

    private static async Task<RequestId> WaitingAsync(Gate gate, Actor actor) => (await gate.ThroughAsync(await gate.AskAsync(actor, "own", null, ("a.txt", Gate.Utf8("内容"))))).Request.Id;

    private static async Task<Deputy> NameAsync(Gate gate, Post post, UnitId? unit, Actor person, DateOnly from, DateOnly until) =>
        (await gate.Records.Deputies.NameAsync(gate.Town, new(post, unit, (await gate.Records.AccountPeople.PersonAsync(gate.Town, person.Account, Cancel))!.Id, from, until, "出張"), gate.Officer, Cancel)).OrThrow();
}
