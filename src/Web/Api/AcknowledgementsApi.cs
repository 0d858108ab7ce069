using Microsoft.AspNetCore.Mvc;
using Sekisho.Records;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Bringing versions to everyone, and who has read them (周知・確認).</summary>
internal static class AcknowledgementsApi
{
    public static void MapAcknowledgements(this IEndpointRouteBuilder api)
    {
        api.MapGet("/campaigns", ListAsync).RequireAuthorization(Allowed.FollowSection).Says("listCampaigns", "Acknowledgement", "周知の一覧", "List campaigns").Gives<IReadOnlyList<CampaignModel>>();
        api.MapPost("/campaigns", OpenAsync).RequireAuthorization(Allowed.RunPolicy).Says("openCampaign", "Acknowledgement", "周知を始める", "Bring a version to everyone").Gives<CampaignModel>(404, 409, 422);
        api.MapGet("/campaigns/{id:guid}", GetAsync).RequireAuthorization(Allowed.FollowSection).Says("getCampaign", "Acknowledgement", "周知の状況（課ごと）", "Read one campaign, by section").Gives<CampaignDetailModel>(404);
        api.MapGet("/campaigns/{id:guid}/people", PeopleAsync).RequireAuthorization(Allowed.FollowSection).Says("listCampaignPeople", "Acknowledgement", "対象の人と確認", "List people of a campaign").Gives<CampaignPeopleModel>(404);
        api.MapPost("/campaigns/{id:guid}/sign", SignAsync).RequireAuthorization(Allowed.FollowSection).Says("signForPeople", "Acknowledgement", "アカウントのない人の確認を記録する", "Record acknowledgements of people without an account").Gives<AcknowledgementModel>(404, 409, 422);
        api.MapPost("/campaigns/{id:guid}/people/{person:guid}/link", LinkAsync).RequireAuthorization(Allowed.FollowSection).Says("issueAcknowledgementLink", "Acknowledgement", "一度だけ使えるリンクを作る", "Make a link good once").Gives<LinkModel>(404, 409, 422);
        api.MapGet("/acknowledgements", OwnAsync).Says("listOwnAcknowledgements", "Acknowledgement", "自分が確認する規程", "List what one is to read").Gives<IReadOnlyList<OwnAcknowledgementModel>>();
        api.MapPost("/acknowledgements/{campaign:guid}", GiveAsync).Says("acknowledge", "Acknowledgement", "読んだことを確認する", "Acknowledge a version").Gives<AcknowledgementModel>(404, 409, 422);
        api.MapPut("/accounts/{id:guid}/person", PersonAsync).RequireAuthorization(Allowed.ManageAccounts).Says("linkAccount", "Accounts", "アカウントを職員に対応付ける", "Link an account to a person").Gives<PersonModel>(404, 409);
    }

