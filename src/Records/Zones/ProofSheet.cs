using System.Globalization;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Records.Zones;

/// <summary>What a proof found as a sheet, for whoever keeps the devices and for the audit's papers (領域の分離の指摘表): one row for each line to correct, and for what is open.</summary>
public static class ProofSheet
{
    /// <summary>More lines of one rule than this are cut.</summary>
    private const int MostText = 12;

    /// <summary>More of a kind in one cell than this are counted.</summary>
    private const int MostInCell = 20;

    private static readonly SheetColumn[] Columns =
    [
        new("number", "番号", 8, XlsxLook.Number), new("kind", "結果", 20, XlsxLook.Plain), new("between", "領域から領域へ", 36, XlsxLook.LongText), new("device", "機器", 18, XlsxLook.Plain),
        new("file", "ファイル", 24, XlsxLook.Text), new("line", "行", 8, XlsxLook.Number), new("rule", "規則", 22, XlsxLook.Text), new("text", "行の内容", 52, XlsxLook.LongText),
        new("flows", "通る通信", 44, XlsxLook.LongText), new("example", "例のパケット", 40, XlsxLook.LongText), new("off", "無効にされている規則", 28, XlsxLook.LongText),
        new("open", "判定できない理由・条件", 44, XlsxLook.LongText), new("decision", "対応（記入欄）", 28, XlsxLook.LongText),
    ];

    /// <param name="texts">Lines of the configurations, by file.</param>
    /// <param name="name">A zone as people call it.</param>
    /// <param name="at">When it was proved.</param>
    public static byte[] Write(ProofReport report, IReadOnlyDictionary<string, string[]> texts, Func<string, string> name, DateTimeOffset at, SheetFormat format)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(name);
        using var file = new MemoryStream();
        using (var book = SheetOut.Open(file, "領域の分離の証明", $"{Headings.Mark}zone-proof/", Columns, format, at))
        {
            var number = 0;
            foreach (var cause in report.Causes)
            {
                number++;
                foreach (var line in cause.Lines)
                    Add(Number(number), cause.IsStray ? "返事のふりをしたパケットが通る" : "違反", Few(cause.Between.Select(Between)), line.Device, line.File, line.Line > 0 ? Number(line.Line) : "", line.Filtered ? line.Rule : "フィルタなし", Text(line),
                        Few(cause.Violations.Select(v => v.Flows)), Packet(cause.Violations[0].Packet), Few(cause.Violations.SelectMany(v => v.SwitchedOff ?? []).Select(s => $"{s.File}:{s.Line} {s.Rule}")), "", "");
            }
            foreach (var finding in report.Findings) Add(Number(++number), "定めと設定への指摘", "", "", finding.Where, "", finding.Code, "", finding.Ja, "", "", "", "");
            foreach (var check in report.Checks.Where(c => c.Result == ProofResult.Undetermined))
                Add(Number(++number), check.Verdict == "violatedIf" ? "条件により違反" : "判定できない", Between(check), "", "", "", "", "", Few(check.Violations.Select(v => v.Flows)), check.Violations.Count > 0 ? Packet(check.Violations[0].Packet) : "", "",
                    Few(check.Violations.SelectMany(v => v.Unknowns).Select(u => u.Name).Concat(check.Reasons).Concat(check.NotUnderstood.Select(l => $"{l.File}:{l.Line} {l.Text}"))), "");
            book.Finish();

            void Add(params string[] cells) => book.Write(cells);
        }
        return file.ToArray();

        string Between(CheckReport check) => $"{name(check.From)} → {name(check.To)}";

        string Text(StepReport line)
        {
            if (line.Line <= 0 || !texts.TryGetValue(line.File, out var all) || line.Line > all.Length) return "";
            var its = all[(line.Line - 1)..Math.Min(Math.Max(line.LastLine, line.Line), all.Length)];
            return string.Join('\n', its.Length <= MostText ? its : [.. its.Take(MostText), "…"]);
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Few(IEnumerable<string> words)
    {
        string[] all = [.. words.Distinct(StringComparer.Ordinal)];
        return string.Join('\n', all.Length <= MostInCell ? all : [.. all.Take(MostInCell), $"ほか {all.Length - MostInCell} 件"]);
    }

    private static string Packet(PacketReport packet) => $"{packet.Protocol} {packet.Src}{Port(packet.SrcPort)} → {packet.Dst}{Port(packet.DstPort)}";

    private static string Port(int port) => port > 0 ? $":{port}" : "";
}
