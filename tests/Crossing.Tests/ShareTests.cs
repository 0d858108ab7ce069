using System.Diagnostics;
using System.Text;

namespace Sekisho.Crossing.Tests;

/// <summary>Watched folders as printers, desktops and servers really use them: over Samba, slowly, under passing names, and away.</summary>
public sealed class ShareTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task What_a_printer_writes_over_SMB_is_taken_whole_and_once()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await using var share = await Share.OpenAsync(gate);
        await using var samba = await Samba.StartAsync(share.Path("in"));

        // Held open, and for long nothing comes: empty at first, then a part of it.
        var (done, open) = samba.Slowly("スキャン 0001.txt");
        await using (var pipe = open())
        {
            foreach (var page in (string[])["一", "二", "三"])
            {
                await pipe.WriteAsync(Gate.Utf8(string.Concat(Enumerable.Repeat($"{page}枚目のページ\n", 20_000))), Cancel);
                await pipe.FlushAsync(Cancel);
                for (var i = 0; i < 10; i++)
                {
                    await share.Round.RunAllAsync(Cancel);
                    await Task.Delay(Share.Settle / 2, Cancel);
                }
                Assert.True(File.Exists(share.Path("in/スキャン 0001.txt")), page);
                Assert.Equal(0, await gate.CountAsync("SELECT count(*) FROM crossing.folder_file"));
            }
        }
        Assert.Equal(0, await done);
        await share.UntilAsync(() => share.Out().Length == 2);
        var text = await File.ReadAllTextAsync(share.Path("out/スキャン 0001.txt"), Cancel);
        Assert.Equal(60_000, text.Split('\n').Length - 1);
        Assert.EndsWith("三枚目のページ\n", text, StringComparison.Ordinal);

        // Under a passing name, and renamed; and the same name again before the first was fetched.
        await samba.PutAsync("一度目", "~scan.tmp");
        Assert.Equal(0, await samba.RunAsync("rename ~scan.tmp 回覧.txt"));
        await share.UntilAsync(() => share.Out().Length == 4);
        await samba.PutAsync("二度目", "回覧.txt");
        await share.UntilAsync(() => share.Out().Length == 6);
        Assert.Equal(["一度目", "二度目"], [await File.ReadAllTextAsync(share.Path("out/回覧.txt"), Cancel), await File.ReadAllTextAsync(share.Path("out/回覧 (2).txt"), Cancel)]);
        Assert.Equal(3, await gate.CountAsync("SELECT count(*) FROM crossing.request WHERE submitted_at IS NOT NULL"));
    }

    [Fact]
    public async Task What_systems_leave_on_a_share_stays_there_and_keeps_nothing_waiting()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await using var share = await Share.OpenAsync(gate);
        await using var samba = await Samba.StartAsync(share.Path("in"));
        string[] left = [".DS_Store", "._議事録.txt", ".nfs0000000000a1b2c300000001", ".smbdelete0001ab", "Thumbs.db", "desktop.ini", "~$議事録.docx", "議事録.docx.part"];
        foreach (var name in left) await samba.PutAsync("x", name);
        share.Put("@eaDir/SYNOPHOTO_THUMB.txt", "x");
        // Nobody can rename it, root neither.
        share.Put("動かせない.txt", "x");
        Assert.Equal(0, await RunAsync("chattr", "+i", share.Path("in/動かせない.txt")));
        try
        {
            await samba.PutAsync("議事録", "議事録.txt");
            await share.UntilAsync(() => share.Out().Length == 2);
            Assert.Equal("議事録", await File.ReadAllTextAsync(share.Path("out/議事録.txt"), Cancel));
            for (var i = 0; i < 6; i++)
            {
                await share.Round.RunAllAsync(Cancel);
                await Task.Delay(Share.Settle, Cancel);
            }
            Assert.Equal(left.Append("動かせない.txt").Order(StringComparer.Ordinal), Directory.EnumerateFiles(share.Path("in")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Empty(Directory.EnumerateDirectories(share.Path("in/.sekisho")));
            Assert.Contains("動かせない.txt", (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Trouble, StringComparison.Ordinal);
            Assert.Equal(1, await gate.CountAsync("SELECT count(*) FROM crossing.request"));
        }
        finally
        {
            await RunAsync("chattr", "-i", share.Path("in/動かせない.txt"));
        }
    }

    [Fact]
    public async Task Names_times_and_owners_of_all_kinds_cross_and_are_found_again()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await using var share = await Share.OpenAsync(gate);
        await using var samba = await Samba.StartAsync(share.Path("in"));
        // As a Mac writes it: が and プ are two characters each.
        var decomposed = "プログラム説明が.txt".Normalize(NormalizationForm.FormD);
        await samba.PutAsync("分けた濁点", decomposed);
        var longest = new string('長', 83) + "ab.txt";
        Assert.Equal(255, Encoding.UTF8.GetByteCount(longest));
        share.Put(longest, "長い名前");
        share.Put("先の日付.txt", "先");
        File.SetLastWriteTimeUtc(share.Path("in/先の日付.txt"), new(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        share.Put("昔の日付.txt", "昔");
        File.SetLastWriteTimeUtc(share.Path("in/昔の日付.txt"), DateTime.UnixEpoch);
        share.Put("他人の/読むだけ.txt", "読む");
        File.SetUnixFileMode(share.Path("in/他人の/読むだけ.txt"), UnixFileMode.UserRead);
        Assert.Equal(0, await RunAsync("chown", "-R", "nobody", share.Path("in/他人の")));
        await share.UntilAsync(() => share.Out().Length == 10);

        Assert.Equal("分けた濁点", await File.ReadAllTextAsync(share.Path("out/プログラム説明が.txt"), Cancel));
        Assert.DoesNotContain(share.Out(), static f => !f.IsNormalized(NormalizationForm.FormC));
        Assert.Equal(1, await gate.CountAsync("SELECT count(*) FROM crossing.item WHERE path = 'プログラム説明が.txt'"));
        var name = Assert.Single(share.Out(), static f => f.StartsWith('長') && !f.EndsWith(".report.json", StringComparison.Ordinal));
        Assert.Equal("長い名前", await File.ReadAllTextAsync(share.Path("out/" + name), Cancel));
        Assert.Equal(["先", "昔", "読む"], [await File.ReadAllTextAsync(share.Path("out/先の日付.txt"), Cancel), await File.ReadAllTextAsync(share.Path("out/昔の日付.txt"), Cancel), await File.ReadAllTextAsync(share.Path("out/他人の/読むだけ.txt"), Cancel)]);
    }

    [Fact]
    public async Task An_empty_file_may_be_filled_before_it_is_taken()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await using var share = await Share.OpenAsync(gate);
        share.Put("予約.txt", "");
        share.Put("ふつう.txt", "内容");
        // Others cross meanwhile.
        await share.UntilAsync(() => share.Out().Length == 2);
        Assert.Equal(0, new FileInfo(share.Path("in/予約.txt")).Length);
        share.Put("予約.txt", "あとから");
        await share.UntilAsync(() => share.Out().Length == 4);
        Assert.Equal("あとから", await File.ReadAllTextAsync(share.Path("out/予約.txt"), Cancel));
        Assert.Equal(2, await gate.CountAsync("SELECT count(*) FROM crossing.request"));
    }

    [Fact]
    public async Task A_share_that_is_away_gets_nothing_and_loses_nothing()
    {
        await using var gate = await Gate.OpenAsync();
        await using var share = await Share.OpenAsync(gate);
        share.Put("途中.txt", "途中");
        for (var i = 0; i < 100 && await gate.CountAsync("SELECT count(*) FROM crossing.folder_file WHERE state = 'Sent'") == 0; i++)
        {
            await share.Round.RunAllAsync(Cancel);
            await Task.Delay(Share.Settle, Cancel);
        }
        // What is there when a share isn't mounted: the same folders, empty; or none at all.
        var (there, away) = (share.Path(""), share.Root + "/away");
        Directory.Move(there, away);
        foreach (var its in (string[])["in", "out", "refused"]) Directory.CreateDirectory(share.Path(its));
        await using var worker = await gate.WorkerAsync();
        for (var i = 0; i < 400 && await gate.CountAsync("SELECT count(*) FROM crossing.request WHERE state = 'Delivered'") == 0; i++) await Task.Delay(50, Cancel);
        for (var i = 0; i < 5; i++) await share.Round.RunAllAsync(Cancel);
        Assert.Empty(share.Out());
        var told = (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0];
        Assert.Contains(".sekisho", told.Trouble, StringComparison.Ordinal);
        Assert.Equal(1, told.Pending);
        Directory.Delete(there, recursive: true);
        await share.Round.RunAllAsync(Cancel);
        Assert.NotEqual("", (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Trouble);

        Directory.Move(away, there);
        await share.UntilAsync(() => share.Out().Length == 2);
        Assert.Equal("途中", await File.ReadAllTextAsync(share.Path("out/途中.txt"), Cancel));
        share.Put("次.txt", "次");
        await share.UntilAsync(() => share.Out().Length == 4);
        Assert.Equal("", (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Trouble);
        Assert.Equal(2, await gate.CountAsync("SELECT count(*) FROM crossing.request"));
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(Cancel);
        return process.ExitCode;
    }
}
