using Sekisho.Assurance;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>Files of a request: handed over in pieces that survive a bad line, and handed out.</summary>
public sealed partial class RequestDesk
{
    private const int MostFiles = 1000, MaxPath = 1000;

    /// <summary>1 TiB: nothing that is counted with can overflow below it.</summary>
    private const long MostBytes = 1L << 40;

    /// <summary>Announces a file; its bytes follow by <see cref="AppendAsync"/>.</summary>
    /// <returns>A refusal when it is too large, or more than its applicant, the section or the municipality may send or have here: said before the first byte.</returns>
    public async Task<Outcome<CrossingItem>> AddFileAsync(MunicipalityId municipality, RequestId id, string untrustedPath, long bytes, Actor actor, CancellationToken cancel)
    {
        if (untrustedPath.Length is 0 or > MaxPath || HasNul(untrustedPath) || bytes is < 0 or > MostBytes) return Refusals.BadName;
        var path = FileNames.CleanPath(untrustedPath);
        if (path.Length is 0 or > MaxPath) return Refusals.BadName;
        return await Announcements.RunAsync(municipality, new(id, path, bytes, actor)).WaitAsync(cancel);
    }

    /// <summary>Takes in more of a file. What was taken in stays when the line breaks: it goes on from <see cref="CrossingItem.Received"/>.</summary>
    /// <param name="offset">Where the sender goes on; must be what is here.</param>
    /// <returns>The file as it stands; <see cref="ItemState.Received"/> once every byte is on the disk and was read back.</returns>
    public async Task<Outcome<CrossingItem>> AppendAsync(MunicipalityId municipality, ItemId id, long offset, Stream untrusted, Actor actor, CancellationToken cancel)
    {
        var (present, its) = await Lookings.RunAsync(municipality, new(id, offset, actor)).WaitAsync(cancel);
        if (its is not { } blob) return present;
        var item = present.OrThrow();
        if (vault.FreeBytes < vault.Reserve / 2) return Refusals.Full;

        var more = false;
        long received;
        int? turn = 0;
        try
        {
            using var writer = await vault.ResumeAsync(blob, item.Received, async () => (turn = await TakeOverAsync(municipality, item, cancel)) is not null);
            if (writer is null) return Refusals.UploadBusy;
            var buffer = new byte[1 << 16];
            try
            {
                while (true)
                {
                    var room = item.Bytes - writer.Received;
                    var read = await untrusted.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, room + 1)), cancel).ConfigureAwait(false);
                    if (read == 0) break;
                    more = read > room;
                    await writer.WriteAsync(buffer.AsMemory(0, (int)Math.Min(read, room)), cancel).ConfigureAwait(false);
                    if (more) break;
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException && writer.Received > item.Received)
            {
                // The line broke: what came is kept, and the sender goes on from there.
            }
            received = writer.Received;
            if (received == item.Bytes) await writer.CompleteAsync(CancellationToken.None).ConfigureAwait(false);
            else if (received > item.Received) await writer.PauseAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (IOException e) when (e is not VaultException && vault.FreeBytes < vault.Reserve / 2)
        {
            return Refusals.Full;
        }
        catch (VaultException e) when (e.InnerException is IOException { HResult: 11 or 35 })
        {
            return Refusals.UploadBusy;
        }
        return await ConfirmAsync(municipality, item, blob, received, more, turn!.Value, CancellationToken.None);
    }

    /// <summary>Takes a file off a draft.</summary>
    public async Task<Outcome<CrossingRequest>> RemoveFileAsync(MunicipalityId municipality, ItemId id, Actor actor, CancellationToken cancel)
    {
        BlobId? gone = null;
        var outcome = await WithItemAsync(municipality, id, async (tx, request, item, at) =>
        {
            if (request.AskedBy.Account != actor.Account) return Refusals.NotYours;
            if (request.State != RequestState.Draft) return Refusals.WrongState;
            await tx.RunAsync("DELETE FROM crossing.item WHERE id = $1", cancel, id.Value);
            await FileVault.DestroyAsync(tx, [item.Original], at, cancel);
            await UnsentAsync(tx, request, [item], cancel);
            gone = item.Original;
            return null;
        }, cancel);
        if (gone is { } blob && outcome is Outcome<CrossingRequest>.Done) vault.Remove(municipality, blob);
        return outcome;
    }

    /// <summary>Hands out a harmless file to who asked for it; each time is a step of the request.</summary>
    public Task<Outcome<HandedOut>> HandOutAsync(MunicipalityId municipality, ItemId id, Actor actor, CancellationToken cancel) => HandOutAsync(municipality, id, null, actor, cancel);

    /// <summary>Hands out one file of a message that waits by itself, likewise.</summary>
    public Task<Outcome<HandedOut>> HandOutPartAsync(MunicipalityId municipality, ItemId id, int number, Actor actor, CancellationToken cancel) => HandOutAsync(municipality, id, number, actor, cancel);

    private async Task<Outcome<HandedOut>> HandOutAsync(MunicipalityId municipality, ItemId id, int? number, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        if (await RequestRows.ItemAsync(tx, id, lockRow: false, cancel) is not { } item || await RequestRows.ReadAsync(tx, item.Request, lockRow: true, cancel) is not { } request) return Refusals.Unknown;
        if (!await HoldsAsync(tx, request, actor, cancel)) return Refusals.NotYours;
        if (request.State != RequestState.Delivered || item.State is not (ItemState.Out or ItemState.Admitted) || request.ExpiresAt <= at || item.Result is not { } result) return Refusals.NotToBeHad;
        if (!await IsOpenAsync(tx, request, cancel)) return Refusals.RouteClosed;
        var part = number is null ? null : (await PartRows.ReadAsync(tx, request.Id, cancel))[id].FirstOrDefault(p => p.Number == number);
        if (number is not null && part is null) return Refusals.Unknown;
        var path = part?.Path ?? item.OutputPath!;
        Stream content;
        long bytes;
        Sha256 digest;
        try
        {
            if (await vault.FindAsync(tx, part?.Blob ?? result, cancel) is not { Bytes: not null, Digest: not null } blob) return Refusals.NotToBeHad;
            (bytes, digest, content) = (blob.Bytes.Value, blob.Digest.Value, vault.Read(blob));
        }
        catch (VaultException)
        {
            return Refusals.VaultBroken;
        }
        try
        {
            await StepAsync(tx, request.Id, "crossing.fetched", at, actor, Shortened(path), new { request.Number, path, sha256 = digest }, cancel);
            await tx.CommitAsync(cancel);
        }
        catch
        {
            await content.DisposeAsync();
            throw;
        }
        return new HandedOut(path[(path.LastIndexOf('/') + 1)..], bytes, digest, content);
    }

    /// <summary>The turn of this sender, after one whose connection may still be about to confirm: from here on that one can't, and nothing confirmed is written over.</summary>
    /// <returns>Null when it was confirmed meanwhile.</returns>
    /// <remarks>Until a file is handed in, its attempts are those of who sends it.</remarks>
    private async Task<int?> TakeOverAsync(MunicipalityId municipality, CrossingItem item, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var turn = await tx.FirstAsync("UPDATE crossing.item SET attempts = attempts + 1 WHERE id = $1 AND received = $2 AND state = 'Receiving' RETURNING attempts", r => Tuple.Create(r.GetInt32(0)), cancel, item.Id.Value, item.Received);
        await tx.CommitAsync(cancel);
        return turn?.Item1;
    }

    private async Task<Outcome<CrossingItem>> ConfirmAsync(MunicipalityId municipality, CrossingItem item, Blob blob, long received, bool more, int turn, CancellationToken cancel)
    {
        var whole = received == item.Bytes;
        // Read back from the disk: what is promised to be safe was seen to be there.
        var digest = whole ? await vault.DigestAsync(blob, received, cancel) : default;
        if (!await Confirmations.RunAsync(municipality, new(item, blob.Id, received, whole, digest, turn)).WaitAsync(cancel)) return Refusals.UploadBusy;
        vault.ForgetTails(blob, whole ? null : received);
        return more ? Refusals.MoreThanAnnounced : item with { Received = received, State = whole ? ItemState.Received : ItemState.Receiving };
    }

    /// <summary>As a note of a step holds it, no letter cut in two.</summary>
    internal static string Shortened(string path) => path.Length <= MaxText ? path : path[..(char.IsHighSurrogate(path[MaxText - 1]) ? MaxText - 1 : MaxText)];

    /// <summary>What was taken off before it was handed in doesn't count against the day on which it was sent.</summary>
    private static Task<int> UnsentAsync(TenantTransaction tx, CrossingRequest request, IReadOnlyList<CrossingItem> items, CancellationToken cancel) =>
        tx.RunAsync("""
            SELECT crossing.sent((b.made_at AT TIME ZONE 'Asia/Tokyo')::date, $2, $3, $4, -count(*), -sum(b.room)::bigint) FROM crossing.blob b WHERE b.id = ANY ($1) GROUP BY (b.made_at AT TIME ZONE 'Asia/Tokyo')::date
            """, cancel, items.Select(i => i.Original.Value).ToArray(), request.AskedBy.Account, request.Route.Value, request.Unit?.Value);
}
