using Sekisho.Records.Assets;

namespace Sekisho.Records.Tests.Assets;

public sealed class AssetClassTests
{
    private static readonly AssetClasses Classes = AssetClasses.Load();

    private static string? Suggested(AssetFacts facts, AssetAspect aspect = AssetAspect.Confidentiality) => Classes.Suggest(facts).Of(aspect)?.Key;

    [Theory]
    [InlineData("data", null, true, true, "20", "", "3B")]
    [InlineData("data", "mynumber", null, null, null, "", "3B")]
    [InlineData("paper", null, true, null, "101", "", "3B")]
    [InlineData("paper", null, true, null, "100", "", "3C")]
    [InlineData("paper", null, true, null, null, "", "3B")]
    [InlineData("paper", null, false, null, null, "秘密文書の写し", "3A")]
    [InlineData("paper", null, false, null, null, "工事の予定価格調書", "3C")]
    [InlineData("data", null, false, null, null, "広報しおかぜ", "1")]
    [InlineData("data", null, true, null, "5000", "広報の送り先", "3B")]
    [InlineData("data", null, false, null, null, "総合計画の素案", "2")]
    [InlineData("system", "lgwan", null, null, null, "", "2")]
    [InlineData("medium", null, null, null, null, "", "1")]
    [InlineData(null, "mynumber", true, true, "1", "", null)]
    public void Class_follows_from_what_is_known_of_an_asset(string? kind, string? zone, bool? personal, bool? mynumber, string? persons, string words, string? expected) =>
        Assert.Equal(expected, Suggested(new(kind, zone, personal, mynumber, persons is null ? null : decimal.Parse(persons, System.Globalization.CultureInfo.InvariantCulture), words)));

    [Fact]
    public void Every_reason_is_given_and_says_what_it_decides()
    {
        var suggestion = Classes.Suggest(new("data", "mynumber", true, true, 4800, "被保険者台帳"));
        Assert.Equal(["mynumber", "zone-mynumber", "many-persons", "document"], suggestion.Reasons.Select(r => r.Id));
        Assert.Equal([AssetAspect.Confidentiality, AssetAspect.Integrity, AssetAspect.Availability], suggestion.Reasons[0].Decides);
        Assert.Empty(suggestion.Reasons[3].Decides);
    }

    [Fact]
    public void A_systems_absence_is_what_its_availability_is_about() => Assert.Equal("2", Suggested(new("system", null, null, null, null, ""), AssetAspect.Availability));

    [Fact]
    public void A_label_means_the_suggested_class_when_it_covers_that_and_else_its_own()
    {
        var label = Classes.Schemes.Single(s => s.Id == "three").Labels[0];
        Assert.Equal("3B", LabelScheme.Resolve(label.Covers, label.Otherwise, Classes.Find(AssetAspect.Confidentiality, "3B")));
        Assert.Equal("3C", LabelScheme.Resolve(label.Covers, label.Otherwise, Classes.Find(AssetAspect.Confidentiality, "2")));
        Assert.Equal("3C", LabelScheme.Resolve(label.Covers, label.Otherwise, null));
    }

    [Theory]
    [InlineData("3A3B3C|2|1", null)]
    [InlineData("3A3B|2|1", "機密性3C が、どの呼び名にも入っていません")]
    [InlineData("3A3B3C|3C2|1", "機密性3C が二つの呼び名に入っています")]
    public void Each_national_class_stands_under_exactly_one_label(string sets, string? problem)
    {
        var national = Classes.Of(AssetAspect.Confidentiality).Classes;
        var all = national.Select(c => c.Key).ToList();
        var labels = sets.Split('|').Select((s, i) => new ClassLabel($"区分{i}", [.. all.Where(s.Contains)], all.First(s.Contains))).ToList();
        // 「1」 and 「2」 are written by themselves; 「3A」 contains neither.
        Assert.Equal(problem, AssetLabels.Problem(labels, national)?.Ja);
    }

    [Fact]
    public void The_national_table_has_rules_for_every_class_and_the_matrix_a_way_for_every_medium()
    {
        Assert.Equal(9, NationalHandling.Rules.Count);
        Assert.All(NationalHandling.Rules, r => Assert.NotEmpty(r.Texts));
        var matrix = DisposalMatrix.Load();
        Assert.Equal(matrix.Groups.Count * matrix.Media.Count, matrix.Cells.Count);
        Assert.All(matrix.Cells, c => Assert.NotEmpty(c.Methods));
        // 図表41: what held residents' information of the My Number zone is destroyed, never erased.
        Assert.All(matrix.Cells.Where(c => c.Group == "mynumber" && c.Medium is "hdd" or "flash" && c.Group == "mynumber"),
            c => Assert.All(c.Methods, m => Assert.Equal(DisposalStrength.Destroyed, matrix.Method(m)!.Strength)));
    }
}
