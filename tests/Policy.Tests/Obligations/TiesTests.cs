using Sekisho.Policy.Obligations;

namespace Sekisho.Policy.Tests.Obligations;

public class TiesTests
{
    internal static string Show(PolicyDocument document) => string.Join('\n', PolicyTies.Propose(document, ObligationCatalogue.Load())
        .GroupBy(static t => t.Path).Select(static g => $"{g.Key}: {string.Join(' ', g.Select(static t => t.Obligation.Value))}"));

    [Fact]
    public void A_policy_in_the_national_shape_is_tied_at_its_items()
    {
        var policy = Written.Policy("""
            条1 (目的) 本基本方針は、本市が実施する情報セキュリティ対策について基本的な事項を定めることを目的とする。
            条2 (定義) この基本方針において、次の各号に掲げる用語の意義は、当該各号に定めるところによる。
              号1 (情報セキュリティ) 情報資産の機密性、完全性及び可用性を維持することをいう。
              号2 (無害化通信) 不正プログラムの付着が無い等、安全が確保された通信をいう。
            条3 (対象とする脅威) 情報資産に対する脅威として、以下の脅威を想定し、情報セキュリティ対策を実施する。
              号1 部外者の侵入、内部・外部監査機能の不備、委託管理の不備による情報資産の漏えい等
            条4 (適用範囲) 適用範囲は、次に定めるところによる。
              号1 (行政機関の範囲) 本基本方針が適用される行政機関は、市長及び監査委員とする。
              号2 (情報資産の範囲) 本基本方針が対象とする情報資産は、ネットワークとする。
            条5 (職員等の遵守義務) 職員等は、ポリシー及び実施手順を遵守しなければならない。
            条6 (情報セキュリティ対策) 第3条の脅威から情報資産を保護するために、以下の情報セキュリティ対策を講じる。
              号1 (組織体制) 全庁的な組織体制を確立する。
              号2 (情報資産の分類と管理) 情報資産を機密性に応じて分類し、当該分類に基づき対策を行う。
              号3 (情報システム全体の強靱性の向上) 情報システム全体に対し、次の三段階の対策を講じる。
                細1 マイナンバー利用事務系においては、他の領域との通信をできないようにした上で、端末からの情報持ち出し不可設定や端末への多要素認証の導入等により、流出を防ぐ。
                細2 LGWAN接続系においては、インターネット接続系との通信経路を分割する。なお、通信する場合には、無害化通信を実施する。
                細3 インターネット接続系においては、不正通信の監視機能の強化を実施し、自治体情報セキュリティクラウドの導入等を実施する。
              号8 (業務委託と外部サービス（クラウドサービス）の利用)
                細1 業務委託を行う場合には、委託事業者を選定し、契約を締結する。
                細2 外部サービスを利用する場合には、利用にかかる規定を整備し対策を講じる。
                細3 ソーシャルメディアサービスを利用する場合には、運用手順を定める。
              号9 (評価・見直し) 監査及び自己点検を実施し、運用改善を行い、向上を図る。ポリシーの見直しが必要な場合は、適宜情報セキュリティポリシーの見直しを行う。
            条7 (監査及び自己点検の実施) 定期的に監査及び自己点検を実施する。
            条8 (情報セキュリティポリシーの見直し) 脅威の発生の可能性及び発生時の損失等を分析し、リスクを検討した上で、情報セキュリティポリシーを見直す。
            条9 (対策基準の策定) 情報セキュリティ対策基準を策定する。
            条10 (実施手順の策定) 実施手順を策定する。なお、実施手順は、公にすることにより支障を及ぼすおそれがあることから、非公開とする。
            """);
        Assert.Equal("""
            2: terms
            3: threat-identification
            4: scope
            5: staff-duty
            6/1: organisation
            6/2: asset-inventory asset-classification asset-handling
            6/3/1: mynumber-isolation takeout-block strong-authentication
            6/3/2: lgwan-separation sanitised-communication
            6/3/3: internet-monitoring security-cloud
            6/8/1: contractor-control
            6/8/2: cloud-control
            6/8/3: sns-control
            6/9: improvement
            7: audit self-inspection
            8: risk-assessment policy-review
            9: policy-hierarchy
            10: policy-hierarchy disclosure-control
            """, Show(policy));
    }

