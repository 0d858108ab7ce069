using System.Globalization;
using Sekisho.Records.Zones;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;
using Zone = Sekisho.Zones.Policies.Zone;

namespace Sekisho.Web.Pages.Zones;

/// <summary>Where the map puts what: zones as bands, the least trusted above; devices in the gap under the highest band that they touch; ways between bands as arrows.</summary>
/// <remarks>What doesn't meet in height stands in one column, and columns of devices are closer than devices are wide: a town of twelve devices fits on a screen.</remarks>
public sealed class MapLayout
{
    public const int Band = 50, Gap = 62, NameWidth = 224, DeviceWidth = 100, DeviceHeight = 34;

    /// <summary>Lines of other devices pass just beside a device.</summary>
    private const int DeviceLane = (DeviceWidth / 2) + 6;

    private static readonly ZoneKind[] FromAbove = [ZoneKind.Outside, ZoneKind.Cloud, ZoneKind.Internet, ZoneKind.Dmz, ZoneKind.Management, ZoneKind.Other, ZoneKind.Lgwan, ZoneKind.MyNumber];

    private MapLayout(IReadOnlyList<MapBand> bands, IReadOnlyList<MapArrow> arrows, IReadOnlyList<MapDevice> devices)
    {
        (Bands, Arrows, Devices) = (bands, arrows, devices);
        Height = (bands.Count * (Band + Gap)) - Gap + 2 + (devices.Any(d => d.Gap == bands.Count - 1) ? Gap : 0);
        Width = Math.Max(760, devices.Count == 0 ? DevicesFrom(arrows) : devices.Max(d => d.X) + DeviceWidth + 12);
    }

    public IReadOnlyList<MapBand> Bands { get; }

    public IReadOnlyList<MapArrow> Arrows { get; }

    public IReadOnlyList<MapDevice> Devices { get; }

    public int Width { get; }

    public int Height { get; }

    public static int Top(int band) => 1 + (band * (Band + Gap));

    public static MapLayout Of(ZoneNetwork network, ProofReport report)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(report);
        var zones = network.Policy.Zones.OrderBy(z => Array.IndexOf(FromAbove, z.Kind)).ToList();
        var arrows = new List<MapArrow>();
        foreach (var check in report.Checks)
        {
            var (from, to) = (zones.FindIndex(z => z.Id == check.From), zones.FindIndex(z => z.Id == check.To));
            if (from < 0 || to < 0) continue;
            if (check.Count > 0) arrows.Add(new(from, to, check.Count, true, check.Anchor, 0));
            // Flows there and back are one arrow.
            var (allowed, back) = (Flows(check.From, check.To), Flows(check.To, check.From));
            if (allowed > 0 && (back == 0 || from < to)) arrows.Add(new(from, to, allowed, false, check.Anchor, 0, back));
        }
        // What is wrong stands first, beside the names.
        arrows = [.. arrows.OrderByDescending(a => a.IsViolation).ThenBy(a => Math.Min(a.From, a.To)).ThenBy(a => Math.Abs(a.To - a.From))];
        var lanes = new List<List<(int From, int To)>>();
        int[] laneOf = [.. arrows.Select(a => Place(lanes, Math.Min(a.From, a.To), Math.Max(a.From, a.To)))];
        int[] widths = [.. lanes.Select((_, lane) => arrows.Where((_, i) => laneOf[i] == lane).Max(a => a.Width))];
        arrows = [.. arrows.Select((a, i) => a with { X = NameWidth + 16 + widths[..laneOf[i]].Sum() })];
        var left = NameWidth + 16 + widths.Sum() + 12;
        var devices = new List<MapDevice>();
        foreach (var (device, touched) in network.Readings.SelectMany(r => r.Devices).DistinctBy(d => d.Name).Select(d => (Device: d, Touched: Touched(d, zones))).OrderBy(d => d.Touched.Count == 0 ? int.MaxValue : d.Touched[0]).ThenBy(d => d.Touched.Count))
        {
            var gap = touched.Count == 0 ? zones.Count - 1 : Math.Min(touched[0], Math.Max(0, zones.Count - 2));
            var (from, to) = (touched.Count == 0 ? gap : Math.Min(gap, touched[0]), touched.Count == 0 ? gap + 1 : Math.Max(gap + 1, touched[^1]));
            var column = 0;
            while (devices.Exists(d => (d.Column == column && from < d.Last && d.First < to) || (d.Gap == gap && Math.Abs(d.Column - column) < 2))) column++;
            devices.Add(new(device.Name, device.Vendor, gap, column, touched, left + (column * DeviceLane), from, to));
        }
        return new([.. zones.Select((z, i) => new MapBand(z, i))], arrows, devices);

        int Flows(string from, string to) => network.Policy.Flows.Count(f => f.From == from && f.To == to);
    }

    private static int DevicesFrom(IReadOnlyList<MapArrow> arrows) => arrows.Count == 0 ? NameWidth + 44 : arrows.Max(a => a.X + a.Width) + 12;

    /// <summary>The first column in which nothing else stands between two bands; a new one where there is none.</summary>
    private static int Place(List<List<(int From, int To)>> columns, int from, int to)
    {
        var column = columns.FindIndex(c => c.TrueForAll(other => to <= other.From || other.To <= from));
        if (column < 0)
        {
            column = columns.Count;
            columns.Add([]);
        }
        columns[column].Add((from, to));
        return column;
    }

    /// <summary>Bands that a device has an interface in: by its own addresses, or as the policy names it.</summary>
    private static List<int> Touched(Device device, List<Zone> zones)
    {
        // A rule set alone (iptables-save) says nothing of where it stands: between all of them.
        if (device.Interfaces.All(i => i.Addresses.IsEmpty) && zones.All(z => !z.At.Any(at => at.StartsWith(device.Name + "/", StringComparison.Ordinal)))) return [.. Enumerable.Range(0, zones.Count)];
        var touched = new SortedSet<int>();
        for (var z = 0; z < zones.Count; z++)
        {
            if (zones[z].At.Any(at => at.StartsWith(device.Name + "/", StringComparison.Ordinal))) touched.Add(z);
            else if (zones[z].Kind != ZoneKind.Outside && device.Interfaces.Any(i => i.Enabled && i.Addresses.Any(a => zones[z].Addresses.Overlaps(AddressSet.Of(a.Prefix))))) touched.Add(z);
        }
        return [.. touched];
    }
}

/// <summary>A zone.</summary>
public sealed record MapBand(Zone Zone, int Index);

/// <summary>What passes from band to band.</summary>
/// <param name="Back">Allowed flows the other way, told by the same arrow.</param>
public sealed record MapArrow(int From, int To, int Count, bool IsViolation, string Anchor, int X, int Back = 0)
{
    /// <summary>What is written beside it.</summary>
    public string Label => (IsViolation ? "▲" : "") + (Count + Back).ToString(CultureInfo.InvariantCulture);

    /// <summary>With its label, in pixels.</summary>
    public int Width => IsViolation ? 26 + (Label.Length * 10) : 16 + (Label.Length * 10);
}

/// <summary>A device.</summary>
/// <param name="Gap">Under which band it stands.</param>
/// <param name="Touches">Bands that it has interfaces in.</param>
/// <param name="First">From this band to <paramref name="Last"/>, nothing else stands in its column.</param>
public sealed record MapDevice(string Name, string Vendor, int Gap, int Column, IReadOnlyList<int> Touches, int X, int First, int Last);
