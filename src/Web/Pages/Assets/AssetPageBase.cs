using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Web.Hosting;
using Sekisho.Web.Pages.Registers;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Pages.Assets;

/// <summary>A page about information assets as a whole: within the units that the person sees.</summary>
public abstract class AssetPageBase : MunicipalPage
{
    protected const string Register = "/registers/" + AssetRules.Key;

    /// <summary>The units whose assets this person sees; null: all.</summary>
    protected IReadOnlyList<UnitId>? Within { get; private set; }

    /// <summary>Keeps the register and its disposals: officers, and managers for their own section.</summary>
    protected bool MayWrite { get; private set; }

    protected override async Task OnInitializedAsync()
    {
        Within = await Person.RegisterUnitsAsync(Records.Organisation, Cancel);
        MayWrite = Person.Has(Role.Officer) || Person.Has(Role.Manager);
        await LoadAsync();
    }

    protected abstract Task LoadAsync();

    /// <summary>Ids in the address or the form, of one name; what is none is passed over.</summary>
    protected static IReadOnlyList<EntryId> Ids(IEnumerable<string?> untrusted) => [.. untrusted.Select(t => Guid.TryParse(t, out var id) ? id : (Guid?)null).OfType<Guid>().Distinct().Select(id => new EntryId(id))];

    /// <summary>These assets, as far as the person sees them.</summary>
    protected async Task<IReadOnlyList<RegisterEntry>> AssetsAsync(IReadOnlyList<EntryId> ids)
    {
        const int Most = 200;
        var assets = new List<RegisterEntry>();
        foreach (var id in ids.Take(Most))
            if (await Records.Registers.ReadAsync(Municipality, AssetRules.Key, id, Within, Cancel) is { } asset) assets.Add(asset);
        return assets;
    }

    /// <summary>Goes on when it was done; else says why not, and keeps what was typed.</summary>
    protected void Finish<T>(Outcome<T> outcome, Func<T, string> next, string field = "") =>
        outcome.Match(done => { Go(next(done)); return 0; }, refused => { Wrong(refused, field); return 0; });

    protected static string NameOf(AssetClass? its, Language language) => its is null ? "" : language == Language.English ? its.Label.En : its.Label.Ja;
}
