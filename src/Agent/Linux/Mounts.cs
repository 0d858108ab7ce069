namespace Sekisho.Agent.Linux;

/// <summary>A mounted file system.</summary>
/// <param name="Device">Numbers of the device: <c>253:0</c>.</param>
/// <param name="Source"><c>/dev/sda1</c>.</param>
internal sealed record Mount(string Device, string Target, string Type, string Source, bool IsReadOnly);

/// <summary>What is mounted, from /proc/self/mountinfo.</summary>
internal static class Mounts
{
    public const string Path = "/proc/self/mountinfo";

    public static IReadOnlyList<Mount> Read(IMachine machine)
    {
        var mounts = new List<Mount>();
        foreach (var line in (machine.ReadText(Path).OrNull() ?? "").Split('\n'))
        {
            // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue (proc(5))
            var words = line.Split(' ');
            var dash = Array.IndexOf(words, "-");
            if (dash < 6 || words.Length < dash + 4) continue;
            mounts.Add(new Mount(words[2], Unescape(words[4]), words[dash + 1], Unescape(words[dash + 2]), Has(words[5], "ro") || Has(words[dash + 3], "ro")));
        }
        return mounts;

        static bool Has(string options, string option) => options.Split(',').Contains(option);
    }

    /// <summary>The kernel writes blanks as \040.</summary>
    internal static string Unescape(string text) => text.Replace(@"\040", " ", StringComparison.Ordinal).Replace(@"\011", "\t", StringComparison.Ordinal).Replace(@"\134", @"\", StringComparison.Ordinal);
}
