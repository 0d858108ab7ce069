using Sekisho.Storage;

namespace Sekisho.Records.Accounts;

/// <summary>The schema changes of sign-in; applied after those of records.</summary>
public static class AccountMigrations
{
    public static MigrationSet SignIn { get; } = new("signin", typeof(AccountMigrations).Assembly);
}
