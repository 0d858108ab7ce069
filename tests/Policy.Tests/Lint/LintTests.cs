using Sekisho.Policy.Lint;

namespace Sekisho.Policy.Tests.Lint;

public class LintTests
{
    private static readonly DateOnly Today = new(2026, 11, 21);

    /// <summary>What the other checks say of a short text (a missing model article, law) is not of interest here.</summary>
    private static string[] Check(PolicyDocument document, params string[] codes) =>
        [.. PolicyLint.Check(document, NationalModel.Load(), Today).Where(f => codes.Contains(f.Code)).Select(static f => $"{f.Code} {f.Where}: {f.Message.Ja}")];

    [Fact]
    public void Skipped_and_repeated_numbers_are_found()
    {
        var findings = Check(Written.Policy("""
            条1 (目的) 目的を定める。
            条2 (定義) 定義を定める。
            条2_2 (枝番) 枝番も続きである。
            条4 (適用範囲) 範囲を定める。
              号1 市長
              号3 議会
            条4 (監査) 監査を行う。
            """), "POL-LINT-001", "POL-LINT-002");
        Assert.Equal(
            [
                "POL-LINT-001 第4条: 番号が飛んでいます（「第2_2条」の次が「第4条」です）。",
                "POL-LINT-002 第4条: 番号「第4条」が二度あります。",
                "POL-LINT-001 第4条(3): 番号が飛んでいます（「(1)」の次が「(3)」です）。",
            ], findings);
    }

    [Fact]
    public void Numbers_may_start_again_in_another_chapter() => Assert.Empty(Check(Written.Policy("""
        章1 (総則)
          条1 (目的) 目的を定める。
          条2 (定義) 定義を定める。
        章2 (対策)
          条1 (物理) 対策を講じる。
          条2 (人的) 対策を講じる。
        """), "POL-LINT-001", "POL-LINT-002"));

    [Fact]
    public void The_contents_page_is_held_against_the_body()
    {
        var findings = Check(Written.Policy("""
            条1 (目的) 目的を定める。
            条2 (定義) 定義を定める。
            条3 (監査) 監査を行う。
            """, contents: [new("第１条", "1", "目　的"), new("第２条", "2", "用語"), new("第４条", "4", "委任"), new("附則", "", "")]), "POL-LINT-010", "POL-LINT-011", "POL-LINT-012");
        Assert.Equal(
            [
                "POL-LINT-010 第2条: 目次の見出し「用語」と、本文の見出し「定義」が違います。",
                "POL-LINT-011 目次 第４条: 目次にある「第４条 委任」が本文にありません。",
                "POL-LINT-012 第3条: 本文の「第3条 監査」が目次にありません。",
            ], findings);
    }

    [Theory]
    // 条 with 項 and 号
    [InlineData("第2条の規定による。", null)]
    [InlineData("第９条の規定による。", "第9条")]
    [InlineData("第二条第三項の規定による。", "第二条第三項")]
    [InlineData("第2条第2項第1号の規定による。", null)]
    [InlineData("第2条第2項各号の規定による。", null)]
    [InlineData("第2条第1項各号の規定による。", "第2条第1項各号")]
    [InlineData("第2条第2項第3号の規定による。", "第2条第2項第3号")]
    [InlineData("第1条から第3条までの規定による。", null)]
    [InlineData("第3条から第5条までの規定による。", "第5条")]
    [InlineData("前条の規定による。", null)]
    [InlineData("前３条の規定による。", "前3条")]
    [InlineData("前項の規定による。", "前項")]
    [InlineData("次条の規定による。", "次条")]
    [InlineData("第2条の3の規定による。", "第2条の3")]
    [InlineData("別表第1に掲げる。", "別表第1")]
    // other texts
    [InlineData("地方自治法（昭和22年法律第67号）第244条の6第1項の規定による。", null)]
    [InlineData("情報公開条例（平成12年条例第58号）第7条第1項第3号イ及び第9条第2項の規定による。", null)]
    [InlineData("同法第99条第8項の規定による。", null)]
    [InlineData("この規程第99条の規定による。", "第99条")]
    [InlineData("前項目の件数、条項、前号機については、この限りでない。", null)]
    public void References_are_followed(string text, string? broken)
    {
        var findings = Check(Written.Policy($"""
            条1 (目的) 目的を定める。
            条2 (定義)
              項1 定義を定める。
              項2 次の各号とする。
                号1 一
                号2 二
            条3 (引用) {text}
            """), "POL-LINT-020", "POL-LINT-021", "POL-LINT-022");
        Assert.Equal(broken is null ? [] : [$"引用「{broken}」"], findings.Select(static f => f[(f.IndexOf(": ", StringComparison.Ordinal) + 2)..(f.IndexOf('」', StringComparison.Ordinal) + 1)]));
    }

