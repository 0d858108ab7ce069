using Sekisho.Assurance;

namespace Sekisho.Records.Organisation;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal UnknownUnit { get; } = new("REC-ORG-001",
        new("その組織は登録されていません。", "There is no such unit."),
        new("組織の一覧から選び直してください。", "Choose from the list of units."));

    public static Refusal BadParent { get; } = new("REC-ORG-002",
        new("実施機関は最上位に、部局は実施機関か部局の下に、課室は実施機関か部局の下に置きます。", "An agency stands at the top; departments and sections stand under an agency or a department."),
        new("上位の組織を選び直してください。", "Choose another parent."));

    public static Refusal SameName { get; } = new("REC-ORG-003",
        new("同じ場所に同じ名前の組織があります。何も変更していません。", "There is a unit of that name in that place. Nothing was changed."),
        new("名前を変えるか、前の組織を廃止してください。", "Use another name, or close the other one first."));

    public static Refusal BadName { get; } = new("REC-ORG-004",
        new("名前を入力してください（組織は 200 字、人は 100 字まで）。", "Enter a name (units 200 characters, people 100 at most)."),
        new("名前を直してください。", "Correct the name."));

    public static Refusal BadPeriod { get; } = new("REC-ORG-005",
        new("終わりの日は、始まりの日より後にしてください。", "The last day can't be before the first."),
        new("日付を直してください。", "Correct the date."));

    public static Refusal NotEmpty { get; } = new("REC-ORG-006",
        new("下位の組織か所属する人が残っているため、廃止できません。", "Units or people still belong to it, so it can't be closed."),
        new("先に移すか、終わりの日を入れてください。", "Move them, or end them, first."));

    public static Refusal UnknownPerson { get; } = new("REC-ORG-007",
        new("その人は登録されていません。", "There is no such person."),
        new("名簿から選び直してください。", "Choose from the register of people."));

    public static Refusal SameNumber { get; } = new("REC-ORG-008",
        new("その職員番号は、ほかの人に使われています。何も変更していません。", "That number belongs to another person. Nothing was changed."),
        new("番号を確かめてください。", "Check the number."));

    public static Refusal UnitMissing { get; } = new("REC-ORG-009",
        new("情報セキュリティ責任者は部局に、情報セキュリティ管理者は課室に置きます。", "An information-security officer belongs to a department, a manager to a section."),
        new("組織を選んでください。", "Choose the unit."));

    /// <summary>A rule of separation says no to a post, in its own sentence (data/separation.yaml).</summary>
    public static Refusal DutiesClash(Bilingual says, IReadOnlyList<Post> except) => new("REC-ORG-010", says,
        except.Count == 0
            ? new("別の人を任命してください。", "Appoint another person.")
            : new($"別の人を任命するか、{string.Join("か", except.Select(p => p.Name().Ja))}が承認した例外として期限をつけて記録してください。", $"Appoint another person, or record it as an exception that the {string.Join(" or the ", except.Select(p => p.Name().En))} approved for a time."));

    public static Refusal NoDeputyOf { get; } = new("REC-ORG-035",
        new("その職に代理は置けません。何も保存していません。", "That post has no deputies. Nothing was kept."),
        new("承認を行う職（CISO、統括責任者、責任者、管理者）を選んでください。", "Choose a post that approves: CISO, general officer, officer or manager."));

    public static Refusal OwnDeputy { get; } = new("REC-ORG-036",
        new("自分を代理に指定することはできません。何も保存していません。", "Nobody names themselves a deputy. Nothing was kept."),
        new("ほかの担当者に指定を頼んでください。", "Have somebody else name you."));

    public static Refusal OwnPost { get; } = new("REC-ORG-037",
        new("その人は、その期間にその職に就いています。何も保存していません。", "That person holds that very post in that time. Nothing was kept."),
        new("別の人を選んでください。", "Choose another person."));

    public static Refusal DeputyReason { get; } = new("REC-ORG-038",
        new("代理の理由を 1〜500 字で入力してください。何も保存していません。", "Give the reason, 1 to 500 characters. Nothing was kept."),
        new("例：出張のため、育児休業のため", "For example: travelling on duty"));

    public static Refusal UnknownDeputy { get; } = new("REC-ORG-039",
        new("その代理はないか、もう終わっています。", "There is no such deputy, or it is over."),
        new("一覧から選び直してください。", "Choose from the list."));

    public static Refusal UnknownAppointment { get; } = new("REC-ORG-011",
        new("その任命は見つかりません。", "There is no such appointment."),
        new("任命の一覧から選び直してください。", "Choose from the list of appointments."));

    public static Refusal BadMeeting { get; } = new("REC-ORG-012",
        new("開催日は今日までの日、議題は 1〜2,000 字で入力してください。", "A meeting was held today or before; its agenda has 1 to 2,000 characters."),
        new("開催日と議題を直してください。", "Correct the day and the agenda."));

    public static Refusal ParentGone { get; } = new("REC-ORG-013",
        new("上位の組織が、その日には廃止されています。何も変更していません。", "The unit above it is closed by that day. Nothing was changed."),
        new("上位の組織か、日付を選び直してください。", "Choose another parent, or another day."));

    public static Refusal UnitNotStanding { get; } = new("REC-ORG-014",
        new("その組織は、その日には置かれていません。", "That unit does not stand on that day."),
        new("組織か、日付を選び直してください。", "Choose another unit, or another day."));

    public static Refusal AlreadyThere { get; } = new("REC-ORG-015",
        new("その人は、すでにその組織に所属しています。", "That person belongs to that unit already."),
        new("組織を選び直してください。", "Choose another unit."));

    /// <summary>A rule of separation says no to an act, in its own sentence (data/separation.yaml).</summary>
    public static Refusal SamePerson(Bilingual says) => new("REC-ORG-016", says,
        new("別の人が行ってください。入力した内容は残っています。", "Somebody else has to do it. What was entered is kept."));

    public static Refusal BadException { get; } = new("REC-ORG-017",
        new("例外には、理由（2,000 字まで）と、始まりから 1 年以内の終わりの日が必要です。", "An exception needs a reason (2,000 characters at most) and an end within a year of its beginning."),
        new("理由と期限を直してください。", "Correct the reason and the end."));

    public static Refusal BadApprover { get; } = new("REC-ORG-018",
        new("例外は、定められた職（最高情報セキュリティ責任者など）に就いている、本人でない人が承認します。", "An exception is approved by somebody else who holds the post for it, such as the CISO."),
        new("承認した人を選び直してください。", "Choose who approved it."));

    public static Refusal UnknownConflict { get; } = new("REC-ORG-019",
        new("その兼務の重なりは、今はありません。", "There is no such conflict of duties now."),
        new("兼務の一覧から選び直してください。", "Choose from the list of conflicts."));

    public static Refusal UnknownMeeting { get; } = new("REC-ORG-020",
        new("その会議か議事録は見つかりません。", "There is no such meeting, or it has no minutes."),
        new("会議の一覧から選び直してください。", "Choose from the list of meetings."));

    public static Refusal BadMinutes { get; } = new("REC-ORG-021",
        new("議事録のファイルは、空でない 50 MB までのものにしてください。", "Minutes are a file of at most 50 MB that is not empty."),
        new("ファイルを選び直してください。", "Choose another file."));

    public static Refusal UnknownAgency { get; } = new("REC-ORG-022",
        new("その実施機関は、一覧にありません。", "There is no such agency in the list."),
        new("実施機関の一覧から選び直してください。", "Choose from the list of agencies."));

    public static Refusal BadDecision { get; } = new("REC-ORG-023",
        new("対象外とするときは理由（2,000 字まで）を、方針を定めたときはどの方針かを選んでください。", "An exclusion needs a reason (2,000 characters at most); a policy laid down needs the policy."),
        new("理由か方針を入力してください。", "Enter the reason, or choose the policy."));

    public static Refusal NoHeadings { get; } = new("REC-ORG-024",
        new("見出しの行が見つかりません。「職員番号」「氏名」「新所属」などの見出しが、はじめの 10 行までに要ります。", "No row of headings was found. Headings such as 職員番号, 氏名 and 新所属 have to stand within the first 10 rows."),
        new("見出しを直して、もう一度選んでください。何も変更していません。", "Correct the headings and choose the file again. Nothing was changed."));

    public static Refusal ColumnMissing(string column) => new("REC-ORG-025",
        new($"必要な列がありません（{Heading(column)}）。", $"A column is missing ({column})."),
        new("列を加えて、もう一度選んでください。何も変更していません。", "Add the column and choose the file again. Nothing was changed."));

    public static Refusal TooManyRows(int most) => new("REC-ORG-026",
        new($"行が多すぎます（{most:N0} 行まで）。", $"There are too many rows ({most:N0} at most)."),
        new("表を分けて取り込んでください。何も変更していません。", "Import it in parts. Nothing was changed."));

    public static Refusal UnknownImport { get; } = new("REC-ORG-027",
        new("その取込みは見つからないか、すでに終わっています。", "There is no such import, or it is over already."),
        new("取込みの一覧から選び直してください。", "Choose from the list of imports."));

    public static Refusal PlanChanged { get; } = new("REC-ORG-028",
        new("下見のあとで組織が変わりました。何も変更していません。", "The organisation changed after you looked at it. Nothing was changed."),
        new("新しい下見をもう一度確かめてから実行してください。", "Look at the new plan, then carry it out."));

    public static Refusal PlanBlocked { get; } = new("REC-ORG-029",
        new("このままでは実行できない行があります。何も変更していません。", "Some rows can't be carried out. Nothing was changed."),
        new("表を直して取り込み直すか、「できない行を除いて実行する」を選んでください。", "Correct the sheet and import it again, or choose to carry out the others only."));

    public static Refusal TooManyDays(int most) => new("REC-ORG-030",
        new($"発令日の種類が多すぎます（{most} まで）。", $"The rows name too many different days ({most} at most)."),
        new("日付を確かめるか、表を分けてください。何も変更していません。", "Check the days, or import it in parts. Nothing was changed."));

    public static Refusal NoDirectoryPassword { get; } = new("REC-ORG-031",
        new("ディレクトリに接続するパスワードが見つかりません。", "The password for the directory was not found."),
        new("設定の password に書いた環境変数かファイルを用意してください。", "Provide the environment variable or file that the settings name under password."));

    public static Refusal DirectoryRefusesPassword { get; } = new("REC-ORG-032",
        new("ディレクトリが接続を認めませんでした。", "The directory refused the sign-in."),
        new("設定の bind とパスワードを確かめてください。", "Check bind in the settings and the password."));

    public static Refusal DirectoryUnreachable(string host) => new("REC-ORG-033",
        new($"ディレクトリ（{host}）に安全に接続できないか、検索できません。", $"The directory ({host}) can't be reached over a trusted connection, or can't be searched."),
        new("サーバの名前と証明書、ca のフォルダ（openssl rehash 済み）、base と filter を確かめてください。", "Check the server's name and certificate, the folder of ca (after openssl rehash), base and filter."));

    public static Refusal DirectoryEmpty { get; } = new("REC-ORG-034",
        new("ディレクトリに、条件に合う人がいません。何も変更していません。", "Nobody in the directory fits. Nothing was changed."),
        new("設定の base と filter を確かめてください。", "Check base and filter in the settings."));

    private static string Heading(string column) => column switch
    {
        "name" => "氏名",
        "to" => "新所属（所属）",
        "unit" => "組織",
        "action" => "区分",
        _ => column,
    };
}
