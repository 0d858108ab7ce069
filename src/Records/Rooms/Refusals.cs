using Sekisho.Assurance;

namespace Sekisho.Records.Rooms;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal UnknownRoom { get; } = new("REC-ROM-001",
        new("その区域は台帳にないか、使われていません。", "There is no such room in the register, or it isn't in use."),
        new("区域台帳から選び直してください。", "Choose from the register of rooms."));

    public static Refusal BadEntry { get; } = new("REC-ROM-002",
        new("入った人の名前（100 字まで）と、今より前の入室の時刻を入力してください。退室は入室より後にします。", "Enter who came in (100 characters) and when, before now; leaving comes after."),
        new("空いている欄と時刻を直してください。", "Correct what is empty and the times."));

    public static Refusal BadInspection { get; } = new("REC-ROM-003",
        new("点検日（今日まで）と点検した人（100 字まで）を入力してください。所見は 2,000 字までです。", "Enter the day of the inspection (today at most) and who inspected (100 characters); findings 2,000."),
        new("日付と名前を直してください。", "Correct the day and the name."));

    public static Refusal UnknownDevice { get; } = new("REC-ROM-004",
        new("この区域に置くことになっていない機器が含まれています。", "There are devices among them that don't belong in this room."),
        new("画面を読み直して、もう一度選んでください。", "Read the page again and choose anew."));

    public static Refusal UnreadableFile(string ja, string en) => new("REC-ROM-005",
        new($"入退室の記録として読めません。何も取り込んでいません。{ja}", $"This is no file of entries. Nothing was taken in. {en}"),
        new("1行目に「氏名」「入室日時」（「退室日時」「所属」「目的」は任意）の見出しがある CSV にしてください。", "Make it a CSV whose first line has the headings 氏名 and 入室日時 (退室日時, 所属, 目的 are optional)."));

    public static Refusal UnknownEntry { get; } = new("REC-ROM-006",
        new("その入室の記録は見つからないか、退室が記録済みです。", "There is no such entry, or leaving is recorded already."),
        new("一覧を読み直してください。", "Read the list again."));
}
