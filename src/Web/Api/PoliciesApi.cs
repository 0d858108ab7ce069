using System.Text;
using Microsoft.AspNetCore.Mvc;
using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Policy.Comparison;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Policies;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Policies: upload, versions, documents, findings, comparison.</summary>
internal static class PoliciesApi
{
    public static void MapPolicies(this IEndpointRouteBuilder api)
    {
        api.MapGet("/policies", ListAsync).Says("listPolicyVersions", "Policies", "規程の版の一覧", "List versions of policies").Gives<IReadOnlyList<VersionModel>>();
        api.MapPost("/policies", UploadAsync).RequireAuthorization(Allowed.RunPolicy).Accepts<Stream>("application/octet-stream", "text/plain", "application/pdf", "text/html")
            .Says("uploadPolicy", "Policies", "規程を登録する（案として読み込む）", "Upload a policy; it is kept as a draft").Produces<UploadModel>(StatusCodes.Status201Created).Gives<UploadModel>(413, 422);
        api.MapGet("/policies/{version:guid}", GetAsync).Says("getPolicyVersion", "Policies", "規程の版", "Read one version").Gives<VersionModel>(404);
        api.MapGet("/policies/{version:guid}/document", DocumentAsync).Says("getPolicyDocument", "Policies", "規程の本文（JSON・XML・テキスト）", "Read the text of a version as JSON, XML or text")
            .GivesContent(["application/json", "application/xml", "text/plain"], 404);
        api.MapGet("/policies/{version:guid}/reading", ReadingAsync)
            .Says("readPolicy", "Policies", "閲覧（不開示のものは目的を記録し、透かしを入れる）", "Read a version; a withheld one is recorded with its purpose and watermarked").GivesContent(["text/plain", "application/pdf"], 404, 422);
        api.MapGet("/policies/{version:guid}/original", OriginalAsync).RequireAuthorization(Allowed.ReadAssurance)
            .Says("getPolicyOriginal", "Policies", "登録した元のファイル（非公開のものは目的を記録）", "Read the file as uploaded; opening a withheld one is recorded").GivesContent(["application/octet-stream"], 404, 422);
        api.MapPost("/policies/{version:guid}/in-force", PutInForceAsync).RequireAuthorization(Allowed.RunPolicy)
            .Says("putPolicyInForce", "Policies", "版を施行する", "Put a version in force").Gives<VersionModel>(404, 409, 422);
        api.MapPost("/policies/{version:guid}/withhold", WithholdAsync).RequireAuthorization(Allowed.RunPolicy)
            .Says("withholdPolicy", "Policies", "元のファイルを不開示にする", "Withhold the original from disclosure").Gives<VersionModel>(404, 409, 422);
        api.MapPost("/policies/{version:guid}/disclose", DiscloseAsync).RequireAuthorization(Allowed.RunPolicy)
            .Says("disclosePolicy", "Policies", "不開示を解く", "Lift the withholding").Gives<VersionModel>(404, 409);
        api.MapGet("/policies/openings", OpeningsAsync).RequireAuthorization(Allowed.ReadAssurance)
            .Says("listDocumentOpenings", "Policies", "非公開文書の閲覧の記録", "List who opened withheld documents").Gives<IReadOnlyList<OpeningModel>>();
        api.MapGet("/policies/{version:guid}/findings", FindingsAsync).RequireAuthorization(Allowed.ReadAssurance).Says("listPolicyFindings", "Policies", "点検の指摘の一覧", "List findings of a version").Gives<IReadOnlyList<FindingModel>>(404);
        api.MapPost("/policies/{version:guid}/check", CheckAsync).RequireAuthorization(Allowed.RunPolicy)
            .Says("checkPolicyAgain", "Policies", "もう一度点検する", "Check a version again").Gives<CountModel>(404);
        api.MapPost("/findings/{finding:guid}/answer", AnswerAsync).RequireAuthorization(Allowed.RunPolicy)
            .Says("answerFinding", "Policies", "指摘に回答する", "Answer a finding").Gives<FindingModel>(404, 422);
        api.MapGet("/policies/{version:guid}/diff/{other:guid}", DiffAsync).Says("comparePolicyVersions", "Policies", "新旧対照表（JSON・HTML・Word）", "Compare two versions, as JSON, HTML or Word")
            .GivesContent(["application/json", "text/html", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"], 404);
        api.MapGet("/words", WordsAsync).Says("listWords", "Policies", "用語の読み替え", "List the municipality's own words").Gives<IReadOnlyList<OwnWord>>();
        api.MapPut("/words", KeepWordsAsync).RequireAuthorization(Allowed.RunPolicy).Says("keepWords", "Policies", "用語の読み替えを決める", "Keep the municipality's own words").Gives<IReadOnlyList<OwnWord>>(422);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, string? policy, DateTimeOffset? at, CancellationToken cancel) =>
        Results.Ok((await records.Policies.VersionsAsync(CurrentPerson.Of(context).Municipality, policy, at, cancel)).Select(VersionModel.Of));

    private static async Task<IResult> UploadAsync(HttpContext context, RecordSlices records, string name, string? policy, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancel);
        var upload = new PolicyUpload(body.GetBuffer().AsMemory(0, (int)body.Length), name, policy ?? PolicyKeys.Basic);
        return (await records.Policies.ImportAsync(person.Municipality, upload, person.Actor(), cancel)).Match<IResult>(
            imported => Results.Created($"/api/v1/policies/{imported.Version.Id}", new UploadModel(VersionModel.Of(imported.Version), false, imported.Ties, imported.CarriedTies, imported.Findings)),
            kept => Results.Ok(new UploadModel(VersionModel.Of(kept.Version), true, 0, 0, 0)),
            unreadable => ApiAnswers.Problem(unreadable.Error),
            refused => ApiAnswers.Problem(refused.Why));
    }

    private static async Task<IResult> GetAsync(HttpContext context, RecordSlices records, Guid version, CancellationToken cancel) =>
        ApiAnswers.OrNotFound(await FindAsync(context, records, version, cancel) is { } found ? VersionModel.Of(found.Summary) : null);

    private static async Task<IResult> DocumentAsync(HttpContext context, RecordSlices records, Guid version, string? format, CancellationToken cancel)
    {
        if (await FindAsync(context, records, version, cancel) is not { } found) return ApiProblems.NotFound;
        return found.Summary.WithheldGround is { } ground ? ApiAnswers.Problem(Refusals.Withheld(ground)) : Content(found.Document, format);
    }

    private static async Task<IResult> ReadingAsync(HttpContext context, RecordSlices records, Guid version, string? purpose, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        context.Response.Headers.CacheControl = "no-store";
        return (await records.Reading.OpenAsync(person.Municipality, new PolicyVersionId(version), person.Actor(), person.Roles, purpose ?? "", cancel)).Match(opened =>
        {
            if (opened.Pdf is { } pdf) return Results.Bytes(pdf.Bytes, "application/pdf", pdf.FileName);
            using var text = new StringWriter();
            if (opened.Watermark is { } mark) text.WriteLine(mark.Ja);
            PolicyPlainText.Write(opened.Text!.Document, text);
            return Results.Text(text.ToString(), "text/plain; charset=utf-8");
        }, static refusal => ApiAnswers.Problem(refusal));
    }

    /// <summary>A document in one of its three forms; what is asked for in the address wins.</summary>
    internal static IResult Content(PolicyDocument document, string? format)
    {
        using var stream = new MemoryStream();
        switch (format ?? "json")
        {
            case "json":
                PolicyJson.Write(document, stream);
                return Results.Bytes(stream.ToArray(), "application/json; charset=utf-8");
            case "xml":
                PolicyXml.Write(document, stream);
                return Results.Bytes(stream.ToArray(), "application/xml; charset=utf-8");
            case "text":
                using (var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true)) PolicyPlainText.Write(document, writer);
                return Results.Bytes(stream.ToArray(), "text/plain; charset=utf-8");
            default:
                return ApiProblems.Unreadable("format");
        }
    }

