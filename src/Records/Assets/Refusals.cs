using Sekisho.Assurance;

namespace Sekisho.Records.Assets;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal AlreadyAdopted { get; } = new("REC-AST-001",
        new("取扱いの定めは、すでに作られています。何も変更していません。", "Handling rules are laid down already. Nothing was changed."),
        new("取扱いの定めを開いて、必要なところを直してください。", "Open the handling rules and change what is needed."));

    public static Refusal NotAdopted { get; } = new("REC-AST-002",
        new("取扱いの定めが、まだありません。", "No handling rules are laid down yet."),
        new("先に取扱いの定めを作ってください（国の例から始められます）。", "Lay them down first; the national table is a beginning."));

    public static Refusal RuleTooLong { get; } = new("REC-AST-003",
        new("取扱いの定めが長すぎます。何も変更していません。", "The handling rules are too long. Nothing was changed."),
        new("一行に一つ、短く書いてください。", "One rule a line, short."));

    public static Refusal RulesOvertaken { get; } = new("REC-AST-004",
        new("開いている間に、ほかの人が取扱いの定めを変更しました。入力された内容は保存していません。", "Somebody else changed the handling rules meanwhile. What you entered was not saved."),
        new("いまの内容と見比べて、必要な変更だけを保存し直してください。", "Compare with the present rules and save what is still needed."));

    public static Refusal WrongLabels { get; } = new("REC-AST-005",
        new("区分の呼び名を保存できません。何も変更していません。", "The labels can't be kept. Nothing was changed."),
        new("国の区分がどれも一つの呼び名に入るように直してください。", "Put every national class under exactly one label."));

    public static Refusal UnknownAsset { get; } = new("REC-AST-010",
        new("その情報資産は見つかりません。", "There is no such asset."),
        new("情報資産台帳から選び直してください。", "Choose from the register of assets."));

    public static Refusal Unclassified { get; } = new("REC-AST-011",
        new("分類されていない資産があるため、廃棄の方法を決められません。", "Some assets have no class, so nobody can tell how to dispose of them."),
        new("先に機密性を決めてください。", "Classify them first."));

    public static Refusal UnknownMethod { get; } = new("REC-AST-012",
        new("媒体と廃棄の方法の組合せが正しくありません。", "Medium and way of disposal don't go together."),
        new("媒体に合う方法を選び直してください。", "Choose a way that is meant for the medium."));

    public static Refusal TooWeak { get; } = new("REC-AST-013",
        new("その方法では、この分類の廃棄に足りません。", "That way is not enough for this class."),
        new("表にある方法を選ぶか、「情報資産の取扱い」の例外措置の承認を受けてください。", "Choose one of the table, or have a waiver of asset handling approved."));

    public static Refusal WrongMedium { get; } = new("REC-AST-014",
        new("選んだ媒体に当てはまらない種類の資産があります。", "Some of the assets can't be on that medium."),
        new("種類ごとに分けて申請してください。", "Ask for each kind separately."));

    public static Refusal InOtherDisposal { get; } = new("REC-AST-015",
        new("すでに廃棄の手続に入っている資産があります。", "Some of the assets are in a disposal already."),
        new("廃棄の一覧で確かめてください。", "See the register of disposals."));

    public static Refusal DisposalTextMissing { get; } = new("REC-AST-016",
        new("理由を 1〜500 字で入力してください。", "Enter why, in 1 to 500 characters."),
        new("例：保存期間（5年）が満了したため。", "For example: its retention of 5 years is over."));

    public static Refusal UnknownDisposal { get; } = new("REC-AST-017",
        new("その廃棄の記録は見つかりません。", "There is no such disposal."),
        new("廃棄の一覧から選び直してください。", "Choose from the register of disposals."));

    public static Refusal NotNow { get; } = new("REC-AST-018",
        new("この廃棄は、いまその手続をする段階にありません。何も変更していません。", "This disposal is not at that point. Nothing was changed."),
        new("廃棄の記録を読み直してください。", "Read it again."));

    public static Refusal OwnApplication { get; } = new("REC-AST-019",
        new("申請した人は、承認も却下もできません（兼務の禁止）。", "Whoever asked can't decide."),
        new("ほかの人に判断してもらってください。取りやめるときは取消しができます。", "Have somebody else decide. You may cancel it."));

    public static Refusal CertificateMissing { get; } = new("REC-AST-020",
        new("この分類の廃棄には、証明書のファイルが要ります。", "A disposal of this class needs its certificate."),
        new("廃棄・消去の証明書（写真や作業記録でも可）を添えてください。", "Attach the certificate of destruction or erasure, or the record of the work."));

    public static Refusal WitnessMissing { get; } = new("REC-AST-021",
        new("この分類の廃棄には、立ち会った職員の名前が要ります。", "A disposal of this class needs a witness of the office."),
        new("立ち会った人の名前を入力してください。", "Enter who saw it done."));

    public static Refusal BadDay { get; } = new("REC-AST-022",
        new("廃棄した日は、申請の日から今日までの日にしてください。", "The day of the disposal lies between the application and today."),
        new("日付を確かめてください。", "Check the day."));

    public static Refusal TooLargeCertificate { get; } = new("REC-AST-023",
        new("証明書のファイルが空か、大きすぎます（50 MB まで）。", "The certificate is empty or larger than 50 MB."),
        new("ファイルを選び直してください。", "Choose the file again."));

    public static Refusal StillInUse { get; } = new("REC-AST-024",
        new("使用中の資産は、「廃棄ではない」とは記録できません。", "What is in use can't be recorded as gone without a disposal."),
        new("廃止されたものだけを選んでください。", "Choose only what is out of use."));

    public static Refusal HasAssets { get; } = new("REC-AST-025",
        new("台帳に使用中の資産があるため、「情報資産はない」とは申し出られません。", "The unit has assets in the register, so it can't declare that it has none."),
        new("資産を確認するか、なくなったものを廃止してください。", "Confirm them, or retire what is gone."));

    public static Refusal UnknownUnit { get; } = new("REC-AST-026",
        new("その課は見つかりません。", "There is no such unit."),
        new("課を選び直してください。", "Choose the unit again."));

    internal static Refusal BadRule(int most, int length) => RuleTooLong with
    {
        Next = new($"一つの区分に {most} 行まで、一行は {length} 字までで書いてください。", $"At most {most} lines a class and {length} characters a line."),
    };

    internal static Refusal RulesChanged(RulesKept? kept) => kept is null ? RulesOvertaken : RulesOvertaken with
    {
        What = new(
            $"開いている間に、{kept.By.Name}さんが取扱いの定めを変更しました（{JapaneseTime.Moment(kept.At).Ja}）。入力された内容は保存していません。",
            $"{kept.By.Name} changed the handling rules meanwhile ({JapaneseTime.Moment(kept.At).En}). What you entered was not saved."),
    };

    internal static Refusal BadLabels(Bilingual why) => WrongLabels with { What = new(why.Ja + "。何も変更していません。", why.En + ". Nothing was changed.") };

    /// <summary>Which way is not enough for which group, and which ones are.</summary>
    internal static Refusal WeakerThan(DisposalGroup group, DisposalMethod method, IReadOnlyList<DisposalMethod> enough) => TooWeak with
    {
        What = new($"「{method.Name.Ja}」は、{group.Name.Ja}の廃棄には足りません。", $"“{method.Name.En}” is not enough for: {group.Name.En}."),
        Next = new(
            $"次のどれかにしてください：{string.Join("、", enough.Select(m => m.Name.Ja))}。ほかの方法によるときは、「情報資産の取扱い」の例外措置の承認を受けてください。",
            $"Choose one of: {string.Join("; ", enough.Select(m => m.Name.En))}. For another way, have a waiver of asset handling approved."),
    };

    /// <summary>The same, naming the asset.</summary>
    internal static Refusal About(this Refusal why, string number, string title) => why with { What = new($"{number}「{title}」：{why.What.Ja}", $"{number} {title}: {why.What.En}") };
}
