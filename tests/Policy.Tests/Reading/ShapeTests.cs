using System.Globalization;
using System.Text;
using Sekisho.Policy.Reading;

namespace Sekisho.Policy.Tests.Reading;

/// <summary>Shapes that none of the five real policies has.</summary>
public sealed class ShapeTests
{
    [Fact]
    public void A_standard_of_190_articles_in_chapters_is_read_whole()
    {
        var document = Files.Read(Standard(190));
        var articles = document.All().Where(static p => p.Kind == ProvisionKind.Article).ToList();
        Assert.Equal(Enumerable.Range(1, 190).Select(static n => n.ToString(CultureInfo.InvariantCulture)), articles.Select(static a => a.Number));
        Assert.All(articles, static a => Assert.NotEmpty(a.Caption));
        Assert.Equal(19, document.Provisions.Count);
        Assert.All(document.Provisions, static c => Assert.Equal(ProvisionKind.Chapter, c.Kind));
        Assert.All(document.Provisions, static c => Assert.Equal(2, c.Children.Count));
        Assert.All(articles, static a => Assert.Equal(2, a.Children.Count));
        Assert.Equal("a42.p2.i3.s2", Files.At(document, "a42.p2.i3.s2").Id);
        Assert.Equal("42/2/3/2", Files.At(document, "a42.p2.i3.s2").Path);
        Assert.Empty(document.Findings);
    }

    [Fact]
    public void Work_grows_with_length_and_no_faster()
    {
        var small = Work(Standard(100));
        var large = Work(Standard(800));
        Assert.InRange((double)large.Lines / small.Lines, 7.0, 9.0);
        Assert.InRange((double)large.Markers / small.Markers, 7.0, 9.0);
        // The worst that a text can do: every line a number that fits nothing.
        var odd = Work(string.Concat(Enumerable.Range(0, 20_000).Select(static i => $"({i % 7 + 1}) あ\n")) + "第1条　い\n");
        Assert.InRange(odd.Markers, 1, 20_001 * 16);

        static ReadingWork Work(string text)
        {
            var work = new ReadingWork();
            PolicyText.Read(SourceText.FromPlain(text), work);
            return work;
        }
    }

    [Theory]
    [InlineData("第1条（目的）　この規程は、目的を定める。\n第2条（定義）　用語を定める。", "目的", "この規程は、目的を定める。")]
    [InlineData("第1条 （目的）\nこの規程は、目的を定める。\n第2条 （定義）\n用語を定める。", "目的", "この規程は、目的を定める。")]
    [InlineData("第1条　目的\nこの規程は、目的を定める。\n第2条　定義\n用語を定める。", "目的", "この規程は、目的を定める。")]
    [InlineData("（目的）\n第１条　この規程は、目的を定める。\n（定義）\n第２条　用語を定める。", "目的", "この規程は、目的を定める。")]
    [InlineData("(目　的)\n第1条　この規程は、目的を定める。\n(定　義)\n第2条　用語を定める。", "目的", "この規程は、目的を定める。")]
    [InlineData("１．目的\nこの規程は、目的を定める。\n２．定義\n用語を定める。", "目的", "この規程は、目的を定める。")]
    [InlineData("Ⅰ　目的\nこの規程は、目的を定める。\nⅡ　定義\n用語を定める。", "目的", "この規程は、目的を定める。")]
    [InlineData("第１　目的\n　この規程は、目的を定める。\n第２　定義\n　用語を定める。", "目的", "この規程は、目的を定める。")]
    [InlineData("一　目的\nこの規程は、目的を定める。\n二　定義\n用語を定める。", "目的", "この規程は、目的を定める。")]
    public void A_caption_is_found_wherever_it_stands(string text, string caption, string sentence)
    {
        var first = Files.Read(text).Provisions[0];
        Assert.Equal((ProvisionKind.Article, "1", caption, sentence), (first.Kind, first.Number, first.Caption, first.Text));
    }

    [Theory]
    [InlineData("2　二つめ", "2")]
    [InlineData("２　二つめ", "２")]
    [InlineData("②　二つめ", "②")]
    public void A_second_paragraph_is_known_by_its_number_alone(string line, string label)
    {
        var article = Files.Read($"第1条　一つめ。\n{line}とする。\n第2条　終わる。").Provisions[0];
        Assert.Equal([("1", "", "一つめ。"), ("2", label, "二つめとする。")], article.Children.Select(static c => (c.Number, c.Label, c.Text)));
        Assert.All(article.Children, static c => Assert.Equal(ProvisionKind.Paragraph, c.Kind));
    }

