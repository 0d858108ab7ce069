using Dapper;
using Npgsql;
using NpgsqlTypes;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Storage;

namespace Sekisho.Benchmarks.Ledgers;

/// <summary>Builds a long ledger in minutes, to measure proofs and verification on: entries, tiles and one checkpoint by COPY. For benchmarks only.</summary>
/// <remarks>
/// The rows are those that appends would have written, but for the checkpoints between (one at the end). The owner lifts row-level security, the reference to the
/// municipality and the search index within the one transaction, and puts all back before it commits.
/// </remarks>
internal static class BulkLedger
{
    private const int Chunk = TileId.FullWidth * TileId.FullWidth;

    private readonly record struct Spelled(byte[] Data, string Kind, string Subject, Sha256 Leaf);

    /// <summary>Full tiles of all levels, as hashes come.</summary>
    private sealed class Tiles
    {
        private readonly List<MemoryStream> open = [];

        public List<(int Level, long Index, byte[] Hashes, Sha256 Root)> Full { get; } = [];

        private readonly List<long> next = [];

        public Sha256? Add(int level, Sha256 hash)
        {
            if (open.Count == level)
            {
                open.Add(new MemoryStream(TileId.FullWidth * Sha256.Size));
                next.Add(0);
            }
            open[level].Write(hash.ToArray());
            if (open[level].Length < TileId.FullWidth * Sha256.Size) return null;
            var hashes = open[level].ToArray();
            open[level].SetLength(0);
            var root = Rfc6962.Perfect(hashes);
            Full.Add((level, next[level]++, hashes, root));
            Add(level + 1, root);
            return root;
        }
    }

    /// <param name="entry">The entry at an index; called from several threads.</param>
    public static async Task LoadAsync(Database database, NoteSigner signer, MunicipalityId town, int total, Func<int, LedgerEntry> entry)
    {
        await using var owner = await database.EnterOwnerAsync(default);
        var connection = owner.Connection;
        string[] tables = ["ledger.entry", "ledger.tile", "ledger.checkpoint"];
        foreach (var table in tables) await connection.ExecuteAsync($"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", commandTimeout: 0);
        await connection.ExecuteAsync("ALTER TABLE ledger.entry DROP CONSTRAINT entry_municipality_id_fkey; DROP INDEX ledger.entry_subject", commandTimeout: 0);

        var (tiles, frontier) = (new Tiles(), new Frontier());
        var spelling = Task.Run(() => Spell(0, total, entry));
        for (var from = 0; from < total; from += Chunk)
        {
            var spelled = await spelling;
            var after = from + Chunk;
            // The next chunk is spelled while PostgreSQL takes this one.
            if (after < total) spelling = Task.Run(() => Spell(after, total, entry));
            await WriteEntriesAsync(connection, town, from, spelled);
            for (var i = 0; i < spelled.Length; i++)
            {
                var root = tiles.Add(0, spelled[i].Leaf);
                if (root is { } full) frontier.AppendPerfect(TileId.Height, full);
                else if (i >= spelled.Length - spelled.Length % TileId.FullWidth) frontier.Append(spelled[i].Leaf);
            }
            await WriteTilesAsync(connection, town, tiles);
        }
        var checkpoint = new Checkpoint(LedgerOrigin.Of(town), frontier.Size, frontier.Root());
        await connection.ExecuteAsync(
            "INSERT INTO ledger.checkpoint (municipality_id, size, root, frontier, note, signed_at) VALUES (@Value, @size, @root, @frontier, @note, @at)",
            new { town.Value, size = (long)checkpoint.Size, root = checkpoint.Root.ToArray(), frontier = frontier.ToBytes(), note = checkpoint.Sign(signer), at = TimeProvider.System.GetUtcNow() });
        await connection.ExecuteAsync("""
            CREATE INDEX entry_subject ON ledger.entry (municipality_id, subject, idx);
            ALTER TABLE ledger.entry ADD CONSTRAINT entry_municipality_id_fkey FOREIGN KEY (municipality_id) REFERENCES records.municipality(id);
            """, commandTimeout: 0);
        foreach (var table in tables) await connection.ExecuteAsync($"ALTER TABLE {table} FORCE ROW LEVEL SECURITY", commandTimeout: 0);
        await owner.CommitAsync(default);
    }

    private static Spelled[] Spell(int from, int total, Func<int, LedgerEntry> entry)
    {
        var spelled = new Spelled[Math.Min(Chunk, total - from)];
        Parallel.For(0, spelled.Length, i =>
        {
            var one = entry(from + i);
            var data = one.ToBytes();
            spelled[i] = new Spelled(data, one.Kind, one.Subject, Rfc6962.Leaf(data));
        });
        return spelled;
    }

    private static async Task WriteEntriesAsync(NpgsqlConnection connection, MunicipalityId town, long from, Spelled[] spelled)
    {
        await using var copy = await connection.BeginBinaryImportAsync("COPY ledger.entry (municipality_id, idx, leaf_hash, data, kind, subject) FROM STDIN (FORMAT BINARY)");
        copy.Timeout = TimeSpan.FromMinutes(10);
        foreach (var entry in spelled)
        {
            // Not awaited one by one: a write only fills a buffer as a rule.
            copy.StartRow();
            copy.Write(town.Value, NpgsqlDbType.Uuid);
            copy.Write(from++, NpgsqlDbType.Bigint);
            copy.Write(entry.Leaf.ToArray(), NpgsqlDbType.Bytea);
            copy.Write(entry.Data, NpgsqlDbType.Bytea);
            copy.Write(entry.Kind, NpgsqlDbType.Text);
            copy.Write(entry.Subject, NpgsqlDbType.Text);
        }
        await copy.CompleteAsync();
    }

    private static async Task WriteTilesAsync(NpgsqlConnection connection, MunicipalityId town, Tiles tiles)
    {
        await using var copy = await connection.BeginBinaryImportAsync("COPY ledger.tile (municipality_id, level, idx, hashes, root) FROM STDIN (FORMAT BINARY)");
        foreach (var (level, index, hashes, root) in tiles.Full)
        {
            copy.StartRow();
            copy.Write(town.Value, NpgsqlDbType.Uuid);
            copy.Write((short)level, NpgsqlDbType.Smallint);
            copy.Write(index, NpgsqlDbType.Bigint);
            copy.Write(hashes, NpgsqlDbType.Bytea);
            copy.Write(root.ToArray(), NpgsqlDbType.Bytea);
        }
        await copy.CompleteAsync();
        tiles.Full.Clear();
    }
}
