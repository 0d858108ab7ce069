using Sekisho.Assurance;
using Sekisho.Records;

namespace Sekisho.Crossing.Zones;

/// <summary>Where the door between the zones says no.</summary>
public static class Refusals
{
    public static Refusal WrongZone { get; } = new("XNG-ZONE-001",
        new("このファイルは、いまの端末がある領域では受け取れません。何も渡していません。", "This file can't be fetched in the zone of this terminal. Nothing was handed out."),
        new("経路の行き先の領域にある端末で受け取ってください。", "Fetch it at a terminal of the zone that its route leads to."));

    public static Refusal BadNetwork { get; } = new("XNG-ZONE-002",
        new("アドレスを読み取れないか、一つのネットワークが二つの領域にあります。何も保存していません。", "An address can't be read, or one network is in two zones. Nothing was kept."),
        new("10.1.2.3 や 10.1.2.0/24 の形で、一行に一つ書いてください（200 件まで）。", "Write them like 10.1.2.3 or 10.1.2.0/24, one a line (200 at most)."));

    public static Refusal OwnAddressMissing { get; } = new("XNG-ZONE-003",
        new("いま使っている端末のアドレスが、どの領域にも入っていません。何も保存していません。", "The address of this very terminal is in no zone. Nothing was kept."),
        new("プロキシの後ろのときは、sekisho up --trust-proxy を確かめてください。端末のアドレスをどれかの領域に入れてから保存してください。", "Behind a proxy, check sekisho up --trust-proxy. Put this terminal's address into a zone, then save."));

    public static Refusal WrongPictureZone { get; } = new("XNG-ZONE-004",
        new("この絵は、いまの端末がある領域では見られません。", "This picture can't be seen in the zone of this terminal."),
        new("ファイルが出た領域か、受け取れるようになったあとの行き先の領域にある端末で開いてください。", "Open it at a terminal of the zone that the file comes from, or of the one it goes to once it can be fetched there."));
}
