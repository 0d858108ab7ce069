using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records;

/// <summary>Appends to a municipality's ledger inside the caller's transaction.</summary>
public interface ILedgerAppender
{
    /// <returns>The index of the entry in the municipality's ledger.</returns>
    ValueTask<long> AppendAsync(TenantTransaction tenant, DateTimeOffset at, string kind, string actor, string subject, JsonElement body, CancellationToken cancel);
}

/// <summary>What every slice of records needs (記録係): the database, the ledger and the clock.</summary>
/// <remarks>A slice does one thing in one transaction, and says so in the ledger in that same transaction: there is no record without its entry.</remarks>
public sealed class RecordKeeper(Database database, ILedgerAppender ledger, TimeProvider clock)
{
    public Database Database { get; } = database;

    public TimeProvider Clock { get; } = clock;

    internal Task<TenantTransaction> EnterAsync(MunicipalityId municipality, CancellationToken cancel) => Database.EnterAsync(municipality, cancel);

    internal static Guid NewId(DateTimeOffset at) => Guid.CreateVersion7(at);

    /// <summary>One entry; its body says what was decided, complete enough to be understood without the database.</summary>
    internal ValueTask<long> AppendAsync(
        TenantTransaction tx, DateTimeOffset at, string kind, Actor actor, string subject, object body, CancellationToken cancel) =>
        ledger.AppendAsync(tx, at, kind, actor.Account, subject, JsonSerializer.SerializeToElement(body, RecordJson.Options), cancel);
}
