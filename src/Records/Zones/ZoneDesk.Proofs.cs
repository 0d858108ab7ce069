using System.Diagnostics;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Waivers;
using Sekisho.Storage;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Records.Zones;

/// <summary>Proofs: made, kept, looked at again, and tried on configurations that aren't in force.</summary>
public sealed partial class ZoneDesk
{
    private static readonly Actor Itself = Actor.System("zones");

    /// <summary>Proves the present configurations under the present policy, and keeps what came of it.</summary>
    /// <returns>Null where there is no policy or no configuration yet.</returns>
    public async Task<KeptProof?> ProveAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        if (await MaterialAsync(municipality, cancel) is not { } material) return null;
        var clock = Stopwatch.GetTimestamp();
        var report = await Task.Run(() => Verify(material, Read(material, cancel)), cancel);
        var took = Stopwatch.GetElapsedTime(clock);
        using var json = new MemoryStream();
        ZoneReportJson.Write(report, json);
        var text = Encoding.UTF8.GetString(json.ToArray());
        var (violations, undetermined) = (report.Checks.Sum(Count), report.Checks.Count(c => c.Result == ZoneResult.Undetermined));
        var outcome = await keeper.ActAsync<KeptProof>(municipality, Watched, async (tx, at) =>
        {
            // The same said again is no news; the hourly round would fill the shelves with it.
            if (await ZoneRows.NewestProofAsync(tx, at, cancel) is { } newest && newest.Set == material.Set.Id && newest.PolicyVersion == material.Policy.Kept.Version && await ZoneRows.ReportAsync(tx, newest.Id, cancel) == text) return newest;
            var id = new ProofId(RecordKeeper.NewId(at));
            var index = await keeper.AppendAsync(tx, at, "zones.proved", Itself, $"zones/proof/{id}", new
            {
                set = material.Set.Sequence, policy = material.Policy.Kept.Version, result = Of(report.Result), violations, undetermined, sha256 = Sha256.Of(json.ToArray()),
                pairs = report.Checks.Select(c => new { from = c.From.Id, to = c.To.Id, result = Of(c.Result), violations = Count(c) }),
            }, cancel);
            await tx.RunAsync("""
                INSERT INTO records.zone_proof (municipality_id, id, set_id, policy_version, proved_at, result, violations, undetermined, milliseconds, report, ledger_index)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                """, cancel, municipality.Value, id.Value, material.Set.Id.Value, material.Policy.Kept.Version, at, Of(report.Result), violations, undetermined, (int)Math.Min(took.TotalMilliseconds, int.MaxValue), text, index);
            await tx.RunAsync("""
                INSERT INTO records.zone_proof_pair (municipality_id, proof_id, from_zone, to_zone, from_kind, to_kind, result, violations)
                SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[])
                """, cancel, municipality.Value, id.Value, Each(c => c.From.Id), Each(c => c.To.Id), Each(c => c.From.Kind.ToString()), Each(c => c.To.Kind.ToString()), Each(c => Of(c.Result).ToString()), report.Checks.Select(Count).ToArray());
            return (await ZoneRows.ProofAsync(tx, id, cancel))!;
        }, cancel);
        return outcome.OrThrow();

