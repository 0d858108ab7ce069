using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>What host and worker say to each other over the worker's standard input and output.</summary>
internal enum Message : byte
{
    /// <summary>Host → worker: a job's rules (<see cref="JobOrder"/>); its content follows.</summary>
    Order = (byte)'O',

    /// <summary>The bytes that belong to the message before.</summary>
    Content = (byte)'C',

    /// <summary>Worker → host: "convert this for me", two kinds divided by a blank; its content follows.</summary>
    Convert = (byte)'V',

    /// <summary>Host → worker: it could not be converted.</summary>
    NotConverted = (byte)'N',

    /// <summary>Host → worker: there is no converter.</summary>
    NoConverter = (byte)'X',

    /// <summary>Worker → host: the report as JSON; the output's content follows when something came out.</summary>
    Report = (byte)'R',

    /// <summary>Worker → host, after the output's content: the content of a part of a message that came out by itself, in the order of the report's members.</summary>
    Part = (byte)'P',

    /// <summary>Worker → host, once: it is started and waits for a job.</summary>
    Ready = (byte)'!',
}

/// <summary>Frames on a pipe: one byte of <see cref="Message"/>, then chunks of four bytes of length (little endian) and bytes, ended by a chunk of none.</summary>
/// <remarks>Each side treats the other's as untrusted: lengths are bounded before anything is allocated, and a wrong byte ends the conversation.</remarks>
internal sealed class Wire(Stream input, Stream output) : IDisposable
{
    /// <summary>A message that is held whole (an order, a report) is at most this long, in bytes.</summary>
    public const int MostWhole = 64 << 20;

    private const int ChunkBytes = 1 << 18;

    private readonly byte[] buffer = new byte[ChunkBytes];

    public async ValueTask SendAsync(Message message, ReadOnlyMemory<byte> whole, CancellationToken cancel)
    {
        var small = whole.Length <= ChunkBytes - 9;
        if (small)
        {
            // One write for a small message: a chunk, and the empty one that ends it.
            buffer[0] = (byte)message;
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(1), whole.Length);
            whole.Span.CopyTo(buffer.AsSpan(5));
            var length = 5 + whole.Length;
            if (whole.Length > 0)
            {
                buffer.AsSpan(length, 4).Clear();
                length += 4;
            }
            await output.WriteAsync(buffer.AsMemory(0, length), cancel).ConfigureAwait(false);
            await output.FlushAsync(cancel).ConfigureAwait(false);
            return;
        }
        using var stream = new MemoryStream(whole.ToArray(), writable: false);
        await SendAsync(message, stream, cancel).ConfigureAwait(false);
    }

    public async ValueTask SendAsync(Message message, Stream content, CancellationToken cancel)
    {
        var first = true;
        while (true)
        {
            var room = first ? 5 : 4;
            var read = await content.ReadAsync(buffer.AsMemory(room, ChunkBytes - 16), cancel).ConfigureAwait(false);
            if (first) buffer[0] = (byte)message;
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(room - 4), read);
            await output.WriteAsync(buffer.AsMemory(0, room + read), cancel).ConfigureAwait(false);
            first = false;
            if (read == 0) break;
        }
        await output.FlushAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>The next message's first byte; null at the end of the stream.</summary>
    public async ValueTask<Message?> NextAsync(CancellationToken cancel)
    {
        var read = await input.ReadAsync(buffer.AsMemory(0, 1), cancel).ConfigureAwait(false);
        return read == 0 ? null : (Message)buffer[0];
    }

    /// <summary>The chunks of the message whose first byte was read, into a stream.</summary>
    /// <exception cref="WireException">More than <paramref name="most"/> bytes came, or the other side broke off.</exception>
    public async ValueTask<long> ReceiveAsync(Stream into, long most, CancellationToken cancel)
    {
        long all = 0;
        while (true)
        {
            await FillAsync(4, cancel).ConfigureAwait(false);
            var length = BinaryPrimitives.ReadInt32LittleEndian(buffer);
            if (length == 0) return all;
            if (length is < 0 or > ChunkBytes) throw new WireException("a chunk of an impossible length");
            await FillAsync(length, cancel).ConfigureAwait(false);
            all += length;
            if (all > most) throw new WireException($"more than {most} bytes");
            await into.WriteAsync(buffer.AsMemory(0, length), cancel).ConfigureAwait(false);
        }
    }

    public async ValueTask<byte[]> ReceiveWholeAsync(int most, CancellationToken cancel)
    {
        using var whole = new MemoryStream();
        await ReceiveAsync(whole, most, cancel).ConfigureAwait(false);
        return whole.ToArray();
    }

    // The same three, waiting: for the worker, which has nothing else to do meanwhile, and whose start would pay 40 ms for the machinery of waiting otherwise.

    public void Send(Message message, ReadOnlySpan<byte> whole)
    {
        for (var first = true; first || whole.Length > 0; first = false)
        {
            var room = first ? 5 : 4;
            var count = Math.Min(whole.Length, ChunkBytes - 16);
            if (first) buffer[0] = (byte)message;
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(room - 4), count);
            whole[..count].CopyTo(buffer.AsSpan(room));
            whole = whole[count..];
            var length = room + count;
            // The empty chunk that ends it goes with the last one; an empty message is that chunk.
            if (whole.Length == 0 && count > 0)
            {
                buffer.AsSpan(length, 4).Clear();
                length += 4;
            }
            output.Write(buffer, 0, length);
        }
        output.Flush();
    }

    public void Send(Message message, Stream content)
    {
        for (var first = true; ; first = false)
        {
            var room = first ? 5 : 4;
            var read = content.Read(buffer, room, ChunkBytes - 16);
            if (first) buffer[0] = (byte)message;
            BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(room - 4), read);
            output.Write(buffer, 0, room + read);
            if (read == 0) break;
        }
        output.Flush();
    }

    public Message? Next() => input.Read(buffer, 0, 1) == 0 ? null : (Message)buffer[0];

    /// <exception cref="WireException">More than <paramref name="most"/> bytes came, or the other side broke off.</exception>
    public long Receive(Stream into, long most)
    {
        long all = 0;
        while (true)
        {
            Fill(4);
            var length = BinaryPrimitives.ReadInt32LittleEndian(buffer);
            if (length == 0) return all;
            if (length is < 0 or > ChunkBytes) throw new WireException("a chunk of an impossible length");
            Fill(length);
            all += length;
            if (all > most) throw new WireException($"more than {most} bytes");
            into.Write(buffer, 0, length);
        }
    }

    public byte[] ReceiveWhole(int most)
    {
        using var whole = new MemoryStream();
        Receive(whole, most);
        return whole.ToArray();
    }

    public void Dispose()
    {
        input.Dispose();
        try
        {
            output.Dispose();
        }
        catch (IOException)
        {
            // The other end is gone already.
        }
    }

    private void Fill(int count)
    {
        for (var done = 0; done < count;)
        {
            var read = input.Read(buffer, done, count - done);
            if (read == 0) throw new WireException("broken off");
            done += read;
        }
    }

    private async ValueTask FillAsync(int count, CancellationToken cancel)
    {
        var done = 0;
        while (done < count)
        {
            var read = await input.ReadAsync(buffer.AsMemory(done, count - done), cancel).ConfigureAwait(false);
            if (read == 0) throw new WireException("broken off");
            done += read;
        }
    }
}

/// <summary>The other side said what can't be, or is gone.</summary>
internal sealed class WireException(string message) : Exception(message);
