using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Policy.Reading;

namespace Sekisho.Policy.Lint;

/// <summary>References within the document that lead nowhere (引用の誤り): 前項, 第3条各号, 第7条から第9条まで, 上記1.1, 次の各号.</summary>
/// <remarks>
/// References into other texts (…条例第7条第1項) are left alone, and so are the provisions that hang on them by 及び, 又は or a comma.
/// Documents that number plainly call their top level 項 (１　目的 … 前３項); there a 項 is an article of the model.
/// A 附則 speaks of 本則 as it was numbered on its day: only the latest is held against 本則 as it stands, and what it says of
/// texts before their revision (改正前の第３条), in quotation marks or while amending another text (改め文) is left alone.
/// </remarks>
internal static partial class ReferenceCheck
{
    public static void Run(LintedDocument document)
    {
        foreach (var provision in document.All) new Check(document, provision, null).Run();
        foreach (var supplement in document.Supplements)
            foreach (var provision in supplement.Root.SelfAndBelow().Where(static p => !AmendingText.Read(p.Provision.Text).Any())) new Check(document, provision, supplement).Run();
    }

    /// <param name="supplement">The 附則 that it stands in; null in 本則.</param>
    private sealed class Check(LintedDocument document, LintedProvision here, LintedSupplement? supplement)
    {
        private readonly string text = supplement is null ? here.Text : Quoted().Replace(here.Text, static m => new string('■', m.Length));
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
                if (SupplementWord().Match(text[..m.Index]) is { Success: true } word && (m.Groups["article"].Success || m.Groups["paragraph"].Success)) Supplement(m, word);
                else if (supplement is not null && (!supplement.IsLatest || Earlier().IsMatch(text[..m.Index])) && SpeaksOfMainPart(m)) otherTextUntil = m.Index + m.Length;
                else if (m.Groups["article"].Success) Article(m);
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
            if (OtherSupplement().IsMatch(before)) return true;
            return LawName().IsMatch(before) && !OwnName().IsMatch(before);
        }

        /// <summary>附則第2項, 附則第3条: of the 附則 in which it stands; in 本則 of any.</summary>
        private void Supplement(Match m, Match word)
        {
            var among = supplement is not null ? [supplement] : document.Supplements;
            var paragraphs = m.Groups["paragraph"].Success;
            var number = paragraphs ? $"{Number(m.Groups["paragraph"].Value)}" : ArticleNumber(m);
            var kind = paragraphs ? ProvisionKind.Paragraph : ProvisionKind.Article;
            // Where 附則 number plainly, 1, 2 are read as the top level; people call them 項.
            var found = among.SelectMany(static s => s.Root.Children).FirstOrDefault(c => (c.Kind == kind || paragraphs && c.Kind == ProvisionKind.Article) && c.Provision.Number == number);
            if (found is not null) Inside(found, m);
            else if (!(number == "1" && among.Any(static s => s.HasUnnumberedFirst))) Broken(word.Value + m.Value, paragraphs ? "項" : "条", paragraphs ? "paragraph" : "article");
        }

        /// <summary>第3条, 別表第1, and 第3項 where 附則 has no 項 of that number.</summary>
        private static bool SpeaksOfMainPart(Match m) => m.Groups["article"].Success || m.Groups["table"].Success || m.Groups["above"].Success || m.Groups["paragraph"].Success;

        private static string ArticleNumber(Match m) => Number(m.Groups["article"].Value) is { } n
            ? m.Groups["branch"].Captures.Aggregate(n.ToString(System.Globalization.CultureInfo.InvariantCulture), static (all, c) => $"{all}_{Number(c.Value[1..])}")
            : "";

        private void Article(Match m)
        {
            var number = ArticleNumber(m);
            if (!document.ByNumber.TryGetValue(number, out var target)) Broken(m.Value, "条", "article");
            else Inside(target, m);
        }

        /// <summary>第3項 by itself: of this article, or of the document where its top level is 項.</summary>
        private void Paragraph(Match m)
        {
            if (SaysSame().IsMatch(text[..m.Index])) return;
            var number = Number(m.Groups["paragraph"].Value);
            var article = here.Nearest(ProvisionKind.Article);
            if (supplement is not null && article == supplement.Root && article.Children.Any(c => c.Provision.Number == $"{number}")) return;
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
                    var articles = supplement is null ? document.Articles : supplement.Root.SelfAndBelow().Skip(1).Where(static p => p.Kind == ProvisionKind.Article).ToList();
                    var place = articles.ToList().IndexOf(article);
                    if (place < 0 || (next ? place + count >= articles.Count : place < count)) Broken(m.Value, "条", "article");
                    break;
                case "項":
                    var paragraph = here.Nearest(ProvisionKind.Paragraph);
                    var index = paragraph is null ? 0 : paragraph.Siblings.Where(static s => s.Kind == ProvisionKind.Paragraph).ToList().IndexOf(paragraph);
                    // 附則 whose first paragraph stands without its number.
                    if (supplement is { HasUnnumberedFirst: true } && paragraph is not null && paragraph.Parent == supplement.Root) index++;
                    if (paragraph is null && next && here == supplement?.Root && here.Children.Count >= count) break;
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

    [GeneratedRegex("(?:この(?:規程|要綱|告示|訓令|規則|条例|基本方針|方針|基準)の?)?[附付]則$")]
    private static partial Regex SupplementWord();

    /// <summary>…規則の一部を改正する規則（令和３年規則第１号）附則, 同附則: of another text.</summary>
    [GeneratedRegex("(?:同|[法令例則程綱領針準示](?:\\([^()]*\\))?(?:の)?)(?<!(?:この|本)(?:規程|要綱|告示|訓令|規則|条例|基本方針|方針|基準)の?)[附付]則$")]
    private static partial Regex OtherSupplement();

    /// <summary>改正前の, 旧: the provision as it was, which may be gone.</summary>
    [GeneratedRegex("(改正前の[^、。]{0,40}|廃止前の[^、。]{0,40}|従前の|旧[^、。]{0,20})$")]
    private static partial Regex Earlier();

    [GeneratedRegex("「[^「」]*」")]
    private static partial Regex Quoted();

    [GeneratedRegex("(同条|同法|同令|同条例|同規則|前条|次条)$")]
    private static partial Regex SaysSame();
}
