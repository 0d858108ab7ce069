using System.Text;
using Dapper;
using Sekisho.Assurance;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Waivers;
using Sekisho.Records.Zones;

namespace Sekisho.Records.Tests.Zones;

/// <summary>The zones of a town with one Linux firewall between them.</summary>
public sealed class ZoneDeskTests : IAsyncLifetime
{
    private const string Policy = """
        format: 1
        model: α
        zones:
          - {id: mynumber, kind: mynumber, name: マイナンバー利用事務系, prefixes: [10.1.0.0/16]}
          - {id: lgwan, kind: lgwan, name: LGWAN接続系, prefixes: [10.2.0.0/16]}
          - {id: internet, kind: internet, name: インターネット接続系, prefixes: [10.3.0.0/16]}
          - {id: outside, kind: outside, name: 庁外, prefixes: [0.0.0.0/0]}
        flows:
          - {id: print, from: lgwan, to: mynumber, source: [10.2.0.10/32], destination: [10.1.0.20/32], service: tcp/9100, purpose: 税証明の印刷, approver: 課長, until: 2027-03-31}
        security-cloud: {hosts: [203.0.113.0/24]}
        """;

    private Office office = null!;

    private static CancellationToken Cancel => Office.Cancel;

    private ZoneDesk Desk => office.Slices.Zones;

    public async ValueTask InitializeAsync() => office = await Office.OpenAsync();

    public ValueTask DisposeAsync() => office.DisposeAsync();

    /// <summary>A firewall that forwards what these rules accept.</summary>
    private static byte[] Firewall(params string[] rules) => Encoding.UTF8.GetBytes(string.Join('\n', (string[])["*filter", ":INPUT DROP [0:0]", ":FORWARD DROP [0:0]", ":OUTPUT ACCEPT [0:0]",
        "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", .. rules, "COMMIT", ""]));

    private const string Print = "-A FORWARD -s 10.2.0.10/32 -d 10.1.0.20/32 -p tcp -m tcp --dport 9100 -j ACCEPT", Cloud = "-A FORWARD -s 10.3.0.0/16 -d 203.0.113.0/24 -j ACCEPT";

    private Task<Outcome<ConfigSet>> TakeAsync(byte[] text, DateTimeOffset? seen = null, string path = "fw-01.rules") => Desk.TakeAsync(office.Town, [new(path, text, seen)], whole: false, office.Officer, Cancel);

    private Task<Outcome<KeptZonePolicy>> WriteAsync(string yaml = Policy, int seen = 0) => Desk.WriteAsync(office.Town, yaml, "", seen, office.Officer, Cancel);

    private async Task<VerdictKind> VerdictAsync(string obligation) =>
        DutyWalk.Seen(obligation, (await office.Slices.Verdicts.ObligationAsync(office.Town, new(obligation), null, Cancel))!.Standing.Verdict.Kind);

    private async Task<WaiverId> ApprovedAsync(int days = 90)
    {
        var asked = (await office.Slices.Waivers.RequestAsync(office.Town, new(new("mynumber-isolation"), office.Clock.Now(), office.Clock.Now().AddDays(days), "税証明の印刷のため。", "相手と宛先とポートを絞る。"), office.Officer, Cancel)).OrThrow();
        return (await office.Slices.Waivers.ApproveAsync(office.Town, asked.Id, "", office.Manager, Cancel)).OrThrow().Id;
    }

