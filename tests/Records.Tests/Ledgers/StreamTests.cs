using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests.Ledgers;

public sealed class StreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_callers_share_commits_and_each_gets_its_own_place()
    {
        await using var test = await TestDatabase.CreateAsync();
        using var signer = NoteSigner.Create();
        var towns = new[] { await test.AddMunicipalityAsync("a"), await test.AddMunicipalityAsync("b") };
        await using var stream = new LedgerStream(test.Database, new LedgerStore(signer, TimeProvider.System));
        var receipts = await Task.WhenAll(Enumerable.Range(0, 3000).Select(async i =>
        {
            var entries = LedgerStoreTests.Entries(1 + i % 3, i * 10);
            return (Town: towns[i % 2], Entries: entries, Receipt: await stream.AppendAsync(towns[i % 2], entries, Cancel));
        }));
        foreach (var town in towns)
        {
            await using var tenant = await test.Database.EnterAsync(town, Cancel);
            var mine = receipts.Where(r => r.Town == town).OrderBy(r => r.Receipt.First).ToList();
            var next = 0UL;
            foreach (var (_, entries, receipt) in mine)
            {
                Assert.Equal(next, receipt.First);
                next += (ulong)entries.Length;
                Assert.True(receipt.Size >= next);
            }
            Assert.Equal(mine[700].Entries[0].ToBytes(), (await LedgerReader.ReadAsync(tenant, mine[700].Receipt.First, Cancel))!.Bytes.ToArray());
            var report = await new LedgerVerifier(test.Database, [signer.VerifierFor("k")]).VerifyAsync(town, [], Cancel);
            Assert.True(report.Holds);
            Assert.Equal(next, report.Entries);
            Assert.True(report.Checkpoints < 500, $"{report.Checkpoints} commits for {mine.Count} calls");
        }
    }

    [Fact]
    public async Task A_batch_that_fails_tells_every_caller_and_the_next_goes_on()
    {
        await using var test = await TestDatabase.CreateAsync();
        using NoteSigner signer = NoteSigner.Create(), another = NoteSigner.Create();
        var town = await test.AddMunicipalityAsync("a");
        var other = await test.AddMunicipalityAsync("b");
        await LedgerStoreTests.AppendAsync(test, new LedgerStore(another, TimeProvider.System), town, 1);
        await using var stream = new LedgerStream(test.Database, new LedgerStore(signer, TimeProvider.System));
        await Assert.ThrowsAsync<LedgerBrokenException>(() => stream.AppendAsync(town, LedgerStoreTests.Entries(1), Cancel));
        await Assert.ThrowsAsync<LedgerBrokenException>(() => stream.AppendAsync(town, LedgerStoreTests.Entries(1), Cancel));
        Assert.Equal(0UL, (await stream.AppendAsync(other, LedgerStoreTests.Entries(1), Cancel)).First);
        await Assert.ThrowsAsync<ArgumentException>(() => stream.AppendAsync(other, [], Cancel));
    }
}
