using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Reports;

/// <summary>What reaches a device itself from a zone (機器自身あての通信): its console, its daemons, its answers to ping.</summary>
/// <param name="Verdict">Proved: nothing but the allowed flows. Violated: these reach its services. NotAssessed: these get as far as the device, and nobody has read what it lets to itself.</param>
/// <param name="NotUnderstood">Lines on the way that aren't understood.</param>
public sealed record DeviceCheck(string Device, string Vendor, Zone From, CheckVerdict Verdict, IReadOnlyList<NotUnderstood> NotUnderstood)
{
    /// <summary>Why something may reach a device though no line lets it: features that open ports by themselves, of which the readers don't know which are in use.</summary>
    public static Unknown OtherFeatures => Sekisho.Zones.Devices.OwnServices.Others;

    /// <summary>What gets there of ICMP alone (an answer to ping): told beside the verdict, and no fault.</summary>
    public IReadOnlyList<Violation> Pings { get; init; } = [];

    public ZoneResult Result => Verdict.Match(static _ => ZoneResult.Proved, static _ => ZoneResult.Violated, static _ => ZoneResult.Undetermined, static _ => ZoneResult.Undetermined);

    public IReadOnlyList<Violation> Reaches => Verdict.Match(static _ => [], static v => v.Violations, static v => v.Violations, static v => v.Possible);

    /// <summary>What reaches it, each line and service once: of several ways the one that hangs on least, what hangs on nothing before what other features may do.</summary>
    public IEnumerable<Violation> Told() => Reaches.OrderBy(static r => r.Unknowns.Contains(OtherFeatures)).ThenBy(static r => r.Unknowns.Count).DistinctBy(static r => (r.Path[^1].Source, r.Path[^1].Rule, r.Flows.Services.ToString()));

    /// <summary>The zone is there to manage devices: what reaches one from it is no fault.</summary>
    public bool IsExpected => From.Kind == ZoneKind.Management;
}

/// <summary>Every zone against every device (機器あての通信の検証結果).</summary>
public sealed record DeviceReport(ZonePolicy Policy, DateOnly On, IReadOnlyList<DeviceCheck> Checks)
{
    /// <summary>Of the checks from zones that aren't there to manage devices: violated when one is; else undetermined when one is, or there are none.</summary>
    public ZoneResult Result
    {
        get
        {
            var judged = Checks.Where(static c => !c.IsExpected).ToArray();
            return judged.Any(static c => c.Result == ZoneResult.Violated) ? ZoneResult.Violated
                : judged.Length == 0 || judged.Any(static c => c.Result == ZoneResult.Undetermined) ? ZoneResult.Undetermined
                : ZoneResult.Proved;
        }
    }
}
