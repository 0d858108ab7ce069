namespace Sekisho.Policy.Tests.Reading;

/// <summary>The five real policies, read whole. Expected values are taken from the documents by hand.</summary>
public sealed class SeedTests
{
    [Fact]
    public void Meguro_is_read_whole_and_its_broken_numbers_are_repaired()
    {
        var policy = Files.Read(Files.Seed("meguro"));
        Assert.Equal("情報セキュリティ基本方針", policy.Title);
        Assert.Equal(new Enactment(new(2002, 8, 1), "目企情第161号決定"), policy.Enacted);
        Assert.Equal(
            ["2003-08-01", "2010-07-30", "2015-09-25", "2019-03-15", "2020-03-23", "2022-09-01", "2023-04-01", "2025-03-31", "2026-03-31"],
            policy.Amendments.Select(static a => $"{a.Date:yyyy-MM-dd}"));
        Assert.Equal("政策決定会議決定", policy.Amendments[1].Reference);
        Assert.Equal("目企情第4100号決定", policy.Amendments[8].Reference);
        Assert.Equal(
            ["趣旨", "基本理念", "定義", "適用の範囲", "組織体制の整備", "情報セキュリティ対策に係る規程の体系", "職員等の遵守義務", "委託事業者等の情報セキュリティ対策", "外部サービス（クラウドサービスを含む）の利用", "情報資産の分類及び管理", "情報資産に対する脅威への対応", "情報セキュリティ対策の内容", "情報セキュリティ監査及び自己点検の実施", "情報セキュリティ基本方針等の見直し"],
            policy.Provisions.Select(static p => p.Caption));
        Assert.Equal(Enumerable.Range(1, 14).Select(static n => n.ToString()), policy.Provisions.Select(static p => p.Number));
        Assert.Equal([0, 0, 12, 0, 0, 3, 0, 0, 0, 0, 3, 5, 0, 0], policy.Provisions.Select(static p => p.Children.Count));
        Assert.Equal(4, Files.At(policy, "a3.i3").Children.Count);
        Assert.Equal(["その他", "運用面の対策"], new[] { "a11.i3", "a12.i4" }.Select(id => Files.At(policy, id).Caption));
        Assert.StartsWith("マイナンバー接続系においては", Files.At(policy, "a12.i5.s1").Text, StringComparison.Ordinal);
        Assert.Equal("12/5/1", Files.At(policy, "a12.i5.s1").Path);
        Assert.Contains("上記 11 の脅威", Files.At(policy, "a12").Text, StringComparison.Ordinal);
        Assert.Contains("上記 13 の監査", Files.At(policy, "a14").Text, StringComparison.Ordinal);
        Assert.Equal(3, policy.Findings.Count(static f => f.Code == "POL-READ-101"));
        Assert.Equal(2, policy.Findings.Count(static f => f.Code == "POL-READ-102"));
        Assert.Equal(
            ["2002-08-01", "2003-08-01", "2010-07-30", "2015-10-05", "2019-03-15", "2020-04-01", "2023-04-01", "2025-04-01", "2026-04-01"],
            policy.Supplementary.Select(static s => $"{s.Effective:yyyy-MM-dd}"));
    }

    [Fact]
    public void Itabashi_is_healed_from_its_pages_and_keeps_its_contents()
    {
        var policy = Files.Read(Files.Seed("itabashi"));
        Assert.Equal("板橋区情報セキュリティ基本方針", policy.Title);
        Assert.Null(policy.Enacted);
        Assert.Equal(13, policy.Provisions.Count);
        Assert.Equal([0, 15, 5, 3, 0, 0, 9, 0, 0, 0, 0, 0, 0], policy.Provisions.Select(static p => p.Children.Count));
        Assert.All(policy.Provisions, static p => Assert.NotEmpty(p.Caption));
        Assert.Equal("情報セキュリティ実施手順の策定", policy.Provisions[10].Caption);
        Assert.Equal("情報セキュリティ実施基準の策定", policy.Contents[10].Caption);
        Assert.Equal(13, policy.Contents.Count(static c => c.Number.Length > 0));
        Assert.Equal("第１１条", policy.Provisions[10].Label);
        Assert.Equal(["①", "②", "③"], Files.At(policy, "a7.i3").Children.Select(static c => c.Label));
        Assert.Contains("ハードウェア及びソフトウェア）をいう。", Files.At(policy, "a2.i1").Text, StringComparison.Ordinal);
        Assert.Equal(3, Files.At(policy, "a7.i8").Text.Split('\n').Length);
        Assert.Equal(["2003-11-26", "2015-12-25", "2019-04-01", "2021-06-29", "2023-04-01"], policy.Supplementary.Select(static s => $"{s.Effective:yyyy-MM-dd}"));
        Assert.DoesNotContain(policy.All(), static p => p.Text.Contains("- 1 -", StringComparison.Ordinal));
    }

