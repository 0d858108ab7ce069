using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>Takes the text out of a PDF with poppler's pdftotext, as a separate program (GPL) with limits of time and size (ADR-0012).</summary>
internal static class PdfText
{
    private static readonly SearchValues<char> Blank = SearchValues.Create("\f\n\r \t\u3000");
    private const int MostOutputBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(60);

    /// <summary>Pages are divided by form feeds.</summary>
    /// <param name="program">pdftotext, found by PATH unless it is a path.</param>
    internal static async Task<(string Text, ReadError? Error)> ExtractAsync(ReadOnlyMemory<byte> untrusted, string program, CancellationToken cancel)
    {
        // poppler needs to seek in its input: a private file, gone afterwards.
        var path = Path.Combine(Path.GetTempPath(), "sekisho-" + Guid.NewGuid().ToString("N") + ".pdf");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await using (var file = new FileStream(path, options))
                await file.WriteAsync(untrusted, cancel);
            return await RunAsync(program, path, cancel);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<(string Text, ReadError? Error)> RunAsync(string program, string path, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        foreach (var argument in (ReadOnlySpan<string>)["-enc", "UTF-8", "-q", path, "-"])
            start.ArgumentList.Add(argument);
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return ("", ReadingErrors.NoPdfProgram());
        }
        process.StandardInput.Close();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(MostTime);
        try
        {
            var errors = process.StandardError.BaseStream.CopyToAsync(Stream.Null, limit.Token);
            var output = await ReadLimitedAsync(process.StandardOutput.BaseStream, limit.Token);
            if (output is null)
                return ("", ReadingErrors.TooLarge());
            await errors;
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0)
                return ("", ReadingErrors.Pdf());
            var text = Encoding.UTF8.GetString(output);
            return text.AsSpan().ContainsAnyExcept(Blank) ? (text, null) : ("", ReadingErrors.PdfWithoutText());
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ("", ReadingErrors.PdfTooSlow());
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<byte[]?> ReadLimitedAsync(Stream stream, CancellationToken cancel)
    {
        using var output = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            if (output.Length + read > MostOutputBytes)
                return null;
            output.Write(buffer, 0, read);
        }
        return output.ToArray();
    }
}
