using System.Globalization;
using System.Text;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Storage;

namespace Sekisho.Records.Policies;

/// <summary>Findings as rows.</summary>
internal static class FindingRows
{
    internal sealed record New(FindingOrigin Origin, Finding Found, Sha256 Fingerprint);

    private const string Select = """
        SELECT f.id, f.version_id, f.origin, f.code, f.severity, f.provision_id, f.place, f.message_ja, f.message_en, f.next_ja, f.next_en,
               a.answer, a.note, a.answered_at, a.answered_by, a.answered_by_name, a.carried_from IS NOT NULL, a.ledger_index
        FROM records.policy_finding f
        LEFT JOIN LATERAL (
          SELECT * FROM records.finding_answer a WHERE a.municipality_id = f.municipality_id AND a.finding_id = f.id AND a.answered_at <= $1
          ORDER BY a.answered_at DESC, a.ledger_index DESC LIMIT 1) a ON true
        """;

    /// <summary>Reader's and lint's findings with fingerprints: the same finding about the same provision has the same one in every version.</summary>
    public static IReadOnlyList<New> Number(PolicyDocument document, IReadOnlyDictionary<string, string> keys, IReadOnlyList<Finding> lint)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        New Make(FindingOrigin origin, Finding f)
        {
            var key = f.ProvisionId is { } id ? keys.GetValueOrDefault(id, id) : "";
            var text = string.Join('\n', origin, f.Code, key, f.Message.Ja);
            var nth = seen[text] = seen.GetValueOrDefault(text) + 1;
            return new New(origin, f, Sha256.Of(Encoding.UTF8.GetBytes(text + "\n" + nth.ToString(CultureInfo.InvariantCulture))));
        }
        return [.. document.Findings.Select(f => Make(FindingOrigin.Reader, f)), .. lint.Select(f => Make(FindingOrigin.Lint, f))];
    }

    /// <returns>How many are new for this version.</returns>
    public static Task<int> InsertAsync(TenantTransaction tx, PolicyVersionId version, IReadOnlyList<New> findings, DateTimeOffset at, CancellationToken cancel)
    {
        if (findings.Count == 0) return Task.FromResult(0);
        return tx.RunAsync("""
            INSERT INTO records.policy_finding (municipality_id, version_id, found_at, id, ordinal, origin, code, severity, provision_id, place, message_ja, message_en, next_ja, next_en, fingerprint)
            SELECT $1, $2, $3, * FROM unnest($4::uuid[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::bytea[])
            ON CONFLICT (municipality_id, version_id, fingerprint) DO NOTHING
            """, cancel, tx.Municipality.Value, version.Value, at,
            findings.Select(_ => RecordKeeper.NewId(at)).ToArray(),
            Enumerable.Range(0, findings.Count).ToArray(),
            findings.Select(f => f.Origin == FindingOrigin.Reader ? "reader" : "lint").ToArray(),
            findings.Select(f => f.Found.Code).ToArray(),
            findings.Select(f => f.Found.Severity.ToString()).ToArray(),
            findings.Select(f => f.Found.ProvisionId).ToArray(),
            findings.Select(f => f.Found.Where).ToArray(),
            findings.Select(f => f.Found.Message.Ja).ToArray(),
            findings.Select(f => f.Found.Message.En).ToArray(),
            findings.Select(f => f.Found.Next.Ja).ToArray(),
            findings.Select(f => f.Found.Next.En).ToArray(),
            findings.Select(f => f.Fingerprint.ToArray()).ToArray());
    }

    /// <summary>A finding that is the same as one answered on the version before keeps that answer, but for "we'll fix it": it evidently wasn't.</summary>
    public static Task<int> CarryAnswersAsync(TenantTransaction tx, PolicyVersionId previous, PolicyVersionId version, DateTimeOffset at, CancellationToken cancel) =>
        tx.RunAsync("""
            INSERT INTO records.finding_answer (municipality_id, id, finding_id, answer, note, answered_at, answered_by, answered_by_name, carried_from, ledger_index)
            SELECT n.municipality_id, gen_random_uuid(), n.id, a.answer, a.note, $3, a.answered_by, a.answered_by_name, o.id, a.ledger_index
            FROM records.policy_finding n
            JOIN records.policy_finding o ON o.municipality_id = n.municipality_id AND o.version_id = $1 AND o.fingerprint = n.fingerprint
            JOIN LATERAL (
              SELECT * FROM records.finding_answer a WHERE a.municipality_id = o.municipality_id AND a.finding_id = o.id
              ORDER BY a.answered_at DESC, a.ledger_index DESC LIMIT 1) a ON true
            WHERE n.version_id = $2 AND a.answer <> 'WillFix'
            """, cancel, previous.Value, version.Value, at);

    /// <summary>In the order of the document: the reader's first.</summary>
    public static Task<List<KeptFinding>> OfVersionAsync(TenantTransaction tx, PolicyVersionId version, DateTimeOffset at, CancellationToken cancel) =>
        tx.ListAsync(Select + " WHERE f.version_id = $2 AND f.found_at <= $1 ORDER BY f.origin DESC, f.found_at, f.ordinal", Map, cancel, at, version.Value);

    public static Task<KeptFinding?> FindAsync(TenantTransaction tx, FindingId id, DateTimeOffset at, CancellationToken cancel) =>
        tx.FirstAsync(Select + " WHERE f.id = $2", Map, cancel, at, id.Value);

    private static KeptFinding Map(NpgsqlDataReader r) => new(
        new FindingId(r.GetGuid(0)), new PolicyVersionId(r.GetGuid(1)),
        r.GetString(2) == "reader" ? FindingOrigin.Reader : FindingOrigin.Lint,
        new Finding(r.GetString(3), r.Case<FindingSeverity>(4), r.TextOrNull(5), r.GetString(6), r.Both(7), r.Both(9)),
        r.IsDBNull(11) ? null : new AnswerGiven(r.Case<FindingAnswer>(11), r.GetString(12), r.Moment(13), r.By(14), r.GetBoolean(16), r.GetInt64(17)));
}
