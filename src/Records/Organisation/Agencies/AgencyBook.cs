using System.Collections.Concurrent;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Policy.Agencies;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation.Agencies;

/// <summary>Which agency is bound by which policy (実施機関と方針): what policies say, what is registered, and what people decided.</summary>
public sealed class AgencyBook
{
    private const int MaxReason = 2000;

    private readonly RecordKeeper keeper;
    private readonly DocumentCache documents;
    private readonly ConcurrentDictionary<PolicyVersionId, AgencyScope> scopes = new();

    internal AgencyBook(RecordKeeper keeper, DocumentCache documents) => (this.keeper, this.documents) = (keeper, documents);

    /// <summary>The matrix of today.</summary>
    public async Task<AgencyMatrix> MatrixAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await MatrixAsync(tx, keeper.Clock.Now(), cancel);
    }

    /// <summary>Records that an agency laid a policy down (jointly or by itself), that it is excluded, or takes such a decision back.</summary>
    /// <param name="agency">As in <see cref="AgencyLine.Key"/>.</param>
    /// <param name="policyKey">Null for an exclusion and for taking it back.</param>
    public async Task<Outcome<AgencyLine>> DecideAsync(MunicipalityId municipality, string agency, string? policyKey, AgencyDecisionKind decision, string untrustedReason, Actor actor, CancellationToken cancel)
    {
        var reason = untrustedReason.Trim();
        if (reason.Length > MaxReason || (decision == AgencyDecisionKind.Excluded && reason.Length == 0)) return Refusals.BadDecision;
        if ((decision is AgencyDecisionKind.Joint or AgencyDecisionKind.Own && policyKey is null) || (decision == AgencyDecisionKind.Excluded && policyKey is not null)) return Refusals.BadDecision;
        AgencyLine line;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            var at = keeper.Clock.Now();
            var before = await MatrixAsync(tx, at, cancel);
            // An agency that law knows may be excluded before anybody registers or names it.
            if (before.Lines.All(l => l.Key != agency) && before.ByLaw.All(a => a.Id != agency)) return Refusals.UnknownAgency;
            Guid? policy = null;
            if (policyKey is not null)
            {
                policy = (await tx.ListAsync("SELECT id FROM records.policy WHERE key = $1", r => (Guid?)r.GetGuid(0), cancel, policyKey)).FirstOrDefault();
                if (policy is null) return Refusals.BadDecision;
            }
            var index = await keeper.AppendAsync(tx, at, "agency.decided", actor, $"agency/{agency}", new { agency, policy = policyKey, decision, reason }, cancel);
            await tx.RunAsync("""
                INSERT INTO records.agency_decision (municipality_id, id, agency, policy_id, decision, reason, recorded_at, recorded_by, recorded_by_name, ledger_index)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                """, cancel, municipality.Value, RecordKeeper.NewId(at), agency, policy, decision, reason, at, actor.Account, actor.Name, index);
            var after = await MatrixAsync(tx, at, cancel);
            line = after.Lines.FirstOrDefault(l => l.Key == agency) ?? new AgencyLine(agency, null, AgencyVocabulary.Load().Find(agency), [], 0, [], null);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, AgencySource.Scope);
        return line;
    }

    internal async Task<AgencyMatrix> MatrixAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel)
    {
        var vocabulary = AgencyVocabulary.Load();
        var chart = await OrganisationRows.ChartAsync(tx, JapaneseTime.Day(at), null, cancel);
        var decisions = await DecisionsAsync(tx, at, cancel);
        var columns = new List<(PolicyColumn Column, AgencyScope Scope)>();
        foreach (var version in (await VersionRows.AllAsync(tx, null, at, cancel)).Where(v => v.State == VersionState.InForce))
        {
            if (!scopes.TryGetValue(version.Id, out var scope))
                scope = scopes[version.Id] = AgencyReader.Read((await documents.GetAsync(tx, version.Id, cancel)).Document);
            // Procedures and forms bind through the policy above them; they are no policy of an agency's.
            if (version.PolicyKey == PolicyKeys.Basic || scope.Named.Count > 0 || decisions.Any(d => d.PolicyKey == version.PolicyKey))
                columns.Add((new PolicyColumn(version.PolicyKey, version.Title, version.Id, scope.Named.Count > 0), scope));
        }
        return AgencyMatrixMaker.Make(chart, columns, decisions, vocabulary);
    }

    /// <summary>Of each agency and policy the newest, unless it takes back.</summary>
    private static async Task<IReadOnlyList<AgencyDecision>> DecisionsAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel) =>
        [.. (await tx.ListAsync("""
            SELECT DISTINCT ON (d.agency, d.policy_id) d.agency, p.key, d.decision, d.reason, d.recorded_at, d.recorded_by, d.recorded_by_name
            FROM records.agency_decision d LEFT JOIN records.policy p ON p.municipality_id = d.municipality_id AND p.id = d.policy_id
            WHERE d.recorded_at <= $1 ORDER BY d.agency, d.policy_id, d.recorded_at DESC, d.ledger_index DESC
            """, Row, cancel, at)).Where(d => d.Decision != AgencyDecisionKind.Withdrawn)];

    private static AgencyDecision Row(NpgsqlDataReader r) => new(r.GetString(0), r.TextOrNull(1), r.Case<AgencyDecisionKind>(2), r.GetString(3), r.Moment(4), r.By(5));
}
