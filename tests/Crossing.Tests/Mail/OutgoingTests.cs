using System.Diagnostics;
using System.Text;
using Dapper;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>What leaves is held, checked and approved; what came locked is opened by who got it.</summary>
public sealed class OutgoingTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    private static string Hanako => $"hanako@{PostOffice.Domain}";

    private static async Task<(Actor Actor, MessageLine Line)> SentAsync(PostOffice office, string account, string subject)
    {
        var actor = new Actor(account, "hanako");
        for (var i = 0; i < 600; i++)
        {
            var (lines, _) = await office.Gate.Slices.Mail.ListAsync(office.Gate.Town, MessageView.Mine, 1, actor, Cancel);
            if (lines.FirstOrDefault(l => l.Message.Subject == subject) is { } line && line.Message.State != MessageState.Kept) return (actor, line);
            await Task.Delay(50, Cancel);
        }
        throw new TimeoutException("The message didn't get through the sanitiser.");
    }

    [Fact]
    public async Task What_leaves_is_held_and_its_sender_stops_it_or_sends_it_at_once()
    {
        await using var office = await PostOffice.OpenAsync();
        var account = await office.AddAccountAsync(Hanako);
        var mail = office.Gate.Slices.Mail;
        await office.SendAsync(office.OutwardPort, Hanako, "taro@example.com", GatewayTests.Message("やめる", "本文"), GatewayTests.Message("すぐ", "本文"), GatewayTests.Message("待つ", "本文"));
        var (actor, stopped) = await SentAsync(office, account, "やめる");
        var (_, now) = await SentAsync(office, account, "すぐ");
        var (_, waits) = await SentAsync(office, account, "待つ");
        Assert.Equal(MessageState.Held, stopped.Message.State);
        Assert.Equal(3, await mail.CountHeldAsync(office.Gate.Town, actor, Cancel));
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await mail.StopAsync(office.Gate.Town, stopped.Message.Request!.Value, office.Gate.Colleague, Cancel)));

        (await mail.StopAsync(office.Gate.Town, stopped.Message.Request!.Value, actor, Cancel)).OrThrow();
        (await mail.SendNowAsync(office.Gate.Town, now.Message.Request!.Value, actor, Cancel)).OrThrow();
        await office.Outside.OneAsync(m => m.Text.Contains(Encoded("すぐ"), StringComparison.Ordinal));
        Assert.Single(office.Outside.All);
        office.Gate.Clock.Move(TimeSpan.FromMinutes(11));
        await office.Outside.OneAsync(m => m.Text.Contains(Encoded("待つ"), StringComparison.Ordinal));
        Assert.Equal("XNG-MAIL-013", Gate.CodeOf(await mail.StopAsync(office.Gate.Town, waits.Message.Request!.Value, actor, Cancel)));
        Assert.Equal(2, office.Outside.All.Count);
        var detail = (await mail.OfRequestAsync(office.Gate.Town, stopped.Message.Request!.Value, null, actor, Cancel))!;
        Assert.Equal((MessageState.Stopped, RequestState.Withdrawn), (detail.Message.State, detail.Request!.Request.State));
    }

    [Fact]
    public async Task A_doubtful_message_waits_for_the_manager_and_its_sender_hears_of_a_refusal()
    {
        await using var office = await PostOffice.OpenAsync();
        var account = await office.AddAccountAsync(Hanako);
        var person = (await office.Gate.Records.Organisation.AddPersonAsync(office.Gate.Town, office.Gate.Tax.Id, "花子", null, Sekisho.Records.Organisation.StaffKind.Staff, Sekisho.Assurance.JapaneseTime.Day(office.Gate.Clock.Now()), office.Gate.Officer, Cancel)).OrThrow();
        (await office.Gate.Records.AccountPeople.LinkAsync(office.Gate.Town, account, person.Id, office.Gate.Officer, Cancel)).OrThrow();
        var (mail, desk, gate) = (office.Gate.Slices.Mail, office.Gate.Slices.Requests, office.Gate);
        await office.SendAsync(office.OutwardPort, Hanako, "a@gmial.com", GatewayTests.Message("打ち間違い", "本文"));
        await office.SendAsync(office.OutwardPort, Hanako, "a@example.com,b@example.com,c@example.com,d@example.com,e@example.com", GatewayTests.Message("一斉", "本文"), GatewayTests.Message("機密の件", "本文"));
        var (actor, alike) = await SentAsync(office, account, "打ち間違い");
        var (_, many) = await SentAsync(office, account, "一斉");
        var (_, secret) = await SentAsync(office, account, "機密の件");
        Assert.Equal([RequestState.Waiting, RequestState.Waiting, RequestState.Waiting], new[] { alike, many, secret }.Select(l => l.RequestState!.Value));
        Assert.Equal(["look-alike"], alike.Message.Doubts.Select(d => d.Kind));
        Assert.Contains("gmail.com", alike.Message.Doubts[0].Why.Ja, StringComparison.Ordinal);
        Assert.Equal(["many-in-to", "first-time"], many.Message.Doubts.Select(d => d.Kind));
        Assert.Contains(secret.Message.Doubts, d => d.Kind == "class-words");

        // Nobody approves their own; the hold over doesn't stand in for a leave.
        gate.Clock.Move(TimeSpan.FromMinutes(11));
        Assert.Equal("XNG-REQ-009", Gate.CodeOf(await desk.ApproveAsync(gate.Town, many.Message.Request!.Value, "", actor, Cancel)));
        (await desk.RefuseAsync(gate.Town, alike.Message.Request!.Value, "あて先が違います", gate.Manager, Cancel)).OrThrow();
        var told = await office.Inside.OneAsync(m => m.To.Contains(Hanako));
        Assert.Equal("<>", told.From);
        var refused = await Report.ReadAsync(told);
        Assert.Contains("あて先が違います", refused.Words, StringComparison.Ordinal);
        Assert.Equal(("rfc822; a@gmial.com", "5.7.1"), (refused.Facts[1]["Final-Recipient"], refused.Facts[1]["Status"]));
        Assert.Equal("auto-replied", told.Header("Auto-Submitted"));
        Assert.Empty(office.Outside.All);
        (await desk.ApproveAsync(gate.Town, many.Message.Request!.Value, "", gate.Manager, Cancel)).OrThrow();
        var left = await office.Outside.OneAsync(m => m.To.Length == 5);
        Assert.Contains(Encoded("一斉"), left.Text, StringComparison.Ordinal);
        Assert.Single(office.Outside.All);
    }

    [Fact]
    public async Task A_sender_inside_hears_what_never_arrives_and_nobody_answers_a_notice()
    {
        await using var office = await PostOffice.OpenAsync(s => s with { Limits = new() });
        await office.AddAccountAsync(Hanako);
        var routes = office.Gate.Slices.Routes;
        var route = (await routes.FindAsync(office.Gate.Town, MailSettings.OutwardRoute, Cancel))!;
        (await routes.LayDownAsync(office.Gate.Town, route.Definition with { Mail = route.Definition.Mail! with { HoldMinutes = 0 } }, true, route.Version, office.Gate.Officer, Cancel)).OrThrow();
        await office.SendAsync(office.OutwardPort, Hanako, "never@example.com,ok@example.com", GatewayTests.Message("半分だけ", "本文", "half"));
        await office.SendAsync(office.OutwardPort, Hanako, "never@example.net", GatewayTests.Message("自動応答", "本文", "auto", "Auto-Submitted: auto-replied\r\n"));
        var told = await office.Inside.OneAsync(m => m.To.Contains(Hanako));
        var report = await Report.ReadAsync(told);
        Assert.Equal(("<>", "multipart/report"), (told.From, report.Type));
        Assert.Contains("never@example.com", report.Words, StringComparison.Ordinal);
        // Of two recipients the one that failed, with the words of its server.
        var failed = Assert.Single(report.Facts, static f => f.ContainsKey("Final-Recipient"));
        Assert.Equal(("rfc822; never@example.com", "failed", "5.1.1", "smtp; 550 5.1.1 No such user"), (failed["Final-Recipient"], failed["Action"], failed["Status"], failed["Diagnostic-Code"]));
        Assert.Contains("Message-ID: <half@example.com>", report.Head, StringComparison.Ordinal);
        Assert.DoesNotContain("本文", told.Text, StringComparison.Ordinal);
        Assert.Equal("<half@example.com>", told.Header("In-Reply-To"));
        for (var i = 0; i < 600 && (await office.MessagesAsync()).Any(m => m.State is "Due" or "Kept" or "Held"); i++) await Task.Delay(50, Cancel);
        Assert.Equal(["PartSent", "Failed", "Sent"], (await office.MessagesAsync()).Select(m => m.State).OrderByDescending(s => s == "PartSent").ThenBy(s => s, StringComparer.Ordinal));
        Assert.Single(office.Inside.All);
    }

    [Fact]
    public async Task The_recipient_gives_the_password_of_a_locked_file_on_its_page()
    {
        await using var office = await PostOffice.OpenAsync();
        var account = await office.AddAccountAsync($"jiro@{PostOffice.Domain}");
        var (gate, mail, jiro) = (office.Gate, office.Gate.Slices.Mail, new Actor(account, "jiro"));
        var zip = Path.Combine(gate.Folder, "locked.zip");
        await File.WriteAllTextAsync(Path.Combine(gate.Folder, "naka.txt"), "中身です\n", Cancel);
        using (var process = Process.Start(new ProcessStartInfo("zip", ["-q", "-j", "-P", "himitsu", zip, Path.Combine(gate.Folder, "naka.txt")]))!) await process.WaitForExitAsync(Cancel);
        var message = Encoding.ASCII.GetBytes("From: <taro@example.com>\r\nTo: <jiro@town.isobe.lg.jp>\r\nSubject: locked\r\nMessage-ID: <ppap@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n--b\r\n"
            + "Content-Type: application/zip\r\nContent-Disposition: attachment; filename=locked.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Convert.ToBase64String(await File.ReadAllBytesAsync(zip, Cancel), Base64FormattingOptions.InsertLineBreaks) + "\r\n--b--\r\n");
        await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain},jiro@{PostOffice.Domain}", message);
        var arrived = await office.Inside.OneAsync(m => m.From == "taro@example.com");
        Assert.DoesNotContain("PK", arrived.Text, StringComparison.Ordinal);
        var (lines, _) = await mail.ListAsync(gate.Town, MessageView.Mine, 1, jiro, Cancel);
        var request = Assert.Single(lines).Message.Request!.Value;
        var before = (await mail.OfRequestAsync(gate.Town, request, [], jiro, Cancel))!;
        Assert.True(MailDesk.IsLocked(before.Report!));
        // Nobody else's: not even a colleague of the section sees it.
        Assert.Null(await mail.OfRequestAsync(gate.Town, request, [gate.Tax.Id], gate.Staff, Cancel));
        Assert.Equal("XNG-REQ-007", Gate.CodeOf(await mail.OpenAsync(gate.Town, request, ["himitsu"], gate.Staff, Cancel)));

        (await mail.OpenAsync(gate.Town, request, ["chigau"], jiro, Cancel)).OrThrow();
        await ThroughAsync();
        (await mail.OpenAsync(gate.Town, request, ["himitsu"], jiro, Cancel)).OrThrow();
        var detail = await ThroughAsync();
        Assert.Equal([true, true, false], detail.Request!.Items.Select(i => MailDesk.IsLocked(i.Report!)));
        Assert.Equal("locked/naka.txt", Assert.Single((await gate.Slices.Requests.ReadAsync(gate.Town, request, null, jiro, Cancel))!.Items[2].Parts).Path);
        // It was delivered once, and passwords are forgotten.
        Assert.Single(office.Inside.All);
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        Assert.Equal(0, await tx.Connection.ExecuteScalarAsync<long>("SELECT count(*) FROM crossing.request WHERE passwords IS NOT NULL"));

        async Task<MessageDetail> ThroughAsync()
        {
            for (var i = 0; i < 600; i++)
            {
                var its = (await mail.OfRequestAsync(gate.Town, request, [], jiro, Cancel))!;
                if (its.Request!.Request.State != RequestState.Working) return its;
                await Task.Delay(50, Cancel);
            }
            throw new TimeoutException();
        }
    }

    [Fact]
    public async Task Two_gateways_at_one_database_deliver_each_message_once()
    {
        await using var office = await PostOffice.OpenAsync(s => s with { Senders = 1 });
        await office.SendAsync(office.InwardPort, "taro@example.com", $"slow@{PostOffice.Domain}", [.. Enumerable.Range(0, 3).Select(i => GatewayTests.Message($"{i}", "本文", $"n{i}"))]);
        await office.Inside.OneAsync(_ => true);
        // A second gateway at the same database: what one has in hand the other leaves alone.
        await using (await office.Gate.Slices.GatewayAsync(office.Settings with { Inward = office.Settings.Inward! with { Listen = new(System.Net.IPAddress.Loopback, 0) }, Outward = null }, _ => null, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, Cancel))
            Assert.Equal("Sent", await office.StateAsync("Sent"));
        Assert.Equal(["<n0@example.com>", "<n1@example.com>", "<n2@example.com>"], office.Inside.All.Select(m => m.Header("Message-ID")).Order(StringComparer.Ordinal));
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("gmial.com", "gmail.com", true)]
    [InlineData("gmai.com", "gmail.com", true)]
    [InlineData("gmaill.com", "gmail.com", true)]
    [InlineData("hotmail.com", "gmail.com", false)]
    [InlineData("a.jp", "b.jp", false)]
    public void A_slip_of_the_keyboard_is_seen(string one, string other, bool isAlike) => Assert.Equal(isAlike, MailDesk.IsAlike(one, other));
}
