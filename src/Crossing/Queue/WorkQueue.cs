using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Queue;

/// <summary>Work that a worker was given: a file, and the place in the queue that pointed to it.</summary>
internal readonly record struct Ticket(long Id, MunicipalityId Town, ItemId Item);

/// <summary>What waits for a worker, over all municipalities (順番待ち). docs/adr/0094.</summary>
/// <remarks>
/// It only points: whether a file is still to be done, and who does it, is decided on the file itself, so a pointer that comes twice does no harm.
/// Turns go round the towns, and within a town round its people: a thousand files of one person don't hold up the one file of another.
/// What a crash may forget (who took a place, who holds it) is written without waiting for the disk (docs/adr/0110).
/// </remarks>
internal sealed class WorkQueue(Database database) : IWorkSource, IDisposable
{
    /// <summary>A pointer that a worker took comes back after this, unless the worker says that it is still at it.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromSeconds(30);

    /// <summary>Places in one go; the sequence of turns leaves room for so many (0020_queue.sql).</summary>
    public const int MostAtOnce = 1000;

    private readonly Bell wake = new();

    /// <summary>Adds files in the caller's transaction.</summary>
    public static Task AddAsync(TenantTransaction tx, IEnumerable<ItemId> items, string person, Urgency urgency, DateTimeOffset at, CancellationToken cancel) =>
        tx.RunAsync("INSERT INTO crossing.queue (town, person, item, urgency, queued_at) SELECT $1, $2, item, $4, $5 FROM unnest($3) AS item ON CONFLICT DO NOTHING",
            cancel, tx.Municipality.Value, person, items.Select(i => i.Value).ToArray(), (short)urgency, at);

    /// <summary>Adds files of many people in the caller's transaction.</summary>
    public static Task AddAsync(TenantTransaction tx, IReadOnlyCollection<(ItemId Item, string Person, Urgency Urgency)> items, DateTimeOffset at, CancellationToken cancel) =>
        tx.RunAsync("INSERT INTO crossing.queue (town, person, item, urgency, queued_at) SELECT $1, i.person, i.item, i.urgency, $2 FROM unnest($3, $4, $5) WITH ORDINALITY AS i (item, person, urgency, nth) ORDER BY nth ON CONFLICT DO NOTHING",
            cancel, tx.Municipality.Value, at, items.Select(i => i.Item.Value).ToArray(), items.Select(i => i.Person).ToArray(), items.Select(i => (short)i.Urgency).ToArray());

    /// <summary>Tells a waiting worker of this process that something was added and committed.</summary>
    public void Wake() => wake.Ring();

    /// <summary>Waits until something may be there: a word from this process, or a while for what others add.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => wake.WaitAsync(atMost, cancel);

