using Microsoft.AspNetCore.Mvc;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Organisation;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>The organisation: units, people, posts; a manager sees the own unit and what is below it.</summary>
internal static class OrganisationApi
{
    public static void MapOrganisation(this IEndpointRouteBuilder api)
    {
        api.MapGet("/municipality", MunicipalityAsync).Says("getMunicipality", "Organisation", "自治体", "The municipality").Gives<MunicipalityModel>(404);
        api.MapGet("/organisation", ChartAsync).Says("getOrganisation", "Organisation", "組織・職員・任命（?on= で過去の日）", "Units, people and appointments, today or on a past day").Gives<OrganisationModel>();
        api.MapPost("/organisation/units", AddUnitAsync).RequireAuthorization(Allowed.ManageAccounts).Says("addUnit", "Organisation", "組織を加える", "Add a unit").Gives<UnitModel>(404, 409, 422);
        api.MapPut("/organisation/units/{id:guid}", ChangeUnitAsync).RequireAuthorization(Allowed.ManageAccounts).Says("changeUnit", "Organisation", "組織の名前と場所を変える", "Change a unit").Gives<UnitModel>(404, 409, 422);
        api.MapPost("/organisation/units/{id:guid}/close", CloseUnitAsync).RequireAuthorization(Allowed.ManageAccounts).Says("closeUnit", "Organisation", "組織を廃止する", "Close a unit").Gives<UnitModel>(404, 409, 422);
        api.MapPost("/organisation/people", AddPersonAsync).RequireAuthorization(Allowed.ManageAccounts).Says("addPerson", "Organisation", "人を加える", "Add a person").Gives<PersonModel>(404, 409, 422);
        api.MapPost("/organisation/people/{id:guid}/move", MovePersonAsync).RequireAuthorization(Allowed.ManageAccounts).Says("movePerson", "Organisation", "人を異動する", "Move a person").Gives<PersonModel>(404, 422);
        api.MapPost("/organisation/people/{id:guid}/end", EndPersonAsync).RequireAuthorization(Allowed.ManageAccounts).Says("endPerson", "Organisation", "所属を終わらせる", "End a person's belonging").Gives<PersonModel>(404, 422);
        api.MapPost("/organisation/appointments", AppointAsync).RequireAuthorization(Allowed.ManageAccounts).Says("appoint", "Organisation", "職に任命する", "Appoint a person to a post").Gives<AppointmentModel>(404, 409, 422);
        api.MapPost("/organisation/appointments/{id:guid}/end", EndAppointmentAsync).RequireAuthorization(Allowed.ManageAccounts).Says("endAppointment", "Organisation", "任命を終わらせる", "End an appointment").Gives<AppointmentModel>(404, 422);
        api.MapGet("/organisation/meetings", MeetingsAsync).Says("listMeetings", "Organisation", "委員会の開催の記録", "List meetings of the committee").Gives<IReadOnlyList<MeetingModel>>();
        api.MapPost("/organisation/meetings", MeetAsync).RequireAuthorization(Allowed.RunPolicy).Says("recordMeeting", "Organisation", "委員会の開催を記録する", "Record a meeting of the committee").Gives<MeetingModel>(422);
    }

    private static async Task<IResult> MunicipalityAsync(HttpContext context, MunicipalityRegister register, CancellationToken cancel) =>
        await register.ReadAsync(CurrentPerson.Of(context).Municipality, cancel) is { } m ? Results.Ok(new MunicipalityModel(m.Id.Value, m.Slug, m.Name, m.Words)) : ApiProblems.NotFound;

    private static async Task<IResult> ChartAsync(HttpContext context, OrganisationRegister register, TimeProvider time, DateOnly? on, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var within = await person.Scope.UnitsAsync(register, person.Municipality, cancel);
        var chart = await register.ReadAsync(person.Municipality, on ?? Dates.DayOf(time.GetUtcNow()), within, cancel);
        return Results.Ok(new OrganisationModel(chart.Day, [.. chart.Units.Select(UnitModel.Of)], [.. chart.People.Select(PersonModel.Of)], [.. chart.Appointments.Select(AppointmentModel.Of)],
            within is not null ? null : [.. chart.Posts.Select(static p => new PostModel(p.Post, p.Unit?.Id.Value, [.. p.Holders.Select(static h => h.Id.Value)]))]));
    }

