using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Crossing.Mail.Smtp;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>The server and the client of SMTP by themselves: what hostile and broken programs on the other end can do.</summary>
public sealed class SmtpTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    private const string Begin = "EHLO a.example\r\n", Letter = "MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n";

    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\r\n.\n")]
    [InlineData("\n.\r\n")]
    [InlineData("\r.\r")]
    [InlineData("\r\n.\r")]
    [InlineData("\r\n\0.\r\n")]
    public async Task Nothing_but_crlf_dot_crlf_ends_a_message(string end)
    {
        await using var house = House.Open();
        var smuggled = $"Subject: one\r\n\r\ntext{end}MAIL FROM:<evil@evil.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nSubject: two\r\n\r\nx\r\n.\r\n";
        var heard = await PostOffice.SpeakAsync(house.Port, Begin, Letter, smuggled, "QUIT\r\n");
        // One message or none, never two: what follows the false end is part of the first.
        Assert.DoesNotContain(house.Kept, m => m.Envelope.From!.ToString().Contains("evil", StringComparison.Ordinal));
        if (end.Contains('\0', StringComparison.Ordinal)) Assert.Contains("MAIL FROM:<evil", Assert.Single(house.Kept).Text, StringComparison.Ordinal);
        else
        {
            Assert.Empty(house.Kept);
            Assert.Contains("550 5.6.11", heard, StringComparison.Ordinal);
        }
        Assert.EndsWith("221 2.0.0 Bye\r\n", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_are_gone_before_they_are_met_take_nobodys_place()
    {
        // Were only some of them counted for ever, the few places would be gone.
        await using var house = House.Open(new SmtpLimits { Sessions = 20, SessionsOfOneAddress = 20 });
        for (var i = 0; i < 3000; i++)
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.LingerState = new(true, 0); // reset, not closed
            client.Connect(IPAddress.Loopback, house.Port);
        }
        var heard = "";
        for (var i = 0; i < 600 && !heard.StartsWith("220", StringComparison.Ordinal); i++)
        {
            // Until the last of them has been met and counted out.
            if (i > 0) await Task.Delay(100, Cancel);
            try
            {
                heard = await PostOffice.SpeakAsync(house.Port, Begin, "QUIT\r\n");
            }
            catch (IOException)
            {
                // Sent away in the middle of a word: too many are still there.
            }
        }
        Assert.StartsWith("220", heard, StringComparison.Ordinal);
        // All of the places are free again.
        var all = Enumerable.Range(0, 19).Select(_ => new TcpClient("127.0.0.1", house.Port)).ToList();
        foreach (var one in all)
        {
            var greeting = new byte[3];
            await one.GetStream().ReadExactlyAsync(greeting, Cancel);
            Assert.Equal("220"u8.ToArray(), greeting);
        }
        all.ForEach(static a => a.Dispose());
    }

    [Fact]
    public void What_goes_out_comes_back_whatever_the_pieces()
    {
        var random = new Random(5);
        for (var round = 0; round < 3000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(6) switch { 0 => ".", 1 => "\r\n", 2 => "..", 3 => "\n", 4 => "\r", _ => "a" }));
            var wire = new MemoryStream();
            var encoder = new DotEncoder();
            for (var at = 0; at < text.Length;)
            {
                var part = Math.Min(1 + random.Next(5), text.Length - at);
                var room = new byte[part * 2];
                wire.Write(room, 0, encoder.Push(Encoding.ASCII.GetBytes(text, at, part), room));
                at += part;
            }
            wire.Write(encoder.End().Span);
            wire.Write("NOOP"u8);
            var (decoder, plain, sent, isEnd) = (new DotDecoder(), new MemoryStream(), wire.ToArray(), false);
            var read = 0;
            while (!isEnd && read < sent.Length)
            {
                var part = Math.Min(1 + random.Next(5), sent.Length - read);
                var room = new byte[part + 1];
                var (its, written, end) = decoder.Push(sent.AsSpan(read, part), room);
                plain.Write(room, 0, written);
                (read, isEnd) = (read + its, end);
            }
            // Lines as SMTP has them: CRLF alone, the last one ended.
            var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Replace("\n", "\r\n", StringComparison.Ordinal);
            Assert.Equal(lines.Length == 0 || lines.EndsWith("\r\n", StringComparison.Ordinal) ? lines : lines + "\r\n", Encoding.ASCII.GetString(plain.ToArray()));
            Assert.True(isEnd);
            Assert.Equal("NOOP", Encoding.ASCII.GetString(sent[read..]));
            Assert.False(decoder.HasBare);
        }
    }

    [Fact]
    public async Task Many_messages_go_over_one_session_and_commands_may_come_all_at_once()
    {
        await using var house = House.Open();
        var all = string.Concat(Enumerable.Range(0, 20).Select(i => $"MAIL FROM:<> SIZE=20\r\nRCPT TO:<\"b b\"@b.example>\r\nRCPT TO:<no@refused.example>\r\nDATA\r\nSubject: {i}\r\n\r\n..dot\r\n.\r\n"));
        var heard = await PostOffice.SpeakAsync(house.Port, Begin + all + "RSET\r\nNOOP\r\nVRFY x\r\nQUIT\r\n");
        Assert.Equal(20, house.Kept.Count);
        Assert.All(house.Kept, m => Assert.Equal((null, "\"b b\"@b.example"), (m.Envelope.From?.ToString(), m.Envelope.To.Single().ToString())));
        Assert.Contains("\r\n\r\n.dot\r\n", house.Kept.First().Text, StringComparison.Ordinal);
        Assert.Equal(20, heard.Split("550 5.7.1 refused").Length - 1);
    }

    [Theory]
    [InlineData("DATA\r\n", "503")]
    [InlineData("MAIL FROM:a@a.example\r\n", "501")]
    [InlineData("MAIL FROM:<a@a.example> FOO=1\r\n", "555")]
    [InlineData("MAIL FROM:<a@a.example> SIZE=99999999999\r\n", "552")]
    [InlineData("MAIL FROM:<\u00e9@a.example>\r\n", "501")]
    [InlineData("MAIL FROM:<a b@a.example>\r\n", "501")]
    [InlineData("MAIL FROM:<a@-a.example>\r\n", "501")]
    [InlineData("STARTTLS\r\n", "502")]
    [InlineData("WIZ\r\n", "500")]
    [InlineData("MAIL FROM:<a@a.example>\r\nDATA\r\n", "554")]
    public async Task Wrong_commands_are_told_so_and_the_session_goes_on(string said, string answer)
    {
        await using var house = House.Open();
        var heard = await PostOffice.SpeakAsync(house.Port, Begin, said, "NOOP\r\n");
        Assert.Contains($"\r\n{answer} ", heard, StringComparison.Ordinal);
        Assert.EndsWith("250 2.0.0 Ok\r\n", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_feed_alone_in_a_command_ends_the_session()
    {
        await using var house = House.Open();
        var heard = await PostOffice.SpeakAsync(house.Port, Begin, "NOOP\nMAIL FROM:<a@a.example>\r\n");
        Assert.EndsWith("XNG-MAIL-001)\r\n", heard, StringComparison.Ordinal);
        heard = await PostOffice.SpeakAsync(house.Port, new string('x', 100_000), "\r\nNOOP\r\n");
        Assert.Contains("500 5.5.2 Line too long", heard, StringComparison.Ordinal);
        heard = await PostOffice.SpeakAsync(house.Port, string.Concat(Enumerable.Repeat("FOO\r\n", 30)));
        Assert.EndsWith("421 4.7.0 Too many errors\r\n", heard, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_cut_off_is_not_kept_and_what_is_too_large_is_read_to_its_end()
    {
        await using var house = House.Open(most: 1000);
        await PostOffice.SpeakAsync(house.Port, Begin, Letter, "Subject: cut\r\n\r\nhalf");
        var heard = await PostOffice.SpeakAsync(house.Port, Begin, Letter, new string('x', 500_000) + "\r\n.\r\n", "NOOP\r\n");
        Assert.Contains("552 5.3.4", heard, StringComparison.Ordinal);
        Assert.EndsWith("250 2.0.0 Ok\r\n", heard, StringComparison.Ordinal);
        Assert.Empty(house.Kept);
        for (var i = 0; i < 100 && house.Dropped < 2; i++) await Task.Delay(20, Cancel);
        Assert.Equal(2, house.Dropped);
    }

    [Fact]
    public async Task A_full_disk_is_a_matter_of_later_and_the_session_goes_on()
    {
        await using var house = House.Open();
        var heard = await PostOffice.SpeakAsync(house.Port, Begin, "MAIL FROM:<a@a.example>\r\nRCPT TO:<full@b.example>\r\nDATA\r\n", new string('x', 200_000) + "\r\n.\r\n", "QUIT\r\n");
        Assert.Contains("452 4.3.1", heard, StringComparison.Ordinal);
        Assert.EndsWith("221 2.0.0 Bye\r\n", heard, StringComparison.Ordinal);
        Assert.Empty(house.Kept);
    }

    [Fact]
    public async Task Only_trusted_servers_say_who_really_sends()
    {
        await using (var trusting = House.Open())
        {
            await PostOffice.SpeakAsync(trusting.Port, Begin, "XFORWARD NAME=mx.real.example ADDR=192.0.2.7 HELO=real\r\n", Letter, "x\r\n.\r\n");
            Assert.Equal(new SmtpPeer("192.0.2.7", "real", "mx.real.example"), Assert.Single(trusting.Kept).Envelope.Peer);
        }
        await using var wary = House.Open(new() { Trusted = [] });
        var heard = await PostOffice.SpeakAsync(wary.Port, Begin, "XFORWARD ADDR=192.0.2.7\r\n", Letter, "x\r\n.\r\n");
        Assert.Contains("500 5.5.2", heard, StringComparison.Ordinal);
        Assert.Equal("127.0.0.1", Assert.Single(wary.Kept).Envelope.Peer.Address);
    }

    [Fact]
    public async Task Who_says_nothing_and_who_comes_too_often_is_sent_away()
    {
        await using var house = House.Open(new() { CommandTime = TimeSpan.FromMilliseconds(400), BlockTime = TimeSpan.FromMilliseconds(100), Sessions = 3 });
        var open = new List<TcpClient>();
        for (var i = 0; i < 3; i++)
        {
            open.Add(new TcpClient());
            await open[i].ConnectAsync(IPAddress.Loopback, house.Port, Cancel);
            Assert.True(await open[i].GetStream().ReadAsync(new byte[100], Cancel) > 0);
        }
        Assert.StartsWith("421 4.3.2", await PostOffice.SpeakAsync(house.Port), StringComparison.Ordinal);
        var last = new byte[200];
        var read = await open[0].GetStream().ReadAsync(last, Cancel);
        Assert.StartsWith("421 4.4.2", Encoding.ASCII.GetString(last, 0, read), StringComparison.Ordinal);
        open.ForEach(c => c.Dispose());
        for (var i = 0; i < 100; i++)
        {
            var heard = await PostOffice.SpeakAsync(house.Port, Begin, Letter, "half");
            if (heard.Contains("421 4.4.2", StringComparison.Ordinal)) return;
        }
        Assert.Fail("A message that never ends was waited for.");
    }

    [Fact]
    public async Task The_client_tells_each_recipients_fate_and_says_many_messages_on_one_line()
    {
        await using var house = House.Open(most: 5000);
        await using var sender = await SmtpSender.ConnectAsync(new("127.0.0.1", house.Port, SmtpTls.None), "me.example", new(), Cancel);
        MailAddress[] to = [Read("b@b.example"), Read("no@refused.example"), Read("ü@b.example")];
        for (var i = 0; i < 3; i++)
        {
            var text = $"Subject: {i}\n\n.\n..\nend";
            var outcomes = await sender.SendAsync(Read("a@a.example"), to, false, true, text.Length, new MemoryStream(Encoding.ASCII.GetBytes(text)), Cancel);
            Assert.Equal([250, 550, 250], outcomes.Select(o => o.Reply.Code));
            Assert.Equal(("5.7.1", "refused"), (outcomes[1].Reply.Enhanced, outcomes[1].Reply.Text));
        }
        Assert.Equal(3, house.Kept.Count);
        Assert.Equal("Subject: 0\r\n\r\n.\r\n..\r\nend\r\n", house.Kept.Single(k => k.Text.StartsWith("Subject: 0", StringComparison.Ordinal)).Text);
        Assert.Equal([552], (await sender.SendAsync(null, [to[0]], false, false, 99_999, new MemoryStream(), Cancel)).Select(o => o.Reply.Code));
        Assert.Equal([550], (await sender.SendAsync(null, [to[1]], false, false, 10, new MemoryStream("x"u8.ToArray()), Cancel)).Select(o => o.Reply.Code));
        Assert.Equal([250], (await sender.SendAsync(null, [to[0]], false, false, 1, new MemoryStream("x"u8.ToArray()), Cancel)).Select(o => o.Reply.Code));
        await Assert.ThrowsAsync<SmtpException>(() => SmtpSender.ConnectAsync(new("127.0.0.1", house.Port, SmtpTls.Required), "me.example", new(), Cancel));
    }

    private static MailAddress Read(string address) => MailAddress.Read(address)!;

    /// <summary>A server that keeps messages in memory.</summary>
    private sealed class House : ISmtpTaker, IAsyncDisposable
    {
        private SmtpListener listener = null!;

        public ConcurrentQueue<(SmtpEnvelope Envelope, string Text)> Kept { get; } = new();

        public int Dropped;

        public long MostBytes { get; init; }

        public int Port => listener.Address.Port;

        public static House Open(SmtpLimits? limits = null, long most = 1 << 20)
        {
            var house = new House { MostBytes = most };
            house.listener = SmtpListener.Start(new(IPAddress.Loopback, 0), "house.example", limits ?? new(), house, NullLogger.Instance, TimeProvider.System);
            return house;
        }

        public ValueTask<SmtpReply?> FromAsync(SmtpEnvelope envelope, CancellationToken cancel) => new((SmtpReply?)null);

        public ValueTask<SmtpReply?> ToAsync(SmtpEnvelope envelope, MailAddress recipient, CancellationToken cancel) => new(recipient.Domain == "refused.example" ? new SmtpReply(550, "5.7.1", "refused") : null);

        public ValueTask<(ISmtpDrop? Drop, SmtpReply Reply)> OpenAsync(SmtpEnvelope envelope, CancellationToken cancel) => new((new Drop(this, envelope), default));

        public ValueTask DisposeAsync() => listener.DisposeAsync();

        private sealed class Drop(House house, SmtpEnvelope envelope) : ISmtpDrop
        {
            private readonly MemoryStream content = new();
            private bool isKept;

            public long MostBytes => house.MostBytes;

            public ValueTask WriteAsync(ReadOnlyMemory<byte> untrusted, CancellationToken cancel) => envelope.To[0].Local == "full" ? throw new IOException("No space left on device") : content.WriteAsync(untrusted, cancel);

            public ValueTask<SmtpReply> KeepAsync(CancellationToken cancel)
            {
                isKept = true;
                house.Kept.Enqueue((envelope, Encoding.Latin1.GetString(content.ToArray())));
                return new(SmtpReplies.Kept("1"));
            }

            public ValueTask DisposeAsync()
            {
                if (!isKept) Interlocked.Increment(ref house.Dropped);
                return ValueTask.CompletedTask;
            }
        }
    }
}
