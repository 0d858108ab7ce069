using System.IO.Compression;
using System.Text;
using Sekisho.Agent.Linux;
using Sekisho.Agent.Windows;

namespace Sekisho.Agent.Tests;

/// <summary>Disk, updates, protection and software; the report; and this very machine.</summary>
public sealed class PostureTests
{
    [Fact]
    public void Volumes_on_an_encrypted_device_are_encrypted_and_one_plain_is_not()
    {
        using var machine = new FakeMachine();
        // / is LVM on LUKS; swap is a partition of its own.
        machine.File("/sys/dev/block/253:0/dm/uuid", "LVM-abc\n").File("/sys/dev/block/253:0/slaves/dm-1/size", "1").File("/sys/class/block/dm-1/dm/uuid", "CRYPT-LUKS2-abc-root\n").File("/sys/class/block/dm-1/dm/name", "luks\n");
        Assert.Equal(Answer.Yes, machine.Look(PostureKeys.DiskEncrypted).Answer);
        machine.File("/proc/swaps", "Filename Type Size Used Priority\n/dev/sda3 partition 1 0 -2\n").File("/sys/class/block/sda3/size", "1");
        Assert.Equal(Answer.No, machine.Look(PostureKeys.DiskEncrypted).Answer);
        machine.File("/proc/swaps", "").File("/proc/self/mountinfo", "36 35 0:40 / / rw - overlay overlay rw\n");
        Assert.Equal(Answer.Unknown, machine.Look(PostureKeys.DiskEncrypted).Answer);
    }

    [Theory]
    [InlineData("", Answer.Yes)]
    [InlineData(".gz", Answer.Yes)]
    [InlineData(".xz", Answer.Unknown)]
    public void Updates_that_wait_are_counted_from_the_lists(string compressed, Answer upToDate)
    {
        using var machine = new FakeMachine();
        const string Packages = "/var/lib/apt/lists/deb_dists_bookworm-security_main_binary-amd64_Packages", Release = "/var/lib/apt/lists/deb_dists_bookworm-security_InRelease";
        machine.File("/var/lib/dpkg/status", "Package: openssl\nStatus: install ok installed\nVersion: 3.0.15-1~deb12u1\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n").File(Release, "");
        void List(string version)
        {
            machine.File(Packages + compressed, $"Package: openssl\nVersion: {version}\n\nPackage: gone\nVersion: 2\n");
            if (compressed == ".gz")
            {
                var bytes = System.IO.File.ReadAllBytes(machine.Path(Packages + compressed));
                using var file = System.IO.File.Create(machine.Path(Packages + compressed));
                using var gzip = new GZipStream(file, CompressionLevel.Fastest);
                gzip.Write(bytes);
            }
        }
        List("3.0.15-1~deb12u1");
        System.IO.File.SetLastWriteTimeUtc(machine.Path(Release), FakeMachine.Now.AddDays(-2).UtcDateTime);
        Assert.Equal(upToDate, machine.Look(PostureKeys.Patched).Answer);
        if (upToDate != Answer.Yes) return;
        List("3.0.15-1~deb12u2");
        Assert.Contains("openssl", machine.Look(PostureKeys.Patched).How.Ja, StringComparison.Ordinal);
        List("3.0.14-1");
        Assert.Equal(Answer.Yes, machine.Look(PostureKeys.Patched).Answer);
        machine.File("/run/reboot-required", "");
        Assert.Equal(Answer.No, machine.Look(PostureKeys.Patched).Answer);
        System.IO.File.Delete(machine.Path("/run/reboot-required"));
        System.IO.File.SetLastWriteTimeUtc(machine.Path(Release), FakeMachine.Now.AddDays(-20).UtcDateTime);
        Assert.Equal(Answer.No, machine.Look(PostureKeys.Patched).Answer);
    }

