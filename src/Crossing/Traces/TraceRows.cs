using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Traces;

/// <summary>A file that is through the sanitiser.</summary>
/// <param name="Output">The name that it left with; null when nothing came out.</param>
internal sealed record Through(CrossingRequest Request, CrossingItem Item, FileReport Report, string? Output);

/// <summary>Keeps the traces as the crossing goes on, in the transactions of what happens.</summary>
internal static class TraceRows
{
    /// <summary>Names inside an archive beyond these are not found by their words.</summary>
    private const int MostNames = 300, MostThreats = 100, MostWords = 20_000;

    /// <summary>Files are through: from here on they are found. How they end follows from the steps of their requests (a trigger of the table).</summary>
    public static async Task RecordAsync(TenantTransaction tx, IReadOnlyList<Through> all, CancellationToken cancel)
    {
        if (all.Count == 0) return;
        var removed = all.Select(f => Removed(f.Report).GroupBy(r => r.Threat).Select(g => (Threat: g.Key, Count: (int)Math.Min(int.MaxValue, g.Sum(r => (long)Math.Max(1, r.Count))))).OrderBy(r => r.Threat, StringComparer.Ordinal).Take(MostThreats).ToList()).ToList();
        // A message is the one file of its request: its sender and its subject are looked for as well.
        var mail = (await tx.ListAsync("SELECT request_id, sender, shown_sender, subject FROM crossing.message WHERE request_id = ANY ($1)", r => (Request: r.GetGuid(0), Letter: new Letter(r.GetString(1), r.GetString(2), r.GetString(3))),
            cancel, [all.Select(f => f.Request.Id.Value).Distinct().ToArray()]).ConfigureAwait(false)).ToDictionary(m => m.Request, m => m.Letter);
        await tx.RunAsync("""
            INSERT INTO crossing.trace (municipality_id, id, request_id, at, route_id, unit_id, asked_by, outcome, bytes, removed, words, sender)
            SELECT $1, f.* FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS f ON CONFLICT DO NOTHING
            """, cancel, tx.Municipality.Value, all.Select(f => f.Item.Id.Value).ToArray(), all.Select(f => f.Request.Id.Value).ToArray(), all.Select(f => RecordedTime.Cut(At(f.Request))).ToArray(), all.Select(f => f.Request.Route.Value).ToArray(),
            all.Select(f => f.Request.Unit?.Value).ToArray(), all.Select(f => f.Request.AskedBy.Account).ToArray(), all.Select(f => (f.Report.Outcome == Outcome.Refused ? TraceOutcome.Blocked : TraceOutcome.Pending).ToString()).ToArray(),
            all.Select(f => f.Item.Bytes).ToArray(), removed.Select(r => string.Join(' ', r.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Threat}:{t.Count}")))).ToArray(), all.Select(f => Words(f, mail.GetValueOrDefault(f.Request.Id.Value))).ToArray(), all.Select(f => mail.GetValueOrDefault(f.Request.Id.Value)?.Sender ?? "").ToArray()).ConfigureAwait(false);
        var digests = all.SelectMany(f => f.Report.ApartFiles.Select(static p => p.OutputSha256).Prepend(f.Report.OutputSha256).Prepend(f.Report.InputSha256).OfType<Sha256>().Distinct().Select(d => (Digest: d.ToArray(), Id: f.Item.Id.Value))).ToList();
        await tx.RunAsync("INSERT INTO crossing.trace_digest (municipality_id, sha256, trace_id) SELECT $1, d.* FROM unnest($2, $3) AS d ON CONFLICT DO NOTHING",
            cancel, tx.Municipality.Value, digests.Select(d => d.Digest).ToArray(), digests.Select(d => d.Id).ToArray()).ConfigureAwait(false);
        var families = all.SelectMany((f, i) => removed[i].GroupBy(r => ThreatFamilies.Of(r.Threat)).Select(g => (File: f, Family: g.Key, Pieces: (int)Math.Min(int.MaxValue, g.Sum(r => (long)r.Count))))).ToList();
        if (families.Count > 0)
            await tx.RunAsync("INSERT INTO crossing.trace_family (municipality_id, trace_id, family, pieces, at, unit_id) SELECT $1, f.* FROM unnest($2, $3, $4, $5, $6) AS f ON CONFLICT DO NOTHING", cancel, tx.Municipality.Value,
                families.Select(f => f.File.Item.Id.Value).ToArray(), families.Select(f => f.Family).ToArray(), families.Select(f => f.Pieces).ToArray(), families.Select(f => RecordedTime.Cut(At(f.File.Request))).ToArray(), families.Select(f => f.File.Request.Unit?.Value).ToArray()).ConfigureAwait(false);
    }

    /// <summary>Who gave their leave is found by their name, too: they stand on the first line.</summary>
    public static Task NameAsync(TenantTransaction tx, RequestId request, Actor actor, CancellationToken cancel) =>
        tx.RunAsync("UPDATE crossing.trace SET words = $2 || words WHERE request_id = $1 AND position($2 in split_part(words, E'\\n', 1)) = 0", cancel, request.Value, Line(actor.Name) + " ");

    /// <summary>Puts together what was counted since the last time; what the figures say stays the same.</summary>
    public static Task SettleAsync(TenantTransaction tx, CancellationToken cancel) => tx.RunAsync("SELECT crossing.settle_figures()", cancel);

    /// <summary>Threats and how often, as they are kept.</summary>
    public static IReadOnlyList<(string Threat, int Count)> Removed(string kept) =>
        [.. kept.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split(':')).Where(p => p.Length == 2).Select(p => (p[0], int.Parse(p[1], CultureInfo.InvariantCulture)))];

    private static DateTimeOffset At(CrossingRequest request) => request.SubmittedAt ?? request.OpenedAt;

    private sealed record Letter(string Envelope, string Shown, string Subject)
    {
        /// <summary>Who sent it; what the letter says of itself where the envelope says nothing.</summary>
        public string Sender => Envelope.Length > 0 ? Envelope : Shown;
    }

    private static string Words(Through file, Letter? letter)
    {
        var names = All(file.Report).SelectMany(r => new[] { r.File, r.Output }).Prepend(letter?.Subject).Prepend(file.Output).Prepend(file.Item.Path).OfType<string>().Distinct().Take(MostNames).Select(Line);
        var words = string.Join('\n', [Line(file.Request.AskedBy.Name) + " ", letter is null ? "" : $"{Line(letter.Envelope)} {Line(letter.Shown)}", Line(file.Request.Number), .. names]);
        return words.Length <= MostWords ? words : words[..(char.IsHighSurrogate(words[MostWords - 1]) ? MostWords - 1 : MostWords)];
    }

    // Names from outside may hold what a database's text doesn't take.
    private static string Line(string text) => SearchFold.Of(text).Replace("\n", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal);

    private static IEnumerable<FileReport> All(FileReport report) => report.Members.SelectMany(All).Prepend(report);

    private static IEnumerable<Removal> Removed(FileReport report) => All(report).SelectMany(r => r.Removed);
}
