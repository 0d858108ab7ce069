using Sekisho.Assurance;
using Sekisho.Records.Assets;

namespace Sekisho.Records.Tests.Assets;

public sealed class AssetDutyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [FromEmptyToMetAndBack("asset-inventory")]
    public async Task Asset_inventory_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var town = await AssetTown.OpenAsync();
        await town.Office.EnforceAsync(Texts.First);
        await town.LookAsync();
        Assert.IsType<Verdict.NoEvidence>(await town.VerdictAsync("asset-inventory"));

        // The two sections are asked; the mayor's office above them has nothing of its own.
        var residents = await town.ClassifiedAsync(town.Residents, "住民基本台帳", "data", "3B", ("personal", "はい"));
        Assert.IsType<Verdict.NotMet>(await town.VerdictAsync("asset-inventory"));
        var said = await town.SaidAsync(AssetSource.Inventory);
        Assert.Equal("2 課のうち 2 課が台帳を確認していません（建設課、町民課）。", said.Sentence.Ja);

        await town.ConfirmAsync(residents);
        Assert.IsType<Verdict.NotMet>(await town.VerdictAsync("asset-inventory"));
        (await town.Slices.Assets.DeclareNoneAsync(town.Town, town.Roads.Id, null, town.Office.Manager, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await town.VerdictAsync("asset-inventory"));

        // A new asset is known from its first day; next year's sitting has to look at it.
        var roads = await town.ClassifiedAsync(town.Roads, "道路台帳", "data", "2");
        Assert.IsType<Verdict.NotMet>(await town.VerdictAsync("asset-inventory"));
        await town.ConfirmAsync(roads);
        Assert.IsType<Verdict.Met>(await town.VerdictAsync("asset-inventory"));

        town.Office.Clock.Move(TimeSpan.FromDays(397));
        await town.LookAsync();
        Assert.IsType<Verdict.NotMet>(await town.VerdictAsync("asset-inventory"));
        await town.ConfirmAsync(residents, roads);
        Assert.IsType<Verdict.Met>(await town.VerdictAsync("asset-inventory"));
    }

    [Fact]
    public async Task A_unit_with_assets_can_not_declare_that_it_has_none()
    {
        await using var town = await AssetTown.OpenAsync();
        await town.AddAsync(town.Roads, "道路台帳", "data");
        var refused = Assert.IsType<Outcome<DateTimeOffset>.Refused>(await town.Slices.Assets.DeclareNoneAsync(town.Town, town.Roads.Id, null, town.Office.Manager, Cancel));
        Assert.Equal("REC-AST-025", refused.Why.Code);
        refused = Assert.IsType<Outcome<DateTimeOffset>.Refused>(await town.Slices.Assets.DeclareNoneAsync(town.Town, town.Residents.Id, [town.Roads.Id], town.Office.Manager, Cancel));
        Assert.Equal("REC-AST-026", refused.Why.Code);
    }

    [Fact]
    [FromEmptyToMetAndBack("asset-classification")]
    public async Task Asset_classification_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var town = await AssetTown.OpenAsync();
        await town.Office.EnforceAsync(Texts.First);
        await town.LookAsync();
        Assert.IsType<Verdict.NoEvidence>(await town.VerdictAsync("asset-classification"));

        var asset = await town.AddAsync(town.Residents, "住民基本台帳", "data", ("personal", "はい"), ("confidentiality", "3B"), ("integrity", "2"));
        Assert.Equal((1m, 1m, 1m), Facts(await town.SaidAsync(AssetSource.Classification)));
        await town.ChangeAsync(asset, ("availability", "2"));
        Assert.Equal((1m, 0m, 1m), Facts(await town.SaidAsync(AssetSource.Classification)));
        Assert.IsType<Verdict.NotMet>(await town.VerdictAsync("asset-classification"));
        await town.ConfirmAsync(asset);
        Assert.IsType<Verdict.Met>(await town.VerdictAsync("asset-classification"));

        // What the policy excludes is counted beside, never checked.
        var excluded = await town.AddAsync(town.Residents, "議員の私物端末", "medium", ("scope", "excluded"), ("excluded_why", "私物"), ("excluded_ground", "基本方針 4(2)"));
        Assert.IsType<Verdict.Met>(await town.VerdictAsync("asset-classification"));
        Assert.Contains("対象外とした 1 件", (await town.SaidAsync(AssetSource.Classification)).Sentence.Ja, StringComparison.Ordinal);
        await town.ChangeAsync(excluded, ("scope", "in"));
        Assert.IsType<Verdict.NotMet>(await town.VerdictAsync("asset-classification"));

        static (decimal, decimal, decimal) Facts(Observation o) => (o.Facts["assets"], o.Facts["unclassified"], o.Facts["unconfirmed"]);
    }

    [Fact]
    [FromEmptyToMetAndBack("asset-handling")]
    public async Task Asset_handling_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var town = await AssetTown.OpenAsync();
        await town.Office.EnforceAsync(Texts.First);
        await town.LookAsync();
        Assert.IsType<Verdict.NoEvidence>(await town.VerdictAsync("asset-handling"));

        var rules = (await town.Slices.Handling.AdoptAsync(town.Town, town.Office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await town.VerdictAsync("asset-handling"));

        var lowest = AssetClasses.Load().Find(AssetAspect.Confidentiality, "1")!;
        rules = (await town.Slices.Handling.KeepAsync(town.Town, rules.Kept!.At, new Dictionary<AssetClass, IReadOnlyList<string>> { [lowest] = ["  "] }, town.Office.Officer, Cancel)).OrThrow();
        Assert.Equal([lowest], rules.Without);
        Assert.IsType<Verdict.NotMet>(await town.VerdictAsync("asset-handling"));
        await town.Slices.Handling.KeepAsync(town.Town, rules.Kept!.At, new Dictionary<AssetClass, IReadOnlyList<string>> { [lowest] = ["公表の手続による。"] }, town.Office.Officer, Cancel);
        Assert.IsType<Verdict.Met>(await town.VerdictAsync("asset-handling"));

        var medium = await town.ClassifiedAsync(town.Residents, "USB メモリ 12", "medium", "2");
        await town.RetireAsync(medium);
        Assert.IsType<Verdict.NotMet>(await town.VerdictAsync("asset-handling"));
        Assert.Contains("AST-0001「USB メモリ 12」は、廃棄の記録がないまま廃止されています", (await town.SaidAsync(AssetSource.Handling)).Sentence.Ja, StringComparison.Ordinal);
        (await town.Slices.Disposals.ExplainAsync(town.Town, [medium.Id], "福祉課へ移管した。", null, town.Office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await town.VerdictAsync("asset-handling"));
    }

    [Fact]
    public async Task Two_who_edit_the_handling_rules_do_not_overwrite_each_other()
    {
        await using var town = await AssetTown.OpenAsync();
        var rules = (await town.Slices.Handling.AdoptAsync(town.Town, town.Office.Officer, Cancel)).OrThrow();
        var texts = new Dictionary<AssetClass, IReadOnlyList<string>> { [rules.Classes[0].Class] = ["一行"] };
        (await town.Slices.Handling.KeepAsync(town.Town, rules.Kept!.At, texts, town.Office.Officer, Cancel)).OrThrow();
        var refused = Assert.IsType<Outcome<HandlingRules>.Refused>(await town.Slices.Handling.KeepAsync(town.Town, rules.Kept.At, texts, town.Office.Manager, Cancel));
        Assert.Equal("REC-AST-004", refused.Why.Code);
        Assert.Contains("担当 花子", refused.Why.What.Ja, StringComparison.Ordinal);
    }
}
