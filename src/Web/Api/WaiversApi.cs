using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Exclusions;
using Sekisho.Records.Waivers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Waivers and exclusions: where an obligation is not met, or doesn't apply, by decision.</summary>
internal static class WaiversApi
{
    public static void MapWaivers(this IEndpointRouteBuilder api)
    {
        api.MapGet("/waivers", ListAsync).Says("listWaivers", "Waivers", "例外措置の一覧", "List waivers").Gives<IReadOnlyList<WaiverModel>>();
        api.MapPost("/waivers", RequestAsync).RequireAuthorization(Allowed.RunPolicy).Says("requestWaiver", "Waivers", "例外措置を申請する", "Ask for a waiver").Gives<WaiverModel>(409, 422);
        api.MapPost("/waivers/{id:guid}/approve", ApproveAsync).RequireAuthorization(Allowed.RunPolicy).Says("approveWaiver", "Waivers", "例外措置を承認する（申請者以外）", "Approve a waiver that somebody else asked for").Gives<WaiverModel>(404, 409);
        api.MapPost("/waivers/{id:guid}/refuse", RefuseAsync).RequireAuthorization(Allowed.RunPolicy).Says("refuseWaiver", "Waivers", "例外措置を却下する", "Refuse a waiver").Gives<WaiverModel>(404, 409, 422);
        api.MapPost("/waivers/{id:guid}/end", EndAsync).RequireAuthorization(Allowed.RunPolicy).Says("endWaiver", "Waivers", "例外措置を終わらせる", "End a waiver before its time").Gives<WaiverModel>(404, 409);
        api.MapGet("/exclusions", ExclusionsAsync).Says("listExclusions", "Waivers", "対象外の記録の一覧", "List exclusions").Gives<IReadOnlyList<ExclusionModel>>();
        api.MapPost("/exclusions", ExcludeAsync).RequireAuthorization(Allowed.RunPolicy).Says("recordExclusion", "Waivers", "対象外として記録する", "Record that an obligation doesn't apply").Gives<ExclusionModel>(409, 422);
        api.MapPost("/exclusions/{id:guid}/withdraw", WithdrawAsync).RequireAuthorization(Allowed.RunPolicy).Says("withdrawExclusion", "Waivers", "対象外の記録を取り下げる", "Withdraw an exclusion").Gives<ExclusionModel>(404, 409);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, string? obligation, DateTimeOffset? at, CancellationToken cancel) =>
        Results.Ok((await records.Waivers.ListAsync(CurrentPerson.Of(context).Municipality, obligation is null ? null : new ObligationId(obligation), at, cancel)).Select(WaiverModel.Of));

    private static async Task<IResult> RequestAsync(HttpContext context, RecordSlices records, [FromBody] NewWaiverRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Waivers.RequestAsync(person.Municipality, new WaiverRequest(new ObligationId(request.Obligation), request.From, request.Until, request.Reason, request.Measures), person.Actor(), cancel)).Answer(WaiverModel.Of);
    }

    private static async Task<IResult> ApproveAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Waivers.ApproveAsync(person.Municipality, new WaiverId(id), request.Note ?? "", person.Actor(), cancel)).Answer(WaiverModel.Of);
    }

    private static async Task<IResult> RefuseAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Waivers.RefuseAsync(person.Municipality, new WaiverId(id), request.Note ?? "", person.Actor(), cancel)).Answer(WaiverModel.Of);
    }

    private static async Task<IResult> EndAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Waivers.EndAsync(person.Municipality, new WaiverId(id), request.Note ?? "", person.Actor(), cancel)).Answer(WaiverModel.Of);
    }

    private static async Task<IResult> ExclusionsAsync(HttpContext context, RecordSlices records, string? obligation, DateTimeOffset? at, CancellationToken cancel) =>
        Results.Ok((await records.Exclusions.ListAsync(CurrentPerson.Of(context).Municipality, obligation is null ? null : new ObligationId(obligation), at, cancel)).Select(ExclusionModel.Of));

    private static async Task<IResult> ExcludeAsync(HttpContext context, RecordSlices records, [FromBody] ExclusionRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Exclusions.RecordAsync(person.Municipality, new ObligationId(request.Obligation), request.Reason, person.Actor(), cancel)).Answer(ExclusionModel.Of);
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Exclusions.WithdrawAsync(person.Municipality, new ExclusionId(id), request.Note ?? "", person.Actor(), cancel)).Answer(ExclusionModel.Of);
    }
}

/// <summary>What a person asks for.</summary>
/// <param name="Measures">What is done instead (代替措置).</param>
public sealed record NewWaiverRequest(string Obligation, DateTimeOffset From, DateTimeOffset Until, string Reason, string Measures);

/// <summary>That an obligation doesn't apply here.</summary>
public sealed record ExclusionRequest(string Obligation, string Reason);

/// <summary>A waiver (例外措置).</summary>
public sealed record WaiverModel(
    Guid Id, string Obligation, DateTimeOffset From, DateTimeOffset Until, string Reason, string Measures, WaiverState State, DateTimeOffset RequestedAt, string RequestedBy,
    WaiverStepModel? Decision, WaiverStepModel? Ending, long LedgerIndex)
{
    public static WaiverModel Of(KeptWaiver w) => new(
        w.Id.Value, w.Request.Obligation.Value, w.Request.From, w.Request.Until, w.Request.Reason, w.Request.Measures, w.State, w.RequestedAt, w.RequestedBy.Name, Step(w.Decision), Step(w.Ending), w.LedgerIndex);

    private static WaiverStepModel? Step(WaiverStep? step) => step is null ? null : new(step.Approved, step.Note, step.At, step.By.Name, step.LedgerIndex);
}

/// <summary>A decision on a waiver.</summary>
public sealed record WaiverStepModel(bool Approved, string Note, DateTimeOffset At, string By, long LedgerIndex);

/// <summary>An exclusion (対象外).</summary>
public sealed record ExclusionModel(Guid Id, string Obligation, string Reason, DateTimeOffset RecordedAt, string RecordedBy, DateTimeOffset? WithdrawnAt, string? WithdrawnBy, string? WithdrawnNote, long LedgerIndex)
{
    public static ExclusionModel Of(KeptExclusion e) => new(e.Id.Value, e.Obligation.Value, e.Reason, e.RecordedAt, e.RecordedBy.Name, e.WithdrawnAt, e.WithdrawnBy?.Name, e.WithdrawnNote, e.LedgerIndex);
}
