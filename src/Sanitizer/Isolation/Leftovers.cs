using System.Runtime.InteropServices;
using System.Text;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>Folders of sandboxes whose host was killed (残された作業フォルダ): what was being made harmless lies in them in the clear. The next host that starts takes them off.</summary>
internal static partial class Leftovers
{
    public const string Prefix = "sekisho-san-";

    private const string Mark = "alive";

    private const int NoFollow = 0x100, Folder = 0x4000, KindOfFile = 0xF000;

    /// <summary>A folder without a mark may be one that is just being made.</summary>
    private static readonly TimeSpan Young = TimeSpan.FromHours(1);

    /// <summary>Says that a folder is in use, as long as what is returned is open: the kernel knows when its holder died.</summary>
    public static FileStream Claim(string folder)
    {
        var mark = new FileStream(Path.Combine(folder, Mark), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        _ = Task.Run(() => Sweep(Path.GetDirectoryName(folder)!));
        return mark;
    }

    /// <summary>Takes off what nobody uses any more, of this user alone: in a folder that all may write to, anybody can lay out names.</summary>
    /// <returns>How many folders went.</returns>
    internal static int Sweep(string below)
    {
        var swept = 0;
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(below, Prefix + "*"))
            {
                if (!IsOwn(folder) || !IsLeft(folder)) continue;
                Directory.Delete(folder, recursive: true);
                swept++;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next host tries again.
        }
        return swept;
    }

    private static bool IsLeft(string folder)
    {
        try
        {
            using var mark = new FileStream(Path.Combine(folder, Mark), FileMode.Open, FileAccess.Write, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return TimeProvider.System.GetUtcNow() - Directory.GetCreationTimeUtc(folder) > Young;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // its host is alive
        }
    }

    private static bool IsOwn(string folder)
    {
        var facts = new byte[256];
        return statx(-100, Encoding.UTF8.GetBytes(folder + "\0"), NoFollow, 0x7FF, facts) == 0 && (BitConverter.ToUInt16(facts, 28) & KindOfFile) == Folder && BitConverter.ToUInt32(facts, 20) == geteuid();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int statx(int directory, byte[] name, int flags, uint mask, byte[] facts);

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
