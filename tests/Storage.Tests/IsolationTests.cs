using Dapper;
using Npgsql;
using Sekisho.Records;
using Sekisho.TestSupport;

namespace Sekisho.Storage.Tests;

/// <summary>Municipalities are kept apart, table by table, as the catalogue of PostgreSQL lists them: a new table is tested the day it is made.</summary>
public sealed class IsolationTests
{
    /// <summary>Tables without a municipality, each with why that is right. A name more or less fails.</summary>
    private static readonly Dictionary<string, string> Shared = new(StringComparer.Ordinal)
    {
        ["storage.migration"] = "schema changes; no person's data",
        ["storage.shared_table"] = "the declared list that this one is compared with",
        ["records.municipality"] = "the municipalities themselves, isolated by id (TenantTests)",
        ["records.catalogue_edition"] = "the catalogue that ships with the product, the same for all",
        ["ledger.signer"] = "public keys of the installation",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_table_carries_a_forced_policy_or_is_on_the_list()
    {
        await using var test = await TestDatabase.CreateAsync();
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);

        var tables = await TenantTables.AllAsync(superuser);

        Assert.True(tables.Count(t => t.CarriesMunicipality) >= 20, "the catalogue was not read");
        Assert.Empty(tables.Where(t => t.CarriesMunicipality && !(t.Secured && t.Forced)).Select(t => t.Name));
        Assert.Equal(tables.Where(t => !t.CarriesMunicipality).Select(t => t.Name), await superuser.QueryAsync<string>("SELECT name FROM storage.shared_table ORDER BY name"));
        Assert.Empty(tables.Where(t => !t.CarriesMunicipality && !Shared.ContainsKey(t.Name)).Select(t => t.Name));
        Assert.Empty(await superuser.QueryAsync<string>("SELECT table_name || ': ' || problem FROM storage.isolation_problems()"));
    }

    [Fact]
    public async Task No_row_of_another_municipality_can_be_seen_or_written_in_any_table()
    {
        await using var test = await TestDatabase.CreateAsync();
        var (own, other) = (await test.AddMunicipalityAsync("meguro"), await test.AddMunicipalityAsync("uozu"));
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);
        var tables = (await TenantTables.AllAsync(superuser)).Where(t => t.CarriesMunicipality).Select(t => t.Name).ToList();
        var rows = new TenantTables(test, own, other);
        await rows.FillAsync(superuser, tables);

        var leaks = new List<string>();
        foreach (var table in tables) leaks.AddRange(await rows.LeaksAsync(superuser, table));

