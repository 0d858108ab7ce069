using Npgsql;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Exclusions;
using Sekisho.Records.Ties;
using Sekisho.Records.Verdicts;
using Sekisho.Records.Waivers;

namespace Sekisho.Records.Tests;

/// <summary>The board at any moment against a slow computation from all raw rows, by the database's superuser and without any of the slices.</summary>
public sealed class BoardPropertyTests
{
    private static CancellationToken Cancel => Office.Cancel;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_board_at_any_moment_is_what_the_raw_rows_say(int seed)
    {
        await using var office = await Office.OpenAsync();
        var random = new Random(seed);
        var shown = new List<(DateTimeOffset At, string Board)>();
        await office.EnforceAsync(Texts.First);
        for (var step = 0; step < 70; step++)
        {
            if (step == 25) await office.ImportAsync(Texts.Second);
            if (step == 30)
            {
                var second = (await office.Slices.Policies.VersionsAsync(office.Town, null, null, Cancel))[0];
                (await office.Slices.Policies.PutInForceAsync(office.Town, second.Id, JapaneseTime.Day(office.Clock.Now().AddDays(2)), office.Officer, Cancel)).OrThrow();
            }
            await ActAsync(office, random);
            // Also moments between and right at events.
            if (random.Next(3) > 0) office.Clock.Move(TimeSpan.FromMinutes(random.Next(0, 3000)));
            var board = await office.Slices.Verdicts.BoardAsync(office.Town, null, Cancel);
            shown.Add((office.Clock.Now(), Spell(board)));
            // A later act may have the same instant; what was shown at an instant is what is known at its end.
            office.Clock.Move(TimeSpan.FromSeconds(1));
        }
        // Acts at the very instant of a showing don't exist, since the clock moved on after each.
        foreach (var (at, board) in shown)
        {
            Assert.Equal(board, Spell(await office.Slices.Verdicts.BoardAsync(office.Town, at, Cancel)));
            Assert.Equal(await SlowAsync(office, at), board);
        }
        Assert.True(shown.Select(s => s.Board).Distinct().Count() > 12, "the boards hardly changed: the test would show nothing");
    }

