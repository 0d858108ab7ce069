using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Crossing;
using Sekisho.Crossing.Traces;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Web.Hosting;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>A file that crossed, or didn't.</summary>
/// <param name="Removed">How often something was taken out, by threat (docs/formats/threats.md).</param>
public sealed record CrossingTraceModel(
    Guid File, Guid Request, string Number, DateTimeOffset At, Bilingual Route, string? Unit, string AskedBy, string Sender, string Purpose, string Recipient, string Path, string? OutputPath, long Bytes, TraceOutcome Outcome,
    string? Refusal, IReadOnlyDictionary<string, int> Removed, IReadOnlyList<string> ApprovedBy, string? OriginalSha256, string? ResultSha256)
{
    public static CrossingTraceModel Of(Trace t) => new(t.Id.Value, t.Request.Value, t.Number, t.At, t.RouteName, t.Unit, t.AskedBy.Name, t.Sender, t.Purpose, t.Recipient, t.Path, t.OutputPath, t.Bytes, t.Outcome,
        t.RefusalCode, t.Removed.ToDictionary(r => r.Threat, r => r.Count), t.ApprovedBy, t.Original?.ToString(), t.Result?.ToString());
}

/// <param name="Total">Counted up to 10,000.</param>
/// <param name="HasMore">There are more than that.</param>
public sealed record CrossingTracesModel(IReadOnlyList<CrossingTraceModel> Traces, int Total, bool HasMore);

/// <summary>Files of a month, a section and an outcome.</summary>
public sealed record CrossingCountModel(DateOnly Month, Guid? Unit, string? UnitName, TraceOutcome Outcome, long Files, long Bytes);

/// <summary>Of how many files something of a family was taken out, and how many pieces.</summary>
public sealed record CrossingFamilyModel(string Family, Bilingual Name, long Files, long Pieces);

public sealed record CrossingFiguresModel(IReadOnlyList<CrossingCountModel> Counts, IReadOnlyList<CrossingFamilyModel> Families);

/// <summary>A file that was let through as it came.</summary>
/// <param name="Scan">What scans have said of it, when it was let through and since. Null: nothing scanned it.</param>
public sealed record CrossingExceptionModel(
    Guid File, Guid Request, string Number, string Path, long Bytes, string? Unit, string AskedBy, string Why, string GrantedBy, DateTimeOffset GrantedAt, string Decided, string Refusal, Bilingual RefusalWhat, Bilingual? Scan, string? Sha256,
    DateTimeOffset FetchUntil, DateTimeOffset KeptUntil, bool IsDestroyed, long LedgerIndex)
{
    public static CrossingExceptionModel Of(Exceptional x) => new(x.Id.Value, x.Request.Value, x.Number, x.Path, x.Bytes, x.Unit, x.AskedBy.Name, x.Why, x.GrantedBy.Name, x.GrantedAt, x.Decided, x.RefusalCode, x.Refusal, x.Scans is null ? x.Scan : x.Scanned(), x.Digest?.ToString(),
        x.FetchUntil, x.KeptUntil, x.IsDestroyed, x.LedgerIndex);
}

public sealed record CrossingExceptionsModel(IReadOnlyList<CrossingExceptionModel> Files, int Total);

/// <summary>Looking back at what crossed, for programs.</summary>
internal static class CrossingTracesApi
{
    private const string Tag = "Crossing";

    public static void MapCrossingTraces(this IEndpointRouteBuilder api)
    {
        api.MapGet("/crossings/traces", SearchAsync).RequireAuthorization(Allowed.ReadCrossings).Says("searchTraces", Tag, "授受の履歴をさがす", "Search what crossed").Gives<CrossingTracesModel>();
        api.MapGet("/crossings/figures", FiguresAsync).RequireAuthorization(Allowed.ReadCrossings).Says("getCrossingFigures", Tag, "月・課・結果ごとの件数", "Figures by month, section and outcome").Gives<CrossingFiguresModel>();
        api.MapGet("/crossings/exceptions", ExceptionsAsync).RequireAuthorization(Allowed.ReadCrossings).Says("listCrossingExceptions", Tag, "特例で取り込んだファイル", "What was let through by exception").Gives<CrossingExceptionsModel>();
    }

    private static async Task<IResult> SearchAsync(
        HttpContext context, RecordSlices records, CrossingSlices crossing, [FromQuery] string? q, [FromQuery] string? person, [FromQuery] string? sender, [FromQuery] string? sha256, [FromQuery] DateOnly? from, [FromQuery] DateOnly? until,
        [FromQuery] TraceOutcome? outcome, [FromQuery] string? route, [FromQuery] Guid? unit, [FromQuery] string? family, [FromQuery] int? page, CancellationToken cancel)
    {
        Sha256? digest = null;
        if (sha256 is not null)
        {
            if (!Sha256.TryParse(sha256, out var read)) return ApiProblems.Unreadable("sha256");
            digest = read;
        }
        if (family is not null && ThreatFamilies.Find(family) is null) return ApiProblems.Unreadable("family");
        var who = CurrentPerson.Of(context);
        var below = unit is { } chosen ? await records.Organisation.BelowAsync(who.Municipality, new UnitId(chosen), cancel) : null;
        var within = await who.RegisterUnitsAsync(records.Organisation, cancel);
        var found = await crossing.Traces.SearchAsync(who.Municipality, new(q, person, sender, digest, from, until, outcome, route, below, family), page ?? 1, within, who.Actor(), cancel);
        return Results.Ok(new CrossingTracesModel([.. found.Traces.Select(CrossingTraceModel.Of)], found.Total, found.HasMore));
    }

    private static async Task<IResult> FiguresAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, TimeProvider time, [FromQuery] DateOnly? from, [FromQuery] DateOnly? until, [FromQuery] Guid? unit, CancellationToken cancel)
    {
        var who = CurrentPerson.Of(context);
        var today = Dates.DayOf(time.GetUtcNow());
        var below = unit is { } chosen ? await records.Organisation.BelowAsync(who.Municipality, new UnitId(chosen), cancel) : null;
        var figures = await crossing.Traces.FiguresAsync(who.Municipality, from ?? new DateOnly(today.Year, today.Month, 1).AddMonths(-11), until ?? today, below, await who.RegisterUnitsAsync(records.Organisation, cancel), cancel);
        return Results.Ok(new CrossingFiguresModel(
            [.. figures.Counts.Select(c => new CrossingCountModel(c.Month, c.Unit?.Value, c.Unit is { } u ? figures.Units.GetValueOrDefault(u) : null, c.Outcome, c.Files, c.Bytes))],
            [.. figures.Families.Select(f => new CrossingFamilyModel(f.Family, ThreatFamilies.Find(f.Family)?.Name ?? Bilingual.Same(f.Family), f.Files, f.Pieces))]));
    }

    private static async Task<IResult> ExceptionsAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, [FromQuery] int? page, CancellationToken cancel)
    {
        var who = CurrentPerson.Of(context);
        var (files, total) = await crossing.Traces.ExceptionsAsync(who.Municipality, page ?? 1, await who.RegisterUnitsAsync(records.Organisation, cancel), who.Actor(), cancel);
        return Results.Ok(new CrossingExceptionsModel([.. files.Select(CrossingExceptionModel.Of)], total));
    }
}
