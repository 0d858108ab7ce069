using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sekisho.Assurance;

namespace Sekisho.Storage.Cluster;

/// <summary>How carefully a private cluster writes.</summary>
internal enum ClusterDurability
{
    /// <summary>What was committed survives kill -9 and loss of power.</summary>
    Durable,

    /// <summary>For tests only: fast, and lost with the power.</summary>
    Fleeting,
}

/// <summary>
/// A PostgreSQL cluster of Sekisho's own in its data folder (専用クラスタ): made once, reached by a Unix socket only, shared by all processes of the installation,
/// started by the first of them and stopped by the last.
/// </summary>
/// <remarks>
/// Layout of the folder: <c>data</c> (PGDATA), <c>run</c> (socket), <c>log</c>, <c>start.lock</c> (held while one process starts or stops it),
/// <c>users.lock</c> (held shared by every process that uses it; given back by the kernel when one is killed). See docs/adr/0025.
/// </remarks>
internal sealed class PrivateCluster : IAsyncDisposable
{
    private const int SigInt = 2, SigQuit = 3;
    private static readonly TimeSpan FastStop = TimeSpan.FromSeconds(30);

    private readonly ClusterFolder folder;
    private readonly ClusterDurability durability;
    private readonly ILogger logger;
    private readonly FileLock use;
    private int process;
    private bool disposed;

    private PrivateCluster(ClusterFolder folder, ClusterDurability durability, ILogger logger, FileLock use)
    {
        this.folder = folder;
        this.durability = durability;
        this.logger = logger;
        this.use = use;
    }

    /// <summary>Folder of the socket; Npgsql takes it as a host.</summary>
    public string SocketFolder { get; private set; } = "";

    /// <summary>The postmaster.</summary>
    public int ProcessId => process;

    /// <summary>True when this process found it running and joined.</summary>
    public bool Joined { get; private set; }

    /// <summary>Joins the running cluster of the folder, or starts it, or makes and starts it.</summary>
    /// <param name="path">The folder of the cluster; made when absent.</param>
    /// <exception cref="StorageException">It can't be made or started; says why and what to do.</exception>
    public static async Task<PrivateCluster> OpenAsync(string path, ClusterDurability durability, ILogger logger, CancellationToken cancel)
    {
        var folder = ClusterFolder.Prepare(path);
        try
        {
            return await OpenAsync(folder, durability, logger, cancel).ConfigureAwait(false);
        }
        catch (UnauthorizedAccessException e)
        {
            throw ClusterFolder.NoPermission(path, e.Message, e);
        }
    }

