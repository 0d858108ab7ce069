using Npgsql;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers;

/// <summary>Reads the tiles of a ledger: full ones as kept, the last of each level from what it will be made of.</summary>
internal static class TileReader
{
    /// <summary>All tiles of a plan in one round trip.</summary>
    public static async Task<Dictionary<TileId, byte[]>> ReadAsync(TenantTransaction tenant, IReadOnlyList<TileId> tiles, CancellationToken cancel)
    {
        var read = new Dictionary<TileId, byte[]>(tiles.Count);
        if (tiles.Count == 0) return read;
        var batch = new NpgsqlBatch(tenant.Connection, tenant.Transaction);
        await using var _ = batch.ConfigureAwait(false);
        foreach (var tile in tiles) batch.BatchCommands.Add(tile.IsFull ? Whole(tenant, tile) : Parts(tenant, tile.Level, tile.Index * TileId.FullWidth, tile.Width));
        var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        foreach (var tile in tiles)
        {
            read[tile] = await CollectAsync(reader, tile.Width, cancel).ConfigureAwait(false);
            await reader.NextResultAsync(cancel).ConfigureAwait(false);
        }
        return read;
    }

    /// <summary>Hashes of a level from a position on: leaf hashes of entries, or roots of the full tiles below.</summary>
    /// <returns>Fewer than asked for when rows are missing.</returns>
    public static async Task<byte[]> ReadPartsAsync(TenantTransaction tenant, int level, ulong from, int count, CancellationToken cancel)
    {
        var batch = new NpgsqlBatch(tenant.Connection, tenant.Transaction);
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(Parts(tenant, level, from, count));
        var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await CollectAsync(reader, count, cancel).ConfigureAwait(false);
    }

    private static async Task<byte[]> CollectAsync(NpgsqlDataReader reader, int count, CancellationToken cancel)
    {
        var hashes = new byte[count * Sha256.Size];
        var length = 0;
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            var part = reader.GetFieldValue<byte[]>(0);
            part.CopyTo(hashes.AsSpan(length));
            length += part.Length;
        }
        return length == hashes.Length ? hashes : hashes[..length];
    }

    private static NpgsqlBatchCommand Whole(TenantTransaction tenant, TileId tile) => new("SELECT hashes FROM ledger.tile WHERE municipality_id = $1 AND level = $2 AND idx = $3")
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = tenant.Municipality.Value }, new NpgsqlParameter<short> { TypedValue = (short)tile.Level },
            new NpgsqlParameter<long> { TypedValue = (long)tile.Index },
        },
    };

    private static NpgsqlBatchCommand Parts(TenantTransaction tenant, int level, ulong from, int count) => new NpgsqlBatchCommand(level == 0
        ? "SELECT leaf_hash FROM ledger.entry WHERE municipality_id = $1 AND idx >= $2 AND idx < $3 ORDER BY idx"
        : "SELECT root FROM ledger.tile WHERE municipality_id = $1 AND idx >= $2 AND idx < $3 AND level = $4 ORDER BY idx")
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = tenant.Municipality.Value }, new NpgsqlParameter<long> { TypedValue = (long)from },
            new NpgsqlParameter<long> { TypedValue = (long)from + count },
        },
    }.With(level);

    private static NpgsqlBatchCommand With(this NpgsqlBatchCommand command, int level)
    {
        if (level > 0) command.Parameters.Add(new NpgsqlParameter<short> { TypedValue = (short)(level - 1) });
        return command;
    }
}
