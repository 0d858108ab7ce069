using System.Buffers.Binary;
using Npgsql;

namespace Sekisho.Records.Ledgers.Verification;

/// <summary>Reads the rows of a query as PostgreSQL's COPY sends them in binary: the fastest way out of the database, several times a data reader.</summary>
/// <remarks>Source: PostgreSQL documentation, COPY, “Binary Format”.</remarks>
internal sealed class RawCopy : IAsyncDisposable
{
    private const int HeaderBytes = 11 + 4 + 4;

    private readonly NpgsqlRawCopyStream stream;
    private byte[] buffer = new byte[256 * 1024];
    private int start, end;
    private bool started;

    private RawCopy(NpgsqlRawCopyStream stream) => this.stream = stream;

    /// <param name="query">Written by us: COPY takes no parameters.</param>
    public static async Task<RawCopy> OpenAsync(NpgsqlConnection connection, string query, CancellationToken cancel) =>
        new(await connection.BeginRawBinaryCopyAsync($"COPY ({query}) TO STDOUT (FORMAT BINARY)", cancel).ConfigureAwait(false));

    /// <summary>Moves to the next row.</summary>
    /// <param name="fields">Gets where each field lies in <see cref="Bytes"/>, valid until the next call.</param>
    /// <returns>False at the end.</returns>
    /// <remarks>Blocks on purpose: each row comes as a message of its own, and a million awaits cost more than the hashing.</remarks>
    public bool Read(Range[] fields)
    {
        if (!started)
        {
            Fill(HeaderBytes);
            start += HeaderBytes;
            started = true;
        }
        while (true)
        {
            var needed = TryParse(fields, out var ended);
            if (needed == 0) return !ended;
            Fill(needed);
        }
    }

    /// <summary>What the ranges of <see cref="Read"/> point into.</summary>
    public ReadOnlySpan<byte> Bytes => buffer;

    /// <summary>Takes one row from the buffer; otherwise returns how many bytes from its start are needed.</summary>
    private int TryParse(Range[] fields, out bool ended)
    {
        ended = false;
        var at = start;
        if (end - at < 2) return 2;
        var count = BinaryPrimitives.ReadInt16BigEndian(buffer.AsSpan(at));
        at += 2;
        if (count == -1)
        {
            ended = true;
            start = at;
            return 0;
        }
        for (var i = 0; i < count; i++)
        {
            if (end - at < 4) return at + 4 - start;
            var length = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(at));
            at += 4;
            if (length < 0) length = 0;
            if (end - at < length) return at + length - start;
            fields[i] = at..(at + length);
            at += length;
        }
        start = at;
        return 0;
    }

    private void Fill(int bytes)
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        if (bytes > buffer.Length) Array.Resize(ref buffer, Math.Max(bytes, buffer.Length * 2));
        while (end - start < bytes)
        {
            var read = stream.Read(buffer.AsSpan(end));
            if (read == 0) throw new InvalidDataException("The COPY ended within a row.");
            end += read;
        }
    }

    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
