using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Documents;

/// <summary>Documents and the steps of their versions as rows.</summary>
internal static class DocumentRows
{
    /// <summary>A document without its versions.</summary>
    internal sealed record Row(Guid Id, string Key, DocumentKind Kind, string? Name, UnitId? Unit, string? UnitName, Approver Approver, Readers Readers, DateTimeOffset? RetiredAt);

    private const string Select = """
        SELECT p.id, p.key, p.kind, p.name, p.unit_id, u.name, p.approver_post, p.delegate_title, p.delegate_person, p.readers, p.retired_at
        FROM records.policy p LEFT JOIN records.unit u ON u.municipality_id = p.municipality_id AND u.id = p.unit_id
        """;

    private const string SelectSteps = "SELECT step, sha256, capacity, note, decided_on, taken_at, taken_by, taken_by_name, ledger_index, version_id FROM records.document_step";

    public static Task<Row?> FindAsync(TenantTransaction tx, string key, CancellationToken cancel) =>
        tx.FirstAsync(Select + " WHERE p.key = $1", Map, cancel, key);

    public static async Task<Row> OfVersionAsync(TenantTransaction tx, PolicyVersionId version, CancellationToken cancel) =>
        (await tx.FirstAsync(Select + " WHERE p.id = (SELECT policy_id FROM records.policy_version WHERE id = $1)", Map, cancel, version.Value))!;

    /// <summary>All documents with their versions as known at a moment, in the order of kinds, then by name.</summary>
    /// <param name="key">Null: all.</param>
    public static async Task<IReadOnlyList<KeptDocument>> AllAsync(TenantTransaction tx, string? key, DateTimeOffset at, CancellationToken cancel)
    {
        var rows = await tx.ListAsync(Select + " WHERE $1::text IS NULL OR p.key = $1", Map, cancel, key);
        var versions = (await VersionRows.AllAsync(tx, key, at, cancel)).ToLookup(v => v.PolicyKey, StringComparer.Ordinal);
        var steps = (await tx.ListAsync("""
            SELECT DISTINCT ON (version_id) step, sha256, capacity, note, decided_on, taken_at, taken_by, taken_by_name, ledger_index, version_id
            FROM records.document_step WHERE taken_at <= $1 ORDER BY version_id, taken_at DESC, ledger_index DESC
            """, r => (Version: r.GetGuid(9), Step: Step(r)), cancel, at)).ToDictionary(s => s.Version, s => s.Step);
        return
        [
            .. rows.Select(r =>
            {
                VersionSummary[] own = [.. versions[r.Key]];
                var newest = own.Length == 0 ? null : own[0];
                return new KeptDocument(r.Key, r.Kind, r.Name ?? newest?.Title ?? r.Key, r.Unit, r.UnitName, r.Approver, r.Readers, r.RetiredAt,
                    own.FirstOrDefault(v => v.State == VersionState.InForce), newest, newest is null ? DocumentStage.Drafting : StageOf(newest, steps.GetValueOrDefault(newest.Id.Value)), own.Length);
            }).OrderBy(d => d.RetiredAt is not null).ThenBy(d => d.Kind).ThenBy(d => d.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>The steps of a version, oldest first.</summary>
    public static Task<List<DocumentStep>> StepsAsync(TenantTransaction tx, PolicyVersionId version, DateTimeOffset at, CancellationToken cancel) =>
        tx.ListAsync(SelectSteps + " WHERE version_id = $1 AND taken_at <= $2 ORDER BY taken_at, ledger_index", Step, cancel, version.Value, at);

    /// <summary>Where a version stands. A step about other content than the version's counts for nothing: an approval is bound to what was approved.</summary>
    public static DocumentStage StageOf(VersionSummary version, DocumentStep? newest) => newest is null || newest.Content != version.Original
        ? DocumentStage.Drafting
        : newest.Kind switch
        {
            StepKind.Submitted => DocumentStage.Submitted,
            StepKind.Reviewed => DocumentStage.Reviewed,
            StepKind.Returned => DocumentStage.Returned,
            _ => DocumentStage.Approved,
        };

    public static async Task<DocumentStage> StageAsync(TenantTransaction tx, VersionSummary version, DateTimeOffset at, CancellationToken cancel) =>
        StageOf(version, (await StepsAsync(tx, version.Id, at, cancel)).LastOrDefault());

    public static DocumentStep Step(NpgsqlDataReader r) =>
        new(r.Case<StepKind>(0), r.Digest(1), r.GetString(2), r.GetString(3), r.DayOrNull(4), r.Moment(5), r.By(6), r.GetInt64(8));

    private static Row Map(NpgsqlDataReader r) => new(
        r.GetGuid(0), r.GetString(1), r.Case<DocumentKind>(2), r.TextOrNull(3), r.IsDBNull(4) ? null : new UnitId(r.GetGuid(4)), r.TextOrNull(5),
        !r.IsDBNull(6) ? new Approver.Holder(r.Case<Post>(6)) : !r.IsDBNull(7) ? new Approver.Delegate(r.GetString(7), new PersonId(r.GetGuid(8))) : new Approver.None(),
        r.Case<Readers>(9), r.MomentOrNull(10));
}
