using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RabbitMQ.Client;

namespace Sekisho.Resilience.Tests;

/// <summary>A RabbitMQ of Debian's package as a private node: own folder, name, ports and epmd, which are all ended with it.</summary>
internal sealed class RabbitNode : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    private readonly string folder;
    private readonly int epmd;
    private readonly string name;
    private Process? process;

    private RabbitNode(string folder, int port, int epmd, string name) => (this.folder, Port, this.epmd, this.name) = (folder, port, epmd, name);

    public int Port { get; }

    public Uri Address => new($"amqp://guest:guest@127.0.0.1:{Port}/");

    public static bool IsInstalled => File.Exists(Program);

    public static async Task<RabbitNode> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sekisho-mq-").FullName;
        using (var own = Process.Start("chown", ["rabbitmq", folder])) await own.WaitForExitAsync();
        var port = FreePort();
        var node = new RabbitNode(folder, port, FreePort(), $"sekisho{port}@localhost");
        await node.StartAgainAsync();
        return node;
    }

    /// <summary>After a kill: the same node with the same data.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("setpriv", ["--reuid=rabbitmq", "--regid=rabbitmq", "--clear-groups", "--", Program]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder };
        foreach (var (key, value) in new Dictionary<string, string>
        {
            ["HOME"] = folder, ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"), ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"), ["RABBITMQ_NODENAME"] = name, ["RABBITMQ_NODE_PORT"] = $"{Port}", ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
            ["RABBITMQ_DIST_PORT"] = $"{FreePort()}", ["ERL_EPMD_PORT"] = $"{epmd}", ["ERL_EPMD_ADDRESS"] = "127.0.0.1", ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"), ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "none"),
            ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"), ["LC_ALL"] = "C.UTF-8",
        }) start.Environment[key] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var factory = new ConnectionFactory { Uri = Address };
        for (var i = 0; ; i++)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
                return;
            }
            catch (Exception e) when (e is not OperationCanceledException && i < 600)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>kill -9 of the whole node.</summary>
    public async Task KillAsync()
    {
        foreach (var id in Own(static words => words.Contains("beam.smp", StringComparison.Ordinal))) Kill(id);
        if (process is not null)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
            process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        // epmd outlives its node: ours alone, by the folder or the port in its surroundings.
        foreach (var id in Own(static words => words.Contains("epmd", StringComparison.Ordinal))) Kill(id);
        for (var i = 0; i < 20; i++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Processes that were started with this node's folder as their home.</summary>
    private IEnumerable<int> Own(Func<string, bool> isOne)
    {
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out var id)) continue;
            string words, surroundings;
            try
            {
                (words, surroundings) = (File.ReadAllText(Path.Combine(entry, "cmdline")), File.ReadAllText(Path.Combine(entry, "environ")));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            if (surroundings.Contains($"HOME={folder}\0", StringComparison.Ordinal) && isOne(words)) yield return id;
        }
    }

    private static void Kill(int id)
    {
        try
        {
            using var one = Process.GetProcessById(id);
            one.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended.
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
