using Microsoft.AspNetCore.Mvc;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Policies;
using Sekisho.Records.Publication;
using Sekisho.Storage;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Publication: making a version public, and what residents read without signing in.</summary>
internal static class PublicationsApi
{
    public static void MapPublications(this IEndpointRouteBuilder api)
    {
        api.MapGet("/publications", ListAsync).Says("listPublications", "Publication", "公表の記録の一覧", "List publications").Gives<IReadOnlyList<PublicationModel>>();
        api.MapPost("/publications", PublishAsync).RequireAuthorization(Allowed.RunPolicy).Says("publish", "Publication", "版を公表する", "Publish a version").Gives<PublicationModel>(404, 409, 422);
        api.MapPost("/publications/{id:guid}/withdraw", WithdrawAsync).RequireAuthorization(Allowed.RunPolicy).Says("withdrawPublication", "Publication", "公表を取り下げる", "Take a publication down").Gives<PublicationModel>(404, 422);
        api.MapGet("/public/{slug}/{policy}", PublicAsync).AllowAnonymous().Says("getPublicPolicy", "Publication", "公表されている規程（サインイン不要）", "The published policy; no sign-in").Gives<PublicPolicyModel>(404);
        api.MapGet("/public/{slug}/{policy}/document", PublicDocumentAsync).AllowAnonymous()
            .Says("getPublicDocument", "Publication", "公表されている規程の本文", "The text of the published policy").GivesContent(["application/json", "application/xml", "text/plain"], 404);
        api.MapGet("/public/{slug}/{policy}/original/{number:int}", PublicOriginalAsync).AllowAnonymous()
            .Says("getPublicOriginal", "Publication", "公表されている版の元のファイル", "The original file of a public version").GivesContent(["application/octet-stream"], 404);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, string? policy, DateTimeOffset? at, CancellationToken cancel) =>
        Results.Ok((await records.Publications.ListAsync(CurrentPerson.Of(context).Municipality, policy, at, cancel)).Select(PublicationModel.Of));

    private static async Task<IResult> PublishAsync(HttpContext context, RecordSlices records, [FromBody] PublishRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (!Uri.TryCreate(request.Url, UriKind.Absolute, out var url)) return ApiProblems.Invalid;
        return (await records.Publications.PublishAsync(person.Municipality, new PolicyVersionId(request.Version), url, person.Actor(), cancel)).Answer(PublicationModel.Of);
    }

    private static async Task<IResult> WithdrawAsync(HttpContext context, RecordSlices records, Guid id, [FromBody] NoteRequest request, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await records.Publications.WithdrawAsync(person.Municipality, new PublicationId(id), request.Note ?? "", person.Actor(), cancel)).Answer(PublicationModel.Of);
    }

    private static async Task<IResult> PublicAsync(RecordSlices records, Database database, string slug, string policy, int? version, CancellationToken cancel) =>
        await ReadAsync(records, database, slug, policy, version, cancel) is { } read ? Results.Ok(PublicPolicyModel.Of(read)) : ApiProblems.NotFound;

    private static async Task<IResult> PublicDocumentAsync(RecordSlices records, Database database, string slug, string policy, int? version, string? format, CancellationToken cancel) =>
        await ReadAsync(records, database, slug, policy, version, cancel) is { } read ? PoliciesApi.Content(read.Document, format) : ApiProblems.NotFound;

    private static async Task<IResult> PublicOriginalAsync(RecordSlices records, Database database, string slug, string policy, int number, CancellationToken cancel) =>
        await FindAsync(database, slug, cancel) is { } municipality && await records.Publications.PublicOriginalAsync(municipality, policy, number, cancel) is { } file
            ? Results.Bytes(file.Bytes, "application/octet-stream", file.FileName) : ApiProblems.NotFound;

    private static async Task<PublicPolicy?> ReadAsync(RecordSlices records, Database database, string slug, string policy, int? version, CancellationToken cancel) =>
        await FindAsync(database, slug, cancel) is { } municipality ? await records.Publications.PublicAsync(municipality, policy, version, cancel) : null;

    private static async Task<MunicipalityId?> FindAsync(Database database, string slug, CancellationToken cancel)
    {
        await using var lookUp = await database.EnterSignInAsync(cancel);
        await using var command = new NpgsqlCommand("SELECT id FROM records.municipality WHERE slug = @slug", lookUp.Connection, lookUp.Transaction);
        command.Parameters.AddWithValue("slug", slug);
        return await command.ExecuteScalarAsync(cancel) is Guid id ? new MunicipalityId(id) : null;
    }
}

/// <param name="Version">The version to publish.</param>
/// <param name="Url">Address at which residents read it.</param>
public sealed record PublishRequest(Guid Version, string Url);

/// <summary>Record of a publication (公表の記録).</summary>
public sealed record PublicationModel(
    Guid Id, Guid Version, string Policy, int VersionNumber, string Title, DateOnly? EffectiveOn, string Url, string Sha256, DateTimeOffset PublishedAt, string PublishedBy,
    DateTimeOffset? WithdrawnAt, string? WithdrawnBy, string? WithdrawnReason, long LedgerIndex)
{
    public static PublicationModel Of(KeptPublication p) => new(
        p.Id.Value, p.Version.Value, p.PolicyKey, p.VersionNumber, p.Title, p.EffectiveOn, p.Url.ToString(), p.Digest.ToString(), p.PublishedAt, p.PublishedBy.Name,
        p.WithdrawnAt, p.WithdrawnBy?.Name, p.WithdrawnReason, p.LedgerIndex);
}

/// <summary>What residents see. Carries no names of staff.</summary>
public sealed record PublicPolicyModel(string Title, int VersionNumber, DateOnly? EffectiveOn, DateTimeOffset PublishedAt, string Sha256, IReadOnlyList<PublicVersionModel> History)
{
    public static PublicPolicyModel Of(PublicPolicy p) => new(p.Title, p.VersionNumber, p.EffectiveOn, p.PublishedAt, p.Digest.ToString(),
        [.. p.History.Select(static h => new PublicVersionModel(h.VersionNumber, h.Title, h.EffectiveOn, h.PublishedAt, h.WithdrawnAt, h.Digest.ToString()))]);
}

/// <summary>One line of the public history.</summary>
public sealed record PublicVersionModel(int VersionNumber, string Title, DateOnly? EffectiveOn, DateTimeOffset PublishedAt, DateTimeOffset? WithdrawnAt, string Sha256);
