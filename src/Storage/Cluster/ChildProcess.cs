using System.ComponentModel;
using System.Diagnostics;

namespace Sekisho.Storage.Cluster;

/// <summary>Runs a program to its end and takes what it printed.</summary>
internal static class ChildProcess
{
    public sealed record Outcome(int ExitCode, string Output);

    public static Outcome Run(string program, IReadOnlyList<string> arguments, string? folder = null)
    {
        try
        {
            using var process = Process.Start(Describe(program, arguments, folder))!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new(process.ExitCode, output + errors.GetAwaiter().GetResult());
        }
        catch (Win32Exception e)
        {
            return new(127, $"{program}: {e.Message}");
        }
    }

    public static ProcessStartInfo Describe(string program, IReadOnlyList<string> arguments, string? folder)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder ?? "/" };
        // Messages are matched and kept in one language; nothing of the caller's PG* variables may reach the cluster.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("PG", StringComparison.Ordinal) || k.StartsWith("LC_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C.UTF-8";
        return start;
    }
}
