using Npgsql;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Storage;

namespace Sekisho.Crossing.Links;

/// <summary>Identity of a link.</summary>
public readonly record struct LinkId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>A link to make.</summary>
/// <param name="Item">Null: all that came out of the request.</param>
/// <param name="Life">How long it holds; cut off where the files expire.</param>
/// <param name="MostUses">How many files may be fetched by it; null: any number until it is over.</param>
public sealed record LinkDraft(RequestId Request, ItemId? Item, TimeSpan Life, int? MostUses);

/// <summary>A link (期限付きリンク), without its secret.</summary>
public sealed record CrossingLink(LinkId Id, RequestId Request, ItemId? Item, DateTimeOffset MadeAt, Actor MadeBy, DateTimeOffset ExpiresAt, int? MostUses, int Uses, DateTimeOffset? RevokedAt)
{
    public bool WorksAt(DateTimeOffset at) => RevokedAt is null && at < ExpiresAt && (MostUses is null || Uses < MostUses);
}

/// <summary>What somebody who opens a link sees.</summary>
/// <param name="Items">What may be fetched by it.</param>
public sealed record LinkView(CrossingLink Link, CrossingRequest Request, IReadOnlyList<CrossingItem> Items);

/// <summary>Results for another member of staff, by a link that is over some time (期限付きリンク). Who opens it signs in; each file fetched is a step of the request.</summary>
/// <remarks>The link names, it doesn't empower: it works within the municipality alone, for people who are signed in, and what was approved for the route is all that it reaches.</remarks>
public sealed class LinkDesk
{
    private static readonly TimeSpan Shortest = TimeSpan.FromHours(1);

    private const string Select = "SELECT id, request_id, item_id, made_at, made_by, made_by_name, expires_at, most_uses, uses, revoked_at FROM crossing.link";

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly RequestDesk desk;

    internal LinkDesk(RecordKeeper keeper, FileVault vault, RequestDesk desk) => (this.keeper, this.vault, this.desk) = (keeper, vault, desk);

