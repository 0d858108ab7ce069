using Npgsql;
using Sekisho.Records.Assets;
using Sekisho.Records.Risks;

namespace Sekisho.Records.Tests.Assets;

/// <summary>What is asked about all assets of a city is read from one index, and says what the fields say.</summary>
public sealed class WholeCityTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Questions => ["units", "mixes"];

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task Assets_as_a_whole_are_counted_from_their_index_alone(string question)
    {
        await using var town = await AssetTown.OpenAsync();
        await town.ClassifiedAsync(town.Residents, "住民基本台帳", "data", "3B");
        await using var tx = await town.Office.Test.Database.EnterAsync(town.Town, Cancel);
        await tx.RunAsync("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off", Cancel);
        async Task<string> PlanAsync(string sql) => string.Join('\n', question == "units" ? await tx.ListAsync("EXPLAIN " + sql, r => r.GetString(0), Cancel, town.Office.Clock.Now(), "2026-04-01") : await tx.ListAsync("EXPLAIN " + sql, r => r.GetString(0), Cancel));
        var sql = question == "units" ? AssetOffice.ByUnit : RiskRows.Mixes;
        Assert.Contains("Index Only Scan using register_entry_asset", await PlanAsync(sql), StringComparison.Ordinal);
        // One word more, and the wide rows themselves are read: the test sees that.
        Assert.DoesNotContain("Index Only Scan", await PlanAsync(sql.Replace("count(*)", "count(e.fields)", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Groups_of_assets_are_those_that_the_fields_make()
    {
        await using var town = await AssetTown.OpenAsync();
        var room = await town.AddAsync(town.Roads, "サーバ室", "facility");
        await town.ClassifiedAsync(town.Residents, "住民基本台帳", "data", "3B", ("zone", "mynumber"), ("containers", room.Number));
        await town.ClassifiedAsync(town.Roads, "道路台帳", "data", "2", ("zone", "lgwan"));
        await town.AddAsync(town.Roads, "設計図", "data", ("zone", "lgwan"), ("confidentiality", "2"), ("integrity", "1"), ("availability", "1"));
        await town.AddAsync(town.Roads, "古い図面", "paper", ("scope", "excluded"), ("excluded_why", "歴史資料"), ("excluded_ground", "方針 4"));
        await town.RetireAsync(await town.ClassifiedAsync(town.Roads, "廃止した台帳", "data", "3A"));
        await using var tx = await town.Office.Test.Database.EnterAsync(town.Town, Cancel);
        Assert.Equal(["data mynumber 3B 2 2 1", "facility  3B 2 2 1", "data lgwan 2 2 2 2"], (await RiskRows.AssetsAsync(tx, Cancel)).Select(m => $"{m.Kind} {m.Zone} {m.Confidentiality} {m.Integrity} {m.Availability} {m.Count}"));
    }
}
