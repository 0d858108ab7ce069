using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Statements;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Evidence: list, read, hand in as a system, sign as an officer.</summary>
internal static class EvidenceApi
{
    public static void MapEvidence(this IEndpointRouteBuilder api)
    {
        api.MapGet("/evidence", ListAsync).RequireAuthorization(Allowed.ReadEvidence).Says("listEvidence", "Evidence", "証跡の一覧（新しい順）", "List evidence, newest first").Gives<EvidencePageModel>();
        api.MapGet("/evidence/{id:guid}", GetAsync).RequireAuthorization(Allowed.ReadEvidence).Says("getEvidence", "Evidence", "一つの証跡", "One piece of evidence").Gives<EvidenceDetailModel>(404);
        api.MapGet("/evidence/{id:guid}/attachments/{ordinal:int}", AttachmentAsync).RequireAuthorization(Allowed.ReadAssurance)
            .Says("getAttachment", "Evidence", "証跡の添付ファイル", "A file attached to evidence").GivesContent(["application/octet-stream"], 404);
        api.MapPost("/evidence", RecordAsync).RequireAuthorization(Allowed.HandInEvidence).WithMetadata(new EvidenceTokenAttribute())
            .Says("recordEvidence", "Evidence", "システムの証跡を提出する", "Hand in evidence of a system").Produces<EvidenceModel>(StatusCodes.Status201Created).Gives<EvidenceModel>(413, 422);
        api.MapPost("/statements", SignAsync).RequireAuthorization(Allowed.RunPolicy)
            .Says("signStatement", "Evidence", "申告に署名する（二つ目の要素を再確認）", "Sign a statement, confirming the second factor").Produces<EvidenceModel>(StatusCodes.Status201Created).Gives<EvidenceModel>(413, 422);
        api.MapGet("/statements/running-out", RunningOutAsync).RequireAuthorization(Allowed.ReadAssurance)
            .Says("listStatementsRunningOut", "Evidence", "期限の近い申告の一覧", "List statements that run out soon").Gives<IReadOnlyList<RunningOutModel>>();
    }

