using Sekisho.Assurance;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Reports;

/// <summary>The devices themselves: a pair of zones is about what they pass on, not about what is meant for them (ADR-0200, ADR-0225).</summary>
public sealed partial class ZoneVerification
{
    /// <summary>What reaches each device's own services from each zone, beyond the allowed flows of the day.</summary>
    public static DeviceReport VerifyDevices(ZonePolicyReading policy, IReadOnlyList<ConfigReading> readings, DateOnly day)
    {
        if (policy.Policy is null) throw new ArgumentException("the policy has mistakes", nameof(policy));
        var run = new ZoneVerification(policy.Policy, HostFiles.Join(readings), day, new());
        var checks = new List<DeviceCheck>();
        for (var d = 0; d < run.topology.Devices.Count; d++)
            foreach (var from in policy.Policy.Zones) checks.Add(run.Check(from, d));
        return new(policy.Policy, day, checks);
    }

    private DeviceCheck Check(Zone from, int index)
    {
        List<Violation> all = [], certain = [];
        var reasons = new List<Bilingual>();
        v4.Begin();
        v6.Begin();
        var device = topology.Devices[index];
        var own = topology.OwnAddresses(index, false);
        if (own.IsEmpty) reasons.Add(new($"{device.Name} のアドレスが設定からはわかりません。", $"The configuration doesn't show the addresses of {device.Name}."));
        if (!topology.Knows(from)) reasons.Add(new($"領域「{from.Name}」が、どの機器につながるのか設定からはわかりません。", $"The configurations don't show where the zone '{from.Id}' is."));
        AllowedFlow[] flows = [.. policy.Zones.SelectMany(to => policy.FlowsOn(from, to, day)).Where(f => f.Destination.Overlaps(own))];
        var unread = Collect(from, index, flows, Bound.Upper, all);
        Collect(from, index, flows, Bound.Lower, certain);
        if (unread)
            reasons.Add(new($"{device.Name} が自分あての通信のどれを受けるかは、読み取っていません。ここまでは届きます。", $"What {device.Name} lets to itself isn't read; these packets get as far as the device."));
        // An answer to ping opens nothing: it is told beside the verdict.
        var pings = all.FindAll(IsPing);
        all.RemoveAll(IsPing);
        certain.RemoveAll(IsPing);
        var (verdict, lines) = Conclude(all, certain, reasons);
        return new(device.Name, device.Vendor, from, verdict, lines) { Pings = pings };

        static bool IsPing(Violation reach) => reach.Flows.Services.Services.All(static s => (s.Protocols & ~Protocols.WithTypes).IsEmpty);
    }

    /// <returns>Whether some of it gets to a device of which nobody has read what it lets to itself.</returns>
    private bool Collect(Zone from, int device, AllowedFlow[] flows, Bound bound, List<Violation> to)
    {
        var arrivals = new List<Arrival>();
        for (var round = 0; round < opening.Rounds; round++)
        {
            if (!from.Addresses.V4.IsEmpty) v4.Of(bound).RunTo(from, device, flows, opening, round, options.MostViolations, arrivals);
            if (!from.Addresses.V6.IsEmpty) v6.Of(bound).RunTo(from, device, flows, opening, round, options.MostViolations, arrivals);
        }
        foreach (var arrival in arrivals) to.Add(Say(arrival));
        return arrivals.Exists(static a => a.Path[^1].Filter is not { Place: FilterPlace.Own });
    }
}
