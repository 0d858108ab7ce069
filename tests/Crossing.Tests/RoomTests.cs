using Dapper;
using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Crossing.Tests;

/// <summary>Nobody fills the vault: bounds of a route by person and section, and a share of what is free, said before the first byte comes.</summary>
public sealed class RoomTests
{
    private const long Megabyte = 1 << 20;

    private static readonly RouteDefinition Unbound = new("wide", new("上限なし", "unbound"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.None, [], 7, 0, new(null, null, null), false, false, false);

    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task One_person_who_takes_all_they_get_stops_nobody()
    {
        await using var gate = await Gate.OpenAsync();
        await LayAsync(gate, Unbound);
        Shrink(gate, 60 * Megabyte);
        // Announced and never sent, in one request after another, on two routes: it counts all the same.
        var (refused, taken) = (default(Refusal), 0);
        while (refused is null)
        {
            var request = await gate.OpenRequestAsync(gate.Staff, taken % 2 == 0 ? "wide" : "internet-to-lgwan");
            refused = await WhyAsync(gate, gate.Staff, request, 2 * Megabyte);
            if (refused is null) taken++;
        }
        Assert.Equal("XNG-FULL-002", refused.Code);
        Assert.InRange(taken, 5, 9);
        var left = (await gate.Slices.Requests.AllowanceAsync(gate.Town, "wide", gate.Tax.Id, gate.Staff, Cancel))!;
        Assert.True(left.Bytes < 2 * Megabyte);
        Assert.Contains(CrossingWords.Size(left.Bytes), refused.What.Ja, StringComparison.Ordinal);
        // Everybody else gets in, one after the other, whatever the first one holds.
        foreach (var other in new[] { gate.Colleague, gate.Manager, gate.Other, gate.Head })
            Assert.Null(await WhyAsync(gate, other, await gate.OpenRequestAsync(other, "wide", new("wide", null)), 2 * Megabyte));
        Assert.Equal("XNG-FULL-002", (await WhyAsync(gate, gate.Staff, await gate.OpenRequestAsync(gate.Staff, "wide"), 2 * Megabyte))!.Code);
    }

    [Fact]
    public async Task One_municipality_leaves_room_for_the_others_and_so_does_all_mail_together()
    {
        await using var gate = await Gate.OpenAsync();
        var hama = await gate.Test.AddMunicipalityAsync("hama", "浜町");
        foreach (var town in new[] { gate.Town, hama }) (await gate.Slices.Routes.LayDownAsync(town, Unbound, true, 0, gate.Officer, Cancel)).OrThrow();
        using var slices = new CrossingSlices(gate.Keeper, gate.Records, gate.Vault, shares: new(Person: 100, Town: 3));
        gate.Vault.Reserve = 0;
        Shrink(gate, 90 * Megabyte);
        Refusal? refused = null;
        for (var n = 0; refused is null; n++) refused = await WhyAsync(slices, gate.Town, new Actor($"someone-{n}", "誰か"), Megabyte);
        Assert.Equal("XNG-FULL-003", refused.Code);
        Assert.Null(await WhyAsync(slices, hama, new Actor("someone-0", "誰か"), Megabyte));
        var route = (await slices.Routes.FindAsync(hama, "internet-to-lgwan-mail", Cancel))!;
        var room = await slices.Requests.MailRoomAsync(hama, route, Cancel);
        Assert.InRange(room, 1, 20 * Megabyte);
        // Of the whole vault mail never gets more than its share, though nobody else is there.
        Assert.Equal(90 * Megabyte * 3 / 4 / 2, VaultShares.Left(3, 0, 90 * Megabyte) / 2);
    }

    [Fact]
    public async Task The_bounds_of_a_route_hold_for_a_person_and_for_a_section_by_day_and_at_once()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await LayAsync(gate, Unbound with { Quota = new(null, 1000, null, 1500, 1600, 2500) });
        var text = Gate.Utf8(new string('a', 800));

        Assert.Equal("XNG-REQ-015", (await WhyAsync(gate, gate.Staff, await gate.OpenRequestAsync(gate.Staff, "wide"), 1001))!.Code);
        var first = await gate.OpenRequestAsync(gate.Staff, "wide");
        var item = await gate.SendAsync(first, gate.Staff, "a.txt", text);
        var more = await WhyAsync(gate, gate.Staff, first, 300);
        Assert.Equal(("XNG-REQ-015", "この経路で 1 人が 1 日に送れるのは 1000 B までです。今日は、あと 200 B です。"), (more!.Code, more.What.Ja));
        // The section together: a colleague has a bound of their own, and the section's rest.
        Assert.Equal("XNG-REQ-022", (await WhyAsync(gate, gate.Colleague, await gate.OpenRequestAsync(gate.Colleague, "wide"), 900))!.Code);
        Assert.Null(await WhyAsync(gate, gate.Other, await OpenForAsync(gate, gate.Other, gate.Welfare.Id), 900));
        // What is taken off before it is handed in counts no more.
        (await gate.Slices.Requests.RemoveFileAsync(gate.Town, item.Id, gate.Staff, Cancel)).OrThrow();
        (await gate.Slices.Requests.WithdrawAsync(gate.Town, first.Id, gate.Staff, Cancel)).OrThrow();
        Assert.Equal(1000, (await gate.Slices.Requests.AllowanceAsync(gate.Town, "wide", gate.Tax.Id, gate.Staff, Cancel))!.Bytes);

        var handed = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "wide", null, ("a.txt", text)));
        Assert.Equal(RequestState.Delivered, handed.Request.State);
        gate.Clock.Move(TimeSpan.FromDays(1));
        // A new day, and what was sent yesterday is still here.
        Assert.Equal("XNG-REQ-021", (await WhyAsync(gate, gate.Staff, await gate.OpenRequestAsync(gate.Staff, "wide"), 701))!.Code);
        await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "wide", null, ("b.txt", Gate.Utf8(new string('b', 700)))));
        await gate.ThroughAsync(await gate.AskAsync(gate.Colleague, "wide", null, ("c.txt", Gate.Utf8(new string('c', 500)))));
        gate.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal("XNG-REQ-023", (await WhyAsync(gate, gate.Colleague, await gate.OpenRequestAsync(gate.Colleague, "wide"), 501))!.Code);
        // Destroyed, it leaves room.
        gate.Clock.Move(TimeSpan.FromDays(8));
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        gate.Clock.Move(TimeSpan.FromDays(8));
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        Assert.Null(await WhyAsync(gate, gate.Staff, await gate.OpenRequestAsync(gate.Staff, "wide"), 1000));
        await TallyIsTrueAsync(gate);
    }

    [Fact]
    public async Task The_sums_are_those_of_the_files_whatever_happened_to_them_and_after_they_were_put_together()
    {
        await using var gate = await Gate.OpenAsync();
        await using (var worker = await gate.WorkerAsync())
        {
            await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("a.txt", Gate.Utf8("一")), ("b.bin", [0, 1, 2]), ("c.txt", Gate.Utf8("三三"))));
        }
        var half = await gate.OpenRequestAsync(gate.Colleague);
        (await gate.Slices.Requests.AddFileAsync(gate.Town, half.Id, "half.txt", 100, gate.Colleague, Cancel)).OrThrow();
        await gate.SendAsync(half, gate.Colleague, "whole.txt", Gate.Utf8("全部"));
        await TallyIsTrueAsync(gate);
        var before = await RoomAsync(gate);
        // Lines are added while others are put together: none is lost, none counted twice.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
            if (n % 2 == 0) await tx.Connection.ExecuteAsync("SELECT crossing.settle_tally('2026-04-01')");
            else await tx.Connection.ExecuteAsync("SELECT crossing.sent('2026-04-01', @who, @route, NULL, 1, 10)", new { who = gate.Head.Account, route = half.Route.Value });
            await tx.CommitAsync(Cancel);
        }));
        Assert.Equal(before, await RoomAsync(gate));
        await TallyIsTrueAsync(gate);
        await using var look = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        Assert.Equal((4L, 40L), await look.Connection.QuerySingleAsync<(long, long)>("SELECT files_today, bytes_today FROM crossing.room('2026-04-01', @who, @route, NULL)", new { who = gate.Head.Account, route = half.Route.Value }));
    }

    [Theory]
    [InlineData("", 1.0, 4.0)]
    [InlineData("person=0.5", 0.5, 4.0)]
    [InlineData("town=10, person=2", 2.0, 10.0)]
    [InlineData("person=0", null, null)]
    [InlineData("person=1e3", null, null)]
    [InlineData("person=NaN", null, null)]
    [InlineData("everybody=1", null, null)]
    [InlineData("person", null, null)]
    public void Shares_are_read_from_the_environment_or_said_to_be_wrong(string text, double? person, double? town)
    {
        if (person is null) Assert.Equal("XNG-FULL-004", Assert.Throws<StorageException>(() => VaultShares.Read(text)).Code);
        else Assert.Equal(new VaultShares(person.Value, town!.Value), VaultShares.Read(text));
    }

    private static async Task LayAsync(Gate gate, RouteDefinition route) => (await gate.Slices.Routes.LayDownAsync(gate.Town, route, true, 0, gate.Officer, Cancel)).OrThrow();

    /// <summary>A disk of so many bytes, of which what is in the vault is taken.</summary>
    private static void Shrink(Gate gate, long bytes)
    {
        gate.Vault.Reserve = 0;
        gate.Vault.Disk = () => bytes - new DirectoryInfo(gate.Vault.Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static f => f.Length);
    }

    private static async Task<CrossingRequest> OpenForAsync(Gate gate, Actor actor, UnitId unit) => (await gate.Slices.Requests.OpenAsync(gate.Town, new("wide", unit), null, actor, Cancel)).OrThrow();

    private static async Task<Refusal?> WhyAsync(Gate gate, Actor actor, CrossingRequest request, long bytes) =>
        (await gate.Slices.Requests.AddFileAsync(gate.Town, request.Id, "file.bin", bytes, actor, Cancel)).Match(_ => null, why => (Refusal?)why);

    private static async Task<Refusal?> WhyAsync(CrossingSlices slices, MunicipalityId town, Actor actor, long bytes)
    {
        var request = (await slices.Requests.OpenAsync(town, new("wide", null), null, actor, Cancel)).OrThrow();
        return (await slices.Requests.AddFileAsync(town, request.Id, "file.bin", bytes, actor, Cancel)).Match(_ => null, why => (Refusal?)why);
    }

    private static async Task<string> RoomAsync(Gate gate)
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        return string.Join('\n', await tx.Connection.QueryAsync<string>("SELECT r::text FROM crossing.request q CROSS JOIN LATERAL crossing.room('2026-04-01', q.asked_by, q.route_id, q.unit_id) r (f, b, h, s, sh, m, t, c, lines) CROSS JOIN LATERAL (SELECT 1) o ORDER BY q.sequence"))
            .Split('\n').Select(static line => line[..line.LastIndexOf(',')]).Aggregate("", static (all, line) => all + line + "\n");
    }

    /// <summary>The tally against a plain count of the files.</summary>
    private static async Task TallyIsTrueAsync(Gate gate)
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        var rows = await tx.Connection.QueryAsync<(string Who, long Tallied, long Counted)>("""
            SELECT q.asked_by, (crossing.room('2026-04-01', q.asked_by, q.route_id, q.unit_id)).held, coalesce(sum(i.bytes * CASE WHEN i.state IN ('Receiving', 'Received', 'Queued', 'Working') THEN 2 ELSE 1 END) FILTER (WHERE b.sealed_key IS NOT NULL), 0)::bigint
            FROM crossing.request q JOIN crossing.item i ON i.request_id = q.id JOIN crossing.blob b ON b.id = i.original_id GROUP BY q.asked_by, q.route_id, q.unit_id
            """);
        Assert.NotEmpty(rows);
        Assert.All(rows, r => Assert.Equal(r.Counted, r.Tallied));
    }
}
