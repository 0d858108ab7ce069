using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sekisho.Crossing.Tests;

/// <summary>Debian's smbd on a port of its own, with one share; and smbclient, as printers and desktops are clients.</summary>
internal sealed class Samba : IAsyncDisposable
{
    private readonly Process server;
    private readonly string own;
    private readonly int port;

    private Samba(Process server, string own, int port) => (this.server, this.own, this.port) = (server, own, port);

    /// <param name="folder">What it shares.</param>
    public static async Task<Samba> StartAsync(string folder)
    {
        var own = Directory.CreateTempSubdirectory("sekisho-samba-").FullName;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            var port = ((IPEndPoint)free.LocalEndpoint).Port;
            free.Stop();
            foreach (var place in (string[])["private", "lock", "state", "cache", "run", "rpc", "log"]) Directory.CreateDirectory(Path.Combine(own, place));
            await File.WriteAllTextAsync(Path.Combine(own, "smb.conf"), $"""
                [global]
                server role = standalone server
                interfaces = 127.0.0.1/8
                bind interfaces only = yes
                smb ports = {port}
                map to guest = Bad User
                guest account = {Environment.UserName}
                private dir = {own}/private
                lock directory = {own}/lock
                state directory = {own}/state
                cache directory = {own}/cache
                pid directory = {own}/run
                ncalrpc dir = {own}/rpc
                log file = {own}/log/smbd
                disable spoolss = yes
                load printers = no
                [share]
                path = {folder}
                guest ok = yes
                read only = no
                """);
            var samba = new Samba(Process.Start(new ProcessStartInfo("/usr/sbin/smbd", ["--foreground", "--no-process-group", $"--configfile={own}/smb.conf"]) { RedirectStandardOutput = true, RedirectStandardError = true })!, own, port);
            for (var i = 0; i < 200; i++)
            {
                if (await samba.RunAsync("ls") == 0) return samba;
                await Task.Delay(50, Gate.Cancel);
            }
            throw new InvalidOperationException($"smbd: {await File.ReadAllTextAsync(Path.Combine(own, "log", "smbd"))}");
        }
    }

    /// <summary>A file of this machine onto the share, under a name.</summary>
    public async Task PutAsync(string content, string name)
    {
        var file = Path.Combine(own, "put");
        await File.WriteAllTextAsync(file, content, Gate.Cancel);
        Assert.Equal(0, await RunAsync($"put {file} \"{name}\""));
    }

    /// <summary>Writes onto the share as long as the pipe is open, as a printer does page by page.</summary>
    public (Task<int> Done, Func<FileStream> Open) Slowly(string name)
    {
        var pipe = Path.Combine(own, "pipe");
        using (var made = Process.Start("mkfifo", [pipe])) made.WaitForExit();
        return (RunAsync($"put {pipe} \"{name}\""), () => new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.Read, 1));
    }

    /// <returns>The exit code of smbclient.</returns>
    public async Task<int> RunAsync(string command)
    {
        using var client = Process.Start(new ProcessStartInfo("smbclient", ["//127.0.0.1/share", "-p", port.ToString(CultureInfo.InvariantCulture), "-N", "-s", Path.Combine(own, "smb.conf"), "-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        await Task.WhenAll(client.StandardOutput.ReadToEndAsync(Gate.Cancel), client.StandardError.ReadToEndAsync(Gate.Cancel));
        await client.WaitForExitAsync(Gate.Cancel);
        return client.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        server.Kill(entireProcessTree: true);
        await server.WaitForExitAsync(CancellationToken.None);
        server.Dispose();
        Directory.Delete(own, recursive: true);
    }
}
