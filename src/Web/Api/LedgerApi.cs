using System.Globalization;
using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Municipalities;
using Sekisho.Storage;
using Sekisho.Web.Pages.Files;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Api;

/// <summary>The ledger: checkpoint and tiles at the paths of C2SP tlog-tiles, entries, proofs.</summary>
internal static class LedgerApi
{
    public static void MapLedger(this IEndpointRouteBuilder api)
    {
        var ledger = api.MapGroup("/ledger").RequireAuthorization(Allowed.ReadAssurance);
        ledger.MapGet("/tile/{level:int}/{**path}", TileAsync).Says("getTile", "Ledger", "タイル（C2SP tlog-tiles）", "A tile (C2SP tlog-tiles)").GivesContent(["application/octet-stream"], 404);
        ledger.MapGet("/tile/entries/{**path}", BundleAsync).Says("getEntryBundle", "Ledger", "タイルの記録（C2SP tlog-tiles）", "The entries under a tile (C2SP tlog-tiles)").GivesContent(["application/octet-stream"], 404);
        ledger.MapGet("/bundle", ExportAsync).Says("exportLedger", "Ledger", "監査用の束（ZIP）", "The whole ledger as a bundle for auditors (ZIP)").GivesContent(["application/zip"], 404);
        ledger.MapGet("/entries", ListAsync).Says("listEntries", "Ledger", "記録簿の記録の一覧（新しい順）", "List entries, newest first").Gives<IReadOnlyList<EntryModel>>();
        ledger.MapGet("/entries/{index:long}", GetAsync).Says("getEntry", "Ledger", "一つの記録", "One entry").Gives<EntryModel>(404);
        // A proof and the signed head tell hashes alone: who may read evidence may also check that it is kept.
        var proof = api.MapGroup("/ledger").RequireAuthorization(Allowed.ReadEvidence);
        proof.MapGet("/checkpoint", CheckpointAsync).Says("getCheckpoint", "Ledger", "署名つきチェックポイント（C2SP）", "The signed checkpoint (C2SP)").GivesContent(["text/plain"], 404);
        proof.MapGet("/proofs/inclusion", InclusionAsync).Says("proveInclusion", "Ledger", "包含証明", "Prove that an entry is in the ledger").Gives<InclusionModel>(404);
        ledger.MapGet("/proofs/consistency", ConsistencyAsync).Says("proveConsistency", "Ledger", "整合性証明", "Prove that the ledger only grew").Gives<ConsistencyModel>(404);
    }

    private static async Task<IResult> CheckpointAsync(HttpContext context, Database database, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(CurrentPerson.Of(context).Municipality, cancel);
        return await LedgerReader.HeadAsync(tenant, cancel) is { } head ? Results.Bytes(head.Note, "text/plain; charset=utf-8") : ApiProblems.NotFound;
    }

    private static async Task<IResult> TileAsync(HttpContext context, Database database, int level, string path, CancellationToken cancel)
    {
        if (!TryRead(level, path, out var tile)) return ApiProblems.NotFound;
        await using var tenant = await database.EnterAsync(CurrentPerson.Of(context).Municipality, cancel);
        return await LedgerReader.ReadTileAsync(tenant, tile, cancel) is { } bytes ? Results.Bytes(bytes, "application/octet-stream") : ApiProblems.NotFound;
    }

    private static async Task<IResult> BundleAsync(HttpContext context, Database database, string path, CancellationToken cancel)
    {
        if (!TryRead(0, path, out var tile)) return ApiProblems.NotFound;
        await using var tenant = await database.EnterAsync(CurrentPerson.Of(context).Municipality, cancel);
        return await LedgerReader.ReadBundleAsync(tenant, tile, cancel) is { } bytes ? Results.Bytes(bytes, "application/octet-stream") : ApiProblems.NotFound;
    }

    private static async Task ExportAsync(HttpContext context, Database database, NoteSigner signer, MunicipalityRegister municipalities)
    {
        if (!await LedgerDownload.SendAsync(context, database, signer, municipalities)) await ApiProblems.NotFound.WriteAsync(context);
    }

