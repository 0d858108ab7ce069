using System.Text;
using Sekisho.Sanitizer.Kinds;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>Old office formats to new ones, and metafiles to pictures, by LibreOffice kept running in a sandbox of its own (変換). Started at the first use.</summary>
/// <remarks>What comes out is as untrusted as what went in: the worker that asked rebuilds it.</remarks>
internal sealed class OfficeConverter(Sandbox sandbox) : IAsyncDisposable
{
    private const string Program = "/usr/lib/libreoffice/program/soffice.bin", InnerScript = "/office/office.py";

    // It keeps traces of what it had open; and it grows.
    private const int MostJobs = 100;
    private const int MostOutput = 512 << 20;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(60), MostStart = TimeSpan.FromSeconds(30);
    private static readonly HashSet<string> Known = new[]
    {
        "doc docx", "rtf docx", "odt docx", "wordml docx", "xls xlsx", "xlsb xlsx", "ods xlsx", "spreadsheetml xlsx", "ppt pptx", "odp pptx",
        "docx pdf", "xlsx pdf", "pptx pdf", "emf png", "wmf png",
    }.ToHashSet(StringComparer.Ordinal);

    private readonly SemaphoreSlim one = new(1);
    private SandboxProcess? process;
    private Wire? wire;
    private int jobs;

    /// <summary>True when LibreOffice is on this machine and knows the way.</summary>
    public bool Knows(FileKind from, FileKind to) => Known.Contains($"{from.Key} {to.Key}") && File.Exists(Program) && sandbox.IsOpen;

    /// <summary>Null when it could not be converted: refused by LibreOffice, too slow, too large, or it crashed.</summary>
    public async Task<byte[]?> ConvertAsync(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to, CancellationToken cancel)
    {
        await one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            if (jobs >= MostJobs) await EndAsync().ConfigureAwait(false);
            if (process is null && !await StartAsync(cancel).ConfigureAwait(false)) return null;
            jobs++;
            using var watch = process!.Watch();
            using var time = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            time.CancelAfter(MostTime);
            try
            {
                await wire!.SendAsync(Message.Convert, Encoding.ASCII.GetBytes($"{from.Key} {to.Key}"), time.Token).ConfigureAwait(false);
                await wire.SendAsync(Message.Content, untrusted, time.Token).ConfigureAwait(false);
                var answer = await wire.NextAsync(time.Token).ConfigureAwait(false) ?? throw new WireException("gone");
                var converted = await wire.ReceiveWholeAsync(MostOutput, time.Token).ConfigureAwait(false);
                if (answer == Message.Content) return converted;
                // A document that it could not open may have hurt it: the next one gets a fresh one.
                await EndAsync().ConfigureAwait(false);
                return null;
            }
            catch (Exception e) when (e is WireException or IOException or OperationCanceledException)
            {
                await EndAsync().ConfigureAwait(false);
                cancel.ThrowIfCancellationRequested();
                return null;
            }
        }
        finally
        {
            one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync().ConfigureAwait(false);
        one.Dispose();
    }

    private async Task<bool> StartAsync(CancellationToken cancel)
    {
        var script = sandbox.Write("office.py", typeof(OfficeConverter).Assembly.GetManifestResourceStream("office.py")!);
        process = await sandbox.StartAsync("/usr/bin/python3", [InnerScript, Sandbox.InnerFolder], [(Path.GetDirectoryName(script)!, "/office")],
            new Dictionary<string, string> { ["PATH"] = "/usr/bin", ["HOME"] = Sandbox.InnerFolder, ["TMPDIR"] = Sandbox.InnerFolder, ["LANG"] = "ja_JP.UTF-8", ["LC_ALL"] = "C.UTF-8", ["SAL_USE_VCLPLUGIN"] = "svp", ["PYTHONDONTWRITEBYTECODE"] = "1" },
            new SandboxLimits(DataBytes: 3L << 30, FileBytes: 1L << 30, ResidentBytes: 1L << 30)).ConfigureAwait(false);
        wire = new Wire(process.Output, process.Input);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(MostStart);
        try
        {
            if (await wire.NextAsync(limit.Token).ConfigureAwait(false) == Message.Ready)
            {
                await wire.ReceiveWholeAsync(0, limit.Token).ConfigureAwait(false);
                return true;
            }
        }
        catch (Exception e) when (e is WireException or IOException or OperationCanceledException)
        {
            // Said to the caller as "not converted".
        }
        await EndAsync().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        return false;
    }

    private async Task EndAsync()
    {
        jobs = 0;
        if (process is null) return;
        await process.DisposeAsync().ConfigureAwait(false);
        wire!.Dispose();
        (process, wire) = (null, null);
    }
}
