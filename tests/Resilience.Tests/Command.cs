using System.Diagnostics;
using System.Text;

namespace Sekisho.Resilience.Tests;

/// <summary>The real command in a process of its own.</summary>
internal sealed class Command : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder said = new();

    private Command(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>All that it has said so far.</summary>
    public string Said
    {
        get
        {
            lock (said) return said.ToString();
        }
    }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public static async Task<Command> StartAsync(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null, bool waits = true)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "sekisho.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var command = new Command(Process.Start(start)!);
        command.process.OutputDataReceived += (_, line) => command.Take(line.Data);
        command.process.ErrorDataReceived += (_, line) => command.Take(line.Data);
        command.process.BeginOutputReadLine();
        command.process.BeginErrorReadLine();
        var clock = Stopwatch.StartNew();
        while (waits && !command.Said.Contains("ready:", StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(90) && !command.process.HasExited, command.Said);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        return command;
    }

    /// <summary>kill -9, this process alone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("/bin/kill", ["-TERM", $"{process.Id}"])) await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (said) said.AppendLine(line);
    }
}
