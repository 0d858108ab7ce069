using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sekisho.Records;
using Sekisho.TestSupport;

namespace Sekisho.Storage.Tests;

/// <summary>A server of the municipality's own, named by SEKISHO_DATABASE.</summary>
public sealed class ServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>An empty database of a new owner, as an administrator would make it.</summary>
    private static async Task<NpgsqlConnectionStringBuilder> MakeAsync(TestDatabase test, string owner, string rights)
    {
        var address = new NpgsqlConnectionStringBuilder(await test.SuperuserAsync());
        await using var superuser = new NpgsqlConnection(address.ConnectionString);
        await superuser.ExecuteAsync($"CREATE ROLE {owner} LOGIN {rights}");
        await superuser.ExecuteAsync($"CREATE DATABASE {owner} OWNER {owner}");
        return new(address.ConnectionString) { Username = owner, Database = owner, Pooling = true };
    }

    private static string As(NpgsqlConnectionStringBuilder address, string role) => new NpgsqlConnectionStringBuilder(address.ConnectionString) { Username = role }.ConnectionString;

    private static Task<Database> OpenAsync(StorageOptions options) => Database.OpenAsync(options, RecordsMigrations.Sets, NullLogger.Instance, Cancel);

    private static async Task<(string Session, string Current)> UsersAsync(DatabaseTransaction tx) =>
        await tx.Connection.QuerySingleAsync<(string, string)>("SELECT session_user::text, current_user::text");

    [Fact]
    public async Task With_the_owners_login_alone_the_application_is_reduced_also_after_a_connection_is_returned()
    {
        await using var test = await TestDatabase.CreateEmptyAsync();
        var address = await MakeAsync(test, "town_a", "CREATEROLE");
        await using var database = await OpenAsync(new StorageOptions("/nonexistent", $"postgresql://town_a@/town_a?host={Uri.EscapeDataString(address.Host!)}"));
        for (var again = 0; again < 3; again++)
        {
            await using var tenant = await database.EnterAsync(new(Guid.NewGuid()), Cancel);
            Assert.Equal(("town_a", "sekisho_app"), await UsersAsync(tenant));
            await tenant.Connection.ExecuteAsync("RESET ROLE");   // even this comes back to the reduced role
            Assert.Equal(("town_a", "sekisho_app"), await UsersAsync(tenant));
        }
        await using var signIn = await database.EnterSignInAsync(Cancel);
        Assert.Equal(("town_a", "sekisho_signin"), await UsersAsync(signIn));
    }

    [Fact]
    public async Task With_logins_of_its_own_the_application_has_no_way_back()
    {
        await using var test = await TestDatabase.CreateEmptyAsync();
        var address = await MakeAsync(test, "town_b", "");
        var options = new StorageOptions("/nonexistent", address.ConnectionString) { AppConnectionString = As(address, "sekisho_app"), SignInConnectionString = As(address, "sekisho_signin") };
        await using var database = await OpenAsync(options);
        await using var tenant = await database.EnterAsync(new(Guid.NewGuid()), Cancel);
        Assert.Equal(("sekisho_app", "sekisho_app"), await UsersAsync(tenant));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => tenant.Connection.ExecuteAsync("SET ROLE town_b"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task A_login_that_the_wall_does_not_bind_is_refused()
    {
        await using var test = await TestDatabase.CreateEmptyAsync();
        var address = await MakeAsync(test, "town_c", "CREATEROLE");
        foreach (var login in new[] { "postgres", "town_c" })   // a superuser; the owner of the tables
        {
            var options = new StorageOptions("/nonexistent", address.ConnectionString) { AppConnectionString = As(address, login), SignInConnectionString = As(address, "sekisho_signin") };
            var refused = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(options));
            Assert.Equal("STO-ROLE-002", refused.Code);
            Assert.Contains(login, refused.What.En, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_owner_without_the_rights_is_told_what_to_run()
    {
        await using var test = await TestDatabase.CreateEmptyAsync();
        var address = await MakeAsync(test, "town_d", "");
        var refused = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(new StorageOptions("/nonexistent", address.ConnectionString)));
        Assert.Equal("STO-ROLE-001", refused.Code);
        Assert.Contains("GRANT sekisho_app", refused.Next.Ja, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=/nonexistent;Username=x;Database=x", "STO-CONNECT-001", true)]
    [InlineData("postgresql://x@127.0.0.1:1/x?connect_timeout=2", "STO-CONNECT-001", true)]
    [InlineData("Hosst=db;Password=secret", "STO-CONNECT-004", false)]
    [InlineData("postgresql://x@db/x?sslmode=perhaps", "STO-CONNECT-004", false)]
    public async Task A_server_that_is_not_there_or_not_spelt_right_is_said_without_the_password(string address, string code, bool retryCanHelp)
    {
        var refused = await Assert.ThrowsAsync<StorageException>(() => OpenAsync(new StorageOptions("/nonexistent", address)));
        Assert.Equal((code, retryCanHelp), (refused.Code, refused.RetryCanHelp));
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
    }
}