    [Fact]
    public void Branch_numbers_stand_after_their_trunk()
    {
        var document = Files.Read("第1条　一。\n第1条の2　二。\n第1条の2の2　三。\n第１条の３　四。\n第二条　五。\n2　六。\n2の2　七。\n(1)　八\n(1)の2　九\n第5条から第7条まで　削除\n第8条　終。");
        Assert.Equal(["1", "1_2", "1_2_2", "1_3", "2", "5", "8"], document.Provisions.Select(static p => p.Number));
        Assert.Equal("第5条から第7条まで", document.Provisions[5].Label);
        Assert.Equal("削除", document.Provisions[5].Text);
        Assert.Equal(["1", "2", "2_2"], document.Provisions[4].Children.Select(static p => p.Number));
        Assert.Equal(["1", "1_2"], document.Provisions[4].Children[2].Children.Select(static p => p.Number));
        Assert.Contains("\"number\": \"1_2\"", Files.Json(document), StringComparison.Ordinal);
    }

    [Fact]
    public void The_smallest_parts_keep_their_styles()
    {
        var document = Files.Read("第1条　次のとおりとする。\n一　甲\nイ　乙\n(1)　丙\n(ⅰ)　丁\n(ⅱ)　戊\n(2)　己\nロ　庚\n二　辛\n第2条　終わる。");
        Assert.Equal(["一", "イ", "(1)", "(ⅰ)", "(ⅱ)", "(2)", "ロ", "二"], document.Provisions[0].SelfAndDescendants().Skip(1).Select(static p => p.Label));
        Assert.Equal("1/1/1/1/2", document.All().Single(static p => p.Text == "戊").Path);
    }

    [Fact]
    public void A_reference_at_the_start_of_a_wrapped_line_is_no_provision()
    {
        var document = Files.Read("""
            第１条　この規程は、目的を定めるものであり、その他の事項については、
            第３条第２項及び第４条の規定を準用する。この場合において、同項中必要
            （１）から（３）までに掲げる事項については、別に定めるところによるも
            のとし、２年を超えない範囲で行うものとする。
            第２条　次の各号に掲げる事項は、情報セキュリティ責任者が定めるものと
            する。
            （１）職員が遵守すべき事項及び情報資産の管理に関し必要な事項であって
            委員会が認めるもの
            （２）その他の事項
            第３条　終わる。
            """);
        Assert.Equal(["1", "2", "3"], document.Provisions.Select(static p => p.Number));
        Assert.Equal("この規程は、目的を定めるものであり、その他の事項については、第３条第２項及び第４条の規定を準用する。この場合において、同項中必要（１）から（３）までに掲げる事項については、別に定めるところによるものとし、２年を超えない範囲で行うものとする。", document.Provisions[0].Text);
        Assert.Equal("職員が遵守すべき事項及び情報資産の管理に関し必要な事項であって委員会が認めるもの", document.Provisions[1].Children[0].Text);
    }

    [Theory]
    [InlineData("1 甲\n2 乙\n72 丙\n4 丁", "3")]
    [InlineData("1 甲\n2 乙\n2 丙\n4 丁", "3")]
    [InlineData("第1条 甲。\n第2条 乙。\n第8条 丙。\n第4条 丁。", "3")]
    public void A_number_between_two_sound_ones_is_repaired_and_reported(string text, string third)
    {
        var document = Files.Read(text);
        Assert.Equal(["1", "2", third, "4"], document.Provisions.Select(static p => p.Number));
        Assert.Single(document.Findings, static f => f.Code == "POL-READ-101");
    }

    [Fact]
    public void Letters_for_digits_are_read_only_where_the_sequence_asks_for_them()
    {
        var document = Files.Read(string.Concat(Enumerable.Range(1, 9).Select(static n => $"第{n}条 あ。\n")) + "第1O条 い。\n第l1条 う。\n第12条 え。");
        Assert.Equal(Enumerable.Range(1, 12).Select(static n => n.ToString(CultureInfo.InvariantCulture)), document.Provisions.Select(static p => p.Number));
        Assert.Equal(2, document.Findings.Count(static f => f.Code == "POL-READ-101"));
    }