    private static async Task<PrivateCluster> OpenAsync(ClusterFolder folder, ClusterDurability durability, ILogger logger, CancellationToken cancel)
    {
        using var starting = await FileLock.TakeAsync(folder.StartLock, shared: false, cancel).ConfigureAwait(false);
        // Waits here while the watcher of a killed server stops its cluster.
        var use = await FileLock.TakeAsync(folder.UsersLock, shared: true, cancel).ConfigureAwait(false);
        var cluster = new PrivateCluster(folder, durability, logger, use);
        try
        {
            await cluster.EnsureAsync(cancel).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.LeaveAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts it again when it died under us (killed by the kernel for memory, say). True when it was started.</summary>
    public async Task<bool> RecoverAsync(CancellationToken cancel)
    {
        using var starting = await FileLock.TakeAsync(folder.StartLock, shared: false, cancel).ConfigureAwait(false);
        if (disposed) return false; // we stopped it ourselves: a request that outlives the host may not bring it back
        if (PostmasterFile.IsPostgres(process) && PostmasterFile.Read(folder.Data)?.Process == process) return false;
        logger.LogWarning("The private PostgreSQL ended by itself; starting it again (log: {Log})", folder.Log);
        await EnsureAsync(cancel).ConfigureAwait(false);
        return true;
    }

    private async Task EnsureAsync(CancellationToken cancel)
    {
        var major = folder.ClusterMajor;
        if (await JoinAsync(cancel).ConfigureAwait(false)) return;
        var programs = PostgresPrograms.Find(major);
        if (major is null) new ClusterMaker(folder, programs, logger).Make(durability);
        await StartAsync(programs, cancel).ConfigureAwait(false);
    }

    /// <summary>True when a postmaster of this folder is running and takes connections.</summary>
    private async Task<bool> JoinAsync(CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (PostmasterFile.Read(folder.Data) is { IsAlive: true } running)
        {
            if (running.SocketFolder.Length > 0 && running.Status is "ready")
            {
                SocketFolder = running.SocketFolder;
                if (await TryConnectAsync(cancel).ConfigureAwait(false) is not { } refusal)
                {
                    process = running.Process;
                    Joined = true;
                    return true;
                }
                if (clock.Elapsed > FastStop)
                    throw folder.Explain("STO-START-003", new("動作中の専用PostgreSQLに接続できません。", "The private PostgreSQL is running but can't be reached."), refusal.Message);
            }
            // Starting, recovering or stopping: each of these ends by itself. Waiting also outlasts the children of a killed postmaster.
            await Task.Delay(20, cancel).ConfigureAwait(false);
        }
        return false;
    }

    private async Task StartAsync(PostgresPrograms programs, CancellationToken cancel)
    {
        if (PostmasterFile.Read(folder.Data) is { } stale)
        {
            // PostgreSQL would refuse to start where the number in the file now belongs to another program of the same user.
            logger.LogInformation("PostgreSQL did not stop cleanly last time (process {Process}); it recovers from its log", stale.Process);
            File.Delete(Path.Combine(folder.Data, "postmaster.pid"));
        }
        folder.PrepareRun();
        var clock = Stopwatch.StartNew();
        var started = Launch(programs);
        var reported = TimeSpan.FromSeconds(5);
        while (true)
        {
            if (started.HasExited)
            {
                if (clock.Elapsed >= FastStop || !folder.WasStillInUse)
                    throw folder.Explain("STO-START-001", new("専用のPostgreSQLを起動できませんでした。データには触れていません。", "The private PostgreSQL could not be started. The data was not touched."));
                // The children of a postmaster that was killed notice it a moment later, and hold its memory till then.
                await Task.Delay(50, cancel).ConfigureAwait(false);
                started = Launch(programs);
                continue;
            }
            if (PostmasterFile.Read(folder.Data) is { Status: "ready" } file && file.Process == started.Id)
            {
                process = started.Id;
                SocketFolder = file.SocketFolder;
                if (await TryConnectAsync(cancel).ConfigureAwait(false) is null) break;
            }
            if (clock.Elapsed > reported)
            {
                logger.LogInformation("PostgreSQL is recovering, {Seconds:0} s so far", clock.Elapsed.TotalSeconds);
                reported += TimeSpan.FromSeconds(5);
            }
            await Task.Delay(5, cancel).ConfigureAwait(false);
        }
        Joined = false;
        logger.LogInformation("Private PostgreSQL {Major} started in {Milliseconds} ms (process {Process})", programs.Major, clock.ElapsedMilliseconds, process);
        Watch();
    }

    private Process Launch(PostgresPrograms programs)
    {
        List<string> settings =
        [
            "listen_addresses=", $"unix_socket_directories={folder.Run}", "unix_socket_permissions=0700",
            "timezone=UTC", "log_timezone=UTC", "lc_messages=C",
            // A week of logs, one file a day. Statements and row contents stay out of them: they hold personal data.
            "logging_collector=on", $"log_directory={folder.Log}", "log_filename=postgresql-%a.log", "log_truncate_on_rotation=on", "log_rotation_age=1d", "log_rotation_size=0",
            "log_min_error_statement=panic", "log_error_verbosity=terse",
            "jit=off",   // our statements take milliseconds; compiling them costs more than it gives
        ];
        if (durability == ClusterDurability.Fleeting)
        {
            settings.AddRange(["fsync=off", "full_page_writes=off", "synchronous_commit=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB",
                // Databases live for seconds: nothing in them grows stale, and a hundred of them would each be visited.
                "autovacuum=off", "checkpoint_timeout=1h", "bgwriter_lru_maxpages=0"]);
        }
        string[] command = [programs.Postgres, "-D", folder.Data, .. settings.SelectMany(s => new[] { "-c", s })];
        // A session of its own: Ctrl-C in the terminal must reach the server only, which then stops this in order.
        // What it prints before its log is open goes to a file, not to a pipe that ends with us.
        var start = folder.AsClusterUser("/bin/sh", ["-c", "log=$1; shift; exec setsid \"$@\" >\"$log\" 2>&1 </dev/null", "sh", folder.StartLog, .. command]);
        return StartDetached(start);
    }

    /// <summary>Leaves a process behind that waits until nobody uses the cluster any more (kill -9 of the server included) and then stops it.</summary>
    private void Watch()
    {
        const string Script = """
            exec setsid flock -x "$1/users.lock" /bin/sh -c '
              file=$1/data/postmaster.pid
              lives() { case $(cat "/proc/$pid/stat") in *"(postgres) Z"*|*"(postgres) X"*) return 1 ;; *"(postgres)"*) ;; *) return 1 ;; esac; }
              read -r pid <"$file" && lives && kill -INT "$pid" || exit 0
              while read -r now <"$file" && [ "$now" = "$pid" ] && lives; do sleep 0.05; done' sh "$1" >/dev/null 2>&1 </dev/null
            """;
        StartDetached(folder.AsClusterUser("/bin/sh", ["-c", Script, "sh", folder.Path])).Dispose();
    }

    private static Process StartDetached(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = false;
        return Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start");
    }

    /// <summary>Null when a connection could be made; otherwise why not.</summary>
    private async Task<NpgsqlException?> TryConnectAsync(CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString("postgres", "postgres", pooling: false));
            await connection.OpenAsync(cancel).ConfigureAwait(false);
            return null;
        }
        catch (NpgsqlException e)
        {
            return e;
        }
    }

