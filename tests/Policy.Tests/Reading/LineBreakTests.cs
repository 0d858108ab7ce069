namespace Sekisho.Policy.Tests.Reading;

/// <summary>No line break of the paper is left inside a sentence, and none has cut a heading out of one.</summary>
public sealed class LineBreakTests
{
    [Theory]
    [InlineData("chiba")]
    [InlineData("inagi")]
    [InlineData("itabashi")]
    [InlineData("meguro")]
    [InlineData("uozu")]
    public void The_real_policies_are_healed(string name) => Assert.Empty(Broken(Files.Read(Files.Seed(name))));

    [Fact]
    public void A_page_whose_contents_are_wider_than_its_text_is_healed()
    {
        var policy = Files.Read(File.ReadAllText(Path.Combine(Files.Fixtures, "page-with-contents.txt")));
        Assert.Empty(Broken(policy));
        Assert.Equal(["目的", "対象とする情報資産", "職員等の責務", "物理的な対策", "違反への対応"], policy.Provisions.Select(static p => p.Caption));
        Assert.Contains("事業者に対しては、当該違反の程度", Files.At(policy, "a5").Text, StringComparison.Ordinal);
        Assert.Equal(("", "情報システム及びネットワーク並びにこれらを支える設備（サーバ室、通信機器室、受変電設備、空調設備、配線等）及び記録媒体"), (Files.At(policy, "a2.i1").Caption, Files.At(policy, "a2.i1").Text));
    }

    // Too few lines to tell a column from: only the words say that the sentence goes on.
    [Theory]
    [InlineData("委託を受けた事業者に対し", "ては、必要な措置を講じる。")]
    [InlineData("職員は端末の持出しにつ", "いて許可を得なければならない。")]
    [InlineData("ネットワークとは通信機器（ソフトウ", "ェアを含む。）をいう。")]
    [InlineData("この規程の施行に関し必要な事項", "は市長が別に定める。")]
    [InlineData("情報資産は機密性の高さ", "に応じて分類する。")]
    [InlineData("職員は別に定める手順", "を守らなければならない。")]
    public void A_short_line_that_stops_inside_a_sentence_is_joined_to_the_next(string first, string second)
    {
        var captioned = Files.Read($"（目的）\n第1条　{first}\n{second}\n（委任）\n第2条　必要な事項は、別に定める。\n");
        Assert.Equal(("目的", first + second), (captioned.Provisions[0].Caption, captioned.Provisions[0].Text));
        var bare = Files.Read($"第1条　{first}\n{second}\n第2条　必要な事項は、別に定める。\n");
        Assert.Equal(("", first + second), (bare.Provisions[0].Caption, bare.Provisions[0].Text));
    }

    [Theory]
    [InlineData("情報資産の取扱い", "この規程は、取扱いを定める。")]
    [InlineData("基本方針の見直し", "はじめに評価を行う。")]
    [InlineData("職員等の遵守義務", "もっぱら業務に使用する。")]
    [InlineData("外部委託に関する対策", "なお、必要な事項は別に定める。")]
    public void A_heading_stays_a_heading_above_a_sentence_that_begins_with_kana(string heading, string sentence)
    {
        var policy = Files.Read($"第1条　{heading}\n{sentence}\n第2条　委任\n必要な事項は、別に定める。\n");
        Assert.Equal((heading, sentence), (policy.Provisions[0].Caption, policy.Provisions[0].Text));
    }

    /// <summary>Each place where a text stops or a heading ends and no sentence does.</summary>
    private static List<string> Broken(PolicyDocument policy)
    {
        var broken = new List<string>();
        foreach (var provision in policy.All().Concat(policy.Supplementary.SelectMany(static s => s.Children).SelectMany(static c => c.SelfAndDescendants())))
        {
            Look(provision.Id, provision.Text);
            if (provision.Caption.Count(static c => c is '（' or '(') != provision.Caption.Count(static c => c is '）' or ')') || provision.Caption.EndsWith('、'))
                broken.Add($"{provision.Id} is headed {provision.Caption}");
        }
        // A cover has a date and a name, each on its line.
        if (policy.Preamble.Contains('。', StringComparison.Ordinal))
            Look("preamble", policy.Preamble);
        foreach (var supplementary in policy.Supplementary)
            Look(supplementary.Label, supplementary.Text);
        return broken;

        void Look(string where, string text)
        {
            var lines = text.Split('\n');
            for (var i = 0; i + 1 < lines.Length; i++)
            {
                if (!(lines[i].EndsWith('。') || lines[i].EndsWith("。」", StringComparison.Ordinal) || lines[i].EndsWith("。）", StringComparison.Ordinal)))
                    broken.Add($"{where}: {lines[i]}⏎{lines[i + 1]}");
            }
        }
    }
}