    /// <summary>Makes a link; only who asked for the request may.</summary>
    /// <returns>Its secret, which can't be shown again, and what is kept about it.</returns>
    public Task<Outcome<(string Secret, CrossingLink Link)>> MakeAsync(MunicipalityId municipality, LinkDraft draft, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<(string, CrossingLink)>(municipality, [], async (tx, at) =>
        {
            if (await RequestRows.ReadAsync(tx, draft.Request, lockRow: true, cancel) is not { } request) return Requests.Refusals.Unknown;
            if (request.AskedBy.Account != actor.Account) return Requests.Refusals.NotYours;
            if (request.State != RequestState.Delivered || request.ExpiresAt <= at + Shortest || await ItemsAsync(tx, draft.Request, draft.Item, cancel) is not { Count: > 0 } items) return Refusals.NothingToLink;
            if (draft.Life < Shortest || draft.Life > TimeSpan.FromDays(400) || draft.MostUses is < 1 or > 1000) return Refusals.BadTerm;
            var until = RecordedTime.Cut(at + draft.Life < request.ExpiresAt ? at + draft.Life : request.ExpiresAt);
            var (id, secret) = (new LinkId(RecordKeeper.NewId(at)), OneTimeSecret.Create());
            await tx.RunAsync("INSERT INTO crossing.link (municipality_id, id, request_id, item_id, secret_hash, made_at, made_by, made_by_name, expires_at, most_uses) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                cancel, municipality.Value, id.Value, request.Id.Value, draft.Item?.Value, OneTimeSecret.Hash(secret), at, actor.Account, actor.Name, until, draft.MostUses);
            await desk.StepAsync(tx, request.Id, "crossing.linked", at, actor, "", new { request.Number, link = id, files = items.Select(i => i.OutputPath), expiresAt = until, draft.MostUses }, cancel);
            return (secret, (await tx.FirstAsync(Select + " WHERE id = $1", Row, cancel, id.Value))!);
        }, cancel);

    /// <summary>Stops a link at once; only who made it may.</summary>
    public Task<Outcome<CrossingLink>> RevokeAsync(MunicipalityId municipality, LinkId id, Actor actor, CancellationToken cancel) =>
        keeper.ActAsync<CrossingLink>(municipality, [], async (tx, at) =>
        {
            if (await tx.FirstAsync(Select + " WHERE id = $1", Row, cancel, id.Value) is not { RevokedAt: null } link || await RequestRows.ReadAsync(tx, link.Request, lockRow: true, cancel) is not { } request) return Refusals.Unknown;
            if (link.MadeBy.Account != actor.Account) return Requests.Refusals.NotYours;
            await tx.RunAsync("UPDATE crossing.link SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", cancel, id.Value, at);
            await desk.StepAsync(tx, link.Request, "crossing.link-stopped", at, actor, "", new { request.Number, link = id }, cancel);
            return link with { RevokedAt = at };
        }, cancel);

    /// <summary>Those of a request, the newest first.</summary>
    public async Task<IReadOnlyList<CrossingLink>> ListAsync(MunicipalityId municipality, RequestId request, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync(Select + " WHERE request_id = $1 ORDER BY made_at DESC, id DESC", Row, cancel, request.Value);
    }

    /// <summary>What a link leads to; refused when it doesn't work any more.</summary>
    public async Task<Outcome<LinkView>> ReadAsync(MunicipalityId municipality, string untrustedSecret, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await FindAsync(tx, untrustedSecret, lockRows: false, keeper.Clock.Now(), cancel) is { } view ? view : Refusals.Gone;
    }

    /// <summary>Hands out a file by a link to a member of staff; counted, and a step of the request with both names.</summary>
    public async Task<Outcome<HandedOut>> HandOutAsync(MunicipalityId municipality, string untrustedSecret, ItemId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await FindAsync(tx, untrustedSecret, lockRows: true, at, cancel) is not { } view || view.Items.FirstOrDefault(i => i.Id == id) is not { Result: { } result } item) return Refusals.Gone;
        if (!await desk.IsOpenAsync(tx, view.Request, cancel)) return Requests.Refusals.RouteClosed;
        Stream content;
        long bytes;
        Sha256 digest;
        try
        {
            if (await vault.FindAsync(tx, result, cancel) is not { Bytes: not null, Digest: not null } blob) return Requests.Refusals.NotToBeHad;
            (bytes, digest, content) = (blob.Bytes.Value, blob.Digest.Value, vault.Read(blob));
        }
        catch (VaultException)
        {
            return Requests.Refusals.VaultBroken;
        }
        try
        {
            await tx.RunAsync("UPDATE crossing.link SET uses = uses + 1 WHERE id = $1", cancel, view.Link.Id.Value);
            var name = item.OutputPath!;
            await desk.StepAsync(tx, view.Request.Id, "crossing.fetched-by-link", at, actor, RequestDesk.Shortened(name), new { view.Request.Number, path = name, sha256 = digest, link = view.Link.Id, madeBy = view.Link.MadeBy.Account }, cancel);
            await tx.CommitAsync(cancel);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
        return new HandedOut(item.OutputPath![(item.OutputPath!.LastIndexOf('/') + 1)..], bytes, digest, content);
    }

    private static async Task<LinkView?> FindAsync(TenantTransaction tx, string untrustedSecret, bool lockRows, DateTimeOffset at, CancellationToken cancel)
    {
        if (untrustedSecret.Length is 0 or > 100) return null;
        // The request first, then what hangs on it: everybody locks in this order.
        if (await tx.FirstAsync(Select + " WHERE secret_hash = $1", Row, cancel, OneTimeSecret.Hash(untrustedSecret)) is not { } seen) return null;
        if (await RequestRows.ReadAsync(tx, seen.Request, lockRows, cancel) is not { State: RequestState.Delivered } request || request.ExpiresAt <= at) return null;
        var link = lockRows ? await tx.FirstAsync(Select + " WHERE id = $1 FOR UPDATE", Row, cancel, seen.Id.Value) : seen;
        return link is not null && link.WorksAt(at) ? new(link, request, await ItemsAsync(tx, link.Request, link.Item, cancel)) : null;
    }

    /// <summary>What may be handed on. What an exception let through as it came goes to the one who asked for it alone.</summary>
    private static async Task<List<CrossingItem>> ItemsAsync(TenantTransaction tx, RequestId request, ItemId? only, CancellationToken cancel) =>
        [.. (await RequestRows.ItemsAsync(tx, request, cancel)).Where(i => i.State == ItemState.Out && (only is null || i.Id == only))];

    private static CrossingLink Row(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), new(r.GetGuid(1)), r.IsDBNull(2) ? null : new ItemId(r.GetGuid(2)), r.Moment(3), r.By(4), r.Moment(6), r.IsDBNull(7) ? null : r.GetInt32(7), r.GetInt32(8), r.MomentOrNull(9));
}
