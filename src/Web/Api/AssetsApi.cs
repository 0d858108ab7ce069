using Microsoft.AspNetCore.Mvc;
using Sekisho.Records;
using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Waivers;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Information assets as a whole: the state by section, suggested classes, handling rules, disposals. Assets themselves are entries of the register <c>assets</c>.</summary>
internal static class AssetsApi
{
    public static void MapAssets(this IEndpointRouteBuilder api)
    {
        api.MapGet("/assets", UnitsAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getAssets", "Assets", "課ごとの情報資産の状況", "Assets by section").Gives<IReadOnlyList<UnitAssetsModel>>();
        api.MapGet("/assets/changes", ChangesAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listAssetChanges", "Assets", "前回の確認から変わった資産（?unit=）", "Assets that changed since their last confirmation (?unit=)").Gives<IReadOnlyList<AssetChangeModel>>();
        api.MapPost("/assets/declarations", DeclareAsync).RequireAuthorization(Allowed.WriteRegisters).Says("declareNoAssets", "Assets", "課に情報資産がないと申し出る", "Declare that a section has no assets").Gives<DeclaredModel>(404, 409, 422);
        api.MapGet("/assets/suggestion", Suggest).RequireAuthorization(Allowed.ReadRegisters).Says("suggestAssetClass", "Assets", "分類の目安と理由", "The suggested class and why").Gives<SuggestionModel>();
        api.MapGet("/assets/{id:guid}/handling", ForAssetAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getAssetHandling", "Assets", "資産に当てはまる取扱いの定め", "The handling rules that apply to an asset").Gives<IReadOnlyList<ClassRulesModel>>(404);
        api.MapGet("/assets/handling-rules", RulesAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getHandlingRules", "Assets", "取扱いの定め", "Handling rules").Gives<HandlingModel>();
        api.MapPost("/assets/handling-rules", AdoptAsync).RequireAuthorization(Allowed.RunPolicy).Says("adoptHandlingRules", "Assets", "国の例から取扱いの定めを作る", "Begin the handling rules from the national table").Gives<HandlingModel>(409);
        api.MapPut("/assets/handling-rules", KeepAsync).RequireAuthorization(Allowed.RunPolicy).Says("keepHandlingRules", "Assets", "取扱いの定めを変える", "Change the handling rules").Gives<HandlingModel>(409, 422);
        api.MapPut("/assets/handling-rules/disposal", CellAsync).RequireAuthorization(Allowed.RunPolicy).Says("keepDisposalWays", "Assets", "廃棄の方法の表の一欄を変える", "Change a cell of the table of disposal").Gives<HandlingModel>(409, 422);
        api.MapGet("/assets/scheme", SchemeAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getAssetLabels", "Assets", "区分の呼び名", "Labels of the classes").Gives<SchemeModel>();
        api.MapPut("/assets/scheme", KeepSchemeAsync).RequireAuthorization(Allowed.RunPolicy).Says("keepAssetLabels", "Assets", "区分の呼び名を決める", "Set the labels of the classes").Gives<SchemeModel>(422);
        api.MapGet("/assets/breaches", BreachesAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listHandlingBreaches", "Assets", "定めに反する廃止", "What went out of use outside the rules").Gives<IReadOnlyList<BreachModel>>();
        api.MapGet("/assets/disposals", DisposalsAsync).RequireAuthorization(Allowed.ReadRegisters).Says("listDisposals", "Assets", "廃棄の記録", "List disposals").Gives<IReadOnlyList<DisposalModel>>();
        api.MapPost("/assets/disposals", ApplyAsync).RequireAuthorization(Allowed.WriteRegisters).Says("applyDisposal", "Assets", "廃棄を申請する", "Ask for a disposal").Gives<DisposalModel>(404, 409, 422);
        api.MapPost("/assets/disposals/explanations", ExplainAsync).RequireAuthorization(Allowed.WriteRegisters).Says("explainRetirement", "Assets", "廃棄ではない廃止の理由を残す", "Record why a retirement was no disposal").Gives<DisposalModel>(404, 409, 422);
        api.MapGet("/assets/disposals/{id:guid}", ReadAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getDisposal", "Assets", "廃棄一件", "One disposal").Gives<DisposalModel>(404);
        api.MapGet("/assets/disposals/{id:guid}/certificate", CertificateAsync).RequireAuthorization(Allowed.ReadRegisters).Says("getDisposalCertificate", "Assets", "廃棄の証明書", "The certificate of a disposal").GivesContent(["application/octet-stream"], 404);
        api.MapPost("/assets/disposals/{id:guid}/approve", ApproveAsync).RequireAuthorization(Allowed.WriteRegisters).Says("approveDisposal", "Assets", "廃棄を承認する（申請者以外）", "Approve a disposal that somebody else asked for").Gives<DisposalModel>(404, 409, 422);
        api.MapPost("/assets/disposals/{id:guid}/refuse", RefuseAsync).RequireAuthorization(Allowed.WriteRegisters).Says("refuseDisposal", "Assets", "廃棄を却下する", "Refuse a disposal").Gives<DisposalModel>(404, 409, 422);
        api.MapPost("/assets/disposals/{id:guid}/cancel", CancelAsync).RequireAuthorization(Allowed.WriteRegisters).Says("cancelDisposal", "Assets", "廃棄を取りやめる", "Cancel a disposal").Gives<DisposalModel>(404, 409, 422);
        api.MapPost("/assets/disposals/{id:guid}/done", DoneAsync).RequireAuthorization(Allowed.WriteRegisters).Says("recordDisposal", "Assets", "廃棄の実施を記録する（証明書は base64）", "Record that a disposal was done (certificate in base64)").Gives<DisposalModel>(404, 409, 422);
    }

    private static async Task<IResult> UnitsAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok((await records.Assets.UnitsAsync(person.Municipality, await WithinAsync(person, records, cancel), cancel)).Select(UnitAssetsModel.Of));
    }

    private static async Task<IResult> ChangesAsync(HttpContext context, RecordSlices records, Guid unit, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok((await records.Assets.ChangesAsync(person.Municipality, new UnitId(unit), await WithinAsync(person, records, cancel), cancel)).Select(AssetChangeModel.Of));
    }

    private static async Task<IResult> DeclareAsync(HttpContext context, RecordSlices records, [FromBody] DeclarationRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Assets.DeclareNoneAsync(person.Municipality, new UnitId(request.Unit), await WithinAsync(person, records, cancel), person.Actor(), cancel)).Answer(at => new DeclaredModel(request.Unit, at));
    }

    private static IResult Suggest(string kind, string? zone, bool? personal, bool? mynumber, decimal? persons, string? name) =>
        Results.Ok(SuggestionModel.Of(AssetClasses.Load().Suggest(new(kind, zone, personal, mynumber, persons, name ?? ""))));

    private static async Task<IResult> ForAssetAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await records.Registers.ReadAsync(person.Municipality, AssetRules.Key, new EntryId(id), await WithinAsync(person, records, cancel), cancel) is { } asset
            ? Results.Ok(HandlingBook.ForAsset(await records.Handling.ReadAsync(person.Municipality, cancel), asset).Select(ClassRulesModel.Of)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> RulesAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok(HandlingModel.Of(await records.Handling.ReadAsync(CurrentPerson.Of(context).Municipality, cancel)));

    private static async Task<IResult> AdoptAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Handling.AdoptAsync(person.Municipality, person.Actor(), cancel)).Answer(HandlingModel.Of);
    }

    private static async Task<IResult> KeepAsync(HttpContext context, RecordSlices records, [FromBody] HandlingRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var texts = new Dictionary<AssetClass, IReadOnlyList<string>>();
        foreach (var rule in request.Rules)
        {
            if (AssetWords.AspectOf(rule.Aspect) is not { } aspect || AssetClasses.Load().Find(aspect, rule.Class) is not { } its) return ApiProblems.Invalid;
            texts[its] = rule.Texts;
        }
        return (await records.Handling.KeepAsync(person.Municipality, request.Seen, texts, person.Actor(), cancel)).Answer(HandlingModel.Of);
    }

    private static async Task<IResult> CellAsync(HttpContext context, RecordSlices records, [FromBody] DisposalCellModel request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Handling.KeepDisposalAsync(person.Municipality, request.Group, request.Medium, request.Methods, person.Actor(), cancel)).Answer(HandlingModel.Of);
    }

    private static async Task<IResult> SchemeAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok(SchemeModel.Of(await records.AssetLabels.ReadAsync(CurrentPerson.Of(context).Municipality, cancel)));

    private static async Task<IResult> KeepSchemeAsync(HttpContext context, RecordSlices records, [FromBody] SchemeModel request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.AssetLabels.KeepAsync(person.Municipality, request.Id, request.Labels, person.Actor(), cancel)).Answer(SchemeModel.Of);
    }

    private static async Task<IResult> BreachesAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok((await records.Disposals.BreachesAsync(person.Municipality, await WithinAsync(person, records, cancel), cancel)).Select(BreachModel.Of));
    }

    private static async Task<IResult> DisposalsAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok((await records.Disposals.ListAsync(person.Municipality, await WithinAsync(person, records, cancel), cancel)).Select(DisposalModel.Of));
    }

