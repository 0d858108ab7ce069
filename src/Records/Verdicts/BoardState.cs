using System.Collections.Frozen;
using Sekisho.Assurance;
using Sekisho.Policy.Words;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Policies;
using Sekisho.Records.Ties;

namespace Sekisho.Records.Verdicts;

/// <summary>All that verdicts of one municipality follow from, as known at one moment.</summary>
/// <remarks>Keeps the board that it made last, for as long as time alone can't change it; nothing of that is stored.</remarks>
internal sealed class BoardState
{
    /// <summary>One obligation with its newest evidence, waivers and exclusions.</summary>
    internal sealed record File(Dossier Dossier, IReadOnlyList<EvidenceRow> Rows);

    /// <summary>The version whose text is shown; null: none is in force.</summary>
    public required VersionSummary? Version { get; init; }

    public required DocumentCache.Entry? Document { get; init; }

    /// <summary>Ties of that version without rejected ones, by provision key.</summary>
    public required ILookup<string, Tie> Ties { get; init; }

    /// <summary>Every obligation of the catalogue, in the municipality's words, in the catalogue's order.</summary>
    public required IReadOnlyList<File> Files { get; init; }

    /// <summary>The municipality's words.</summary>
    public required PolicyWords Words { get; init; }

    private sealed record Decided(DateTimeOffset From, DateTimeOffset Until, Board Board);

    private Decided? last;

    /// <summary>The board at a moment when nothing more is known than in this state. Decided again only when an obligation's turn, or the end of a month, has come since.</summary>
    public Board? At(MunicipalityId municipality, DateTimeOffset at)
    {
        // Read once: another caller may put a newer one there meanwhile, which is as good.
        if (Volatile.Read(ref last) is { } known && known.From <= at && at < known.Until && known.Board.Municipality == municipality)
            return known.Board with { At = at };
        if (Decide(municipality, at) is not { } board) return null;
        var until = Files.Where(f => board.Obligations.ContainsKey(f.Dossier.Obligation.Id)).Select(f => Judge.NextTurn(f.Dossier, at)).Append(EndOfMonth(at)).Min();
        Volatile.Write(ref last, new Decided(at, until, board));
        return board;
    }

    private Board? Decide(MunicipalityId municipality, DateTimeOffset at)
    {
        if (Version is null || Document is null) return null;
        var monthEnd = EndOfMonth(at);
        var now = new Dictionary<ObligationId, BoardObligation>();
        var then = new Dictionary<ObligationId, Verdict>();
        var tied = Ties.SelectMany(t => t).Select(t => t.Obligation).ToHashSet();
        foreach (var file in Files)
        {
            if (!tied.Contains(file.Dossier.Obligation.Id)) continue;
            var standing = Standing(file.Dossier, at);
            now.Add(file.Dossier.Obligation.Id, standing);
            // Only what runs out by then can look different then.
            then.Add(file.Dossier.Obligation.Id, standing.ExpiresAt <= monthEnd ? Judge.Decide(file.Dossier, monthEnd) : standing.Verdict);
        }

        var flat = Document.Flat;
        var provisions = new BoardProvision[flat.Count];
        var below = new VerdictKind?[flat.Count];
        var counts = Enum.GetValues<VerdictKind>().ToDictionary(k => k, _ => 0);
        int silent = 0, expiring = 0, unconfirmed = 0;
        // From the end, so that what hangs below a provision is known before it.
        var open = new Stack<(int Depth, VerdictKind? Kind)>();
        for (var i = flat.Count - 1; i >= 0; i--)
        {
            var (provision, key, depth) = flat[i];
            var ties = Ties[key].ToArray();
            Verdict[] verdicts = [.. ties.Select(t => now.GetValueOrDefault(t.Obligation)?.Verdict).OfType<Verdict>()];
            var verdict = Judge.Combine(verdicts);
            var whole = verdict?.Kind;
            while (open.Count > 0 && open.Peek().Depth > depth) whole = Worse(whole, open.Pop().Kind);
            open.Push((depth, whole));
            provisions[i] = new BoardProvision(provision, key, depth, verdict, whole, ties);
            unconfirmed += ties.Count(t => t.State == TieState.Proposed);
            if (verdict is null)
            {
                silent++;
                continue;
            }
            counts[verdict.Kind]++;
            if (Stands(verdict.Kind) && !Stands(Judge.Combine([.. ties.Select(t => then.GetValueOrDefault(t.Obligation)).OfType<Verdict>()])!.Kind)) expiring++;
        }
        return new Board(municipality, at, new PolicyVersion(Version, Document.Document, Document.Keys), provisions, now, Words, new BoardCounts(counts, silent, expiring, unconfirmed));
    }

    /// <summary>One obligation at that moment, with when it stops to stand.</summary>
    public static BoardObligation Standing(Dossier dossier, DateTimeOffset at)
    {
        var verdict = Judge.Decide(dossier, at);
        return new BoardObligation(dossier.Obligation, verdict, verdict.Match<DateTimeOffset?>(
            met => met.Until == DateTimeOffset.MaxValue ? null : met.Until, _ => null, _ => null, _ => null, waived => waived.Until, _ => null));
    }

    /// <summary>The first moment of the next month in Japan.</summary>
    internal static DateTimeOffset EndOfMonth(DateTimeOffset at)
    {
        var day = JapaneseTime.Day(at);
        return JapaneseTime.StartOf(new DateOnly(day.Year, day.Month, 1).AddMonths(1));
    }

    private static bool Stands(VerdictKind kind) => kind is VerdictKind.Met or VerdictKind.Waived or VerdictKind.OutOfScope;

    /// <summary>The one that a provision shows first (the order of <see cref="VerdictKind"/>).</summary>
    private static VerdictKind? Worse(VerdictKind? a, VerdictKind? b) => a is null ? b : b is null ? a : a < b ? a : b;
}
