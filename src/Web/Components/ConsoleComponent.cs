using Microsoft.AspNetCore.Components;
using Sekisho.Assurance;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Components;

/// <summary>Base of every component: both languages side by side in the markup, one clock for the page.</summary>
public abstract class ConsoleComponent : ComponentBase
{
    [Inject]
    public Viewer Viewer { get; set; } = null!;

    /// <summary>Draws once everything is loaded, never in between.</summary>
    /// <remarks>
    /// The framework would draw a first time at the first await that has to wait, with whatever fields are set by then. A page that is sent whole
    /// has no use for that drawing, and one that loads in steps would meet its own half-set fields, now and then.
    /// </remarks>
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        if (!initialised)
        {
            initialised = true;
            OnInitialized();
            await OnInitializedAsync();
        }
        OnParametersSet();
        await OnParametersSetAsync();
        StateHasChanged();
    }

    private bool initialised;

    /// <summary>The side of a text that this person reads: <c>@T("義務", "Obligations")</c>.</summary>
    protected string T(string ja, string en) => Viewer.T(ja, en);

    /// <inheritdoc cref="T(string,string)"/>
    protected string T(Bilingual text) => Viewer.T(text);

    /// <summary>A day, in the person's language.</summary>
    protected string Day(DateOnly day) => Dates.Day(day, Viewer.Language);

    /// <summary>The day in Japan of a moment, in the person's language.</summary>
    protected string Day(DateTimeOffset moment) => Dates.Day(Dates.DayOf(moment), Viewer.Language);

    /// <summary>Day and time, in the person's language.</summary>
    protected string Moment(DateTimeOffset moment) => Dates.Moment(moment, Viewer.Language);

    /// <summary>Relative time; always beside a date, never instead of one.</summary>
    protected string Ago(DateTimeOffset moment) => Dates.Ago(moment, Viewer.Now, Viewer.Language);
}
