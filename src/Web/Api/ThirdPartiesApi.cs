using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.ThirdParties;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.Pages.ThirdParties;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Contractors, contracts, confirmations, services and posts: what hangs beside the entries of the registers.</summary>
internal static class ThirdPartiesApi
{
    private const string Tag = "Third parties";

    public static void MapThirdParties(this IEndpointRouteBuilder api)
    {
        api.MapGet("/contractors", ContractorsAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listContractors", Tag, "委託先の状況", "How contractors stand").Gives<IReadOnlyList<ContractorModel>>();
        api.MapGet("/contractors/{id:guid}", ContractorAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getContractor", Tag, "委託先の状況（一者）", "How a contractor stands").Gives<ContractorModel>(404);
        api.MapPost("/contractors/{id:guid}/confirmations", AskAsync).RequireAuthorization(Allowed.RunPolicy).Says("askConfirmation", Tag, "年次確認を頼む（リンクとコードは一度だけ返る）", "Ask for the yearly confirmation; link and code are given once").Gives<IssuedModel>(404, 409, 422);
        api.MapGet("/confirmations/{id:guid}", ConfirmationAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getConfirmation", Tag, "年次確認の回答", "Answers of a confirmation").Gives<ConfirmationModel>(404);
        api.MapPost("/confirmations/{id:guid}/renew", RenewAsync).RequireAuthorization(Allowed.RunPolicy).Says("renewConfirmation", Tag, "リンクとコードを作り直す", "Make a new link and code").Gives<IssuedModel>(404, 409, 422);
        api.MapPost("/confirmations/{id:guid}/remind", RemindAsync).RequireAuthorization(Allowed.RunPolicy).Says("remindContractor", Tag, "督促を記録する", "Record a reminder").Gives<ConfirmationStateModel>(404, 409, 422);
        api.MapPost("/confirmations/{id:guid}/return", ReturnAsync).RequireAuthorization(Allowed.RunPolicy).Says("returnConfirmation", Tag, "回答を差し戻す", "Give the answers back").Gives<ConfirmationStateModel>(404, 409, 422);
        api.MapPost("/confirmations/{id:guid}/sign-off", SignOffAsync).RequireAuthorization(Allowed.RunPolicy).Says("signOffConfirmation", Tag, "回答を確認する", "Sign the answers off").Gives<ConfirmationStateModel>(404, 409, 422);
        api.MapPost("/confirmations/{id:guid}/withdraw", WithdrawAsync).RequireAuthorization(Allowed.RunPolicy).Says("withdrawConfirmation", Tag, "依頼を取り下げる", "Withdraw the request").Gives<ConfirmationStateModel>(404, 409, 422);
        api.MapGet("/contracts", ContractsAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listContracts", Tag, "委託契約の状況", "How contracts stand").Gives<IReadOnlyList<ContractModel>>();
        api.MapGet("/contracts/{id:guid}", ContractAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getContract", Tag, "委託契約の状況（一件）", "How a contract stands").Gives<ContractModel>(404);
        api.MapPut("/contracts/{id:guid}/sheets/{sheet}", SaveSheetAsync).RequireAuthorization(Allowed.WriteRegisters).Says("saveSheet", Tag, "点検表を保存する（selection か clauses）", "Save a check sheet: selection or clauses").Gives<SheetModel>(404, 409, 422);
        api.MapPost("/contracts/{id:guid}/events", RecordAsync).RequireAuthorization(Allowed.WriteRegisters).Says("recordContractEvent", Tag, "契約の記録を足す", "Record what happened with a contract").Gives<ContractEventModel>(404, 409, 422);
        api.MapGet("/cloud-services", ServicesAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listServices", Tag, "外部サービスの状況", "How services stand").Gives<IReadOnlyList<ServiceModel>>();
        api.MapGet("/cloud-services/{id:guid}", ServiceAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getService", Tag, "外部サービスの状況（一件）", "How a service stands").Gives<ServiceModel>(404);
        api.MapPost("/cloud-services/{id:guid}/decisions", DecideAsync).RequireAuthorization(Allowed.WriteRegisters).Says("decideService", Tag, "外部サービスの承認を記録する", "Record a decision about a service").Gives<ServiceDecisionModel>(404, 409, 422);
        api.MapGet("/social-media/{id:guid}/posts", PostsAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listPosts", Tag, "アカウントの投稿", "Posts of an account").Gives<IReadOnlyList<SocialPostModel>>(404);
        api.MapPost("/social-media/{id:guid}/posts", DraftAsync).RequireAuthorization(Allowed.ReadRegisters).Says("draftPost", Tag, "投稿を書く", "Draft a post").Gives<SocialPostModel>(404, 409, 422);
        api.MapPost("/posts/{post:guid}/decide", DecidePostAsync).RequireAuthorization(Allowed.WriteRegisters).Says("decidePost", Tag, "投稿を承認する・差し戻す", "Approve a post or give it back").Gives<SocialPostModel>(404, 409, 422);
        api.MapPost("/posts/{post:guid}/posted", PostedAsync).RequireAuthorization(Allowed.ReadRegisters).Says("markPosted", Tag, "投稿したことを記録する", "Record that a post went out").Gives<SocialPostModel>(404, 409, 422);
    }

    private static async Task<IResult> ContractorsAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Contracts.ContractorsAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(ContractorModel.Of));

    private static async Task<IResult> ContractorAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel) =>
        await records.Contracts.ContractorAsync(CurrentPerson.Of(context).Municipality, new EntryId(id), cancel) is { } contractor ? Results.Ok(ContractorModel.Of(contractor)) : ApiProblems.NotFound;

    private static async Task<IResult> AskAsync(HttpContext context, RecordSlices records, ConfirmAddress published, Guid id, [FromBody] DueRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Confirmations.AskAsync(person.Municipality, new EntryId(id), request.DueOn, person.Actor(), cancel)).Answer(issued => IssuedModel.Of(issued, context, published));
    }

    private static async Task<IResult> ConfirmationAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel) =>
        await records.Confirmations.ReadAsync(CurrentPerson.Of(context).Municipality, id, cancel) is { } detail ? Results.Ok(ConfirmationModel.Of(detail)) : ApiProblems.NotFound;

    private static async Task<IResult> RenewAsync(HttpContext context, RecordSlices records, ConfirmAddress published, Guid id, [FromBody] DueRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Confirmations.RenewAsync(person.Municipality, id, request.DueOn, person.Actor(), cancel)).Answer(issued => IssuedModel.Of(issued, context, published));
    }

    private static Task<IResult> RemindAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ThirdPartyNote request, CancellationToken cancel) =>
        StepAsync(context, person => records.Confirmations.RemindAsync(person.Municipality, id, request.Note, person.Actor(), cancel));

    private static Task<IResult> ReturnAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ThirdPartyNote request, CancellationToken cancel) =>
        StepAsync(context, person => records.Confirmations.ReturnAsync(person.Municipality, id, request.Note, person.Actor(), cancel));

    private static Task<IResult> SignOffAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ThirdPartyNote request, CancellationToken cancel) =>
        StepAsync(context, person => records.Confirmations.SignOffAsync(person.Municipality, id, request.Note, person.Actor(), cancel));

