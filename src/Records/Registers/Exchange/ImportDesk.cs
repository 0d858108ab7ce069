using System.Collections.Concurrent;
using System.Threading.Channels;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>Imports that the server does by itself while a person waits or does something else (取込みの窓口): how far each is, and what came of it.</summary>
/// <remarks>
/// What comes in is one transaction, and the same transaction says that it is done: nothing stands half in the register, and no page says otherwise.
/// A job from which nothing was heard for <see cref="Silence"/> is closed as broken off; should it still be working somewhere, its end finds the job
/// closed and undoes everything (docs/adr/0053).
/// </remarks>
public sealed class ImportDesk(RegisterBook book, RegisterImport imports)
{
    /// <summary>Without a word for so long, a job is taken for lost.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>Jobs of one server at a time: each works a core.</summary>
    private const int AtOnce = 2;

    private readonly Channel<Ticket> waiting = Channel.CreateUnbounded<Ticket>();
    private readonly ConcurrentDictionary<ImportJobId, Ticket> live = new();

    /// <summary>What is asked for, as long as this server has it.</summary>
    /// <param name="Mapping">To be tried; null: to be taken in as it was tried last.</param>
    private sealed record Ticket(ImportJobId Id, MunicipalityId Town, UploadId Upload, ImportMapping? Mapping, IReadOnlyList<UnitId>? Within, Actor Actor)
    {
        public ImportProgress Progress { get; } = new();

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Told of a job that failed by a fault of our own.</summary>
    public Action<MunicipalityId, Exception>? Failed { get; set; }

    private RecordKeeper Keeper => book.Keeper;

    /// <summary>Begins to try a file, or to take in what was tried; where it is being done already, that job is meant.</summary>
    /// <param name="mapping">To be tried; null: to be taken in as it was tried last.</param>
    /// <param name="patience">Small files are done in that time, and then the job comes back ended.</param>
    public async Task<Outcome<ImportJob>> BeginAsync(
        MunicipalityId municipality, UploadId upload, ImportMapping? mapping, IReadOnlyList<UnitId>? within, Actor actor, TimeSpan patience, CancellationToken cancel)
    {
        Ticket? ticket = null;
        ImportJobId id;
        await using (var tx = await Keeper.EnterAsync(municipality, cancel))
        {
            var at = Keeper.Clock.Now();
            // Two who press at once: the second waits here, and then sees the job of the first.
            if (await UploadShelf.LockAsync(tx, upload, at, actor, cancel) is not { } kept) return Refusals.UnknownUpload;
            await ImportJobRows.CloseLostAsync(tx, at - Silence, at, cancel);
            if (await ImportJobRows.RunningAsync(tx, upload, cancel) is { } running)
            {
                id = running;
            }
            else
            {
                await ImportJobRows.ForgetAsync(tx, upload, at - UploadShelf.Kept, cancel);
                id = new(RecordKeeper.NewId(at));
                await ImportJobRows.AddAsync(tx, id, upload, kept.Register, kept.FileName, keeps: mapping is null, at, actor, cancel);
                ticket = new(id, municipality, upload, mapping, within, actor);
            }
            await tx.CommitAsync(cancel);
        }
        if (ticket is not null)
        {
            live[id] = ticket;
            waiting.Writer.TryWrite(ticket);
            await Task.WhenAny(ticket.Ended.Task, Task.Delay(patience, Keeper.Clock, cancel));
        }
        return await ReadAsync(municipality, id, actor, cancel) is { } job ? job : Refusals.UnknownUpload;
    }

    /// <summary>A job as it is now; null for another person's, and after a day.</summary>
    public async Task<ImportJob?> ReadAsync(MunicipalityId municipality, ImportJobId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await Keeper.EnterAsync(municipality, cancel);
        var at = Keeper.Clock.Now();
        if (await ImportJobRows.ReadAsync(tx, id, actor, cancel) is not { } job) return null;
        if (!job.IsRunning || job.BeatAt >= at - Silence) return job;
        await ImportJobRows.CloseLostAsync(tx, at - Silence, at, cancel);
        job = await ImportJobRows.ReadAsync(tx, id, actor, cancel);
        await tx.CommitAsync(cancel);
        return job;
    }

