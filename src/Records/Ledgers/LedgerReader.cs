using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers;

/// <summary>The last checkpoint of a ledger, as kept.</summary>
public sealed record LedgerHead(ulong Size, Sha256 Root, ReadOnlyMemory<byte> Note, DateTimeOffset SignedAt);

/// <summary>An entry as kept. <paramref name="Entry"/> is null where the bytes aren't an entry: a row that was tampered with.</summary>
public sealed record KeptEntry(ulong Index, Sha256 Leaf, ReadOnlyMemory<byte> Bytes, LedgerEntry? Entry);

/// <summary>What to list: newest first.</summary>
/// <param name="Before">Entries below this index only; null: from the end.</param>
public sealed record LedgerQuery(ulong? Before = null, int Limit = 50, string? Subject = null, string? Kind = null);

/// <summary>Reads ledgers and proves things about them; what the API and the console show (記録簿の閲覧と証明).</summary>
public static class LedgerReader
{
    /// <summary>Null while the ledger is empty.</summary>
    public static async Task<LedgerHead?> HeadAsync(TenantTransaction tenant, CancellationToken cancel)
    {
        var command = Command(tenant, "SELECT size, root, note, signed_at FROM ledger.checkpoint WHERE municipality_id = $1 ORDER BY size DESC LIMIT 1");
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancel).ConfigureAwait(false)
            ? new LedgerHead((ulong)reader.GetInt64(0), new Sha256(reader.GetFieldValue<byte[]>(1)), reader.GetFieldValue<byte[]>(2), reader.GetFieldValue<DateTimeOffset>(3))
            : null;
    }

    /// <summary>Null when there is no such entry.</summary>
    public static async Task<KeptEntry?> ReadAsync(TenantTransaction tenant, ulong index, CancellationToken cancel)
    {
        if (index > long.MaxValue) return null;
        var command = Command(tenant, "SELECT idx, leaf_hash, data FROM ledger.entry WHERE municipality_id = $1 AND idx = $2", (long)index);
        await using var _ = command.ConfigureAwait(false);
        return (await CollectAsync(command, cancel).ConfigureAwait(false)).FirstOrDefault();
    }

    public static async Task<IReadOnlyList<KeptEntry>> ListAsync(TenantTransaction tenant, LedgerQuery query, CancellationToken cancel)
    {
        // Written out, so that PostgreSQL takes the index of subjects where one is asked for.
        var where = (query.Subject is null ? "" : " AND subject = $4") + (query.Kind is null ? "" : $" AND kind = ${(query.Subject is null ? 4 : 5).ToString(CultureInfo.InvariantCulture)}");
        var command = Command(tenant, $"SELECT idx, leaf_hash, data FROM ledger.entry WHERE municipality_id = $1 AND idx < $2{where} ORDER BY idx DESC LIMIT $3",
            (long)Math.Min(query.Before ?? long.MaxValue, long.MaxValue), query.Limit);
        await using var _ = command.ConfigureAwait(false);
        if (query.Subject is not null) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = query.Subject });
        if (query.Kind is not null) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = query.Kind });
        return await CollectAsync(command, cancel).ConfigureAwait(false);
    }

    /// <summary>How long the ledger was at a moment, at least: what was signed by then. Later entries stand at or after this index.</summary>
    public static async Task<ulong> SizeAtAsync(TenantTransaction tenant, DateTimeOffset at, CancellationToken cancel)
    {
        var command = Command(tenant, "SELECT size FROM ledger.checkpoint WHERE municipality_id = $1 AND signed_at <= $2 ORDER BY size DESC LIMIT 1");
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = at.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return await command.ExecuteScalarAsync(cancel).ConfigureAwait(false) is long size ? (ulong)size : 0;
    }

    /// <summary>All entries of one kind about any of these subjects, newest first.</summary>
    /// <param name="from">Index of the first that is looked at.</param>
    public static async Task<IReadOnlyList<KeptEntry>> ListAsync(TenantTransaction tenant, IReadOnlyCollection<string> subjects, string kind, ulong from, CancellationToken cancel)
    {
        var command = Command(tenant, "SELECT idx, leaf_hash, data FROM ledger.entry WHERE municipality_id = $1 AND idx >= $2 AND subject = ANY ($3) AND kind = $4 ORDER BY idx DESC", (long)Math.Min(from, long.MaxValue));
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. subjects] });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = kind });
        return await CollectAsync(command, cancel).ConfigureAwait(false);
    }

    /// <summary>Proves that entry <paramref name="index"/> is in the ledger of <paramref name="size"/> entries (null: as it is now).</summary>
    /// <returns>Null when the ledger has, or had, no such entry.</returns>
    public static async Task<InclusionProof?> ProveInclusionAsync(TenantTransaction tenant, ulong index, ulong? size, CancellationToken cancel)
    {
        if (await HeadAsync(tenant, cancel).ConfigureAwait(false) is not { } head) return null;
        var at = size ?? head.Size;
        if (at > head.Size || index >= at) return null;
        var (path, root) = await BuildAsync(tenant, ProofPlan.Inclusion(index, at), at, head, cancel).ConfigureAwait(false);
        var leaf = await TileReader.ReadPartsAsync(tenant, 0, index, 1, cancel).ConfigureAwait(false);
        return leaf.Length == Sha256.Size ? new InclusionProof(index, at, root, new Sha256(leaf), path) : null;
    }

    /// <summary>Proves that the ledger of <paramref name="size1"/> entries is the beginning of that of <paramref name="size2"/> (null: as it is now).</summary>
    /// <returns>Null when size1 is 0 or the ledger was never that long.</returns>
    public static async Task<ConsistencyProof?> ProveConsistencyAsync(TenantTransaction tenant, ulong size1, ulong? size2, CancellationToken cancel)
    {
        if (await HeadAsync(tenant, cancel).ConfigureAwait(false) is not { } head) return null;
        var to = size2 ?? head.Size;
        if (size1 == 0 || size1 > to || to > head.Size) return null;
        var (_, root1) = await BuildAsync(tenant, null, size1, head, cancel).ConfigureAwait(false);
        var (path, root2) = await BuildAsync(tenant, ProofPlan.Consistency(size1, to), to, head, cancel).ConfigureAwait(false);
        return new ConsistencyProof(size1, to, root1, root2, path);
    }

    /// <summary>A tile as C2SP tlog-tiles serves it.</summary>
    /// <returns>Null when the ledger has no such tile.</returns>
    public static async Task<byte[]?> ReadTileAsync(TenantTransaction tenant, TileId tile, CancellationToken cancel)
    {
        if (tile.Level is < 0 or > 7 || tile.Width is < 1 or > TileId.FullWidth || tile.Index > long.MaxValue / TileId.FullWidth) return null;
        var hashes = (await TileReader.ReadAsync(tenant, [tile], cancel).ConfigureAwait(false))[tile];
        return hashes.Length == tile.Width * Sha256.Size ? hashes : null;
    }

    /// <summary>The entries under a level-0 tile, as C2SP tlog-tiles serves them.</summary>
    /// <returns>Null when the ledger has no such entries.</returns>
    public static async Task<byte[]?> ReadBundleAsync(TenantTransaction tenant, TileId tile, CancellationToken cancel)
    {
        if (tile.Level != 0 || tile.Width is < 1 or > TileId.FullWidth || tile.Index > long.MaxValue / TileId.FullWidth) return null;
        var from = (long)tile.Index * TileId.FullWidth;
        var command = Command(tenant, "SELECT idx, leaf_hash, data FROM ledger.entry WHERE municipality_id = $1 AND idx >= $2 AND idx < $3 ORDER BY idx", from, from + tile.Width);
        await using var _ = command.ConfigureAwait(false);
        var entries = await CollectAsync(command, cancel, read: false).ConfigureAwait(false);
        return entries.Count == tile.Width ? EntryBundle.Write([.. entries.Select(static e => e.Bytes)]) : null;
    }

    private static async Task<(IReadOnlyList<Sha256> Path, Sha256 Root)> BuildAsync(TenantTransaction tenant, ProofPlan? proof, ulong size, LedgerHead head, CancellationToken cancel)
    {
        var root = size == head.Size ? null : ProofPlan.Root(size);
        var tiles = await TileReader.ReadAsync(tenant, [.. (proof?.Tiles ?? []).Union(root?.Tiles ?? [])], cancel).ConfigureAwait(false);
        try
        {
            return (proof?.Build(t => tiles[t]) ?? [], root?.Build(t => tiles[t])[0] ?? head.Root);
        }
        catch (InvalidOperationException e)
        {
            // Rows are gone that the head vouches for.
            throw LedgerBrokenException.HeadDiffers(tenant.Municipality, size, e);
        }
    }

    private static async Task<List<KeptEntry>> CollectAsync(NpgsqlCommand command, CancellationToken cancel, bool read = true)
    {
        var entries = new List<KeptEntry>();
        var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            var bytes = reader.GetFieldValue<byte[]>(2);
            entries.Add(new KeptEntry((ulong)reader.GetInt64(0), new Sha256(reader.GetFieldValue<byte[]>(1)), bytes, read && LedgerEntry.TryRead(bytes, out var entry) ? entry : null));
        }
        return entries;
    }

    private static NpgsqlCommand Command(TenantTransaction tenant, string sql, params IReadOnlyList<long> numbers)
    {
        var command = new NpgsqlCommand(sql, tenant.Connection, tenant.Transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = tenant.Municipality.Value });
        foreach (var number in numbers) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = number, NpgsqlDbType = NpgsqlDbType.Bigint });
        return command;
    }
}
