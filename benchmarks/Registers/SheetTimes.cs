using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using static Sekisho.Benchmarks.Registers.Figures;

namespace Sekisho.Benchmarks.Registers;

/// <summary>The largest sheet that is taken: looked at, tried, taken in, written out, and taken in again changed.</summary>
internal static class SheetTimes
{
    private const int Rows = RegisterImport.MostRows;

    public static async Task RunAsync(RecordSlices slices, Town town, int rooms)
    {
        var file = Sheets.Xlsx(AssetRows.New(Rows, town.Names, rooms));
        ImportPlan? plan = null;
        await OnceAsync($"look at {Rows:N0} rows of .xlsx ({file.Length / 1_000_000.0:F1} MB)", async () => plan = (await slices.Imports.UploadAsync(town.Id, Prefecture.Assets, new MemoryStream(file), "台帳.xlsx", Prefecture.Somebody, default)).OrThrow());
        await OnceAsync("try them", async () => Check((await slices.Imports.TryAsync(town.Id, plan!.Upload, plan.Proposed, null, Prefecture.Somebody, default)).OrThrow()));
        await OnceAsync("take them in, one entry of the ledger each", async () => Check((await slices.Imports.CommitAsync(town.Id, plan!.Upload, null, Prefecture.Somebody, default)).OrThrow()));
        var written = new MemoryStream();
        await OnceAsync($"write {Rows:N0} rows and more out as .xlsx", async () =>
        {
            await using var stream = await slices.Exports.WorkbookAsync(town.Id, Prefecture.Assets, new RegisterQuery("その1"), null, default);
            await stream!.CopyToAsync(written);
        });
        Print("what was written", $"{written.Length / 1_000_000.0:F1} MB");
        await OnceAsync("the list of a section afterwards, 50 times", async () =>
        {
            for (var i = 0; i < 50; i++) await slices.Registers.ListAsync(town.Id, Prefecture.Assets, new("税務"), (UnitId[])[town.Sections[i % town.Sections.Count]], default);
        });
    }

    private static void Check(ImportReport report)
    {
        if (report.Wrong > 0) throw new InvalidOperationException("The sheet was refused: " + string.Join("; ", report.Problems.Take(5)));
    }
}
