using Sekisho.Assurance;

namespace Sekisho.Records.Registers;

/// <summary>Where the rules of this slice say no.</summary>
public static class Refusals
{
    public static Refusal UnknownRegister { get; } = new("REC-REG-001",
        new("その台帳はありません。", "There is no such register."),
        new("台帳の一覧から選び直してください。", "Choose from the list of registers."));

    public static Refusal UnknownEntry { get; } = new("REC-REG-002",
        new("その記録は見つかりません。", "There is no such entry."),
        new("台帳の一覧から選び直してください。", "Choose from the register."));

    public static Refusal WrongEntry { get; } = new("REC-REG-003",
        new("直していただく項目があります。何も変更していません。", "Some fields have to be corrected. Nothing was changed."),
        new("示された項目を直して、もう一度保存してください。", "Correct the fields shown and save again."));

    public static Refusal ChangedMeanwhile { get; } = new("REC-REG-004",
        new("開いている間に、ほかの人がこの記録を変更しました。入力された内容は保存していません。", "Somebody else changed this entry while it was open. What you entered was not saved."),
        new("いまの内容と見比べて、必要な変更だけを保存し直してください。", "Compare with the present entry and save what is still needed."));

    public static Refusal IsRetired { get; } = new("REC-REG-005",
        new("廃止された記録なので、変更できません。", "The entry is retired, so it can't be changed."),
        new("使うときは、先に「使用中に戻す」を選んでください。", "To use it again, revive it first."));

    public static Refusal IsNotRetired { get; } = new("REC-REG-006",
        new("この記録は使用中です。何も変更していません。", "The entry is in use. Nothing was changed."),
        new("一覧を読み直してください。", "Read the list again."));

    public static Refusal WhyMissing { get; } = new("REC-REG-007",
        new("廃止する理由を 1〜500 字で入力してください。", "Enter why it is retired, in 1 to 500 characters."),
        new("例：令和8年3月に機器を廃棄した。", "For example: the device was disposed of in March 2026."));

    public static Refusal TooLarge { get; } = new("REC-REG-008",
        new("一件の内容が多すぎて保存できません（すべての項目を合わせて 18,000 バイト、日本語で約 5,900 字まで）。", "The entry is too large to be kept (18,000 bytes for all fields together: about 5,900 Japanese characters)."),
        new("長い文章は別の文書にして、掲載先を書いてください。", "Put long texts in a document of their own and say where it is."));

    public static Refusal TooMany { get; } = new("REC-REG-009",
        new("一度に扱えるのは 1〜2,000 件です。何も変更していません。", "1 to 2,000 entries can be handled at once. Nothing was changed."),
        new("選ぶ件数を減らして、分けて行ってください。", "Choose fewer and do it in parts."));

    public static Refusal NothingToChange { get; } = new("REC-REG-010",
        new("変更する項目が選ばれていません。", "No field to change was chosen."),
        new("項目を選び、新しい値を入れてください。", "Choose a field and enter its new value."));

    /// <summary>The same, naming the fields, for callers that show one sentence.</summary>
    internal static Refusal WrongFields(IReadOnlyList<FieldProblem> problems) => Naming(problems, static key => Bilingual.Same(key));

    internal static Refusal WrongFields(RegisterDefinition register, IReadOnlyList<FieldProblem> problems) =>
        Naming(problems, key => key == RegisterDefinition.UnitKey ? RegisterWords.UnitLabel : register.Find(key)?.Label ?? Bilingual.Same(key));

    private static Refusal Naming(IReadOnlyList<FieldProblem> problems, Func<string, Bilingual> label) => WrongEntry with
    {
        What = new(
            WrongEntry.What.Ja + string.Concat(problems.Select(p => $"［{label(p.Field).Ja}］{p.What.Ja}")),
            WrongEntry.What.En + string.Concat(problems.Select(p => $" [{label(p.Field).En}] {p.What.En}"))),
    };

    /// <summary>Which of many it is; none of them was changed.</summary>
    internal static Refusal InMany(RegisterEntry entry, Refusal why) => why with
    {
        What = new($"{entry.Number}「{entry.Title}」：{why.What.Ja}どの記録も変更していません。", $"{entry.Number} {entry.Title}: {why.What.En} None of the entries was changed."),
    };

    /// <summary>Who changed it and when.</summary>
    internal static Refusal OvertakenBy(RegisterEntry present)
    {
        var at = JapaneseTime.Moment(present.UpdatedAt);
        return ChangedMeanwhile with
        {
            What = new(
                $"開いている間に、{present.UpdatedBy.Name}さんがこの記録を変更しました（{at.Ja}）。入力された内容は保存していません。",
                $"{present.UpdatedBy.Name} changed this entry while it was open ({at.En}). What you entered was not saved."),
        };
    }
}