    /// <summary>A 規程 with kanji numerals whose wording is that of no national model.</summary>
    [Fact]
    public void A_regulation_in_other_words_is_tied_as_well()
    {
        var text = """
            山之上町情報セキュリティ規程

            令和八年三月一日
            訓令第五号

            （趣旨）
            第一条　この規程は、町が保有する情報資産を守るため、必要な事項を定めるものとする。

            （用語の意義）
            第二条　この規程において、次の各号に掲げる用語の意義は、当該各号に定めるところによる。
            一　機密性　認められた者だけが情報にアクセスできることをいう。
            二　監査　遵守状況を第三者が確認することをいう。

            （想定する脅威）
            第三条　町は、情報資産に対する脅威として、次に掲げるものを想定する。
            一　不正アクセス、委託先の管理の不備による漏えい
            二　地震、火災等の災害による業務の停止

            （対象となる機関及び情報資産）
            第四条　この規程の対象となる機関は、町長部局、教育委員会及び議会事務局とする。
            ２　この規程の対象となる情報資産は、町が管理する全てのものとする。

            （職員の責務）
            第五条　職員（会計年度任用職員を含む。）は、この規程及び関係法令を守らなければならない。

            （推進体制）
            第六条　町に最高情報セキュリティ責任者を置き、副町長をもって充てる。

            （情報資産の分類）
            第七条　情報資産は、機密性、完全性及び可用性に応じて分類する。
            ２　所属長は、情報資産の台帳を整備し、毎年度確認しなければならない。
            ３　職員は、前項の分類に応じて情報資産を取り扱わなければならない。

            （ネットワークの分離）
            第八条　マイナンバー利用事務系は、他のネットワークと分離し、端末からの情報の持ち出しを禁止する。
            ２　総合行政ネットワークに接続するネットワークは、インターネットに接続するネットワークから分離し、ファイルは無害化した上で受け渡すものとする。
            ３　インターネットとの通信は、県の自治体情報セキュリティクラウドを通じて行い、常時監視する。

            （物理的な措置）
            第九条　サーバ室の入退室を管理する。

            （教育及び訓練）
            第十条　最高情報セキュリティ責任者は、職員に対し、毎年度研修を実施する。

            （技術的な措置）
            第十一条　アクセス制御、不正プログラム対策その他の技術的な措置を講ずる。

            （運用）
            第十二条　情報システムを監視し、この規程の遵守状況を確認する。

            （事故発生時の対応）
            第十三条　事故に備え、緊急時の対応の手順をあらかじめ整備する。

            （外部委託）
            第十四条　業務を委託する場合は、受託者との契約に情報セキュリティの要件を明記する。

            （クラウドの利用）
            第十五条　クラウドサービスは、承認を受けて利用するものとする。

            （ソーシャルメディアの利用）
            第十六条　ＳＮＳを利用するときは、アカウントごとに責任者を定める。

            （違反に対する措置）
            第十七条　この規程に違反した職員は、地方公務員法による懲戒処分の対象とする。

            （監査）
            第十八条　町長は、毎年度情報セキュリティに関する監査を実施する。

            （自己点検）
            第十九条　所属長は、毎年度自己点検を行い、結果を報告する。

            （改善）
            第二十条　前二条の結果に基づき、必要な改善を行う。

            （リスク評価）
            第二十一条　新たに情報システムを導入するときは、リスクを評価する。

            （対策基準及び実施手順）
            第二十二条　この規程の実施に必要な対策基準及び実施手順を定める。
            ２　前項の実施手順は、公開しない。

            （公表）
            第二十三条　この規程を定め、又は変更したときは、遅滞なく公表する。

            （見直し）
            第二十四条　この規程は、必要に応じて見直すものとする。

            （委任）
            第二十五条　この規程に定めるもののほか、必要な事項は、町長が別に定める。

            　　　附　則
            この規程は、令和八年四月一日から施行する。
            """;
        var policy = PolicyText.Read(text).Match(static r => r.Document, static r => throw new InvalidOperationException(r.Error.ToString()));
        Assert.Equal("""
            2: terms
            3: threat-identification
            4: scope
            5: staff-duty legal-compliance
            6: organisation
            7: asset-classification
            7/2: asset-inventory
            7/3: asset-handling
            8/1: mynumber-isolation takeout-block
            8/2: lgwan-separation sanitised-communication
            8/3: internet-monitoring security-cloud
            9: physical
            10: human
            11: technical
            12: operation
            13: emergency-plan
            14: contractor-control
            15: cloud-control
            16: sns-control
            17: violation-response
            18: audit
            19: self-inspection
            20: improvement
            21: risk-assessment
            22: policy-hierarchy
            22/2: disclosure-control
            23: policy-publication
            24: policy-review
            25: delegation
            """, Show(policy));
    }

