using Sekisho.Agent.Windows;
using Sekisho.Assurance;

namespace Sekisho.Agent.Settings;

/// <summary>One value of the registry as a setting wants it.</summary>
/// <param name="Key">Below HKEY_LOCAL_MACHINE.</param>
/// <param name="Number">A DWORD; null with <paramref name="Text"/> null: the value is taken away.</param>
internal sealed record RegistryValue(string Key, string Name, uint? Number, string? Text)
{
    public static RegistryValue On(string key, string name) => new(key, name, 1, null);

    public static RegistryValue None(string key, string name) => new(key, name, null, null);
}

/// <summary>One setting of Windows, by the values that the agent looks at (Windowsの設定).</summary>
/// <param name="Id">As a policy's name.</param>
/// <param name="Does">What it does, and whom it doesn't touch.</param>
/// <param name="Check">How to see that it is there.</param>
/// <param name="Clears">A key whose earlier values go first; null: none.</param>
internal sealed record WindowsSetting(string Id, Bilingual Name, Bilingual Does, Bilingual Check, IReadOnlyList<RegistryValue> Values, string? Clears = null);

/// <summary>The settings that keep removable media out of a Windows machine: the .reg file and the policy templates both say just these.</summary>
internal static class WindowsSettings
{
    /// <param name="media">Each with its maker's number and vendor:product.</param>
    public static IReadOnlyList<WindowsSetting> For(IReadOnlyList<AllowedMedium> media)
    {
        const string Named = WindowsMedia.Install + @"\AllowInstanceIDs";
        // Telephones and cameras never; disks not at all, or, when media are named, by the restrictions below (a denied class would deny the named ones, too).
        var portable = new WindowsSetting("DenyWrite", media.Count > 0 ? new("携帯機器への書込みを拒否する", "Deny writing to portable devices") : new("取り外せるディスクと携帯機器への書込みを拒否する", "Deny writing to removable disks and portable devices"),
            media.Count > 0
                ? new("スマートフォンやカメラなどの携帯機器に、データを書き込めなくします。", "Nothing can be written to telephones, cameras and the like.")
                : new("USBメモリなどの取り外せるディスクと、スマートフォンやカメラなどの携帯機器に、データを書き込めなくします。", "Nothing can be written to removable disks such as USB memory, nor to telephones, cameras and the like."),
            Shown(WindowsMedia.Policy, "Deny_Write"),
            [
                .. media.Count > 0 ? [RegistryValue.None($@"{WindowsMedia.Policy}\{WindowsMedia.DiskAndPortable[0]}", "Deny_Write")] : Array.Empty<RegistryValue>(),
                .. WindowsMedia.DiskAndPortable.Skip(media.Count > 0 ? 1 : 0).Select(c => RegistryValue.On($@"{WindowsMedia.Policy}\{c}", "Deny_Write")),
            ], media.Count > 0 ? null : Named); // taken back, should media have been named before
        if (media.Count == 0) return [portable];
        return
        [
            portable,
            new("DenyStorage", new("USB記憶装置を使わせない", "Keep USB storage from being installed"),
                new("USB記憶装置を新しく使えなくします。すでに使ったことのあるものにも及びます。", "USB storage can't be installed, and what was installed before stops working, too."),
                Shown(WindowsMedia.Install, "DenyDeviceIDs, DenyDeviceIDsRetroactive"),
                [
                    RegistryValue.On(WindowsMedia.Install, "DenyDeviceIDs"), RegistryValue.On(WindowsMedia.Install, "DenyDeviceIDsRetroactive"),
                    new($@"{WindowsMedia.Install}\DenyDeviceIDs", "1", null, WindowsMedia.StorageDeviceId),
                ]),
            new("AllowNamed", new("台帳の媒体だけを、製造番号で許す", "Let through the media of the register, by serial number"),
                new($"次の媒体だけを使えるようにします：{string.Join("、", media.Select(m => m.Number))}。台帳が変わったら、作り直した設定に差し替えます。", $"Only these can be used: {string.Join(", ", media.Select(m => m.Number))}. When the register changes, put the settings written anew in its place."),
                Shown(Named, "1, 2, …"),
                [
                    RegistryValue.On(WindowsMedia.Install, "AllowDenyLayered"), RegistryValue.On(WindowsMedia.Install, "AllowInstanceIDs"),
                    .. media.Select((m, i) => new RegistryValue(Named, (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture), null,
                        $@"USB\VID_{m.DeviceId![..4].ToUpperInvariant()}&PID_{m.DeviceId[5..].ToUpperInvariant()}\{m.Serial}")),
                ], Named),
            new("DenyUnencrypted", new("暗号化していない媒体への書込みを拒否する", "Deny writing to media without encryption"),
                new("許した媒体も、BitLocker で暗号化されていなければ書き込めません。", "Even the media let through can be written only when BitLocker protects them."),
                Shown(WindowsMedia.BitLocker, "RDVDenyWriteAccess"), [RegistryValue.On(WindowsMedia.BitLocker, "RDVDenyWriteAccess")]),
        ];
    }

    private static Bilingual Shown(string key, string names) => new(
        $"reg query \"HKLM\\{key}\" /s で {names} が見えること、sekisho agent report の「USBメモリ等に書き込めない」が yes になることを確かめます。",
        $"See {names} in reg query \"HKLM\\{key}\" /s, and yes to media-blocked in sekisho agent report.");
}
