using Microsoft.AspNetCore.Mvc;
using Sekisho.Crossing;
using Sekisho.Crossing.Folders;
using Sekisho.Records.Organisation;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>Watched folders: set up, listed, stopped.</summary>
internal static class CrossingFoldersApi
{
    private const string Tag = "Crossing";

    public static void MapCrossingFolders(this IEndpointRouteBuilder api)
    {
        api.MapGet("/crossings/folders", ListAsync).RequireAuthorization(Allowed.ReadAccounts).Says("listWatchedFolders", Tag, "監視フォルダの一覧", "List watched folders").Gives<IReadOnlyList<WatchedFolderModel>>();
        api.MapPost("/crossings/folders", WatchAsync).RequireAuthorization(Allowed.ManageAccounts).Says("watchFolder", Tag, "フォルダを監視する", "Watch a folder").Gives<WatchedFolderModel>(422);
        api.MapPost("/crossings/folders/{id:guid}/stop", StopAsync).RequireAuthorization(Allowed.ManageAccounts).Says("stopFolder", Tag, "監視を止める", "Watch a folder no more").Gives<WatchedFolderModel>(404);
    }

    private static async Task<IResult> ListAsync(HttpContext context, CrossingSlices crossing, CancellationToken cancel) =>
        Results.Ok((await crossing.Folders.ListAsync(CurrentPerson.Of(context).Municipality, cancel)).Select(WatchedFolderModel.Of).ToList());

    private static async Task<IResult> WatchAsync(HttpContext context, CrossingSlices crossing, [FromBody] WatchFolderRequest r, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Folders.WatchAsync(person.Municipality, new(r.Name, r.Route, new UnitId(r.Owner), r.In, r.Out, r.Refused), person.Actor(), cancel)).Answer(WatchedFolderModel.Of);
    }

    private static async Task<IResult> StopAsync(HttpContext context, CrossingSlices crossing, Guid id, CancellationToken cancel)
    {
        var person = CurrentPerson.Of(context);
        return (await crossing.Folders.StopAsync(person.Municipality, new FolderId(id), person.Actor(), cancel)).Answer(WatchedFolderModel.Of);
    }
}

/// <summary>A folder to watch: three places below the municipality's folder on the server.</summary>
public sealed record WatchFolderRequest(string Name, string Route, Guid Owner, string In, string Out, string Refused);

/// <summary>A watched folder.</summary>
/// <param name="Account">How its requests and the ledger name it.</param>
/// <param name="Pending">Files that were taken and haven't come out yet.</param>
/// <param name="Kept">Files too large for the route, kept aside in the folder.</param>
public sealed record WatchedFolderModel(
    Guid Id, string Account, string Name, string Route, Guid Owner, string In, string Out, string Refused, DateTimeOffset MadeAt, string MadeBy, DateTimeOffset? ClosedAt, DateTimeOffset? SeenAt, string Trouble, int Pending, int Kept)
{
    public static WatchedFolderModel Of(WatchedFolder f) => new(f.Id.Value, f.Id.Account, f.Name, f.Route, f.Owner.Value, f.In, f.Out, f.Refused, f.MadeAt, f.MadeBy.Name, f.ClosedAt, f.SeenAt, f.Trouble, f.Pending, f.Kept);
}
