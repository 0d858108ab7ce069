using Sekisho.Assurance;

namespace Sekisho.Records.Documents;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal UnknownDocument { get; } = new("REC-DOC-001",
        new("その文書は登録されていません。", "There is no such document."),
        new("文書の一覧から選び直してください。", "Choose from the list of documents."));

    public static Refusal BadName { get; } = new("REC-DOC-002",
        new("文書の名前は 1〜200 字で入力してください。", "The name of a document has 1 to 200 characters."),
        new("名前を直してください。", "Correct the name."));

    public static Refusal SameKey { get; } = new("REC-DOC-003",
        new("その記号は、ほかの文書に使われています。何も変更していません。", "Another document has that key. Nothing was changed."),
        new("別の記号にしてください。", "Use another key."));

    public static Refusal OwnDraft { get; } = new("REC-DOC-004",
        new("起案した人は、自分の文書を審査・承認できません（兼務の禁止）。", "Who drafted a document can neither review nor approve it (separation of duties)."),
        new("別の人に審査・承認を依頼してください。", "Ask another person."));

    public static Refusal NotTheApprover(Bilingual approver) => new("REC-DOC-005",
        new($"この文書を承認できるのは、{approver.Ja}だけです。", $"Only the {approver.En} can approve this document."),
        new("承認者に依頼してください。承認者を変えるときは、文書の設定で選び直します。", "Ask the approver. To change the approver, choose another in the document's settings."));

    public static Refusal NotApproved(Bilingual approver) => new("REC-DOC-006",
        new($"この版は、まだ{approver.Ja}の承認を受けていません。", $"This version is not approved by the {approver.En} yet."),
        new("審査と承認を受けてから施行してください。紙で決裁済みのときは、決裁の記録を入力してください。", "Have it reviewed and approved first. If it was decided on paper, record that decision."));

    public static Refusal WrongStage(DocumentStage stage) => new("REC-DOC-007",
        new($"この版は、いま「{stage.Name().Ja}」です。この操作はできません。", $"This version is at the stage \"{stage.Name().En}\"; that can't be done now."),
        new("文書の画面を開き直して、次の手続を確かめてください。", "Open the document again and see what comes next."));

    public static Refusal NotLinked { get; } = new("REC-DOC-008",
        new("あなたのアカウントは、職員の名簿と対応付けられていません。", "Your account is not linked to a person of the organisation."),
        new("アカウントの管理者に、対応付けを依頼してください。", "Ask whoever manages accounts to link it."));

    public static Refusal NothingToApprove { get; } = new("REC-DOC-009",
        new("この文書には承認者が決められていません。", "No approver is named for this document."),
        new("文書の設定で承認者を選んでください。", "Choose the approver in the document's settings."));

    public static Refusal ReferenceMissing { get; } = new("REC-DOC-010",
        new("決裁の日（今日まで）、決裁した人の職、決裁番号を入力してください。", "Enter the day of the decision (today or before), who decided, and its reference."),
        new("紙の決裁文書を見て入力してください。", "Copy them from the decision on paper."));

    public static Refusal Retired { get; } = new("REC-DOC-011",
        new("この文書は廃止されています。", "This document is retired."),
        new("操作は不要です。", "Nothing needs to be done."));

    public static Refusal StillInForce { get; } = new("REC-DOC-012",
        new("基本方針は廃止できません。", "The basic policy can't be retired."),
        new("新しい版を施行してください。", "Put a new version in force instead."));

    public static Refusal BadApprover { get; } = new("REC-DOC-013",
        new("承認者には、CISO から情報システム管理者までの職か、委任を受けた職（60 字まで）と名簿の人を選んでください。", "The approver is a post from CISO to system manager, or a delegated office (60 characters) with a person of the register."),
        new("選び直してください。", "Choose again."));

    public static Refusal NotReadable { get; } = new("REC-DOC-014",
        new("この版は本文を読み取っていないため、くらべられません。", "The text of this version could not be read, so it can't be compared."),
        new("元の文書を開いて確かめてください。", "Open the originals instead."));

    public static Refusal NoteMissing { get; } = new("REC-DOC-015",
        new("理由が入力されていません。", "The reason is missing."),
        new("起案した人が直せるよう、理由を一文で入力してください。", "Give the reason in a sentence, so that the author can correct it."));

    public static Refusal AlreadyLinked { get; } = new("REC-DOC-016",
        new("その職員は、別のアカウントと対応付けられています。何も変更していません。", "That person is linked to another account. Nothing was changed."),
        new("先に前の対応付けを外してください。", "Remove the other link first."));

    public static Refusal UnknownAccount { get; } = new("REC-DOC-017",
        new("そのアカウントか職員は見つかりません。", "There is no such account or person."),
        new("一覧から選び直してください。", "Choose from the list."));

    public static Refusal NoWatermark { get; } = new("REC-DOC-018",
        new("透かしを入れるプログラム qpdf を使えないため、この PDF を開けません。閲覧の記録は残りました。", "qpdf, which puts the watermark in, can't be used, so this PDF can't be opened. The opening stays recorded."),
        new("システム管理者に、qpdf の導入を依頼してください。暗号化された PDF は、解除して取り込み直してください。", "Ask the administrator to install qpdf. An encrypted PDF must be imported without its encryption."));

    public static Refusal NoText { get; } = new("REC-DOC-019",
        new("この形式の文書には透かしを入れられず、画面で読むこともできません。", "A file of this format can neither be watermarked nor be shown as text."),
        new("PDF にして取り込み直すか、セキュリティ担当に原本の取出しを依頼してください。", "Import it as PDF, or ask the security office for the original."));

    public static Refusal UnknownTrace { get; } = new("REC-DOC-020",
        new("その条項か文書は、施行中の規程にありません。", "There is no such provision or document in force."),
        new("対応付けの画面を開き直して、選び直してください。", "Open the page again and choose."));

    public static Refusal WrongOrder { get; } = new("REC-DOC-021",
        new("上位の規程の条項に、下位の文書を対応付けてください（基本方針 → 対策基準 → 実施手順・様式）。", "A lower document carries out an upper one: policy, then standards, then procedures and forms."),
        new("上と下を選び直してください。", "Choose the upper and the lower again."));

    public static Refusal StillPublic { get; } = new("REC-DOC-022",
        new("この版は公表中のため、不開示にできません。", "This version is public, so it can't be withheld."),
        new("先に公表を取り下げてください。", "Take its publication down first."));
}
