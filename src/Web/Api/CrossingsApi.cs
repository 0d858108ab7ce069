using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Sekisho.Crossing;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Retention;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>The crossing: routes, requests with their files, decisions, fetching, and the inspection of originals. Who decides follows from posts.</summary>
internal static class CrossingsApi
{
    private const string Tag = "Crossing";

    public static void MapCrossings(this IEndpointRouteBuilder api)
    {
        api.MapGet("/crossings/routes", RoutesAsync).RequireAuthorization(Allowed.ReadCrossings).WithMetadata(new SystemKeyAttribute()).Says("listRoutes", Tag, "授受の経路", "The routes").Gives<IReadOnlyList<RouteModel>>();
        api.MapGet("/crossings/routes/{key}/allowance", AllowanceAsync).RequireAuthorization(Allowed.Cross).WithMetadata(new SystemKeyAttribute()).Says("getAllowance", Tag, "この経路で、いまあとどれだけ送れるか（?unit=課）", "How much more one may send on a route now (?unit=)").Gives<AllowanceModel>(404);
        api.MapPut("/crossings/routes/{key}", LayDownAsync).RequireAuthorization(Allowed.RunPolicy).Says("layDownRoute", Tag, "経路を定める", "Lay down a route").Gives<RouteModel>(404, 409, 422);
        api.MapPut("/crossings/policies/{key}", KeepPolicyAsync).RequireAuthorization(Allowed.RunPolicy).Says("keepSanitisePolicy", Tag, "無害化の方針を保存する", "Keep a policy of the sanitiser").Gives<SanitisePolicyRequest>(404, 422);
        api.MapGet("/crossings", ListAsync).RequireAuthorization(Allowed.ReadCrossings).WithMetadata(new SystemKeyAttribute()).Says("listCrossings", Tag, "申請の一覧（?view=mine, toDecide, all）", "List requests by view").Gives<CrossingsModel>();
        api.MapPost("/crossings", OpenAsync).RequireAuthorization(Allowed.Cross).WithMetadata(new SystemKeyAttribute()).Says("openCrossing", Tag, "申請を始める", "Open a request").Gives<CrossingModel>(409, 422);
        api.MapGet("/crossings/waiting", WaitingAsync).RequireAuthorization(Allowed.ReadCrossings).Says("getCrossingQueue", Tag, "順番待ちの長さ", "How long the queue is").Gives<CrossingQueueModel>();
        api.MapGet("/crossings/{id:guid}", GetAsync).RequireAuthorization(Allowed.ReadCrossings).WithMetadata(new SystemKeyAttribute()).Says("getCrossing", Tag, "一件の申請と、ファイルごとの結果（?wait=20: 無害化が済むまで、その秒数を上限に待つ）", "One request with its files (?wait=20 waits until they are through, so many seconds at most)").Gives<CrossingDetailModel>(404);
        Step("submit", SubmitAsync, "submitCrossing", "申請する", "Hand it in").WithMetadata(new SystemKeyAttribute());
        Step("approve", ApproveAsync, "approveCrossing", "承認する", "Approve, by post");
        Step("refuse", RefuseAsync, "refuseCrossing", "却下する", "Refuse with the reason");
        Step("withdraw", WithdrawAsync, "withdrawCrossing", "取り下げる", "Withdraw, by the applicant").WithMetadata(new SystemKeyAttribute());
        // Auditors may knock; what comes out goes to who asked for it alone.
        api.MapGet("/crossings/files/{result:guid}/content", ContentAsync).RequireAuthorization(Allowed.ReadCrossings).WithMetadata(new SystemKeyAttribute()).Says("fetchCrossingFile", Tag, "無害化したファイルを受け取る", "Fetch the harmless file").GivesContent(["application/octet-stream"], 404, 409);
        api.MapGet("/crossings/files/{result:guid}/parts/{number:int}/content", PartAsync).RequireAuthorization(Allowed.ReadCrossings).Says("fetchCrossingPart", Tag, "メールの添付を一つずつ受け取る", "Fetch one file of a message").GivesContent(["application/octet-stream"], 404, 409);
        api.MapPost("/crossings/files/{id:guid}/exception", AskExceptionAsync).RequireAuthorization(Allowed.Cross).Says("askException", Tag, "特例の取込みを申請する", "Ask for an exception").Gives<CrossingModel>(404, 409, 422);
        api.MapPost("/crossings/files/{id:guid}/exception/decision", DecideExceptionAsync).RequireAuthorization(Allowed.Cross).Says("decideException", Tag, "特例を決める", "Decide on an exception").Gives<CrossingModel>(404, 409, 422);
        api.MapPost("/crossings/files/{id:guid}/inspections", AskInspectionAsync).RequireAuthorization(Allowed.RunPolicy).Says("askInspection", Tag, "原本の調査を申請する", "Ask for an inspection of an original").Gives<OriginalInspectionModel>(404, 422);
        api.MapPost("/crossings/inspections/{id:guid}/allow", AllowInspectionAsync).RequireAuthorization(Allowed.RunPolicy).Says("allowInspection", Tag, "原本の調査を認める（別の人）", "Allow it, by another person").Gives<OriginalInspectionModel>(404, 409);
        api.MapGet("/crossings/inspections/{inspection:guid}/content", InspectAsync).RequireAuthorization(Allowed.ReadAssurance).Says("inspectOriginal", Tag, "原本を開く（認められて 1 時間以内）", "Open the original, within the hour").GivesContent(["application/octet-stream"], 403, 404, 409);
        api.MapCrossingUploads();
        api.MapMail();

        RouteHandlerBuilder Step(string name, Delegate act, string id, string ja, string en) =>
            api.MapPost("/crossings/{id:guid}/" + name, act).RequireAuthorization(Allowed.Cross).Says(id, Tag, ja, en).Gives<CrossingModel>(404, 409, 422);
    }

