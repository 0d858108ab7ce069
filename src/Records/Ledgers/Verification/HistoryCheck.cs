using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Ledger;

namespace Sekisho.Records.Ledgers.Verification;

/// <summary>Goes through the history once and tells, where two sources disagree, which of them is at fault: the one that doesn't lead to the next signed root.</summary>
/// <remarks>
/// Two histories run side by side from the first disagreement on: <c>told</c> by the bytes of the entries, <c>kept</c> by the hashes in tiles and rows.
/// At the next commitment the one that gives the signed root is right. Where neither does, the history was rewritten, and the check goes on from the
/// frontier of that commitment, so that one fault doesn't hide the next.
/// </remarks>
internal sealed class HistoryCheck(FaultList faults, UpperTiles upper)
{
    /// <summary>An entry on which its sources disagree.</summary>
    private sealed record Conflict(ulong Index, bool Missing, Sha256 Told, Sha256 Column, Sha256? Tile);

    private readonly List<Conflict> conflicts = [];
    private readonly List<(ulong Start, ulong End)> rewritten = [];

    private Frontier? told = new();
    private Frontier? kept;
    private ulong lastGood, lastGoodCopy;
    private (ulong From, ulong To)? open;
    private (ulong From, ulong To, string Copy)? openByCopy;
    private ulong missingFrom, missingTo;

    /// <summary>The next entries, at most 256.</summary>
    /// <param name="block">Null when none of them has a row.</param>
    /// <param name="tile">The tile over them, where they fill one and it is there.</param>
    /// <param name="due">Commitments at sizes above start, by size.</param>
    public void Take(ulong start, int count, EntryBlock? block, LeafTile? tile, List<Commitment> due)
    {
        var full = count == TileId.FullWidth;
        var tileAgrees = !full || (tile is not null && block is not null && tile.Hashes.AsSpan().SequenceEqual(block.Hashes));
        if (full) CheckTile(start, block, tile, tileAgrees);
        CheckLabels(start, block, tile);

        // The usual case: everything agrees, and nothing is signed within.
        if (full && block is { IsSound: true } && tileAgrees && (due.Count == 0 || due[0].Size == start + (ulong)count) && told is not null)
        {
            told.AppendPerfect(TileId.Height, block.Root);
            kept?.AppendPerfect(TileId.Height, block.Root);
            foreach (var commitment in due) Settle(commitment);
            return;
        }

        var next = 0;
        for (var at = 0; at < count; at++)
        {
            TakeOne(start + (ulong)at, at, block, tile);
            for (; next < due.Count && due[next].Size == start + (ulong)at + 1; next++) Settle(due[next]);
        }
    }

    /// <summary>Where the bytes themselves are in doubt, that is what gets named.</summary>
    private void CheckLabels(ulong start, EntryBlock? block, LeafTile? tile)
    {
        foreach (var at in block?.Mislabelled ?? [])
        {
            var (hash, index) = (block!.Hash(at), start + (ulong)at);
            if (hash != block.Column(at) || (tile is not null && !tile.Hashes.AsSpan(at * Sha256.Size, Sha256.Size).SequenceEqual(hash.ToArray()))) continue;
            faults.Add(new(LedgerFaultKind.RowChanged, $"{Spans.Of(index, index + 1)} kind, subject",
                new("検索用の列（kind、subject）が、記録の内容と違います。", "The search columns kind and subject don't say what the entry says.")));
        }
    }

    private void TakeOne(ulong index, int at, EntryBlock? block, LeafTile? tile)
    {
        var inTile = tile is null ? (Sha256?)null : new Sha256(tile.Hashes.AsSpan(at * Sha256.Size, Sha256.Size));
        if (block is null || !block.Present[at])
        {
            conflicts.Add(new Conflict(index, true, default, default, inTile));
            if (inTile is not { } known)
            {
                // Nothing says what was here: on from the next commitment.
                (told, kept) = (null, null);
                return;
            }
            told?.Append(known);
            kept?.Append(known);
            return;
        }
        var (hash, column) = (block.Hash(at), block.Column(at));
        if (hash != column || (inTile is { } t && t != hash))
        {
            conflicts.Add(new Conflict(index, false, hash, column, inTile));
            kept ??= told?.Copy();
        }
        told?.Append(hash);
        kept?.Append(inTile ?? column);
    }

    private void Settle(Commitment commitment)
    {
        var byTold = told?.Root() == commitment.Root;
        var byKept = !byTold && kept?.Root() == commitment.Root;
        if (byTold || byKept)
        {
            Explain(byTold);
            if (byKept) told = kept;
            kept = null;
            if (commitment.Copy is null)
            {
                Close();
                lastGood = commitment.Size;
            }
            else
            {
                CloseByCopy();
                lastGoodCopy = commitment.Size;
            }
            return;
        }

        if (commitment.Copy is { } copy)
        {
            // The database's own checkpoints go on as they are; only the world outside remembers otherwise.
            if (told is not null) openByCopy = (openByCopy?.From ?? lastGoodCopy, commitment.Size, openByCopy?.Copy ?? copy);
            return;
        }
        var lost = told is null;
        Explain(dataIsRight: null);
        if (!lost) open = (open?.From ?? lastGood, commitment.Size);
        if (commitment.Frontier is not { } frontier) return;
        told = frontier.Copy();
        kept = null;
        Close();
        lastGood = commitment.Size;
    }

