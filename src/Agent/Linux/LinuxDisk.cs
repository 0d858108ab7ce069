using Sekisho.Assurance;

namespace Sekisho.Agent.Linux;

/// <summary>Whether the file systems of a Linux machine lie on encrypted devices (ディスクの暗号化).</summary>
internal static class LinuxDisk
{
    private static readonly string[] OnDisk = ["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "vfat", "ntfs", "ntfs3", "exfat", "bcachefs"];

    /// <summary>The firmware reads these itself.</summary>
    private static readonly string[] Starting = ["/boot", "/boot/efi", "/efi"];

    public static PostureFact Look(IMachine machine)
    {
        var mounts = Mounts.Read(machine);
        if (mounts.Count == 0) return Fact(Answer.Unknown, new("マウントの一覧を読めません。", "The list of mounts can't be read."));
        var (plain, unclear, fine) = (new List<string>(), new List<string>(), 0);
        foreach (var mount in mounts.Where(m => !Starting.Contains(m.Target) && !m.Target.StartsWith("/snap/", StringComparison.Ordinal)).DistinctBy(m => (m.Device, m.Source)))
        {
            if (!OnDisk.Contains(mount.Type))
            {
                // What holds everything and isn't a file system on a disk that we know: overlay, zfs, nfs.
                if (mount.Target == "/" || mount.Type == "zfs") unclear.Add($"{mount.Target}（{mount.Type}）");
                continue;
            }
            Sort(IsEncrypted(machine, mount), mount.Target);
        }
        foreach (var line in (machine.ReadText("/proc/swaps").OrNull() ?? "").Split('\n').Skip(1))
            if (line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var device, "partition", ..] && !device.Contains("zram", StringComparison.Ordinal)) Sort(ByName(machine, device), device);
        if (plain.Count > 0) return Fact(Answer.No, new($"暗号化されていない装置の上にあります（{string.Join("、", plain)}）。", $"Not on an encrypted device: {string.Join(", ", plain)}."));
        if (unclear.Count > 0 || fine == 0) return Fact(Answer.Unknown, new($"下にある装置が分かりません（{string.Join("、", unclear)}）。", $"The device underneath can't be seen: {string.Join(", ", unclear)}."));
        return Fact(Answer.Yes, new($"{fine} か所すべてが暗号化された装置（dm-crypt）の上にあります。", $"All {fine} lie on encrypted devices (dm-crypt)."));

        void Sort(bool? encrypted, string name)
        {
            if (encrypted is true) fine++;
            else (encrypted is null ? unclear : plain).Add(name);
        }
    }

    private static bool? IsEncrypted(IMachine machine, Mount mount) =>
        mount.Device.StartsWith("0:", StringComparison.Ordinal) ? ByName(machine, mount.Source) : ByNumber(machine, $"/sys/dev/block/{mount.Device}", 0);

    private static bool? ByName(IMachine machine, string device)
    {
        var name = device[(device.LastIndexOf('/') + 1)..];
        foreach (var block in machine.List("/sys/class/block").OrNull() ?? [])
            if (block == name || machine.ReadText($"/sys/class/block/{block}/dm/name").OrNull()?.Trim() == name) return ByNumber(machine, $"/sys/class/block/{block}", 0);
        return null;
    }

    /// <summary>dm-crypt itself, or everything under it is: LVM on LUKS, RAID on LUKS.</summary>
    private static bool? ByNumber(IMachine machine, string folder, int depth)
    {
        if (machine.List(folder) is not Reading<IReadOnlyList<string>>.There || depth > 10) return null;
        if (machine.ReadText($"{folder}/dm/uuid").OrNull()?.StartsWith("CRYPT-", StringComparison.Ordinal) == true) return true;
        var under = machine.List($"{folder}/slaves").OrNull() ?? [];
        if (under.Count == 0) return false;
        var all = under.Select(s => ByNumber(machine, $"/sys/class/block/{s}", depth + 1)).ToList();
        return all.Contains(false) ? false : all.Contains(null) ? null : true;
    }

    private static PostureFact Fact(Answer answer, Bilingual how) => PostureFact.Of(PostureKeys.DiskEncrypted, answer, how, Mounts.Path, "/sys/dev/block", "/proc/swaps");
}