    private static async Task<IResult> RoutesAsync(HttpContext context, CrossingSlices crossing, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var all = await crossing.Routes.ListAsync(person.Municipality, cancel);
        // A system learns of its own routes alone.
        var own = person.System is { } system ? (await crossing.Systems.ReadAsync(person.Municipality, system, cancel))?.Routes ?? [] : null;
        return Results.Ok(all.Where(r => own is null || own.Contains(r.Definition.Key)).Select(RouteModel.Of).ToList());
    }

    private static async Task<IResult> AllowanceAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, string key, Guid? unit, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (person.System is { } system && (await crossing.Systems.ReadAsync(person.Municipality, system, cancel))?.Routes.Contains(key) != true) return ApiProblems.NotFound;
        // Of another's section nothing is told.
        if (unit is { } its && person.System is null && await person.RegisterUnitsAsync(records.Organisation, cancel) is { } within && !within.Contains(new(its))) return ApiProblems.NotFound;
        var section = person is { System: not null, Unit: { } owner } ? owner : unit;
        return await crossing.Requests.AllowanceAsync(person.Municipality, key, section is { } of ? new UnitId(of) : null, person.Actor(), cancel) is { } allowed ? Results.Ok(AllowanceModel.Of(allowed)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> LayDownAsync(HttpContext context, CrossingSlices crossing, string key, [FromBody] RouteRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Routes.LayDownAsync(person.Municipality, r.Definition(key), r.IsOpen, r.Version, person.Actor(), cancel)).Answer(RouteModel.Of);
    }

