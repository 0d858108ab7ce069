using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers;

/// <summary>Where appended entries stand: <paramref name="First"/> is the index of the first of them, <paramref name="Size"/> the length of the ledger after them.</summary>
/// <param name="Note">The checkpoint that covers them, signed.</param>
public sealed record LedgerReceipt(ulong First, ulong Size, Sha256 Root, ReadOnlyMemory<byte> Note);

/// <summary>An entry spelled out, ready to be written.</summary>
internal readonly record struct NewEntry(byte[] Data, string Kind, string Subject)
{
    public static NewEntry Of(LedgerEntry entry) => new(entry.ToBytes(), entry.Kind, entry.Subject);
}

/// <summary>The ledgers of all municipalities in PostgreSQL (記録簿の保存).</summary>
/// <remarks>
/// Every append ends with a checkpoint signed over exactly what was appended, in the caller's transaction: what is committed is signed.
/// Appends to one ledger wait for each other (an advisory lock until the end of the transaction), from whatever server they come; so append last.
/// </remarks>
public sealed class LedgerStore(NoteSigner signer, TimeProvider time)
{
    /// <summary>The last checkpoint of each ledger that this process signed or verified: verifying it again would cost more than the append.</summary>
    private readonly ConcurrentDictionary<MunicipalityId, byte[]> verified = new();

    /// <summary>Appends within the caller's transaction: the entries are there when the caller's rows are.</summary>
    /// <exception cref="LedgerBrokenException">The ledger's end isn't what was signed; nothing was appended.</exception>
    public Task<LedgerReceipt> AppendAsync(TenantTransaction tenant, LedgerEntry entry, CancellationToken cancel) =>
        AppendAsync(tenant, [entry], cancel);

    /// <inheritdoc cref="AppendAsync(TenantTransaction, LedgerEntry, CancellationToken)"/>
    public Task<LedgerReceipt> AppendAsync(TenantTransaction tenant, IReadOnlyList<LedgerEntry> entries, CancellationToken cancel) =>
        AppendAsync(tenant, entries.Select(NewEntry.Of).ToArray(), cancel);

    internal async Task<LedgerReceipt> AppendAsync(TenantTransaction tenant, NewEntry[] entries, CancellationToken cancel)
    {
        if (entries.Length == 0) throw new ArgumentException("There is nothing to append.", nameof(entries));
        var frontier = await LockAsync(tenant, cancel).ConfigureAwait(false);
        var first = frontier.Size;
        var leaves = new byte[entries.Length][];
        for (var i = 0; i < entries.Length; i++)
        {
            var leaf = Rfc6962.Leaf(entries[i].Data);
            leaves[i] = leaf.ToArray();
        }
        var tiles = await CompleteTilesAsync(tenant, frontier, leaves, cancel).ConfigureAwait(false);
        foreach (var leaf in leaves) frontier.Append(new Sha256(leaf));

        var checkpoint = new Checkpoint(LedgerOrigin.Of(tenant.Municipality), frontier.Size, frontier.Root());
        var note = checkpoint.Sign(signer);
        try
        {
            await WriteAsync(tenant, first, leaves, entries, tiles, checkpoint, frontier, note, cancel).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Rows beyond the last checkpoint: nobody but the database's own administrator can have put them there.
            throw LedgerBrokenException.HeadDiffers(tenant.Municipality, first, e);
        }
        return new LedgerReceipt(first, checkpoint.Size, checkpoint.Root, note);
    }

