using FsCheck;
using FsCheck.Fluent;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Threats;

namespace Sekisho.Policy.Tests.Threats;

public class ThreatCatalogueTests
{
    private const string Own = """
        いそべ村情報セキュリティ基本方針

        （対象とする脅威）
        第１条　情報資産に対する脅威として、次の脅威を想定する。
        (1)　不正アクセス、ウィルス攻撃及びサービス不能攻撃
        (2)　操作・設定ミス、機器の故障
        (3)　地震による業務の停止

        （研修）
        第２条　村は、内部不正を防ぐため、研修を行う。
        """;

    private static readonly ThreatCatalogue Catalogue = ThreatCatalogue.Load();

    [Fact]
    public void What_the_article_on_threats_names_is_found_and_nothing_from_other_articles()
    {
        var document = PolicyText.Read(Own).Match(static r => r.Document, static r => throw new InvalidOperationException(r.Error.ToString()));

        var named = Named(document);

        Assert.Equal(["unauthorised-access", "malware", "denial-of-service", "mistake", "equipment-failure", "disaster"], named.Select(static n => n.Category.Id));
        Assert.Equal(["1/1", "1/1", "1/1", "1/2", "1/2", "1/3"], named.Select(static n => n.Path));
        Assert.Equal("ウィルス", named[1].Words);
    }

    // What each of the five says in its article on threats, read by a person.
    [Theory]
    [InlineData("meguro", "unauthorised-access malware denial-of-service intrusion theft-of-information insider unauthorised-take-out unauthorised-disclosure unapproved-software program-defect mistake equipment-failure disaster epidemic power communication water")]
    [InlineData("itabashi", All)]
    [InlineData("inagi", All)]
    [InlineData("uozu", All)]
    [InlineData("chiba", All + " misconnection")]
    public void The_real_policies_name_these_categories(string file, string expected) =>
        Assert.Equal(expected.Split(' ').Order(StringComparer.Ordinal), Named(RealPolicies.Read(file)).Select(static n => n.Category.Id).Order(StringComparer.Ordinal));

    private const string All = "unauthorised-access malware denial-of-service intrusion theft-of-information insider unauthorised-take-out unapproved-software development-flaw program-defect mistake maintenance audit-gap outsourcing management equipment-failure disaster epidemic power communication water";

    [Fact]
    public void Every_category_has_a_threat_to_start_from()
    {
        var started = Catalogue.Threats.Select(static t => t.Category).ToHashSet();
        Assert.All(Catalogue.Categories, c => Assert.Contains(c.Id, started));
    }

    [Fact]
    public void A_threat_concerns_the_kinds_and_zones_it_names()
    {
        var media = Catalogue.Threats.Single(static t => t.Id == "malware-on-media");
        Assert.True(media.Concerns("system", "mynumber"));
        Assert.False(media.Concerns("system", "internet"));
        Assert.False(media.Concerns("paper", "mynumber"));
        Assert.True(Catalogue.Threats.Single(static t => t.Id == "nobody-in-charge").Concerns("paper", null));
    }

    [Theory]
    [InlineData("categories: []\nthreats: []\nformat: 1", "categories")]
    [InlineData("format: 1\ncategories:\n  - {id: a, name: {ja: あ, en: a}, cause: sometimes, words: あ}\nthreats: []", "sometimes")]
    [InlineData("format: 1\ncategories:\n  - {id: a, name: {ja: あ, en: a}, cause: intended, words: あ}\nthreats:\n  - {id: t, category: b, likelihood: 9, hits: [beauty], applies: {}, controls: [no-such-duty], name: {ja: あ, en: a}}", "no-such-duty")]
    public void A_broken_file_is_refused_with_each_place(string yaml, string named)
    {
        Assert.Null(ThreatCatalogue.Parse(yaml, ObligationCatalogue.Load(), out var errors));
        Assert.Contains(errors, e => e.ToString().Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void Controls_bring_a_likelihood_down_by_two_steps_at_most_and_more_of_them_never_up()
    {
        var cases = Gen.Choose(1, RiskMatrix.Steps).SelectMany(_ => Gen.Choose(0, 8), static (likelihood, all) => (likelihood, all)).ToArbitrary();
        Prop.ForAll(cases, static c =>
        {
            var remaining = Enumerable.Range(0, c.all + 1).Select(holding => RiskMatrix.Remaining(c.likelihood, holding, c.all)).ToList();
            return remaining[0] == c.likelihood
                && remaining.Zip(remaining.Skip(1)).All(static p => p.Second <= p.First)
                && remaining.TrueForAll(r => r >= Math.Max(1, c.likelihood - 2))
                && (c.all == 0 || remaining[^1] == Math.Max(1, c.likelihood - 2));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_loss_is_the_greatest_of_what_a_threat_hits()
    {
        Assert.Equal(4, Catalogue.Loss([AssetValue.Confidentiality, AssetValue.Availability], v => v == AssetValue.Confidentiality ? "3C" : "2"));
        Assert.Equal(5, Catalogue.Loss([AssetValue.Confidentiality], _ => "3A"));
        Assert.Null(Catalogue.Loss([AssetValue.Integrity], _ => null));
    }

    [Theory]
    [InlineData(3, "1 2 2 3 3")]
    [InlineData(5, "1 2 3 4 5")]
    [InlineData(2, "1 1 2 2 2")]
    public void A_step_fits_a_scale_of_fewer(int steps, string fitted) =>
        Assert.Equal(fitted, string.Join(' ', Enumerable.Range(1, RiskMatrix.Steps).Select(step => RiskScale.Fit(step, steps))));

    private static IReadOnlyList<NamedThreat> Named(PolicyDocument document) => Catalogue.NamedBy(document,
        [.. PolicyTies.Propose(document, ObligationCatalogue.Load()).Where(static t => t.Obligation.Value == "threat-identification").Select(static t => t.ProvisionId)]);
}
