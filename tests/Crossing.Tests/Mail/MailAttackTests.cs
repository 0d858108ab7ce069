using System.Diagnostics;
using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>What an attacker, or the unluckiest administrator, would try on mail.</summary>
public sealed class MailAttackTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    private static string Hanako => $"hanako@{PostOffice.Domain}";

    private static string Jiro => $"jiro@{PostOffice.Domain}";

    [Fact]
    public async Task What_is_still_on_its_way_outlives_the_days_of_its_request_and_the_weeks_that_the_server_was_off()
    {
        await using var office = await PostOffice.OpenAsync(Unreachable, works: false);
        await LayAsync(office, MailSettings.InwardRoute, d => d with { ExpiryDays = 1 });
        await office.SendAsync(office.InwardPort, "taro@example.com", Hanako, GatewayTests.Message("長い停電", "本文"));
        // The worker is off for longer than a message is tried; then the next server isn't there yet.
        office.Gate.Clock.Move(TimeSpan.FromDays(8));
        await office.WorkAsync();
        await AttemptsAsync(office, 1);
        Assert.Equal("Due", (await office.MessagesAsync()).Single().State);
        await office.Gateway.DisposeAsync();
        office.Gate.Clock.Move(TimeSpan.FromDays(6));
        await office.Gate.Slices.Retention.RunAsync(office.Gate.Town, Cancel);
        await using (await office.Gate.Slices.GatewayAsync(office.Settings with { Outward = null }, _ => null, NullLogger.Instance, Cancel)) await AttemptsAsync(office, 2);
        office.Gate.Clock.Move(TimeSpan.FromHours(1));
        await using (await ReachableAsync(office)) Assert.Equal("Sent", await office.StateAsync("Sent"));
        Assert.Single(office.Inside.All);
        // Then it goes as everything does.
        Assert.Equal(1, (await office.Gate.Slices.Retention.RunAsync(office.Gate.Town, Cancel)).Expired);
    }

    [Fact]
    public async Task One_message_that_does_not_open_keeps_no_other_waiting()
    {
        await using var office = await PostOffice.OpenAsync(s => Unreachable(s) with { Senders = 1 });
        var nested = string.Concat(Enumerable.Range(0, 500).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")) + "\r\nx\r\n";
        await office.SendAsync(office.InwardPort, "evil@example.com", Hanako, Encoding.ASCII.GetBytes($"From: <evil@example.com>\r\nSubject: n\r\nMessage-ID: <n@example.com>\r\nMIME-Version: 1.0\r\n{nested}"));
        await office.SendAsync(office.InwardPort, "gone@example.com", Hanako, GatewayTests.Message("棚がない", "本文", "shelf"));
        await office.SendAsync(office.InwardPort, "taro@example.com", Hanako, GatewayTests.Message("ふつう", "本文", "plain"), GatewayTests.Message("ふつう２", "本文", "plain2"));
        for (var i = 0; i < 600 && (await office.MessagesAsync()).Count(m => m.State == "Due") < 4; i++) await Task.Delay(50, Cancel);
        await office.Gateway.DisposeAsync();
        Guid shelf;
        await using (var tx = await office.Gate.Test.Database.EnterAsync(office.Gate.Town, Cancel))
        {
            Assert.Equal(1, await tx.Connection.ExecuteAsync("UPDATE crossing.message SET notice = '\\x01' || substr(notice, 3) || '\\x00' WHERE notice IS NOT NULL"));
            shelf = await tx.Connection.ExecuteScalarAsync<Guid>("SELECT i.result_id FROM crossing.item i JOIN crossing.message m ON m.request_id = i.request_id WHERE m.sender = 'gone@example.com'");
            await tx.CommitAsync(Cancel);
        }
        // A share that is away for this one: nobody's fault but the machine's.
        var place = Path.GetDirectoryName(office.Gate.VaultFiles(new(shelf)).Single())!;
        Directory.Move(place, place + ".away");
        office.Gate.Clock.Move(TimeSpan.FromHours(1));
        await using (await ReachableAsync(office))
        {
            await office.Inside.OneAsync(m => m.Header("Message-ID") == "<plain@example.com>");
            await office.Inside.OneAsync(m => m.Header("Message-ID") == "<plain2@example.com>");
            for (var i = 0; i < 600 && (await office.MessagesAsync()).Count(m => m.State is "Failed" or "Sent") < 3; i++) await Task.Delay(50, Cancel);
            Assert.Equal(["Due", "Failed", "Sent", "Sent"], (await office.MessagesAsync()).Select(m => m.State).Order(StringComparer.Ordinal));
        }
        Directory.Move(place + ".away", place);
    }

    [Fact]
    public async Task What_was_approved_says_nothing_of_what_a_password_opens_later()
    {
        await using var office = await PostOffice.OpenAsync();
        var (gate, mail, desk) = (office.Gate, office.Gate.Slices.Mail, office.Gate.Slices.Requests);
        await LayAsync(office, MailSettings.InwardRoute, d => d with { HasExceptionPath = false, Mail = d.Mail! with { WithAttachments = Approval.TwoPeople } });
        var jiro = new Actor(await office.AddAccountAsync(Jiro), "jiro");
        var person = (await gate.Records.Organisation.AddPersonAsync(gate.Town, gate.Tax.Id, "次郎", null, StaffKind.Staff, JapaneseTime.Day(gate.Clock.Now()), gate.Officer, Cancel)).OrThrow();
        (await gate.Records.AccountPeople.LinkAsync(gate.Town, jiro.Account, person.Id, gate.Officer, Cancel)).OrThrow();
        await office.SendAsync(office.InwardPort, "taro@example.com", Jiro, await LockedAsync(gate));
        var request = await WaitingAsync();
        // Whom it is for can't make it disappear for the others that it is for.
        Assert.Equal("XNG-REQ-006", Gate.CodeOf(await desk.WithdrawAsync(gate.Town, request, jiro, Cancel)));
        (await desk.ApproveAsync(gate.Town, request, "", gate.Manager, Cancel)).OrThrow();
        Assert.Equal(RequestState.Delivered, (await desk.ApproveAsync(gate.Town, request, "", gate.Head, Cancel)).OrThrow().State);
        await office.Inside.OneAsync(m => m.From == "taro@example.com");
        Assert.Equal("Sent", await office.StateAsync("Sent"));

        (await mail.OpenAsync(gate.Town, request, ["himitsu"], jiro, Cancel)).OrThrow();
        Assert.Equal(request, await WaitingAsync());
        // The same two must look again: neither is enough alone, and neither is shut out.
        Assert.Equal(RequestState.Waiting, (await desk.ApproveAsync(gate.Town, request, "", gate.Manager, Cancel)).OrThrow().State);
        Assert.Equal("XNG-REQ-009", Gate.CodeOf(await desk.ApproveAsync(gate.Town, request, "", gate.Manager, Cancel)));
        Assert.Equal(RequestState.Delivered, (await desk.ApproveAsync(gate.Town, request, "", gate.Head, Cancel)).OrThrow().State);

        async Task<RequestId> WaitingAsync()
        {
            for (var i = 0; i < 1200; i++)
            {
                var (lines, _) = await mail.ListAsync(gate.Town, MessageView.Mine, 1, jiro, Cancel);
                if (lines is [{ RequestState: RequestState.Waiting, Message.Request: { } its }]) return its;
                await Task.Delay(50, Cancel);
            }
            throw new TimeoutException("It isn't waiting for anybody's leave.");
        }
    }

    [Fact]
    public async Task Who_a_message_is_for_hears_that_it_was_not_approved()
    {
        await using var office = await PostOffice.OpenAsync();
        var (gate, mail) = (office.Gate, office.Gate.Slices.Mail);
        await LayAsync(office, MailSettings.InwardRoute, d => d with { Needs = Approval.Manager });
        var jiro = new Actor(await office.AddAccountAsync(Jiro), "jiro");
        await office.SendAsync(office.InwardPort, "taro@example.com", Jiro, GatewayTests.Message("買いませんか", "本文"));
        IReadOnlyList<MessageLine> lines = [];
        for (var i = 0; i < 1200 && lines is not [{ RequestState: RequestState.Waiting }]; i++)
        {
            await Task.Delay(50, Cancel);
            (lines, _) = await mail.ListAsync(gate.Town, MessageView.Mine, 1, jiro, Cancel);
        }
        (await gate.Slices.Requests.RefuseAsync(gate.Town, lines[0].Message.Request!.Value, "業務に関係しません", gate.Manager, Cancel)).OrThrow();
        var told = await office.Inside.OneAsync(_ => true);
        Assert.Equal(("<>", Jiro), (told.From, Assert.Single(told.To)));
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(told.Text[(told.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
        Assert.Contains("業務に関係しません", text, StringComparison.Ordinal);
        Assert.DoesNotContain("本文", text, StringComparison.Ordinal);
        Assert.Empty(office.Outside.All);
    }

    [Fact]
    public async Task A_stranger_with_ever_new_names_is_put_off_by_the_network_that_they_come_from()
    {
        await using var office = await PostOffice.OpenAsync(s => s with { MessagesAMinute = 1 }, works: false);
        string From(string address, int count) => $"XFORWARD ADDR={address}\r\n" + string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"MAIL FROM:<u{i}@{address.Replace(':', '-')}-{i}.example>\r\nRSET\r\n")));
        var heard = await PostOffice.SpeakAsync(office.InwardPort, "EHLO front.example\r\n", From("203.0.113.7", 6), From("203.0.113.8", 6), From("198.51.100.1", 1), From("IPV6:2001:db8:1::7", 1), "QUIT\r\n");
        Assert.Equal((12, 2), (Count("250 2.1.0"), Count("450 4.7.1")));

        int Count(string answer) => heard.Split(answer).Length - 1;
    }

    [Fact]
    public async Task A_session_that_never_sends_anything_is_ended()
    {
        await using var office = await PostOffice.OpenAsync(works: false);
        var heard = await PostOffice.SpeakAsync(office.InwardPort, "EHLO idle.example\r\n", string.Concat(Enumerable.Repeat("NOOP\r\n", 150)), string.Concat(Enumerable.Repeat("RSET\r\n", 150)), "QUIT\r\n");
        Assert.Contains("421 4.7.0", heard, StringComparison.Ordinal);
        Assert.DoesNotContain("221 ", heard, StringComparison.Ordinal);
    }

    private static MailSettings Unreachable(MailSettings settings) => settings with { Inward = settings.Inward! with { Next = settings.Inward.Next with { Port = 1 } } };

    private static Task<MailGateway> ReachableAsync(PostOffice office) =>
        office.Gate.Slices.GatewayAsync(office.Settings with { Inward = office.Settings.Inward! with { Next = new("127.0.0.1", office.Inside.Port, SmtpTls.None) }, Outward = null }, _ => null, NullLogger.Instance, Cancel);

    private static async Task LayAsync(PostOffice office, string key, Func<RouteDefinition, RouteDefinition> change)
    {
        var routes = office.Gate.Slices.Routes;
        var route = (await routes.FindAsync(office.Gate.Town, key, Cancel))!;
        (await routes.LayDownAsync(office.Gate.Town, change(route.Definition), true, route.Version, office.Gate.Officer, Cancel)).OrThrow();
    }

    /// <summary>Waits until it was tried so often, and is not being tried now.</summary>
    private static async Task AttemptsAsync(PostOffice office, int least)
    {
        for (var i = 0; i < 1200; i++)
        {
            if (await office.Gate.CountAsync("SELECT coalesce(max(attempts), 0) FROM crossing.message WHERE lease IS NULL") >= least) return;
            await Task.Delay(50, Cancel);
        }
        throw new TimeoutException($"It was not tried {least} times.");
    }

    private static async Task<byte[]> LockedAsync(Gate gate)
    {
        var zip = Path.Combine(gate.Folder, "locked.zip");
        await File.WriteAllTextAsync(Path.Combine(gate.Folder, "naka.txt"), "中身です\n", Cancel);
        using (var process = Process.Start(new ProcessStartInfo("zip", ["-q", "-j", "-P", "himitsu", zip, Path.Combine(gate.Folder, "naka.txt")]))!) await process.WaitForExitAsync(Cancel);
        return Encoding.ASCII.GetBytes("From: <taro@example.com>\r\nTo: <jiro@town.isobe.lg.jp>\r\nSubject: locked\r\nMessage-ID: <ppap@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n--b\r\n"
            + "Content-Type: application/zip\r\nContent-Disposition: attachment; filename=locked.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Convert.ToBase64String(await File.ReadAllBytesAsync(zip, Cancel), Base64FormattingOptions.InsertLineBreaks) + "\r\n--b--\r\n");
    }
}
