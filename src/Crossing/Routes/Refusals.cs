using Sekisho.Assurance;
using Sekisho.Records;

namespace Sekisho.Crossing.Routes;

/// <summary>Where the rules of routes say no.</summary>
public static class Refusals
{
    public static Refusal BadKey { get; } = new("XNG-ROUTE-001",
        new("名前（key）に使えるのは、英小文字・数字・ハイフンだけで、60 文字までです。何も変更していません。", "A key has lower-case letters, digits and hyphens, 60 at most. Nothing was changed."),
        new("例: internet-to-lgwan", "For example: internet-to-lgwan"));

    public static Refusal BadRoute(Bilingual why) => new("XNG-ROUTE-002",
        new Bilingual("この経路は定められません。", "This route can't be laid down.") + why,
        new("何も変更していません。直してから、もう一度保存してください。", "Nothing was changed. Correct it and save again."));

    public static Refusal NeedsWaiver { get; } = new("XNG-ROUTE-003",
        new("マイナンバー利用事務系の経路は、特定通信として承認された例外措置がなければ開けません。何も変更していません。", "A route of the My Number zone opens only on an approved waiver for that communication. Nothing was changed."),
        new("先に例外措置（義務「マイナンバー利用事務系の分離」）の承認を受け、その例外措置を経路に指定してください。", "Have a waiver of the obligation on My Number isolation approved, and name it in the route."));

    public static Refusal UnknownPolicy { get; } = new("XNG-ROUTE-004",
        new("その無害化の方針はありません。何も変更していません。", "There is no such policy of the sanitiser. Nothing was changed."),
        new("先に方針を保存するか、既定の方針を選んでください。", "Keep the policy first, or choose the default."));

    public static Refusal Overtaken { get; } = new("XNG-ROUTE-005",
        new("開いている間に、ほかの人がこの経路を変更しました。入力された内容は保存していません。", "Somebody else changed this route meanwhile. What you entered was not saved."),
        new("いまの内容と見比べて、必要な変更だけを保存し直してください。", "Compare with the present one and save what is still needed."));

    public static Refusal BadPolicy(Bilingual why) => new("XNG-ROUTE-006",
        new Bilingual("無害化の方針として読めません。", "It can't be read as a policy of the sanitiser.") + why,
        new("sekisho sanitize policy の出力と見比べて直してください。何も変更していません。", "Compare it with what “sekisho sanitize policy” prints. Nothing was changed."));
}
