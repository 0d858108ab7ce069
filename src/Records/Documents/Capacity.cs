using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Documents;

/// <summary>As what somebody acts on a document: the person behind the account and the post that person holds (承認の権限).</summary>
internal static class Capacity
{
    /// <summary>The approver's post or office when the actor has it on that day, or stands in for it; null when not, or when nobody is named.</summary>
    public static Task<string?> OfAsync(TenantTransaction tx, DocumentRows.Row document, Actor actor, DateOnly day, CancellationToken cancel) => document.Approver.Match(
        static _ => Task.FromResult<string?>(null),
        async holder => await HoldsAsync(tx, holder.Post, document.Unit, actor, day, cancel) ? holder.Post.Name().Ja : await StandsInAsync(tx, holder.Post, document.Unit, actor, day, cancel) ? holder.Post.Name().Ja + "の代理" : null,
        async named => await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) == named.Person ? named.Title : null);

    /// <summary>A deputy reaches what the post reaches.</summary>
    private static async Task<bool> StandsInAsync(TenantTransaction tx, Post post, UnitId? unit, Actor actor, DateOnly day, CancellationToken cancel)
    {
        if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is not { } person) return false;
        var places = (await DeputyBook.OfAsync(tx, person, day, cancel)).FindAll(d => d.Post == post);
        if (places.Count == 0 || unit is not { } its || places.Exists(d => d.Unit is null)) return places.Count > 0;
        var above = (await tx.ListAsync("""
            WITH RECURSIVE up AS (SELECT id, parent_id FROM records.unit WHERE id = $1 UNION SELECT u.id, u.parent_id FROM records.unit u JOIN up ON u.id = up.parent_id) SELECT id FROM up
            """, r => new UnitId(r.GetGuid(0)), cancel, its.Value)).ToHashSet();
        return places.Exists(d => d.Unit is { } of && above.Contains(of));
    }

    /// <summary>Posts of the whole municipality reach every document; those of a unit reach the documents of the unit and what is below it.</summary>
    private static async Task<bool> HoldsAsync(TenantTransaction tx, Post post, UnitId? unit, Actor actor, DateOnly day, CancellationToken cancel) =>
        await OrganisationRows.CountAsync(tx, """
            WITH RECURSIVE up AS (
              SELECT id, parent_id FROM records.unit WHERE id = $4
              UNION ALL
              SELECT u.id, u.parent_id FROM records.unit u JOIN up ON up.parent_id = u.id)
            SELECT count(*) FROM records.appointment a
            JOIN records.account_person x ON x.municipality_id = a.municipality_id AND x.person_id = a.person_id AND x.account = $1
            JOIN records.person p ON p.municipality_id = a.municipality_id AND p.id = a.person_id AND p.begins_on <= $3 AND (p.ends_on IS NULL OR p.ends_on > $3)
            WHERE a.post = $2 AND a.begins_on <= $3 AND (a.ends_on IS NULL OR a.ends_on > $3)
              AND ($5 OR a.unit_id IS NULL OR $4::uuid IS NULL OR a.unit_id IN (SELECT id FROM up))
            """, cancel, actor.Account, post, day, unit?.Value, post is Post.Ciso or Post.GeneralOfficer) > 0;
}
