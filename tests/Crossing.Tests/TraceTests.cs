using System.Globalization;
using System.IO.Compression;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Traces;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Crossing.Tests;

public sealed class TraceTests
{
    private static CancellationToken Cancel => Gate.Cancel;

    [Fact]
    public async Task One_search_says_what_came_in_from_whom_by_whose_leave_and_what_was_removed()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var zip = Zip(("中の名簿.csv", "a,=cmd|' /C calc'!A0\r\n"), ("図.jww", "JwwData." + new string('\0', 3000)));
        var page = Gate.Utf8("<p onclick=\"alert(1)\">お知らせ<script>alert(2)</script></p>");
        var inward = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("県からの回答.zip", zip), ("通知.html", page), ("写真.exe", [.. "MZ"u8, .. new byte[100]]));
        var asset = (await gate.Records.Registers.AddAsync(gate.Town, "assets", Records.Registers.EntryDraft.Of(("unit", gate.Tax.Id.ToString()), ("name", "照会回答"), ("kind", "data"), ("confidentiality", "2")), null, gate.Officer, Cancel)).OrThrow();
        var outward = await gate.AskAsync(gate.Staff, "lgwan-to-internet", new("lgwan-to-internet", gate.Tax.Id, "照会への回答", "県税務課", [asset.Id]), ("回答.txt", Gate.Utf8("回答します。\n")));
        await gate.ThroughAsync(inward);
        await gate.ThroughAsync(outward);
        var traces = gate.Slices.Traces;

        var all = await FindAsync(new());
        Assert.Equal(["写真.exe", "回答.txt", "県からの回答.zip", "通知.html"], all.Select(t => t.Path).Order(StringComparer.Ordinal));
        Assert.Equal(TraceOutcome.Pending, all.Single(t => t.Path == "回答.txt").Outcome);
        (await gate.Slices.Requests.ApproveAsync(gate.Town, outward.Id, "確かめた", gate.Manager, Cancel)).OrThrow();

        // By name, also inside an archive and however it is typed; by applicant, approver and number; by both digests.
        Assert.Equal("県からの回答.zip", Assert.Single(await FindAsync(new("中の 名簿"))).Path);
        Assert.Equal("回答.txt", Assert.Single(await FindAsync(new("回答．ＴＸＴ"))).Path);
        Assert.Equal(2, (await FindAsync(new("回答"))).Count);
        Assert.Empty(await FindAsync(new("回答 ありません")));
        Assert.Equal("回答.txt", Assert.Single(await FindAsync(new(Person: "課長"))).Path);
        Assert.Equal(4, (await FindAsync(new(Person: "職員 一郎"))).Count);
        Assert.Empty(await FindAsync(new(Person: "通知")));
        Assert.Equal(3, (await FindAsync(new(inward.Number))).Count);
        var sent = Assert.Single(await FindAsync(new(Digest: Sha256.Of(page))));
        Assert.Equal(("通知.html", TraceOutcome.Delivered, Sha256.Of(page)), (sent.Path, sent.Outcome, sent.Original));
        Assert.Equal(sent.Id, Assert.Single(await FindAsync(new(sent.Result.ToString()))).Id);
        Assert.Empty(await FindAsync(new(Sha256.Of("nothing"u8).ToString())));
        Assert.Contains(sent.Removed, r => ThreatFamilies.Of(r.Threat) == "script");

        // By how it ended, by what was taken out, by route and day.
        Assert.Equal("写真.exe", Assert.Single(await FindAsync(new(Outcome: TraceOutcome.Blocked))).Path);
        Assert.Equal("SAN-KIND-003", (await FindAsync(new(Outcome: TraceOutcome.Blocked)))[0].RefusalCode);
        var approved = Assert.Single(await FindAsync(new(Route: "lgwan-to-internet")));
        Assert.Equal((TraceOutcome.Delivered, "課長 太郎", "県税務課"), (approved.Outcome, Assert.Single(approved.ApprovedBy), approved.Recipient));
        Assert.Equal(2, (await FindAsync(new(Family: "script"))).Count);
        Assert.Empty(await FindAsync(new(Family: "bomb")));
        var today = JapaneseTime.Day(gate.Clock.GetUtcNow());
        Assert.Equal(4, (await FindAsync(new(From: today, Until: today))).Count);
        Assert.Empty(await FindAsync(new(Until: today.AddDays(-1))));

        // The other section sees nothing, the colleague of the same one all, the applicant their own wherever they are now.
        Assert.Empty((await traces.SearchAsync(gate.Town, new(), 1, [gate.Welfare.Id], gate.Other, Cancel)).Traces);
        Assert.Equal(4, (await traces.SearchAsync(gate.Town, new(), 1, [gate.Tax.Id], gate.Colleague, Cancel)).Total);
        Assert.Equal(4, (await traces.SearchAsync(gate.Town, new(), 1, [gate.Welfare.Id], gate.Staff, Cancel)).Total);
        Assert.Empty((await traces.SearchAsync(gate.Town, new(Units: [gate.Tax.Id]), 1, [gate.Welfare.Id], gate.Other, Cancel)).Traces);

        var figures = await traces.FiguresAsync(gate.Town, today.AddMonths(-1), today, null, null, Cancel);
        Assert.Equal([(TraceOutcome.Delivered, 3L), (TraceOutcome.Blocked, 1L)], figures.Counts.Select(c => (c.Outcome, c.Files)).OrderBy(c => c.Outcome));
        Assert.Equal("税務課", Assert.Single(figures.Units).Value);
        Assert.Equal(2, figures.Families.Single(f => f.Family == "script").Files);
        Assert.Empty((await traces.FiguresAsync(gate.Town, today.AddMonths(-1), today, [gate.Tax.Id], [gate.Welfare.Id], Cancel)).Counts);
        Assert.Empty((await traces.FiguresAsync(gate.Town, today.AddMonths(-2), today.AddDays(-1), null, null, Cancel)).Counts);

        // The sums are those of the rows, before their lines are put together and after.
        Assert.True(await SumsAsync(gate) > 4);
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        Assert.Equal(2 + figures.Families.Count, await SumsAsync(gate));
        var settled = await traces.FiguresAsync(gate.Town, today.AddMonths(-1), today, null, null, Cancel);
        Assert.Equal(figures.Counts.OrderBy(c => c.Outcome), settled.Counts.OrderBy(c => c.Outcome));
        Assert.Equal(figures.Families.OrderBy(f => f.Family), settled.Families.OrderBy(f => f.Family));

        async Task<IReadOnlyList<Trace>> FindAsync(TraceQuery query)
        {
            var found = await traces.SearchAsync(gate.Town, query, 1, null, gate.Officer, Cancel);
            Assert.Equal(found.Traces.Count, found.Total);
            return found.Traces;
        }
    }

    /// <summary>Compares the sums with what the rows themselves say.</summary>
    /// <returns>How many lines the sums are made of.</returns>
    private static async Task<int> SumsAsync(Gate gate)
    {
        await using var tx = await gate.Keeper.Database.EnterAsync(gate.Town, Cancel);
        var sums = await tx.ListAsync("SELECT day, unit_id, coalesce(outcome, family), sum(files)::bigint, sum(amount)::bigint FROM crossing.figure GROUP BY 1, 2, 3 HAVING sum(files) <> 0 ORDER BY 1, 2, 3", Line, Cancel);
        var rows = await tx.ListAsync("""
            SELECT (at AT TIME ZONE 'Asia/Tokyo')::date, unit_id, outcome, count(*), sum(bytes)::bigint FROM crossing.trace GROUP BY 1, 2, 3
            UNION ALL SELECT (at AT TIME ZONE 'Asia/Tokyo')::date, unit_id, family, count(*), sum(pieces)::bigint FROM crossing.trace_family GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
            """, Line, Cancel);
        Assert.NotEmpty(rows);
        Assert.Equal(rows, sums);
        return (int)(await tx.ListAsync("SELECT count(*) FROM crossing.figure", r => r.GetInt64(0), Cancel))[0];

        static (DateOnly, Guid?, string, long, long) Line(Npgsql.NpgsqlDataReader r) => (r.GetFieldValue<DateOnly>(0), r.IsDBNull(1) ? null : r.GetGuid(1), r.GetString(2), r.GetInt64(3), r.GetInt64(4));
    }

    [Fact]
    public async Task What_is_taken_out_as_a_sheet_is_complete_and_stands_in_the_ledger()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        await gate.ThroughAsync(await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("=罠𠮷.csv", Gate.Utf8("a,b\r\n")), ("メモ.txt", Gate.Utf8("メモ"))));

        var utf8 = await SheetAsync(SheetFormat.Csv, new());
        Assert.Equal([0xEF, 0xBB, 0xBF], utf8[..3]);
        var lines = Encoding.UTF8.GetString(utf8[3..]).Split("\r\n");
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("日時,番号,経路,課,申請した人", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.Contains(",'=罠𠮷.csv,", StringComparison.Ordinal) && l.Contains("職員 一郎", StringComparison.Ordinal) && l.Contains("税務課", StringComparison.Ordinal));
        var cp932 = Records.Registers.Exchange.CodePages.Cp932.GetString(await SheetAsync(SheetFormat.CsvCp932, new("罠")));
        Assert.True(cp932.Contains(",'=罠〓.csv,", StringComparison.Ordinal), cp932);
        Assert.DoesNotContain("メモ", cp932, StringComparison.Ordinal);
        using (var book = new ZipArchive(new MemoryStream(await SheetAsync(SheetFormat.Xlsx, new()))))
        using (var sheet = new StreamReader(book.GetEntry("xl/worksheets/sheet1.xml")!.Open()))
            Assert.Contains("=罠𠮷.csv", await sheet.ReadToEndAsync(Cancel), StringComparison.Ordinal);

        await using var tx = await gate.Keeper.Database.EnterAsync(gate.Town, Cancel);
        var entries = await tx.ListAsync("SELECT convert_from(data, 'UTF8') FROM ledger.entry WHERE kind = 'crossing.exported' ORDER BY idx", r => r.GetString(0), Cancel);
        Assert.Equal(3, entries.Count);
        Assert.Contains(Sha256.Of(utf8).ToString(), entries[0], StringComparison.Ordinal);
        Assert.Contains("罠", entries[1], StringComparison.Ordinal);

        async Task<byte[]> SheetAsync(SheetFormat format, TraceQuery query)
        {
            await using var sheet = (await gate.Slices.Traces.ExportAsync(gate.Town, query, format, null, gate.Officer, Cancel)).OrThrow();
            using var bytes = new MemoryStream();
            await sheet.CopyToAsync(bytes, Cancel);
            return bytes.ToArray();
        }
    }

    [Fact]
    public async Task What_was_let_through_by_exception_is_listed_with_who_and_why()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var drawing = new byte[3000];
        "JwwData."u8.CopyTo(drawing);
        var request = await gate.AskAsync(gate.Staff, "internet-to-lgwan", null, ("図面.jww", drawing), ("別の図面.jww", [.. drawing, 0]));
        var items = (await gate.ThroughAsync(request)).Items;
        foreach (var item in items) (await gate.Slices.Requests.AskExceptionAsync(gate.Town, item.Id, "測量図のため" + item.Position.ToString(CultureInfo.InvariantCulture), gate.Staff, Cancel)).OrThrow();
        (await gate.Slices.Requests.DecideExceptionAsync(gate.Town, items[0].Id, true, "県からのものと確かめた", gate.Head, Cancel)).OrThrow();
        (await gate.Slices.Requests.DecideExceptionAsync(gate.Town, items[1].Id, false, "要らない", gate.Head, Cancel)).OrThrow();

        var (files, total) = await gate.Slices.Traces.ExceptionsAsync(gate.Town, 1, null, gate.Officer, Cancel);
        var its = Assert.Single(files);
        Assert.Equal((1, "図面.jww", "測量図のため0", "部長 三郎", "県からのものと確かめた", "SAN-KIND-001", Sha256.Of(drawing)), (total, its.Path, its.Why, its.GrantedBy.Name, its.Decided, its.RefusalCode, its.Digest));
        Assert.Null(its.Scan); // no scanner here: never said to be clean
        Assert.True(its.FetchUntil > its.GrantedAt && its.KeptUntil >= its.FetchUntil && its.LedgerIndex > 0);
        Assert.Empty((await gate.Slices.Traces.ExceptionsAsync(gate.Town, 1, [gate.Welfare.Id], gate.Other, Cancel)).Files);
        Assert.Equal((TraceOutcome.Excepted, "部長 三郎"), (await gate.Slices.Traces.SearchAsync(gate.Town, new(Outcome: TraceOutcome.Excepted), 1, null, gate.Officer, Cancel)).Traces.Select(t => (t.Outcome, t.ApprovedBy[0])).Single());
        Assert.Equal("別の図面.jww", (await gate.Slices.Traces.SearchAsync(gate.Town, new(Outcome: TraceOutcome.Blocked), 1, null, gate.Officer, Cancel)).Traces.Single().Path);
        await using var sheet = (await gate.Slices.Traces.ExportExceptionsAsync(gate.Town, SheetFormat.Csv, null, gate.Officer, Cancel)).OrThrow();
        using var reader = new StreamReader(sheet);
        var text = await reader.ReadToEndAsync(Cancel);
        Assert.Contains("検査していません", text, StringComparison.Ordinal);
        Assert.Contains("県からのものと確かめた", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_threat_is_in_one_family() =>
        Assert.Equal(ThreatCatalogue.All.Keys.Order(StringComparer.Ordinal), ThreatFamilies.All.SelectMany(f => f.Threats).Order(StringComparer.Ordinal));

    [Fact]
    public async Task What_is_refused_withdrawn_or_runs_out_says_so()
    {
        await using var gate = await Gate.OpenAsync();
        await using var worker = await gate.WorkerAsync();
        var asset = (await gate.Records.Registers.AddAsync(gate.Town, "assets", Records.Registers.EntryDraft.Of(("unit", gate.Tax.Id.ToString()), ("name", "照会回答"), ("kind", "data"), ("confidentiality", "2")), null, gate.Officer, Cancel)).OrThrow();
        var draft = new RequestDraft("lgwan-to-internet", gate.Tax.Id, "回答", "県", [asset.Id]);
        var asked = new List<CrossingRequest>();
        foreach (var name in (string[])["却下.txt", "取下げ.txt", "期限.txt"]) asked.Add(await gate.AskAsync(gate.Staff, "lgwan-to-internet", draft, (name, Gate.Utf8(name))));
        foreach (var request in asked) await gate.ThroughAsync(request);
        (await gate.Slices.Requests.RefuseAsync(gate.Town, asked[0].Id, "不要", gate.Manager, Cancel)).OrThrow();
        (await gate.Slices.Requests.WithdrawAsync(gate.Town, asked[1].Id, gate.Staff, Cancel)).OrThrow();
        gate.Clock.Move(TimeSpan.FromDays(8));
        await gate.Slices.Retention.RunAsync(gate.Town, Cancel);
        var found = (await gate.Slices.Traces.SearchAsync(gate.Town, new(), 1, null, gate.Officer, Cancel)).Traces.ToDictionary(t => t.Path, t => t.Outcome);
        Assert.Equal((TraceOutcome.Declined, TraceOutcome.Lapsed, TraceOutcome.Lapsed), (found["却下.txt"], found["取下げ.txt"], found["期限.txt"]));
    }

    private static byte[] Zip(params (string Name, string Content)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        return bytes.ToArray();
    }
}
