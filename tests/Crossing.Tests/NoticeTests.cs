using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Crossing.Notices;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Tests;

/// <summary>An approver is told once of what waits, with the rest of it, and again a day later; by addresses of pages alone.</summary>
public sealed class NoticeTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task Approvers_get_one_mail_for_all_that_waits_and_a_reminder_a_day_later()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        (await gate.Slices.Routes.LayDownAsync(gate.Town, new("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [], 90, 7, new(null, null, null), false, false, false), true, 0, gate.Officer, Cancel)).OrThrow();
        var manager = await AccountAsync(gate, "kacho@isobe.example.lg.jp", "課長 花", gate.Tax.Id, Post.SecurityManager);
        await AccountAsync(gate, "shokuin@isobe.example.lg.jp", "職員 花", gate.Tax.Id, null);
        await AccountAsync(gate, "kacho-without-mail", "課長 次", gate.Tax.Id, Post.SecurityManager);
        var sent = new List<Notice>();
        var fails = true;
        var round = gate.Slices.Notices((notice, _) =>
        {
            if (fails) throw new IOException("no server");
            sent.Add(notice);
            return Task.CompletedTask;
        }, new("https://sekisho.example.lg.jp/"), NullLogger.Instance);
        Assert.Equal(0, await round.RunAsync(gate.Town, Cancel));
        var first = await WaitingAsync(gate);
        var second = await WaitingAsync(gate);
        Assert.Equal(0, await round.RunAsync(gate.Town, Cancel)); // more may come in a moment
        gate.Clock.Move(TimeSpan.FromMinutes(3));
        Assert.Equal(0, await round.RunAsync(gate.Town, Cancel)); // the server is away
        fails = false;
        Assert.Equal(1, await round.RunAsync(gate.Town, Cancel));
        var mail = Assert.Single(sent);
        Assert.Equal("kacho@isobe.example.lg.jp", mail.To);
        Assert.Contains("2 件", mail.Subject, StringComparison.Ordinal);
        foreach (var request in new[] { first, second }) Assert.Contains($"https://sekisho.example.lg.jp/crossings/{request}", mail.Body, StringComparison.Ordinal);

        // Told; what comes within half an hour is told after it, together.
        Assert.Equal(0, await round.RunAsync(gate.Town, Cancel));
        await WaitingAsync(gate);
        gate.Clock.Move(TimeSpan.FromMinutes(10));
        Assert.Equal(0, await round.RunAsync(gate.Town, Cancel));
        gate.Clock.Move(TimeSpan.FromMinutes(25));
        Assert.Equal(1, await round.RunAsync(gate.Town, Cancel));
        Assert.Contains("3 件", sent[1].Subject, StringComparison.Ordinal);

        gate.Clock.Move(TimeSpan.FromHours(25));
        Assert.Equal(1, await round.RunAsync(gate.Town, Cancel));
        Assert.Contains("まだ", sent[2].Body, StringComparison.Ordinal);
        Assert.Equal(0, await round.RunAsync(gate.Town, Cancel));

        // Decided: nothing more is said of it.
        foreach (var line in (await gate.Slices.Requests.ListAsync(gate.Town, Requests.RequestView.ToDecide, 1, null, manager, Cancel)).Lines) (await gate.Slices.Requests.ApproveAsync(gate.Town, line.Request.Id, "", manager, Cancel)).OrThrow();
        gate.Clock.Move(TimeSpan.FromHours(25));
        Assert.Equal(0, await round.RunAsync(gate.Town, Cancel));
    }

    private static async Task<Requests.RequestId> WaitingAsync(Gate gate) => (await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "own", null, ("a.txt", Gate.Utf8("内容"))))).Request.Id;

    private static async Task<Actor> AccountAsync(Gate gate, string login, string name, UnitId unit, Post? post)
    {
        var id = Guid.NewGuid();
        await using (var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel))
        {
            await tx.Connection.ExecuteAsync("INSERT INTO signin.account (id, municipality_id, login, login_normalized, display_name, roles, security_stamp, version, created_at) VALUES (@id, @town, @login, @login, @name, '{manager}', '', @id, now())", new { id, town = gate.Town.Value, login, name });
            await tx.CommitAsync(Cancel);
        }
        var day = Assurance.JapaneseTime.Day(gate.Clock.Now());
        var person = (await gate.Records.Organisation.AddPersonAsync(gate.Town, unit, name, null, StaffKind.Staff, day, gate.Officer, Cancel)).OrThrow();
        (await gate.Records.AccountPeople.LinkAsync(gate.Town, id.ToString(), person.Id, gate.Officer, Cancel)).OrThrow();
        if (post is { } its) (await gate.Records.Organisation.AppointAsync(gate.Town, its, unit, person.Id, day, gate.Officer, Cancel)).OrThrow();
        return new(id.ToString(), name);
    }
}
