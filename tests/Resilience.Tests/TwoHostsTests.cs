using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Crossing;
using Sekisho.Crossing.Folders;
using Sekisho.Crossing.Notices;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Web.Hosting;

namespace Sekisho.Resilience.Tests;

/// <summary>Two whole servers on one database, vault and share, with workers and all rounds in both: nothing is done twice, and nothing is left.</summary>
public sealed class TwoHostsTests
{
    private const int Dropped = 12;

    private static readonly Actor Officer = new("account-officer", "担当 花子");

    private static CancellationToken Cancel => Site.Cancel;

    [Fact]
    public async Task Everything_happens_once()
    {
        await using var site = await Site.OpenAsync();
        var share = Path.Combine(site.Folder, "share");
        foreach (var place in new[] { "in", "out", "no" }) Directory.CreateDirectory(Path.Combine(share, "site", place));
        await using var one = await HostAsync(site, share);
        await using var two = await HostAsync(site, share);
        var (records, crossing) = (one.Services.GetRequiredService<RecordSlices>(), one.Services.GetRequiredService<CrossingSlices>());
        var (clerk, section) = await PeopleAsync(site, records);
        (await crossing.Routes.LayDownAsync(site.Town, new("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [], 90, 7, new(null, null, null), false, false, false), true, 0, Officer, Cancel)).OrThrow();
        var folder = (await crossing.Folders.WatchAsync(site.Town, new("複合機", "internet-to-lgwan", section, "in", "out", "no"), Officer, Cancel)).OrThrow();
        for (var i = 0; i < Dropped; i++) await File.WriteAllTextAsync(Path.Combine(share, "site", "in", $"紙-{i}.txt"), $"{i} 枚目\n", Cancel);

        // Handed in at both, in turn; both work.
        var requests = new List<CrossingRequest>();
        for (var from = 0; from < Site.Files; from += 10) requests.AddRange(await site.HandInAsync(from, Math.Min(from + 10, Site.Files), (from / 10 % 2 == 0 ? one : two).Services.GetRequiredService<CrossingSlices>()));
        var waiting = await WaitingAsync(site, two, clerk, section);
        await UntilAsync(() => Task.FromResult(Files(share, "out").Length == Dropped * 2));
        await site.UntilAsync(Site.Files + Dropped + 1);

        // Of what was put into the folder, each came out once, from whichever server saw it first.
        Assert.Equal(Enumerable.Range(0, Dropped).SelectMany(i => new[] { $"紙-{i}.txt", $"紙-{i}.txt.report.json" }).Order(StringComparer.Ordinal), Files(share, "out"));
        Assert.Empty(Files(share, "no"));
        Assert.Equal(Dropped, await CountAsync(site, "SELECT count(*) FROM crossing.request WHERE asked_by = @account", new { account = folder.Actor.Account }));

        // All rounds of both at once, again and again.
        var told = new List<Notice>();
        Task PostAsync(Notice notice, CancellationToken cancel)
        {
            lock (told) told.Add(notice);
            return Task.CompletedTask;
        }
        await CountAsync(site, "WITH past AS (UPDATE crossing.request SET submitted_at = submitted_at - interval '10 minutes' WHERE id = @id RETURNING 1) SELECT count(*) FROM past", new { id = waiting.Id.Value });
        for (var i = 0; i < 4; i++)
            await Task.WhenAll(new[] { one, two }.SelectMany(h => new Func<Task>[]
            {
                () => Slices(h).Notices(PostAsync, new("https://sekisho.example.lg.jp/"), NullLogger.Instance).RunAllAsync(Cancel),
                () => h.Services.GetRequiredService<RecordSlices>().Collector.RunAllAsync(Cancel),
                () => Slices(h).Retention.RunAllAsync(Cancel),
                () => Slices(h).Scans.RunAllAsync(Cancel),
                () => h.Services.GetRequiredService<RecordSlices>().Zones.ProveAllAsync(Cancel),
            }).Select(act => Task.Run(act, Cancel)));
        Assert.Equal("kacho@site.example.lg.jp", Assert.Single(told).To);
        Assert.Equal(0, await CountAsync(site, """
            SELECT count(*) FROM (SELECT e.*, lag(facts) OVER w AS before, lag(sentence_ja) OVER w AS said, lag(recorded_at) OVER w AS at FROM records.evidence e WHERE weight = 'System' WINDOW w AS (PARTITION BY kind, subject ORDER BY recorded_at, id)) e
            WHERE e.before = e.facts AND e.said = e.sentence_ja AND e.recorded_at - e.at < interval '1 hour'
            """));
        Assert.NotEqual(0, await CountAsync(site, "SELECT count(*) FROM records.evidence WHERE kind = 'crossing.sanitised'"));
        await site.CheckAsync(requests, Site.Files, Dropped + 1);

        // Everything is over: each request ends once, each file of the vault is destroyed once, whichever server does it.
        await CountAsync(site, "WITH past AS (UPDATE crossing.request SET expires_at = now() - interval '400 days', settled_at = now() - interval '400 days' RETURNING 1) SELECT count(*) FROM past");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Slices(i % 2 == 0 ? one : two).Retention.RunAllAsync(Cancel), Cancel)));
        Assert.Equal(0, await CountAsync(site, "SELECT count(*) FROM crossing.blob WHERE sealed_key IS NOT NULL"));
        Assert.Equal(await CountAsync(site, "SELECT count(*) FROM crossing.request"), await CountAsync(site, "SELECT count(*) FROM crossing.step WHERE kind = 'crossing.expired'"));
        Assert.Equal(await CountAsync(site, "SELECT count(*) FROM crossing.blob"), await CountAsync(site, """
            SELECT sum((convert_from(data, 'UTF8')::jsonb #>> '{body,facts,originals}')::int + (convert_from(data, 'UTF8')::jsonb #>> '{body,facts,results}')::int)::bigint FROM ledger.entry WHERE kind = 'crossing.destroyed'
            """));
        await site.CheckLedgerAsync();
        await one.StopAsync(Cancel);
        await two.StopAsync(Cancel);
    }

