using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Traces;

/// <summary>Traces as sheets (履歴の書出し). Each is an entry of the ledger: by whom, narrowed by what, how many rows, and the digest of the file.</summary>
public sealed partial class TraceDesk
{
    /// <summary>Rows of a sheet: Excel holds 1,048,576, heads and all.</summary>
    public const int MostRows = 1_000_000;

    private static readonly IReadOnlyList<SheetColumn> TraceColumns =
    [
        new("at", "日時", 18, XlsxLook.Text), new("number", "番号", 14, XlsxLook.Text), new("route", "経路", 26, XlsxLook.Text), new("unit", "課", 18, XlsxLook.Text), new("asked-by", "申請した人", 16, XlsxLook.Text),
        new("sender", "差出人", 22, XlsxLook.Text), new("purpose", "目的", 26, XlsxLook.Text), new("recipient", "渡す相手", 18, XlsxLook.Text), new("path", "ファイル", 36, XlsxLook.Text), new("output", "渡した名前", 36, XlsxLook.Text),
        new("bytes", "大きさ（バイト）", 13, XlsxLook.Number), new("outcome", "結果", 12, XlsxLook.Text), new("refusal", "遮断の理由", 14, XlsxLook.Text), new("removed", "取り除いたもの", 40, XlsxLook.LongText), new("approved-by", "承認した人", 20, XlsxLook.Text),
        new("original", "原本の SHA-256", 20, XlsxLook.Text), new("result", "渡したものの SHA-256", 20, XlsxLook.Text),
    ];

    private static readonly IReadOnlyList<SheetColumn> ExceptionColumns =
    [
        new("granted-at", "認めた日時", 18, XlsxLook.Text), new("number", "番号", 14, XlsxLook.Text), new("path", "ファイル", 36, XlsxLook.Text), new("bytes", "大きさ（バイト）", 13, XlsxLook.Number), new("unit", "課", 18, XlsxLook.Text), new("asked-by", "申請した人", 16, XlsxLook.Text),
        new("why", "必要な理由", 36, XlsxLook.LongText), new("refusal", "遮断の理由", 14, XlsxLook.Text), new("refusal-what", "遮断の説明", 36, XlsxLook.LongText), new("granted-by", "認めた人", 16, XlsxLook.Text), new("decided", "認めた理由", 36, XlsxLook.LongText),
        new("scan", "ウイルス検査", 26, XlsxLook.LongText), new("until", "受取期限", 18, XlsxLook.Text), new("kept", "原本の保存期限", 18, XlsxLook.Text), new("original", "SHA-256", 20, XlsxLook.Text),
    ];

    /// <summary>What a search finds, all of it, as a sheet.</summary>
    /// <returns>A temporary file, at its beginning, which is gone when closed.</returns>
    public async Task<Outcome<Stream>> ExportAsync(MunicipalityId municipality, TraceQuery query, SheetFormat format, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        await WriteAsync(municipality, "授受の履歴", "traces", TraceColumns, format, query.Facts(), actor, async (tx, sheet) =>
        {
            await HurryAsync(tx, cancel);
            var names = await RouteNamesAsync(tx, cancel);
            var found = new Found(query, within, actor);
            var rows = 0;
            await tx.EachAsync($"WITH hits AS MATERIALIZED ({found.Hits(null)}) {Select} JOIN hits h ON h.id = t.id ORDER BY t.at DESC, t.id DESC LIMIT {MostRows + 1}", r =>
            {
                if (++rows > MostRows) return;
                var t = Row(r, names);
                sheet.Write(
                [
                    When(t.At), t.Number, t.RouteName.Ja, t.Unit ?? "", t.AskedBy.Name, t.Sender, t.Purpose, t.Recipient, t.Path, t.OutputPath ?? "", Number(t.Bytes), t.Outcome.Name().Ja, t.RefusalCode ?? "",
                    string.Join("、", t.Removed.Select(x => ThreatCatalogue.NameOf(x.Threat).Ja + (x.Count > 1 ? $"×{Number(x.Count)}" : ""))), string.Join("、", t.ApprovedBy), t.Original?.ToString() ?? "", t.Result?.ToString() ?? "",
                ]);
            }, cancel, found.Values);
            return rows;
        }, cancel);

    /// <summary>What was let through by exception, as a sheet.</summary>
    /// <inheritdoc cref="ExportAsync" path="/returns"/>
    public async Task<Outcome<Stream>> ExportExceptionsAsync(MunicipalityId municipality, SheetFormat format, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel) =>
        await WriteAsync(municipality, "特例で取り込んだファイル", "exceptions", ExceptionColumns, format, new { }, actor, async (tx, sheet) =>
        {
            var all = await ExceptionsAsync(tx, $"LIMIT {MostRows + 1}", within is null ? null : RegisterRows.Ids(within), actor, cancel);
            foreach (var x in all.Take(MostRows))
                sheet.Write(
                [
                    When(x.GrantedAt), x.Number, x.Path, Number(x.Bytes), x.Unit ?? "", x.AskedBy.Name, x.Why, x.RefusalCode, x.Refusal.Ja, x.GrantedBy.Name, x.Decided, x.Scanned().Ja,
                    When(x.FetchUntil), When(x.KeptUntil), x.Digest?.ToString() ?? "",
                ]);
            return all.Count;
        }, cancel);

    private async Task<Outcome<Stream>> WriteAsync(
        MunicipalityId municipality, string title, string what, IReadOnlyList<SheetColumn> columns, SheetFormat format, object facts, Actor actor,
        Func<TenantTransaction, SheetOut, Task<int>> fill, CancellationToken cancel)
    {
        // For this process's user alone, and unlinked when closed: what is written out may be personal data.
        var file = new FileStream(Path.Combine(Path.GetTempPath(), "sekisho-" + Guid.NewGuid().ToString("N")), new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, BufferSize = 81_920,
        });
        try
        {
            await using var tx = await keeper.EnterAsync(municipality, cancel);
            var at = keeper.Clock.Now();
            int rows;
            using (var sheet = SheetOut.Open(file, title, "sekisho-" + what + "/", columns, format, at))
            {
                rows = await fill(tx, sheet);
                if (rows > MostRows) return await RefusedAsync(file, Refusals.TooManyRows);
                sheet.Finish();
            }
            file.Position = 0;
            var digest = await Sha256.OfAsync(file, cancel);
            await keeper.AppendAsync(tx, at, "crossing.exported", actor, $"crossing/{what}", new { what, format, rows, sha256 = digest, narrowedBy = facts }, cancel);
            await tx.CommitAsync(cancel);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private static async Task<Outcome<Stream>> RefusedAsync(FileStream file, Refusal why)
    {
        await file.DisposeAsync();
        return why;
    }

    private static string When(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(9)).ToString("yyyy/MM/dd HH:mm", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
