using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Records.Incidents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Takeouts;

namespace Sekisho.Records.Tests.Terminals;

/// <summary>A loss is an incident: somebody has it, it is reported in time, and another person closes it.</summary>
public sealed class IncidentTests : IAsyncLifetime
{
    private Workplace place = null!;

    private static CancellationToken Cancel => Workplace.Cancel;

    private IncidentDesk Desk => place.Slices.Incidents;

    public async ValueTask InitializeAsync() => place = await Workplace.OpenAsync();

    public ValueTask DisposeAsync() => place.DisposeAsync();

    private async Task<Takeout> OutAsync(string what = "固定資産の一覧", bool isMyNumber = false, int days = 2)
    {
        var draft = new TakeoutDraft(place.Tax.Id, what, [], "2", "税務署との打合せのため", "いそべ税務署", false, isMyNumber, Carrier.Paper, null, ["direct", "locked", "counted"], place.Today, place.Today.AddDays(days));
        var takeout = (await place.Slices.Takeouts.AskAsync(place.Town, draft, [place.Tax.Id], place.Staff, Cancel)).OrThrow();
        (await place.Slices.Takeouts.ApproveAsync(place.Town, takeout.Id, "", null, isMyNumber ? place.Head : place.Manager, Cancel)).OrThrow();
        return (await place.Slices.Takeouts.GoOutAsync(place.Town, takeout.Id, null, place.Staff, Cancel)).OrThrow();
    }

    private async Task<Incident> LoseAsync(Takeout takeout, int? persons = null)
    {
        (await place.Slices.Takeouts.LoseAsync(place.Town, takeout.Id, new(place.Office.Clock.Now(), "いそべ駅", "鞄を置き忘れた。", persons), null, place.Staff, Cancel)).OrThrow();
        return (await Desk.OfAsync(place.Town, IncidentOrigin.Takeout, takeout.Id.Value, [place.Tax.Id], Cancel))!;
    }

    private async Task<PersonId> PersonAsync(string name) => (await Desk.ReadAsync(place.Town, (await Desk.ListAsync(place.Town, IncidentView.Open, 1, null, Cancel)).Incidents[0].Id, null, Cancel))!.Candidates.Single(c => c.Name == name).Person;

    /// <summary>What the newest evidence says.</summary>
    private async Task<Observation> SaidAsync(string kind = IncidentSource.Deadlines)
    {
        await place.Slices.Collector.RunAsync(place.Town, null, Cancel);
        return (await place.Slices.Evidence.ListAsync(place.Town, new(KindPrefix: kind), null, 1, Cancel)).Rows[0].Evidence.Observed;
    }

