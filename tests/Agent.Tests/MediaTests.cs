using System.Diagnostics;
using System.Text;
using Sekisho.Agent.Settings;
using Sekisho.Agent.Windows;

namespace Sekisho.Agent.Tests;

/// <summary>Whether media can be written: what is generated blocks, and what is made a little weaker doesn't.</summary>
public sealed class MediaTests
{
    private static readonly AllowedMedium[] Named = [new("MED-0001", "E0D55EA573F0", "0951:1666"), new("MED-0002", "AA11-2233", "0781:5583")];

    public static TheoryData<SettingsTarget, int> Targets => [.. from t in Enum.GetValues<SettingsTarget>() from n in new[] { 0, 2 } select (t, n)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void What_is_generated_is_seen_as_blocking_with_just_the_media_that_were_named(SettingsTarget target, int named)
    {
        var media = Named.Take(named).ToList();
        var fact = Applied(target, Written(target, media));
        Assert.Equal((Answer.Yes, string.Join(' ', media.Select(m => m.Serial))), (fact.Answer, string.Join(' ', fact.Exceptions)));
    }

    [Theory]
    [InlineData(SettingsTarget.UsbGuard, "block with-interface one-of { 08:*:* }", "block with-interface equals { 08:*:* }")]
    [InlineData(SettingsTarget.UsbGuard, "block with-interface one-of { 08:*:* }", "allow with-interface one-of { 08:*:* }")]
    [InlineData(SettingsTarget.UsbGuard, "serial \"E0D55EA573F0\" ", "")]
    [InlineData(SettingsTarget.UsbGuard, "# Sekisho", "allow if rule-applied\n# Sekisho")]
    [InlineData(SettingsTarget.UsbGuard, "# Sekisho", "allow with-interface one-of { 03:*:* }\n# Sekisho")]
    [InlineData(SettingsTarget.Udev, "ATTR{authorized}=\"0\"", "ATTR{authorized}=\"1\"")]
    [InlineData(SettingsTarget.Udev, "ATTR{bInterfaceClass}==\"08\"", "ATTR{bInterfaceClass}==\"08\", ATTRS{idVendor}==\"0951\"")]
    [InlineData(SettingsTarget.Udev, "ATTRS{serial}==\"E0D55EA573F0\"", "ATTRS{serial}==\"E0*\"")]
    [InlineData(SettingsTarget.Udev, "ACTION!=\"add\"", "ACTION==\"add\"")]
    [InlineData(SettingsTarget.Udev, "ATTRS{serial}==\"E0D55EA573F0\", ", "")]
    [InlineData(SettingsTarget.WindowsReg, "\"DenyDeviceIDs\"=dword:00000001", "\"DenyDeviceIDs\"=dword:00000000")]
    [InlineData(SettingsTarget.WindowsReg, "\"DenyDeviceIDsRetroactive\"=dword:00000001", "\"DenyDeviceIDsRetroactive\"=dword:00000000")]
    [InlineData(SettingsTarget.WindowsReg, "\"RDVDenyWriteAccess\"=dword:00000001", "\"RDVDenyWriteAccess\"=-")]
    [InlineData(SettingsTarget.WindowsReg, "USB\\\\Class_08", "USB\\\\Class_03")]
    [InlineData(SettingsTarget.WindowsReg, "\\\\E0D55EA573F0", "\\\\5&2F0D3C&0&1")]
    [InlineData(SettingsTarget.WindowsReg, "6AC27878", "00000000")]
    public void Made_weaker_it_is_no_longer_seen_as_blocking(SettingsTarget target, string strong, string weak)
    {
        var text = Written(target, Named);
        Assert.Contains(strong, text, StringComparison.Ordinal);
        Assert.NotEqual(Answer.Yes, Applied(target, text.Replace(strong, weak, StringComparison.Ordinal)).Answer);
    }

    [Fact]
    public void A_number_that_could_end_the_rule_is_left_out_and_told()
    {
        AllowedMedium[] media = [new("MED-0003", "A\"\nallow", null), new("MED-0004", "OK1", null)];
        foreach (var target in Enum.GetValues<SettingsTarget>())
        {
            var file = EnforcedSettings.Write(target, media);
            Assert.DoesNotContain("allow\"", Text(target, file.Content), StringComparison.Ordinal);
            Assert.Equal(target is SettingsTarget.WindowsReg or SettingsTarget.WindowsAdmx ? ["MED-0003", "MED-0004"] : ["MED-0003"], file.LeftOut);
        }
    }

    [Fact]
    public void Usbguard_and_udev_themselves_take_what_is_generated()
    {
        var tools = 0;
        foreach (var (program, arguments, target) in new[] { ("usbguard-rule-parser", "-f {0}", SettingsTarget.UsbGuard), ("udevadm", "verify {0}", SettingsTarget.Udev) })
        {
            using var folder = new FakeMachine();
            var file = EnforcedSettings.Write(target, Named);
            folder.File("/" + file.FileName, Encoding.ASCII.GetString(file.Content));
            if (Run(program, string.Format(System.Globalization.CultureInfo.InvariantCulture, arguments, folder.Path("/" + file.FileName))) is not { } ran) continue;
            if (program == "udevadm" && ran.Output.Contains("Unknown command", StringComparison.OrdinalIgnoreCase)) continue; // before systemd 254
            tools++;
            Assert.True(ran.Code == 0, ran.Output);
        }
        if (tools == 0) Assert.Skip("Neither usbguard-rule-parser nor a udevadm that verifies is on this machine.");
    }

    [Fact]
    public void Nothing_set_is_no_and_what_may_not_be_read_is_unknown()
    {
        using var machine = new FakeMachine();
        Assert.Equal(Answer.No, machine.Look(PostureKeys.MediaBlocked).Answer);
        // A folder where a file is expected can't be read by anybody, root included.
        machine.Runs("usbguard-daemon");
        Directory.CreateDirectory(machine.Path("/etc/usbguard/rules.conf"));
        Assert.Equal(Answer.Unknown, machine.Look(PostureKeys.MediaBlocked).Answer);
    }

    [Theory]
    [InlineData("install usb_storage /bin/false\ninstall uas /bin/false\n", Answer.Yes)]
    [InlineData("blacklist usb-storage\nblacklist uas\n", Answer.Yes)]
    [InlineData("blacklist usb-storage\n", Answer.No)]
    [InlineData("# blacklist usb-storage\n# blacklist uas\n", Answer.No)]
    public void Drivers_kept_from_loading_block(string modprobe, Answer expected)
    {
        using var machine = new FakeMachine();
        machine.File("/etc/modprobe.d/media.conf", modprobe);
        Assert.Equal(expected, machine.Look(PostureKeys.MediaBlocked).Answer);
        if (expected != Answer.Yes) return;
        machine.File("/proc/modules", "usb_storage 1 0\n");
        Assert.Equal(Answer.No, machine.Look(PostureKeys.MediaBlocked).Answer);
        machine.File("/proc/modules", "").File("/lib/modules/6.1.0-1/modules.builtin", "kernel/drivers/usb/storage/usb-storage.ko\n");
        Assert.Equal(Answer.No, machine.Look(PostureKeys.MediaBlocked).Answer);
    }

    [Fact]
    public void A_stick_that_is_mounted_for_writing_beats_every_setting()
    {
        using var machine = new FakeMachine();
        machine.File("/etc/modprobe.d/media.conf", "blacklist usb-storage\nblacklist uas\n").File("/sys/block/sdb/removable", "1\n").File("/sys/block/sdb/sdb1/dev", "8:17\n")
            .File("/proc/self/mountinfo", "36 35 253:0 / / rw - ext4 /dev/mapper/root rw\n99 35 8:17 / /media/u/STICK rw - vfat /dev/sdb1 rw\n");
        Assert.Equal(Answer.No, machine.Look(PostureKeys.MediaBlocked).Answer);
        machine.File("/proc/self/mountinfo", "36 35 253:0 / / rw - ext4 /dev/mapper/root rw\n99 35 8:17 / /media/u/STICK ro - vfat /dev/sdb1 ro\n");
        Assert.Equal(Answer.Yes, machine.Look(PostureKeys.MediaBlocked).Answer);
    }

    private static string Written(SettingsTarget target, IReadOnlyList<AllowedMedium> media)
    {
        var file = EnforcedSettings.Write(target, media);
        Assert.Empty(file.LeftOut);
        return Text(target, file.Content);
    }

    private static string Text(SettingsTarget target, byte[] content) => target switch
    {
        SettingsTarget.WindowsReg => RegistryExport.Text(content),
        SettingsTarget.WindowsAdmx => Admx.Of(content).AsReg(),
        _ => Encoding.ASCII.GetString(content),
    };

    private static PostureFact Applied(SettingsTarget target, string text)
    {
        if (target is SettingsTarget.WindowsReg or SettingsTarget.WindowsAdmx)
            return Posture.Look(RegistryExport.Read("pc", FakeMachine.Now, [], text), PostureRules.Load(), null, null).Find(PostureKeys.MediaBlocked)!;
        using var machine = new FakeMachine();
        if (target == SettingsTarget.Udev) machine.File("/etc/udev/rules.d/90-sekisho-media.rules", text);
        else machine.File("/etc/usbguard/rules.conf", text).File("/etc/usbguard/usbguard-daemon.conf", "ImplicitPolicyTarget=block\n").Runs("usbguard-daemon");
        return machine.Look(PostureKeys.MediaBlocked);
    }

    internal static (int Code, string Output)? Run(string program, string arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output.Result + error);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
