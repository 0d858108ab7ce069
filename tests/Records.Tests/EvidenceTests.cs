using Sekisho.Assurance;
using Sekisho.Records.EvidenceKept;

namespace Sekisho.Records.Tests;

public sealed class EvidenceTests
{
    private static CancellationToken Cancel => Office.Cancel;

    internal static Observation Proof(DateTimeOffset at, int violations, string subject = "fw-01") => new(
        "zones.proof", subject, at, null, EvidenceWeight.System,
        new Dictionary<string, decimal> { ["violations"] = violations, ["undetermined"] = 0 },
        new($"違反は {violations} 件です。", $"{violations} violations."));

    [Fact]
    public async Task Evidence_comes_back_as_it_was_recorded()
    {
        await using var office = await Office.OpenAsync();
        var row = (await office.Slices.Evidence.RecordAsync(office.Town, Proof(office.Clock.Now(), 2), office.Officer, Cancel)).OrThrow();
        var detail = await office.Slices.Evidence.DetailAsync(office.Town, row.Evidence.Id, Cancel);
        Assert.NotNull(detail);
        Assert.Equal(2, detail.Evidence.Observed.Facts["violations"]);
        Assert.Equal(row.Evidence.RecordedAt, detail.Evidence.RecordedAt);
        Assert.Equal(office.Officer, detail.By);
        Assert.Equal(row.LedgerIndex, detail.LedgerIndex);
    }

    [Fact]
    public async Task Pages_meet_without_gap_or_overlap_while_evidence_arrives()
    {
        await using var office = await Office.OpenAsync();
        for (var i = 0; i < 7; i++)
        {
            (await office.Slices.Evidence.RecordAsync(office.Town, Proof(office.Clock.Now(), i), office.Officer, Cancel)).OrThrow();
            if (i % 2 == 0) office.Clock.Move(TimeSpan.FromSeconds(1));
        }
        var seen = new List<decimal>();
        EvidenceCursor? cursor = null;
        do
        {
            var page = await office.Slices.Evidence.ListAsync(office.Town, new EvidenceFilter(KindPrefix: "zones."), cursor, 3, Cancel);
            seen.AddRange(page.Rows.Select(r => r.Evidence.Observed.Facts["violations"]));
            (await office.Slices.Evidence.RecordAsync(office.Town, Proof(office.Clock.Now(), 100), office.Officer, Cancel)).OrThrow();
            office.Clock.Move(TimeSpan.FromSeconds(1));
            cursor = page.Next is { } next && EvidenceCursor.TryParse(next.ToString(), out var parsed) ? parsed : null;
        }
        while (cursor is not null);
        Assert.Equal([6m, 5, 4, 3, 2, 1, 0], seen.Order().Reverse());
    }

    [Fact]
    public async Task Evidence_of_an_obligation_is_that_of_its_criteria_and_an_unknown_obligation_has_none()
    {
        await using var office = await Office.OpenAsync();
        var catalogue = await office.Slices.Obligations.CatalogueAsync(office.Town, null, Cancel);
        var obligation = catalogue.Obligations.First(o => o.Criteria.Select(c => c.EvidenceKind).Distinct().Count() > 1);
        var kinds = obligation.Criteria.Select(c => c.EvidenceKind).Distinct().ToList();
        foreach (var kind in kinds.Append("elsewhere.fact"))
            (await office.Slices.Evidence.RecordAsync(office.Town, Proof(office.Clock.Now(), 0) with { Kind = kind }, office.Officer, Cancel)).OrThrow();
        var page = await office.Slices.Evidence.ListAsync(office.Town, new EvidenceFilter(Obligation: obligation.Id), null, 50, Cancel);
        Assert.Equal(kinds.Order(StringComparer.Ordinal), page.Rows.Select(r => r.Evidence.Observed.Kind).Order(StringComparer.Ordinal));
        Assert.Empty((await office.Slices.Evidence.ListAsync(office.Town, new EvidenceFilter(Obligation: new ObligationId("no-such")), null, 50, Cancel)).Rows);
    }
}