    [Fact]
    public void Protection_counts_while_its_definitions_are_fresh()
    {
        using var machine = new FakeMachine();
        Assert.Equal(Answer.No, machine.Look(PostureKeys.MalwareProtected).Answer);
        machine.Runs("clamd");
        Assert.Equal(Answer.Unknown, machine.Look(PostureKeys.MalwareProtected).Answer);
        machine.File("/var/lib/clamav/daily.cvd", "ClamAV-VDB:20 Nov 2026 07-30 +0000:27000:2000000:90:x:y:z:1" + new string(' ', 480));
        Assert.Equal(Answer.Yes, machine.Look(PostureKeys.MalwareProtected).Answer);
        machine.File("/var/lib/clamav/daily.cvd", "ClamAV-VDB:01 Nov 2026 07-30 +0000:27000:2000000:90:x:y:z:1" + new string(' ', 480));
        Assert.Equal(Answer.No, machine.Look(PostureKeys.MalwareProtected).Answer);
        machine.Runs("falcon-sensor-bpf");
        Assert.Equal(Answer.No, machine.Look(PostureKeys.MalwareProtected).Answer); // not a name that is known
    }

    [Fact]
    public void Software_off_the_list_is_named()
    {
        using var machine = new FakeMachine();
        machine.File("/var/lib/dpkg/status", "Package: libc6\nStatus: install ok installed\nVersion: 2\n\nPackage: netcat\nStatus: install ok installed\nVersion: 1\n");
        Assert.Equal(Answer.Unknown, machine.Look(PostureKeys.SoftwareAllowed).Answer);
        Assert.Contains("netcat", machine.Look(PostureKeys.SoftwareAllowed, ["lib*"]).How.En, StringComparison.Ordinal);
        Assert.Equal(Answer.Yes, machine.Look(PostureKeys.SoftwareAllowed, ["lib*", "NetCat"]).Answer);
    }

    [Fact]
    public void A_windows_machine_is_read_from_its_registry()
    {
        var recorded = RegistryExport.Text([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("""
            Windows Registry Editor Version 5.00

            [HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion]
            "ProductName"="Windows 11 Pro"
            "CurrentBuild"="26100"
            "UBR"=dword:000010e1

            [HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System]
            "scforceoption"=dword:00000001

            [HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\BitlockerStatus]
            "BootStatus"=dword:00000001

            [HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages\Package_for_RollupFix~31bf3856ad364e35~amd64~~26100.4321.1.9]
            "CurrentState"=dword:00000070
            "InstallTimeHigh"=dword:{HIGH}
            "InstallTimeLow"=dword:{LOW}

            [HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows Defender\Signature Updates]
            "AVSignatureApplied"=hex:{BYTES}

            [HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{ABC}]
            "DisplayName"="一太郎 2026"

            [HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows\RemovableStorageDevices]
            "Deny_All"=dword:00000001
            """.Replace("{HIGH}", $"{FakeMachine.Now.AddDays(-10).ToFileTime() >> 32:x8}", StringComparison.Ordinal).Replace("{LOW}", $"{(uint)FakeMachine.Now.AddDays(-10).ToFileTime():x8}", StringComparison.Ordinal)
               .Replace("{BYTES}", string.Join(',', BitConverter.GetBytes(FakeMachine.Now.AddDays(-1).ToFileTime()).Select(b => $"{b:x2}")), StringComparison.Ordinal))]);
        PostureReport Look(string text, DateTimeOffset now, params string[] running) => Posture.Look(RegistryExport.Read("PC-1", now, running, text), PostureRules.Load(), "C-1", ["一太郎*"]);

        var report = Look(recorded, FakeMachine.Now, "MsMpEng");
        Assert.Equal("Windows 11 Pro (26100.4321)", report.SystemName);
        Assert.All(report.Facts, f => Assert.True(f.Answer == Answer.Yes, $"{f.Key} {f.How}"));
        Assert.Equal(PostureKeys.All.Order(StringComparer.Ordinal), report.Facts.Select(f => f.Key).Order(StringComparer.Ordinal));

        var late = Look(recorded.Replace("scforceoption", "x", StringComparison.Ordinal).Replace("BootStatus", "y", StringComparison.Ordinal).Replace("Deny_All", "z", StringComparison.Ordinal).Replace("一太郎", "花子", StringComparison.Ordinal), FakeMachine.Now.AddDays(60), "MsMpEng");
        Assert.All(late.Facts, f => Assert.True(f.Answer == (f.Key == PostureKeys.DiskEncrypted ? Answer.Unknown : Answer.No), $"{f.Key} {f.How}"));
    }

