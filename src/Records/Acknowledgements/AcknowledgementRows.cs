using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Acknowledgements;

/// <summary>Campaigns and acknowledgements as rows. Who is in scope follows from the register of people on the day, never from a copy.</summary>
internal static class AcknowledgementRows
{
    /// <summary>Campaigns with whom they concern on day $1; $2 narrows to units, null: all.</summary>
    private const string Scope = """
        WITH RECURSIVE below AS (
          SELECT c.id AS campaign_id, c.unit_id AS id FROM records.campaign c WHERE c.unit_id IS NOT NULL
          UNION
          SELECT b.campaign_id, u.id FROM records.unit u JOIN below b ON u.parent_id = b.id),
        here AS (
          SELECT p.* FROM records.person p WHERE p.begins_on <= $1 AND (p.ends_on IS NULL OR p.ends_on > $1) AND ($2::uuid[] IS NULL OR p.unit_id = ANY ($2))),
        concerned AS (
          SELECT c.id AS campaign_id, p.id AS person_id, p.unit_id, p.name, p.number, p.kind
          FROM records.campaign c JOIN here p ON p.kind = ANY (c.kinds)
            AND (c.unit_id IS NULL OR EXISTS (SELECT FROM below b WHERE b.campaign_id = c.id AND b.id = p.unit_id))
          WHERE $3::uuid IS NULL OR c.id = $3)
        """;

    private const string Select = """
        SELECT c.id, c.version_id, c.kinds, c.unit_id, u.name, c.due_on, c.message, c.opened_at, c.opened_by, c.opened_by_name, c.ledger_index,
               coalesce(n.people, 0), coalesce(n.given, 0)
        FROM records.campaign c
        LEFT JOIN records.unit u ON u.municipality_id = c.municipality_id AND u.id = c.unit_id
        LEFT JOIN (
          SELECT s.campaign_id, count(*) AS people, count(a.person_id) AS given
          FROM concerned s LEFT JOIN records.acknowledgement a ON a.campaign_id = s.campaign_id AND a.person_id = s.person_id
          GROUP BY s.campaign_id) n ON n.campaign_id = c.id
        """;

    private const string PersonColumns = """
        s.person_id, s.name, s.number, s.kind, s.unit_id, u.name, EXISTS (SELECT FROM records.account_person x WHERE x.person_id = s.person_id),
        a.way, a.note, a.given_at, a.given_by, a.given_by_name, a.ledger_index
        """;

    private const string PersonTables = """
        FROM concerned s
        JOIN records.unit u ON u.id = s.unit_id
        LEFT JOIN records.acknowledgement a ON a.campaign_id = s.campaign_id AND a.person_id = s.person_id
        """;

    /// <summary>Newest first.</summary>
    /// <param name="campaign">Null: all.</param>
    public static async Task<IReadOnlyList<Campaign>> CampaignsAsync(TenantTransaction tx, Guid? campaign, IReadOnlyList<UnitId>? within, DateTimeOffset at, CancellationToken cancel)
    {
        var rows = await tx.ListAsync($"{Scope} {Select} WHERE c.opened_at <= $4 AND ($3::uuid IS NULL OR c.id = $3) ORDER BY c.opened_at DESC, c.id",
            r => (Id: new CampaignId(r.GetGuid(0)), Version: new PolicyVersionId(r.GetGuid(1)), Kinds: r.GetFieldValue<string[]>(2), Unit: r.IsDBNull(3) ? (UnitId?)null : new UnitId(r.GetGuid(3)), UnitName: r.TextOrNull(4),
                Due: r.GetFieldValue<DateOnly>(5), Message: r.GetString(6), At: r.Moment(7), By: r.By(8), Index: r.GetInt64(10), People: r.GetInt64(11), Given: r.GetInt64(12)),
            cancel, JapaneseTime.Day(at), Units(within), campaign, at);
        if (rows.Count == 0) return [];
        var versions = (await VersionRows.AllAsync(tx, null, at, cancel)).ToDictionary(v => v.Id);
        return
        [
            .. rows.Select(r => new Campaign(r.Id, r.Version, versions[r.Version].PolicyKey, versions[r.Version].Title, versions[r.Version].Number, versions[r.Version].State, versions[r.Version].WithheldGround,
                [.. r.Kinds.Select(Enum.Parse<StaffKind>)], r.Unit, r.UnitName, r.Due, r.Message, r.At, r.By, r.Index, (int)r.People, (int)r.Given)),
        ];
    }

    public static Task<List<CampaignSection>> SectionsAsync(TenantTransaction tx, CampaignId campaign, IReadOnlyList<UnitId>? within, DateOnly day, CancellationToken cancel) =>
        tx.ListAsync($"""
            {Scope} SELECT s.unit_id, u.name, count(*), count(a.person_id) {PersonTables}
            GROUP BY s.unit_id, u.name ORDER BY count(*) - count(a.person_id) DESC, u.name
            """, r => new CampaignSection(new(r.GetGuid(0)), r.GetString(1), (int)r.GetInt64(2), (int)r.GetInt64(3)), cancel, day, Units(within), campaign.Value);

