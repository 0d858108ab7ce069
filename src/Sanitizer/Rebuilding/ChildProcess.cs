using System.ComponentModel;
using System.Diagnostics;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>Runs a program of its own inside the worker's sandbox, with limits of time and output. What it says is as untrusted as what it read.</summary>
internal static class ChildProcess
{
    /// <summary>What the program wrote; null when it isn't installed.</summary>
    /// <param name="folder">Its working folder and its home.</param>
    /// <param name="input">Fed to its standard input.</param>
    /// <param name="most">Bytes of output beyond which it is ended.</param>
    public static Done? Run(string program, IReadOnlyList<string> arguments, string folder, ReadOnlyMemory<byte> input, TimeSpan time, int most)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder };
        foreach (var name in start.Environment.Keys.Where(static k => k is not ("PATH" or "LANG" or "LC_ALL")).ToList()) start.Environment.Remove(name);
        start.Environment["HOME"] = folder;
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }
        using var limit = new CancellationTokenSource(time);
        using var output = new MemoryStream();
        try
        {
            var feeding = FeedAsync(process.StandardInput.BaseStream, input, limit.Token);
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, limit.Token);
            var whole = ReadAsync(process.StandardOutput.BaseStream, output, most, limit.Token).GetAwaiter().GetResult();
            if (!whole) return new(-1, output.ToArray(), IsWhole: false);
            Task.WhenAll(feeding, errors, process.WaitForExitAsync(limit.Token)).GetAwaiter().GetResult();
            return new(process.ExitCode, output.ToArray(), IsWhole: true);
        }
        catch (OperationCanceledException)
        {
            return new(-1, output.ToArray(), IsWhole: false);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
        }
    }

    private static async Task FeedAsync(Stream to, ReadOnlyMemory<byte> input, CancellationToken cancel)
    {
        try
        {
            await using (to)
            {
                if (input.Length > 0) await to.WriteAsync(input, cancel);
            }
        }
        catch (IOException)
        {
            // It had read enough: its exit code says whether that was right.
        }
    }

    private static async Task<bool> ReadAsync(Stream from, MemoryStream output, int most, CancellationToken cancel)
    {
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await from.ReadAsync(buffer, cancel)) > 0)
        {
            if (output.Length + read > most) return false;
            output.Write(buffer, 0, read);
        }
        return true;
    }

    /// <param name="IsWhole">False when it ran out of time or wrote too much.</param>
    internal sealed record Done(int ExitCode, byte[] Output, bool IsWhole);
}
