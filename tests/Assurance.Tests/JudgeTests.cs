using FsCheck;
using FsCheck.Fluent;
using Sekisho.Assurance;

namespace Sekisho.Assurance.Tests;

public class JudgeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, JapaneseTime.Offset);
    private static readonly ObligationId Isolation = new("mynumber-isolation");

    private static readonly Criterion Proof = new(
        "proof", new("許可した通信のほかは通らない", "nothing passes but what is permitted"), "zones.proof", Condition.Parse("violations = 0"), TimeSpan.FromHours(24));

    private static readonly Criterion Review = new(
        "review", new("許可した通信を年に一度見直している", "the permitted flows are reviewed yearly"), "zones.review", Condition.Parse("reviewed >= flows"), TimeSpan.FromDays(400));

    [Fact]
    public void Without_evidence_the_verdict_says_which_criterion_lacks_it()
    {
        var verdict = Judge.Decide(Of([Proof]), Noon);

        Assert.Equal(VerdictKind.NoEvidence, verdict.Kind);
        Assert.Contains("許可した通信のほかは通らない", verdict.Reason.Ja);
    }

    [Fact]
    public void A_proof_holds_for_its_validity_and_not_a_moment_longer()
    {
        var dossier = Of([Proof], System("zones.proof", Noon, ("violations", 0)));

        Assert.Equal(VerdictKind.Met, Judge.Decide(dossier, Noon.AddHours(24).AddTicks(-1)).Kind);
        Assert.Equal(VerdictKind.Expired, Judge.Decide(dossier, Noon.AddHours(24)).Kind);
    }

    [Fact]
    public void A_failure_does_not_become_better_with_age()
    {
        var dossier = Of([Proof], System("zones.proof", Noon, ("violations", 3)));

        Assert.Equal(VerdictKind.NotMet, Judge.Decide(dossier, Noon.AddDays(900)).Kind);
    }

    [Fact]
    public void A_statement_never_outweighs_what_a_system_sees_now()
    {
        var dossier = Of([Proof],
            System("zones.proof", Noon, ("violations", 3)),
            Statement(Proof, Noon.AddHours(1), holds: true));

        Assert.Equal(VerdictKind.NotMet, Judge.Decide(dossier, Noon.AddHours(2)).Kind);
    }

    [Fact]
    public void A_statement_stands_in_for_a_proof_that_ran_out_and_is_shown_as_the_weaker_kind()
    {
        var dossier = Of([Proof],
            System("zones.proof", Noon, ("violations", 0)),
            Statement(Proof, Noon.AddHours(30), holds: true));

        var met = Assert.IsType<Verdict.Met>(Judge.Decide(dossier, Noon.AddHours(31)));
        Assert.Equal(EvidenceWeight.Statement, met.Weakest);
    }

    [Fact]
    public void A_statement_about_another_obligation_says_nothing_here()
    {
        var elsewhere = Kept(Noon, new Observation(Judge.StatementKind(new("takeout-block"), Proof.Id), "", Noon, null,
            EvidenceWeight.Statement, Facts(("holds", 1)), Bilingual.Same("x")));

        Assert.Equal(VerdictKind.NoEvidence, Judge.Decide(Of([Proof], elsewhere), Noon).Kind);
    }

    [Fact]
    public void One_firewall_out_of_two_failing_fails_the_whole()
    {
        var dossier = Of([Proof],
            System("zones.proof", Noon, ("violations", 0)) with { },
            Kept(Noon, new Observation("zones.proof", "fw-02", Noon, null, EvidenceWeight.System, Facts(("violations", 1)), new("fw-02 に違反 1 件。", "1 violation on fw-02."))));

        var verdict = Judge.Decide(dossier, Noon.AddHours(1));

        Assert.Equal(VerdictKind.NotMet, verdict.Kind);
        Assert.Equal("fw-02 に違反 1 件。", verdict.Reason.Ja);
    }

    [Fact]
    public void A_missing_fact_is_never_rounded_up()
    {
        var dossier = Of([Review], System("zones.review", Noon, ("flows", 4)));

        Assert.Equal(VerdictKind.NoEvidence, Judge.Decide(dossier, Noon).Kind);
    }

    [Fact]
    public void All_criteria_must_hold_and_the_evidence_of_the_failing_one_is_named()
    {
        var failing = System("zones.review", Noon, ("flows", 4), ("reviewed", 3));
        var dossier = Of([Proof, Review], System("zones.proof", Noon, ("violations", 0)), failing);

        var verdict = Judge.Decide(dossier, Noon);

        Assert.Equal(VerdictKind.NotMet, verdict.Kind);
        Assert.Equal([failing.Id], verdict.Because);
    }

    [Fact]
    public void A_waiver_covers_its_time_only_and_never_what_already_holds()
    {
        var waiver = new Waiver(Noon, Noon, Noon.AddDays(10), "CISO", new("更改中のため。", "Being replaced."));
        var failing = Of([Proof]) with { Waivers = [waiver] };
        var holding = Of([Proof], System("zones.proof", Noon, ("violations", 0))) with { Waivers = [waiver] };

        Assert.Equal(VerdictKind.NoEvidence, Judge.Decide(failing, Noon.AddTicks(-1)).Kind);
        Assert.Equal(VerdictKind.Waived, Judge.Decide(failing, Noon).Kind);
        Assert.Equal(VerdictKind.NoEvidence, Judge.Decide(failing, Noon.AddDays(10)).Kind);
        Assert.Equal(VerdictKind.NoEvidence, Judge.Decide(failing with { Waivers = [waiver with { RevokedAt = Noon.AddDays(1) }] }, Noon.AddDays(1)).Kind);
        Assert.Equal(VerdictKind.Met, Judge.Decide(holding, Noon.AddHours(1)).Kind);
    }

    [Fact]
    public void A_past_moment_is_judged_by_what_was_known_then()
    {
        // Observed on Monday, but it reached us on Wednesday.
        var late = Kept(Noon.AddDays(2), new Observation("zones.proof", "", Noon, Noon.AddDays(30), EvidenceWeight.System, Facts(("violations", 0)), Bilingual.Same("ok")));

        Assert.Equal(VerdictKind.NoEvidence, Judge.Decide(Of([Proof], late), Noon.AddDays(1)).Kind);
        Assert.Equal(VerdictKind.Met, Judge.Decide(Of([Proof], late), Noon.AddDays(2)).Kind);
    }

    [Fact]
    public void A_clock_that_runs_ahead_does_not_lengthen_validity()
    {
        var ahead = Kept(Noon, new Observation("zones.proof", "", Noon.AddYears(1), null, EvidenceWeight.System, Facts(("violations", 0)), Bilingual.Same("ok")));

        Assert.Equal(VerdictKind.Expired, Judge.Decide(Of([Proof], ahead), Noon.AddHours(24)).Kind);
    }

    [Fact]
    public void A_provision_shows_the_verdict_that_needs_attention_first()
    {
        var met = Judge.Decide(Of([Proof], System("zones.proof", Noon, ("violations", 0))), Noon);
        var none = Judge.Decide(Of([Review]), Noon);

        Assert.Equal(VerdictKind.NoEvidence, Judge.Combine([met, none])!.Kind);
        Assert.Null(Judge.Combine([]));
    }

    [Fact]
    public void History_has_no_gap_and_names_each_change()
    {
        var dossier = Of([Proof], System("zones.proof", Noon, ("violations", 0)), System("zones.proof", Noon.AddDays(3), ("violations", 2)));

        var spans = Judge.History(dossier, Noon.AddDays(-1), Noon.AddDays(5));

        Assert.Equal([VerdictKind.NoEvidence, VerdictKind.Met, VerdictKind.Expired, VerdictKind.NotMet], spans.Select(s => s.Verdict.Kind));
        Assert.Equal(Noon.AddDays(-1), spans[0].From);
        Assert.Equal(Noon.AddDays(5), spans[^1].To);
        for (var i = 1; i < spans.Count; i++) Assert.Equal(spans[i - 1].To, spans[i].From);
    }

    [Fact]
    public void The_judge_agrees_with_the_slow_engine_at_every_moment()
    {
        var dossiers = Gen.Choose(0, int.MaxValue - 1).Select(RandomDossier);
        var property = Prop.ForAll(dossiers.ToArbitrary(), dossier =>
        {
            for (var hour = -2; hour < 80; hour++)
            {
                var at = Noon.AddHours(hour);
                Assert.Equal(SlowJudge.Decide(dossier, at), Judge.Decide(dossier, at).Kind);
            }
            foreach (var span in Judge.History(dossier, Noon.AddHours(-2), Noon.AddHours(80)))
            {
                Assert.Equal(Judge.Decide(dossier, span.From).Kind, span.Verdict.Kind);
                var last = span.To.AddTicks(-1);
                Assert.Equal(SlowJudge.Decide(dossier, last), span.Verdict.Kind);
            }
            return true;
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), property);
    }

    [Fact]
    public void Nothing_about_a_verdict_changes_before_its_next_turn()
    {
        var turned = 0;
        var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).Select(RandomDossier).ToArbitrary(), dossier =>
        {
            for (var at = Noon.AddHours(-2); at < Noon.AddHours(80);)
            {
                var (verdict, next) = (Judge.Decide(dossier, at), Judge.NextTurn(dossier, at));
                Assert.True(next > at);
                var last = next < Noon.AddDays(900) ? next.AddTicks(-1) : Noon.AddDays(900);
                foreach (var moment in new[] { at.AddTicks((last - at).Ticks / 2), last })
                {
                    var then = Judge.Decide(dossier, moment);
                    Assert.Equal((verdict.Kind, verdict.Reason), (then.Kind, then.Reason));
                    Assert.Equal(SlowJudge.Decide(dossier, moment), verdict.Kind);
                }
                if (next < Noon.AddDays(900) && Judge.Decide(dossier, next).Kind != verdict.Kind) turned++;
                at = next;
            }
            return true;
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), property);
        Assert.True(turned > 100, "verdicts hardly changed at their turns: the test would show nothing");
    }

    private static Dossier RandomDossier(int seed)
    {
        var random = new Random(seed);
        string[] subjects = ["", "fw-01", "fw-02"];
        DateTimeOffset Hour(int max = 72) => Noon.AddHours(random.Next(max));
        var evidence = Enumerable.Range(0, random.Next(9)).Select(_ =>
        {
            var recorded = Hour();
            var observed = recorded.AddHours(random.Next(-10, 3));
            DateTimeOffset? expires = random.Next(3) == 0 ? observed.AddHours(random.Next(40)) : null;
            var subject = subjects[random.Next(3)];
            var criterion = random.Next(2) == 0 ? Proof : Review;
            var id = new EvidenceId(new Guid(random.Next(), 0, 0, new byte[8]));
            return random.Next(3) == 0
                ? new Evidence(id, recorded, new Observation(Judge.StatementKind(Isolation, criterion.Id), subject, observed, expires, EvidenceWeight.Statement, Facts(("holds", random.Next(2))), Bilingual.Same($"s{random.Next(5)}")))
                : new Evidence(id, recorded, new Observation(criterion.EvidenceKind, subject, observed, expires, EvidenceWeight.System,
                    random.Next(5) == 0 ? Facts() : Facts(("violations", random.Next(2)), ("flows", 3), ("reviewed", random.Next(2, 4))), Bilingual.Same($"e{random.Next(5)}")));
        }).ToArray();
        var waivers = Enumerable.Range(0, random.Next(3)).Select(_ =>
        {
            var from = Hour();
            return new Waiver(Hour(), from, from.AddHours(random.Next(1, 30)), "CISO", Bilingual.Same("w"), random.Next(3) == 0 ? Hour() : null);
        }).ToArray();
        Exclusion[] exclusions = random.Next(4) == 0 ? [new Exclusion(Hour(), random.Next(2) == 0 ? Hour() : null, "CISO", Bilingual.Same("x"))] : [];
        return new Dossier(Of([Proof, Review]).Obligation, evidence, waivers, exclusions);
    }

    private static Dossier Of(IReadOnlyList<Criterion> criteria, params Evidence[] evidence) => new(
        new Obligation(Isolation, Bilingual.Same("isolation"), Bilingual.Same("isolation"), [], criteria), evidence, [], []);

    private static Evidence System(string kind, DateTimeOffset at, params (string, decimal)[] facts) =>
        Kept(at, new Observation(kind, "", at, null, EvidenceWeight.System, Facts(facts), Bilingual.Same("seen")));

    private static Evidence Statement(Criterion criterion, DateTimeOffset at, bool holds) =>
        Kept(at, new Observation(Judge.StatementKind(Isolation, criterion.Id), "", at, at.AddDays(90), EvidenceWeight.Statement, Facts(("holds", holds ? 1 : 0)), Bilingual.Same("stated")));

    private static Evidence Kept(DateTimeOffset recorded, Observation observation) => new(new EvidenceId(Guid.NewGuid()), recorded, observation);

    private static Dictionary<string, decimal> Facts(params (string Name, decimal Value)[] facts) => facts.ToDictionary(f => f.Name, f => f.Value);
}
