using System.Collections.Concurrent;
using Sekisho.Assurance;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Obligations;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Verdicts;

/// <summary>Verdicts (判定) of a municipality at any moment. Reads evidence and decides; keeps no verdict anywhere.</summary>
/// <remarks>
/// What verdicts follow from is kept in memory for "now", under the size of the municipality's ledger: nothing of it can change without an entry.
/// Verdicts are decided again when something was recorded or the next turn of an obligation has come (docs/adr/0042).
/// </remarks>
public sealed class VerdictBoard
{
    /// <summary>How long what was read may serve: bounds what another server's fast clock, or a new edition of the catalogue, could hide.</summary>
    private static readonly TimeSpan Serves = TimeSpan.FromSeconds(30);

    private sealed record Kept(ulong LedgerSize, DateTimeOffset ReadAt, BoardState State);

    private readonly RecordKeeper keeper;
    private readonly ObligationBook obligations;
    private readonly StateLoader loader;
    private readonly ConcurrentDictionary<(MunicipalityId, string), Kept> kept = new();

    internal VerdictBoard(RecordKeeper keeper, ObligationBook obligations, DocumentCache documents)
    {
        this.keeper = keeper;
        this.obligations = obligations;
        loader = new StateLoader(obligations, documents);
    }

    /// <summary>The version in force at a moment with its verdicts, exactly as it was shown then; null when none was in force.</summary>
    /// <param name="at">Null: now.</param>
    public async Task<Board?> BoardAsync(MunicipalityId municipality, DateTimeOffset? at, CancellationToken cancel, string policyKey = PolicyKeys.Basic)
    {
        if (at is { } past) return (await StateAsync(municipality, policyKey, null, past, cancel)).At(municipality, past);
        var (state, moment) = await NowAsync(municipality, policyKey, cancel);
        return state.At(municipality, moment);
    }

    /// <summary>The counts of several municipalities now, for whoever looks after all of them; those without a policy in force are absent.</summary>
    public async Task<IReadOnlyDictionary<MunicipalityId, BoardCounts>> CountsAsync(
        IReadOnlyCollection<MunicipalityId> municipalities, CancellationToken cancel, string policyKey = PolicyKeys.Basic)
    {
        var counts = new ConcurrentDictionary<MunicipalityId, BoardCounts>();
        await Parallel.ForEachAsync(municipalities, new ParallelOptions { CancellationToken = cancel, MaxDegreeOfParallelism = 8 }, async (municipality, stop) =>
        {
            var (state, moment) = await NowAsync(municipality, policyKey, stop);
            if (state.At(municipality, moment) is { } board) counts[municipality] = board.Counts;
        });
        return counts;
    }

    /// <summary>Any version, a draft too, with the verdicts that it shows now; null when there is no such version.</summary>
    public async Task<Board?> BoardOfVersionAsync(MunicipalityId municipality, PolicyVersionId version, CancellationToken cancel)
    {
        var moment = keeper.Clock.Now();
        return (await StateAsync(municipality, PolicyKeys.Basic, version, moment, cancel)).At(municipality, moment);
    }

    /// <summary>All obligations of the catalogue with their verdicts, tied to a provision or not, in the catalogue's order.</summary>
    public async Task<IReadOnlyList<ObligationLine>> ObligationsAsync(MunicipalityId municipality, DateTimeOffset? at, CancellationToken cancel, string policyKey = PolicyKeys.Basic)
    {
        var (state, moment) = at is { } past ? (await StateAsync(municipality, policyKey, null, past, cancel), past) : await NowAsync(municipality, policyKey, cancel);
        var provisions = ByObligation(state.At(municipality, moment));
        return [.. state.Files.Select(f => new ObligationLine(BoardState.Standing(f.Dossier, moment), [.. provisions[f.Dossier.Obligation.Id]]))];
    }

