using Sekisho.Assurance;
using Sekisho.Records.Demo;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Tests;

public sealed class DemoTests
{
    private static CancellationToken Cancel => Office.Cancel;

    [Fact]
    public async Task The_town_has_a_year_that_ends_today_and_shows_every_verdict()
    {
        await using var office = await Office.OpenAsync();
        office.Clock.MoveTo(new DateTimeOffset(2026, 11, 21, 5, 4, 0, TimeSpan.Zero));
        var town = await new DemoTown(office.Test.Database, office.Signer, office.Clock).EnsureAsync(null, Cancel);
        var board = (await office.Slices.Verdicts.BoardAsync(town, null, Cancel))!;
        Assert.Equal(2, board.Version.Summary.Number);
        Assert.Equal(Enum.GetValues<VerdictKind>(), board.Obligations.Values.Select(o => o.Verdict.Kind).Distinct().Order());
        Assert.Equal(Enum.GetValues<VerdictKind>(), board.Provisions.Select(p => p.WithBelow).OfType<VerdictKind>().Distinct().Order());
        Assert.True(board.Counts.ByKind[VerdictKind.Met] > board.Counts.Total / 2, string.Join(' ', board.Counts.ByKind));
        Assert.True(board.Counts.ExpiringThisMonth > 0);
        Assert.True(board.Counts.UnconfirmedTies > 0);
        Assert.True(board.Obligations.Count >= 28, $"{board.Obligations.Count} obligations");

        Assert.Equal(3, (await office.Slices.Policies.VersionsAsync(town, null, null, Cancel)).Count);
        Assert.Equal(2, (await office.Slices.Policies.OpeningsAsync(town, Cancel)).Count);
        Assert.Equal(4, (await office.Slices.Waivers.ListAsync(town, null, null, Cancel)).Count);
        Assert.NotNull(await office.Slices.Publications.PublicAsync(town, PolicyKeys.Basic, null, Cancel));
        // The past is there to be looked at: a hole in the wall in April, the first version in spring.
        var now = office.Clock.Now();
        Assert.Equal(VerdictKind.NotMet, (await office.Slices.Verdicts.ObligationAsync(town, new("mynumber-isolation"), now.AddDays(-212), Cancel))!.Standing.Verdict.Kind);
        Assert.Equal(1, (await office.Slices.Verdicts.BoardAsync(town, now.AddDays(-200), Cancel))!.Version.Summary.Number);
        var history = await office.Slices.Verdicts.HistoryAsync(town, new("mynumber-isolation"), now.AddDays(-365), now, Cancel);
        Assert.True(history.Count >= 3, $"{history.Count} stretches");
        // Nothing of the year lies in the future.
        Assert.All((await office.Slices.Evidence.ListAsync(town, new(), null, 1, Cancel)).Rows, r => Assert.True(r.Evidence.RecordedAt <= now));
    }

    [Fact]
    public async Task Starting_again_adds_no_second_town_and_fills_the_days_between()
    {
        await using var office = await Office.OpenAsync();
        office.Clock.MoveTo(new DateTimeOffset(2026, 11, 21, 5, 4, 0, TimeSpan.Zero));
        var demo = new DemoTown(office.Test.Database, office.Signer, office.Clock);
        var town = await demo.EnsureAsync(null, Cancel);
        var size = await office.LedgerSizeAsync(town);
        Assert.Equal(town, await demo.EnsureAsync(null, Cancel));
        Assert.Equal(size, await office.LedgerSizeAsync(town));
        office.Clock.Move(TimeSpan.FromDays(3));
        Assert.Equal(VerdictKind.Expired, (await office.Slices.Verdicts.ObligationAsync(town, new("mynumber-isolation"), null, Cancel))!.Standing.Verdict.Kind);
        await demo.EnsureAsync(null, Cancel);
        Assert.Equal(VerdictKind.Met, (await office.Slices.Verdicts.ObligationAsync(town, new("mynumber-isolation"), null, Cancel))!.Standing.Verdict.Kind);
    }
}
