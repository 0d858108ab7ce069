using System.Globalization;
using Dapper;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers.Verification;

/// <summary>The full tiles above the leaf hashes, held against the roots of those below as these come by. One in 65,536 entries, so they are kept in memory.</summary>
internal sealed class UpperTiles
{
    private sealed record Kept(byte[] Hashes, byte[] Root);

    private readonly Dictionary<(int Level, ulong Index), Kept> tiles;
    private readonly List<(ulong Start, ulong End, LedgerFault Fault)> suspected = [];

    private UpperTiles(Dictionary<(int, ulong), Kept> tiles) => this.tiles = tiles;

    public static async Task<UpperTiles> ReadAsync(TenantTransaction tenant, ulong size, CancellationToken cancel)
    {
        var rows = await tenant.Connection.QueryAsync<(short Level, long Index, byte[] Hashes, byte[] Root)>(new(
            "SELECT level, idx, hashes, root FROM ledger.tile WHERE level > 0", cancellationToken: cancel)).ConfigureAwait(false);
        var tiles = rows
            .Where(r => (ulong)r.Index < TileId.HashesAt(r.Level, size) / TileId.FullWidth)
            .ToDictionary(static r => ((int)r.Level, (ulong)r.Index), static r => new Kept(r.Hashes, r.Root));
        return new UpperTiles(tiles);
    }

    /// <summary>Holds the root of a full tile against the tile above it.</summary>
    /// <param name="root">As its entries give it.</param>
    /// <param name="other">As the tile row gives it, where that differs: a fault of the tile below is not one of this.</param>
    /// <param name="parentIsFull">The tile above it is full, so it must be there.</param>
    public void Take(int level, ulong index, Sha256 root, Sha256 other, Func<int, ulong, bool> parentIsFull)
    {
        var (above, parent, at) = (level + 1, index / TileId.FullWidth, (int)(index % TileId.FullWidth));
        if (!parentIsFull(above, parent)) return;
        var path = new TileId(above, parent, TileId.FullWidth).Path;
        var span = 1UL << (8 * above);
        var start = index * span;
        if (!tiles.TryGetValue((above, parent), out var tile))
        {
            if (at == TileId.FullWidth - 1) Suspect(start, span, path, "タイルがありません。", "The tile is missing.");
            return;
        }
        var kept = new Sha256(tile.Hashes.AsSpan(at * Sha256.Size, Sha256.Size));
        if (kept != root && kept != other)
        {
            Suspect(start, span, string.Create(CultureInfo.InvariantCulture, $"{path} hash {at}"), "下のタイルの根ハッシュと違います。", "It is not the root of the tile below.");
        }
        if (at < TileId.FullWidth - 1) return;
        var own = Rfc6962.Perfect(tile.Hashes);
        if (own != new Sha256(tile.Root)) Suspect(start, span, $"{path} root", "タイルの根の列が、そのハッシュから求めたものと違います。", "The column root is not the root of its hashes.");
        Take(above, parent, own, own, parentIsFull);
    }

    private void Suspect(ulong start, ulong span, string where, string ja, string en) =>
        suspected.Add((start, start + span, new LedgerFault(LedgerFaultKind.HashChanged, where, new(ja, en))));

    /// <summary>Faults of these tiles, except over entries that were rewritten: there the tiles only say the same once more.</summary>
    public IEnumerable<LedgerFault> Faults(IReadOnlyList<(ulong Start, ulong End)> rewritten) =>
        suspected.Where(s => !rewritten.Any(r => s.Start < r.End && r.Start < s.End)).Select(static s => s.Fault);
}
