using Sekisho.Policy.Agencies;

namespace Sekisho.Policy.Tests.Obligations;

/// <summary>Which agencies a policy names, in the shapes that policies come in.</summary>
public sealed class AgencyTests
{
    private static string[] Keys(PolicyDocument document) => [.. AgencyReader.Read(document).Named.Select(n => n.Key)];

    private static PolicyDocument Read(string text) => PolicyText.Read(text).Match(static r => r.Document, static r => throw new InvalidOperationException(r.Error.ToString()));

    [Theory]
    [InlineData("meguro", "mayor education election audit assembly")]
    [InlineData("itabashi", "mayor education election audit farming assembly")]
    [InlineData("inagi", "mayor committees fire assembly hospital")]
    [InlineData("chiba", "")]
    [InlineData("uozu", "mayor education election audit equity farming property-tax assembly public-enterprise")]
    public void The_real_policies_name_these(string seed, string agencies) => Assert.Equal(agencies.Split(' ', StringSplitOptions.RemoveEmptyEntries), Keys(RealPolicies.Read(seed)));

    [Fact]
    public void Numbered_headings_name_them_in_one_sentence() => Assert.Equal(["mayor", "education", "audit", "assembly"], Keys(Read("""
        港区情報セキュリティ基本方針
        1 目的
        この方針は、区の情報を守ることを目的とする。
        2 適用の範囲
        この方針を適用する実施機関は、区長、教育委員会、監査委員及び議会とする。
        3 見直し
        この方針は、必要に応じて見直す。
        """)));

    [Fact]
    public void Articles_with_items_and_hard_breaks_name_them_across_lines() => Assert.Equal(["mayor", "education", "farming", "assembly"], Keys(Read("""
        港区情報セキュリティ基本方針

        （目的）
        第１条 この方針は、区の情報を守ることを目的とする。
        （適用範囲）
        第２条 本基本方針の適用範囲は、次に定めるところによる。
        （１）実施機関の範囲
        本基本方針が適用される実施機関は、区長、教育委員会、農業委
        員会及び議会とする。
        （２）適用対象者
        本基本方針の適用対象者は、職員等及び委託事業者とする。
        """)));

    [Fact]
    public void An_office_is_its_agency_and_what_nobody_knows_is_shown() => Assert.Equal(["mayor", "committees", "fire", "assembly", "hospital", "name/星空観測所"], Keys(Read("""
        湊市情報セキュリティ基本方針

        （目的）
        第1条 この方針は、市の情報を守ることを目的とする。
        （適用範囲）
        第2条 本基本方針が適用される行政機関は、内部部局、行政委員会事務局、消防本部（消防団を含む。）、湊市議会事務局、湊市立病院事務部及び星空観測所とする。
        2 本基本方針が対象とする情報資産は、次のとおりとする。
        (1) ネットワーク
        (2) 情報
        """)));

    [Fact]
    public void A_policy_that_names_nobody_has_its_scope_all_the_same()
    {
        var scope = AgencyReader.Read(Read("""
            湊市情報セキュリティ対策基本方針

            第1 目的
            この基本方針は、市の情報を守ることを目的とする。
            第2 対象範囲
            この基本方針は、情報資産を対象とする。
            第3 職員の義務
            職員は、この基本方針を遵守する義務を負う。
            """));
        Assert.Empty(scope.Named);
        Assert.Equal("対象範囲", Assert.Single(scope.Provisions).Caption);
    }

    [Fact]
    public void A_notice_with_full_width_items_names_public_enterprises_and_a_list_may_stand_in_items()
    {
        Assert.Equal(["mayor", "equity", "property-tax", "assembly", "public-enterprise"], Keys(Read("""
            湊市情報セキュリティ基本方針

            １　目的
            この方針は、市の情報を守ることを目的とする。
            ２　適用範囲
            （１）　機関の範囲
            本基本方針が適用される機関は、市長、公平委員会、固定資産評価審査委員会、議会及
            び地方公営企業とする。
            （２）　情報資産の範囲
            本基本方針が対象とする情報資産は、次のとおりとする。
            ア　ネットワーク
            イ　情報
            """)));
        Assert.Equal(["mayor", "education", "water"], Keys(Read("""
            湊市情報セキュリティ基本方針

            （適用範囲）
            第１条　この方針を適用する実施機関は、次のとおりとする。
            （１）　市長
            （２）　教育委員会
            （３）　水道事業管理者
            """)));
    }
}
