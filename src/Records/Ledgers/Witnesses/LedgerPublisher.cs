using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Logging;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers.Witnesses;

/// <summary>How it stands with a witness (控えの配信状況).</summary>
/// <param name="Failure">Why the last try failed; null when it went well.</param>
/// <param name="Refused">The ledger is no continuation of what the witness has: nothing is sent until a person has looked.</param>
public sealed record WitnessState(Witness Witness, MunicipalityId Municipality, ulong Size, DateTimeOffset? DeliveredAt, Bilingual? Failure, bool Refused);

/// <summary>Copies the checkpoints of all ledgers to the witnesses in the background, and tries again until they have them (控えの配信).</summary>
/// <remarks>
/// Several servers may publish at once: a copy is the same whoever brings it. Before each copy the ledger must prove to be the continuation of the last one:
/// a rewritten or truncated ledger is noticed here, without anybody asking.
/// </remarks>
public sealed class LedgerPublisher(Database database, string dataFolder, HttpClient http, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Witness, MunicipalityId Municipality), WitnessState> states = new();
    private readonly Dictionary<string, (DateTimeOffset Next, TimeSpan Wait)> pauses = [];

    /// <summary>How long copies may lag behind; also how many files a busy ledger makes.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The state of every witness and ledger seen so far.</summary>
    public IReadOnlyCollection<WitnessState> States => [.. states.Values];

    /// <summary>Runs until cancelled; then brings the last checkpoints out once more.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do await TryOnceAsync(isStopping: false, cancel).ConfigureAwait(false);
            while (await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Half a minute of records would otherwise wait for the next start.
            using var last = new CancellationTokenSource(TimeSpan.FromSeconds(3), time);
            try
            {
                await TryOnceAsync(isStopping: true, last.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                logger.LogInformation("Copies of checkpoints wait for the next start");
            }
        }
    }

    private async Task TryOnceAsync(bool isStopping, CancellationToken cancel)
    {
        try
        {
            await PublishAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (StorageException.Explain(e) is { } down)
        {
            // While the server stops, the database may go first; the next start brings the copies, and nobody has to do anything.
            if (isStopping || cancel.IsCancellationRequested) logger.LogInformation("Copies of checkpoints wait for the next start: {Reason}", down.What);
            else logger.LogWarning("Copies of checkpoints wait: {Reason}", down.What);
        }
    }

    /// <summary>Brings every ledger's last checkpoint to every witness that lacks it and isn't being waited for.</summary>
    public async Task PublishAsync(CancellationToken cancel)
    {
        foreach (var municipality in await MunicipalitiesAsync(cancel).ConfigureAwait(false))
        {
            foreach (var witness in WitnessList.Read(dataFolder))
            {
                if (pauses.TryGetValue(witness.Text, out var pause) && time.GetUtcNow() < pause.Next) continue;
                try
                {
                    await PublishAsync(municipality, witness, cancel).ConfigureAwait(false);
                    pauses.Remove(witness.Text);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
                {
                    var wait = pause.Wait == default ? FirstWait : TimeSpan.FromTicks(Math.Min(pause.Wait.Ticks * 2, LongestWait.Ticks));
                    pauses[witness.Text] = (time.GetUtcNow() + wait, wait);
                    Note(witness, municipality, s => s with { Failure = new($"控えを置けません: {e.Message}", $"The copy can't be delivered: {e.Message}") });
                    logger.LogWarning("Witness {Witness} can't be reached ({Reason}); next try in {Wait}", witness.Text, e.Message, wait);
                }
            }
        }
    }

    private async Task<IReadOnlyList<MunicipalityId>> MunicipalitiesAsync(CancellationToken cancel)
    {
        var owner = await database.EnterOwnerAsync(cancel).ConfigureAwait(false);
        await using var _ = owner.ConfigureAwait(false);
        return [.. await owner.Connection.QueryAsync<MunicipalityId>(new("SELECT id FROM records.municipality ORDER BY id", cancellationToken: cancel)).ConfigureAwait(false)];
    }

    private async Task PublishAsync(MunicipalityId municipality, Witness witness, CancellationToken cancel)
    {
        var tenant = await database.EnterAsync(municipality, cancel).ConfigureAwait(false);
        await using var _ = tenant.ConfigureAwait(false);
        var head = await LedgerReader.HeadAsync(tenant, cancel).ConfigureAwait(false);
        var last = WitnessDelivery.Last(dataFolder, witness, municipality) is { } note && SignedNote.TryRead(note, out var read) && Checkpoint.TryParse(read.UntrustedText, out var known) ? known : null;
        if (head is null && last is null) return;
        if (last is not null)
        {
            if (head is not null && last.Size == head.Size && last.Root == head.Root) return;
            if (!await ContinuesAsync(tenant, last, head, cancel).ConfigureAwait(false))
            {
                Note(witness, municipality, s => s with
                {
                    Refused = true,
                    Failure = new($"記録簿が、控えにある {last.Size} 件目までの内容の続きになっていません。sekisho ledger verify で確かめてください。", $"The ledger is no continuation of the {last.Size} entries that the copy vouches for. Run sekisho ledger verify."),
                });
                logger.LogCritical("LED-PUBLISH-001 The ledger of {Municipality} is no continuation of what witness {Witness} has ({Size} entries): truncated or rewritten. Run sekisho ledger verify", municipality, witness.Text, last.Size);
                return;
            }
        }
        await WitnessDelivery.SendAsync(dataFolder, witness, municipality, head!, http, cancel).ConfigureAwait(false);
        Note(witness, municipality, s => s with { Size = head!.Size, DeliveredAt = time.GetUtcNow(), Failure = null, Refused = false });
    }

    private static async Task<bool> ContinuesAsync(TenantTransaction tenant, Checkpoint last, LedgerHead? head, CancellationToken cancel)
    {
        if (head is null || head.Size < last.Size) return false;
        try
        {
            return await LedgerReader.ProveConsistencyAsync(tenant, last.Size, head.Size, cancel).ConfigureAwait(false) is { } proof
                && (proof with { Root1 = last.Root, Root2 = head.Root }).Holds();
        }
        catch (LedgerBrokenException)
        {
            return false;
        }
    }

    private void Note(Witness witness, MunicipalityId municipality, Func<WitnessState, WitnessState> change) =>
        states.AddOrUpdate((witness.Text, municipality), _ => change(new WitnessState(witness, municipality, 0, null, null, false)), (_, old) => change(old));
}
