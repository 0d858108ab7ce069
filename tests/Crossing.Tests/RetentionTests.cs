using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Retention;
using Sekisho.Records;

namespace Sekisho.Crossing.Tests;

public sealed class RetentionTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    private static int OnDisk(Gate gate) => Directory.EnumerateFiles(Path.Combine(gate.Folder, "vault"), "*", SearchOption.AllDirectories).Count();

    [Fact]
    public async Task Results_go_at_their_expiry_originals_after_the_days_of_the_route_and_the_ledger_says_so()
    {
        await using var gate = await Gate.OpenAsync();
        RequestDetail through;
        await using (await gate.WorkerAsync()) through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("内容"))));
        Assert.Equal(2, OnDisk(gate));
        Assert.Equal(new RetentionReport(0, 0, 0), await gate.Slices.Retention.RunAsync(gate.Town, Cancel));

        gate.Clock.Move(TimeSpan.FromDays(7.1));
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await gate.Slices.Requests.HandOutAsync(gate.Town, through.Items[0].Id, gate.Staff, Cancel)));
        Assert.Equal(new RetentionReport(1, 1, 0), await gate.Slices.Retention.RunAsync(gate.Town, Cancel));
        Assert.Equal(1, OnDisk(gate));
        gate.Clock.Move(TimeSpan.FromDays(29));
        Assert.Equal(new RetentionReport(0, 0, 0), await gate.Slices.Retention.RunAsync(gate.Town, Cancel));
        gate.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal(new RetentionReport(0, 1, 0), await gate.Slices.Retention.RunAsync(gate.Town, Cancel));
        Assert.Equal(0, OnDisk(gate));
        var after = (await gate.Slices.Requests.ReadAsync(gate.Town, through.Request.Id, null, gate.Staff, Cancel))!;
        Assert.Equal((RequestState.Expired, ItemState.Destroyed), (after.Request.State, after.Items[0].State));
        Assert.Equal(["crossing.asked", "crossing.through", "crossing.expired", "crossing.destroyed", "crossing.destroyed"], after.Steps.Select(s => s.Kind));
        // What became of it can still be read.
        Assert.NotNull(after.Items[0].Report!.InputSha256);
    }

    [Fact]
    public async Task A_draft_that_nobody_hands_in_is_given_up()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.OpenRequestAsync(gate.Staff);
        await gate.SendAsync(request, gate.Staff, "a.txt", Gate.Utf8("内容"));
        gate.Clock.Move(TimeSpan.FromHours(25));
        Assert.Equal(new RetentionReport(1, 1, 0), await gate.Slices.Retention.RunAsync(gate.Town, Cancel));
        Assert.Equal(0, OnDisk(gate));
        Assert.Equal("XNG-REQ-006", Gate.CodeOf(await gate.Slices.Requests.SubmitAsync(gate.Town, request.Id, [], gate.Staff, Cancel)));
    }

    [Fact]
    public async Task An_original_is_opened_by_one_and_allowed_by_another_for_an_hour()
    {
        await using var gate = await Gate.OpenAsync();
        RequestDetail through;
        await using (await gate.WorkerAsync()) through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.exe", [.. "MZ"u8, .. new byte[100]])));
        var desk = gate.Slices.Inspections;
        var item = through.Items[0].Id;
        Assert.Equal("XNG-REQ-010", Gate.CodeOf(await desk.AskAsync(gate.Town, item, "", gate.Officer, Cancel)));
        var asked = (await desk.AskAsync(gate.Town, item, "不審なファイルの調査", gate.Officer, Cancel)).OrThrow();
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await desk.OpenAsync(gate.Town, asked.Id, gate.Officer, Cancel)));
        Assert.Equal("XNG-REQ-009", Gate.CodeOf(await desk.AllowAsync(gate.Town, asked.Id, gate.Officer, Cancel)));
        (await desk.AllowAsync(gate.Town, asked.Id, gate.Head, Cancel)).OrThrow();
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await desk.OpenAsync(gate.Town, asked.Id, gate.Head, Cancel)));
        using (var content = (await desk.OpenAsync(gate.Town, asked.Id, gate.Officer, Cancel)).OrThrow().Content) Assert.Equal('M', content.ReadByte());
        gate.Clock.Move(TimeSpan.FromMinutes(61));
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await desk.OpenAsync(gate.Town, asked.Id, gate.Officer, Cancel)));
        Assert.Equal(["crossing.asked", "crossing.through", "crossing.inspection-asked", "crossing.inspection-allowed", "crossing.inspected"], (await gate.Slices.Requests.ReadAsync(gate.Town, through.Request.Id, null, gate.Staff, Cancel))!.Steps.Select(s => s.Kind));
    }
}
