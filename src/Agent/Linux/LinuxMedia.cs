using Sekisho.Assurance;

namespace Sekisho.Agent.Linux;

/// <summary>Whether USB storage can be written on a Linux machine (USBメモリ等への書込み).</summary>
/// <remarks>
/// Any one of three means is enough: the kernel's drivers kept from loading, USBGuard, udev rules. A removable device that is mounted for writing
/// right now beats them all. Memory cards, optical discs and telephones (MTP) are not looked at here: docs/operations/agent.md says so.
/// </remarks>
internal static class LinuxMedia
{
    public static PostureFact Look(IMachine machine)
    {
        if (WritableNow(machine) is { } mount)
        {
            return PostureFact.Of(PostureKeys.MediaBlocked, Answer.No,
                new($"取り外せる媒体が書込みできる状態でつながっています（{mount}）。", $"A removable device is mounted for writing ({mount})."), Mounts.Path);
        }
        var means = new[] { StorageDrivers.Look(machine), UsbGuard.Look(machine), UdevRules.Look(machine) };
        if (means.FirstOrDefault(m => m.Answer == Answer.Yes) is { } blocked) return blocked;
        var read = means.SelectMany(m => m.Read).Distinct().ToList();
        var how = means.Aggregate(new Bilingual("", ""), (all, m) => all.Ja.Length == 0 ? m.How : all + m.How);
        return PostureFact.Of(PostureKeys.MediaBlocked, means.Any(m => m.Answer == Answer.Unknown) ? Answer.Unknown : Answer.No, how, read);
    }

    private static string? WritableNow(IMachine machine) =>
        Mounts.Read(machine).Where(m => !m.IsReadOnly && IsRemovable(machine, m)).Select(m => m.Target).FirstOrDefault();

    private static bool IsRemovable(IMachine machine, Mount mount)
    {
        // A partition's folder has no "removable"; the disk above it has. /dev/sdb1 → sdb.
        var device = mount.Source.StartsWith("/dev/", StringComparison.Ordinal) ? mount.Source["/dev/".Length..] : null;
        if (device is null || device.Contains('/', StringComparison.Ordinal)) return false;
        return (machine.List("/sys/block").OrNull() ?? []).Any(disk =>
            (device == disk || machine.ReadText($"/sys/block/{disk}/{device}/dev") is Reading<string>.There) && machine.ReadText($"/sys/block/{disk}/removable").OrNull()?.Trim() == "1");
    }
}

/// <summary>The kernel's drivers for USB storage kept from loading (modprobe.d).</summary>
internal static class StorageDrivers
{
    private static readonly string[] Drivers = ["usb_storage", "uas"];
    private static readonly string[] Folders = ["/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"];

    public static PostureFact Look(IMachine machine)
    {
        var read = new List<string>();
        var (stopped, unreadable) = (new HashSet<string>(StringComparer.Ordinal), false);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in Folders)
        {
            // A file of the same name in an earlier folder hides the later one.
            foreach (var name in (machine.List(folder).OrNull() ?? []).Where(n => n.EndsWith(".conf", StringComparison.Ordinal) && seen.Add(n)))
            {
                var file = machine.ReadText($"{folder}/{name}");
                unreadable |= file is Reading<string>.Unreadable;
                foreach (var driver in Stopped(file.OrNull() ?? ""))
                {
                    stopped.Add(driver);
                    read.Add($"{folder}/{name}");
                }
            }
        }
        if (!Drivers.All(stopped.Contains))
        {
            return PostureFact.Of(PostureKeys.MediaBlocked, unreadable ? Answer.Unknown : Answer.No, unreadable
                ? new("modprobe の設定に読めないファイルがあります。", "A file of modprobe's can't be read.")
                : new("USB記憶装置のドライバは止められていません。", "The drivers of USB storage are not kept from loading."), [.. Folders]);
        }
        const string Loaded = "/proc/modules";
        var present = (machine.ReadText(Loaded).OrNull() ?? "").Split('\n').Select(l => l.Split(' ')[0]).Intersect(Drivers).ToList();
        if (present.Count > 0)
            return PostureFact.Of(PostureKeys.MediaBlocked, Answer.No, new($"ドライバを止める設定はありますが、いま読み込まれています（{string.Join("、", present)}）。再起動してください。", $"The drivers are to be kept out, but are loaded now ({string.Join(", ", present)}). Restart the machine."), Loaded);
        // What is built into the kernel can't be kept from loading.
        if (machine.ReadText("/proc/sys/kernel/osrelease").OrNull()?.Trim() is not { Length: > 0 } release || machine.ReadText($"/lib/modules/{release}/modules.builtin").OrNull() is not { } builtIn)
            return PostureFact.Of(PostureKeys.MediaBlocked, Answer.Unknown, new("カーネルに組み込まれたドライバの一覧を読めません。", "The list of drivers built into the kernel can't be read."), "/lib/modules/*/modules.builtin");
        if (builtIn.Contains("/usb-storage.ko", StringComparison.Ordinal) || builtIn.Contains("/uas.ko", StringComparison.Ordinal))
            return PostureFact.Of(PostureKeys.MediaBlocked, Answer.No, new("USB記憶装置のドライバがカーネルに組み込まれているため、modprobe の設定では止まりません。", "The drivers of USB storage are built into the kernel; modprobe can't keep them out."), $"/lib/modules/{release}/modules.builtin");
        return PostureFact.Of(PostureKeys.MediaBlocked, Answer.Yes, new("USB記憶装置のドライバ（usb_storage、uas）が読み込まれないよう設定されています。", "The drivers of USB storage (usb_storage, uas) are kept from loading."), [.. read.Distinct()]);
    }

    /// <summary>Drivers that a file keeps from loading. "install … /bin/true" does it for everybody; "blacklist" for what plugging in would load.</summary>
    private static IEnumerable<string> Stopped(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["blacklist", var black]) yield return black.Replace('-', '_');
            else if (words is ["install", var driver, "/bin/true" or "/bin/false" or "/usr/bin/true" or "/usr/bin/false" or "/sbin/nologin", ..]) yield return driver.Replace('-', '_');
        }
    }
}
