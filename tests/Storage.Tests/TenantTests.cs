using Dapper;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.TestSupport;

namespace Sekisho.Storage.Tests;

public sealed class TenantTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Application_sees_its_own_municipality_only_and_the_sign_in_all_names()
    {
        await using var test = await TestDatabase.CreateAsync();
        var meguro = await test.AddMunicipalityAsync("meguro", "目黒区");
        await test.AddMunicipalityAsync("uozu", "魚津市");

        await using (var tenant = await test.Database.EnterAsync(meguro, Cancel))
            Assert.Equal(["目黒区"], await tenant.Connection.QueryAsync<string>("SELECT name FROM records.municipality"));
        await using (var nobody = await test.Database.EnterAsync(new MunicipalityId(Guid.NewGuid()), Cancel))
            Assert.Empty(await nobody.Connection.QueryAsync<string>("SELECT name FROM records.municipality"));
        await using (var signIn = await test.Database.EnterSignInAsync(Cancel))
        {
            Assert.Equal(["目黒区", "魚津市"], await signIn.Connection.QueryAsync<string>("SELECT name FROM records.municipality ORDER BY slug"));
            var refused = await Assert.ThrowsAsync<PostgresException>(() => signIn.Connection.QueryAsync<string>("SELECT settings::text FROM records.municipality"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    [Fact]
    public async Task Disposing_without_commit_undoes()
    {
        await using var test = await TestDatabase.CreateAsync();
        var meguro = await test.AddMunicipalityAsync("meguro", "目黒区");
        await using (var tenant = await test.Database.EnterAsync(meguro, Cancel))
            Assert.Equal(1, await tenant.Connection.ExecuteAsync("UPDATE records.municipality SET name = 'x'"));
        await using (var tenant = await test.Database.EnterAsync(meguro, Cancel))
            Assert.Equal("目黒区", await tenant.Connection.ExecuteScalarAsync<string>("SELECT name FROM records.municipality"));
    }

    /// <summary>One connection, its statements planned once and never reset: the municipality is still that of the transaction, and a transaction that failed leaves nothing behind.</summary>
    [Fact]
    public async Task Plans_that_are_kept_keep_municipalities_apart()
    {
        await using var test = await TestDatabase.CreateAsync();
        var meguro = await test.AddMunicipalityAsync("meguro", "目黒区");
        var uozu = await test.AddMunicipalityAsync("uozu", "魚津市");
        await using var many = test.Database.ForManyAlike();
        for (var round = 0; round < 12; round++)
        {
            foreach (var (town, name) in new[] { (meguro, "目黒区"), (uozu, "魚津市") })
            {
                await using var tenant = await many.EnterAsync(town, Cancel);
                Assert.Equal([name], await tenant.Connection.QueryAsync<string>("SELECT name FROM records.municipality"));
                // More than one would mean that this looks at connections, not at plans.
                Assert.True(round < 8 || await tenant.Connection.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT name FROM records.municipality'") == 1);
            }
            if (round != 4) continue;
            await using var broken = await many.EnterAsync(meguro, Cancel);
            await Assert.ThrowsAsync<PostgresException>(() => broken.Connection.ExecuteAsync("SELECT 1 / 0"));
        }
        await using var nobody = await many.EnterAsync(new MunicipalityId(Guid.NewGuid()), Cancel);
        Assert.Empty(await nobody.Connection.QueryAsync<string>("SELECT name FROM records.municipality"));
    }
}
