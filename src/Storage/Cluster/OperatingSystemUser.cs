using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Sekisho.Storage.Cluster;

/// <summary>A user of the operating system, by numbers.</summary>
internal readonly partial record struct OperatingSystemUser(uint User, uint Group)
{
    public static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>The owner of a file or folder; null when it isn't there.</summary>
    public static OperatingSystemUser? OwnerOf(string path)
    {
        // struct statx: stx_uid at byte 20, stx_gid at byte 24, on every architecture (statx(2)).
        Span<byte> buffer = stackalloc byte[256];
        unsafe
        {
            fixed (byte* at = buffer)
            {
                const int CurrentFolder = -100;
                const uint UidAndGid = 0x8 | 0x10;
                if (statx(CurrentFolder, path, 0, UidAndGid, at) != 0) return null;
            }
        }
        return new(BinaryPrimitives.ReadUInt32LittleEndian(buffer[20..]), BinaryPrimitives.ReadUInt32LittleEndian(buffer[24..]));
    }

    /// <summary>A user by name, from /etc/passwd; null when there is none.</summary>
    public static OperatingSystemUser? Named(string name)
    {
        foreach (var line in File.ReadLines("/etc/passwd", Encoding.UTF8))
        {
            var fields = line.Split(':');
            if (fields.Length >= 4 && fields[0] == name
                && uint.TryParse(fields[2], CultureInfo.InvariantCulture, out var user)
                && uint.TryParse(fields[3], CultureInfo.InvariantCulture, out var group))
                return new(user, group);
        }
        return null;
    }

    /// <summary>Gives a file or folder to this user. Only root can.</summary>
    public void Own(string path)
    {
        if (lchown(path, User, Group) != 0)
            throw new IOException($"lchown {path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Sends a signal; false when there is no such process or it isn't ours.</summary>
    public static bool Signal(int process, int signal) => kill(process, signal) == 0;

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int folder, string path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
