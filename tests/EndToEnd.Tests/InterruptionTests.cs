using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sekisho.EndToEnd.Tests;

/// <summary>The real command in a process of its own, stopped as people stop it.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("sekisho-int-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public InterruptionTests() => File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>As a script starts it with <c>&amp;</c> (SIGINT ignored), and with a request that hangs half-sent.</summary>
    [Theory]
    [InlineData("exec", "INT")]
    [InlineData("trap '' INT; exec", "INT")]
    [InlineData("exec", "TERM")]
    public async Task The_server_stops_soon_and_leaves_the_data_folder_closed(string shell, string signal)
    {
        var port = FreePort();
        var data = Path.Combine(folder.FullName, "data");
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{shell} \"$@\"", "sh", Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", Path.Combine(AppContext.BaseDirectory, "sekisho.dll"), "up", "--data", data, "--port", $"{port}"])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var server = Process.Start(start)!;
        var errors = server.StandardError.ReadToEndAsync(Cancel);
        var said = new StringBuilder();
        while (await server.StandardOutput.ReadLineAsync(Cancel) is { } line && !said.Append(line).ToString().Contains("ready:", StringComparison.Ordinal)) { }
        Assert.Contains("ready:", said.ToString(), StringComparison.Ordinal);
        var rest = server.StandardOutput.ReadToEndAsync(Cancel);

        using var hanging = new TcpClient();
        await hanging.ConnectAsync(IPAddress.Loopback, port, Cancel);
        await hanging.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /first-start HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\na=b"), Cancel);
        await Task.Delay(500, Cancel);

        var clock = Stopwatch.StartNew();
        using (var kill = Process.Start("/bin/kill", [$"-{signal}", $"{server.Id}"])) await kill.WaitForExitAsync(Cancel);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            await server.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!server.HasExited) server.Kill(entireProcessTree: true);
        }
        // About 2 s on a machine with nothing else to do; a hanging request once made it 30 s.
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(15), $"stopped after {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.False(File.Exists(Path.Combine(data, "postgres", "data", "postmaster.pid")), "PostgreSQL was left running");
        Assert.Equal("", (await errors).Trim());
        var log = await rest;
        Assert.False(log.Contains("warn", StringComparison.Ordinal) || log.Contains("fail", StringComparison.Ordinal), log);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
