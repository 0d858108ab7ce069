using System.CommandLine;
using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Cli;

/// <summary>`sekisho zones …`: proofs from configurations. Exit codes 0 proved, 1 violated, 3 undetermined, 2 usage.</summary>
internal static class ZonesCommands
{
    public const int Undetermined = 3;

    internal static Command Create() => new("zones", "領域の分離を設定から証明する / prove separation from configurations")
    {
        ZonesVerifyCommand.Create(),
        ZonesExplainCommand.Create(),
        ZonesDevicesCommand.Create(),
        ZonesAnalyseCommand.Create(),
        ZonesDiffCommand.Create(),
        ZonesCompileCommand.Create(),
    };

    /// <summary>Reads the policy, or says what is wrong with it.</summary>
    internal static ZonePolicyReading? ReadPolicy(FileInfo file)
    {
        if (!file.Exists)
        {
            Console.Error.WriteLine($"{file} がありません。 / {file} does not exist.");
            return null;
        }
        string text;
        try
        {
            // One letter more than it may have is enough for the reader to refuse.
            using var reader = new StreamReader(file.FullName, Encoding.UTF8);
            var letters = new char[ZonePolicyReader.MostCharacters + 1];
            text = new string(letters, 0, reader.ReadBlock(letters));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"{file} を開けません。読む権限があるか確かめてください。 / {file} can't be opened; see that you may read it.");
            return null;
        }
        var reading = ZonePolicyReader.Read(text, file.Name);
        foreach (var mistake in reading.Mistakes)
        {
            Console.Error.WriteLine(mistake.ToString());
            Console.Error.WriteLine($"    → {mistake.Next.Ja}");
        }
        return reading.Policy is null ? null : reading;
    }

    /// <summary>Reads every file of a folder, in order of names; a file alone is a folder of one.</summary>
    internal static IReadOnlyList<ConfigReading>? ReadConfigs(string path, string? notThis, CancellationToken cancel)
    {
        var root = File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;
        List<string> files = [], shut = [];
        if (File.Exists(path)) files.Add(path);
        else if (Directory.Exists(path)) Collect(new DirectoryInfo(path), files, shut);
        files.RemoveAll(f => (Path.GetFileName(f).StartsWith('.') && f != path) || (notThis is not null && Path.GetFullPath(f) == Path.GetFullPath(notThis)));
        if (files.Count + shut.Count == 0)
        {
            Console.Error.WriteLine($"{path} に設定のファイルがありません。 / There are no configurations in {path}.");
            return null;
        }
        var readings = new List<ConfigReading>();
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                readings.Add(ConfigDoor.Read(Path.GetRelativePath(root, file), Bytes(file), cancel));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                shut.Add(file);
            }
        }
        // What can't be opened may be a device: nothing is proved without it.
        foreach (var one in shut.Order(StringComparer.Ordinal)) readings.Add(ConfigDoor.Unopened(Path.GetRelativePath(root, one)));
        return HostFiles.Join(readings);
    }

    /// <summary>The files of a folder and of those below it. Links to folders aren't followed: they may go round.</summary>
    private static void Collect(DirectoryInfo folder, List<string> files, List<string> shut)
    {
        try
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
                if (entry is not DirectoryInfo below) files.Add(entry.FullName);
                else if (below.Name.StartsWith('.')) continue;
                else if (below.LinkTarget is null) Collect(below, files, shut);
                else shut.Add(below.FullName);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            shut.Add(folder.FullName);
        }
    }

    internal static int ExitOf(ZoneResult result) => result switch { ZoneResult.Proved => Launch.Fine, ZoneResult.Violated => Launch.Findings, _ => Undetermined };

    internal static bool TryDate(string? text, out DateOnly date) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    internal static DateOnly Today() => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(9)).DateTime);

    internal static StreamWriter Writer(Stream output) => new(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };

    /// <summary>Lines of a configuration, secrets masked; none where it can't be read any more.</summary>
    /// <param name="config">A folder, or a file.</param>
    internal static string[] Lines(string config, string file)
    {
        var path = File.Exists(config) ? config : Path.Combine(config, file);
        return File.Exists(path) && ConfigDoor.Masked(file, Bytes(path)) is { } lines ? [.. lines] : [];
    }

    /// <summary>No more than the door takes: one byte too many is enough for it to refuse.</summary>
    private static byte[] Bytes(string file)
    {
        // Nothing in it, or no file at all (a pipe, a device): opening a pipe would wait for ever.
        if (new FileInfo(File.ResolveLinkTarget(file, true)?.FullName ?? file).Length == 0) return [];
        using var stream = File.OpenRead(file);
        var bytes = new byte[Math.Min(stream.Length, (64L << 20) + 1)];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
