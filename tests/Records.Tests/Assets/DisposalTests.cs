using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Records.Registers;
using Sekisho.Records.Waivers;

namespace Sekisho.Records.Tests.Assets;

public sealed class DisposalTests
{
    private static readonly DateOnly Day = new(2026, 4, 1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static DisposalCertificate Certificate => new("破壊証明書.pdf", Encoding.UTF8.GetBytes("%PDF-1.7 証明"));

    private static DisposalRequest Request(RegisterEntry asset, string medium, string method, WaiverId? waiver = null) => new([asset.Id], medium, method, "保存期間の満了", Day.AddDays(3), waiver);

    private static async Task<Disposal> ApprovedAsync(AssetTown town, DisposalRequest request)
    {
        var disposal = (await town.Slices.Disposals.ApplyAsync(town.Town, request, null, town.Office.Manager, Cancel)).OrThrow();
        return (await town.Slices.Disposals.ApproveAsync(town.Town, disposal.Id, "", null, town.Office.Officer, Cancel)).OrThrow();
    }

    private static string Refused(Outcome<Disposal> outcome) => Assert.IsType<Outcome<Disposal>.Refused>(outcome).Why.Code;

    [Fact]
    public async Task What_held_My_Number_information_is_destroyed_with_certificate_and_witness()
    {
        await using var town = await AssetTown.OpenAsync();
        var disk = await town.ClassifiedAsync(town.Residents, "業務端末 7 の内蔵ディスク", "medium", "3B", ("zone", "mynumber"));
        var desk = town.Slices.Disposals;

        var weak = Assert.IsType<Outcome<Disposal>.Refused>(await desk.ApplyAsync(town.Town, Request(disk, "hdd", "degauss"), null, town.Office.Manager, Cancel)).Why;
        Assert.Equal("REC-AST-013", weak.Code);
        Assert.Contains("多点穿孔", weak.Next.Ja, StringComparison.Ordinal);

        var disposal = (await desk.ApplyAsync(town.Town, Request(disk, "hdd", "drill"), null, town.Office.Manager, Cancel)).OrThrow();
        Assert.Equal(("DSP-0001", DisposalState.Applied, "mynumber"), (disposal.Number, disposal.State, disposal.Group!.Id));
        Assert.Equal("REC-AST-015", Refused(await desk.ApplyAsync(town.Town, Request(disk, "hdd", "drill"), null, town.Office.Manager, Cancel)));
        Assert.Equal("REC-AST-019", Refused(await desk.ApproveAsync(town.Town, disposal.Id, "", null, town.Office.Manager, Cancel)));
        Assert.Equal("REC-AST-018", Refused(await desk.DoneAsync(town.Town, disposal.Id, new(Day, null, "課長 太郎", "", Certificate), null, town.Office.Manager, Cancel)));
        (await desk.ApproveAsync(town.Town, disposal.Id, "よい", null, town.Office.Officer, Cancel)).OrThrow();

        Assert.Equal("REC-AST-021", Refused(await desk.DoneAsync(town.Town, disposal.Id, new(Day, null, " ", "", Certificate), null, town.Office.Manager, Cancel)));
        Assert.Equal("REC-AST-020", Refused(await desk.DoneAsync(town.Town, disposal.Id, new(Day, null, "課長 太郎", "", null), null, town.Office.Manager, Cancel)));
        Assert.Equal("REC-AST-022", Refused(await desk.DoneAsync(town.Town, disposal.Id, new(Day.AddDays(1), null, "課長 太郎", "", Certificate), null, town.Office.Manager, Cancel)));
        Assert.Equal("REC-AST-013", Refused(await desk.DoneAsync(town.Town, disposal.Id, new(Day, "overwrite", "課長 太郎", "", Certificate), null, town.Office.Manager, Cancel)));
        var done = (await desk.DoneAsync(town.Town, disposal.Id, new(Day, null, "課長 太郎", "業者の作業場で", Certificate), null, town.Office.Manager, Cancel)).OrThrow();

        Assert.Equal((DisposalState.Done, "課長 太郎", "破壊証明書.pdf"), (done.State, done.Done!.Witness, done.Done.Certificate!.Value.Name));
        var kept = (await desk.CertificateAsync(town.Town, disposal.Id, null, Cancel))!.Value;
        Assert.Equal(Certificate.Content.ToArray(), kept.Content.ToArray());
        Assert.Equal("廃棄（DSP-0001）", (await town.ReadAsync(disk)).Retired!.Why);
        Assert.Empty(await desk.BreachesAsync(town.Town, null, Cancel));
    }

    [Fact]
    public async Task A_weaker_way_needs_an_approved_waiver_of_that_very_duty()
    {
        await using var town = await AssetTown.OpenAsync();
        var disk = await town.ClassifiedAsync(town.Residents, "外付けディスク", "medium", "3C");
        var asked = await AskAsync("asset-handling");
        Assert.Equal("REC-AST-013", Refused(await town.Slices.Disposals.ApplyAsync(town.Town, Request(disk, "hdd", "overwrite", asked), null, town.Office.Manager, Cancel)));
        var other = await AskAsync("takeout-block");
        (await town.Slices.Waivers.ApproveAsync(town.Town, other, "", town.Office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-AST-013", Refused(await town.Slices.Disposals.ApplyAsync(town.Town, Request(disk, "hdd", "overwrite", other), null, town.Office.Manager, Cancel)));

        (await town.Slices.Waivers.ApproveAsync(town.Town, asked, "", town.Office.Officer, Cancel)).OrThrow();
        var disposal = await ApprovedAsync(town, Request(disk, "hdd", "overwrite", asked));
        Assert.Equal(asked, disposal.Waiver);
        (await town.Slices.Disposals.DoneAsync(town.Town, disposal.Id, new(Day, null, null, "", Certificate), null, town.Office.Manager, Cancel)).OrThrow();

        async Task<WaiverId> AskAsync(string obligation) => (await town.Slices.Waivers.RequestAsync(town.Town,
            new(new ObligationId(obligation), Office.Start, Office.Start.AddDays(30), "専用装置が故障しています。", "三回の上書きと確認をします。"), town.Office.Manager, Cancel)).OrThrow().Id;
    }

    [Fact]
    public async Task A_container_disposed_of_with_its_contents_left_is_a_breach_until_they_are()
    {
        await using var town = await AssetTown.OpenAsync();
        var disk = await town.ClassifiedAsync(town.Residents, "外付けディスク", "medium", "2");
        var data = await town.ClassifiedAsync(town.Residents, "調査票のデータ", "data", "3C", ("containers", disk.Number));
        // By what lies in it the disk is of class 3C, and confidential all the same.
        var disposal = await ApprovedAsync(town, Request(await town.ReadAsync(disk), "hdd", "drill"));
        (await town.Slices.Disposals.DoneAsync(town.Town, disposal.Id, new(Day, null, null, "", Certificate), null, town.Office.Manager, Cancel)).OrThrow();

        var breach = Assert.Single(await town.Slices.Disposals.BreachesAsync(town.Town, null, Cancel));
        Assert.Equal((HandlingBreachKind.ContentsLeft, disk.Number), (breach.Kind, breach.Number));
        Assert.Empty(await town.Slices.Disposals.BreachesAsync(town.Town, [town.Roads.Id], Cancel));

        var second = await ApprovedAsync(town, Request(data, "data", "overwrite"));
        (await town.Slices.Disposals.DoneAsync(town.Town, second.Id, new(Day, null, null, "", Certificate), null, town.Office.Manager, Cancel)).OrThrow();
        Assert.Empty(await town.Slices.Disposals.BreachesAsync(town.Town, null, Cancel));
    }

    [Fact]
    public async Task What_has_no_class_or_is_not_on_that_medium_can_not_be_disposed_of()
    {
        await using var town = await AssetTown.OpenAsync();
        var (bare, paper) = (await town.AddAsync(town.Residents, "媒体", "medium"), await town.ClassifiedAsync(town.Residents, "申請書", "paper", "2"));
        Assert.Equal("REC-AST-011", Refused(await town.Slices.Disposals.ApplyAsync(town.Town, Request(bare, "hdd", "drill"), null, town.Office.Manager, Cancel)));
        Assert.Equal("REC-AST-014", Refused(await town.Slices.Disposals.ApplyAsync(town.Town, Request(paper, "hdd", "drill"), null, town.Office.Manager, Cancel)));
        Assert.Equal("REC-AST-012", Refused(await town.Slices.Disposals.ApplyAsync(town.Town, Request(paper, "paper", "drill"), null, town.Office.Manager, Cancel)));
        Assert.Equal("REC-AST-010", Refused(await town.Slices.Disposals.ApplyAsync(town.Town, Request(paper, "paper", "dissolve"), [town.Roads.Id], town.Office.Manager, Cancel)));
    }

    [Fact]
    public async Task Refused_and_cancelled_ones_leave_the_asset_as_it_is()
    {
        await using var town = await AssetTown.OpenAsync();
        var paper = await town.ClassifiedAsync(town.Residents, "申請書", "paper", "2");
        var desk = town.Slices.Disposals;
        var first = (await desk.ApplyAsync(town.Town, Request(paper, "paper", "dissolve"), null, town.Office.Manager, Cancel)).OrThrow();
        Assert.Equal(DisposalState.Refused, (await desk.RefuseAsync(town.Town, first.Id, "保存期間の途中", null, town.Office.Officer, Cancel)).OrThrow().State);
        Assert.Equal("REC-AST-018", Refused(await desk.CancelAsync(town.Town, first.Id, "", null, town.Office.Manager, Cancel)));
        var second = (await desk.ApplyAsync(town.Town, Request(paper, "paper", "dissolve"), null, town.Office.Manager, Cancel)).OrThrow();
        Assert.Equal(DisposalState.Cancelled, (await desk.CancelAsync(town.Town, second.Id, "取りやめる", null, town.Office.Manager, Cancel)).OrThrow().State);
        Assert.Null((await town.ReadAsync(paper)).Retired);
        Assert.Equal(2, (await desk.ListAsync(town.Town, [town.Residents.Id], Cancel)).Count);
        Assert.Empty(await desk.ListAsync(town.Town, [town.Roads.Id], Cancel));
    }

    [Fact]
    public async Task The_municipality_may_make_the_table_its_own()
    {
        await using var town = await AssetTown.OpenAsync();
        (await town.Slices.Handling.AdoptAsync(town.Town, town.Office.Officer, Cancel)).OrThrow();
        var rules = (await town.Slices.Handling.KeepDisposalAsync(town.Town, "confidential", "paper", ["dissolve"], town.Office.Officer, Cancel)).OrThrow();
        Assert.Equal(["dissolve"], rules.Enough("confidential", "paper"));
        var paper = await town.ClassifiedAsync(town.Residents, "申請書", "paper", "2");
        Assert.Equal("REC-AST-013", Refused(await town.Slices.Disposals.ApplyAsync(town.Town, Request(paper, "paper", "shred-paper"), null, town.Office.Manager, Cancel)));
        Assert.IsType<Outcome<HandlingRules>.Refused>(await town.Slices.Handling.KeepDisposalAsync(town.Town, "confidential", "paper", ["drill"], town.Office.Officer, Cancel));
    }
}
