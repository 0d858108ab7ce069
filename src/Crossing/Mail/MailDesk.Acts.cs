using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>What senders and recipients do with their messages.</summary>
public sealed partial class MailDesk
{
    /// <summary>Passwords tried for one message: whoever doesn't know it by then asks the sender.</summary>
    private const int MostTries = 20;

    /// <summary>Stops a message that is held (取りやめ): its sender alone, until it is on the line.</summary>
    public Task<Outcome<CrossingRequest>> StopAsync(MunicipalityId municipality, RequestId request, Actor actor, CancellationToken cancel) =>
        OwnAsync(municipality, request, actor, async (tx, its, message, at) =>
        {
            if (message.State is not (MessageState.Kept or MessageState.Held)) return Refusals.TooLate;
            await StateAsync(tx, message.Id, MessageState.Stopped, at, cancel);
            await tx.RunAsync("SELECT crossing.posted($1)", cancel, [new[] { message.Id.Value }]);
            await tx.RunAsync("UPDATE crossing.request SET state = 'Withdrawn', settled_at = $2, passwords = NULL WHERE id = $1", cancel, request.Value, at);
            await requests.StepAsync(tx, request, "crossing.mail-stopped", at, actor, "", new { its.Number }, cancel);
            return null;
        }, cancel);

    /// <summary>Sends a held message without waiting any longer; what somebody must approve waits for that all the same.</summary>
    public Task<Outcome<CrossingRequest>> SendNowAsync(MunicipalityId municipality, RequestId request, Actor actor, CancellationToken cancel) =>
        OwnAsync(municipality, request, actor, async (tx, its, message, at) =>
        {
            if (message.State is not (MessageState.Kept or MessageState.Held) || message.HoldUntil is not { } until || until <= at) return Refusals.TooLate;
            await tx.RunAsync("UPDATE crossing.message SET hold_until = $2 WHERE id = $1", cancel, message.Id.Value, at);
            if (its.State == RequestState.Delivered) await MailRows.PointAsync(tx, [message.Id.Value], at, cancel);
            await requests.StepAsync(tx, request, "crossing.mail-released", at, actor, "", new { its.Number }, cancel);
            return null;
        }, cancel);

    /// <summary>Brings a message through the sanitiser once more with passwords for its locked files (PPAP): one of its recipients. What comes out is had on its page.</summary>
    /// <param name="passwords">One to twenty; kept sealed until the message is through, then forgotten.</param>
    public async Task<Outcome<CrossingRequest>> OpenAsync(MunicipalityId municipality, RequestId request, IReadOnlyList<string> passwords, Actor actor, CancellationToken cancel)
    {
        if (passwords.Count is 0 or > 20 || passwords.Any(static p => p is null || p.Length is 0 or > 200)) return Requests.Refusals.BadPassword;
        var outcome = await keeper.ActAsync<CrossingRequest>(municipality, [], async (tx, at) =>
        {
            if (await RequestRows.ReadAsync(tx, request, lockRow: true, cancel) is not { Definition.Mail: not null } its || !its.Definition.IsInward) return Requests.Refusals.Unknown;
            if (!await RequestDesk.HoldsAsync(tx, its, actor, cancel)) return Requests.Refusals.NotYours;
            var items = await RequestRows.ItemsAsync(tx, request, cancel);
            if (its.State is not (RequestState.Delivered or RequestState.NothingOut) || items.Exists(static i => i.State is not (ItemState.Out or ItemState.Refused))) return Requests.Refusals.WrongState;
            if (items.Count >= MostTries) return Refusals.TooManyTries;
            var again = new ItemId(RecordKeeper.NewId(at));
            var sealedPasswords = await vault.SealAsync(tx, Encoding.UTF8.GetBytes(RecordJson.Write(passwords)), request.Value, at, cancel);
            await tx.RunAsync("""
                INSERT INTO crossing.item (municipality_id, id, request_id, position, path, bytes, received, state, original_id, queued_at)
                SELECT municipality_id, $2, request_id, $3, path, bytes, bytes, 'Queued', original_id, $4 FROM crossing.item WHERE request_id = $1 AND position = 0
                """, cancel, request.Value, again.Value, items.Count, at);
            await tx.RunAsync("UPDATE crossing.request SET state = 'Working', passwords = $2 WHERE id = $1", cancel, request.Value, sealedPasswords);
            await WorkQueue.AddAsync(tx, [again], actor.Account, its.Urgency, at, cancel);
            await requests.StepAsync(tx, request, "crossing.mail-opened", at, actor, "", new { its.Number, attempt = items.Count }, cancel);
            return (await RequestRows.ReadAsync(tx, request, lockRow: false, cancel))!;
        }, cancel);
        if (outcome is Outcome<CrossingRequest>.Done) queue.Wake();
        return outcome;
    }

    /// <summary>True when something of a message wants a password.</summary>
    public static bool IsLocked(FileReport report) => report.NeedsPassword;

    private Task<Outcome<CrossingRequest>> OwnAsync(MunicipalityId municipality, RequestId id, Actor actor, Func<TenantTransaction, CrossingRequest, MailMessage, DateTimeOffset, Task<Refusal?>> act, CancellationToken cancel) =>
        keeper.ActAsync<CrossingRequest>(municipality, [], async (tx, at) =>
        {
            if (await RequestRows.ReadAsync(tx, id, lockRow: true, cancel) is not { } request) return Requests.Refusals.Unknown;
            if (await tx.FirstAsync(MailRows.Select + " WHERE m.request_id = $1 AND m.direction = 'Outward' FOR UPDATE", MailRows.Message, cancel, id.Value) is not { } message) return Requests.Refusals.Unknown;
            if (request.AskedBy.Account != actor.Account) return Requests.Refusals.NotYours;
            return await act(tx, request, message, at) is { } refused ? refused : (await RequestRows.ReadAsync(tx, id, lockRow: false, cancel))!;
        }, cancel);
}
