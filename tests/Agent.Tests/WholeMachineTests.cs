using System.Text;
using Sekisho.Agent.Settings;
using Sekisho.Agent.Windows;

namespace Sekisho.Agent.Tests;

/// <summary>Whole machines: a root as an office's Debian has it, this very machine against its own tools, and exports as regedit writes them.</summary>
public sealed class WholeMachineTests
{
    private static readonly AllowedMedium[] Named = [new("MED-0001", "E0D55EA573F0", "0951:1666")];

    /// <summary>An office's laptop: LUKS under LVM, settings handed out by this product, a key as second factor, updates of last night, ClamAV.</summary>
    private static FakeMachine Laptop()
    {
        var machine = new FakeMachine();
        machine.File("/etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n")
            .File("/proc/self/mountinfo", """
                22 28 0:20 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
                23 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
                28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/mapper/vg-root rw,errors=remount-ro
                90 28 254:2 / /home rw,relatime shared:40 - ext4 /dev/mapper/vg-home rw
                93 28 259:2 / /boot rw,relatime shared:44 - ext2 /dev/nvme0n1p2 rw
                96 93 259:1 / /boot/efi rw,relatime shared:46 - vfat /dev/nvme0n1p1 rw,fmask=0077
                120 28 0:45 / /run/user/1000 rw,nosuid,nodev,relatime shared:60 - tmpfs tmpfs rw,size=803304k

                """)
            .File("/proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/dm-3                               partition\t8388604\t\t0\t\t-2\n")
            .File("/etc/udev/rules.d/90-sekisho-media.rules", Encoding.ASCII.GetString(EnforcedSettings.Write(SettingsTarget.Udev, Named).Content))
            .File("/etc/udev/rules.d/70-snap.rules", "# left by another package\nSUBSYSTEM==\"usb\", TAG+=\"systemd\"\n")
            .File("/etc/usbguard/usbguard-daemon.conf", "RuleFile=/etc/usbguard/rules.conf\nImplicitPolicyTarget=block\nPresentDevicePolicy=apply-policy\nInsertedDevicePolicy=apply-policy\n")
            .File("/etc/usbguard/rules.conf", Encoding.ASCII.GetString(EnforcedSettings.Write(SettingsTarget.UsbGuard, Named).Content))
            .Runs("systemd").Runs("usbguard-daemon").Runs("clamd").Runs("sshd")
            .File("/var/lib/clamav/daily.cvd", "ClamAV-VDB:20 Nov 2026 07-30 +0000:27000:2000000:90:x:y:z:1" + new string(' ', 480))
            .File("/var/lib/dpkg/status", "Package: openssl\nStatus: install ok installed\nVersion: 3.0.15-1~deb12u1\n\nPackage: libc6\nStatus: install ok installed\nVersion: 2.36-9\n")
            .File("/var/lib/apt/lists/deb_dists_bookworm-security_main_binary-amd64_Packages", "Package: openssl\nVersion: 3.0.15-1~deb12u1\n").File("/var/lib/apt/lists/deb_dists_bookworm-security_InRelease", "");
        System.IO.File.SetLastWriteTimeUtc(machine.Path("/var/lib/apt/lists/deb_dists_bookworm-security_InRelease"), FakeMachine.Now.AddHours(-9).UtcDateTime);
        // dm-0 is the opened LUKS device; root, home and swap are volumes on it.
        machine.File("/sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-5a1c-luks\n").File("/sys/class/block/dm-0/dm/name", "nvme0n1p3_crypt\n").File("/sys/class/block/dm-0/slaves/nvme0n1p3/size", "1");
        foreach (var (number, name, device) in new[] { (1, "vg-root", "254:1"), (2, "vg-home", "254:2"), (3, "vg-swap", "254:3") })
        {
            foreach (var at in new[] { $"/sys/class/block/dm-{number}", $"/sys/dev/block/{device}" })
                machine.File($"{at}/dm/uuid", "LVM-abc\n").File($"{at}/dm/name", name + "\n").File($"{at}/slaves/dm-0/size", "1");
        }
        return machine;
    }