    private static async Task<IReadOnlyList<UnitId>?> WithinAsync(CurrentPerson person, RecordSlices records, CancellationToken cancel) => await person.Scope.UnitsAsync(records.Organisation, person.Municipality, cancel);

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok((await records.Acknowledgements.ListAsync(person.Municipality, await WithinAsync(person, records, cancel), cancel)).Select(CampaignModel.Of));
    }

    private static async Task<IResult> OpenAsync(HttpContext context, RecordSlices records, [FromBody] CampaignRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var draft = new CampaignDraft(new PolicyVersionId(request.Version), request.Kinds ?? CampaignDraft.Usual, request.Unit is { } unit ? new UnitId(unit) : null, request.DueOn, request.Message ?? "");
        return (await records.Acknowledgements.OpenAsync(person.Municipality, draft, person.Actor(), cancel)).Answer(CampaignModel.Of);
    }

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await records.Acknowledgements.ReadAsync(person.Municipality, new CampaignId(id), await WithinAsync(person, records, cancel), cancel) is var (campaign, sections)
            ? Results.Ok(new CampaignDetailModel(CampaignModel.Of(campaign), [.. sections.Select(static s => new CampaignSectionModel(s.Unit.Value, s.UnitName, s.People, s.Given, s.Percent))]))
            : ApiProblems.NotFound;
    }

    private static async Task<IResult> PeopleAsync(HttpContext context, RecordSlices records, Guid id, Guid? unit, bool? all, string? q, int? page, int? size, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var within = await WithinAsync(person, records, cancel);
        if (await records.Acknowledgements.ReadAsync(person.Municipality, new CampaignId(id), within, cancel) is null) return ApiProblems.NotFound;
        var found = await records.Acknowledgements.PeopleAsync(person.Municipality, new CampaignId(id), new CampaignQuery(unit is { } u ? new UnitId(u) : null, all != true, q, page ?? 1, size ?? 100), within, cancel);
        return Results.Ok(new CampaignPeopleModel(found.Total, found.Page, found.Size, [.. found.People.Select(static p => new CampaignPersonModel(
            p.Person.Value, p.Name, p.Number, p.Kind, p.Unit.Value, p.HasAccount, p.Given is { } given ? AcknowledgementModel.Of(given) : null))]));
    }

    private static async Task<IResult> SignAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] SignForRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Acknowledgements.SignForAsync(person.Municipality, new CampaignId(id), [.. request.People.Select(static p => new PersonId(p))], request.How ?? "", await WithinAsync(person, records, cancel), person.Actor(), cancel))
            .Answer(AcknowledgementModel.Of);
    }

    private static async Task<IResult> LinkAsync(HttpContext context, RecordSlices records, Guid id, Guid person, CancellationToken cancel)
    {
        var by = CurrentPerson.Of(context);
        return (await records.Acknowledgements.IssueLinkAsync(by.Municipality, new CampaignId(id), new PersonId(person), await WithinAsync(by, records, cancel), by.Actor(), cancel)).Answer(static secret => new LinkModel(secret));
    }

    private static async Task<IResult> OwnAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok((await records.Acknowledgements.OwnAsync(person.Municipality, person.Actor(), cancel)).Select(static o => new OwnAcknowledgementModel(
            o.Campaign.Id.Value, o.Campaign.Version.Value, o.Campaign.Title, o.Campaign.VersionNumber, o.Campaign.DueOn, o.Campaign.Message, o.Given is { } given ? AcknowledgementModel.Of(given) : null)));
    }

    private static async Task<IResult> GiveAsync(HttpContext context, RecordSlices records, Guid campaign, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Acknowledgements.AcknowledgeAsync(person.Municipality, new CampaignId(campaign), person.Actor(), cancel)).Answer(AcknowledgementModel.Of);
    }

    private static async Task<IResult> PersonAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] AccountPersonRequest request, CancellationToken cancel)
    {
        var by = CurrentPerson.Of(context);
        return (await records.AccountPeople.LinkAsync(by.Municipality, id.ToString(), new PersonId(request.Person), by.Actor(), cancel)).Answer(PersonModel.Of);
    }
}

/// <summary>A version brought to everyone in scope (周知).</summary>
public sealed record CampaignModel(
    Guid Id, Guid Version, string Document, string Title, int VersionNumber, VersionState State, IReadOnlyList<StaffKind> Kinds, Guid? Unit, DateOnly DueOn, string Message,
    DateTimeOffset OpenedAt, string OpenedBy, int People, int Acknowledged, int Percent, long LedgerIndex)
{
    public static CampaignModel Of(Campaign c) => new(c.Id.Value, c.Version.Value, c.DocumentKey, c.Title, c.VersionNumber, c.State, c.Kinds, c.Unit?.Value, c.DueOn, c.Message, c.OpenedAt, c.OpenedBy.Name, c.People, c.Given, c.Percent, c.LedgerIndex);
}

public sealed record CampaignSectionModel(Guid Unit, string Name, int People, int Acknowledged, int Percent);

public sealed record CampaignDetailModel(CampaignModel Campaign, IReadOnlyList<CampaignSectionModel> Sections);

public sealed record CampaignPersonModel(Guid Person, string Name, string? Number, StaffKind Kind, Guid Unit, bool HasAccount, AcknowledgementModel? Acknowledged);

public sealed record CampaignPeopleModel(int Total, int Page, int Size, IReadOnlyList<CampaignPersonModel> People);

/// <summary>That somebody read a version (確認).</summary>
public sealed record AcknowledgementModel(AcknowledgementWay Way, string Note, DateTimeOffset At, string By, long LedgerIndex)
{
    public static AcknowledgementModel Of(Acknowledgement a) => new(a.Way, a.Note, a.At, a.By.Name, a.LedgerIndex);
}

public sealed record OwnAcknowledgementModel(Guid Campaign, Guid Version, string Title, int VersionNumber, DateOnly DueOn, string Message, AcknowledgementModel? Acknowledged);

/// <summary>The secret of a link: /confirm/{slug}/{secret}. Shown once.</summary>
public sealed record LinkModel(string Secret);

/// <param name="Kinds">Left out: staff, fiscal-year appointees and dispatched workers.</param>
public sealed record CampaignRequest(Guid Version, DateOnly DueOn, IReadOnlyList<StaffKind>? Kinds = null, Guid? Unit = null, string? Message = null);

/// <param name="How">How they were told.</param>
public sealed record SignForRequest(IReadOnlyList<Guid> People, string? How = null);

public sealed record AccountPersonRequest(Guid Person);