    private static async Task<IResult> KeepPolicyAsync(HttpContext context, CrossingSlices crossing, string key, [FromBody] SanitisePolicyRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Routes.KeepPolicyAsync(person.Municipality, key, r.Yaml, person.Actor(), cancel)).Answer(_ => r);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, RequestView? view, int? page, CancellationToken cancel)
    {
        if (view is { } asked && !Enum.IsDefined(asked)) return ApiProblems.Unreadable("view");
        var person = CurrentPerson.Of(context);
        var (lines, total) = await crossing.Requests.ListAsync(person.Municipality, person.System is null && view is { } chosen ? chosen : RequestView.Mine, Math.Clamp(page ?? 1, 1, 100_000), await person.RegisterUnitsAsync(records.Organisation, cancel), person.Actor(), cancel);
        return Results.Ok(new CrossingsModel([.. lines.Select(l => new CrossingLineModel(CrossingModel.Of(l.Request), l.Files, l.Out))], total));
    }

    private static async Task<IResult> OpenAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, [FromBody] CrossingOpenRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var draft = new RequestDraft(r.Route, r.Unit is { } unit ? new UnitId(unit) : null, r.Purpose ?? "", r.Recipient ?? "", [.. (r.Assets ?? []).Select(a => new EntryId(a))], r.Origin ?? "") { Wish = r.Urgency };
        // What a system asks for is asked for its section, whose people decide.
        IReadOnlyList<UnitId>? within = person is { System: not null, Unit: { } owner } ? [new UnitId(owner)] : await person.RegisterUnitsAsync(records.Organisation, cancel);
        if (person.System is not null) draft = draft with { Unit = draft.Unit ?? within![0] };
        return (await crossing.Requests.OpenAsync(person.Municipality, draft, within, person.Actor(), cancel)).Answer(CrossingModel.Of);
    }

    private static async Task<IResult> WaitingAsync(HttpContext context, CrossingSlices crossing, TimeProvider time, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok(CrossingQueueModel.Of(await crossing.Requests.WaitingAsync(person.Municipality, person.Actor(), cancel), time.GetUtcNow()));
    }

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, int? wait, CancellationToken cancel)
    {
        var detail = await SeenAsync(context, records, crossing, new(id), cancel);
        var until = TimeSpan.FromSeconds(Math.Clamp(wait ?? 0, 0, 20));
        if (detail is { Request.State: RequestState.Working } && until > TimeSpan.Zero)
        {
            var start = TimeProvider.System.GetTimestamp();
            var seen = Seen(detail);
            while (seen is { State: RequestState.Working } && until - TimeProvider.System.GetElapsedTime(start) is var left && left > TimeSpan.Zero)
                seen = await crossing.Requests.ProgressAsync(CurrentPerson.Of(context).Municipality, new(id), seen, left, cancel);
            detail = await SeenAsync(context, records, crossing, new(id), cancel);
        }
        return detail is null ? ApiProblems.NotFound : Results.Ok(CrossingDetailModel.Of(detail, detail.Request.Definition.Mail is null ? null : await crossing.Mail.OfRequestAsync(CurrentPerson.Of(context).Municipality, new(id), null, CurrentPerson.Of(context).Actor(), cancel)));
    }

    /// <summary>How far a request is by what was read of it.</summary>
    internal static Progress Seen(RequestDetail detail) => new(detail.Request.State, detail.Request.State == RequestState.Working ? detail.Items.Count(i => i.State is ItemState.Queued or ItemState.Working) : 0);

    private static Task<IResult> SubmitAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, [FromBody] CrossingSubmitRequest r, CancellationToken cancel) =>
        ActAsync(context, records, crossing, id, p => crossing.Requests.SubmitAsync(p.Municipality, new(id), r.Passwords ?? [], p.Actor(), cancel), cancel);

    private static Task<IResult> ApproveAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, [FromBody] NoteRequest r, CancellationToken cancel) =>
        ActAsync(context, records, crossing, id, p => crossing.Requests.ApproveAsync(p.Municipality, new(id), r.Note ?? "", p.Actor(), cancel), cancel);

    private static Task<IResult> RefuseAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, [FromBody] NoteRequest r, CancellationToken cancel) =>
        ActAsync(context, records, crossing, id, p => crossing.Requests.RefuseAsync(p.Municipality, new(id), r.Note ?? "", p.Actor(), cancel), cancel);

    private static Task<IResult> WithdrawAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, CancellationToken cancel) =>
        ActAsync(context, records, crossing, id, p => crossing.Requests.WithdrawAsync(p.Municipality, new(id), p.Actor(), cancel), cancel);

    private static async Task<IResult> AskExceptionAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, [FromBody] ExceptionRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await SeesFileAsync(context, records, crossing, id, cancel) ? (await crossing.Requests.AskExceptionAsync(person.Municipality, new(id), r.Why, person.Actor(), cancel)).Answer(CrossingModel.Of) : ApiProblems.NotFound;
    }

    private static async Task<IResult> DecideExceptionAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, [FromBody] ExceptionDecisionRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await SeesFileAsync(context, records, crossing, id, cancel) ? (await crossing.Requests.DecideExceptionAsync(person.Municipality, new(id), r.LetThrough, r.Reason, person.Actor(), cancel)).Answer(CrossingModel.Of) : ApiProblems.NotFound;
    }

    private static async Task<IResult> ContentAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid result, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (!await SeesFileAsync(context, records, crossing, result, cancel)) return ApiProblems.NotFound;
        if (await crossing.Door.ResultAsync(person.Municipality, new ItemId(result), context.Connection.RemoteIpAddress, cancel) is { } held) return ApiAnswers.Problem(held);
        return HandOut(context, await crossing.Requests.HandOutAsync(person.Municipality, new(result), person.Actor(), cancel));
    }

    private static async Task<IResult> PartAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid result, int number, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (!await SeesFileAsync(context, records, crossing, result, cancel)) return ApiProblems.NotFound;
        if (await crossing.Door.ResultAsync(person.Municipality, new ItemId(result), context.Connection.RemoteIpAddress, cancel) is { } held) return ApiAnswers.Problem(held);
        return HandOut(context, await crossing.Requests.HandOutPartAsync(person.Municipality, new(result), number, person.Actor(), cancel));
    }

    private static async Task<IResult> AskInspectionAsync(HttpContext context, CrossingSlices crossing, Guid id, [FromBody] OriginalInspectionRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Inspections.AskAsync(person.Municipality, new(id), r.Reason, person.Actor(), cancel)).Answer(OriginalInspectionModel.Of);
    }

    private static async Task<IResult> AllowInspectionAsync(HttpContext context, CrossingSlices crossing, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Inspections.AllowAsync(person.Municipality, new InspectionId(id), person.Actor(), cancel)).Answer(OriginalInspectionModel.Of);
    }

    private static async Task<IResult> InspectAsync(HttpContext context, CrossingSlices crossing, Guid inspection, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (await crossing.Inspections.ItemAsync(person.Municipality, new InspectionId(inspection), cancel) is { } item && await crossing.Door.OriginalAsync(person.Municipality, item, context.Connection.RemoteIpAddress, cancel) is { } held) return ApiAnswers.Problem(held);
        return HandOut(context, await crossing.Inspections.OpenAsync(person.Municipality, new InspectionId(inspection), person.Actor(), cancel));
    }

    /// <summary>As bytes to keep, never to be opened by the browser itself.</summary>
    internal static IResult HandOut(HttpContext context, Outcome<HandedOut> outcome) => outcome.Match(
        file =>
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(file.FileName);
            context.Response.Headers.ContentDisposition = disposition.ToString();
            context.Response.Headers.ETag = $"\"{file.Digest}\"";
            context.Response.ContentLength = file.Bytes;
            return Results.Stream(file.Content, "application/octet-stream");
        },
        static refusal => (IResult)ApiAnswers.Problem(refusal));

    private static async Task<IResult> ActAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, Func<CurrentPerson, Task<Outcome<CrossingRequest>>> act, CancellationToken cancel) =>
        await SeenAsync(context, records, crossing, new(id), cancel) is null ? ApiProblems.NotFound : (await act(CurrentPerson.Of(context))).Answer(CrossingModel.Of);

    /// <summary>What this person doesn't see isn't there.</summary>
    internal static async Task<RequestDetail?> SeenAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, RequestId id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await crossing.Requests.ReadAsync(person.Municipality, id, await person.RegisterUnitsAsync(records.Organisation, cancel), person.Actor(), cancel);
    }

    private static async Task<bool> SeesFileAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, CancellationToken cancel) =>
        await crossing.Requests.RequestOfAsync(CurrentPerson.Of(context).Municipality, new(id), cancel) is { } request && await SeenAsync(context, records, crossing, request, cancel) is not null;
}
