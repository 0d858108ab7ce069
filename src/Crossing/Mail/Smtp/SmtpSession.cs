using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;

namespace Sekisho.Crossing.Mail.Smtp;

/// <summary>One conversation with a client of SMTP, from the greeting to its end (RFC 5321; SIZE, 8BITMIME, PIPELINING, SMTPUTF8, AUTH, enhanced codes; XFORWARD of trusted servers).</summary>
internal sealed class SmtpSession : IDisposable
{
    private const int MostCommandBytes = 2048, Block = 1 << 15, MostWrongKeys = 3;

    private static readonly UTF8Encoding Strict = new(false, true);

    private readonly SmtpCertificate? certificate;
    private Stream stream;
    private PipeReader reader;
    private SslStream? secured;
    private readonly IPAddress address;
    private readonly string host;
    private readonly SmtpLimits limits;
    private readonly ISmtpTaker taker;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource clock;
    private readonly CancellationToken stop;
    private readonly StringBuilder answers = new();
    private readonly List<MailAddress> to = [];
    private readonly Dictionary<string, string> forwarded = new(StringComparer.OrdinalIgnoreCase);
    private string? helo;
    private SmtpEnvelope? envelope;
    private SmtpSystem? by;
    private int errors, idle, wrongKeys;
    private bool isOver;

