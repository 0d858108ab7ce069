using Microsoft.AspNetCore.Components;
using Sekisho.Crossing;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Web.Pages.Registers;

namespace Sekisho.Web.Pages.Crossings;

/// <summary>A page about what crosses between zones.</summary>
public abstract class CrossingPageBase : MunicipalPage
{
    [Inject]
    public CrossingSlices Crossing { get; set; } = null!;

    /// <summary>The units whose requests this person sees; null: all.</summary>
    protected IReadOnlyList<UnitId>? Within { get; private set; }

    /// <summary>Everybody of the office; auditors look on.</summary>
    protected bool TakesPart => Person.Has(Role.Officer) || Person.Has(Role.Manager) || Person.Has(Role.Staff);

    protected override async Task OnInitializedAsync() => Within = await Person.RegisterUnitsAsync(Records.Organisation, Cancel);

    /// <summary>A length for people: 1.2 MB, 340 KB.</summary>
    protected static string Size(long bytes) => CrossingTexts.Size(bytes);
}
