namespace Sekisho.Web.Pages.Zones;

/// <summary>What a municipality starts from: it reads without mistakes, and says what to replace.</summary>
internal static class ZonePolicySample
{
    public const string Text = """
        # 領域の定め。住所（プレフィックス）を自治体のものに書き換えてください。
        format: 1
        model: α
        zones:
          - {id: mynumber, kind: mynumber, name: マイナンバー利用事務系, prefixes: [10.1.0.0/16]}
          - {id: lgwan, kind: lgwan, name: LGWAN接続系, prefixes: [10.2.0.0/16]}
          - {id: internet, kind: internet, name: インターネット接続系, prefixes: [10.3.0.0/16]}
          - {id: outside, kind: outside, name: 庁外, prefixes: [0.0.0.0/0]}
        # 認める通信は、相手・宛先・プロトコルを必ず絞ります。
        flows:
          - id: print
            from: lgwan
            to: mynumber
            source: [10.2.0.10/32]
            destination: [10.1.0.20/32]
            service: tcp/9100
            purpose: 税証明の印刷
            approver: 最高情報セキュリティ責任者
            until: 2027-03-31
        # 無害化と画面転送のサーバだけが、領域を越えられます。
        gateways:
          - {id: sanitiser, name: 無害化, hosts: [10.3.0.50/32], from: internet, to: lgwan, service: tcp/443}

        """;
}
