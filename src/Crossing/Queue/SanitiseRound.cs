using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Crossing.Queue;

/// <summary>Takes files from the queue and brings them through the sanitiser, as long as it runs (無害化の作業係).</summary>
/// <remarks>
/// Whatever dies, a file has one result: a claim that nobody holds any more is taken by another, and a result without its claim is thrown away.
/// Files are claimed by the group ahead of the workers, and results recorded by the group behind them (docs/adr/0110): what a worker waits for is the sanitiser.
/// </remarks>
public sealed class SanitiseRound : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500), Renew = TimeSpan.FromSeconds(8), Trouble = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromSeconds(5);

    /// <summary>Results that are being recorded and files that wait here, at most: memory and open files stay bounded.</summary>
    private const int MostInHand = 96, MostInAGroup = 64;

    private readonly IWorkSource source;
    private readonly SanitiseDesk desk;
    private readonly FileVault vault;
    private readonly Func<CancellationToken, Task<SanitizerPool>> pool;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly TownLanes<Finished, bool> results;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Guid, Work> inHand = new();
    private readonly Channel<Work> ahead = Channel.CreateUnbounded<Work>();
    private readonly Channel<Ticket> suspects = Channel.CreateUnbounded<Ticket>();
    private readonly ConcurrentDictionary<Ticket, bool> suspected = new();
    private readonly Bell freed = new();
    private Task running = Task.CompletedTask;
    private int workers, waiting;

    internal SanitiseRound(IWorkSource source, SanitiseDesk desk, FileVault vault, Func<CancellationToken, Task<SanitizerPool>> pool, Action changed, ILogger logger, TimeProvider time)
    {
        (this.source, this.desk, this.vault, this.pool, this.logger, this.time) = (source, desk, vault, pool, logger, time);
        results = new(MostInAGroup, async (town, all) =>
        {
            var counted = await desk.FinishAsync(town, all, CancellationToken.None).ConfigureAwait(false);
            changed();
            return counted;
        });
    }

    /// <summary>Starts so many files at a time.</summary>
    public void Start(int workers)
    {
        this.workers = workers;
        running = Task.WhenAll([Task.Run(TakeAsync), Task.Run(SuspectAsync), Task.Run(HoldAsync), .. Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync))]);
    }

    /// <summary>Stops taking files; what is in hand goes back to the queue.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        await GiveBackAsync([.. inHand.Values.Where(static w => w.TryTake())], CancellationToken.None).ConfigureAwait(false);
        await Task.WhenAll(inHand.Values.Select(static w => w.Over.Task)).ConfigureAwait(false);
        if (!suspected.IsEmpty) await TryAsync(() => source.GiveBackAsync([.. suspected.Keys], CancellationToken.None)).ConfigureAwait(false);
        if (source is IAsyncDisposable own) await own.DisposeAsync().ConfigureAwait(false);
        stop.Dispose();
        freed.Dispose();
    }

    /// <summary>Keeps a few files claimed ahead of the workers.</summary>
    private async Task TakeAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var room = Math.Min((workers * 4) - Volatile.Read(ref waiting), MostInHand - inHand.Count);
                // Not one by one: a group costs as much as one.
                if (room < workers * 2)
                {
                    await freed.WaitAsync(Look, stop.Token).ConfigureAwait(false);
                    continue;
                }
                var tickets = await source.TakeAsync(room, stop.Token).ConfigureAwait(false);
                if (tickets.Count == 0) await source.WaitAsync(Look, stop.Token).ConfigureAwait(false);
                else await ClaimAsync(tickets).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await TroubleAsync(e).ConfigureAwait(false);
            }
        }
    }

    private async Task ClaimAsync(IReadOnlyList<Ticket> tickets)
    {
        try
        {
            var claimed = await desk.ClaimAsync(tickets, suspects: false, stop.Token).ConfigureAwait(false);
            foreach (var (ticket, claim) in claimed.Mine) Enter(new(ticket, claim, time.GetTimestamp()), ahead.Writer);
            foreach (var ticket in claimed.Suspect)
                if (suspected.TryAdd(ticket, true)) suspects.Writer.TryWrite(ticket);
            await AsideAsync(claimed).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await TryAsync(() => source.GiveBackAsync(tickets, CancellationToken.None)).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Files over which a host died before, one at a time: should it happen again, nobody else is counted as guilty.</summary>
    private async Task SuspectAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            Ticket ticket = default;
            try
            {
                ticket = await suspects.Reader.ReadAsync(stop.Token).ConfigureAwait(false);
                var claimed = await desk.ClaimAsync([ticket], suspects: true, stop.Token).ConfigureAwait(false);
                await AsideAsync(claimed).ConfigureAwait(false);
                foreach (var (its, claim) in claimed.Mine)
                {
                    var work = new Work(its, claim, time.GetTimestamp());
                    Enter(work, ahead.Writer);
                    await work.Over.Task.WaitAsync(stop.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await TroubleAsync(e).ConfigureAwait(false);
                await TryAsync(() => source.GiveBackAsync([ticket], stop.Token)).ConfigureAwait(false);
            }
            finally
            {
                suspected.TryRemove(ticket, out _);
            }
        }
    }

    private async Task AsideAsync(Claimed claimed)
    {
        if (claimed.Over.Count > 0) await source.DoneAsync(claimed.Over, stop.Token).ConfigureAwait(false);
        foreach (var (ticket, its) in claimed.Busy) await source.LaterAsync([ticket], its, stop.Token).ConfigureAwait(false);
    }

    private void Enter(Work work, ChannelWriter<Work> lane)
    {
        inHand[work.Claim.Lease] = work;
        Interlocked.Increment(ref waiting);
        lane.TryWrite(work);
    }

    private async Task WorkAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var work = await ahead.Reader.ReadAsync(stop.Token).ConfigureAwait(false);
                if (work.TryTake())
                {
                    Interlocked.Decrement(ref waiting);
                    freed.Ring();
                    await DoAsync(work).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                await TroubleAsync(e).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One claimed file through the sanitiser; its result is recorded behind the worker's back.</summary>
    private async Task DoAsync(Work work)
    {
        var claim = work.Claim;
        try
        {
            FileReport report;
            if (claim.Original is not { } original)
            {
                logger.LogError("原本が読めません（{Item}）。 / An original can't be read.", claim.Item.Id);
                report = SanitiseDesk.Untried(claim, Requests.Refusals.VaultBroken);
            }
            else if (claim.Attempt > SanitiseDesk.MostAttempts)
            {
                report = SanitiseDesk.Untried(claim, SanitiseRefusals.SetAside);
            }
            else
            {
                report = await SanitiseAsync(work, original).ConfigureAwait(false);
            }
            _ = CloseAsync(work, report);
        }
        catch (Exception e)
        {
            work.Output?.Dispose();
            if (!stop.IsCancellationRequested) Interrupted(e);
            await GiveUpAsync(work, e).ConfigureAwait(false);
        }
    }

    private async Task<FileReport> SanitiseAsync(Work work, Blob blob)
    {
        var claim = work.Claim;
        try
        {
            // Read first: on a machine where the vault's folder isn't the shared one, nothing may look as if it were.
            using var original = vault.Read(blob);
            work.Result = FileVault.New(work.Ticket.Town, time.GetUtcNow());
            var output = work.Output = vault.Write(work.Result);
            var sanitizer = await pool(stop.Token).ConfigureAwait(false);
            var report = SanitiseDesk.OrderOf(claim) is var (order, rules)
                ? await sanitizer.SanitizeMailAsync(original, output, rules, order, claim.Passwords, (_, _) => work.Parts.Open(vault, work.Ticket.Town, time.GetUtcNow()), stop.Token).ConfigureAwait(false)
                : await sanitizer.SanitizeAsync(claim.Item.Path, original, output, claim.PolicyYaml, null, claim.Passwords, stop.Token).ConfigureAwait(false);
            if (report.Outcome == Outcome.Refused) return report;
            await output.EndAsync(stop.Token).ConfigureAwait(false);
            // What the sanitiser read must be what was received: a file mixed up on the way would show here.
            return report.InputSha256 == blob.Digest ? report : SanitiseDesk.Untried(claim, SanitiseRefusals.Mixed);
        }
        catch (VaultException e) when (e.Blob == blob.Id)
        {
            logger.LogError(e, "原本が、受け取ったときのものと違います（{Item}）。 / An original isn't what was received.", claim.Item.Id);
            return SanitiseDesk.Untried(claim, Requests.Refusals.VaultBroken);
        }
    }

    /// <summary>Makes the result durable and records it, together with others. Never throws.</summary>
    private async Task CloseAsync(Work work, FileReport report)
    {
        var isOut = report.Outcome != Outcome.Refused;
        var counts = false;
        try
        {
            using (work.Output)
            {
                // The disk's turns are waited for apart from the workers, several files at once.
                if (isOut) await Task.Run(() => { work.Output!.Sync(); work.Parts.Sync(vault); }).ConfigureAwait(false);
            }
            counts = await results.RunAsync(work.Ticket.Town, new(work.Claim, report, isOut ? work.Result : null) { Parts = isOut ? work.Parts.Blobs : [] }).ConfigureAwait(false);
            if (!counts || !isOut) await ThrowAwayAsync(work).ConfigureAwait(false);
            if (counts) await source.DoneAsync([work.Ticket], CancellationToken.None).ConfigureAwait(false);
            else await source.LaterAsync([work.Ticket], WorkQueue.Hold, CancellationToken.None).ConfigureAwait(false);
            Leave(work);
        }
        catch (Exception e)
        {
            logger.LogError(e, "結果を記録できませんでした。ファイルは順番待ちに戻ります。 / A result could not be recorded; the file goes back to the queue.");
            if (counts) Leave(work);
            else await GiveUpAsync(work, e).ConfigureAwait(false);
        }
    }

    /// <summary>Lets go of a file without a result. Never throws.</summary>
    private async Task GiveUpAsync(Work work, Exception why)
    {
        // A fault that follows the file counts against it; one of the machine doesn't.
        var isMachine = why is OperationCanceledException or IOException or UnauthorizedAccessException or NoSandboxException || Storage.StorageException.Explain(why) is not null;
        await ThrowAwayAsync(work).ConfigureAwait(false);
        await TryAsync(() => desk.ReleaseAsync(work.Ticket.Town, work.Claim, !isMachine, CancellationToken.None)).ConfigureAwait(false);
        if (isMachine && !stop.IsCancellationRequested) await Task.Delay(Trouble, time, CancellationToken.None).ConfigureAwait(false);
        await TryAsync(() => source.GiveBackAsync([work.Ticket], CancellationToken.None)).ConfigureAwait(false);
        Leave(work);
    }

    private void Leave(Work work)
    {
        inHand.TryRemove(work.Claim.Lease, out _);
        work.Over.TrySetResult();
        if (!stop.IsCancellationRequested) freed.Ring();
    }

    private async Task ThrowAwayAsync(Work work)
    {
        // The sweep takes what can't be thrown away now.
        if (work.Result is { } result) await TryAsync(() => desk.ForgetAsync(work.Claim, result, work.Parts.Blobs, CancellationToken.None)).ConfigureAwait(false);
    }

    /// <summary>Files that were claimed and not begun: others may take them.</summary>
    private async Task GiveBackAsync(List<Work> works, CancellationToken cancel)
    {
        foreach (var work in works)
        {
            Interlocked.Decrement(ref waiting);
            await TryAsync(() => desk.ReleaseAsync(work.Ticket.Town, work.Claim, counts: false, cancel)).ConfigureAwait(false);
        }
        if (works.Count > 0) await TryAsync(() => source.GiveBackAsync([.. works.Select(static w => w.Ticket)], cancel)).ConfigureAwait(false);
        foreach (var work in works) Leave(work);
    }

    /// <summary>Says again and again that what is in hand is being worked on, and gives back what waits behind slow files.</summary>
    private async Task HoldAsync()
    {
        using var timer = new PeriodicTimer(Renew, time);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false)) return;
                await GiveBackAsync([.. inHand.Values.Where(w => time.GetElapsedTime(w.Since) > Patience && w.TryTake())], stop.Token).ConfigureAwait(false);
                var all = inHand.Values.ToList();
                if (all.Count == 0 && suspected.IsEmpty) continue;
                await source.HoldAsync([.. all.Select(static a => a.Ticket), .. suspected.Keys], stop.Token).ConfigureAwait(false);
                foreach (var town in all.GroupBy(static a => a.Ticket.Town))
                    await desk.HoldAsync(town.Key, [.. town.Select(static a => a.Claim.Lease)], stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                logger.LogWarning(e, "作業中のしるしを延ばせませんでした。 / Claims could not be renewed.");
            }
        }
    }

    /// <summary>The database is away, the disk is full, the sandbox doesn't start: nothing is lost, it is tried again.</summary>
    private void Interrupted(Exception e) => logger.LogError(e, "無害化の作業が中断しました。ファイルは順番待ちに残っています。 / The work was interrupted; files stay in the queue.");

    private async Task TroubleAsync(Exception e)
    {
        Interrupted(e);
        await Task.Delay(Trouble, time, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Where it fails, the claim or the place runs out by itself.</summary>
    private async Task TryAsync(Func<Task> act)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            logger.LogWarning(e, "後片付けができませんでした。あとで片付きます。 / Something is left for later to be tidied up.");
        }
    }

    /// <summary>A file in hand: waiting for a worker, with one, or being recorded.</summary>
    private sealed class Work(Ticket ticket, Claim claim, long since)
    {
        private int taken;

        public Ticket Ticket { get; } = ticket;

        public Claim Claim { get; } = claim;

        /// <summary>When it was claimed.</summary>
        public long Since { get; } = since;

        public Blob? Result { get; set; }

        public SealedWriter? Output { get; set; }

        /// <summary>Files of a message that come out by themselves.</summary>
        public PartsKept Parts { get; } = new();

        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>True for the first alone: a worker, or who gives it back.</summary>
        public bool TryTake() => Interlocked.Exchange(ref taken, 1) == 0;
    }
}

/// <summary>Why a file came to nothing without its content being at fault.</summary>
internal static class SanitiseRefusals
{
    public static Refusal SetAside { get; } = new("XNG-POISON-001",
        new("このファイルを無害化している間に、無害化の作業が何度も止まりました。ファイルは渡していません。", "The sanitiser's host stopped several times while this file was in it. It was not let through."),
        new("別の形式で送ってもらってください。管理者は原本の調査ができます。", "Have it sent in another format. Administrators may inspect the original."));

    public static Refusal Mixed { get; } = new("XNG-POISON-002",
        new("無害化したものが、受け取ったファイルと一致しません。何も渡していません。", "What was sanitised isn't the file that was received. Nothing was let through."),
        new("もう一度送ってください。続くときは管理者に知らせてください。", "Send it again; if it happens again, tell the administrator."));
}
