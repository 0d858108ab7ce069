using System.Net;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Zones;

/// <summary>From which addresses the people of each zone come. Empty: nobody is held to zones.</summary>
public sealed record ZoneNetworks(IReadOnlyDictionary<Zone, IReadOnlyList<IPNetwork>> Networks)
{
    public bool IsEnforced => Networks.Values.Any(n => n.Count > 0);

    /// <summary>The zone of an address, by its narrowest network; null when it is of none.</summary>
    public Zone? Of(IPAddress? address) => Networks.SelectMany(z => z.Value.Where(n => SourceNetworks.Hold([n], address)).Select(n => (z.Key, n.PrefixLength)))
        .OrderByDescending(m => m.PrefixLength).Select(m => (Zone?)m.Key).FirstOrDefault();
}

/// <summary>Holds what is fetched to the zone that it may go to (領域の戸口): results to the zone of their route, originals to no zone that is to be protected from them.</summary>
public sealed class ZoneDoor
{
    private const int MostNetworks = 200;

    private readonly RecordKeeper keeper;

    internal ZoneDoor(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>Says anew from which addresses the people of each zone come; empty for none, which ends the enforcement.</summary>
    /// <param name="from">Where this is asked from: who would shut themselves out of every zone is told before.</param>
    public async Task<Outcome<ZoneNetworks>> KeepAsync(MunicipalityId municipality, IReadOnlyDictionary<Zone, IReadOnlyList<string>> untrusted, IPAddress? from, Actor actor, CancellationToken cancel)
    {
        var read = new Dictionary<Zone, IReadOnlyList<IPNetwork>>();
        foreach (var (zone, lines) in untrusted)
        {
            var networks = new List<IPNetwork>();
            foreach (var line in lines.Where(l => l.Trim().Length > 0))
            {
                if (!Enum.IsDefined(zone) || !SourceNetworks.TryRead(line, out var network)) return Refusals.BadNetwork;
                if (!networks.Contains(network)) networks.Add(network);
            }
            read[zone] = networks;
        }
        var kept = new ZoneNetworks(read);
        if (read.Values.Sum(n => n.Count) > MostNetworks || read.SelectMany(z => z.Value).GroupBy(n => n).Any(g => g.Count() > 1)) return Refusals.BadNetwork;
        if (kept.IsEnforced && kept.Of(from) is null) return Refusals.OwnAddressMissing;
        return await keeper.ActAsync<ZoneNetworks>(municipality, [], async (tx, at) =>
        {
            await tx.RunAsync("DELETE FROM crossing.zone_network", cancel);
            foreach (var (zone, networks) in read)
                foreach (var network in networks) await tx.RunAsync("INSERT INTO crossing.zone_network (municipality_id, zone, network) VALUES ($1, $2, $3)", cancel, municipality.Value, zone, network.ToString());
            await keeper.AppendAsync(tx, at, "crossing.zones-kept", actor, "crossing/zones", new { networks = read.ToDictionary(z => z.Key.ToString(), z => z.Value.Select(n => n.ToString())) }, cancel);
            return kept;
        }, cancel);
    }

    public async Task<ZoneNetworks> ReadAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await ReadAsync(tx, cancel);
    }

    /// <summary>Null when what came out of a route may go to this address.</summary>
    public Task<Refusal?> ResultAsync(MunicipalityId municipality, ItemId item, IPAddress? from, CancellationToken cancel) => PassAsync(municipality, item, from, static (zone, route) => zone == route.To, cancel);

    /// <summary>The same for all that came out of a request.</summary>
    public async Task<Refusal?> ResultAsync(MunicipalityId municipality, RequestId id, IPAddress? from, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RequestRows.ReadAsync(tx, id, lockRow: false, cancel) is { } request && await ReadAsync(tx, cancel) is { IsEnforced: true } networks && networks.Of(from) != request.Definition.To ? Refusals.WrongZone : null;
    }

    /// <summary>Null when an original may go to this address: never in the zone that it was kept out of, nor in one that is trusted more.</summary>
    public Task<Refusal?> OriginalAsync(MunicipalityId municipality, ItemId item, IPAddress? from, CancellationToken cancel) =>
        PassAsync(municipality, item, from, static (zone, route) => zone < Zone.Lgwan && (!route.IsInward || zone < route.To), cancel);

    /// <summary>Null when a picture of a file may be seen at this address: where the file comes from, whose people decide on it, and where it may go.</summary>
    /// <param name="isOriginal">Of the file as it came. What leaves is seen outside as it left, and only once it may be had there.</param>
    public async Task<Refusal?> PictureAsync(MunicipalityId municipality, CrossingRequest request, bool isOriginal, IPAddress? from, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await ReadAsync(municipality, cancel) is not { IsEnforced: true } networks) return null;
        var (zone, route) = (networks.Of(from), request.Definition);
        // Drawn in the sandbox and drawn again by another worker: what comes in does no harm as a picture, and who gives leave for it sits inside.
        return zone == route.From || (zone == route.To && (route.IsInward || (!isOriginal && request.State == RequestState.Delivered))) ? null : Refusals.WrongPictureZone;
    }

    private async Task<Refusal?> PassAsync(MunicipalityId municipality, ItemId item, IPAddress? from, Func<Zone, RouteDefinition, bool> may, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await ReadAsync(tx, cancel) is not { IsEnforced: true } networks) return null;
        if (await RequestRows.ItemAsync(tx, item, lockRow: false, cancel) is not { } its || await RequestRows.ReadAsync(tx, its.Request, lockRow: false, cancel) is not { } request) return null; // there is nothing to hold back; the desk says so
        return networks.Of(from) is { } zone && may(zone, request.Definition) ? null : Refusals.WrongZone;
    }

    private static async Task<ZoneNetworks> ReadAsync(TenantTransaction tx, CancellationToken cancel) => new(
        (await tx.ListAsync("SELECT zone, network FROM crossing.zone_network ORDER BY zone, network", r => (Zone: r.Case<Zone>(0), Network: IPNetwork.Parse(r.GetString(1))), cancel))
        .GroupBy(n => n.Zone).ToDictionary(g => g.Key, g => (IReadOnlyList<IPNetwork>)[.. g.Select(n => n.Network)]));
}
