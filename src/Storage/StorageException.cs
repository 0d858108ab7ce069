using Npgsql;
using Sekisho.Assurance;

namespace Sekisho.Storage;

/// <summary>The database can't be used (保存先が使えない). Carries what a person needs: what happened, and what to do.</summary>
/// <remarks>Codes are listed in docs/errors.md.</remarks>
public sealed class StorageException : Exception
{
    /// <param name="code">Stable code, e.g. <c>STO-START-001</c>.</param>
    /// <param name="what">What happened and what was kept.</param>
    /// <param name="next">What to do.</param>
    /// <param name="retryCanHelp">True where the same call may succeed later without anybody changing anything.</param>
    /// <param name="detail">For the log and the curious: the tail of a log, a server's message. May be empty.</param>
    public StorageException(string code, Bilingual what, Bilingual next, bool retryCanHelp = false, string detail = "", Exception? inner = null)
        : base(detail.Length == 0 ? $"{code} {what} {next}" : $"{code} {what} {next}\n{detail}", inner)
    {
        Code = code;
        What = what;
        Next = next;
        RetryCanHelp = retryCanHelp;
        Detail = detail;
    }

    public string Code { get; }

    public Bilingual What { get; }

    public Bilingual Next { get; }

    public bool RetryCanHelp { get; }

    public string Detail { get; }

    /// <summary>What the database said, as something for people; null where it isn't about the database being unusable (a broken constraint is not).</summary>
    public static StorageException? Explain(Exception exception) => exception switch
    {
        StorageException already => already,
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } e => new StorageException(
            "STO-DISK-001",
            new("保存先のディスクに空きがありません。この操作は取り消され、それまでの記録は残っています。", "The disk of the database is full. This operation was undone; everything kept before is safe."),
            new("空きを作ってから、もう一度操作してください。", "Free some space, then do it again."),
            retryCanHelp: true, e.MessageText, e),
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } e => new StorageException(
            "STO-CONNECT-002",
            new("データベースの接続が混み合っています。", "The database has no free connection."),
            new("少し待って、もう一度操作してください。", "Wait a little and try again."),
            retryCanHelp: true, e.MessageText, e),
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName } e => new StorageException(
            "STO-CONNECT-003",
            new("データベースが接続を断りました（利用者名・パスワード・データベース名のいずれか）。", "The database refused the connection (user, password or database name)."),
            new("SEKISHO_DATABASE の値と、サーバーの pg_hba.conf を確かめてください（docs/operations/database.md）。", "Check SEKISHO_DATABASE and the server's pg_hba.conf (docs/operations/database.md)."),
            retryCanHelp: false, e.MessageText, e),
        PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } e => Unreachable(e.MessageText, e),
        PostgresException => null,
        NpgsqlException e => Unreachable(e.InnerException?.Message ?? e.Message, e),
        _ => null,
    };

    private static StorageException Unreachable(string detail, Exception inner) => new(
        "STO-CONNECT-001",
        new("データベースに接続できません。保存済みの記録はそのまま残っています。", "The database can't be reached. What was kept is untouched."),
        new("データベースが動いているかを確かめ、もう一度操作してください。", "Check that the database is running, then try again."),
        retryCanHelp: true, detail, inner);
}
