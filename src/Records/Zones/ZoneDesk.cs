using System.Text;
using Sekisho.Assurance;
using Sekisho.Storage;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Policies;

namespace Sekisho.Records.Zones;

/// <summary>The separation of the zones, kept and proved (領域の分離の証明): the zones as written down, the devices' configurations, and what follows from both.</summary>
/// <remarks>What is kept and what is proved is the same text, with its secrets masked: nobody needs a password to check a proof again.</remarks>
public sealed partial class ZoneDesk
{
    public const int MostConfigs = 500, MaxPolicy = 1_000_000;

    /// <summary>The obligations that a flow may be an exception from.</summary>
    public static ObligationId MyNumberIsolation { get; } = new("mynumber-isolation");

    public static ObligationId LgwanSeparation { get; } = new("lgwan-separation");

    private const int MaxPath = 400, MaxNote = 500;

    /// <summary>Where kept proofs have changed, evidence of these kinds may look different.</summary>
    private static readonly string[] Watched = [ZoneSource.MyNumber, ZoneSource.Lgwan, ZoneSource.Internet];

    private readonly RecordKeeper keeper;
    private readonly KeptReadings readings = new();

    internal ZoneDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>The zones as written down now; null: not yet.</summary>
    /// <param name="version">Null: the newest.</param>
    public async Task<KeptZonePolicy?> PolicyAsync(MunicipalityId municipality, int? version, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ZoneRows.PolicyAsync(tx, version, cancel);
    }

