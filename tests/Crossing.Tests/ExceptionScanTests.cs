using System.Diagnostics;
using System.Text;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Crossing.Exceptions;
using Sekisho.Crossing.Notices;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Sanitizer.Scanning;

namespace Sekisho.Crossing.Tests;

/// <summary>What comes through as it is, is scanned before, and again with what the scanner learns later; Debian's clamd with signatures of our own.</summary>
public sealed class ExceptionScanTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task What_a_scanner_learns_later_takes_an_exception_back_and_tells_of_it()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/clamd"), "clamav-daemon is not on this machine");
        await using var clamd = await Clamd.StartAsync("Sekisho.Test.First", "SEKISHO-TEST-SIGNATURE-one");
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var sent = new List<Notice>();
        var notices = gate.Slices.Notices((notice, _) => { sent.Add(notice); return Task.CompletedTask; }, new("https://sekisho.example.lg.jp/"), NullLogger.Instance);
        await AccountAsync(gate, "officer@isobe.example.lg.jp", "officer");
        await AccountAsync(gate, "shokuin@isobe.example.lg.jp", "staff");

        // Asked for while the route has no scanner; it gets one before anybody decides.
        var request = await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("図面.jww", Drawing("SEKISHO-TEST-SIGNATURE-two")), ("写真.jww", Drawing("SEKISHO-TEST-SIGNATURE-one")), ("調査.jww", Drawing("nothing"))));
        foreach (var item in request.Items) (await gate.Slices.Requests.AskExceptionAsync(gate.Town, item.Id, "図面が要るため", gate.Staff, Cancel)).OrThrow();
        Task<Outcome<CrossingRequest>> LetAsync(int which) => gate.Slices.Requests.DecideExceptionAsync(gate.Town, request.Items[which].Id, true, "電話で確かめた", gate.Head, Cancel);
        (await LetAsync(2)).OrThrow();
        Assert.Equal(0, await gate.CountAsync("SELECT count(*) FROM crossing.exception_scan"));
        await UseAsync(gate, clamd.Address);

        // What it knows already isn't let through, and can't be asked for again.
        Assert.Equal("XNG-SCAN-001", Gate.CodeOf(await LetAsync(1)));
        Assert.Equal("XNG-REQ-017", Gate.CodeOf(await gate.Slices.Requests.AskExceptionAsync(gate.Town, request.Items[1].Id, "それでも要るため", gate.Staff, Cancel)));
        // Who may not decide makes nobody scan.
        Assert.Equal("XNG-REQ-008", Gate.CodeOf(await gate.Slices.Requests.DecideExceptionAsync(gate.Town, request.Items[0].Id, true, "よい", gate.Manager, Cancel)));
        (await LetAsync(0)).OrThrow();
        Assert.Equal((1L, 1L), (await gate.CountAsync("SELECT count(*) FROM crossing.exception_scan WHERE found IS NULL"), await gate.CountAsync("SELECT count(*) FROM crossing.exception_scan WHERE found = 'Sekisho.Test.First.UNOFFICIAL'")));

        // The one that nobody had scanned is looked at in the next round; what was just scanned isn't looked at again.
        Assert.Equal(new RescanReport(1, 0, 0), await gate.Slices.Scans.RunAsync(gate.Town, Cancel));
        Assert.Equal(new RescanReport(0, 0, 0), await gate.Slices.Scans.RunAsync(gate.Town, Cancel));
        await gate.FetchAsync((await ItemsAsync(gate, request))[0], gate.Staff);

        // Away: nothing is said to be clean by it. A day later it knows more.
        gate.Clock.Move(TimeSpan.FromHours(21));
        await clamd.StopAsync();
        Assert.Equal(new RescanReport(0, 0, 2), await gate.Slices.Scans.RunAsync(gate.Town, Cancel));
        await clamd.LearnAsync("Sekisho.Test.Second", "SEKISHO-TEST-SIGNATURE-two");
        Assert.Equal(new RescanReport(2, 1, 0), await gate.Slices.Scans.RunAsync(gate.Town, Cancel));
        var items = await ItemsAsync(gate, request);
        Assert.Equal((ItemState.Refused, "XNG-SCAN-003", ItemState.Admitted), (items[0].State, items[0].RefusalCode, items[2].State));
        Assert.False(items[0].CanBeExcepted);
        Assert.Equal("XNG-REQ-016", Gate.CodeOf(await gate.Slices.Requests.HandOutAsync(gate.Town, items[0].Id, gate.Staff, Cancel)));

        // It stands in the register, in the traces, in the ledger and in the evidence of the duty.
        var (register, _) = await gate.Slices.Traces.ExceptionsAsync(gate.Town, 1, null, gate.Officer, Cancel);
        Assert.Equal("Sekisho.Test.Second.UNOFFICIAL", register.Single(x => x.Id == items[0].Id).Scans?.Found);
        Assert.Equal((2, null), (register.Single(x => x.Id == items[2].Id).Scans?.Times, register.Single(x => x.Id == items[2].Id).Scans?.Found));
        Assert.Equal("Blocked", (await gate.DumpAsync("(SELECT outcome FROM crossing.trace WHERE words LIKE '%図面%')")).Trim('(', ')'));
        Assert.Equal((2L, 2L), (await gate.CountAsync("SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.exception-infected'"), await gate.CountAsync("SELECT count(*) FROM ledger.entry WHERE kind = 'crossing.exceptions-scanned'")));
        Assert.Equal(1L, await gate.CountAsync("SELECT count(*) FROM (SELECT facts ->> 'exceptions_infected' AS n FROM records.evidence WHERE kind = 'crossing.control' ORDER BY recorded_at DESC, id DESC LIMIT 1) e WHERE e.n = '2'"));

        // The officer is told of both, once; who has nothing to do with it isn't.
        Assert.Equal(1, await notices.RunAsync(gate.Town, Cancel));
        Assert.Equal(0, await notices.RunAsync(gate.Town, Cancel));
        var mail = Assert.Single(sent);
        Assert.Equal("officer@isobe.example.lg.jp", mail.To);
        Assert.Contains("図面.jww　（Sekisho.Test.Second.UNOFFICIAL）　受取り済みです", mail.Body, StringComparison.Ordinal);
        Assert.Contains("写真.jww", mail.Body, StringComparison.Ordinal);

        // Two servers at once: one goes round, and an original that is destroyed is scanned no more.
        gate.Clock.Move(TimeSpan.FromHours(21));
        var both = await Task.WhenAll(gate.Slices.Scans.RunAsync(gate.Town, Cancel), gate.Slices.Scans.RunAsync(gate.Town, Cancel));
        Assert.Equal(1, both.Sum(b => b.Scanned));
        gate.Clock.Move(TimeSpan.FromDays(60));
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        Assert.Equal(new RescanReport(0, 0, 0), await gate.Slices.Scans.RunAsync(gate.Town, Cancel));
    }

    [Fact]
    public async Task While_the_scanner_is_away_nothing_is_let_through()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var item = (await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("図面.jww", Drawing("nothing"))))).Items[0].Id;
        (await gate.Slices.Requests.AskExceptionAsync(gate.Town, item, "図面が要るため", gate.Staff, Cancel)).OrThrow();
        await UseAsync(gate, "unix:/nowhere/clamd.sock");
        Assert.Equal("XNG-SCAN-002", Gate.CodeOf(await gate.Slices.Requests.DecideExceptionAsync(gate.Town, item, true, "電話で確かめた", gate.Head, Cancel)));
        // Saying no needs no scanner.
        (await gate.Slices.Requests.DecideExceptionAsync(gate.Town, item, false, "あとにする", gate.Head, Cancel)).OrThrow();
    }

    private static async Task<IReadOnlyList<CrossingItem>> ItemsAsync(Gate gate, RequestDetail request) => (await gate.Slices.Requests.ReadAsync(gate.Town, request.Request.Id, null, gate.Staff, Cancel))!.Items;

    private static byte[] Drawing(string text) => [.. "JwwData."u8, .. Encoding.ASCII.GetBytes(text), .. new byte[200]];

    private static async Task UseAsync(Gate gate, string address)
    {
        (await gate.Slices.Routes.KeepPolicyAsync(gate.Town, "scanned", $"scan:\n  clamd: \"{address}\"\n", gate.Officer, Cancel)).OrThrow();
        var route = (await gate.Slices.Routes.FindAsync(gate.Town, "internet-to-lgwan", Cancel))!;
        (await gate.Slices.Routes.LayDownAsync(gate.Town, route.Definition with { SanitisePolicy = "scanned" }, true, route.Version, gate.Officer, Cancel)).OrThrow();
    }

    private static async Task AccountAsync(Gate gate, string login, string role)
    {
        await using var tx = await gate.Test.Database.EnterAsync(gate.Town, Cancel);
        await tx.Connection.ExecuteAsync("INSERT INTO signin.account (id, municipality_id, login, login_normalized, display_name, roles, security_stamp, version, created_at) VALUES (@id, @town, @login, @login, @login, @roles, '', @id, now())", new { id = Guid.NewGuid(), town = gate.Town.Value, login, roles = new[] { role } });
        await tx.CommitAsync(Cancel);
    }

    /// <summary>Debian's daemon in a folder of its own; it learns by being started again.</summary>
    private sealed class Clamd(string folder) : IAsyncDisposable
    {
        private Process? process;

        public string Address => $"unix:{folder}/clamd.sock";

        public static async Task<Clamd> StartAsync(string name, string mark)
        {
            var folder = Directory.CreateTempSubdirectory("sekisho-clamd-").FullName;
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
            Directory.CreateDirectory(Path.Combine(folder, "db"));
            await File.WriteAllTextAsync(Path.Combine(folder, "clamd.conf"), $"Foreground yes\nDatabaseDirectory {folder}/db\nLocalSocket {folder}/clamd.sock\nLogFile {folder}/clamd.log\nUser {Environment.UserName}\n", Cancel);
            var clamd = new Clamd(folder);
            await clamd.LearnAsync(name, mark);
            return clamd;
        }

        public async Task LearnAsync(string name, string mark)
        {
            await StopAsync();
            await File.AppendAllTextAsync(Path.Combine(folder, "db", "test.ndb"), $"{name}:0:*:{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(mark))}\n", Cancel);
            process = Process.Start(new ProcessStartInfo("/usr/sbin/clamd", ["-c", Path.Combine(folder, "clamd.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            for (var tries = 0; ; tries++)
            {
                try
                {
                    await FileScan.SignaturesAsync(ScannerAddress.Read(Address)!, TimeSpan.FromSeconds(5), Cancel);
                    return;
                }
                catch (ScannerException) when (tries < 600 && !process.HasExited)
                {
                    await Task.Delay(100, Cancel);
                }
            }
        }

        public async Task StopAsync()
        {
            if (process is null) return;
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
            process = null;
            File.Delete(Path.Combine(folder, "clamd.sock"));
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
