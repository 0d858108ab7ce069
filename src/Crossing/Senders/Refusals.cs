using Sekisho.Assurance;
using Sekisho.Records;

namespace Sekisho.Crossing.Senders;

/// <summary>Where the rules of registered senders say no.</summary>
public static class Refusals
{
    public static Refusal BadValue { get; } = new("XNG-SENDER-001",
        new("送信元として読めません。何も保存していません。", "That can't be read as a sender. Nothing was kept."),
        new("メールアドレスは name@example.lg.jp、ドメインは example.lg.jp、ファイルの受取り元は名前で書いてください。", "Write an address as name@example.lg.jp, a domain as example.lg.jp, an origin of files by its name."));

    public static Refusal BadText { get; } = new("XNG-SENDER-002",
        new("名前（100 文字まで）と、登録する理由（500 文字まで）が要ります。何も保存していません。", "It needs a name (100 characters) and the reason (500 characters). Nothing was kept."),
        new("誰か、なぜ信頼するかを書いてください。", "Say who it is, and why it is relied on."));

    public static Refusal BadEnd { get; } = new("XNG-SENDER-003",
        new("期限は、あしたから 2 年以内の日にしてください。何も保存していません。", "It ends between tomorrow and two years from now. Nothing was kept."),
        new("期限を直してください。", "Correct the day."));

    public static Refusal Already { get; } = new("XNG-SENDER-004",
        new("その送信元は、もう登録されています。何も変更していません。", "That sender is registered already. Nothing was changed."),
        new("期限を変えるときは、外してから登録し直してください。", "To change its end, take it off and register it anew."));

    public static Refusal Unknown { get; } = new("XNG-SENDER-005",
        new("その送信元はないか、もう外されています。", "There is no such sender, or it is taken off already."),
        new("一覧から選び直してください。", "Choose from the list."));

    /// <summary>A domain that anybody can have an address at says nothing about who writes.</summary>
    public static Refusal PublicDomain { get; } = new("XNG-SENDER-006",
        new("誰でも使えるメールサービスのドメインは、まるごと登録できません。何も保存していません。", "A domain at which anybody can have an address can't be registered as a whole. Nothing was kept."),
        new("メールアドレスで登録してください。", "Register the one address."));
}
