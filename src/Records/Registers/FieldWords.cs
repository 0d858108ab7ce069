using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Records.Registers;

/// <summary>What is wrong in a field, for the person who wrote it: what it is, what to write (項目の直し方).</summary>
internal static class FieldWords
{
    /// <summary>Longest piece of what was written that a message repeats.</summary>
    private const int Quoted = 40;

    public static Bilingual Required { get; } = new("入力してください。", "Fill this in.");

    public static Bilingual OnlyOne { get; } = new("一つだけ選んでください。", "Choose one only.");

    public static Bilingual ControlCharacter { get; } = new("見えない制御文字が含まれています。消してから入れ直してください。", "It contains an invisible control character. Delete it and enter the text again.");

    public static Bilingual NotALink { get; } = new("http:// か https:// で始まるアドレスを入力してください。", "Enter an address that begins with http:// or https://.");

    public static Bilingual NoSuchField { get; } = new("この台帳に、その項目はありません。", "This register has no such field.");

    public static Bilingual OutsideYourUnits { get; } = new("担当課には、ご自分の課室か、その下の組織を選んでください。ほかの課へ移すときはセキュリティ担当へご相談ください。", "Choose your own unit or one below it. To move an entry to another unit, ask the security officer.");

    public static Bilingual TooMany(int most) => new($"{most} 件までにしてください。", $"{most} at most.");

    public static Bilingual TooLong(int most, int has) => new($"{most} 字までにしてください（いま {has} 字）。", $"{most} characters at most (it has {has}).");

    public static Bilingual TooSmall(decimal least) => new($"{Say(least)} 以上の数を入力してください。", $"Enter {Say(least)} or more.");

    public static Bilingual TooGreat(decimal most) => new($"{Say(most)} 以下の数を入力してください。", $"Enter {Say(most)} or less.");

    public static Bilingual NotANumber(string text) => new($"「{Quote(text)}」は数ではありません。数字だけを入力してください。", $"“{Quote(text)}” is not a number. Enter digits only.");

    public static Bilingual NotADate(string text) => new(
        $"「{Quote(text)}」は日付として読めません。2026-04-01 か 令和8年4月1日 のように入力してください。",
        $"“{Quote(text)}” is not a date that can be read. Write it like 2026-04-01.");

    public static Bilingual NotYesNo(string text) => new($"「{Quote(text)}」は、はい・いいえのどちらか分かりません。「はい」か「いいえ」と入力してください。", $"“{Quote(text)}” is neither yes nor no. Enter yes or no.");

    public static Bilingual NotAChoice(string text, IReadOnlyList<FieldChoice> choices)
    {
        const int Most = 8;
        var more = choices.Count > Most;
        return new(
            $"「{Quote(text)}」は選択肢にありません。{string.Join("、", choices.Take(Most).Select(c => c.Name.Ja))}{(more ? " など" : "")}から選んでください。",
            $"“{Quote(text)}” is not one of the choices: {string.Join(", ", choices.Take(Most).Select(c => c.Name.En))}{(more ? ", …" : "")}.");
    }

    public static Bilingual Unknown(FieldKind kind, string text) => kind switch
    {
        FieldKind.Unit => new($"「{Quote(text)}」という組織は登録されていません。組織の一覧にある名前を入力してください。", $"There is no unit “{Quote(text)}”. Enter a name of the list of units."),
        FieldKind.Person => new($"「{Quote(text)}」という人は登録されていません。氏名か職員番号を確かめてください。", $"There is no person “{Quote(text)}”. Check the name or the number."),
        _ => new($"「{Quote(text)}」は台帳にありません。管理番号か名称を確かめてください。", $"“{Quote(text)}” is not in the register. Check the number or the name."),
    };

    public static Bilingual Ambiguous(FieldKind kind, string text, int several) => kind switch
    {
        FieldKind.Unit => new($"「{Quote(text)}」という組織は {several} つあります。「企画部 総務課」のように上の組織から入力してください。", $"{several} units are called “{Quote(text)}”. Write the unit above before it."),
        FieldKind.Person => new($"「{Quote(text)}」という人は {several} 人います。職員番号を入力してください。", $"{several} people are called “{Quote(text)}”. Enter the person's number."),
        _ => new($"「{Quote(text)}」は {several} 件あります。管理番号を入力してください。", $"{several} entries are called “{Quote(text)}”. Enter the number."),
    };

    public static Bilingual Gone(FieldKind kind, string text) => kind switch
    {
        FieldKind.Unit => new($"「{Quote(text)}」は廃止された組織です。いまの組織を選んでください。", $"The unit “{Quote(text)}” was closed. Choose one that stands."),
        FieldKind.Person => new($"「{Quote(text)}」は在籍していません。いまの担当者を選んでください。", $"“{Quote(text)}” is no longer here. Choose who is in charge now."),
        _ => new($"「{Quote(text)}」は廃止されています。使用中のものを選んでください。", $"“{Quote(text)}” is retired. Choose one in use."),
    };

    public static Bilingual NotUnique(string text, string number) => new(
        $"「{Quote(text)}」は、すでに {number} に登録されています。同じものなら、そちらを変更してください。",
        $"“{Quote(text)}” is already entered as {number}. If it is the same thing, change that entry.");

    public static string Quote(string text) => text.Length <= Quoted ? text : text[..(char.IsHighSurrogate(text[Quoted - 1]) ? Quoted - 1 : Quoted)] + "…";

    private static string Say(decimal number) => number.ToString("#,0.######", CultureInfo.InvariantCulture);
}