    [Fact]
    public void A_list_that_is_announced_must_follow() => Assert.Equal(
        ["POL-LINT-022 第1条: 「次の各号」とありますが、下に並ぶものがありません。"],
        Check(Written.Policy("条1 (定義) 用語の意義は、次の各号に定める。"), "POL-LINT-022"));

    [Fact]
    public void Plain_numbers_are_paragraphs_in_a_notice()
    {
        var notice = """
            条1:１ (目的) 目的を定める。
            条2:２ (脅威) 次の脅威を想定する。
              号1 侵入
            条3:３ (対策) 第２項各号の脅威について、前２項の対策を行う。
            """;
        Assert.Empty(Check(Written.Policy(notice), "POL-LINT-020", "POL-LINT-021"));
        Assert.Equal(["POL-LINT-020 ３: 引用「第9項」の指す項がありません。"], Check(Written.Policy(notice.Replace("第２項各号", "第９項", StringComparison.Ordinal)), "POL-LINT-020", "POL-LINT-021"));
    }

    [Fact]
    public void Terms_are_defined_and_used()
    {
        var findings = Check(Written.Policy("""
            条1 (目的) 試験市（以下「市」という。）が無害化通信を行うことを目的とする。
            条2 (定義) 用語の意義は、次のとおりとする。
              号1 (機密性) 守ることをいう。
              号2 (通信経路の分割) 分けることをいう。
              号3 (LGWAN 接続系（LGWAN系）) 系をいう。
              号4 (機器等) 機器をいう。
              号5 (機密性) また守ることをいう。
            条3 (対策) 市は、機密性を守り、ＬＧＷＡＮ系の通信経路を分割する。監査人（以下「監査人等」という。）を置く。
            """), "POL-LINT-030", "POL-LINT-031", "POL-LINT-032");
        Assert.Equal(
            [
                "POL-LINT-032 第2条(5): 「機密性」が二度定義されています（第2条(1)、第2条(5)）。",
                "POL-LINT-031 第2条(4): 「機器等」は定義されていますが、どこにも使われていません。",
                "POL-LINT-031 第3条: 「監査人等」は定義されていますが、どこにも使われていません。",
                "POL-LINT-030 第1条: 「無害化通信」が使われていますが、定義されていません。",
            ], findings);
    }

    [Fact]
    public void One_thing_is_spelled_in_one_way()
    {
        var findings = Check(Written.Policy("""
            条1 (強靱性) 情報処理システムの強靱性を高め、サーバーを守る。
            条2 (強靭性) 情報処理システムの強靭性及びサーバーの性能。強靱であること。
              号1:（１） 一
              号2:(２) 二
              号3:（３） 三
            """), "POL-LINT-040", "POL-LINT-041");
        Assert.Equal(
            [
                "POL-LINT-041 第2条: 番号の括弧に全角と半角が混ざっています（(２)）。",
                "POL-LINT-040 第2条: 同じものが違う書き方になっています（「強靱」3か所、「強靭」2か所）。",
            ], findings);
    }

    [Fact]
    public void Every_act_has_its_day_of_effect()
    {
        static SupplementaryProvision From(int year, int month, int day) => new("附則", new DateOnly(year, month, day), "", "この規程は施行する。", [], []);
        var policy = Written.Policy("条1 (目的) 目的を定める。",
            amendments: [new(new(2022, 9, 1), "第10号"), new(new(2023, 4, 1), "第20号")],
            supplementary: [From(2020, 4, 1), From(2023, 4, 1)]) with { Enacted = new(new(2020, 3, 1), "第1号") };
        Assert.Equal(["POL-LINT-050 附則: 令和4年9月1日の改正（第10号）に対応する施行期日が附則にありません。"], Check(policy, "POL-LINT-050"));
        Assert.Empty(Check(policy with { Supplementary = [.. policy.Supplementary, From(2022, 10, 1)] }, "POL-LINT-050"));
    }

    /// <summary>A rule with 条 and 項 and the 附則 as written, read as a file is.</summary>
    private static string[] OfSupplements(string supplements, params string[] codes)
    {
        var text = $"""
            試験市情報セキュリティ規程
            令和2年3月1日訓令第1号
            （目的）
            第1条　この規程は、情報資産を守ることを目的とする。
            （定義）
            第2条　用語の意義は、次のとおりとする。
            (1)　機密性　守ることをいう。
            (2)　完全性　欠けないことをいう。
            （監査）
            第3条　機密性及び完全性について監査を行う。
            2　前項の監査は、毎年度行う。

            {supplements}
            """;
        var policy = PolicyReader.ReadAsync(System.Text.Encoding.UTF8.GetBytes(text), "規程.txt", CancellationToken.None).GetAwaiter().GetResult() is PolicyReading.Read read
            ? read.Document : throw new InvalidOperationException("not read");
        return Check(policy, codes.Length > 0 ? codes : ["POL-LINT-001", "POL-LINT-002", "POL-LINT-020", "POL-LINT-021", "POL-LINT-022", "POL-LINT-050", "POL-LINT-051", "POL-LINT-052"]);
    }