    private void Close()
    {
        if (open is not { } span) return;
        open = null;
        Rewritten(span.From, span.To, new("データベース内の署名", "signatures in the database"));
    }

    private void CloseByCopy()
    {
        if (openByCopy is not { } span) return;
        openByCopy = null;
        Rewritten(span.From, span.To, new($"控え {span.Copy}", $"the copy {span.Copy}"));
    }

    private void Rewritten(ulong from, ulong to, Bilingual by)
    {
        rewritten.Add((from, to));
        faults.Add(new(LedgerFaultKind.Rewritten, Spans.Of(from, to), new(
            $"{Spans.Of(from, to)} のどこかが、署名された当時の内容と違います（{by.Ja}による）。ハッシュも合わせて書き換えられています。",
            $"Somewhere in {Spans.Of(from, to)} the history is not the one that was signed (by {by.En}); its hashes were rewritten to fit.")));
    }

    /// <summary>Names what is at fault in the disagreements so far.</summary>
    /// <param name="dataIsRight">Null when neither the bytes nor the hashes give the signed root.</param>
    private void Explain(bool? dataIsRight)
    {
        foreach (var conflict in conflicts)
        {
            if (conflict.Missing)
            {
                Missing(conflict.Index);
                continue;
            }
            var where = Spans.Of(conflict.Index, conflict.Index + 1);
            if (dataIsRight == true)
            {
                if (conflict.Column != conflict.Told) faults.Add(new(LedgerFaultKind.HashChanged, $"{where} leaf_hash", new("ハッシュの列だけが変えられています。記録の内容は署名どおりです。", "Only the column leaf_hash was changed. The entry is as signed.")));
                if (conflict.Tile is { } tile && tile != conflict.Told) faults.Add(TileChanged(conflict.Index));
                continue;
            }
            var both = conflict.Column == conflict.Told;
            faults.Add(new(LedgerFaultKind.RowChanged, both ? $"{where} data, leaf_hash" : $"{where} data", dataIsRight == false
                ? both ? new("記録の内容がハッシュごと変えられています。タイルと署名には元のハッシュが残っています。", "The entry was changed together with its hash. Tile and signature still hold the old one.")
                : new("記録の内容が、署名されたハッシュと違います。", "The entry's bytes are not those whose hash was signed.")
                : new("記録の内容と、保存されているハッシュが一致しません。", "The entry's bytes and the hashes kept of them don't agree.")));
        }
        conflicts.Clear();
    }

    private static LedgerFault TileChanged(ulong index) => new(LedgerFaultKind.HashChanged,
        string.Create(CultureInfo.InvariantCulture, $"{new TileId(0, index / TileId.FullWidth, TileId.FullWidth).Path} hash {index % TileId.FullWidth}"),
        new("タイルのハッシュだけが変えられています。記録の内容は署名どおりです。", "Only the hash in the tile was changed. The entry is as signed."));

    private void CheckTile(ulong start, EntryBlock? block, LeafTile? tile, bool agrees)
    {
        var path = new TileId(0, start / TileId.FullWidth, TileId.FullWidth).Path;
        if (tile is null)
        {
            faults.Add(new(LedgerFaultKind.HashChanged, path, new("タイルがありません。", "The tile is missing.")));
            return;
        }
        var inTile = agrees && block is { IsSound: true } ? block.Root : Rfc6962.Perfect(tile.Hashes);
        var inRows = block is null ? inTile : block.IsSound ? block.Root : Rfc6962.Perfect(block.Hashes);
        var kept = new Sha256(tile.Root);
        if (kept != inTile && kept != inRows)
            faults.Add(new(LedgerFaultKind.HashChanged, $"{path} root", new("タイルの根の列が、そのハッシュから求めたものと違います。", "The column root is not the root of its hashes.")));
        upper.Take(0, tile.Index, inRows, inTile, ParentIsFull);
    }

    /// <summary>Set by the caller before the first block: how long the ledger is.</summary>
    public ulong Size { get; init; }

    private bool ParentIsFull(int level, ulong index) => index < TileId.HashesAt(level, Size) / TileId.FullWidth;

    private void Missing(ulong index)
    {
        if (index == missingTo && missingTo > missingFrom)
        {
            missingTo++;
            return;
        }
        FlushMissing();
        (missingFrom, missingTo) = (index, index + 1);
    }

    private void FlushMissing()
    {
        if (missingTo == missingFrom) return;
        faults.Add(new(LedgerFaultKind.RowMissing, Spans.Of(missingFrom, missingTo), new("記録の行がありません。前後の記録は残っています。", "The rows of these entries are gone; those around them are there.")));
        (missingFrom, missingTo) = (0, 0);
    }

    /// <summary>After the last entry.</summary>
    public void Finish()
    {
        Explain(dataIsRight: null);
        FlushMissing();
        Close();
        CloseByCopy();
        foreach (var fault in upper.Faults(rewritten)) faults.Add(fault);
    }
}
