using Sekisho.Policy.Obligations;

namespace Sekisho.Policy.Tests.Obligations;

/// <summary>The five real policies against the table of obligations: exactly these ties, none missing, none besides.</summary>
public class SeedTiesTests
{
    // M = 目黒, I = 板橋, N = 稲城, C = 千葉, U = 魚津; then the path.
    private const string Table = """
        policy-publication: M1
        policy-hierarchy: M6 I10 I11 N9 N10 C9 U9 U10
        disclosure-control: M6 N10 U10
        scope: M3/3 M4 I4 N4 C3 U4
        terms: M3 I2 N2 C2 U2
        organisation: M5 I7/1 N6/1 C5 U6/1
        staff-duty: M7 I5 N5 C4 U5
        legal-compliance: I12 C4
        violation-response: I13
        delegation: N11
        asset-inventory: M10 I7/2 N6/2 C6 U6/2
        asset-classification: M10 I7/2 N6/2 C6 U6/2
        asset-handling: M10 I7/2 N6/2 C6 U6/2
        threat-identification: M11 I3 N3 C7 U3
        risk-assessment: M11 N8 C11 U8
        mynumber-isolation: M12/5/1 I7/3/1 N6/3/1 C8/3 U6/3/1
        takeout-block: M12/5/1 I7/3/1 N6/3/1 U6/3/1
        strong-authentication: M12/5/1 I7/3/1 N6/3/1 U6/3/1
        lgwan-separation: M12/5/2 I7/3/2 N6/3/2 C8/3 U6/3/2
        sanitised-communication: M12/5/2 I7/3/2 N6/3/2 U6/3/2
        internet-monitoring: M12/5/3 I7/3/3 N6/3/3 U6/3/3
        security-cloud: M12/5/3 I7/3/3 N6/3/3 U6/3/3
        physical: M12/1 I7/4 N6/4 C8/1 U6/4
        human: M12/2 I7/5 N6/5 C8/2 U6/5
        technical: M12/3 I7/6 N6/6 C8/3 U6/6
        operation: M12/4/1 I7/7 N6/7 C8/4 U6/7
        emergency-plan: M12/4/2 I7/7 N6/7 C8/4 U6/7
        contractor-control: M8 I6 I7/8 N6/8/1 C8/5 U6/8
        cloud-control: M9 I7/8 N6/8/2 C8/5 U6/8
        sns-control: M9 I7/8 N6/8/3 U6/8
        audit: M13 I8 N7 C10 U7
        self-inspection: M13 I8 N7 C10 U7
        improvement: I7/9 N6/9 C11 U6/9
        policy-review: M14 I9 N8 C11 U8
        """;

    [Theory]
    [InlineData('M', "meguro")]
    [InlineData('I', "itabashi")]
    [InlineData('N', "inagi")]
    [InlineData('C', "chiba")]
    [InlineData('U', "uozu")]
    public void A_real_policy_is_tied_exactly_as_the_table_says(char letter, string file)
    {
        var expected = Table.Split('\n').SelectMany(row => row.Split(": ")[1].Split(' ').Where(p => p[0] == letter).Select(p => $"{p[1..]} {row.Split(':')[0]}"));
        var ties = PolicyTies.Propose(RealPolicies.Read(file), ObligationCatalogue.Load());
        Assert.Equal(expected.Order(StringComparer.Ordinal), ties.Select(static t => $"{t.Path} {t.Obligation}").Order(StringComparer.Ordinal));
        Assert.All(ties, static t => Assert.InRange(t.Confidence, 0.5, 1));
        Assert.All(ties, static t => Assert.True(t.Reason.Ja.Length > 5 && t.Reason.En.Length > 5));
    }

    [Fact]
    public void The_table_names_every_obligation_of_the_catalogue() =>
        Assert.Equal(ObligationCatalogue.Load().Obligations.Select(static o => o.Id.Value).Order(), Table.Split('\n').Select(static r => r.Split(':')[0]).Order());
}
