using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;

namespace Sekisho.Ledger.Tests;

public class LedgerEntryTests
{
    private static readonly DateTimeOffset Moment = new(2026, 4, 1, 9, 30, 15, 123, TimeSpan.FromHours(9));

    [Fact]
    public void An_entry_has_one_spelling_in_bytes()
    {
        var entry = LedgerEntry.Of(Moment, "tie.confirmed", "account:7", "provision:12/5/1", new { reason = "確認", confidence = 0.85m, ok = true });
        Assert.Equal(
            """{"actor":"account:7","at":"2026-04-01T00:30:15.123000Z","body":{"confidence":0.85,"ok":true,"reason":"確認"},"kind":"tie.confirmed","subject":"provision:12/5/1","v":1}""",
            Encoding.UTF8.GetString(entry.ToBytes()));
    }

    [Fact]
    public void An_entry_comes_back_from_its_bytes()
    {
        var bytes = LedgerEntry.Of(Moment, "evidence.recorded", "system:zones", "", new[] { 1, 2 }).ToBytes();
        Assert.True(LedgerEntry.TryRead(bytes, out var read));
        Assert.Equal(Moment, read.At);
        Assert.Equal(bytes, read.ToBytes());
        Assert.True(LedgerEntry.TryRead(new LedgerEntry(Moment, "k", "a", "s", default).ToBytes(), out _));
    }

    [Fact]
    public void Another_spelling_of_the_same_entry_is_not_an_entry()
    {
        var text = Encoding.UTF8.GetString(LedgerEntry.Of(Moment, "k", "a", "s", 1).ToBytes());
        foreach (var other in new[] { text + " ", text.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal), text.Replace("\"v\":1", "\"v\":1.0", StringComparison.Ordinal), text.Replace("\"a\"", "\"\\u0061\"", StringComparison.Ordinal), "{" + text, "null", "", "{}" })
            Assert.False(LedgerEntry.TryRead(Encoding.UTF8.GetBytes(other), out _), other);
    }

    [Fact]
    public void Too_long_an_entry_is_refused()
    {
        Assert.Equal(65535, LedgerEntry.Of(Moment, "k", "a", "s", new string('x', 65535 - LedgerEntry.Of(Moment, "k", "a", "s", "").ToBytes().Length)).ToBytes().Length);
        Assert.Throws<EntryTooLongException>(() => LedgerEntry.Of(Moment, "k", "a", "s", new string('x', 65535)).ToBytes());
    }

    [Theory]
    [InlineData("k", "s")]
    [InlineData("tie.confirmed", "条項:12/5/1")]
    [InlineData("a\"b", "\\\n\u0001")]
    [InlineData("", "")]
    public void Kind_and_subject_are_told_from_the_bytes(string kind, string subject)
    {
        var data = LedgerEntry.Of(Moment, kind, "a", subject, 1).ToBytes();
        byte[] k = Encoding.UTF8.GetBytes(kind), s = Encoding.UTF8.GetBytes(subject);
        Assert.True(LedgerEntry.AreLabelsOf(data, k, s));
        Assert.False(LedgerEntry.AreLabelsOf(data, [.. k, 65], s));
        Assert.False(LedgerEntry.AreLabelsOf(data, k, [65, .. s]));
        Assert.False(LedgerEntry.AreLabelsOf(data.AsSpan(..^1), k, s));
        Assert.False(LedgerEntry.AreLabelsOf([], k, s));
    }

    [Theory]
    // RFC 8785 appendix B and §3.2.3, as far as a ledger keeps such numbers.
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("1.50", "1.5")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("1E30", "1e+30")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    [InlineData("1e21", "1e+21")]
    [InlineData("100000000000000000000", "100000000000000000000")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("-12.5e1", "-125")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("5e-324", "5e-324")]
    public void Numbers_are_spelled_as_ECMAScript_does(string literal, string canonical)
    {
        if (literal == "333333333.33333329")
        {
            // RFC 8785 rounds this; a ledger refuses to.
            Assert.Throws<ArgumentException>(() => Canonical(literal));
            Assert.Equal(canonical, Canonical(canonical));
            return;
        }
        Assert.Equal(canonical, Canonical(literal));
    }

    [Theory]
    [InlineData("9007199254740993")]
    [InlineData("1e400")]
    [InlineData("1e99999999999")]
    [InlineData("0.1000000000000000055511151231257827")]
    [InlineData("1e-400")]
    public void A_number_that_would_be_rounded_is_refused(string literal) => Assert.Throws<ArgumentException>(() => Canonical(literal));

    [Fact]
    public void Names_are_in_UTF16_order_and_text_is_escaped_only_where_it_must_be()
    {
        // The example of RFC 8785 §3.2.3: order by UTF-16 units, so the emoji (a surrogate) comes before U+FB33.
        Assert.Equal("{\"\\r\":1,\"1\":2,\"\u0080\":3,\"ö\":4,\"€\":5,\"😀\":6,\"\uFB33\":7}",
            Canonical("""{"\u20ac":5,"\r":1,"\ufb33":7,"1":2,"\ud83d\ude00":6,"\u0080":3,"\u00f6":4}"""));
        Assert.Equal("\"\\u000f\\n</script>\\\"\\\\/😀\u2028\u007f\"", Canonical("\"\\u000F\\n</script>\\\"\\\\\\/\\ud83d\\ude00\\u2028\\u007f\""));
        Assert.Throws<ArgumentException>(() => Canonical("""{"a":1,"\u0061":2}"""));
    }

    [Fact]
    public void The_canonical_form_of_the_canonical_form_is_itself() =>
        Prop.ForAll<string, double, int>((text, real, whole) =>
        {
            if (!double.IsFinite(real) || text is null || text.Any(char.IsSurrogate)) return true;
            var once = Canonical(JsonSerializer.Serialize(new { text, real, whole, nested = new object[] { text, real } }));
            return once == Canonical(once) && JsonSerializer.Deserialize<JsonElement>(once).GetProperty("real").GetDouble() == real;
        }).QuickCheckThrowOnFailure();

    private static string Canonical(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Encoding.UTF8.GetString(CanonicalJson.Write(document.RootElement));
    }
}
