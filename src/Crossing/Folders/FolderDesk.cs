using Npgsql;
using Sekisho.Assurance;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Crossing.Folders;

/// <summary>Which folders are watched for a municipality (監視フォルダの登録). Servers that were given a root look into them: <see cref="FolderRound"/>.</summary>
/// <remarks>Who sets one up decides on nothing that comes by it, as with a system's key.</remarks>
public sealed class FolderDesk
{
    private const int MaxName = 100, MaxPath = 200;

    internal const string Select = """
        SELECT f.id, f.name, f.route, f.unit_id, f.in_path, f.out_path, f.refused_path, f.made_at, f.made_by, f.made_by_name, f.closed_at, f.closed_by, f.closed_by_name, f.marked_at, f.seen_at, f.trouble,
          (SELECT count(*) FROM crossing.folder_file t WHERE t.municipality_id = f.municipality_id AND t.folder_id = f.id AND t.state IN ('Taken', 'Sent', 'Placing'))::int,
          (SELECT count(*) FROM crossing.folder_file t WHERE t.municipality_id = f.municipality_id AND t.folder_id = f.id AND t.state = 'Kept')::int
        FROM crossing.watched_folder f
        """;

    private readonly RecordKeeper keeper;
    private readonly RouteBook routes;

    internal FolderDesk(RecordKeeper keeper, RouteBook routes) => (this.keeper, this.routes) = (keeper, routes);

    /// <summary>Has a folder watched from now on.</summary>
    public async Task<Outcome<WatchedFolder>> WatchAsync(MunicipalityId municipality, FolderDraft untrusted, Actor actor, CancellationToken cancel)
    {
        var name = untrusted.Name.Trim();
        if (name.Length is 0 or > MaxName || name.Any(char.IsControl)) return Refusals.BadName;
        if (await routes.FindAsync(municipality, untrusted.Route, cancel) is not { } route || route.Definition.Kind != RouteKind.Files || route.Definition.AsksAssets) return Refusals.BadRoute;
        var paths = new[] { untrusted.In, untrusted.Out, untrusted.Refused }.Select(Clean).ToArray();
        if (paths.Any(p => p is null)) return Refusals.BadPath;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        await tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('crossing.folder/' || $1::text, 0))", cancel, municipality.Value);
        var taken = (await tx.ListAsync(Select + " WHERE f.closed_at IS NULL", Row, cancel)).SelectMany(f => new[] { f.In, f.Out, f.Refused }).ToList();
        // What one puts out, another must not take in; an "out" that two share is fine only where nothing of either is taken from it.
        for (var i = 0; i < 3; i++)
            if (paths.Where((_, j) => j != i).Concat(taken).Any(other => Overlap(paths[i]!, other!))) return Refusals.BadPath;
        if (await OrganisationRows.UnitAsync(tx, untrusted.Owner, JapaneseTime.Day(at), cancel) is not { } owner) return Refusals.UnknownOwner;
        if (route.Definition.MayNeedLeave && await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is null) return Refusals.UnknownMaker;
        var id = new FolderId(RecordKeeper.NewId(at));
        await tx.RunAsync("""
            INSERT INTO crossing.watched_folder (municipality_id, id, name, route, unit_id, in_path, out_path, refused_path, made_at, made_by, made_by_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            """, cancel, municipality.Value, id.Value, name, route.Definition.Key, owner.Id.Value, paths[0], paths[1], paths[2], at, actor.Account, actor.Name);
        await keeper.AppendAsync(tx, at, "crossing.folder-watched", actor, $"folder/{id}", new { account = id.Account, name, route = route.Definition.Key, owner = owner.Name, @in = paths[0], @out = paths[1], refused = paths[2] }, cancel);
        var made = (await ReadAsync(tx, id, cancel))!;
        await tx.CommitAsync(cancel);
        return made;
    }

    /// <summary>Takes nothing more from a folder. What was taken comes out still.</summary>
    public async Task<Outcome<WatchedFolder>> StopAsync(MunicipalityId municipality, FolderId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await tx.RunAsync("UPDATE crossing.watched_folder SET closed_at = $2, closed_by = $3, closed_by_name = $4 WHERE id = $1 AND closed_at IS NULL", cancel, id.Value, at, actor.Account, actor.Name) == 0) return Refusals.Unknown;
        var stopped = (await ReadAsync(tx, id, cancel))!;
        await keeper.AppendAsync(tx, at, "crossing.folder-stopped", actor, $"folder/{id}", new { account = id.Account, stopped.Name }, cancel);
        await tx.CommitAsync(cancel);
        return stopped;
    }

    /// <summary>All folders, also those that are watched no more; the newest first.</summary>
    public async Task<IReadOnlyList<WatchedFolder>> ListAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(Select + " ORDER BY f.made_at DESC, f.id DESC", Row, cancel);
    }

    internal static Task<WatchedFolder?> ReadAsync(TenantTransaction tx, FolderId id, CancellationToken cancel) => tx.FirstAsync(Select + " WHERE f.id = $1", Row, cancel, id.Value);

    internal static WatchedFolder Row(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), r.GetString(1), r.GetString(2), new(r.GetGuid(3)), r.GetString(4), r.GetString(5), r.GetString(6), r.Moment(7), r.By(8), r.MomentOrNull(10), r.ByOrNull(11), r.MomentOrNull(13), r.MomentOrNull(14), r.GetString(15), r.GetInt32(16), r.GetInt32(17));

    /// <summary>Names below each other, with <c>/</c>; null when it could lead elsewhere.</summary>
    private static string? Clean(string untrusted)
    {
        var parts = untrusted.Trim().Replace('\\', '/').Trim('/').Split('/');
        if (parts.Length > 10 || parts.Any(p => p.Length is 0 or > 100 || p[0] == '.' || p.Trim() != p || p.Any(char.IsControl))) return null;
        var path = string.Join('/', parts);
        return path.Length > MaxPath ? null : path;
    }

    private static bool Overlap(string one, string other) => one == other || one.StartsWith(other + "/", StringComparison.Ordinal) || other.StartsWith(one + "/", StringComparison.Ordinal);
}
