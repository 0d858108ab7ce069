using Sekisho.Assurance;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>The exact difference between two sets of configurations (設定の差分): what one lets pass and the other doesn't.</summary>
/// <param name="Notes">What the difference of filters can't tell: files that can't be read, devices that came or went, other translations or routes.</param>
/// <param name="IsComplete">False when there were more classes than are listed.</param>
public sealed record NetworkDifference(IReadOnlyList<FlowChange> Changes, IReadOnlyList<Bilingual> Notes, bool IsComplete)
{
    /// <summary>Device by device, by their names.</summary>
    public static NetworkDifference Between(IReadOnlyList<ConfigReading> before, IReadOnlyList<ConfigReading> after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (changes, notes, complete) = (new List<FlowChange>(), new List<Bilingual>(), true);
        foreach (var reading in before.Concat(after).Distinct())
            foreach (var error in reading.Errors) notes.Add(new($"{reading.File}: {error.What.Ja}", $"{reading.File}: {error.What.En}"));
        Device[] old = [.. before.SelectMany(static r => r.Devices).Distinct()], now = [.. after.SelectMany(static r => r.Devices).Distinct()];
        foreach (var device in old)
        {
            if (now.FirstOrDefault(d => d.Name == device.Name) is not { } its)
            {
                notes.Add(new($"{device.Name} が変更後にありません。", $"{device.Name} is not there afterwards."));
                continue;
            }
            if (ReferenceEquals(device, its)) continue;
            changes.AddRange(FilterDifference.Compare(device, its, out var all));
            complete &= all;
            if (device.Nat.Length != its.Nat.Length || device.Nat.Zip(its.Nat).Any(static n => !RuleSequence.Same(n.First, n.Second))
                || !device.Routes.Select(static r => r with { Source = default }).SequenceEqual(its.Routes.Select(static r => r with { Source = default })))
                notes.Add(new($"{device.Name}: アドレス変換か経路も変わります。領域の組の結果で確かめてください。", $"{device.Name}: translations or routes change too; see the result by pairs of zones."));
        }
        foreach (var device in now)
            if (!old.Any(d => d.Name == device.Name)) notes.Add(new($"{device.Name} が加わっています。", $"{device.Name} is new."));
        return new(changes, notes, complete);
    }
}
