namespace Sekisho.Crossing.Queue;

/// <summary>Where a worker learns which files are next: PostgreSQL itself, or RabbitMQ with PostgreSQL behind it. The file decides either way (docs/adr/0094).</summary>
internal interface IWorkSource
{
    /// <summary>Files to do, in turn; none when there is nothing now.</summary>
    Task<IReadOnlyList<Ticket>> TakeAsync(int most, CancellationToken cancel);

    /// <summary>Returns when there may be something to take, or after a while.</summary>
    Task WaitAsync(TimeSpan atMost, CancellationToken cancel);

    /// <summary>Says that these are still in hand.</summary>
    Task HoldAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel);

    /// <summary>Lets go of these without a result: they come again, to whoever is next.</summary>
    Task GiveBackAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel);

    /// <summary>Somebody else has these: they come again when that claim may have run out.</summary>
    Task LaterAsync(IReadOnlyCollection<Ticket> tickets, TimeSpan after, CancellationToken cancel);

    /// <summary>These are over, and no pointer of PostgreSQL is left to them.</summary>
    Task DoneAsync(IReadOnlyCollection<Ticket> tickets, CancellationToken cancel);
}