    [Fact]
    public void A_heading_speaks_for_entries_that_say_nothing_of_their_own() => Assert.Equal("1/1: physical\n1/2/1: contractor-control\n1/2/2: cloud-control", Show(Written.Policy("""
        条1 (情報セキュリティ対策) 次の対策を講じる。
          号1 (物理的セキュリティ)
            細1 サーバ室の入退室管理を行う。
            細2 機器の盗難防止を図る。
          号2 (業務委託と外部サービスの利用)
            細1 委託事業者を選定する。
            細2 外部サービスの利用の基準を定める。
        """)));

    /// <summary>A 対策基準: chapters say what their articles are about; articles with words of their own speak for themselves.</summary>
    [Fact]
    public void A_standard_with_chapters_is_tied_at_its_articles()
    {
        var standard = Written.Policy("""
            章1 (総則)
              条1 (目的) この基準は、必要な事項を定めることを目的とする。
              条2 (適用範囲) この基準の適用範囲は、基本方針に定めるところによる。
            章2 (組織体制)
              条3 (最高情報セキュリティ責任者) 副市長を最高情報セキュリティ責任者とする。
              条4 (兼務の禁止) 承認の申請者と承認者は、同一の者としてはならない。
            章3 (情報資産の分類と管理)
              条5 (情報資産の分類) 情報資産を、機密性により分類する。
              条6 (情報資産の廃棄) 情報資産を廃棄する者は、復元できないように処置する。
            章4 (情報システム全体の強靱性の向上)
              条7 (マイナンバー利用事務系)
                項1 (他の領域との分離) マイナンバー利用事務系と他の領域を通信できないようにする。
                項2 (情報の持ち出し) 端末からの情報持ち出しができないように設定する。
              条8 (LGWAN接続系) LGWAN接続系とインターネット接続系の通信経路を分離する。
            章5 (物理的セキュリティ)
              条9 (サーバ等の取付け) 火災の影響を排除した場所に設置する。
              条10 (予備電源) 停電に備え、予備電源を備え付ける。
            章6 (人的セキュリティ)
              条11 (職員等の遵守事項) 職員等は、この基準を遵守しなければならない。
              条12 (研修・訓練) 定期的に研修を実施する。
              条13 (インシデントの報告) 職員等は、インシデントを認知した場合、直ちに報告する。
            章7 (技術的セキュリティ)
              条14 (バックアップの実施) 定期的にバックアップを実施する。
              条15 (アクセス制御) 利用者ごとに権限を設定する。
            章8 (運用)
              条16 (情報システムの監視) 常時監視する。
              条17 (例外措置) 例外措置を取る場合は、許可を得る。
              条18 (法令遵守) 職員等は、関係法令を遵守し、これに従わなければならない。
              条19 (懲戒処分等) 違反した職員等は、懲戒処分の対象とする。
            章9 (業務委託と外部サービスの利用)
              条20 (業務委託) 委託事業者の選定に当たっては、要件を確認する。
              条21 (クラウドサービスの利用) 利用の承認を得る。
              条22 (ソーシャルメディアサービスの利用) 運用手順を定める。
            章10 (評価・見直し)
              条23 (監査) 毎年度監査を行わせる。
              条24 (自己点検) 毎年度自己点検を実施する。
              条25 (基本方針及び対策基準の見直し) 毎年度見直しを行う。
            """, "試験市情報セキュリティ対策基準");
        Assert.Equal("""
            2: scope
            3: organisation
            4: organisation
            5: asset-classification
            6: asset-handling
            7: mynumber-isolation
            7/2: takeout-block
            8: lgwan-separation
            9: physical
            10: physical
            11: staff-duty
            12: human
            13: emergency-plan
            14: technical
            15: technical
            16: operation
            17: operation
            18: legal-compliance
            19: violation-response
            20: contractor-control
            21: cloud-control
            22: sns-control
            23: audit
            24: self-inspection
            25: policy-review
            """, Show(standard));
        var inherited = PolicyTies.Propose(standard, ObligationCatalogue.Load()).Single(static t => t.Path == "10");
        Assert.Equal(0.57, inherited.Confidence);
        Assert.Equal("上位の第5章「物理的セキュリティ」から引き継いでいます。", inherited.Reason.Ja);
    }
}
