using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.ThirdParties;
using Sekisho.Web.Hosting;
using Sekisho.Web.Pages.Registers;

namespace Sekisho.Web.Pages.ThirdParties;

/// <summary>A page about contractors, external services or social media; entries narrowed to what the person sees.</summary>
public abstract class ThirdPartyPage : MunicipalPage
{
    /// <summary>The units whose entries this person sees; null: all.</summary>
    protected IReadOnlyList<UnitId>? Within { get; private set; }

    /// <summary>Officers everything, managers what their section keeps.</summary>
    protected bool MayWrite => Person.Has(Role.Officer) || Person.Has(Role.Manager);

    protected override async Task OnInitializedAsync()
    {
        Within = await Person.RegisterUnitsAsync(Records.Organisation, Cancel);
        await LoadAsync();
    }

    protected abstract Task LoadAsync();

    protected bool Refused()
    {
        if (MayWrite) return false;
        HttpContext.Response.StatusCode = StatusCodes.Status403Forbidden;
        return true;
    }

    /// <summary>The files of a field that have something in them.</summary>
    protected Task<IReadOnlyList<UploadedFile>> FilesAsync(string field) => Uploads.ReadAsync(HttpContext, field, Cancel);

    /// <summary>Goes on when it was done; else says what to change.</summary>
    protected void Finish<T>(Outcome<T> outcome, Func<T, string> to, string field = "") =>
        outcome.Match(done => { Go(to(done)); return 0; }, refused => { Wrong(refused, field); return 0; });
}

/// <summary>Files that came with a form.</summary>
internal static class Uploads
{
    /// <summary>Empty fields are left out; larger files than are kept are cut at one byte too many, so that the rule of the records says so.</summary>
    public static async Task<IReadOnlyList<UploadedFile>> ReadAsync(HttpContext context, string field, CancellationToken cancel)
    {
        var files = new List<UploadedFile>();
        if (!context.Request.HasFormContentType) return files;
        foreach (var file in context.Request.Form.Files.GetFiles(field).Where(f => f.Length > 0).Take(ContractBook.MostFiles + 1))
        {
            var bytes = new byte[Math.Min(file.Length, ContractBook.MostFileBytes + 1)];
            await using var content = file.OpenReadStream();
            await content.ReadExactlyAsync(bytes, cancel);
            files.Add(new UploadedFile(file.FileName, bytes));
        }
        return files;
    }
}

/// <summary>Words of this slice that several pages say.</summary>
internal static class ThirdPartyWords
{
    public static Bilingual Name(this ConfirmationState state) => state switch
    {
        ConfirmationState.Asked => new("依頼中", "asked"),
        ConfirmationState.Opened => new("記入中", "being filled in"),
        ConfirmationState.Returned => new("差戻し中", "given back"),
        ConfirmationState.Answered => new("回答あり（未確認）", "answered, to be read"),
        ConfirmationState.SignedOff => new("確認済み", "signed off"),
        ConfirmationState.Withdrawn => new("取下げ", "withdrawn"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static Bilingual Name(this PostState state) => state switch
    {
        PostState.Drafted => new("確認待ち", "to be approved"),
        PostState.Returned => new("差戻し", "given back"),
        PostState.Approved => new("投稿待ち", "approved, to go out"),
        PostState.Posted => new("投稿済み", "posted"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static Bilingual Name(this SheetKind kind) => kind == SheetKind.Selection ? new("選定基準", "Selection criteria") : new("契約条項", "Clauses");
}
