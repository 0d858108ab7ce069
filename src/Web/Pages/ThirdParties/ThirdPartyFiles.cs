using Microsoft.Net.Http.Headers;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.ThirdParties;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.ThirdParties;

/// <summary>Files kept with contracts and confirmations. They came from outside: handed over to be saved, never shown in our own origin.</summary>
public static class ThirdPartyFiles
{
    public static void MapThirdPartyFiles(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/contracts/{id:guid}/files/{file:guid}", OfContractAsync).RequireAuthorization(Allowed.ReadRegisters).ExcludeFromDescription();
        endpoints.MapGet("/confirmations/{id:guid}/files/{file:guid}", OfConfirmationAsync).RequireAuthorization(Allowed.ReadAssurance).ExcludeFromDescription();
    }

    private static async Task<IResult> OfContractAsync(Guid id, Guid file, HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var within = await person.RegisterUnitsAsync(records.Organisation, cancel);
        return Hand(context, await records.Contracts.FileAsync(person.Municipality, new EntryId(id), file, within, cancel));
    }

    private static async Task<IResult> OfConfirmationAsync(Guid id, Guid file, HttpContext context, RecordSlices records, CancellationToken cancel) =>
        Hand(context, await records.Confirmations.FileAsync(CurrentPerson.Of(context).Municipality, id, file, cancel));

    private static IResult Hand(HttpContext context, (ThirdPartyFile File, ReadOnlyMemory<byte> Bytes)? kept)
    {
        if (kept is not { } it) return Results.NotFound();
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(it.File.FileName);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        return Results.Bytes(it.Bytes, "application/octet-stream");
    }
}
