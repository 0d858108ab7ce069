using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dapper;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Systems;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>Who may send at the inner door: by the network, or by the key of a system, and then as its own senders alone.</summary>
public sealed class SignInTests
{
    private const string Scanner = $"scan@{PostOffice.Domain}", Taxes = $"@zei.{PostOffice.Domain}";

    [Fact]
    public async Task A_system_sends_with_its_key_as_its_own_senders_and_nobody_else()
    {
        using var certificates = new TestCertificates();
        await using var office = await PostOffice.OpenAsync(s => s with
        {
            Domains = new Dictionary<string, string>(s.Domains) { ["zei." + PostOffice.Domain] = "isobe" },
            // Nobody who is here now may send without a key.
            Outward = s.Outward! with { Certificate = certificates.Of("here"), From = [IPNetwork.Parse("10.9.9.0/24")] },
        });
        var (gate, systems) = (office.Gate, office.Gate.Slices.Systems);
        var draft = new SystemDraft("3階の複合機", [MailSettings.OutwardRoute], gate.Tax.Id, ["127.0.0.1"], TimeSpan.FromDays(90)) { Senders = [$" SCAN@{PostOffice.Domain} ", Taxes] };
        var (key, made) = (await systems.RegisterAsync(gate.Town, draft, gate.Officer, Gate.Cancel)).OrThrow();
        Assert.Equal([Scanner, Taxes], made.Senders);

        Assert.StartsWith("530 5.7.0", await SendAsync(certificates.Ca, "NONE", "", Scanner, Scanner), StringComparison.Ordinal);
        Assert.Equal("250 PLAIN LOGIN", await SendAsync(certificates.Ca, "PLAIN", key, Scanner, $"複合機 <{Scanner}>", "first"));
        Assert.Equal("250 PLAIN LOGIN", await SendAsync(certificates.Ca, "LOGIN", key, $"a{Taxes}", $"\"Zei, Ka\" <b{Taxes}>", "second"));
        // Some devices take no password so long: the key in two halves.
        var half = key.LastIndexOf('_');
        Assert.StartsWith("250", await SendAsync(certificates.Ca, "LOGIN", key[(half + 1)..], Scanner, Scanner, "third"), StringComparison.Ordinal);

        foreach (var (from, shown) in new[]
        {
            ($"mayor@{PostOffice.Domain}", Scanner), (Scanner, $"mayor@{PostOffice.Domain}"), (Scanner, $"<{Scanner}>, <mayor@{PostOffice.Domain}>"), (Scanner, $"\"{Scanner}\" <mayor@{PostOffice.Domain}>"), (Scanner, $"{Scanner} <mayor@{PostOffice.Domain}>"),
            (Scanner, $"<mayor@{PostOffice.Domain}>\r\nFrom: <{Scanner}>"), (Scanner, $"=?utf-8?q?=3Cmayor=40{PostOffice.Domain}=3E=2C?= <{Scanner}>"), ("x@elsewhere.example", Scanner), (Scanner, "nobody"),
        })
            Assert.StartsWith("550 5.7.1", await SendAsync(certificates.Ca, "PLAIN", key, from, shown), StringComparison.Ordinal);
        Assert.Contains("XNG-MAIL-016", await SendAsync(certificates.Ca, "PLAIN", key[..^1] + (key[^1] == 'A' ? 'B' : 'A'), Scanner, Scanner), StringComparison.Ordinal);
        // In the clear the key isn't asked for, and not looked at.
        Assert.DoesNotContain("AUTH", await PostOffice.SpeakAsync(office.OutwardPort, "EHLO x\r\n", "QUIT\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("538", await SendAsync("-", "PLAIN", key, Scanner, Scanner), StringComparison.Ordinal);
        Assert.StartsWith("502", (await PostOffice.SpeakAsync(office.InwardPort, "EHLO x\r\n", "AUTH PLAIN AAAA\r\n", "QUIT\r\n")).Split("\r\n").First(static l => l.StartsWith('5')), StringComparison.Ordinal);

        // It is the system's request, of the section that answers for it, and goes the way of all that leaves.
        await using (var tx = await gate.Test.Database.EnterAsync(gate.Town, Gate.Cancel))
            Assert.Equal(Enumerable.Repeat((made.Actor.Account, gate.Tax.Id.Value), 3), await tx.Connection.QueryAsync<(string, Guid)>("SELECT asked_by, unit_id FROM crossing.request"));
        Assert.Equal("Held", await office.StateAsync("Held", 60));
        gate.Clock.Move(TimeSpan.FromMinutes(11));
        Assert.Equal(Scanner, (await office.Outside.OneAsync(static m => m.Header("Subject") == "first")).From);

        // From elsewhere: recorded. Stopped: nobody's.
        var (far, other) = (await systems.RegisterAsync(gate.Town, draft with { From = ["10.1.2.3"] }, gate.Officer, Gate.Cancel)).OrThrow();
        Assert.StartsWith("535", await SendAsync(certificates.Ca, "PLAIN", far, Scanner, Scanner), StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", (await systems.ReadAsync(gate.Town, other.Id, Gate.Cancel))!.MisusedFrom);
        (await systems.RevokeAsync(gate.Town, made.Id, gate.Officer, Gate.Cancel)).OrThrow();
        Assert.StartsWith("535", await SendAsync(certificates.Ca, "PLAIN", key, Scanner, Scanner), StringComparison.Ordinal);
        // A key for files alone sends no mail.
        var (files, _) = (await systems.RegisterAsync(gate.Town, draft with { Routes = ["internet-to-lgwan"], Senders = [] }, gate.Officer, Gate.Cancel)).OrThrow();
        Assert.Contains("XNG-SYSTEM-009", await SendAsync(certificates.Ca, "PLAIN", files, Scanner, Scanner), StringComparison.Ordinal);

        async Task<string> SendAsync(string ca, string mechanism, string secret, string from, string shown, string subject = "x")
        {
            using var process = Process.Start(new ProcessStartInfo("python3", [PostOffice.Script("signin.py"), office.OutwardPort.ToString(CultureInfo.InvariantCulture), ca, mechanism, mechanism == "NONE" ? "" : secret.StartsWith(SystemDesk.Prefix, StringComparison.Ordinal) ? "scan" : key[..key.LastIndexOf('_')], secret, from, shown, "taro@example.com", subject]) { RedirectStandardOutput = true })!;
            var said = await process.StandardOutput.ReadToEndAsync(Gate.Cancel);
            await process.WaitForExitAsync(Gate.Cancel);
            return said.Trim();
        }
    }

    [Fact]
    public async Task Whoever_signs_in_wrongly_is_told_so_and_soon_sent_away()
    {
        using var certificates = new TestCertificates();
        await using var office = await PostOffice.OpenAsync(s => s with { Outward = s.Outward! with { Certificate = certificates.Of("here"), MustSignIn = true } }, works: false);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, office.OutwardPort, Gate.Cancel);
        await using var line = new SslStream(client.GetStream());
        using (var clear = new StreamReader(client.GetStream(), Encoding.ASCII, false, 1, leaveOpen: true))
        {
            await clear.ReadLineAsync(Gate.Cancel);
            await client.GetStream().WriteAsync("EHLO x\r\n"u8.ToArray(), Gate.Cancel);
            while ((await clear.ReadLineAsync(Gate.Cancel))![3] == '-') { }
            await client.GetStream().WriteAsync("STARTTLS\r\n"u8.ToArray(), Gate.Cancel);
            Assert.StartsWith("220", await clear.ReadLineAsync(Gate.Cancel), StringComparison.Ordinal);
        }
        using var authority = X509CertificateLoader.LoadCertificateFromFile(certificates.Ca);
        await line.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1", CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
        }, Gate.Cancel);
        using var from = new StreamReader(line, Encoding.ASCII);
        Assert.StartsWith("503", await SayAsync("AUTH PLAIN AAAA"), StringComparison.Ordinal); // before EHLO
        await SayAsync("EHLO x");
        Assert.StartsWith("530", await SayAsync($"MAIL FROM:<{Scanner}>"), StringComparison.Ordinal); // from here too, it must sign in
        Assert.StartsWith("504", await SayAsync("AUTH CRAM-MD5"), StringComparison.Ordinal);
        Assert.StartsWith("501", await SayAsync("AUTH"), StringComparison.Ordinal);
        Assert.Equal("334 ", await SayAsync("AUTH PLAIN"));
        Assert.StartsWith("501", await SayAsync("*"), StringComparison.Ordinal);
        Assert.Equal("334 VXNlcm5hbWU6", await SayAsync("AUTH LOGIN"));
        Assert.StartsWith("501", await SayAsync("%%%"), StringComparison.Ordinal);
        Assert.StartsWith("535", await SayAsync("AUTH PLAIN =")); // there, and empty
        Assert.StartsWith("535", await SayAsync("AUTH PLAIN " + Convert.ToBase64String("other\0own\0secret"u8)), StringComparison.Ordinal);
        Assert.StartsWith("421", await SayAsync("AUTH PLAIN " + Convert.ToBase64String("\0own\0secret"u8)), StringComparison.Ordinal);
        Assert.Null(await from.ReadLineAsync(Gate.Cancel));

        async Task<string> SayAsync(string command)
        {
            await line.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), Gate.Cancel);
            string? answer;
            do answer = await from.ReadLineAsync(Gate.Cancel);
            while (answer is { Length: > 3 } && answer[3] == '-');
            return answer ?? "";
        }
    }

    [Fact]
    public async Task Senders_go_with_a_route_for_mail_that_leaves()
    {
        await using var gate = await Gate.OpenAsync();
        var draft = new SystemDraft("複合機", [MailSettings.OutwardRoute], gate.Tax.Id, ["127.0.0.1"], TimeSpan.FromDays(90));
        Assert.Equal("XNG-SYSTEM-010", await CodeAsync(draft));
        Assert.Equal("XNG-SYSTEM-010", await CodeAsync(draft with { Senders = ["nobody"] }));
        Assert.Equal("XNG-SYSTEM-010", await CodeAsync(draft with { Senders = ["@"] }));
        Assert.Equal("XNG-SYSTEM-010", await CodeAsync(draft with { Senders = ["a@x.example\nb@x.example"] }));
        Assert.Equal("XNG-SYSTEM-010", await CodeAsync(draft with { Routes = ["internet-to-lgwan"], Senders = [Scanner] }));
        Assert.Equal("XNG-SYSTEM-002", await CodeAsync(draft with { Routes = [MailSettings.InwardRoute], Senders = [Scanner] }));

        async Task<string?> CodeAsync(SystemDraft wrong) => Gate.CodeOf(await gate.Slices.Systems.RegisterAsync(gate.Town, wrong, gate.Officer, Gate.Cancel));
    }

    [Fact]
    public void Doors_say_from_where_they_take_mail_and_the_inner_one_takes_it_from_this_machine_alone_otherwise()
    {
        using var certificates = new TestCertificates();
        var here = certificates.Of("here");
        const string Head = "format: sekisho-mail/1\nhost: mail.x.jp\ndomains: {x.jp: x}\n", Doors = Head + "inward: {listen: '127.0.0.1:1', next: '127.0.0.1:2'}\noutward: {listen: '0.0.0.0:3', next: '127.0.0.1:2'";
        var settings = MailSettings.Parse(Doors + "}\n", out _)!;
        Assert.Null(settings.Inward!.From);
        Assert.True(SourceNetworks.Hold(settings.Outward!.From!, IPAddress.Parse("::ffff:127.0.0.1")));
        Assert.False(SourceNetworks.Hold(settings.Outward.From!, IPAddress.Parse("10.1.2.3")));
        settings = MailSettings.Parse($"{Doors}, from: [10.1.0.0/16, '10.2.0.5'], sign-in: required, certificate: {here.ChainFile}, key: {here.KeyFile}}}\n", out var problems)!;
        Assert.Empty(problems);
        Assert.Equal((true, 2), (settings.Outward!.MustSignIn, settings.Outward.From!.Count));
        Assert.Null(MailSettings.Parse(Doors + ", from: [town]}\n", out _));
        Assert.Null(MailSettings.Parse(Doors + ", sign-in: required}\n", out _)); // no certificate
        Assert.Null(MailSettings.Parse(Doors + ", sign-in: never}\n", out _));
        const string Front = Doors + "}\npostfix: {inward: '0.0.0.0:25', back: 2, delivery: 'mail.lgwan.example:25', ";
        settings = MailSettings.Parse(Front + "outer: [192.0.2.0/28], milters: ['inet:127.0.0.1:8891', 'unix:/run/opendmarc.sock']}\n", out _)!;
        var files = PostfixFront.Files("/x", settings);
        Assert.Contains("  -o mynetworks=192.0.2.0/28\n  -o smtpd_client_restrictions=permit_mynetworks,reject\n", files["master.cf"], StringComparison.Ordinal);
        Assert.Contains("  -o smtpd_milters=inet:127.0.0.1:8891,unix:/run/opendmarc.sock\n  -o cleanup_service_name=cleanup-inward\n", files["master.cf"], StringComparison.Ordinal);
        Assert.Contains("cleanup-inward unix n - n - 0 cleanup\n  -o header_checks=regexp:/x/inward-headers\n", files["master.cf"], StringComparison.Ordinal);
        Assert.DoesNotContain("smtpd_milters", PostfixFront.Files("/x", MailSettings.Parse(Front + "}\n", out _)!)["master.cf"], StringComparison.Ordinal);
        Assert.Null(MailSettings.Parse(Front + "milters: ['inet:127.0.0.1:8891 -o x=y']}\n", out _));
    }
}
