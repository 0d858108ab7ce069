using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Crossing;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Storage;

namespace Sekisho.Benchmarks.Crossings;

/// <summary>A town whose crossing is measured: a cluster of its own that writes durably, a ledger that is signed, a vault, and one sandboxed worker a processor.</summary>
internal sealed class BenchTown : IAsyncDisposable
{
    public const string Slug = "bench";

    private readonly string folder;
    private readonly List<object> owned = [];

    private BenchTown(string folder) => this.folder = folder;

    public static MunicipalityId Town { get; } = new(Guid.Parse("018f0000-0000-7000-8000-0000000000be"));

    public Database Database { get; private set; } = null!;

    public RecordKeeper Keeper { get; private set; } = null!;

    public RecordSlices Records { get; private set; } = null!;

    public CrossingSlices Crossing { get; private set; } = null!;

    /// <summary>Null where no file goes through.</summary>
    public SanitizerPool Pool { get; private set; } = null!;

    public static async Task<BenchTown> OpenAsync(bool works = true)
    {
        var folder = Directory.CreateTempSubdirectory("sekisho-bench-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var town = new BenchTown(folder);
        try
        {
            town.Database = town.Own(await Database.OpenAsync(new StorageOptions(folder, null), CrossingMigrations.Sets, NullLogger.Instance, default));
            var signer = town.Own(await LedgerKey.OpenAsync(folder, town.Database, TimeProvider.System, default));
            town.Keeper = new RecordKeeper(town.Database, new LedgerStore(signer, TimeProvider.System), TimeProvider.System);
            town.Records = new RecordSlices(town.Keeper);
            await town.Records.Obligations.EnsureEditionAsync(default);
            town.Crossing = town.Own(new CrossingSlices(town.Keeper, town.Records, await FileVault.OpenAsync(folder, town.Keeper, default)));
            if (works) await town.WorkAsync();
            return town;
        }
        catch
        {
            await town.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(owned))
        {
            if (one is IAsyncDisposable slow) await slow.DisposeAsync();
            else ((IDisposable)one).Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }

    private async Task WorkAsync()
    {
        await using (var owner = await Database.EnterOwnerAsync(default))
        {
            await owner.Connection.ExecuteAsync("INSERT INTO records.municipality (id, slug, name, created_at) VALUES (@Value, @Slug, @Slug, @at)", new { Town.Value, Slug, at = DateTimeOffset.UnixEpoch });
            await owner.CommitAsync(default);
        }
        Pool = Own(await SanitizerPool.StartAsync(new(), TimeProvider.System, default));
        var worker = Own(Crossing.Worker(_ => Task.FromResult(Pool), NullLogger.Instance));
        worker.Start(Environment.ProcessorCount);
    }

    private T Own<T>(T one) where T : class
    {
        owned.Add(one);
        return one;
    }
}
