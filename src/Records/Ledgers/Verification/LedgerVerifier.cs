using System.Buffers.Binary;
using System.Globalization;
using Dapper;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers.Verification;

/// <summary>Checks a whole ledger (記録簿の検証): every entry against its hash, the tiles, the signature and root of every checkpoint, and the copies outside.</summary>
/// <remarks>
/// What it trusts is only the keys and the copies that it is given. Appends may go on meanwhile: what is there at the start is checked.
/// How faults are told apart: docs/adr/0022.
/// </remarks>
/// <param name="trusted">Public keys from the data folder, under any name.</param>
public sealed class LedgerVerifier(Database database, IReadOnlyList<NoteVerifier> trusted)
{
    public async Task<LedgerReport> VerifyAsync(MunicipalityId municipality, IReadOnlyList<CheckpointCopy> copies, CancellationToken cancel)
    {
        // One connection for each stream.
        var entries = await database.EnterAsync(municipality, cancel).ConfigureAwait(false);
        await using var _ = entries.ConfigureAwait(false);
        var tiles = await database.EnterAsync(municipality, cancel).ConfigureAwait(false);
        await using var __ = tiles.ConfigureAwait(false);
        var checkpoints = await database.EnterAsync(municipality, cancel).ConfigureAwait(false);
        await using var ___ = checkpoints.ConfigureAwait(false);

        // One statement, so one moment: rows below these bounds never change any more.
        var (signedSize, entryCount) = await entries.Connection.QuerySingleAsync<(long, long)>(new(
            "SELECT coalesce((SELECT max(size) FROM ledger.checkpoint), 0), coalesce((SELECT max(idx) + 1 FROM ledger.entry), 0)", cancellationToken: cancel)).ConfigureAwait(false);
        var size = (ulong)Math.Max(0, Math.Min(signedSize, entryCount));

        var faults = new FaultList();
        var commitments = new Commitments(municipality, trusted);
        var outside = commitments.OfCopies(copies, faults.Add);
        if (entryCount > signedSize) faults.Add(Uncovered((ulong)signedSize, (ulong)entryCount));
        if (signedSize > entryCount) faults.Add(Truncated((ulong)entryCount, (ulong)signedSize, null));
        if (outside.LastOrDefault() is { } last && last.Size > (ulong)Math.Max(signedSize, entryCount)) faults.Add(Truncated((ulong)entryCount, last.Size, last.Copy));

        var upper = await UpperTiles.ReadAsync(tiles, size, cancel).ConfigureAwait(false);
        var check = new HistoryCheck(faults, upper) { Size = size };
        var due = Merge(commitments.ReadAsync(checkpoints, (ulong)signedSize, faults.Add, cancel), outside, cancel).GetAsyncEnumerator(cancel);
        await using var ____ = due.ConfigureAwait(false);
        var rows = LeafTiles.ReadAsync(tiles, size / TileId.FullWidth, cancel).GetAsyncEnumerator(cancel);
        await using var _____ = rows.ConfigureAwait(false);
        var hasDue = await due.MoveNextAsync().ConfigureAwait(false);
        var hasRow = await rows.MoveNextAsync().ConfigureAwait(false);
        ulong read = 0, next = 0;

        async ValueTask StepAsync(ulong start, EntryBlock? block)
        {
            var end = Math.Min(start + TileId.FullWidth, size);
            while (hasRow && rows.Current.Index * TileId.FullWidth < start) hasRow = await rows.MoveNextAsync().ConfigureAwait(false);
            var tile = hasRow && rows.Current.Index * TileId.FullWidth == start ? rows.Current : null;
            var within = new List<Commitment>();
            while (hasDue && due.Current.Size <= end)
            {
                if (due.Current.Size > start) within.Add(due.Current);
                hasDue = await due.MoveNextAsync().ConfigureAwait(false);
            }
            check.Take(start, (int)(end - start), block, tile, within);
        }

        await foreach (var block in EntryBlocks.ReadAsync(entries, size, cancel).ConfigureAwait(false))
        {
            for (; next < block.Start; next += TileId.FullWidth) await StepAsync(next, null).ConfigureAwait(false);
            await StepAsync(block.Start, block).ConfigureAwait(false);
            next = block.Start + TileId.FullWidth;
            read += (ulong)block.Present.Count(static p => p);
        }
        for (; next < size; next += TileId.FullWidth) await StepAsync(next, null).ConfigureAwait(false);
        // The rest are checkpoints beyond the rows: their signatures are still read.
        while (hasDue) hasDue = await due.MoveNextAsync().ConfigureAwait(false);
        check.Finish();
        return new LedgerReport(municipality, read, commitments.Count, outside.Count, faults.ToList());
    }

