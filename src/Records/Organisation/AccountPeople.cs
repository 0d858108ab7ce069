using Npgsql;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>Which person of the organisation an account belongs to (アカウントと職員の対応付け).</summary>
/// <remarks>Posts are held, and rules are read, by people; what signs in is an account. Without a link an account approves nothing and acknowledges nothing.</remarks>
public sealed class AccountPeople
{
    private readonly RecordKeeper keeper;

    internal AccountPeople(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>One account and whom it belongs to.</summary>
    /// <param name="Suggested">The only person of that name, whom no account has yet; for who links to confirm.</param>
    public sealed record Line(string Account, string Name, string? UnitName, Person? Linked, Person? Suggested);

    /// <summary>Says whom an account belongs to.</summary>
    public async Task<Outcome<Person>> LinkAsync(MunicipalityId municipality, string account, PersonId person, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (string.IsNullOrWhiteSpace(account) || await OrganisationRows.PersonAsync(tx, person, cancel) is not { } found) return Documents.Refusals.UnknownAccount;
        // Accounts that sign in have an id; the demo's made-up actors, without sign-in, have a name of their own.
        if (Guid.TryParse(account, out var id) && await tx.FirstAsync("SELECT login FROM signin.account WHERE id = $1", r => r.GetString(0), cancel, id) is null) return Documents.Refusals.UnknownAccount;
        // Who signs in takes the place of a made-up actor of the same person: what that one did stays recorded under its name.
        if (id != Guid.Empty) await tx.RunAsync($"DELETE FROM records.account_person l WHERE l.person_id = $1 AND {IsMadeUp}", cancel, person.Value);
        try
        {
            await tx.RunAsync("""
                INSERT INTO records.account_person (municipality_id, account, person_id, linked_at, linked_by, linked_by_name) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (municipality_id, account) DO UPDATE SET person_id = $3, linked_at = $4, linked_by = $5, linked_by_name = $6
                """, cancel, municipality.Value, account, person.Value, at, actor.Account, actor.Name);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Documents.Refusals.AlreadyLinked;
        }
        await keeper.AppendAsync(tx, at, "account.linked", actor, $"account/{account}", new { person, found.Name }, cancel);
        await tx.CommitAsync(cancel);
        return found;
    }

    /// <summary>Takes the link away.</summary>
    public async Task<Outcome<string>> UnlinkAsync(MunicipalityId municipality, string account, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await tx.RunAsync("DELETE FROM records.account_person WHERE account = $1", cancel, account) == 0) return Documents.Refusals.UnknownAccount;
        await keeper.AppendAsync(tx, keeper.Clock.Now(), "account.unlinked", actor, $"account/{account}", new { }, cancel);
        await tx.CommitAsync(cancel);
        return account;
    }

    /// <summary>The person behind an account; null when it isn't linked.</summary>
    public async Task<Person?> PersonAsync(MunicipalityId municipality, string account, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await PersonOfAsync(tx, account, cancel) is { } id ? await OrganisationRows.PersonAsync(tx, id, cancel) : null;
    }

    /// <summary>Every account that can sign in, with its person, or the one it probably belongs to.</summary>
    public async Task<IReadOnlyList<Line>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var day = JapaneseTime.Day(keeper.Clock.Now());
        var chart = await OrganisationRows.ChartAsync(tx, day, null, cancel);
        var people = chart.People.ToDictionary(p => p.Id);
        var linked = (await tx.ListAsync($"SELECT account, person_id FROM records.account_person l WHERE NOT {IsMadeUp}", r => (r.GetString(0), new PersonId(r.GetGuid(1))), cancel)).ToDictionary(l => l.Item1, l => l.Item2);
        var taken = linked.Values.ToHashSet();
        var free = chart.People.Where(p => !taken.Contains(p.Id)).ToLookup(p => Plain(p.Name), StringComparer.Ordinal);
        var units = chart.Units.ToDictionary(u => u.Id.Value, u => u.Name);
        var accounts = await tx.ListAsync("SELECT id, display_name, unit_id FROM signin.account WHERE disabled_at IS NULL ORDER BY display_name, id",
            r => (Id: r.GetGuid(0).ToString(), Name: r.GetString(1), Unit: r.IsDBNull(2) ? (Guid?)null : r.GetGuid(2)), cancel);
        return
        [
            .. accounts.Select(a =>
            {
                Person[] same = [.. free[Plain(a.Name)]];
                // Of two people of one name the one in the account's unit is meant; where that doesn't decide, nobody is proposed.
                Person[] near = same.Length > 1 ? [.. same.Where(p => p.Unit.Value == a.Unit)] : same;
                return new Line(a.Id, a.Name, a.Unit is { } u ? units.GetValueOrDefault(u) : null,
                    linked.TryGetValue(a.Id, out var person) ? people.GetValueOrDefault(person) : null, near.Length == 1 ? near[0] : null);
            }),
        ];
    }

    /// <summary>Nobody signs in as this one: the demo's people before somebody becomes them.</summary>
    private const string IsMadeUp = "l.account LIKE 'demo:%'";

    internal static async Task<PersonId?> PersonOfAsync(TenantTransaction tx, string account, CancellationToken cancel)
    {
        var found = await tx.ListAsync("SELECT person_id FROM records.account_person WHERE account = $1", r => new PersonId(r.GetGuid(0)), cancel, account);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Names are typed with and without the blank between family and given name.</summary>
    private static string Plain(string name) => string.Concat(name.Normalize(System.Text.NormalizationForm.FormKC).Where(static c => !char.IsWhiteSpace(c)));
}
