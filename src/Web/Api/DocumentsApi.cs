using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Policy.Hierarchy;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Documents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Records.Traces;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Documents of the policy set: what there is, draft to approval, what carries out what.</summary>
internal static class DocumentsApi
{
    public static void MapDocuments(this IEndpointRouteBuilder api)
    {
        api.MapGet("/documents", ListAsync).Says("listDocuments", "Documents", "文書の一覧", "List the documents of the policy set").Gives<IReadOnlyList<DocumentModel>>();
        api.MapPost("/documents", AddAsync).RequireAuthorization(Allowed.RunPolicy).Says("addDocument", "Documents", "文書を登録する", "Add a document; its versions are uploaded to /policies?policy=").Gives<DocumentModel>(404, 409, 422);
        api.MapGet("/documents/{key}", GetAsync).Says("getDocument", "Documents", "文書", "Read one document").Gives<DocumentModel>(404);
        api.MapPut("/documents/{key}", ChangeAsync).RequireAuthorization(Allowed.RunPolicy).Says("changeDocument", "Documents", "文書の設定を変える", "Change a document").Gives<DocumentModel>(404, 409, 422);
        api.MapPost("/documents/{key}/retire", RetireAsync).RequireAuthorization(Allowed.RunPolicy).Says("retireDocument", "Documents", "文書を廃止する", "Retire a document").Gives<DocumentModel>(404, 409, 422);
        api.MapGet("/documents/waiting", WaitingAsync).Says("listWaitingDocuments", "Documents", "自分の審査・承認を待つ文書", "List what waits for one's review or approval").Gives<IReadOnlyList<DocumentModel>>();
        api.MapGet("/policies/{version:guid}/steps", StepsAsync).Says("listDocumentSteps", "Documents", "版の起案・審査・承認の記録", "List what was done with a version").Gives<IReadOnlyList<StepModel>>(404);
        api.MapPost("/policies/{version:guid}/submit", SubmitAsync).RequireAuthorization(Allowed.RunPolicy).Says("submitVersion", "Documents", "審査を依頼する", "Submit a draft for review").Gives<StageModel>(404, 409, 422);
        api.MapPost("/policies/{version:guid}/review", ReviewAsync).RequireAuthorization(Allowed.RunPolicy).Says("reviewVersion", "Documents", "審査を終える", "Review a draft").Gives<StageModel>(404, 409, 422);
        api.MapPost("/policies/{version:guid}/return", ReturnAsync).RequireAuthorization(Allowed.RunPolicy).Says("returnVersion", "Documents", "差し戻す", "Return a draft to its author").Gives<StageModel>(404, 409, 422);
        api.MapPost("/policies/{version:guid}/approve", ApproveAsync).Says("approveVersion", "Documents", "承認する（承認者の職にある人だけ）", "Approve a draft; the holder of the approver's post only").Gives<StageModel>(404, 409, 422);
        api.MapPost("/policies/{version:guid}/adopt", AdoptAsync).RequireAuthorization(Allowed.RunPolicy).Says("adoptVersion", "Documents", "紙の決裁を記録する", "Record a decision on paper").Gives<StageModel>(404, 409, 422);
        api.MapGet("/trace", TraceAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getTrace", "Documents", "規程の対応付けと足りないもの", "What carries out what, and what is missing").Gives<TraceMapModel>();
        api.MapGet("/trace/suggestions", SuggestionsAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listTraceSuggestions", "Documents", "対応付けの候補", "List suggested traces").Gives<IReadOnlyList<TraceSuggestionModel>>();
        api.MapPost("/trace", DecideAsync).RequireAuthorization(Allowed.RunPolicy).Says("decideTraces", "Documents", "対応付けを確認する・却下する", "Confirm or reject traces").Gives<CountModel>(404, 422);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Documents.ListAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(DocumentModel.Of));

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, string key, CancellationToken cancel) =>
        ApiAnswers.OrNotFound(await records.Documents.ReadAsync(CurrentPerson.Of(context).Municipality, key, cancel) is { } found ? DocumentModel.Of(found) : null);

    private static async Task<IResult> WaitingAsync(HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return Results.Ok((await records.Approvals.WaitingAsync(person.Municipality, person.Actor(), person.Has(Role.Officer), cancel)).Select(DocumentModel.Of));
    }

    private static async Task<IResult> AddAsync(HttpContext context, RecordSlices records, [FromBody] DocumentRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Documents.AddAsync(person.Municipality, request.Draft(), person.Actor(), cancel)).Answer(DocumentModel.Of);
    }