    [Fact]
    public async Task One_town_that_can_not_be_proved_leaves_no_other_unproved()
    {
        var (bad, good) = (office.Town, await office.Test.AddMunicipalityAsync("tonari", "となり村"));
        if (bad.Value.CompareTo(good.Value) > 0) (bad, good) = (good, bad);
        foreach (var (town, yaml) in new[] { (bad, "format: 0"), (good, Policy) })
        {
            (await Desk.TakeAsync(town, [new("fw-01.rules", Firewall(Cloud))], whole: false, office.Officer, Cancel)).OrThrow();
            await using var tx = await office.Test.Database.EnterAsync(town, Cancel);
            await tx.Connection.ExecuteAsync("INSERT INTO records.zone_policy (municipality_id, version, yaml, note, saved_at, saved_by, saved_by_name, ledger_index) VALUES (@town, 1, @yaml, '', now(), 'a', 'a', 0)", new { town = town.Value, yaml });
            await tx.CommitAsync(Cancel);
        }
        await Assert.ThrowsAsync<AggregateException>(() => Desk.ProveAllAsync(Cancel));
        Assert.NotNull(await Desk.NewestAsync(good, Cancel));
    }

    [Fact]
    [FromEmptyToMetAndBack("mynumber-isolation", "lgwan-separation", "security-cloud")]
    public async Task The_newest_configuration_decides_whether_the_zones_are_separated()
    {
        Assert.Equal(VerdictKind.NoEvidence, await VerdictAsync("mynumber-isolation"));
        Assert.Equal(VerdictKind.NoEvidence, await VerdictAsync("lgwan-separation"));
        Assert.Equal(VerdictKind.NoEvidence, await VerdictAsync("security-cloud"));

        (await WriteAsync()).OrThrow();
        (await TakeAsync(Firewall(Cloud))).OrThrow();
        Assert.Equal(ProofResult.Proved, (await Desk.NewestAsync(office.Town, Cancel))!.Result);
        Assert.Equal(VerdictKind.Met, await VerdictAsync("mynumber-isolation"));
        Assert.Equal(VerdictKind.Met, await VerdictAsync("lgwan-separation"));
        Assert.Equal(VerdictKind.Met, await VerdictAsync("security-cloud"));

        office.Clock.Move(TimeSpan.FromMinutes(5));
        (await TakeAsync(Firewall("-A FORWARD -s 10.2.0.0/16 -j ACCEPT", "-A FORWARD -s 10.3.0.0/16 -j ACCEPT"))).OrThrow();
        var proof = (await Desk.NewestAsync(office.Town, Cancel))!;
        Assert.Equal(ProofResult.Violated, proof.Result);
        Assert.Contains("fw-01.rules", (await Desk.ReadAsync(office.Town, proof.Id, Cancel))!.Report, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.NotMet, await VerdictAsync("mynumber-isolation"));
        Assert.Equal(VerdictKind.NotMet, await VerdictAsync("lgwan-separation"));
        Assert.Equal(VerdictKind.NotMet, await VerdictAsync("security-cloud"));
        Assert.Equal(2, (await Desk.HistoryAsync(office.Town, 10, Cancel)).Count);
    }

    [Fact]
    public async Task A_flow_of_the_My_Number_zone_counts_only_while_its_waiver_holds()
    {
        (await WriteAsync()).OrThrow();
        (await TakeAsync(Firewall(Print))).OrThrow();
        Assert.Equal(ProofResult.Violated, (await Desk.NewestAsync(office.Town, Cancel))!.Result);

        var waiver = await ApprovedAsync(days: 30);
        Assert.Equal("REC-ZON-008", CodeOf(await Desk.ApproveFlowAsync(office.Town, "none-such", waiver, office.Officer, Cancel)));
        Assert.Equal("REC-ZON-010", CodeOf(await Desk.ApproveFlowAsync(office.Town, "print", new WaiverId(Guid.NewGuid()), office.Officer, Cancel)));
        (await Desk.ApproveFlowAsync(office.Town, "print", waiver, office.Officer, Cancel)).OrThrow();
        Assert.Equal(ProofResult.Proved, (await Desk.NewestAsync(office.Town, Cancel))!.Result);

        // The waiver ends; the hourly round sees it.
        office.Clock.Move(TimeSpan.FromDays(31));
        await Desk.ProveAllAsync(Cancel);
        Assert.Equal(ProofResult.Violated, (await Desk.NewestAsync(office.Town, Cancel))!.Result);
        var proofs = (await Desk.HistoryAsync(office.Town, 10, Cancel)).Count;
        await Desk.ProveAllAsync(Cancel);
        Assert.Equal(proofs, (await Desk.HistoryAsync(office.Town, 10, Cancel)).Count);
    }

