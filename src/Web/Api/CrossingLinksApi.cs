using Microsoft.AspNetCore.Mvc;
using Sekisho.Crossing;
using Sekisho.Crossing.Links;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Links to results for other members of staff. A link alone opens nothing: who uses it is signed in.</summary>
internal static class CrossingLinksApi
{
    private const string Tag = "Crossing";

    public static void MapCrossingLinks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/crossings/{id:guid}/links", ListAsync).RequireAuthorization(Allowed.ReadCrossings).Says("listCrossingLinks", Tag, "申請のリンクの一覧", "List links of a request").Gives<IReadOnlyList<CrossingLinkModel>>(404);
        api.MapPost("/crossings/{id:guid}/links", MakeAsync).RequireAuthorization(Allowed.Cross).Says("makeCrossingLink", Tag, "期限付きのリンクを作る", "Make a link that is over some time").Gives<CrossingLinkMade>(404, 409, 422);
        api.MapPost("/crossings/{id:guid}/links/{link:guid}/revoke", RevokeAsync).RequireAuthorization(Allowed.Cross).Says("revokeCrossingLink", Tag, "リンクを止める", "Stop a link").Gives<CrossingLinkModel>(404, 409);
        api.MapGet("/crossings/links/{secret}", ReadAsync).RequireAuthorization(Allowed.Cross).Says("readCrossingLink", Tag, "リンクで受け取れるもの", "What a link leads to").Gives<CrossingLinkViewModel>(404);
        api.MapGet("/crossings/links/{secret}/files/{file:guid}/content", ContentAsync).RequireAuthorization(Allowed.Cross).Says("fetchByCrossingLink", Tag, "リンクでファイルを受け取る", "Fetch a file by a link").GivesContent(["application/octet-stream"], 404, 409);
    }

    private static async Task<IResult> ListAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, CancellationToken cancel) =>
        await CrossingsApi.SeenAsync(context, records, crossing, new(id), cancel) is null ? ApiProblems.NotFound
        : Results.Ok((await crossing.Links.ListAsync(CurrentPerson.Of(context).Municipality, new(id), cancel)).Select(CrossingLinkModel.Of).ToList());

    private static async Task<IResult> MakeAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, [FromBody] CrossingLinkRequest r, CancellationToken cancel)
    {
        if (await CrossingsApi.SeenAsync(context, records, crossing, new(id), cancel) is null) return ApiProblems.NotFound;
        var person = CurrentPerson.Of(context);
        var draft = new LinkDraft(new(id), r.File is { } file ? new ItemId(file) : null, TimeSpan.FromHours(Math.Clamp(r.Hours, 0, 100_000)), r.MostUses);
        return (await crossing.Links.MakeAsync(person.Municipality, draft, person.Actor(), cancel)).Answer(made => new CrossingLinkMade($"/crossings/links/{made.Secret}", CrossingLinkModel.Of(made.Link)));
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, Guid link, CancellationToken cancel)
    {
        if (await CrossingsApi.SeenAsync(context, records, crossing, new(id), cancel) is null) return ApiProblems.NotFound;
        var person = CurrentPerson.Of(context);
        return (await crossing.Links.RevokeAsync(person.Municipality, new LinkId(link), person.Actor(), cancel)).Answer(CrossingLinkModel.Of);
    }

    private static async Task<IResult> ReadAsync(HttpContext context, CrossingSlices crossing, string secret, CancellationToken cancel) =>
        (await crossing.Links.ReadAsync(CurrentPerson.Of(context).Municipality, secret, cancel)).Answer(CrossingLinkViewModel.Of);

    private static async Task<IResult> ContentAsync(HttpContext context, CrossingSlices crossing, string secret, Guid file, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        if (await crossing.Door.ResultAsync(person.Municipality, new ItemId(file), context.Connection.RemoteIpAddress, cancel) is { } held) return ApiAnswers.Problem(held);
        return CrossingsApi.HandOut(context, await crossing.Links.HandOutAsync(person.Municipality, secret, new(file), person.Actor(), cancel));
    }
}

/// <summary>A link to make.</summary>
/// <param name="Hours">How long it holds, 1 at least; never longer than the files can be fetched.</param>
/// <param name="File">One file; null: all that came out.</param>
/// <param name="MostUses">How many fetches; null: any number.</param>
public sealed record CrossingLinkRequest(int Hours, Guid? File = null, int? MostUses = null);

/// <summary>A link without its secret.</summary>
public sealed record CrossingLinkModel(Guid Id, Guid? File, DateTimeOffset MadeAt, string MadeBy, DateTimeOffset ExpiresAt, int? MostUses, int Uses, DateTimeOffset? RevokedAt)
{
    public static CrossingLinkModel Of(CrossingLink l) => new(l.Id.Value, l.Item?.Value, l.MadeAt, l.MadeBy.Name, l.ExpiresAt, l.MostUses, l.Uses, l.RevokedAt);
}

/// <summary>A link with its path, shown this once.</summary>
public sealed record CrossingLinkMade(string Path, CrossingLinkModel Link);

/// <summary>What a link leads to.</summary>
public sealed record CrossingLinkViewModel(string Number, CrossingLinkModel Link, IReadOnlyList<CrossingLinkFile> Files)
{
    public static CrossingLinkViewModel Of(LinkView v) => new(v.Request.Number, CrossingLinkModel.Of(v.Link), [.. v.Items.Select(i => new CrossingLinkFile(i.Id.Value, i.OutputPath!, i.Report?.OutputBytes))]);
}

/// <summary>A file that a link leads to.</summary>
public sealed record CrossingLinkFile(Guid Id, string Path, long? Bytes);