    [Fact]
    public async Task A_lost_take_out_is_an_incident_that_is_listed_assigned_reported_and_closed_by_another()
    {
        var takeout = await OutAsync();
        var incident = await LoseAsync(takeout);
        Assert.Equal(("INC-0001", place.Tax.Id, (int?)null, true), (incident.Number, incident.Unit!.Value, incident.Persons, incident.IsReported));
        Assert.Contains("固定資産の一覧", incident.Title, StringComparison.Ordinal);
        Assert.Equal(["INC-0001"], (await Desk.ListAsync(place.Town, IncidentView.Open, 1, [place.Tax.Id], Cancel)).Incidents.Select(i => i.Number));
        Assert.Empty((await Desk.ListAsync(place.Town, IncidentView.Open, 1, [place.Welfare.Id], Cancel)).Incidents);
        Assert.Null(await Desk.ReadAsync(place.Town, incident.Id, [place.Welfare.Id], Cancel));
        Assert.Equal("INC-0001", Assert.Single(await Desk.TasksAsync(place.Town, place.Office.Officer, isOfficer: true, Cancel)).Number);
        Assert.Empty(await Desk.TasksAsync(place.Town, place.Manager, isOfficer: false, Cancel));

        // Only somebody with a post follows it up; then it is that person's.
        Assert.Equal("REC-INC-003", Workplace.CodeOf(await Desk.AssignAsync(place.Town, incident.Id, new(Guid.NewGuid()), place.Today.AddDays(1), null, place.Office.Officer, Cancel)));
        var manager = await PersonAsync(place.Manager.Name);
        Assert.Equal("REC-INC-004", Workplace.CodeOf(await Desk.AssignAsync(place.Town, incident.Id, manager, place.Today.AddDays(32), null, place.Office.Officer, Cancel)));
        Assert.Equal("REC-INC-006", Workplace.CodeOf(await Desk.NoteAsync(place.Town, incident.Id, "駅に電話した。", place.Today.AddDays(1), null, place.Manager, Cancel)));
        (await Desk.AssignAsync(place.Town, incident.Id, manager, place.Today.AddDays(1), null, place.Office.Officer, Cancel)).OrThrow();
        Assert.Equal("INC-0001", Assert.Single(await Desk.TasksAsync(place.Town, place.Manager, isOfficer: false, Cancel)).Number);
        (await Desk.NoteAsync(place.Town, incident.Id, "駅に電話した。", place.Today.AddDays(7), null, place.Manager, Cancel)).OrThrow();

        // How many people it is about decides whether it is reported.
        Assert.Equal("REC-INC-008", Workplace.CodeOf(await Desk.CloseAsync(place.Town, incident.Id, "置き忘れ", "二人で運ぶ", null, place.Manager, Cancel)));
        Assert.False((await Desk.CountAsync(place.Town, incident.Id, 100, false, "控えと突き合わせた。", null, place.Manager, Cancel)).OrThrow().IsReported);
        Assert.True((await Desk.CountAsync(place.Town, incident.Id, 101, false, "家族を数え漏らしていた。", null, place.Manager, Cancel)).OrThrow().IsReported);
        Assert.Equal("REC-INC-007", Workplace.CodeOf(await Desk.ReportAsync(place.Town, incident.Id, IncidentReport.Preliminary, place.Today.AddDays(1), "県へ", null, place.Manager, Cancel)));
        (await Desk.ReportAsync(place.Town, incident.Id, IncidentReport.Preliminary, place.Today, "県へ", null, place.Manager, Cancel)).OrThrow();
        Assert.Equal("REC-INC-007", Workplace.CodeOf(await Desk.ReportAsync(place.Town, incident.Id, IncidentReport.Preliminary, place.Today, "もう一度", null, place.Manager, Cancel)));
        (await Desk.ReportAsync(place.Town, incident.Id, IncidentReport.Final, place.Today, "個人情報保護委員会へ", null, place.Manager, Cancel)).OrThrow();
        Assert.Equal("REC-INC-009", Workplace.CodeOf(await Desk.CloseAsync(place.Town, incident.Id, "置き忘れ", "二人で運ぶ", null, place.Staff, Cancel)));
        Assert.False((await Desk.CloseAsync(place.Town, incident.Id, "置き忘れ", "二人で運ぶ", null, place.Manager, Cancel)).OrThrow().IsOpen);
        Assert.Equal("REC-INC-002", Workplace.CodeOf(await Desk.NoteAsync(place.Town, incident.Id, "後から", place.Today, null, place.Manager, Cancel)));
        var detail = (await Desk.ReadAsync(place.Town, incident.Id, null, Cancel))!;
        Assert.Equal(["incident.opened", "incident.assigned", "incident.noted", "incident.counted", "incident.counted", "incident.preliminary", "incident.final", "incident.closed"], detail.Steps.Select(s => s.Kind));
        Assert.Equal("原因：置き忘れ\n再発防止：二人で運ぶ", detail.Steps[^1].Note);
        Assert.Equal(1, (await Desk.ListAsync(place.Town, IncidentView.Closed, 1, null, Cancel)).Total);
    }

