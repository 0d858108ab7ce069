using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sekisho.Storage.Cluster;

/// <summary>An advisory lock of the kernel on a file (flock(2)): given back by the kernel itself when the process ends, by kill -9 too.</summary>
internal sealed partial class FileLock : IDisposable
{
    private const int Shared = 1, Exclusive = 2, NonBlocking = 4, Unlock = 8;

    private readonly SafeFileHandle file;

    private FileLock(SafeFileHandle file) => this.file = file;

    /// <summary>Opens the lock file without taking the lock. Not by .NET's own open: that takes flock(2) itself for its sharing modes.</summary>
    private static FileLock Open(string path)
    {
        const int ReadWrite = 2, Create = 0x40, CloseOnExec = 0x80000;
        var file = open(path, ReadWrite | Create | CloseOnExec, 0b110_100_100);
        if (!file.IsInvalid) return new(file);
        var message = $"{path}: {Marshal.GetLastPInvokeErrorMessage()}";
        throw Marshal.GetLastPInvokeError() is 13 or 1 ? new UnauthorizedAccessException(message) : new IOException(message);
    }

    /// <summary>Null when somebody else holds it in a way that forbids this.</summary>
    public static FileLock? TryTake(string path, bool shared)
    {
        var it = Open(path);
        if (it.TryChange(shared)) return it;
        it.Dispose();
        return null;
    }

    /// <summary>Waits for the lock.</summary>
    public static async Task<FileLock> TakeAsync(string path, bool shared, CancellationToken cancel)
    {
        var it = Open(path);
        try
        {
            while (!it.TryChange(shared))
                await Task.Delay(10, cancel).ConfigureAwait(false);
            return it;
        }
        catch
        {
            it.Dispose();
            throw;
        }
    }

    /// <summary>Takes the lock, or changes the one that is held; a change gives the old one up first. False: nothing is held now.</summary>
    public bool TryChange(bool shared)
    {
        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            var descriptor = (int)file.DangerousGetHandle();
            if (flock(descriptor, (shared ? Shared : Exclusive) | NonBlocking) == 0) return true;
            const int WouldBlock = 11;
            var error = Marshal.GetLastPInvokeError();
            if (error is not (WouldBlock or 4)) throw new IOException($"flock: {Marshal.GetPInvokeErrorMessage(error)}");
            _ = flock(descriptor, Unlock);
            return false;
        }
        finally
        {
            if (added) file.DangerousRelease();
        }
    }

    public void Dispose() => file.Dispose();

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle open(string path, int flags, int mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(int descriptor, int operation);
}