    private static async Task<IResult> OriginalAsync(HttpContext context, RecordSlices records, Guid version, string? purpose, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var outcome = await records.Policies.OriginalAsync(person.Municipality, new PolicyVersionId(version), person.Actor(), person.Has(Role.Officer), purpose ?? "", cancel);
        return outcome.Match(static file => Results.Bytes(file.Bytes, "application/octet-stream", file.FileName), static refusal => ApiAnswers.Problem(refusal));
    }

    private static async Task<IResult> PutInForceAsync(HttpContext context, RecordSlices records, Guid version, [FromBody] InForceRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Policies.PutInForceAsync(person.Municipality, new PolicyVersionId(version), request.EffectiveOn, person.Actor(), cancel)).Answer(VersionModel.Of);
    }

    private static async Task<IResult> WithholdAsync(HttpContext context, RecordSlices records, Guid version, [FromBody] WithholdRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Policies.WithholdAsync(person.Municipality, new PolicyVersionId(version), request.LegalGround, person.Actor(), cancel)).Answer(VersionModel.Of);
    }

    private static async Task<IResult> DiscloseAsync(HttpContext context, RecordSlices records, Guid version, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Policies.DiscloseAsync(person.Municipality, new PolicyVersionId(version), person.Actor(), cancel)).Answer(VersionModel.Of);
    }

    private static async Task<IResult> OpeningsAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok((await records.Policies.OpeningsAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(static o => new OpeningModel(o.Version.Value, o.Purpose, o.At, o.By.Name, o.LedgerIndex)));

    private static async Task<IResult> FindingsAsync(HttpContext context, RecordSlices records, Guid version, CancellationToken cancel) =>
        await FindAsync(context, records, version, cancel) is null ? ApiProblems.NotFound
            : Results.Ok((await records.Findings.FindingsAsync(CurrentPerson.Of(context).Municipality, new PolicyVersionId(version), null, cancel)).Select(FindingModel.Of));

    private static async Task<IResult> CheckAsync(HttpContext context, RecordSlices records, Guid version, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Findings.CheckAgainAsync(person.Municipality, new PolicyVersionId(version), person.Actor(), cancel)).Answer(static count => new CountModel(count));
    }

    private static async Task<IResult> AnswerAsync(HttpContext context, RecordSlices records, Guid finding, [FromBody] AnswerRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Findings.AnswerAsync(person.Municipality, new FindingId(finding), request.Answer, request.Note ?? "", person.Actor(), cancel)).Answer(FindingModel.Of);
    }

    private static async Task<IResult> DiffAsync(HttpContext context, RecordSlices records, Guid version, Guid other, string? format, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Policies.CompareAsync(person.Municipality, new PolicyVersionId(version), new PolicyVersionId(other), person.Actor(),
            v => records.Documents.MayOpenAsync(person.Municipality, v, person.Actor(), person.Roles, cancel), cancel)).Match(table =>
        {
            switch (format ?? "json")
            {
                case "json":
                    return Results.Ok(ComparisonModel.Of(table));
                case "html":
                    using (var html = new StringWriter())
                    {
                        ComparisonHtml.Write(table, html);
                        return Results.Content(html.ToString(), "text/html; charset=utf-8");
                    }
                case "docx":
                    using (var docx = new MemoryStream())
                    {
                        ComparisonDocx.Write(table, docx);
                        return Results.Bytes(docx.ToArray(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "新旧対照表.docx");
                    }
                default:
                    return ApiProblems.Unreadable("format");
            }
        }, static refusal => ApiAnswers.Problem(refusal));
    }

    private static async Task<IResult> WordsAsync(HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Results.Ok(await records.Words.WordsAsync(CurrentPerson.Of(context).Municipality, cancel));

    private static async Task<IResult> KeepWordsAsync(HttpContext context, RecordSlices records, [FromBody] Dictionary<string, string?> words, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Words.KeepAsync(person.Municipality, words, person.Actor(), cancel)).Answer(static kept => kept);
    }

    private static Task<PolicyVersion?> FindAsync(HttpContext context, RecordSlices records, Guid version, CancellationToken cancel) =>
        records.Policies.VersionAsync(CurrentPerson.Of(context).Municipality, new PolicyVersionId(version), cancel);
}
