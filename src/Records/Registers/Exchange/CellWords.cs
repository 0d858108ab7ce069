using Sekisho.Assurance;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>What is wrong with a cell as a cell, for the person who has the sheet open (セルの直し方).</summary>
internal static class CellWords
{
    public static Bilingual NotCalculated { get; } = new(
        "数式の結果がありません。Excel で開いて保存し直すか、値に変えてください（コピーして「値の貼り付け」）。",
        "The formula has no result. Open and save the file in Excel, or paste it as a value.");

    public static Bilingual ErrorValue(string text) => new(
        $"セルがエラー（{FieldWords.Quote(text)}）になっています。数式を直すか、値を入力してください。", $"The cell shows an error ({FieldWords.Quote(text)}). Correct the formula or enter a value.");

    public static Bilingual Formula(string text) => new(
        $"数式なので、いまの結果「{FieldWords.Quote(text)}」を取り込みます。", $"It is a formula; its present result “{FieldWords.Quote(text)}” is taken.");

    public static Bilingual Merged(string cells) => new(
        $"{cells} が結合されているため、どの行の値か分かりません。結合を解除し、各行に値を入力してください。", $"{cells} are merged, so it can't be told which row the value belongs to. Unmerge them and fill in each row.");

    public static Bilingual NotANumberOfOurs(string text, string example) => new(
        $"「{FieldWords.Quote(text)}」はこの台帳の管理番号ではありません（例：{example}）。新しく登録する行では空にしてください。",
        $"“{FieldWords.Quote(text)}” is not a number of this register (such as {example}). Leave it empty in rows to be added.");

    public static Bilingual NumberTwice(string number) => new($"{number} の行が二つ以上あります。一つだけにしてください。", $"{number} stands in two or more rows. Keep one.");

    public static Bilingual UnknownNumber(string number) => new(
        $"{number} は、この台帳の見える範囲にありません。番号を確かめるか、新しく登録する行なら空にしてください。",
        $"{number} is not among the entries that you see in this register. Check the number, or leave it empty in a row to be added.");

    public static Bilingual RetiredNumber(string number) => new(
        $"{number} は廃止されています。使うときは、先に台帳の画面で使用中に戻してください。", $"{number} is retired. To use it again, revive it on the register's page first.");

    public static Bilingual EachOther { get; } = new(
        "このファイルで新しく足す行どうしが互いを（または自分を）指しているか、指す先が 50 段より深くなっています。どれかを空にして取り込み、あとから入力してください。", "Rows that are new in this file name each other (or themselves), or in a line of more than 50. Leave one of them empty, take the file in, and fill it in afterwards.");

    public static Bilingual ChangedSince(RegisterEntry entry)
    {
        var at = JapaneseTime.Moment(entry.UpdatedAt);
        return new(
            $"{entry.Number} は、このファイルを書き出した後に{entry.UpdatedBy.Name}さんが変更しました（{at.Ja}）。書き出し直して、必要な変更だけを入れてください。",
            $"{entry.UpdatedBy.Name} changed {entry.Number} after this file was written out ({at.En}). Write it out again and enter what is still needed.");
    }
}
