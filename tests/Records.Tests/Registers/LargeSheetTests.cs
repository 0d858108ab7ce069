using System.Globalization;
using System.Text;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Records.Tests.Registers;

/// <summary>The largest sheet that is taken, once through (how fast: benchmarks/registers.sh).</summary>
public sealed class LargeSheetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fifty_thousand_rows_come_in_with_an_entry_of_the_ledger_each()
    {
        await using var library = await Library.OpenAsync();
        var import = new RegisterImport(library.Book);
        var rows = new StringBuilder("書名,担当課,ページ数\n");
        for (var i = 1; i <= RegisterImport.MostRows; i++) rows.Append(CultureInfo.InvariantCulture, $"本 その{i},総務課,{i % 900}\n");

        var plan = (await import.UploadAsync(library.Town, Library.Books, new MemoryStream(Encoding.UTF8.GetBytes(rows.ToString())), "図書.csv", library.Officer, Cancel)).OrThrow();
        var kept = (await import.CommitAsync(library.Town, plan.Upload, null, library.Officer, Cancel)).OrThrow();
        Assert.Equal((true, RegisterImport.MostRows), (kept.IsKept, kept.Added));
        var last = await library.ListAsync(new(Sort: "number", Descending: true, PageSize: 1));
        Assert.Equal((RegisterImport.MostRows, "BOK-50000"), (last.Total, last.Entries[0].Number));
        await using var tx = await library.Book.Keeper.EnterAsync(library.Town, Cancel);
        Assert.Equal((long)RegisterImport.MostRows, (await tx.ListAsync("SELECT count(*) FROM ledger.entry WHERE kind = $1", r => r.GetInt64(0), Cancel, EntryHistory.Added))[0]);
        Assert.NotNull(await LedgerReader.HeadAsync(tx, Cancel));
    }
}