    private static async Task<IResult> ReadAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await records.Disposals.ReadAsync(person.Municipality, new DisposalId(id), await WithinAsync(person, records, cancel), cancel) is { } disposal ? Results.Ok(DisposalModel.Of(disposal)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> CertificateAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await records.Disposals.CertificateAsync(person.Municipality, new DisposalId(id), await WithinAsync(person, records, cancel), cancel) is { } file
            ? Results.Bytes(file.Content, "application/octet-stream", file.Name) : ApiProblems.NotFound;
    }

    private static async Task<IResult> ApplyAsync(HttpContext context, RecordSlices records, [FromBody] NewDisposalRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var asked = new DisposalRequest([.. request.Assets.Select(static a => new EntryId(a))], request.Medium, request.Method, request.Reason, request.PlannedOn, request.Waiver is { } waiver ? new WaiverId(waiver) : null);
        return (await records.Disposals.ApplyAsync(person.Municipality, asked, await WithinAsync(person, records, cancel), person.Actor(), cancel)).Answer(DisposalModel.Of);
    }

    private static async Task<IResult> ExplainAsync(HttpContext context, RecordSlices records, [FromBody] ExplanationRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Disposals.ExplainAsync(person.Municipality, [.. request.Assets.Select(static a => new EntryId(a))], request.Reason, await WithinAsync(person, records, cancel), person.Actor(), cancel)).Answer(DisposalModel.Of);
    }

    private static async Task<IResult> ApproveAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Disposals.ApproveAsync(person.Municipality, new DisposalId(id), request.Note ?? "", await WithinAsync(person, records, cancel), person.Actor(), cancel)).Answer(DisposalModel.Of);
    }

    private static async Task<IResult> RefuseAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Disposals.RefuseAsync(person.Municipality, new DisposalId(id), request.Note ?? "", await WithinAsync(person, records, cancel), person.Actor(), cancel)).Answer(DisposalModel.Of);
    }

    private static async Task<IResult> CancelAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Disposals.CancelAsync(person.Municipality, new DisposalId(id), request.Note ?? "", await WithinAsync(person, records, cancel), person.Actor(), cancel)).Answer(DisposalModel.Of);
    }

    private static async Task<IResult> DoneAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] DisposalDoneRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var report = new DisposalReport(request.DoneOn, request.Method, request.Witness, request.Note ?? "", request.Certificate is { } file ? new DisposalCertificate(request.CertificateName ?? "", file) : null);
        return (await records.Disposals.DoneAsync(person.Municipality, new DisposalId(id), report, await WithinAsync(person, records, cancel), person.Actor(), cancel)).Answer(DisposalModel.Of);
    }

    private static Task<IReadOnlyList<UnitId>?> WithinAsync(CurrentPerson person, RecordSlices records, CancellationToken cancel) => person.RegisterUnitsAsync(records.Organisation, cancel);
}
