using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers.Verification;

/// <summary>The rows of 256 consecutive entries (those of one level-0 tile), hashed anew.</summary>
internal sealed class EntryBlock
{
    private const int Wide = Sha256.Size;

    /// <summary>Index of the first entry; a multiple of 256.</summary>
    public required ulong Start { get; init; }

    /// <summary>Hashes of the bytes, as they come out now; 32 bytes an entry.</summary>
    public byte[] Hashes { get; } = new byte[TileId.FullWidth * Wide];

    /// <summary>Hashes as the rows say.</summary>
    public byte[] Columns { get; } = new byte[TileId.FullWidth * Wide];

    /// <summary>Which entries have a row.</summary>
    public bool[] Present { get; } = new bool[TileId.FullWidth];

    /// <summary>What the search columns of each row say: positions where the bytes say otherwise.</summary>
    public List<int> Mislabelled { get; } = [];

    /// <summary>Every entry has a row, and every row the hash of its bytes.</summary>
    public bool IsSound { get; set; }

    /// <summary>Root over <see cref="Hashes"/> when sound.</summary>
    public Sha256 Root { get; set; }

    public Sha256 Hash(int at) => new(Hashes.AsSpan(at * Wide, Wide));

    public Sha256 Column(int at) => new(Columns.AsSpan(at * Wide, Wide));
}

/// <summary>Streams the entries of a ledger in blocks: one thread reads, the others hash.</summary>
internal static class EntryBlocks
{
    /// <summary>Blocks in the making at a time; about 100 kB each.</summary>
    private const int InTheMaking = 24;

    /// <summary>Room for 256 entries of the usual size.</summary>
    private const int SomeBytes = 128 * 1024;

    /// <summary>The blocks that have rows below <paramref name="size"/>, in order.</summary>
    public static async IAsyncEnumerable<EntryBlock> ReadAsync(TenantTransaction tenant, ulong size, [EnumeratorCancellation] CancellationToken cancel)
    {
        var channel = Channel.CreateBounded<Task<EntryBlock>>(new BoundedChannelOptions(InTheMaking) { SingleReader = true, SingleWriter = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => FillAsync(tenant, size, channel.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var block in channel.Reader.ReadAllAsync(cancel).ConfigureAwait(false)) yield return await block.ConfigureAwait(false);
            await reading.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task FillAsync(TenantTransaction tenant, ulong size, ChannelWriter<Task<EntryBlock>> blocks, CancellationToken cancel)
    {
        try
        {
            var copy = await RawCopy.OpenAsync(tenant.Connection, string.Create(CultureInfo.InvariantCulture,
                $"SELECT idx, leaf_hash, data, kind, subject FROM ledger.entry WHERE municipality_id = '{tenant.Municipality.Value}' AND idx < {size} ORDER BY idx"), cancel).ConfigureAwait(false);
            await using var _ = copy.ConfigureAwait(false);
            var fields = new Range[5];
            var (block, data, ends) = (default(EntryBlock), ArrayPool<byte>.Shared.Rent(SomeBytes), new int[3 * TileId.FullWidth]);
            var length = 0;
            while (copy.Read(fields))
            {
                var index = (ulong)BinaryPrimitives.ReadInt64BigEndian(copy.Bytes[fields[0]]);
                if (block is null || index - block.Start >= TileId.FullWidth)
                {
                    if (block is not null)
                    {
                        await SendAsync(blocks, block, data, ends, cancel).ConfigureAwait(false);
                        (data, ends, length) = (ArrayPool<byte>.Shared.Rent(SomeBytes), new int[3 * TileId.FullWidth], 0);
                    }
                    block = new EntryBlock { Start = index - index % TileId.FullWidth };
                }
                var at = (int)(index - block.Start);
                copy.Bytes[fields[1]].CopyTo(block.Columns.AsSpan(at * Sha256.Size));
                for (var i = 0; i < 3; i++)
                {
                    // data, kind, subject
                    var bytes = copy.Bytes[fields[2 + i]];
                    if (length + bytes.Length > data.Length)
                    {
                        var larger = ArrayPool<byte>.Shared.Rent(2 * (length + bytes.Length));
                        data.AsSpan(0, length).CopyTo(larger);
                        ArrayPool<byte>.Shared.Return(data);
                        data = larger;
                    }
                    bytes.CopyTo(data.AsSpan(length));
                    length += bytes.Length;
                    ends[3 * at + i] = length;
                }
                block.Present[at] = true;
            }
            if (block is not null) await SendAsync(blocks, block, data, ends, cancel).ConfigureAwait(false);
            blocks.Complete();
        }
        catch (Exception e)
        {
            blocks.Complete(e);
            throw;
        }
    }

    private static ValueTask SendAsync(ChannelWriter<Task<EntryBlock>> blocks, EntryBlock block, byte[] data, int[] ends, CancellationToken cancel) =>
        blocks.WriteAsync(Task.Run(() => Hash(block, data, ends), CancellationToken.None), cancel);

    /// <param name="ends">Where data, kind and subject of each entry end.</param>
    private static EntryBlock Hash(EntryBlock block, byte[] data, int[] ends)
    {
        var start = 0;
        var sound = true;
        for (var at = 0; at < TileId.FullWidth; at++)
        {
            if (!block.Present[at])
            {
                sound = false;
                continue;
            }
            var entry = data.AsSpan(start..ends[3 * at]);
            var kind = data.AsSpan(ends[3 * at]..ends[3 * at + 1]);
            var subject = data.AsSpan(ends[3 * at + 1]..ends[3 * at + 2]);
            Rfc6962.Leaf(entry).CopyTo(block.Hashes.AsSpan(at * Sha256.Size));
            if (!LedgerEntry.AreLabelsOf(entry, kind, subject)) block.Mislabelled.Add(at);
            start = ends[3 * at + 2];
        }
        ArrayPool<byte>.Shared.Return(data);
        block.IsSound = sound && block.Hashes.AsSpan().SequenceEqual(block.Columns);
        if (block.IsSound) block.Root = Rfc6962.Perfect(block.Hashes);
        return block;
    }
}
