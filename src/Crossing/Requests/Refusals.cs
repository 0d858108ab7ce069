using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Crossing.Routes;
using Sekisho.Records;

namespace Sekisho.Crossing.Requests;

/// <summary>Where the rules of the crossing say no.</summary>
public static class Refusals
{
    public static Refusal Unknown { get; } = new("XNG-REQ-001",
        new("その授受の申請は見つかりません。", "There is no such request."),
        new("一覧から選び直してください。", "Choose from the list."));

    public static Refusal RouteClosed { get; } = new("XNG-REQ-002",
        new("その経路は、いまは使えません。", "That route can't be used now."),
        new("セキュリティ担当に、経路を開けるかを確かめてください。", "Ask the security officer whether it can be opened."));

    public static Refusal TextMissing { get; } = new("XNG-REQ-003",
        new("目的や宛先が書かれていないか、長すぎます（目的 500 文字、宛先 200 文字まで）。何も保存していません。", "Purpose or recipient is missing or too long (500 and 200 characters). Nothing was kept."),
        new("この経路では、何のために、誰へ渡すのかを書いてください。", "On this route, say what for, and to whom."));

    public static Refusal AssetsMissing { get; } = new("XNG-REQ-004",
        new("持ち出す情報資産が選ばれていないか、台帳の見える範囲にありません。何も保存していません。", "The assets that leave are not named, or not in the register as you see it. Nothing was kept."),
        new("情報資産台帳から、持ち出す資産を選んでください（20 件まで）。", "Choose them from the register of assets (20 at most)."));

    public static Refusal UnknownUnit { get; } = new("XNG-REQ-005",
        new("その所属では申請できません。", "You can't ask for that section."),
        new("自分の所属を選んでください。", "Choose your own section."));

    public static Refusal WrongState { get; } = new("XNG-REQ-006",
        new("この申請は、もう次の段階に進んでいます。何も変更していません。", "This request has moved on. Nothing was changed."),
        new("ページを開き直して、いまの状態を確かめてください。", "Reload the page and look at where it stands."));

    public static Refusal NotYours { get; } = new("XNG-REQ-007",
        new("これは、申請した人だけができます。", "Only who asked can do that."),
        new("申請した人に頼んでください。", "Ask the applicant."));

    public static Refusal NoAuthority { get; } = new("XNG-REQ-008",
        new("この申請を承認できる役職に就いていません。", "You hold no post that decides this."),
        new("申請した課の情報セキュリティ管理者か、その上位の責任者が決めます。", "The manager of the applicant's section decides, or one above."));

    public static Refusal SamePerson { get; } = new("XNG-REQ-009",
        new("自分の申請や、自分が一度承認したものは、承認できません。何も変更していません。", "Nobody approves their own request, nor twice. Nothing was changed."),
        new("ほかの責任者に承認を頼んでください。", "Ask another officer."));

    public static Refusal ReasonMissing { get; } = new("XNG-REQ-010",
        new("理由が書かれていないか、長すぎます（500 文字まで）。何も変更していません。", "The reason is missing or too long (500 characters). Nothing was changed."),
        new("理由を書いてください。", "Give the reason."));

    public static Refusal UnknownAsker { get; } = new("XNG-REQ-018",
        new("申請する人のアカウントが、職員に結び付いていません。何も変更していません。", "The applicant's account belongs to no person of the organisation. Nothing was changed."),
        new("セキュリティ担当に、アカウントと職員の対応付けを頼んでください。", "Have the security officer link the account to the person."));

    public static Refusal BadPassword { get; } = new("XNG-REQ-019",
        new("パスワードは 20 個まで、それぞれ 200 文字までです。まだ申請していません。", "There may be 20 passwords of 200 characters at most. It was not handed in."),
        new("必要なものだけを、一行に一つ書いてください。", "Give those that are needed, one a line."));

