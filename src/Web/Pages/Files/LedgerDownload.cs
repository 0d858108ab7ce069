using System.Globalization;
using Microsoft.Net.Http.Headers;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Ledgers.Bundles;
using Sekisho.Records.Municipalities;
using Sekisho.Storage;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.Files;

/// <summary>The ledger (記録簿) as an auditor takes it away (監査用の束), sent while it is read: a ledger of any length costs no memory.</summary>
internal static class LedgerDownload
{
    /// <summary>Sends it; false where the ledger is still empty and nothing was sent.</summary>
    /// <remarks>Where rows are missing the connection breaks off: half a bundle must not look like a whole one.</remarks>
    public static async Task<bool> SendAsync(HttpContext context, Database database, NoteSigner signer, MunicipalityRegister municipalities)
    {
        var cancel = context.RequestAborted;
        var town = CurrentPerson.Of(context).Municipality;
        var slug = (await municipalities.ReadAsync(town, cancel))?.Slug ?? "sekisho";
        await using var tenant = await database.EnterAsync(town, cancel);
        if (await LedgerReader.HeadAsync(tenant, cancel) is not { } head) return false;
        context.Response.ContentType = "application/zip";
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName($"sekisho-ledger-{slug}-{Dates.DayOf(head.SignedAt).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}-{head.Size}.zip");
        context.Response.Headers.ContentDisposition = disposition.ToString();
        await using var target = BundleTarget.Into(context.Response.Body);
        await LedgerBundle.ExportAsync(tenant, signer, target, cancel);
        return true;
    }
}
