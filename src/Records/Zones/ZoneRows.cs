using Npgsql;
using Sekisho.Records.Waivers;
using Sekisho.Storage;
using Sekisho.Zones.Policies;

namespace Sekisho.Records.Zones;

/// <summary>Rows of the tables of the zones.</summary>
internal static class ZoneRows
{
    private const string Policies = "SELECT version, yaml, note, saved_at, saved_by, saved_by_name, ledger_index FROM records.zone_policy";

    private const string Sets = "SELECT id, sequence, taken_at, taken_by, taken_by_name, ledger_index FROM records.zone_set";

    private const string Proofs = """
        SELECT p.id, p.set_id, s.sequence, p.policy_version, p.proved_at, p.result, p.violations, p.undetermined, p.milliseconds, p.ledger_index
        FROM records.zone_proof p JOIN records.zone_set s ON s.municipality_id = p.municipality_id AND s.id = p.set_id
        """;

    /// <param name="version">Null: the newest.</param>
    public static Task<KeptZonePolicy?> PolicyAsync(TenantTransaction tx, int? version, CancellationToken cancel) =>
        tx.FirstAsync(Policies + " WHERE $1::integer IS NULL OR version = $1 ORDER BY version DESC LIMIT 1", Policy, cancel, version);

    public static Task<List<KeptZonePolicy>> PoliciesAsync(TenantTransaction tx, CancellationToken cancel) => tx.ListAsync(Policies + " ORDER BY version DESC", Policy, cancel);

    /// <param name="id">Null: the newest.</param>
    public static async Task<ConfigSet?> SetAsync(TenantTransaction tx, ConfigSetId? id, CancellationToken cancel)
    {
        var set = await tx.FirstAsync(Sets + " WHERE $1::uuid IS NULL OR id = $1 ORDER BY sequence DESC LIMIT 1",
            r => new ConfigSet(new(r.GetGuid(0)), r.GetInt32(1), r.Moment(2), new(r.GetString(3), r.GetString(4)), [], r.GetInt64(5)), cancel, id?.Value);
        return set is null ? null : set with
        {
            Configs = await tx.ListAsync("""
                SELECT c.path, c.sha256, c.bytes, s.seen_at, c.fuller FROM records.zone_config c
                LEFT JOIN records.zone_seen s ON s.municipality_id = c.municipality_id AND s.path = c.path AND s.sha256 = c.sha256
                WHERE c.set_id = $1 ORDER BY c.path COLLATE "C"
                """, r => new KeptConfig(r.GetString(0), r.Digest(1), r.GetInt32(2), r.MomentOrNull(3)) { Fuller = r.IsDBNull(4) ? null : r.Digest(4) }, cancel, set.Id.Value),
        };
    }

    /// <summary>The proof of the newest material, whichever was written last: two changes at once may end in either order.</summary>
    public static Task<KeptProof?> NewestProofAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel) =>
        tx.FirstAsync(Proofs + " WHERE p.proved_at <= $1 ORDER BY p.policy_version DESC, s.sequence DESC, p.proved_at DESC, p.ledger_index DESC LIMIT 1", Proof, cancel, at);

    public static Task<KeptProof?> ProofAsync(TenantTransaction tx, ProofId id, CancellationToken cancel) => tx.FirstAsync(Proofs + " WHERE p.id = $1", Proof, cancel, id.Value);

    public static Task<List<KeptProof>> ProofsAsync(TenantTransaction tx, int most, CancellationToken cancel) =>
        tx.ListAsync(Proofs + " ORDER BY p.proved_at DESC, p.ledger_index DESC LIMIT $1", Proof, cancel, most);

    public static async Task<string> ReportAsync(TenantTransaction tx, ProofId id, CancellationToken cancel) =>
        (await tx.FirstAsync("SELECT report FROM records.zone_proof WHERE id = $1", r => r.GetString(0), cancel, id.Value))!;

    public static Task<List<ProofPair>> PairsAsync(TenantTransaction tx, ProofId id, CancellationToken cancel) =>
        tx.ListAsync("SELECT from_zone, to_zone, from_kind, to_kind, result, violations FROM records.zone_proof_pair WHERE proof_id = $1 ORDER BY from_zone, to_zone",
            r => new ProofPair(r.GetString(0), r.GetString(1), r.Case<ZoneKind>(2), r.Case<ZoneKind>(3), r.Case<ProofResult>(4), r.GetInt32(5)), cancel, id.Value);

    public static async Task<Dictionary<string, WaiverId>> FlowWaiversAsync(TenantTransaction tx, CancellationToken cancel) =>
        (await tx.ListAsync("SELECT flow, waiver_id FROM records.zone_flow_waiver", r => (r.GetString(0), new WaiverId(r.GetGuid(1))), cancel)).ToDictionary(f => f.Item1, f => f.Item2, StringComparer.Ordinal);

    private static KeptZonePolicy Policy(NpgsqlDataReader r) => new(r.GetInt32(0), r.GetString(1), r.GetString(2), r.Moment(3), new(r.GetString(4), r.GetString(5)), r.GetInt64(6));

    private static KeptProof Proof(NpgsqlDataReader r) =>
        new(new(r.GetGuid(0)), new(r.GetGuid(1)), r.GetInt32(2), r.GetInt32(3), r.Moment(4), r.Case<ProofResult>(5), r.GetInt32(6), r.GetInt32(7), TimeSpan.FromMilliseconds(r.GetInt32(8)), r.GetInt64(9));
}
