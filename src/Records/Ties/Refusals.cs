using Sekisho.Assurance;

namespace Sekisho.Records.Ties;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal UnknownTie { get; } = new("REC-TIE-001",
        new("その結び付きは見つかりません。", "There is no such tie."),
        new("規程の画面から選び直してください。", "Choose it from the policy again."));

    public static Refusal UnknownProvision { get; } = new("REC-TIE-002",
        new("その条項は、この版にありません。", "This version has no such provision."),
        new("規程の画面から選び直してください。", "Choose it from the policy again."));

    public static Refusal UnknownObligation(ObligationId id) => new("REC-TIE-003",
        new($"義務「{id}」は一覧にありません。", $"There is no obligation \"{id}\" in the catalogue."),
        new("義務の一覧から選び直してください。", "Choose from the catalogue of obligations."));

    public static Refusal AlreadyTied { get; } = new("REC-TIE-004",
        new("この条項は、すでにその義務と結び付いています。", "The provision is tied to that obligation already."),
        new("結び付きを確認するか、別の義務を選んでください。", "Confirm the tie, or choose another obligation."));

    public static Refusal ReasonMissing { get; } = new("REC-TIE-005",
        new("理由が入力されていません。", "The reason is missing."),
        new("あとから読む人にわかるよう、理由を一文で入力してください。", "Give the reason in a sentence, for those who read it later."));

    public static Refusal AlreadySo(TieState state) => new("REC-TIE-006",
        state == TieState.Confirmed
            ? new Bilingual("この結び付きは、すでに確認されています。", "The tie is confirmed already.")
            : new Bilingual("この結び付きは、すでに却下されています。", "The tie is rejected already."),
        new("操作は不要です。", "Nothing needs to be done."));
}