    public static Refusal BadZipPassword { get; } = new("XNG-REQ-020",
        new("ZIP のパスワードは、8〜100 文字の半角の英数字と記号です。まだ何も渡していません。", "The password of a ZIP has 8 to 100 letters, digits and signs of ASCII. Nothing was handed out."),
        new("どのプログラムでも同じに打てるパスワードにしてください。", "Use one that every program reads alike."));

    public static Refusal NoFiles { get; } = new("XNG-REQ-011",
        new("ファイルがないか、まだ送り終わっていないファイルがあります。", "There is no file, or one isn't here in full yet."),
        new("すべて送り終わってから、もう一度申請してください。送れないファイルは一覧から外せます。", "Submit again when all are here; a file that can't be sent can be taken off."));

    public static Refusal TooManyFiles { get; } = new("XNG-REQ-012",
        new("一つの申請に入れられるのは 1,000 ファイルまでです。", "A request has 1,000 files at most."),
        new("申請を分けるか、ZIP にまとめてください。", "Split the request, or pack them into a ZIP."));

    public static Refusal BadName { get; } = new("XNG-REQ-013",
        new("ファイル名がないか、長すぎます。", "The file has no name, or one that is too long."),
        new("名前を短くしてから送ってください。", "Shorten it and send again."));

    public static Refusal TooLarge(long most) => new("XNG-REQ-014",
        new($"ファイルが大きすぎます（この経路では {Megabytes(most)} MB まで）。", $"The file is too large ({Megabytes(most)} MB at most on this route)."),
        new("分けて送るか、セキュリティ担当に相談してください。", "Split it, or ask the security officer."));

    public static Refusal TodayUsedUp(Bilingual most, Bilingual left) => new("XNG-REQ-015",
        new($"この経路で 1 人が 1 日に送れるのは {most.Ja} までです。今日は、あと {left.Ja} です。", $"One person may send {most.En} a day on this route; {left.En} are left today."),
        new("明日送るか、急ぐときはセキュリティ担当に相談してください。", "Send it tomorrow, or ask the security officer if it can't wait."));

    public static Refusal HeldUsedUp(long most, long left) => new("XNG-REQ-021",
        new($"この経路では、1 人のファイルを {Size(most)} まで保管します。いま送れるのは、あと {Size(left)} です。", $"On this route {Size(most)} are kept for one person; {Size(left)} more can be sent now."),
        new("古い申請の原本の保存期間が過ぎると送れるようになります。急ぐときは、セキュリティ担当に相談してください。", "More can be sent as originals of older requests reach the end of their days. Ask the security officer if it can't wait."));

    public static Refusal SectionTodayUsedUp(long most, long left) => new("XNG-REQ-022",
        new($"この経路で、一つの課が 1 日に送れるのは {Size(most)} までです。今日は、あと {Size(left)} です。", $"A section may send {Size(most)} a day on this route; {Size(left)} are left today."),
        new("明日送るか、急ぐときはセキュリティ担当に相談してください。", "Send it tomorrow, or ask the security officer if it can't wait."));

    public static Refusal SectionHeldUsedUp(long most, long left) => new("XNG-REQ-023",
        new($"この経路では、一つの課のファイルを {Size(most)} まで保管します。いま送れるのは、あと {Size(left)} です。", $"On this route {Size(most)} are kept for a section; {Size(left)} more can be sent now."),
        new("古い申請の原本の保存期間が過ぎると送れるようになります。急ぐときは、セキュリティ担当に相談してください。", "More can be sent as originals of older requests reach the end of their days. Ask the security officer if it can't wait."));

    public static Refusal ShareUsedUp(long left) => new("XNG-FULL-002",
        new($"保管庫の空きをほかの人にも残すため、いまあなたが送れるのは、あと {Size(left)} です。", $"The vault keeps room for others: {Size(left)} more can be sent by you now."),
        new("無害化や保存期間が済むと、送れるようになります。急ぐときは、セキュリティ担当に相談してください。", "More can be sent as files get through and originals reach the end of their days. Ask the security officer if it can't wait."));

