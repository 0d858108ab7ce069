using System.Globalization;

namespace Sekisho.TestSupport;

/// <summary>A folder of a test's own, in memory where the machine has room there.</summary>
/// <remarks>
/// A database is some nine hundred small files: to copy it took 400 to 600 ms of processor time on a disk, most of it in the kernel, and takes 30 ms in memory (docs/benchmarks.md).
/// Nothing that tests do here differs between the two but the time. What a killed test process leaves there is removed by the next one.
/// </remarks>
public static class TestFolder
{
    /// <summary>Left for the machine's other work: a run of all tests holds 1 GB here at most.</summary>
    private const long LeastShared = 2L << 30, LeastFree = 6L << 30;

    private const string Memory = "/dev/shm";

    private static readonly Lazy<string?> Base = new(FindMemory);

    /// <summary>Made now; whoever asks deletes it. Others than its owner may pass through, as the user of a private cluster must.</summary>
    /// <param name="prefix">Short: a socket's path has 107 bytes.</param>
    public static DirectoryInfo Create(string prefix)
    {
        var folder = Base.Value is { } memory
            ? Directory.CreateDirectory(Path.Combine(memory, string.Create(CultureInfo.InvariantCulture, $"{prefix}{Environment.ProcessId}-{Path.GetRandomFileName()[..6]}")), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute)
            : Directory.CreateTempSubdirectory(prefix);
        File.SetUnixFileMode(folder.FullName, folder.UnixFileMode | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }

    /// <summary>Null where there is no such place, or little room in it, or little memory.</summary>
    private static string? FindMemory()
    {
        try
        {
            if (!Directory.Exists(Memory)) return null;
            var place = new DriveInfo(Memory);
            if (place.DriveFormat != "tmpfs" || place.AvailableFreeSpace < LeastShared || FreeMemory() < LeastFree) return null;
            foreach (var left in Directory.EnumerateDirectories(Memory, "sekisho-*-*").Where(IsLeft))
            {
                try
                {
                    Directory.Delete(left, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Another's, or another was quicker.
                }
            }
            return Memory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Its name ends with a process that is no more.</summary>
    private static bool IsLeft(string folder) =>
        Path.GetFileName(folder).Split('-') is [.., var process, _] && int.TryParse(process, CultureInfo.InvariantCulture, out var id) && !Directory.Exists($"/proc/{id}");

    private static long FreeMemory() =>
        File.ReadLines("/proc/meminfo").Where(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal))
            .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10).FirstOrDefault();
}
