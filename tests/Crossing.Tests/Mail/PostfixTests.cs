using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Storage;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>The whole way through a real postfix: swaks → postfix → gateway → sanitiser → postfix → Python's smtpd.</summary>
public sealed class PostfixTests
{
    [Fact]
    public async Task A_message_goes_through_a_postfix_of_our_own_both_ways()
    {
        if (Environment.UserName != "root") Assert.Skip("A postfix needs root.");
        await using var inside = await Sink.StartAsync();
        await using var outside = await Sink.StartAsync();
        // Bound and not listened on, a port is nobody else's: postfix, which shares addresses as every server does, alone can have it.
        using var ports = new HeldPorts(3);
        using var certificates = new TestCertificates();
        var (front, leaving, back) = (ports[0], ports[1], ports[2]);
        // Who looks at the sender for it, and what it finds.
        using var milter = Process.Start(new ProcessStartInfo("python3", [PostOffice.Script("milter.py"), "Authentication-Results", "mail.isobe.lg.jp; spf=fail smtp.mailfrom=taro@example.com; dmarc=fail"]) { RedirectStandardOutput = true })!;
        var looking = await milter.StandardOutput.ReadLineAsync(Gate.Cancel);
        var next = new SmtpHop("127.0.0.1", back, SmtpTls.None);
        await using var office = await PostOffice.OpenAsync(s => s with
        {
            Inward = s.Inward! with { Next = next },
            Outward = s.Outward! with { Next = next },
            Postfix = new(new(IPAddress.Loopback, front), new(IPAddress.Loopback, leaving), back, new("127.0.0.1", inside.Port), new("127.0.0.1", outside.Port), [], certificates.Of("here")) { Milters = [$"inet:127.0.0.1:{looking}"], Outer = [IPNetwork.Parse("127.0.0.0/8")] },
        });
        var routes = office.Gate.Slices.Routes;
        (await routes.KeepPolicyAsync(office.Gate.Town, "front", "mail:\n  authserv-id: mail.isobe.lg.jp\n  authserv-results: below\n", office.Gate.Officer, Gate.Cancel)).OrThrow();
        var inward = (await routes.FindAsync(office.Gate.Town, MailSettings.InwardRoute, Gate.Cancel))!;
        (await routes.LayDownAsync(office.Gate.Town, inward.Definition with { SanitisePolicy = "front" }, true, inward.Version, office.Gate.Officer, Gate.Cancel)).OrThrow();
        var folder = Directory.CreateTempSubdirectory("sekisho-postfix-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        try
        {
            await using (await PostfixFront.StartAsync(folder, office.Gateway.Settings, NullLogger.Instance, Gate.Cancel))
            {
                await SwaksAsync(front, "taro@example.com", $"hanako@{PostOffice.Domain}", "--header", "Subject: by postfix", "--header", "Authentication-Results: mail.isobe.lg.jp; spf=pass; dkim=pass; dmarc=pass", "--body", "本文です", "--attach-type", "text/html", "--attach", "@" + Path.Combine(folder, "postfix/transport"));
                var arrived = await inside.OneAsync(m => m.From == "taro@example.com");
                Assert.Equal("by postfix", arrived.Header("Subject"));
                // What the filter found is believed; what the sender said of itself is nowhere.
                Assert.Equal(["Authentication-Results: mail.isobe.lg.jp; spf=fail; dmarc=fail"], arrived.Head().Where(static h => h.StartsWith("Authentication-Results:", StringComparison.Ordinal)));
                Assert.DoesNotContain("dkim=pass", arrived.Text, StringComparison.Ordinal);
                // Front, ours, back: each has set its mark; the hostile end of the way is the one that postfix saw.
                Assert.Contains(arrived.Head(), h => h.StartsWith("Received:", StringComparison.Ordinal) && h.Contains("(Sekisho)", StringComparison.Ordinal) && h.Contains("[127.0.0.1]", StringComparison.Ordinal) && h.Contains("swaks.example.com", StringComparison.Ordinal));

                // The line of the document, as it stands there but for the port and the town.
                var guide = await File.ReadAllTextAsync(PostOffice.Script("../../../docs/operations/crossing.md"), Gate.Cancel);
                var typed = guide.Split('\n').Single(static l => l.StartsWith("swaks ", StringComparison.Ordinal));
                await File.WriteAllTextAsync(Path.Combine(folder, "list.csv"), "氏名\r\n山田\r\n", Gate.Cancel);
                using (var shell = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", typed.Replace("--port 25 ", $"--port {front} ", StringComparison.Ordinal).Replace("town.shiokaze.lg.jp", PostOffice.Domain, StringComparison.Ordinal)]) { WorkingDirectory = folder, RedirectStandardOutput = true })!)
                {
                    var told = await shell.StandardOutput.ReadToEndAsync(Gate.Cancel);
                    await shell.WaitForExitAsync(Gate.Cancel);
                    Assert.True(shell.ExitCode == 0, told);
                }
                var documented = await inside.OneAsync(static m => m.Header("Subject") == "test");
                Assert.Contains("hxxp://evil[.]example/", Encoding.UTF8.GetString(Convert.FromBase64String(documented.Text.Split("base64\r\n\r\n")[1].Split("\r\n--")[0])), StringComparison.Ordinal);
                Assert.Contains("filename=\"list.csv\"", documented.Text, StringComparison.Ordinal);

                await office.AddAccountAsync($"hanako@{PostOffice.Domain}");
                await SwaksAsync(leaving, $"hanako@{PostOffice.Domain}", "taro@example.com", "--header", "Subject: leaving");
                // Held for ten minutes, by the clock of the records.
                Assert.Equal(["Held"], await StatesAsync(office, "leaving", "Held"));
                office.Gate.Clock.Move(TimeSpan.FromMinutes(11));
                Assert.Equal("leaving", (await outside.OneAsync(m => m.To.Contains("taro@example.com"))).Header("Subject"));

                // It shows its certificate, and our client trusts it by who signed it.
                await using (var line = await SmtpSender.ConnectAsync(new("127.0.0.1", front, SmtpTls.Required, certificates.Ca), "client.example", new(), Gate.Cancel)) Assert.True(line.IsEncrypted);
                await Assert.ThrowsAsync<SmtpException>(() => SmtpSender.ConnectAsync(new("127.0.0.1", front, SmtpTls.Required, certificates.OtherCa), "client.example", new(), Gate.Cancel));

                // Nobody relays through it.
                Assert.Contains("554 5.7.1", await SwaksAsync(front, "taro@example.com", "x@elsewhere.example", "--header", "Subject: relayed"), StringComparison.Ordinal);
            }
        }
        catch when (File.Exists(Path.Combine(folder, "postfix/log/mail.log")))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(await File.ReadAllTextAsync(Path.Combine(folder, "postfix/log/mail.log"), Gate.Cancel));
            throw;
        }
        finally
        {
            milter.Kill();
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_postfix_that_does_not_start_says_why()
    {
        if (Environment.UserName != "root") Assert.Skip("A postfix needs root.");
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        using var ports = new HeldPorts(1);
        var taken = ((IPEndPoint)other.LocalEndpoint).Port;
        var settings = new MailSettings("mail.isobe.lg.jp", new Dictionary<string, string> { [PostOffice.Domain] = "isobe" }, new(new(IPAddress.Loopback, 10025), new("127.0.0.1", ports[0], SmtpTls.None), MailSettings.InwardRoute), null)
        {
            Postfix = new(new(IPAddress.Loopback, taken), null, ports[0], new("127.0.0.1", 1), null, []),
        };
        var folder = Directory.CreateTempSubdirectory("sekisho-postfix-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        try
        {
            var said = await Assert.ThrowsAsync<StorageException>(() => PostfixFront.StartAsync(folder, settings, NullLogger.Instance, Gate.Cancel));
            Assert.Equal("XNG-MAIL-015", said.Code);
            Assert.Contains($"bind 127.0.0.1 port {taken}: Address already in use", said.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> StatesAsync(PostOffice office, string subject, string awaited)
    {
        List<string> states = [];
        for (var i = 0; i < 600 && !states.Contains(awaited); i++)
        {
            await Task.Delay(50, Gate.Cancel);
            await using var tx = await office.Gate.Test.Database.EnterAsync(office.Gate.Town, Gate.Cancel);
            states = [.. await tx.Connection.QueryAsync<string>("SELECT state FROM crossing.message WHERE subject = @subject", new { subject })];
        }
        return states;
    }

    private static async Task<string> SwaksAsync(int port, string from, string to, params string[] more)
    {
        using var process = Process.Start(new ProcessStartInfo("swaks", ["--server", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--helo", "swaks.example.com", "--from", from, "--to", to, .. more]) { RedirectStandardOutput = true })!;
        var said = await process.StandardOutput.ReadToEndAsync(Gate.Cancel);
        await process.WaitForExitAsync(Gate.Cancel);
        return said;
    }

    /// <summary>Ports of this machine that nobody gets while this stands, but who listens on them.</summary>
    private sealed class HeldPorts : IDisposable
    {
        private const int SolSocket = 1, SoReuseAddress = 2;

        private readonly Socket[] sockets;

        public HeldPorts(int count) => sockets = [.. Enumerable.Range(0, count).Select(static _ =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // SO_REUSEADDR itself: .NET's option of that name is another.
            socket.SetRawSocketOption(SolSocket, SoReuseAddress, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        })];

        public int this[int number] => ((IPEndPoint)sockets[number].LocalEndPoint!).Port;

        public void Dispose() => Array.ForEach(sockets, static s => s.Dispose());
    }
}