    public static Refusal TownShareUsedUp(long left) => new("XNG-FULL-003",
        new($"保管庫の空きをほかの自治体にも残すため、この自治体がいま送れるのは、あと {Size(left)} です。", $"The vault keeps room for other municipalities: {Size(left)} more can be sent by yours now."),
        new("無害化や保存期間が済むと、送れるようになります。続くときは、管理者に保管庫を広げてもらってください。", "More can be sent as files get through and originals reach the end of their days. If it goes on, have the administrator enlarge the vault."));

    public static Refusal TooManyOfYours(long waiting) => new("XNG-BUSY-001",
        new($"あなたのファイルが、もう {Count(waiting)} 件、無害化の順番を待っています。いまは申請を受け付けられません。送ったファイルは残っています。", $"{Count(waiting)} of your files wait for the sanitiser already. No more is taken now; what you sent is kept."),
        new("待っているものが済んでから、もう一度申請してください。", "Hand it in when they are through."));

    public static Refusal TooMuchWaits(long waiting) => new("XNG-BUSY-002",
        new($"無害化の順番待ちが {Count(waiting)} 件あり、いまは申請を受け付けられません。送ったファイルは残っています。", $"{Count(waiting)} files wait for the sanitiser. No more is taken now; what you sent is kept."),
        new("しばらくしてから、もう一度申請してください。管理者は docs/operations/crossing.md の「順番待ちが長いとき」を見てください。", "Hand it in again after a while. Administrators: see “When the queue is long” in docs/operations/crossing.md."));

    public static Refusal Full { get; } = new("XNG-FULL-001",
        new("保管庫の空きが足りないため、いまは受け取れません。受け取り済みのものは残っています。", "The vault has no room for it now. What was received before is safe."),
        new("しばらくしてから送り直してください。管理者は docs/operations/crossing.md を見てください。", "Send it again later. Administrators: see docs/operations/crossing.md."));

    public static Refusal WrongOffset(long received) => new("XNG-UPLOAD-001",
        new($"続きの位置が違います。ここまでに {received.ToString(CultureInfo.InvariantCulture)} バイトを受け取っています。", $"That isn't where it goes on: {received.ToString(CultureInfo.InvariantCulture)} bytes are here."),
        new("受け取り済みの位置から送り直してください。", "Go on from there."));

    public static Refusal UploadBusy { get; } = new("XNG-UPLOAD-002",
        new("このファイルは、別の通信で送っている途中です。", "This file is being sent over another connection."),
        new("少し待ってから、続きを送ってください。", "Wait a little, then go on."));

    public static Refusal MoreThanAnnounced { get; } = new("XNG-UPLOAD-003",
        new("知らせた大きさより多く届きました。受け取り済みの分までを残しています。", "More arrived than was announced. What was received up to there is kept."),
        new("ファイルを一覧から外し、送り直してください。", "Take the file off the list and send it again."));

    public static Refusal NotToBeHad { get; } = new("XNG-REQ-016",
        new("このファイルは、いまは受け取れません。", "This file can't be had now."),
        new("承認と期限を、申請のページで確かめてください。", "Look at the request: its approval and its expiry."));

    public static Refusal NoException { get; } = new("XNG-REQ-017",
        new("このファイルには、特例の承認を求められません。", "No exception can be asked for this file."),
        new("遮断の理由を見て、別の形式で送ってもらってください。", "Look at why it was refused, and have it sent in another format."));

    public static Refusal VaultBroken { get; } = new("XNG-VAULT-001",
        new("保管庫のファイルが、置いたときのものと違います。何も渡していません。", "A file of the vault isn't what was put there. Nothing was handed out."),
        new("管理者に知らせてください。送り直せば、申請はやり直せます。", "Tell the administrator. The request can be made again."));

    internal static Bilingual Pieces(long files) => new($"{Count(files)} 件", $"{Count(files)} files");

    internal static Bilingual Length(long bytes) => Bilingual.Same(Size(bytes));

    private static string Size(long bytes) => CrossingWords.Size(bytes);

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => (bytes / 1024 / 1024).ToString("N0", CultureInfo.InvariantCulture);
}
