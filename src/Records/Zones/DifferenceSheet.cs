using Sekisho.Records.Registers.Exchange;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Reports;

namespace Sekisho.Records.Zones;

/// <summary>What a change opens and closes as a sheet, for the papers of the change (設定変更の影響表).</summary>
public static class DifferenceSheet
{
    private static readonly SheetColumn[] Columns =
    [
        new("effect", "影響", 14, XlsxLook.Plain), new("device", "機器", 18, XlsxLook.Plain), new("filter", "フィルタ", 22, XlsxLook.Text), new("in", "入る側", 16, XlsxLook.Text), new("out", "出る側", 16, XlsxLook.Text),
        new("flows", "通信", 48, XlsxLook.LongText), new("example", "例のパケット", 40, XlsxLook.LongText), new("before", "変更前に決める行", 30, XlsxLook.Text), new("after", "変更後に決める行", 30, XlsxLook.Text),
        new("perhaps", "条件しだい", 12, XlsxLook.Plain),
    ];

    /// <param name="at">When it was worked out.</param>
    public static byte[] Write(NetworkDifference difference, DateTimeOffset at, SheetFormat format)
    {
        ArgumentNullException.ThrowIfNull(difference);
        using var file = new MemoryStream();
        using (var book = SheetOut.Open(file, "設定変更の影響", $"{Headings.Mark}zone-difference/", Columns, format, at))
        {
            foreach (var c in difference.Changes.OrderBy(static c => !c.Opened))
                book.Write([c.Opened ? "通るようになる" : "通らなくなる", c.Device, c.Filter, c.Inbound, c.Outbound, c.Traffic.ToString(), c.Example.ToString(), DifferenceJson.Line(c.Before), DifferenceJson.Line(c.After), c.Perhaps ? "はい" : ""]);
            foreach (var c in difference.Translations)
                book.Write(["変換が変わる", c.Device, c.Kind == NatKind.Destination ? "あて先の変換" : "送信元の変換", c.Inbound, c.Outbound, $"{c.Traffic}（{DifferenceJson.Words(c.Was, c.Kind).Ja} → {DifferenceJson.Words(c.Becomes, c.Kind).Ja}）", c.Example.ToString(), DifferenceJson.Line(c.Before), DifferenceJson.Line(c.After), c.Perhaps ? "はい" : ""]);
            foreach (var note in difference.Notes) book.Write(["確かめきれないこと", "", "", "", "", note.Ja, "", "", "", ""]);
            book.Finish();
        }
        return file.ToArray();
    }
}
