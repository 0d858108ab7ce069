using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using Sekisho.Agent.Settings;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Assets;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Zones;
using Sekisho.Storage;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.Files;

/// <summary>Files that pages link to: originals, attachments, proofs. Always handed over to be saved, never shown in our own origin.</summary>
public static class FileEndpoints
{
    public static void MapFiles(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/policy/versions/{id:guid}/original", OriginalAsync).ExcludeFromDescription();
        endpoints.MapGet("/policy/versions/{id:guid}/watermarked", WatermarkedAsync).ExcludeFromDescription();
        endpoints.MapGet("/evidence/{id:guid}/files/{ordinal:int}", AttachmentAsync).RequireAuthorization(Allowed.ReadAssurance).ExcludeFromDescription();
        endpoints.MapGet("/organisation/meetings/{id:guid}/minutes", MinutesAsync).RequireAuthorization(Allowed.ReadAccounts).ExcludeFromDescription();
        foreach (var people in new[] { true, false })
        {
            endpoints.MapGet($"/organisation/export/{(people ? "people" : "units")}.csv", (HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel) => OrganisationAsync(people, asWorkbook: false, context, records, time, cancel))
                .RequireAuthorization(Allowed.ReadAccounts).ExcludeFromDescription();
            endpoints.MapGet($"/organisation/export/{(people ? "people" : "units")}.xlsx", (HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel) => OrganisationAsync(people, asWorkbook: true, context, records, time, cancel))
                .RequireAuthorization(Allowed.ReadAccounts).ExcludeFromDescription();
        }
        endpoints.MapGet("/ledger/{index:long}/proof.json", ProofAsync).RequireAuthorization(Allowed.ReadEvidence).ExcludeFromDescription();
        endpoints.MapGet("/ledger/export.zip", LedgerAsync).RequireAuthorization(Allowed.ReadAssurance).ExcludeFromDescription();
        endpoints.MapGet("/information-assets/disposals/{id:guid}/certificate", CertificateAsync).RequireAuthorization(Allowed.ReadRegisters).ExcludeFromDescription();
        foreach (var (name, format) in RegisterFiles.Formats)
        {
            endpoints.MapGet($"/zones/rules/{name}", (HttpContext context, RecordSlices records, CancellationToken cancel) => ZoneRulesAsync(format, context, records, cancel)).RequireAuthorization(Allowed.ReadAssurance).ExcludeFromDescription();
            endpoints.MapGet($"/zones/proofs/{{id:guid}}/{name}", (Guid id, HttpContext context, RecordSlices records, CancellationToken cancel) => ZoneProofAsync(id, format, context, records, cancel)).RequireAuthorization(Allowed.ReadAssurance).ExcludeFromDescription();
        }
        endpoints.MapGet("/terminals/settings/{zone}/{target}", SettingsAsync).RequireAuthorization(Allowed.ReadAssurance).ExcludeFromDescription();
        endpoints.MapGet("/public/{slug}/{number:int}/original", PublicOriginalAsync).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapGet("/public/{slug}/documents/{key}/{number:int}/original", PublicDocumentAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> OriginalAsync(Guid id, [FromQuery] string? purpose, HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var outcome = await records.Policies.OriginalAsync(
            person.Municipality, new PolicyVersionId(id), new Actor(person.Account.ToString(), person.Name),
            mayOpenWithheld: person.Has(Role.Officer), purpose ?? "", cancel);
        return outcome.Match(file => Hand(context, file), refused => Results.LocalRedirect($"/policy/versions/{id}/open?refused={Uri.EscapeDataString(refused.Code)}"));
    }

    /// <summary>A withheld PDF with the reader's name over each page; the opening is in the ledger before the first byte.</summary>
    private static async Task<IResult> WatermarkedAsync(Guid id, [FromQuery] string? purpose, HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        context.Response.Headers.CacheControl = "no-store";
        var outcome = await records.Reading.OpenAsync(person.Municipality, new PolicyVersionId(id), new Actor(person.Account.ToString(), person.Name), person.Roles, purpose ?? "", cancel);
        return outcome.Match(
            opened => opened.Pdf is { } pdf ? Hand(context, pdf) : Results.LocalRedirect($"/policy/versions/{id}"),
            refused => refused.Code == "REC-POL-003" ? Results.NotFound() : Results.LocalRedirect($"/policy/versions/{id}/open?refused={Uri.EscapeDataString(refused.Code)}"));
    }

    private static async Task<IResult> AttachmentAsync(Guid id, int ordinal, HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var outcome = await records.Evidence.AttachmentAsync(CurrentPerson.Of(context).Municipality, new EvidenceId(id), ordinal, cancel);
        return outcome.Match(file => Hand(context, file), static _ => Results.NotFound());
    }

    private static async Task<IResult> SettingsAsync(string zone, string target, HttpContext context, RecordSlices records, CancellationToken cancel) =>
        EnforcedSettings.TryParse(target, out var chosen) && await records.Terminals.SettingsAsync(CurrentPerson.Of(context).Municipality, zone, chosen, cancel) is { } file
            ? Results.Bytes(file.Content, "application/octet-stream", file.FileName) : Results.NotFound();

    private static async Task<IResult> ZoneRulesAsync(SheetFormat format, HttpContext context, RecordSlices records, CancellationToken cancel) =>
        await records.Zones.RuleSheetAsync(CurrentPerson.Of(context).Municipality, format, cancel) is { } file ? Hand(context, file) : Results.NotFound();

    private static async Task<IResult> ZoneProofAsync(Guid id, SheetFormat format, HttpContext context, RecordSlices records, CancellationToken cancel) =>
        await records.Zones.ProofSheetAsync(CurrentPerson.Of(context).Municipality, new ProofId(id), format, cancel) is { } file ? Hand(context, file) : Results.NotFound();

    private static async Task<IResult> CertificateAsync(Guid id, HttpContext context, RecordSlices records, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return await records.Disposals.CertificateAsync(person.Municipality, new DisposalId(id), await person.RegisterUnitsAsync(records.Organisation, cancel), cancel) is { } file
            ? Hand(context, file.Name, file.Content) : Results.NotFound();
    }

    private static Task<IResult> PublicOriginalAsync(string slug, int number, HttpContext context, MunicipalityRegister register, RecordSlices records, CancellationToken cancel) =>
        PublicDocumentAsync(slug, PolicyKeys.Basic, number, context, register, records, cancel);

    private static async Task<IResult> MinutesAsync(Guid id, HttpContext context, RecordSlices records, CancellationToken cancel) =>
        (await records.Organisation.MinutesAsync(CurrentPerson.Of(context).Municipality, id, cancel)).Match(file => Hand(context, file), static _ => Results.NotFound());

    private static async Task<IResult> OrganisationAsync(bool people, bool asWorkbook, HttpContext context, RecordSlices records, TimeProvider time, CancellationToken cancel)
    {
        var (municipality, day) = (CurrentPerson.Of(context).Municipality, Hosting.Dates.DayOf(time.GetUtcNow()));
        return Hand(context, asWorkbook ? await records.Organisation.WorkbookAsync(municipality, day, people, cancel) : await records.Organisation.ExportAsync(municipality, day, people, cancel));
    }

    private static async Task<IResult> PublicDocumentAsync(string slug, string key, int number, HttpContext context, MunicipalityRegister register, RecordSlices records, CancellationToken cancel) =>
        await register.FindAsync(slug, cancel) is { } municipality
        && await records.Publications.PublicOriginalAsync(municipality.Id, key, number, cancel) is { } file
            ? Hand(context, file)
            : Results.NotFound();

    /// <summary>The inclusion proof as <c>sekisho ledger check</c> reads it.</summary>
    private static async Task<IResult> ProofAsync(long index, HttpContext context, Database database, CancellationToken cancel)
    {
        if (index < 0) return Results.NotFound();
        await using var tenant = await database.EnterAsync(CurrentPerson.Of(context).Municipality, cancel);
        if (await LedgerReader.ProveInclusionAsync(tenant, (ulong)index, null, cancel) is not { } proof) return Results.NotFound();
        var document = JsonSerializer.SerializeToUtf8Bytes(new
        {
            leafIdx = proof.Index,
            treeSize = proof.Size,
            root = Convert.ToBase64String(proof.Root.ToArray()),
            leafHash = Convert.ToBase64String(proof.Leaf.ToArray()),
            proof = proof.Path.Select(static h => Convert.ToBase64String(h.ToArray())),
        });
        return Results.File(document, "application/json", $"sekisho-proof-{index}.json");
    }

    private static async Task LedgerAsync(HttpContext context, Database database, NoteSigner signer, MunicipalityRegister municipalities)
    {
        if (!await LedgerDownload.SendAsync(context, database, signer, municipalities)) context.Response.Redirect("/ledger"); // which says that it is empty
    }

    private static IResult Hand(HttpContext context, KeptFile file) => Hand(context, file.FileName, file.Bytes);

    private static IResult Hand(HttpContext context, string name, ReadOnlyMemory<byte> bytes)
    {
        // What people uploaded never runs as a page of ours, whatever it is.
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        context.Response.Headers.ContentDisposition = disposition.ToString();
        return Results.Bytes(bytes, "application/octet-stream");
    }
}
