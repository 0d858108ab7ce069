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

    /// <summary>The posts by which it may be decided, one's own and those stood in for.</summary>
    public IReadOnlyList<DecidingPost> Posts { get; private init; } = [];

    /// <summary>True when these two decide by two posts, one of them an officer's: a post and its own deputy are one.</summary>
    public static bool AreTwo(PostAuthority one, PostAuthority other) =>
        one.Posts.Any(a => other.Posts.Any(b => (a.Post, a.Unit) != (b.Post, b.Unit) && (a.IsOfficer || b.IsOfficer)));

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
        var posts = held.Select(Deciding).OfType<DecidingPost>().ToList();
        if (officer) return new(person, true, true) { Posts = posts };
        var places = await DeputyBook.OfAsync(tx, person, JapaneseTime.Day(at), cancel);
        if (places.Count > 0 && asker is { } asked)
        {
            var own = await HeldAsync(tx, asked, at, cancel);
            places.RemoveAll(d => own.Exists(a => a.Post == d.Post && a.Unit == d.Unit));
        }
        var asOfficer = places.Find(d => Decides(d.Post, d.Unit, asOfficer: true));
        var asManager = manager ? null : places.Find(d => Decides(d.Post, d.Unit, asOfficer: false)) ?? asOfficer;
        posts.AddRange(places.Select(d => Deciding(new(default, d.Post, d.Unit, d.Person, d.BeginsOn, d.EndsOn))).OfType<DecidingPost>());
        return new(person, manager || asManager is not null || asOfficer is not null, asOfficer is not null) { ManagerAsDeputyOf = asManager?.Post, OfficerAsDeputyOf = asOfficer?.Post, Posts = posts };

        DecidingPost? Deciding(Appointment a) => Decides(a.Post, a.Unit, asOfficer: true) ? new(a.Post, a.Unit, true) : Decides(a.Post, a.Unit, asOfficer: false) ? new(a.Post, a.Unit, false) : null;

        bool Decides(Post post, UnitId? of, bool asOfficer) =>
            post is Post.Ciso or Post.GeneralOfficer || (post == (asOfficer ? Post.SecurityOfficer : Post.SecurityManager) && of is { } u && above.Contains(u));
    }

    private static Task<List<Appointment>> HeldAsync(TenantTransaction tx, PersonId person, DateTimeOffset at, CancellationToken cancel) =>
        tx.ListAsync(OrganisationRows.SelectAppointments + " WHERE person_id = $1 AND begins_on <= $2 AND (ends_on IS NULL OR ends_on > $2)", OrganisationRows.Appointment, cancel, person.Value, JapaneseTime.Day(at));

    /// <summary>Who can decide for a unit on a day: holders and deputies who are here and have an account; the nearest posts first. Empty where every post is vacant.</summary>
    /// <param name="asOfficer">Only those who decide an officer's matters.</param>
    /// <param name="asker">Who asked: decides nothing of it, nor does who stands in for a post of theirs.</param>
    public static async Task<IReadOnlyList<Decider>> DecidersAsync(TenantTransaction tx, UnitId? unit, bool asOfficer, PersonId? asker, DateTimeOffset at, CancellationToken cancel) =>
        await tx.ListAsync("""
            WITH RECURSIVE above AS (SELECT id, parent_id, 0 AS far FROM records.unit WHERE id = $1 UNION ALL SELECT u.id, u.parent_id, a.far + 1 FROM records.unit u JOIN above a ON u.id = a.parent_id WHERE a.far < 20),
            place AS (
              SELECT a.person_id, a.post, a.unit_id, false AS deputy FROM records.appointment a WHERE a.begins_on <= $2 AND (a.ends_on IS NULL OR a.ends_on > $2)
              UNION ALL SELECT d.person_id, d.post, d.unit_id, true FROM records.deputy d WHERE d.begins_on <= $2 AND d.ends_on > $2
                AND NOT EXISTS (SELECT FROM records.appointment o WHERE o.person_id = $4 AND o.post = d.post AND o.unit_id IS NOT DISTINCT FROM d.unit_id AND o.begins_on <= $2 AND (o.ends_on IS NULL OR o.ends_on > $2)))
            SELECT p.id, p.name, place.post, place.deputy FROM place JOIN records.person p ON p.id = place.person_id AND p.begins_on <= $2 AND (p.ends_on IS NULL OR p.ends_on > $2)
            LEFT JOIN above ON above.id = place.unit_id
            WHERE p.id IS DISTINCT FROM $4 AND EXISTS (SELECT FROM records.account_person x WHERE x.person_id = p.id)
              AND (place.post IN ('Ciso', 'GeneralOfficer') OR (above.id IS NOT NULL AND (place.post = 'SecurityOfficer' OR (place.post = 'SecurityManager' AND NOT $3))))
            ORDER BY CASE place.post WHEN 'SecurityManager' THEN 0 WHEN 'SecurityOfficer' THEN 1 WHEN 'GeneralOfficer' THEN 2 ELSE 3 END, above.far, place.deputy, p.name
            """, r => new Decider(new(r.GetGuid(0)), r.GetString(1), r.Case<Post>(2), r.GetBoolean(3)), cancel, unit?.Value, JapaneseTime.Day(at), asOfficer, asker?.Value);
}

/// <summary>A post by which somebody decides.</summary>
/// <param name="Unit">Null for posts of the whole municipality.</param>
internal sealed record DecidingPost(Post Post, UnitId? Unit, bool IsOfficer);

/// <summary>Somebody who can decide now (承認できる人).</summary>
public sealed record Decider(PersonId Person, string Name, Post Post, bool IsDeputy);
