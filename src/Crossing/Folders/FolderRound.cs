using Microsoft.Extensions.Logging;
using Sekisho.Assurance;
using Sekisho.Records;

namespace Sekisho.Crossing.Folders;

/// <summary>Looks into watched folders, takes what is complete, and puts out what came of it (監視フォルダの巡回). docs/adr/0118.</summary>
/// <remarks>
/// Several servers may look into the same folders: a file belongs to who renames it out of the way first. Whatever dies, it crosses once and comes out once:
/// where it lies, and its row, say how far it was.
/// </remarks>
public sealed class FolderRound
{
    /// <summary>Within the folder where files are put in: what was taken out of the way, each in a place of its own.</summary>
    internal const string Aside = ".sekisho";

    private const int MostDeep = 20, MostSeen = 20_000, MostTaken = 200;

    /// <summary>An empty file is often a place that is kept for one: it may be filled so many times as long as others settle.</summary>
    private const int EmptyWaits = 12;

    private static readonly HashSet<string> LeftBehind = new(["Thumbs.db", "ehthumbs.db", "desktop.ini", "$RECYCLE.BIN", "System Volume Information", "@eaDir", "#recycle", "#snapshot", "lost+found", "Icon\r"], StringComparer.OrdinalIgnoreCase);

    private static readonly TimeSpan Lasting = TimeSpan.FromMinutes(1), Forgotten = TimeSpan.FromDays(30);

    private readonly RecordKeeper keeper;
    private readonly FolderCarrier carrier;
    private readonly string root;
    private readonly TimeSpan settle;
    private readonly ILogger logger;
    private readonly Dictionary<(FolderId, string), (FileFacts Facts, long Since)> seen = [];
    private readonly Dictionary<FolderId, (string Trouble, long Since)> troubles = [];

    /// <param name="root">Below it each municipality has a folder by its short name.</param>
    /// <param name="settle">A file is complete when nothing of it changed for so long.</param>
    internal FolderRound(RecordKeeper keeper, FolderCarrier carrier, string root, TimeSpan settle, ILogger logger) => (this.keeper, this.carrier, this.root, this.settle, this.logger) = (keeper, carrier, root, settle, logger);

    /// <summary>One look into every folder of every municipality.</summary>
    public Task RunAllAsync(CancellationToken cancel) => keeper.EachMunicipalityAsync(town => RunAsync(town, cancel), cancel);

    private async Task RunAsync(MunicipalityId town, CancellationToken cancel)
    {
        string slug;
        List<WatchedFolder> folders;
        await using (var tx = await keeper.EnterAsync(town, cancel))
        {
            slug = (await tx.ListAsync("SELECT slug FROM records.municipality", r => r.GetString(0), cancel))[0];
            folders = await tx.ListAsync(FolderDesk.Select + " WHERE f.closed_at IS NULL OR EXISTS (SELECT FROM crossing.folder_file t WHERE t.municipality_id = f.municipality_id AND t.folder_id = f.id AND t.state IN ('Taken', 'Sent', 'Placing'))", FolderDesk.Row, cancel);
        }
        foreach (var folder in folders) await LookAsync(town, slug, folder, cancel);
    }

