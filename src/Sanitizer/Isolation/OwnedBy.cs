using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>Gives a folder to the sandbox's user.</summary>
internal static partial class OwnedBy
{
    public static void Nobody(string path, int user)
    {
        if (chown(path, user, user) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, int owner, int group);
}

/// <summary>Removes folders that are empty, without an exception for those that aren't.</summary>
internal static partial class FolderRemoval
{
    /// <returns>False when it is still there: something is in it, or it can't be removed.</returns>
    public static bool TryEmpty(string folder) => rmdir(folder) == 0;

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rmdir(string path);
}