    private static Task<IResult> WithdrawAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ThirdPartyNote request, CancellationToken cancel) =>
        StepAsync(context, person => records.Confirmations.WithdrawAsync(person.Municipality, id, request.Note, person.Actor(), cancel));

    private static async Task<IResult> StepAsync(HttpContext context, Func<CurrentPerson, Task<Outcome<ConfirmationSummary>>> step) =>
        (await step(CurrentPerson.Of(context))).Answer(static s => new ConfirmationStateModel(s.Id, s.State, s.DueOn));

    private static async Task<IResult> ContractsAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        return Results.Ok((await records.Contracts.ContractsAsync(person.Municipality, within, cancel)).Select(ContractModel.Of));
    }

    private static async Task<IResult> ContractAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        return await records.Contracts.ContractAsync(person.Municipality, new EntryId(id), within, cancel) is { } contract ? Results.Ok(ContractModel.Of(contract)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> SaveSheetAsync(HttpContext context, RecordSlices records, Guid id, string sheet, [FromBody] SheetRequest request, CancellationToken cancel)
    {
        if (!Enum.TryParse<SheetKind>(sheet, ignoreCase: true, out var kind) || !Enum.IsDefined(kind)) return ApiProblems.NotFound;
        var (person, within) = await WhoAsync(context, records, cancel);
        return (await records.Contracts.SaveSheetAsync(person.Municipality, new EntryId(id), kind, request.Seen, [.. request.Answers.Select(static a => new SheetAnswer(a.Item, a.Mark, a.Place ?? "", a.Reason ?? ""))], within, person.Actor(), cancel))
            .Answer(static s => SheetModel.Of(s));
    }

    private static async Task<IResult> RecordAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ContractEventRequest request, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        var draft = new ContractEventDraft(request.Kind, request.Day, request.Title ?? "", request.Body ?? "", request.DueOn, request.Closes, [.. (request.Files ?? []).Select(static f => new UploadedFile(f.Name, f.Content))]);
        return (await records.Contracts.RecordAsync(person.Municipality, new EntryId(id), draft, within, person.Actor(), cancel)).Answer(ContractEventModel.Of);
    }

    private static async Task<IResult> ServicesAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        return Results.Ok((await records.Services.ListAsync(person.Municipality, within, cancel)).Select(ServiceModel.Of));
    }

    private static async Task<IResult> ServiceAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        return await records.Services.ReadAsync(person.Municipality, new EntryId(id), within, cancel) is { } service ? Results.Ok(ServiceModel.Of(service)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> DecideAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] ServiceDecisionRequest request, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        if (!Sha256.TryParse(request.Content, out var content)) content = default;
        return (await records.Services.DecideAsync(person.Municipality, new EntryId(id), content, request.Approve, new PersonId(request.Person), request.Until, request.Note ?? "", within, person.Actor(), cancel)).Answer(ServiceDecisionModel.Of);
    }

    private static async Task<IResult> PostsAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        return await records.Posts.AccountAsync(person.Municipality, new EntryId(id), within, cancel) is { } account ? Results.Ok(account.Posts.Select(SocialPostModel.Of)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> DraftAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] PostDraftRequest request, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        return (await records.Posts.DraftAsync(person.Municipality, new EntryId(id), request.Body, within, person.Actor(), cancel)).Answer(SocialPostModel.Of);
    }

    private static async Task<IResult> DecidePostAsync(HttpContext context, RecordSlices records, Guid post, [FromBody] PostDecisionRequest request, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        return (await records.Posts.DecideAsync(person.Municipality, post, request.Approve, request.Note ?? "", within, person.Actor(), cancel)).Answer(SocialPostModel.Of);
    }

    private static async Task<IResult> PostedAsync(HttpContext context, RecordSlices records, Guid post, [FromBody] PostedRequest request, CancellationToken cancel)
    {
        var (person, within) = await WhoAsync(context, records, cancel);
        return (await records.Posts.PostedAsync(person.Municipality, post, request.Address, within, person.Actor(), cancel)).Answer(SocialPostModel.Of);
    }

    private static async Task<(CurrentPerson Person, IReadOnlyList<UnitId>? Within)> WhoAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (person, await person.RegisterUnitsAsync(records.Organisation, cancel));
    }
}
