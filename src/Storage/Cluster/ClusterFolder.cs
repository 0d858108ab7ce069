using System.Diagnostics;
using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Storage.Cluster;

/// <summary>The folder of a private cluster, and the user of the operating system that its programs run as.</summary>
internal sealed class ClusterFolder
{
    /// <summary>sockaddr_un holds 108 bytes with the closing zero; the name of the socket is ".s.PGSQL.5432".</summary>
    private const int LongestSocketPathBytes = 107;

    private readonly OperatingSystemUser? runAs;

    private ClusterFolder(string path, OperatingSystemUser? runAs)
    {
        Path = path;
        this.runAs = runAs;
        Run = InFolder("run");
    }

    public string Path { get; }

    /// <summary>PGDATA.</summary>
    public string Data => InFolder("data");

    /// <summary>Folder of the socket: inside, unless the path is too long for a socket.</summary>
    public string Run { get; private set; }

    public string Log => InFolder("log");

    /// <summary>What PostgreSQL printed at its last start, before its log was open.</summary>
    public string StartLog => System.IO.Path.Combine(Log, "start.log");

    /// <summary>True when PostgreSQL's last start ended because processes of the one before it still held its memory.</summary>
    public bool WasStillInUse => Tail(StartLog).Contains("is still in use", StringComparison.Ordinal);

    public string StartLock => InFolder("start.lock");

    public string UsersLock => InFolder("users.lock");

    /// <summary>Version in PG_VERSION; null before initdb.</summary>
    public int? ClusterMajor
    {
        get
        {
            var file = System.IO.Path.Combine(Data, "PG_VERSION");
            return File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var major) ? major : null;
        }
    }

    /// <summary>Makes the folder and finds out who runs the cluster: never root.</summary>
    /// <exception cref="StorageException">No permission, or nobody to run it as.</exception>
    public static ClusterFolder Prepare(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        try
        {
            DataFolder.Create(System.IO.Path.GetDirectoryName(path)!);
            var made = !Directory.Exists(path);
            if (made) Directory.CreateDirectory(path, Private);
            var folder = new ClusterFolder(path, RunAs(path, made));
            if (made) folder.runAs?.Own(path);
            folder.MakePrivate(folder.Log);
            folder.CheckReachable();
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw NoPermission(path, e.Message, e);
        }
    }

    private static OperatingSystemUser? RunAs(string path, bool made)
    {
        if (!OperatingSystemUser.IsRoot) return null;
        // A cluster that a service user made stays that user's when root looks in.
        if (!made && OperatingSystemUser.OwnerOf(path) is { User: not 0 } owner) return owner;
        return OperatingSystemUser.Named("postgres") ?? throw new StorageException(
            "STO-POSTGRES-001",
            new("PostgreSQL がこの機械にありません（利用者 postgres がありません）。", "PostgreSQL is not on this machine (there is no user postgres)."),
            new("apt-get install postgresql-15 を実行するか、SEKISHO_DATABASE で既存のサーバーを指定してください。", "Run apt-get install postgresql-15, or name a server in SEKISHO_DATABASE."));
    }

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder that only the cluster's user (and root) can enter.</summary>
    public void MakePrivate(string path)
    {
        if (Directory.Exists(path)) return;
        Directory.CreateDirectory(path, Private);
        runAs?.Own(path);
    }

    /// <summary>Makes the folder of the socket and clears what a killed cluster left there.</summary>
    public void PrepareRun()
    {
        var inside = InFolder("run");
        if (System.Text.Encoding.UTF8.GetByteCount(inside) + "/.s.PGSQL.5432".Length > LongestSocketPathBytes)
        {
            // Nobody can guess or prepare it: a new name each time, 0700 from the start. Others learn it from postmaster.pid.
            if (Run != inside && Directory.Exists(Run)) return;
            Run = Directory.CreateTempSubdirectory("sekisho-").FullName;
            runAs?.Own(Run);
            return;
        }
        MakePrivate(inside);
        File.Delete(System.IO.Path.Combine(inside, ".s.PGSQL.5432"));
        File.Delete(System.IO.Path.Combine(inside, ".s.PGSQL.5432.lock"));
    }

    /// <summary>The command as the user of the cluster, with no way back to root.</summary>
    public ProcessStartInfo AsClusterUser(string program, IReadOnlyList<string> arguments)
    {
        if (runAs is not { } user) return ChildProcess.Describe(program, arguments, Path);
        return ChildProcess.Describe("setpriv",
            [$"--reuid={user.User}", $"--regid={user.Group}", "--clear-groups", "--no-new-privs", "--", program, .. arguments], Path);
    }

    public ChildProcess.Outcome RunAsClusterUser(string program, params IReadOnlyList<string> arguments)
    {
        var start = AsClusterUser(program, arguments);
        return ChildProcess.Run(start.FileName, start.ArgumentList, "/");
    }

    private void CheckReachable()
    {
        if (runAs is null) return;
        if (RunAsClusterUser("/usr/bin/test", "-x", Path) is { ExitCode: not 0 })
            throw NoPermission(Path, "the user of the cluster can't pass the folders above", null);
    }

    public static StorageException NoPermission(string path, string detail, Exception? inner) => new(
        "STO-FOLDER-001",
        new($"データフォルダ {path} を使えません（権限がありません）。", $"The data folder {path} can't be used (no permission)."),
        new("--data で別のフォルダを指定するか、上のフォルダを通り抜けられるように（chmod o+x）してください。root の場合の既定は /var/lib/sekisho です。",
            "Name another folder with --data, or let the folders above be passed through (chmod o+x). For root the default is /var/lib/sekisho."),
        retryCanHelp: false, detail, inner);

    /// <summary>Why PostgreSQL or initdb failed, from what it printed.</summary>
    public StorageException Explain(string code, Bilingual what, string? printed = null)
    {
        printed ??= Tail(StartLog) + Newest();
        if (printed.Contains("No space left on device", StringComparison.Ordinal))
        {
            return new("STO-DISK-001", what + new Bilingual("ディスクに空きがありません。", "The disk is full."),
                new($"{Path} のあるディスクに空きを作ってから、もう一度起動してください。", $"Free some space on the disk of {Path}, then start again."), true, printed);
        }
        if (printed.Contains("Permission denied", StringComparison.Ordinal) || printed.Contains("wrong ownership", StringComparison.Ordinal) || printed.Contains("invalid permissions", StringComparison.Ordinal))
        {
            return new("STO-FOLDER-002", what + new Bilingual("ファイルの所有者か権限が合いません。", "Files have the wrong owner or permissions."),
                new($"{Path} の所有者が一人であること（root で起動するときは postgres）と、{Data} が 0700 であることを確かめてください。", $"See that {Path} has one owner (postgres when started by root) and that {Data} is 0700."), false, printed);
        }
        return new(code, what, new($"{Log} の記録を確かめてください。", $"See the log in {Log}."), false, printed);
    }

    private string Newest() =>
        Directory.EnumerateFiles(Log, "postgresql-*.log").OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault() is { } newest ? Tail(newest) : "";

    private static string Tail(string file) =>
        File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(8)) + "\n" : "";

    private string InFolder(string name) => System.IO.Path.Combine(Path, name);
}
