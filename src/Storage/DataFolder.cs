using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Storage.Cluster;

namespace Sekisho.Storage;

/// <summary>The folder where an installation keeps everything of its own (データフォルダ): the private cluster, keys, files.</summary>
public static class DataFolder
{
    /// <summary><c>SEKISHO_DATA</c>, else /var/lib/sekisho for root, else <c>sekisho</c> in the user's data folder (XDG_DATA_HOME or ~/.local/share).</summary>
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable("SEKISHO_DATA") is { Length: > 0 } given) return Path.GetFullPath(given);
        if (OperatingSystemUser.IsRoot) return "/var/lib/sekisho";
        var home = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } data && Path.IsPathRooted(data)
            ? data
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share");
        return Path.Combine(home, "sekisho");
    }

    /// <summary>Makes the folder when absent, closed to others; for root, passable (not readable) by the user of the private cluster.</summary>
    /// <exception cref="StorageException">No permission.</exception>
    public static void Create(string path)
    {
        if (Directory.Exists(path)) return;
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            // Folders above that don't exist get the usual mode; only this one holds anything.
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } above) Directory.CreateDirectory(above);
            Directory.CreateDirectory(path, OperatingSystemUser.IsRoot ? own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : own);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ClusterFolder.NoPermission(path, e.Message, e);
        }
    }

    /// <summary>Makes this process the one server of the folder, until the result is disposed or the process ends in any way.</summary>
    /// <exception cref="StorageException">Another server runs on it (STO-LOCK-001), or no permission.</exception>
    public static IDisposable TakeForServer(string path)
    {
        Create(path);
        var pid = Path.Combine(path, "server.pid");   // for people; the lock is what counts
        try
        {
            if (FileLock.TryTake(Path.Combine(path, "server.lock"), shared: false) is not { } taken)
            {
                var other = File.Exists(pid) ? File.ReadAllText(pid).Trim() : "?";
                throw new StorageException("STO-LOCK-001",
                    new($"このデータフォルダでは、すでに Sekisho が動いています（プロセス {other}、{path}）。", $"Sekisho is already running on this data folder (process {other}, {path})."),
                    new("動いているものをそのまま使うか、止めてから起動してください。別に動かすときは --data で別のフォルダを指定してください。", "Use the running one, or stop it first. For a second one, name another folder with --data."));
            }
            File.WriteAllText(pid, Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return taken;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ClusterFolder.NoPermission(path, e.Message, e);
        }
    }
}
