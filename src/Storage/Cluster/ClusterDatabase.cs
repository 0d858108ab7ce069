using Dapper;
using Npgsql;

namespace Sekisho.Storage.Cluster;

/// <summary>Makes the roles and a database in a private cluster, as its superuser; after that nothing uses the superuser.</summary>
internal static class ClusterDatabase
{
    /// <summary>Does nothing where they are there already; several processes may call it at once.</summary>
    public static async Task PrepareAsync(PrivateCluster cluster, string database, CancellationToken cancel)
    {
        var connection = await SuperuserAsync(cluster, cancel).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        if (await ExistsAsync(connection, database, cancel).ConfigureAwait(false)) return;
        await connection.ExecuteAsync(new("SELECT pg_advisory_lock(hashtext('sekisho database'))", cancellationToken: cancel)).ConfigureAwait(false);
        if (await ExistsAsync(connection, database, cancel).ConfigureAwait(false)) return;
        await connection.ExecuteAsync(new($"""
            DO $$
            DECLARE role text;
            BEGIN
              FOREACH role IN ARRAY ARRAY['{Database.OwnerRole}', '{Database.AppRole}', '{Database.SignInRole}'] LOOP
                IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                  EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', role);
                END IF;
              END LOOP;
            END $$
            """, cancellationToken: cancel)).ConfigureAwait(false);
        await CreateAsync(connection, database, "template1", cancel).ConfigureAwait(false);
    }

    /// <summary>A database of the owner, which only Sekisho's roles can enter.</summary>
    public static async Task CreateAsync(NpgsqlConnection superuser, string database, string template, CancellationToken cancel)
    {
        // Not in one go with the rest: CREATE DATABASE runs in no transaction. Its grants come with the migrations.
        await superuser.ExecuteAsync(new($"CREATE DATABASE \"{database}\" OWNER {Database.OwnerRole} TEMPLATE \"{template}\" STRATEGY {(template == "template1" ? "WAL_LOG" : "FILE_COPY")}", cancellationToken: cancel)).ConfigureAwait(false);
    }

    public static async Task<NpgsqlConnection> SuperuserAsync(PrivateCluster cluster, CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(cluster.ConnectionString("postgres", "postgres", pooling: false));
        await connection.OpenAsync(cancel).ConfigureAwait(false);
        return connection;
    }

    private static Task<bool> ExistsAsync(NpgsqlConnection connection, string database, CancellationToken cancel) =>
        connection.ExecuteScalarAsync<bool>(new("SELECT EXISTS (SELECT FROM pg_database WHERE datname = @database)", new { database }, cancellationToken: cancel));
}
