using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Records.Documents;
using Sekisho.Records.Obligations;
using Sekisho.Records.Policies;
using Sekisho.Records.Ties;
using Sekisho.Storage;

namespace Sekisho.Records.Traces;

/// <summary>Which article of a standard carries out which provision of the policy, and which procedure carries out which article (対応付け).</summary>
public sealed class TraceBook
{
    private readonly RecordKeeper keeper;
    private readonly ObligationBook obligations;
    private readonly TraceReader reader;

    internal TraceBook(RecordKeeper keeper, ObligationBook obligations, DocumentCache documents) =>
        (this.keeper, this.obligations, reader) = (keeper, obligations, new TraceReader(documents));

    /// <summary>How the documents in force hang together, and what is missing, now or as of a moment.</summary>
    public async Task<TraceMap> MapAsync(MunicipalityId municipality, DateTimeOffset? at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return (await reader.ReadAsync(tx, at ?? keeper.Clock.Now(), cancel)).Map;
    }

    /// <summary>What the texts suggest and nobody has decided on, the surest first.</summary>
    public async Task<IReadOnlyList<TraceSuggestion>> SuggestAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var (map, loaded, decided) = await reader.ReadAsync(tx, at, cancel);
        var ties = new Dictionary<PolicyVersionId, IReadOnlyList<Tie>>();
        foreach (var version in loaded.Select(static l => l.Document.Document.InForce!.Id))
            ties[version] = [.. (await TieRows.OfVersionAsync(tx, version, at, cancel)).Where(static t => t.State != TieState.Rejected)];
        var words = loaded.Count == 0 ? null : loaded[0].Entry.Words;
        var names = (await obligations.CatalogueAsync(tx, at, cancel)).Obligations.ToDictionary(static o => o.Id, o => words?.Speak(o.Name.Ja) ?? o.Name.Ja);
        return [.. TraceSuggestions.Of(loaded, map, decided, ties, names).OrderByDescending(static s => s.Confidence)];
    }

    /// <summary>Says that a lower provision, or a whole lower document, carries out an upper provision; or that it doesn't.</summary>
    public async Task<Outcome<Trace>> DecideAsync(MunicipalityId municipality, TraceEnd upper, TraceEnd lower, TraceDecision decision, string note, Actor actor, CancellationToken cancel)
    {
        var done = await DecideManyAsync(municipality, [(upper, lower)], decision, note, actor, cancel);
        return done.Match<Outcome<Trace>>(static traces => traces[0], static no => no);
    }

    /// <summary>Decides on several at once; all or none. One ledger entry each.</summary>
    public async Task<Outcome<IReadOnlyList<Trace>>> DecideManyAsync(
        MunicipalityId municipality, IReadOnlyList<(TraceEnd Upper, TraceEnd Lower)> pairs, TraceDecision decision, string note, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var map = (await reader.ReadAsync(tx, at, cancel)).Map;
        var made = new List<Trace>();
        foreach (var (upper, lower) in pairs.Distinct())
        {
            if (upper.IsWhole || map.Place(upper) is not { } place || map.Documents.FirstOrDefault(d => d.Document.Key == lower.Document) is not { } below || (!lower.IsWhole && map.Place(lower) is null))
                return Documents.Refusals.UnknownTrace;
            if (map.Documents.First(d => d.Document.Key == upper.Document).Level >= below.Level) return Documents.Refusals.WrongOrder;
            var index = await keeper.AppendAsync(tx, at, decision == TraceDecision.Confirmed ? "trace.confirmed" : "trace.rejected", actor, $"document/{lower.Document}",
                new { upper = upper.Document, upperProvision = upper.Key, upperPlace = place.Place, lower = lower.Document, lowerProvision = lower.Key, note = note.Trim() }, cancel);
            await tx.RunAsync("""
                INSERT INTO records.trace_decision (municipality_id, id, upper_policy_id, upper_key, lower_policy_id, lower_key, decision, note, decided_at, decided_by, decided_by_name, ledger_index)
                SELECT $1, $2, u.id, $4, l.id, $6, $7, $8, $9, $10, $11, $12 FROM records.policy u, records.policy l WHERE u.key = $3 AND l.key = $5
                """, cancel, municipality.Value, RecordKeeper.NewId(at), upper.Document, upper.Key, lower.Document, lower.Key, decision, note.Trim(), at, actor.Account, actor.Name, index);
            made.Add(new Trace(upper, lower, new(decision, note.Trim(), at, actor, index)));
        }
        await tx.CommitAsync(cancel);
        await keeper.ChangedAsync(municipality, cancel, HierarchySource.Kind);
        return made;
    }
}