    [Fact]
    public void An_encrypted_laptop_with_the_settings_handed_out_is_read_as_that()
    {
        using var machine = Laptop();
        var report = Posture.Look(machine.Machine, PostureRules.Load(), "C-0012", ["lib*", "openssl"]);
        Assert.Equal("Debian GNU/Linux 12 (bookworm)", report.SystemName);
        foreach (var key in new[] { PostureKeys.MediaBlocked, PostureKeys.DiskEncrypted, PostureKeys.Patched, PostureKeys.MalwareProtected, PostureKeys.SoftwareAllowed })
            Assert.True(report.Find(key) is { Answer: Answer.Yes }, $"{key}: {report.Find(key)!.How}");
        Assert.Equal(["E0D55EA573F0"], report.Find(PostureKeys.MediaBlocked)!.Exceptions);
        // What came on top of it is seen: a home that was moved to a plain disk, a rule that lets every stick through.
        machine.File("/sys/dev/block/254:2/slaves/dm-0/size", "1").File("/sys/dev/block/254:2/slaves/sda1/size", "1").File("/sys/class/block/sda1/size", "1");
        Assert.Equal(Answer.No, machine.Look(PostureKeys.DiskEncrypted).Answer);
        machine.File("/etc/usbguard/rules.conf", "allow with-interface one-of { 08:*:* }\n").File("/etc/udev/rules.d/99-own.rules", "SUBSYSTEM==\"usb\", ATTR{authorized}=\"1\"\n");
        Assert.NotEqual(Answer.Yes, machine.Look(PostureKeys.MediaBlocked).Answer);
    }

    [Fact]
    public void This_machine_is_read_as_its_own_tools_read_it()
    {
        var packages = MediaTests.Run("dpkg-query", "-W -f=${db:Status-Status}:${Package}\\n");
        if (packages is null) Assert.Skip("No dpkg here.");
        var names = packages.Value.Output.Split('\n').Where(l => l.StartsWith("installed:", StringComparison.Ordinal)).Select(l => l["installed:".Length..]).Distinct().ToList();
        Assert.NotEmpty(names);
        PostureFact Software(IReadOnlyList<string> allowed) => Posture.Look(new FolderMachine("/", "here", TimeProvider.System), PostureRules.Load(), null, allowed).Find(PostureKeys.SoftwareAllowed)!;
        Assert.Equal(Answer.Yes, Software(names).Answer);
        // Without any one of them on the list, it is that one which is off it.
        var left = names[names.Count / 2];
        var fact = Software([.. names.Where(n => n != left)]);
        Assert.Equal(Answer.No, fact.Answer);
        Assert.Contains(left, fact.How.En, StringComparison.Ordinal);
        // Whether / lies on dm-crypt, as the kernel's own tool says.
        if (MediaTests.Run("findmnt", "-no SOURCE /") is { Code: 0, Output: var source } && source.Trim() is { Length: > 0 } device && device.StartsWith("/dev/", StringComparison.Ordinal) && MediaTests.Run("lsblk", $"-sno TYPE {device}") is { Code: 0, Output: var types })
            Assert.Equal(types.Contains("crypt", StringComparison.Ordinal), Posture.Look(new FolderMachine("/", "here", TimeProvider.System), PostureRules.Load(), null, null).Find(PostureKeys.DiskEncrypted)!.Answer == Answer.Yes);
    }

    /// <summary>A file as regedit writes it: UTF-16 with its mark, CRLF, hexadecimal values broken at eighty columns.</summary>
    private static byte[] Exported(params (string Key, (string Name, object Data)[] Values)[] keys)
    {
        var text = new StringBuilder("Windows Registry Editor Version 5.00\r\n\r\n");
        foreach (var (key, values) in keys)
        {
            text.Append('[').Append(key).Append("]\r\n");
            foreach (var (name, data) in values)
            {
                var shown = name.Length == 0 ? "@" : $"\"{name.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
                text.Append(data switch
                {
                    uint number => $"{shown}=dword:{number:x8}",
                    string said => $"{shown}=\"{said.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"",
                    (string kind, byte[] bytes) => Wrapped($"{shown}=hex{kind}:", bytes),
                    _ => throw new ArgumentException(data.ToString()),
                }).Append("\r\n");
            }
            text.Append("\r\n");
        }
        return [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text.ToString())];

