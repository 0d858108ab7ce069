using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests;

/// <summary>Backups in the watched folder decide four obligations, asked for by nobody.</summary>
public sealed class ZoneRoundTests
{
    private const string Policy = """
        format: 1
        model: α
        zones:
          - {id: mynumber, kind: mynumber, prefixes: [10.1.0.0/16]}
          - {id: lgwan, kind: lgwan, prefixes: [10.2.0.0/16]}
          - {id: internet, kind: internet, prefixes: [10.3.0.0/16]}
          - {id: outside, kind: outside, prefixes: [0.0.0.0/0]}
        security-cloud: {hosts: [203.0.113.0/24]}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_obligation_falls_with_the_line_that_breaks_it_and_stands_again_without_it()
    {
        await using var server = await ConsoleServer.StartAsync();
        var records = server.Services.GetRequiredService<RecordSlices>();
        var options = server.Services.GetRequiredService<WebHostOptions>();
        var town = server.Officer.Municipality;
        (await records.Zones.WriteAsync(town, Policy, "", 0, new Actor("1", "担当"), Cancel)).OrThrow();
        var folder = Directory.CreateDirectory(ZoneRound.FolderOf(options.Storage.DataFolder, (await records.Municipalities.ListAsync(Cancel)).Single(t => t.Id == town).Slug));
        using var round = new ZoneRound(records, options, NullLogger<ZoneRound>.Instance);
        var written = DateTime.UtcNow.AddMinutes(-10);
        var indexes = new HashSet<long>();

        const string Cloud = "-A FORWARD -s 10.3.0.0/16 -d 203.0.113.0/24 -j ACCEPT\n";
        await BackupAsync(Cloud);
        await StandAsync();
        // One line each: into the My Number zone, between LGWAN and the Internet zone (twice an obligation), past the security cloud.
        await BackupAsync(Cloud + "-A FORWARD -s 10.2.0.7/32 -d 10.1.0.0/16 -p tcp -m tcp --dport 445 -j ACCEPT\n");
        await StandAsync("mynumber-isolation");
        await BackupAsync(Cloud + "-A FORWARD -s 10.3.0.7/32 -d 10.2.0.0/16 -p tcp -m tcp --dport 445 -j ACCEPT\n");
        await StandAsync("lgwan-separation", "sanitised-communication");
        await BackupAsync(Cloud + "-A FORWARD -s 10.3.0.7/32 -d 198.51.100.1/32 -p tcp -m tcp --dport 443 -j ACCEPT\n");
        await StandAsync("security-cloud");
        // A line that nobody understands is no separation either.
        await BackupAsync(Cloud + "-A FORWARD -s 10.0.0.0/8 -m nosuchmatch --thing -j ACCEPT\n");
        await StandAsync("mynumber-isolation", "lgwan-separation", "sanitised-communication", "security-cloud");
        await BackupAsync(Cloud);
        await StandAsync();
        // Three kinds of evidence: each change of what one says is an entry of the ledger; what stays the same isn't said twice (3 + 1 + 2 + 2 + 3 + 3).
        Assert.Equal(14, indexes.Count);

        async Task BackupAsync(string rules)
        {
            var path = Path.Combine(folder.FullName, "fw-01.rules");
            await File.WriteAllTextAsync(path, $"# ip address: eth1 UP 10.1.0.1/16\n# ip address: eth2 UP 10.2.0.1/16\n# ip address: eth3 UP 10.3.0.1/16\n# ip address: eth0 UP 192.0.2.1/30\n# ip route: default via 192.0.2.2 dev eth0\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n{rules}COMMIT\n", Cancel);
            // Nobody writes it any more.
            File.SetLastWriteTimeUtc(path, written = written.AddMinutes(1));
            await round.LookAsync(Cancel);
        }

        async Task StandAsync(params string[] fallen)
        {
            foreach (var (obligation, criterion) in new[] { ("mynumber-isolation", ""), ("lgwan-separation", ""), ("security-cloud", ""), ("sanitised-communication", "no-other-path") })
            {
                var view = (await records.Verdicts.ObligationAsync(town, new(obligation), null, Cancel))!;
                var standing = view.Criteria.Single(c => c.Criterion.EvidenceKind.StartsWith("zones.proof.", StringComparison.Ordinal) && (criterion.Length == 0 || c.Criterion.Id == criterion));
                Assert.True((standing.Verdict.Kind == VerdictKind.Met) != fallen.Contains(obligation), $"{obligation}: {standing.Verdict.Kind} with {string.Join(", ", fallen)} fallen");
                // What fails in one criterion fails as a whole, whatever the others say.
                if (fallen.Contains(obligation)) Assert.NotEqual(VerdictKind.Met, view.Standing.Verdict.Kind);
                indexes.Add(standing.Evidence[0].LedgerIndex);
            }
        }
    }
}
