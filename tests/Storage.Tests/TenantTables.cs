using System.Globalization;
using Dapper;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.TestSupport;

namespace Sekisho.Storage.Tests;

/// <summary>A table as the catalogue of PostgreSQL describes it.</summary>
internal sealed record CatalogueTable(string Name, bool CarriesMunicipality, bool Secured, bool Forced);

/// <summary>Fills every tenant table with a row for each of two municipalities, from the catalogue alone, and tries to reach the other's.</summary>
internal sealed class TenantTables(TestDatabase test, MunicipalityId own, MunicipalityId other)
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    private sealed record Column(string Name, string Type, string Category, string? FirstLabel);

    private int seed;

    public static async Task<IReadOnlyList<CatalogueTable>> AllAsync(NpgsqlConnection connection) =>
        [.. await connection.QueryAsync<CatalogueTable>("""
            SELECT n.nspname || '.' || c.relname AS name, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'municipality_id' AND NOT a.attisdropped) AS carriesMunicipality, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' ORDER BY 1
            """)];

    /// <summary>Takes checks, triggers and indexes on expressions out of the way, so that any value of the right type will do, and inserts. Policies stay.</summary>
    public async Task FillAsync(NpgsqlConnection superuser, IEnumerable<string> tables)
    {
        await superuser.ExecuteAsync("SET session_replication_role = replica");
        foreach (var drop in (await superuser.QueryAsync<string>("""
            SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 AND connamespace::regnamespace::text NOT LIKE 'pg\_%' AND connamespace::regnamespace::text <> 'information_schema'
            UNION ALL SELECT format('DROP INDEX %s', i.indexrelid::regclass) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE i.indexprs IS NOT NULL AND c.relnamespace::regnamespace::text NOT LIKE 'pg\_%'
            """)).ToList())
            await superuser.ExecuteAsync(drop);
        foreach (var table in tables)
        {
            await superuser.ExecuteAsync(await InsertAsync(superuser, table, own));
            await superuser.ExecuteAsync(await InsertAsync(superuser, table, other));
        }
        await superuser.ExecuteAsync("RESET session_replication_role");
    }

    /// <summary>Every way found in which the application, acting for one municipality or for none, reaches the other's row. Empty is right.</summary>
    public async Task<IReadOnlyList<string>> LeaksAsync(NpgsqlConnection superuser, string table)
    {
        var leaks = new List<string>();
        var mine = $"municipality_id = '{own}'";
        var foreign = $"municipality_id = '{other}'";

        var (visible, ofOthers) = await AsAppAsync(c => c.QuerySingleAsync<(long, long)>($"SELECT count(*), count(*) FILTER (WHERE NOT {mine}) FROM {table}"));
        if (ofOthers != 0) leaks.Add($"{table}: sees {ofOthers} rows of another municipality");
        if (visible - ofOthers != 1) leaks.Add($"{table}: sees {visible - ofOthers} own rows instead of 1, so this test proves nothing");

        await RefusedAsync("changes another's row", $"UPDATE {table} SET municipality_id = municipality_id WHERE {foreign}");
        await RefusedAsync("deletes another's row", $"DELETE FROM {table} WHERE {foreign}");
        await RefusedAsync("gives an own row to another", $"UPDATE {table} SET municipality_id = '{other}' WHERE {mine}");
        await RefusedAsync("inserts a row for another", await InsertAsync(superuser, table, other));
        await RefusedAsync("empties the table", $"TRUNCATE {table} CASCADE");

        // Were the refusals above for want of any right at all, they would prove little.
        if (await superuser.ExecuteScalarAsync<bool>("SELECT has_table_privilege('sekisho_app', @table, 'INSERT')", new { table })
            && await StateOfAsync(await InsertAsync(superuser, table, own)) == Denied) leaks.Add($"{table}: refuses an own row");

        // No municipality set: never, and after another transaction of the same connection had one.
        await using var unset = new NpgsqlConnection(await test.SuperuserAsync());
        await unset.OpenAsync();
        foreach (var before in new[] { "", $"SELECT set_config('sekisho.municipality', '{own}', false); SELECT set_config('sekisho.municipality', '', false);" })
        {
            await unset.ExecuteAsync(before + "SET ROLE sekisho_app");
            var seen = await StateOfAsync(unset, $"SELECT * FROM {table}");
            if (seen.Rows != 0) leaks.Add($"{table}: sees {seen.Rows} rows with no municipality set");
            if ((await StateOfAsync(unset, await InsertAsync(superuser, table, own))).State != Denied) leaks.Add($"{table}: inserts with no municipality set");
            await unset.ExecuteAsync("RESET ROLE");
        }
        return leaks;

        async Task RefusedAsync(string what, string sql)
        {
            var (state, rows) = await AsAppAsync(c => StateOfAsync(c, sql));
            if (state is null && rows > 0) leaks.Add($"{table}: {what} ({rows} rows)");
            if (state is not null && state != Denied) leaks.Add($"{table}: {what}: refused for another reason ({state})");
        }
    }

    private async Task<string?> StateOfAsync(string sql) => (await AsAppAsync(c => StateOfAsync(c, sql))).State;

    private static async Task<(string? State, int Rows)> StateOfAsync(NpgsqlConnection connection, string sql)
    {
        try
        {
            if (!sql.StartsWith("SELECT", StringComparison.Ordinal)) return (null, await connection.ExecuteAsync(sql));
            return (null, (await connection.QueryAsync(sql)).Count());
        }
        catch (PostgresException e)
        {
            return (e.SqlState, 0);
        }
    }

    /// <summary>As the application's own login, for the own municipality; undone afterwards.</summary>
    private async Task<T> AsAppAsync<T>(Func<NpgsqlConnection, Task<T>> act)
    {
        await using var tenant = await test.Database.EnterAsync(own, default);
        return await act(tenant.Connection);
    }

    private async Task<string> InsertAsync(NpgsqlConnection superuser, string table, MunicipalityId municipality)
    {
        var columns = (await superuser.QueryAsync<Column>("""
            SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, t.typcategory::text AS category, (SELECT enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY enumsortorder LIMIT 1) AS firstLabel
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = @table::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = '' ORDER BY a.attnum
            """, new { table })).ToList();
        return $"INSERT INTO {table} ({string.Join(", ", columns.Select(c => $"\"{c.Name}\""))}) VALUES ({string.Join(", ", columns.Select(Value))})";

        string Value(Column column)
        {
            var n = (++seed).ToString(CultureInfo.InvariantCulture);
            if (column.Name == "municipality_id") return $"'{municipality}'";
            if (column.FirstLabel is { } label) return $"'{label}'";
            return column.Type switch
            {
                "uuid" => $"'{Guid.NewGuid()}'",
                "text" or "character varying" => $"'v{n}'",
                "smallint" or "integer" or "bigint" or "numeric" or "real" or "double precision" => n,
                "boolean" => "true",
                "bytea" => $"sha256('{n}')",
                "date" => $"date '2026-01-01' + {n}",
                "timestamp with time zone" => $"timestamptz '2026-01-01Z' + {n} * interval '1 second'",
                "interval" => "interval '1 day'",
                "jsonb" or "json" => "'{}'",
                "inet" => "'192.0.2.1'",
                _ when column.Category == "A" => "'{}'",
                _ => throw new InvalidOperationException($"{table}.{column.Name}: no value known for type {column.Type}; add one here"),
            };
        }
    }
}
