using System.Text;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Isolation;

/// <summary>Real workers in real sandboxes, and hostile ones in their place.</summary>
public sealed class WorkerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<(FileReport Report, byte[] Bytes)> RunAsync(SanitizerPool pool, string name, byte[] content)
    {
        using var output = new MemoryStream();
        var report = await pool.SanitizeAsync(name, new MemoryStream(content), output, null, [], Cancel);
        return (report, output.ToArray());
    }

    [Theory]
    [InlineData(Sanitizer.Isolation.Isolation.Bubblewrap)]
    [InlineData(Sanitizer.Isolation.Isolation.None)]
    public async Task A_worker_does_one_file_after_another(Sanitizer.Isolation.Isolation isolation)
    {
        await using var pool = await SanitizerPool.StartAsync(new() { Isolation = isolation, Workers = 1, JobsPerWorker = 2, PolicyYaml = "kinds:\n  jww: admit\n" }, TimeProvider.System, Cancel);
        for (var i = 0; i < 5; i++)
        {
            var (empty, none) = await RunAsync(pool, "空.txt", []);
            Assert.Equal((Outcome.Rebuilt, "空.txt"), (empty.Outcome, empty.Output));
            Assert.Empty(none);
            var (program, nothing) = await RunAsync(pool, "a.pdf", [.. "MZ"u8, .. new byte[100]]);
            Assert.Equal((Outcome.Refused, "SAN-KIND-003"), (program.Outcome, program.Refusal?.Code));
            Assert.Empty(nothing);
            // More than a worker keeps in memory, and than one chunk.
            var drawing = new byte[40_000_000 + i];
            "JwwData."u8.CopyTo(drawing);
            var (admitted, same) = await RunAsync(pool, "図面.jww", drawing);
            Assert.Equal((Outcome.Admitted, "図面.jww"), (admitted.Outcome, admitted.Output));
            Assert.Equal(drawing, same);
            Assert.Equal(admitted.InputSha256, admitted.OutputSha256);
        }
    }

    [Fact]
    public async Task A_program_in_the_sandbox_sees_nothing_of_the_machine()
    {
        using var sandbox = new Sandbox(Sanitizer.Isolation.Isolation.Bubblewrap);
        var secret = Path.Combine(Path.GetTempPath(), "sekisho-secret-" + Guid.NewGuid().ToString("N"));
        await File.WriteAllTextAsync(secret, "秘密", Cancel);
        File.SetUnixFileMode(secret, (UnixFileMode)0b110_110_110);
        try
        {
            var script = $"""
                echo "uid $(id -u)"
                grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | tr -d '\t '
                cat {secret} 2>&1 | grep -c 秘密
                ls /home /root /etc/passwd /var /work 2>/dev/null | wc -l
                cat /proc/net/dev | grep -vc 'lo:'
                ls -d /proc/[0-9]* | wc -l
                touch /usr/x 2>/dev/null && echo written
                touch x && echo own
                unshare -U true 2>/dev/null && echo nested
                python3 -c 'import socket; socket.socket(socket.AF_INET)' 2>/dev/null && echo socket
                mount -t tmpfs none /tmp 2>/dev/null && echo mounted
                true
                """;
            await using var shell = await sandbox.StartAsync("/bin/sh", ["-c", script], [], new Dictionary<string, string> { ["PATH"] = "/usr/bin" }, new(1 << 30, 1 << 30, 1 << 30));
            using var reader = new StreamReader(shell.Output);
            var said = (await reader.ReadToEndAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("", (await shell.ComplaintAsync()).Trim());
            if (Environment.IsPrivilegedProcess) Assert.True(said[0].Length > 4 && int.Parse(said[0][4..], System.Globalization.CultureInfo.InvariantCulture) >= 65534, said[0]);
            Assert.Contains("CapEff:0000000000000000", said);
            Assert.Contains("NoNewPrivs:1", said);
            Assert.Contains("Seccomp:2", said);
            Assert.Contains("own", said);
            foreach (var never in (string[])["written", "nested", "socket", "mounted"]) Assert.DoesNotContain(never, said);
            Assert.Equal("0", said[5]); // the secret
            Assert.Equal("0", said[6]); // folders of the machine
            Assert.Equal("2", said[7]); // the two lines of heading: no network but loopback
            Assert.True(int.Parse(said[8], System.Globalization.CultureInfo.InvariantCulture) < 10, said[8]);
        }
        finally
        {
            File.Delete(secret);
        }
    }

    [Fact]
    public async Task A_program_that_forks_without_end_is_harmless_to_the_machine_and_to_its_neighbours()
    {
        using var sandbox = new Sandbox(Sanitizer.Isolation.Isolation.Bubblewrap);
        Assert.SkipUnless(sandbox.LimitsProcesses, "This machine, a container with few users, can't count the processes of one sandbox.");
        var limits = new SandboxLimits(1 << 30, 1 << 30, 1 << 30) { Processes = 60 };
        var mark = $"{System.Security.Cryptography.RandomNumberGenerator.GetInt32(100_000, 1_000_000_000)}";
        // A shell that is refused a process ends, and what it started stays: four of them fill all that there is, and the first program doesn't need any more.
        await using var bomb = await sandbox.StartAsync("/bin/sh", ["-c", $"echo x; for each in 1 2 3 4; do (n=0; while [ $n -lt 100 ]; do sleep {mark} & n=$((n+1)); done) & done; exec sleep {mark}"], [], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, limits);
        await bomb.Output.ReadExactlyAsync(new byte[2], Cancel);
        // Full, as far as it may be.
        for (var tries = 0; Sleeping() < 30 && tries < 600; tries++) await Task.Delay(100, Cancel);
        var most = 0;
        for (var looks = 0; looks < 10; looks++) most = Math.Max(most, Sleeping());
        Assert.InRange(most, 30, 60);
        // A neighbour has as many as ever; it has a limit of its own.
        await using var neighbour = await sandbox.StartAsync("/bin/sh", ["-c", "n=0; while [ $n -lt 40 ]; do sleep 100 & n=$((n+1)); done; echo made $n"], [], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, limits);
        using var told = new StreamReader(neighbour.Output);
        Assert.Equal("made 40", await told.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel));
        // The limit can't be raised from inside.
        await using var raising = await sandbox.StartAsync("/bin/sh", ["-c", "prlimit --pid $$ --nproc=5000 2>/dev/null; prlimit --pid $$ --nproc --raw --noheadings --output HARD"], [], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, limits);
        using var hard = new StreamReader(raising.Output);
        Assert.Equal("60", (await hard.ReadLineAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancel))?.Trim());
        await bomb.DisposeAsync();
        for (var tries = 0; Sleeping() > 0 && tries < 600; tries++) await Task.Delay(100, Cancel);
        Assert.Equal(0, Sleeping());

        int Sleeping() => Directory.EnumerateDirectories("/proc").Count(process => Read($"{process}/cmdline") == $"sleep\0{mark}\0");

        static string Read(string path)
        {
            try
            {
                return File.Exists(path) ? File.ReadAllText(path) : "";
            }
            catch (IOException)
            {
                return ""; // it just ended
            }
        }
    }

    /// <summary>A worker gone bad may say anything: it costs its own file, and nothing comes out of it.</summary>
    [Theory]
    [InlineData("sys.exit(3)", "SAN-WORKER-001")]
    [InlineData("os.kill(os.getpid(), 11)", "SAN-WORKER-001")]
    [InlineData("time.sleep(100)", "SAN-LIMIT-006")]
    [InlineData("x = bytearray(700 << 20); time.sleep(100)", "SAN-LIMIT-008")]
    [InlineData("send(b'?', b'x')", "SAN-WORKER-001")]
    [InlineData("send(b'R', b'{}')", "SAN-WORKER-001")]
    [InlineData("sys.stdout.buffer.write(b'R' + struct.pack('<i', 2000000000)); sys.stdout.buffer.flush(); time.sleep(100)", "SAN-WORKER-001")]
    [InlineData("send(b'R', report.replace(b'NAME', b'../../etc/cron.d/x')); send(b'C', b'x')", "SAN-WORKER-001")]
    [InlineData("send(b'R', report.replace(b'NAME', b'a.txt')); sys.stdout.buffer.write(b'C' + struct.pack('<i', 5) + b'ab'); sys.stdout.buffer.flush(); sys.exit(0)", "SAN-WORKER-001")]
    [InlineData("send(b'V', b'passwd shadow')", "SAN-WORKER-001")]
    public async Task A_worker_gone_bad_costs_its_own_file_only(string deed, string code)
    {
        var worker = $$"""
            import os, struct, sys, time
            def get(n):
                d = sys.stdin.buffer.read(n)
                if len(d) < n: sys.exit(0)
                return d
            def receive():
                k, all = get(1), b''
                while (n := struct.unpack('<i', get(4))[0]): all += get(n)
                return all
            def send(k, data=b''):
                sys.stdout.buffer.write(k + (struct.pack('<i', len(data)) + data if data else b'') + struct.pack('<i', 0)); sys.stdout.buffer.flush()
            report = b'{"file":"a","output":"NAME","type":"text","outputType":"text","outcome":"rebuilt","inputBytes":1,"outputBytes":1,"seconds":0,"removed":[],"notes":[],"members":[],"inputSha256":null,"outputSha256":null,"refusal":null}'
            send(b'!')
            receive()
            if receive() == b'bad':
                {{deed}}
            else:
                send(b'R', report.replace(b'NAME', b'a.txt')); send(b'C', b'fine')
            """;
        var program = new WorkerProgram("/usr/bin/python3", ["-c", worker], [], new Dictionary<string, string> { ["PATH"] = "/usr/bin" }, new(2L << 30, 1 << 30, 512L << 20));
        await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1, PolicyYaml = "limits:\n  seconds: 1\n" }, program, TimeProvider.System, Cancel);
        var (bad, _) = await RunAsync(pool, "bad.txt", "bad"u8.ToArray());
        Assert.Equal((Outcome.Refused, code), (bad.Outcome, bad.Refusal?.Code));
        Assert.Null(bad.Output);
        Assert.Null(bad.OutputSha256);
        var (next, bytes) = await RunAsync(pool, "next.txt", "next"u8.ToArray());
        Assert.Equal(Outcome.Rebuilt, next.Outcome);
        Assert.Equal("fine", Encoding.UTF8.GetString(bytes));
    }

    [Theory]
    [InlineData(Sanitizer.Isolation.Isolation.Bubblewrap)]
    [InlineData(Sanitizer.Isolation.Isolation.None)]
    public async Task A_program_ends_with_all_that_it_started(Sanitizer.Isolation.Isolation isolation)
    {
        using var sandbox = new Sandbox(isolation);
        var mark = $"{System.Security.Cryptography.RandomNumberGenerator.GetInt32(100_000, 1_000_000_000)}";
        // One whose parent is gone already is found by the kernel only, in its namespace.
        var orphan = isolation == Sanitizer.Isolation.Isolation.None ? "" : $"(sleep {mark} &) ;";
        await using (var shell = await sandbox.StartAsync("/bin/sh", ["-c", $"sleep {mark} & {orphan} echo started; sleep {mark}"], [], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, new(1 << 30, 1 << 30, 1 << 30)))
        {
            await shell.Output.ReadExactlyAsync(new byte[8], Cancel);
            // "started" may be said before the program that was started is there under its own name.
            for (var tries = 0; Sleeping() == 0 && tries < 600; tries++) await Task.Delay(10, Cancel);
            Assert.NotEqual(0, Sleeping());
        }
        // The kernel ends them by itself, a moment later on a busy machine.
        for (var tries = 0; Sleeping() > 0 && tries < 600; tries++) await Task.Delay(100, Cancel);
        Assert.Equal(0, Sleeping());

        int Sleeping() => Directory.EnumerateDirectories("/proc").Count(process => File.Exists($"{process}/cmdline") && Read($"{process}/cmdline") == $"sleep\0{mark}\0");

        static string Read(string path)
        {
            try
            {
                return File.ReadAllText(path);
            }
            catch (IOException)
            {
                return ""; // it just ended
            }
        }
    }

    [Fact]
    public async Task What_a_job_leaves_behind_is_gone_with_its_worker()
    {
        string folder;
        await using (var pool = await SanitizerPool.StartAsync(new() { Workers = 2 }, TimeProvider.System, Cancel))
        {
            await RunAsync(pool, "a", []);
            folder = pool.Folder;
            Assert.True(Directory.Exists(folder));
        }
        Assert.False(Directory.Exists(folder));
    }
}
