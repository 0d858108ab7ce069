namespace Sekisho.Storage;

/// <summary>Where the data is kept (保存先).</summary>
/// <param name="DataFolder">Folder of this installation. The private cluster lives in its subfolder <c>postgres</c>.</param>
/// <param name="ConnectionString">A PostgreSQL server to use instead of the private cluster (<c>SEKISHO_DATABASE</c>): Npgsql's key=value form or a <c>postgresql://</c> address. Null: the private cluster.</param>
public sealed record StorageOptions(string DataFolder, string? ConnectionString)
{
    /// <summary>Login of role <c>sekisho_app</c> on that server (<c>SEKISHO_DATABASE_APP</c>). Null: the owner's login, reduced by <c>SET ROLE</c>, which is weaker: docs/operations/database.md.</summary>
    public string? AppConnectionString { get; init; }

    /// <summary>Login of role <c>sekisho_signin</c> on that server (<c>SEKISHO_DATABASE_SIGNIN</c>). Null: as for <see cref="AppConnectionString"/>.</summary>
    public string? SignInConnectionString { get; init; }

    /// <summary>Reads <c>SEKISHO_DATABASE</c>, <c>SEKISHO_DATABASE_APP</c> and <c>SEKISHO_DATABASE_SIGNIN</c>.</summary>
    public static StorageOptions FromEnvironment(string dataFolder) =>
        new(dataFolder, Variable("SEKISHO_DATABASE"))
        {
            AppConnectionString = Variable("SEKISHO_DATABASE_APP"),
            SignInConnectionString = Variable("SEKISHO_DATABASE_SIGNIN"),
        };

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
