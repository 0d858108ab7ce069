using System.Collections.Concurrent;
using System.Security.Cryptography;
using Sekisho.Assurance;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>How the sanitiser runs on this machine.</summary>
public sealed record SanitizerOptions
{
    public Isolation Isolation { get; init; } = Isolation.Bubblewrap;

    /// <summary>Files at the same time.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;

    /// <summary>A worker is replaced after so many files.</summary>
    public int JobsPerWorker { get; init; } = 1000;

    /// <summary>Where Sekisho.SanitizerWorker.dll lies; beside the program by default.</summary>
    public string WorkerFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>The rules as YAML, read already; empty for the default.</summary>
    public string PolicyYaml { get; init; } = "";
}

/// <summary>The sanitiser for hosts (無害化): command line, gateway, mail, API. Hostile bytes are looked at in its workers only.</summary>
public sealed class SanitizerPool : IAsyncDisposable
{
    private readonly SanitizerOptions options;
    private readonly SanitizePolicy policy;
    private readonly TimeProvider time;
    private readonly Sandbox sandbox;
    private readonly OfficeConverter office;
    private readonly WorkerProgram program;
    private readonly SemaphoreSlim places;
    private readonly ConcurrentBag<Task<WorkerProcess>> waiting = [];
    private long peakResident;

    private SanitizerPool(SanitizerOptions options, SanitizePolicy policy, TimeProvider time, WorkerProgram? program)
    {
        (this.options, this.policy, this.time) = (options, policy, time);
        sandbox = new Sandbox(options.Isolation);
        office = new OfficeConverter(sandbox);
        this.program = program ?? WorkerProgram.In(options.WorkerFolder, policy.Limits);
        places = new SemaphoreSlim(options.Workers);
    }

    /// <summary>Where the workers' folders are.</summary>
    internal string Folder => sandbox.Folder;

    /// <summary>The rules that it works by.</summary>
    public SanitizePolicy Policy => policy;

    /// <summary>Most memory that one worker was seen to use, in bytes; looked at ten times a second.</summary>
    public long PeakResidentBytes => Interlocked.Read(ref peakResident);

    /// <summary>Starts the workers ahead and waits for the first.</summary>
    /// <exception cref="NoSandboxException">They can't be shut in on this machine.</exception>
    /// <exception cref="ArgumentException">The rules don't read.</exception>
    public static Task<SanitizerPool> StartAsync(SanitizerOptions options, TimeProvider time, CancellationToken cancel) => StartAsync(options, null, time, cancel);

    /// <param name="program">Another worker, for tests of what a hostile one can do.</param>
    internal static async Task<SanitizerPool> StartAsync(SanitizerOptions options, WorkerProgram? program, TimeProvider time, CancellationToken cancel)
    {
        var policy = PolicyFile.Read(options.PolicyYaml).Policy ?? throw new ArgumentException("The rules can't be read.", nameof(options));
        var pool = new SanitizerPool(options, policy, time, program);
        try
        {
            var started = Enumerable.Range(0, options.Workers).Select(_ => WorkerProcess.StartAsync(pool.sandbox, pool.program, CancellationToken.None)).ToList();
            foreach (var worker in started) pool.waiting.Add(worker);
            await Task.WhenAny(started).ConfigureAwait(false);
            if (started.Find(static s => s.IsFaulted) is { } failed) await failed.WaitAsync(cancel).ConfigureAwait(false);
            return pool;
        }
        catch
        {
            await pool.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>One file through the sanitiser.</summary>
    /// <param name="untrusted">Read once, from where it stands to its end.</param>
    /// <param name="output">Gets what came out. Whatever was written to it is to be thrown away when the report says refused.</param>
    /// <param name="mode">Null as the rules have it.</param>
    /// <returns>What became of it; digests and seconds are the host's own.</returns>
    public async Task<FileReport> SanitizeAsync(string untrustedName, Stream untrusted, Stream output, SanitizeMode? mode, IReadOnlyList<string> passwords, CancellationToken cancel)
    {
        await places.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var start = time.GetTimestamp();
            using var read = new DigestStream(untrusted);
            using var written = new DigestStream(output);
            var worker = await RentAsync().ConfigureAwait(false);
            try
            {
                var report = await worker.DoAsync(new(untrustedName, options.PolicyYaml, mode, passwords), read, written, policy.Limits, office, cancel).ConfigureAwait(false);
                if (report.Outcome == Outcome.Refused) await read.ReadToEndAsync(cancel).ConfigureAwait(false);
                return report with
                {
                    InputBytes = read.Count,
                    InputSha256 = read.Digest(),
                    OutputSha256 = report.Outcome == Outcome.Refused ? null : written.Digest(),
                    OutputBytes = report.Outcome == Outcome.Refused ? null : written.Count,
                    Seconds = time.GetElapsedTime(start).TotalSeconds,
                };
            }
            finally
            {
                await ReturnAsync(worker).ConfigureAwait(false);
            }
        }
        finally
        {
            places.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var starting in waiting)
        {
            try
            {
                await (await starting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }
            catch (NoSandboxException)
            {
                // It never was.
            }
        }
        await office.DisposeAsync().ConfigureAwait(false);
        sandbox.Dispose();
        places.Dispose();
    }

    private Task<WorkerProcess> RentAsync() => waiting.TryTake(out var worker) ? worker : WorkerProcess.StartAsync(sandbox, program, CancellationToken.None);

    private async Task ReturnAsync(WorkerProcess worker)
    {
        InterlockedMax(ref peakResident, worker.PeakResidentBytes);
        if (worker.IsSound && worker.Jobs < options.JobsPerWorker)
        {
            waiting.Add(Task.FromResult(worker));
            return;
        }
        waiting.Add(WorkerProcess.StartAsync(sandbox, program, CancellationToken.None));
        await worker.DisposeAsync().ConfigureAwait(false);
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Interlocked.Read(ref most); value > seen; seen = Interlocked.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, value, seen) == seen) return;
        }
    }

    /// <summary>Hashes and counts what passes.</summary>
    private sealed class DigestStream(Stream inner) : Stream
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long Count { get; private set; }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => Count; set => throw new NotSupportedException(); }

        public Sha256 Digest() => new(hash.GetCurrentHash());

        public async Task ReadToEndAsync(CancellationToken cancel)
        {
            var rest = new byte[1 << 16];
            while (await ReadAsync(rest, cancel).ConfigureAwait(false) > 0)
            {
            }
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            hash.AppendData(buffer.Span[..read]);
            Count += read;
            return read;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            hash.AppendData(buffer.Span);
            Count += buffer.Length;
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) hash.Dispose();
            base.Dispose(disposing);
        }
    }
}