    private static async Task<IResult> ListAsync(HttpContext context, Database database, ulong? before, int? limit, string? subject, string? kind, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(CurrentPerson.Of(context).Municipality, cancel);
        var entries = await LedgerReader.ListAsync(tenant, new LedgerQuery(before, Math.Clamp(limit ?? 50, 1, 200), subject, kind), cancel);
        return Results.Ok(entries.Select(EntryModel.Of));
    }

    private static async Task<IResult> GetAsync(HttpContext context, Database database, long index, CancellationToken cancel)
    {
        if (index < 0) return ApiProblems.NotFound;
        await using var tenant = await database.EnterAsync(CurrentPerson.Of(context).Municipality, cancel);
        return await LedgerReader.ReadAsync(tenant, (ulong)index, cancel) is { } entry ? Results.Ok(EntryModel.Of(entry)) : ApiProblems.NotFound;
    }

    private static async Task<IResult> InclusionAsync(HttpContext context, Database database, ulong index, ulong? size, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(CurrentPerson.Of(context).Municipality, cancel);
        return await LedgerReader.ProveInclusionAsync(tenant, index, size, cancel) is { } proof
            ? Results.Ok(new InclusionModel(proof.Index, proof.Size, Text(proof.Root), Text(proof.Leaf), [.. proof.Path.Select(Text)])) : ApiProblems.NotFound;
    }

    private static async Task<IResult> ConsistencyAsync(HttpContext context, Database database, ulong size1, ulong? size2, CancellationToken cancel)
    {
        await using var tenant = await database.EnterAsync(CurrentPerson.Of(context).Municipality, cancel);
        return await LedgerReader.ProveConsistencyAsync(tenant, size1, size2, cancel) is { } proof
            ? Results.Ok(new ConsistencyModel(proof.Size1, proof.Size2, Text(proof.Root1), Text(proof.Root2), [.. proof.Path.Select(Text)])) : ApiProblems.NotFound;
    }

    /// <summary>Reads x001/x234/067 or x001/x234/067.p/12; false for any other spelling.</summary>
    internal static bool TryRead(int level, string untrustedPath, out TileId tile)
    {
        tile = default;
        var path = untrustedPath;
        var width = TileId.FullWidth;
        if (path.IndexOf(".p/", StringComparison.Ordinal) is >= 0 and var partial)
        {
            if (!int.TryParse(path.AsSpan(partial + 3), NumberStyles.None, CultureInfo.InvariantCulture, out width)) return false;
            path = path[..partial];
        }
        var digits = string.Concat(path.Split('/').Select(static part => part.TrimStart('x')));
        if (digits.Length > 18 || !ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || width is < 1 or > TileId.FullWidth || level is < 0 or > 7) return false;
        tile = new TileId(level, index, width);
        return tile.Path == $"tile/{level.ToString(CultureInfo.InvariantCulture)}/{untrustedPath}"; // one spelling only
    }

    private static string Text(Sha256 hash) => Convert.ToBase64String(hash.ToArray());
}

/// <summary>An entry (記録簿の記録).</summary>
/// <param name="Leaf">Leaf hash, Base64.</param>
/// <param name="At">Null, like the others, where the kept bytes aren't an entry: a row that was tampered with.</param>
/// <param name="Data">The bytes that are hashed, Base64.</param>
public sealed record EntryModel(ulong Index, string Leaf, DateTimeOffset? At, string? Kind, string? Actor, string? Subject, JsonElement? Body, string Data)
{
    public static EntryModel Of(KeptEntry kept) => new(
        kept.Index, Convert.ToBase64String(kept.Leaf.ToArray()), kept.Entry?.At, kept.Entry?.Kind, kept.Entry?.Actor, kept.Entry?.Subject, kept.Entry?.Body, Convert.ToBase64String(kept.Bytes.Span));
}

/// <summary>An inclusion proof in the form that <c>sekisho ledger check</c> reads. Hashes are Base64.</summary>
public sealed record InclusionModel(ulong LeafIdx, ulong TreeSize, string Root, string LeafHash, IReadOnlyList<string> Proof);

/// <summary>A consistency proof in the form that <c>sekisho ledger check</c> reads. Hashes are Base64.</summary>
public sealed record ConsistencyModel(ulong Size1, ulong Size2, string Root1, string Root2, IReadOnlyList<string> Proof);
