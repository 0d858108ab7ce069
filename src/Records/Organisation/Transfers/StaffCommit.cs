using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>Carries a plan of transfers out: hundreds or thousands of people in a few statements (人事異動の実行).</summary>
internal static class StaffCommit
{
    /// <returns>The ledger's entries: one for each person and post that changed.</returns>
    public static async Task<IReadOnlyList<LedgerEntry>> ApplyAsync(TenantTransaction tx, StaffPlan plan, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        var blocked = plan.Notes.Where(n => n.Blocks).Select(n => n.Row).ToHashSet();
        var entries = new List<LedgerEntry>();
        var joined = new Dictionary<int, PersonId>();
        // Day by day: the second change of one person builds on the first.
        foreach (var day in plan.Changes.Where(c => c.Kind != PlannedKind.Nothing && !blocked.Contains(c.Row)).GroupBy(c => c.On).OrderBy(g => g.Key))
        {
            var changes = day.ToList();
            var chart = await OrganisationRows.ChartAsync(tx, day.Key, null, cancel);
            var relieved = PlanEffects.Relieved(chart, changes);
            await JoinAsync(tx, [.. changes.Where(c => c.Kind == PlannedKind.Join)], joined, at, actor, entries, cancel);
            changes = changes.ConvertAll(c => c.JoinsIn is { } row && joined.TryGetValue(row, out var id) ? c with { Was = c.Was! with { Id = id }, Second = c.Second! with { Person = id } } : c);
            var ends = changes.FindAll(c => c.Kind is PlannedKind.Move or PlannedKind.Change && !c.Reopens && c.Was!.EndsOn != c.Becomes!.EndsOn);
            await ReopenAsync(tx, [.. changes.Where(c => c.Reopens).Concat(ends.Where(c => c.Was!.EndsOn is not null)).Select(c => c.Was!.Id.Value)], cancel);
            await NumberAsync(tx, changes.FindAll(c => c.Kind is PlannedKind.Move or PlannedKind.Change && c.Was!.Number != c.Becomes!.Number), cancel);
            await OrganisationRows.TermsAsync(tx, [.. changes.Where(c => c.Kind is PlannedKind.Move or PlannedKind.Change).Select(c => (c.Becomes!, c.On))], cancel);
            await PostsLeft.EndAsync(tx, [.. relieved.Select(r => r.Appointment)], day.Key, cancel);
            await OrganisationRows.EndAsync(tx, [.. changes.Where(c => c.Kind == PlannedKind.Leave).Select(c => (c.Was!.Id, c.On)), .. ends.Where(c => c.Becomes!.EndsOn is not null).Select(c => (c.Was!.Id, c.Becomes!.EndsOn!.Value))], cancel);
            await SecondAsync(tx, changes, at, cancel);
            Tell(changes, chart, relieved, at, actor, entries);
        }
        return entries;
    }

    private static async Task JoinAsync(TenantTransaction tx, List<PlannedChange> joins, Dictionary<int, PersonId> joined, DateTimeOffset at, Actor actor, List<LedgerEntry> entries, CancellationToken cancel)
    {
        if (joins.Count == 0) return;
        var people = joins.ConvertAll(j => j.Becomes! with { Id = new(RecordKeeper.NewId(at)) });
        await OrganisationRows.AddAsync(tx, people, cancel);
        if (people.FindAll(p => p.EndsOn is not null) is { Count: > 0 } ending) await OrganisationRows.EndAsync(tx, ending.ConvertAll(p => (p.Id, p.EndsOn!.Value)), cancel);
        foreach (var (join, person) in joins.Zip(people)) joined[join.Row] = person.Id;
        entries.AddRange(people.Select(p => RecordKeeper.Entry(at, "person.added", actor, $"person/{p.Id}", p)));
    }

    private static Task<int> NumberAsync(TenantTransaction tx, List<PlannedChange> changes, CancellationToken cancel) => changes.Count == 0 ? Task.FromResult(0)
        : tx.RunAsync("UPDATE records.person p SET number = n.number FROM unnest($1::uuid[], $2::text[]) AS n (id, number) WHERE p.id = n.id", cancel, changes.Select(c => c.Was!.Id.Value).ToArray(), changes.Select(c => c.Becomes!.Number).ToArray());

