using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Web.Hosting;
using Sekisho.Web.Pages.Registers;

namespace Sekisho.Web.Pages.Takeouts;

/// <summary>A page about take-outs: what the person sees of them, and whether the person takes part.</summary>
public abstract class TakeoutPageBase : MunicipalPage
{
    /// <summary>The units whose take-outs this person sees; null: all.</summary>
    protected IReadOnlyList<UnitId>? Within { get; private set; }

    /// <summary>Everybody of the office; auditors look on.</summary>
    protected bool TakesPart => Person.Has(Role.Officer) || Person.Has(Role.Manager) || Person.Has(Role.Staff);

    protected override async Task OnInitializedAsync() => Within = await Person.RegisterUnitsAsync(Records.Organisation, Cancel);
}
