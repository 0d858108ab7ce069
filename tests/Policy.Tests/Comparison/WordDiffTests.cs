using FsCheck;
using FsCheck.Fluent;
using Sekisho.Policy.Comparison;

namespace Sekisho.Policy.Tests.Comparison;

public class WordDiffTests
{
    private static string Show(string old, string @new)
    {
        var (before, after) = WordDiff.Compare(old, @new);
        return $"{Mark(before)} → {Mark(after)}";

        static string Mark(IEnumerable<Piece> pieces) => string.Concat(pieces.Select(static p => p.Changed ? $"[{p.Text}]" : p.Text));
    }

    [Theory]
    [InlineData("対策を講じる。", "対策を講ずる。", "対策を[講じる]。 → 対策を[講ずる]。")]
    [InlineData("令和7年4月1日から施行する。", "令和８年４月１日から施行する。", "令和[7]年4月1日から施行する。 → 令和[８]年４月１日から施行する。")]
    [InlineData("区長、教育委員会及び議会とする。", "区長、教育委員会、監査委員及び議会とする。", "区長、教育委員会及び議会とする。 → 区長、教育委員会[、監査委員]及び議会とする。")]
    [InlineData("LGWAN 接続系においては", "ＬＧＷＡＮ接続系においては", "LGWAN 接続系においては → ＬＧＷＡＮ接続系においては")]
    [InlineData("90日", "120日", "[90]日 → [120]日")]
    [InlineData("毎年度監査を行う。", "委託事業者は、契約書に定める。", "[毎年度監査を行う。] → [委託事業者は、契約書に定める。]")]
    [InlineData("", "新しい文。", " → [新しい文。]")]
    [InlineData("職員、非常勤職員及び臨時職員等は", "職員及び会計年度任用職員等は", "職員[、非常勤職員]及び[臨時職員等]は → 職員及び[会計年度任用職員等]は")]
    public void Words_are_marked_whole(string old, string @new, string expected) => Assert.Equal(expected, Show(old, @new));

    [Fact]
    public void No_mark_is_a_single_kana_amid_kept_text()
    {
        var old = "インターネット接続系においては、自治体情報セキュリティクラウドの利用を実施する。";
        var @new = "インターネット接続系においては、都道府県のインターネットとの通信を集約した上で、自治体情報セキュリティクラウドの導入等を実施する。";
        var (before, after) = WordDiff.Compare(old, @new);
        Assert.DoesNotContain(before.Concat(after), static p => p.Changed && p.Text.Length == 1);
        Assert.Equal("[利用]", string.Concat(before.Where(static p => p.Changed).Select(static p => $"[{p.Text}]")));
    }

    private static readonly Gen<string> Texts = Gen.Elements(
            "情報資産", "情報", "システム", "を", "は", "、", "。", "及び", "又は", "対策", "講じる", "講ずる", "12", "７", "\n", " ", "LGWAN", "職員等", "𠮷田", "(1)", "・")
        .ListOf(24).SelectMany(static l => Gen.Choose(0, l.Count).Select(n => string.Concat(l.Take(n))));

    [Fact]
    public void Both_sides_keep_their_text_and_agree_outside_the_marks() =>
        Prop.ForAll(Texts.ToArbitrary(), Texts.ToArbitrary(), static (old, @new) =>
        {
            var (before, after) = WordDiff.Compare(old, @new);
            return All(before) == old && All(after) == @new && Kept(before) == Kept(after);

            static string All(IEnumerable<Piece> pieces) => string.Concat(pieces.Select(static p => p.Text));
            static string Kept(IEnumerable<Piece> pieces) => WordDiff.Fold(string.Concat(pieces.Where(static p => !p.Changed).Select(static p => p.Text)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_text_doesn_t_differ_from_itself() =>
        Prop.ForAll(Texts.ToArbitrary(), static text => WordDiff.Compare(text, text).New.All(static p => !p.Changed)).Check(Config.QuickThrowOnFailure);

    /// <summary>The second engine: every subsequence by recursion, no table, no trimming of ends.</summary>
    [Fact]
    public void The_alignment_is_the_heaviest_that_exists() =>
        Prop.ForAll(Texts.ToArbitrary(), Texts.ToArbitrary(), static (old, @new) =>
        {
            var (a, b) = (WordDiff.Tokenise(old)[..Math.Min(9, WordDiff.Tokenise(old).Length)], WordDiff.Tokenise(@new)[..Math.Min(9, WordDiff.Tokenise(@new).Length)]);
            var (inA, inB) = WordDiff.Align(a, b);
            var weight = a.Where((_, i) => inA[i]).Sum(WordDiff.Weight);
            var sameTokens = a.Where((_, i) => inA[i]).Select(static t => t.Compared).SequenceEqual(b.Where((_, i) => inB[i]).Select(static t => t.Compared));
            return sameTokens && weight == Heaviest(a, 0, b, 0);

            static int Heaviest(WordDiff.Token[] a, int i, WordDiff.Token[] b, int j)
            {
                if (i == a.Length || j == b.Length) return 0;
                var best = Math.Max(Heaviest(a, i + 1, b, j), Heaviest(a, i, b, j + 1));
                return a[i].Compared == b[j].Compared ? Math.Max(best, WordDiff.Weight(a[i]) + Heaviest(a, i + 1, b, j + 1)) : best;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));
}
