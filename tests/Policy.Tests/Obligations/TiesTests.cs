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
}