    private static async Task<IResult> ListAsync(
        HttpContext context, RecordSlices records, string? kind, string? subject, EvidenceWeight? weight, DateTimeOffset? from, DateTimeOffset? until, string? text, string? obligation,
        string? after, int? limit, CancellationToken cancel)
    {
        EvidenceCursor? cursor = null;
        if (after is not null)
        {
            if (!EvidenceCursor.TryParse(after, out var read)) return ApiProblems.Unreadable("after");
            cursor = read;
        }
        var filter = new EvidenceFilter(kind, subject, weight, from, until, text, obligation is null ? null : new ObligationId(obligation));
        var page = await records.Evidence.ListAsync(CurrentPerson.Of(context).Municipality, filter, cursor, Math.Clamp(limit ?? 50, 1, 200), cancel);
        return Results.Ok(new EvidencePageModel([.. page.Rows.Select(EvidenceModel.Of)], page.Next?.ToString()));
    }

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, Guid id, CancellationToken cancel) =>
        await records.Evidence.DetailAsync(CurrentPerson.Of(context).Municipality, new EvidenceId(id), cancel) is { } detail ? Results.Ok(EvidenceDetailModel.Of(detail)) : ApiProblems.NotFound;

    private static async Task<IResult> AttachmentAsync(HttpContext context, RecordSlices records, Guid id, int ordinal, CancellationToken cancel) =>
        (await records.Evidence.AttachmentAsync(CurrentPerson.Of(context).Municipality, new EvidenceId(id), ordinal, cancel)).Match(
            // As bytes and for saving: what somebody attached is never shown as a page of ours.
            static file => Results.Bytes(file.Bytes, "application/octet-stream", file.FileName), static refusal => ApiAnswers.Problem(refusal));

    private static async Task<IResult> RecordAsync(HttpContext context, RecordSlices records, TimeProvider time, [FromBody] EvidenceRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (Files(request.Files) is not { } files) return ApiProblems.Unreadable("$.files");
        var observation = new Observation(request.Kind, request.Subject ?? "", request.ObservedAt ?? time.GetUtcNow(), request.ExpiresAt, EvidenceWeight.System, request.Facts ?? new Dictionary<string, decimal>(), request.Sentence);
        return (await records.Evidence.RecordAsync(person.Municipality, observation, files, person.Actor(), cancel)).Match<IResult>(
            static row => Results.Created($"/api/v1/evidence/{row.Evidence.Id}", EvidenceModel.Of(row)), static refusal => ApiAnswers.Problem(refusal));
    }

    private static async Task<IResult> SignAsync(HttpContext context, RecordSlices records, ISecondFactor factor, [FromBody] StatementRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (Files(request.Files) is not { } files) return ApiProblems.Unreadable("$.files");
        var confirmed = (await factor.ConfirmAsync(person.Account, request.SecondFactor ?? "", cancel)).Match<(DateTimeOffset? At, Bilingual? Wrong)>(static c => (c.At, null), static r => (null, r.Message));
        if (confirmed.Wrong is { } wrong) return ApiProblems.FactorNotConfirmed.With(wrong);
        var draft = new StatementDraft(new ObligationId(request.Obligation), request.Criterion, request.Holds, request.Text, request.ExpiresAt, files, confirmed.At);
        return (await records.Statements.SignAsync(person.Municipality, draft, person.Actor(), cancel)).Match<IResult>(
            static row => Results.Created($"/api/v1/evidence/{row.Evidence.Id}", EvidenceModel.Of(row)), static refusal => ApiAnswers.Problem(refusal));
    }

    private static async Task<IResult> RunningOutAsync(HttpContext context, RecordSlices records, TimeProvider time, DateTimeOffset? by, CancellationToken cancel) =>
        Results.Ok((await records.Statements.RunningOutAsync(CurrentPerson.Of(context).Municipality, by ?? time.GetUtcNow().AddDays(30), cancel))
            .Select(static pair => new RunningOutModel(EvidenceModel.Of(pair.Row), StatementModel.Of(pair.Statement))));

    /// <summary>Null where a file's content isn't Base64.</summary>
    private static List<Attachment>? Files(IReadOnlyList<FileRequest>? untrusted)
    {
        var files = new List<Attachment>();
        foreach (var file in untrusted ?? [])
        {
            var bytes = new byte[file.ContentBase64.Length * 3 / 4 + 3];
            if (!Convert.TryFromBase64String(file.ContentBase64, bytes, out var length)) return null;
            files.Add(new Attachment(file.Name, file.MediaType ?? "application/octet-stream", bytes.AsMemory(0, length)));
        }
        return files;
    }
}

/// <summary>What a system observed.</summary>
/// <param name="Kind">E.g. <c>zones.proof.mynumber</c>.</param>
/// <param name="Subject">What it is about; empty for the municipality as a whole.</param>
/// <param name="ObservedAt">When it was true; left out: now.</param>
/// <param name="Facts">Named numbers.</param>
/// <param name="Sentence">The same for people, in both languages.</param>
public sealed record EvidenceRequest(
    string Kind, Bilingual Sentence, string? Subject = null, DateTimeOffset? ObservedAt = null, DateTimeOffset? ExpiresAt = null, Dictionary<string, decimal>? Facts = null, IReadOnlyList<FileRequest>? Files = null);

/// <summary>A file.</summary>
public sealed record FileRequest(string Name, string ContentBase64, string? MediaType = null);

/// <summary>A statement to sign.</summary>
/// <param name="SecondFactor">The six digits that the officer's authenticator app shows now.</param>
public sealed record StatementRequest(string Obligation, string Criterion, bool Holds, string Text, DateTimeOffset ExpiresAt, string? SecondFactor = null, IReadOnlyList<FileRequest>? Files = null);

/// <summary>A statement that runs out soon.</summary>
public sealed record RunningOutModel(EvidenceModel Evidence, StatementModel Statement);
