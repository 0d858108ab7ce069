using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Sekisho.Sanitizer.Scanning;

/// <summary>One file through clamd (INSTREAM), sent as it is read or written; memory doesn't grow with it. Source: clamd(8) of ClamAV 1.4.</summary>
internal sealed class ClamdScan : IAsyncDisposable
{
    private const int MostAnswer = 4096, Chunk = 1 << 16;

    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly CancellationTokenSource limit;
    private readonly byte[] length = new byte[4];

    private ClamdScan(Socket socket, CancellationTokenSource limit) => (this.socket, this.limit, stream) = (socket, limit, new NetworkStream(socket, ownsSocket: false));

    /// <exception cref="ScannerException">There is no clamd, or it doesn't answer.</exception>
    public static async Task<ClamdScan> BeginAsync(ScannerAddress address, TimeSpan time, CancellationToken cancel)
    {
        var scan = await ConnectAsync(address, time, cancel).ConfigureAwait(false);
        try
        {
            await scan.GuardedAsync(token => scan.stream.WriteAsync("zINSTREAM\0"u8.ToArray(), token), cancel).ConfigureAwait(false);
            return scan;
        }
        catch
        {
            await scan.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks whether it is there.</summary>
    /// <exception cref="ScannerException">It isn't.</exception>
    public static async Task PingAsync(ScannerAddress address, TimeSpan time, CancellationToken cancel)
    {
        await using var scan = await ConnectAsync(address, time, cancel).ConfigureAwait(false);
        await scan.GuardedAsync(token => scan.stream.WriteAsync("zPING\0"u8.ToArray(), token), cancel).ConfigureAwait(false);
        if (await scan.AnswerAsync(cancel).ConfigureAwait(false) is var answer and not "PONG") throw new ScannerException(answer);
    }

    /// <summary>What it calls itself and its signatures.</summary>
    /// <exception cref="ScannerException">It isn't there.</exception>
    public static async Task<string> VersionAsync(ScannerAddress address, TimeSpan time, CancellationToken cancel)
    {
        await using var scan = await ConnectAsync(address, time, cancel).ConfigureAwait(false);
        await scan.GuardedAsync(token => scan.stream.WriteAsync("zVERSION\0"u8.ToArray(), token), cancel).ConfigureAwait(false);
        return await scan.AnswerAsync(cancel).ConfigureAwait(false) is { Length: > 0 } answer ? Shown(answer) : throw new ScannerException("no answer");
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        for (; bytes.Length > 0; bytes = bytes[Math.Min(Chunk, bytes.Length)..])
        {
            var piece = bytes[..Math.Min(Chunk, bytes.Length)];
            BinaryPrimitives.WriteInt32BigEndian(length, piece.Length);
            try
            {
                await GuardedAsync(async token =>
                {
                    await stream.WriteAsync(length, token).ConfigureAwait(false);
                    await stream.WriteAsync(piece, token).ConfigureAwait(false);
                }, cancel).ConfigureAwait(false);
            }
            catch (ScannerException) when (!limit.IsCancellationRequested)
            {
                // It hangs up when a file is too large for it, and says so before.
                if (await AnswerAsync(cancel).ConfigureAwait(false) is { Length: > 0 } said) throw new ScannerException(Shown(said));
                throw;
            }
        }
    }

    /// <summary>The name of what was found; null when it is clean.</summary>
    /// <exception cref="ScannerException">It couldn't tell: too large for it, or an error of its own.</exception>
    public async Task<string?> EndAsync(CancellationToken cancel)
    {
        BinaryPrimitives.WriteInt32BigEndian(length, 0);
        await GuardedAsync(token => stream.WriteAsync(length, token), cancel).ConfigureAwait(false);
        var answer = await AnswerAsync(cancel).ConfigureAwait(false);
        if (answer == "stream: OK") return null;
        if (answer.StartsWith("stream: ", StringComparison.Ordinal) && answer.EndsWith(" FOUND", StringComparison.Ordinal)) return Shown(answer["stream: ".Length..^" FOUND".Length]);
        throw new ScannerException(Shown(answer));
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync().ConfigureAwait(false);
        socket.Dispose();
        limit.Dispose();
    }

    private static async Task<ClamdScan> ConnectAsync(ScannerAddress address, TimeSpan time, CancellationToken cancel)
    {
        var limit = new CancellationTokenSource(time);
        var socket = address.NewSocket();
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await socket.ConnectAsync(address.Place, both.Token).ConfigureAwait(false);
            return new(socket, limit);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            limit.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw new ScannerException(e is OperationCanceledException ? "no answer in time" : e.Message);
        }
    }

    private async Task<string> AnswerAsync(CancellationToken cancel)
    {
        var answer = new byte[MostAnswer];
        var read = 0;
        await GuardedAsync(async token =>
        {
            while (read < answer.Length && !answer.AsSpan(0, read).Contains((byte)0))
            {
                var more = await stream.ReadAsync(answer.AsMemory(read), token).ConfigureAwait(false);
                if (more == 0) break;
                read += more;
            }
        }, cancel).ConfigureAwait(false);
        return Encoding.ASCII.GetString(answer, 0, read).TrimEnd('\0', '\n', '\r');
    }

    private async ValueTask GuardedAsync(Func<CancellationToken, ValueTask> act, CancellationToken cancel)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await act(both.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ScannerException(e is OperationCanceledException ? "no answer in time" : e.Message);
        }
    }

    private static string Shown(string text) => new([.. text.Where(static c => c is >= ' ' and <= '~').Take(200)]);
}

/// <summary>clamd can't be asked, or can't tell: as closed as a finding.</summary>
/// <param name="said">What it or the system said.</param>
public sealed class ScannerException(string said) : Exception(said);
