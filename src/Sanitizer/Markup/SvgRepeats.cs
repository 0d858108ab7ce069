using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Counts how often the parts of a drawing draw each other (use, url(#…)): a few lines can stand for billions of shapes (G-03).</summary>
internal sealed class SvgRepeats
{
    private const long Most = 200_000;

    private readonly Dictionary<string, List<string>> targets = new(StringComparer.Ordinal);
    private readonly List<string> open = [], drawn = [];

    public void Enter(string? id)
    {
        open.Add(id ?? "");
        if (id is not null) targets.TryAdd(id, []);
    }

    public void Leave() => open.RemoveAt(open.Count - 1);

    /// <summary>An attribute of the element that was entered last.</summary>
    public void See(string name, string value)
    {
        if (name == "href" && value.Length > 1 && value[0] == '#')
        {
            Draws(value[1..]);
            return;
        }
        for (var at = 0; (at = value.IndexOf("url(", at, StringComparison.OrdinalIgnoreCase)) >= 0; at += 4)
        {
            var end = value.IndexOf(')', at);
            if (end > 0) Draws(value[(at + 4)..end].Trim(' ', '"', '\'').TrimStart('#'));
        }
    }

    /// <exception cref="RefusedException">Drawn, it would be beyond all measure.</exception>
    public void Check()
    {
        var costs = new Dictionary<string, long>(StringComparer.Ordinal);
        long all = 0;
        foreach (var target in drawn)
        {
            all += Cost(target, costs, 0);
            if (all > Most) throw Refusals.Broken("", "SAN-SVG-002", "部品が互いを際限なく描きます", "its parts draw each other without end");
        }
    }

    private void Draws(string target)
    {
        foreach (var id in open)
        {
            if (id.Length > 0) targets[id].Add(target);
        }
        drawn.Add(target);
    }

    // A part that comes back to itself isn't drawn by any program.
    private long Cost(string id, Dictionary<string, long> costs, int depth)
    {
        if (depth > 200 || !targets.TryGetValue(id, out var inner)) return 1;
        if (costs.TryGetValue(id, out var known)) return known;
        costs[id] = 1;
        long cost = 1;
        foreach (var target in inner) cost = Math.Min(Most + 1, cost + Cost(target, costs, depth + 1));
        return costs[id] = cost;
    }
}
