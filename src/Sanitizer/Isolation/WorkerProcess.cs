using System.Text;
using System.Text.Json;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>The host's side of one worker.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    // Its own clock refuses politely; the host's is for a worker that hangs in native code.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5), MostStart = TimeSpan.FromSeconds(30);

    private readonly SandboxProcess process;
    private readonly Wire wire;

    private WorkerProcess(SandboxProcess process) => (this.process, wire) = (process, new Wire(process.Output, process.Input));

    /// <summary>Jobs done so far.</summary>
    public int Jobs { get; private set; }

    /// <summary>False once something went wrong: it is not used again.</summary>
    public bool IsSound { get; private set; } = true;

    public long PeakResidentBytes => process.PeakResidentBytes;

    /// <exception cref="NoSandboxException">It doesn't start; says why.</exception>
    public static async Task<WorkerProcess> StartAsync(Sandbox sandbox, WorkerProgram program, CancellationToken cancel)
    {
        var process = await sandbox.StartAsync(program.Path, program.Arguments, program.ReadOnly, program.Environment, program.Limits).ConfigureAwait(false);
        var worker = new WorkerProcess(process);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(MostStart);
        try
        {
            if (await worker.wire.NextAsync(limit.Token).ConfigureAwait(false) == Message.Ready)
            {
                await worker.wire.ReceiveWholeAsync(0, limit.Token).ConfigureAwait(false);
                return worker;
            }
        }
        catch (Exception e) when (e is WireException or IOException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            // Said below, with what it complained of.
        }
        process.Kill();
        var said = (await process.ComplaintAsync().ConfigureAwait(false)).Trim();
        await worker.DisposeAsync().ConfigureAwait(false);
        throw new NoSandboxException(
            new($"無害化の作業プロセスを隔離して起動できません。{said}", $"The worker of the sanitiser can't be started in isolation. {said}"),
            new("docs/operations/sanitizer.md の「隔離」を確かめてください。隔離なしで動かすには --isolation none が要ります。", "See “Isolation” in docs/operations/sanitizer.md. To work without it, --isolation none is needed."));
    }

    /// <summary>One file. Always gives a report: a worker that hangs, crashes or eats memory costs this file only.</summary>
    /// <param name="output">Gets what came out; worthless when the report says refused.</param>
    /// <param name="parts">Gets parts of a message that come out by themselves; null where none may.</param>
    public async Task<FileReport> DoAsync(JobOrder order, Stream untrusted, Stream output, PartsTaken? parts, Rules.SanitizeLimits limits, OfficeConverter? office, CancellationToken cancel)
    {
        Jobs++;
        using var watch = process.Watch();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        time.CancelAfter(limits.Time + Grace);
        try
        {
            return await ConverseAsync(order, untrusted, output, parts, limits, office, time.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WireException or IOException or JsonException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            IsSound = false;
            process.Kill();
            var refusal = process.WasTooLarge ? Refusals.OutOfMemory() : e is OperationCanceledException ? Refusals.TooSlow(limits.Time) : Refusals.WorkerDied();
            return new(SafeName.Show(order.Name), null, FileKind.Unknown.Key, null, Outcome.Refused, refusal.Refusal, [], [], [], null, null, 0, null, 0);
        }
        catch
        {
            IsSound = false;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync().ConfigureAwait(false);
        wire.Dispose();
    }

    private async Task<FileReport> ConverseAsync(JobOrder order, Stream untrusted, Stream output, PartsTaken? parts, Rules.SanitizeLimits limits, OfficeConverter? office, CancellationToken cancel)
    {
        await wire.SendAsync(Message.Order, order.ToBytes(), cancel).ConfigureAwait(false);
        await wire.SendAsync(Message.Content, untrusted, cancel).ConfigureAwait(false);
        while (true)
        {
            switch (await wire.NextAsync(cancel).ConfigureAwait(false))
            {
                case Message.Convert:
                    await ConvertAsync(office, cancel).ConfigureAwait(false);
                    break;
                case Message.Report:
                    var report = ReportJson.Read(await wire.ReceiveWholeAsync(Wire.MostWhole, cancel).ConfigureAwait(false));
                    if (report.Outcome == Outcome.Refused)
                    {
                        // After it ran out of memory it ends by itself.
                        if (report.Refusal?.Code == "SAN-LIMIT-008") IsSound = false;
                        return report.Refusal is null ? throw new WireException("refused without a reason") : report with { Output = null };
                    }
                    if (report.Output is null || SafeName.Clean(report.Output) != report.Output) throw new WireException("a name that can't be");
                    if (await wire.NextAsync(cancel).ConfigureAwait(false) != Message.Content) throw new WireException("no content");
                    var length = await wire.ReceiveAsync(output, limits.ExpandedBytes, cancel).ConfigureAwait(false);
                    var left = limits.ExpandedBytes - length;
                    foreach (var (number, file) in report.ApartFiles.Index())
                    {
                        if (parts is null || file.Outcome == Outcome.Refused) throw new WireException("a part that nobody asked for");
                        if (file.Output is not { } name || SafeName.CleanPath(name) != name) throw new WireException("a name that can't be");
                        if (await wire.NextAsync(cancel).ConfigureAwait(false) != Message.Part) throw new WireException("no part");
                        await using var taken = parts.Open(number, file);
                        left -= await wire.ReceiveAsync(taken, left, cancel).ConfigureAwait(false);
                    }
                    return report with { OutputBytes = length };
                default:
                    throw new WireException("no report");
            }
        }
    }

    private async Task ConvertAsync(OfficeConverter? office, CancellationToken cancel)
    {
        var words = Encoding.ASCII.GetString(await wire.ReceiveWholeAsync(64, cancel).ConfigureAwait(false)).Split(' ');
        if (words.Length != 2 || !FileKind.All.TryGetValue(words[0], out var from) || !FileKind.All.TryGetValue(words[1], out var to)) throw new WireException("kinds that can't be");
        if (await wire.NextAsync(cancel).ConfigureAwait(false) != Message.Content) throw new WireException("no content");
        var untrusted = await wire.ReceiveWholeAsync(512 << 20, cancel).ConfigureAwait(false);
        if (office is null || !office.Knows(from, to))
        {
            await wire.SendAsync(Message.NoConverter, default(ReadOnlyMemory<byte>), cancel).ConfigureAwait(false);
            return;
        }
        var converted = await office.ConvertAsync(untrusted, from, to, cancel).ConfigureAwait(false);
        if (converted is null) await wire.SendAsync(Message.NotConverted, default(ReadOnlyMemory<byte>), cancel).ConfigureAwait(false);
        else await wire.SendAsync(Message.Content, converted, cancel).ConfigureAwait(false);
    }
}

/// <summary>The worker's program and what it sees.</summary>
internal sealed record WorkerProgram(string Path, IReadOnlyList<string> Arguments, IReadOnlyList<(string Outside, string Inside)> ReadOnly, IReadOnlyDictionary<string, string> Environment, SandboxLimits Limits)
{
    private const string InnerDotnet = "/dotnet", InnerApp = "/app";

    /// <param name="folder">Where Sekisho.SanitizerWorker.dll lies.</param>
    public static WorkerProgram In(string folder, Rules.SanitizeLimits limits)
    {
        // …/shared/Microsoft.NETCore.App/10.0.x/System.Private.CoreLib.dll
        var root = System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));
        return new(InnerDotnet + "/dotnet", [InnerApp + "/Sekisho.SanitizerWorker.dll", Sandbox.InnerFolder], [(root, InnerDotnet), (folder, InnerApp)],
            new Dictionary<string, string>
            {
                ["PATH"] = "/usr/bin",
                ["HOME"] = Sandbox.InnerFolder,
                ["TMPDIR"] = Sandbox.InnerFolder,
                ["LANG"] = "C.UTF-8",
                ["DOTNET_ROOT"] = InnerDotnet,
                ["DOTNET_EnableDiagnostics"] = "0",
                ["DOTNET_gcConcurrent"] = "0",
                // Compiled ahead, and what isn't is compiled once: a second time pays after some thousand files only, and workers are renewed before that.
                ["DOTNET_TieredCompilation"] = "0",
                // Of the managed heap, in bytes; an allocation beyond it is an OutOfMemoryException, which refuses the file.
                ["DOTNET_GCHeapHardLimit"] = "0x18000000",
            },
            new SandboxLimits(DataBytes: 1L << 30, FileBytes: limits.ExpandedBytes, ResidentBytes: 512L << 20));
    }
}
