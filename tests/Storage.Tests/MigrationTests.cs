using Dapper;
using Npgsql;
using Sekisho.Records;
using Sekisho.TestSupport;

namespace Sekisho.Storage.Tests;

public sealed class MigrationTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_that_start_at_once_apply_each_file_once()
    {
        await using var test = await TestDatabase.CreateEmptyAsync();
        var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => test.OpenAgainAsync(RecordsMigrations.Sets))));
        foreach (var database in opened) await database.DisposeAsync();

        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        var expected = RecordsMigrations.Sets.Prepend(new("storage", typeof(Database).Assembly)).Sum(s => MigrationRunner.FilesOf(s).Count);
        Assert.True(expected > 5);
        Assert.Equal(expected, await superuser.ExecuteScalarAsync<int>("SELECT count(*) FROM storage.migration WHERE length(sha256) = 32"));
    }

    [Fact]
    public async Task A_changed_applied_file_is_refused_by_name()
    {
        await using var test = await TestDatabase.CreateAsync();
        await RunAsync(test, "UPDATE storage.migration SET sha256 = sha256('other') WHERE schema = 'records' AND number = 1");
        var refused = await Assert.ThrowsAsync<StorageException>(() => test.OpenAgainAsync(RecordsMigrations.Sets));
        Assert.Equal("STO-SCHEMA-002", refused.Code);
        Assert.Contains("records/0001_municipality.sql", refused.What.Ja, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_newer_than_the_program_is_refused_and_untouched()
    {
        await using var test = await TestDatabase.CreateAsync();
        await RunAsync(test, "INSERT INTO storage.migration VALUES ('records', 9998, 'tomorrow', sha256('x'), now())");
        var refused = await Assert.ThrowsAsync<StorageException>(() => test.OpenAgainAsync([.. RecordsMigrations.Sets, Own("leaky")]));
        Assert.Equal("STO-SCHEMA-001", refused.Code);
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        Assert.False(await superuser.ExecuteScalarAsync<bool>("SELECT to_regnamespace('leaky') IS NOT NULL"));
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_of_the_others_either()
    {
        await using var test = await TestDatabase.CreateAsync();
        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(() => test.OpenAgainAsync([.. RecordsMigrations.Sets, Own("broken")]));
        Assert.Contains("broken/0002_wrong.sql", stopped.Message, StringComparison.Ordinal);
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        Assert.False(await superuser.ExecuteScalarAsync<bool>("SELECT to_regclass('broken.first') IS NOT NULL"));
        Assert.Equal(0, await superuser.ExecuteScalarAsync<int>("SELECT count(*) FROM storage.migration WHERE schema = 'broken'"));
    }

    [Fact]
    public async Task A_file_that_forgets_to_isolate_its_table_is_not_applied()
    {
        await using var test = await TestDatabase.CreateAsync();
        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(() => test.OpenAgainAsync([.. RecordsMigrations.Sets, Own("leaky")]));
        Assert.Contains("leaky.note", stopped.Message, StringComparison.Ordinal);
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        Assert.False(await superuser.ExecuteScalarAsync<bool>("SELECT to_regclass('leaky.note') IS NOT NULL"));
    }

    private static MigrationSet Own(string schema) => new(schema, typeof(MigrationTests).Assembly);

    private static async Task RunAsync(TestDatabase test, string sql)
    {
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.ExecuteAsync(sql);
    }
}
