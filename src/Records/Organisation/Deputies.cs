using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Organisation.Separation;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>Who decides in a post's place for a period (代理).</summary>
/// <param name="Unit">Of posts that a unit has; null for those of the whole municipality.</param>
/// <param name="EndsOn">First day without it.</param>
public sealed record Deputy(Guid Id, Post Post, UnitId? Unit, PersonId Person, DateOnly BeginsOn, DateOnly EndsOn, string Reason, DateTimeOffset NamedAt, Actor NamedBy)
{
    public bool ActsOn(DateOnly day) => BeginsOn <= day && day < EndsOn;
}

/// <summary>A deputy as asked for.</summary>
/// <param name="EndsOn">First day without it; a year after the beginning at most.</param>
/// <param name="Reason">Why: 出張, 育児休業 …; at most 500 characters.</param>
public sealed record DeputyDraft(Post Post, UnitId? Unit, PersonId Person, DateOnly BeginsOn, DateOnly EndsOn, string Reason);

/// <summary>Deputies of the posts that decide (代理の指定). <see cref="PostAuthority"/> asks here, so that every approval knows them.</summary>
public sealed class DeputyBook
{
    private const int MaxReason = 500, MaxDays = 366;

    private const string Select = "SELECT id, post, unit_id, person_id, begins_on, ends_on, reason, named_at, named_by, named_by_name FROM records.deputy";

    private readonly RecordKeeper keeper;

    internal DeputyBook(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>The posts that can have a deputy: those that decide.</summary>
    public static IReadOnlyList<Post> Posts { get; } = [Post.Ciso, Post.GeneralOfficer, Post.SecurityOfficer, Post.SecurityManager];

    /// <summary>Names a deputy. Nobody names themselves, and the rules that keep duties apart hold for deputies as for holders.</summary>
    public Task<Outcome<Deputy>> NameAsync(MunicipalityId municipality, DeputyDraft untrusted, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<Deputy>(municipality, [], async (tx, at) =>
        {
            var reason = untrusted.Reason.Trim();
            if (!Posts.Contains(untrusted.Post)) return Refusals.NoDeputyOf;
            if (reason.Length is 0 or > MaxReason || reason.Contains('\0', StringComparison.Ordinal)) return Refusals.DeputyReason;
            if (untrusted.EndsOn <= untrusted.BeginsOn || untrusted.EndsOn > untrusted.BeginsOn.AddDays(MaxDays) || untrusted.EndsOn <= JapaneseTime.Day(at)) return Refusals.BadPeriod;
            if (await OrganisationRows.PersonAsync(tx, untrusted.Person, cancel, lockRow: true) is not { } who || !who.IsHereOn(untrusted.BeginsOn)) return Refusals.UnknownPerson;
            var of = untrusted.Unit is { } u ? await OrganisationRows.UnitAsync(tx, u, untrusted.BeginsOn, cancel) : null;
            if (untrusted.Unit is not null && of is null) return Refusals.UnknownUnit;
            var fits = untrusted.Post switch
            {
                Post.SecurityOfficer => of?.Kind == UnitKind.Department,
                Post.SecurityManager => of?.Kind is UnitKind.Section or UnitKind.Agency,
                _ => of is null,
            };
            if (!fits) return Refusals.UnitMissing;
            if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) == who.Id) return Refusals.OwnDeputy;
            var held = await tx.ListAsync(OrganisationRows.SelectAppointments + " WHERE person_id = $1 AND begins_on < $3 AND (ends_on IS NULL OR ends_on > $2)", OrganisationRows.Appointment, cancel, who.Id.Value, untrusted.BeginsOn, untrusted.EndsOn);
            if (held.Exists(a => a.Post == untrusted.Post && a.Unit == untrusted.Unit)) return Refusals.OwnPost;
            var excepted = await DutyExceptions.OnAsync(tx, untrusted.BeginsOn, cancel);
            if (SeparationOfDuties.Load().Broken(held, untrusted.Post, untrusted.Unit).FirstOrDefault(r => !excepted.Exists(e => e.Rule == r.Id && e.Person == who.Id)) is { } rule) return Refusals.DutiesClash(rule.Says, rule.Except);
            var id = RecordKeeper.NewId(at);
            var index = await keeper.AppendAsync(tx, at, "deputy.named", actor, $"deputy/{id}",
                new { untrusted.Post, untrusted.Unit, unitName = of?.Name, untrusted.Person, personName = who.Name, untrusted.BeginsOn, untrusted.EndsOn, reason }, cancel);
            await tx.RunAsync("""
                INSERT INTO records.deputy (municipality_id, id, post, unit_id, person_id, begins_on, ends_on, reason, named_at, named_by, named_by_name, ledger_index) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
                """, cancel, municipality.Value, id, untrusted.Post, untrusted.Unit?.Value, untrusted.Person.Value, untrusted.BeginsOn, untrusted.EndsOn, reason, at, actor.Account, actor.Name, index);
            return new Deputy(id, untrusted.Post, untrusted.Unit, untrusted.Person, untrusted.BeginsOn, untrusted.EndsOn, reason, at, actor);
        }, cancel);

    /// <summary>Ends it today; one that has not begun never begins.</summary>
    public Task<Outcome<Deputy>> EndAsync(MunicipalityId municipality, Guid id, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<Deputy>(municipality, [], async (tx, at) =>
        {
            var today = JapaneseTime.Day(at);
            if (await tx.FirstAsync(Select + " WHERE id = $1 FOR UPDATE", Row, cancel, id) is not { } deputy || deputy.EndsOn <= today) return Refusals.UnknownDeputy;
            var ended = deputy with { EndsOn = today > deputy.BeginsOn ? today : deputy.BeginsOn };
            await tx.RunAsync("UPDATE records.deputy SET ends_on = $2 WHERE id = $1", cancel, id, ended.EndsOn);
            await keeper.AppendAsync(tx, at, "deputy.ended", actor, $"deputy/{id}", new { ended.Post, ended.Person, ended.BeginsOn, ended.EndsOn }, cancel);
            return ended;
        }, cancel);

    /// <summary>All, the latest first; also those that are over.</summary>
    public async Task<IReadOnlyList<Deputy>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(Select + " ORDER BY begins_on DESC, id DESC LIMIT 500", Row, cancel);
    }

    /// <summary>In whose place a person acts on a day.</summary>
    internal static Task<List<Deputy>> OfAsync(TenantTransaction tx, PersonId person, DateOnly day, CancellationToken cancel) =>
        tx.ListAsync(Select + """
             d WHERE person_id = $1 AND begins_on <= $2 AND ends_on > $2 AND EXISTS (
               SELECT FROM records.person p WHERE p.municipality_id = d.municipality_id AND p.id = d.person_id AND p.begins_on <= $2 AND (p.ends_on IS NULL OR p.ends_on > $2))
            """, Row, cancel, person.Value, day);

    private static Deputy Row(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.Case<Post>(1), r.IsDBNull(2) ? null : new UnitId(r.GetGuid(2)), new(r.GetGuid(3)), r.GetFieldValue<DateOnly>(4), r.GetFieldValue<DateOnly>(5), r.GetString(6), r.Moment(7), r.By(8));
}
