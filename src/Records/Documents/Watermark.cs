using System.ComponentModel;
using System.Diagnostics;

namespace Sekisho.Records.Documents;

/// <summary>Lays the reader's name and the time over every page of a PDF (透かし), with qpdf as a separate program (Apache-2.0).</summary>
internal static class Watermark
{
    private const int MostOutputBytes = 128 * 1024 * 1024;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(60);

    /// <returns>Null when qpdf isn't there, can't read the file (encrypted, damaged), or takes too long. The file without a watermark is never given instead.</returns>
    public static async Task<byte[]?> StampAsync(ReadOnlyMemory<byte> pdf, string japanese, string ascii, CancellationToken cancel)
    {
        // qpdf seeks in its inputs: a private folder, gone afterwards.
        var folder = Directory.CreateTempSubdirectory("sekisho-watermark-");
        try
        {
            var (input, mark, output) = (Path.Combine(folder.FullName, "in.pdf"), Path.Combine(folder.FullName, "mark.pdf"), Path.Combine(folder.FullName, "out.pdf"));
            await File.WriteAllBytesAsync(input, pdf, cancel);
            await File.WriteAllBytesAsync(mark, WatermarkPage.Write(japanese, ascii), cancel);
            if (!await RunAsync(["--warning-exit-0", input, "--overlay", mark, "--from=", "--repeat=1", "--", output], cancel) || new FileInfo(output) is not { Exists: true, Length: <= MostOutputBytes }) return null;
            return await File.ReadAllBytesAsync(output, cancel);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<bool> RunAsync(IEnumerable<string> arguments, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("qpdf") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return false;
        }
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(MostTime);
        try
        {
            await Task.WhenAll(process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, limit.Token), process.StandardError.BaseStream.CopyToAsync(Stream.Null, limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }
}
