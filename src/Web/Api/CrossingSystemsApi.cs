using Microsoft.AspNetCore.Mvc;
using Sekisho.Crossing;
using Sekisho.Crossing.Systems;
using Sekisho.Records.Organisation;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Systems that hand files over with a key of their own: registered, listed, stopped. What they do with it is in <see cref="CrossingsApi"/>.</summary>
internal static class CrossingSystemsApi
{
    private const string Tag = "Crossing";

    public static void MapCrossingSystems(this IEndpointRouteBuilder api)
    {
        api.MapGet("/crossings/systems", ListAsync).RequireAuthorization(Allowed.ReadAccounts).Says("listCrossingSystems", Tag, "授受を使うシステムの一覧", "List systems that cross files").Gives<IReadOnlyList<CrossingSystemModel>>();
        api.MapPost("/crossings/systems", RegisterAsync).RequireAuthorization(Allowed.ManageAccounts).Says("registerCrossingSystem", Tag, "システムを登録し、鍵を発行する", "Register a system and make its key").Gives<CrossingSystemMade>(422);
        api.MapPost("/crossings/systems/{id:guid}/revoke", RevokeAsync).RequireAuthorization(Allowed.ManageAccounts).Says("revokeCrossingSystem", Tag, "システムの鍵を止める", "Stop a system's key").Gives<CrossingSystemModel>(404);
    }

    private static async Task<IResult> ListAsync(HttpContext context, CrossingSlices crossing, CancellationToken cancel) =>
        Results.Ok((await crossing.Systems.ListAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(CrossingSystemModel.Of).ToList());

    private static async Task<IResult> RegisterAsync(HttpContext context, CrossingSlices crossing, [FromBody] CrossingSystemRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        var draft = new SystemDraft(r.Name, r.Routes, new UnitId(r.Owner), r.From, TimeSpan.FromDays(Math.Clamp(r.Days, 0, 100_000))) { Senders = r.Senders ?? [] };
        return (await crossing.Systems.RegisterAsync(person.Municipality, draft, person.Actor(), cancel)).Answer(made => new CrossingSystemMade(made.Secret, CrossingSystemModel.Of(made.System)));
    }

    private static async Task<IResult> RevokeAsync(HttpContext context, CrossingSlices crossing, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Systems.RevokeAsync(person.Municipality, new SystemId(id), person.Actor(), cancel)).Answer(CrossingSystemModel.Of);
    }
}

/// <summary>A system to register.</summary>
/// <param name="Routes">Keys of the routes that it may use.</param>
/// <param name="Owner">The section that answers for it.</param>
/// <param name="From">Addresses or networks that it calls from: 10.1.2.3, 10.1.2.0/24.</param>
/// <param name="Days">How long its key works; 731 at most.</param>
/// <param name="Senders">With a route for mail: as whom it sends, kaikei@town.lg.jp or @town.lg.jp.</param>
public sealed record CrossingSystemRequest(string Name, IReadOnlyList<string> Routes, Guid Owner, IReadOnlyList<string> From, int Days, IReadOnlyList<string>? Senders = null);

/// <summary>A system without its key.</summary>
/// <param name="Account">How its requests and the ledger name it.</param>
public sealed record CrossingSystemModel(
    Guid Id, string Account, string Name, IReadOnlyList<string> Routes, Guid Owner, IReadOnlyList<string> From, DateTimeOffset MadeAt, string MadeBy, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, string? RevokedBy,
    DateTimeOffset? LastUsedAt, string? LastUsedFrom, DateTimeOffset? MisusedAt, string? MisusedFrom, IReadOnlyList<string> Senders)
{
    public static CrossingSystemModel Of(CrossingSystem s) => new(s.Id.Value, s.Id.Account, s.Name, s.Routes, s.Owner.Value, [.. s.From.Select(f => f.ToString())], s.MadeAt, s.MadeBy.Name, s.ExpiresAt, s.RevokedAt, s.RevokedBy?.Name,
        s.LastUsedAt, s.LastUsedFrom, s.MisusedAt, s.MisusedFrom, s.Senders);
}

/// <summary>A system with its key, shown this once.</summary>
public sealed record CrossingSystemMade(string Key, CrossingSystemModel System);
