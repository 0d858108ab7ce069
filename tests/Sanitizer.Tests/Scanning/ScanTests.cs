using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Scanning;
using Sekisho.Sanitizer.Tests.Archives;

namespace Sekisho.Sanitizer.Tests.Scanning;

/// <summary>Debian's clamd with a signature of our own, and a false one that fails as clamd can.</summary>
public sealed class ScanTests
{
    // Not EICAR's: a scanner that watches this machine must not take the test away.
    private const string Mark = "SEKISHO-TEST-SIGNATURE-7f3a";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<(FileReport Report, byte[] Bytes)> RunAsync(SanitizerPool pool, string name, byte[] content, bool canSeek = true)
    {
        using var output = new MemoryStream();
        await using Stream input = canSeek ? new MemoryStream(content) : new OnceStream(content);
        var report = await pool.SanitizeAsync(name, input, output, null, [], Cancel);
        return (report, output.ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_real_clamd_finds_never_comes_out(bool overTcp)
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/clamd"), "clamav-daemon is not on this machine");
        await using var clamd = await Clamd.StartAsync(Mark, Cancel);
        var address = ScannerAddress.Read(overTcp ? clamd.Tcp : clamd.Unix)!;
        await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1, Scanner = address }, TimeProvider.System, Cancel);
        await pool.PingScannerAsync(Cancel);
        foreach (var canSeek in (bool[])[true, false])
        {
            var (clean, bytes) = await RunAsync(pool, "無害.txt", "無害な文\r\n"u8.ToArray(), canSeek);
            Assert.Equal((Outcome.Rebuilt, "無害な文\r\n"), (clean.Outcome, Encoding.UTF8.GetString(bytes)));
            Assert.Contains(clean.Notes, static n => n.Code == "SAN-NOTE-SCAN");
            var (found, _) = await RunAsync(pool, "有害.txt", Encoding.UTF8.GetBytes($"前{Mark}後\r\n"), canSeek);
            Assert.Equal((Outcome.Refused, "SAN-SCAN-001"), (found.Outcome, found.Refusal?.Code));
            Assert.Contains("Sekisho.Test", found.Refusal!.What.Ja, StringComparison.Ordinal);
            Assert.Equal(Encoding.UTF8.GetByteCount($"前{Mark}後\r\n"), found.InputBytes);
            Assert.NotNull(found.InputSha256);
        }
        // clamd looks into archives and mails by itself.
        var (zipped, _) = await RunAsync(pool, "a.zip", new RawZip().Add("a.txt", Mark).Finish());
        Assert.Equal("SAN-SCAN-001", zipped.Refusal?.Code);
    }

    [Fact]
    public async Task What_is_found_only_in_the_output_never_comes_out_either()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/clamd"), "clamav-daemon is not on this machine");
        await using var clamd = await Clamd.StartAsync(Mark, Cancel);
        await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1, PolicyYaml = $"scan:\n  clamd: {clamd.Unix}\n  files: both\n" }, TimeProvider.System, Cancel);
        // The mark is parted by a character that the sanitiser takes out.
        var (report, _) = await RunAsync(pool, "a.txt", Encoding.UTF8.GetBytes($"{Mark[..10]}\u200B{Mark[10..]}\r\n"));
        Assert.Equal((Outcome.Refused, "SAN-SCAN-001", "output"), (report.Outcome, report.Refusal?.Code, report.Refusal?.Place));
        Assert.Null(report.Output);
        Assert.Null(report.OutputSha256);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("hangs up")]
    [InlineData("error")]
    [InlineData("too large")]
    [InlineData("nonsense")]
    [InlineData("silent")]
    public async Task A_clamd_that_is_away_or_fails_lets_nothing_out(string how)
    {
        // Bound and never listening is what "nobody" means: a port given back may be another's a moment later.
        using var nobody = new Socket(SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)(how == "nobody" ? nobody.LocalEndPoint! : listener.LocalEndpoint)).Port;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var serving = how == "nobody" ? Task.CompletedTask : ServeAsync(listener, how, stop.Token);
        foreach (var files in (string[])["input", "output"])
        {
            await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1, PolicyYaml = $"scan:\n  clamd: tcp:127.0.0.1:{port}\n  files: {files}\nlimits:\n  seconds: {(how == "silent" ? 6 : 60)}\n" }, TimeProvider.System, Cancel);
            var (report, _) = await RunAsync(pool, "a.txt", Encoding.UTF8.GetBytes(new string('x', how == "silent" ? 1_000 : 3_000_000)));
            Assert.Equal((Outcome.Refused, "SAN-SCAN-002"), (report.Outcome, report.Refusal?.Code));
            Assert.Null(report.Output);
            if (how == "too large") Assert.Contains("size limit", report.Refusal!.What.Ja, StringComparison.Ordinal);
        }
        await stop.CancelAsync();
        await serving;
    }

    [Theory]
    [InlineData("unix:/run/clamav/clamd.ctl", true)]
    [InlineData("tcp:127.0.0.1:3310", true)]
    [InlineData("tcp:[::1]:3310", true)]
    [InlineData("tcp:clamav.example.lg.jp:3310", true)]
    [InlineData("tcp:3310", false)]
    [InlineData("tcp:host:0", false)]
    [InlineData("unix:relative", false)]
    [InlineData("clamd", false)]
    public void Addresses_of_clamd_are_read_strictly(string text, bool isOne)
    {
        Assert.Equal(isOne, ScannerAddress.Read(text) is not null);
        Assert.Equal(isOne, PolicyFile.Read($"scan:\n  clamd: \"{text}\"\n").Policy is not null);
    }

    private static async Task ServeAsync(TcpListener listener, string how, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                await using var stream = client.GetStream();
                if (how == "hangs up") continue;
                var command = new byte[10];
                await stream.ReadExactlyAsync(command, stop);
                Assert.Equal("zINSTREAM\0", Encoding.ASCII.GetString(command));
                if (how == "too large")
                {
                    await stream.ReadExactlyAsync(new byte[100_000], stop);
                    await stream.WriteAsync("INSTREAM size limit exceeded. ERROR\0"u8.ToArray(), stop);
                    client.Client.Shutdown(SocketShutdown.Send);
                    // Not read further: who sends on is stopped by it, however late.
                    await Task.Delay(300, stop);
                    continue;
                }
                // Faithfully to the end: chunks with their lengths, then none.
                var length = new byte[4];
                while (true)
                {
                    await stream.ReadExactlyAsync(length, stop);
                    var bytes = BinaryPrimitives.ReadInt32BigEndian(length);
                    if (bytes == 0) break;
                    await stream.ReadExactlyAsync(new byte[bytes], stop);
                }
                if (how == "silent") await Task.Delay(Timeout.Infinite, stop);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(how == "error" ? "stream: Can't allocate memory ERROR\0" : "stream: perhaps OK\0"), stop);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or EndOfStreamException)
        {
            // The test is over.
            if (!stop.IsCancellationRequested && how == "silent") await ServeAsync(listener, how, stop);
        }
    }

    /// <summary>Reads forward only, as a network does.</summary>
    private sealed class OnceStream(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }

    /// <summary>Debian's daemon in a folder of its own, with one signature.</summary>
    private sealed class Clamd(Process process, string folder, int port) : IAsyncDisposable
    {
        public string Unix => $"unix:{folder}/clamd.sock";

        public string Tcp => $"tcp:127.0.0.1:{port}";

        public static async Task<Clamd> StartAsync(string mark, CancellationToken cancel)
        {
            var folder = Directory.CreateTempSubdirectory("sekisho-clamd-").FullName;
            // The sockets' folder is asked for by clamd's own user where it changes to one.
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
            Directory.CreateDirectory(Path.Combine(folder, "db"));
            await File.WriteAllTextAsync(Path.Combine(folder, "db", "test.ndb"), $"Sekisho.Test:0:*:{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(mark))}\n", cancel);
            // clamd can't be asked for any free port: one that another took meanwhile ends it, and the next is tried.
            for (var ports = 0; ; ports++)
            {
                using var free = new TcpListener(IPAddress.Loopback, 0);
                free.Start();
                var port = ((IPEndPoint)free.LocalEndpoint).Port;
                free.Stop();
                await File.WriteAllTextAsync(Path.Combine(folder, "clamd.conf"), $"Foreground yes\nDatabaseDirectory {folder}/db\nLocalSocket {folder}/clamd.sock\nTCPSocket {port}\nTCPAddr 127.0.0.1\nLogFile {folder}/clamd.log\nUser {Environment.UserName}\n", cancel);
                var process = Process.Start(new ProcessStartInfo("/usr/sbin/clamd", ["-c", Path.Combine(folder, "clamd.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
                var clamd = new Clamd(process, folder, port);
                if (await clamd.AnswersAsync(cancel)) return clamd;
                await clamd.EndAsync();
                if (ports == 4) throw new InvalidOperationException(await File.ReadAllTextAsync(Path.Combine(folder, "clamd.log"), cancel));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await EndAsync();
            Directory.Delete(folder, recursive: true);
        }

        /// <summary>False when it ended, or stayed silent for a minute.</summary>
        private async Task<bool> AnswersAsync(CancellationToken cancel)
        {
            for (var tries = 0; tries < 600 && !process.HasExited; tries++)
            {
                try
                {
                    await ClamdScan.PingAsync(ScannerAddress.Read(Tcp)!, TimeSpan.FromSeconds(10), cancel);
                    await ClamdScan.PingAsync(ScannerAddress.Read(Unix)!, TimeSpan.FromSeconds(10), cancel);
                    return true;
                }
                catch (ScannerException)
                {
                    await Task.Delay(100, cancel);
                }
            }
            return false;
        }

        private async Task EndAsync()
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }
    }
}