    /// <summary>How to connect as one of the cluster's roles.</summary>
    public string ConnectionString(string role, string database, bool pooling = true, int maxPoolSize = 10) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = SocketFolder, Username = role, Database = database, ApplicationName = "sekisho",
            Pooling = pooling, MaxPoolSize = maxPoolSize, Timeout = 15, IncludeErrorDetail = false,
        }.ConnectionString;

    /// <summary>Stops using it; the last process that does so stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed) return;
        disposed = true;
        using var starting = await FileLock.TakeAsync(folder.StartLock, shared: false, CancellationToken.None).ConfigureAwait(false);
        await LeaveAsync().ConfigureAwait(false);
    }

    private async Task LeaveAsync()
    {
        using (use)
        {
            if (use.TryChange(shared: false))
            {
                await StopAsync().ConfigureAwait(false);
                return;
            }
            if (use.TryChange(shared: true)) return;   // others use it
        }
        // The watcher was quicker and is stopping it.
        await WaitForEndAsync(FastStop).ConfigureAwait(false);
    }

    private async Task StopAsync()
    {
        if (PostmasterFile.Read(folder.Data) is not { IsAlive: true } running) return;
        OperatingSystemUser.Signal(running.Process, SigInt);
        if (await WaitForEndAsync(FastStop).ConfigureAwait(false)) return;
        logger.LogWarning("PostgreSQL did not stop in {Seconds} s; stopping it at once, it recovers at the next start", FastStop.TotalSeconds);
        OperatingSystemUser.Signal(running.Process, SigQuit);
        await WaitForEndAsync(FastStop).ConfigureAwait(false);
    }

    private async Task<bool> WaitForEndAsync(TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (PostmasterFile.Read(folder.Data) is { IsAlive: true })
        {
            if (clock.Elapsed > limit) return false;
            await Task.Delay(5, CancellationToken.None).ConfigureAwait(false);
        }
        return true;
    }
}
