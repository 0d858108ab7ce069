using Sekisho.Assurance;

namespace Sekisho.Records.Terminals;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal NameMissing { get; } = new("REC-TRM-001",
        new("トークンの名前を 1〜100 字で入力してください。", "Name the token, in 1 to 100 characters."),
        new("例：住民課の端末（令和8年度）", "For example: terminals of the residents section, 2026."));

    public static Refusal BadLife { get; } = new("REC-TRM-002",
        new("トークンの有効期限は、今日より後、2年以内で指定してください。", "A token lasts to a day after today and two years at most."),
        new("期限を直してください。", "Correct the day."));

    public static Refusal UnknownEnrolment { get; } = new("REC-TRM-003",
        new("そのトークンはないか、すでに止めてあります。", "There is no such token, or it is stopped already."),
        new("一覧を読み直してください。", "Read the list again."));

    public static Refusal NoReport { get; } = new("REC-TRM-004",
        new("端末の報告として読めません。何も変更していません。", "This is no report of a terminal. Nothing was changed."),
        new("sekisho agent report の出力を、そのまま送ってください。", "Send what sekisho agent report gives, as it is."));

    public static Refusal UnknownTerminal { get; } = new("REC-TRM-005",
        new("その端末は台帳にありません。", "There is no such terminal in the register."),
        new("端末台帳から選び直してください。", "Choose from the register of terminals."));

    public static Refusal UnknownReport { get; } = new("REC-TRM-006",
        new("その報告は見つかりません。", "There is no such report."),
        new("一覧を読み直してください。", "Read the list again."));
}
