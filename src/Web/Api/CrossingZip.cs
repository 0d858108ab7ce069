using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Sekisho.Crossing;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>What came out of a request, packed into a ZIP with a new password (AES-256) while it is sent.</summary>
internal static class CrossingZip
{
    public static void MapCrossingZip(this IEndpointRouteBuilder api) =>
        api.MapPost("/crossings/{id:guid}/zip", SendAsync).RequireAuthorization(Allowed.Cross).WithMetadata(new SystemKeyAttribute()).Says("packCrossing", "Crossing", "パスワード付き ZIP（AES-256）で受け取る", "Fetch as a ZIP with a new password (AES-256)")
            .GivesContent(["application/zip"], 404, 409, 422);

    /// <summary>The form of the page; it carries its own token, which is asked for since it is a form.</summary>
    public static void MapCrossingZipForm(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/crossings/{id:guid}/zip", FormAsync).RequireAuthorization(Allowed.Cross);

    private static async Task<IResult> FormAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, TimeProvider time, ILoggerFactory loggers, Guid id, [FromForm] string? password, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(password) || !ResultZip.IsGood(password)) return Results.Redirect($"/crossings/{id}/links?zip=bad");
        return await SendAsync(context, records, crossing, time, loggers, id, new(password), cancel);
    }

    private static async Task<IResult> SendAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, TimeProvider time, ILoggerFactory loggers, Guid id, [FromBody] CrossingZipRequest r, CancellationToken cancel)
    {
        if (await CrossingsApi.SeenAsync(context, records, crossing, new(id), cancel) is not { } detail) return ApiProblems.NotFound;
        if (await crossing.Door.ResultAsync(CurrentPerson.Of(context).Municipality, detail.Request.Id, context.Connection.RemoteIpAddress, cancel) is { } held) return ApiAnswers.Problem(held);
        // Said before the ZIP begins: one that breaks off says nothing.
        if (await crossing.Requests.ClosedAsync(CurrentPerson.Of(context).Municipality, detail.Request.Id, cancel) is { } closed) return ApiAnswers.Problem(closed);
        return Pack(context, crossing, detail, r.Password, time, loggers.CreateLogger(typeof(CrossingZip)));
    }

    /// <summary>The same for the form of the page.</summary>
    public static IResult Pack(HttpContext context, CrossingSlices crossing, RequestDetail detail, string? untrustedPassword, TimeProvider time, ILogger logger)
    {
        if (!ResultZip.IsGood(untrustedPassword)) return ApiAnswers.Problem(Sekisho.Crossing.Requests.Refusals.BadZipPassword);
        var person = CurrentPerson.Of(context);
        if (detail.Request.AskedBy.Account != person.Actor().Account) return ApiAnswers.Problem(Sekisho.Crossing.Requests.Refusals.NotYours);
        var items = detail.Items.Where(i => i is { State: ItemState.Out or ItemState.Admitted, OutputPath: not null }).ToList();
        if (detail.Request.State != RequestState.Delivered || items.Count == 0 || detail.Request.ExpiresAt <= time.GetUtcNow()) return ApiAnswers.Problem(Sekisho.Crossing.Requests.Refusals.NotToBeHad);
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(detail.Request.Number + ".zip");
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.Headers.CacheControl = "no-store";
        // The packer closes an entry with a plain write of a few bytes.
        if (context.Features.Get<IHttpBodyControlFeature>() is { } body) body.AllowSynchronousIO = true;
        return Results.Stream(async to =>
        {
            try
            {
                await ResultZip.WriteAsync(items.Select(i => (i.OutputPath!, (Func<CancellationToken, Task<HandedOut>>)(async c =>
                    (await crossing.Requests.HandOutAsync(person.Municipality, i.Id, person.Actor(), c)).Match(static done => done, static why => throw new IOException(why.Code))))), to, untrustedPassword, time.GetUtcNow(), context.RequestAborted);
            }
            catch (Exception e) when (e is VaultException or IOException && !context.RequestAborted.IsCancellationRequested)
            {
                // Half a ZIP must not look like a whole one.
                logger.LogError(e, "ZIP での受取りを途中で止めました。 / The ZIP broke off.");
                context.Abort();
            }
        }, "application/zip");
    }
}

/// <summary>How to pack it.</summary>
/// <param name="Password">New; 8 to 100 letters, digits and signs of ASCII. Null: no password.</param>
public sealed record CrossingZipRequest(string? Password = null);