    /// <summary>What a person asked for within a day, the newest first: whoever closed the page finds it again.</summary>
    public async Task<IReadOnlyList<ImportJob>> OwnAsync(MunicipalityId municipality, string register, Actor actor, CancellationToken cancel)
    {
        await using var tx = await Keeper.EnterAsync(municipality, cancel);
        var at = Keeper.Clock.Now();
        await ImportJobRows.CloseLostAsync(tx, at - Silence, at, cancel);
        var own = await ImportJobRows.OwnAsync(tx, register, at - UploadShelf.Kept, actor, cancel);
        await tx.CommitAsync(cancel);
        return own;
    }

    /// <summary>Does what is asked for until the server stops.</summary>
    public async Task RunAllAsync(CancellationToken stopping) =>
        await Task.WhenAll([BeatAsync(stopping), .. Enumerable.Range(0, AtOnce).Select(_ => WorkAsync(stopping))]);

    private async Task WorkAsync(CancellationToken stopping)
    {
        await foreach (var ticket in waiting.Reader.ReadAllAsync(stopping))
        {
            var why = await DoAsync(ticket, stopping);
            if (why is not null) await CloseAsync(ticket, why);
            live.TryRemove(ticket.Id, out _);
            ticket.Ended.TrySetResult();
            stopping.ThrowIfCancellationRequested();
        }
    }

    /// <returns>Why it wasn't done; null when its end is kept already.</returns>
    private async Task<Refusal?> DoAsync(Ticket ticket, CancellationToken stopping)
    {
        try
        {
            var outcome = ticket.Mapping is { } mapping
                ? await imports.TryAsync(ticket.Town, ticket.Upload, mapping, ticket.Within, ticket.Actor, stopping, ticket.Progress)
                : await imports.CommitAsync(ticket.Town, ticket.Upload, ticket.Within, ticket.Actor, ticket.Progress, (tx, report) => EndAsync(tx, ticket, report, stopping), stopping);
            if (outcome is Outcome<ImportReport>.Refused { Why: var why }) return why;
            if (outcome is Outcome<ImportReport>.Done { Value: { IsKept: false } report })
            {
                await using var tx = await Keeper.EnterAsync(ticket.Town, stopping);
                await EndAsync(tx, ticket, report, stopping);
                await tx.CommitAsync(stopping);
            }
            return null;
        }
        catch (Exception e) when (e is OperationCanceledException or JobClosedException || stopping.IsCancellationRequested)
        {
            return Refusals.BrokenOff;
        }
        catch (Exception e) when (StorageException.Explain(e) is { } known)
        {
            return new(known.Code, known.What, known.Next);
        }
#pragma warning disable CA1031 // Whatever it was: the transaction is undone, the person is told, and other jobs go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failed?.Invoke(ticket.Town, e);
            return Refusals.Fault;
        }
    }

    /// <summary>In the transaction in which everything comes in.</summary>
    private async Task EndAsync(TenantTransaction tx, Ticket ticket, ImportReport report, CancellationToken cancel)
    {
        if (!await ImportJobRows.EndAsync(tx, ticket.Id, new(report, null), Keeper.Clock.Now(), cancel)) throw new JobClosedException();
    }

    private async Task CloseAsync(Ticket ticket, Refusal why)
    {
        // The server may be stopping: whoever looks later would find the job silent, and close it as broken off.
        using var soon = new CancellationTokenSource(Beat);
        try
        {
            await using var tx = await Keeper.EnterAsync(ticket.Town, soon.Token);
            await ImportJobRows.EndAsync(tx, ticket.Id, new(null, why), Keeper.Clock.Now(), soon.Token);
            await tx.CommitAsync(soon.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || StorageException.Explain(e) is not null)
        {
        }
    }

    /// <summary>Says of everything that waits or is being done here that it still is, and how far.</summary>
    private async Task BeatAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Beat, Keeper.Clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            foreach (var (id, ticket) in live)
            {
                try
                {
                    await using var tx = await Keeper.EnterAsync(ticket.Town, stopping);
                    await ImportJobRows.BeatAsync(tx, id, ticket.Progress, Keeper.Clock.Now(), stopping);
                    await tx.CommitAsync(stopping);
                }
                catch (Exception e) when (StorageException.Explain(e) is not null)
                {
                    // The database is away: the next beat tries again, and meanwhile nothing else is true either.
                }
            }
        }
    }

    /// <summary>Somebody found the job silent and closed it: what it did is undone.</summary>
    private sealed class JobClosedException() : Exception("The job was closed as broken off.");
}