    /// <summary>One obligation in full; null when the catalogue of that moment doesn't have it.</summary>
    public async Task<ObligationView?> ObligationAsync(MunicipalityId municipality, ObligationId id, DateTimeOffset? at, CancellationToken cancel, string policyKey = PolicyKeys.Basic)
    {
        var (state, moment) = at is { } past ? (await StateAsync(municipality, policyKey, null, past, cancel), past) : await NowAsync(municipality, policyKey, cancel);
        if (state.Files.FirstOrDefault(f => f.Dossier.Obligation.Id == id) is not { } file) return null;
        var criteria = file.Dossier.Obligation.Criteria.Select(c =>
        {
            var alone = new Dossier(file.Dossier.Obligation with { Criteria = [c] }, file.Dossier.Evidence, [], []);
            var kinds = new[] { c.EvidenceKind, Judge.StatementKind(id, c.Id) };
            return new CriterionStanding(c, Judge.Decide(alone, moment),
                [.. file.Rows.Where(r => kinds.Contains(r.Evidence.Observed.Kind)).OrderByDescending(r => r.Evidence.Observed.ObservedAt)]);
        });
        return new ObligationView(
            BoardState.Standing(file.Dossier, moment), [.. criteria], [.. ByObligation(state.At(municipality, moment))[id]],
            [.. file.Rows.OrderByDescending(r => r.Evidence.RecordedAt)], file.Dossier.Waivers, file.Dossier.Exclusions);
    }

    /// <summary>How one obligation stood from one moment to another, in order, without gaps; each stretch as it was shown then. Empty when there is no such obligation.</summary>
    public async Task<IReadOnlyList<VerdictSpan>> HistoryAsync(MunicipalityId municipality, ObligationId id, DateTimeOffset from, DateTimeOffset to, CancellationToken cancel)
    {
        if (to <= from) return [];
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var state = await loader.LoadAsync(tx, PolicyKeys.Basic, null, to, id, cancel);
        var (waivers, exclusions) = await StateLoader.DecisionsAsync(tx, id, to, cancel);
        var spans = new List<VerdictSpan>();
        // The catalogue of each stretch judges that stretch.
        foreach (var (start, end, catalogue) in await obligations.EditionsAsync(tx, from, to, cancel))
        {
            if (catalogue.Find(id) is not { } obligation) continue;
            var kinds = StateLoader.KindsOf([obligation]);
            // Of what was known at the start only the newest of each stream can matter later.
            var known = await tx.ListAsync(EvidenceRows.Newest, EvidenceRows.Evidence, cancel, start, kinds);
            var later = await tx.ListAsync(
                $"SELECT {EvidenceRows.Columns} FROM records.evidence e WHERE e.kind = ANY($1) AND e.recorded_at > $2 AND e.recorded_at <= $3",
                EvidenceRows.Evidence, cancel, kinds, start, end);
            var dossier = new Dossier(StateLoader.Speak(obligation, state.Words), [.. known, .. later], waivers, exclusions);
            foreach (var span in Judge.History(dossier, start, end))
            {
                if (spans.Count > 0 && Same(spans[^1].Verdict, span.Verdict)) spans[^1] = spans[^1] with { To = span.To };
                else spans.Add(span);
            }
        }
        return spans;
    }

    private async Task<(BoardState State, DateTimeOffset Moment)> NowAsync(MunicipalityId municipality, string policyKey, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var size = (await LedgerReader.HeadAsync(tx, cancel))?.Size ?? 0;
        var moment = keeper.Clock.Now();
        if (kept.TryGetValue((municipality, policyKey), out var known) && known.LedgerSize == size
            && moment >= known.ReadAt && moment - known.ReadAt < Serves && JapaneseTime.Day(moment) == JapaneseTime.Day(known.ReadAt)) return (known.State, moment);
        // Read after the size: at worst more is known than the size says, and the next call reads again.
        var state = await loader.LoadAsync(tx, policyKey, null, moment, null, cancel);
        kept[(municipality, policyKey)] = new Kept(size, moment, state);
        return (state, moment);
    }

    private async Task<BoardState> StateAsync(MunicipalityId municipality, string policyKey, PolicyVersionId? version, DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await loader.LoadAsync(tx, policyKey, version, at, null, cancel);
    }

    private static ILookup<ObligationId, BoardProvision> ByObligation(Board? board) =>
        (board?.Provisions ?? []).SelectMany(p => p.Ties.Select(t => (t.Obligation, p))).ToLookup(x => x.Obligation, x => x.p);

    private static bool Same(Verdict a, Verdict b) => a.Kind == b.Kind && (a.Kind == VerdictKind.Met || a.Reason == b.Reason);
}
