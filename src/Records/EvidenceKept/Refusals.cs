using Sekisho.Assurance;

namespace Sekisho.Records.EvidenceKept;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal BadKind { get; } = new("REC-EVI-001",
        new("証跡の種別は、半角の英小文字・数字・点・ハイフンで 100 字まで使えます。", "A kind of evidence has up to 100 of a–z, 0–9, dots and hyphens."),
        new("種別を直して、もう一度送ってください。", "Correct the kind and send it again."));

    public static Refusal FromTheFuture(DateTimeOffset at) => new("REC-EVI-002",
        new($"観測の時刻（{JapaneseTime.Moment(at).Ja}）が未来です。", $"It says that it was observed in the future ({JapaneseTime.Moment(at).En})."),
        new("送り手の時計を合わせて、もう一度送ってください。", "Set the sender's clock and send it again."));

    public static Refusal BadFacts { get; } = new("REC-EVI-003",
        new("数値の名前は英字で始まる 64 字まで、数値は 64 個までです。桁数は整数部 15 桁、小数部 6 桁までです。", "Facts: names begin with a letter and have up to 64 characters, at most 64 of them, numbers with up to 15 digits and 6 decimals."),
        new("内容を直して、もう一度送ってください。", "Correct it and send it again."));

    public static Refusal BadText { get; } = new("REC-EVI-004",
        new("説明文は日本語と英語の両方が必要で、それぞれ 2,000 字までです。対象の名前は 200 字までです。", "The sentence is needed in both languages, up to 2,000 characters each; the subject has up to 200."),
        new("内容を直して、もう一度送ってください。", "Correct it and send it again."));

    public static Refusal AlreadyExpired { get; } = new("REC-EVI-005",
        new("有効期限が観測の時刻より前です。", "It expires before it was observed."),
        new("有効期限を確かめてください。", "Check the expiry."));

    public static Refusal AttachmentTooLarge(string name) => new("REC-EVI-006",
        new($"添付「{KeptFiles.SafeName(name)}」が 50 MB を超えています。", $"Attachment \"{KeptFiles.SafeName(name)}\" is larger than 50 MB."),
        new("小さくするか、分けて添付してください。", "Make it smaller or attach it in parts."));

    public static Refusal TooManyAttachments { get; } = new("REC-EVI-007",
        new("添付は 20 個までです。", "There can be up to 20 attachments."),
        new("まとめるか、別の証跡に分けてください。", "Put them together, or record several pieces of evidence."));

    public static Refusal Statement { get; } = new("REC-EVI-008",
        new("申告は、申告の画面から署名して登録してください。", "A statement has to be signed on the statement page."),
        new("義務の画面で「申告する」を選んでください。", "Choose \"state\" on the obligation's page."));

    public static Refusal Unknown { get; } = new("REC-EVI-009",
        new("その証跡は見つかりません。", "There is no such evidence."),
        new("証跡の一覧から選び直してください。", "Choose from the list of evidence."));

}
