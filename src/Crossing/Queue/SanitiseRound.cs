using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Crossing.Queue;

/// <summary>Takes files from the queue and brings them through the sanitiser, as long as it runs (無害化の作業係).</summary>
/// <remarks>Whatever dies, a file has one result: a claim that nobody holds any more is taken by another, and a result without its claim is thrown away.</remarks>
public sealed class SanitiseRound : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500), Renew = TimeSpan.FromSeconds(8), Trouble = TimeSpan.FromSeconds(2);

    private readonly WorkQueue queue;
    private readonly SanitiseDesk desk;
    private readonly FileVault vault;
    private readonly Func<CancellationToken, Task<SanitizerPool>> pool;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Guid, (Ticket Ticket, Claim Claim)> inHand = new();
    private Task running = Task.CompletedTask;

    internal SanitiseRound(WorkQueue queue, SanitiseDesk desk, FileVault vault, Func<CancellationToken, Task<SanitizerPool>> pool, ILogger logger, TimeProvider time) =>
        (this.queue, this.desk, this.vault, this.pool, this.logger, this.time) = (queue, desk, vault, pool, logger, time);

    /// <summary>Starts so many files at a time.</summary>
    public void Start(int workers) => running = Task.WhenAll([.. Enumerable.Range(0, workers).Select(_ => Task.Run(WorkAsync)), Task.Run(HoldAsync)]);

    /// <summary>Stops taking files; what is in hand goes back to the queue.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await queue.TakeAsync(stop.Token).ConfigureAwait(false) is { } ticket) await DoAsync(ticket).ConfigureAwait(false);
                else await queue.WaitAsync(Look, stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The database is away, the disk is full, the sandbox doesn't start: nothing is lost, it is tried again.
                logger.LogError(e, "無害化の作業が中断しました。ファイルは順番待ちに残っています。 / The work was interrupted; files stay in the queue.");
                await Task.Delay(Trouble, time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One file: claimed, through the sanitiser, its result recorded.</summary>
    private async Task DoAsync(Ticket ticket)
    {
        var claim = await desk.ClaimAsync(ticket, stop.Token).ConfigureAwait(false);
        if (claim is null)
        {
            // Done by somebody, or in somebody's hands: while it isn't over, its place in the queue stays.
            if (await desk.IsOverAsync(ticket, stop.Token).ConfigureAwait(false)) await queue.DoneAsync(ticket, stop.Token).ConfigureAwait(false);
            return;
        }
        inHand[claim.Lease] = (ticket, claim);
        Blob? result = null;
        var isKept = false;
        try
        {
            FileReport report;
            if (claim.Original is not { } original)
            {
                logger.LogError("原本が読めません（{Item}）。 / An original can't be read.", ticket.Item);
                report = SanitiseDesk.Untried(claim, Requests.Refusals.VaultBroken);
            }
            else if (claim.Attempt > SanitiseDesk.MostAttempts)
            {
                report = SanitiseDesk.Untried(claim, SanitiseRefusals.SetAside);
            }
            else
            {
                result = await desk.ResultAsync(ticket.Town, stop.Token).ConfigureAwait(false);
                report = await SanitiseAsync(claim, original, result).ConfigureAwait(false);
            }
            var counts = await desk.FinishAsync(ticket.Town, claim, report, report.Outcome == Outcome.Refused ? null : result, CancellationToken.None).ConfigureAwait(false);
            isKept = counts && report.Outcome != Outcome.Refused;
            if (counts) await queue.DoneAsync(ticket, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // A fault that follows the file counts against it; one of the machine doesn't.
            var isMachine = e is OperationCanceledException or IOException or UnauthorizedAccessException or NoSandboxException || Storage.StorageException.Explain(e) is not null;
            await desk.ReleaseAsync(ticket.Town, claim, !isMachine, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        finally
        {
            inHand.TryRemove(claim.Lease, out _);
            if (!isKept && result is not null) await ThrowAwayAsync(claim, result).ConfigureAwait(false);
        }
    }

    private async Task<FileReport> SanitiseAsync(Claim claim, Blob blob, Blob result)
    {
        try
        {
            using var original = vault.Read(blob);
            using var output = vault.Write(result);
            var report = await (await pool(stop.Token).ConfigureAwait(false)).SanitizeAsync(claim.Item.Path, original, output, claim.PolicyYaml, null, claim.Passwords, stop.Token).ConfigureAwait(false);
            if (report.Outcome == Outcome.Refused) return report;
            await output.CompleteAsync(stop.Token).ConfigureAwait(false);
            // What the sanitiser read must be what was received: a file mixed up on the way would show here.
            return report.InputSha256 == blob.Digest ? report : SanitiseDesk.Untried(claim, SanitiseRefusals.Mixed);
        }
        catch (VaultException e) when (e.Blob == blob.Id)
        {
            logger.LogError(e, "原本が、受け取ったときのものと違います（{Item}）。 / An original isn't what was received.", claim.Item.Id);
            return SanitiseDesk.Untried(claim, Requests.Refusals.VaultBroken);
        }
    }

    private async Task ThrowAwayAsync(Claim claim, Blob result)
    {
        try
        {
            await desk.ForgetAsync(claim, result, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The sweep takes it later.
            logger.LogWarning(e, "使わなかった結果を片付けられませんでした。あとで片付けます。 / An unused result is left for the sweep.");
        }
    }

    /// <summary>Says again and again that what is in hand is being worked on.</summary>
    private async Task HoldAsync()
    {
        using var timer = new PeriodicTimer(Renew, time);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false)) return;
                var all = inHand.Values.ToList();
                if (all.Count == 0) continue;
                await queue.HoldAsync([.. all.Select(a => a.Ticket.Id)], stop.Token).ConfigureAwait(false);
                foreach (var town in all.GroupBy(a => a.Ticket.Town))
                    await desk.HoldAsync(town.Key, [.. town.Select(a => a.Claim.Lease)], stop.Token).ConfigureAwait(false);
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
