using System.Reflection;
using Sekisho.Assurance;

namespace Sekisho.Records.Tests;

/// <summary>Each obligation that takes its verdict from a register has a test that walks it from empty to met and back to failing; a gap fails here.</summary>
public sealed class DutyWalkTests
{
    /// <summary>What has to take its verdict from the registers, whatever sources there happen to be.</summary>
    private static readonly string[] FromRegisters =
    [
        "scope", "organisation", "disclosure-control", "policy-hierarchy", "policy-publication", "staff-duty", "terms", "delegation", "legal-compliance",
        "asset-inventory", "asset-classification", "asset-handling", "threat-identification", "risk-assessment", "takeout-block", "strong-authentication",
        "physical", "technical", "contractor-control", "cloud-control", "sns-control",
    ];

    private static readonly IReadOnlyList<(string Obligation, string Test)> Walks =
    [
        .. from type in typeof(DutyWalkTests).Assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
           let mark = method.GetCustomAttribute<FromEmptyToMetAndBackAttribute>()
           where mark is not null
           from obligation in mark.Obligations
           select (obligation, $"{type.Name}.{method.Name}"),
    ];

    public static TheoryData<string> Named => [.. FromRegisters];

    [Theory]
    [MemberData(nameof(Named))]
    public void Obligation_is_walked_from_empty_to_met_and_back_to_failing(string obligation) =>
        Assert.Contains(Walks, w => w.Obligation == obligation);

    [Fact]
    public async Task Every_obligation_whose_evidence_has_a_source_is_walked_and_none_that_does_not_exist()
    {
        await using var office = await Office.OpenAsync();
        var kinds = office.Slices.Collector.KindsOf(office.Town);
        var obligations = (await office.Slices.Obligations.CatalogueAsync(office.Town, null, Office.Cancel)).Obligations;
        var served = obligations.Where(o => o.Criteria.All(c => kinds.Contains(c.EvidenceKind))).Select(o => o.Id.Value).ToList();

        Assert.Empty(served.Except(Walks.Select(w => w.Obligation)));
        // What the registers were built for is served by them, to the last criterion.
        Assert.Empty(FromRegisters.Except(served));
        Assert.Empty(Walks.Select(w => w.Obligation).Except(obligations.Select(o => o.Id.Value)));
    }

    [Theory]
    [InlineData(VerdictKind.NoEvidence, new VerdictKind[] { })]
    [InlineData(VerdictKind.NoEvidence, new[] { VerdictKind.NotMet, VerdictKind.Met, VerdictKind.NotMet })]
    [InlineData(VerdictKind.Met, new[] { VerdictKind.NoEvidence, VerdictKind.NotMet })]
    [InlineData(VerdictKind.NotMet, new[] { VerdictKind.NoEvidence, VerdictKind.NotMet, VerdictKind.Met })]
    [InlineData(VerdictKind.NotMet, new[] { VerdictKind.NoEvidence, VerdictKind.Met, VerdictKind.Expired })]
    [InlineData(null, new[] { VerdictKind.NoEvidence, VerdictKind.NotMet, VerdictKind.Met, VerdictKind.Expired, VerdictKind.NotMet })]
    public void A_walk_that_leaves_out_a_step_is_none(VerdictKind? missing, VerdictKind[] seen) => Assert.Equal(missing, DutyWalk.Missing(seen));
}
