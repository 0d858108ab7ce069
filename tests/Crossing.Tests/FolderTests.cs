using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Crossing.Folders;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;

namespace Sekisho.Crossing.Tests;

public sealed class FolderTests
{
    private static readonly TimeSpan Settle = Share.Settle;

    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task What_is_put_in_comes_out_harmless_with_its_report_under_its_name()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await using var share = await Share.OpenAsync(gate);
        share.Put("回覧.html", "<p onclick=\"steal()\">回覧</p>");
        share.Put("月報/四月.csv", "氏名\r\n山田\r\n");
        share.Put("空.txt", "");
        // As a printer writes it that knows no Unicode: CP932 in bytes, which are no UTF-8.
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        await share.PutRawAsync(Encoding.GetEncoding(932).GetBytes("複合機ソ表.txt"), "スキャン");
        await share.UntilAsync(() => share.Out().Length == 8);

        Assert.Equal(["回覧.html", "回覧.html.report.json", "月報/四月.csv", "月報/四月.csv.report.json", "空.txt", "空.txt.report.json", "複合機ソ表.txt", "複合機ソ表.txt.report.json"], share.Out());
        Assert.DoesNotContain("steal", await File.ReadAllTextAsync(share.Path("out/回覧.html"), Cancel), StringComparison.Ordinal);
        Assert.Equal("スキャン", await File.ReadAllTextAsync(share.Path("out/複合機ソ表.txt"), Cancel));
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(share.Path("out/回覧.html.report.json"), Cancel));
        Assert.Equal("rebuilt", report.RootElement.GetProperty("outcome").GetString());
        // Nothing is left where it was put in, and each crossed once, in the folder's name.
        Assert.Empty(Directory.EnumerateFiles(share.Path("in"), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }));
        Assert.Empty(Directory.EnumerateDirectories(share.Path("in/.sekisho")));
        Assert.Equal(4, await gate.CountAsync($"SELECT count(*) FROM crossing.request WHERE asked_by = '{share.Folder.Actor.Account}' AND state = 'Delivered' AND unit_id = '{gate.Tax.Id}'"));

        // The same name again, before the first was fetched: beside it, never over it.
        share.Put("回覧.html", "<p>二度目</p>");
        await share.UntilAsync(() => share.Out().Length == 10);
        Assert.Contains("二度目", await File.ReadAllTextAsync(share.Path("out/回覧 (2).html"), Cancel), StringComparison.Ordinal);
        Assert.Contains("回覧 (2).html.report.json", share.Out());
        Assert.DoesNotContain("二度目", await File.ReadAllTextAsync(share.Path("out/回覧.html"), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_pipes_and_what_is_still_written_stay_where_they_are()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await using var share = await Share.OpenAsync(gate);
        var secret = System.IO.Path.Combine(gate.Folder, "secret.txt");
        await File.WriteAllTextAsync(secret, "秘密", Cancel);
        File.CreateSymbolicLink(share.Path("in/link.txt"), secret);
        Directory.CreateSymbolicLink(share.Path("in/linked"), gate.Folder);
        using (var pipe = Process.Start("mkfifo", [share.Path("in/pipe.txt")])) await pipe.WaitForExitAsync(Cancel);
        share.Put("~$回覧.docx", "x");
        share.Put("回覧.docx.tmp", "x");
        await using (var growing = File.Create(share.Path("in/長い.txt")))
        {
            for (var i = 0; i < 8; i++)
            {
                await growing.WriteAsync(Gate.Utf8($"{i} 行目\n"), Cancel);
                await growing.FlushAsync(Cancel);
                await share.Round.RunAllAsync(Cancel);
                await Task.Delay(60, Cancel);
            }
            Assert.True(File.Exists(share.Path("in/長い.txt")));
        }
        await share.UntilAsync(() => share.Out().Length == 2);
        Assert.EndsWith("7 行目\n", await File.ReadAllTextAsync(share.Path("out/長い.txt"), Cancel), StringComparison.Ordinal);
        for (var i = 0; i < 4; i++)
        {
            await share.Round.RunAllAsync(Cancel);
            await Task.Delay(Settle, Cancel);
        }
        Assert.Equal(["link.txt", "pipe.txt", "~$回覧.docx", "回覧.docx.tmp"], Directory.EnumerateFiles(share.Path("in")).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(1, await gate.CountAsync("SELECT count(*) FROM crossing.request"));

        // A link in the way out leads nowhere either.
        Directory.CreateSymbolicLink(share.Path("out/月報"), gate.Folder);
        share.Put("月報/a.txt", "内容");
        for (var i = 0; i < 400 && (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Trouble.Length == 0; i++)
        {
            await share.Round.RunAllAsync(Cancel);
            await Task.Delay(50, Cancel);
        }
        Assert.False(File.Exists(System.IO.Path.Combine(gate.Folder, "a.txt")));
        Assert.NotEqual("", (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Trouble);
        Assert.Equal(1, (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Pending);
    }

    [Fact]
    public async Task What_is_not_let_through_is_told_and_never_handed_on()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var route = new RouteDefinition("own", new("自前", "own"), Zone.Internet, Zone.Lgwan, RouteKind.Files, "", Approval.Manager, [], 7, 7, new(null, null, 1000), false, false, false);
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route, true, 0, gate.Officer, Cancel)).OrThrow();
        await using var share = await Share.OpenAsync(gate, "own");
        share.Put("写真.exe", "MZ" + new string('\0', 100));
        share.Put("一覧.txt", "内容");
        share.Put("二覧.txt", "内容");
        share.Put("大きい.txt", new string('x', 1001));
        await share.UntilAsync(() => share.Refused().Length == 2);
        var why = await File.ReadAllTextAsync(share.Path("refused/写真.exe.理由.txt"), Cancel);
        Assert.Contains("渡せませんでした", why, StringComparison.Ordinal);
        Assert.Contains("授受-0", why, StringComparison.Ordinal);

        // The others wait for their manager: not who set the folder up, though she may manage the section.
        Assert.Empty(share.Out());
        var waiting = (await gate.Slices.Requests.ListAsync(gate.Town, RequestView.ToDecide, 1, null, gate.Manager, Cancel)).Lines;
        Assert.Equal(["一覧.txt", "二覧.txt"], waiting.Select(w => w.FirstFile).Order(StringComparer.Ordinal));
        Assert.Equal("XNG-REQ-009", Gate.CodeOf(await gate.Slices.Requests.ApproveAsync(gate.Town, waiting[0].Request.Id, "", gate.Officer, Cancel)));
        (await gate.Slices.Requests.ApproveAsync(gate.Town, waiting.Single(w => w.FirstFile == "一覧.txt").Request.Id, "", gate.Manager, Cancel)).OrThrow();
        (await gate.Slices.Requests.RefuseAsync(gate.Town, waiting.Single(w => w.FirstFile == "二覧.txt").Request.Id, "別の課のものです", gate.Manager, Cancel)).OrThrow();
        await share.UntilAsync(() => share.Out().Length == 2 && share.Refused().Length == 4);
        Assert.Contains("別の課のものです", await File.ReadAllTextAsync(share.Path("refused/二覧.txt.理由.txt"), Cancel), StringComparison.Ordinal);
        // What is too large was never sealed: it is kept aside, and said.
        Assert.Equal((0, 1), ((await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Pending, (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Kept));
        Assert.Equal(1001, new FileInfo(Assert.Single(Directory.GetFiles(share.Path("in/.sekisho"), "大きい.txt", SearchOption.AllDirectories))).Length);
    }

    [Fact]
    public async Task Several_servers_take_no_file_twice()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync(4);
        await using var share = await Share.OpenAsync(gate);
        for (var i = 0; i < 24; i++) share.Put($"{i:00}.txt", $"{i} 番目");
        var rounds = Enumerable.Range(0, 3).Select(_ => gate.Slices.Watch(share.Root, Settle, NullLogger.Instance)).ToList();
        await Task.WhenAll(rounds.Select(async round =>
        {
            for (var i = 0; i < 600 && share.Out().Length < 48; i++)
            {
                await round.RunAllAsync(Cancel);
                await Task.Delay(40, Cancel);
            }
        }));
        Assert.Equal(48, share.Out().Length);
        Assert.Equal(24, await gate.CountAsync("SELECT count(*) FROM crossing.request WHERE submitted_at IS NOT NULL"));
        Assert.Equal(24, await gate.CountAsync("SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.fetched'"));
        for (var i = 0; i < 24; i++) Assert.Equal($"{i} 番目", (await File.ReadAllTextAsync(share.Path($"out/{i:00}.txt"), Cancel)).Trim());
    }

    [Fact]
    public async Task A_server_that_dies_between_two_steps_leaves_what_the_next_one_finishes_once()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await using var share = await Share.OpenAsync(gate);
        // Put aside, and dead before it was sealed.
        var aside = share.Path($"in/.sekisho/{Guid.NewGuid()}/月報");
        Directory.CreateDirectory(aside);
        await File.WriteAllTextAsync(System.IO.Path.Combine(aside, "残り.txt"), "残り", Cancel);
        Directory.CreateDirectory(share.Path($"in/.sekisho/{Guid.NewGuid()}"));
        await share.UntilAsync(() => share.Out().Length == 2);
        Assert.Equal("残り", await File.ReadAllTextAsync(share.Path("out/月報/残り.txt"), Cancel));

        // Handed in, and dead before the row said so and the file was taken off: it isn't handed in again.
        var id = await share.LastAsync();
        await SetAsync(gate, $"UPDATE crossing.folder_file SET state = 'Taken', lease_until = '-infinity' WHERE id = '{id}'");
        aside = share.Path($"in/.sekisho/{id}/月報");
        Directory.CreateDirectory(aside);
        await File.WriteAllTextAsync(System.IO.Path.Combine(aside, "残り.txt"), "残り", Cancel);
        File.Delete(share.Path("out/月報/残り.txt"));
        File.Delete(share.Path("out/月報/残り.txt.report.json"));
        await share.UntilAsync(() => share.Out().Length == 2);
        Assert.False(Directory.Exists(share.Path($"in/.sekisho/{id}")));
        Assert.Equal(1, await gate.CountAsync("SELECT count(*) FROM crossing.request"));

        // Half sent in a draft, and dead: the draft goes on with the content as it is.
        share.Put("半分.txt", "半分の内容");
        await Task.Delay(Settle, Cancel);
        await share.UntilAsync(() => share.Out().Length == 4);

        // The names were decided and one of two renamed, and dead: the other follows under its name, and nothing stands there twice.
        id = await share.LastAsync();
        File.Move(share.Path("out/半分.txt"), share.Path($"out/.sekisho-{id:N}-1"));
        await SetAsync(gate, $"UPDATE crossing.folder_file SET state = 'Placing', lease_until = '-infinity' WHERE id = '{id}'");
        await share.UntilAsync(() => share.Out().Length == 4);
        Assert.Equal(["半分.txt", "半分.txt.report.json", "月報/残り.txt", "月報/残り.txt.report.json"], share.Out());
        Assert.Equal("半分の内容", await File.ReadAllTextAsync(share.Path("out/半分.txt"), Cancel));
        Assert.Equal(0, (await gate.Slices.Folders.ListAsync(gate.Town, Cancel))[0].Pending);
    }

    [Theory]
    [InlineData("", "a/in", "a/out", "a/no", "internet-to-lgwan", "XNG-FOLDER-001")]
    [InlineData("機械", "a/in", "a/out", "a/no", "lgwan-to-internet", "XNG-FOLDER-002")]
    [InlineData("機械", "../in", "a/out", "a/no", "internet-to-lgwan", "XNG-FOLDER-003")]
    [InlineData("機械", "a", "a/out", "a/no", "internet-to-lgwan", "XNG-FOLDER-003")]
    [InlineData("機械", "a/in", "a/in", "a/no", "internet-to-lgwan", "XNG-FOLDER-003")]
    [InlineData("機械", "a/.sekisho", "a/out", "a/no", "internet-to-lgwan", "XNG-FOLDER-003")]
    [InlineData("機械", "printer/out/x", "a/out", "a/no", "internet-to-lgwan", "XNG-FOLDER-003")]
    [InlineData("機械", @"a\in", "/a/out/", "a/no", "internet-to-lgwan", null)]
    public async Task A_folder_keeps_its_places_apart_and_below_its_municipality(string name, string into, string output, string refused, string route, string? code)
    {
        await using var gate = await Gate.OpenAsync();
        (await gate.Slices.Folders.WatchAsync(gate.Town, new("複合機", "internet-to-lgwan", gate.Tax.Id, "printer/in", "printer/out", "printer/refused"), gate.Officer, Cancel)).OrThrow();
        Assert.Equal(code, Gate.CodeOf(await gate.Slices.Folders.WatchAsync(gate.Town, new(name, route, gate.Tax.Id, into, output, refused), gate.Officer, Cancel)));
    }

    private static async Task SetAsync(Gate gate, string sql)
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        Assert.Equal(1, await tx.Connection.ExecuteAsync(sql));
        await tx.CommitAsync(Cancel);
    }
}