    private static async Task<IResult> ChangeAsync(HttpContext context, RecordSlices records, string key, [FromBody] DocumentRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Documents.ChangeAsync(person.Municipality, key, request.Draft(), person.Actor(), cancel)).Answer(DocumentModel.Of);
    }

    private static async Task<IResult> RetireAsync(HttpContext context, RecordSlices records, string key, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Documents.RetireAsync(person.Municipality, key, request.Note ?? "", person.Actor(), cancel)).Answer(DocumentModel.Of);
    }

    private static async Task<IResult> StepsAsync(HttpContext context, RecordSlices records, Guid version, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (await records.Policies.VersionAsync(person.Municipality, new PolicyVersionId(version), cancel) is null) return ApiProblems.NotFound;
        return Results.Ok((await records.Approvals.StepsAsync(person.Municipality, new PolicyVersionId(version), cancel)).Select(StepModel.Of));
    }

    private static Task<IResult> SubmitAsync(HttpContext context, RecordSlices records, Guid version, [FromBody] NoteRequest request, CancellationToken cancel) =>
        StepAsync(context, (town, by) => records.Approvals.SubmitAsync(town, new(version), request.Note ?? "", by, cancel));

    private static Task<IResult> ReviewAsync(HttpContext context, RecordSlices records, Guid version, [FromBody] NoteRequest request, CancellationToken cancel) =>
        StepAsync(context, (town, by) => records.Approvals.ReviewAsync(town, new(version), request.Note ?? "", by, cancel));

    private static Task<IResult> ReturnAsync(HttpContext context, RecordSlices records, Guid version, [FromBody] NoteRequest request, CancellationToken cancel) =>
        StepAsync(context, (town, by) => records.Approvals.ReturnAsync(town, new(version), request.Note ?? "", by, cancel));

    private static Task<IResult> ApproveAsync(HttpContext context, RecordSlices records, Guid version, [FromBody] NoteRequest request, CancellationToken cancel) =>
        StepAsync(context, (town, by) => records.Approvals.ApproveAsync(town, new(version), request.Note ?? "", by, cancel));

    private static Task<IResult> AdoptAsync(HttpContext context, RecordSlices records, Guid version, [FromBody] AdoptRequest request, CancellationToken cancel) =>
        StepAsync(context, (town, by) => records.Approvals.AdoptAsync(town, new(version), request.DecidedOn, request.DecidedBy, request.Reference, by, cancel));

    private static async Task<IResult> StepAsync(HttpContext context, Func<MunicipalityId, Actor, Task<Outcome<DocumentStage>>> act)
    {
        var person = CurrentPerson.Of(context);
        return (await act(person.Municipality, person.Actor())).Answer(static stage => new StageModel(stage));
    }

    private static async Task<IResult> TraceAsync(HttpContext context, RecordSlices records, DateTimeOffset? at, CancellationToken cancel) =>
        Results.Ok(TraceMapModel.Of(await records.Traces.MapAsync(CurrentPerson.Of(context).Municipality, at, cancel)));

    private static async Task<IResult> SuggestionsAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Traces.SuggestAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(static s => new TraceSuggestionModel(TraceEndModel.Of(s.Upper), TraceEndModel.Of(s.Lower), s.Confidence, s.Reason)));

    private static async Task<IResult> DecideAsync(HttpContext context, RecordSlices records, [FromBody] TraceRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Traces.DecideManyAsync(person.Municipality, [.. request.Pairs.Select(static p => (p.Upper.End(), p.Lower.End()))], request.Decision, request.Note ?? "", person.Actor(), cancel))
            .Answer(static made => new CountModel(made.Count));
    }
}

