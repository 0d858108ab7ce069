using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Queue;

/// <summary>Work that a worker was given: a file, and the place in the queue that pointed to it.</summary>
internal readonly record struct Ticket(long Id, MunicipalityId Town, ItemId Item);

/// <summary>What waits for a worker, over all municipalities (順番待ち). docs/adr/0094.</summary>
/// <remarks>
/// It only points: whether a file is still to be done, and who does it, is decided on the file itself, so a pointer that comes twice does no harm.
/// Turns go round the towns, and within a town round its people: a thousand files of one person don't hold up the one file of another.
/// </remarks>
internal sealed class WorkQueue(Database database) : IDisposable
{
    /// <summary>A pointer that a worker took comes back after this, unless the worker says that it is still at it.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim wake = new(0);

    /// <summary>Adds files in the caller's transaction.</summary>
    public static Task AddAsync(TenantTransaction tx, IEnumerable<ItemId> items, string person, DateTimeOffset at, CancellationToken cancel, short urgency = 0) =>
        tx.RunAsync("INSERT INTO crossing.queue (town, person, item, urgency, queued_at) SELECT $1, $2, item, $4, $5 FROM unnest($3) AS item ON CONFLICT DO NOTHING",
            cancel, tx.Municipality.Value, person, items.Select(i => i.Value).ToArray(), urgency, at);

    /// <summary>Tells a waiting worker of this process that something was added and committed.</summary>
    public void Wake() => wake.Release();

    /// <summary>Waits until something may be there: a word from this process, or a while for what others add.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => wake.WaitAsync(atMost, cancel);

    /// <summary>The next file to do; null when nothing waits.</summary>
    public async Task<Ticket?> TakeAsync(CancellationToken cancel)
    {
        await using var tx = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        // One at a time: whose turn it is follows from who was served before.
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtext('crossing.queue'))", cancel).ConfigureAwait(false);
        var taken = await tx.FirstAsync("""
            WITH RECURSIVE people AS (
              (SELECT town, person FROM crossing.queue ORDER BY town, person LIMIT 1)
              UNION ALL
              SELECT n.town, n.person FROM people p CROSS JOIN LATERAL (SELECT q.town, q.person FROM crossing.queue q WHERE (q.town, q.person) > (p.town, p.person) ORDER BY q.town, q.person LIMIT 1) n
            ), heads AS (
              SELECT h.* FROM people p CROSS JOIN LATERAL (
                SELECT q.id, q.town, q.person, q.item, q.urgency FROM crossing.queue q
                WHERE q.town = p.town AND q.person = p.person AND (q.taken_until IS NULL OR q.taken_until < clock_timestamp()) ORDER BY q.urgency DESC, q.id LIMIT 1) h
            ), next AS (
              SELECT h.id, h.town, h.person, h.item FROM heads h
              LEFT JOIN crossing.served t ON t.town = h.town AND t.person = ''
              LEFT JOIN crossing.served p ON p.town = h.town AND p.person = h.person
              ORDER BY h.urgency DESC, coalesce(t.last, 0), coalesce(p.last, 0), h.id LIMIT 1
            ), held AS (
              UPDATE crossing.queue q SET taken_until = clock_timestamp() + $1 FROM next WHERE q.id = next.id
            ), served AS (
              INSERT INTO crossing.served (town, person, last) SELECT n.town, w.who, nextval('crossing.serving') FROM next n, LATERAL (VALUES (''), (n.person)) AS w (who)
              ON CONFLICT (town, person) DO UPDATE SET last = excluded.last
            )
            SELECT id, town, item FROM next
            """, r => Tuple.Create(r.GetInt64(0), r.GetGuid(1), r.GetGuid(2)), cancel, Hold).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return taken is null ? null : new Ticket(taken.Item1, new(taken.Item2), new(taken.Item3));
    }

    /// <summary>Says that these are still being worked on.</summary>
    public async Task HoldAsync(IReadOnlyCollection<long> tickets, CancellationToken cancel)
    {
        await using var tx = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        await tx.RunAsync("UPDATE crossing.queue SET taken_until = clock_timestamp() + $2 WHERE id = ANY ($1)", cancel, tickets.ToArray(), Hold).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>The file is through; nothing points to it any more.</summary>
    public async Task DoneAsync(Ticket ticket, CancellationToken cancel)
    {
        await using var tx = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        await tx.RunAsync("DELETE FROM crossing.queue WHERE id = $1", cancel, ticket.Id).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>How many wait or are worked on, of all municipalities.</summary>
    public async Task<long> LengthAsync(CancellationToken cancel)
    {
        await using var tx = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        return (await tx.FirstAsync("SELECT count(*) FROM crossing.queue", r => Tuple.Create(r.GetInt64(0)), cancel).ConfigureAwait(false))!.Item1;
    }

    public void Dispose() => wake.Dispose();
}
