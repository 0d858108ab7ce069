using Sekisho.Assurance;

namespace Sekisho.Records.Waivers;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal Unknown { get; } = new("REC-WVR-001",
        new("その例外措置は見つかりません。", "There is no such waiver."),
        new("例外措置の一覧から選び直してください。", "Choose from the list of waivers."));

    public static Refusal SamePerson { get; } = new("REC-WVR-002",
        new("申請した人は、自分の申請を承認できません。", "The person who asks for a waiver can't decide on it."),
        new("別の責任者に承認を依頼してください。", "Ask another officer to decide."));

    public static Refusal BadPeriod(int days) => new("REC-WVR-003",
        new($"期間は、終わりが始まりと今より後で、{days} 日以内になるように指定してください。", $"A waiver must end after it begins and after now, and last {days} days at most."),
        new("期間を直して、もう一度申請してください。続けて必要なときは、期限の前に改めて申請します。", "Correct the period and ask again. If it is needed longer, ask anew before it ends."));

    public static Refusal TextMissing { get; } = new("REC-WVR-004",
        new("理由と代替措置は、それぞれ 5 字から 2,000 字で入力してください。", "The reason and the measures taken instead have 5 to 2,000 characters each."),
        new("守れない理由と、その間に代わりに行うことを書いてください。", "Write why it can't be met, and what is done in the meantime."));

    public static Refusal UnknownObligation { get; } = new("REC-WVR-005",
        new("その義務は一覧にありません。", "There is no such obligation in the catalogue."),
        new("義務の画面から申請してください。", "Ask from the obligation's page."));

    public static Refusal AlreadyDecided { get; } = new("REC-WVR-006",
        new("この申請は、すでに決裁されています。", "This request has been decided already."),
        new("一覧で結果を確かめてください。", "See the result in the list."));

    public static Refusal NotInForce { get; } = new("REC-WVR-007",
        new("この例外措置は承認されていないか、すでに終わっています。", "This waiver is not approved, or is over already."),
        new("一覧で状態を確かめてください。", "See its state in the list."));

    public static Refusal Overtaken { get; } = new("REC-WVR-008",
        new("申請の期間がすでに過ぎているため、承認できません。", "The period asked for is over; it can't be approved."),
        new("必要であれば、新しい期間で申請してもらってください。", "Have it asked for anew, with another period."));
}
