using System.Collections.Concurrent;
using Sekisho.Assurance;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Zones.Analysis;
using Sekisho.Zones.Compile;
using Sekisho.Zones.Reports;

namespace Sekisho.Records.Zones;

/// <summary>Rules: what is wrong with those that there are, and those to load, made from the zones as written down.</summary>
public sealed partial class ZoneDesk
{
    /// <summary>The newest examination of each municipality: what it looked at, and what came of it. Asked again for each filter of its page.</summary>
    private readonly ConcurrentDictionary<MunicipalityId, (string Of, RuleExamination Found)> examined = new();

    /// <summary>The same of what reaches the devices.</summary>
    private readonly ConcurrentDictionary<MunicipalityId, (string Of, DeviceExamination Found)> reached = new();

    /// <summary>What is wrong with the rules of the present configurations (規則の点検): under the flows that count now.</summary>
    /// <returns>Null where there is no policy or no configuration yet.</returns>
    public async Task<RuleExamination?> ExamineAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        if (await MaterialAsync(municipality, cancel) is not { } material) return null;
        var of = Of(material);
        if (examined.TryGetValue(municipality, out var kept) && kept.Of == of) return kept.Found;
        var report = await Task.Run(() => RuleAnalysis.Analyse(material.Policy.Reading, Read(material, cancel), material.Policy.Day, cancel), cancel);
        var found = new RuleExamination(material.Set, material.Policy.Reading.Policy!, report);
        examined[municipality] = (of, found);
        return found;
    }

    /// <summary>What reaches the devices themselves (機器あての通信) under the present configurations and the flows that count now.</summary>
    /// <returns>Null where there is no policy or no configuration yet.</returns>
    public async Task<DeviceExamination?> DevicesAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        if (await MaterialAsync(municipality, cancel) is not { } material) return null;
        var of = Of(material);
        if (reached.TryGetValue(municipality, out var kept) && kept.Of == of) return kept.Found;
        var report = await Task.Run(() => ZoneVerification.VerifyDevices(material.Policy.Reading, Read(material, cancel), material.Policy.Day), cancel);
        var found = new DeviceExamination(material.Set, report);
        reached[municipality] = (of, found);
        return found;
    }

    /// <summary>All that an examination depends on: the same again means that nothing would come out otherwise.</summary>
    private static string Of(Material material) => $"{material.Set.Id} {material.Policy.Kept.Version} {material.Policy.Day:O} {string.Join(' ', material.Policy.Reading.Policy!.Flows.Select(f => f.Id))}";

    /// <summary>The same as a sheet; null likewise.</summary>
    public async Task<KeptFile?> RuleSheetAsync(MunicipalityId municipality, SheetFormat format, CancellationToken cancel)
    {
        if (await ExamineAsync(municipality, cancel) is not { } found) return null;
        var bytes = RuleSheet.Write(found.Report, keeper.Clock.Now(), format);
        return SheetOut.Kept("規則の点検", format, bytes);
    }

    /// <summary>Rules that let pass what the zones allow now, and nothing else (規則の作成). Read back and compared with the policy by the compiler itself.</summary>
    /// <param name="target">One of <see cref="RuleCompiler.Targets"/>.</param>
    /// <param name="device">Only for its interfaces; null: those of whatever device.</param>
    public async Task<Outcome<Compiled>> CompileAsync(MunicipalityId municipality, string target, string? device, CancellationToken cancel)
    {
        if (!RuleCompiler.Targets.Contains(target)) return Refusals.NoSuchTarget(string.Join("、", RuleCompiler.Targets), string.Join(", ", RuleCompiler.Targets));
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await CountedAsync(tx, cancel) is not { } policy) return Refusals.NoPolicy;
        var made = await Task.Run(() => RuleCompiler.Compile(policy.Reading.Policy!, target, policy.Day, cancel, device), cancel);
        return made.Missing is { } missing ? Refusals.NotYet(missing) : made;
    }
}
