using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>What is written down while files are handed over: for many people at once in one transaction (docs/adr/0192).</summary>
public sealed partial class RequestDesk
{
    private TownLanes<Announcement, Outcome<CrossingItem>> Announcements => field ??= new(MostSubmissions, RecordAnnouncementsAsync);

    private TownLanes<Looking, (Outcome<CrossingItem> Item, Blob? Blob)> Lookings => field ??= new(MostSubmissions, LookAsync);

    private TownLanes<Confirmation, bool> Confirmations => field ??= new(MostSubmissions, RecordConfirmationsAsync);

    private async Task<IReadOnlyList<Outcome<CrossingItem>>> RecordAnnouncementsAsync(MunicipalityId municipality, IReadOnlyList<Announcement> all)
    {
        var cancel = CancellationToken.None;
        var hasOthers = await HasOthersAsync(cancel).ConfigureAwait(false);
        await using var tx = await keeper.EnterAsync(municipality, cancel).ConfigureAwait(false);
        var at = keeper.Clock.Now();
        var ids = all.Select(static a => a.Request.Value).Distinct().ToArray();
        // In the order of their ids: everybody locks in this order.
        var requests = (await tx.ListAsync(RequestRows.Select + " WHERE q.id = ANY ($1) ORDER BY q.id FOR UPDATE OF q", RequestRows.Request, cancel, [ids]).ConfigureAwait(false)).ToDictionary(static r => r.Id);
        var places = (await tx.ListAsync("SELECT request_id, count(*), max(position) FROM crossing.item WHERE request_id = ANY ($1) GROUP BY request_id",
            r => (Request: new RequestId(r.GetGuid(0)), Count: r.GetInt64(1), Last: r.GetInt32(2)), cancel, [ids]).ConfigureAwait(false)).ToDictionary(static p => p.Request, static p => (p.Count, p.Last));
        // Two requests of one person at once count together, and those of a section.
        var bounds = await BoundsAsync(tx, [.. requests.Values.Select(static r => (HolderOf(r), r.Definition.Quota))], hasOthers, at, cancel).ConfigureAwait(false);
        var outcomes = new Outcome<CrossingItem>[all.Count];
        var taken = new List<(int Place, CrossingItem Item, Holder Holder)>();
        for (var i = 0; i < all.Count; i++)
        {
            var what = all[i];
            if (!requests.TryGetValue(what.Request, out var request)) outcomes[i] = Refusals.Unknown;
            else if (Wrong(what, request) is { } refusal) outcomes[i] = refusal;
            else
            {
                var (count, last) = places.GetValueOrDefault(what.Request, (0, -1));
                places[what.Request] = (count + 1, last + 1);
                taken.Add((i, new(new(RecordKeeper.NewId(at)), what.Request, last + 1, what.Path, what.Bytes, 0, ItemState.Receiving, null, null, null, null, null, null), HolderOf(request)));
                bounds.Take(HolderOf(request), what.Bytes);
            }
        }
        if (taken.Count == 0) return outcomes;
        var blobs = await vault.AddAsync(tx, taken.ConvertAll(static t => (t.Holder, t.Item.Bytes)), at, cancel).ConfigureAwait(false);
        for (var i = 0; i < taken.Count; i++) taken[i] = taken[i] with { Item = taken[i].Item with { Original = blobs[i].Id } };
        await SentAsync(tx, [.. taken.GroupBy(static t => t.Holder).Select(static h => (h.Key, h.LongCount(), h.Sum(static t => t.Item.Bytes)))], at, cancel).ConfigureAwait(false);
        await tx.RunAsync("""
            INSERT INTO crossing.item (municipality_id, id, request_id, position, path, bytes, state, original_id) SELECT $1, i.id, i.request, i.position, i.path, i.bytes, 'Receiving', i.original FROM unnest($2, $3, $4, $5, $6, $7) AS i (id, request, position, path, bytes, original)
            """, cancel, municipality.Value, taken.Select(static t => t.Item.Id.Value).ToArray(), taken.Select(static t => t.Item.Request.Value).ToArray(), taken.Select(static t => t.Item.Position).ToArray(), taken.Select(static t => t.Item.Path).ToArray(),
            taken.Select(static t => t.Item.Bytes).ToArray(), taken.Select(static t => t.Item.Original.Value).ToArray()).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        foreach (var (place, item, _) in taken) outcomes[place] = item;
        return outcomes;

        Refusal? Wrong(Announcement what, CrossingRequest request)
        {
            if (request.AskedBy.Account != what.By.Account) return Refusals.NotYours;
            if (request.State != RequestState.Draft) return Refusals.WrongState;
            if (request.Definition.Quota.BytesAFile is { } most && what.Bytes > most) return Refusals.TooLarge(most);
            if (bounds.Judge(HolderOf(request), what.Bytes) is { } bound) return bound;
            return places.GetValueOrDefault(what.Request).Count >= MostFiles ? Refusals.TooManyFiles : null;
        }
    }

