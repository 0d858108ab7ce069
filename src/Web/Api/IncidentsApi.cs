using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Incidents;
using Sekisho.Records.Organisation;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Incidents: listed, given to somebody, followed up, reported, closed. They begin where they happen: with a loss, with a contract's event.</summary>
internal static class IncidentsApi
{
    private const string Tag = "Incidents";

    public static void MapIncidents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/incidents", ListAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listIncidents", Tag, "事案の一覧（?view=open, late, closed）", "List incidents by view").Gives<IncidentsModel>();
        api.MapGet("/incidents/{id:guid}", GetAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getIncident", Tag, "一件の事案と経過", "One incident with its steps").Gives<IncidentDetailModel>(404);
        Step("assign", AssignAsync, "assignIncident", "担当と、次に経過を書く日を決める", "Give it to somebody, with the day of the next word");
        Step("notes", NoteAsync, "noteIncident", "経過を書く", "Say how it stands");
        Step("persons", CountAsync, "countIncident", "本人の数を記録する", "Record how many people it is about");
        Step("reports", ReportAsync, "reportIncident", "外部への報告を記録する", "Record a report to the outside");
        Step("close", CloseAsync, "closeIncident", "終結する（記録した人とは別の人）", "Close it, by another than who recorded it");

        void Step(string name, Delegate act, string id, string ja, string en) =>
            api.MapPost("/incidents/{id:guid}/" + name, act).RequireAuthorization(Allowed.WriteRegisters).Says(id, Tag, ja, en).Gives<IncidentModel>(404, 409, 422);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, IncidentView? view, int? page, CancellationToken cancel)
    {
        if (view is { } asked && !Enum.IsDefined(asked)) return ApiProblems.Unreadable("view");
        var person = CurrentPerson.Of(context);
        var list = await records.Incidents.ListAsync(person.Municipality, view ?? IncidentView.Open, Math.Clamp(page ?? 1, 1, 100_000), await person.RegisterUnitsAsync(records.Organisation, cancel), cancel);
        return Results.Ok(new IncidentsModel([.. list.Incidents.Select(IncidentModel.Of)], list.Total, list.Counts.ToDictionary(c => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(c.Key.ToString()), c => c.Value)));
    }

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await records.Incidents.ReadAsync(person.Municipality, new IncidentId(id), await person.RegisterUnitsAsync(records.Organisation, cancel), cancel) is { } detail ? Results.Ok(IncidentDetailModel.Of(detail)) : ApiProblems.NotFound;
    }

    private static Task<IResult> AssignAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] AssignIncidentRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Incidents.AssignAsync(p.Municipality, new(id), new PersonId(r.Handler), r.FollowBy, within, p.Actor(), cancel), cancel);

    private static Task<IResult> NoteAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] IncidentNoteRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Incidents.NoteAsync(p.Municipality, new(id), r.Note, r.Next, within, p.Actor(), cancel), cancel);

    private static Task<IResult> CountAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] IncidentCountRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Incidents.CountAsync(p.Municipality, new(id), r.Persons, r.IsMyNumber, r.Note, within, p.Actor(), cancel), cancel);

    private static Task<IResult> ReportAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] IncidentReportRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Incidents.ReportAsync(p.Municipality, new(id), r.Report, r.On, r.Note, within, p.Actor(), cancel), cancel);

    private static Task<IResult> CloseAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] CloseIncidentRequest r, CancellationToken cancel) =>
        ActAsync(context, records, (p, within) => records.Incidents.CloseAsync(p.Municipality, new(id), r.Cause, r.Prevention, within, p.Actor(), cancel), cancel);

    private static async Task<IResult> ActAsync(HttpContext context, RecordSlices records, Func<CurrentPerson, IReadOnlyList<UnitId>?, Task<Outcome<Incident>>> act, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await act(person, await person.RegisterUnitsAsync(records.Organisation, cancel))).Answer(IncidentModel.Of);
    }
}

/// <summary>Incidents of one view, and how many each view has.</summary>
public sealed record IncidentsModel(IReadOnlyList<IncidentModel> Incidents, int Total, IReadOnlyDictionary<string, int> Counts);

/// <summary>An incident (事案).</summary>
/// <param name="Source">The take-out or contract that it came from.</param>
/// <param name="Persons">How many people it is about; null: not known yet.</param>
/// <param name="IsReported">It has to be reported to the outside, or may have to.</param>
public sealed record IncidentModel(
    Guid Id, string Number, IncidentOrigin Origin, Guid Source, Guid? Unit, string Title, string Place, string Facts, DateTimeOffset NoticedAt, int? Persons, bool IsMyNumber, bool IsReported,
    DateTimeOffset OpenedAt, string OpenedBy, Guid? Handler, string? HandlerName, DateOnly? FollowBy, DateOnly? PreliminaryOn, DateOnly? FinalOn, DateTimeOffset? ClosedAt, IReadOnlyList<IncidentDeadlineModel> Deadlines)
{
    public static IncidentModel Of(Incident i) => new(i.Id.Value, i.Number, i.Origin, i.Source, i.Unit?.Value, i.Title, i.Place, i.Facts, i.NoticedAt, i.Persons, i.IsMyNumber, i.IsReported,
        i.OpenedAt, i.OpenedBy.Name, i.Handler?.Value, i.HandlerName, i.FollowBy, i.PreliminaryOn, i.FinalOn, i.ClosedAt, [.. i.Deadlines.Select(d => new IncidentDeadlineModel(d.Name, d.DueOn, d.DoneOn))]);
}

/// <summary>Something to be done about an incident until a day.</summary>
public sealed record IncidentDeadlineModel(Bilingual Name, DateOnly DueOn, DateOnly? DoneOn);

/// <summary>An incident with its steps.</summary>
public sealed record IncidentDetailModel(IncidentModel Incident, IReadOnlyList<IncidentStepModel> Steps)
{
    public static IncidentDetailModel Of(IncidentDetail d) => new(IncidentModel.Of(d.Incident), [.. d.Steps.Select(s => new IncidentStepModel(s.Kind, s.At, s.By.Name, s.Note, s.LedgerIndex))]);
}

/// <summary>A step of an incident.</summary>
public sealed record IncidentStepModel(string Kind, DateTimeOffset At, string By, string Note, long LedgerIndex);

/// <summary>Who follows it up, and by when they say how it stands.</summary>
/// <param name="Handler">A person who holds a post of information security today.</param>
public sealed record AssignIncidentRequest(Guid Handler, DateOnly FollowBy);

public sealed record IncidentNoteRequest(string Note, DateOnly Next);

public sealed record IncidentCountRequest(int Persons, string Note, bool IsMyNumber = false);

public sealed record IncidentReportRequest(IncidentReport Report, DateOnly On, string Note);

public sealed record CloseIncidentRequest(string Cause, string Prevention);
