using Dapper;
using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;

namespace Sekisho.Crossing.Tests;

/// <summary>What an attacker, or the unluckiest administrator, would try on files that cross.</summary>
public sealed class AttackTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task A_route_that_is_closed_gives_nothing_more_out_and_keeps_what_is_there()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var detail = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("一\n"))));
        Assert.Equal(RequestState.Delivered, detail.Request.State);
        var (secret, _) = (await gate.Slices.Links.MakeAsync(gate.Town, new(detail.Request.Id, null, TimeSpan.FromHours(2), null), gate.Staff, Cancel)).OrThrow();
        await LayAsync(isOpen: false);
        Assert.Equal("XNG-REQ-002", Gate.CodeOf(await gate.Slices.Requests.HandOutAsync(gate.Town, detail.Items[0].Id, gate.Staff, Cancel)));
        Assert.Equal("XNG-REQ-002", Gate.CodeOf(await gate.Slices.Requests.HandOutAllAsync(gate.Town, detail.Request.Id, gate.Staff, Cancel)));
        Assert.Equal("XNG-REQ-002", Gate.CodeOf(await gate.Slices.Links.HandOutAsync(gate.Town, secret, detail.Items[0].Id, gate.Colleague, Cancel)));
        Assert.Equal("XNG-REQ-002", (await gate.Slices.Requests.ClosedAsync(gate.Town, detail.Request.Id, Cancel))!.Code);
        await LayAsync(isOpen: true);
        Assert.Null(await gate.Slices.Requests.ClosedAsync(gate.Town, detail.Request.Id, Cancel));
        Assert.Equal("一\n", System.Text.Encoding.UTF8.GetString(await gate.FetchAsync(detail.Items[0], gate.Staff)).Replace("\r\n", "\n", StringComparison.Ordinal).TrimStart('\ufeff'));

        async Task LayAsync(bool isOpen)
        {
            var route = (await gate.Slices.Routes.FindAsync(gate.Town, "internet-to-lgwan", Cancel))!;
            (await gate.Slices.Routes.LayDownAsync(gate.Town, route.Definition, isOpen, route.Version, gate.Officer, Cancel)).OrThrow();
        }
    }

    [Fact]
    public async Task A_thousand_requests_of_another_section_hide_none_from_who_decides_here()
    {
        await using var gate = await Gate.OpenAsync();
        var mine = await gate.OpenRequestAsync(gate.Staff);
        await using (var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel))
        {
            await tx.Connection.ExecuteAsync("UPDATE crossing.request SET state = 'Waiting', needs = 'Manager', submitted_at = opened_at, sequence = 100000");
            await tx.Connection.ExecuteAsync("""
                INSERT INTO crossing.request (municipality_id, id, sequence, route_id, route_version, unit_id, state, opened_at, asked_by, asked_by_name, submitted_at, expires_at, purpose, recipient, needs)
                SELECT municipality_id, gen_random_uuid(), n, route_id, route_version, @other, state, opened_at, asked_by, asked_by_name, submitted_at, expires_at, purpose, recipient, needs FROM crossing.request, generate_series(1, 1100) AS n
                """, new { other = gate.Welfare.Id.Value });
            await tx.CommitAsync(Cancel);
        }
        var (lines, total) = await gate.Slices.Requests.ListAsync(gate.Town, RequestView.ToDecide, 1, null, gate.Manager, Cancel);
        Assert.Equal((mine.Id, 1), (Assert.Single(lines).Request.Id, total));
        Assert.Equal(0, await gate.Slices.Requests.CountToDecideAsync(gate.Town, gate.Colleague, Cancel));
    }

    [Fact]
    public async Task A_name_whose_letter_lies_on_the_edge_of_a_note_is_fetched_by_a_link()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var folders = string.Concat(Enumerable.Repeat(new string('x', 120) + "/", 4)) + new string('y', 15);
        var detail = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ($"{folders}😀/a.txt", Gate.Utf8("一\n"))));
        Assert.True(char.IsHighSurrogate(detail.Items[0].OutputPath![499]));
        var (secret, _) = (await gate.Slices.Links.MakeAsync(gate.Town, new(detail.Request.Id, null, TimeSpan.FromHours(2), null), gate.Staff, Cancel)).OrThrow();
        await using var content = (await gate.Slices.Links.HandOutAsync(gate.Town, secret, detail.Items[0].Id, gate.Colleague, Cancel)).OrThrow().Content;
        Assert.NotEqual(-1, content.ReadByte());
    }

    [Fact]
    public async Task Two_pointers_to_one_file_are_one_piece_of_work()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("一\n")), ("b.txt", Gate.Utf8("二\n")));
        var items = (await gate.Slices.Requests.ReadAsync(gate.Town, request.Id, null, gate.Staff, Cancel))!.Items;
        var claimed = await new SanitiseDesk(gate.Keeper, gate.Vault, gate.Slices.Mail).ClaimAsync([new(1, gate.Town, items[0].Id), new(7_000_000, gate.Town, items[0].Id), new(2, gate.Town, items[1].Id)], suspects: false, Cancel);
        Assert.Equal((2, 1, 0), (claimed.Mine.Count, claimed.Busy.Count, claimed.Over.Count));
    }

    [Fact]
    public async Task Names_without_end_do_not_come_before_who_is_known()
    {
        await using var gate = await Gate.OpenAsync();
        using var queue = new WorkQueue(gate.Test.Database);
        await AddAsync("known", 1);
        Assert.Equal("known", await TakeAsync());
        await AddAsync("stranger-0", 1);
        Assert.Equal("stranger-0", await TakeAsync());
        for (var i = 1; i <= 5; i++) await AddAsync($"stranger-{i}", 1);
        await AddAsync("known", 1);
        Assert.Equal("known", await TakeAsync());
        // Nobody is forgotten: all come in their turn.
        for (var i = 1; i <= 5; i++) Assert.Equal($"stranger-{i}", await TakeAsync());

        async Task AddAsync(string person, int files)
        {
            await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
            await WorkQueue.AddAsync(tx, Enumerable.Range(0, files).Select(_ => new ItemId(Guid.NewGuid())), person, Urgency.Ordinary, gate.Clock.Now(), Cancel);
            await tx.CommitAsync(Cancel);
        }

        async Task<string> TakeAsync()
        {
            var ticket = Assert.Single(await queue.TakeAsync(1, Cancel));
            await using var owner = await gate.Test.Database.EnterOwnerAsync(Cancel);
            return (await owner.Connection.ExecuteScalarAsync<string>("SELECT person FROM crossing.queue WHERE id = @id", new { id = ticket.Id }))!;
        }
    }

    [Fact]
    public async Task Who_was_overtaken_writes_over_nothing_that_was_confirmed()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.OpenRequestAsync(gate.Staff);
        var content = Gate.Utf8(new string('あ', 50_000));
        var item = (await gate.Slices.Requests.AddFileAsync(gate.Town, request.Id, "a.txt", content.Length, gate.Staff, Cancel)).OrThrow();
        Blob blob;
        await using (var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel)) blob = (await gate.Vault.FindAsync(tx, item.Original, Cancel))!;
        // A first sender has written all and is about to confirm; its line looks dead, and a second one begins anew.
        using (var first = (await gate.Vault.ResumeAsync(blob, 0, () => Task.FromResult(false)))!)
        {
            await first.WriteAsync(content, Cancel);
            await first.CompleteAsync(Cancel);
        }
        Assert.Null(await gate.Vault.ResumeAsync(blob, 0, () => Task.FromResult(false)));
        Assert.Equal(Sha256.Of(content), await gate.Vault.DigestAsync(blob, content.Length, Cancel));
        // Whoever takes over says so first: the slow one's confirmation counts no more, the file is whole again.
        var sent = (await gate.Slices.Requests.AppendAsync(gate.Town, item.Id, 0, new MemoryStream(content), gate.Staff, Cancel)).OrThrow();
        Assert.Equal(ItemState.Received, sent.State);
        Assert.Equal("XNG-REQ-006", Gate.CodeOf(await gate.Slices.Requests.AppendAsync(gate.Town, item.Id, 0, new MemoryStream(content), gate.Staff, Cancel)));
        Assert.Equal(0, await gate.CountAsync("SELECT attempts FROM crossing.item"));
    }
}
