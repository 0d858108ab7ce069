using System.Net;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Crossing.Zones;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Storage;

namespace Sekisho.Crossing.Pictures;

/// <summary>Which of the two.</summary>
public enum PictureSide
{
    /// <summary>無害化の前.</summary>
    Before,

    /// <summary>無害化の後.</summary>
    After,
}

/// <summary>A picture of a file's first page.</summary>
/// <param name="Type">image/jpeg, image/png, image/gif or image/webp.</param>
public sealed record FilePicture(string Type, byte[] Bytes);

/// <summary>How a file begins, before and after (前後の絵); null where it can't be drawn.</summary>
public sealed record FilePictures(CrossingRequest Request, CrossingItem Item, FilePicture? Before, FilePicture? After)
{
    /// <summary>Why the one before isn't shown at this terminal; null when it may be.</summary>
    public Refusal? BeforeHeld { get; init; }

    /// <summary>The same for the one after.</summary>
    public Refusal? AfterHeld { get; init; }

    /// <summary>Why there is none of it before, where it isn't held.</summary>
    public Bilingual NoneBefore => NoPicture.Of(Item.Report?.Type);

    /// <summary>Why there is none of it after.</summary>
    public Bilingual NoneAfter => Item.State == ItemState.Out ? NoPicture.Of(Item.Report?.OutputType) : new("渡せるファイルがありません。", "Nothing came out.");
}

/// <summary>Pictures of files, drawn in the sandbox when somebody wants to compare, and kept sealed as long as the results are (docs/adr/0115).</summary>
/// <remarks>The original never leaves: what comes out of the worker that met it is rebuilt by another one before anybody sees it.</remarks>
public sealed class PictureDesk : IDisposable
{
    private const int AtATime = 200;

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly RequestDesk desk;
    private readonly ZoneDoor door;

    // Drawing is dear, and nobody waits for more than one.
    private readonly SemaphoreSlim one = new(1);

    internal PictureDesk(RecordKeeper keeper, FileVault vault, RequestDesk desk, ZoneDoor door) => (this.keeper, this.vault, this.desk, this.door) = (keeper, vault, desk, door);

    /// <summary>Where sandboxes come from; null on a host that has none: there, only pictures that were drawn before are shown.</summary>
    public Func<CancellationToken, Task<SanitizerPool>>? Pool { get; set; }

    /// <summary>Both pictures of a file, for who asked for it and who may decide on it, at a terminal that may see them.</summary>
    /// <param name="from">The terminal's address. What it may not see isn't drawn for it either.</param>
    public async Task<Outcome<FilePictures>> OfAsync(MunicipalityId municipality, ItemId id, IReadOnlyList<UnitId>? within, IPAddress? from, Actor actor, CancellationToken cancel)
    {
        if (await desk.RequestOfAsync(municipality, id, cancel) is not { } its || await desk.ReadAsync(municipality, its, within, actor, cancel) is not { } detail) return Requests.Refusals.Unknown;
        var (request, item) = (detail.Request, detail.Items.Single(i => i.Id == id));
        if (request.State is not (RequestState.Waiting or RequestState.Delivered or RequestState.NothingOut)) return Requests.Refusals.NotToBeHad;
        var mayDecide = request.State == RequestState.Waiting
            ? await desk.MayDecideAsync(municipality, request, exception: false, actor, cancel)
            : item.State == ItemState.ExceptionAsked && await desk.MayDecideAsync(municipality, request, exception: true, actor, cancel);
        if (request.AskedBy.Account != actor.Account && !mayDecide) return Requests.Refusals.Unknown;
        var (beforeHeld, afterHeld) = (await door.PictureAsync(municipality, request, isOriginal: true, from, cancel), await door.PictureAsync(municipality, request, isOriginal: false, from, cancel));
        if (beforeHeld is not null && afterHeld is not null) return afterHeld;
        return new FilePictures(request, item, beforeHeld is null ? await PictureAsync(municipality, item, PictureSide.Before, item.Original, cancel) : null,
            afterHeld is null && item.State == ItemState.Out && item.Result is { } result ? await PictureAsync(municipality, item, PictureSide.After, result, cancel) : null) { BeforeHeld = beforeHeld, AfterHeld = afterHeld };
    }