    private static async Task<IResult> AddUnitAsync(HttpContext context, OrganisationRegister register, [FromBody] UnitRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.AddUnitAsync(person.Municipality, Unit(request.Parent), request.Kind, request.Name, request.BeginsOn, person.Actor(), cancel)).Answer(UnitModel.Of);
    }

    private static async Task<IResult> ChangeUnitAsync(HttpContext context, OrganisationRegister register, TimeProvider time, Guid id, [FromBody] UnitChangeRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.ChangeUnitAsync(person.Municipality, new UnitId(id), Unit(request.Parent), request.Name, request.On ?? Dates.DayOf(time.GetUtcNow()), person.Actor(), cancel)).Answer(UnitModel.Of);
    }

    private static async Task<IResult> CloseUnitAsync(HttpContext context, OrganisationRegister register, Guid id, [FromBody] EndRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.CloseUnitAsync(person.Municipality, new UnitId(id), request.EndsOn, person.Actor(), cancel)).Answer(UnitModel.Of);
    }

    private static async Task<IResult> AddPersonAsync(HttpContext context, OrganisationRegister register, [FromBody] PersonRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.AddPersonAsync(person.Municipality, new UnitId(request.Unit), request.Name, request.Number, request.Kind, request.BeginsOn, person.Actor(), cancel)).Answer(PersonModel.Of);
    }

    private static async Task<IResult> MovePersonAsync(HttpContext context, OrganisationRegister register, TimeProvider time, Guid id, [FromBody] MoveRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.MovePersonAsync(person.Municipality, new PersonId(id), new UnitId(request.Unit), request.On ?? Dates.DayOf(time.GetUtcNow()), person.Actor(), cancel)).Answer(PersonModel.Of);
    }

    private static async Task<IResult> EndPersonAsync(HttpContext context, OrganisationRegister register, Guid id, [FromBody] EndRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.EndPersonAsync(person.Municipality, new PersonId(id), request.EndsOn, person.Actor(), cancel)).Answer(PersonModel.Of);
    }

    private static async Task<IResult> AppointAsync(HttpContext context, OrganisationRegister register, [FromBody] AppointmentRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.AppointAsync(person.Municipality, request.Post, Unit(request.Unit), new PersonId(request.Person), request.BeginsOn, person.Actor(), cancel)).Answer(AppointmentModel.Of);
    }

    private static async Task<IResult> EndAppointmentAsync(HttpContext context, OrganisationRegister register, Guid id, [FromBody] EndRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.EndAppointmentAsync(person.Municipality, new AppointmentId(id), request.EndsOn, person.Actor(), cancel)).Answer(AppointmentModel.Of);
    }

    private static async Task<IResult> MeetingsAsync(HttpContext context, OrganisationRegister register, CancellationToken cancel) =>
        Results.Ok((await register.MeetingsAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(MeetingModel.Of));

    private static async Task<IResult> MeetAsync(HttpContext context, OrganisationRegister register, [FromBody] MeetingRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await register.RecordMeetingAsync(person.Municipality, new MeetingDraft(request.HeldOn, request.Agenda, request.Decisions ?? "", [.. (request.Attendees ?? []).Select(static a => new PersonId(a))], null), person.Actor(), cancel)).Answer(MeetingModel.Of);
    }

    private static UnitId? Unit(Guid? id) => id is { } value ? new UnitId(value) : null;
}

/// <summary>A municipality (自治体).</summary>
public sealed record MunicipalityModel(Guid Id, string Slug, string Name, IReadOnlyDictionary<string, string> Words);

/// <summary>The organisation on a day.</summary>
/// <param name="Posts">Posts that have to be filled; null for those who see their own unit only.</param>
public sealed record OrganisationModel(DateOnly Day, IReadOnlyList<UnitModel> Units, IReadOnlyList<PersonModel> People, IReadOnlyList<AppointmentModel> Appointments, IReadOnlyList<PostModel>? Posts);

/// <summary>A unit (組織).</summary>
public sealed record UnitModel(Guid Id, Guid? Parent, UnitKind Kind, string Name, DateOnly BeginsOn, DateOnly? EndsOn)
{
    public static UnitModel Of(Unit u) => new(u.Id.Value, u.Parent?.Value, u.Kind, u.Name, u.BeginsOn, u.EndsOn);
}

/// <summary>A person whom the policy may bind.</summary>
public sealed record PersonModel(Guid Id, Guid Unit, string Name, string? Number, StaffKind Kind, DateOnly BeginsOn, DateOnly? EndsOn, string Title)
{
    public static PersonModel Of(Person p) => new(p.Id.Value, p.Unit.Value, p.Name, p.Number, p.Kind, p.BeginsOn, p.EndsOn, p.Title);
}

/// <summary>A person in a post for a time (任命).</summary>
public sealed record AppointmentModel(Guid Id, Post Post, Guid? Unit, Guid Person, DateOnly BeginsOn, DateOnly? EndsOn)
{
    public static AppointmentModel Of(Appointment a) => new(a.Id.Value, a.Post, a.Unit?.Value, a.Person.Value, a.BeginsOn, a.EndsOn);
}

/// <summary>A post that has to be filled.</summary>
/// <param name="Holders">Empty: vacant.</param>
public sealed record PostModel(Post Post, Guid? Unit, IReadOnlyList<Guid> Holders);

/// <summary>A meeting of the committee.</summary>
/// <param name="Minutes">File name of the newest minutes; null while there are none.</param>
public sealed record MeetingModel(Guid Id, DateOnly HeldOn, string Agenda, string RecordedBy, string Decisions, IReadOnlyList<Guid> Attendees, string? Minutes)
{
    public static MeetingModel Of(CommitteeMeeting m) => new(m.Id, m.HeldOn, m.Agenda, m.RecordedBy.Name, m.Decisions, [.. m.Attendees.Select(static a => a.Id.Value)], m.Minutes?.FileName);
}

public sealed record UnitRequest(UnitKind Kind, string Name, DateOnly BeginsOn, Guid? Parent = null);

/// <param name="On">From which day on; today when left out.</param>
public sealed record UnitChangeRequest(string Name, Guid? Parent = null, DateOnly? On = null);

/// <param name="EndsOn">The first day without it.</param>
public sealed record EndRequest(DateOnly EndsOn);

public sealed record PersonRequest(Guid Unit, string Name, StaffKind Kind, DateOnly BeginsOn, string? Number = null);

/// <param name="On">From which day on; today when left out.</param>
public sealed record MoveRequest(Guid Unit, DateOnly? On = null);

public sealed record AppointmentRequest(Post Post, Guid Person, DateOnly BeginsOn, Guid? Unit = null);

public sealed record MeetingRequest(DateOnly HeldOn, string Agenda, string? Decisions = null, IReadOnlyList<Guid>? Attendees = null);
