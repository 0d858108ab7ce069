using Dapper;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;

namespace Sekisho.Crossing.Tests;

/// <summary>Whole requests at once, as gateways and folders hand them in.</summary>
public sealed class ArrivalTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    private static Arrival One(Gate gate, string name, string text, RequestId? id = null) =>
        new("internet-to-lgwan", gate.Tax.Id, gate.Staff, [new(name, new MemoryStream(Gate.Utf8(text)))]) { Id = id };

    [Fact]
    public async Task Many_at_once_share_transactions_and_none_is_mixed_up()
    {
        await using var gate = await Gate.OpenAsync();
        await gate.Slices.Routes.ListAsync(gate.Town, Cancel);
        var before = await CheckpointsAsync(gate);
        var taken = await Task.WhenAll(Enumerable.Range(0, 120).Select(i => gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, $"{i}.txt", $"{i} 番目"), Cancel)));
        var requests = taken.Select(t => t.OrThrow()).ToList();
        Assert.Equal(120, requests.Select(r => r.Number).Distinct().Count());
        Assert.All(requests, r => Assert.Equal(RequestState.Working, r.State));
        // One signature a group: far fewer than requests.
        Assert.InRange(await CheckpointsAsync(gate) - before, 1, 60);
        await using var worker = await gate.WorkerAsync();
        foreach (var request in requests)
        {
            var through = await gate.ThroughAsync(request);
            var item = Assert.Single(through.Items);
            Assert.Equal(item.Path.Replace(".txt", " 番目", StringComparison.Ordinal), System.Text.Encoding.UTF8.GetString(await gate.FetchAsync(item, gate.Staff)));
            Assert.Equal(["crossing.asked", "crossing.through", "crossing.fetched"], (await gate.Slices.Requests.ReadAsync(gate.Town, request.Id, null, gate.Staff, Cancel))!.Steps.Select(s => s.Kind));
        }
    }

    [Fact]
    public async Task One_that_is_sent_again_is_taken_in_once()
    {
        await using var gate = await Gate.OpenAsync();
        var id = new RequestId(Guid.CreateVersion7(gate.Clock.GetUtcNow()));
        var first = (await gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "a.txt", "内容", id), Cancel)).OrThrow();
        var again = (await gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "a.txt", "内容", id), Cancel)).OrThrow();
        Assert.Equal((id, first.Number), (again.Id, again.Number));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(gate.Folder, "vault"), "*", SearchOption.AllDirectories));
        Assert.Equal(1, await gate.Slices.WaitingAsync(Cancel));
        // Somebody else's id is no key to what they sent.
        Assert.Equal("XNG-REQ-001", Gate.CodeOf(await gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "a.txt", "内容", id) with { By = gate.Colleague }, Cancel)));
    }

    [Fact]
    public async Task What_is_refused_leaves_nothing_behind_and_harms_no_other_of_its_group()
    {
        await using var gate = await Gate.OpenAsync();
        var outcomes = await Task.WhenAll(
            gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "a.txt", "内容"), Cancel),
            gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "b.txt", "内容") with { Route = "no-such-route" }, Cancel),
            gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "c.txt", "内容") with { Purpose = "\ud800" }, Cancel).ContinueWith(t => t.IsCompletedSuccessfully ? t.Result : Requests.Refusals.TextMissing, Cancel, TaskContinuationOptions.None, TaskScheduler.Default),
            gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "", "内容"), Cancel),
            gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "d.txt", "内容"), Cancel));
        Assert.Equal([null, "XNG-REQ-002", "XNG-REQ-003", "XNG-REQ-013", null], outcomes.Select(Gate.CodeOf));
        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(gate.Folder, "vault"), "*", SearchOption.AllDirectories).Count());
        Assert.Equal(2, await gate.Slices.WaitingAsync(Cancel));
    }

    [Fact]
    public async Task More_than_may_wait_is_refused_with_a_time_to_come_again()
    {
        await using var gate = await Gate.OpenAsync();
        using var narrow = new CrossingSlices(gate.Keeper, gate.Records, gate.Vault, new WaitingLimits(Person: 3, Town: 5, Everybody: 100));
        async Task<Refusal?> SendAsync(Actor by, int files)
        {
            var arrival = new Arrival("internet-to-lgwan", gate.Tax.Id, by, [.. Enumerable.Range(0, files).Select(i => new ArrivedFile($"{i}.txt", new MemoryStream(Gate.Utf8("内容"))))]);
            return (await narrow.Requests.TakeInAsync(gate.Town, arrival, Cancel)).Match(_ => null, r => (Refusal?)r);
        }
        Assert.Null(await SendAsync(gate.Staff, 2));
        gate.Clock.Move(TimeSpan.FromSeconds(42));
        var mine = (await SendAsync(gate.Staff, 2))!;
        Assert.Equal(("XNG-BUSY-001", 42), (mine.Code, (int)mine.RetryAfter!.Value.TotalSeconds));
        Assert.Null(await SendAsync(gate.Colleague, 3));
        Assert.Equal("XNG-BUSY-002", (await SendAsync(gate.Head, 1))!.Code);
        var now = await narrow.Requests.WaitingAsync(gate.Town, gate.Staff, Cancel);
        Assert.Equal((2, 5, 5), (now.Mine, now.Town, now.Everybody));
        // By the form, too: what was sent stays, and is handed in later.
        var draft = await gate.OpenRequestAsync(gate.Staff);
        await gate.SendAsync(draft, gate.Staff, "a.txt", Gate.Utf8("内容"));
        await gate.SendAsync(draft, gate.Staff, "b.txt", Gate.Utf8("内容"));
        Assert.Equal("XNG-BUSY-001", Gate.CodeOf(await narrow.Requests.SubmitAsync(gate.Town, draft.Id, [], gate.Staff, Cancel)));
        await using (await gate.WorkerAsync())
        {
            for (var i = 0; await gate.Slices.WaitingAsync(Cancel) > 0 && i < 600; i++) await Task.Delay(50, Cancel);
        }
        Assert.Equal(RequestState.Working, (await narrow.Requests.SubmitAsync(gate.Town, draft.Id, [], gate.Staff, Cancel)).OrThrow().State);
    }

    [Fact]
    public async Task What_is_urgent_goes_first_as_far_as_its_route_lets_it()
    {
        await using var gate = await Gate.OpenAsync();
        // Nobody may ask for more than the route allows.
        Assert.Equal(Urgency.Ordinary, (await gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "a.txt", "内容") with { Wish = Urgency.Urgent }, Cancel)).OrThrow().Urgency);
        Assert.Equal(Urgency.Later, (await gate.OpenRequestAsync(gate.Staff, draft: new("internet-to-lgwan", gate.Tax.Id) { Wish = Urgency.Later })).Urgency);
        var route = (await gate.Slices.Routes.FindAsync(gate.Town, "internet-to-lgwan", Cancel))!;
        Assert.Equal("XNG-ROUTE-002", Gate.CodeOf(await gate.Slices.Routes.LayDownAsync(gate.Town, route.Definition with { Urgency = Urgency.Urgent }, true, route.Version, gate.Officer, Cancel)));
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route.Definition with { MostUrgent = Urgency.Urgent }, true, route.Version, gate.Officer, Cancel)).OrThrow();
        (await gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "b.txt", "内容"), Cancel)).OrThrow();
        (await gate.Slices.Requests.TakeInAsync(gate.Town, One(gate, "c.txt", "内容") with { Wish = Urgency.Urgent }, Cancel)).OrThrow();
        using var queue = new Queue.WorkQueue(gate.Test.Database);
        var first = Assert.Single(await queue.TakeAsync(1, Cancel));
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        Assert.Equal("c.txt", await tx.Connection.ExecuteScalarAsync<string>("SELECT path FROM crossing.item WHERE id = @Value", new { first.Item.Value }));
    }

    [Theory]
    [InlineData("person=7,all=9", 7, 20_000, 9)]
    [InlineData("", 5_000, 20_000, 100_000)]
    public void Bounds_are_read(string text, int person, int town, int everybody) => Assert.Equal(new WaitingLimits(person, town, everybody), WaitingLimits.Read(text));

    [Theory]
    [InlineData("person")]
    [InlineData("person=0")]
    [InlineData("people=5")]
    public void What_is_no_bound_is_said(string text) => Assert.Equal("XNG-BUSY-003", Assert.Throws<Storage.StorageException>(() => WaitingLimits.Read(text)).Code);

    private static async Task<long> CheckpointsAsync(Gate gate)
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        return await tx.Connection.ExecuteScalarAsync<long>("SELECT count(*) FROM ledger.checkpoint");
    }
}
