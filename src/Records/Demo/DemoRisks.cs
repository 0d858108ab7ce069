using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Risks;

namespace Sekisho.Records.Demo;

/// <summary>The made-up town's two analyses of risk: found, rated, treated, some of them accepted, closed, and a year later looked at again.</summary>
/// <param name="dayOf">The day in Japan of a day of the story.</param>
internal sealed class DemoRisks(RecordSlices slices, MunicipalityId town, Actor officer, Func<int, DateOnly> dayOf)
{
    /// <summary>More would be true of a real town, and tell no more on a screen.</summary>
    private const int AtFirst = 26, AYearLater = 40;

    private static readonly string[] Measures = ["設定の見直しと月例の確認", "手順書の改定と課内研修", "権限の棚卸し", "更新作業の月例化", "運搬時の暗号化と二人作業"];

    private readonly DemoEntries entries = new(slices, town);

    public IEnumerable<(int Day, double Hour, Func<CancellationToken, Task> Act)> Steps()
    {
        yield return (-336, 10, c => FindAsync(AtFirst, c));
        yield return (-334, 10, c => TreatAsync(-334, c));
        yield return (-333, 15, c => AcceptAsync(-333, c));
        yield return (-331, 16, c => CloseAsync(-331, c));
        // A section's assets were given their class meanwhile.
        yield return (-279, 10, c => FindAsync(AtFirst, c));
        yield return (-224, 11, c => FinishAsync(_ => true, c));
        yield return (-97, 10, RateAgainAsync);
        yield return (-96, 10, c => FindAsync(AYearLater, c));
        yield return (-94, 10, c => TreatAsync(-94, c));
        yield return (-93, 15, c => AcceptAsync(-93, c));
        yield return (-90, 16, c => CloseAsync(-90, c));
        yield return (-30, 11, c => FinishAsync(n => n % 3 != 2, c));
    }

    /// <summary>Threats from the standard list, groups from the register of assets, and the greatest pairs of both; every group has one at least.</summary>
    private async Task FindAsync(int most, CancellationToken cancel)
    {
        (await slices.RiskStart.TakeStandardThreatsAsync(town, officer, cancel)).OrThrow();
        (await slices.RiskStart.TakeGroupsAsync(town, officer, cancel)).OrThrow();
        var overview = await slices.Risks.OverviewAsync(town, cancel);
        var unassessed = overview.Unassessed.Select(g => g.Id).ToHashSet();
        var suggested = await slices.RiskStart.SuggestAsync(town, cancel);
        var needed = suggested.Where(s => unassessed.Contains(s.Group.Id)).DistinctBy(s => s.Group.Id).ToList();
        var chosen = needed.Concat(suggested.Except(needed).Take(Math.Max(0, most - overview.Risks.Count - needed.Count))).Select(s => (s.Group.Id, s.Threat)).ToList();
        (await slices.RiskStart.TakeRisksAsync(town, chosen, officer, cancel)).OrThrow();
    }

    /// <summary>Every risk over the line gets a measure, an owner and a date; two are left to be accepted.</summary>
    private async Task TreatAsync(int day, CancellationToken cancel)
    {
        var overview = await slices.Risks.OverviewAsync(town, cancel);
        var owners = (await slices.Organisation.ReadAsync(town, dayOf(day), null, cancel)).Appointments.Where(a => a.Post == Post.SecurityManager).Select(a => a.Person).ToList();
        foreach (var (risk, i) in overview.Untreated.Select((r, i) => (r, i)).Skip(2).ToList())
        {
            var after = Enumerable.Range(1, risk.Before.Likelihood).Reverse().First(l => l == 1 || l * risk.Before.Loss < overview.Scale.Line);
            await entries.ChangeAsync(RiskRules.Key, risk.Entry.Id, officer, cancel, ("treatment", "reduce"), ("measure", Measures[i % Measures.Length]), ("owner", owners[i % owners.Count].ToString()),
                ("due", Say(dayOf(day).AddMonths(4 + (i % 5)))), ("likelihood_after", after.ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>The CISO takes what can't be treated this year.</summary>
    private async Task AcceptAsync(int day, CancellationToken cancel)
    {
        var number = 0;
        foreach (var risk in (await slices.Risks.OverviewAsync(town, cancel)).Untreated.ToList())
        {
            var decider = (await slices.Risks.ReadAsync(town, risk.Entry.Id, cancel))!.MayDecide[0];
            var draft = new AcceptanceDraft(risk.Entry.Id, risk.Entry.Version, decider.Person, $"し総第{112 + number++}号", "次の更改まで、運用と監視の強化で補うことができるため。", dayOf(day).AddMonths(12));
            (await slices.Risks.AcceptAsync(town, draft, officer, cancel)).OrThrow();
        }
    }

    /// <summary>Named after the fiscal year.</summary>
    private async Task CloseAsync(int day, CancellationToken cancel)
    {
        var year = dayOf(day).AddMonths(-3).Year;
        (await slices.Risks.CloseAsync(town, string.Create(CultureInfo.InvariantCulture, $"令和{year - 2018}年度（{JapaneseTime.Date(dayOf(day)).Ja}）"), officer, cancel)).OrThrow();
    }

    /// <summary>What was done meanwhile.</summary>
    private async Task FinishAsync(Func<int, bool> which, CancellationToken cancel)
    {
        foreach (var risk in (await slices.Risks.OverviewAsync(town, cancel)).Risks.Where(r => r.State == RiskState.UnderTreatment).Where((_, i) => which(i)).ToList())
            await entries.ChangeAsync(RiskRules.Key, risk.Entry.Id, officer, cancel, ("done_on", "今日"));
    }

    /// <summary>After a year some look greater, and one smaller than they did.</summary>
    private async Task RateAgainAsync(CancellationToken cancel)
    {
        var small = (await slices.Risks.OverviewAsync(town, cancel)).Risks.Where(r => r.State == RiskState.Small).ToList();
        foreach (var (risk, i) in small.Take(4).Select((r, i) => (r, i)))
        {
            var likelihood = i == 3 ? Math.Max(1, risk.Before.Likelihood - 1) : risk.Before.Likelihood + 1;
            await entries.ChangeAsync(RiskRules.Key, risk.Entry.Id, officer, cancel, ("likelihood", likelihood.ToString(CultureInfo.InvariantCulture)), ("reason", i == 3 ? "対策が進み、起こりにくくなった。" : "県内の他団体で同様の事案が続いた。"));
        }
    }

    private static string Say(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