        Assert.Empty(leaks);
    }

    [Fact]
    public async Task A_table_that_forgets_its_policy_is_caught_by_both()
    {
        await using var test = await TestDatabase.CreateAsync();
        var (own, other) = (await test.AddMunicipalityAsync("meguro"), await test.AddMunicipalityAsync("uozu"));
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);
        await superuser.ExecuteAsync("""
            CREATE TABLE records.planted (id uuid PRIMARY KEY, municipality_id uuid NOT NULL, body text);
            GRANT SELECT, INSERT, UPDATE, DELETE ON records.planted TO sekisho_app;
            """);
        var rows = new TenantTables(test, own, other);
        await rows.FillAsync(superuser, ["records.planted"]);

        var leaks = await rows.LeaksAsync(superuser, "records.planted");

        foreach (var way in new[] { "sees 1 rows of another", "changes another's", "deletes another's", "gives an own row", "inserts a row for another", "sees 2 rows with no municipality", "inserts with no municipality" })
            Assert.Contains(leaks, l => l.Contains(way, StringComparison.Ordinal));
        Assert.Contains(await TenantTables.AllAsync(superuser), t => t.Name == "records.planted" && !t.Secured);
    }

    [Theory]
    [InlineData("CREATE TABLE records.planted (id uuid, municipality_id uuid NOT NULL)", "not enabled and forced")]
    [InlineData("CREATE TABLE records.planted (id uuid, municipality_id uuid NOT NULL); ALTER TABLE records.planted ENABLE ROW LEVEL SECURITY; ALTER TABLE records.planted FORCE ROW LEVEL SECURITY; CREATE POLICY municipality ON records.planted USING (true)", "no policy by municipality")]
    [InlineData("CREATE TABLE records.planted (id uuid, municipality_id uuid NOT NULL); SELECT storage.isolate('records.planted'); CREATE POLICY more ON records.planted USING (true)", "opens it to more")]
    [InlineData("CREATE TABLE records.planted (id uuid, municipality_id uuid NOT NULL); SELECT storage.isolate('records.planted'); ALTER TABLE records.planted NO FORCE ROW LEVEL SECURITY", "not enabled and forced")]
    [InlineData("CREATE TABLE records.planted (id uuid)", "not declared shared")]
    [InlineData("CREATE VIEW records.planted AS SELECT * FROM records.unit", "security_invoker")]
    [InlineData("CREATE MATERIALIZED VIEW records.planted AS SELECT * FROM records.unit", "materialized")]
    [InlineData("CREATE UNIQUE INDEX ON records.unit (id); CREATE TABLE records.planted (municipality_id uuid NOT NULL, unit uuid REFERENCES records.unit (id)); SELECT storage.isolate('records.planted')", "leaves the municipality out")]
    public async Task Each_way_to_break_the_isolation_is_named_and_stops_the_start(string planted, string problem)
    {
        await using var test = await TestDatabase.CreateAsync();
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);
        await superuser.ExecuteAsync("SET ROLE sekisho_owner;" + planted);

        Assert.Contains(await superuser.QueryAsync<string>("SELECT problem FROM storage.isolation_problems() WHERE table_name = 'records.planted'"), p => p.Contains(problem, StringComparison.Ordinal));
        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(() => test.OpenAgainAsync(RecordsMigrations.Sets));
        Assert.Contains("records.planted", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_in_reaches_its_own_tables_and_the_names_only()
    {
        await using var test = await TestDatabase.CreateAsync();
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);
        const string Reaches = "has_any_column_privilege('sekisho_signin', c.oid, 'SELECT') OR has_any_column_privilege('sekisho_signin', c.oid, 'INSERT') OR has_any_column_privilege('sekisho_signin', c.oid, 'UPDATE') OR has_table_privilege('sekisho_signin', c.oid, 'DELETE, TRUNCATE, TRIGGER')";
        var reached = await superuser.QueryAsync<string>($"SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname IN ('storage', 'records', 'ledger') AND ({Reaches}) ORDER BY 1");
        Assert.Equal(["records.confirmation", "records.municipality"], reached);
        // Who holds a contractor's link isn't signed in: it is found by the digest of the link, and nothing else is told.
        Assert.Equal(["id", "link_hash", "municipality_id"], await superuser.QueryAsync<string>("SELECT attname::text FROM pg_attribute WHERE attrelid = 'records.confirmation'::regclass AND attnum > 0 AND (has_column_privilege('sekisho_signin', attrelid, attnum, 'SELECT') OR has_column_privilege('sekisho_signin', attrelid, attnum, 'INSERT') OR has_column_privilege('sekisho_signin', attrelid, attnum, 'UPDATE')) ORDER BY 1"));
        Assert.Equal(["id", "name", "slug"], await superuser.QueryAsync<string>("SELECT attname::text FROM pg_attribute WHERE attrelid = 'records.municipality'::regclass AND attnum > 0 AND has_column_privilege('sekisho_signin', attrelid, attnum, 'SELECT') ORDER BY 1"));
    }

    [Fact]
    public async Task Append_only_tables_refuse_changes_by_the_owner_too()
    {
        await using var test = await TestDatabase.CreateAsync();
        var town = await test.AddMunicipalityAsync("meguro");
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Cancel);
        var tables = (await superuser.QueryAsync<string>("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")).ToList();
        Assert.Contains("ledger.entry", tables);
        await new TenantTables(test, town, await test.AddMunicipalityAsync("uozu")).FillAsync(superuser, tables);
        foreach (var table in tables)
        {
            foreach (var sql in new[] { $"UPDATE {table} SET municipality_id = municipality_id", $"DELETE FROM {table}", $"TRUNCATE {table} CASCADE" })
            {
                await using var owner = await test.Database.EnterOwnerAsync(Cancel);
                await owner.EnterAsync(town, Cancel);
                var refused = await Assert.ThrowsAsync<PostgresException>(() => owner.Connection.ExecuteAsync(sql));
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
            }
        }
    }
}
