using System.Globalization;
using Sekisho.Crossing.Traces;
using Sekisho.Records.Organisation;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Pages.Crossings;

/// <summary>A search over the traces as its address says it: kept, sent and come back to.</summary>
/// <param name="From">As typed; <see cref="Query"/> reads what can be read.</param>
public sealed record TraceView(string? Text, string? Person, string? Sender, string? From, string? Until, TraceOutcome? Outcome, string? Route, Guid? Unit, string? Family, int Page)
{
    public static TraceView Of(IQueryCollection untrusted)
    {
        return new(One("q"), One("person"), One("sender"), One("from"), One("until"),
            Enum.TryParse<TraceOutcome>(One("outcome"), ignoreCase: true, out var outcome) && Enum.IsDefined(outcome) ? outcome : null,
            One("route"), Guid.TryParse(One("unit"), out var unit) ? unit : null, One("family") is { } family && ThreatFamilies.Find(family) is { } its ? its.Key : null,
            int.TryParse(One("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? Math.Clamp(page, 1, TraceDesk.MostCounted / TraceDesk.PageSize) : 1);

        string? One(string name) => untrusted[name].ToString().Trim() is { Length: > 0 and <= 200 } text && !text.Contains('\0', StringComparison.Ordinal) ? text : null;
    }

    public bool IsNarrowed => this with { Page = 1 } != new TraceView(null, null, null, null, null, null, null, null, null, 1);

    public bool HasMore => Person is not null || Sender is not null || Family is not null;

    /// <param name="units">The chosen unit and those below it; null: any.</param>
    public TraceQuery Query(IReadOnlyList<UnitId>? units, DateOnly today) => new(Text, Person, Sender, null, Day(From, today), Day(Until, today), Outcome, Route, units, Family);

    public static DateOnly? Day(string? typed, DateOnly today) => typed is not null && Dates.TryRead(typed, today, out var day) ? day : null;

    public string Href(string path)
    {
        var query = string.Join('&', Parts().Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));
        return query.Length == 0 ? path : path + "?" + query;
    }

    private IEnumerable<KeyValuePair<string, string>> Parts()
    {
        if (Text is not null) yield return new("q", Text);
        if (Person is not null) yield return new("person", Person);
        if (Sender is not null) yield return new("sender", Sender);
        if (From is not null) yield return new("from", From);
        if (Until is not null) yield return new("until", Until);
        if (Outcome is { } outcome) yield return new("outcome", outcome.ToString().ToLowerInvariant());
        if (Route is not null) yield return new("route", Route);
        if (Unit is { } unit) yield return new("unit", unit.ToString());
        if (Family is not null) yield return new("family", Family);
        if (Page > 1) yield return new("page", Page.ToString(CultureInfo.InvariantCulture));
    }
}
