using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>What a person may decide for a unit by the posts held, or stood in for, on a day (決裁の権限).</summary>
/// <param name="Person">Null: the account belongs to nobody of the organisation, and decides nothing.</param>
/// <param name="IsManager">The unit's 情報セキュリティ管理者, or one above it; or a deputy of one.</param>
/// <param name="IsOfficer">The 情報セキュリティ責任者 of the department, 統括責任者 or CISO; or a deputy of one.</param>
internal sealed record PostAuthority(PersonId? Person, bool IsManager, bool IsOfficer)
{
    public static PostAuthority None { get; } = new(null, false, false);

    /// <summary>In whose place it is decided, where the own posts alone would not do: for a manager's matter, and for an officer's.</summary>
    public Post? ManagerAsDeputyOf { get; private init; }

    /// <inheritdoc cref="ManagerAsDeputyOf"/>
    public Post? OfficerAsDeputyOf { get; private init; }

    /// <summary>False when this account's person holds no post that decides anything, for whatever unit, nor stands in for one.</summary>
    public static async Task<bool> HoldsAnyAsync(TenantTransaction tx, Actor actor, DateTimeOffset at, CancellationToken cancel) =>
        await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is { } person
        && ((await HeldAsync(tx, person, at, cancel)).Exists(static a => DeputyBook.Posts.Contains(a.Post)) || (await DeputyBook.OfAsync(tx, person, JapaneseTime.Day(at), cancel)).Count > 0);

    /// <summary>A few small questions and not the whole chart: a manager's list asks this of every line.</summary>
    /// <param name="unit">Null: matters of no unit, which only 統括責任者 and CISO decide.</param>
    /// <param name="asker">Who asked, where that is known: a deputy doesn't decide for whoever they stand in for.</param>
    public static async Task<PostAuthority> OfAsync(TenantTransaction tx, UnitId? unit, Actor actor, DateTimeOffset at, CancellationToken cancel, PersonId? asker = null)
    {
        if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is not { } person) return None;
        var above = unit is not { } its ? [] : (await tx.ListAsync("""
            WITH RECURSIVE above AS (SELECT id, parent_id FROM records.unit WHERE id = $1 UNION SELECT u.id, u.parent_id FROM records.unit u JOIN above a ON u.id = a.parent_id) SELECT id FROM above
            """, r => new UnitId(r.GetGuid(0)), cancel, its.Value)).ToHashSet();
        var held = await HeldAsync(tx, person, at, cancel);
        var (officer, manager) = (held.Exists(a => Decides(a.Post, a.Unit, asOfficer: true)), held.Exists(a => Decides(a.Post, a.Unit, asOfficer: false)));
        if (officer) return new(person, true, true);
        var places = await DeputyBook.OfAsync(tx, person, JapaneseTime.Day(at), cancel);
        if (places.Count > 0 && asker is { } asked)
        {
            var own = await HeldAsync(tx, asked, at, cancel);
            places.RemoveAll(d => own.Exists(a => a.Post == d.Post && a.Unit == d.Unit));
        }
        var asOfficer = places.Find(d => Decides(d.Post, d.Unit, asOfficer: true));
        var asManager = manager ? null : places.Find(d => Decides(d.Post, d.Unit, asOfficer: false)) ?? asOfficer;
        return new(person, manager || asManager is not null || asOfficer is not null, asOfficer is not null) { ManagerAsDeputyOf = asManager?.Post, OfficerAsDeputyOf = asOfficer?.Post };

        bool Decides(Post post, UnitId? of, bool asOfficer) =>
            post is Post.Ciso or Post.GeneralOfficer || (post == (asOfficer ? Post.SecurityOfficer : Post.SecurityManager) && of is { } u && above.Contains(u));
    }

    private static Task<List<Appointment>> HeldAsync(TenantTransaction tx, PersonId person, DateTimeOffset at, CancellationToken cancel) =>
        tx.ListAsync(OrganisationRows.SelectAppointments + " WHERE person_id = $1 AND begins_on <= $2 AND (ends_on IS NULL OR ends_on > $2)", OrganisationRows.Appointment, cancel, person.Value, JapaneseTime.Day(at));
}