    private async Task LookAsync(MunicipalityId town, string slug, WatchedFolder folder, CancellationToken cancel)
    {
        var (trouble, waits) = ("", "");
        try
        {
            using var own = DirectoryHandle.Open(Path.Combine(root, slug));
            if (folder.MarkedAt is null) await MarkAsync(town, folder, own, cancel);
            if (Unmarked(folder, own) is { } gone)
            {
                // Under a share that isn't mounted lies an empty folder like it: what were put there would be lost.
                trouble = $"{gone} に目印のフォルダ {Aside} がありません。共有が外れていないか確かめてください。つながっているときは、その中に空の {Aside} を作ると続けます。 / The mark {Aside} is missing in {gone}: is the share mounted? Where it is, make an empty {Aside} in it to go on.";
            }
            else
            {
                using (var into = own.Descend(Names(folder.In), make: false))
                {
                    if (folder.ClosedAt is null) trouble = Take(folder, into);
                    waits = await carrier.BringInAsync(town, folder, into, cancel);
                }
                waits = await carrier.PutOutAsync(town, folder, own, cancel) is { Length: > 0 } stuck ? stuck : waits;
            }
        }
        catch (IOException e)
        {
            // A share that is away, a folder that nobody made: the next look tries again.
            trouble = e.Message;
        }
#pragma warning disable CA1031 // One folder's trouble doesn't stop the others.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogError(e, "監視フォルダ {Folder} の巡回が途中で止まりました。次の巡回で続けます。 / Looking into {Folder} broke off; the next round goes on.", folder.Name, folder.Name);
            trouble = e.GetType().Name;
        }
        // What couldn't go on is tried again after a while; until then it is still so.
        if (waits.Length > 0) troubles[folder.Id] = (trouble = waits, keeper.Clock.GetTimestamp());
        else if (trouble.Length == 0 && folder.Pending > 0 && troubles.TryGetValue(folder.Id, out var last) && keeper.Clock.GetElapsedTime(last.Since) < Lasting) trouble = last.Trouble;
        await using var tx = await keeper.EnterAsync(town, cancel);
        var at = keeper.Clock.Now();
        var isNews = await tx.RunAsync("UPDATE crossing.watched_folder SET seen_at = $2, trouble = $3 WHERE id = $1 AND (seen_at IS NULL OR seen_at < $4 OR trouble <> $3)", cancel, folder.Id.Value, at, trouble.Length <= 500 ? trouble : trouble[..500], at - TimeSpan.FromSeconds(30)) > 0;
        // What came out long ago is known from its request; the row was for this work alone.
        if (isNews) await tx.RunAsync("DELETE FROM crossing.folder_file WHERE folder_id = $1 AND state = 'Done' AND done_at < $2", cancel, folder.Id.Value, at - Forgotten);
        await tx.CommitAsync(cancel);
    }

    /// <summary>Leaves a mark in each of its places: there again means that it is the same place.</summary>
    private async Task MarkAsync(MunicipalityId town, WatchedFolder folder, DirectoryHandle own, CancellationToken cancel)
    {
        using (var into = own.Descend(Names(folder.In), make: false)) into.EnterOrMake(RawName.Of(Aside)).Dispose();
        foreach (var path in (string[])[folder.Out, folder.Refused])
        {
            using var place = own.Descend(Names(path), make: true);
            place.EnterOrMake(RawName.Of(Aside)).Dispose();
        }
        await using var tx = await keeper.EnterAsync(town, cancel);
        await tx.RunAsync("UPDATE crossing.watched_folder SET marked_at = $2 WHERE id = $1", cancel, folder.Id.Value, keeper.Clock.Now());
        await tx.CommitAsync(cancel);
    }

    /// <summary>The first of its places without the mark; null when all have it.</summary>
    private static string? Unmarked(WatchedFolder folder, DirectoryHandle own)
    {
        foreach (var path in (string[])[folder.In, folder.Out, folder.Refused])
        {
            using var place = own.Descend(Names(path), make: false);
            if (place.Look(RawName.Of(Aside)) is not { IsDirectory: true }) return path;
        }
        return null;
    }

    /// <summary>Takes what is complete out of the way. What it is called, and below which folders it lay, goes along.</summary>
    /// <returns>Why something couldn't be looked at or taken; the others were. Empty when all could.</returns>
    private string Take(WatchedFolder folder, DirectoryHandle into)
    {
        var trouble = "";
        var now = keeper.Clock.GetTimestamp();
        var there = new HashSet<string>(StringComparer.Ordinal);
        var (looked, taken) = (0, 0);
        Walk(into, []);
        foreach (var gone in seen.Keys.Where(k => k.Item1 == folder.Id && !there.Contains(k.Item2)).ToList()) seen.Remove(gone);
        return trouble;

        void Walk(DirectoryHandle at, List<RawName> above)
        {
            foreach (var name in at.List().OrderBy(n => Convert.ToHexString(n.Bytes), StringComparer.Ordinal))
            {
                if (++looked > MostSeen || taken >= MostTaken) return;
                if (IsPassedOver(name)) continue;
                try
                {
                    One(at, above, name);
                }
                catch (IOException e)
                {
                    // What isn't ours to open or to rename keeps nobody else waiting.
                    trouble = e.Message;
                }
            }
        }

        void One(DirectoryHandle at, List<RawName> above, RawName name)
        {
            if (at.Look(name) is not { } facts) return;
            if (facts.IsDirectory && above.Count < MostDeep)
            {
                using var below = at.Enter(name);
                Walk(below, [.. above, name]);
            }
            // Neither links nor pipes; nor what has a second name, through which it could still be written.
            if (!facts.IsFile || facts.Links != 1) return;
            var key = string.Join('/', above.Append(name).Select(n => Convert.ToHexString(n.Bytes)));
            there.Add(key);
            if (!seen.TryGetValue((folder.Id, key), out var before) || before.Facts != facts) seen[(folder.Id, key)] = before = (facts, now);
            if (keeper.Clock.GetElapsedTime(before.Since, now) < (facts.Length == 0 ? settle * EmptyWaits : settle) || at.IsBeingWritten(name)) return;
            // Not the name decides whether it is new, but the renaming: one server gets it.
            using var aside = into.EnterOrMake(RawName.Of(Aside));
            var place = RawName.Of(RecordKeeper.NewId(keeper.Clock.GetUtcNow()).ToString());
            using var own = aside.EnterOrMake(place);
            using var to = own.Descend(above, make: true);
            var isOurs = false;
            try
            {
                isOurs = at.TryMove(name, to, name);
            }
            finally
            {
                if (!isOurs) FolderCarrier.RemoveEmpty(aside, place, above);
            }
            if (isOurs)
            {
                to.Flush();
                at.Flush();
                taken++;
            }
            seen.Remove((folder.Id, key));
            there.Remove(key);
        }
    }

    /// <summary>What programs write under a passing name until it is whole, and what systems leave behind.</summary>
    private static bool IsPassedOver(RawName name)
    {
        var text = name.ToString();
        return text.StartsWith('.') || text.StartsWith("~$", StringComparison.Ordinal) || LeftBehind.Contains(text)
            || Path.GetExtension(text).ToLowerInvariant() is ".tmp" or ".part" or ".partial" or ".crdownload" or ".filepart";
    }

    internal static IEnumerable<RawName> Names(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(RawName.Of);
}
