using Sekisho.Assurance;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>The exact difference between two sets of configurations (設定の差分): what one lets pass and the other doesn't.</summary>
/// <param name="Notes">What the difference of filters can't tell: files that can't be read, devices that came or went, lines that aren't understood, other routes.</param>
/// <param name="IsComplete">False when there were more classes than are listed.</param>
public sealed record NetworkDifference(IReadOnlyList<FlowChange> Changes, IReadOnlyList<Bilingual> Notes, bool IsComplete)
{
    /// <summary>What gets other addresses than before.</summary>
    public IReadOnlyList<TranslationChange> Translations { get; init; } = [];

    /// <summary>Whether anything is different.</summary>
    public bool IsAny => Changes.Count + Translations.Count > 0;

    /// <summary>Of a file: more say no more.</summary>
    private const int MostLines = 10;

    /// <summary>Device by device, by their names.</summary>
    public static NetworkDifference Between(IReadOnlyList<ConfigReading> before, IReadOnlyList<ConfigReading> after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (changes, translations, notes, complete) = (new List<FlowChange>(), new List<TranslationChange>(), new List<Bilingual>(), true);
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
            translations.AddRange(TranslationDifference.Compare(device, its, out all));
            complete &= all;
            if (device.NatOrder != its.NatOrder || device.RoutesUnknown != its.RoutesUnknown
                || !device.Routes.Select(static r => r with { Source = default }).SequenceEqual(its.Routes.Select(static r => r with { Source = default })))
                notes.Add(new($"{device.Name}: 経路か、変換の順序も変わります。領域の組の結果で確かめてください。", $"{device.Name}: routes, or the order of translations, change too; see the result by pairs of zones."));
        }
        foreach (var device in now)
            if (!old.Any(d => d.Name == device.Name)) notes.Add(new($"{device.Name} が加わっています。", $"{device.Name} is new."));
        // What nobody understands may open or close anything; the same line in both does the same.
        foreach (var (reading, other, ja, en) in before.Select(r => (r, after, "変更前にだけ", "only before")).Concat(after.Select(r => (r, before, "変更後にだけ", "only afterwards"))))
        {
            var known = other.FirstOrDefault(o => o.File == reading.File)?.Lines.NotUnderstood.Where(static l => l.Touches is not Touch.InPlace).Select(static l => l.Text).ToHashSet(StringComparer.Ordinal);
            if (known is null) continue;
            foreach (var line in reading.Lines.NotUnderstood.Where(l => l.Touches is not Touch.InPlace && !known.Contains(l.Text)).Take(MostLines))
                notes.Add(new($"{line.Source}: {ja}ある、理解できない行です。{line.Text}", $"{line.Source}: a line that is there {en} and isn't understood: {line.Text}"));
        }
        return new(changes, notes, complete) { Translations = translations };
    }
}
