using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Policy.Tests.Obligations;

public class CatalogueTests
{
    private const string Small = """
        format: 1
        sources:
          法: {title: 地方自治法, date: 2026-04-01}
        vocabulary:
          職員等: [職員]
        evidence:
          staff.check:
            name: {ja: 確認, en: check}
            facts:
              people: {ja: 人数, en: people}
        obligations:
          - id: staff-duty
            name: {ja: '{職員等}の義務', en: duty of staff}
            requires: {ja: 守る。, en: It is followed.}
            grounds:
              - {source: 法, place: 第1条}
            criteria:
              - id: all
                asks: {ja: 全員。, en: Everyone.}
                evidence: staff.check
                condition: people >= 1
                validity: 24h
            words:
              - {caption: '{職員等} 義務', confidence: 0.9}
        """;

    private static string Errors(string yaml, ObligationCatalogue? under = null) => (under is null ? ObligationCatalogue.Parse(yaml) : under.Extend(yaml))
        .Match(static _ => "read", static refused => string.Join('\n', refused.Errors.Select(static e => $"{e.Code} {e.Where}")));

    [Fact]
    public void The_shipped_catalogue_is_complete()
    {
        var catalogue = ObligationCatalogue.Load();
        Assert.Equal(34, catalogue.Obligations.Count);
        Assert.All(catalogue.Obligations, o =>
        {
            Assert.NotEmpty(o.Criteria);
            Assert.NotEmpty(o.Grounds);
            Assert.All(o.Grounds, g => Assert.Contains(g.Source, catalogue.Sources.Keys));
            Assert.Contains(catalogue.Signs, s => s.Obligation == o.Id);
        });
        // Each of the eight duties of 施行規則第16条の3第1項 stands behind some obligation.
        foreach (var item in Enumerable.Range(1, 8))
            Assert.Contains(catalogue.Obligations, o => o.Grounds.Contains(new LegalGround("地方自治法施行規則", $"第16条の3第1項第{item}号")));
        Assert.Equal(TimeSpan.FromHours(24), catalogue.Find(new ObligationId("mynumber-isolation"))!.Criteria[0].Validity);
    }

    [Theory]
    [InlineData("validity: 24h", "validity: soon", "POL-DATA-005 22行目")]
    [InlineData("validity: 24h", "validity: 0d", "POL-DATA-005 22行目")]
    [InlineData("condition: people >= 1", "condition: all is well", "POL-DATA-006 21行目")]
    [InlineData("condition: people >= 1", "condition: peoples >= 1", "POL-DATA-006 21行目")]
    [InlineData("evidence: staff.check", "evidence: staff.checks", "POL-DATA-007 20行目")]
    [InlineData("{source: 法, place", "{source: 令, place", "POL-DATA-007 16行目")]
    [InlineData("confidence: 0.9", "confidence: 1.1", "POL-DATA-005 24行目")]
    [InlineData("confidence: 0.9", "konfidence: 0.9", "POL-DATA-002 24行目\nPOL-DATA-003 24行目")]
    [InlineData("'{職員等} 義務'", "'{職員さん} 義務'", "POL-DATA-007 24行目")]
    [InlineData("'{職員等} 義務'", "'義務||責務'", "POL-DATA-008 24行目")]
    [InlineData("'{職員等}の義務'", "'{市民}の義務'", "POL-DATA-007 13行目")]
    [InlineData("id: staff-duty", "id: Staff Duty", "POL-DATA-005 12行目")]
    [InlineData("  職員等: [職員]", "  職員等: [職員]\n  職員等: [職員]", "POL-DATA-004 6行目")]
    [InlineData("format: 1", "format: 2", "POL-DATA-005 1行目")]
    [InlineData("name: {ja: 確認, en: check}", "name: {ja: 確認}", "POL-DATA-003 8行目")]
    [InlineData("date: 2026-04-01", "date: 令和8年", "POL-DATA-005 3行目")]
    [InlineData("format: 1", "format: &a 1", "POL-DATA-001 1行目")]
    [InlineData("format: 1", "format: 1: 2", "POL-DATA-001 1行目")]
    public void A_mistake_is_named_by_its_line(string right, string wrong, string expected)
    {
        Assert.Equal("read", Errors(Small));
        Assert.Contains(right, Small, StringComparison.Ordinal);
        Assert.Equal(expected, Errors(Small.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Fact]
    public void Deep_nesting_is_refused_before_it_can_hurt() =>
        Assert.StartsWith("POL-DATA-001", Errors("format: " + new string('[', 100_000)), StringComparison.Ordinal);

    [Fact]
    public void A_municipality_adds_and_replaces_obligations()
    {
        var shipped = ObligationCatalogue.Load();
        var own = Small.Replace("id: staff-duty", "id: fax-control", StringComparison.Ordinal);
        var added = shipped.Extend(own).Match(static r => r.Catalogue, static r => throw new InvalidOperationException(string.Join(';', r.Errors)));
        Assert.Equal(35, added.Obligations.Count);
        Assert.Equal("fax-control", added.Obligations[^1].Id.Value);
        Assert.Contains("職員等", added.Vocabulary.Canonical);

        Assert.Equal("POL-DATA-004 12行目", Errors(Small, shipped));
        var replacing = Small.Replace("id: staff-duty", "id: staff-duty\n    replaces: true", StringComparison.Ordinal);
        var replaced = shipped.Extend(replacing).Match(static r => r.Catalogue, static r => throw new InvalidOperationException(string.Join(';', r.Errors)));
        Assert.Equal(34, replaced.Obligations.Count);
        Assert.Equal("守る。", replaced.Find(new ObligationId("staff-duty"))!.Requires.Ja);
        Assert.Single(replaced.Signs, static s => s.Obligation.Value == "staff-duty");
    }

    /// <summary>Damaged files give errors, never an exception: characters of the shipped file are struck, doubled, swapped and cut.</summary>
    [Fact]
    public void No_damage_to_the_file_makes_the_reader_throw()
    {
        using var stream = typeof(ObligationCatalogue).Assembly.GetManifestResourceStream("obligations.yaml")!;
        var whole = new StreamReader(stream).ReadToEnd();
        var random = new Random(20261121);
        const string Odd = "{}[]'\"|>:-#&*!%@`\t\0\n,?~\\ \uD800é漢";
        for (var round = 0; round < 400; round++)
        {
            var start = random.Next(whole.Length - 3000);
            var text = new StringBuilder(round % 4 == 0 ? Small : string.Concat(Small.AsSpan(0, random.Next(Small.Length)), whole.AsSpan(start, random.Next(3000))));
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(text.Length);
                if (random.Next(3) == 0) text.Remove(at, Math.Min(random.Next(1, 8), text.Length - at));
                else text.Insert(at, new string(Odd[random.Next(Odd.Length)], random.Next(1, 4)));
                if (text.Length == 0) text.Append('a');
            }
            var errors = Errors(text.ToString());
            Assert.True(errors == "read" || errors.StartsWith("POL-DATA-", StringComparison.Ordinal));
        }
    }
}
