using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>A program in the sandbox, with its folder. Disposing ends it and all that it started, and deletes the folder.</summary>
internal sealed class SandboxProcess : IAsyncDisposable
{
    private const int MostComplaint = 8192;

    private readonly Process process;
    private readonly int id;
    private readonly Lock ending = new();
    private readonly string folder;
    private readonly SandboxLimits limits;
    private readonly bool isShut;
    private readonly Task<string> complaint;
    private bool isDisposed;

    /// <param name="isShut">In namespaces of its own.</param>
    public SandboxProcess(Process process, string folder, SandboxLimits limits, bool isShut)
    {
        (this.process, this.folder, this.limits, this.isShut) = (process, folder, limits, isShut);
        id = process.Id;
        complaint = ReadComplaintAsync(process.StandardError.BaseStream);
    }

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    /// <summary>What it said on its error stream, at most 8 kB; waits for its end.</summary>
    public Task<string> ComplaintAsync() => complaint;

    /// <summary>True once it was ended for using too much memory.</summary>
    public bool WasTooLarge { get; private set; }

    /// <summary>Most memory seen in use by all of it together, in bytes.</summary>
    public long PeakResidentBytes { get; private set; }

    /// <summary>Looks at the memory of all its processes ten times a second, and ends them when they use too much, until disposed.</summary>
    /// <remarks>A plain timer: one that is waited for ends by an exception, whose stack trace costs each file some milliseconds and the first one forty.</remarks>
    public Timer Watch() => new(_ => Look(), null, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100));

    public void Kill()
    {
        lock (ending)
        {
            if (isDisposed || process.HasExited) return;
            // In the sandbox the first process is the namespace: with it the kernel ends all others. Else they are looked for among all of the machine.
            process.Kill(entireProcessTree: !isShut);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (isDisposed) return;
        Kill();
        process.WaitForExit(); // at once: it was killed
        lock (ending)
        {
            isDisposed = true;
            process.Dispose();
        }
        for (var tries = 0; ; tries++)
        {
            try
            {
                DeleteFolder(folder);
                return;
            }
            catch (IOException) when (tries < 20)
            {
                // A child of it that is still being ended wrote once more.
                await Task.Delay(50).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Deletes a folder with all in it; links in it are deleted, not followed. Mostly it is empty, and then it costs nothing to walk.</summary>
    public static void DeleteFolder(string folder)
    {
        try
        {
            if (FolderRemoval.TryEmpty(folder)) return;
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody tidied up.
        }
    }

    private void Look()
    {
        var resident = Resident(id);
        PeakResidentBytes = Math.Max(PeakResidentBytes, resident);
        if (resident <= limits.ResidentBytes) return;
        WasTooLarge = true;
        try
        {
            Kill();
        }
        catch (Exception e) when (e is Win32Exception or AggregateException)
        {
            // On a timer's thread it would end the host. The next look, in a tenth of a second, tries again.
        }
    }

    private static async Task<string> ReadComplaintAsync(Stream stream)
    {
        var beginning = new byte[MostComplaint];
        var length = await stream.ReadAtLeastAsync(beginning, MostComplaint, throwOnEndOfStream: false).ConfigureAwait(false);
        await stream.CopyToAsync(Stream.Null).ConfigureAwait(false);
        return System.Text.Encoding.UTF8.GetString(beginning, 0, length);
    }

    /// <summary>Resident bytes of a process and all below it, shared pages counted once for each.</summary>
    private static long Resident(int id)
    {
        try
        {
            // Field 2 of statm: resident pages; minus field 3, those shared with files.
            if (File.ReadAllText($"/proc/{id}/statm").Split(' ') is not { Length: > 2 } fields) return 0;
            var own = (long.Parse(fields[1], CultureInfo.InvariantCulture) - long.Parse(fields[2], CultureInfo.InvariantCulture)) * Environment.SystemPageSize;
            // The kernel lists children by the thread that made them.
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{id}/task"))
            {
                foreach (var child in File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)) own += Resident(int.Parse(child, CultureInfo.InvariantCulture));
            }
            return own;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // it just ended
        }
    }
}