    /// <summary>Both by size; at the same size the database's own comes first.</summary>
    private static async IAsyncEnumerable<Commitment> Merge(IAsyncEnumerable<Commitment> inside, List<Commitment> outside, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var at = 0;
        await foreach (var commitment in inside.WithCancellation(cancel).ConfigureAwait(false))
        {
            while (at < outside.Count && outside[at].Size < commitment.Size) yield return outside[at++];
            yield return commitment;
        }
        while (at < outside.Count) yield return outside[at++];
    }

    private static LedgerFault Truncated(ulong have, ulong had, string? copy) => new(LedgerFaultKind.Truncated, copy ?? string.Create(CultureInfo.InvariantCulture, $"checkpoint {had}"), new(
        $"{had} 件まであった記録簿に、いま {have} 件しかありません（{(copy is null ? "データベース内の署名" : $"控え {copy}")}による）。末尾の {had - have} 件が失われています。",
        $"The ledger once had {had} entries ({(copy is null ? "by a signature in the database" : $"by the copy {copy}")}) and now has {have}: the last {had - have} are gone."));

    private static LedgerFault Uncovered(ulong from, ulong to) => new(LedgerFaultKind.Uncovered, Spans.Of(from, to), new(
        $"{Spans.Of(from, to)} は署名されていません。Sekisho は署名なしに追記しないので、ほかの手段で書き込まれたか、署名が消されています。",
        $"{Spans.Of(from, to)} is not signed. Sekisho never appends without signing: it was written by other means, or its signatures were removed."));
}

/// <summary>How places are written.</summary>
internal static class Spans
{
    /// <summary>Entries from an index up to, not including, another.</summary>
    public static string Of(ulong from, ulong to) => string.Create(CultureInfo.InvariantCulture, $"entry {from}{(to > from + 1 ? $"–{to - 1}" : "")}");
}

/// <summary>Faults, of each kind at most so many: a ledger that is wrong from end to end must still give a report that can be read.</summary>
internal sealed class FaultList
{
    private const int MostOfAKind = 100;

    private readonly Dictionary<LedgerFaultKind, int> counts = [];
    private readonly List<LedgerFault> faults = [];

    public void Add(LedgerFault fault)
    {
        counts[fault.Kind] = counts.GetValueOrDefault(fault.Kind) + 1;
        if (counts[fault.Kind] <= MostOfAKind) faults.Add(fault);
    }

    public IReadOnlyList<LedgerFault> ToList() =>
    [
        .. faults.OrderBy(static f => f.Kind),
        .. counts.Where(static c => c.Value > MostOfAKind).Select(static c => new LedgerFault(c.Key, "…", new($"同じ種類の異常がほかに {c.Value - MostOfAKind} 件あります。", $"There are {c.Value - MostOfAKind} more of this kind."))),
    ];
}

/// <summary>A level-0 tile as kept.</summary>
internal sealed record LeafTile(ulong Index, byte[] Hashes, byte[] Root);

/// <summary>Streams the full level-0 tiles.</summary>
internal static class LeafTiles
{
    public static async IAsyncEnumerable<LeafTile> ReadAsync(TenantTransaction tenant, ulong count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var copy = await RawCopy.OpenAsync(tenant.Connection, string.Create(CultureInfo.InvariantCulture,
            $"SELECT idx, hashes, root FROM ledger.tile WHERE municipality_id = '{tenant.Municipality.Value}' AND level = 0 AND idx < {count} ORDER BY idx"), cancel).ConfigureAwait(false);
        await using var _ = copy.ConfigureAwait(false);
        var fields = new Range[3];
        while (copy.Read(fields))
            yield return new LeafTile((ulong)BinaryPrimitives.ReadInt64BigEndian(copy.Bytes[fields[0]]), copy.Bytes[fields[1]].ToArray(), copy.Bytes[fields[2]].ToArray());
    }
}
