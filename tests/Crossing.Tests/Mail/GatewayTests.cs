using System.Text;
using Dapper;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Mail.Smtp;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>Mail through the gateway, with Python's smtplib before it and Python's smtpd behind it.</summary>
public sealed class GatewayTests
{
    private static byte[] Jis(string text) => Encoding.GetEncoding("iso-2022-jp").GetBytes(text);

    internal static byte[] Message(string subject, string body, string id = "", string more = "") => Encoding.UTF8.GetBytes(
        $"From: =?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes("業者 太郎"))}?= <taro@example.com>\r\nTo: <hanako@{PostOffice.Domain}>\r\nSubject: =?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject))}?=\r\n" +
        $"Date: Wed, 01 Apr 2026 09:00:00 +0900\r\nMessage-ID: <{(id.Length > 0 ? id : Guid.NewGuid().ToString("N"))}@example.com>\r\n{more}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n");

    [Fact]
    public async Task A_message_from_the_internet_arrives_on_the_lgwan_side_as_harmless_text()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        await using var office = await PostOffice.OpenAsync();
        byte[] mail =
        [
            .. Encoding.ASCII.GetBytes("Received: from mx.example.com by front; Wed, 01 Apr 2026 09:00:00 +0900\r\nFrom: <taro@example.com>\r\nTo: <hanako@town.isobe.lg.jp>\r\nSubject: =?ISO-2022-JP?B?" + Convert.ToBase64String(Jis("見積書の送付")) + "?=\r\n"
                + "Message-ID: <first@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n"),
            .. Jis("いつもお世話になっております。\r\n.\r\n.. 点で始まる行\r\n".Replace("\r\n.", "\r\n..", StringComparison.Ordinal)),
            .. Encoding.ASCII.GetBytes("--a\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script><img src=http://evil.example/p.gif>\r\n--a--\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=run.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Convert.ToBase64String([0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xff, 0xff, .. new byte[300]]) + "\r\n--b--\r\n"),
        ];
        var said = await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain},jiro@{PostOffice.Domain}", mail);
        Assert.Equal(["250"], said);

        var arrived = await office.Inside.OneAsync(m => m.From == "taro@example.com");
        Assert.Equal([$"hanako@{PostOffice.Domain}", $"jiro@{PostOffice.Domain}"], arrived.To);
        Assert.Contains("見積書の送付", Encoding.UTF8.GetString(Convert.FromBase64String(arrived.Header("Subject").Split('?')[3])), StringComparison.Ordinal);
        Assert.Equal("<first@example.com>", arrived.Header("Message-ID"));
        Assert.Equal("mail.isobe.lg.jp_1_0_2", arrived.Header(MailTrace.Header));
        Assert.DoesNotContain("script", arrived.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("TVqQAAMA", arrived.Text, StringComparison.Ordinal); // MZ… in base64
        Assert.Equal("Sent", await office.StateAsync("Sent"));
        // Whoever asks later finds it by its sender, and by its subject.
        var found = Assert.Single((await office.Gate.Slices.Traces.SearchAsync(office.Gate.Town, new(Sender: "taro@example.com"), 1, null, office.Gate.Officer, Gate.Cancel)).Traces);
        Assert.Equal("taro@example.com", found.Sender);
        Assert.Equal(found.Id, Assert.Single((await office.Gate.Slices.Traces.SearchAsync(office.Gate.Town, new("見積書 送付"), 1, null, office.Gate.Officer, Gate.Cancel)).Traces).Id);
        Assert.Empty((await office.Gate.Slices.Traces.SearchAsync(office.Gate.Town, new(Sender: "hanako"), 1, null, office.Gate.Officer, Gate.Cancel)).Traces);
        await using var tx = await office.Gate.Test.Database.EnterAsync(office.Gate.Town, Gate.Cancel);
        Assert.Equal(["crossing.mail-received", "crossing.through", "crossing.mail-delivered"], await tx.Connection.QueryAsync<string>("SELECT kind FROM crossing.step ORDER BY ordinal"));
        Assert.Equal(["Delivered", "Delivered"], await tx.Connection.QueryAsync<string>("SELECT state FROM crossing.message_recipient"));
        Assert.Equal(0, await tx.Connection.ExecuteScalarAsync<long>("SELECT count(*) FROM crossing.message WHERE lease IS NOT NULL"));
    }

