using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Sekisho.Crossing.Mail.Smtp;

/// <summary>A server of SMTP on one address: takes connections, no more than it may, and ends them in order.</summary>
internal sealed class SmtpListener : IAsyncDisposable
{
    private readonly Socket socket;
    private readonly string host;
    private readonly SmtpLimits limits;
    private readonly ISmtpTaker taker;
    private readonly SmtpCertificate? certificate;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<long, Task> sessions = new();
    private readonly ConcurrentDictionary<IPAddress, int> ofAddress = new();
    private readonly Task accepting;
    private long count;

    private SmtpListener(Socket socket, string host, SmtpLimits limits, ISmtpTaker taker, SmtpCertificate? certificate, ILogger logger, TimeProvider time)
    {
        (this.socket, this.host, this.limits, this.taker, this.certificate, this.logger, this.time) = (socket, host, limits, taker, certificate, logger, time);
        accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens; the port is known here when 0 was asked for.</summary>
    public IPEndPoint Address => (IPEndPoint)socket.LocalEndPoint!;

    /// <param name="host">What it calls itself.</param>
    /// <param name="certificate">Null: STARTTLS isn't offered.</param>
    /// <exception cref="SocketException">The address is taken, or not one of this machine.</exception>
    public static SmtpListener Start(IPEndPoint address, string host, SmtpLimits limits, ISmtpTaker taker, ILogger logger, TimeProvider time, SmtpCertificate? certificate = null)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(512);
            return new(socket, host, limits, taker, certificate, logger, time);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes no more connections; those that are open are told, and broken off after a while.</summary>
    public async ValueTask DisposeAsync()
    {
        socket.Dispose();
        await stop.CancelAsync().ConfigureAwait(false);
        await accepting.ConfigureAwait(false);
        await Task.WhenAll(sessions.Values).ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await socket.AcceptAsync(stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // Too many files open, or a client that was gone before it was met.
                logger.LogWarning(e, "メールの接続を受けられませんでした。続けます。 / A connection could not be taken.");
                await Task.Delay(TimeSpan.FromMilliseconds(100), time, CancellationToken.None).ConfigureAwait(false);
                continue;
            }
            var number = Interlocked.Increment(ref count);
            var session = new Task<Task>(() => ServeAsync(client, number));
            sessions[number] = session.Unwrap();
            session.Start(TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket client, long number)
    {
        IPAddress? address = null;
        try
        {
            // Who is gone already has no address any more, and is counted no longer.
            if (((IPEndPoint?)client.RemoteEndPoint)?.Address is not { } shown) return;
            address = shown.IsIPv4MappedToIPv6 ? shown.MapToIPv4() : shown;
            var its = ofAddress.AddOrUpdate(address, 1, static (_, n) => n + 1);
            client.NoDelay = true;
            await using var stream = new NetworkStream(client, ownsSocket: true);
            if (sessions.Count > limits.Sessions || its > limits.SessionsOfOneAddress)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(SmtpReplies.TooBusy + "\r\n"), stop.Token).ConfigureAwait(false);
                return;
            }
            using var session = new SmtpSession(stream, address, host, limits, taker, certificate, time, stop.Token)
            {
                Troubled = e => logger.LogError(e, "メールを受け取れませんでした。送り元には、あとで送り直すよう答えました。 / A message could not be taken; the sender was told to try again."),
            };
            await session.RunAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client is gone.
        }
        catch (Exception e)
        {
            logger.LogError(e, "メールの接続が誤りで終わりました。 / A session of SMTP ended by an error.");
        }
        finally
        {
            client.Dispose();
            if (address is not null && ofAddress.AddOrUpdate(address, 0, static (_, n) => n - 1) <= 0) ofAddress.TryRemove(new(address, 0));
            sessions.TryRemove(number, out _);
        }
    }
}