    /// <summary>Files that more is to be written of; without a blob where there is nothing to be written.</summary>
    private async Task<IReadOnlyList<(Outcome<CrossingItem> Item, Blob? Blob)>> LookAsync(MunicipalityId municipality, IReadOnlyList<Looking> all)
    {
        var cancel = CancellationToken.None;
        await using var tx = await keeper.EnterAsync(municipality, cancel).ConfigureAwait(false);
        var items = (await tx.ListAsync(RequestRows.SelectItems + " WHERE id = ANY ($1)", RequestRows.Item, cancel, [all.Select(static a => a.Item.Value).Distinct().ToArray()]).ConfigureAwait(false)).ToDictionary(static i => i.Id);
        var requests = (await tx.ListAsync(RequestRows.Select + " WHERE q.id = ANY ($1)", RequestRows.Request, cancel, [items.Values.Select(static i => i.Request.Value).Distinct().ToArray()]).ConfigureAwait(false)).ToDictionary(static r => r.Id);
        var blobs = await vault.FindAsync(tx, [.. items.Values.Select(static i => i.Original)], cancel).ConfigureAwait(false);
        return [.. all.Select(Look)];

        (Outcome<CrossingItem>, Blob?) Look(Looking one)
        {
            if (!items.TryGetValue(one.Item, out var found) || !requests.TryGetValue(found.Request, out var request)) return (Refusals.Unknown, null);
            if (request.AskedBy.Account != one.By.Account) return (Refusals.NotYours, null);
            if (found.State == ItemState.Received && one.Offset == found.Bytes) return (found, null);
            if (request.State != RequestState.Draft || found.State != ItemState.Receiving) return (Refusals.WrongState, null);
            if (one.Offset != found.Received) return (Refusals.WrongOffset(found.Received), null);
            return blobs.TryGetValue(found.Original, out var blob) ? (found, blob) : (Refusals.Unknown, null);
        }
    }

    private async Task<IReadOnlyList<bool>> RecordConfirmationsAsync(MunicipalityId municipality, IReadOnlyList<Confirmation> all)
    {
        var cancel = CancellationToken.None;
        await using var tx = await keeper.EnterAsync(municipality, cancel).ConfigureAwait(false);
        // Of two who were at one file, the turn lets one confirm.
        var confirmed = (await tx.ListAsync("""
            UPDATE crossing.item i SET received = c.received, state = CASE WHEN c.whole THEN 'Received' ELSE 'Receiving' END, attempts = CASE WHEN c.whole THEN 0 ELSE i.attempts END
            FROM unnest($1, $2, $3, $4, $5) WITH ORDINALITY AS c (id, before, received, whole, turn, nth)
            WHERE i.id = c.id AND i.received = c.before AND i.state = 'Receiving' AND i.attempts = c.turn RETURNING c.nth
            """, r => (int)r.GetInt64(0) - 1, cancel, all.Select(static a => a.Item.Id.Value).ToArray(), all.Select(static a => a.Item.Received).ToArray(), all.Select(static a => a.Received).ToArray(), all.Select(static a => a.IsWhole).ToArray(), all.Select(static a => a.Turn).ToArray()).ConfigureAwait(false)).ToHashSet();
        var whole = confirmed.Select(c => all[c]).Where(static a => a.IsWhole).ToList();
        if (whole.Count > 0) await FileVault.CompleteAsync(tx, whole.ConvertAll(static w => (w.Blob, w.Received, w.Digest)), cancel).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return [.. Enumerable.Range(0, all.Count).Select(confirmed.Contains)];
    }

    private static Holder HolderOf(CrossingRequest request) => new(request.AskedBy.Account, request.Route.Value, request.Unit?.Value);

    /// <summary>A file that is going to come.</summary>
    private sealed record Announcement(RequestId Request, string Path, long Bytes, Actor By);

    /// <summary>Somebody who wants to write on from there.</summary>
    private sealed record Looking(ItemId Item, long Offset, Actor By);

    /// <summary>A file as it was before, and how much of it is safe on the disk now.</summary>
    private sealed record Confirmation(CrossingItem Item, BlobId Blob, long Received, bool IsWhole, Sha256 Digest, int Turn);
}
