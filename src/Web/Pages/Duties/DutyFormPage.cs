using Microsoft.AspNetCore.Components;
using Sekisho.Assurance;
using Sekisho.Records.Verdicts;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Pages.Duties;

/// <summary>A form about one obligation.</summary>
public abstract class DutyFormPage : MunicipalPage
{
    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>The obligation as it stands; null when there is none of that name (the answer is then 404).</summary>
    protected ObligationView? View { get; private set; }

    protected Obligation Obligation => View!.Standing.Obligation;

    protected string Home => $"/obligations/{Id}";

    protected override async Task OnInitializedAsync()
    {
        View = await Records.Verdicts.ObligationAsync(Municipality, new ObligationId(Id), null, Cancel);
        if (View is null) NotThere();
    }
}
