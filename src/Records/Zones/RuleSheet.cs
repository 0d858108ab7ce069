using System.Globalization;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Zones.Analysis;
using Sekisho.Zones.Model;
using Sekisho.Zones.Reports;

namespace Sekisho.Records.Zones;

/// <summary>The examination of rules as a sheet for the meeting with whoever keeps the devices (規則の点検表).</summary>
public static class RuleSheet
{
    private static readonly SheetColumn[] Columns =
    [
        new("kind", "指摘", 16, XlsxLook.Plain), new("device", "機器", 18, XlsxLook.Plain), new("file", "ファイル", 24, XlsxLook.Text), new("line", "行", 8, XlsxLook.Number),
        new("rule", "規則", 22, XlsxLook.Text), new("action", "動作", 8, XlsxLook.Plain), new("matches", "対象とする通信", 44, XlsxLook.LongText), new("why", "理由", 52, XlsxLook.LongText),
        new("by", "かかわる規則", 32, XlsxLook.LongText), new("example", "例のパケット", 40, XlsxLook.LongText), new("instead", "代わりの規則の案", 48, XlsxLook.LongText), new("decision", "対応（記入欄）", 28, XlsxLook.LongText),
    ];

    /// <param name="at">When they were examined.</param>
    public static byte[] Write(RuleReport report, DateTimeOffset at, SheetFormat format)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var file = new MemoryStream();
        using (var book = SheetOut.Open(file, "規則の点検", $"{Headings.Mark}zone-rules/", Columns, format, at))
        {
            foreach (var broken in report.BrokenFlows)
            {
                var stop = broken.Stops.Count > 0 ? broken.Stops[0] : null;
                Add(
                    RuleWords.Name(RuleWords.Broken).Ja, stop?.Device ?? "", stop?.Source.File ?? "", Line(stop?.Source), broken.Flow.Id, "", $"{broken.Flow.Source} → {broken.Flow.Destination} {broken.Flow.Services}",
                    broken.Works == FlowWorks.Yes ? "一部が届きません。" : broken.Works == FlowWorks.Perhaps ? "条件により届きません。" : "届きません。",
                    string.Join("\n", broken.Stops.Select(s => $"{s.Device} {s.Source}")), stop?.Example.ToString() ?? "", "", "");
            }
            foreach (var fault in report.Faults)
            {
                Add(
                    RuleWords.Name(RuleReportJson.Word(fault)).Ja, fault.Rule.Device, fault.Rule.Source.File, Line(fault.Rule.Source), RuleWords.Name(fault.Rule), RuleWords.Name(fault.Rule.Action).Ja, fault.Rule.Matches.ToString(),
                    RuleWords.Why(fault).Ja, string.Join("\n", RuleWords.By(fault).Select(r => $"{r.Source} {RuleWords.Name(r)}")), RuleWords.Example(fault)?.ToString() ?? "",
                    string.Join("\n", RuleWords.Narrower(fault).Select(t => t.ToString())), "");
            }
            book.Finish();

            void Add(params string[] cells) => book.Write(cells);
        }
        return file.ToArray();
    }

    private static string Line(SourceRef? source) => source is { FirstLine: > 0 } its ? its.FirstLine.ToString(CultureInfo.InvariantCulture) : "";
}
