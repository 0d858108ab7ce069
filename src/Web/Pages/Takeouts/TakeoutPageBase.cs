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

    protected DateOnly Today => Dates.DayOf(Viewer.Now);

    protected override async Task OnInitializedAsync() => Within = await Person.RegisterUnitsAsync(Records.Organisation, Cancel);

    /// <summary>Reads a day of the form; says what to do where it isn't one.</summary>
    protected bool TryDay(string field, out DateOnly day)
    {
        if (Dates.TryRead(Text(field), Today, out day)) return true;
        Wrong(field, new("日付として読めません。「あした」「11/25」「令和8年11月25日」のように書いてください。", "Not a day. Write it like tomorrow, 11/25 or 2026-11-25."));
        return false;
    }
}
