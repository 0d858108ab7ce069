using System.Collections.Concurrent;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Scanning;

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

    /// <summary>The clamd that scans before and after; null as the rules have it.</summary>
    public ScannerAddress? Scanner { get; init; }
}

/// <summary>A picture of a file's first page, rebuilt.</summary>
/// <param name="Type">image/jpeg, image/png, image/gif or image/webp.</param>
public sealed record DrawnPicture(string Type, byte[] Bytes)
{
    /// <summary>Longest picture, in bytes.</summary>
    public const int Most = 8 << 20;
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
    private static Task<Ahead>? ahead;
    private readonly ConcurrentDictionary<string, SanitizePolicy> known = new(StringComparer.Ordinal);
    private long peakResident;

    private SanitizerPool(SanitizerOptions options, SanitizePolicy policy, TimeProvider time, WorkerProgram? program, Sandbox sandbox)
    {
        (this.options, this.policy, this.time) = (options, policy, time);
        this.sandbox = sandbox;
        office = new OfficeConverter(sandbox);
        this.program = program ?? WorkerProgram.In(options.WorkerFolder, policy.Limits);
        places = new SemaphoreSlim(options.Workers);
    }

    /// <summary>Where the workers' folders are.</summary>
    internal string Folder => sandbox.Folder;

    /// <summary>The rules that it works by.</summary>
    public SanitizePolicy Policy => policy;

    /// <summary>The clamd that scans; null when none is configured.</summary>
    public ScannerAddress? Scanner => options.Scanner ?? policy.Scanner;

    /// <summary>Asks clamd whether it is there; nothing to ask where none is configured.</summary>
    /// <exception cref="ScannerException">It isn't. Files are refused as long as it stays away.</exception>
    public Task PingScannerAsync(CancellationToken cancel) => Scanner is { } clamd ? ClamdScan.PingAsync(clamd, TimeSpan.FromSeconds(10), cancel) : Task.CompletedTask;

    /// <summary>Most memory that one worker was seen to use, in bytes; looked at ten times a second.</summary>
    public long PeakResidentBytes => Interlocked.Read(ref peakResident);

    /// <summary>Begins with what the next pool of the default kind needs, its sandbox and its first worker, while the host is still reading what it is asked for.</summary>
    /// <remarks>What no pool took over is ended by <see cref="EndAheadAsync"/>.</remarks>
    public static void StartAhead() => ahead ??= Task.Run(static () =>
    {
        var options = new SanitizerOptions();
        var sandbox = new Sandbox(options.Isolation);
        return new Ahead(sandbox, WorkerProcess.StartAsync(sandbox, WorkerProgram.In(options.WorkerFolder, SanitizePolicy.Default.Limits), CancellationToken.None));
    });

