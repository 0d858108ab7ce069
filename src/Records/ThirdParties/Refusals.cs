using Sekisho.Assurance;

namespace Sekisho.Records.ThirdParties;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal UnknownLine { get; } = new("REC-CON-001",
        new("点検表にない行の答えがあります。何も保存していません。", "There is an answer to a line that the sheet doesn't have. Nothing was saved."),
        new("点検表を開き直して、入力し直してください。", "Open the sheet again and enter it anew."));

    public static Refusal LineIncomplete { get; } = new("REC-CON-002",
        new("書き足していただく行があります。何も保存していません。", "Some lines need a word more. Nothing was saved."),
        new("「有り」には契約書の条を、「満たさない」「該当しない」には理由を 200 字までで書いてください。", "Name the contract's article for a clause that is there, and the reason where a criterion isn't met or doesn't apply; 200 characters at most."));

    public static Refusal SheetOvertaken { get; } = new("REC-CON-003",
        new("開いている間に、ほかの人がこの点検表を保存しました。入力された内容は保存していません。", "Somebody else saved this sheet while it was open. What you entered was not saved."),
        new("いまの内容と見比べて、保存し直してください。", "Compare with the present sheet and save again."));

    public static Refusal EventIncomplete { get; } = new("REC-CON-004",
        new("件名（1〜200 字）と、今日までの日付が必要です。説明は 2,000 字までです。", "It needs a title (1 to 200 characters) and a day not in the future; the text has 2,000 characters at most."),
        new("示された項目を直して、もう一度保存してください。", "Correct it and save again."));

    public static Refusal NothingToClose { get; } = new("REC-CON-005",
        new("その記録は見つからないか、すでに済んでいます。何も変更していません。", "There is no such record, or it is settled already. Nothing was changed."),
        new("契約のページを読み直してください。", "Read the contract's page again."));

    public static Refusal OwnSubcontract { get; } = new("REC-CON-006",
        new("再委託は、申請を記録した人とは別の人が決めます。何も変更していません。", "Another person than the one who entered the request decides about re-subcontracting. Nothing was changed."),
        new("別の担当者に決定を頼んでください。", "Ask somebody else to decide."));

    public static Refusal CertificateMissing { get; } = new("REC-CON-007",
        new("消去の確認には、消去の証明書のファイルが必要です。", "The deletion needs its certificate as a file."),
        new("委託先から受け取った証明書を添付してください。", "Attach the certificate that the contractor gave."));

    public static Refusal BadFile { get; } = new("REC-CON-008",
        new("ファイルは一つ 10 MB まで、合わせて 10 個までです。空のファイルは添付できません。", "A file has 10 MB at most, and there are ten at most. An empty one can't be attached."),
        new("小さくするか、分けて添付してください。", "Make it smaller or attach fewer."));

    public static Refusal NothingRuns { get; } = new("REC-CON-009",
        new("この委託先には、いま続いている契約がありません。確認は頼んでいません。", "This contractor has no running contract. Nothing was asked."),
        new("委託契約台帳の期間を確かめてください。", "See the periods in the register of contracts."));

    public static Refusal AlreadyAsked { get; } = new("REC-CON-010",
        new("この委託先には、終わっていない確認の依頼があります。", "This contractor was asked already, and that isn't finished."),
        new("その依頼のページで、リンクとコードを作り直すか、取り下げてください。", "On its page make a new link and code, or withdraw it."));

    public static Refusal UnknownConfirmation { get; } = new("REC-CON-011",
        new("その確認の依頼は見つかりません。", "There is no such confirmation."),
        new("委託先の一覧から選び直してください。", "Choose from the list of contractors."));

    public static Refusal NotAtThatStep { get; } = new("REC-CON-012",
        new("この依頼は、いまその段階にありません。何も変更していません。", "The confirmation isn't at that step. Nothing was changed."),
        new("ページを読み直して、いまの状態を確かめてください。", "Read the page again to see where it stands."));

    public static Refusal BadDue { get; } = new("REC-CON-013",
        new("期限は、明日から 90 日以内の日にしてください。", "The due day lies between tomorrow and 90 days from now."),
        new("期限を直してください。", "Correct the day."));

    public static Refusal NoSubcontracting { get; } = new("REC-CON-014",
        new("この契約は、再委託をしない契約として登録されています。何も記録していません。", "The contract is registered as one without re-subcontracting. Nothing was recorded."),
        new("再委託を認めるときは、先に契約の「再委託」を直してください。", "If it is to be allowed, correct the contract's entry first."));

    /// <summary>The one answer of the public page to whatever isn't right, so that it tells nothing.</summary>
    public static Refusal DoorClosed { get; } = new("REC-CON-015",
        new("このリンクと確認コードでは開けません。リンクか確認コードが正しくないか、期限が過ぎたか、続けて間違えたためにしばらく止まっています。", "This link and code open nothing. One of them is wrong or out of date, or too many wrong codes were entered a moment ago."),
        new("15 分たってからもう一度試すか、依頼した自治体の担当者に連絡してください。", "Try again after 15 minutes, or call the municipality that asked you."));

    public static Refusal AnswersIncomplete { get; } = new("REC-CON-016",
        new("まだ答えていない質問か、直していただく答えがあります。入力は残っています。", "Some questions aren't answered yet, or an answer has to be corrected. What you entered is kept."),
        new("示された質問に答えて、もう一度送ってください。", "Answer the questions shown and send again."));

    public static Refusal NoteMissing { get; } = new("REC-CON-017",
        new("1〜500 字で書いてください。", "Write 1 to 500 characters."),
        new("あとで読む人に分かるように、短く書いてください。", "A short sentence for whoever reads it later."));

    public static Refusal WrongPost { get; } = new("REC-CLD-001",
        new("その人は、この区分の情報を置くサービスを承認する職に就いていません。何も決めていません。", "That person doesn't hold a post that approves services for this class of information. Nothing was decided."),
        new("承認する職の人を選んでください。空席のときは、先に組織のページで任命します。", "Choose somebody in the right post; if it is vacant, appoint somebody first."));

    public static Refusal OwnService { get; } = new("REC-CLD-002",
        new("承認は、申請した人（台帳に最後に書いた人）とは別の人が決め、別の人が記録します。何も決めていません。", "Another person than the applicant (who last wrote the entry) decides, and another enters the decision. Nothing was decided."),
        new("別の担当者に頼んでください。", "Ask somebody else."));

    public static Refusal NotApprovable { get; } = new("REC-CLD-003",
        new("このままでは承認できません。", "It can't be approved as it stands."),
        new("台帳の記載を直すか、置く情報を見直してください。", "Correct the entry, or think again about what is put there."));

    public static Refusal BadUntil { get; } = new("REC-CLD-004",
        new("承認の期限は、明日から 3 年以内の日にしてください。", "An approval lasts until a day between tomorrow and three years from now."),
        new("期限を直してください。", "Correct the day."));

    public static Refusal WhyRefused { get; } = new("REC-CLD-005",
        new("承認しない理由を 1〜1,000 字で書いてください。", "Say in 1 to 1,000 characters why it isn't approved."),
        new("申請した人に分かるように書いてください。", "So that the applicant understands."));

    public static Refusal ServiceChanged { get; } = new("REC-CLD-006",
        new("開いている間に、台帳の記載が変わりました。何も決めていません。", "The entry changed while the page was open. Nothing was decided."),
        new("いまの記載を読んでから決めてください。", "Read the present entry, then decide."));

    public static Refusal BadPost { get; } = new("REC-SNS-001",
        new("投稿の文を 1〜4,000 字で入力してください。", "A post has 1 to 4,000 characters."),
        new("文を直してください。", "Correct the text."));

    public static Refusal OwnPost { get; } = new("REC-SNS-002",
        new("投稿は、書いた人とは別の人が確かめます。何も変更していません。", "Another person than its author approves a post. Nothing was changed."),
        new("別の担当者に確認を頼んでください。", "Ask a colleague."));

    public static Refusal UnknownPost { get; } = new("REC-SNS-003",
        new("その投稿は見つかりません。", "There is no such post."),
        new("アカウントのページから選び直してください。", "Choose from the account's page."));

    public static Refusal PostNotAtThatStep { get; } = new("REC-SNS-004",
        new("この投稿は、いまその段階にありません。何も変更していません。", "The post isn't at that step. Nothing was changed."),
        new("ページを読み直してください。", "Read the page again."));

    public static Refusal AccountNotReady { get; } = new("REC-SNS-005",
        new("運用手順か責任者が決まっていないアカウントでは、投稿を始められません。", "Posting can't begin on an account without its procedure or its responsible officer."),
        new("先に台帳へ記入してください。", "Fill in the register first."));

    public static Refusal WhyReturned { get; } = new("REC-SNS-006",
        new("直してほしいことを 1〜500 字で書いてください。", "Say in 1 to 500 characters what has to be changed."),
        new("書いた人に分かるように書いてください。", "So that the author understands."));

    public static Refusal BadAddress { get; } = new("REC-SNS-007",
        new("投稿のアドレスは、http:// か https:// で始まる 1,000 字までです。", "The address of a post begins with http:// or https:// and has 1,000 characters at most."),
        new("アドレスを直すか、空のままにしてください。", "Correct it, or leave it empty."));

    internal static Refusal Lines(IReadOnlyList<CheckItem> items) => LineIncomplete with
    {
        What = new($"{LineIncomplete.What.Ja}（{string.Join("、", items.Select(i => i.Name.Ja))}）", $"{LineIncomplete.What.En} ({string.Join("; ", items.Select(i => i.Name.En))})"),
    };

    internal static Refusal Obstacles(IReadOnlyList<Bilingual> obstacles) => NotApprovable with
    {
        What = new(NotApprovable.What.Ja + string.Concat(obstacles.Select(o => o.Ja)), NotApprovable.What.En + string.Concat(obstacles.Select(o => " " + o.En))),
    };
}
