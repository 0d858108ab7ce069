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
}
