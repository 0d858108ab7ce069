using Npgsql;
using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Storage;

namespace Sekisho.Records.Policies;

/// <summary>Versions as rows: which there are, which is in force at a moment, and their documents.</summary>
internal static class VersionRows
{
    /// <summary>What was known of effective dates by $1: the newest entry for each version.</summary>
    private const string Known = """
        known AS (
          SELECT DISTINCT ON (version_id) policy_id, version_id, effective_on, recorded_at, ledger_index
          FROM records.policy_enforcement WHERE recorded_at <= $1
          ORDER BY version_id, recorded_at DESC, ledger_index DESC),
        in_force AS (
          SELECT DISTINCT ON (policy_id) policy_id, version_id
          FROM known WHERE effective_on <= $2
          ORDER BY policy_id, effective_on DESC, recorded_at DESC, ledger_index DESC),
        withheld AS (
          SELECT DISTINCT ON (version_id) version_id, legal_ground
          FROM records.policy_withholding WHERE recorded_at <= $1
          ORDER BY version_id, recorded_at DESC, ledger_index DESC)
        """;

    private const string Columns = """
        v.id, p.key, v.number, v.title, v.file_name, v.size_bytes, v.sha256,
        CASE WHEN f.version_id IS NOT NULL THEN 'InForce'
             WHEN k.version_id IS NULL THEN 'Draft'
             WHEN k.effective_on > $2 THEN 'Scheduled'
             ELSE 'Superseded' END,
        k.effective_on, v.imported_at, v.imported_by, v.imported_by_name, w.legal_ground, v.ledger_index, v.is_read, w.version_id IS NOT NULL
        """;

    private const string Tables = """
        FROM records.policy_version v
        JOIN records.policy p ON p.id = v.policy_id AND p.municipality_id = v.municipality_id
        LEFT JOIN known k ON k.version_id = v.id
        LEFT JOIN in_force f ON f.version_id = v.id
        LEFT JOIN withheld w ON w.version_id = v.id
        """;

    private static readonly string Every = $"WITH {Known} SELECT {Columns} {Tables} WHERE v.imported_at <= $1 AND ($3::text IS NULL OR p.key = $3) ORDER BY p.key, v.number DESC";

    private static readonly string ById = $"WITH {Known} SELECT {Columns} {Tables} WHERE v.id = $3";

    private static readonly string InForce = $"WITH {Known} SELECT {Columns} {Tables} WHERE f.version_id IS NOT NULL AND p.key = $3";

    /// <summary>Newest first within each policy.</summary>
    public static Task<List<VersionSummary>> AllAsync(TenantTransaction tx, string? policyKey, DateTimeOffset at, CancellationToken cancel) =>
        tx.ListAsync(Every, Summary, cancel, at, JapaneseTime.Day(at), policyKey);

    public static Task<VersionSummary?> FindAsync(TenantTransaction tx, PolicyVersionId id, DateTimeOffset at, CancellationToken cancel) =>
        tx.FirstAsync(ById, Summary, cancel, at, JapaneseTime.Day(at), id.Value);

    public static Task<VersionSummary?> InForceAsync(TenantTransaction tx, string policyKey, DateTimeOffset at, CancellationToken cancel) =>
        tx.FirstAsync(InForce, Summary, cancel, at, JapaneseTime.Day(at), policyKey);

    private static VersionSummary Summary(NpgsqlDataReader r) => new(
        new PolicyVersionId(r.GetGuid(0)), r.GetString(1), r.GetInt32(2), r.GetString(3), r.GetString(4), r.GetInt32(5), r.Digest(6),
        r.Case<VersionState>(7), r.DayOrNull(8), r.Moment(9), r.By(10), r.TextOrNull(12), r.GetInt64(13)) { IsRead = r.GetBoolean(14), DisclosureDecided = r.GetBoolean(15) };
}