    /// <param name="certificate">Null: STARTTLS isn't offered.</param>
    public SmtpSession(Stream stream, IPAddress address, string host, SmtpLimits limits, ISmtpTaker taker, SmtpCertificate? certificate, TimeProvider time, CancellationToken stop)
    {
        (this.stream, this.address, this.host, this.limits, this.taker, this.certificate, this.time, this.stop) = (stream, address, host, limits, taker, certificate, time, stop);
        reader = PipeReader.Create(stream, new(bufferSize: Block, leaveOpen: true));
        clock = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    private bool IsTrusted => limits.Trusted.Any(n => n.Contains(address));

    public void Dispose()
    {
        secured?.Dispose();
        clock.Dispose();
    }

    /// <summary>Speaks until the client leaves, is sent away, or the line breaks.</summary>
    public async Task RunAsync()
    {
        try
        {
            Say(new(220, "", $"{host} ESMTP Sekisho"));
            while (!isOver)
            {
                var line = await LineAsync().ConfigureAwait(false);
                if (line is null) break;
                if (await ObeyAsync(line).ConfigureAwait(false) is { } answer) Say(answer);
            }
            await FlushAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await LeaveAsync(stop.IsCancellationRequested ? SmtpReplies.Stopping : SmtpReplies.Idle).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The line broke: what wasn't answered with 250 isn't kept, and the client knows it.
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task LeaveAsync(SmtpReply last)
    {
        try
        {
            Say(last);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answers.ToString()), CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(2), time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            // Nobody is there to hear it.
        }
    }

    private async Task<SmtpReply?> ObeyAsync(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        var (verb, rest) = space < 0 ? (line, "") : (line[..space], line[(space + 1)..].Trim(' '));
        var command = verb.ToUpperInvariant();
        // Whoever never sends a message holds a place that others wait for.
        if (command is not ("RCPT" or "QUIT") && ++idle > limits.Idle)
        {
            isOver = true;
            return SmtpReplies.TooManyErrors;
        }
        switch (command)
        {
            case "EHLO":
                return Hello(rest, isExtended: true);
            case "HELO":
                return Hello(rest, isExtended: false);
            case "STARTTLS" when certificate is not null:
                return rest.Length > 0 ? Wrong(SmtpReplies.BadSyntax) : await SecureAsync().ConfigureAwait(false);
            case "MAIL" when certificate is { IsRequired: true } && secured is null:
                return Wrong(SmtpReplies.NeedsTls);
            case "MAIL":
                return await MailAsync(rest).ConfigureAwait(false);
            case "RCPT":
                return await RecipientAsync(rest).ConfigureAwait(false);
            case "DATA":
                return rest.Length > 0 ? Wrong(SmtpReplies.BadSyntax) : await DataAsync().ConfigureAwait(false);
            case "RSET":
                Forget();
                return SmtpReplies.Fine;
            case "NOOP":
                return SmtpReplies.Fine;
            case "VRFY":
                return new(252, "2.0.0", "Send the message to find out");
            case "HELP":
                return new(214, "2.0.0", "RFC 5321");
            case "XFORWARD" when IsTrusted:
                return Forwarded(rest);
            case "QUIT":
                isOver = true;
                return SmtpReplies.Bye;
            case "AUTH" when taker.SignsIn && certificate is not null:
                return await SignInAsync(rest).ConfigureAwait(false);
            case "EXPN" or "STARTTLS" or "AUTH" or "BDAT" or "TURN" or "ETRN" or "XCLIENT":
                return Wrong(SmtpReplies.NotOffered);
            default:
                return Wrong(SmtpReplies.Unknown);
        }
    }

    private SmtpReply? Hello(string name, bool isExtended)
    {
        if (name.Length is 0 or > 255 || name.Any(static c => c is <= ' ' or > '\x7e')) return Wrong(SmtpReplies.BadSyntax);
        Forget();
        helo = name;
        if (!isExtended) return new(250, "", host);
        List<string> offered = [host, "PIPELINING", string.Create(CultureInfo.InvariantCulture, $"SIZE {taker.MostBytes}"), "8BITMIME", "SMTPUTF8", .. IsTrusted ? (string[])["XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE"] : [], .. certificate is not null && secured is null ? (string[])["STARTTLS"] : [], .. CanSignIn ? (string[])["AUTH PLAIN LOGIN"] : [], "ENHANCEDSTATUSCODES"];
        for (var i = 0; i < offered.Count; i++) answers.Append(CultureInfo.InvariantCulture, $"250{(i < offered.Count - 1 ? '-' : ' ')}{offered[i]}\r\n");
        return null;
    }

    /// <summary>The handshake. What was said before it is forgotten: it was said in the clear (RFC 3207 §4.2).</summary>
    private async Task<SmtpReply?> SecureAsync()
    {
        if (secured is not null) return Wrong(SmtpReplies.OutOfOrder);
        // Commands that came in the clear behind this one would be obeyed as if they had come after the handshake (CVE-2011-0411).
        if (reader.TryRead(out var more))
        {
            reader.AdvanceTo(more.Buffer.Start);
            if (!more.Buffer.IsEmpty)
            {
                isOver = true;
                return SmtpReplies.BadSyntax;
            }
        }
        SslStreamCertificateContext own;
        try
        {
            own = certificate!.Read();
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            Troubled?.Invoke(e);
            return SmtpReplies.NoTls;
        }
        Say(SmtpReplies.Secure);
        await FlushAsync().ConfigureAwait(false);
        await reader.CompleteAsync().ConfigureAwait(false);
        secured = new SslStream(stream, leaveInnerStreamOpen: true);
        stream = secured;
        clock.CancelAfter(limits.CommandTime);
        try
        {
            await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = own, EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 }, clock.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or OperationCanceledException)
        {
            // Nothing can be said any more on a line that is halfway encrypted.
            throw new IOException(e.Message, e);
        }
        reader = PipeReader.Create(stream, new(bufferSize: Block, leaveOpen: true));
        helo = null;
        forwarded.Clear();
        Forget();
        return null;
    }

    /// <summary>A key in the clear is a key that is known to all who listen.</summary>
    private bool CanSignIn => taker.SignsIn && secured is not null;

    /// <summary>PLAIN (RFC 4616) and LOGIN, which has no standard and which most printers speak.</summary>
    private async Task<SmtpReply?> SignInAsync(string rest)
    {
        if (!CanSignIn) return Wrong(SmtpReplies.NeedsTlsToSignIn);
        if (helo is null || by is not null || envelope is not null) return Wrong(SmtpReplies.OutOfOrder);
        var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 2) return Wrong(SmtpReplies.BadSyntax);
        // "=" is an answer that is there and empty.
        var first = words.Length == 1 ? null : words[1] == "=" ? "" : words[1];
        string? user, key;
        switch (words[0].ToUpperInvariant())
        {
            case "PLAIN":
                if (Told(first ?? await ChallengeAsync("").ConfigureAwait(false)) is not { } all) return Wrong(SmtpReplies.SignInCancelled);
                if (all.Split('\0') is not [var other, var own, var secret] || (other.Length > 0 && other != own)) return Refused();
                (user, key) = (own, secret);
                break;
            case "LOGIN":
                user = Told(first ?? await ChallengeAsync("VXNlcm5hbWU6").ConfigureAwait(false));
                key = user is null ? null : Told(await ChallengeAsync("UGFzc3dvcmQ6").ConfigureAwait(false));
                if (user is null || key is null) return Wrong(SmtpReplies.SignInCancelled);
                break;
            default:
                return Wrong(SmtpReplies.BadMechanism);
        }
        if (await AskAsync(async c => { by = await taker.SignInAsync(user, key, address, c).ConfigureAwait(false); return null; }).ConfigureAwait(false) is { } trouble) return trouble;
        return by is null ? Refused() : SmtpReplies.SignedIn;

        SmtpReply? Refused()
        {
            // Keys are too long to be guessed; who tries goes on trying elsewhere.
            isOver = ++wrongKeys >= MostWrongKeys;
            return isOver ? SmtpReplies.TooManyErrors : Wrong(SmtpReplies.WrongKey);
        }

        async Task<string?> ChallengeAsync(string challenge)
        {
            Say(new(334, "", challenge));
            return await LineAsync().ConfigureAwait(false);
        }

        static string? Told(string? line)
        {
            try
            {
                return line is null or "*" ? null : Strict.GetString(Convert.FromBase64String(line));
            }
            catch (Exception e) when (e is FormatException or DecoderFallbackException)
            {
                return null;
            }
        }
    }