    /// <summary>The board that is kept in memory must not outlive the evidence it rests on: looked at a tick before it runs out, at that instant, and after.</summary>
    [Fact]
    public async Task A_board_kept_in_memory_turns_at_the_very_instant_that_evidence_runs_out()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Texts.First);
        var now = office.Clock.Now();
        var end = now.AddSeconds(5);
        foreach (var (kind, facts) in new[] { ("staff.acknowledgement", new Dictionary<string, decimal> { ["people"] = 1, ["acknowledged"] = 1 }), ("inspection.campaign", new Dictionary<string, decimal> { ["people"] = 1, ["answered"] = 1 }) })
        {
            (await office.Slices.Evidence.RecordAsync(office.Town, new Observation(kind, "", now, end, EvidenceWeight.System, facts, new("値は 1。", "Value 1.")), office.Officer, Cancel)).OrThrow();
        }
        var boards = new List<string>();
        foreach (var at in new[] { now.AddSeconds(1), end.AddTicks(-10), end, end.AddTicks(10), end.AddSeconds(2) })
        {
            office.Clock.MoveTo(at.AddMicroseconds(-1)); // the look itself takes a microsecond
            var board = await office.Slices.Verdicts.BoardAsync(office.Town, null, Cancel);
            Assert.Equal(at, board!.At);
            Assert.Equal(await SlowAsync(office, at), Spell(board));
            Assert.Equal(board.Counts.ByKind, (await office.Slices.Verdicts.BoardAsync(office.Town, at, Cancel))!.Counts.ByKind);
            boards.Add(Spell(board));
        }
        Assert.Equal(boards[0], boards[1]);
        Assert.NotEqual(boards[1], boards[2]);
        Assert.Equal(boards[2], boards[4]);
    }

    [Fact]
    public async Task History_agrees_with_the_verdict_at_every_moment()
    {
        await using var office = await Office.OpenAsync();
        var random = new Random(7);
        await office.EnforceAsync(Texts.First);
        var from = office.Clock.Now();
        for (var step = 0; step < 60; step++)
        {
            await ActAsync(office, random);
            office.Clock.Move(TimeSpan.FromMinutes(random.Next(1, 3000)));
        }
        var to = office.Clock.Now();
        foreach (var id in Duties)
        {
            var middle = from + (to - from) / 2;
            var spans = await office.Slices.Verdicts.HistoryAsync(office.Town, id, middle, to, Cancel);
            Assert.Equal(middle, spans[0].From);
            Assert.Equal(to, spans[^1].To);
            Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
            for (var i = 0; i < 25; i++)
            {
                var at = middle.AddMinutes(random.Next(0, (int)(to - middle).TotalMinutes));
                var span = spans.Single(s => s.From <= at && at < s.To);
                var verdict = (await office.Slices.Verdicts.ObligationAsync(office.Town, id, at, Cancel))!.Standing.Verdict;
                Assert.Equal(verdict.Kind, span.Verdict.Kind);
            }
        }
    }

    private static readonly ObligationId[] Duties = [new("staff-duty"), new("audit"), new("asset-classification"), new("self-inspection")];

    private static async Task ActAsync(Office office, Random random)
    {
        var id = Duties[random.Next(Duties.Length)];
        switch (random.Next(14))
        {
            case 0:
                var waiver = (await office.Slices.Waivers.RequestAsync(office.Town, new WaiverRequest(id, office.Clock.Now().AddHours(random.Next(-20, 20)), office.Clock.Now().AddHours(random.Next(21, 200)), "やむを得ない事情。", "代わりの対策。"), office.Officer, Cancel)).OrThrow();
                if (random.Next(4) > 0) await office.Slices.Waivers.ApproveAsync(office.Town, waiver.Id, "", office.Manager, Cancel);
                if (random.Next(3) == 0) await office.Slices.Waivers.EndAsync(office.Town, waiver.Id, "", office.Manager, Cancel);
                break;
            case 1:
                var outcome = await office.Slices.Exclusions.RecordAsync(office.Town, id, "対象がないため。", office.Officer, Cancel);
                if (outcome is Outcome<KeptExclusion>.Refused)
                {
                    var there = (await office.Slices.Exclusions.ListAsync(office.Town, id, null, Cancel)).First(x => x.WithdrawnAt is null);
                    (await office.Slices.Exclusions.WithdrawAsync(office.Town, there.Id, "", office.Officer, Cancel)).OrThrow();
                }
                break;
            case 2:
                var versions = await office.Slices.Policies.VersionsAsync(office.Town, null, null, Cancel);
                var ties = await office.Slices.Ties.OfVersionAsync(office.Town, versions[random.Next(versions.Count)].Id, null, Cancel);
                var tie = ties[random.Next(ties.Count)];
                if (random.Next(2) == 0) await office.Slices.Ties.RejectAsync(office.Town, tie.Id, "当たらない。", office.Officer, Cancel);
                else await office.Slices.Ties.ConfirmAsync(office.Town, tie.Id, "", office.Officer, Cancel);
                break;
            default:
                var good = random.Next(3) > 0 ? 1 : 0;
                var subject = random.Next(2) == 0 ? "" : "課" + random.Next(2);
                // Late arrivals, clocks a little ahead, own expiries.
                var seen = office.Clock.Now().AddSeconds(random.Next(-100_000, 100));
                var (kind, facts) = id.Value switch
                {
                    "staff-duty" => ("staff.acknowledgement", new Dictionary<string, decimal> { ["people"] = 1, ["acknowledged"] = good }),
                    "audit" => ("audit.plan", new Dictionary<string, decimal> { ["planned"] = 1, ["overdue"] = 1 - good, ["actions_overdue"] = 0 }),
                    "self-inspection" => ("inspection.campaign", new Dictionary<string, decimal> { ["people"] = 1, ["answered"] = good }),
                    _ => ("assets.classification", new Dictionary<string, decimal> { ["unclassified"] = 1 - good, ["unconfirmed"] = 0 }),
                };
                (await office.Slices.Evidence.RecordAsync(office.Town,
                    new Observation(kind, subject, seen, random.Next(3) == 0 ? seen.AddHours(random.Next(1, 90)) : null, EvidenceWeight.System, facts, new($"値は {good}。", $"Value {good}.")), office.Officer, Cancel)).OrThrow();
                break;
        }
    }

    private static string Spell(Board? board) => board is null ? "none" : board.Version.Summary.Number + "\n" + string.Join('\n', board.Provisions.Select(p =>
        $"{p.Key} {p.Verdict?.Kind} {p.Verdict?.Reason.Ja} {p.WithBelow} [{string.Join(',', p.Ties.Select(t => t.Obligation.Value).Order(StringComparer.Ordinal))}]"));

    /// <summary>All rows of all tables, filtered here by the moment, one dossier after the other.</summary>
    private static async Task<string> SlowAsync(Office office, DateTimeOffset at)
    {
        await using var connection = new NpgsqlConnection(await office.Test.SuperuserAsync());
        await connection.OpenAsync(Cancel);
        async Task<List<T>> AllAsync<T>(string sql, Func<NpgsqlDataReader, T> map)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await using var reader = await command.ExecuteReaderAsync(Cancel);
            var rows = new List<T>();
            while (await reader.ReadAsync(Cancel)) rows.Add(map(reader));
            return rows;
        }
        DateTimeOffset T(NpgsqlDataReader r, int i) => r.GetFieldValue<DateTimeOffset>(i);
        var enforced = await AllAsync("SELECT version_id, effective_on, recorded_at FROM records.policy_enforcement ORDER BY ledger_index", r => (Version: r.GetGuid(0), On: r.GetFieldValue<DateOnly>(1), At: T(r, 2)));
        var known = enforced.Where(e => e.At <= at).GroupBy(e => e.Version).Select(g => g.Last()).Where(e => e.On <= JapaneseTime.Day(at)).OrderBy(e => e.On).ThenBy(e => e.At).ToArray();
        if (known.Length == 0) return "none";
        var version = known[^1].Version;
        var number = (await AllAsync("SELECT id, number FROM records.policy_version", r => (Id: r.GetGuid(0), Number: r.GetInt32(1)))).Single(v => v.Id == version).Number;
        var provisions = (await AllAsync("SELECT version_id, provision_key, ordinal, parent_ordinal FROM records.provision ORDER BY ordinal",
            r => (Version: r.GetGuid(0), Key: r.GetString(1), Ordinal: r.GetInt32(2), Parent: r.IsDBNull(3) ? (int?)null : r.GetInt32(3)))).Where(p => p.Version == version).ToArray();
        var decisions = await AllAsync("SELECT tie_id, decision, decided_at FROM records.tie_decision ORDER BY decided_at, ledger_index", r => (Tie: r.GetGuid(0), Decision: r.GetString(1), At: T(r, 2)));
        var ties = (await AllAsync("SELECT id, version_id, provision_key, obligation_id FROM records.tie ORDER BY confidence DESC, obligation_id", r => (Id: r.GetGuid(0), Version: r.GetGuid(1), Key: r.GetString(2), Obligation: r.GetString(3))))
            .Where(t => t.Version == version && decisions.LastOrDefault(d => d.Tie == t.Id && d.At <= at).Decision != "Rejected").ToArray();
        var evidence = (await AllAsync("SELECT id, kind, subject, weight, observed_at, expires_at, facts::text, sentence_ja, sentence_en, recorded_at FROM records.evidence",
            r => new Evidence(new EvidenceId(r.GetGuid(0)), T(r, 9), new Observation(r.GetString(1), r.GetString(2), T(r, 4), r.IsDBNull(5) ? null : T(r, 5),
                r.GetString(3) == "System" ? EvidenceWeight.System : EvidenceWeight.Statement,
                System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, decimal>>(r.GetString(6))!, new(r.GetString(7), r.GetString(8)))))).Where(e => e.RecordedAt <= at)
            .OrderBy(e => e.Observed.Subject, StringComparer.Ordinal).ToArray(); // subjects are named in this order in a reason
        var steps = await AllAsync("SELECT waiver_id, decision, decided_at, decided_by_name FROM records.waiver_decision", r => (Waiver: r.GetGuid(0), Decision: r.GetString(1), At: T(r, 2), By: r.GetString(3)));
        var waivers = await AllAsync("SELECT id, obligation_id, starts_at, ends_at, reason FROM records.waiver ORDER BY ledger_index", r => (Id: r.GetGuid(0), Obligation: r.GetString(1), From: T(r, 2), Until: T(r, 3), Reason: r.GetString(4)));
        var withdrawals = await AllAsync("SELECT exclusion_id, withdrawn_at FROM records.exclusion_withdrawal", r => (Id: r.GetGuid(0), At: T(r, 1)));
        var exclusions = await AllAsync("SELECT id, obligation_id, recorded_at, recorded_by_name, reason FROM records.exclusion ORDER BY ledger_index", r => (Id: r.GetGuid(0), Obligation: r.GetString(1), At: T(r, 2), By: r.GetString(3), Reason: r.GetString(4)));
        var words = (await office.Slices.Verdicts.BoardAsync(office.Town, at, Cancel))!.Words;

        Verdict? Of(string obligation)
        {
            if (ObligationCatalogue.Load().Find(new(obligation)) is not { } found) return null;
            var spoken = found with { Criteria = [.. found.Criteria.Select(c => c with { Asks = words.Speak(c.Asks) })] };
            var w = waivers.Where(x => x.Obligation == obligation)
                .Select(x => (x, Approved: steps.FirstOrDefault(s => s.Waiver == x.Id && s.Decision == "Approved" && s.At <= at), Ended: steps.FirstOrDefault(s => s.Waiver == x.Id && s.Decision == "Ended" && s.At <= at)))
                .Where(x => x.Approved.By is not null)
                .Select(x => new Waiver(x.Approved.At, x.x.From, x.x.Until, x.Approved.By, Bilingual.Same(x.x.Reason), x.Ended.By is null ? null : x.Ended.At));
            var e = exclusions.Where(x => x.Obligation == obligation && x.At <= at)
                .Select(x => new Exclusion(x.At, withdrawals.Where(y => y.Id == x.Id && y.At <= at).Select(y => (DateTimeOffset?)y.At).FirstOrDefault(), x.By, Bilingual.Same(x.Reason)));
            return Judge.Decide(new Dossier(spoken, evidence, [.. w], [.. e]), at);
        }

        var verdicts = provisions.ToDictionary(p => p.Ordinal, p => Judge.Combine([.. ties.Where(t => t.Key == p.Key).Select(t => Of(t.Obligation)).OfType<Verdict>()]));
        VerdictKind? Whole(int ordinal) => provisions.Where(p => p.Parent == ordinal).Select(p => Whole(p.Ordinal)).Append(verdicts[ordinal]?.Kind).Where(k => k is not null).DefaultIfEmpty(null).Min();
        return number + "\n" + string.Join('\n', provisions.Select(p =>
            $"{p.Key} {verdicts[p.Ordinal]?.Kind} {verdicts[p.Ordinal]?.Reason.Ja} {Whole(p.Ordinal)} [{string.Join(',', ties.Where(t => t.Key == p.Key).Select(t => t.Obligation).Order(StringComparer.Ordinal))}]"));
    }
}
