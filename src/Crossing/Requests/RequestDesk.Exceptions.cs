using Sekisho.Assurance;
using Sekisho.Crossing.Exceptions;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>Files that come through as they are (特例): asked for, scanned, decided.</summary>
public sealed partial class RequestDesk
{
    /// <summary>Asks to let a refused file through as it came (特例), with the reason.</summary>
    public Task<Outcome<CrossingRequest>> AskExceptionAsync(MunicipalityId municipality, ItemId item, string why, Actor actor, CancellationToken cancel) =>
        WithItemAsync(municipality, item, async (tx, request, its, at) =>
        {
            if (!await HoldsAsync(tx, request, actor, cancel)) return Refusals.NotYours;
            if (IsBad(why)) return Refusals.ReasonMissing;
            if (!request.Definition.HasExceptionPath || !its.CanBeExcepted || request.State is not (RequestState.Delivered or RequestState.NothingOut)) return Refusals.NoException;
            await tx.RunAsync("UPDATE crossing.item SET state = 'ExceptionAsked', exception_why = $2 WHERE id = $1", cancel, item.Value, why.Trim());
            await StepAsync(tx, request.Id, "crossing.exception-asked", at, actor, why, new { request.Number, its.Path, its.RefusalCode, sha256 = its.Report?.InputSha256 }, cancel);
            return null;
        }, cancel);

    /// <summary>Decides on an exception: the department's security officer or above, never the applicant. What is let through is what came, byte for byte, and scanned where the route has a scanner.</summary>
    public async Task<Outcome<CrossingRequest>> DecideExceptionAsync(MunicipalityId municipality, ItemId item, bool letThrough, string reason, Actor actor, CancellationToken cancel)
    {
        ScannedNow? scanned = null;
        if (letThrough)
        {
            // Asked before anything is locked: a large file takes the scanner a while, and who may not decide makes nobody scan.
            await using (var tx = await keeper.EnterAsync(municipality, cancel))
            {
                if (await RequestRows.ItemAsync(tx, item, lockRow: false, cancel) is not { } its || await RequestRows.ReadAsync(tx, its.Request, lockRow: false, cancel) is not { } request) return Refusals.Unknown;
                if ((await MayDecideExceptionAsync(tx, request, its, letThrough, reason, keeper.Clock.Now(), actor, cancel)).Refused is { } no) return no;
            }
            var look = await Scans.LookAsync(municipality, item, cancel);
            if (look is Outcome<ScannedNow?>.Refused { Why: var unscanned }) return unscanned;
            scanned = look.OrThrow();
            if (scanned is { Found: { } name })
            {
                await Scans.RecordAsync(municipality, item, scanned.Signatures, name, cancel);
                return Exceptions.Refusals.Infected(name);
            }
        }
        return await WithItemAsync(municipality, item, async (tx, request, its, at) =>
        {
            var (refused, asDeputyOf) = await MayDecideExceptionAsync(tx, request, its, letThrough, reason, at, actor, cancel);
            if (refused is not null) return refused;
            if (letThrough)
            {
                await tx.RunAsync("UPDATE crossing.item SET state = 'Admitted', result_id = original_id, output_path = path, outcome = 'admitted', exception_by = $2, exception_by_name = $3, exception_at = $4, exception_decided = $5 WHERE id = $1", cancel, item.Value, actor.Account, actor.Name, at, reason.Trim());
                await tx.RunAsync("UPDATE crossing.request SET state = 'Delivered', expires_at = greatest(expires_at, $2) WHERE id = $1", cancel, request.Id.Value, at + TimeSpan.FromDays(request.Definition.ExpiryDays));
                if (scanned is not null) await ExceptionScans.NoteAsync(tx, item, scanned.Signatures, null, at, cancel);
            }
            else
            {
                await tx.RunAsync("UPDATE crossing.item SET state = 'Refused' WHERE id = $1", cancel, item.Value);
            }
            await StepAsync(tx, request.Id, letThrough ? "crossing.exception-granted" : "crossing.exception-refused", at, actor, reason,
                new { request.Number, its.Path, its.RefusalCode, its.ExceptionWhy, sha256 = its.Report?.InputSha256, askedBy = request.AskedBy.Account, scannedBy = scanned?.Signatures }, cancel, asDeputyOf);
            return null;
        }, cancel);
    }

    private async Task<(Refusal? Refused, Post? AsDeputyOf)> MayDecideExceptionAsync(TenantTransaction tx, CrossingRequest request, CrossingItem its, bool letThrough, string reason, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        if (IsBad(reason)) return (Refusals.ReasonMissing, null);
        if (its.State != ItemState.ExceptionAsked || request.State is not (RequestState.Delivered or RequestState.NothingOut)) return (Refusals.WrongState, null);
        if (letThrough && !await IsOpenAsync(tx, request, cancel)) return (Refusals.RouteClosed, null);
        return await AuthorityAsync(tx, request with { Needs = Approval.Officer }, at, actor, cancel);
    }
}
