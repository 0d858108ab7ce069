using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Scanning;

/// <summary>Scans what comes out while it is written. Its failure is kept for the end: the worker that writes must not be disturbed.</summary>
internal sealed class OutputScan(ScannerAddress address, TimeSpan time) : IAsyncDisposable
{
    private ClamdScan? scan;
    private string? failed;

    public async Task TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        if (failed is not null || bytes.Length == 0) return;
        try
        {
            scan ??= await ClamdScan.BeginAsync(address, time, cancel).ConfigureAwait(false);
            await scan.SendAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (ScannerException e)
        {
            failed = e.Message;
        }
    }

    /// <summary>Why nothing may come out; null when nothing was found. What is empty needs no scan.</summary>
    public async Task<SanitizeRefusal?> EndAsync(CancellationToken cancel)
    {
        try
        {
            if (failed is null && scan is not null && await scan.EndAsync(cancel).ConfigureAwait(false) is { } name) return ScanRefusals.Found(name, "output");
        }
        catch (ScannerException e)
        {
            failed = e.Message;
        }
        return failed is null ? null : ScanRefusals.NotScanned(address, failed);
    }

    public ValueTask DisposeAsync() => scan?.DisposeAsync() ?? ValueTask.CompletedTask;
}
