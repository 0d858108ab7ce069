using BenchmarkDotNet.Attributes;
using Sekisho.Assurance;

namespace Sekisho.Benchmarks.Verdicts;

/// <summary>The engine alone: 60 municipalities × 40 obligations with 30 pieces of evidence each. Target: 50 ms after one new piece of evidence.</summary>
[MemoryDiagnoser]
public class JudgeBenchmarks
{
    private const int Dossiers = 60 * 40, Pieces = 30;

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, JapaneseTime.Offset);

    private Dossier[] dossiers = [];
    private Evidence fresh = null!;

    [GlobalSetup]
    public void Prepare()
    {
        var criterion = new Criterion("proof", Bilingual.Same("holds"), "zones.proof", Condition.Parse("violations = 0"), TimeSpan.FromHours(24));
        dossiers = [.. Enumerable.Range(0, Dossiers).Select(i => new Dossier(
            new Obligation(new ObligationId($"bench-{i % 40}"), Bilingual.Same("bench"), Bilingual.Same("bench"), [], [criterion]),
            [.. Enumerable.Range(0, Pieces).Select(n => Seen(Now.AddHours(-n), n))], [], []))];
        fresh = Seen(Now, Pieces);
    }

    [Benchmark]
    public int All_decided_anew_after_one_new_piece()
    {
        var changed = dossiers[0] with { Evidence = [.. dossiers[0].Evidence, fresh] };
        var met = Judge.Decide(changed, Now).Kind == VerdictKind.Met ? 1 : 0;
        for (var i = 1; i < dossiers.Length; i++) met += Judge.Decide(dossiers[i], Now).Kind == VerdictKind.Met ? 1 : 0;
        return met;
    }

    [Benchmark]
    public VerdictKind Only_the_changed_one()
    {
        var changed = dossiers[0] with { Evidence = [.. dossiers[0].Evidence, fresh] };
        var kind = Judge.Decide(changed, Now).Kind;
        return Judge.NextTurn(changed, Now) > Now ? kind : VerdictKind.Expired;
    }

    private static Evidence Seen(DateTimeOffset at, int number) => new(
        new EvidenceId(new Guid(number, 0, 0, new byte[8])), at,
        new Observation("zones.proof", $"fw-{number % 3}", at, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["violations"] = 0 }, Bilingual.Same("0 violations")));
}
