namespace Sekisho.Policy.Tests.Reading;

/// <summary>Text after a list belongs to the provision whose list it is, where the page or the words show it.</summary>
public sealed class ListEndTests
{
    private const string Head = "○試験規程\n（対象）\n";
    private const string Tail = "\n（委任）\n第2条　必要な事項は、別に定める。\n";

    [Theory]
    // The words speak of the list.
    [InlineData("第1条　次の対策を講じるものとする。\n(1)　監視を行うこと。\n(2)　記録を残すこと。\n前各号の対策は、毎年見直すものとする。")]
    [InlineData("第1条　情報資産は、次のとおりとする。\n(1)　情報システム\n(2)　文書\nこれらの情報資産は、台帳に記録しなければならない。")]
    // The only sentence after phrases.
    [InlineData("第1条　次に掲げる情報資産を対象とする。\n(1)　情報システム\n(2)　ネットワーク\n(3)　文書\n対象となる情報資産を管理する者を置くものとする。")]
    // The page: out of the list's indent, or as far in as the numbers while wrapped lines hang deeper.
    [InlineData("第1条　次の対策を講じる。\n　　(1)　監視を行うこと。\n　　(2)　記録を残すこと。\n　対策の実施状況を確認する者を置くものとする。")]
    [InlineData("第1条　次の対策を講じる。\n　(1)　監視を行い、異常があるときは、\n　　直ちに報告すること。\n　(2)　記録を残すこと。\n　対策の実施状況を確認する者を置くものとする。")]
    public void It_is_the_articles_where_page_or_words_say_so(string text)
    {
        var policy = Files.Read(Head + text + Tail);
        var closing = text[(text.LastIndexOf('\n') + 1)..].Trim('　');
        var article = Files.At(policy, "a1");
        Assert.EndsWith("\n" + closing, article.Text, StringComparison.Ordinal);
        Assert.Equal(1, article.Closing);
        Assert.All(article.Children, c => Assert.DoesNotContain(closing, c.Text, StringComparison.Ordinal));
        Assert.DoesNotContain(policy.Findings, static f => f.Code == "POL-READ-109");
        var xml = XmlStructure.Check(policy);
        Assert.Equal(closing, xml.Descendants("Article").First().Element("Paragraph")!.Element("List")!.Value);
        using var plain = new StringWriter();
        PolicyPlainText.Write(policy, plain);
        Assert.True(plain.ToString().IndexOf(closing, StringComparison.Ordinal) > plain.ToString().IndexOf(article.Children[^1].Text, StringComparison.Ordinal));
        Assert.Contains("\"closing\": 1", Files.Json(policy), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sentence_that_the_list_interrupts_is_kept_together()
    {
        var article = Files.At(Files.Read(Head + "第1条　この規程において、次に掲げる情報資産を\n(1)　情報システム\n(2)　文書\n重要な情報資産という。" + Tail), "a1");
        Assert.Equal(("この規程において、次に掲げる情報資産を\n重要な情報資産という。", 1), (article.Text, article.Closing));
        Assert.Equal(["情報システム", "文書"], article.Children.Select(static c => c.Text));
    }

    [Fact]
    public void A_sentence_after_a_paragraphs_list_is_that_paragraphs()
    {
        var policy = Files.Read(Head + "第1条　対策を講じる。\n２　対策は、次のとおりとする。\n(1)　監視を行うこと。\nア　常時の監視\nイ　随時の監視\n(2)　記録を残すこと。\n前各号の記録は、保存する。\n３　結果を報告する。" + Tail);
        Assert.Equal("対策は、次のとおりとする。\n前各号の記録は、保存する。", Files.At(policy, "a1.p2").Text);
        Assert.Equal("結果を報告する。", Files.At(policy, "a1.p3").Text);
    }

    [Theory]
    // Further in than the number.
    [InlineData("第1条　次の対策を講じる。\n(1)　監視を行うこと。\n(2)　記録を残すこと。\n　　記録の期間は、別に定めるものとする。", false)]
    // Each item is a heading with its sentence.
    [InlineData("第1条　次の対策を講じる。\n(1)　組織体制\n責任者を置き、体制を整えるものとする。\n(2)　物理的対策\n機器を守る対策を講じるものとする。", false)]
    // Nothing tells: it stays, and a person is asked to look.
    [InlineData("第1条　次の対策を講じる。\n(1)　監視を行うこと。\n(2)　訓練を行うこと。\n(3)　記録を残すこと。\n記録を保存する期間は、別に定めるものとする。", true)]
    public void It_stays_with_the_last_item_otherwise_and_is_reported_where_nothing_tells(string text, bool reported)
    {
        var policy = Files.Read(Head + text + Tail);
        Assert.Equal(0, Files.At(policy, "a1").Closing);
        Assert.EndsWith(text[(text.LastIndexOf('\n') + 1)..].Trim('　'), Files.At(policy, "a1").Children[^1].Text, StringComparison.Ordinal);
        Assert.Equal(reported, policy.Findings.Any(static f => f.Code == "POL-READ-109"));
    }
}
