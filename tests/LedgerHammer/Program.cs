// A server that does nothing but append, as fast as it can, until somebody kills it: the victim of the kill -9 test.
// Prints "ready" when it starts and "acked INDEX CONTENT" for each entry whose durability was acknowledged.
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Storage;

var (folder, municipality) = (args[0], new MunicipalityId(Guid.Parse(args[1])));
await using var database = await Database.OpenAsync(new StorageOptions(folder, null), RecordsMigrations.Sets, NullLogger.Instance, default);
using var signer = await LedgerKey.OpenAsync(folder, database, TimeProvider.System, default);
await using (var owner = await database.EnterOwnerAsync(default))
{
    await owner.Connection.ExecuteAsync(
        "INSERT INTO records.municipality (id, slug, name, created_at) VALUES (@Value, 'town', '町', @at) ON CONFLICT DO NOTHING", new { municipality.Value, at = DateTimeOffset.UnixEpoch });
    await owner.CommitAsync(default);
}
var store = new LedgerStore(signer, TimeProvider.System);
await using var stream = new LedgerStream(database, store);
Console.WriteLine("ready");
await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
{
    for (var i = 0; ; i++)
    {
        var content = $"{worker}-{i}-{Guid.NewGuid():N}";
        var entry = LedgerEntry.Of(DateTimeOffset.UnixEpoch, "hammer", $"worker:{worker}", content, i);
        ulong index;
        if (worker < 6)
        {
            index = (await stream.AppendAsync(municipality, [entry], default)).First;
        }
        else
        {
            // As a slice does it: with a row of its own in the same transaction.
            await using var tenant = await database.EnterAsync(municipality, default);
            await tenant.Connection.ExecuteAsync("UPDATE records.municipality SET name = @content", new { content });
            index = (await store.AppendAsync(tenant, entry, default)).First;
            await tenant.CommitAsync(default);
        }
        lock (stream) Console.WriteLine($"acked {index} {content}");
    }
})));