    /// <summary>People who were to leave and go on instead (再任用), or until another day.</summary>
    private static async Task ReopenAsync(TenantTransaction tx, Guid[] people, CancellationToken cancel)
    {
        if (people.Length == 0) return;
        await tx.RunAsync("""
            UPDATE records.person_term t SET ends_on = NULL FROM records.person p
            WHERE p.id = ANY ($1) AND t.municipality_id = p.municipality_id AND t.person_id = p.id AND t.ends_on = p.ends_on
              AND t.begins_on = (SELECT max(l.begins_on) FROM records.person_term l WHERE l.municipality_id = p.municipality_id AND l.person_id = p.id)
            """, cancel, people);
        await tx.RunAsync("UPDATE records.person SET ends_on = NULL WHERE id = ANY ($1)", cancel, people);
    }

    private static async Task SecondAsync(TenantTransaction tx, List<PlannedChange> changes, DateTimeOffset at, CancellationToken cancel)
    {
        foreach (var second in changes.Where(c => c.Kind == PlannedKind.Second).Select(c => c.Second!))
        {
            await tx.RunAsync("INSERT INTO records.second_post (municipality_id, id, person_id, unit_id, title, begins_on, ends_on) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
                tx.Municipality.Value, RecordKeeper.NewId(at), second.Person.Value, second.Unit.Value, second.Title, second.BeginsOn, second.EndsOn);
        }
        foreach (var ended in changes.Where(c => c.Kind == PlannedKind.SecondEnd))
            await tx.RunAsync("UPDATE records.second_post SET ends_on = greatest($2, begins_on) WHERE id = $1", cancel, ended.Second!.Id, ended.On);
    }

    private static void Tell(List<PlannedChange> changes, OrganisationChart chart, IReadOnlyList<(Appointment Appointment, Person Person)> relieved, DateTimeOffset at, Actor actor, List<LedgerEntry> entries)
    {
        var units = chart.Units.ToDictionary(u => u.Id, u => u.Name);
        foreach (var c in changes)
        {
            switch (c.Kind)
            {
                case PlannedKind.Move:
                    Add("person.moved", $"person/{c.Was!.Id}", new { c.Becomes!.Name, from = c.Was.Unit, fromName = units.GetValueOrDefault(c.Was.Unit), to = c.Becomes.Unit, toName = units.GetValueOrDefault(c.Becomes.Unit), c.Becomes.Title, on = c.On });
                    if (c.Becomes.Name != c.Was.Name || c.Becomes.Kind != c.Was.Kind || c.Becomes.Number != c.Was.Number || c.Becomes.EndsOn != c.Was.EndsOn) AddChange(c);
                    break;
                case PlannedKind.Change:
                    AddChange(c);
                    break;
                case PlannedKind.Leave:
                    Add("person.ended", $"person/{c.Was!.Id}", new { c.Was.Name, endsOn = c.On });
                    break;
                case PlannedKind.Second:
                    Add("person.second-post", $"person/{c.Was!.Id}", new { c.Was.Name, unit = c.Second!.Unit, unitName = units.GetValueOrDefault(c.Second.Unit), c.Second.Title, on = c.On });
                    break;
                case PlannedKind.SecondEnd:
                    Add("person.second-post-ended", $"person/{c.Was!.Id}", new { c.Second!.Unit, unitName = units.GetValueOrDefault(c.Second.Unit), endsOn = c.On });
                    break;
            }
        }
        foreach (var (appointment, person) in relieved) Add("officer.relieved", $"appointment/{appointment.Id}", new { appointment.Post, appointment.Unit, appointment.Person, personName = person.Name, endsOn = chart.Day });

        void Add(string kind, string subject, object body) => entries.Add(RecordKeeper.Entry(at, kind, actor, subject, body));

        void AddChange(PlannedChange c) => Add("person.changed", $"person/{c.Was!.Id}",
            new { c.Becomes!.Name, c.Becomes.Number, c.Becomes.Kind, c.Becomes.Title, c.Becomes.EndsOn, on = c.On, was = new { c.Was.Name, c.Was.Number, c.Was.Kind, c.Was.Title, c.Was.EndsOn } });
    }
}
