using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Traces;

/// <summary>Keeps the traces as the crossing goes on, in the transactions of what happens.</summary>
internal static class TraceRows
{
    /// <summary>Names inside an archive beyond these are not found by their words.</summary>
    private const int MostNames = 300, MostThreats = 100, MostWords = 20_000;

    /// <summary>The steps after which a file may have ended otherwise than before.</summary>
    private static readonly HashSet<string> Turns = new(["crossing.through", "crossing.approved", "crossing.refused", "crossing.withdrawn", "crossing.expired", "crossing.exception-granted"], StringComparer.Ordinal);

    /// <summary>A file is through: from here on it is found.</summary>
    /// <param name="output">The name that it left with; null when nothing came out.</param>
    /// <param name="sender">Of what came by mail; empty otherwise.</param>
    public static async Task RecordAsync(TenantTransaction tx, CrossingRequest request, CrossingItem item, FileReport report, string? output, CancellationToken cancel, string sender = "")
    {
        var at = request.SubmittedAt ?? request.OpenedAt;
        var removed = Removed(report).GroupBy(r => r.Threat).Select(g => (Threat: g.Key, Count: (int)Math.Min(int.MaxValue, g.Sum(r => (long)Math.Max(1, r.Count))))).OrderBy(r => r.Threat, StringComparer.Ordinal).Take(MostThreats).ToList();
        var fresh = await tx.RunAsync("""
            INSERT INTO crossing.trace (municipality_id, id, request_id, at, route_id, unit_id, asked_by, outcome, bytes, sender, removed, words)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
            """, cancel, tx.Municipality.Value, item.Id.Value, request.Id.Value, at, request.Route.Value, request.Unit?.Value, request.AskedBy.Account,
            report.Outcome == Outcome.Refused ? TraceOutcome.Blocked : TraceOutcome.Pending, item.Bytes, sender, string.Join(' ', removed.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Threat}:{r.Count}"))),
            Words(request, item, report, output, sender)).ConfigureAwait(false);
        if (fresh == 0) return;
        var digests = new[] { report.InputSha256, report.OutputSha256 }.OfType<Sha256>().Distinct().Select(d => d.ToArray()).ToArray();
        await tx.RunAsync("INSERT INTO crossing.trace_digest (municipality_id, sha256, trace_id) SELECT $1, d, $2 FROM unnest($3) AS d ON CONFLICT DO NOTHING", cancel, tx.Municipality.Value, item.Id.Value, digests).ConfigureAwait(false);
        var families = removed.GroupBy(r => ThreatFamilies.Of(r.Threat)).Select(g => (Family: g.Key, Pieces: (int)Math.Min(int.MaxValue, g.Sum(r => (long)r.Count)))).ToList();
        if (families.Count > 0)
            await tx.RunAsync("INSERT INTO crossing.trace_family (municipality_id, trace_id, family, pieces, at, unit_id) SELECT $1, $2, f.family, f.pieces, $3, $4 FROM unnest($5, $6) AS f (family, pieces)",
                cancel, tx.Municipality.Value, item.Id.Value, at, request.Unit?.Value, families.Select(f => f.Family).ToArray(), families.Select(f => f.Pieces).ToArray()).ConfigureAwait(false);
    }

    /// <summary>After a step of a request: how its files ended, and who gave their leave.</summary>
    public static async Task FollowAsync(TenantTransaction tx, RequestId request, string step, Actor actor, CancellationToken cancel)
    {
        if (!Turns.Contains(step)) return;
        await tx.RunAsync("""
            UPDATE crossing.trace t SET outcome = n.outcome FROM (
              SELECT i.municipality_id, i.id, CASE
                WHEN i.state = 'Admitted' THEN 'Excepted'
                WHEN i.state IN ('Refused', 'ExceptionAsked') THEN 'Blocked'
                WHEN q.state = 'Delivered' THEN 'Delivered'
                WHEN q.state = 'Refused' THEN 'Declined'
                WHEN q.state IN ('Withdrawn', 'Expired') AND o.outcome = 'Pending' THEN 'Lapsed'
                ELSE o.outcome END AS outcome
              FROM crossing.trace o
              JOIN crossing.item i ON i.municipality_id = o.municipality_id AND i.id = o.id
              JOIN crossing.request q ON q.municipality_id = o.municipality_id AND q.id = o.request_id
              WHERE o.request_id = $1) n
            WHERE t.municipality_id = n.municipality_id AND t.id = n.id AND t.outcome <> n.outcome
            """, cancel, request.Value).ConfigureAwait(false);
        if (step is not ("crossing.approved" or "crossing.exception-granted")) return;
        // The first line names the people.
        await tx.RunAsync("UPDATE crossing.trace SET words = $2 || words WHERE request_id = $1 AND position($2 in split_part(words, E'\\n', 1)) = 0", cancel, request.Value, Line(actor.Name) + " ").ConfigureAwait(false);
    }

    /// <summary>Threats and how often, as they are kept.</summary>
    public static IReadOnlyList<(string Threat, int Count)> Removed(string kept) =>
        [.. kept.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(':')).Where(p => p.Length == 2).Select(p => (p[0], int.Parse(p[1], CultureInfo.InvariantCulture)))];

    private static string Words(CrossingRequest request, CrossingItem item, FileReport report, string? output, string sender)
    {
        var names = All(report).SelectMany(r => new[] { r.File, r.Output }).Prepend(output).Prepend(item.Path).OfType<string>().Distinct().Take(MostNames).Select(Line);
        var words = string.Join('\n', [Line(request.AskedBy.Name) + " ", Line(sender), Line(request.Number), .. names]);
        return words.Length <= MostWords ? words : words[..(char.IsHighSurrogate(words[MostWords - 1]) ? MostWords - 1 : MostWords)];
    }

    // Names from outside may hold what a database's text doesn't take.
    private static string Line(string text) => SearchFold.Of(text).Replace("\n", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal);

    private static IEnumerable<FileReport> All(FileReport report) => report.Members.SelectMany(All).Prepend(report);

    private static IEnumerable<Removal> Removed(FileReport report) => All(report).SelectMany(r => r.Removed);
}
