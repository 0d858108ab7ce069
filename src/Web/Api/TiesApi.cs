using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Policies;
using Sekisho.Records.Ties;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Ties between provisions and obligations: list, confirm, reject, change, add.</summary>
internal static class TiesApi
{
    public static void MapTies(this IEndpointRouteBuilder api)
    {
        api.MapGet("/policies/{version:guid}/ties", ListAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listTies", "Ties", "条項と義務の結び付きの一覧", "List ties of a version").Gives<IReadOnlyList<TieModel>>(404);
        api.MapPost("/policies/{version:guid}/ties", AddAsync).RequireAuthorization(Allowed.RunPolicy).Says("addTie", "Ties", "結び付きを加える", "Add a tie").Gives<TieModel>(404, 409, 422);
        api.MapPost("/ties/confirm", ConfirmAllAsync).RequireAuthorization(Allowed.RunPolicy).Says("confirmTies", "Ties", "複数の結び付きを確認する", "Confirm several ties").Gives<CountModel>(404, 422);
        api.MapPost("/ties/{tie:guid}/confirm", ConfirmAsync).RequireAuthorization(Allowed.RunPolicy).Says("confirmTie", "Ties", "結び付きを確認する", "Confirm a tie").Gives<TieModel>(404, 409);
        api.MapPost("/ties/{tie:guid}/reject", RejectAsync).RequireAuthorization(Allowed.RunPolicy).Says("rejectTie", "Ties", "結び付きを却下する", "Reject a tie").Gives<TieModel>(404, 409, 422);
        api.MapPost("/ties/{tie:guid}/change", ChangeAsync).RequireAuthorization(Allowed.RunPolicy).Says("changeTie", "Ties", "結び付く義務を変える", "Change the obligation of a tie").Gives<TieModel>(404, 409, 422);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, Guid version, DateTimeOffset? at, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (await records.Policies.VersionAsync(person.Municipality, new PolicyVersionId(version), cancel) is null) return ApiProblems.NotFound;
        return Results.Ok((await records.Ties.OfVersionAsync(person.Municipality, new PolicyVersionId(version), at, cancel)).Select(TieModel.Of));
    }

    private static async Task<IResult> AddAsync(HttpContext context, RecordSlices records, Guid version, [FromBody] AddTieRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (await records.Policies.VersionAsync(person.Municipality, new PolicyVersionId(version), cancel) is null) return ApiProblems.NotFound;
        return (await records.Ties.AddAsync(person.Municipality, new PolicyVersionId(version), request.ProvisionId, new ObligationId(request.Obligation), request.Reason, person.Actor(), cancel)).Answer(TieModel.Of);
    }

    private static async Task<IResult> ConfirmAllAsync(HttpContext context, RecordSlices records, [FromBody] ConfirmTiesRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Ties.ConfirmAllAsync(person.Municipality, [.. request.Ties.Select(static id => new TieId(id))], person.Actor(), cancel)).Answer(static count => new CountModel(count));
    }

    private static async Task<IResult> ConfirmAsync(HttpContext context, RecordSlices records, Guid tie, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Ties.ConfirmAsync(person.Municipality, new TieId(tie), request.Note ?? "", person.Actor(), cancel)).Answer(TieModel.Of);
    }

    private static async Task<IResult> RejectAsync(HttpContext context, RecordSlices records, Guid tie, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Ties.RejectAsync(person.Municipality, new TieId(tie), request.Note ?? "", person.Actor(), cancel)).Answer(TieModel.Of);
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, RecordSlices records, Guid tie, [FromBody] ChangeTieRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Ties.ChangeAsync(person.Municipality, new TieId(tie), new ObligationId(request.Obligation), request.Reason, person.Actor(), cancel)).Answer(TieModel.Of);
    }
}

/// <summary>A tie that the words didn't propose.</summary>
public sealed record AddTieRequest(string ProvisionId, string Obligation, string Reason);

/// <summary>Ties to confirm, all or none.</summary>
public sealed record ConfirmTiesRequest(IReadOnlyList<Guid> Ties);

/// <summary>A note or a reason.</summary>
public sealed record NoteRequest(string? Note = null);

/// <summary>Another obligation for a tie, with the reason.</summary>
public sealed record ChangeTieRequest(string Obligation, string Reason);
