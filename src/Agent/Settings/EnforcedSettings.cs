using System.Globalization;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Agent.Settings;

/// <summary>A medium that may be used all the same (例外の媒体): by the maker's number, and only when encrypted.</summary>
/// <param name="Number">管理番号 of the register.</param>
/// <param name="Serial">製造番号, as the device reports it.</param>
/// <param name="DeviceId">Vendor and product, <c>0951:1666</c>; needed for Windows. Null: not known.</param>
public sealed record AllowedMedium(string Number, string Serial, string? DeviceId)
{
    /// <summary>A number that can stand in a rule: anything else could end the rule and begin another.</summary>
    public bool IsWellFormed => Serial is { Length: > 0 and <= 126 } && Serial.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')
        && (DeviceId is null || DeviceId is { Length: 9 } && DeviceId[4] == ':' && DeviceId.Where((_, i) => i != 4).All(char.IsAsciiHexDigit));
}

/// <summary>Which mechanism is to keep media out.</summary>
public enum SettingsTarget
{
    UsbGuard,
    Udev,
    WindowsReg,

    /// <summary>The same values as templates of group policy (.admx, .adml).</summary>
    WindowsAdmx,
}

/// <summary>A file to put on a machine, and how to see that it works (配る設定).</summary>
/// <param name="Place">Where it goes.</param>
/// <param name="Check">What to run or look at.</param>
/// <param name="LeftOut">Media that could not be let through, by their numbers of the register.</param>
public sealed record SettingsFile(string FileName, byte[] Content, Bilingual Place, Bilingual Check, IReadOnlyList<string> LeftOut);

/// <summary>Writes the settings that keep removable media out, except media named by number (持ち出し不可の設定).</summary>
public static class EnforcedSettings
{
    public static string Key(this SettingsTarget target) => target switch
    {
        SettingsTarget.UsbGuard => "usbguard",
        SettingsTarget.Udev => "udev",
        SettingsTarget.WindowsReg => "windows-reg",
        SettingsTarget.WindowsAdmx => "windows-admx",
        _ => throw new ArgumentOutOfRangeException(nameof(target)),
    };

    /// <summary>False when there is no such target.</summary>
    public static bool TryParse(string? untrusted, out SettingsTarget target)
    {
        foreach (var candidate in Enum.GetValues<SettingsTarget>())
        {
            if (candidate.Key() != untrusted) continue;
            target = candidate;
            return true;
        }
        target = default;
        return false;
    }

    /// <param name="media">Those without a usable number are left out and said so; none is let through by make alone.</param>
    public static SettingsFile Write(SettingsTarget target, IReadOnlyList<AllowedMedium> media)
    {
        var usable = media.Where(m => m.IsWellFormed && (target is not (SettingsTarget.WindowsReg or SettingsTarget.WindowsAdmx) || m.DeviceId is not null)).DistinctBy(m => m.Serial).ToList();
        IReadOnlyList<string> leftOut = [.. media.Where(m => !usable.Exists(u => u.Serial == m.Serial)).Select(m => m.Number)];
        return target switch
        {
            SettingsTarget.UsbGuard => new("rules.conf", Encoding.ASCII.GetBytes(UsbGuard(usable)),
                new("/etc/usbguard/rules.conf（所有者 root、0600）。usbguard-daemon.conf は ImplicitPolicyTarget=block のまま。", "/etc/usbguard/rules.conf (root, 0600); leave ImplicitPolicyTarget=block in usbguard-daemon.conf."),
                new("usbguard-rule-parser -f rules.conf で文法を確かめ、systemctl restart usbguard のあと sekisho agent report で「USBメモリ等に書き込めない」が yes になることを見ます。", "Check the grammar with usbguard-rule-parser -f rules.conf, restart usbguard, then see that sekisho agent report says yes to media-blocked."), leftOut),
            SettingsTarget.Udev => new("90-sekisho-media.rules", Encoding.ASCII.GetBytes(Udev(usable)),
                new("/etc/udev/rules.d/90-sekisho-media.rules（所有者 root、0644）。", "/etc/udev/rules.d/90-sekisho-media.rules (root, 0644)."),
                new("udevadm control --reload のあと USBメモリを挿し、lsblk に現れないことと、sekisho agent report が yes になることを見ます。", "Run udevadm control --reload, plug a USB stick in, and see that lsblk doesn't show it and sekisho agent report says yes."), leftOut),
            SettingsTarget.WindowsReg => new("sekisho-media.reg", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(WindowsReg(WindowsSettings.For(usable)))],
                new("管理者で reg import sekisho-media.reg。ドメインでは、同じ値を書くグループポリシーのテンプレート（.admx）を使います。", "reg import sekisho-media.reg as administrator; in a domain use the templates of group policy (.admx), which write the same values."),
                new("再起動のあと USBメモリを挿し、書き込めないことと、sekisho agent report が yes になることを見ます。", "Restart, plug a USB stick in, and see that it can't be written and sekisho agent report says yes."), leftOut),
            SettingsTarget.WindowsAdmx => new($"{PolicyTemplates.FileName}-policy.zip", PolicyTemplates.Zip(WindowsSettings.For(usable)),
                new(@"展開して、ドメインの \\（ドメイン）\SYSVOL\（ドメイン）\Policies\PolicyDefinitions（一台なら C:\Windows\PolicyDefinitions）に、フォルダごと置きます。「コンピューターの構成 > 管理用テンプレート > Sekisho 持ち出し防止」のすべてを「有効」にします。",
                    @"Unpack it, folders and all, into \\DOMAIN\SYSVOL\DOMAIN\Policies\PolicyDefinitions (on a single machine C:\Windows\PolicyDefinitions); enable everything under Computer Configuration > Administrative Templates > Sekisho: keeping media out."),
                new("gpupdate /force と再起動のあと、各ポリシーの説明にある reg query で値を見て、USBメモリに書き込めないことと、sekisho agent report が yes になることを見ます。", "After gpupdate /force and a restart look at the values by the reg query that each policy's explanation names, and see that a USB stick can't be written and sekisho agent report says yes."), leftOut),
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
    }

