using Sekisho.Assurance;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Organisation;

namespace Sekisho.Crossing.Requests;

/// <summary>A file as a waiting person sees it: without its report.</summary>
public sealed record FileLook(ItemId Id, string Path, long Bytes, ItemState State);

/// <summary>How far a request is, file by file.</summary>
public sealed record RequestLook(CrossingRequest Request, IReadOnlyList<FileLook> Files)
{
    /// <summary>Files that are through the sanitiser.</summary>
    public int Through => Files.Count(f => f.State is not (ItemState.Receiving or ItemState.Received or ItemState.Queued or ItemState.Working));

    /// <summary>Files that are waiting for it, or in it.</summary>
    public int Left => Files.Count(f => f.State is ItemState.Queued or ItemState.Working);
}

/// <summary>Several files handed out together.</summary>
/// <param name="Content">Opens a file; the caller disposes what it gets. Reading may throw <see cref="VaultException"/>.</param>
public sealed record HandedOutPart(string Path, long Bytes, Sha256 Digest, Func<Stream> Content);

/// <summary>Everything of a request that can be fetched.</summary>
public sealed record HandedOutAll(string Number, DateTimeOffset At, IReadOnlyList<HandedOutPart> Parts);

/// <summary>What is asked again and again, and what is fetched at once.</summary>
public sealed partial class RequestDesk
{
    private const int MostNamed = 200;

    /// <summary>How far a request is. No report is read: a page that asks each second costs next to nothing.</summary>
    /// <returns>Null when there is none in sight.</returns>
    public async Task<RequestLook?> LookAsync(MunicipalityId municipality, RequestId id, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await RequestRows.ReadAsync(tx, id, lockRow: false, cancel) is not { } request || !await IsInSightAsync(tx, request, within, actor, cancel)) return null;
        return new(request, await tx.ListAsync("SELECT id, path, bytes, state FROM crossing.item WHERE request_id = $1 ORDER BY position", r => new FileLook(new(r.GetGuid(0)), r.GetString(1), r.GetInt64(2), r.Case<ItemState>(3)), cancel, id.Value));
    }

    /// <summary>Hands everything that came out to who asked for it, as one; a step of the request names each file.</summary>
    public async Task<Outcome<HandedOutAll>> HandOutAllAsync(MunicipalityId municipality, RequestId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await RequestRows.ReadAsync(tx, id, lockRow: true, cancel) is not { } request) return Refusals.Unknown;
        if (!await HoldsAsync(tx, request, actor, cancel)) return Refusals.NotYours;
        if (request.State != RequestState.Delivered || request.ExpiresAt <= at) return Refusals.NotToBeHad;
        if (!await IsOpenAsync(tx, request, cancel)) return Refusals.RouteClosed;
        // Of a message the files that wait by themselves, each once however often a password was given; where there are none, the message.
        var files = request.Definition.Mail is null ? [] : (await PartRows.ReadAsync(tx, id, cancel)).SelectMany(static i => i).DistinctBy(static p => (p.Path, p.Digest)).Select(static p => (p.Path, p.Blob)).ToList();
        if (files.Count == 0) files = await tx.ListAsync("SELECT output_path, result_id FROM crossing.item WHERE request_id = $1 AND state IN ('Out', 'Admitted') AND result_id IS NOT NULL ORDER BY position", r => (Path: r.GetString(0), Blob: new BlobId(r.GetGuid(1))), cancel, id.Value);
        var parts = new List<HandedOutPart>();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            foreach (var (path, result) in files)
            {
                if (await vault.FindAsync(tx, result, cancel) is not { Bytes: not null, Digest: not null } blob) return Refusals.NotToBeHad;
                parts.Add(new(Free(path, taken), blob.Bytes.Value, blob.Digest.Value, () => vault.Read(blob)));
            }
        }
        catch (VaultException)
        {
            return Refusals.VaultBroken;
        }
        if (parts.Count == 0) return Refusals.NotToBeHad;
        await StepAsync(tx, id, "crossing.fetched", at, actor, $"{parts.Count} 件をまとめて", new { request.Number, files = parts.Count, named = parts.Take(MostNamed).Select(p => new { p.Path, sha256 = p.Digest }) }, cancel);
        await tx.CommitAsync(cancel);
        return new HandedOutAll(request.Number, at, parts);
    }

    /// <summary>Null while what came out of a request may be fetched as far as its route is concerned.</summary>
    public async Task<Refusal?> ClosedAsync(MunicipalityId municipality, RequestId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RequestRows.ReadAsync(tx, id, lockRow: false, cancel) is { } request && !await IsOpenAsync(tx, request, cancel) ? Refusals.RouteClosed : null;
    }

    /// <summary>The path, with a number before its ending where another file has it: some disks don't tell A from a.</summary>
    private static string Free(string path, HashSet<string> taken)
    {
        if (taken.Add(path)) return path;
        var slash = path.LastIndexOf('/') + 1;
        var dot = path.LastIndexOf('.');
        var (stem, ending) = dot > slash ? (path[..dot], path[dot..]) : (path, "");
        for (var n = 2; ; n++)
            if (taken.Add($"{stem} ({n}){ending}")) return $"{stem} ({n}){ending}";
    }
}
