using Sekisho.Assurance;
using Sekisho.Records;

namespace Sekisho.Crossing.Systems;

/// <summary>Where the rules of systems and their keys say no.</summary>
public static class Refusals
{
    public static Refusal BadName { get; } = new("XNG-SYSTEM-001",
        new("システムの名前がないか、長すぎます（100 文字まで）。何も保存していません。", "The name of the system is missing or too long (100 characters). Nothing was kept."),
        new("何のシステムか分かる名前を書いてください。例：3階の複合機", "Give a name that tells which it is."));

    public static Refusal BadRoutes { get; } = new("XNG-SYSTEM-002",
        new("使える経路が選ばれていないか、システムが使えない経路（外から来るメール）です。何も保存していません。", "No route is named, or one that no system can use (mail that comes in). Nothing was kept."),
        new("授受の経路から、このシステムに使わせるものを選んでください（20 件まで）。", "Choose the routes that it may use (20 at most)."));

    public static Refusal BadAddresses { get; } = new("XNG-SYSTEM-003",
        new("接続元のアドレスがないか、読み取れません。何も保存していません。", "Its addresses are missing or can't be read. Nothing was kept."),
        new("10.1.2.3 や 10.1.2.0/24 の形で、一行に一つ書いてください（20 件まで）。", "Write them like 10.1.2.3 or 10.1.2.0/24, one a line (20 at most)."));

    public static Refusal BadLife { get; } = new("XNG-SYSTEM-004",
        new("有効期間は 1 日から 2 年までです。何も保存していません。", "A key works for a day to two years. Nothing was kept."),
        new("期間を選び直してください。", "Choose another time."));

    public static Refusal UnknownOwner { get; } = new("XNG-SYSTEM-005",
        new("受け持つ課がありません。何も保存していません。", "There is no such section to answer for it. Nothing was kept."),
        new("組織から、このシステムを受け持つ課を選んでください。", "Choose the section that answers for it."));

    public static Refusal UnknownMaker { get; } = new("XNG-SYSTEM-006",
        new("承認の要る経路を使うシステムは、登録する人が職員として分かっていなければなりません。何も保存していません。", "A system on a route that needs approval must be registered by a known person. Nothing was kept."),
        new("先に、自分のアカウントを職員に結び付けてください（組織のページ）。", "Link your account to your person first (page of the organisation)."));

    public static Refusal Unknown { get; } = new("XNG-SYSTEM-007",
        new("そのシステムはないか、鍵はもう止められています。", "There is no such system, or its key is stopped already."),
        new("一覧から選び直してください。", "Choose from the list."));

    public static Refusal WrongAddress { get; } = new("XNG-SYSTEM-008",
        new("この鍵は、この接続元からは使えません。何も受け取っていません。この使用は記録しました。", "This key doesn't work from this address. Nothing was taken. This use is recorded."),
        new("登録された接続元から使うか、システムの登録を見直してもらってください。", "Use it from its own address, or have its registration looked at."));

    public static Refusal NotItsRoute { get; } = new("XNG-SYSTEM-009",
        new("このシステムは、その経路を使えません。", "This system may not use that route."),
        new("登録された経路を使うか、システムを登録し直してもらってください。", "Use a route that it is registered for, or have it registered anew."));

    public static Refusal BadSenders { get; } = new("XNG-SYSTEM-010",
        new("メールの送信者が読み取れないか、メールの経路と合っていません。何も保存していません。", "The senders can't be read, or don't go with the routes. Nothing was kept."),
        new("メールの経路を選んだときだけ、kaikei@town.example.lg.jp か、ドメインごとなら @town.example.lg.jp の形で、一行に一つ書いてください（20 件まで）。", "With a route for mail, and only then, write addresses like kaikei@town.example.lg.jp, or @town.example.lg.jp for all of a domain, one a line (20 at most)."));
}