    [Fact]
    public void Inagi_gets_its_swallowed_caption_back()
    {
        var policy = Files.Read(Files.Seed("inagi"));
        Assert.Equal("稲城市情報セキュリティ基本方針", policy.Title);
        Assert.Equal(new Enactment(new(2025, 8, 20), "市長決裁"), policy.Enacted);
        Assert.Equal("稲城市情報セキュリティ基本方針（平成27年12月28日市長決裁）の全部を改正する。", policy.Preamble);
        Assert.Equal(
            ["目的", "定義", "対象とする脅威", "適用範囲", "職員等の遵守義務", "情報セキュリティ対策", "情報セキュリティ監査及び自己点検の実施", "情報セキュリティポリシーの見直し", "情報セキュリティ対策基準の策定", "情報セキュリティ実施手順の策定", "委任"],
            policy.Provisions.Select(static p => p.Caption));
        Assert.Equal("情報システムの仕様書及びネットワーク図等のシステム関連文書", Files.At(policy, "a4.p2.i3").Text);
        Assert.Equal(["", "2"], policy.Provisions[3].Children.Select(static p => p.Label));
        Assert.Equal("LGWAN 接続系", Files.At(policy, "a2.i9").Caption);
        Assert.Equal("組織体制", Files.At(policy, "a6.i1").Caption);
        Assert.Contains("職員等のパソコン等の管理", Files.At(policy, "a6.i4").Text, StringComparison.Ordinal);
        Assert.Contains("検討したうえで、", Files.At(policy, "a8").Text, StringComparison.Ordinal);
        Assert.Equal("業務委託と外部サービス（クラウドサービス）の利用", Files.At(policy, "a6.i8").Caption);
        Assert.Equal(3, Files.At(policy, "a6.i8").Children.Count);
        Assert.Equal(new DateOnly(2025, 8, 20), Assert.Single(policy.Supplementary).Effective);
        Assert.Single(policy.Findings, static f => f.Code == "POL-READ-103");
    }

    [Fact]
    public void Chiba_is_read_across_its_uneven_headings()
    {
        var policy = Files.Read(Files.Seed("chiba"));
        Assert.Equal("千葉市情報セキュリティ対策基本方針", policy.Title);
        Assert.Equal(Enumerable.Range(1, 11).Select(static n => $"第{n}"), policy.Provisions.Select(static p => p.Label));
        Assert.Equal([0, 14, 0, 0, 0, 0, 4, 5, 2, 0, 0], policy.Provisions.Select(static p => p.Children.Count));
        Assert.Equal(["物理的な対策", "人的な対策", "技術的な対策", "運用における対策", "業務委託及び外部サービスの利用における対策"], policy.Provisions[7].Children.Select(static c => c.Caption));
        Assert.Contains("LGWAN接続系", Files.At(policy, "a2.i14").Text, StringComparison.Ordinal);
        Assert.Equal(["2002-11-01", "2008-04-01", "2012-06-05", "2022-04-01", "2025-03-01"], policy.Supplementary.Select(static s => $"{s.Effective:yyyy-MM-dd}"));
    }

    [Fact]
    public void Uozu_is_joined_again_and_its_notices_are_read()
    {
        var policy = Files.Read(Files.Seed("uozu"));
        Assert.Equal("魚津市情報セキュリティ基本方針", policy.Title);
        Assert.Equal(new Enactment(new(2017, 7, 18), "告示第108号"), policy.Enacted);
        Assert.Equal([new Enactment(new(2021, 3, 31), "告示第101号"), new Enactment(new(2025, 3, 14), "告示第47号")], policy.Amendments);
        Assert.Equal([0, 12, 5, 2, 0, 9, 0, 0, 0, 0], policy.Provisions.Select(static p => p.Children.Count));
        Assert.Equal("10", policy.Provisions[9].Number);
        Assert.Equal("業務委託と外部サービス（クラウドサービス）の利用", Files.At(policy, "a6.i8").Caption);
        Assert.All(policy.Provisions[5].Children, static c => Assert.NotEmpty(c.Caption));
        Assert.All(policy.Provisions[2].Children, static c => Assert.Empty(c.Caption));
        Assert.Equal("不正アクセス、ウイルス攻撃、サービス不能攻撃等のサイバー攻撃や部外者の侵入等の意図的な要因による情報資産の漏えい・破壊・改ざん・消去、重要情報の詐取、内部不正等", Files.At(policy, "a3.i1").Text);
        Assert.Equal(2, policy.Provisions[9].Text.Split('\n').Length);
        Assert.Equal([new DateOnly(2017, 7, 18), new DateOnly(2021, 4, 1), new DateOnly(2025, 3, 14)], policy.Supplementary.Select(static s => s.Effective!.Value));
        var third = policy.Supplementary[2];
        Assert.Equal(["施行期日", "魚津市特定個人情報の安全管理に関する基本方針の一部改正"], third.Children.Select(static c => c.Caption));
        Assert.Equal(
            [(AmendingOperation.Delete, "オ", ""), (AmendingOperation.Renumber, "カ", "オ"), (AmendingOperation.Renumber, "キ", "カ"), (AmendingOperation.Renumber, "ク", "キ")],
            third.Amends.Select(static a => (a.Operation, a.From, a.To)));
        Assert.All(third.Amends, static a => Assert.EndsWith("第２項第１号", a.Target, StringComparison.Ordinal));
    }
}
