using Sekisho.Assurance;

namespace Sekisho.Records.Exclusions;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal UnknownObligation { get; } = new("REC-EXC-001",
        new("その義務は一覧にありません。", "There is no such obligation in the catalogue."),
        new("義務の画面から記録してください。", "Record it from the obligation's page."));

    public static Refusal ReasonMissing { get; } = new("REC-EXC-002",
        new("対象外とする理由は 5 字から 2,000 字で入力してください。", "The reason has 5 to 2,000 characters."),
        new("なぜ当てはまらないかを、あとから読む人にわかるように書いてください。", "Write why it doesn't apply, for those who read it later."));

    public static Refusal AlreadyExcluded { get; } = new("REC-EXC-003",
        new("この義務は、すでに対象外として記録されています。", "This obligation is recorded as out of scope already."),
        new("理由を改めるときは、いったん取り消してから記録してください。", "To change the reason, withdraw it first."));

    public static Refusal Unknown { get; } = new("REC-EXC-004",
        new("その記録は見つからないか、すでに取り消されています。", "There is no such record, or it is withdrawn already."),
        new("一覧で確かめてください。", "See the list."));
}
