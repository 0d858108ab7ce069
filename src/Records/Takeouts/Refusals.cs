using Sekisho.Assurance;

namespace Sekisho.Records.Takeouts;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal Unknown { get; } = new("REC-TKO-001",
        new("その持ち出しは見つかりません。", "There is no such take-out."),
        new("持ち出しの一覧から選び直してください。", "Choose from the list of take-outs."));

    public static Refusal TextMissing { get; } = new("REC-TKO-002",
        new("何を、なぜ、どこへ持ち出すかを入力してください（それぞれ 500 字まで、行き先は 200 字まで）。", "Enter what is taken out, why and where to (500 characters each, 200 for the place)."),
        new("空いている欄を書いてください。", "Fill in what is empty."));

    public static Refusal BadPeriod(int days) => new("REC-TKO-003",
        new($"期間は、今日以降に始まり、{days} 日以内になるように指定してください。", $"It begins today or later and lasts {days} days at most."),
        new("日付を直してください。長くかかるときは、途中で延長を申請します。", "Correct the days. If it takes longer, ask for an extension meanwhile."));

    public static Refusal CarrierMissing { get; } = new("REC-TKO-004",
        new("持ち出す媒体か端末を、台帳の番号で選んでください。", "Choose the medium or terminal by its number in the register."),
        new("台帳にない媒体では持ち出せません。", "Media that aren't in the register can't be used."));

    public static Refusal NotEncrypted { get; } = new("REC-TKO-005",
        new("その媒体は、台帳で暗号化していることになっていません。", "The register doesn't say that this medium is encrypted."),
        new("暗号化した媒体を選んでください。", "Choose an encrypted one."));

    public static Refusal SafeguardMissing(string ja, string en) => new("REC-TKO-006",
        new($"この情報の持ち出しには、次の措置が要ります: {ja}。", $"Taking this out asks for: {en}."),
        new("措置をとって、選んでください。", "Take the measure and choose it."));

    public static Refusal SamePerson { get; } = new("REC-TKO-007",
        new("申請した人は、自分の持ち出しを承認・確認できません。", "The person who asks for a take-out can't approve or check it."),
        new("課の情報セキュリティ管理者に依頼してください。", "Ask the section's information-security manager."));

    public static Refusal NoAuthority { get; } = new("REC-TKO-008",
        new("この持ち出しを承認できるのは、その課の情報セキュリティ管理者か、上位の責任者です。", "It is approved by the section's information-security manager or an officer above."),
        new("その職に任命され、アカウントが職員と結び付いているかを、セキュリティ担当に確かめてください。", "Ask the security office whether you are appointed and your account is linked to you."));

    public static Refusal WrongState { get; } = new("REC-TKO-009",
        new("この持ち出しは、いまその段階ではありません。何も変更していません。", "The take-out isn't at that stage. Nothing was changed."),
        new("画面を読み直して、いまの状態を確かめてください。", "Read the page again and see where it stands."));

    public static Refusal NotYours { get; } = new("REC-TKO-010",
        new("取り下げと延長の申請は、持ち出しを申請した人だけができます。", "Only who asked for it can withdraw it or ask for an extension."),
        new("申請した人に頼んでください。", "Ask the applicant."));

    public static Refusal AlreadyOut { get; } = new("REC-TKO-011",
        new("その媒体・端末は、別の持ち出しでまだ返却されていません。", "That medium or terminal is still out by another take-out."),
        new("返却を確かめるか、別の媒体を選んでください。", "See that it is returned, or choose another."));

    public static Refusal NotInPeriod { get; } = new("REC-TKO-012",
        new("承認された期間の外なので、持ち出せません。", "It is outside of the approved period."),
        new("期間の中で持ち出すか、改めて申請してください。", "Take it out within the period, or ask anew."));

    public static Refusal NotAllBack { get; } = new("REC-TKO-013",
        new("すべて戻り、内容を消した（紙は戻した）ことを確かめてから返却にしてください。", "It is returned when everything is back and what was on it is deleted (paper: filed)."),
        new("戻っていないものがあるときは、返却にせず、紛失を記録するか延長を申請します。", "If something is missing, record the loss or ask for an extension."));

    public static Refusal LossMissing { get; } = new("REC-TKO-014",
        new("気付いた日時（今より前）、場所、何があったかを入力してください。", "Enter when it was noticed (before now), where, and what happened."),
        new("分かっていることだけで構いません。後から事案の記録に書き足せます。", "What is known is enough; the incident's record can say more later."));

    public static Refusal UnknownAsker { get; } = new("REC-TKO-018",
        new("申請した人のアカウントが、職員に結び付いていません。何も変更していません。", "The applicant's account belongs to no person of the organisation. Nothing was changed."),
        new("セキュリティ担当に、アカウントと職員の対応付けを頼んでください。", "Have the security officer link the account to the person."));

    public static Refusal BadReason { get; } = new("REC-TKO-015",
        new("理由を 1〜500 字で入力してください。", "Enter the reason, in 1 to 500 characters."),
        new("申請した人が次にどうすればよいかが分かるように書いてください。", "Write it so that the applicant knows what to do."));

    public static Refusal UnknownThing { get; } = new("REC-TKO-016",
        new("選んだ組織・情報資産・媒体・端末が見つからないか、使用中ではありません。", "The unit, asset, medium or terminal chosen isn't there or not in use."),
        new("選び直してください。", "Choose again."));

    public static Refusal BadExtension(int days) => new("REC-TKO-017",
        new($"延長は、いまの期限より後で、今日から {days} 日以内にしてください。", $"An extension goes beyond the present day and {days} days from today at most."),
        new("日付を直してください。", "Correct the day."));
}
