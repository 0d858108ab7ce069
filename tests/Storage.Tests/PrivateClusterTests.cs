using System.Diagnostics;
using System.Reflection;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Storage.Cluster;

namespace Sekisho.Storage.Tests;

/// <summary>The life of a private cluster: made, joined, killed, found again. Real processes, real files.</summary>
public sealed class PrivateClusterTests : IDisposable
{
    private static readonly IReadOnlyList<MigrationSet> Sets = [new("writer", Assembly.Load("Sekisho.Storage.Writer"))];

    private readonly string top = Directory.CreateTempSubdirectory("sekisho-c-").FullName;

    public PrivateClusterTests() => File.SetUnixFileMode(top, File.GetUnixFileMode(top) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Folder => Path.Combine(top, "data");

    private string PgData => Path.Combine(Folder, "postgres", "data");

    private Task<Database> OpenAsync() => Database.OpenAsync(new StorageOptions(Folder, null), Sets, NullLogger.Instance, Cancel);

    private int Postmaster => PostmasterFile.Read(PgData)!.Process;

    private bool IsRunning => PostmasterFile.Read(PgData) is { IsAlive: true };

    private static async Task<IReadOnlyList<long>> NumbersAsync(Database database)
    {
        await using var owner = await database.EnterOwnerAsync(Cancel);
        return [.. await owner.Connection.QueryAsync<long>("SELECT n FROM writer.number ORDER BY n")];
    }

    [Fact]
    public async Task Another_process_joins_and_the_last_one_stops_it()
    {
        using var server = await WriterProcess.StartAsync(Folder, 1);
        Assert.Equal("", server.Failure);
        await server.CommittedAsync(5);
        var postmaster = Postmaster;

        var joined = await OpenAsync();
        Assert.Equal(postmaster, Postmaster);
        Assert.True((await NumbersAsync(joined)).Count >= 5);

        await server.EndAsync();   // who started it leaves first
        Assert.Equal(0, server.ExitCode);
        Assert.True(IsRunning);
        Assert.True((await NumbersAsync(joined)).Count >= 5);

        await joined.DisposeAsync();
        Assert.False(IsRunning);
        Assert.Null(PostmasterFile.Read(PgData));   // stopped in order
    }

    [Fact]
    public async Task Nothing_committed_is_lost_when_the_server_is_killed_while_it_writes()
    {
        var committed = new List<long>();
        for (var round = 0; round < 3; round++)
        {
            using var server = await WriterProcess.StartAsync(Folder, 1 + (round * 1_000_000L));
            Assert.Equal("", server.Failure);
            await server.CommittedAsync(20);
            var postmaster = Process.GetProcessById(Postmaster);
            if (round > 0) postmaster.Kill();   // the first time the server alone, then PostgreSQL with it
            committed.AddRange(await server.KillAsync());
        }

        await using var database = await OpenAsync();
        var kept = (await NumbersAsync(database)).ToHashSet();
        Assert.True(committed.Count >= 60);
        Assert.Empty(committed.Except(kept));
    }

    [Fact]
    public async Task A_killed_server_leaves_no_PostgreSQL_behind()
    {
        using var server = await WriterProcess.StartAsync(Folder, 1);
        await server.CommittedAsync(1);
        await server.KillAsync();
        for (var clock = Stopwatch.StartNew(); IsRunning && clock.Elapsed < TimeSpan.FromSeconds(20);) await Task.Delay(20, Cancel);
        Assert.False(IsRunning);
    }

    [Fact]
    public async Task PostgreSQL_that_dies_alone_is_started_again_at_the_next_use()
    {
        await using var database = await OpenAsync();
        await NumbersAsync(database);
        var before = Postmaster;
        var backends = ChildrenOf(before);
        Process.GetProcessById(before).Kill();
        // Its children notice a moment later; until then a connection in the pool still works.
        while (backends.Exists(PostmasterFile.IsPostgres)) await Task.Delay(10, Cancel);
        Assert.Empty(await NumbersAsync(database));
        Assert.NotEqual(before, Postmaster);
    }

    [Fact]
    public async Task A_start_waits_for_the_children_of_a_killed_postmaster()
    {
        const int Stop = 19, Continue = 18;
        await using var first = await OpenAsync();
        var before = Postmaster;
        var slow = ChildrenOf(before).First(static c => File.ReadAllText($"/proc/{c}/cmdline").Contains("checkpointer", StringComparison.Ordinal));
        OperatingSystemUser.Signal(slow, Stop);   // holds the memory, and can't notice
        Process.GetProcessById(before).Kill();
        var opening = Task.Run(OpenAsync, Cancel);
        try
        {
            var log = Path.Combine(Folder, "postgres", "log", "start.log");
            for (var clock = Stopwatch.StartNew(); !(await File.ReadAllTextAsync(log, Cancel)).Contains("is still in use", StringComparison.Ordinal); await Task.Delay(10, Cancel))
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60));
        }
        finally
        {
            OperatingSystemUser.Signal(slow, Continue);
        }
        await using var second = await opening;
        Assert.Empty(await NumbersAsync(second));
        Assert.NotEqual(before, Postmaster);
    }

    [Fact]
    public async Task A_request_that_outlives_the_server_does_not_start_PostgreSQL_again()
    {
        var cluster = await PrivateCluster.OpenAsync(Path.Combine(Folder, "postgres"), ClusterDurability.Durable, NullLogger.Instance, Cancel);
        Assert.True(IsRunning);
        await cluster.DisposeAsync();
        Assert.False(await cluster.RecoverAsync(Cancel));
        Assert.False(IsRunning);
    }

    private static List<int> ChildrenOf(int process) =>
        [.. File.ReadAllText($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    [Fact]
    public async Task Leftovers_of_crashes_are_cleared_away()
    {
        // In the middle of initdb …
        Directory.CreateDirectory(Path.Combine(PgData + ".unfinished", "base"));
        await File.WriteAllTextAsync(Path.Combine(PgData + ".unfinished", "base", "1"), "half", Cancel);
        await (await OpenAsync()).DisposeAsync();
        // … and after a restart of the machine, where the old number now belongs to another program, with the socket still there.
        await File.WriteAllTextAsync(Path.Combine(PgData, "postmaster.pid"), $"{Environment.ProcessId}\n{PgData}\n1\n5432\n{Folder}/postgres/run\n\n1 1\nready   \n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(Folder, "postgres", "run", ".s.PGSQL.5432.lock"), $"{Environment.ProcessId}\n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(Folder, "postgres", "run", ".s.PGSQL.5432"), "", Cancel);

        await using var database = await OpenAsync();
        Assert.Empty(await NumbersAsync(database));
    }

    [Fact]
    public async Task Two_servers_on_one_folder_refuse_clearly()
    {
        using var first = await WriterProcess.StartAsync(Folder);
        using var second = await WriterProcess.StartAsync(Folder);
        Assert.StartsWith($"STO-LOCK-001 Sekisho is already running on this data folder (process {first.Id}", second.Failure, StringComparison.Ordinal);
        Assert.Equal(3, second.ExitCode);
        Assert.True(IsRunning);
        await first.EndAsync();
        Assert.False(IsRunning);
    }

    [Fact]
    public async Task A_path_too_long_for_a_socket_still_works()
    {
        var deep = Path.Combine(top, new string('d', 60), new string('e', 60));
        await using var database = await Database.OpenAsync(new StorageOptions(deep, null), Sets, NullLogger.Instance, Cancel);
        Assert.Empty(await NumbersAsync(database));
    }

    [Fact]
    public async Task Without_PostgreSQL_it_says_what_to_install()
    {
        using var process = await WriterProcess.StartAsync(Folder, null, null, ("SEKISHO_POSTGRES_BIN", "/nonexistent"));
        Assert.StartsWith("STO-POSTGRES-001", process.Failure, StringComparison.Ordinal);
        Assert.Contains("apt-get install postgresql-15", process.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_of_another_version_is_not_touched()
    {
        await (await OpenAsync()).DisposeAsync();
        await File.WriteAllTextAsync(Path.Combine(PgData, "PG_VERSION"), "99\n", Cancel);
        Assert.Equal("STO-POSTGRES-002", (await Assert.ThrowsAsync<StorageException>(OpenAsync)).Code);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_entered_or_written_is_named()
    {
        Assert.SkipUnless(OperatingSystemUser.IsRoot, "needs root, to have another user's folder");
        File.SetUnixFileMode(top, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal("STO-FOLDER-001", (await Assert.ThrowsAsync<StorageException>(OpenAsync)).Code);

        var foreign = Directory.CreateTempSubdirectory("sekisho-f-").FullName;
        using var process = await WriterProcess.StartAsync(Path.Combine(foreign, "data"), null, 65534);
        Assert.StartsWith("STO-FOLDER-001", process.Failure, StringComparison.Ordinal);
        Directory.Delete(foreign, recursive: true);
    }

    [Fact]
    public async Task An_unprivileged_user_runs_it_and_root_joins()
    {
        Assert.SkipUnless(OperatingSystemUser.IsRoot, "needs root, to become another user");
        const uint Nobody = 65534;
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        new OperatingSystemUser(Nobody, Nobody).Own(Folder);
        using var server = await WriterProcess.StartAsync(Folder, 1, (int)Nobody);
        Assert.Equal("", server.Failure);
        await server.CommittedAsync(3);
        Assert.Equal(Nobody, OperatingSystemUser.OwnerOf($"/proc/{Postmaster}")!.Value.User);

        await using var joined = await OpenAsync();
        Assert.True((await NumbersAsync(joined)).Count >= 3);
        await server.EndAsync();
    }

    [Fact]
    public async Task As_root_PostgreSQL_runs_as_its_own_user_without_a_way_back()
    {
        Assert.SkipUnless(OperatingSystemUser.IsRoot, "needs root");
        await using var database = await OpenAsync();
        var status = await File.ReadAllLinesAsync($"/proc/{Postmaster}/status", Cancel);
        Assert.Contains(status, l => l.StartsWith("NoNewPrivs:\t1", StringComparison.Ordinal));
        Assert.NotEqual(0u, OperatingSystemUser.OwnerOf(PgData)!.Value.User);
        Assert.Equal(OperatingSystemUser.OwnerOf(PgData), OperatingSystemUser.OwnerOf($"/proc/{Postmaster}"));
        Assert.DoesNotContain(await File.ReadAllLinesAsync("/proc/net/tcp", Cancel), l => l.Contains(":1538 ", StringComparison.Ordinal) && l.Contains(" 0A ", StringComparison.Ordinal));   // 5432, listening
    }

    [Fact]
    public async Task A_full_disk_is_called_that()
    {
        Assert.SkipUnless(OperatingSystemUser.IsRoot && ChildProcess.Run("mount", ["-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", top]).ExitCode == 0, "needs to mount a small file system");
        try
        {
            var full = await Assert.ThrowsAsync<StorageException>(OpenAsync);
            Assert.Equal("STO-DISK-001", full.Code);
            Assert.False(Directory.Exists(PgData) || Directory.Exists(PgData + ".unfinished"));
        }
        finally
        {
            ChildProcess.Run("umount", [top]);
        }
    }

    public void Dispose() => Directory.Delete(top, recursive: true);
}