    [Theory]
    [InlineData("附　則\nこの規程は、令和2年4月1日から施行する。")]
    // the first paragraph without its number, as offices write it
    [InlineData("附　則\nこの規程は、令和2年4月1日から施行する。\n2　前項の規定にかかわらず、第3条第2項の規定は、令和3年4月1日から施行する。\n3　附則第1項の日前にした監査については、附則前項の例による。")]
    [InlineData("附　則\n（施行期日）\n1　この規程は、令和2年4月1日から施行する。\n（経過措置）\n2　前項の日前に定めた第2条第1号の区分は、同号の区分とみなす。\n3　第2項の規定は、次の各号に掲げるものに適用しない。\n(1)　第3条に定めるもの以外のもの\n(2)　前号に準ずるもの")]
    [InlineData("附　則\n（施行期日）\n第1条　この規程は、令和2年4月1日から施行する。\n（経過措置）\n第2条　前条の日前に行った第3条第1項の監査については、附則第1条の日に行ったものとみなす。")]
    // an earlier 附則 speaks of the provisions of its day; a later one of those before the revision
    [InlineData("附　則\nこの規程は、令和2年4月1日から施行する。ただし、第8条の規定は、公布の日から施行する。\n附　則（令和3年3月1日訓令第2号）\n1　この規程は、令和3年4月1日から施行する。\n2　改正前の第9条第2項の規定による承認は、改正後の第3条の規定による監査とみなす。")]
    // while another text is amended
    [InlineData("附　則\n（施行期日）\n1　この規程は、令和2年4月1日から施行する。\n（試験市文書取扱規程の一部改正）\n2　試験市文書取扱規程（平成10年訓令第9号）の一部を次のように改正する。\n3　第12条中「第8条」を「第9条」に改め、第13条を第14条とする。")]
    [InlineData("附　則\n1　この規程は、令和2年4月1日から施行する。\n2　試験市文書取扱規程の一部を改正する訓令（平成30年訓令第3号）附則第9項の規定は、なおその効力を有する。")]
    public void Sound_supplements_are_left_alone(string supplements) => Assert.Empty(OfSupplements(supplements));

