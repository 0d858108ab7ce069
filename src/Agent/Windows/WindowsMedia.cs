using Sekisho.Assurance;

namespace Sekisho.Agent.Windows;

/// <summary>Whether removable media can be written on a Windows machine (USBメモリ等への書込み). The values are those that group policy writes.</summary>
internal static class WindowsMedia
{
    internal const string Policy = @"SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices";
    internal const string Install = @"SOFTWARE\Policies\Microsoft\Windows\DeviceInstall\Restrictions";
    internal const string BitLocker = @"SYSTEM\CurrentControlSet\Policies\Microsoft\FVE";
    internal const string StorageDriver = @"SYSTEM\CurrentControlSet\Services\USBSTOR", UasDriver = @"SYSTEM\CurrentControlSet\Services\UASPStor";

    /// <summary>Classes whose writing the policy can deny: removable disks, and telephones and cameras (WPD, two of them).</summary>
    internal static readonly string[] DiskAndPortable = ["{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}", "{6AC27878-A6FA-4155-BA85-F98F491D4F33}", "{F33FDC04-D1AC-4E8E-9A30-19BBD4B108AE}"];

    /// <summary>What every USB storage device says of itself, whatever its make.</summary>
    internal const string StorageDeviceId = @"USB\Class_08";

    private const int Disabled = 4;

    public static PostureFact Look(IMachine machine)
    {
        if (IsOn(machine, Policy, "Deny_All")) return Yes("取り外せる記憶装置のすべての利用が拒否されています。", "All use of removable storage is denied.", $@"{Policy}\Deny_All");
        if (DiskAndPortable.All(c => IsOn(machine, $@"{Policy}\{c}", "Deny_Write")))
            return Yes("取り外せるディスクと携帯機器への書込みが拒否されています。", "Writing to removable disks and portable devices is denied.", [.. DiskAndPortable.Select(c => $@"{Policy}\{c}\Deny_Write")]);
        if (Number(machine, StorageDriver, "Start") == Disabled && Number(machine, UasDriver, "Start") is null or Disabled && IsOn(machine, $@"{Policy}\{DiskAndPortable[1]}", "Deny_Write") && IsOn(machine, $@"{Policy}\{DiskAndPortable[2]}", "Deny_Write"))
            return Yes("USB記憶装置のドライバが無効で、携帯機器への書込みも拒否されています。", "The drivers of USB storage are disabled and writing to portable devices is denied.", $@"{StorageDriver}\Start", $@"{UasDriver}\Start");
        if (Number(machine, Install, "DenyDeviceIDs") == 1 && List(machine, $@"{Install}\DenyDeviceIDs").Contains(StorageDeviceId, StringComparer.OrdinalIgnoreCase))
            return Restricted(machine);
        var some = DiskAndPortable.Count(c => IsOn(machine, $@"{Policy}\{c}", "Deny_Write"));
        return PostureFact.Of(PostureKeys.MediaBlocked, Answer.No, some > 0
            ? new("書込みの拒否が、一部の種類にしか設定されていません（ディスクと携帯機器の両方が要ります）。", "Writing is denied for some classes only (disks and portable devices are both needed).")
            : new("取り外せる媒体への書込みは拒否されていません。", "Writing to removable media is not denied."), Policy, Install, StorageDriver);
    }

    /// <summary>Storage is kept from being installed, except named devices, which must be encrypted to be written.</summary>
    private static PostureFact Restricted(IMachine machine)
    {
        var allowed = Number(machine, Install, "AllowInstanceIDs") == 1 ? List(machine, $@"{Install}\AllowInstanceIDs").ToList() : [];
        string[] read = [$@"{Install}\DenyDeviceIDs", $@"{Install}\AllowInstanceIDs", $@"{BitLocker}\RDVDenyWriteAccess"];
        if (Number(machine, Install, "DenyDeviceIDsRetroactive") != 1)
            return PostureFact.Of(PostureKeys.MediaBlocked, Answer.No, new("USB記憶装置の導入は止められていますが、すでに導入されたものには及びません（DenyDeviceIDsRetroactive）。", "USB storage can't be installed, but what is installed already stays usable (DenyDeviceIDsRetroactive)."), read);
        if (!DiskAndPortable.Skip(1).All(c => IsOn(machine, $@"{Policy}\{c}", "Deny_Write")))
            return PostureFact.Of(PostureKeys.MediaBlocked, Answer.No, new("USB記憶装置の導入は止められていますが、携帯機器への書込みは拒否されていません。", "USB storage can't be installed, but writing to portable devices is not denied."), read);
        if (allowed.Count == 0) return Yes("USB記憶装置の導入が止められています。", "USB storage can't be installed.", read);
        if (Number(machine, Install, "AllowDenyLayered") != 1)
            return Yes("USB記憶装置の導入が止められています（許可した機器の指定は、階層評価が無効のため効きません）。", "USB storage can't be installed (the devices named as allowed have no effect without the layered order).", read);
        if (Number(machine, BitLocker, "RDVDenyWriteAccess") != 1)
            return PostureFact.Of(PostureKeys.MediaBlocked, Answer.No, new("許可した媒体に、暗号化していなくても書き込めます（RDVDenyWriteAccess）。", "The media let through can be written without encryption (RDVDenyWriteAccess)."), read);
        var serials = allowed.ConvertAll(Serial);
        return serials.Contains(null)
            ? PostureFact.Of(PostureKeys.MediaBlocked, Answer.No, new("許可した媒体の指定に、製造番号のないものがあります。", "A device is let through without its serial number."), read)
            : new PostureFact(PostureKeys.MediaBlocked, Answer.Yes, new($"USB記憶装置の導入が止められ、製造番号で許可した {serials.Count} 本だけが、暗号化されているときに限り書き込めます。", $"USB storage can't be installed; {serials.Count} named by serial number can be written when encrypted."), read, serials!);
    }

    /// <summary>USB\VID_0951&amp;PID_1666\E0D55EA573F0 → E0D55EA573F0. A part with &amp; is made up by Windows for devices that have no number.</summary>
    private static string? Serial(string instance) =>
        instance.Split('\\') is ["USB" or "USBSTOR", _, { Length: > 0 } serial] && !serial.AsSpan().ContainsAny('&', '*', '?') ? serial : null;

    private static PostureFact Yes(string ja, string en, params IReadOnlyList<string> read) => PostureFact.Of(PostureKeys.MediaBlocked, Answer.Yes, new(ja, en), read);

    private static IEnumerable<string> List(IMachine machine, string key) => (machine.Values(key).OrNull() ?? []).Select(v => machine.Value(key, v).OrNull()?.Text).OfType<string>();

    internal static bool IsOn(IMachine machine, string key, string name) => Number(machine, key, name) == 1;

    internal static long? Number(IMachine machine, string key, string name) => machine.Value(key, name).OrNull()?.Number;
}
