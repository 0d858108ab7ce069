using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>Takes the text out of a PDF with poppler's pdftotext, as a separate program (GPL) in a sandbox, with limits of time and size (ADR-0012).</summary>
internal static class PdfText
{
    private static readonly SearchValues<char> Blank = SearchValues.Create("\f\n\r \t\u3000");
    private const int MostOutputBytes = 64 * 1024 * 1024;
    private const int MostErrorBytes = 4096;
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(60);

    /// <summary>Pages are divided by form feeds. Without the sandbox nothing is read: a document from outside never meets the extractor in the open.</summary>
    internal static async Task<(string Text, ReadError? Error)> ExtractAsync(ReadOnlyMemory<byte> untrusted, PdfPrograms programs, CancellationToken cancel)
    {
        if (Path.IsPathRooted(programs.Extractor) && !File.Exists(programs.Extractor))
            return ("", ReadingErrors.NoPdfProgram());
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(programs.Sandbox, programs.Arguments()) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false },
        };
        var ended = new TaskCompletionSource();
        if (!await StartAsync(process, ended.Task))
            return ("", ReadingErrors.NoSandbox());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(MostTime);
        try
        {
            var fed = FeedAsync(process.StandardInput.BaseStream, untrusted, limit.Token);
            var complaint = ReadBeginningAsync(process.StandardError.BaseStream, limit.Token);
            var output = await ReadLimitedAsync(process.StandardOutput.BaseStream, limit.Token);
            if (output is null)
                return ("", ReadingErrors.TooLarge());
            await fed;
            var said = await complaint;
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0)
                return ("", WhyNot(said));
            var text = Encoding.UTF8.GetString(output);
            return text.AsSpan().ContainsAnyExcept(Blank) ? (text, null) : ("", ReadingErrors.PdfWithoutText());
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ("", ReadingErrors.PdfTooSlow());
        }
        finally
        {
            ended.SetResult();
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    // --die-with-parent looks at the thread that started the child, so that thread stays until the reading has ended.
    // It asks nothing of the child: one that ended at once is gone before anybody can look.
    private static Task<bool> StartAsync(Process process, Task ended)
    {
        var started = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var keeper = new Thread(() =>
        {
            try
            {
                process.Start();
            }
            catch (Win32Exception)
            {
                started.SetResult(false);
                return;
            }
            started.SetResult(true);
            ended.Wait();
        })
        { IsBackground = true, Name = "pdftotext" };
        keeper.Start();
        return started.Task;
    }

    // What the sandbox says for itself begins with its name; the extractor is told to be quiet.
    private static ReadError WhyNot(string said) =>
        !said.StartsWith("bwrap: ", StringComparison.Ordinal) ? ReadingErrors.Pdf()
        : said.StartsWith("bwrap: execvp ", StringComparison.Ordinal) ? ReadingErrors.NoPdfProgram()
        : ReadingErrors.NoNamespaces(said.Split('\n')[0]);

    private static async Task FeedAsync(Stream input, ReadOnlyMemory<byte> untrusted, CancellationToken cancel)
    {
        try
        {
            await input.WriteAsync(untrusted, cancel);
            await input.FlushAsync(cancel);
        }
        catch (IOException)
        {
            // It had read enough, or was refused: its exit code says which.
        }
        finally
        {
            Close(input);
        }
    }

    private static void Close(Stream input)
    {
        try
        {
            input.Dispose();
        }
        catch (IOException)
        {
            // The other end is closed already.
        }
    }

    private static async Task<string> ReadBeginningAsync(Stream stream, CancellationToken cancel)
    {
        var beginning = new byte[MostErrorBytes];
        var length = await stream.ReadAtLeastAsync(beginning, MostErrorBytes, throwOnEndOfStream: false, cancel);
        await stream.CopyToAsync(Stream.Null, cancel);
        return Encoding.UTF8.GetString(beginning, 0, length);
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
