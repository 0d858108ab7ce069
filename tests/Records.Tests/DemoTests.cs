using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Demo;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Records.Zones;
using Sekisho.Storage;
using Sekisho.TestSupport;

namespace Sekisho.Records.Tests;

public sealed class DemoTests
{
    private static CancellationToken Cancel => Office.Cancel;

    private static async Task<(TestDatabase Test, NoteSigner Signer, ManualClock Clock, RecordSlices Slices)> EmptyAsync()
    {
        var test = await TestDatabase.CreateAsync();
        var clock = new ManualClock(new DateTimeOffset(2026, 11, 21, 5, 4, 0, TimeSpan.Zero));
        var signer = NoteSigner.Create();
        return (test, signer, clock, new RecordSlices(new RecordKeeper(test.Database, new LedgerStore(signer, clock), clock)));
    }

    [Fact]
    public async Task It_never_stands_beside_a_real_municipality()
    {
        await using var office = await Office.OpenAsync();
        var outcome = await new DemoTown(office.Test.Database, office.Signer, office.Clock).EnsureAsync(null, Cancel);
        Assert.Equal("REC-DEM-001", Assert.IsType<Outcome<MunicipalityId>.Refused>(outcome).Why.Code);
    }

    [Fact]
    public async Task The_town_has_a_year_that_ends_today_and_shows_every_verdict()
    {
        var (test, signer, clock, slices) = await EmptyAsync();
        await using var _ = test;
        var town = (await new DemoTown(test.Database, signer, clock).EnsureAsync(null, Cancel)).OrThrow();
        var board = (await slices.Verdicts.BoardAsync(town, null, Cancel))!;
        Assert.Equal(2, board.Version.Summary.Number);
        Assert.Equal(Enum.GetValues<VerdictKind>(), board.Obligations.Values.Select(o => o.Verdict.Kind).Distinct().Order());
        Assert.Equal(Enum.GetValues<VerdictKind>(), board.Provisions.Select(p => p.WithBelow).OfType<VerdictKind>().Distinct().Order());
        Assert.True(board.Counts.ByKind[VerdictKind.Met] > board.Counts.Total / 2, string.Join(' ', board.Counts.ByKind));
        Assert.True(board.Counts.ExpiringThisMonth > 0);
        Assert.True(board.Counts.UnconfirmedTies > 0);
        Assert.True(board.Obligations.Count >= 28, $"{board.Obligations.Count} obligations");

        // Whatever a register can say is said by the register; the script speaks for systems that are still to come, and a statement for what none sees.
        var own = slices.Collector.KindsOf(town);
        await using (var tx = await test.Database.EnterAsync(town, Cancel))
        {
            await using var command = new Npgsql.NpgsqlCommand("SELECT DISTINCT kind FROM records.evidence WHERE recorded_by = 'system:demo' OR kind LIKE 'statement.%'", tx.Connection, tx.Transaction);
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            var written = new List<string>();
            while (await reader.ReadAsync(Cancel)) written.Add(reader.GetString(0));
            Assert.NotEmpty(written);
            Assert.DoesNotContain(written, own.Contains);
        }
        Assert.Empty(own.Except(["sns.register"]).Except((await slices.Evidence.KindsAsync(town, Cancel)).Select(k => k.Kind)));

        // The policy set: what stands under the policy, approved, traced, disclosed or withheld, and read by everyone.
        foreach (var met in new[] { "policy-hierarchy", "disclosure-control", "policy-publication", "staff-duty", "delegation" })
        {
            var standing = (await slices.Verdicts.ObligationAsync(town, new(met), null, Cancel))!.Standing;
            var newest = (await slices.Evidence.ListAsync(town, new(KindPrefix: standing.Obligation.Criteria[0].EvidenceKind), null, 1, Cancel)).Rows;
            Assert.True(standing.Verdict.Kind == VerdictKind.Met, $"{met}: {(newest.Count > 0 ? newest[0].Evidence.Observed.Sentence : null)}");
        }
        var documents = await slices.Documents.ListAsync(town, Cancel);
        Assert.True(documents.Count >= 9, $"{documents.Count} documents");
        Assert.Single(await slices.Approvals.WaitingAsync(town, new Actor("demo:ciso", ""), false, Cancel));
        Assert.Equal(VerdictKind.NotMet, (await slices.Verdicts.ObligationAsync(town, new("policy-hierarchy"), clock.Now().AddDays(-60), Cancel))!.Standing.Verdict.Kind);
        Assert.Equal(VerdictKind.NotMet, (await slices.Verdicts.ObligationAsync(town, new("staff-duty"), clock.Now().AddDays(-85), Cancel))!.Standing.Verdict.Kind);
        Assert.Equal(2, (await slices.Policies.OpeningsAsync(town, Cancel)).Count);
        Assert.Equal(4, (await slices.Waivers.ListAsync(town, null, null, Cancel)).Count);
        Assert.NotNull(await slices.Publications.PublicAsync(town, PolicyKeys.Basic, null, Cancel));
        // The past is there to be looked at: a hole in the wall in April, the first version in spring.
        var now = clock.Now();
        Assert.Equal(VerdictKind.NotMet, (await slices.Verdicts.ObligationAsync(town, new("mynumber-isolation"), now.AddDays(-212), Cancel))!.Standing.Verdict.Kind);
        Assert.Equal(1, (await slices.Verdicts.BoardAsync(town, now.AddDays(-200), Cancel))!.Version.Summary.Number);
        var history = await slices.Verdicts.HistoryAsync(town, new("mynumber-isolation"), now.AddDays(-365), now, Cancel);
        Assert.True(history.Count >= 3, $"{history.Count} stretches");
        // The devices' configurations are read to the last line; the hole stays in the history of proofs.
        var network = (await slices.Zones.NetworkAsync(town, Cancel))!;
        Assert.Equal(4, network.Readings.Count);
        Assert.All(network.Readings, r => Assert.True(r.Errors.IsEmpty && r.Lines.NotUnderstood.Count == 0, $"{r.File}: {string.Join(", ", r.Lines.NotUnderstood.Select(l => l.Text))}"));
        Assert.Equal([ProofResult.Proved, ProofResult.Violated, ProofResult.Proved], (await slices.Zones.HistoryAsync(town, 10, Cancel)).Select(p => p.Result));
        // Nothing of the year lies in the future.
        Assert.All((await slices.Evidence.ListAsync(town, new(), null, 1, Cancel)).Rows, r => Assert.True(r.Evidence.RecordedAt <= now));
    }

