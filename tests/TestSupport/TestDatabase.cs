// Use: `await using var test = await TestDatabase.CreateAsync();` then test.Database.EnterAsync(await test.AddMunicipalityAsync("meguro"), cancel).
// Pass more sets (signin) as arguments. One cluster a test process (fsync off), a fresh database a call (~50 ms from a template), nothing to clean up.
using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Storage;
using Sekisho.Storage.Cluster;

namespace Sekisho.TestSupport;

/// <summary>A database of its own for a test class, with all migrations applied.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private static readonly Lazy<Task<PrivateCluster>> Cluster = new(StartAsync);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new();
    private static int count;

    private readonly string name;

    private TestDatabase(string name, Database database) => (this.name, Database) = (name, database);

    public Database Database { get; }

    /// <param name="more">Sets after those of the records, e.g. signin.</param>
    public static Task<TestDatabase> CreateAsync(params IReadOnlyList<MigrationSet> more) => CreateWithAsync([.. RecordsMigrations.Sets, .. more]);

    /// <summary>With exactly these sets; each list of sets is migrated and checked once, and copied as it is.</summary>
    public static async Task<TestDatabase> CreateWithAsync(IReadOnlyList<MigrationSet> sets)
    {
        var cluster = await Cluster.Value;
        var template = await Templates.GetOrAdd(string.Join('_', sets.Select(s => s.Schema)), key => new(() => MakeTemplateAsync(cluster, "template_" + key, sets))).Value;
        var name = $"test_{Interlocked.Increment(ref count)}";
        await using (var superuser = await ClusterDatabase.SuperuserAsync(cluster, default))
            await ClusterDatabase.CreateAsync(superuser, name, template, default);
        return new(name, await Database.OpenInAsync(cluster, name, sets, NullLogger.Instance, default, ownsCluster: false, isCopy: true));
    }

    /// <summary>A database with no migration applied yet; <see cref="Database"/> is not to be used.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync()
    {
        var cluster = await Cluster.Value;
        var name = $"test_{Interlocked.Increment(ref count)}";
        await ClusterDatabase.PrepareAsync(cluster, name, default);
        return new(name, null!);
    }

    /// <summary>Opens this database as another server would: with all that a start does. The caller disposes it.</summary>
    public async Task<Database> OpenAgainAsync(IReadOnlyList<MigrationSet> sets) =>
        await Sekisho.Storage.Database.OpenInAsync(await Cluster.Value, name, sets, NullLogger.Instance, default, ownsCluster: false);

    /// <summary>Adds a municipality with nothing but its name.</summary>
    public async Task<MunicipalityId> AddMunicipalityAsync(string slug, string? municipalityName = null)
    {
        var id = new MunicipalityId(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddYears(50)));
        await using var owner = await Database.EnterOwnerAsync(default);
        await owner.Connection.ExecuteAsync(
            "INSERT INTO records.municipality (id, slug, name, created_at) VALUES (@Id, @slug, @municipalityName, @at)",
            new { Id = id.Value, slug, municipalityName = municipalityName ?? slug, at = DateTimeOffset.UnixEpoch.AddYears(50) });
        await owner.CommitAsync(default);
        return id;
    }

    /// <summary>Connection string of the cluster's superuser in this database: for tests of what the database's own administrator does.</summary>
    public async Task<string> SuperuserAsync() => (await Cluster.Value).ConnectionString("postgres", name, pooling: false);

    public async ValueTask DisposeAsync()
    {
        if (Database is not null) await Database.DisposeAsync();
        await using var superuser = await ClusterDatabase.SuperuserAsync(await Cluster.Value, default);
        await superuser.ExecuteAsync($"DROP DATABASE \"{name}\" WITH (FORCE)");
    }

    private static async Task<string> MakeTemplateAsync(PrivateCluster cluster, string name, IReadOnlyList<MigrationSet> sets)
    {
        await ClusterDatabase.PrepareAsync(cluster, name, default);
        await (await Database.OpenInAsync(cluster, name, sets, NullLogger.Instance, default, ownsCluster: false)).DisposeAsync();
        return name;
    }

    private static async Task<PrivateCluster> StartAsync()
    {
        var folder = TestFolder.Create("sekisho-test-").FullName;
        var cluster = await PrivateCluster.OpenAsync(Path.Combine(folder, "pg"), ClusterDurability.Fleeting, NullLogger.Instance, default);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            cluster.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Directory.Delete(folder, recursive: true);
        };
        return cluster;
    }
}
