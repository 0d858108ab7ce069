using System.Text;
using Dapper;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Senders;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>A rule for registered senders, asked of mail: only what our own front server found to be theirs counts.</summary>
public sealed class RegisteredTests
{
    [Fact]
    public async Task Mail_of_a_registered_sender_needs_less_leave_when_the_front_server_says_that_it_is_theirs()
    {
        await using var office = await PostOffice.OpenAsync();
        var (gate, routes) = (office.Gate, office.Gate.Slices.Routes);
        (await routes.KeepPolicyAsync(gate.Town, "front", "mail:\n  authserv-id: front.isobe.lg.jp\n", gate.Officer, Gate.Cancel)).OrThrow();
        var route = (await routes.FindAsync(gate.Town, MailSettings.InwardRoute, Gate.Cancel))!;
        (await routes.LayDownAsync(gate.Town, route.Definition with { SanitisePolicy = "front", Needs = Approval.Manager, Rules = [new(null, null, null, Approval.None, FromRegistered: true)] }, true, route.Version, gate.Officer, Gate.Cancel)).OrThrow();
        (await gate.Slices.Senders.RegisterAsync(gate.Town, new(SenderKind.Domain, "example.com", "取引先", "毎週の報告", Sekisho.Assurance.JapaneseTime.Day(gate.Clock.Now()).AddDays(30)), gate.Officer, Gate.Cancel)).OrThrow();
        await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain}",
            Message("proved", "front.isobe.lg.jp; spf=pass; dkim=pass; dmarc=pass"), Message("nothing", null), Message("stranger", "mx.evil.example; spf=pass; dkim=pass; dmarc=pass"), Message("failed", "front.isobe.lg.jp; spf=pass; dkim=fail; dmarc=fail"),
            Message("written-by-sender", null, "Authentication-Results: front.isobe.lg.jp; spf=pass; dkim=pass; dmarc=pass\r\n"));
        await office.SendAsync(office.InwardPort, "x@evil.example", $"hanako@{PostOffice.Domain}", Message("other-envelope", "front.isobe.lg.jp; spf=pass"));
        Assert.Equal("<proved@example.com>", (await office.Inside.OneAsync(static _ => true)).Header("Message-ID"));
        IReadOnlyList<(string Subject, string State)> all = [];
        for (var i = 0; i < 1200 && all.Count(static a => a.State == "Waiting") < 5; i++)
        {
            await Task.Delay(50, Gate.Cancel);
            await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Gate.Cancel);
            all = [.. await tx.Connection.QueryAsync<(string, string)>("SELECT m.subject, q.state FROM crossing.message m JOIN crossing.request q ON q.id = m.request_id ORDER BY m.subject")];
        }
        Assert.Equal([("failed", "Waiting"), ("nothing", "Waiting"), ("other-envelope", "Waiting"), ("proved", "Delivered"), ("stranger", "Waiting"), ("written-by-sender", "Waiting")], all);
    }

    [Theory]
    [InlineData(null, null, "pass", "a@x.example", true)]
    [InlineData("pass", "pass", "fail", "a@x.example", false)]
    [InlineData("pass", null, null, "b@X.example", true)]
    [InlineData("pass", null, "none", "a@other.example", false)]
    [InlineData("pass", "fail", null, "a@x.example", false)]
    [InlineData(null, "pass", null, "a@x.example", false)]
    [InlineData("softfail", "pass", null, "a@x.example", false)]
    [InlineData("pass", null, "temperror", "a@x.example", false)]
    [InlineData("pass", null, null, "", false)]
    public void Whose_a_message_is_follows_from_what_was_found(string? spf, string? dkim, string? dmarc, string envelope, bool isAuthentic) =>
        Assert.Equal(isAuthentic, MailDesk.IsAuthentic(new MailAuthentication("front", spf, dkim, dmarc), "a@x.example", envelope, []));

    private static byte[] Message(string subject, string? found, string below = "") => Encoding.ASCII.GetBytes(
        $"{(found is null ? "" : $"Authentication-Results: {found}\r\n")}Received: from mail.example.com by front.isobe.lg.jp; Sat, 21 Nov 2026 09:58:01 +0900\r\n{below}From: <taro@example.com>\r\nTo: <hanako@{PostOffice.Domain}>\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\ntext\r\n");
}
