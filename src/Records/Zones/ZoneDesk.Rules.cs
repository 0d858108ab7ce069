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
    private readonly NewestOf<RuleExamination> examined = new();

    private readonly NewestOf<DeviceExamination> reached = new();

    /// <summary>What is wrong with the rules of the present configurations (規則の点検): under the flows that count now.</summary>
    /// <returns>Null where there is no policy or no configuration yet.</returns>
    public async Task<RuleExamination?> ExamineAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        if (await MaterialAsync(municipality, cancel) is not { } material) return null;
        return await examined.AsIsAsync(material, () => new(material.Set, material.Policy.Reading.Policy!, RuleAnalysis.Analyse(material.Policy.Reading, Read(material, cancel), material.Policy.Day, cancel)), cancel);
    }

    /// <summary>What reaches the devices themselves (機器あての通信) under the present configurations and the flows that count now.</summary>
    /// <returns>Null where there is no policy or no configuration yet.</returns>
    public async Task<DeviceExamination?> DevicesAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        if (await MaterialAsync(municipality, cancel) is not { } material) return null;
        return await reached.AsIsAsync(material, () => new(material.Set, ZoneVerification.VerifyDevices(material.Policy.Reading, Read(material, cancel), material.Policy.Day)), cancel);
    }

    /// <summary>The newest answer of each municipality, kept while the same would come out: its page is asked for again with each filter.</summary>
    private sealed class NewestOf<T>
    {
        private readonly ConcurrentDictionary<MunicipalityId, (string Of, T Found)> all = new();

        /// <summary>As it is kept, or as it comes out now where anything that it depends on is another.</summary>
        public async Task<T> AsIsAsync(Material material, Func<T> examine, CancellationToken cancel)
        {
            var of = $"{material.Set.Id} {material.Policy.Kept.Version} {material.Policy.Day:O} {string.Join(' ', material.Policy.Reading.Policy!.Flows.Select(f => f.Id))}";
            if (all.TryGetValue(material.Municipality, out var kept) && kept.Of == of) return kept.Found;
            var found = await Task.Run(examine, cancel);
            all[material.Municipality] = (of, found);
            return found;
        }
    }

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
