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
