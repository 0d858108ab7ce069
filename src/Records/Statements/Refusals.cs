using Sekisho.Assurance;

namespace Sekisho.Records.Statements;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal SecondFactorMissing { get; } = new("REC-STM-001",
        new("申告には、二要素目の確認が必要です。", "A statement needs the second factor to be confirmed."),
        new("認証アプリの番号かパスキーで確認して、もう一度署名してください。入力した内容は残っています。", "Confirm with your app's code or a passkey and sign again. What you entered is kept."));

    public static Refusal UnknownCriterion { get; } = new("REC-STM-002",
        new("その判定基準は見つかりません。", "There is no such criterion."),
        new("義務の画面から選び直してください。", "Choose it from the obligation's page."));

    public static Refusal TextMissing { get; } = new("REC-STM-003",
        new("申告の内容は 10 字から 2,000 字で入力してください。", "A statement has 10 to 2,000 characters."),
        new("いつ、何を、どのように確かめたかを書いてください。", "Write when, what and how you checked."));

    public static Refusal FileMissing { get; } = new("REC-STM-004",
        new("根拠となる資料が添付されていません。", "The supporting file is missing."),
        new("議事録、写真、一覧表などを 1 つ以上添付してください。", "Attach at least one: minutes, a photograph, a list."));

    public static Refusal BadExpiry(int most) => new("REC-STM-005",
        new($"有効期限は、今日より後、{most} 日以内で指定してください。", $"The expiry must be after today and within {most} days."),
        new("次に確かめる日を選んでください。", "Choose the day when it will be checked again."));
}
