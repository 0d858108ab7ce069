using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Policy.Reading;

namespace Sekisho.Policy.Lint;

/// <summary>References within the document that lead nowhere (引用の誤り): 前項, 第3条各号, 第7条から第9条まで, 上記1.1, 次の各号.</summary>
/// <remarks>
/// References into other texts (…条例第7条第1項) are left alone, and so are the provisions that hang on them by 及び, 又は or a comma.
/// Documents that number plainly call their top level 項 (１　目的 … 前３項); there a 項 is an article of the model.
/// </remarks>
internal static partial class ReferenceCheck
{
    public static void Run(LintedDocument document)
    {
        foreach (var provision in document.All) new Check(document, provision).Run();
    }

    private sealed class Check(LintedDocument document, LintedProvision here)
    {
        private readonly string text = here.Text;
        private int otherTextUntil = -1;

        public void Run()
        {
            foreach (Match m in Any().Matches(text))
            {
                if (IsOfOtherText(m))
                {
                    otherTextUntil = m.Index + m.Length;
                    continue;
                }
                if (m.Groups["article"].Success) Article(m);
                else if (m.Groups["paragraph"].Success) Paragraph(m);
                else if (m.Groups["before"].Success) Before(m);
                else if (m.Groups["above"].Success) Above(m);
                else if (m.Groups["table"].Success) Table(m);
            }
            if (Lists().Match(text) is { Success: true } list && here.Children.Count == 0 && here.Provision.Tables.Count == 0 && text.IndexOf('\n', list.Index) < 0
                && !(here.Kind == ProvisionKind.Paragraph && here.Siblings.Skip(here.Position + 1).Any(static s => s.Kind > ProvisionKind.Paragraph)))
                document.Add("POL-LINT-022", FindingSeverity.Warning, here,
                    new($"「{list.Value}」とありますが、下に並ぶものがありません。", $"“{list.Value}” announces a list, and nothing follows."),
                    new("抜けた号がないか原本を確かめるか、文を改めてください。", "See in the original whether items are missing, or reword the sentence."));
        }

        /// <summary>A law's name stands before it, or a reference into a law to which it is joined.</summary>
        private bool IsOfOtherText(Match m)
        {
            var before = text[..m.Index];
            if (m.Groups["before"].Success || m.Groups["above"].Success) return false;
            if (otherTextUntil >= 0 && Joint().IsMatch(text[otherTextUntil..m.Index])) return true;
            return LawName().IsMatch(before) && !OwnName().IsMatch(before);
        }

        private void Article(Match m)
        {
            var number = Number(m.Groups["article"].Value) is { } n ? m.Groups["branch"].Captures.Aggregate(n.ToString(System.Globalization.CultureInfo.InvariantCulture), static (all, c) => $"{all}_{Number(c.Value[1..])}") : "";
            if (!document.ByNumber.TryGetValue(number, out var target)) Broken(m.Value, "条", "article");
            else Inside(target, m);
        }

        /// <summary>第3項 by itself: of this article, or of the document where its top level is 項.</summary>
        private void Paragraph(Match m)
        {
            if (SaysSame().IsMatch(text[..m.Index])) return;
            var number = Number(m.Groups["paragraph"].Value);
            var article = here.Nearest(ProvisionKind.Article);
            if (TopLevelIsParagraphs && article is not null && !HasParagraphs(article))
            {
                if (!document.ByNumber.TryGetValue($"{number}", out var target)) Broken(m.Value, "項", "paragraph");
                else Items(target, m);
            }
            else if (article is not null) InParagraph(article, number, m);
        }

        private void Inside(LintedProvision article, Match m)
        {
            if (m.Groups["of"].Success) InParagraph(article, Number(m.Groups["of"].Value), m);
            else Items(article, m);
        }

        private void InParagraph(LintedProvision article, int? number, Match m)
        {
            var paragraphs = article.Children.Where(static c => c.Kind == ProvisionKind.Paragraph).ToList();
            if (paragraphs.Count == 0 && number == 1) Items(article, m);
            else if (paragraphs.Find(p => p.Provision.Number == $"{number}") is { } paragraph) Items(paragraph, m);
            else Broken(m.Value, "項", "paragraph");
        }

        private void Items(LintedProvision holder, Match m)
        {
            var items = holder.SelfAndBelow().Where(static p => p.Kind == ProvisionKind.Item).ToList();
            if (m.Groups["all"].Success && items.Count == 0) Broken(m.Value, "号", "items");
            else if (m.Groups["item"].Success && Number(m.Groups["item"].Value) is { } item && items.TrueForAll(i => i.Provision.Number != $"{item}")) Broken(m.Value, "号", "item");
        }

        private void Before(Match m)
        {
            var count = m.Groups["count"].Success ? Number(m.Groups["count"].Value) ?? 1 : 1;
            var next = m.Value[0] == '次';
            var article = here.Nearest(ProvisionKind.Article);
            if (article is null) return;
            switch (m.Groups["unit"].Value)
            {
                case "条":
                    var place = document.Articles.ToList().IndexOf(article);
                    if (next ? place + count >= document.Articles.Count : place < count) Broken(m.Value, "条", "article");
                    break;
                case "項":
                    var paragraph = here.Nearest(ProvisionKind.Paragraph);
                    var index = paragraph is null ? 0 : paragraph.Siblings.Where(static s => s.Kind == ProvisionKind.Paragraph).ToList().IndexOf(paragraph);
                    if (paragraph is not null ? next ? index + count < paragraph.Siblings.Count : index >= count : false) break;
                    PreviousArticleAsParagraph(m, article, count, next);
                    break;
                default:
                    var item = here.Kind >= ProvisionKind.Item ? here.Nearest(ProvisionKind.Item) : null;
                    var at = item?.Siblings.Where(static s => s.Kind == ProvisionKind.Item).ToList().IndexOf(item) ?? -1;
                    // 前号 in a paragraph's own text may mean its last item; in an item it must have one before it.
                    if (item is null ? !here.SelfAndBelow().Any(static p => p.Kind == ProvisionKind.Item) && !here.Siblings.Any(static s => s.Kind == ProvisionKind.Item || s.Children.Any(static c => c.Kind == ProvisionKind.Item)) : next ? at + count >= item.Siblings.Count : at < count)
                        Broken(m.Value, "号", "item");
                    break;
            }
        }

