using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers.Witnesses;

/// <summary>How it stands with a witness (控えの配信状況).</summary>
/// <param name="Failure">Why the last try failed; null when it went well.</param>
/// <param name="Refused">The ledger is no continuation of what the witness has: nothing is sent until a person has looked.</param>
public sealed record WitnessState(Witness Witness, MunicipalityId Municipality, ulong Size, DateTimeOffset? DeliveredAt, Bilingual? Failure, bool Refused);

/// <summary>Copies the checkpoints of all ledgers to the witnesses, and tries again until they have them (控えの配信).</summary>
/// <remarks>
/// Several servers may publish at once: a copy is the same whoever brings it. Before each copy the ledger must prove to be the continuation of the last one:
/// a rewritten or truncated ledger is noticed here, without anybody asking.
/// </remarks>
public sealed class LedgerPublisher(RecordKeeper keeper, string dataFolder, HttpClient http, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Witness, MunicipalityId Municipality), WitnessState> states = new();
    private readonly Dictionary<string, (DateTimeOffset Next, TimeSpan Wait)> pauses = [];

    /// <summary>The state of every witness and ledger seen so far.</summary>
    public IReadOnlyCollection<WitnessState> States => [.. states.Values];

    /// <summary>Brings every ledger's last checkpoint to every witness that lacks it and isn't being waited for. A ledger that can't be read keeps no other one waiting.</summary>
    /// <exception cref="AggregateException">All had their turn, and these failed.</exception>
    /// <exception cref="StorageException">The database is away.</exception>
    public Task PublishAsync(CancellationToken cancel)
    {
        var witnesses = WitnessList.Read(dataFolder);
        return keeper.EachMunicipalityAsync(
            async municipality =>
            {
                foreach (var witness in witnesses) await TryAsync(municipality, witness, cancel).ConfigureAwait(false);
            },
            cancel);
    }

    private async Task TryAsync(MunicipalityId municipality, Witness witness, CancellationToken cancel)
    {
        if (pauses.TryGetValue(witness.Text, out var pause) && keeper.Clock.GetUtcNow() < pause.Next) return;
        try
        {
            await PublishAsync(municipality, witness, cancel).ConfigureAwait(false);
            pauses.Remove(witness.Text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            var wait = pause.Wait == default ? FirstWait : TimeSpan.FromTicks(Math.Min(pause.Wait.Ticks * 2, LongestWait.Ticks));
            pauses[witness.Text] = (keeper.Clock.GetUtcNow() + wait, wait);
            Note(witness, municipality, s => s with { Failure = new($"控えを置けません: {e.Message}", $"The copy can't be delivered: {e.Message}") });
            logger.LogWarning("Witness {Witness} can't be reached ({Reason}); next try in {Wait}", witness.Text, e.Message, wait);
        }
    }

    private async Task PublishAsync(MunicipalityId municipality, Witness witness, CancellationToken cancel)
    {
        var tenant = await keeper.EnterAsync(municipality, cancel).ConfigureAwait(false);
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
        Note(witness, municipality, s => s with { Size = head!.Size, DeliveredAt = keeper.Clock.GetUtcNow(), Failure = null, Refused = false });
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