    private static CrossingSlices Slices(WebApplication host) => host.Services.GetRequiredService<CrossingSlices>();

    private static async Task<WebApplication> HostAsync(Site site, string share)
    {
        var host = await WebHost.BuildAsync(new WebHostOptions(new Storage.StorageOptions(site.Folder, null), ["http://127.0.0.1:0"], TimeProvider.System) { ProgramFolder = AppContext.BaseDirectory, WatchedRoot = share, Rabbit = null }, Cancel);
        await host.StartAsync(Cancel);
        return host;
    }

    /// <summary>A section whose manager has an account with an address of mail, and a clerk.</summary>
    private static async Task<(Actor Clerk, UnitId Section)> PeopleAsync(Site site, RecordSlices records)
    {
        var day = JapaneseTime.Day(TimeProvider.System.GetUtcNow()).AddDays(-30);
        var mayor = (await records.Organisation.AddUnitAsync(site.Town, null, UnitKind.Agency, "村長部局", day, Officer, Cancel)).OrThrow();
        var section = (await records.Organisation.AddUnitAsync(site.Town, mayor.Id, UnitKind.Section, "税務課", day, Officer, Cancel)).OrThrow();
        var account = Guid.NewGuid();
        await CountAsync(site, "WITH made AS (INSERT INTO signin.account (id, municipality_id, login, login_normalized, display_name, roles, security_stamp, version, created_at) VALUES (@account, @town, 'kacho@site.example.lg.jp', 'kacho@site.example.lg.jp', '課長 花', '{manager}', '', @account, now()) RETURNING 1) SELECT count(*) FROM made", new { account, town = site.Town.Value });
        foreach (var (who, name, post) in new[] { (account.ToString(), "課長 花", Post.SecurityManager), ("account-clerk", "職員 一郎", (Post?)null), (Officer.Account, Officer.Name, null) })
        {
            var person = (await records.Organisation.AddPersonAsync(site.Town, section.Id, name, null, StaffKind.Staff, day, Officer, Cancel)).OrThrow();
            (await records.AccountPeople.LinkAsync(site.Town, who, person.Id, Officer, Cancel)).OrThrow();
            if (post is { } its) (await records.Organisation.AppointAsync(site.Town, its, section.Id, person.Id, day, Officer, Cancel)).OrThrow();
        }
        return (new("account-clerk", "職員 一郎"), section.Id);
    }

    /// <summary>One request that waits for the manager's leave.</summary>
    private static async Task<CrossingRequest> WaitingAsync(Site site, WebApplication host, Actor clerk, UnitId section)
    {
        var asked = (await Slices(host).Requests.TakeInAsync(site.Town, new("own", section, clerk, [new("照会.txt", new MemoryStream("照会\n"u8.ToArray()))]), Cancel)).OrThrow();
        await UntilAsync(async () => (await Slices(host).Requests.ReadAsync(site.Town, asked.Id, null, clerk, Cancel))!.Request.State == RequestState.Waiting);
        return asked;
    }

    private static string[] Files(string share, string place) => [.. Directory.EnumerateFiles(Path.Combine(share, "site", place)).Select(f => Path.GetFileName(f)).Where(f => !f.StartsWith('.')).Order(StringComparer.Ordinal)]; // while it is written, it has a passing name

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 2400 && !await holds(); i++) await Task.Delay(100, Cancel);
        Assert.True(await holds());
    }

    private static async Task<long> CountAsync(Site site, string sql, object? values = null)
    {
        await using var tx = await site.Database.EnterAsync(site.Town, Cancel);
        var count = await tx.Connection.ExecuteScalarAsync<long>(sql, values);
        await tx.CommitAsync(Cancel);
        return count;
    }
}