/// <summary>A document of the policy set (文書).</summary>
/// <param name="ApproverPost">The post that approves it.</param>
/// <param name="DelegateTitle">Or the officer to whom it is delegated.</param>
public sealed record DocumentModel(
    string Key, DocumentKind Kind, string Name, Guid? Unit, Post? ApproverPost, string? DelegateTitle, Guid? DelegatePerson, Readers Readers, DateTimeOffset? RetiredAt,
    VersionModel? InForce, VersionModel? Newest, DocumentStage Stage, int Versions)
{
    public static DocumentModel Of(KeptDocument d) => new(d.Key, d.Kind, d.Name, d.Unit?.Value,
        (d.Approver as Approver.Holder)?.Post, (d.Approver as Approver.Delegate)?.Title, (d.Approver as Approver.Delegate)?.Person.Value, d.Readers, d.RetiredAt,
        d.InForce is { } v ? VersionModel.Of(v) : null, d.Newest is { } n ? VersionModel.Of(n) : null, d.Stage, d.Versions);
}

/// <param name="Key">For its address; left out: made from the kind.</param>
public sealed record DocumentRequest(
    DocumentKind Kind, string Name, Guid? Unit = null, Post? ApproverPost = null, string? DelegateTitle = null, Guid? DelegatePerson = null, Readers Readers = Readers.Office, string? Key = null)
{
    internal DocumentDraft Draft() => new(Kind, Name, Unit is { } unit ? new UnitId(unit) : null,
        ApproverPost is { } post ? new Approver.Holder(post) : DelegateTitle is { } title ? new Approver.Delegate(title, new PersonId(DelegatePerson ?? Guid.Empty)) : new Approver.None(), Readers, Key);
}

/// <summary>Where a version stands.</summary>
public sealed record StageModel(DocumentStage Stage);

/// <summary>What was done with a version, bound to its content.</summary>
public sealed record StepModel(StepKind Kind, string Sha256, string Capacity, string Note, DateOnly? DecidedOn, DateTimeOffset At, string By, long LedgerIndex)
{
    public static StepModel Of(DocumentStep s) => new(s.Kind, s.Content.ToString(), s.Capacity, s.Note, s.DecidedOn, s.At, s.By.Name, s.LedgerIndex);
}

public sealed record AdoptRequest(DateOnly DecidedOn, string DecidedBy, string Reference);

/// <param name="Provision">Key of the provision; empty for the whole document.</param>
public sealed record TraceEndModel(string Document, string Provision)
{
    public static TraceEndModel Of(TraceEnd end) => new(end.Document, end.Key);

    internal TraceEnd End() => new(Document, Provision);
}

public sealed record TraceModel(TraceEndModel Upper, TraceEndModel Lower, DateTimeOffset DecidedAt, string DecidedBy, long LedgerIndex);

public sealed record TraceNeedModel(TraceEndModel Provision, string Place, CalledRule Calls, bool Satisfied, Bilingual Reason);

public sealed record TraceMapModel(IReadOnlyList<TraceModel> Confirmed, IReadOnlyList<TraceNeedModel> Needs, IReadOnlyList<string> Orphans)
{
    public static TraceMapModel Of(TraceMap map) => new(
        [.. map.Confirmed.Select(static t => new TraceModel(TraceEndModel.Of(t.Upper), TraceEndModel.Of(t.Lower), t.Decided.At, t.Decided.By.Name, t.Decided.LedgerIndex))],
        [.. map.Needs.Select(n => new TraceNeedModel(TraceEndModel.Of(n.Provision), map.Place(n.Provision)?.Place ?? "", n.Call.Rule, n.Satisfied, n.Call.Reason))],
        [.. map.Orphans.Select(static o => o.Key)]);
}

public sealed record TraceSuggestionModel(TraceEndModel Upper, TraceEndModel Lower, double Confidence, Bilingual Reason);

public sealed record TracePairRequest(TraceEndModel Upper, TraceEndModel Lower);

public sealed record TraceRequest(IReadOnlyList<TracePairRequest> Pairs, TraceDecision Decision, string? Note = null);
