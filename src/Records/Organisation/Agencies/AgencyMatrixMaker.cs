using Sekisho.Policy.Agencies;

namespace Sekisho.Records.Organisation.Agencies;

/// <summary>Brings together what policies name and what is registered (実施機関の突合せ).</summary>
internal static class AgencyMatrixMaker
{
    private const string Mayor = "mayor";

    public static AgencyMatrix Make(OrganisationChart chart, IReadOnlyList<(PolicyColumn Column, AgencyScope Scope)> policies, IReadOnlyList<AgencyDecision> decisions, AgencyVocabulary vocabulary)
    {
        var registered = Registered(chart, vocabulary, policies);
        var named = Named(policies, registered, vocabulary);
        var lines = new List<AgencyLine>();
        foreach (var key in named.Select(n => n.Key).Concat(registered.Keys.Where(k => chart.Units.Any(u => u.Kind == UnitKind.Agency && registered[k].Contains(u)))).Distinct().ToList())
        {
            var mentions = named.Where(n => n.Key == key).ToList();
            var units = registered.GetValueOrDefault(key, []);
            var cells = mentions.SelectMany(m => m.By).Distinct().Select(c => new AgencyCell(c, CoverageKind.ByText, null))
                .Concat(from d in decisions
                        where d.Agency == key && d.Decision is AgencyDecisionKind.Joint or AgencyDecisionKind.Own
                        join c in policies.Select(p => p.Column) on d.PolicyKey equals c.Key
                        select new AgencyCell(c, d.Decision == AgencyDecisionKind.Own ? CoverageKind.Own : CoverageKind.Joint, d))
                // What a person decided says more than that the text names it.
                .GroupBy(c => c.Policy.Key).Select(g => g.OrderByDescending(c => c.How).First()).ToList();
            lines.Add(new AgencyLine(key, mentions.FirstOrDefault()?.AsWritten, vocabulary.Find(key), units, PeopleOf(chart, units), cells,
                decisions.FirstOrDefault(d => d.Agency == key && d.Decision == AgencyDecisionKind.Excluded)));
        }
        var excluded = decisions.Where(d => d.Decision == AgencyDecisionKind.Excluded).Select(d => d.Agency).ToHashSet();
        // Those that law asks for and nobody mentions are shown once, with the exclusions among them as lines of their own.
        lines.AddRange(vocabulary.Agencies.Where(a => excluded.Contains(a.Id) && lines.TrueForAll(l => l.Key != a.Id))
            .Select(a => new AgencyLine(a.Id, null, a, [], 0, [], decisions.First(d => d.Agency == a.Id && d.Decision == AgencyDecisionKind.Excluded))));
        var gathered = policies.SelectMany(p => p.Scope.Named).SelectMany(n => n.Agency?.Gathers ?? []).ToHashSet();
        return new AgencyMatrix(chart.Day, [.. policies.Select(p => p.Column)], lines,
            [.. vocabulary.Agencies.Where(a => a.By is not null && lines.TrueForAll(l => l.Key != a.Id) && !gathered.Contains(a.Id))]);
    }

    private sealed record Mention(string Key, string? AsWritten, IReadOnlyList<PolicyColumn> By);

    /// <summary>What policies in force name, each once, in their order. A word for several (行政委員会事務局) stands for those of them that are registered.</summary>
    private static List<Mention> Named(IReadOnlyList<(PolicyColumn Column, AgencyScope Scope)> policies, Dictionary<string, IReadOnlyList<Unit>> registered, AgencyVocabulary vocabulary)
    {
        var all = new List<(string Key, string AsWritten, PolicyColumn By)>();
        foreach (var (column, scope) in policies)
        {
            foreach (var name in scope.Named)
            {
                var single = name.Agency?.Gathers.Where(registered.ContainsKey).ToList() ?? [];
                if (single.Count > 0 && !registered.ContainsKey(name.Key)) all.AddRange(single.Select(g => (g, vocabulary.Find(g)!.Name.Ja, column)));
                else
                {
                    all.Add((name.Key, name.AsWritten, column));
                    all.AddRange(single.Select(g => (g, vocabulary.Find(g)!.Name.Ja, column)));
                }
            }
            // A policy that names nobody binds whoever laid it down, and that is the mayor's side unless somebody records otherwise.
            if (scope.Named.Count == 0 && column.Key == Policies.PolicyKeys.Basic) all.Add((Mayor, vocabulary.Find(Mayor)!.Name.Ja, column));
        }
        return [.. all.GroupBy(n => n.Key).Select(g => new Mention(g.Key, g.First().AsWritten, [.. g.Select(n => n.By).Distinct()]))];
    }

    /// <summary>Units by the agency that they are: agencies of the tree first; what has none there may be a department or a section (消防本部 under the mayor).</summary>
    private static Dictionary<string, IReadOnlyList<Unit>> Registered(OrganisationChart chart, AgencyVocabulary vocabulary, IReadOnlyList<(PolicyColumn Column, AgencyScope Scope)> policies)
    {
        var found = chart.Units.Where(u => u.Kind == UnitKind.Agency).GroupBy(KeyOf).ToDictionary(g => g.Key, g => (IReadOnlyList<Unit>)[.. g]);
        foreach (var set in chart.Units.Where(u => u.Kind != UnitKind.Agency && u.Agency is not null).GroupBy(u => u.Agency!))
            found[set.Key] = [.. found.GetValueOrDefault(set.Key, []), .. set];
        var wanted = policies.SelectMany(p => p.Scope.Named).SelectMany(n => new[] { n.Key }.Concat(n.Agency?.Gathers ?? [])).Distinct().Where(k => !found.ContainsKey(k)).ToList();
        foreach (var key in wanted)
        {
            var below = chart.Units.Where(u => u.Kind != UnitKind.Agency && KeyOf(u) == key).ToList();
            // The topmost only: 消防本部, not its 消防総務課.
            below.RemoveAll(u => below.Exists(o => o.Id == u.Parent));
            if (below.Count > 0) found[key] = below;
        }
        return found;

        string KeyOf(Unit u) => u.Agency ?? vocabulary.Recognise(u.Name)?.Id ?? "name/" + AgencyVocabulary.Fold(u.Name);
    }

    private static int PeopleOf(OrganisationChart chart, IReadOnlyList<Unit> units)
    {
        if (units.Count == 0) return 0;
        var children = chart.Units.ToLookup(u => u.Parent, u => u.Id);
        var within = new HashSet<UnitId>();
        var open = new Stack<UnitId>(units.Select(u => u.Id));
        while (open.TryPop(out var next))
        {
            if (!within.Add(next)) continue;
            foreach (var child in children[next]) open.Push(child);
        }
        return chart.People.Where(p => within.Contains(p.Unit)).Select(p => p.Id).Concat(chart.SecondPosts.Where(s => within.Contains(s.Unit)).Select(s => s.Person)).Distinct().Count();
    }
}
