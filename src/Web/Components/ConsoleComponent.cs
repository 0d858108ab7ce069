using Microsoft.AspNetCore.Components;
using Sekisho.Assurance;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Components;

/// <summary>Base of every component: both languages side by side in the markup, one clock for the page.</summary>
public abstract class ConsoleComponent : ComponentBase
{
    [Inject]
    public Viewer Viewer { get; set; } = null!;

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
