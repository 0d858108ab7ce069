using Sekisho.Assurance;
using Sekisho.Records.Incidents;

namespace Sekisho.Web.Pages.Incidents;

/// <summary>Names of what incidents are about and where they stand.</summary>
public static class IncidentWords
{
    public static Bilingual View(IncidentView view) => view switch
    {
        IncidentView.Open => new("対応中", "Open"),
        IncidentView.Late => new("期限超過", "Past a deadline"),
        IncidentView.Closed => new("終結", "Closed"),
        _ => throw new ArgumentOutOfRangeException(nameof(view)),
    };

    public static Bilingual Origin(IncidentOrigin origin) => origin switch
    {
        IncidentOrigin.Takeout => new("持ち出しの紛失", "Lost take-out"),
        IncidentOrigin.Contract => new("委託先での事故", "At a contractor's"),
        _ => throw new ArgumentOutOfRangeException(nameof(origin)),
    };

    public static Bilingual State(Incident incident, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(incident);
        return !incident.IsOpen ? new("終結", "Closed") : incident.Handler is null ? new("担当が未定", "Nobody has it yet") : incident.IsMissed(day) ? new("期限超過", "Past a deadline") : new("対応中", "Open");
    }

    /// <summary>Where it came from.</summary>
    public static string Href(Incident incident)
    {
        ArgumentNullException.ThrowIfNull(incident);
        return incident.Origin == IncidentOrigin.Takeout ? $"/takeouts/{incident.Source}" : $"/contracts/{incident.Source}";
    }
}
