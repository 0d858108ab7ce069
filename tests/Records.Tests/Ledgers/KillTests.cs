using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Verification;
using Sekisho.Storage;

namespace Sekisho.Records.Tests.Ledgers;

/// <summary>kill -9 during writes, then start: the ledger verifies and nothing acknowledged is missing. On a real cluster that writes durably.</summary>
public sealed class KillTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("sekisho-kill-").FullName;
    private readonly MunicipalityId town = new(Guid.Parse("018f0000-0000-7000-8000-000000000009"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Killed_during_writes_the_ledger_verifies_and_nothing_acknowledged_is_missing(bool databaseToo)
    {
        var acked = new Dictionary<ulong, string>();
        for (var round = 0; round < 2; round++) await HammerAsync(acked, databaseToo);
        Assert.True(acked.Count >= 300, $"only {acked.Count} entries were acknowledged");

        await using var database = await Database.OpenAsync(new StorageOptions(folder, null), RecordsMigrations.Sets, NullLogger.Instance, Cancel);
        using var signer = await LedgerKey.OpenAsync(folder, database, TimeProvider.System, Cancel);
        var report = await new LedgerVerifier(database, [signer.VerifierFor("key")]).VerifyAsync(town, [], Cancel);
        Assert.Empty(report.Faults);
        await using (var tenant = await database.EnterAsync(town, Cancel))
        {
            foreach (var (index, content) in acked)
                Assert.Equal(content, (await LedgerReader.ReadAsync(tenant, index, Cancel))?.Entry?.Subject);
        }
        // And it goes on.
        await using var next = await database.EnterAsync(town, Cancel);
        Assert.Equal(report.Entries, (await new LedgerStore(signer, TimeProvider.System).AppendAsync(next, LedgerStoreTests.Entries(1), Cancel)).First);
    }

    private async Task HammerAsync(Dictionary<ulong, string> acked, bool databaseToo)
    {
        var hammer = typeof(KillTests).Assembly.Location.Replace("Records.Tests", "LedgerHammer", StringComparison.Ordinal);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [hammer, folder, town.ToString()]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var complaints = process.StandardError.ReadToEndAsync(Cancel);
        // By count, not by the clock: a busy machine acknowledges as many, later.
        var (left, killed) = (150, false);
        while (await process.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            // A line cut by the kill acknowledges nothing.
            if (line.Split(' ') is not ["acked", var index, { Length: > 34 } content]) continue;
            acked[ulong.Parse(index, CultureInfo.InvariantCulture)] = content;
            if (--left > 0 || killed) continue;
            killed = true;
            if (databaseToo) KillDatabase();
            process.Kill();
        }
        await process.WaitForExitAsync(Cancel);
        Assert.True(killed, $"the hammer ended by itself: {await complaints}");
    }

    /// <summary>The postmaster and its children, as a loss of power would stop them.</summary>
    private void KillDatabase()
    {
        var postmaster = int.Parse(File.ReadLines(Path.Combine(folder, "postgres", "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        using var process = Process.GetProcessById(postmaster);
        process.Kill(entireProcessTree: true);
    }
}