        private void PreviousArticleAsParagraph(Match m, LintedProvision article, int count, bool next)
        {
            var exists = next ? article.Position + count < article.Siblings.Count : article.Position >= count;
            if (TopLevelIsParagraphs && exists) return;
            if (UsesArticles || !exists)
            {
                Broken(m.Value, "項", "paragraph");
                return;
            }
            var meant = article.Siblings[next ? article.Position + count : article.Position - count];
            document.Add("POL-LINT-021", FindingSeverity.Warning, here,
                new($"「{m.Value}」とありますが、ここに項はありません。「{meant.Provision.Label}」を指すと読みました。", $"“{m.Value}” speaks of a paragraph and there is none here; it was taken to mean “{meant.Provision.Label}”."),
                new($"「{meant.Provision.Label}」と書き直してください。", $"Write “{meant.Provision.Label}” instead."));
        }

        /// <summary>上記11, 上記(1), 上記1.1</summary>
        private void Above(Match m)
        {
            var number = m.Groups["above"].Value;
            var found = number[0] == '('
                ? here.SelfAndUp().Any(p => p.Siblings.Any(s => s.Provision.Number == number.Trim('(', ')')))
                : document.ByNumber.ContainsKey(number);
            if (!found) Broken(m.Value, "番号", "provision");
        }

        private void Table(Match m)
        {
            if (document.Document.Appendices.Any(a => LintedProvision.Fold(a.Label).StartsWith(m.Groups["table"].Value, StringComparison.Ordinal))) return;
            Broken(m.Value, "別表・様式", "appendix");
        }

        private void Broken(string reference, string ja, string en) =>
            document.Add("POL-LINT-020", FindingSeverity.Error, here,
                new($"引用「{reference}」の指す{ja}がありません。", $"The reference “{reference}” leads to no {en}."),
                new("どの条項を指すのか確かめ、番号を改めてください。改正で番号が動いたときに残りやすい誤りです。", "See what it should refer to and correct the number; such references are often left behind by a revision."));

        /// <summary>１　目的, ２　定義: bare numbers, which notices (告示) call 項.</summary>
        private bool TopLevelIsParagraphs => document.Articles.All(static a => a.Provision.Label.Length > 0 && LintedProvision.Fold(a.Provision.Label).All(char.IsAsciiDigit));

        private bool UsesArticles => document.Articles.Any(static a => a.Provision.Label.Contains('条', StringComparison.Ordinal));

        private static bool HasParagraphs(LintedProvision article) => article.Children.Any(static c => c.Kind == ProvisionKind.Paragraph);

        private static int? Number(string text)
        {
            if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value)) return value;
            var at = 0;
            return Numerals.TryReadKanji(text, ref at, out value) && at == text.Length ? value : null;
        }
    }

    private static IEnumerable<LintedProvision> SelfAndUp(this LintedProvision provision)
    {
        for (var at = provision; at is not null; at = at.Parent) yield return at;
    }

    private const string N = "(?:[0-9]{1,4}|[一二三四五六七八九十百]{1,7})";

    [GeneratedRegex($"第(?<article>{N})条(?<branch>の{N})*(?:第(?<of>{N})項)?(?:第(?<item>{N})号|(?<all>各号))?"
        + $"|第(?<paragraph>{N})項(?:第(?<item>{N})号|(?<all>各号))?"
        + $"|(?<before>(?:前|次)(?<count>{N})?各?(?<unit>[条項号]))(?!目|数|機)"
        + "|(?:上記|前記)(?<above>\\([0-9]{1,3}\\)|[0-9]{1,3}(?:\\.[0-9]{1,3})*)"
        + $"|(?<table>別表第{N}|様式第{N}号)")]
    private static partial Regex Any();

    [GeneratedRegex("次の各号|次に掲げる|次のとおり")]
    private static partial Regex Lists();

    /// <summary>…法（昭和22年法律第67号）, …条例, 同法 right before a reference.</summary>
    [GeneratedRegex("(法|法律|条例|規則|規程|規定集|要綱|要領|省令|政令|施行令|訓令|告示|基準|方針|契約|協定|計画|ガイドライン)(\\([^()]*(\\([^()]*\\)[^()]*)*\\))?$")]
    private static partial Regex LawName();

    [GeneratedRegex("(この|本)(法|条例|規則|規程|要綱|要領|訓令|告示|基準|対策基準|方針|基本方針|情報セキュリティ基本方針)$")]
    private static partial Regex OwnName();

    [GeneratedRegex("^([イロハニホヘト]|ただし書|前段|後段|本文|の規定)*(、|及び|又は|並びに|若しくは|から|まで|まで及び|まで又は|・|～)?(同条|同項)?$")]
    private static partial Regex Joint();

    [GeneratedRegex("(同条|同法|同令|同条例|同規則|前条|次条)$")]
    private static partial Regex SaysSame();
}
