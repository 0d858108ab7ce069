using System.Diagnostics;
using System.Globalization;

namespace Sekisho.Storage.Tests;

/// <summary>Runs tests/Storage.Writer: another process of the same installation.</summary>
internal sealed class WriterProcess : IDisposable
{
    private readonly Process process;
    private readonly List<long> committed = [];

    private WriterProcess(Process process) => this.process = process;

    public int Id => process.Id;

    /// <summary>What it said before it was ready, when it never was.</summary>
    public string Failure { get; private set; } = "";

    public int ExitCode
    {
        get
        {
            process.WaitForExit();
            return process.ExitCode;
        }
    }

    /// <param name="firstNumber">Null: only opens and waits.</param>
    /// <param name="asUser">Numeric user to run as; null: as this process. Only root can choose.</param>
    public static async Task<WriterProcess> StartAsync(string folder, long? firstNumber = null, int? asUser = null, params (string Name, string Value)[] environment)
    {
        List<string> command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "Sekisho.Storage.Writer.dll"), folder];
        if (firstNumber is { } n) command.Add(n.ToString(CultureInfo.InvariantCulture));
        if (asUser is { } user) command.InsertRange(0, ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "--"]);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        if (asUser is not null) start.Environment["HOME"] = start.Environment["DOTNET_CLI_HOME"] = "/nonexistent";
        var it = new WriterProcess(Process.Start(start)!);
        var line = await it.process.StandardOutput.ReadLineAsync();
        if (line != "ready") it.Failure = line + await it.process.StandardOutput.ReadToEndAsync();
        return it;
    }

    /// <summary>Waits until it committed this many more.</summary>
    public async Task<IReadOnlyList<long>> CommittedAsync(int atLeast)
    {
        while (committed.Count < atLeast && await process.StandardOutput.ReadLineAsync() is { } line) committed.Add(long.Parse(line, CultureInfo.InvariantCulture));
        return committed;
    }

    /// <summary>kill -9, this process alone. Returns all that it said to be committed.</summary>
    public async Task<IReadOnlyList<long>> KillAsync()
    {
        process.Kill();
        await CommittedAsync(int.MaxValue);
        await process.WaitForExitAsync();
        return committed;
    }

    /// <summary>Ends it in order.</summary>
    public async Task EndAsync()
    {
        process.StandardInput.Close();
        await CommittedAsync(int.MaxValue);
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.Dispose();
    }
}
