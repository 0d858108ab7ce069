using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.TestSupport;

namespace Sekisho.EndToEnd.Tests;

/// <summary>The real command in a process of its own, stopped as people stop it.</summary>
public sealed partial class InterruptionTests(InterruptionTests.Place place) : IClassFixture<InterruptionTests.Place>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>One data folder: whichever comes first makes the cluster in it, the others open what that one left closed.</summary>
    public sealed class Place : IDisposable
    {
        public DirectoryInfo Folder { get; } = TestFolder.Create("sekisho-int-");

        public void Dispose() => Folder.Delete(recursive: true);
    }

    /// <summary>As a script starts it with <c>&amp;</c> (SIGINT ignored), and with a request that hangs half-sent.</summary>
    [Theory]
    [InlineData("exec", "INT")]
    [InlineData("trap '' INT; exec", "INT")]
    [InlineData("exec", "TERM")]
    public async Task The_server_stops_soon_and_leaves_the_data_folder_closed(string shell, string signal)
    {
        var data = Path.Combine(place.Folder.FullName, "data");
        var start = new ProcessStartInfo("/bin/sh", ["-c", $"{shell} \"$@\"", "sh", Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", Path.Combine(AppContext.BaseDirectory, "sekisho.dll"), "up", "--data", data, "--port", "0"])
        { RedirectStandardOutput = true, RedirectStandardError = true };
        using var server = Process.Start(start)!;
        var errors = server.StandardError.ReadToEndAsync(Cancel);
        var said = new StringBuilder();
        var ready = Match.Empty;
        while (await server.StandardOutput.ReadLineAsync(Cancel) is { } line && !(ready = Ready().Match(line)).Success) said.AppendLine(line);
        Assert.True(ready.Success, said.ToString());
        var port = int.Parse(ready.Groups[1].Value, CultureInfo.InvariantCulture);
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

    [GeneratedRegex("ready: http://127\\.0\\.0\\.1:([0-9]+)")]
    private static partial Regex Ready();
}
