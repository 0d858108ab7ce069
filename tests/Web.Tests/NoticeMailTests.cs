using System.Net;
using System.Net.Sockets;
using System.Text;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Notices;

namespace Sekisho.Web.Tests;

/// <summary>Notices leave by SMTP as a mail that any client shows.</summary>
public sealed class NoticeMailTests
{
    private static readonly DateTimeOffset At = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_notice_goes_to_the_next_server_in_japanese()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var got = TakeAsync(listener);
        var server = NoticeServer.Read($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "関所 <sekisho@hama.example.lg.jp>")!;
        await server.SendAsync(new("kacho@hama.example.lg.jp", "[関所] 承認を待つ申請 2 件", "課長 さん\n\nhttps://sekisho.example.lg.jp/crossings/1\n"), At, Cancel);
        var (envelope, data) = await got;
        Assert.Equal(["MAIL FROM:<sekisho@hama.example.lg.jp>", "RCPT TO:<kacho@hama.example.lg.jp>"], envelope);
        Assert.Contains("Auto-Submitted: auto-generated", data, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("=?utf-8?B?", data, StringComparison.OrdinalIgnoreCase);
        var body = Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(data[(data.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Where(c => !char.IsWhiteSpace(c)))));
        Assert.Contains("課長 さん", body, StringComparison.Ordinal);
        Assert.Contains("/crossings/1", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_away_is_told_as_such()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = NoticeServer.Read($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "sekisho@hama.example.lg.jp")!;
        listener.Stop();
        await Assert.ThrowsAnyAsync<IOException>(() => server.SendAsync(new("kacho@hama.example.lg.jp", "題", "本文"), At, Cancel));
        await Assert.ThrowsAsync<IOException>(() => server.SendAsync(new("no address", "題", "本文"), At, Cancel));
    }

    [Theory]
    [InlineData("mail.example.lg.jp", "a@example.lg.jp", true)]
    [InlineData("mail.example.lg.jp:587", "a@example.lg.jp", true)]
    [InlineData("mail.example.lg.jp:0", "a@example.lg.jp", false)]
    [InlineData("mail example", "a@example.lg.jp", false)]
    [InlineData("mail.example.lg.jp", "nobody", false)]
    [InlineData("mail.example.lg.jp", null, false)]
    public void A_server_is_read_with_its_sender(string server, string? from, bool good) => Assert.Equal(good, NoticeServer.Read(server, from) is not null);

    /// <summary>A server of this machine is spoken to in the clear, any other encrypted where it can be; whoever asks for certainty gets it or nothing.</summary>
    [Fact]
    public async Task How_it_is_encrypted_is_said_as_for_the_gateway()
    {
        const string from = "関所 <a@example.lg.jp>";
        Assert.Equal((SmtpTls.None, "関所"), (NoticeServer.Read("127.0.0.1", from)!.Hop.Tls, NoticeServer.Read("127.0.0.1", from)!.Name));
        Assert.Equal(SmtpTls.WhenOffered, NoticeServer.Read("mail.example.lg.jp", from)!.Hop.Tls);
        Assert.Null(NoticeServer.Read("mail.example.lg.jp", from, "perhaps"));
        Assert.Null(NoticeServer.Read("mail.example.lg.jp", from, "required", "/nowhere/ca.pem"));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var got = TakeAsync(listener);
        var server = NoticeServer.Read($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", from, "required")!;
        Assert.Contains("STARTTLS isn't offered", (await Assert.ThrowsAnyAsync<IOException>(() => server.SendAsync(new("kacho@hama.example.lg.jp", "題", "本文"), At, Cancel))).Message, StringComparison.Ordinal);
        Assert.Empty((await got).Envelope);
    }

    private static async Task<(List<string> Envelope, string Data)> TakeAsync(TcpListener listener)
    {
        using var client = await listener.AcceptTcpClientAsync(Cancel);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var (envelope, data) = (new List<string>(), new StringBuilder());
        await SayAsync("220 test");
        while (await reader.ReadLineAsync(Cancel) is { } line)
        {
            if (line.StartsWith("MAIL", StringComparison.OrdinalIgnoreCase) || line.StartsWith("RCPT", StringComparison.OrdinalIgnoreCase)) envelope.Add(line);
            if (line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase)) break;
            if (line.StartsWith("DATA", StringComparison.OrdinalIgnoreCase))
            {
                await SayAsync("354 go on");
                while (await reader.ReadLineAsync(Cancel) is { } text && text != ".") data.Append(text).Append("\r\n");
                await SayAsync("250 taken");
                break;
            }
            await SayAsync("250 test");
        }
        return (envelope, data.ToString());

        async Task SayAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"), Cancel);
    }
}