    [Fact]
    public void A_gap_in_the_print_stays_a_gap()
    {
        var document = Files.Read("第1条 甲。\n第2条 乙。\n第4条 丁。\n第5条 戊。");
        Assert.Equal(["1", "2", "4", "5"], document.Provisions.Select(static p => p.Number));
        Assert.DoesNotContain(document.Findings, static f => f.Code == "POL-READ-101");
    }

    [Fact]
    public void Numbers_that_start_again_in_each_chapter_get_ids_of_their_own()
    {
        var document = Files.Read("第1章　総則\n1　目的\n定める。\n2　定義\n定める。\n第2章　対策\n1　組織\n定める。\n2　管理\n定める。");
        Assert.Equal(["c1.a1", "c1.a2", "c2.a1", "c2.a2"], document.All().Where(static p => p.Kind == ProvisionKind.Article).Select(static p => p.Id));
        Assert.Equal(["1", "2", "1", "2"], document.All().Where(static p => p.Kind == ProvisionKind.Article).Select(static p => p.Path));
    }

    [Fact]
    public void An_id_survives_a_revision_that_leaves_the_provision_in_place()
    {
        var before = Files.Read(Standard(60));
        var after = Files.Read(Standard(60).Replace("（対策42）\n第42条　市は、対策42を講じる。", "（新しい対策）\n第42条　市は、新しい対策を講じる。", StringComparison.Ordinal) + "第60条の2　加える。\n");
        var kept = before.All().Where(static p => p.Number != "42").ToDictionary(static p => p.Id, static p => p.Text);
        foreach (var (id, text) in kept.Where(static k => !k.Key.StartsWith("a42", StringComparison.Ordinal)))
            Assert.Equal(text, Files.At(after, id).Text);
        Assert.Equal("新しい対策", Files.At(after, "a42").Caption);
    }