    [Theory]
    [InlineData("附　則\nこの規程は、令和2年4月1日から施行する。\n2　第9条の規定は、令和3年4月1日から施行する。", "POL-LINT-020 附則2: 引用「第9条」")]
    [InlineData("附　則\n1　前項の規定は、令和2年4月1日から施行する。", "POL-LINT-020 附則1: 引用「前項」")]
    [InlineData("附　則\n1　この規程は、令和2年4月1日から施行する。\n2　附則第4項の規定は、適用しない。", "POL-LINT-020 附則2: 引用「附則第4項」")]
    [InlineData("附　則\n1　この規程は、令和2年4月1日から施行する。\n2　第3条の規定の例による。\n4　第2条の規定の例による。", "POL-LINT-001 附則4: 番号が飛んでいます（「2」")]
    [InlineData("附　則\nこの規程は、令和2年4月1日から施行する。\n2　第3条の規定の例による。\n4　第2条の規定の例による。", "POL-LINT-001 附則4: 番号が飛んでいます（「2」")]
    [InlineData("附　則\n1　この規程は、令和2年4月1日から施行する。\n2　次の各号に掲げるものは、対象としない。", "POL-LINT-022 附則2: 「次の各号」")]
    [InlineData("附　則（令和2年3月1日訓令第1号）\nこの規程の施行に関し必要な事項は、市長が定める。", "POL-LINT-051 附則（令和2年3月1日訓令第1号）: 施行期日が書かれていません。")]
    [InlineData("附　則\nこの規程は、令和2年4月1日から施行する。\n附　則（令和3年3月1日訓令第2号）\nこの規程は、別に定める日から施行する。", "POL-LINT-051 附則（令和3年3月1日訓令第2号）: 施行期日「別に定める日」")]
    [InlineData("", "POL-LINT-052 附則: 附則がなく")]
    public void Flaws_of_supplements_are_found(string supplements, string expected)
    {
        var finding = Assert.Single(OfSupplements(supplements));
        Assert.StartsWith(expected, finding, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_to_supplements_is_followed_from_the_main_part()
    {
        static string[] Of(string text) => Check(Written.Policy($"条1 (目的) {text}", supplementary:
            [new("附則", new DateOnly(2020, 4, 1), "", "この規程は施行する。", [], Written.Policy("項2 経過措置とする。").Provisions)]), "POL-LINT-020");
        Assert.Empty(Of("附則第2項の規定による。附則第1項の日から、同附則第9項とする。"));
        Assert.StartsWith("POL-LINT-020 第1条: 引用「附則第3項」", Assert.Single(Of("附則第3項の規定による。")), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_law_in_force_on_the_day_is_missed()
    {
        var policy = Written.Policy("条1 (目的) 目的を定める。");
        string[] On(DateOnly day) => [.. PolicyLint.Check(policy, NationalModel.Load(), day).Where(static f => f.Code.StartsWith("POL-LINT-07", StringComparison.Ordinal)).Select(static f => f.Code)];
        Assert.Equal(["POL-LINT-071", "POL-LINT-071"], On(new(2026, 3, 31)));
        Assert.Equal(["POL-LINT-070", "POL-LINT-071"], On(new(2026, 4, 1)));
        Assert.Equal(["POL-LINT-070", "POL-LINT-070"], On(new(2027, 7, 1)));
        Assert.Equal(["POL-LINT-071"], [.. PolicyLint.Check(Written.Policy("条1 (目的) 地方自治法第二百四十四条の六の方針として定める。"), NationalModel.Load(), Today).Where(static f => f.Code.StartsWith("POL-LINT-07", StringComparison.Ordinal)).Select(static f => f.Code)]);
    }

    [Fact]
    public void An_article_of_the_model_that_is_lacking_is_named() => Assert.Equal(
        ["POL-LINT-060 全体: 基本方針の例文の 10「情報セキュリティ実施手順の策定」に当たる条項がありません。"],
        Check(Written.Policy("""
            条1 (目的) 目的を定める。
            条2 (定義) 用語の意義を定める。
            条3 (対象とする脅威) 脅威を想定する。
            条4 (適用範囲) 範囲を定める。
            条5 (職員等の遵守義務) 規程を遵守しなければならない。
            条6 (情報セキュリティ対策) 対策を講じる。
            条7 (監査及び自己点検) 監査を行う。
            条8 (方針の見直し) 方針を見直す。
            条9 (対策基準の策定) 対策基準を策定する。
            """), "POL-LINT-060"));

    /// <summary>Looked at one by one in the documents: each is real, and no other was found by reading.</summary>
    [Theory]
    [InlineData("meguro", "POL-LINT-040 2 情報システム", "POL-LINT-040 3 この基本方針", "POL-LINT-050 附則 令和4年9月1日", "POL-LINT-061 全体 評価・見直し", "POL-LINT-071 全体 第16条の3")]
    [InlineData("itabashi", "POL-LINT-010 第１１条 実施基準", "POL-LINT-031 第２条（３） 機器等", "POL-LINT-041 第２条 （３）、（６）、（７）", "POL-LINT-070 全体 第244条の6", "POL-LINT-071 全体 第16条の3")]
    [InlineData("inagi", "POL-LINT-040 第2条 本基本方針", "POL-LINT-040 第6条(8)イ にかかる", "POL-LINT-040 第8条 たうえで", "POL-LINT-070 全体 第244条の6", "POL-LINT-071 全体 第16条の3")]
    [InlineData("chiba", "POL-LINT-021 第8 前項", "POL-LINT-031 第2(1) 電子計算機等", "POL-LINT-030 第2(14) マイナンバー利用事務系", "POL-LINT-030 第2(14) LGWAN接続系", "POL-LINT-030 第2(14) インターネット接続系", "POL-LINT-070 全体 第244条の6", "POL-LINT-071 全体 第16条の3")]
    [InlineData("uozu", "POL-LINT-040 ８ たうえで", "POL-LINT-070 全体 第244条の6", "POL-LINT-071 全体 第16条の3")]
    public void The_real_policies_have_these_flaws_and_no_others(string file, params string[] expected)
    {
        var findings = PolicyLint.Check(RealPolicies.Read(file), NationalModel.Load(), Today);
        Assert.Equal(expected.Select(static e => string.Join(' ', e.Split(' ')[..2])).Order(StringComparer.Ordinal), findings.Select(static f => $"{f.Code} {f.Where}").Order(StringComparer.Ordinal));
        foreach (var words in expected.Select(static e => e.Split(' ', 3)))
            Assert.Contains(findings, f => f.Code == words[0] && f.Where == words[1] && f.Message.Ja.Contains(words[2], StringComparison.Ordinal));
        Assert.All(findings, static f => Assert.True(f.Message.En.Length > 0 && f.Next.Ja.Length > 0 && f.Next.En.Length > 0));
    }
}
