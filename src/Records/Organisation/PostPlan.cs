namespace Sekisho.Records.Organisation;

/// <summary>A post that has to be filled, and whether it is (置くべき職).</summary>
/// <param name="Unit">Null for the whole municipality.</param>
/// <param name="Holders">Who holds it on that day; empty: vacant.</param>
public sealed record PostToFill(Post Post, Unit? Unit, IReadOnlyList<Person> Holders)
{
    public bool IsVacant => Holders.Count == 0;
}

/// <summary>Which posts the guideline asks for, given the units that stand on a day (置くべき職の割り出し).</summary>
/// <remarks>
/// One for the municipality: CISO, 統括, CSIRT, the committee, 監査統括. One a department: 責任者. One a section: 管理者; also one in an
/// agency that has no units below it (議会事務局, 監査委員事務局), which is a section in all but name.
/// 情報システム管理者 and 担当者 belong to systems and are asked for by the register of systems.
/// </remarks>
public static class PostPlan
{
    private static readonly Post[] OfTheMunicipality = [Post.Ciso, Post.GeneralOfficer, Post.Csirt, Post.CommitteeMember, Post.AuditOfficer];

    /// <summary>All posts to fill, those of the municipality first, then in the order of <paramref name="units"/>.</summary>
    /// <param name="day">Units, people and appointments count when they stand on this day; a holder who has left holds nothing.</param>
    public static IReadOnlyList<PostToFill> On(DateOnly day, IReadOnlyList<Unit> units, IReadOnlyList<Person> people, IReadOnlyList<Appointment> appointments)
    {
        var here = people.Where(p => p.IsHereOn(day)).ToDictionary(p => p.Id);
        var held = appointments.Where(a => a.HoldsOn(day) && here.ContainsKey(a.Person)).ToLookup(a => (a.Post, a.Unit), a => here[a.Person]);
        // A post of the whole municipality may be entered with the unit where its holder sits: it is filled all the same.
        var anywhere = appointments.Where(a => a.HoldsOn(day) && here.ContainsKey(a.Person)).ToLookup(a => a.Post, a => here[a.Person]);
        var parents = units.Where(u => u.StandsOn(day)).Select(u => u.Parent).ToHashSet();
        return
        [
            .. OfTheMunicipality.Select(post => new PostToFill(post, null, [.. anywhere[post]])),
            .. units.Where(u => u.StandsOn(day)).SelectMany(u => u.Kind switch
            {
                UnitKind.Department => [Of(Post.SecurityOfficer, u)],
                UnitKind.Section => new[] { Of(Post.SecurityManager, u) },
                UnitKind.Agency when !parents.Contains(u.Id) => [Of(Post.SecurityManager, u)],
                _ => [],
            }),
        ];

        PostToFill Of(Post post, Unit unit) => new(post, unit, [.. held[(post, unit.Id)]]);
    }
}