    [Theory]
    [InlineData("附則\nこの規程は、公布の日から施行する。", "2005-04-01", "公布の日")]
    [InlineData("附　則\n　この規程は、平成17年4月1日から施行し、平成17年3月1日から適用する。", "2005-04-01", "平成17年4月1日")]
    [InlineData("付則\n1　この規程は、平成十七年十月一日から施行する。\n2　経過措置を設ける。", "2005-10-01", "平成十七年十月一日")]
    [InlineData("附　則　この規程は、平成17年５月１日から施行する。", "2005-05-01", "平成17年５月１日")]
    [InlineData("附則\n第1条　この規程は、令和元年5月1日から施行する。\n第2条　省略する。", "2019-05-01", "令和元年5月1日")]
    [InlineData("附則\nこの規程は、公布の日の翌日から施行する。", "2005-04-02", "公布の日の翌日")]
    [InlineData("附則\nこの規程は、公布の日から起算して６月を超えない範囲内において市長が定める日から施行する。", null, "公布の日から起算して６月を超えない範囲内において市長が定める日")]
    public void The_effective_date_is_found(string supplementary, string? date, string written)
    {
        var read = Assert.Single(Files.Read($"○試験規程\n平成17年4月1日\n訓令第5号\n第1条　甲。\n第2条　乙。\n{supplementary}\n").Supplementary);
        Assert.Equal(date, read.Effective?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Assert.Equal(written, read.EffectiveText);
    }

    [Fact]
    public void Provisions_that_run_together_on_one_line_are_read_apart()
    {
        var document = Files.Read("○試験規程（平成30年12月28日訓令第11号）\n( 目的 ) 第 1 条この規程は、目的を定める。 (定義) 第2条 用語は、次のとおりとする。 (1) 情報資産とは、情報をいう。\n(2) 職員とは、市の職員をいう。\n第3条 終わる。 第4条 本当に終わる。");
        Assert.Equal(("試験規程", new Enactment(new(2018, 12, 28), "訓令第11号")), (document.Title, document.Enacted));
        Assert.Equal([("1", "目的"), ("2", "定義"), ("3", ""), ("4", "")], document.Provisions.Select(static p => (p.Number, p.Caption)));
        Assert.Equal(["情報資産", "職員"], document.Provisions[1].Children.Select(static p => p.Caption));
        Assert.Equal(3, document.Findings.Count(static f => f.Code == "POL-READ-105"));
    }

    [Fact]
    public void A_heading_that_only_its_parts_follow_is_a_caption()
    {
        var document = Files.Read("""
            第２章　対策基準
            １　組織体制
            （１）最高情報セキュリティ責任者（ＣＩＳＯ：Chief Information Security Officer、以下「ＣＩＳＯ」という。）
            ①　副市長を、ＣＩＳＯとする。
            ②　ＣＩＳＯは、次の権限を有する。
            （ア）開発の権限
            （イ）運用の権限
            （２）委員会
            ①　委員会を置く。
            ２　管理
            管理する。
            """);
        Assert.Equal(["最高情報セキュリティ責任者（ＣＩＳＯ：Chief Information Security Officer、以下「ＣＩＳＯ」という。）", "委員会"], Files.At(document, "a1").Children.Select(static p => p.Caption));
        Assert.Equal(["開発の権限", "運用の権限"], Files.At(document, "a1.i1.s2").Children.Select(static p => p.Text));
    }

    [Fact]
    public void Numbered_entries_after_a_leading_sentence_are_items()
    {
        var document = Files.Read("第1条（定義）\n用語の定義は、次の通りとする。\n1. 情報とは、電磁的記録をいう。\n2. 端末とは、機器をいう。\n第2条（組織）\n1. 委員会を置く。\n2. 委員長を置く。");
        Assert.All(document.Provisions[0].Children, static c => Assert.Equal(ProvisionKind.Item, c.Kind));
        Assert.All(document.Provisions[1].Children, static c => Assert.Equal(ProvisionKind.Paragraph, c.Kind));
    }

    [Fact]
    public void Groups_of_dotted_numbers_need_no_heading_of_their_own()
    {
        var document = Files.Read("1.1 目的\n定める。\n1.2 定義\n定める。\n2.1 組織\n定める。\n2.2 管理\n定める。");
        Assert.Equal(["1.1", "1.2", "2.1", "2.2"], document.Provisions.Select(static p => p.Label));
        Assert.Equal(4, document.Provisions.Select(static p => p.Id).Distinct().Count());
    }

    [Fact]
    public void A_list_in_the_style_of_the_articles_stays_inside_its_article()
    {
        var document = Files.Read("1. 目的\n定める。\n2. 適用\n適用する。\n3. 定義\n次の各号に定める。\n1. 情報とは、甲をいう。\n2. 端末とは、乙をいう。\n3. 職員とは、丙をいう。\n4. 回線とは、丁をいう。\n5. 媒体とは、戊をいう。\n4. 体制\n置く。\n5. 対策\n講じる。");
        Assert.Equal(["目的", "適用", "定義", "体制", "対策"], document.Provisions.Select(static p => p.Caption));
        Assert.Equal(["情報", "端末", "職員", "回線", "媒体"], document.Provisions[2].Children.Select(static p => p.Caption));
    }

    [Fact]
    public void Numbers_that_a_pdf_set_on_lines_of_their_own_are_joined_to_their_text()
    {
        var document = Files.Read("香川野市情報セキュリティ基本方針\n1\n目的\nこの基本方針は、市が保有する情報資産に関する情報セキュリティを確保するため、本市が実\n施する情報セキュリティ対策について基本的な事項を定めることを目的とする。\n2\n定義\n(1)\n実施機関\n市長(水道事業管理者の権限を行う市長を含む。以下同じ。)、教育委員会、選挙管理委員会、\n監査委員会、農業委員会及び議会をいう。\n(2)\nネットワーク\nコンピュータ等を相互に接続するための通信網、その構成機器(ハードウェア及びソフトウ\nェア)をいう。\n3\n義務\n本市が所掌する情報を守る。\n");
        Assert.Equal(["目的", "定義", "義務"], document.Provisions.Select(static p => p.Caption));
        Assert.Equal(["実施機関", "ネットワーク"], document.Provisions[1].Children.Select(static p => p.Caption));
        Assert.EndsWith("(ハードウェア及びソフトウェア)をいう。", document.Provisions[1].Children[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Definitions_in_a_table_are_items_and_a_page_around_the_text_is_left_out()
    {
        var html = "<html><body><p>現在位置</p><h1>紫野市情報セキュリティ基本方針</h1><p>ページ番号 1009</p><h2>紫野市情報セキュリティ基本方針</h2><p>平成16年3月30日 制定</p><p>平成20年4月1日 改正</p><p>(定義)</p><p>第1条 用語の意義は、次の表のとおりとする。</p><table><tr><td>(1)実施機関</td><td>市長及び議会をいう。</td></tr><tr><td>(2)情報資産</td><td>次に定めるものをいう。<br>ア 文書<br>イ 端末</td></tr></table><p>(体制)</p><p>第2条 体制を置く。</p></body></html>";
        var document = await Files.ReadAsync(Encoding.UTF8.GetBytes(html));
        Assert.Equal("紫野市情報セキュリティ基本方針", document.Title);
        Assert.Equal("", document.Preamble);
        Assert.Equal(new Enactment(new(2004, 3, 30), ""), document.Enacted);
        Assert.Equal([new Enactment(new(2008, 4, 1), "")], document.Amendments);
        Assert.Equal([("実施機関", "市長及び議会をいう。"), ("情報資産", "次に定めるものをいう。")], document.Provisions[0].Children.Select(static p => (p.Caption, p.Text)));
        Assert.Equal(2, document.Provisions[0].Children[1].Children.Count);
    }

    [Fact]
    public async Task A_number_a_term_and_its_meaning_in_three_cells_are_one_item_and_a_break_after_a_comma_is_healed()
    {
        var html = "<html><body><p>○三笠野市情報セキュリティ規程</p><p>第１条　この規程は、<br>目的を定める。</p><p>第２条　用語は、次のとおりとする。</p><table><tr><td>(1)</td><td>実施機関</td><td>市長及び議会をいう。</td></tr><tr><td>(2)</td><td>職員</td><td>市の職員を広くいう。</td></tr></table></body></html>";
        var document = await Files.ReadAsync(System.Text.CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes(html));
        Assert.Equal("この規程は、目的を定める。", document.Provisions[0].Text);
        Assert.Equal([("(1)", "実施機関", "市長及び議会をいう。"), ("(2)", "職員", "市の職員を広くいう。")], document.Provisions[1].Children.Select(static p => (p.Label, p.Caption, p.Text)));
    }

    [Fact]
    public void What_divides_a_heading_from_its_sentence_stands_outside_brackets()
    {
        var items = Files.Read("1 体制\n(1) 最高責任者(CISO:Chief Officer,以下「CISO」という。)\n① 副市長とする。\n(2) 委員会\n① 委員会を置く。\n2 終わり\n終わる。").Provisions[0].Children;
        Assert.Equal(["最高責任者(CISO:Chief Officer,以下「CISO」という。)", "委員会"], items.Select(static p => p.Caption));
    }

    [Fact]
    public void Running_heads_and_page_numbers_of_a_pdf_are_left_out()
    {
        var pages = new StringBuilder("○○市情報セキュリティ規程\n\n第1条　この規程は、目的を定める。\n");
        for (var page = 2; page <= 6; page++)
            pages.Append(CultureInfo.InvariantCulture, $"\n{page - 1}\n\f○○市情報セキュリティ規程\n第{page}条　あ\nいうえお。\n");
        var document = Files.Read(pages.ToString());
        Assert.Equal(6, document.Provisions.Count);
        Assert.All(document.All(), static p => Assert.DoesNotContain("規程\n", p.Text + "\n" == p.Text ? "" : p.Text.Replace("この規程", "", StringComparison.Ordinal), StringComparison.Ordinal));
        Assert.Single(document.Findings, static f => f.Code == "POL-READ-106");
    }

    internal static string Standard(int articles)
    {
        var text = new StringBuilder("○試験市情報セキュリティ対策基準\n\n令和5年3月31日\n訓令第9号\n\n目次\n");
        for (var chapter = 0; chapter < articles / 10; chapter++)
            text.Append(CultureInfo.InvariantCulture, $"第{chapter + 1}章　対策（第{chapter * 10 + 1}条―第{chapter * 10 + 10}条）\n");
        text.Append("附則\n\n");
        for (var article = 1; article <= articles; article++)
        {
            if (article % 10 == 1)
                text.Append(CultureInfo.InvariantCulture, $"第{article / 10 + 1}章　対策\n");
            if (article % 5 == 1)
                text.Append(CultureInfo.InvariantCulture, $"第{article % 10 / 5 + 1}節　節の名\n");
            text.Append(CultureInfo.InvariantCulture, $"（対策{article}）\n第{article}条　市は、対策{article}を講じる。\n２　前項の対策は、次に掲げるものとする。\n(1)　監視を行うこと。\n(2)　記録を残すこと。\n(3)　次に掲げる訓練を行うこと。\nア　年度当初の訓練\nイ　随時の訓練\n");
        }
        return text.Append("附　則\nこの訓令は、令和5年4月1日から施行する。\n").ToString();
    }
}
