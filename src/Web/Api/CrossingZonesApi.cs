using Microsoft.AspNetCore.Mvc;
using Sekisho.Crossing;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Zones;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>From which addresses the people of each zone come; what is fetched is held to it.</summary>
internal static class CrossingZonesApi
{
    private const string Tag = "Crossing";

    public static void MapCrossingZones(this IEndpointRouteBuilder api)
    {
        api.MapGet("/crossings/zones", ReadAsync).RequireAuthorization(Allowed.ReadAssurance).Says("getZoneNetworks", Tag, "領域の端末のアドレス", "Addresses of the terminals of each zone").Gives<ZoneNetworksModel>();
        api.MapPut("/crossings/zones", KeepAsync).RequireAuthorization(Allowed.RunPolicy).Says("keepZoneNetworks", Tag, "領域の端末のアドレスを定める", "Say from which addresses each zone comes").Gives<ZoneNetworksModel>(422);
    }

    private static async Task<IResult> ReadAsync(HttpContext context, CrossingSlices crossing, CancellationToken cancel) =>
        Results.Ok(ZoneNetworksModel.Of(await crossing.Door.ReadAsync(CurrentPerson.Of(context).Municipality, cancel), context));

    private static async Task<IResult> KeepAsync(HttpContext context, CrossingSlices crossing, [FromBody] ZoneNetworksRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Door.KeepAsync(person.Municipality, r.Networks, context.Connection.RemoteIpAddress, person.Actor(), cancel)).Answer(kept => ZoneNetworksModel.Of(kept, context));
    }
}

/// <summary>Networks of each zone; empty for none, which ends the enforcement.</summary>
public sealed record ZoneNetworksRequest(IReadOnlyDictionary<Zone, IReadOnlyList<string>> Networks);

/// <summary>Networks of each zone.</summary>
/// <param name="IsEnforced">False: nobody is held to zones.</param>
/// <param name="Yours">The zone of this very request's address.</param>
public sealed record ZoneNetworksModel(bool IsEnforced, IReadOnlyDictionary<Zone, IReadOnlyList<string>> Networks, string Address, Zone? Yours)
{
    public static ZoneNetworksModel Of(ZoneNetworks n, HttpContext context) => new(n.IsEnforced, n.Networks.ToDictionary(z => z.Key, z => (IReadOnlyList<string>)[.. z.Value.Select(w => w.ToString())]),
        context.Connection.RemoteIpAddress?.ToString() ?? "", n.Of(context.Connection.RemoteIpAddress));
}