    [Fact]
    public async Task A_proof_is_as_old_as_the_configuration_that_was_seen_longest_ago()
    {
        (await WriteAsync()).OrThrow();
        (await TakeAsync(Firewall(Cloud), office.Clock.Now().AddHours(-23))).OrThrow();
        Assert.Equal(VerdictKind.Met, await VerdictAsync("mynumber-isolation"));
        office.Clock.Move(TimeSpan.FromHours(2));
        await office.Slices.Collector.RunAsync(office.Town, null, Cancel);
        Assert.Equal(VerdictKind.Expired, await VerdictAsync("mynumber-isolation"));

        // The same text, seen again: no new set, no new proof, younger evidence.
        (await TakeAsync(Firewall(Cloud))).OrThrow();
        Assert.Equal(VerdictKind.Met, await VerdictAsync("mynumber-isolation"));
        Assert.Equal(1, (await Desk.ConfigsAsync(office.Town, null, Cancel))!.Sequence);
        Assert.Single(await Desk.HistoryAsync(office.Town, 10, Cancel));
    }

    [Fact]
    public async Task What_is_secret_in_a_configuration_is_nowhere_in_the_database()
    {
        (await WriteAsync()).OrThrow();
        (await TakeAsync(Encoding.UTF8.GetBytes("""
            config system admin
                edit "admin"
                    set password ENC SH2abcdefSECRETSECRET
                next
            end
            config vpn ipsec phase1-interface
                edit "vpn"
                    set psksecret ENC s3cr3tPSKs3cr3t
                next
            end

            """), path: "fg.conf")).OrThrow();
        await using var tx = await office.Test.Database.EnterAsync(office.Town, Cancel);
        foreach (var bytes in await tx.ListAsync("SELECT bytes FROM records.kept_file", r => r.GetFieldValue<byte[]>(0), Cancel))
        {
            Assert.DoesNotContain("SECRETSECRET", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
            Assert.DoesNotContain("s3cr3tPSK", Encoding.UTF8.GetString(bytes), StringComparison.Ordinal);
        }
        foreach (var body in await tx.ListAsync("SELECT report FROM records.zone_proof", r => r.GetString(0), Cancel)) Assert.DoesNotContain("SECRETSECRET", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_said_and_nothing_of_it_is_kept()
    {
        Assert.Equal("REC-ZON-002", CodeOf(await WriteAsync("format: 1\nmodel: γ\n")));
        Assert.Equal("REC-ZON-009", CodeOf(await WriteAsync(new string('#', ZoneDesk.MaxPolicy + 1))));
        Assert.Null(await Desk.PolicyAsync(office.Town, null, Cancel));
        Assert.Equal("REC-ZON-004", CodeOf(await Desk.TakeAsync(office.Town, [], whole: false, office.Officer, Cancel)));
        Assert.Equal("REC-ZON-005", CodeOf(await TakeAsync(Firewall(), path: "..")));
        Assert.Equal("REC-ZON-006", CodeOf(await TakeAsync([0x7f, (byte)'E', (byte)'L', (byte)'F', 0, 0, 0, 1, 2, 3])));
        Assert.Null(await Desk.ConfigsAsync(office.Town, null, Cancel));
        Assert.Null(await Desk.ProveAsync(office.Town, Cancel));

        (await WriteAsync()).OrThrow();
        Assert.Equal("REC-ZON-003", CodeOf(await WriteAsync(seen: 0)));
        Assert.Equal("REC-ZON-008", CodeOf(await Desk.RemoveAsync(office.Town, "none.conf", office.Officer, Cancel)));

        // A file that isn't understood at all: taken in, and never "proved".
        (await TakeAsync(Encoding.UTF8.GetBytes("this is no configuration\nof any device\n"), path: "what.txt")).OrThrow();
        Assert.NotEqual(ProofResult.Proved, (await Desk.NewestAsync(office.Town, Cancel))!.Result);
    }

    [Fact]
    public async Task What_a_change_would_do_is_told_before_and_nothing_is_kept()
    {
        (await WriteAsync()).OrThrow();
        (await TakeAsync(Firewall(Cloud))).OrThrow();
        var size = await office.LedgerSizeAsync();
        var (now, then, difference, edited) = (await Desk.WhatIfAsync(office.Town, [new("fw-01.rules", Firewall(Cloud, "-A FORWARD -s 10.3.0.7/32 -d 10.2.0.9/32 -p tcp --dport 445 -j ACCEPT"))], Cancel)).OrThrow();
        Assert.All(now.Checks, c => Assert.Empty(c.Violations));
        var broken = Assert.Single(then.Checks, c => c.Violations.Count > 0);
        Assert.Equal(("internet", "lgwan"), (broken.From.Id, broken.To.Id));
        Assert.NotEmpty(difference.Changes);
        Assert.All(difference.Changes, c => Assert.True(c.Opened && c.Traffic.ToString().Contains("tcp/445", StringComparison.Ordinal), c.Traffic.ToString()));
        Assert.Empty(difference.Notes);
        Assert.Equal("fw-01.rules", Assert.Single(edited).File);
        Assert.Equal(size, await office.LedgerSizeAsync());
        Assert.Equal(1, (await Desk.ConfigsAsync(office.Town, null, Cancel))!.Sequence);
    }

    [Fact]
    public async Task A_backup_that_is_only_the_beginning_of_the_one_before_proves_nothing_until_it_is_whole_again()
    {
        // A format without a mark of its end: cut between two lines, a list of denials looks like an open one, or an interface like one without a list.
        const string Whole = "hostname R1\nip access-list in permit tcp src 10.2.0.10/32 sport any dest 10.1.0.20/32 dport eq 9100\ninterface GigaEthernet0.0\n  ip address 10.1.0.1/16\n  ip filter in 1 in\n  no shutdown\ninterface GigaEthernet1.0\n  ip address 10.2.0.1/16\n  ip filter in 1 in\n  no shutdown\n";
        (await WriteAsync()).OrThrow();
        Task<Outcome<ConfigSet>> NightAsync(string text) => TakeAsync(Encoding.UTF8.GetBytes(text), path: "r1.conf");
        async Task<string> FindingsAsync() => string.Join(' ', ProofReport.Read((await Desk.ReadAsync(office.Town, (await Desk.NewestAsync(office.Town, Cancel))!.Id, Cancel))!.Report).Findings.Select(f => f.Code).Where(c => c.StartsWith("ZON-READ", StringComparison.Ordinal)));
        (await NightAsync(Whole)).OrThrow();
        Assert.Equal("", await FindingsAsync());

        var cut = Whole[..Whole.IndexOf("interface GigaEthernet1.0", StringComparison.Ordinal)];
        (await NightAsync(cut)).OrThrow();
        Assert.Equal("ZON-READ-012", await FindingsAsync());
        var network = (await Desk.NetworkAsync(office.Town, Cancel))!;
        Assert.Contains(Assert.Single(network.Readings).Errors, e => e.Code == "ZON-READ-012");
        Assert.All(ProofReport.Read((await Desk.ReadAsync(office.Town, (await Desk.NewestAsync(office.Town, Cancel))!.Id, Cancel))!.Report).Checks, c => Assert.NotEqual("proved", c.Verdict));
        // The next night another piece, then the same again: still measured by the whole.
        (await NightAsync(Whole[..Whole.IndexOf("interface GigaEthernet0.0", StringComparison.Ordinal)])).OrThrow();
        Assert.Equal("ZON-READ-012", await FindingsAsync());
        (await TakeAsync(Firewall(Cloud))).OrThrow();
        Assert.Equal("ZON-READ-012", await FindingsAsync());

        (await NightAsync(Whole)).OrThrow();
        Assert.Equal("", await FindingsAsync());
        // Taken out and handed in again: somebody meant it.
        (await NightAsync(cut)).OrThrow();
        (await Desk.RemoveAsync(office.Town, "r1.conf", office.Officer, Cancel)).OrThrow();
        (await NightAsync(cut)).OrThrow();
        Assert.Equal("", await FindingsAsync());
    }

    [Fact]
    public async Task A_proof_and_the_rules_go_out_as_a_workbook_and_as_CSV_with_the_same_cells()
    {
        (await WriteAsync()).OrThrow();
        // A name that a spreadsheet would take for a formula, in letters that CP932 has; and one letter that it hasn't.
        (await TakeAsync(Firewall(Cloud, "-A FORWARD -s 10.3.0.7/32 -d 10.2.0.9/32 -p tcp --dport 445 -m comment --comment \"=HYPERLINK(1),\u8fbb\U00020B9F\" -j ACCEPT"))).OrThrow();
        var proof = (await Desk.NewestAsync(office.Town, Cancel))!;
        var sheets = new List<string[][]>();
        foreach (var format in Enum.GetValues<SheetFormat>())
        {
            var file = (await Desk.ProofSheetAsync(office.Town, proof.Id, format, Cancel))!;
            Assert.EndsWith(format == SheetFormat.Xlsx ? ".xlsx" : ".csv", file.FileName, StringComparison.Ordinal);
            Assert.Equal(format == SheetFormat.Csv, file.Bytes.Span is [0xEF, 0xBB, 0xBF, ..]);
            sheets.Add(Cells(file.Bytes.ToArray(), file.FileName));
            Assert.NotEmpty(Cells((await Desk.RuleSheetAsync(office.Town, format, Cancel))!.Bytes.ToArray(), file.FileName));
        }
        Assert.Equal(sheets[0], sheets[1]);
        Assert.Equal(sheets[0], sheets[2].Select(static row => row.Select(static c => c.Replace("〓", "\U00020B9F", StringComparison.Ordinal)).ToArray()));
        var line = Assert.Single(sheets[0], static row => row.Contains("違反"));
        Assert.Contains("インターネット接続系 → LGWAN接続系", line);
        Assert.Contains(line, static c => c.Contains("--dport 445", StringComparison.Ordinal));
        Assert.Contains("fw-01.rules", line);
        Assert.Contains("7", line);

        static string[][] Cells(byte[] bytes, string name)
        {
            var (file, why) = SheetFiles.Open(bytes, name);
            Assert.Null(why);
            using (file)
            using (var rows = file!.Open(file.Sheets[0]))
            {
                var all = new List<string[]>();
                while (rows.Next() is { } row)
                    // Above the heads a workbook has its title.
                    all.Add([.. row.Cells.Select(static c => c.Text)]);
                return [.. all.SkipWhile(static r => r[0] is not ("番号" or "指摘")).Skip(1)];
            }
        }
    }

    [Fact]
    public async Task Another_municipality_sees_nothing_of_it()
    {
        (await WriteAsync()).OrThrow();
        (await TakeAsync(Firewall(Cloud))).OrThrow();
        var other = await office.Test.AddMunicipalityAsync("other", "よそ町");
        Assert.Null(await Desk.PolicyAsync(other, null, Cancel));
        Assert.Null(await Desk.ConfigsAsync(other, null, Cancel));
        Assert.Null(await Desk.NewestAsync(other, Cancel));
        Assert.Null(await Desk.TextAsync(other, (await Desk.ConfigsAsync(office.Town, null, Cancel))!.Id, "fw-01.rules", Cancel));
    }

    private static string CodeOf<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Refused>(outcome).Why.Code;
}
