using Sekisho.Assurance;
using Sekisho.Crossing.Exceptions;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Traces;

/// <summary>How a file's crossing ended (結果).</summary>
public enum TraceOutcome
{
    /// <summary>手続き中: made harmless, and not decided yet.</summary>
    Pending,

    /// <summary>渡した.</summary>
    Delivered,

    /// <summary>遮断: it could not be made harmless.</summary>
    Blocked,

    /// <summary>却下: made harmless, and not let through.</summary>
    Declined,

    /// <summary>取下げ・期限切れ.</summary>
    Lapsed,

    /// <summary>特例: let through as it came, by a named person.</summary>
    Excepted,
}

/// <summary>What a search over the traces asks for; everything that is said must hold.</summary>
/// <param name="Text">Words of names of files (also inside archives), people, senders, numbers; all of them. A SHA-256 in hexadecimal finds the file that has it.</param>
/// <param name="Person">Words of the name of who asked or approved.</param>
/// <param name="Sender">Words of the sender's address, of what came by mail.</param>
/// <param name="Digest">Of an original, or of what came out of it.</param>
/// <param name="From">Handed in on this day or later, in Japan.</param>
/// <param name="Until">Handed in on this day or before, in Japan.</param>
/// <param name="Units">Of these; null: any.</param>
/// <param name="Family">Key of a family of which something was taken out.</param>
public sealed record TraceQuery(
    string? Text = null, string? Person = null, string? Sender = null, Sha256? Digest = null, DateOnly? From = null, DateOnly? Until = null,
    TraceOutcome? Outcome = null, string? Route = null, IReadOnlyList<UnitId>? Units = null, string? Family = null)
{
    /// <summary>The same as facts for the ledger: what an export was narrowed by.</summary>
    internal object Facts() => new { Text, Person, Sender, Digest, From, Until, Outcome, Route, Units = Units?.Count, Family };
}

/// <summary>A file that came across, or didn't.</summary>
/// <param name="At">Handed in.</param>
/// <param name="Unit">Name of the section; null where none was named.</param>
/// <param name="Removed">Threats with how often, over the file and those inside.</param>
/// <param name="ApprovedBy">Names, in the order in which they gave their leave; of an exception, who let it through.</param>
/// <param name="Original">Digest of what came.</param>
/// <param name="Result">Digest of what went out; null when nothing did.</param>
public sealed record Trace(
    ItemId Id, RequestId Request, string Number, DateTimeOffset At, RouteId Route, Bilingual RouteName, string? Unit, Actor AskedBy, string Sender, string Purpose, string Recipient, string Path, string? OutputPath, long Bytes,
    TraceOutcome Outcome, string? RefusalCode, IReadOnlyList<(string Threat, int Count)> Removed, IReadOnlyList<string> ApprovedBy, Sha256? Original, Sha256? Result);

/// <summary>A page of a search.</summary>
/// <param name="Total">How many there are, up to <see cref="TraceDesk.MostCounted"/>.</param>
/// <param name="HasMore">There are more than that.</param>
public sealed record TracePage(IReadOnlyList<Trace> Traces, int Total, bool HasMore);

/// <summary>Files of a month, a section and an outcome.</summary>
/// <param name="Month">Its first day, in Japan.</param>
public sealed record TraceCount(DateOnly Month, UnitId? Unit, TraceOutcome Outcome, long Files, long Bytes);

/// <summary>Of how many files something of a family was taken out, and how many pieces.</summary>
public sealed record FamilyCount(string Family, long Files, long Pieces);

/// <summary>The figures of a period.</summary>
public sealed record TraceFigures(IReadOnlyList<TraceCount> Counts, IReadOnlyList<FamilyCount> Families, IReadOnlyDictionary<UnitId, string> Units);

/// <summary>A file that was let through as it came (特例で取り込んだファイル).</summary>
/// <param name="Why">The reason that the applicant gave.</param>
/// <param name="Decided">The reason of who let it through, and what was checked.</param>
/// <param name="Scan">What the scanner said of it, where one scans.</param>
/// <param name="FetchUntil">It can be fetched until then.</param>
/// <param name="KeptUntil">The original is kept until then.</param>
public sealed record Exceptional(
    ItemId Id, RequestId Request, string Number, string Path, long Bytes, string? Unit, Actor AskedBy, string Why, Actor GrantedBy, DateTimeOffset GrantedAt, string Decided, string RefusalCode, Bilingual Refusal, Bilingual? Scan,
    Sha256? Digest, DateTimeOffset FetchUntil, DateTimeOffset KeptUntil, bool IsDestroyed, long LedgerIndex)
{
    /// <summary>What clamd said when it was let through, and since; null where the route has none.</summary>
    public ExceptionScan? Scans { get; init; }
}
