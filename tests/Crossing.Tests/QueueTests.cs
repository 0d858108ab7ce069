using Dapper;
using Npgsql;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Crossing.Tests;

public sealed class QueueTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    private static (string, byte[])[] Files(int count, string word) => [.. Enumerable.Range(0, count).Select(i => ($"{word}-{i}.txt", Gate.Utf8($"{word} の {i} 番目\n")))];

    [Fact]
    public async Task Turns_go_round_towns_and_people()
    {
        await using var gate = await Gate.OpenAsync();
        using var queue = new WorkQueue(gate.Test.Database);
        var other = await gate.Test.AddMunicipalityAsync("hama", "浜町");
        async Task AddAsync(Sekisho.Assurance.MunicipalityId town, string person, int count, Routes.Urgency urgency = Routes.Urgency.Ordinary)
        {
            await using var tx = await gate.Test.Database.EnterAsync(town, Cancel);
            await WorkQueue.AddAsync(tx, Enumerable.Range(0, count).Select(_ => new ItemId(Guid.NewGuid())), person, urgency, gate.Clock.Now(), Cancel);
            await tx.CommitAsync(Cancel);
        }
        await AddAsync(gate.Town, "a", 100);
        await AddAsync(gate.Town, "b", 2);
        await AddAsync(other, "c", 3);
        var taken = new List<Ticket>();
        foreach (var group in new[] { 1, 3, 2 }) taken.AddRange(await queue.TakeAsync(group, Cancel));
        // One in two is the other town's, and within the first town a and b alternate.
        Assert.Equal(3, taken.Count(t => t.Town == other));
        Assert.Equal([gate.Town, other, gate.Town, other, gate.Town, other], taken.Select(t => t.Town));
        Assert.Equal(6, taken.Select(t => t.Item).Distinct().Count());
        await using var owner = await gate.Test.Database.EnterOwnerAsync(Cancel);
        var people = (await owner.Connection.QueryAsync<string>("SELECT person FROM crossing.queue WHERE taken_until IS NOT NULL AND town = @town ORDER BY person", new { town = gate.Town.Value })).ToList();
        Assert.Equal(["a", "a", "b"], people);
    }

    /// <summary>A town that calls all of its work urgent is served as often as one that doesn't; within a town what is urgent goes first, and what can wait last.</summary>
    [Fact]
    public async Task What_is_urgent_goes_first_in_its_own_town_alone()
    {
        await using var gate = await Gate.OpenAsync();
        using var queue = new WorkQueue(gate.Test.Database);
        var other = await gate.Test.AddMunicipalityAsync("hama", "浜町");
        async Task<Guid> AddAsync(Sekisho.Assurance.MunicipalityId town, string person, Routes.Urgency urgency)
        {
            var item = Guid.NewGuid();
            await using var tx = await gate.Test.Database.EnterAsync(town, Cancel);
            await WorkQueue.AddAsync(tx, [new ItemId(item)], person, urgency, gate.Clock.Now(), Cancel);
            await tx.CommitAsync(Cancel);
            return item;
        }
        var later = await AddAsync(gate.Town, "a", Routes.Urgency.Later);
        var ordinary = await AddAsync(gate.Town, "b", Routes.Urgency.Ordinary);
        var urgent = await AddAsync(gate.Town, "c", Routes.Urgency.Urgent);
        for (var i = 0; i < 3; i++) await AddAsync(other, "d", Routes.Urgency.Urgent);
        var taken = await queue.TakeAsync(6, Cancel);
        Assert.Equal([urgent, ordinary, later], taken.Where(t => t.Town == gate.Town).Select(t => t.Item.Value));
        Assert.Equal(3, taken.Take(4).Count(t => t.Town == gate.Town) + taken.Take(2).Count(t => t.Town == gate.Town));
    }

    [Fact]
    public async Task A_result_without_its_claim_is_thrown_away()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("内容")));
        using var queue = new WorkQueue(gate.Test.Database);
        var desk = new SanitiseDesk(gate.Keeper, gate.Vault, gate.Slices.Mail);
        var ticket = Assert.Single(await queue.TakeAsync(1, Cancel));
        var first = Assert.Single((await desk.ClaimAsync([ticket], false, Cancel)).Mine).Claim;
        var (busy, remaining) = Assert.Single((await desk.ClaimAsync([ticket], true, Cancel)).Busy);
        Assert.Equal(ticket, busy);
        Assert.InRange(remaining.TotalSeconds, 1, WorkQueue.Hold.TotalSeconds);

        // Its host hangs until the claim is over; another takes the file, finishes, and then the first wakes up.
        await using (var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel))
        {
            await tx.Connection.ExecuteAsync("UPDATE crossing.item SET lease_until = clock_timestamp() - interval '1 second'");
            await tx.CommitAsync(Cancel);
        }
        Assert.Equal([ticket], (await desk.ClaimAsync([ticket], false, Cancel)).Suspect);
        var second = Assert.Single((await desk.ClaimAsync([ticket], true, Cancel)).Mine).Claim;
        Assert.Equal(2, second.Attempt);
        var refused = SanitiseDesk.Untried(second, Requests.Refusals.VaultBroken);
        Assert.Equal([false, true], await desk.FinishAsync(gate.Town, [new(first, refused, null), new(second, refused, null)], Cancel));
        Assert.Equal([false], await desk.FinishAsync(gate.Town, [new(first, refused, null)], Cancel));
        Assert.Equal([ticket], (await desk.ClaimAsync([ticket], true, Cancel)).Over);
        Assert.Equal(RequestState.NothingOut, (await gate.ThroughAsync(request)).Request.State);
    }

    /// <summary>Files of several requests, finished in one group: each request is settled when its own last file is through, not before.</summary>
    [Fact]
    public async Task A_group_of_results_settles_only_whole_requests()
    {
        await using var gate = await Gate.OpenAsync();
        var one = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, Files(1, "一"));
        var two = await gate.AskAsync(gate.Colleague, "internet-to-lgwan", null, Files(2, "二"));
        using var queue = new WorkQueue(gate.Test.Database);
        var desk = new SanitiseDesk(gate.Keeper, gate.Vault, gate.Slices.Mail);
        var claims = (await desk.ClaimAsync(await queue.TakeAsync(10, Cancel), false, Cancel)).Mine.Select(m => m.Claim).OrderBy(c => c.Item.Path, StringComparer.Ordinal).ToList();
        Assert.Equal(["一-0.txt", "二-0.txt", "二-1.txt"], claims.Select(c => c.Item.Path));
        Assert.Equal([true, true], await desk.FinishAsync(gate.Town, [.. claims.Take(2).Select(Refused)], Cancel));
        Assert.Equal(RequestState.NothingOut, (await gate.ThroughAsync(one)).Request.State);
        var half = (await gate.Slices.Requests.ReadAsync(gate.Town, two.Id, null, gate.Colleague, Cancel))!;
        Assert.Equal((RequestState.Working, 1), (half.Request.State, half.Steps.Count));
        Assert.Equal([true], await desk.FinishAsync(gate.Town, [Refused(claims[2])], Cancel));
        var whole = await gate.ThroughAsync(two);
        Assert.Equal(["crossing.asked", "crossing.through"], whole.Steps.Select(s => s.Kind));
        // Each entry of the ledger is where the record says.
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        var kinds = (await tx.Connection.QueryAsync<string>("SELECT e.kind FROM crossing.item i JOIN ledger.entry e ON e.municipality_id = i.municipality_id AND e.idx = i.ledger_index AND e.subject = 'crossing/' || i.request_id::text")).ToList();
        Assert.Equal(["crossing.sanitised", "crossing.sanitised", "crossing.sanitised"], kinds);
        Assert.Equal(0, await gate.Slices.WaitingAsync(Cancel));

        static Finished Refused(Claim claim) => new(claim, SanitiseDesk.Untried(claim, Requests.Refusals.VaultBroken), null);
    }

    /// <summary>A worker comes by while another's claim still holds: the file's place in the queue must outlive that.</summary>
    [Fact]
    public async Task A_place_in_the_queue_stays_until_the_file_is_over()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("内容")));
        using var queue = new WorkQueue(gate.Test.Database);
        var desk = new SanitiseDesk(gate.Keeper, gate.Vault, gate.Slices.Mail);
        var dead = Assert.Single((await desk.ClaimAsync(await queue.TakeAsync(1, Cancel), false, Cancel)).Mine).Claim;
        await using (var owner = await gate.Test.Database.EnterOwnerAsync(Cancel))
        {
            await owner.Connection.ExecuteAsync("UPDATE crossing.queue SET taken_until = NULL");
            await owner.CommitAsync(Cancel);
        }
        await using (await gate.WorkerAsync())
        {
            await Task.Delay(1500, Cancel);
            Assert.Equal(1, await gate.Slices.WaitingAsync(Cancel));
            await desk.ReleaseAsync(gate.Town, dead, counts: false, Cancel);
            await using (var owner = await gate.Test.Database.EnterOwnerAsync(Cancel))
            {
                await owner.Connection.ExecuteAsync("UPDATE crossing.queue SET taken_until = NULL");
                await owner.CommitAsync(Cancel);
            }
            Assert.Equal(RequestState.Delivered, (await gate.ThroughAsync(request)).Request.State);
        }
        Assert.Equal(0, await gate.Slices.WaitingAsync(Cancel));
    }

    /// <summary>The answer to the commit was lost: what counts must not be thrown away.</summary>
    [Fact]
    public async Task A_result_that_counts_is_never_forgotten()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("内容")));
        using var queue = new WorkQueue(gate.Test.Database);
        var desk = new SanitiseDesk(gate.Keeper, gate.Vault, gate.Slices.Mail);
        var claim = Assert.Single((await desk.ClaimAsync(await queue.TakeAsync(1, Cancel), false, Cancel)).Mine).Claim;
        var result = FileVault.New(gate.Town, gate.Clock.GetUtcNow());
        using (var output = gate.Vault.Write(result))
        {
            await output.WriteAsync(Gate.Utf8("内容"), Cancel);
            await output.CompleteAsync(Cancel);
        }
        var digest = Sekisho.Assurance.Sha256.Of(Gate.Utf8("内容"));
        var report = SanitiseDesk.Untried(claim, Requests.Refusals.VaultBroken) with { Outcome = Outcome.Rebuilt, Refusal = null, Output = "a.txt", OutputSha256 = digest, OutputBytes = 6 };
        Assert.Equal([true], await desk.FinishAsync(gate.Town, [new(claim, report, result)], Cancel));
        await desk.ForgetAsync(claim, result, [], Cancel);
        Assert.Equal("内容", System.Text.Encoding.UTF8.GetString(await gate.FetchAsync((await gate.ThroughAsync(request)).Items[0], gate.Staff)));
        // One that doesn't count goes off the disk; its key was never written anywhere.
        var unused = FileVault.New(gate.Town, gate.Clock.GetUtcNow());
        using (var output = gate.Vault.Write(unused)) await output.CompleteAsync(Cancel);
        Assert.Single(gate.VaultFiles(unused.Id));
        await desk.ForgetAsync(claim, unused, [], Cancel);
        Assert.Empty(gate.VaultFiles(unused.Id));
    }

    [Fact]
    public async Task A_file_that_kills_its_host_again_and_again_is_set_aside()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("内容")));
        await using (var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel))
        {
            await tx.Connection.ExecuteAsync("UPDATE crossing.item SET attempts = 3");
            await tx.CommitAsync(Cancel);
        }
        await using var worker = await gate.WorkerAsync();
        var through = await gate.ThroughAsync(request);
        Assert.Equal((ItemState.Refused, "XNG-POISON-001"), (through.Items[0].State, through.Items[0].RefusalCode));
    }

    [Fact]
    public async Task An_original_that_was_changed_on_the_disk_is_refused()
    {
        await using var gate = await Gate.OpenAsync();
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8(new string('あ', 100))));
        var file = Assert.Single(Directory.EnumerateFiles(Path.Combine(gate.Folder, "vault"), "*", SearchOption.AllDirectories));
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        bytes[40] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Cancel);
        await using var worker = await gate.WorkerAsync();
        var through = await gate.ThroughAsync(request);
        Assert.Equal((RequestState.NothingOut, "XNG-VAULT-001"), (through.Request.State, through.Items[0].RefusalCode));
    }

    /// <summary>Workers that come and go, connections that PostgreSQL cuts: every file has exactly one result, and it is its own.</summary>
    [Fact]
    public async Task Whatever_dies_every_file_has_one_result()
    {
        await using var gate = await Gate.OpenAsync();
        var requests = new List<CrossingRequest>();
        foreach (var (who, count) in new[] { (gate.Staff, 40), (gate.Colleague, 30), (gate.Staff, 10) }) requests.Add(await gate.AskAsync(who, "internet-to-lgwan", null, Files(count, $"{who.Name}{requests.Count}")));
        var superuser = await gate.Test.SuperuserAsync();
        for (var round = 0; round < 6; round++)
        {
            await using var worker = await gate.WorkerAsync();
            await Task.Delay(150 + (round * 60), Cancel);
            if (round % 2 != 0) continue;
            await using var connection = new NpgsqlConnection(superuser);
            await connection.OpenAsync(Cancel);
            await connection.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }
        // Claims of workers that were cut off end by themselves.
        await using (var tx = await EnterSurelyAsync(gate))
        {
            await tx.Connection.ExecuteAsync("UPDATE crossing.item SET lease_until = clock_timestamp() - interval '1 second' WHERE lease IS NOT NULL");
            await tx.CommitAsync(Cancel);
        }
        await using (var owner = await gate.Test.Database.EnterOwnerAsync(Cancel))
        {
            await owner.Connection.ExecuteAsync("UPDATE crossing.queue SET taken_until = NULL");
            await owner.CommitAsync(Cancel);
        }
        await using (await gate.WorkerAsync())
        {
            foreach (var request in requests)
            {
                var through = await gate.ThroughAsync(request);
                Assert.Equal(RequestState.Delivered, through.Request.State);
                foreach (var item in through.Items) Assert.Equal($"{item.Path[..item.Path.IndexOf('-', StringComparison.Ordinal)]} の {item.Path.Split('-')[1].Replace(".txt", "", StringComparison.Ordinal)} 番目\n", System.Text.Encoding.UTF8.GetString(await gate.FetchAsync(item, request.AskedBy)));
            }
        }
        await using var last = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        Assert.Equal(80, await last.Connection.ExecuteScalarAsync<int>("SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.sanitised'"));
        Assert.Equal(80, await last.Connection.ExecuteScalarAsync<int>("SELECT count(DISTINCT result_id) FROM crossing.item WHERE state = 'Out'"));
    }

    private static async Task<Sekisho.Storage.TenantTransaction> EnterSurelyAsync(Gate gate)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await gate.Test.Database.EnterAsync(gate.Town, Cancel);
            }
            catch (Exception e) when (e is Sekisho.Storage.StorageException or NpgsqlException && i < 20)
            {
                await Task.Delay(50, Cancel);
            }
        }
    }
}
