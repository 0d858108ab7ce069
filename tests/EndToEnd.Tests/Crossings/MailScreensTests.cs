using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;
using Sekisho.Crossing;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.EndToEnd.Tests.Registers;
using Sekisho.Records.Accounts;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Crossings;

/// <summary>Mail as people see it: what arrived, what is held and why, stopped in time.</summary>
public sealed class MailScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clerk_sees_what_came_and_stops_what_should_not_leave()
    {
        var clerk = await Web.Tests.Person.AddAsync(office.Server, office.Town, "mail-clerk@hama", Role.Staff, office.Tax.Value);
        var nowhere = new SmtpHop("127.0.0.1", 1, SmtpTls.None);
        var settings = new MailSettings("mail.hama", new Dictionary<string, string> { ["hama"] = "hama" }, new(new(IPAddress.Loopback, 0), nowhere, MailSettings.InwardRoute), new(new(IPAddress.Loopback, 0), nowhere, MailSettings.OutwardRoute));
        await using var gateway = await office.Server.Services.GetRequiredService<CrossingSlices>().GatewayAsync(settings, _ => null, NullLogger.Instance, Cancel);
        await SendAsync(gateway.Inward!, "taro@example.com", ["mail-clerk@hama"], "見積書の送付", "<script>x()</script>");
        await SendAsync(gateway.Outward!, "mail-clerk@hama", [.. Enumerable.Range(1, 6).Select(i => $"member{i}@example.com")], "説明会の名簿", "");
        await SendAsync(gateway.Outward!, "mail-clerk@hama", ["taro@example.com"], "日程の件", "");
        var screen = await office.OpenAsync(clerk);
        var page = screen.Page;
        await page.GotoAsync("/crossings/mail");
        for (var i = 0; i < 100 && await page.GetByText("無害化しています").CountAsync() > 0; i++)
        {
            await Task.Delay(300, Cancel);
            await page.ReloadAsync();
        }
        await Expect(page.Locator(".crossing")).ToHaveCountAsync(3);
        await LookAsync(screen, "120-mail");
        await page.GetByRole(AriaRole.Link, new() { Name = "見積書の送付" }).ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("配送待ち");
        await LookAsync(screen, "121-mail-inward");
        await page.GotoAsync("/crossings/mail?view=held");
        await page.GetByRole(AriaRole.Link, new() { Name = "説明会の名簿" }).ClickAsync();
        await Expect(page.GetByText("外部のあて先が 6 件あります")).ToBeVisibleAsync();
        await Expect(page.GetByText("件名に「名簿」とあります")).ToBeVisibleAsync();
        await LookAsync(screen, "122-mail-held");
        await page.GetByRole(AriaRole.Button, new() { Name = "送信を取りやめる" }).ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("送りません");
        await page.GotoAsync("/crossings/mail?view=held");
        await Expect(page.Locator(".crossing")).ToHaveCountAsync(1);

        var officer = await office.OpenAsync(office.Server.Officer);
        await officer.Page.GotoAsync("/crossings/routes/lgwan-to-internet-mail");
        await officer.Page.FillAsync("#f-hold", "5");
        await LookAsync(officer, "123-mail-route");
        await officer.Page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(officer.Page.GetByText("経路の定めを保存しました。")).ToBeVisibleAsync();
        screen.AssertNoComplaint(6);
        officer.AssertNoComplaint(2);
    }

    private static async Task SendAsync(IPEndPoint to, string from, string[] recipients, string subject, string html)
    {
        await using var line = await SmtpSender.ConnectAsync(new("127.0.0.1", to.Port, SmtpTls.None), "test.example", new(), Cancel);
        var mail = Encoding.UTF8.GetBytes($"From: <{from}>\r\nTo: {string.Join(", ", recipients.Select(r => $"<{r}>"))}\r\nSubject: =?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(subject))}?=\r\nMessage-ID: <{Guid.NewGuid():N}@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>お世話になっております。</p>{html}\r\n");
        var outcomes = await line.SendAsync(MailAddress.Read(from), [.. recipients.Select(r => MailAddress.Read(r)!)], false, true, mail.Length, new MemoryStream(mail), Cancel);
        Assert.All(outcomes, o => Assert.True(o.Reply.IsDone, o.Reply.ToString()));
    }

    private static async Task LookAsync(Screen screen, string name)
    {
        await screen.LookAsync(name);
        await screen.Page.SetViewportSizeAsync(390, 844);
        await screen.LookAsync(name + "-390");
        await screen.Page.SetViewportSizeAsync(1280, 900);
    }
}
