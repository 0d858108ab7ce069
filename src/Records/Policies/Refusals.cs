using Sekisho.Assurance;

namespace Sekisho.Records.Policies;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal TooLarge(long bytes) => new("REC-POL-001",
        new($"ファイルが大きすぎます（{bytes / 1_048_576} MB）。50 MB まで取り込めます。何も変わっていません。", $"The file is too large ({bytes / 1_048_576} MB); up to 50 MB can be imported. Nothing has changed."),
        new("画像を除いた文書か、条文だけの文書を取り込んでください。", "Import the document without its pictures, or its text only."));

    public static Refusal BadKey { get; } = new("REC-POL-002",
        new("規程の記号には、半角の英小文字・数字・ハイフンを 63 字まで使えます。", "The key of a policy has up to 63 of a–z, 0–9 and hyphens."),
        new("記号を直して、もう一度取り込んでください。", "Correct the key and import again."));

    public static Refusal UnknownVersion { get; } = new("REC-POL-003",
        new("その版は見つかりません。", "There is no such version."),
        new("版の一覧から選び直してください。", "Choose from the list of versions."));

    public static Refusal AlreadyInForce(DateOnly on) => new("REC-POL-004",
        new($"この版は、すでに {JapaneseTime.Date(on).Ja} 施行として記録されています。", $"This version is already recorded as effective on {JapaneseTime.Date(on).En}."),
        new("施行日を改めるときは、別の日付を入力してください。", "To correct the date, enter another one."));

    public static Refusal UnknownFinding { get; } = new("REC-POL-005",
        new("その指摘は見つかりません。", "There is no such finding."),
        new("指摘の一覧から選び直してください。", "Choose from the list of findings."));

    public static Refusal NoteMissing { get; } = new("REC-POL-006",
        new("理由が入力されていません。", "The reason is missing."),
        new("あとから読む人にわかるよう、理由を一文で入力してください。", "Give the reason in a sentence, for those who read it later."));

    public static Refusal Withheld(string ground) => new("REC-POL-007",
        new($"この文書は公開しないこととされています（{ground}）。", $"This document is withheld from disclosure ({ground})."),
        new("閲覧が必要なときは、セキュリティ担当に申し出てください。", "Ask the security office if you need to read it."));

    public static Refusal PurposeMissing { get; } = new("REC-POL-008",
        new("閲覧の目的が入力されていません。", "The purpose of reading is missing."),
        new("目的を入力してください。閲覧は記録簿に記録されます。", "Enter the purpose; the reading is recorded in the ledger."));

    public static Refusal NotWithheld { get; } = new("REC-POL-009",
        new("この版は非公開とされていません。", "This version is not withheld."),
        new("操作は不要です。", "Nothing needs to be done."));

    public static Refusal NeverInForce { get; } = new("REC-POL-010",
        new("この日に施行中の規程はありません。", "No policy was in force at that moment."),
        new("規程を取り込み、施行日を記録してください。", "Import the policy and record its effective date."));

    public static Refusal BadWord { get; } = new("REC-POL-011",
        new("用語は 1 字から 60 字で入力してください。", "A word has 1 to 60 characters."),
        new("入力を直して、もう一度保存してください。", "Correct it and save again."));
}