    /// <summary>Who looks around in the town signs in as one of its people, and is taken for that person: otherwise nothing could be asked for or approved.</summary>
    [Fact]
    public async Task Somebody_who_signs_in_by_the_name_of_a_made_up_person_becomes_that_person()
    {
        var (test, signer, clock, slices) = await EmptyAsync();
        await using var _ = test;
        var town = (await new DemoTown(test.Database, signer, clock).EnsureAsync(null, Cancel)).OrThrow();
        var id = Guid.NewGuid();
        await using (var tx = await test.Database.EnterAsync(town, Cancel))
        {
            await tx.RunAsync("INSERT INTO signin.account (id, municipality_id, login, login_normalized, display_name, roles, security_stamp, version, created_at) VALUES ($1, $2, 'okita', 'okita', '沖田 誠', '{manager}', '', $1, now())", Cancel, id, town.Value);
            await tx.CommitAsync(Cancel);
        }
        var line = Assert.Single(await slices.AccountPeople.ListAsync(town, Cancel));
        Assert.Equal("沖田 誠", line.Suggested?.Name);
        (await slices.AccountPeople.LinkAsync(town, id.ToString(), line.Suggested!.Id, new Actor("officer", ""), Cancel)).OrThrow();
        Assert.Equal("沖田 誠", (await slices.AccountPeople.PersonAsync(town, id.ToString(), Cancel))?.Name);
        Assert.Null(await slices.AccountPeople.PersonAsync(town, "demo:tax", Cancel));
        // An account of somebody who signs in gives its person to nobody else.
        var other = Guid.NewGuid();
        await using (var tx = await test.Database.EnterAsync(town, Cancel))
        {
            await tx.RunAsync("INSERT INTO signin.account (id, municipality_id, login, login_normalized, display_name, roles, security_stamp, version, created_at) VALUES ($1, $2, 'okita2', 'okita2', '沖田 誠', '{manager}', '', $1, now())", Cancel, other, town.Value);
            await tx.CommitAsync(Cancel);
        }
        Assert.IsType<Outcome<Person>.Refused>(await slices.AccountPeople.LinkAsync(town, other.ToString(), line.Suggested.Id, new Actor("officer", ""), Cancel));
    }

    [Fact]
    public async Task Starting_again_adds_no_second_town_and_fills_the_days_between()
    {
        var (test, signer, clock, slices) = await EmptyAsync();
        await using var _ = test;
        var demo = new DemoTown(test.Database, signer, clock);
        var town = (await demo.EnsureAsync(null, Cancel)).OrThrow();
        var (before, head) = ((await slices.Evidence.KindsAsync(town, Cancel)).Sum(k => k.Count), await HeadAsync(test, town));
        Assert.Equal(town, (await demo.EnsureAsync(null, Cancel)).OrThrow());
        Assert.Equal(before, (await slices.Evidence.KindsAsync(town, Cancel)).Sum(k => k.Count));
        Assert.Equal(head, await HeadAsync(test, town));
        // By the made-up systems' evidence, and by the terminals' own reports.
        clock.Move(TimeSpan.FromDays(3));
        string[] daily = ["mynumber-isolation", "takeout-block", "technical"];
        foreach (var obligation in daily) Assert.Equal(VerdictKind.Expired, (await slices.Verdicts.ObligationAsync(town, new(obligation), null, Cancel))!.Standing.Verdict.Kind);
        await demo.EnsureAsync(null, Cancel);
        foreach (var obligation in daily)
            Assert.Equal(VerdictKind.Met, (await slices.Verdicts.ObligationAsync(town, new(obligation), null, Cancel))!.Standing.Verdict.Kind);
        Assert.All((await slices.Terminals.ReadAsync(town, null, Cancel)).Terminals, t => Assert.True(t.IsFresh));
    }

    private static async Task<(ulong Size, string Root)> HeadAsync(TestDatabase test, MunicipalityId town)
    {
        await using var tx = await test.Database.EnterAsync(town, Cancel);
        var head = (await LedgerReader.HeadAsync(tx, Cancel))!;
        return (head.Size, head.Root.ToString());
    }
}