    /// <summary>Destroys pictures of what can't be fetched any more. May be broken off and run again.</summary>
    internal async Task<int> DestroyAsync(MunicipalityId town, CancellationToken cancel)
    {
        var all = 0;
        while (true)
        {
            List<BlobId> due;
            await using (var tx = await keeper.EnterAsync(town, cancel))
            {
                due = await tx.ListAsync("""
                    SELECT b.id FROM crossing.picture p
                    JOIN crossing.item i ON i.municipality_id = p.municipality_id AND i.id = p.item_id
                    JOIN crossing.request q ON q.municipality_id = i.municipality_id AND q.id = i.request_id
                    JOIN crossing.blob b ON b.municipality_id = p.municipality_id AND b.id = p.blob_id AND b.sealed_key IS NOT NULL
                    WHERE q.state IN ('Expired', 'Withdrawn', 'Refused') ORDER BY b.id LIMIT $1 FOR UPDATE OF b SKIP LOCKED
                    """, r => new BlobId(r.GetGuid(0)), cancel, AtATime);
                if (due.Count == 0) return all;
                await FileVault.DestroyAsync(tx, due, keeper.Clock.Now(), cancel);
                await tx.CommitAsync(cancel);
            }
            foreach (var blob in due) vault.Remove(town, blob);
            all += due.Count;
        }
    }

    public void Dispose() => one.Dispose();

    private async Task<FilePicture?> PictureAsync(MunicipalityId town, CrossingItem item, PictureSide side, BlobId source, CancellationToken cancel)
    {
        if (await KeptAsync(town, item.Id, side, cancel) is { } kept) return kept.Item1;
        if (Pool is null) return null;
        await one.WaitAsync(cancel);
        try
        {
            if (await KeptAsync(town, item.Id, side, cancel) is { } drawn) return drawn.Item1;
            Blob? blob;
            await using (var tx = await keeper.EnterAsync(town, cancel)) blob = await vault.FindAsync(tx, source, cancel);
            if (blob is not { Bytes: not null }) return null;
            DrawnPicture? picture;
            await using (var content = vault.Read(blob)) picture = await (await Pool(cancel)).PictureAsync(item.Path, content, cancel);
            return await KeepAsync(town, item.Id, side, picture is null ? null : new FilePicture(picture.Type, picture.Bytes), cancel);
        }
        catch (VaultException)
        {
            return null;
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Null: nobody has tried. A tuple of null: it was tried and can't be drawn, or it is destroyed.</summary>
    private async Task<Tuple<FilePicture?>?> KeptAsync(MunicipalityId town, ItemId item, PictureSide side, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel);
        var row = await tx.FirstAsync("SELECT blob_id, type FROM crossing.picture WHERE item_id = $1 AND side = $2", r => Tuple.Create(r.IsDBNull(0) ? (Guid?)null : r.GetGuid(0), r.GetString(1)), cancel, item.Value, side);
        if (row is null) return null;
        if (row.Item1 is not { } id || await vault.FindAsync(tx, new BlobId(id), cancel) is not { Bytes: not null } blob) return Tuple.Create<FilePicture?>(null);
        await using var content = vault.Read(blob);
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, cancel);
        return Tuple.Create<FilePicture?>(new(row.Item2, bytes.ToArray()));
    }

    private async Task<FilePicture?> KeepAsync(MunicipalityId town, ItemId item, PictureSide side, FilePicture? picture, CancellationToken cancel)
    {
        var at = keeper.Clock.Now();
        Blob? blob = null;
        if (picture is not null)
        {
            blob = FileVault.New(town, at);
            using var writer = vault.Write(blob);
            await writer.WriteAsync(picture.Bytes, cancel);
            await writer.CompleteAsync(cancel);
        }
        await using var tx = await keeper.EnterAsync(town, cancel);
        if (blob is not null) await vault.RecordAsync(tx, BlobPurpose.Picture, [(blob, picture!.Bytes.Length, Sha256.Of(picture.Bytes))], at, cancel);
        await tx.RunAsync("INSERT INTO crossing.picture (municipality_id, item_id, side, blob_id, type, made_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING", cancel, town.Value, item.Value, side, blob?.Id.Value, picture?.Type ?? "", at);
        await tx.CommitAsync(cancel);
        return picture;
    }
}
