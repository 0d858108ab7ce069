using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sekisho.Crossing.Mail.Smtp;

/// <summary>Whether a way is encrypted.</summary>
public enum SmtpTls
{
    /// <summary>Never: for a server on this machine.</summary>
    None,

    /// <summary>Where it is offered; whose certificate it is isn't asked (RFC 7435).</summary>
    WhenOffered,

    /// <summary>Always, with a certificate that names the server; without it nothing is sent.</summary>
    Required,
}

/// <summary>The next server on the way of a message.</summary>
/// <param name="CaFile">PEM of who signs its certificate; null: whoever the machine trusts.</param>
public sealed record SmtpHop(string Host, int Port, SmtpTls Tls = SmtpTls.WhenOffered, string? CaFile = null)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}");
}

/// <summary>How long a client waits (RFC 5321 §4.5.3.2).</summary>
public sealed record SmtpPatience
{
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan Answer { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan Block { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For the answer to the last dot: a server may do much before it says 250.</summary>
    public TimeSpan End { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>The line to the next server broke, or it spoke no SMTP. Trying again later can help.</summary>
/// <param name="mayHaveTaken">True when the message was sent whole and no answer came: the server may have it.</param>
public sealed class SmtpException(string what, bool mayHaveTaken = false, Exception? inner = null) : IOException(what, inner)
{
    public bool MayHaveTaken { get; } = mayHaveTaken;
}

/// <summary>What became of one recipient.</summary>
public sealed record SmtpOutcome(MailAddress To, SmtpReply Reply);

/// <summary>A client of SMTP (RFC 5321): one connection, many messages. Bytes go out as they are, but for line ends and dots.</summary>
/// <remarks>Not for two callers at once. After an <see cref="SmtpException"/> it is of no use any more.</remarks>
public sealed class SmtpSender : IAsyncDisposable
{
    private const int Block = 1 << 15, MostAnswer = 1 << 16;

    private readonly SmtpHop hop;
    private readonly SmtpPatience patience;
    private readonly HashSet<string> offered = new(StringComparer.OrdinalIgnoreCase);
    private Stream stream;
    private PipeReader reader;
    private long mostBytes = long.MaxValue;

    private SmtpSender(SmtpHop hop, SmtpPatience patience, Stream stream) => (this.hop, this.patience, this.stream, reader) = (hop, patience, stream, PipeReader.Create(stream, new(leaveOpen: true)));

    /// <summary>True when the way is encrypted.</summary>
    public bool IsEncrypted => stream is SslStream;

    /// <summary>Connects and says hello, encrypted as the hop asks for.</summary>
    /// <param name="helo">The name that this machine calls itself by.</param>
    /// <exception cref="SmtpException">It isn't there, doesn't want to talk, or can't be trusted.</exception>
    public static async Task<SmtpSender> ConnectAsync(SmtpHop hop, string helo, SmtpPatience patience, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(hop);
        ArgumentNullException.ThrowIfNull(patience);
        var client = new TcpClient { NoDelay = true };
        try
        {
            await WithinAsync(patience.Connect, c => client.ConnectAsync(hop.Host, hop.Port, c).AsTask(), cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or SmtpException or ArgumentException)
        {
            client.Dispose();
            throw new SmtpException($"{hop}: {e.Message}", inner: e);
        }
        var sender = new SmtpSender(hop, patience, client.GetStream());
        try
        {
            await sender.GreetAsync(helo, cancel).ConfigureAwait(false);
            return sender;
        }
        catch
        {
            await sender.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends one message.</summary>
    /// <param name="from">Null: a notice that must never be answered.</param>
    /// <param name="isUtf8">Its headers or addresses hold UTF-8 that isn't encoded (RFC 6532).</param>
    /// <param name="is8Bit">Its bodies hold bytes above 127.</param>
    /// <param name="content">From where it stands to its end; read once.</param>
    /// <returns>For each recipient what the server said. 2xx: it has it.</returns>
    /// <exception cref="SmtpException">The line broke.</exception>
    public async Task<IReadOnlyList<SmtpOutcome>> SendAsync(MailAddress? from, IReadOnlyList<MailAddress> to, bool isUtf8, bool is8Bit, long bytes, Stream content, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(content);
        isUtf8 |= from is { NeedsUtf8: true } || to.Any(static t => t.NeedsUtf8);
        if (isUtf8 && !offered.Contains("SMTPUTF8")) return All(new(550, "5.6.7", $"{hop} takes no UTF-8 in addresses and headers"));
        if (is8Bit && !offered.Contains("8BITMIME")) return All(new(550, "5.6.3", $"{hop} takes no 8-bit text"));
        if (bytes > mostBytes) return All(new(552, "5.3.4", $"{hop} takes {mostBytes} bytes at most"));
        var mail = $"MAIL FROM:<{from}>{(offered.Contains("SIZE") ? string.Create(CultureInfo.InvariantCulture, $" SIZE={bytes}") : "")}{(is8Bit ? " BODY=8BITMIME" : "")}{(isUtf8 ? " SMTPUTF8" : "")}\r\n";
        var outcomes = new SmtpOutcome[to.Count];
        SmtpReply start;
        if (offered.Contains("PIPELINING"))
        {
            await WriteAsync(mail + string.Concat(to.Select(static t => $"RCPT TO:<{t}>\r\n")) + "DATA\r\n", cancel).ConfigureAwait(false);
            var sender = await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false);
            for (var i = 0; i < to.Count; i++) outcomes[i] = new(to[i], await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false));
            start = await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false);
            if (!sender.IsDone) outcomes = [.. to.Select(t => new SmtpOutcome(t, sender))];
        }
        else
        {
            await WriteAsync(mail, cancel).ConfigureAwait(false);
            var sender = await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false);
            if (!sender.IsDone) return await ResetAsync(All(sender), cancel).ConfigureAwait(false);
            for (var i = 0; i < to.Count; i++)
            {
                await WriteAsync($"RCPT TO:<{to[i]}>\r\n", cancel).ConfigureAwait(false);
                outcomes[i] = new(to[i], await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false));
            }
            if (!outcomes.Any(static o => o.Reply.IsDone)) return await ResetAsync(outcomes, cancel).ConfigureAwait(false);
            await WriteAsync("DATA\r\n", cancel).ConfigureAwait(false);
            start = await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false);
        }
        if (start.Code != 354)
        {
            // Where a recipient was refused, that is why; for the others it is the answer to DATA.
            var no = start.Code >= 400 ? start : new SmtpReply(451, "4.5.0", $"unexpected answer to DATA: {start.Code}");
            return await ResetAsync([.. outcomes.Select(o => o.Reply.IsDone ? o with { Reply = no } : o)], cancel).ConfigureAwait(false);
        }
        if (!outcomes.Any(static o => o.Reply.IsDone))
        {
            // The server wants text though nobody is to get it: it gets none (RFC 2920 §3.1).
            await WriteAsync(".\r\n", cancel).ConfigureAwait(false);
            await AnswerAsync(patience.End, cancel).ConfigureAwait(false);
            return outcomes;
        }
        await TextAsync(content, cancel).ConfigureAwait(false);
        SmtpReply end;
        try
        {
            end = await AnswerAsync(patience.End, cancel).ConfigureAwait(false);
        }
        catch (SmtpException e)
        {
            throw new SmtpException(e.Message, mayHaveTaken: true, e);
        }
        if (end.Code is < 200 or (>= 300 and < 400)) throw new SmtpException($"{hop}: unexpected answer {end}", mayHaveTaken: true);
        return [.. outcomes.Select(o => o.Reply.IsDone ? o with { Reply = end } : o)];

        SmtpOutcome[] All(SmtpReply reply) => [.. to.Select(t => new SmtpOutcome(t, reply))];
    }

    /// <summary>Takes its leave, where the line still stands.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            await stream.WriteAsync("QUIT\r\n"u8.ToArray(), soon.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone already.
        }
        await reader.CompleteAsync().ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task GreetAsync(string helo, CancellationToken cancel)
    {
        var greeting = await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false);
        if (greeting.Code != 220) throw new SmtpException($"{hop}: {greeting}");
        await HelloAsync(helo, cancel).ConfigureAwait(false);
        if (hop.Tls == SmtpTls.None || !offered.Contains("STARTTLS"))
        {
            if (hop.Tls == SmtpTls.Required) throw new SmtpException($"{hop}: STARTTLS isn't offered");
            return;
        }
        await WriteAsync("STARTTLS\r\n", cancel).ConfigureAwait(false);
        var ready = await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false);
        if (ready.Code != 220)
        {
            if (hop.Tls == SmtpTls.Required) throw new SmtpException($"{hop}: {ready}");
            return;
        }
        // Whatever came in the clear behind the answer was put there by somebody in between (CVE-2011-0411).
        if (reader.TryRead(out var more) && !more.Buffer.IsEmpty) throw new SmtpException($"{hop}: text before the handshake");
        await reader.CompleteAsync().ConfigureAwait(false);
        var ssl = new SslStream(stream, leaveInnerStreamOpen: false);
        stream = ssl;
        try
        {
            await WithinAsync(patience.Connect, c => ssl.AuthenticateAsClientAsync(Options(), c), cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw new SmtpException($"{hop}: {e.Message}", inner: e);
        }
        reader = PipeReader.Create(stream, new(leaveOpen: true));
        offered.Clear();
        await HelloAsync(helo, cancel).ConfigureAwait(false);
    }

    private SslClientAuthenticationOptions Options()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = hop.Host };
        if (hop.Tls == SmtpTls.WhenOffered)
        {
#pragma warning disable CA5359 // Unverified encryption instead of none at all: RFC 7435. Who wants certainty asks for Required.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (hop.CaFile is { } file)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        }
        return options;
    }

    private async Task HelloAsync(string helo, CancellationToken cancel)
    {
        await WriteAsync($"EHLO {helo}\r\n", cancel).ConfigureAwait(false);
        var lines = new List<string>();
        var answer = await AnswerAsync(patience.Answer, cancel, lines).ConfigureAwait(false);
        if (!answer.IsDone)
        {
            await WriteAsync($"HELO {helo}\r\n", cancel).ConfigureAwait(false);
            answer = await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false);
            if (!answer.IsDone) throw new SmtpException($"{hop}: {answer}");
            return;
        }
        foreach (var line in lines.Skip(1))
        {
            var words = line.Split(' ', 2);
            offered.Add(words[0]);
            if (words[0].Equals("SIZE", StringComparison.OrdinalIgnoreCase) && words.Length > 1 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0) mostBytes = most;
        }
    }

    private async Task TextAsync(Stream content, CancellationToken cancel)
    {
        var plain = ArrayPool<byte>.Shared.Rent(Block);
        var wire = ArrayPool<byte>.Shared.Rent(Block * 2);
        try
        {
            var encoder = new DotEncoder();
            int read;
            while ((read = await content.ReadAsync(plain.AsMemory(0, Block), cancel).ConfigureAwait(false)) > 0)
            {
                var written = encoder.Push(plain.AsSpan(0, read), wire);
                await SendBytesAsync(wire.AsMemory(0, written), cancel).ConfigureAwait(false);
            }
            await SendBytesAsync(encoder.End(), cancel).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(wire);
        }
    }

    private async Task<SmtpOutcome[]> ResetAsync(SmtpOutcome[] outcomes, CancellationToken cancel)
    {
        // A server that closes with 421 doesn't hear it.
        if (outcomes.Any(static o => o.Reply.Code == 421)) throw new SmtpException($"{hop}: {outcomes[0].Reply}");
        await WriteAsync("RSET\r\n", cancel).ConfigureAwait(false);
        await AnswerAsync(patience.Answer, cancel).ConfigureAwait(false);
        return outcomes;
    }

    private Task WriteAsync(string text, CancellationToken cancel) => SendBytesAsync(Encoding.UTF8.GetBytes(text), cancel);

    private async Task SendBytesAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await WithinAsync(patience.Block, c => stream.WriteAsync(bytes, c).AsTask(), cancel).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not SmtpException)
        {
            throw new SmtpException($"{hop}: {e.Message}", inner: e);
        }
    }

    /// <summary>One answer, of one or more lines.</summary>
    private async Task<SmtpReply> AnswerAsync(TimeSpan atMost, CancellationToken cancel, List<string>? lines = null)
    {
        var text = new StringBuilder();
        for (var total = 0; ;)
        {
            var line = await LineAsync(atMost, cancel).ConfigureAwait(false);
            if ((total += line.Length) > MostAnswer) throw new SmtpException($"{hop}: an answer without end");
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 200 or > 599 || (line.Length > 3 && line[3] is not (' ' or '-'))) throw new SmtpException($"{hop}: no answer of SMTP: {Printable(line)}");
            var rest = line.Length > 4 ? line[4..] : "";
            lines?.Add(rest);
            if (text.Length > 0) text.Append(' ');
            text.Append(rest);
            if (line.Length > 3 && line[3] == '-') continue;
            var said = Printable(text.ToString());
            var words = said.Split(' ', 2);
            return words[0].Split('.') is [[>= '2' and <= '5'] _, { Length: > 0 } subject, { Length: > 0 } detail] && subject.All(char.IsAsciiDigit) && detail.All(char.IsAsciiDigit)
                ? new(code, words[0], words.Length > 1 ? words[1] : "")
                : new(code, "", said);
        }
    }

    private async Task<string> LineAsync(TimeSpan atMost, CancellationToken cancel)
    {
        while (true)
        {
            ReadResult result = default;
            try
            {
                await WithinAsync(atMost, async c => result = await reader.ReadAsync(c).ConfigureAwait(false), cancel).ConfigureAwait(false);
            }
            catch (IOException e) when (e is not SmtpException)
            {
                throw new SmtpException($"{hop}: {e.Message}", inner: e);
            }
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(buffer.Slice(0, end)).TrimEnd('\r');
                reader.AdvanceTo(buffer.GetPosition(1, end));
                return line;
            }
            if (result.IsCompleted) throw new SmtpException($"{hop}: the line broke");
            if (buffer.Length > MostAnswer) throw new SmtpException($"{hop}: an answer without end");
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>What a server says is kept and shown: at most 500 characters of one line.</summary>
    private static string Printable(string untrusted)
    {
        var line = new string([.. untrusted.Select(static c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)]).Trim();
        return line.Length > 500 ? line[..500] : line;
    }

    private static async Task WithinAsync(TimeSpan atMost, Func<CancellationToken, Task> act, CancellationToken cancel)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        clock.CancelAfter(atMost);
        try
        {
            await act(clock.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new SmtpException("no answer in time");
        }
    }
}
