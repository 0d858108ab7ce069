using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests.Ledgers;

public sealed class LedgerKeyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sekisho-key-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_key_is_made_once_and_only_its_owner_can_read_it()
    {
        await using var test = await TestDatabase.CreateAsync();
        Assert.Null(LedgerKey.Read(folder));
        var keys = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => LedgerKey.OpenAsync(folder, test.Database, TimeProvider.System, Cancel)));
        Assert.Single(keys.Select(k => k.VerifierFor("x").ToString()).Distinct());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "ledger", "key.pem")));
        Assert.Equal(["key.pem"], Directory.EnumerateFiles(Path.Combine(folder, "ledger")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_server_without_the_installations_key_makes_no_other()
    {
        await using var test = await TestDatabase.CreateAsync();
        (await LedgerKey.OpenAsync(folder, test.Database, TimeProvider.System, Cancel)).Dispose();
        File.Delete(Path.Combine(folder, "ledger", "key.pem"));
        var refused = await Assert.ThrowsAsync<LedgerBrokenException>(() => LedgerKey.OpenAsync(folder, test.Database, TimeProvider.System, Cancel));
        Assert.Equal("LED-KEY-001", refused.Code);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder, "ledger")));

        await File.WriteAllTextAsync(Path.Combine(folder, "ledger", "key.pem"), NoteSigner.Create().ToPem(), Cancel);
        Assert.Equal("LED-KEY-001", (await Assert.ThrowsAsync<LedgerBrokenException>(() => LedgerKey.OpenAsync(folder, test.Database, TimeProvider.System, Cancel))).Code);
        await File.WriteAllTextAsync(Path.Combine(folder, "ledger", "key.pem"), "not a key", Cancel);
        Assert.Equal("LED-KEY-002", (await Assert.ThrowsAsync<LedgerBrokenException>(() => LedgerKey.OpenAsync(folder, test.Database, TimeProvider.System, Cancel))).Code);
    }
}
