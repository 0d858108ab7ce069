using System.Collections.Concurrent;
using System.Reflection;
using Sekisho.Assurance;
using Xunit.v3;

namespace Sekisho.Records.Tests;

/// <summary>
/// This test walks an obligation from empty (証拠なし) to met (満たす) and back to failing (満たさない) through public doors.
/// The mark is held to what the test saw: one that skips a step fails, however green its own asserts are.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FromEmptyToMetAndBackAttribute(params string[] obligations) : BeforeAfterTestAttribute
{
    public IReadOnlyList<string> Obligations { get; } = obligations;

    public override void Before(MethodInfo methodUnderTest, IXunitTest test) => DutyWalk.Begin(test.UniqueID);

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        var seen = DutyWalk.End(test.UniqueID);
        foreach (var obligation in Obligations)
            if (DutyWalk.Missing(seen.Where(s => s.Obligation == obligation).Select(s => s.Kind)) is { } missing)
                Assert.Fail($"{methodUnderTest.Name} says that it walks {obligation} from empty to met and back to failing; it never saw {missing}.");
    }
}

/// <summary>The verdicts that the running test has looked at, in order.</summary>
internal static class DutyWalk
{
    private static readonly VerdictKind[] Way = [VerdictKind.NoEvidence, VerdictKind.Met, VerdictKind.NotMet];

    private static readonly ConcurrentDictionary<string, ConcurrentQueue<(string Obligation, VerdictKind Kind)>> Running = [];

    public static void Begin(string test) => Running[test] = [];

    public static IReadOnlyList<(string Obligation, VerdictKind Kind)> End(string test) => Running.TryRemove(test, out var seen) ? [.. seen] : [];

    /// <summary>Every helper that looks at a verdict passes it through here.</summary>
    public static VerdictKind Seen(string obligation, VerdictKind kind)
    {
        if (TestContext.Current.Test is { } test && Running.TryGetValue(test.UniqueID, out var seen)) seen.Enqueue((obligation, kind));
        return kind;
    }

    public static Verdict Seen(string obligation, Verdict verdict)
    {
        Seen(obligation, verdict.Kind);
        return verdict;
    }

    /// <summary>The first step that is not there in its order; null when all are. Other verdicts may lie between.</summary>
    public static VerdictKind? Missing(IEnumerable<VerdictKind> seen)
    {
        var step = 0;
        foreach (var kind in seen)
            if (step < Way.Length && kind == Way[step]) step++;
        return step == Way.Length ? null : Way[step];
    }
}
