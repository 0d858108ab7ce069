using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Storage;

namespace Sekisho.Records;

/// <summary>What every slice of records needs (記録係): the database, the ledger and the clock.</summary>
/// <remarks>A slice does one thing in one transaction, and says so in the ledger in that same transaction: there is no record without its entry.</remarks>
public sealed class RecordKeeper(Database database, LedgerStore ledger, TimeProvider clock)
{
    public Database Database { get; } = database;

    public TimeProvider Clock { get; } = clock;

    /// <summary>Told after a change was committed, with the kinds of evidence that may look different now.</summary>
    internal Func<MunicipalityId, IReadOnlyCollection<string>, CancellationToken, Task>? Watcher { get; set; }

    internal Task<TenantTransaction> EnterAsync(MunicipalityId municipality, CancellationToken cancel) => Database.EnterAsync(municipality, cancel);

    /// <summary>One thing that a person does: done, kept and told to those who watch these kinds of evidence; or refused, and nothing of it is kept.</summary>
    /// <param name="act">What is done, and at which moment; its entry of the ledger is written in the same transaction.</param>
    internal async Task<Outcome<T>> ActAsync<T>(
        MunicipalityId municipality, IReadOnlyCollection<string> kinds, Func<TenantTransaction, DateTimeOffset, Task<Outcome<T>>> act, CancellationToken cancel)
    {
        Outcome<T> outcome;
        await using (var tx = await EnterAsync(municipality, cancel))
        {
            outcome = await act(tx, Clock.Now());
            if (outcome is Outcome<T>.Refused) return outcome;
            await tx.CommitAsync(cancel);
        }
        if (kinds.Count > 0) await ChangedAsync(municipality, cancel, kinds);
        return outcome;
    }

    /// <summary>Does it for every municipality of the installation, one after the other, in the order in which they were made. A fault of one keeps nobody else waiting.</summary>
    /// <exception cref="AggregateException">All had their turn, and these failed.</exception>
    /// <exception cref="StorageException">The database is away, which concerns all: the rest had no turn.</exception>
    internal async Task EachMunicipalityAsync(Func<MunicipalityId, Task> once, CancellationToken cancel)
    {
        List<Exception> failed = [];
        foreach (var municipality in await MunicipalitiesAsync(cancel))
        {
            try
            {
                await once(municipality);
            }
#pragma warning disable CA1031 // Whatever it is, the others have their turn before it is thrown.
            catch (Exception e) when (e is not OperationCanceledException && StorageException.Explain(e) is null)
#pragma warning restore CA1031
            {
                failed.Add(e);
            }
        }
        if (failed.Count > 0) throw new AggregateException(failed);
    }

    /// <summary>Every municipality of the installation, in the order in which they were made.</summary>
    internal async Task<List<MunicipalityId>> MunicipalitiesAsync(CancellationToken cancel)
    {
        await using var owner = await Database.EnterOwnerAsync(cancel);
        return await owner.ListAsync("SELECT id FROM records.municipality ORDER BY id", r => new MunicipalityId(r.GetGuid(0)), cancel);
    }

    internal static Guid NewId(DateTimeOffset at) => Guid.CreateVersion7(at);

    /// <summary>One entry; its body says what was decided, complete enough to be understood without the database.</summary>
    /// <returns>Its index in the municipality's ledger.</returns>
    internal async Task<long> AppendAsync(
        TenantTransaction tx, DateTimeOffset at, string kind, Actor actor, string subject, object body, CancellationToken cancel) =>
        (long)(await ledger.AppendAsync(tx, Entry(at, kind, actor, subject, body), cancel)).First;

    /// <summary>Several entries, which follow each other.</summary>
    /// <returns>The index of the first.</returns>
    internal async Task<long> AppendAsync(TenantTransaction tx, IReadOnlyList<LedgerEntry> entries, CancellationToken cancel) =>
        (long)(await ledger.AppendAsync(tx, entries, cancel)).First;

    /// <summary>Many entries, spelled out as they came up.</summary>
    internal Task AppendAsync(TenantTransaction tx, List<NewEntry> entries, CancellationToken cancel) => ledger.AppendAsync(tx, [.. entries], cancel);

    internal static LedgerEntry Entry(DateTimeOffset at, string kind, Actor actor, string subject, object body) =>
        new(at, kind, actor.Account, subject, JsonSerializer.SerializeToElement(body, RecordJson.Options));

    /// <summary>Called after the commit: what the running system can see of itself is looked at again at once.</summary>
    internal Task ChangedAsync(MunicipalityId municipality, CancellationToken cancel, params IReadOnlyCollection<string> kinds) =>
        Watcher?.Invoke(municipality, kinds, cancel) ?? Task.CompletedTask;
}