    [Fact]
    public async Task A_message_that_comes_again_because_its_answer_was_lost_is_kept_once()
    {
        await using var office = await PostOffice.OpenAsync(works: false);
        var mail = Message("同じメール", "本文", "again");
        var first = await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain}", mail);
        var second = await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain}", mail, Message("別のメール", "本文", "other"), mail);
        Assert.All(first.Concat(second), s => Assert.StartsWith("250", s, StringComparison.Ordinal));
        Assert.Equal(2, (await office.MessagesAsync()).Count);
        // Nothing of it is left in the vault but the two.
        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(office.Gate.Folder, "vault"), "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Loops_floods_strangers_and_closed_routes_are_refused_at_the_door()
    {
        await using var office = await PostOffice.OpenAsync(s => s with { MessagesAMinute = 3 }, works: false);
        var here = $"hanako@{PostOffice.Domain}";
        string[] said =
        [
            .. await office.SendAsync(office.InwardPort, "a@example.com", here, Message("回る", "x", more: "X-Sekisho-Trace: mail.isobe.lg.jp_3_0_9\r\n")),
            .. await office.SendAsync(office.InwardPort, "b@example.com", here, Message("長い道", "x", more: string.Concat(Enumerable.Repeat("Received: by a\r\n", 60)))),
            .. await office.SendAsync(office.InwardPort, "c@example.com", "x@elsewhere.example", Message("よそ", "x")),
            .. await office.SendAsync(office.OutwardPort, "d@example.com", "x@elsewhere.example", Message("よそから", "x")),
            .. await office.SendAsync(office.OutwardPort, $"nobody@{PostOffice.Domain}", "x@elsewhere.example", Message("アカウントなし", "x")),
            .. await office.SendAsync(office.InwardPort, "f@example.com", here, Message("一", "x"), Message("二", "x"), Message("三", "x"), Message("四", "x")),
        ];
        Assert.Equal(["554", "554", "554", "554", "550", "250", "250", "250", "450"], said.Select(s => s[..3]));
        Assert.Contains("XNG-MAIL-006", said[0], StringComparison.Ordinal);
        Assert.Equal(3, (await office.MessagesAsync()).Count);
        var routes = office.Gate.Slices.Routes;
        var route = (await routes.FindAsync(office.Gate.Town, MailSettings.InwardRoute, Gate.Cancel))!;
        (await routes.LayDownAsync(office.Gate.Town, route.Definition, false, route.Version, office.Gate.Officer, Gate.Cancel)).OrThrow();
        await Task.Delay(2100, Gate.Cancel);
        Assert.StartsWith("450", (await office.SendAsync(office.InwardPort, "g@example.com", here, Message("閉じた", "x")))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_says_later_is_asked_again_and_one_that_says_never_is_believed()
    {
        await using var office = await PostOffice.OpenAsync();
        await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain},later@{PostOffice.Domain},never@{PostOffice.Domain}", Message("三人へ", "本文"));
        await office.Inside.OneAsync(m => m.To.Length == 1);
        for (var i = 0; i < 200 && (await RecipientsAsync(office)).StartsWith("Waiting", StringComparison.Ordinal); i++) await Task.Delay(50, Gate.Cancel);
        Assert.Equal("Delivered,Waiting 451,Failed 550", await RecipientsAsync(office));
        Assert.Equal("Due", await office.StateAsync("Due"));
        // Not before its time; then only to who didn't have it.
        office.Gate.Clock.Move(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 200 && await AttemptsAsync(office) < 2; i++) await Task.Delay(50, Gate.Cancel);
        Assert.Equal(2, await AttemptsAsync(office));
        // Days later it is tried for a while still; then it is given up.
        office.Gate.Clock.Move(TimeSpan.FromDays(6));
        for (var i = 0; i < 600 && (await office.MessagesAsync())[0].State == "Due"; i++)
        {
            await Task.Delay(50, Gate.Cancel);
            office.Gate.Clock.Move(TimeSpan.FromMinutes(10));
        }
        Assert.Equal("PartSent", await office.StateAsync("PartSent"));
        Assert.Equal("Delivered,Failed 451,Failed 550", await RecipientsAsync(office));
        // The Internet side isn't told on this route, and nobody got it twice.
        Assert.Single(office.Inside.All);
        Assert.Empty(office.Outside.All);
    }

    [Theory]
    [InlineData("parts")]
    [InlineData("nested")]
    [InlineData("headers")]
    public async Task What_attacks_the_reader_ends_as_a_notice_that_names_it(string how)
    {
        await using var office = await PostOffice.OpenAsync();
        var hostile = how switch
        {
            "parts" => "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Range(0, 10_000).Select(i => $"--b\r\n\r\n{i}\r\n")) + "--b--\r\n",
            "nested" => string.Concat(Enumerable.Range(0, 500).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")) + "\r\nx\r\n",
            _ => string.Concat(Enumerable.Range(0, 5000).Select(i => $"X-{i}: {i}\r\n")) + "\r\nx\r\n",
        };
        var said = await office.SendAsync(office.InwardPort, "evil@example.com", $"hanako@{PostOffice.Domain}", Encoding.ASCII.GetBytes($"From: <evil@example.com>\r\nTo: <x@y.example>\r\nSubject: {how}\r\nMessage-ID: <{how}@example.com>\r\nMIME-Version: 1.0\r\n{hostile}"));
        Assert.StartsWith("250", said[0], StringComparison.Ordinal);
        var arrived = await office.Inside.OneAsync(_ => true);
        if (arrived.From != "<>") return; // made harmless after all: nothing of it hurts
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(arrived.Text[(arrived.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]));
        Assert.Contains("evil@example.com", text, StringComparison.Ordinal);
        Assert.Contains($"件名：{how}", text, StringComparison.Ordinal);
        Assert.Equal("Sent", await office.StateAsync("Sent"));
    }

    /// <summary>A host is killed with a message in hand: another takes it when the claim is over, and what the first one says then counts no more.</summary>
    [Fact]
    public async Task A_message_whose_host_died_is_delivered_by_another_and_recorded_once()
    {
        await using var office = await PostOffice.OpenAsync(s => s with { Senders = 1, Inward = s.Inward! with { Next = s.Inward.Next with { Port = 1 } } });
        await office.SendAsync(office.InwardPort, "taro@example.com", $"hanako@{PostOffice.Domain}", Message("引き継ぐ", "本文"));
        for (var i = 0; i < 600 && await AttemptsAsync(office) < 1; i++) await Task.Delay(50, Gate.Cancel);
        await office.Gateway.DisposeAsync();
        office.Gate.Clock.Move(TimeSpan.FromMinutes(2));
        var dead = new Outbox(office.Gate.Keeper, office.Gate.Vault, office.Gate.Slices.Mail, TimeSpan.FromDays(5));
        var parcel = Assert.Single(await dead.TakeAsync(10, Gate.Cancel));
        Assert.Empty(await new Outbox(office.Gate.Keeper, office.Gate.Vault, office.Gate.Slices.Mail, TimeSpan.FromDays(5)).TakeAsync(10, Gate.Cancel));
        await using (var owner = await office.Gate.Test.Database.EnterOwnerAsync(Gate.Cancel))
        {
            await owner.Connection.ExecuteAsync("UPDATE crossing.outbox SET taken_until = clock_timestamp() - interval '1 second'");
            await owner.CommitAsync(Gate.Cancel);
        }
        await using (var tx = await office.Gate.Test.Database.EnterAsync(office.Gate.Town, Gate.Cancel))
        {
            await tx.Connection.ExecuteAsync("UPDATE crossing.message SET lease_until = clock_timestamp() - interval '1 second'");
            await tx.CommitAsync(Gate.Cancel);
        }
        await using var other = await office.Gate.Slices.GatewayAsync(office.Settings with { Inward = office.Settings.Inward! with { Next = new("127.0.0.1", office.Inside.Port, SmtpTls.None) }, Outward = null }, _ => null, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, Gate.Cancel);
        await office.Inside.OneAsync(_ => true);
        Assert.Equal("Sent", await office.StateAsync("Sent"));
        await dead.RecordAsync(parcel, [new(parcel.To[0], new(550, "5.1.1", "too late"))]);
        Assert.Equal("Delivered", await RecipientsAsync(office));
        Assert.Single(office.Inside.All);
    }

    [Fact]
    public void Settings_are_read_and_what_is_wrong_in_them_is_named_by_its_line()
    {
        var guide = File.ReadAllText(PostOffice.Script("../../../docs/operations/crossing.md"));
        var example = guide[(guide.IndexOf("```yaml\n", StringComparison.Ordinal) + 8)..];
        var settings = MailSettings.Parse(example[..example.IndexOf("```", StringComparison.Ordinal)], out var problems);
        Assert.Empty(problems);
        Assert.Equal(("mail.lgwan.example", 25), (settings!.Postfix!.Delivery.Host, settings.Postfix.Delivery.Port));
        Assert.Equal(SmtpTls.None, settings.Inward!.Next.Tls);
        Assert.Null(MailSettings.Parse("format: sekisho-mail/1\nhost: a b\ndomains: {x.jp: y}\ninward: {listen: nowhere, next: 'h:99999'}\n", out problems));
        Assert.Equal(["2行目", "4行目", "4行目"], problems.Select(p => p.Where[..3]));
        var files = PostfixFront.Files("/data/postfix", settings);
        Assert.Contains("relay_domains = town.shiokaze.lg.jp", files["main.cf"], StringComparison.Ordinal);
        Assert.Contains("\n0.0.0.0:25 inet n - n - - smtpd\n  -o syslog_name=postfix/inward\n  -o content_filter=sekisho:[127.0.0.1]:10025\n", files["master.cf"], StringComparison.Ordinal);
        Assert.Contains("\n10.1.0.5:2525 inet", files["master.cf"], StringComparison.Ordinal);
    }

    private static async Task<string> RecipientsAsync(PostOffice office)
    {
        await using var tx = await office.Gate.Test.Database.EnterAsync(office.Gate.Town, Gate.Cancel);
        return string.Join(',', await tx.Connection.QueryAsync<string>("SELECT state || CASE WHEN reply LIKE '250%' THEN '' ELSE ' ' || left(reply, 3) END FROM crossing.message_recipient ORDER BY position"));
    }

    private static async Task<int> AttemptsAsync(PostOffice office)
    {
        await using var tx = await office.Gate.Test.Database.EnterAsync(office.Gate.Town, Gate.Cancel);
        return await tx.Connection.ExecuteScalarAsync<int>("SELECT max(attempts) FROM crossing.message WHERE lease IS NULL");
    }
}