        static string Wrapped(string begin, byte[] bytes)
        {
            var (lines, line) = (new StringBuilder(), new StringBuilder(begin));
            for (var i = 0; i < bytes.Length; i++)
            {
                line.Append(System.Globalization.CultureInfo.InvariantCulture, $"{bytes[i]:x2}").Append(i + 1 < bytes.Length ? "," : "");
                if (line.Length < 77 || i + 1 == bytes.Length) continue;
                lines.Append(line).Append("\\\r\n");
                line.Clear().Append("  ");
            }
            return lines.Append(line).ToString();
        }
    }

    [Fact]
    public void An_export_of_regedit_is_read_value_by_value()
    {
        const string Hive = @"HKEY_LOCAL_MACHINE\";
        var installed = FakeMachine.Now.AddDays(-10).ToFileTime();
        var many = string.Join('\0', Enumerable.Range(1, 12).Select(i => $@"USB\VID_0951&PID_1666\E0D55EA573F{i:X}")) + "\0\0";
        var file = Exported(
            (Hive + @"SOFTWARE\Microsoft\Windows NT\CurrentVersion", [("ProductName", "Windows 11 Pro"), ("CurrentBuild", "26100"), ("UBR", 0x10e1u), ("PathName", ("(2)", Encoding.Unicode.GetBytes("%SystemRoot%\0")))]),
            (@"HKEY_CURRENT_USER\Software\Someone", [("Deny_All", 1u)]),
            (Hive + @"SOFTWARE\Test", [("", "the default"), ("a \"quoted\" \\ name", "C:\\Program Files\\\"x\""), ("many", ("(7)", Encoding.Unicode.GetBytes(many))), ("long", ("(b)", BitConverter.GetBytes(installed))), ("none", ("(0)", Array.Empty<byte>())), ("bytes", ("", Enumerable.Range(0, 200).Select(i => (byte)i).ToArray()))]),
            (Hive + @"SOFTWARE\Microsoft\Windows Defender\Signature Updates", [("AVSignatureApplied", ("", BitConverter.GetBytes(FakeMachine.Now.AddDays(-1).ToFileTime())))]));
        Assert.Contains("\\\r\n  ", Encoding.Unicode.GetString(file), StringComparison.Ordinal);
        var machine = RegistryExport.Read("PC-1", FakeMachine.Now, ["MsMpEng"], RegistryExport.Text(file));
        RegistryData Value(string name) => ((Reading<RegistryData>.There)machine.Value(@"SOFTWARE\Test", name)).Value;
        Assert.Equal("the default", Value("").Text);
        Assert.Equal("C:\\Program Files\\\"x\"", Value("a \"quoted\" \\ name").Text);
        Assert.Equal(12, Value("many").Text!.Split('\n').Length);
        Assert.Equal(installed, Value("long").Number);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => (byte)i), Value("bytes").Bytes);
        Assert.Equal("%SystemRoot%", ((Reading<RegistryData>.There)machine.Value(@"software\microsoft\WINDOWS NT\CurrentVersion", "pathname")).Value.Text);
        // A user's own hive decides nothing.
        Assert.Equal(Answer.No, Posture.Look(machine, PostureRules.Load(), null, null).Find(PostureKeys.MediaBlocked)!.Answer);
        Assert.Equal(Answer.Yes, Posture.Look(machine, PostureRules.Load(), null, null).Find(PostureKeys.MalwareProtected)!.Answer);
        Assert.Equal("Windows 11 Pro (26100.4321)", Posture.Look(machine, PostureRules.Load(), null, null).SystemName);
        // Settings handed out, imported on top of the export, and taken back by the next ones.
        RegistryExport With(params AllowedMedium[] media) => RegistryExport.Read("PC-1", FakeMachine.Now, ["MsMpEng"], RegistryExport.Text(file), RegistryExport.Text(EnforcedSettings.Write(SettingsTarget.WindowsReg, Named).Content), RegistryExport.Text(EnforcedSettings.Write(SettingsTarget.WindowsReg, media).Content));
        Assert.Equal(["E0D55EA573F0"], Posture.Look(With(Named), PostureRules.Load(), null, null).Find(PostureKeys.MediaBlocked)!.Exceptions);
        var none = Posture.Look(With(), PostureRules.Load(), null, null).Find(PostureKeys.MediaBlocked)!;
        Assert.Equal((Answer.Yes, 0), (none.Answer, none.Exceptions.Count));
    }

    [Theory]
    [InlineData("\"x\"=hex(7):zz\r\n")]
    [InlineData("\"x=dword:1\r\n")]
    [InlineData("x\r\n")]
    public void What_is_no_export_is_told(string line) => Assert.Throws<FormatException>(() =>
        RegistryExport.Read("PC-1", FakeMachine.Now, [], RegistryExport.Text([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Test]\r\n" + line)])));
}