        string[] Each(Func<ZoneCheck, string> what) => [.. report.Checks.Select(what)];
    }

    /// <summary>Every municipality, by the hour: a day that has passed or a waiver that ended changes what is allowed.</summary>
    public Task ProveAllAsync(CancellationToken cancel) => keeper.EachMunicipalityAsync(municipality => ProveAsync(municipality, cancel), cancel);

    /// <summary>The newest proof; null: nothing was proved yet.</summary>
    /// <param name="at">The newest of a moment that has passed; null: of now.</param>
    public async Task<KeptProof?> NewestAsync(MunicipalityId municipality, CancellationToken cancel, DateTimeOffset? at = null)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ZoneRows.NewestProofAsync(tx, at ?? keeper.Clock.Now(), cancel);
    }

    /// <summary>Proofs, newest first.</summary>
    public async Task<IReadOnlyList<KeptProof>> HistoryAsync(MunicipalityId municipality, int most, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ZoneRows.ProofsAsync(tx, most, cancel);
    }

    /// <summary>One proof with all that it says; null: there is none such.</summary>
    public async Task<ProofDetail?> ReadAsync(MunicipalityId municipality, ProofId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ZoneRows.ProofAsync(tx, id, cancel) is { } proof ? new(proof, await ZoneRows.PairsAsync(tx, id, cancel), await ZoneRows.ReportAsync(tx, id, cancel)) : null;
    }

    /// <summary>What a proof found, as a sheet with the very lines; null: there is no such proof.</summary>
    public async Task<KeptFile?> ProofSheetAsync(MunicipalityId municipality, ProofId id, SheetFormat format, CancellationToken cancel)
    {
        if (await ReadAsync(municipality, id, cancel) is not { } proof) return null;
        var report = ProofReport.Read(proof.Report);
        var texts = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var file in report.Causes.SelectMany(c => c.Lines).Select(l => l.File).Distinct(StringComparer.Ordinal))
            if (await TextAsync(municipality, proof.Proof.Set, file, cancel) is { } text) texts.Add(file, text.Split('\n'));
        var policy = await PolicyAsync(municipality, proof.Proof.PolicyVersion, cancel) is { } kept ? ZonePolicyReader.Read(kept.Yaml, "zones.yaml").Policy : null;
        var bytes = ProofSheet.Write(report, texts, zone => policy?.Find(zone)?.Name ?? zone, proof.Proof.At, format);
        return SheetOut.Kept("領域の分離の証明", format, bytes);
    }

    /// <summary>The network as the present configurations tell it; null where there is no policy or none of them.</summary>
    public async Task<ZoneNetwork?> NetworkAsync(MunicipalityId municipality, CancellationToken cancel) =>
        await MaterialAsync(municipality, cancel) is { } material ? new(material.Policy.Reading.Policy!, material.Policy.Reading.Findings, material.Set, await Task.Run(() => Read(material, cancel), cancel)) : null;

    /// <summary>The network as the configurations of a proof told it, with the zones as they were written down then; null: there is no such proof.</summary>
    public async Task<ZoneNetwork?> NetworkOfAsync(MunicipalityId municipality, KeptProof proof, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(proof);
        List<MaterialFile> files;
        ZonePolicyReading zones;
        ConfigSet set;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            if (await ZoneRows.PolicyAsync(tx, proof.PolicyVersion, cancel) is not { } kept || await ZoneRows.SetAsync(tx, proof.Set, cancel) is not { } then) return null;
            (zones, set) = (ZonePolicyReader.Read(kept.Yaml, "zones.yaml"), then);
            files = await FilesAsync(tx, municipality, set, cancel);
        }
        return zones.Policy is { } policy ? new(policy, zones.Findings, set, await Task.Run(() => Read(municipality, files, cancel), cancel)) : null;
    }

    /// <summary>What would be, were these configurations in force instead of those of the same path: nothing is kept.</summary>
    public async Task<Outcome<WhatIf>> WhatIfAsync(MunicipalityId municipality, IReadOnlyList<IncomingConfig> edited, CancellationToken cancel)
    {
        if (await MaterialAsync(municipality, cancel) is not { } material) return Refusals.NoPolicy;
        var changed = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var config in edited)
        {
            var path = CleanPath(config.UntrustedPath);
            if (path.Length is 0 or > MaxPath) return Refusals.BadPath(KeptFiles.SafeName(config.UntrustedPath));
            if (ConfigDoor.Masked(path, config.Untrusted.Span) is not { } lines) return Refusals.NotText(path);
            changed[path] = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        }
        return await Task.Run(() =>
        {
            // What isn't edited is read once for both.
            var now = Read(material, cancel);
            var anew = changed.Select(c => ConfigDoor.Read(c.Key, c.Value, cancel)).ToArray();
            ConfigReading[] then = [.. now.Where(r => !changed.ContainsKey(r.File)).Concat(anew).OrderBy(r => r.File, StringComparer.Ordinal)];
            return new WhatIf(Verify(material, now), Verify(material, then), NetworkDifference.Between(now, then), anew);
        }, cancel);
    }

    /// <summary>Names the waiver that approves a flow of the policy; null takes it away. Then proves.</summary>
    public async Task<Outcome<KeptZonePolicy>> ApproveFlowAsync(MunicipalityId municipality, string flow, WaiverId? waiver, Actor actor, CancellationToken cancel)
    {
        var outcome = await keeper.ActAsync<KeptZonePolicy>(municipality, [], async (tx, at) =>
        {
            await LockAsync(tx, cancel);
            if (await ZoneRows.PolicyAsync(tx, null, cancel) is not { } policy) return Refusals.NoPolicy;
            var zones = ZonePolicyReader.Read(policy.Yaml, "zones.yaml").Policy!;
            if (zones.Flows.FirstOrDefault(f => f.Id == flow) is not { } its) return Refusals.Unknown;
            if (waiver is { } named && !await WaiverDesk.IsInForceAsync(tx, named, ObligationOf(zones, its), at, cancel)) return Refusals.NoSuchWaiver;
            var index = await keeper.AppendAsync(tx, at, "zones.flow", actor, $"zones/flow/{flow}", new { flow, waiver = waiver?.ToString() }, cancel);
            await tx.RunAsync("DELETE FROM records.zone_flow_waiver WHERE flow = $1", cancel, flow);
            if (waiver is { } its2)
                await tx.RunAsync("INSERT INTO records.zone_flow_waiver (municipality_id, flow, waiver_id, named_at, named_by, named_by_name, ledger_index) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    cancel, municipality.Value, flow, its2.Value, at, actor.Account, actor.Name, index);
            return policy;
        }, cancel);
        if (outcome is Outcome<KeptZonePolicy>.Done) await ProveAsync(municipality, cancel);
        return outcome;
    }

    /// <summary>The waiver named for each flow of the policy that has one.</summary>
    public async Task<IReadOnlyDictionary<string, WaiverId>> FlowWaiversAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ZoneRows.FlowWaiversAsync(tx, cancel);
    }

    /// <summary>Under which obligation a flow is an exception: what touches the My Number zone is one of that zone's isolation.</summary>
    public static ObligationId ObligationOf(ZonePolicy policy, AllowedFlow flow)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(flow);
        return policy.Find(flow.From)?.Kind == ZoneKind.MyNumber || policy.Find(flow.To)?.Kind == ZoneKind.MyNumber ? MyNumberIsolation : LgwanSeparation;
    }

    /// <summary>Everything that a proof looks at, as it stands now.</summary>
    private async Task<Material?> MaterialAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await CountedAsync(tx, cancel) is not { } policy || await ZoneRows.SetAsync(tx, null, cancel) is not { Configs.Count: > 0 } set) return null;
        return new(municipality, policy, set, await FilesAsync(tx, municipality, set, cancel));
    }

    private async Task<List<MaterialFile>> FilesAsync(TenantTransaction tx, MunicipalityId municipality, ConfigSet set, CancellationToken cancel)
    {
        var files = new List<MaterialFile>();
        foreach (var config in set.Configs)
        {
            var reading = readings.Find(municipality, config);
            var text = reading is null || config.Fuller is not null ? await KeptFiles.ReadAsync(tx, config.Digest, cancel) : default;
            var shrunk = config.Fuller is { } fuller ? Shrinkage.Of(config.Path, Encoding.UTF8.GetString((await KeptFiles.ReadAsync(tx, fuller, cancel)).Span), Encoding.UTF8.GetString(text.Span)) : null;
            files.Add(new(config, reading, text) { Shrunk = shrunk });
        }
        return files;
    }

    /// <summary>The zones as written down, with the flows that count now. Null: nothing is written down yet.</summary>
    private async Task<CountedPolicy?> CountedAsync(TenantTransaction tx, CancellationToken cancel)
    {
        if (await ZoneRows.PolicyAsync(tx, null, cancel) is not { } kept) return null;
        var at = keeper.Clock.Now();
        var reading = ZonePolicyReader.Read(kept.Yaml, "zones.yaml");
        var policy = reading.Policy ?? throw new InvalidDataException($"version {kept.Version} of the zones can't be read any more");
        var waivers = await ZoneRows.FlowWaiversAsync(tx, cancel);
        var counted = new List<AllowedFlow>();
        // A flow of the My Number zone that nobody has approved isn't allowed, whatever the policy says of it.
        foreach (var flow in policy.Flows)
            if (ObligationOf(policy, flow) is var its && (its != MyNumberIsolation || (waivers.TryGetValue(flow.Id, out var waiver) && await WaiverDesk.IsInForceAsync(tx, waiver, its, at, cancel)))) counted.Add(flow);
        return new(kept, reading with { Policy = policy with { Flows = [.. counted] } }, JapaneseTime.Day(at));
    }

    private static ZoneReport Verify(Material material, IReadOnlyList<ConfigReading> readings)
    {
        var report = ZoneVerification.Verify(material.Policy.Reading, readings, material.Policy.Day);
        return report with { Findings = [.. report.Findings, .. material.Files.Select(static f => f.Shrunk).OfType<ReadError>()] };
    }

    /// <summary>A reading of what is only the beginning of the text before proves nothing.</summary>
    private static ConfigReading Told(ConfigReading reading, ReadError? shrunk) => shrunk?.Code == Shrinkage.Cut ? reading with { Errors = reading.Errors.Add(shrunk) } : reading;

    private ConfigReading[] Read(Material material, CancellationToken cancel) => Read(material.Municipality, material.Files, cancel);

    private ConfigReading[] Read(MunicipalityId municipality, IReadOnlyList<MaterialFile> files, CancellationToken cancel) => [.. HostFiles.Join([.. files.Select(f => Told(f.Reading ?? Read(municipality, f, cancel), f.Shrunk))])];

    private ConfigReading Read(MunicipalityId municipality, MaterialFile file, CancellationToken cancel)
    {
        var reading = ConfigDoor.Read(file.Config.Path, file.Text.Span, cancel);
        readings.Keep(municipality, file.Config, reading);
        return reading;
    }

    /// <summary>How often a pair is violated: packets that get through, and those that only a filter without state lets in.</summary>
    private static int Count(ZoneCheck check) => (check.Result == ZoneResult.Violated ? check.Violations.Count : 0) + check.Stray.Count;

    private static ProofResult Of(ZoneResult result) => result switch { ZoneResult.Proved => ProofResult.Proved, ZoneResult.Violated => ProofResult.Violated, _ => ProofResult.Undetermined };

    /// <param name="Reading">With the flows that count.</param>
    private sealed record CountedPolicy(KeptZonePolicy Kept, ZonePolicyReading Reading, DateOnly Day);

    private sealed record Material(MunicipalityId Municipality, CountedPolicy Policy, ConfigSet Set, IReadOnlyList<MaterialFile> Files);

    /// <param name="Reading">Null: not read yet, here is its text.</param>
    private sealed record MaterialFile(KeptConfig Config, ConfigReading? Reading, ReadOnlyMemory<byte> Text)
    {
        /// <summary>It is a part of the text before; null: no.</summary>
        public ReadError? Shrunk { get; init; }
    }
}
