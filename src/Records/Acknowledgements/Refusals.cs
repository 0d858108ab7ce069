using Sekisho.Assurance;

namespace Sekisho.Records.Acknowledgements;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal UnknownCampaign { get; } = new("REC-ACK-001",
        new("その周知は見つかりません。", "There is no such campaign."),
        new("周知の一覧から選び直してください。", "Choose from the list of campaigns."));

    public static Refusal AlreadyOpen { get; } = new("REC-ACK-002",
        new("この版の周知は、すでに始まっています。", "This version is being brought to everyone already."),
        new("周知の一覧から開いてください。", "Open it from the list of campaigns."));

    public static Refusal NotInForce { get; } = new("REC-ACK-003",
        new("施行日の決まっていない版は周知できません。", "A version without an effective date can't be brought to everyone."),
        new("先に施行日を記録してください。", "Record its effective date first."));

    public static Refusal BadScope { get; } = new("REC-ACK-004",
        new("対象の職員区分を一つ以上選び、期限は今日以降の日にしてください。", "Choose at least one kind of staff, and a due day that is not past."),
        new("対象と期限を直してください。", "Correct the scope and the due day."));

    public static Refusal NotConcerned { get; } = new("REC-ACK-005",
        new("この周知の対象に、あなたは含まれていません。", "This campaign doesn't concern you."),
        new("操作は不要です。対象のはずのときは、セキュリティ担当に知らせてください。", "Nothing needs to be done. If it should, tell the security office."));

    public static Refusal AlreadyGiven { get; } = new("REC-ACK-006",
        new("すでに確認済みです。", "It is acknowledged already."),
        new("操作は不要です。", "Nothing needs to be done."));

    public static Refusal HasAccount(string name) => new("REC-ACK-007",
        new($"{name}さんはサインインできるため、本人が確認します。何も記録していません。", $"{name} can sign in, and so acknowledges in person. Nothing was recorded."),
        new("その人を外して、もう一度記録してください。", "Leave that person out and try again."));

    public static Refusal OutsideUnit { get; } = new("REC-ACK-008",
        new("ほかの課の人の分は記録できません。何も記録していません。", "People of another section can't be signed for. Nothing was recorded."),
        new("自分の課の人だけを選んでください。", "Choose people of your own section."));

    public static Refusal HowMissing { get; } = new("REC-ACK-009",
        new("対象の人と、どのように周知したかを入力してください。", "Choose the people, and say how they were told."),
        new("例：朝礼で説明し、署名簿に署名を受けた。", "For example: explained at the morning meeting; they signed the list."));

    public static Refusal BadLink { get; } = new("REC-ACK-010",
        new("このリンクは使用済みか、期限が切れています。", "This link was used already, or has expired."),
        new("所属長に、新しいリンクを依頼してください。", "Ask your manager for a new one."));
}
