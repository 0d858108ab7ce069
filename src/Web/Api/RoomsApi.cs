using Microsoft.AspNetCore.Mvc;
using Sekisho.Records;
using Sekisho.Records.Registers;
using Sekisho.Records.Rooms;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Rooms: entries and inspections.</summary>
internal static class RoomsApi
{
    public static void MapRooms(this IEndpointRouteBuilder api)
    {
        api.MapGet("/rooms", ListAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listRooms", "Rooms", "区域と点検の状況", "Rooms and when each is due for inspection").Gives<IReadOnlyList<RoomModel>>();
        api.MapGet("/rooms/{id:guid}/entries", EntriesAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listRoomEntries", "Rooms", "入退室の記録（新しい順）", "Entries of a room, newest first").Gives<IReadOnlyList<RoomEntryModel>>(404);
        api.MapPost("/rooms/{id:guid}/entries", EnterAsync).RequireAuthorization(Allowed.TakeOut).Says("recordRoomEntry", "Rooms", "入室を記録する", "Record an entry").Gives<RoomEntryMade>(404, 422);
        api.MapPost("/rooms/entries/{id:guid}/leave", LeaveAsync).RequireAuthorization(Allowed.TakeOut).Says("recordRoomLeaving", "Rooms", "退室を記録する", "Record that somebody left").GivesNothing(404);
        api.MapPost("/rooms/{id:guid}/entries/file", FileAsync).RequireAuthorization(Allowed.WriteRegisters).Accepts<Stream>("text/csv").Says("importRoomEntries", "Rooms", "入退室管理装置のCSVを取り込む", "Take in a file of an access-control system").Gives<EntriesTaken>(404, 413, 422);
        api.MapGet("/rooms/{id:guid}/inspections", InspectionsAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listInspections", "Rooms", "点検の記録（新しい順）", "Inspections of a room, newest first").Gives<IReadOnlyList<InspectionModel>>(404);
        api.MapPost("/rooms/{id:guid}/inspections", InspectAsync).RequireAuthorization(Allowed.WriteRegisters).Says("recordInspection", "Rooms", "点検を記録する", "Record an inspection").Gives<InspectionModel>(404, 422);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok((await records.Rooms.ListAsync(person.Municipality, await person.RegisterUnitsAsync(records.Organisation, cancel), cancel)).Select(RoomModel.Of));
    }

    private static async Task<IResult> EntriesAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await SeesAsync(person, records, id, cancel) ? Results.Ok((await records.Rooms.EntriesAsync(person.Municipality, new EntryId(id), 1000, cancel)).Select(RoomEntryModel.Of)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> InspectionsAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await SeesAsync(person, records, id, cancel) ? Results.Ok((await records.Rooms.InspectionsAsync(person.Municipality, new EntryId(id), cancel)).Select(InspectionModel.Of)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> EnterAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] RoomEntryRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Rooms.EnterAsync(person.Municipality, new EntryId(id), new RoomEntryDraft(r.CameAt, r.LeftAt, r.Who, r.BelongsTo ?? "", r.Escort ?? "", r.Purpose ?? ""), await person.RegisterUnitsAsync(records.Organisation, cancel), person.Actor(), cancel))
            .Answer(made => new RoomEntryMade(made.Value));
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Rooms.LeaveAsync(person.Municipality, new RoomEntryId(id), await person.RegisterUnitsAsync(records.Organisation, cancel), person.Actor(), cancel)).Match(static _ => Results.NoContent(), static refused => ApiAnswers.Problem(refused));
    }

    private static async Task<IResult> FileAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        return (await records.Rooms.TakeFileAsync(person.Municipality, new EntryId(id), body.ToArray(), await person.RegisterUnitsAsync(records.Organisation, cancel), person.Actor(), cancel)).Answer(static taken => taken);
    }

    private static async Task<IResult> InspectAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] InspectionRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var draft = new InspectionDraft(r.InspectedOn, r.Inspector, r.EntriesChecked, r.Findings ?? "", [.. (r.Present ?? []).Select(p => new EntryId(p))]);
        return (await records.Rooms.InspectAsync(person.Municipality, new EntryId(id), draft, await person.RegisterUnitsAsync(records.Organisation, cancel), person.Actor(), cancel)).Answer(InspectionModel.Of);
    }

    private static async Task<bool> SeesAsync(CurrentPerson person, RecordSlices records, Guid id, CancellationToken cancel) =>
        await records.Rooms.ReadAsync(person.Municipality, new EntryId(id), await person.RegisterUnitsAsync(records.Organisation, cancel), cancel) is not null;
}

/// <summary>A room and when it is due for inspection.</summary>
public sealed record RoomModel(Guid Id, string Number, string Name, DateOnly? InspectedOn, DateOnly? DueOn, IReadOnlyList<string> Devices, IReadOnlyList<string> Missing)
{
    public static RoomModel Of(RoomState s) => new(s.Room.Id.Value, s.Room.Number, s.Room.Title, s.InspectedOn, s.DueOn, [.. s.Devices.Select(d => d.Number)], [.. s.Missing.Select(d => d.Number)]);
}

/// <summary>Somebody came into a room.</summary>
public sealed record RoomEntryModel(Guid Id, DateTimeOffset CameAt, DateTimeOffset? LeftAt, string Who, string BelongsTo, string Escort, string Purpose, bool IsImported)
{
    public static RoomEntryModel Of(RoomEntry e) => new(e.Id.Value, e.CameAt, e.LeftAt, e.Who, e.BelongsTo, e.Escort, e.Purpose, e.IsImported);
}

public sealed record RoomEntryMade(Guid Id);

public sealed record RoomEntryRequest(DateTimeOffset CameAt, string Who, DateTimeOffset? LeftAt = null, string? BelongsTo = null, string? Escort = null, string? Purpose = null);

/// <summary>An inspection of a room.</summary>
/// <param name="Missing">Numbers of devices that weren't there.</param>
public sealed record InspectionModel(Guid Id, DateOnly InspectedOn, string Inspector, bool EntriesChecked, string Findings, int Present, IReadOnlyList<string> Missing, long LedgerIndex)
{
    public static InspectionModel Of(Inspection i) => new(i.Id, i.InspectedOn, i.Inspector, i.EntriesChecked, i.Findings, i.Present, [.. i.Missing.Select(d => d.Number)], i.LedgerIndex);
}

/// <param name="Present">The devices that were there; the others of the room are missing from then on.</param>
public sealed record InspectionRequest(DateOnly InspectedOn, string Inspector, bool EntriesChecked, string? Findings = null, IReadOnlyList<Guid>? Present = null);