    /// <summary>Ends what was begun ahead and not taken over.</summary>
    public static async Task EndAheadAsync()
    {
        if (Interlocked.Exchange(ref ahead, null) is not { } left) return;
        try
        {
            var (sandbox, worker) = await left.ConfigureAwait(false);
            using (sandbox) await (await worker.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (NoSandboxException)
        {
            // It never was; and nobody asked for it.
        }
    }

    /// <summary>Starts the workers ahead and waits for the first.</summary>
    /// <exception cref="NoSandboxException">They can't be shut in on this machine.</exception>
    /// <exception cref="ArgumentException">The rules don't read.</exception>
    public static Task<SanitizerPool> StartAsync(SanitizerOptions options, TimeProvider time, CancellationToken cancel) => StartAsync(options, null, time, cancel);

    /// <param name="program">Another worker, for tests of what a hostile one can do.</param>
    internal static async Task<SanitizerPool> StartAsync(SanitizerOptions options, WorkerProgram? program, TimeProvider time, CancellationToken cancel)
    {
        var policy = PolicyFile.Read(options.PolicyYaml).Policy ?? throw new ArgumentException("The rules can't be read.", nameof(options));
        var isDefault = program is null && options.Isolation == Isolation.Bubblewrap && options.PolicyYaml.Length == 0 && options.WorkerFolder == AppContext.BaseDirectory;
        var begun = isDefault && Interlocked.Exchange(ref ahead, null) is { } taken ? await taken.ConfigureAwait(false) : null;
        var pool = new SanitizerPool(options, policy, time, program, begun?.Sandbox ?? new Sandbox(options.Isolation));
        try
        {
            var started = new List<Task<WorkerProcess>>();
            if (begun is not null) started.Add(begun.Worker);
            while (started.Count < options.Workers) started.Add(WorkerProcess.StartAsync(pool.sandbox, pool.program, CancellationToken.None));
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
    public Task<FileReport> SanitizeAsync(string untrustedName, Stream untrusted, Stream output, SanitizeMode? mode, IReadOnlyList<string> passwords, CancellationToken cancel) =>
        SanitizeAsync(untrustedName, untrusted, output, options.PolicyYaml, mode, passwords, cancel);

    /// <summary>The same under other rules than the pool's own.</summary>
    /// <param name="policyYaml">Read and found right before.</param>
    /// <exception cref="ArgumentException">The rules don't read.</exception>
    public Task<FileReport> SanitizeAsync(string untrustedName, Stream untrusted, Stream output, string policyYaml, SanitizeMode? mode, IReadOnlyList<string> passwords, CancellationToken cancel) =>
        SanitizeAsync(untrusted, output, null, RulesOf(policyYaml), new(untrustedName, policyYaml, mode, passwords), cancel);

    /// <summary>A message that a gateway brings (メールの無害化): read as one whatever it looks like, with notices in its body. Its report has <see cref="FileReport.Mail"/> and a member for each file, in the order of the message; the same message gives the same members in the same order.</summary>
    /// <param name="untrusted">The message as it came (RFC 5322), without SMTP's dots; read once, to its end.</param>
    /// <param name="output">Gets the new message, in 7 bits, with CRLF and lines of at most 998. Thrown away when the report says refused.</param>
    /// <param name="policyYaml">Read and found right before; empty for the default.</param>
    /// <param name="parts">Asked for a stream for each file that comes out by itself, by its number among those (<see cref="FileReport.ApartFiles"/>); disposed when it is whole. Thrown away as the output is. Null: every file travels with the message.</param>
    /// <exception cref="ArgumentException">The rules don't read.</exception>
    public Task<FileReport> SanitizeMailAsync(Stream untrusted, Stream output, string policyYaml, MailOrder order, IReadOnlyList<string> passwords, Func<int, FileReport, Stream>? parts, CancellationToken cancel)
    {
        var rules = RulesOf(policyYaml);
        if (parts is null) order = order with { HandsOut = false };
        return SanitizeAsync(untrusted, output, parts, rules, new("message.eml", policyYaml, null, passwords, Mail: order), cancel);
    }

    /// <summary>A picture of a file's first page; null where there is none to be had.</summary>
    /// <remarks>The worker that drew it met the file with native programs and is thrown away; what it gave is rebuilt as a picture by another.</remarks>
    public async Task<DrawnPicture?> PictureAsync(string untrustedName, Stream untrusted, CancellationToken cancel)
    {
        using var drawn = new MemoryStream();
        await places.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var worker = await RentAsync().ConfigureAwait(false);
            try
            {
                var report = await worker.DoAsync(new(untrustedName, "", null, [], IsPicture: true), untrusted, drawn, null, SanitizePolicy.Default.Limits with { ExpandedBytes = DrawnPicture.Most }, office, cancel).ConfigureAwait(false);
                if (report.Outcome == Outcome.Refused) return null;
            }
            finally
            {
                waiting.Add(WorkerProcess.StartAsync(sandbox, program, CancellationToken.None));
                await worker.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            places.Release();
        }
        if (drawn.Length > DrawnPicture.Most) return null;
        drawn.Position = 0;
        using var clean = new MemoryStream();
        var rebuilt = await SanitizeAsync("picture", drawn, clean, "", SanitizeMode.Rebuild, [], cancel).ConfigureAwait(false);
        return rebuilt is { Outcome: Outcome.Rebuilt, OutputType: "jpeg" or "png" or "gif" or "webp" } && clean.Length <= DrawnPicture.Most ? new("image/" + rebuilt.OutputType, clean.ToArray()) : null;
    }

    private SanitizePolicy RulesOf(string policyYaml)
    {
        if (policyYaml == options.PolicyYaml) return policy;
        if (known.TryGetValue(policyYaml, out var rules)) return rules;
        rules = PolicyFile.Read(policyYaml).Policy ?? throw new ArgumentException("The rules can't be read.", nameof(policyYaml));
        // A rule a route; each reading takes a millisecond, a hundred messages a second would feel it.
        if (known.Count >= 200) known.Clear();
        return known[policyYaml] = rules;
    }

    private async Task<FileReport> SanitizeAsync(Stream untrusted, Stream output, Func<int, FileReport, Stream>? parts, SanitizePolicy rules, JobOrder order, CancellationToken cancel)
    {
        await places.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if ((options.Scanner ?? rules.Scanner) is not { } clamd)
            {
                await using var unscanned = parts is null ? null : new PartsTaken(parts, null);
                return await RebuildAsync(untrusted, output, rules, order, null, unscanned, cancel).ConfigureAwait(false);
            }
            var start = time.GetTimestamp();
            await using var after = rules.ScanOutput ? new OutputScan(clamd, rules.Limits.Time) : null;
            await using var taken = parts is null ? null : new PartsTaken(parts, rules.ScanOutput ? () => new OutputScan(clamd, rules.Limits.Time) : null);
            FileReport report;
            if (rules.ScanInput)
            {
                // Scanned before any worker meets it: read twice, from a file of its own where it can't be read again.
                await using var spool = untrusted.CanSeek ? null : await SpoolAsync(untrusted, cancel).ConfigureAwait(false);
                var content = spool ?? untrusted;
                var from = content.Position;
                using var scanned = new DigestStream(content, null);
                if (await ScanAsync(clamd, scanned, cancel).ConfigureAwait(false) is { } refusal)
                {
                    await scanned.ReadToEndAsync(cancel).ConfigureAwait(false);
                    return ScanRefusals.Refused(order.Name, refusal) with { InputBytes = scanned.Count, InputSha256 = scanned.Digest(), Seconds = time.GetElapsedTime(start).TotalSeconds };
                }
                content.Position = from;
                report = await RebuildAsync(content, output, rules, order, after, taken, cancel).ConfigureAwait(false);
                if (report.InputSha256 != scanned.Digest()) report = Ended(report, ScanRefusals.Changed());
            }
            else
            {
                report = await RebuildAsync(untrusted, output, rules, order, after, taken, cancel).ConfigureAwait(false);
            }
            // That nothing was found in it is worth knowing of a refused file, too: a person may let it through.
            if (report.Outcome == Outcome.Refused) return report with { Notes = rules.ScanInput ? [.. report.Notes, ScanRefusals.Note(true, false)] : report.Notes, Seconds = time.GetElapsedTime(start).TotalSeconds };
            if (after is not null && (await after.EndAsync(cancel).ConfigureAwait(false) ?? (taken is null ? null : await taken.EndAsync(cancel).ConfigureAwait(false))) is { } found) report = Ended(report, found);
            else report = report with { Notes = [.. report.Notes, ScanRefusals.Note(rules.ScanInput, rules.ScanOutput)] };
            return report with { Seconds = time.GetElapsedTime(start).TotalSeconds };
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<FileReport> RebuildAsync(Stream untrusted, Stream output, SanitizePolicy rules, JobOrder order, OutputScan? after, PartsTaken? parts, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        using var read = new DigestStream(untrusted, null);
        using var written = new DigestStream(output, after);
        var worker = await RentAsync().ConfigureAwait(false);
        try
        {
            var report = await worker.DoAsync(order, read, written, parts, rules.Limits, office, cancel).ConfigureAwait(false);
            // A full disk or a share that is away is the host's trouble, never the file's: it must not end as a refusal.
            if ((read.Fault ?? written.Fault ?? parts?.Fault) is { } fault) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
            if (report.Outcome == Outcome.Refused) await read.ReadToEndAsync(cancel).ConfigureAwait(false);
            return (parts?.Told(report) ?? report) with
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

    private static FileReport Ended(FileReport report, SanitizeRefusal refusal) => report with { Outcome = Outcome.Refused, Refusal = refusal, Output = null, OutputType = null, OutputSha256 = null, OutputBytes = null };

    private async Task<SanitizeRefusal?> ScanAsync(ScannerAddress clamd, DigestStream content, CancellationToken cancel)
    {
        try
        {
            return await FileScan.RunAsync(clamd, content, policy.Limits.Time, cancel).ConfigureAwait(false) is { } name ? ScanRefusals.Found(name, "") : null;
        }
        catch (ScannerException e)
        {
            return ScanRefusals.NotScanned(clamd, e.Message);
        }
    }

    private async Task<FileStream> SpoolAsync(Stream untrusted, CancellationToken cancel)
    {
        var file = new FileStream(Path.Combine(sandbox.Folder, $"spool-{Guid.NewGuid():N}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        try
        {
            File.Delete(file.Name); // nameless from the beginning: whatever dies, it is gone
            await untrusted.CopyToAsync(file, cancel).ConfigureAwait(false);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
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

    /// <summary>A sandbox and the first worker in it, begun before anybody asked.</summary>
    private sealed record Ahead(Sandbox Sandbox, Task<WorkerProcess> Worker);

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
}
