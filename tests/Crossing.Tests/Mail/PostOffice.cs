using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Queue;

namespace Sekisho.Crossing.Tests.Mail;

/// <summary>A message as a server received it.</summary>
internal sealed record Received(string From, string[] To, string Text)
{
    public string Header(string name) => Head().Where(h => h.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(h => h[(name.Length + 1)..].Trim()).FirstOrDefault("");

    public IEnumerable<string> Head() => Text[..Text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal).Split("\r\n");
}

/// <summary>Python's smtpd as the server behind the gateway: no line of code in common with it.</summary>
internal sealed class Sink : IAsyncDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<Received> received = new();
    private readonly Task reading;

    private Sink(Process process, int port)
    {
        (this.process, Port) = (process, port);
        reading = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                var json = JsonDocument.Parse(line).RootElement;
                received.Enqueue(new(json.GetProperty("from").GetString() ?? "", [.. json.GetProperty("to").EnumerateArray().Select(t => t.GetString()!)], Encoding.UTF8.GetString(Wire(json.GetProperty("data").GetBytesFromBase64()))));
            }
        });
    }

    public int Port { get; }

    public IReadOnlyList<Received> All => [.. received];

    public static async Task<Sink> StartAsync(int port = 0)
    {
        var process = Process.Start(new ProcessStartInfo("python3", [PostOffice.Script("sink.py"), port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        var first = JsonDocument.Parse((await process.StandardOutput.ReadLineAsync())!).RootElement;
        return new(process, first.GetProperty("port").GetInt32());
    }

    public async Task<Received> OneAsync(Func<Received, bool> which, int seconds = 60)
    {
        for (var i = 0; i < seconds * 20; i++)
        {
            if (received.FirstOrDefault(which) is { } found) return found;
            await Task.Delay(50, Gate.Cancel);
        }
        throw new TimeoutException($"No such message came; {received.Count} others did.");
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    /// <summary>smtpd gives lines with LF only.</summary>
    private static byte[] Wire(byte[] data) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(data).ReplaceLineEndings("\r\n"));
}

/// <summary>A town with a gateway: workers, a server on the LGWAN side and one on the Internet's.</summary>
internal sealed class PostOffice : IAsyncDisposable
{
    public const string Domain = "town.isobe.lg.jp";

    private readonly string folder = Directory.CreateTempSubdirectory("sekisho-post-").FullName;
    private SanitiseRound? worker;

    private PostOffice(Gate gate, Sink inside, Sink outside) => (Gate, Inside, Outside) = (gate, inside, outside);

    public Gate Gate { get; }

    public Sink Inside { get; }

    public Sink Outside { get; }

    public MailGateway Gateway { get; private set; } = null!;

    public MailSettings Settings { get; private set; } = null!;

    public int InwardPort => Gateway.Inward!.Port;

    public int OutwardPort => Gateway.Outward!.Port;

    public static string Script(string name)
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Sekisho.slnx"))) at = at.Parent;
        return Path.Combine(at.FullName, "tests/Crossing.Tests/Mail", name);
    }

    public static async Task<PostOffice> OpenAsync(Func<MailSettings, MailSettings>? change = null, bool works = true)
    {
        var office = new PostOffice(await Gate.OpenAsync(), await Sink.StartAsync(), await Sink.StartAsync());
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        var settings = new MailSettings("mail.isobe.lg.jp", new Dictionary<string, string> { [Domain] = "isobe" },
            new(any, new("127.0.0.1", office.Inside.Port, SmtpTls.None), MailSettings.InwardRoute), new(any, new("127.0.0.1", office.Outside.Port, SmtpTls.None), MailSettings.OutwardRoute));
        office.Settings = change?.Invoke(settings) ?? settings;
        office.Gateway = await office.Gate.Slices.GatewayAsync(office.Settings, id => $"https://sekisho.isobe.lg.jp/crossings/{id}", NullLogger.Instance, Gate.Cancel);
        if (works) await office.WorkAsync();
        return office;
    }

    public async Task WorkAsync() => worker ??= await Gate.WorkerAsync();

    /// <summary>Gives somebody an account whose name is their address; their account of the gate is linked to a person.</summary>
    public async Task<string> AddAccountAsync(string address, Sekisho.Records.Organisation.Unit? unit = null)
    {
        var id = Guid.CreateVersion7();
        await using var tx = await Gate.Test.Database.EnterAsync(Gate.Town, Gate.Cancel);
        await tx.Connection.ExecuteAsync("""
            INSERT INTO signin.account (id, municipality_id, login, login_normalized, display_name, roles, unit_id, security_stamp, version, created_at)
            VALUES (@id, @town, @address, @address, @name, ARRAY['staff'], @unit, 's', @id, now())
            """, new { id, town = Gate.Town.Value, address, name = address.Split('@')[0], unit = (unit ?? Gate.Tax).Id.Value });
        await tx.CommitAsync(Gate.Cancel);
        return id.ToString();
    }

    /// <summary>By Python's smtplib, all in one session.</summary>
    public async Task<string[]> SendAsync(int port, string from, string to, params byte[][] messages)
    {
        var files = messages.Select((m, i) =>
        {
            var path = Path.Combine(folder, $"{Guid.NewGuid():N}-{i}.eml");
            File.WriteAllBytes(path, m);
            return path;
        }).ToArray();
        using var process = Process.Start(new ProcessStartInfo("python3", [Script("send.py"), port.ToString(CultureInfo.InvariantCulture), from, to, .. files]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await process.StandardOutput.ReadToEndAsync(Gate.Cancel);
        var wrong = await process.StandardError.ReadToEndAsync(Gate.Cancel);
        await process.WaitForExitAsync(Gate.Cancel);
        Assert.True(process.ExitCode == 0, wrong);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Byte for byte as a hostile client would.</summary>
    public static async Task<string> SpeakAsync(int port, params string[] says)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Gate.Cancel);
        await using var stream = client.GetStream();
        var heard = new StringBuilder();
        var buffer = new byte[8192];
        foreach (var said in (string[])["", .. says])
        {
            if (said.Length > 0) await stream.WriteAsync(Encoding.Latin1.GetBytes(said), Gate.Cancel);
            // Answers of a moment; a server that is waiting for more says nothing.
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(Gate.Cancel);
            var isLast = said.Contains("QUIT", StringComparison.Ordinal);
            soon.CancelAfter(isLast || said.Contains("\r\n.\r\n", StringComparison.Ordinal) ? 5000 : 300);
            try
            {
                int read;
                do
                {
                    read = await stream.ReadAsync(buffer, soon.Token);
                    heard.Append(Encoding.Latin1.GetString(buffer, 0, read));
                }
                while (read > 0 && (isLast || !(stream.DataAvailable is false && heard.ToString().EndsWith("\r\n", StringComparison.Ordinal))));
            }
            catch (OperationCanceledException) when (!Gate.Cancel.IsCancellationRequested)
            {
                // Nothing more is said.
            }
            catch (IOException)
            {
                break;
            }
        }
        return heard.ToString();
    }

    public async Task<IReadOnlyList<(Guid Id, string State)>> MessagesAsync()
    {
        await using var tx = await Gate.Test.Database.EnterAsync(Gate.Town, Gate.Cancel);
        return [.. await tx.Connection.QueryAsync<(Guid, string)>("SELECT id, state FROM crossing.message ORDER BY received_at, id")];
    }

    public async Task<string> StateAsync(string state, int seconds = 30)
    {
        for (var i = 0; i < seconds * 20; i++)
        {
            var all = await MessagesAsync();
            if (all.Count > 0 && all.All(m => m.State == state)) return state;
            await Task.Delay(50, Gate.Cancel);
        }
        return string.Join(',', (await MessagesAsync()).Select(m => m.State));
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        if (worker is not null) await worker.DisposeAsync();
        await Inside.DisposeAsync();
        await Outside.DisposeAsync();
        await Gate.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
