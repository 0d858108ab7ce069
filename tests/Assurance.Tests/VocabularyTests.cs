using System.Reflection;
using System.Security.Cryptography;
using Sekisho.Assurance;

namespace Sekisho.Assurance.Tests;

public class VocabularyTests
{
    [Theory]
    [InlineData("violations = 0", true)]
    [InlineData("violations = 0 and flows >= 1", true)]
    [InlineData("reviewed < flows", true)]
    [InlineData("reviewed = flows", false)]
    [InlineData("violations != 0 and unknown = 1", false)]
    [InlineData("unknown = 1", null)]
    [InlineData("violations = 0 and unknown = 1", null)]
    public void A_condition_is_true_false_or_unknown(string text, bool? expected)
    {
        var facts = new Dictionary<string, decimal> { ["violations"] = 0, ["flows"] = 4, ["reviewed"] = 3 };

        Assert.Equal(expected, Condition.Parse(text).Holds(facts));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("violations")]
    [InlineData("violations == 0")]
    [InlineData("violations = 0 or flows = 1")]
    [InlineData("violations = 0 and")]
    [InlineData("1; drop = 0")]
    public void What_is_not_a_condition_is_refused_with_a_reason(string? text)
    {
        Assert.False(Condition.TryParse(text, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void A_digest_survives_its_text()
    {
        var digest = Sha256.Of("関所"u8);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("関所"u8)), digest.ToString());
        Assert.True(Sha256.TryParse(digest.ToString(), out var again));
        Assert.Equal(digest, again);
        Assert.False(Sha256.TryParse(digest.ToString()[1..] + "g", out _));
        Assert.False(Sha256.TryParse("", out _));
    }

    [Theory]
    [InlineData("2026-11-21T05:05:00Z", "令和8年11月21日(土) 14:05", "2026-11-21 (Sat) 14:05")]
    [InlineData("2019-04-30T14:59:00Z", "平成31年4月30日(火) 23:59", "2019-04-30 (Tue) 23:59")]
    [InlineData("2019-04-30T15:00:00Z", "令和元年5月1日(水) 00:00", "2019-05-01 (Wed) 00:00")]
    public void A_moment_is_written_as_offices_write_it(string utc, string ja, string en)
    {
        Assert.Equal(new Bilingual(ja, en), JapaneseTime.Moment(DateTimeOffset.Parse(utc)));
    }

    [Fact]
    public void Every_case_of_a_closed_set_is_nested_in_it()
    {
        var cases = typeof(Verdict).Assembly.GetTypes().Where(t => t.BaseType == typeof(Verdict)).ToArray();

        Assert.Equal(Enum.GetValues<VerdictKind>().Length, cases.Length);
        Assert.All(cases, c => Assert.Equal(typeof(Verdict), c.DeclaringType));
        Assert.All(typeof(Verdict).GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic), c => Assert.True(c.IsPrivate || c.IsFamily && c.GetParameters().Length == 1));
    }
}
