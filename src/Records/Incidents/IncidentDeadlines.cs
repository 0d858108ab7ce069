using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Records.Incidents;

/// <summary>By when an incident is given to somebody and reported (事案の期限). Data: data/incident-deadlines.yaml.</summary>
public sealed class IncidentDeadlines
{
    private static readonly Lazy<IncidentDeadlines> Shipped = new(static () =>
    {
        using var stream = typeof(IncidentDeadlines).Assembly.GetManifestResourceStream("data/incident-deadlines.yaml") ?? throw new InvalidOperationException("data/incident-deadlines.yaml is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Parse(reader.ReadToEnd(), out var problems) ?? throw new InvalidOperationException("data/incident-deadlines.yaml is broken: " + string.Join("; ", problems));
    });

    private readonly int assignDays;
    private readonly IReadOnlyDictionary<IncidentReport, (Bilingual Name, int Days)> reports;

    private IncidentDeadlines(int assignDays, int reportOver, IReadOnlyDictionary<IncidentReport, (Bilingual, int)> reports) =>
        (this.assignDays, ReportOver, this.reports) = (assignDays, reportOver, reports);

    /// <summary>An incident about more people than this is reported to the outside.</summary>
    public int ReportOver { get; }

    public static IncidentDeadlines Load() => Shipped.Value;

    public Bilingual NameOf(IncidentReport report) => reports[report].Name;

    /// <summary>What has to be done about an incident, in the order of the days.</summary>
    public IReadOnlyList<IncidentDeadline> Of(Incident incident)
    {
        ArgumentNullException.ThrowIfNull(incident);
        var noticed = JapaneseTime.Day(incident.NoticedAt);
        var all = new List<IncidentDeadline>();
        // Somebody looks at it soon; after that, by the day that they were given.
        if (incident.Handler is null) all.Add(new(new("担当を決める", "given to somebody"), JapaneseTime.Day(incident.OpenedAt).AddDays(assignDays - 1), null));
        else if (incident.IsOpen) all.Add(new(new("経過を書く", "says how it stands"), incident.FollowBy!.Value, null));
        if (incident.IsReported)
            all.AddRange(reports.Select(r => new IncidentDeadline(r.Value.Name, noticed.AddDays(r.Value.Days - 1), incident.ReportedOn(r.Key))));
        return [.. all.OrderBy(d => d.DueOn)];
    }

    /// <returns>Null with the problems, each with its line.</returns>
    internal static IncidentDeadlines? Parse(string untrusted, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        var reports = new Dictionary<IncidentReport, (Bilingual, int)>();
        var (assign, over) = (0, 0);
        if (YamlTree.Read(untrusted, errors) is { } root && YamlFields.Of(root, errors, "format", "source", "date", "assign-days", "report-over", "reports") is { } file)
        {
            (assign, over) = (Number(file, "assign-days"), Number(file, "report-over"));
            foreach (var f in file.Items("reports").Select(i => YamlFields.Of(i, errors, "id", "name", "days")).OfType<YamlFields>())
            {
                if (!Enum.TryParse<IncidentReport>(f.Text("id"), out var report) || !Enum.IsDefined(report)) errors.Undefined(f.PlaceOf("id"), f.Text("id") ?? "");
                else if (f.Both("name") is { } name) reports[report] = (name, Number(f, "days"));
            }
            if (reports.Count != Enum.GetValues<IncidentReport>().Length) errors.Wrong(file.PlaceOf("reports"), "速報と確報の両方を書きます", "Both reports have to be there");
        }
        problems = errors.InOrder();
        return errors.Any ? null : new(assign, over, reports);

        int Number(YamlFields f, string key)
        {
            if (int.TryParse(f.Text(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0) return number;
            errors.Wrong(f.PlaceOf(key), $"「{key}」には 1 以上の数を書きます", $"'{key}' is a number from 1");
            return 1;
        }
    }
}