    [Fact]
    public void A_report_comes_back_as_it_was_sent_and_anything_else_does_not()
    {
        using var machine = new FakeMachine();
        var report = Posture.Look(machine.Machine, PostureRules.Load(), "PC-12", null);
        var json = Encoding.UTF8.GetBytes(report.ToJson());
        var back = PostureReport.Parse(json)!;
        Assert.Equal(report.ToJson(), back.ToJson());
        for (var cut = 0; cut < json.Length - 1; cut++) Assert.Null(PostureReport.Parse(json.AsSpan(0, cut)));
        foreach (var (from, to) in new[] { ("\"sekisho-agent-report/1\"", "\"other/1\""), ("\"answer\": \"no\"", "\"answer\": \"perhaps\""), ("\"answer\": \"no\"", "\"answer\": 0"), ("\"hostName\": \"pc-0012\"", "\"hostName\": \"\""), ("\"hostName\": \"pc-0012\"", "\"hostName\": null"), ("\"key\": \"patched\"", "\"key\": \"media-blocked\"") })
        {
            Assert.Contains(from, report.ToJson(), StringComparison.Ordinal);
            Assert.Null(PostureReport.Parse(Encoding.UTF8.GetBytes(report.ToJson().Replace(from, to, StringComparison.Ordinal))));
        }
        Assert.Null(PostureReport.Parse("null"u8));
    }

    [Fact]
    public void This_machine_answers_each_question_and_says_how()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("A Linux machine is looked at.");
        var report = Posture.Look(new FolderMachine("/", "here", TimeProvider.System), PostureRules.Load(), null, null);
        Assert.Equal(PostureKeys.All.Order(StringComparer.Ordinal), report.Facts.Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.All(report.Facts, f => Assert.True(f.How.Ja.Length > 0 && f.How.En.Length > 0));
        Assert.NotNull(PostureReport.Parse(Encoding.UTF8.GetBytes(report.ToJson())));
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToJson());
    }

    [Fact]
    public void Lists_that_apt_keeps_compressed_are_read_as_apt_reads_them()
    {
        var lists = Directory.Exists("/var/lib/apt/lists") ? Directory.GetFiles("/var/lib/apt/lists", "*_Packages.lz4").OrderBy(f => new FileInfo(f).Length).Take(2).ToList() : [];
        if (lists.Count == 0 || !System.IO.File.Exists("/usr/lib/apt/apt-helper")) Assert.Skip("apt keeps no lz4 lists here.");
        foreach (var list in lists)
        {
            using var file = System.IO.File.OpenRead(list);
            using var reader = new StreamReader(Lz4Frame.Decode(file), Encoding.UTF8);
            Assert.Equal(MediaTests.Run("/usr/lib/apt/apt-helper", $"cat-file {list}")!.Value.Output, reader.ReadToEnd());
            var bytes = System.IO.File.ReadAllBytes(list);
            Assert.Throws<InvalidDataException>(() => Lz4Frame.Decode(new MemoryStream(bytes, 0, bytes.Length / 2)));
        }
    }

    [Fact]
    public void Versions_are_ordered_as_dpkg_orders_them()
    {
        if (MediaTests.Run("dpkg", "--version") is null) Assert.Skip("No dpkg here.");
#pragma warning disable RS0030 // seeded
        var random = new Random(20261121);
#pragma warning restore RS0030
        string Version() => string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(i => i == 0 ? random.Next(0, 12).ToString(System.Globalization.CultureInfo.InvariantCulture) : new[] { ".", "~", "+", "-", "a", "rc", "0", "1", "09", "deb", "u" }[random.Next(11)]))
            is var v && v.EndsWith('-') ? v + "1" : v;
        for (var i = 0; i < 150; i++)
        {
            var (a, b) = (Version(), Version());
            var expected = MediaTests.Run("dpkg", $"--compare-versions {a} lt {b}")!.Value.Code == 0 ? -1 : MediaTests.Run("dpkg", $"--compare-versions {a} gt {b}")!.Value.Code == 0 ? 1 : 0;
            Assert.True(Math.Sign(DebianVersion.Order.Compare(a, b)) == expected, $"{a} {b} {expected}");
        }
    }
}
