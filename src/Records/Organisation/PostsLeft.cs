using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>Posts of a unit that end because their holder goes elsewhere (異動に伴う解任).</summary>
internal static class PostsLeft
{
    /// <summary>Appointments of units that the person was in, or under, and is no longer. Posts of the whole municipality go along with the person.</summary>
    /// <param name="chart">On the day of the move.</param>
    /// <param name="moves">Each as before, and where to.</param>
    public static IReadOnlyList<Appointment> Of(OrganisationChart chart, IReadOnlyList<(Person Before, UnitId To)> moves)
    {
        var parents = chart.Units.ToDictionary(u => u.Id, u => u.Parent);
        var held = chart.Appointments.Where(a => a.Unit is not null && a.HoldsOn(chart.Day)).ToLookup(a => a.Person);
        var left = new List<Appointment>();
        foreach (var (before, to) in moves)
        {
            var mine = held[before.Id].ToList();
            if (mine.Count == 0) continue;
            var was = Above(before.Unit);
            var now = Above(to);
            left.AddRange(mine.Where(a => was.Contains(a.Unit!.Value) && !now.Contains(a.Unit.Value)));
        }
        return left;

        HashSet<UnitId> Above(UnitId unit)
        {
            var chain = new HashSet<UnitId>();
            for (UnitId? at = unit; at is { } next && chain.Add(next); at = parents.GetValueOrDefault(next))
            {
            }
            return chain;
        }
    }

    public static Task EndAsync(TenantTransaction tx, IReadOnlyList<Appointment> left, DateOnly on, CancellationToken cancel) => left.Count == 0
        ? Task.CompletedTask
        : tx.RunAsync("UPDATE records.appointment SET ends_on = greatest($2, begins_on) WHERE id = ANY ($1)", cancel, left.Select(a => a.Id.Value).ToArray(), on);
}
