using System.Collections.Immutable;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Reports;

/// <summary>Lines that let something through, and everything that they let through (原因の行): one mistake to correct, however many ways lead over it.</summary>
/// <param name="Lines">The rules on the way, each of which would stop it if it were otherwise; where no rule looked at it, the interfaces without a filter.</param>
/// <param name="Between">Ordered pairs of zones.</param>
/// <param name="Stray">True: only packets that begin no connection get through.</param>
public sealed record Cause(ImmutableArray<PathStep> Lines, IReadOnlyList<(Zone From, Zone To)> Between, IReadOnlyList<Violation> Violations, bool Stray)
{
    /// <summary>Rules that are switched off and would have stopped some of it.</summary>
    public IReadOnlyList<PathStep> SwitchedOff { get; } = [.. Violations.SelectMany(static v => v.SwitchedOff).DistinctBy(static s => (s.Device, s.Source))];

    /// <summary>The violations of a report by what causes them, in the order in which they are met.</summary>
    public static IReadOnlyList<Cause> Of(ZoneReport report)
    {
        var found = report.Checks.SelectMany(static c => c.Violations.Select(v => (Check: c, Violation: v, Stray: false)).Concat(c.Stray.Select(v => (Check: c, Violation: v, Stray: true))));
        return
        [
            .. found.GroupBy(static f => (Key: Key(f.Violation), f.Stray)).Select(static group => new Cause(
                [.. group.SelectMany(static f => Deciding(f.Violation)).DistinctBy(static s => (s.Device, s.Source))],
                [.. group.Select(static f => (f.Check.From, f.Check.To)).DistinctBy(static p => (p.From.Id, p.To.Id))], [.. group.Select(static f => f.Violation)], group.Key.Stray)),
        ];
    }

    private static bool Decides(Violation violation) => violation.Path.Any(static s => s.Filtered);

    private static IEnumerable<PathStep> Deciding(Violation violation) => Decides(violation) ? violation.Path.Where(static s => s.Filtered) : violation.Path;

    /// <summary>Rules by their lines; where no device filters, by the devices.</summary>
    private static string Key(Violation violation) =>
        string.Join('>', (Decides(violation) ? Deciding(violation).Select(static s => $"{s.Device}|{s.Source}") : violation.Path.Select(static s => $"{s.Device}|{s.Rule}")).Distinct(StringComparer.Ordinal));
}
