using Npgsql;
using Sekisho.Storage.Tests;
using Sekisho.TestSupport;

namespace Sekisho.Crossing.Tests;

/// <summary>No municipality reaches another's files, requests or traces, whatever the program asks the database.</summary>
public sealed class IsolationTests
{
    [Fact]
    public async Task No_municipality_reaches_a_row_of_another_in_any_table_of_the_crossing()
    {
        await using var test = await TestDatabase.CreateWithAsync(CrossingMigrations.Sets);
        var (own, other) = (await test.AddMunicipalityAsync("own"), await test.AddMunicipalityAsync("other"));
        await using var superuser = new NpgsqlConnection(await test.SuperuserAsync());
        await superuser.OpenAsync(Gate.Cancel);
        var tables = (await TenantTables.AllAsync(superuser)).Where(t => t.Name.StartsWith("crossing.", StringComparison.Ordinal)).ToList();
        var tenants = tables.Where(t => t.CarriesMunicipality).ToList();
        Assert.True(tenants.Count > 10);
        Assert.DoesNotContain(tenants, t => !t.Secured || !t.Forced);
        var probe = new TenantTables(test, own, other);
        await probe.FillAsync(superuser, tenants.Select(t => t.Name));
        foreach (var table in tenants) Assert.Empty(await probe.LeaksAsync(superuser, table.Name));
    }
}
