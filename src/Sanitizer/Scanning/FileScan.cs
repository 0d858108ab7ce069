namespace Sekisho.Sanitizer.Scanning;

/// <summary>A file through clamd and nothing else (ウイルス検査だけ): for what is kept as it came, and looked at again when clamd knows more.</summary>
public static class FileScan
{
    /// <summary>What clamd calls its program and its signatures, as in <c>ClamAV 1.0.9/27400/Thu Nov 19 2026</c>. Signatures of one's own don't show in it.</summary>
    /// <exception cref="ScannerException">It isn't there.</exception>
    public static async Task<string> SignaturesAsync(ScannerAddress address, TimeSpan time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(address);
        return await ClamdScan.VersionAsync(address, time, cancel).ConfigureAwait(false);
    }

    /// <summary>The name of what was found; null when nothing was.</summary>
    /// <param name="untrusted">Read to its end.</param>
    /// <exception cref="ScannerException">It isn't there, or can't tell: as closed as a finding.</exception>
    public static async Task<string?> RunAsync(ScannerAddress address, Stream untrusted, TimeSpan time, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(untrusted);
        await using var scan = await ClamdScan.BeginAsync(address, time, cancel).ConfigureAwait(false);
        var block = new byte[1 << 16];
        int read;
        while ((read = await untrusted.ReadAsync(block, cancel).ConfigureAwait(false)) > 0) await scan.SendAsync(block.AsMemory(0, read), cancel).ConfigureAwait(false);
        return await scan.EndAsync(cancel).ConfigureAwait(false);
    }
}
