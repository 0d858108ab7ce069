using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Mvc;
using Sekisho.Crossing;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Handing files over in pieces that survive a bad line: tus 1.0.0 with creation, creation-with-upload and termination (https://tus.io/protocols/resumable-upload).</summary>
internal static class CrossingUploads
{
    private const string Version = "1.0.0", PieceType = "application/offset+octet-stream";

    public static void MapCrossingUploads(this IEndpointRouteBuilder api)
    {
        api.MapPost("/crossings/{id:guid}/uploads", CreateAsync).RequireAuthorization(Allowed.Cross).WithMetadata(new SystemKeyAttribute(), new DisableRequestSizeLimitAttribute()).Says("createUpload", "Crossing", "ファイルの送信を始める（tus）", "Begin an upload (tus)").GivesNothing(404, 409, 412, 413);
        api.MapMethods("/crossings/uploads/{id:guid}", ["HEAD"], HeadAsync).RequireAuthorization(Allowed.Cross).WithMetadata(new SystemKeyAttribute()).Says("getUpload", "Crossing", "受け取り済みの位置（tus）", "How far it is (tus)").GivesNothing(404, 412);
        api.MapMethods("/crossings/uploads/{id:guid}", ["PATCH"], AppendAsync).RequireAuthorization(Allowed.Cross).WithMetadata(new SystemKeyAttribute()).WithMetadata(new DisableRequestSizeLimitAttribute()).Says("appendUpload", "Crossing", "続きを送る（tus）", "Send more (tus)").GivesNothing(404, 409, 412, 413, 415, 423);
        api.MapDelete("/crossings/uploads/{id:guid}", DeleteAsync).RequireAuthorization(Allowed.Cross).WithMetadata(new SystemKeyAttribute()).Says("deleteUpload", "Crossing", "ファイルを外す（tus）", "Take a file off (tus)").GivesNothing(404, 409, 412);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, Guid id, CancellationToken cancel)
    {
        if (Differs(context) is { } wrong) return wrong;
        if (!long.TryParse(context.Request.Headers["Upload-Length"], NumberStyles.None, CultureInfo.InvariantCulture, out var length)) return ApiProblems.Unreadable("Upload-Length");
        if (NameOf(context.Request.Headers["Upload-Metadata"].ToString()) is not { } name) return ApiProblems.Unreadable("Upload-Metadata");
        if (await CrossingsApi.SeenAsync(context, records, crossing, new(id), cancel) is null) return ApiProblems.NotFound;
        var person = CurrentPerson.Of(context);
        var added = await crossing.Requests.AddFileAsync(person.Municipality, new(id), name, length, person.Actor(), cancel);
        // An empty file is whole as soon as it is announced: no client sends a piece of it.
        if (length == 0 && added is Outcome<CrossingItem>.Done empty) added = await crossing.Requests.AppendAsync(person.Municipality, empty.Value.Id, 0, Stream.Null, person.Actor(), cancel);
        // The bytes may come along with the announcement: one call a file, for shells and small devices.
        if (length > 0 && context.Request.ContentType == PieceType && added is Outcome<CrossingItem>.Done announced) added = await crossing.Requests.AppendAsync(person.Municipality, announced.Value.Id, 0, context.Request.Body, person.Actor(), cancel);
        return added.Match(
            item =>
            {
                context.Response.Headers.Location = $"/api/v1/crossings/uploads/{item.Id}";
                context.Response.Headers["Upload-Offset"] = item.Received.ToString(CultureInfo.InvariantCulture);
                return Results.StatusCode(StatusCodes.Status201Created);
            },
            static refusal => (IResult)ApiAnswers.Problem(refusal));
    }

    private static async Task<IResult> HeadAsync(HttpContext context, CrossingSlices crossing, Guid id, CancellationToken cancel)
    {
        if (Differs(context) is { } wrong) return wrong;
        var person = CurrentPerson.Of(context);
        if (await crossing.Requests.ItemAsync(person.Municipality, new(id), person.Actor(), cancel) is not { } item) return Results.NotFound();
        context.Response.Headers["Upload-Offset"] = item.Received.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["Upload-Length"] = item.Bytes.ToString(CultureInfo.InvariantCulture);
        return Results.Ok();
    }

    private static async Task<IResult> AppendAsync(HttpContext context, CrossingSlices crossing, Guid id, CancellationToken cancel)
    {
        if (Differs(context) is { } wrong) return wrong;
        if (context.Request.ContentType != PieceType) return ApiProblems.Unreadable("Content-Type") with { Status = StatusCodes.Status415UnsupportedMediaType };
        if (!long.TryParse(context.Request.Headers["Upload-Offset"], NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return ApiProblems.Unreadable("Upload-Offset");
        var person = CurrentPerson.Of(context);
        if (await crossing.Requests.ItemAsync(person.Municipality, new(id), person.Actor(), cancel) is null) return ApiProblems.NotFound;
        return (await crossing.Requests.AppendAsync(person.Municipality, new(id), offset, context.Request.Body, person.Actor(), cancel)).Match(
            item =>
            {
                context.Response.Headers["Upload-Offset"] = item.Received.ToString(CultureInfo.InvariantCulture);
                return Results.NoContent();
            },
            static refusal => (IResult)ApiAnswers.Problem(refusal));
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, CrossingSlices crossing, Guid id, CancellationToken cancel)
    {
        if (Differs(context) is { } wrong) return wrong;
        var person = CurrentPerson.Of(context);
        if (await crossing.Requests.ItemAsync(person.Municipality, new(id), person.Actor(), cancel) is null) return ApiProblems.NotFound;
        return (await crossing.Requests.RemoveFileAsync(person.Municipality, new(id), person.Actor(), cancel)).Match(static _ => Results.NoContent(), static refusal => (IResult)ApiAnswers.Problem(refusal));
    }

    /// <summary>Says which version is spoken here; another one is refused.</summary>
    private static IResult? Differs(HttpContext context)
    {
        context.Response.Headers["Tus-Resumable"] = Version;
        context.Response.Headers["Tus-Version"] = Version;
        context.Response.Headers["Tus-Extension"] = "creation,creation-with-upload,termination";
        return context.Request.Headers["Tus-Resumable"] == Version ? null : ApiProblems.Unreadable("Tus-Resumable") with { Status = StatusCodes.Status412PreconditionFailed };
    }

    /// <summary>The file's name (with its folders) out of <c>key base64,key base64</c>; null when there is none.</summary>
    internal static string? NameOf(string untrusted)
    {
        foreach (var pair in untrusted.Split(',', StringSplitOptions.TrimEntries))
        {
            var space = pair.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0 || pair[..space] is not ("filename" or "relativePath")) continue;
            var bytes = new byte[pair.Length];
            if (Convert.TryFromBase64String(pair[(space + 1)..].Trim(), bytes, out var written) && written > 0) return Encoding.UTF8.GetString(bytes, 0, written);
            return null;
        }
        return null;
    }
}