    /// <summary>Who really sends, told by the server in front; holds until it says otherwise.</summary>
    private SmtpReply? Forwarded(string attributes)
    {
        foreach (var attribute in attributes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (attribute.Split('=', 2) is not [var name, var value] || name.ToUpperInvariant() is not ("NAME" or "ADDR" or "PORT" or "PROTO" or "HELO" or "IDENT" or "SOURCE")) return Wrong(SmtpReplies.BadSyntax);
            if (value.Length > 255 || value.Any(static c => c is <= ' ' or > '\x7e')) return Wrong(SmtpReplies.BadSyntax);
            forwarded[name] = value.ToUpperInvariant() is "[UNAVAILABLE]" or "[TEMPUNAVAIL]" ? "" : value;
        }
        return SmtpReplies.Fine;
    }

    private SmtpPeer Peer()
    {
        var told = forwarded.GetValueOrDefault("ADDR", "");
        if (told.StartsWith("IPV6:", StringComparison.OrdinalIgnoreCase)) told = told[5..];
        return IPAddress.TryParse(told, out var its) ? new(its.ToString(), forwarded.GetValueOrDefault("HELO", ""), forwarded.GetValueOrDefault("NAME", "")) : new(address.ToString(), helo!, "");
    }

    private async Task<SmtpReply?> MailAsync(string rest)
    {
        if (helo is null || envelope is not null) return Wrong(SmtpReplies.OutOfOrder);
        if (!TryPath(rest, "FROM:", out var path, out var parameters)) return Wrong(SmtpReplies.BadSyntax);
        MailAddress? from = null;
        if (path.Length > 0 && (from = MailAddress.Read(path)) is null) return Wrong(SmtpReplies.BadSender);
        var (isUtf8, size) = (false, (long?)null);
        foreach (var parameter in parameters)
        {
            switch (parameter.ToUpperInvariant())
            {
                case "SMTPUTF8":
                    isUtf8 = true;
                    break;
                case "BODY=7BIT" or "BODY=8BITMIME":
                    break;
                case var text when CanSignIn && text.StartsWith("AUTH=", StringComparison.Ordinal):
                    // For whom a server vouches (RFC 4954 §5): nobody's word is taken for another's here.
                    break;
                case var text when text.StartsWith("SIZE=", StringComparison.Ordinal):
                    if (text.Length > 25 || !long.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var announced)) return Wrong(SmtpReplies.BadSyntax);
                    size = announced;
                    break;
                default:
                    return Wrong(SmtpReplies.BadParameter);
            }
        }
        if (from is { NeedsUtf8: true } && !isUtf8) return Wrong(SmtpReplies.BadSender);
        if (size > taker.MostBytes) return SmtpReplies.TooLarge;
        var wanted = new SmtpEnvelope(Peer(), from, isUtf8, size, []) { Client = address, By = by };
        if (await AskAsync(async c => await taker.FromAsync(wanted, c).ConfigureAwait(false)).ConfigureAwait(false) is { } no) return no;
        envelope = wanted;
        return SmtpReplies.SenderFine;
    }

    private async Task<SmtpReply?> RecipientAsync(string rest)
    {
        if (envelope is null) return Wrong(SmtpReplies.OutOfOrder);
        if (!TryPath(rest, "TO:", out var path, out var parameters)) return Wrong(SmtpReplies.BadSyntax);
        if (parameters.Length > 0) return Wrong(SmtpReplies.BadParameter);
        if (MailAddress.Read(path) is not { } recipient || (recipient.NeedsUtf8 && !envelope.IsUtf8)) return Wrong(SmtpReplies.BadRecipient);
        if (to.Exists(t => t.Folded == recipient.Folded)) return SmtpReplies.RecipientFine;
        if (to.Count >= limits.Recipients) return SmtpReplies.TooManyRecipients;
        if (await AskAsync(async c => await taker.ToAsync(envelope with { To = to }, recipient, c).ConfigureAwait(false)).ConfigureAwait(false) is { } no) return Wrong(no);
        to.Add(recipient);
        return SmtpReplies.RecipientFine;
    }

    private async Task<SmtpReply?> DataAsync()
    {
        if (envelope is null) return Wrong(SmtpReplies.OutOfOrder);
        if (to.Count == 0) return SmtpReplies.NoRecipients;
        var whole = envelope with { To = [.. to] };
        Forget();
        ISmtpDrop? drop = null;
        if (await AskAsync(async c => { (drop, var no) = await taker.OpenAsync(whole, c).ConfigureAwait(false); return drop is null ? no : null; }).ConfigureAwait(false) is { } refused) return refused;
        await using var place = drop!;
        Say(SmtpReplies.GoOn);
        await FlushAsync().ConfigureAwait(false);
        if (await TakeAsync(place).ConfigureAwait(false) is { } fault) return fault;
        var answer = await AskAsync(async c => await place.KeepAsync(c).ConfigureAwait(false)).ConfigureAwait(false);
        if (answer is { IsDone: true }) errors = idle = 0;
        return answer;
    }

    /// <summary>Reads the message to its end whatever becomes of it: what follows is a command again.</summary>
    /// <returns>Null when it is whole and in its place.</returns>
    private async Task<SmtpReply?> TakeAsync(ISmtpDrop place)
    {
        var decoder = new DotDecoder();
        var plain = ArrayPool<byte>.Shared.Rent(Block + 1);
        SmtpReply? fault = null;
        long bytes = 0;
        var began = time.GetTimestamp();
        try
        {
            while (true)
            {
                clock.CancelAfter(limits.BlockTime);
                var result = await reader.ReadAsync(clock.Token).ConfigureAwait(false);
                var buffer = result.Buffer;
                if (buffer.IsEmpty && result.IsCompleted) throw new EndOfStreamException("the line broke within a message");
                var piece = buffer.First.Length > Block ? buffer.First[..Block] : buffer.First;
                var (read, written, isEnd) = decoder.Push(piece.Span, plain);
                bytes += written;
                if (bytes > place.MostBytes) fault ??= SmtpReplies.TooLarge;
                if (decoder.LongestLine > limits.LineBytes) fault ??= SmtpReplies.LinesTooLong;
                if (time.GetElapsedTime(began) > limits.MessageTime) throw new OperationCanceledException("the message took too long");
                if (fault is null && written > 0)
                {
                    try
                    {
                        await place.WriteAsync(plain.AsMemory(0, written), clock.Token).ConfigureAwait(false);
                    }
                    catch (IOException)
                    {
                        fault = SmtpReplies.NoRoom; // the disk, not the line
                    }
                }
                reader.AdvanceTo(buffer.GetPosition(read));
                if (isEnd) return fault ?? (decoder.HasBare ? SmtpReplies.BareLineEnd : null);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    /// <summary>Asks the taker, without the client's clock; its trouble is ours, and passes.</summary>
    private async Task<SmtpReply?> AskAsync(Func<CancellationToken, Task<SmtpReply?>> ask)
    {
        clock.CancelAfter(Timeout.InfiniteTimeSpan);
        try
        {
            return await ask(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            Troubled?.Invoke(e);
            return SmtpReplies.Trouble;
        }
    }

    /// <summary>Told of trouble with the taker.</summary>
    public Action<Exception>? Troubled { get; init; }

    private void Forget()
    {
        envelope = null;
        to.Clear();
    }

    /// <summary>Who tries many things is a program gone wrong, or somebody looking for holes.</summary>
    private SmtpReply? Wrong(SmtpReply reply)
    {
        if (++errors < limits.Errors) return reply;
        isOver = true;
        return SmtpReplies.TooManyErrors;
    }

    private static bool TryPath(string rest, string word, out string path, out string[] parameters)
    {
        (path, parameters) = ("", []);
        if (!rest.StartsWith(word, StringComparison.OrdinalIgnoreCase)) return false;
        var text = rest[word.Length..].TrimStart(' ');
        if (text.Length == 0 || text[0] != '<') return false;
        // The bracket that closes: one within quotes is part of the address.
        var (at, isQuoted) = (1, false);
        for (; at < text.Length && (isQuoted || text[at] != '>'); at++)
        {
            if (text[at] == '"') isQuoted = !isQuoted;
            else if (isQuoted && text[at] == '\\') at++;
        }
        if (at >= text.Length) return false;
        path = text[1..at];
        // A route before the address is taken and ignored (RFC 5321 §4.1.1.3).
        if (path.StartsWith('@') && path.IndexOf(':', StringComparison.Ordinal) is var colon and > 0) path = path[(colon + 1)..];
        var after = text[(at + 1)..];
        if (after.Length > 0 && after[0] != ' ') return false;
        parameters = after.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return true;
    }

    /// <summary>The next command, without its CRLF; null at the end of the line. What was answered is sent before it is waited for.</summary>
    private async Task<string?> LineAsync()
    {
        var isTooLong = false;
        while (true)
        {
            clock.CancelAfter(limits.CommandTime);
            if (!reader.TryRead(out var result))
            {
                await FlushAsync().ConfigureAwait(false);
                result = await reader.ReadAsync(clock.Token).ConfigureAwait(false);
            }
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is not { } end)
            {
                if (buffer.Length > MostCommandBytes)
                {
                    isTooLong = true;
                    reader.AdvanceTo(buffer.End);
                }
                else
                {
                    reader.AdvanceTo(buffer.Start, buffer.End);
                }
                if (result.IsCompleted) return null;
                if (answers.Length > 0) await FlushAsync().ConfigureAwait(false);
                continue;
            }
            var line = buffer.Slice(0, end).ToArray();
            reader.AdvanceTo(buffer.GetPosition(1, end));
            if (isTooLong || line.Length > MostCommandBytes)
            {
                if (Wrong(SmtpReplies.LineTooLong) is { } answer) Say(answer);
                if (isOver) return null;
                isTooLong = false;
                continue;
            }
            if (line.Length == 0 || line[^1] != '\r' || line.AsSpan(..^1).ContainsAny((byte)'\r', (byte)0))
            {
                // Nothing after this can be trusted to be what the client thinks that it said.
                Say(SmtpReplies.BareInCommand);
                isOver = true;
                return null;
            }
            try
            {
                return Strict.GetString(line, 0, line.Length - 1).TrimEnd(' ');
            }
            catch (DecoderFallbackException)
            {
                if (Wrong(SmtpReplies.BadSyntax) is { } answer) Say(answer);
                if (isOver) return null;
            }
        }
    }

    private void Say(SmtpReply reply) => answers.Append(reply.ToString()).Append("\r\n");

    private async Task FlushAsync()
    {
        if (answers.Length == 0) return;
        var bytes = Encoding.ASCII.GetBytes(answers.ToString());
        answers.Clear();
        clock.CancelAfter(limits.CommandTime);
        await stream.WriteAsync(bytes, clock.Token).ConfigureAwait(false);
    }
}
