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

    public static Refusal AuditsOwnWork { get; } = new("REC-ORG-010",
        new("監査を統括する人は、監査を受ける職を兼ねられません（兼務の禁止）。", "Who is in charge of audits can't hold a post that is audited."),
        new("別の人を任命してください。", "Appoint another person."));

    public static Refusal UnknownAppointment { get; } = new("REC-ORG-011",
        new("その任命は見つかりません。", "There is no such appointment."),
        new("任命の一覧から選び直してください。", "Choose from the list of appointments."));

    public static Refusal BadMeeting { get; } = new("REC-ORG-012",
        new("開催日は今日までの日、議題は 1〜2,000 字で入力してください。", "A meeting was held today or before; its agenda has 1 to 2,000 characters."),
        new("開催日と議題を直してください。", "Correct the day and the agenda."));
}
