using System.Diagnostics;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Sanitizer.Isolation;

namespace Sekisho.Resilience.Tests;

/// <summary>The machine fails, not a process: a full disk, a clock that goes back.</summary>
public sealed class MachineTests
{
    private static CancellationToken Cancel => Site.Cancel;

    /// <summary>The vault's disk is full in the middle of the work: nothing is lost or refused by it, and it goes on when there is room again.</summary>
    [Fact]
    public async Task The_disk_of_the_vault_is_full()
    {
        var folder = Directory.CreateTempSubdirectory("sekisho-small-").FullName;
        if (!await RunAsync("mount", "-t", "tmpfs", "-o", "size=3m,mode=0700", "tmpfs", folder)) Assert.Skip("small disks can't be made here");
        try
        {
            // A disk that hasn't a gigabyte free takes nothing in.
            await using var site = await Site.OpenAsync(vault: folder);
            var refused = await site.Slices.Requests.TakeInAsync(site.Town, new("internet-to-lgwan", null, new("a", "a"), [new("a.txt", new MemoryStream("内容"u8.ToArray()))]), Cancel);
            Assert.Equal("XNG-FULL-001", refused.Match<string?>(_ => null, r => r.Code));
            Assert.Empty(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));

            site.Vault.Reserve = 0;
            var requests = await site.HandInAsync(20);
            var filler = Path.Combine(folder, "filler");
            Fill(filler);
            await using var pool = await SanitizerPool.StartAsync(new() { Workers = 2 }, TimeProvider.System, Cancel);
            await using var worker = site.Slices.Worker(_ => Task.FromResult(pool), NullLogger.Instance);
            worker.Start(2);
            await Task.Delay(4000, Cancel);
            Assert.InRange(await site.DoneAsync(), 0, 19);
            File.Delete(filler);
            await site.UntilAsync(20);
            await site.CheckAsync(requests, 20);
        }
        finally
        {
            Assert.True(await RunAsync("umount", folder));
            Directory.Delete(folder);
        }
    }

    /// <summary>The server's clock goes back by a day in the middle of the work: claims go by the database's clock, order by the ledger.</summary>
    [Fact]
    public async Task The_clock_is_set_back()
    {
        var clock = new SetBackClock();
        await using var site = await Site.OpenAsync(clock);
        var requests = await site.HandInAsync(0, 20);
        await using var pool = await SanitizerPool.StartAsync(new() { Workers = 2 }, TimeProvider.System, Cancel);
        await using (var worker = site.Slices.Worker(_ => Task.FromResult(pool), NullLogger.Instance))
        {
            worker.Start(2);
            await site.UntilAsync(5);
            clock.Offset = TimeSpan.FromDays(-1);
            requests.AddRange(await site.HandInAsync(20, 40));
            await site.UntilAsync(40);
        }
        // Nothing that was handed in today is due for destruction, and nothing of it can't be fetched.
        Assert.Equal(0, (await site.Slices.Retention.RunAsync(site.Town, Cancel)).Destroyed);
        await site.CheckAsync(requests, 40);
    }

    /// <summary>The same for a real server in a process of its own: its machine's clock goes back by a day while it works (libfaketime; PostgreSQL keeps the right time).</summary>
    [Fact]
    public async Task The_clock_of_a_real_server_is_set_back()
    {
        var library = Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 }).FirstOrDefault();
        Assert.SkipWhen(library is null, "faketime isn't installed here");
        await using var site = await Site.OpenAsync();
        var requests = await site.HandInAsync(Site.Files / 2);
        var clock = Path.Combine(site.Folder, "clock");
        await File.WriteAllTextAsync(clock, "+0", Cancel);
        var environment = new Dictionary<string, string> { ["LD_PRELOAD"] = library!, ["FAKETIME_TIMESTAMP_FILE"] = clock, ["FAKETIME_NO_CACHE"] = "1", ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1", ["DONT_FAKE_MONOTONIC"] = "1" };
        await using var server = await Command.StartAsync(["up", "--data", site.Folder, "--port", "0"], environment);
        await site.UntilAsync(Site.Files / 6, () => server.Said);
        await File.WriteAllTextAsync(clock, "-1d", Cancel);
        requests.AddRange(await site.HandInAsync(Site.Files / 2, Site.Files));
        await site.UntilAsync(Site.Files, () => server.Said);
        // It did believe that it was yesterday.
        await using (var tx = await site.Database.EnterAsync(site.Town, Cancel))
            Assert.NotEqual(0, await tx.Connection.ExecuteScalarAsync<int>("SELECT count(*) FROM crossing.item WHERE done_at < now() - interval '20 hours'"));
        await site.CheckAsync(requests, Site.Files);
        Assert.Equal(0, (await site.Slices.Retention.RunAsync(site.Town, Cancel)).Destroyed);
    }

    /// <summary>Writes until nothing more goes in.</summary>
    private static void Fill(string path)
    {
        using var file = File.Create(path, 1);
        var block = new byte[4096];
        try
        {
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode == 0;
    }

    private sealed class SetBackClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
