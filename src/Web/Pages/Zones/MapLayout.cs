using Sekisho.Records.Zones;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;
using Zone = Sekisho.Zones.Policies.Zone;

namespace Sekisho.Web.Pages.Zones;

/// <summary>Where the map puts what: zones as bands, the least trusted above; devices in the gap under the highest band that they touch; ways between bands as arrows.</summary>
public sealed class MapLayout
{
    public const int Band = 52, Gap = 76, NameWidth = 236, Lane = 58, DeviceWidth = 132, DeviceHeight = 34;

    private static readonly ZoneKind[] FromAbove = [ZoneKind.Outside, ZoneKind.Cloud, ZoneKind.Internet, ZoneKind.Dmz, ZoneKind.Management, ZoneKind.Other, ZoneKind.Lgwan, ZoneKind.MyNumber];

    private MapLayout(IReadOnlyList<MapBand> bands, IReadOnlyList<MapArrow> arrows, IReadOnlyList<MapDevice> devices)
    {
        (Bands, Arrows, Devices) = (bands, arrows, devices);
        Height = (bands.Count * (Band + Gap)) - Gap + 2 + (devices.Any(d => d.Gap == bands.Count - 1) ? Gap : 0);
        Width = Math.Max(760, DevicesFrom(arrows.Count) + ((devices.Count == 0 ? 0 : devices.Max(d => d.Column) + 1) * (DeviceWidth + 18)) + 24);
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
            var allowed = network.Policy.Flows.Count(f => f.From == check.From && f.To == check.To);
            if (allowed > 0) arrows.Add(new(from, to, allowed, false, check.Anchor, 0));
        }
        // What is wrong stands first, beside the names.
        arrows = [.. arrows.OrderByDescending(a => a.IsViolation).ThenBy(a => Math.Min(a.From, a.To)).Select((a, i) => a with { X = NameWidth + 30 + (i * Lane) })];
        var devices = new List<MapDevice>();
        foreach (var device in network.Readings.SelectMany(r => r.Devices).DistinctBy(d => d.Name))
        {
            var touched = Touched(device, zones);
            var gap = touched.Count == 0 ? zones.Count - 1 : Math.Min(touched[0], Math.Max(0, zones.Count - 2));
            var column = devices.Count(d => d.Gap == gap);
            devices.Add(new(device.Name, device.Vendor, gap, column, touched, DevicesFrom(arrows.Count) + (column * (DeviceWidth + 18)) + (gap % 2 * 9)));
        }
        return new([.. zones.Select((z, i) => new MapBand(z, i))], arrows, devices);
    }

    private static int DevicesFrom(int arrows) => NameWidth + 44 + (arrows * Lane);

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
public sealed record MapArrow(int From, int To, int Count, bool IsViolation, string Anchor, int X);

/// <summary>A device.</summary>
/// <param name="Gap">Under which band it stands.</param>
/// <param name="Touches">Bands that it has interfaces in.</param>
public sealed record MapDevice(string Name, string Vendor, int Gap, int Column, IReadOnlyList<int> Touches, int X);