    [Fact]
    public async Task Deadlines_of_incidents_are_silent_then_kept_missed_and_settled()
    {
        Assert.DoesNotContain(await new IncidentSource(place.Town, new(place.Office.Test.Database, null!, place.Office.Clock)).ObserveAsync(place.Office.Clock.Now(), Cancel), o => o.Kind == IncidentSource.Deadlines);
        var incident = await LoseAsync(await OutAsync(isMyNumber: true));
        async Task<(decimal, string)> NowAsync()
        {
            var said = await SaidAsync();
            return (said.Facts["missed"], said.Sentence.Ja);
        }
        Assert.Equal((0m, "対応中の事案 1 件は、すべて期限内です。"), await NowAsync());
        // Two days to give it to somebody, counting the first.
        place.Office.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal(0m, (await NowAsync()).Item1);
        place.Office.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal((1m, "対応中の事案 1 件のうち 1 件で、期限を過ぎています（INC-0001 担当を決める）。"), await NowAsync());
        Assert.Equal(1, (await Desk.ListAsync(place.Town, IncidentView.Late, 1, null, Cancel)).Total);
        (await Desk.AssignAsync(place.Town, incident.Id, await PersonAsync(place.Manager.Name), place.Today.AddDays(31), null, place.Office.Officer, Cancel)).OrThrow();
        Assert.Equal(0m, (await NowAsync()).Item1);
        // 速報: the fifth day is in time, the sixth is not, and made late it stays missed until the incident is closed.
        place.Office.Clock.Move(TimeSpan.FromDays(2));
        Assert.Equal(0m, (await NowAsync()).Item1);
        place.Office.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal((1m, "対応中の事案 1 件のうち 1 件で、期限を過ぎています（INC-0001 速報）。"), await NowAsync());
        (await Desk.ReportAsync(place.Town, incident.Id, IncidentReport.Preliminary, place.Today, "個人情報保護委員会へ", null, place.Manager, Cancel)).OrThrow();
        Assert.Equal(1m, (await NowAsync()).Item1);
        (await Desk.ReportAsync(place.Town, incident.Id, IncidentReport.Final, place.Today, "個人情報保護委員会へ", null, place.Manager, Cancel)).OrThrow();
        (await Desk.CloseAsync(place.Town, incident.Id, "置き忘れ", "持ち出さない方法に変えた", null, place.Manager, Cancel)).OrThrow();
        Assert.Equal((0m, "記録した事案 1 件は、すべて終結しています。"), await NowAsync());
    }

    [Fact]
    public async Task A_take_out_past_its_day_or_lost_is_a_breach_of_asset_handling_until_it_is_settled()
    {
        (await place.Slices.Handling.AdoptAsync(place.Town, place.Office.Officer, Cancel)).OrThrow();
        Assert.Equal(0m, (await SaidAsync(AssetSource.Handling)).Facts["breaches"]);
        var takeout = await OutAsync();
        place.Office.Clock.Move(TimeSpan.FromDays(2));
        Assert.Equal(0m, (await SaidAsync(AssetSource.Handling)).Facts["breaches"]);
        place.Office.Clock.Move(TimeSpan.FromDays(1));
        var late = await SaidAsync(AssetSource.Handling);
        Assert.Equal((1m, "TKO-0001 は、返却の期限を過ぎています。"), (late.Facts["breaches"], late.Sentence.Ja));
        // Back: settled at once, without waiting for a round.
        (await place.Slices.Takeouts.BackAsync(place.Town, takeout.Id, new(true, true, ""), null, place.Manager, Cancel)).OrThrow();
        Assert.Equal(0m, (await place.Slices.Evidence.ListAsync(place.Town, new(KindPrefix: AssetSource.Handling), null, 1, Cancel)).Rows[0].Evidence.Observed.Facts["breaches"]);

        var incident = await LoseAsync(await OutAsync("納税者の一覧"), persons: 20);
        Assert.Equal("TKO-0002 は紛失し、事案の対応が終わっていません。", (await SaidAsync(AssetSource.Handling)).Sentence.Ja);
        (await Desk.CloseAsync(place.Town, incident.Id, "置き忘れ", "二人で運ぶ", null, place.Manager, Cancel)).OrThrow();
        Assert.Equal(0m, (await SaidAsync(AssetSource.Handling)).Facts["breaches"]);
    }

    [Theory]
    [InlineData("assign-days: 2", "assign-days: soon")]
    [InlineData("id: Final,", "id: Later,")]
    [InlineData("days: 30}", "days: 0}")]
    public void A_broken_file_of_deadlines_is_told(string right, string wrong)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Sekisho.slnx"))) folder = folder.Parent!;
        var yaml = File.ReadAllText(Path.Combine(folder.FullName, "data", "incident-deadlines.yaml"));
        Assert.NotNull(IncidentDeadlines.Parse(yaml, out _));
        Assert.Contains(right, yaml, StringComparison.Ordinal);
        Assert.Null(IncidentDeadlines.Parse(yaml.Replace(right, wrong, StringComparison.Ordinal), out var problems));
        Assert.NotEmpty(problems);
    }
}