    /// <summary>The next files to do, whose turn it is first; none when nothing waits.</summary>
    /// <param name="hold">How long they stay away from others.</param>
    public async Task<IReadOnlyList<Ticket>> TakeAsync(int most, TimeSpan hold, CancellationToken cancel)
    {
        await using var tx = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        await LooselyAsync(tx, cancel).ConfigureAwait(false);
        // One taker at a time: whose turn it is follows from who was served before.
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtext('crossing.queue'))", cancel).ConfigureAwait(false);
        var taken = await tx.ListAsync("""
            WITH RECURSIVE people AS (
              (SELECT town, person FROM crossing.queue ORDER BY town, person LIMIT 1)
              UNION ALL
              SELECT n.town, n.person FROM people p CROSS JOIN LATERAL (SELECT q.town, q.person FROM crossing.queue q WHERE (q.town, q.person) > (p.town, p.person) ORDER BY q.town, q.person LIMIT 1) n
            ), heads AS (
              SELECT h.*, coalesce(t.last, 0) AS town_last, coalesce(s.last, (SELECT last_value FROM crossing.serving)) AS person_last FROM people p
              LEFT JOIN crossing.served t ON t.town = p.town AND t.person = ''
              LEFT JOIN crossing.served s ON s.town = p.town AND s.person = p.person
              CROSS JOIN LATERAL (
                SELECT q.id, q.town, q.person, q.item, q.urgency, row_number() OVER (PARTITION BY q.urgency ORDER BY q.id) AS mine FROM (
                  SELECT q.* FROM crossing.queue q WHERE q.town = p.town AND q.person = p.person AND (q.taken_until IS NULL OR q.taken_until < clock_timestamp())
                  ORDER BY q.urgency DESC, q.id LIMIT $2) q) h
            ), turns AS (
              -- Within the town what is urgent first, and there everybody's first before anybody's second; then round the towns: nobody's hurry holds up another town.
              SELECT *, row_number() OVER (PARTITION BY town ORDER BY urgency DESC, mine, person_last, id) AS turn FROM heads
            ), next AS (
              SELECT id, town, person, item, row_number() OVER (ORDER BY turn, town_last, id) AS place FROM turns ORDER BY place LIMIT $2
            ), held AS (
              UPDATE crossing.queue q SET taken_until = clock_timestamp() + $1 FROM next WHERE q.id = next.id
            ), step AS (
              SELECT nextval('crossing.serving') AS base FROM next LIMIT 1
            ), served AS (
              INSERT INTO crossing.served (town, person, last)
              SELECT n.town, w.who, (SELECT base FROM step) + max(n.place) FROM next n, LATERAL (VALUES (''), (n.person)) AS w (who) GROUP BY n.town, w.who
              ON CONFLICT (town, person) DO UPDATE SET last = excluded.last
            ), arrived AS (
              -- Who was never served takes the place behind those who wait now: names without end (senders of mail) must not come before those that are known.
              INSERT INTO crossing.served (town, person, last)
              SELECT p.town, p.person, (SELECT last_value FROM crossing.serving) FROM people p
              WHERE NOT EXISTS (SELECT FROM crossing.served s WHERE s.town = p.town AND s.person = p.person) AND NOT EXISTS (SELECT FROM next n WHERE n.town = p.town AND n.person = p.person)
              ON CONFLICT DO NOTHING
            )
            SELECT id, town, item FROM next ORDER BY place
            """, r => new Ticket(r.GetInt64(0), new(r.GetGuid(1)), new(r.GetGuid(2))), cancel, hold, Math.Clamp(most, 1, MostAtOnce)).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return taken;
    }

    /// <summary>The next files to do, for a worker that says again and again that it is at them.</summary>
    public Task<IReadOnlyList<Ticket>> TakeAsync(int most, CancellationToken cancel) => TakeAsync(most, Hold, cancel);

    /// <summary>Says that these are still being worked on.</summary>
    public Task HoldAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel) =>
        ChangeAsync("UPDATE crossing.queue SET taken_until = clock_timestamp() + $2 WHERE id = ANY ($1)", cancel, Ids(tickets), Hold);

    /// <summary>Gives places back: others may take them now.</summary>
    public Task GiveBackAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel) =>
        ChangeAsync("UPDATE crossing.queue SET taken_until = NULL WHERE id = ANY ($1)", cancel, [Ids(tickets)]);

    /// <summary>Its pointer comes again by itself, when nobody says any more that it is being worked on.</summary>
    public Task LaterAsync(IReadOnlyCollection<Ticket> tickets, TimeSpan after, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Nothing to do: the pointer went with the result (<see cref="ThroughAsync"/>).</summary>
    public Task DoneAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Takes the pointers to files away in the transaction that records their results.</summary>
    public static Task ThroughAsync(TenantTransaction tx, IEnumerable<ItemId> items, CancellationToken cancel) =>
        tx.RunAsync("SELECT crossing.through($1)", cancel, [items.Select(i => i.Value).ToArray()]);

    /// <summary>How many wait or are worked on, of all municipalities.</summary>
    public async Task<long> LengthAsync(CancellationToken cancel)
    {
        await using var tx = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        return (await tx.FirstAsync("SELECT count(*) FROM crossing.queue", r => Tuple.Create(r.GetInt64(0)), cancel).ConfigureAwait(false))!.Item1;
    }

    /// <summary>From here on this transaction doesn't wait for the disk: what it says may be forgotten by a crash of PostgreSQL, and nothing comes to harm by it.</summary>
    internal static Task LooselyAsync(DatabaseTransaction tx, CancellationToken cancel) => tx.RunAsync("SET LOCAL synchronous_commit = off", cancel);

    public void Dispose() => wake.Dispose();

    private async Task ChangeAsync(string sql, CancellationToken cancel, params object?[] values)
    {
        await using var tx = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        await LooselyAsync(tx, cancel).ConfigureAwait(false);
        await tx.RunAsync(sql, cancel, values).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
    }

    private static long[] Ids(IReadOnlyCollection<Ticket> tickets) => [.. tickets.Select(t => t.Id)];
}