    private static string UsbGuard(List<AllowedMedium> media)
    {
        var text = new StringBuilder("# Sekisho: USB storage is kept out, except the media named here by serial number. Written anew whenever the register changes.\n");
        foreach (var medium in media)
            text.Append(CultureInfo.InvariantCulture, $"allow id {medium.DeviceId?.ToLowerInvariant() ?? "*:*"} serial \"{medium.Serial}\" with-interface equals {{ 08:*:* }}\n");
        // Everything that has a storage interface, composite devices included, before anything is allowed.
        text.Append("block with-interface one-of { 08:*:* }\n");
        // Telephones and cameras write by the still-image class.
        text.Append("block with-interface one-of { 06:*:* }\n");
        text.Append("allow with-interface one-of { 03:*:* 09:*:* }\n");
        return text.ToString();
    }

    private static string Udev(List<AllowedMedium> media)
    {
        var text = new StringBuilder("""
            # Sekisho: USB storage is kept out, except the media named here by serial number. Written anew whenever the register changes.
            # The storage interface of a device is not authorised: the kernel takes its driver away and no disk appears.
            ACTION!="add", GOTO="sekisho_media_end"
            SUBSYSTEM!="usb", GOTO="sekisho_media_end"
            ENV{DEVTYPE}!="usb_interface", GOTO="sekisho_media_end"

            """.ReplaceLineEndings("\n"));
        foreach (var medium in media)
        {
            var make = medium.DeviceId is { } id ? $"""ATTRS{"{idVendor}"}=="{id[..4].ToLowerInvariant()}", ATTRS{"{idProduct}"}=="{id[5..].ToLowerInvariant()}", """ : "";
            text.Append(CultureInfo.InvariantCulture, $$"""{{make}}ATTRS{serial}=="{{medium.Serial}}", GOTO="sekisho_media_end"{{"\n"}}""");
        }
        text.Append("ATTR{bInterfaceClass}==\"08\", ATTR{authorized}=\"0\"\n");
        text.Append("LABEL=\"sekisho_media_end\"\n");
        return text.ToString();
    }

    private static string WindowsReg(IReadOnlyList<WindowsSetting> settings)
    {
        var text = new StringBuilder("Windows Registry Editor Version 5.00\r\n\r\n");
        foreach (var setting in settings)
        {
            if (setting.Clears is { } clears) text.Append(CultureInfo.InvariantCulture, $"[-HKEY_LOCAL_MACHINE\\{clears}]\r\n\r\n");
            foreach (var key in setting.Values.GroupBy(v => v.Key))
            {
                text.Append(CultureInfo.InvariantCulture, $"[HKEY_LOCAL_MACHINE\\{key.Key}]\r\n");
                foreach (var value in key)
                    text.Append(CultureInfo.InvariantCulture, $"\"{value.Name}\"={(value.Number is { } number ? $"dword:{number:x8}" : value.Text is { } said ? $"\"{said.Replace(@"\", @"\\", StringComparison.Ordinal)}\"" : "-")}\r\n");
                text.Append("\r\n");
            }
        }
        return text.ToString();
    }
}
