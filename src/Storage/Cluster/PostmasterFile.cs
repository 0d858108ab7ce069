using System.Globalization;

namespace Sekisho.Storage.Cluster;

/// <summary>What PostgreSQL writes of itself into postmaster.pid: process, socket folder, port.</summary>
/// <remarks>Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status (miscadmin.h, LOCK_FILE_LINE_*).</remarks>
internal sealed record PostmasterFile(int Process, string SocketFolder, int Port, string Status)
{
    /// <summary>Null where there is no such file or it isn't whole yet.</summary>
    public static PostmasterFile? Read(string dataFolder)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(dataFolder, "postmaster.pid"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        if (lines.Length == 0 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var process)) return null;
        var port = lines.Length > 3 && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new(process, lines.Length > 4 ? lines[4] : "", port, lines.Length > 7 ? lines[7].Trim() : "");
    }

    /// <summary>Whether that process lives and is a PostgreSQL: after a restart of the machine the number may belong to anything.</summary>
    public bool IsAlive => IsPostgres(Process);

    public static bool IsPostgres(int process)
    {
        try
        {
            // A zombie keeps its name; its state (third field of stat, after the name in brackets) tells.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var end = stat.LastIndexOf(')');
            return stat.AsSpan(0, end).EndsWith("(postgres") && stat[end + 2] is not ('Z' or 'X');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
