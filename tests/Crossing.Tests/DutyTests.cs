using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Tests;

namespace Sekisho.Crossing.Tests;

/// <summary>無害化通信 is judged from what crossed, and from nothing that anybody says of it.</summary>
public sealed class DutyTests
{
    private const string Obligation = "sanitised-communication";

    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    [FromEmptyToMetAndBack(Obligation)]
    public async Task Sanitised_communication_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var desk = gate.Slices.Requests;
        Assert.IsType<Verdict.NoEvidence>(await gate.VerdictAsync(Obligation));
        await ProveZonesAsync(gate);
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("一覧.csv", Gate.Utf8("氏名\r\n山田\r\n")), ("図面.jww", Drawing())));
        Assert.IsType<Verdict.Met>(await gate.VerdictAsync(Obligation));
        Assert.Equal((1, 1, 0, 0), await ShareAsync(gate));

        // An exception by another person with a reason is told, and no breach.
        (await desk.AskExceptionAsync(gate.Town, through.Items[1].Id, "県からの測量図", gate.Staff, Cancel)).OrThrow();
        (await desk.DecideExceptionAsync(gate.Town, through.Items[1].Id, true, "電話で確認した", gate.Head, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await gate.VerdictAsync(Obligation));
        Assert.Equal((2, 1, 1, 0), await ShareAsync(gate));

        // Somebody with the database in hand lets the original out: what crossed is not what the sanitiser made.
        await TamperAsync(gate, "UPDATE crossing.item SET result_id = original_id, exception_by = asked.by FROM (SELECT asked_by AS by FROM crossing.request LIMIT 1) asked WHERE state = 'Out'");
        Assert.IsType<Verdict.NotMet>(await gate.VerdictAsync(Obligation));
        Assert.Equal((2, 0, 1, 1), await ShareAsync(gate));
        Assert.Equal(1, await FactAsync(gate, "crossing.control", "exceptions_unproved"));

        // A month later it is history; nothing else is wrong.
        gate.Clock.Move(TimeSpan.FromDays(31));
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        await ProveZonesAsync(gate);
        Assert.IsType<Verdict.Met>(await gate.VerdictAsync(Obligation));
    }

    [Fact]
    public async Task Originals_that_outlive_their_days_and_inspections_by_one_person_are_told()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await ProveZonesAsync(gate);
        var through = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("一覧.csv", Gate.Utf8("氏名\r\n"))));
        var inspection = (await gate.Slices.Inspections.AskAsync(gate.Town, through.Items[0].Id, "調査", gate.Officer, Cancel)).OrThrow();
        (await gate.Slices.Inspections.AllowAsync(gate.Town, inspection.Id, gate.Head, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await gate.VerdictAsync(Obligation));
        Assert.Equal((1, 0), (await FactAsync(gate, "crossing.retention", "inspections"), await FactAsync(gate, "crossing.retention", "inspections_alone")));
        await TamperAsync(gate, "UPDATE crossing.inspection SET allowed_by = 'account-officer-2', allowed_at = allowed_at + interval '1 second'");
        Assert.IsType<Verdict.NotMet>(await gate.VerdictAsync(Obligation));
        Assert.Equal(1, await FactAsync(gate, "crossing.retention", "inspections_alone"));

        // 7 days to fetch, 30 more to keep, one to be late in; then the round comes.
        gate.Clock.Move(TimeSpan.FromDays(37));
        await ProveZonesAsync(gate);
        Assert.IsType<Verdict.Met>(await gate.VerdictAsync(Obligation));
        gate.Clock.Move(TimeSpan.FromDays(1.5));
        await ProveZonesAsync(gate);
        Assert.IsType<Verdict.NotMet>(await gate.VerdictAsync(Obligation));
        Assert.Equal(1, await FactAsync(gate, "crossing.retention", "overdue"));
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        Assert.IsType<Verdict.Met>(await gate.VerdictAsync(Obligation));
        Assert.Equal(0, await FactAsync(gate, "crossing.retention", "originals"));
    }

    [Fact]
    public async Task A_route_of_the_my_number_zone_whose_waiver_is_over_is_told()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("一覧.csv", Gate.Utf8("氏名\r\n"))));
        var now = gate.Clock.Now();
        var waiver = (await gate.Records.Waivers.RequestAsync(gate.Town, new(RouteBook.MyNumberIsolation, now, now.AddDays(2), "eLTAX", "宛先を限る"), gate.Officer, Cancel)).OrThrow();
        (await gate.Records.Waivers.ApproveAsync(gate.Town, waiver.Id, "承認", gate.Head, Cancel)).OrThrow();
        var route = (await gate.Slices.Routes.FindAsync(gate.Town, "lgwan-to-mynumber", Cancel))!;
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route.Definition with { Waiver = waiver.Id.Value }, true, route.Version, gate.Officer, Cancel)).OrThrow();
        await ProveZonesAsync(gate);
        Assert.IsType<Verdict.Met>(await gate.VerdictAsync(Obligation));
        Assert.Equal((5, 0), (await FactAsync(gate, "crossing.control", "routes_open"), await FactAsync(gate, "crossing.control", "routes_unapproved")));
        gate.Clock.Move(TimeSpan.FromDays(3));
        await ProveZonesAsync(gate);
        Assert.IsType<Verdict.NotMet>(await gate.VerdictAsync(Obligation));
        Assert.Equal(1, await FactAsync(gate, "crossing.control", "routes_unapproved"));
    }

    private static byte[] Drawing()
    {
        var drawing = new byte[5000];
        "JwwData."u8.CopyTo(drawing);
        return drawing;
    }

    /// <summary>What the engine of the zones hands in: no other path.</summary>
    private static async Task ProveZonesAsync(Gate gate) => (await gate.Records.Evidence.RecordAsync(gate.Town, new("zones.proof.lgwan", "境界ファイアウォール", gate.Clock.Now(), null, EvidenceWeight.System,
        new Dictionary<string, decimal> { ["violations"] = 0, ["undetermined"] = 0 }, new("定めた経路のほかに通る通信はありません。", "No other path.")), Actor.System("zones"), Cancel)).OrThrow();

    private static async Task<decimal> FactAsync(Gate gate, string kind, string fact) =>
        (await gate.Records.Evidence.ListAsync(gate.Town, new EvidenceFilter(kind), null, 1, Cancel)).Rows[0].Evidence.Observed.Facts[fact];

    private static async Task<(decimal, decimal, decimal, decimal)> ShareAsync(Gate gate) => (
        await FactAsync(gate, "crossing.sanitised", "crossings"), await FactAsync(gate, "crossing.sanitised", "sanitised"), await FactAsync(gate, "crossing.sanitised", "excepted"), await FactAsync(gate, "crossing.sanitised", "unsanitised"));

    private static async Task TamperAsync(Gate gate, string sql)
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        Assert.Equal(1, await Dapper.SqlMapper.ExecuteAsync(tx.Connection, sql));
        await tx.CommitAsync(Cancel);
    }
}