    /// <summary>Takes the ledger for this transaction and reads its end, if that is what was signed.</summary>
    private async Task<Frontier> LockAsync(TenantTransaction tenant, CancellationToken cancel)
    {
        // Two statements: the second must see what the lock's last holder committed.
        var batch = new NpgsqlBatch(tenant.Connection, tenant.Transaction);
        await using var _ = batch.ConfigureAwait(false);
        batch.BatchCommands.Add(new("SELECT pg_advisory_xact_lock(hashtextextended('sekisho.ledger ' || $1::text, 0))") { Parameters = { Of(tenant.Municipality) } });
        batch.BatchCommands.Add(new("SELECT size, root, frontier, note FROM ledger.checkpoint WHERE municipality_id = $1 ORDER BY size DESC LIMIT 1") { Parameters = { Of(tenant.Municipality) } });
        var reader = await batch.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.NextResultAsync(cancel).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancel).ConfigureAwait(false)) return new Frontier();

        var size = (ulong)reader.GetInt64(0);
        var note = reader.GetFieldValue<byte[]>(3);
        if (!Frontier.TryRead(size, reader.GetFieldValue<byte[]>(2), out var frontier)
            || !frontier.Root().ToArray().AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(1))
            || !IsSigned(tenant.Municipality, note, size, frontier.Root()))
        {
            throw LedgerBrokenException.HeadDiffers(tenant.Municipality, size);
        }
        return frontier;
    }

    private bool IsSigned(MunicipalityId municipality, byte[] note, ulong size, Sha256 root)
    {
        var origin = LedgerOrigin.Of(municipality);
        if (!SignedNote.TryRead(note, out var read) || !Checkpoint.TryParse(read.UntrustedText, out var checkpoint) || checkpoint != new Checkpoint(origin, size, root)) return false;
        if (verified.TryGetValue(municipality, out var last) && last.AsSpan().SequenceEqual(note)) return true;
        using var verifier = signer.VerifierFor(origin);
        if (read.Judge([verifier]) is not NoteJudgement.Verified) return false;
        verified[municipality] = note;
        return true;
    }

    /// <summary>Tiles that become full with these leaves. Hashes already kept are read back, and must be those that the frontier stands on.</summary>
    private static async Task<List<(int Level, ulong Index, byte[] Hashes, Sha256 Root)>> CompleteTilesAsync(
        TenantTransaction tenant, Frontier frontier, byte[][] leaves, CancellationToken cancel)
    {
        const int Full = TileId.FullWidth * Sha256.Size;
        var tiles = new List<(int, ulong, byte[], Sha256)>();
        var added = leaves;
        for (var level = 0; added.Length > 0; level++)
        {
            var before = TileId.HashesAt(level, frontier.Size);
            var kept = (int)(before % TileId.FullWidth);
            if (kept + added.Length < TileId.FullWidth) break;
            var hashes = new byte[(kept + added.Length) * Sha256.Size];
            if (kept > 0)
            {
                var known = await TileReader.ReadPartsAsync(tenant, level, before - (ulong)kept, kept, cancel).ConfigureAwait(false);
                if (!frontier.Agrees(level, known)) throw LedgerBrokenException.HeadDiffers(tenant.Municipality, frontier.Size);
                known.CopyTo(hashes, 0);
            }
            for (var i = 0; i < added.Length; i++) added[i].CopyTo(hashes, (kept + i) * Sha256.Size);

            var roots = new List<byte[]>();
            var index = before / TileId.FullWidth;
            for (var at = 0; at + Full <= hashes.Length; at += Full, index++)
            {
                var tile = hashes[at..(at + Full)];
                var root = Rfc6962.Perfect(tile);
                tiles.Add((level, index, tile, root));
                roots.Add(root.ToArray());
            }
            added = [.. roots];
        }
        return tiles;
    }

    private async Task WriteAsync(
        TenantTransaction tenant, ulong first, byte[][] leaves, NewEntry[] entries, List<(int Level, ulong Index, byte[] Hashes, Sha256 Root)> tiles,
        Checkpoint checkpoint, Frontier frontier, byte[] note, CancellationToken cancel)
    {
        var batch = new NpgsqlBatch(tenant.Connection, tenant.Transaction);
        await using var _ = batch.ConfigureAwait(false);
        // Arrays and not COPY: PostgreSQL refuses COPY FROM under row-level security.
        batch.BatchCommands.Add(new("""
            INSERT INTO ledger.entry (municipality_id, idx, leaf_hash, data, kind, subject)
            SELECT $1, $2 + n - 1, leaf, entry, kind, subject FROM unnest($3, $4, $5, $6) WITH ORDINALITY AS added (leaf, entry, kind, subject, n)
            """)
        {
            Parameters =
            {
                Of(tenant.Municipality), Of((long)first), Of(leaves), Of([.. entries.Select(static e => e.Data)]),
                new NpgsqlParameter<string[]> { TypedValue = [.. entries.Select(static e => e.Kind)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. entries.Select(static e => e.Subject)] },
            },
        });
        if (tiles.Count > 0)
        {
            batch.BatchCommands.Add(new("""
                INSERT INTO ledger.tile (municipality_id, level, idx, hashes, root)
                SELECT $1, level, idx, hashes, root FROM unnest($2, $3, $4, $5) AS full_tile (level, idx, hashes, root)
                """)
            {
                Parameters =
                {
                    Of(tenant.Municipality), new NpgsqlParameter<short[]> { TypedValue = [.. tiles.Select(static t => (short)t.Level)] },
                    new NpgsqlParameter<long[]> { TypedValue = [.. tiles.Select(static t => (long)t.Index)] },
                    Of([.. tiles.Select(static t => t.Hashes)]), Of([.. tiles.Select(static t => t.Root.ToArray())]),
                },
            });
        }
        batch.BatchCommands.Add(new("INSERT INTO ledger.checkpoint (municipality_id, size, root, frontier, note, signed_at) VALUES ($1, $2, $3, $4, $5, $6)")
        {
            Parameters =
            {
                Of(tenant.Municipality), Of((long)checkpoint.Size), new NpgsqlParameter<byte[]> { TypedValue = checkpoint.Root.ToArray() },
                new NpgsqlParameter<byte[]> { TypedValue = frontier.ToBytes() }, new NpgsqlParameter<byte[]> { TypedValue = note },
                new NpgsqlParameter<DateTime> { TypedValue = time.GetUtcNow().UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        });
        await batch.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private static NpgsqlParameter<Guid> Of(MunicipalityId municipality) => new() { TypedValue = municipality.Value };

    private static NpgsqlParameter<long> Of(long number) => new() { TypedValue = number };

    private static NpgsqlParameter<byte[][]> Of(byte[][] many) => new() { TypedValue = many, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
}
