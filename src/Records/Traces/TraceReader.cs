using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Policy.Hierarchy;
using Sekisho.Policy.Obligations;
using Sekisho.Records.Documents;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Records.Traces;

/// <summary>Puts the map of the documents together from what is kept.</summary>
internal sealed class TraceReader(DocumentCache documents)
{
    private const int TextShown = 60;

    /// <summary>A document in force with its text.</summary>
    internal sealed record Loaded(TraceDocument Document, DocumentCache.Entry Entry);

    public async Task<(TraceMap Map, IReadOnlyList<Loaded> Loaded, IReadOnlyList<Trace> Decisions)> ReadAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel)
    {
        var loaded = new List<Loaded>();
        foreach (var document in (await DocumentRows.AllAsync(tx, null, at, cancel)).Where(static d => d is { RetiredAt: null, InForce: not null }))
        {
            var entry = await documents.GetAsync(tx, document.InForce!.Id, cancel);
            loaded.Add(new(new(document, PlacesOf(document.Key, entry)), entry));
        }
        loaded = [.. loaded.OrderBy(static l => l.Document.Level)];
        var decisions = await DecisionsAsync(tx, at, cancel);
        return (Map(loaded, decisions), loaded, decisions);
    }

    /// <summary>The newest decision on each pair.</summary>
    private static Task<List<Trace>> DecisionsAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel) => tx.ListAsync("""
        SELECT DISTINCT ON (d.upper_policy_id, d.upper_key, d.lower_policy_id, d.lower_key)
               u.key, d.upper_key, l.key, d.lower_key, d.decision, d.note, d.decided_at, d.decided_by, d.decided_by_name, d.ledger_index
        FROM records.trace_decision d
        JOIN records.policy u ON u.municipality_id = d.municipality_id AND u.id = d.upper_policy_id
        JOIN records.policy l ON l.municipality_id = d.municipality_id AND l.id = d.lower_policy_id
        WHERE d.decided_at <= $1
        ORDER BY d.upper_policy_id, d.upper_key, d.lower_policy_id, d.lower_key, d.decided_at DESC, d.ledger_index DESC
        """, r => new Trace(new(r.GetString(0), r.GetString(1)), new(r.GetString(2), r.GetString(3)),
            new TraceDecided(r.Case<TraceDecision>(4), r.GetString(5), r.Moment(6), r.By(7), r.GetInt64(9))), cancel, at);

    /// <summary>Pure: what hangs together, what is called for and missing, what hangs under nothing.</summary>
    internal static TraceMap Map(IReadOnlyList<Loaded> loaded, IReadOnlyList<Trace> decisions)
    {
        var byKey = loaded.ToDictionary(static l => l.Document.Document.Key, StringComparer.Ordinal);
        var ends = loaded.SelectMany(static l => l.Document.Places.Select(static p => p.End).Prepend(new(l.Document.Document.Key, ""))).ToHashSet();
        var confirmed = decisions.Where(d => d.Decided.Decision == TraceDecision.Confirmed && ends.Contains(d.Upper) && ends.Contains(d.Lower)).ToArray();
        var needs = new List<TraceNeed>();
        var vocabulary = ObligationCatalogue.Load().Vocabulary;
        foreach (var (document, entry) in loaded.Where(static l => l.Document.Level < 2))
        {
            foreach (var call in RuleCalls.Find(entry.Document, vocabulary).Where(c => c.Rule == CalledRule.Procedure || document.Level == 0))
            {
                var branch = Branch(entry, call.ProvisionId).Select(k => new TraceEnd(document.Document.Key, k)).ToHashSet();
                var satisfied = confirmed.Any(t => branch.Contains(t.Upper) && Serves(byKey[t.Lower.Document].Document.Document.Kind, call.Rule));
                needs.Add(new(new(document.Document.Key, entry.Keys[call.ProvisionId]), call, satisfied));
            }
        }
        var hanging = confirmed.Select(static t => t.Lower.Document).ToHashSet(StringComparer.Ordinal);
        return new([.. loaded.Select(static l => l.Document)], confirmed, needs,
            [.. loaded.Where(l => l.Document.Level > 0 && !hanging.Contains(l.Document.Document.Key)).Select(static l => l.Document.Document)]);
    }

    /// <summary>A standard is asked for: a standard answers. A procedure is asked for: whatever stands below standards answers.</summary>
    private static bool Serves(DocumentKind lower, CalledRule rule) => rule == CalledRule.Standard ? lower == DocumentKind.Standard : TraceDocument.LevelOf(lower) >= 2;

    /// <summary>Keys of a provision and what is below it, and of those above it up to its article: a trace to any of them answers its call.</summary>
    private static IEnumerable<string> Branch(DocumentCache.Entry entry, string provisionId)
    {
        var above = new List<string>();
        return Walk(entry.Document.Provisions, above) ?? [];

        IEnumerable<string>? Walk(IEnumerable<Provision> provisions, List<string> path)
        {
            foreach (var p in provisions)
            {
                if (p.Id == provisionId) return [.. path, .. p.SelfAndDescendants().Select(d => entry.Keys[d.Id])];
                var added = p.Kind >= ProvisionKind.Article;
                if (added) path.Add(entry.Keys[p.Id]);
                if (Walk(p.Children, path) is { } found) return found;
                if (added) path.RemoveAt(path.Count - 1);
            }
            return null;
        }
    }

    private static List<TracePlace> PlacesOf(string document, DocumentCache.Entry entry)
    {
        var places = new List<TracePlace>();
        Walk(entry.Document.Provisions, "", 0);
        return places;

        void Walk(IEnumerable<Provision> provisions, string above, int depth)
        {
            foreach (var p in provisions)
            {
                var inside = p.Kind >= ProvisionKind.Article;
                var place = inside ? above + p.Label : p.Label;
                if (inside) places.Add(new(new(document, entry.Keys[p.Id]), p.Id, place, Short(p.Caption.Length > 0 ? p.Caption : p.Text), depth, p.Kind == ProvisionKind.Article));
                Walk(p.Children, inside ? place : "", inside ? depth + 1 : depth);
            }
        }
    }

    private static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= TextShown ? line : line[..TextShown] + "…";
    }
}
