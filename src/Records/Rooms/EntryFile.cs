using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Reading;

namespace Sekisho.Records.Rooms;

/// <summary>Reads the CSV that an access-control system writes (入退室管理装置のCSV): UTF-8 or CP932, headings in whatever order.</summary>
internal static class EntryFile
{
    public const int MaxBytes = 16 << 20, MaxRows = 50_000;

    private static readonly string[] Who = ["氏名", "カード名義", "名前", "利用者名", "ユーザー名", "入室者", "who", "name"];
    private static readonly string[] Came = ["入室日時", "入室時刻", "日時", "発生日時", "入室", "入室日", "came at", "time"];
    private static readonly string[] Left = ["退室日時", "退室時刻", "退室", "left at"];
    private static readonly string[] Belongs = ["所属", "会社名", "部署", "所属名", "belongs to"];
    private static readonly string[] Purpose = ["目的", "用件", "作業内容", "purpose"];
    private static readonly string[] Escort = ["立会者", "立会い", "立会人", "同行者", "escort"];

    private static readonly string[] Times =
    [
        "yyyy/M/d H:mm:ss", "yyyy/M/d H:mm", "yyyy-M-d H:mm:ss", "yyyy-M-d H:mm", "yyyy-M-d'T'H:mm:ss", "yyyy年M月d日 H時m分", "yyyyMMddHHmmss", "yyyyMMdd HHmmss",
    ];

    /// <summary>All rows or none: a wrong one is named by its cell.</summary>
    public static Outcome<IReadOnlyList<RoomEntryDraft>> Read(byte[] untrusted)
    {
        if (untrusted.Length > MaxBytes) return Refusals.UnreadableFile("ファイルが大きすぎます（16 MB まで）。", "The file is too large (16 MB).");
        if (!TextDecoder.TryDecode(untrusted, out var text, out _)) return Refusals.UnreadableFile("文字コードが分かりません。", "Its encoding can't be told.");
        var rows = Rows(text);
        if (rows is null || rows.Count < 2) return Refusals.UnreadableFile("行がないか、引用符が閉じていません。", "It has no rows, or a quote isn't closed.");
        if (rows.Count > MaxRows + 1) return Refusals.UnreadableFile("5万行までです。", "50,000 rows at most.");
        var headings = rows[0].ConvertAll(h => h.Normalize(NormalizationForm.FormKC).Trim());
        var (who, came, left, belongs, purpose, escort) = (Find(Who), Find(Came), Find(Left), Find(Belongs), Find(Purpose), Find(Escort));
        if (who < 0 || came < 0) return Refusals.UnreadableFile($"見出し「{(who < 0 ? "氏名" : "入室日時")}」がありません。", $"The heading {(who < 0 ? "氏名" : "入室日時")} is missing.");
        var entries = new List<RoomEntryDraft>(rows.Count - 1);
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i].TrueForAll(string.IsNullOrWhiteSpace)) continue;
            var name = Cell(rows[i], who);
            if (name.Length is 0 or > 100) return Wrong(i, who, "名前（100 字まで）を書いてください。", "Write a name (100 characters).");
            if (!TryTime(Cell(rows[i], came), out var cameAt)) return Wrong(i, came, "日時として読めません（例：2026/11/21 9:05）。", "Not a time (like 2026/11/21 9:05).");
            DateTimeOffset? leftAt = null;
            if (Cell(rows[i], left) is { Length: > 0 } leaving)
            {
                if (!TryTime(leaving, out var at) || at < cameAt) return Wrong(i, left, "入室より後の日時を書いてください。", "Write a time after coming in.");
                leftAt = at;
            }
            entries.Add(new(cameAt, leftAt, name, Cut(Cell(rows[i], belongs), 200), Cut(Cell(rows[i], escort), 100), Cut(Cell(rows[i], purpose), 200)));
        }
        return entries;

        int Find(string[] names) => headings.FindIndex(h => names.Contains(h, StringComparer.OrdinalIgnoreCase));

        static string Cell(List<string> row, int column) => column >= 0 && column < row.Count ? row[column].Trim() : "";

        static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

        static Refusal Wrong(int row, int column, string ja, string en)
        {
            var cell = $"{(char)('A' + Math.Min(column, 25))}{row + 1}";
            return Refusals.UnreadableFile($"{cell}: {ja}", $"{cell}: {en}");
        }
    }

    private static bool TryTime(string text, out DateTimeOffset moment)
    {
        moment = default;
        if (!DateTime.TryParseExact(text.Normalize(NormalizationForm.FormKC), Times, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var local)) return false;
        moment = new DateTimeOffset(local, JapaneseTime.Offset);
        return true;
    }

    /// <summary>RFC 4180. Null where a quote isn't closed.</summary>
    private static List<List<string>>? Rows(string text)
    {
        var rows = new List<List<string>>();
        var (row, cell, quoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"' && cell.Length == 0) quoted = true;
            else if (c == ',') Next();
            else if (c == '\n') End();
            else if (c != '\r') cell.Append(c);
        }
        if (quoted) return null;
        if (cell.Length > 0 || row.Count > 0) End();
        return rows;

        void Next()
        {
            row.Add(cell.ToString());
            cell.Clear();
        }

        void End()
        {
            Next();
            rows.Add(row);
            row = [];
        }
    }
}
