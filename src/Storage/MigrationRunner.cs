using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sekisho.Assurance;

namespace Sekisho.Storage;

/// <summary>Brings the schema up to date: all pending files in one transaction, under a lock of the database, each kept with its SHA-256.</summary>
internal sealed partial class MigrationRunner(NpgsqlDataSource owner, ILogger logger)
{
    private sealed record Applied(string Schema, int Number, string Name, byte[] Sha256);

    internal sealed record MigrationFile(string Schema, int Number, string Name, byte[] Sql)
    {
        public byte[] Sha256 { get; } = SHA256.HashData(Sql);

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Schema}/{Number:0000}_{Name}.sql");
    }

    /// <param name="grantsToSelf">The application's roles are reached by SET ROLE from the owner's login, which must be a member of them.</param>
    /// <exception cref="StorageException">The database is newer than the program, an applied file was changed, or the owner lacks a right.</exception>
    /// <exception cref="InvalidOperationException">Our own bug: a file fails, or leaves a table that doesn't keep municipalities apart.</exception>
    public async Task ApplyAsync(IReadOnlyList<MigrationSet> sets, bool grantsToSelf, CancellationToken cancel)
    {
        List<MigrationSet> all = [new("storage", typeof(MigrationRunner).Assembly), .. sets];
        var files = all.SelectMany(FilesOf).ToList();
        var connection = await owner.OpenConnectionAsync(cancel).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);

        // Servers that start at once wait here for each other.
        await Run("SELECT pg_advisory_xact_lock(hashtext('sekisho migrations'))").ConfigureAwait(false);
        if (!await connection.ExecuteScalarAsync<bool>(new("SELECT to_regclass('storage.migration') IS NOT NULL", transaction: transaction, cancellationToken: cancel)).ConfigureAwait(false)
            || grantsToSelf)
            await PrepareRolesAsync(connection, transaction, grantsToSelf, cancel).ConfigureAwait(false);

        var applied = (await connection.QueryAsync<Applied>(new CommandDefinition("SELECT schema, number, name, sha256 FROM storage.migration", transaction: transaction, cancellationToken: cancel)).ConfigureAwait(false))
            .ToDictionary(a => (a.Schema, a.Number));
        RefuseUnknown(all, files, applied.Values);

        var pending = files.Where(f => !applied.ContainsKey((f.Schema, f.Number))).ToList();
        foreach (var schema in pending.Select(f => f.Schema).Distinct())
            await Run($"CREATE SCHEMA IF NOT EXISTS {schema}" + (schema == "storage" ? "" : $"; GRANT USAGE ON SCHEMA {schema} TO {Database.AppRole}")).ConfigureAwait(false);
        foreach (var file in pending)
        {
            try
            {
                await Run(System.Text.Encoding.UTF8.GetString(file.Sql)).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState is not (PostgresErrorCodes.DiskFull or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown))
            {
                throw new InvalidOperationException($"Migration {file} failed: {e.MessageText} {e.Where} {e.Hint}", e);
            }
            await connection.ExecuteAsync(new("INSERT INTO storage.migration (schema, number, name, sha256, applied_at) VALUES (@Schema, @Number, @Name, @Sha256, now())",
                new { file.Schema, file.Number, file.Name, file.Sha256 }, transaction, cancellationToken: cancel)).ConfigureAwait(false);
        }

        var problems = (await connection.QueryAsync<(string Table, string Problem)>(new CommandDefinition("SELECT table_name, problem FROM storage.isolation_problems()", transaction: transaction, cancellationToken: cancel)).ConfigureAwait(false)).ToList();
        if (problems.Count > 0)
            throw new InvalidOperationException("Tables that don't keep municipalities apart: " + string.Join("; ", problems.Select(p => $"{p.Table}: {p.Problem}")));

        await transaction.CommitAsync(cancel).ConfigureAwait(false);
        if (pending.Count > 0) logger.LogInformation("Schema brought up to date: {Count} changes, the last {Last}", pending.Count, pending[^1]);

        Task Run(string sql) => connection.ExecuteAsync(new(sql, transaction: transaction, cancellationToken: cancel));
    }

    private static async Task PrepareRolesAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, bool grantsToSelf, CancellationToken cancel)
    {
        try
        {
            await connection.ExecuteAsync(new($$"""
                DO $do$
                DECLARE role text;
                BEGIN
                  FOREACH role IN ARRAY ARRAY['{{Database.AppRole}}', '{{Database.SignInRole}}'] LOOP
                    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN EXECUTE format('CREATE ROLE %I NOLOGIN', role); END IF;
                    IF {{(grantsToSelf ? "true" : "false")}} AND NOT pg_has_role(current_user, role, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
                      EXECUTE format('GRANT %I TO CURRENT_USER', role);
                    END IF;
                    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
                  END LOOP;
                  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
                END $do$;
                CREATE SCHEMA IF NOT EXISTS storage;
                CREATE TABLE IF NOT EXISTS storage.migration (
                  schema text, number int, name text NOT NULL, sha256 bytea NOT NULL, applied_at timestamptz NOT NULL, PRIMARY KEY (schema, number));
                """, transaction: transaction, cancellationToken: cancel)).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StorageException("STO-ROLE-001",
                new("SEKISHO_DATABASE の利用者に、最初の準備をする権限がありません。何も変更していません。", "The user of SEKISHO_DATABASE lacks the rights for the first preparation. Nothing was changed."),
                new($"データベースの所有者を使い、管理者が CREATE ROLE {Database.AppRole}; CREATE ROLE {Database.SignInRole}; GRANT {Database.AppRole}, {Database.SignInRole} TO 所有者; を実行してください（docs/operations/database.md）。",
                    $"Use the database's owner, and have an administrator run CREATE ROLE {Database.AppRole}; CREATE ROLE {Database.SignInRole}; GRANT {Database.AppRole}, {Database.SignInRole} TO <owner>; (docs/operations/database.md)."),
                detail: e.MessageText, inner: e);
        }
    }

    private static void RefuseUnknown(List<MigrationSet> sets, List<MigrationFile> files, IEnumerable<Applied> applied)
    {
        var known = files.ToDictionary(f => (f.Schema, f.Number));
        foreach (var a in applied.Where(a => sets.Any(s => s.Schema == a.Schema)).OrderBy(a => (a.Schema, a.Number)))
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{a.Schema}/{a.Number:0000}_{a.Name}.sql");
            if (!known.TryGetValue((a.Schema, a.Number), out var file))
            {
                throw new StorageException("STO-SCHEMA-001",
                    new($"データベースはこのプログラムより新しい版で使われています（{name}）。何も変更していません。", $"The database was used by a newer version than this program ({name}). Nothing was changed."),
                    new("新しい版の Sekisho を起動するか、その前の控えから戻してください。", "Start the newer Sekisho, or restore the backup from before it."));
            }
            if (!a.Sha256.AsSpan().SequenceEqual(file.Sha256))
            {
                throw new StorageException("STO-SCHEMA-002",
                    new($"適用済みの変更 {name} の内容が、このプログラムのものと違います。何も変更していません。", $"The applied change {name} differs from this program's. Nothing was changed."),
                    new("正しい版の Sekisho を起動してください。開発中であれば、適用済みのファイルを変えずに新しい番号のファイルを足してください。", "Start the right version of Sekisho. In development: leave applied files alone and add one with a new number."));
            }
        }
    }

    /// <summary>The files of a set, in order.</summary>
    internal static IReadOnlyList<MigrationFile> FilesOf(MigrationSet set)
    {
        var files = new List<MigrationFile>();
        foreach (var resource in set.Assembly.GetManifestResourceNames())
        {
            var match = ResourceName().Match(resource);
            if (!match.Success || !match.Groups["schema"].Value.Equals(set.Schema, StringComparison.OrdinalIgnoreCase)) continue;
            using var stream = set.Assembly.GetManifestResourceStream(resource)!;
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            files.Add(new(set.Schema, int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture), match.Groups["name"].Value, bytes.ToArray()));
        }
        files.Sort((a, b) => a.Number.CompareTo(b.Number));
        foreach (var (a, b) in files.Zip(files.Skip(1)))
            if (a.Number == b.Number) throw new InvalidOperationException($"Two migrations with one number: {a} and {b}");
        return files;
    }

    [GeneratedRegex(@"^Migrations[/\\](?<schema>[A-Za-z]+)[/\\](?<number>[0-9]{4})_(?<name>[a-z0-9_]+)\.sql$")]
    private static partial Regex ResourceName();
}