    /// <summary>Every version, newest first.</summary>
    public async Task<IReadOnlyList<KeptZonePolicy>> PoliciesAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ZoneRows.PoliciesAsync(tx, cancel);
    }

    /// <summary>Writes the zones down anew, and proves the present configurations under them.</summary>
    /// <param name="seen">The version that was changed; 0 for the first.</param>
    public async Task<Outcome<KeptZonePolicy>> WriteAsync(MunicipalityId municipality, string untrustedYaml, string note, int seen, Actor actor, CancellationToken cancel)
    {
        if (untrustedYaml.Length > MaxPolicy || note.Trim().Length > MaxNote || untrustedYaml.Contains('\0') || note.Contains('\0')) return Refusals.TooLong(MaxPolicy);
        if (ZonePolicyReader.Read(untrustedYaml, "zones.yaml") is { Policy: null } wrong) return Refusals.BadPolicy(wrong.Mistakes[0].Where, wrong.Mistakes[0].What);
        var outcome = await keeper.ActAsync<KeptZonePolicy>(municipality, [], async (tx, at) =>
        {
            await LockAsync(tx, cancel);
            var newest = (await ZoneRows.PolicyAsync(tx, null, cancel))?.Version ?? 0;
            if (newest != seen) return Refusals.Changed(newest);
            var index = await keeper.AppendAsync(tx, at, "zones.written", actor, "zones/policy", new { version = seen + 1, note = note.Trim(), sha256 = Sha256.Of(Encoding.UTF8.GetBytes(untrustedYaml)), yaml = untrustedYaml }, cancel);
            await tx.RunAsync("INSERT INTO records.zone_policy (municipality_id, version, yaml, note, saved_at, saved_by, saved_by_name, ledger_index) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                cancel, municipality.Value, seen + 1, untrustedYaml, note.Trim(), at, actor.Account, actor.Name, index);
            return (await ZoneRows.PolicyAsync(tx, null, cancel))!;
        }, cancel);
        if (outcome is Outcome<KeptZonePolicy>.Done) await ProveAsync(municipality, cancel);
        return outcome;
    }

    /// <summary>The configurations in force.</summary>
    /// <param name="id">Null: the newest set; null is returned where there is none.</param>
    public async Task<ConfigSet?> ConfigsAsync(MunicipalityId municipality, ConfigSetId? id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ZoneRows.SetAsync(tx, id, cancel);
    }

    /// <summary>The text of a configuration of a set, masked. Null when there is none such.</summary>
    public async Task<string?> TextAsync(MunicipalityId municipality, ConfigSetId id, string path, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ZoneRows.SetAsync(tx, id, cancel) is { } set && set.Configs.FirstOrDefault(c => c.Path == path) is { } config
            ? Encoding.UTF8.GetString((await KeptFiles.ReadAsync(tx, config.Digest, cancel)).Span) : null;
    }

    /// <summary>Takes configurations in: those of the same path are replaced, others stay. What is the same as before counts as seen anew. Then proves.</summary>
    /// <param name="whole">These are all there are: what isn't among them is gone.</param>
    public async Task<Outcome<ConfigSet>> TakeAsync(MunicipalityId municipality, IReadOnlyList<IncomingConfig> incoming, bool whole, Actor actor, CancellationToken cancel)
    {
        if (incoming.Count == 0) return Refusals.NoConfigs;
        var masked = new SortedDictionary<string, (byte[] Bytes, DateTimeOffset? SeenAt)>(StringComparer.Ordinal);
        foreach (var config in incoming)
        {
            var path = CleanPath(config.UntrustedPath);
            if (path.Length is 0 or > MaxPath) return Refusals.BadPath(KeptFiles.SafeName(config.UntrustedPath));
            if (ConfigDoor.Masked(path, config.Untrusted.Span) is not { } lines) return Refusals.NotText(path);
            var bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
            if (bytes.Length > KeptFiles.MaxBytes) return Refusals.NotText(path);
            masked[path] = (bytes, config.SeenAt);
        }
        var isNew = false;
        var outcome = await keeper.ActAsync<ConfigSet>(municipality, [], async (tx, at) =>
        {
            await LockAsync(tx, cancel);
            var before = await ZoneRows.SetAsync(tx, null, cancel);
            var next = new SortedDictionary<string, NextConfig>(StringComparer.Ordinal);
            if (!whole) foreach (var old in before?.Configs ?? []) next[old.Path] = new(old.Digest, old.Bytes, old.Fuller);
            foreach (var (path, (bytes, _)) in masked) next[path] = await NextAsync(tx, before?.Configs.FirstOrDefault(c => c.Path == path), path, bytes, cancel);
            if (next.Count > MostConfigs) return Refusals.TooMany(MostConfigs);
            isNew = before is null || before.Configs.Count != next.Count || before.Configs.Any(c => !next.TryGetValue(c.Path, out var now) || now.Digest != c.Digest);
            if (isNew) await AddSetAsync(tx, before, next, masked, at, actor, cancel);
            foreach (var (path, (_, seenAt)) in masked)
                await tx.RunAsync("""
                    INSERT INTO records.zone_seen (municipality_id, path, sha256, seen_at) VALUES ($1, $2, $3, $4)
                    ON CONFLICT (municipality_id, path) DO UPDATE SET sha256 = excluded.sha256,
                      seen_at = CASE WHEN zone_seen.sha256 = excluded.sha256 THEN greatest(zone_seen.seen_at, excluded.seen_at) ELSE excluded.seen_at END
                    """, cancel, municipality.Value, path, next[path].Digest, seenAt is { } seen && seen < at ? seen : at);
            return (await ZoneRows.SetAsync(tx, null, cancel))!;
        }, cancel);
        if (outcome is Outcome<ConfigSet>.Done)
        {
            // What was only seen again has its proof already; the evidence gets younger by it.
            if (isNew) await ProveAsync(municipality, cancel);
            else await keeper.ChangedAsync(municipality, cancel, Watched);
        }
        return outcome;
    }

    /// <summary>As if every device had given its configuration again, the same as before: for a year that is told in a minute (the demo).</summary>
    internal async Task SeenAgainAsync(MunicipalityId municipality, DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        await tx.RunAsync("UPDATE records.zone_seen SET seen_at = greatest(seen_at, $1)", cancel, at);
        await tx.CommitAsync(cancel);
    }

    /// <summary>Takes a configuration out: the device isn't in use any more.</summary>
    public async Task<Outcome<ConfigSet>> RemoveAsync(MunicipalityId municipality, string path, Actor actor, CancellationToken cancel)
    {
        var outcome = await keeper.ActAsync<ConfigSet>(municipality, [], async (tx, at) =>
        {
            await LockAsync(tx, cancel);
            if (await ZoneRows.SetAsync(tx, null, cancel) is not { } before || before.Configs.All(c => c.Path != path)) return Refusals.Unknown;
            var next = new SortedDictionary<string, NextConfig>(before.Configs.Where(c => c.Path != path).ToDictionary(c => c.Path, c => new NextConfig(c.Digest, c.Bytes, c.Fuller)), StringComparer.Ordinal);
            await AddSetAsync(tx, before, next, [], at, actor, cancel);
            return (await ZoneRows.SetAsync(tx, null, cancel))!;
        }, cancel);
        if (outcome is Outcome<ConfigSet>.Done) await ProveAsync(municipality, cancel);
        return outcome;
    }

    /// <summary>A text of the next set. One that is a part of what was there before keeps that in mind, until the path is taken out or has grown again.</summary>
    private static async Task<NextConfig> NextAsync(TenantTransaction tx, KeptConfig? before, string path, byte[] bytes, CancellationToken cancel)
    {
        var digest = Sha256.Of(bytes);
        if (before is null) return new(digest, bytes.Length, null);
        if (before.Digest == digest) return new(digest, bytes.Length, before.Fuller);
        var now = Encoding.UTF8.GetString(bytes);
        // What was only a part itself is measured by the whole; and where it has become another text, by what it was last.
        foreach (var former in before.Fuller is { } fuller ? [fuller, before.Digest] : (Sha256[])[before.Digest])
            if (Shrinkage.Of(path, Encoding.UTF8.GetString((await KeptFiles.ReadAsync(tx, former, cancel)).Span), now) is { } told && (former == before.Digest || told.Code == Shrinkage.Cut)) return new(digest, bytes.Length, former);
        return new(digest, bytes.Length, null);
    }

    /// <param name="Fuller">The text before, of which this is a part.</param>
    private sealed record NextConfig(Sha256 Digest, int Bytes, Sha256? Fuller);

    private async Task AddSetAsync(TenantTransaction tx, ConfigSet? before, SortedDictionary<string, NextConfig> next, SortedDictionary<string, (byte[] Bytes, DateTimeOffset? SeenAt)> texts,
        DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        foreach (var (bytes, _) in texts.Values) await KeptFiles.KeepAsync(tx, Sha256.Of(bytes), bytes, at, cancel);
        var (id, sequence) = (RecordKeeper.NewId(at), (before?.Sequence ?? 0) + 1);
        var old = (before?.Configs ?? []).ToDictionary(c => c.Path, c => c.Digest);
        var index = await keeper.AppendAsync(tx, at, "zones.configured", actor, $"zones/set/{id}", new
        {
            sequence,
            files = next.Select(f => new { path = f.Key, sha256 = f.Value.Digest, f.Value.Bytes }),
            changed = next.Where(f => old.TryGetValue(f.Key, out var was) && was != f.Value.Digest).Select(f => f.Key),
            added = next.Keys.Where(p => !old.ContainsKey(p)),
            gone = old.Keys.Where(p => !next.ContainsKey(p)),
        }, cancel);
        await tx.RunAsync("INSERT INTO records.zone_set (municipality_id, id, sequence, taken_at, taken_by, taken_by_name, ledger_index) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            cancel, tx.Municipality.Value, id, sequence, at, actor.Account, actor.Name, index);
        await tx.RunAsync("INSERT INTO records.zone_config (municipality_id, set_id, path, sha256, bytes, fuller) SELECT $1, $2, f.path, f.sha256, f.bytes, f.fuller FROM unnest($3::text[], $4::bytea[], $5::integer[], $6::bytea[]) AS f (path, sha256, bytes, fuller)",
            cancel, tx.Municipality.Value, id, next.Keys.ToArray(), next.Values.Select(f => f.Digest.ToArray()).ToArray(), next.Values.Select(f => f.Bytes).ToArray(), next.Values.Select(f => f.Fuller?.ToArray()).ToArray());
    }

    /// <summary>One change at a time in a municipality.</summary>
    private static Task<int> LockAsync(TenantTransaction tx, CancellationToken cancel) => tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('zones/' || $1, 0))", cancel, tx.Municipality.ToString());

    /// <summary>A name for people: folders with <c>/</c>, no way up, no control characters.</summary>
    private static string CleanPath(string untrusted) => string.Join('/', untrusted.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p is not ("." or "..")).Select(KeptFiles.SafeName));
}
