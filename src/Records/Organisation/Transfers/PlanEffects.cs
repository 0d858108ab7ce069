using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>What follows from transfers besides them: posts that end or fall vacant, accounts that stay behind (異動の影響).</summary>
internal static class PlanEffects
{
    internal sealed record Effects(
        IReadOnlyList<(Appointment Appointment, Person Person, Unit? Unit)> Relieved, IReadOnlyList<PostToFill> Vacated, IReadOnlyList<AccountLeftBehind> Accounts);

    public static async Task<Effects> OfAsync(TenantTransaction tx, IReadOnlyDictionary<DateOnly, OrganisationChart> charts, IReadOnlyList<PlannedChange> changes, CancellationToken cancel)
    {
        var relieved = new List<(Appointment, Person, Unit?)>();
        foreach (var (day, chart) in charts)
        {
            var units = chart.Units.ToDictionary(u => u.Id);
            foreach (var (appointment, person) in Relieved(chart, [.. changes.Where(c => c.On == day)]))
                relieved.Add((appointment, person, appointment.Unit is { } u ? units.GetValueOrDefault(u) : null));
        }
        var last = charts[charts.Keys.Max()];
        var gone = relieved.Select(r => r.Item1.Id).ToHashSet();
        var left = changes.Where(c => c.Kind == PlannedKind.Leave).Select(c => c.Was!.Id).ToHashSet();
        var after = PostPlan.On(last.Day, last.Units, [.. last.People.Where(p => !left.Contains(p.Id))], [.. last.Appointments.Where(a => !gone.Contains(a.Id))]);
        var vacated = last.Posts.Zip(after).Where(p => !p.First.IsVacant && p.Second.IsVacant).Select(p => p.First).ToList();
        return new Effects(relieved, vacated, await AccountsAsync(tx, last, changes, cancel));
    }

    /// <summary>Posts that end on a day because of that day's changes.</summary>
    public static IReadOnlyList<(Appointment Appointment, Person Person)> Relieved(OrganisationChart chart, IReadOnlyList<PlannedChange> ofTheDay)
    {
        var people = ofTheDay.Where(c => c.Was is not null).GroupBy(c => c.Was!.Id).ToDictionary(g => g.Key, g => g.First().Was!);
        var moved = PostsLeft.Of(chart, [.. ofTheDay.Where(c => c.Kind == PlannedKind.Move).Select(c => (c.Was!, c.Becomes!.Unit))]);
        var left = ofTheDay.Where(c => c.Kind == PlannedKind.Leave).Select(c => c.Was!.Id).ToHashSet();
        return [.. moved.Concat(chart.Appointments.Where(a => left.Contains(a.Person) && a.HoldsOn(chart.Day))).Select(a => (a, people[a.Person]))];
    }

    private static async Task<IReadOnlyList<AccountLeftBehind>> AccountsAsync(TenantTransaction tx, OrganisationChart chart, IReadOnlyList<PlannedChange> changes, CancellationToken cancel)
    {
        var accounts = await tx.ListAsync("""
            SELECT a.login, a.display_name, a.unit_id, u.name, l.person_id FROM signin.account a
            JOIN records.unit u ON u.municipality_id = a.municipality_id AND u.id = a.unit_id
            LEFT JOIN records.account_person l ON l.municipality_id = a.municipality_id AND l.account = a.id::text
            WHERE a.disabled_at IS NULL ORDER BY a.display_name, a.login
            """, r => (Login: r.GetString(0), Name: r.GetString(1), Unit: new UnitId(r.GetGuid(2)), UnitName: r.GetString(3), Person: r.IsDBNull(4) ? (PersonId?)null : new PersonId(r.GetGuid(4))), cancel);
        if (accounts.Count == 0) return [];
        var standing = chart.Units.Select(u => u.Id).ToHashSet();
        var moving = changes.Where(c => c.Kind is PlannedKind.Move or PlannedKind.Leave && c.Was is not null).ToList();
        var byPerson = moving.GroupBy(c => c.Was!.Id).ToDictionary(g => g.Key, g => g.First());
        // Where nobody said whose the account is, the same name in the same unit has to do.
        var byName = moving.GroupBy(c => (c.Was!.Unit, StaffSheetWords.Fold(c.Was.Name))).ToDictionary(g => g.Key, g => g.First());
        var behind = new List<AccountLeftBehind>();
        foreach (var a in accounts)
        {
            var change = a.Person is { } person ? byPerson.GetValueOrDefault(person) : byName.GetValueOrDefault((a.Unit, StaffSheetWords.Fold(a.Name)));
            if (change is { Kind: PlannedKind.Leave }) behind.Add(new(a.Login, a.Name, a.UnitName, new("離任します。利用を停止してください。", "Leaves: close the account.")));
            else if (change is { Becomes.Unit: var to } && to != a.Unit) behind.Add(new(a.Login, a.Name, a.UnitName, new("異動します。所属を直してください。", "Moves: change the account's unit.")));
            else if (!standing.Contains(a.Unit)) behind.Add(new(a.Login, a.Name, a.UnitName, new("所属の組織がなくなります。", "Its unit will be no more.")));
        }
        return behind;
    }
}