    public static async Task<CampaignPeople> PeopleAsync(TenantTransaction tx, CampaignId campaign, CampaignQuery query, IReadOnlyList<UnitId>? within, DateOnly day, CancellationToken cancel)
    {
        const string Chosen = "WHERE ($4::uuid IS NULL OR s.unit_id = $4) AND (NOT $5 OR a.person_id IS NULL) AND ($6::text IS NULL OR strpos(s.name, $6) > 0 OR s.number = $6)";
        var (size, page) = (Math.Clamp(query.Size, 1, 500), Math.Max(1, query.Page));
        var text = string.IsNullOrWhiteSpace(query.Text) ? null : query.Text.Trim();
        object?[] values = [day, Units(within), campaign.Value, query.Unit?.Value, query.MissingOnly, text];
        var total = await tx.ListAsync($"{Scope} SELECT count(*) {PersonTables} {Chosen}", r => (int)r.GetInt64(0), cancel, values);
        var rows = await tx.ListAsync($"{Scope} SELECT {PersonColumns} {PersonTables} {Chosen} ORDER BY u.name, s.name, s.person_id LIMIT $7 OFFSET $8", Person, cancel, [.. values, size, (page - 1) * size]);
        return new(rows, total[0], page, size);
    }

    /// <summary>People of a campaign by id; those whom it doesn't concern are absent.</summary>
    public static Task<List<CampaignPerson>> FindPeopleAsync(TenantTransaction tx, CampaignId campaign, IReadOnlyCollection<PersonId> people, DateOnly day, CancellationToken cancel) =>
        tx.ListAsync($"{Scope} SELECT {PersonColumns} {PersonTables} WHERE s.person_id = ANY ($4)", Person, cancel, day, null, campaign.Value, people.Select(static p => p.Value).ToArray());

    /// <summary>What concerns one person today, with what was given.</summary>
    public static Task<List<(CampaignId Campaign, Acknowledgement? Given)>> OfPersonAsync(TenantTransaction tx, PersonId person, DateOnly day, CancellationToken cancel) =>
        tx.ListAsync($"{Scope} SELECT {PersonColumns}, s.campaign_id {PersonTables} WHERE s.person_id = $4", r => (new CampaignId(r.GetGuid(13)), Person(r).Given), cancel, day, null, null, person.Value);

    /// <summary>By section: whom any of the campaigns concerns (of none: everyone), and who has given all that were asked of them.</summary>
    /// <param name="counted">Campaigns whose scope counts.</param>
    /// <param name="asked">Campaigns that must be given.</param>
    /// <param name="noneYet">Something in force isn't brought to anybody yet, so nobody has acknowledged everything.</param>
    public static Task<List<CampaignSection>> TallyAsync(TenantTransaction tx, Guid[] counted, Guid[] asked, bool noneYet, DateOnly day, CancellationToken cancel) =>
        tx.ListAsync($"""
            {Scope}, everyone AS (
              SELECT DISTINCT s.person_id, s.unit_id FROM concerned s WHERE s.campaign_id = ANY ($4)
              UNION SELECT h.id, h.unit_id FROM here h WHERE cardinality($4) = 0 AND h.kind IN ('Staff', 'FiscalYearAppointee', 'Dispatched')),
            behind AS (
              SELECT DISTINCT s.person_id FROM concerned s
              WHERE s.campaign_id = ANY ($5) AND NOT EXISTS (SELECT FROM records.acknowledgement a WHERE a.campaign_id = s.campaign_id AND a.person_id = s.person_id))
            SELECT e.unit_id, u.name, count(*), count(*) FILTER (WHERE NOT $6 AND NOT EXISTS (SELECT FROM behind b WHERE b.person_id = e.person_id))
            FROM everyone e JOIN records.unit u ON u.id = e.unit_id GROUP BY e.unit_id, u.name ORDER BY u.name
            """, r => new CampaignSection(new(r.GetGuid(0)), r.GetString(1), (int)r.GetInt64(2), (int)r.GetInt64(3)), cancel, day, null, null, counted, asked, noneYet);

    public static Task<int> GiveAsync(TenantTransaction tx, CampaignId campaign, IReadOnlyCollection<PersonId> people, Acknowledgement given, CancellationToken cancel) =>
        tx.RunAsync("""
            INSERT INTO records.acknowledgement (municipality_id, campaign_id, person_id, way, note, given_at, given_by, given_by_name, ledger_index)
            SELECT $1, $2, p, $4, $5, $6, $7, $8, $9 FROM unnest($3::uuid[]) p
            """, cancel, tx.Municipality.Value, campaign.Value, people.Select(static p => p.Value).ToArray(), given.Way, given.Note, given.At, given.By.Account, given.By.Name, given.LedgerIndex);

    private static Guid[]? Units(IReadOnlyList<UnitId>? within) => within?.Select(static u => u.Value).ToArray();

    private static CampaignPerson Person(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), r.GetString(1), r.TextOrNull(2), r.Case<StaffKind>(3), new(r.GetGuid(4)), r.GetString(5), r.GetBoolean(6),
        r.IsDBNull(7) ? null : new(r.Case<AcknowledgementWay>(7), r.GetString(8), r.Moment(9), r.By(10), r.GetInt64(12)));
}
