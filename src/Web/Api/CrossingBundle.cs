using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Sekisho.Crossing;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Everything of a request as one ZIP, made while it is sent: however much it is, it costs no disk and no memory.</summary>
internal static class CrossingBundle
{
    /// <summary>As sha256sum writes and checks it.</summary>
    private const string Digests = "SHA256SUMS.txt";

    public static void MapCrossingBundle(this IEndpointRouteBuilder api) =>
        // Auditors may knock; what comes out goes to who asked for it alone.
        api.MapGet("/crossings/{whole:guid}/content", SendAsync).RequireAuthorization(Allowed.ReadCrossings).Says("fetchCrossing", "Crossing", "無害化したファイルをまとめて受け取る（ZIP）", "Fetch all harmless files as a ZIP").GivesContent(["application/zip"], 404, 409);

    private static async Task<IResult> SendAsync(HttpContext context, RecordSlices records, CrossingSlices crossing, ILoggerFactory loggers, Guid whole, CancellationToken cancel)
    {
        if (await CrossingsApi.SeenAsync(context, records, crossing, new(whole), cancel) is null) return ApiProblems.NotFound;
        var person = CurrentPerson.Of(context);
        if (await crossing.Door.ResultAsync(person.Municipality, new RequestId(whole), context.Connection.RemoteIpAddress, cancel) is { } held) return ApiAnswers.Problem(held);
        return (await crossing.Requests.HandOutAllAsync(person.Municipality, new(whole), person.Actor(), cancel)).Match(
            all =>
            {
                var disposition = new ContentDispositionHeaderValue("attachment");
                disposition.SetHttpFileName(all.Number + ".zip");
                context.Response.Headers.ContentDisposition = disposition.ToString();
                context.Response.Headers.CacheControl = "no-store";
                return Results.Stream(body => WriteAsync(all, body, context, loggers.CreateLogger(typeof(CrossingBundle)), cancel), "application/zip");
            },
            static refusal => (IResult)ApiAnswers.Problem(refusal));
    }

    private static async Task WriteAsync(HandedOutAll all, Stream body, HttpContext context, ILogger logger, CancellationToken cancel)
    {
        // The ZIP writer puts its small heads and tables down without waiting; the files themselves are sent as the line takes them.
        if (context.Features.Get<IHttpBodyControlFeature>() is { } control) control.AllowSynchronousIO = true;
        try
        {
            await using var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancel);
            foreach (var part in all.Parts)
            {
                var entry = zip.CreateEntry(part.Path, CompressionLevel.Fastest);
                entry.LastWriteTime = all.At.ToOffset(TimeSpan.FromHours(9));
                await using var to = await entry.OpenAsync(cancel);
                await using var content = part.Content();
                await content.CopyToAsync(to, cancel);
            }
            var list = zip.CreateEntry(all.Parts.Any(p => string.Equals(p.Path, Digests, StringComparison.OrdinalIgnoreCase)) ? "_" + Digests : Digests, CompressionLevel.Fastest);
            await using var digests = new StreamWriter(await list.OpenAsync(cancel), new UTF8Encoding(false)) { NewLine = "\n" };
            foreach (var part in all.Parts) await digests.WriteLineAsync($"{part.Digest}  {part.Path}".AsMemory(), cancel);
        }
        catch (VaultException e)
        {
            // Half a ZIP must not look like a whole one.
            logger.LogError(e, "保管庫のファイルが読めないため、まとめての受取りを途中で止めました。 / A file of the vault can't be read; the ZIP broke off.");
            context.Abort();
        }
    }
}
