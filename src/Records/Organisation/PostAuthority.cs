using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>What a person may decide for a unit by the posts held on a day (決裁の権限).</summary>
/// <param name="Person">Null: the account belongs to nobody of the organisation, and decides nothing.</param>
/// <param name="IsManager">The unit's 情報セキュリティ管理者, or one above it.</param>
/// <param name="IsOfficer">The 情報セキュリティ責任者 of the department, 統括責任者 or CISO.</param>
internal sealed record PostAuthority(PersonId? Person, bool IsManager, bool IsOfficer)
{
    public static PostAuthority None { get; } = new(null, false, false);

    /// <summary>False when this account's person holds no post that decides anything, for whatever unit.</summary>
    public static async Task<bool> HoldsAnyAsync(TenantTransaction tx, Actor actor, DateTimeOffset at, CancellationToken cancel) =>
        await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is { } person
        && (await HeldAsync(tx, person, at, cancel)).Exists(static a => a.Post is Post.Ciso or Post.GeneralOfficer or Post.SecurityOfficer or Post.SecurityManager);

    /// <summary>Two small questions and not the whole chart: a manager's list asks this of every line.</summary>
    /// <param name="unit">Null: matters of no unit, which only 統括責任者 and CISO decide.</param>
    public static async Task<PostAuthority> OfAsync(TenantTransaction tx, UnitId? unit, Actor actor, DateTimeOffset at, CancellationToken cancel)
    {
        if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is not { } person) return None;
        var above = unit is not { } its ? [] : (await tx.ListAsync("""
            WITH RECURSIVE above AS (SELECT id, parent_id FROM records.unit WHERE id = $1 UNION SELECT u.id, u.parent_id FROM records.unit u JOIN above a ON u.id = a.parent_id) SELECT id FROM above
            """, r => new UnitId(r.GetGuid(0)), cancel, its.Value)).ToHashSet();
        var held = await HeldAsync(tx, person, at, cancel);
        var officer = held.Exists(a => a.Post is Post.Ciso or Post.GeneralOfficer || (a.Post == Post.SecurityOfficer && a.Unit is { } u && above.Contains(u)));
        return new(person, officer || held.Exists(a => a.Post == Post.SecurityManager && a.Unit is { } u && above.Contains(u)), officer);
    }

    private static Task<List<Appointment>> HeldAsync(TenantTransaction tx, PersonId person, DateTimeOffset at, CancellationToken cancel) =>
        tx.ListAsync(OrganisationRows.SelectAppointments + " WHERE person_id = $1 AND begins_on <= $2 AND (ends_on IS NULL OR ends_on > $2)", OrganisationRows.Appointment, cancel, person.Value, JapaneseTime.Day(at));
}
