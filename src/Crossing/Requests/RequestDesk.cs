using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Exceptions;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Traces;
using Sekisho.Crossing.Systems;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Separation;
using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>Requests to cross (授受の申請): opened, filled with files, handed in, decided, taken back.</summary>
/// <remarks><c>within</c> is what a person sees, as in <see cref="RegisterBook"/>: outside of it there is nothing.</remarks>
public sealed partial class RequestDesk
{
    public const int PageSize = 50;

    private const int MaxText = 500, MaxRecipient = 200, MostAssets = 20;

    /// <summary>A draft that nobody hands in is given up after this.</summary>
    private static readonly TimeSpan DraftLife = TimeSpan.FromHours(24);

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly RouteBook routes;
    private readonly WorkQueue queue;
    private readonly WaitingRoom room;
    private readonly ProgressWatch watch;

    /// <summary>Told when a request of mail is settled.</summary>
    internal MailDesk Mail { get; set; } = null!;

    /// <summary>Asked before a file is let through as it came.</summary>
    internal ExceptionScans Scans { get; set; } = null!;

    /// <summary>How the vault is shared out.</summary>
    internal VaultShares Shares { get; }

    internal RequestDesk(RecordKeeper keeper, FileVault vault, RouteBook routes, WorkQueue queue, WaitingLimits limits, VaultShares shares, ProgressWatch watch) =>
        (this.keeper, this.vault, this.routes, this.queue, room, Shares, this.watch) = (keeper, vault, routes, queue, new(limits), shares, watch);

    /// <summary>Opens a request; files are added to it next.</summary>
    public async Task<Outcome<CrossingRequest>> OpenAsync(MunicipalityId municipality, RequestDraft untrusted, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (await routes.FindAsync(municipality, untrusted.Route, cancel) is not { IsOpen: true } route || route.Definition.Kind != RouteKind.Files || !await routes.IsExceptedAsync(municipality, route.Definition, cancel)) return Refusals.RouteClosed;
        var definition = route.Definition;
        var (purpose, recipient, origin, assets) = (untrusted.Purpose.Trim(), untrusted.Recipient.Trim(), untrusted.Origin.Trim(), untrusted.Assets?.Distinct().ToArray() ?? []);
        if (purpose.Length > MaxText || recipient.Length > MaxRecipient || origin.Length > MaxRecipient || HasNul(purpose) || HasNul(recipient) || HasNul(origin)) return Refusals.TextMissing;
        if ((definition.AsksPurpose && purpose.Length == 0) || (definition.AsksAssets && recipient.Length == 0)) return Refusals.TextMissing;
        if (assets.Length > MostAssets || (definition.AsksAssets && assets.Length == 0)) return Refusals.AssetsMissing;
        return await Openings.RunAsync(municipality, new(route, purpose, recipient, origin, assets, untrusted.Unit, untrusted.Wish, within, actor)).WaitAsync(cancel);
    }

    /// <summary>Lets it cross. By post, and never by the applicant.</summary>
    public Task<Outcome<CrossingRequest>> ApproveAsync(MunicipalityId municipality, RequestId id, string note, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, async (tx, request, at) =>
        {
            if (request.State != RequestState.Waiting) return Refusals.WrongState;
            if (note.Trim().Length > MaxText || HasNul(note)) return Refusals.ReasonMissing;
            if (!await IsOpenAsync(tx, request, cancel)) return Refusals.RouteClosed;
            var (refused, asDeputyOf) = await AuthorityAsync(tx, request, at, actor, cancel);
            if (refused is not null) return refused;
            var enough = await IsEnoughAsync(tx, request, at, actor, cancel);
            if (enough) await tx.RunAsync("UPDATE crossing.request SET state = 'Delivered', settled_at = $2, expires_at = $3 WHERE id = $1", cancel, id.Value, at, at + TimeSpan.FromDays(request.Definition.ExpiryDays));
            if (enough) await Mail.SettledAsync(tx, [(request, RequestState.Delivered)], note.Trim(), at, cancel);
            await StepAsync(tx, id, "crossing.approved", at, actor, note, new { request.Number, askedBy = request.AskedBy.Account, request.Needs, isEnough = enough, results = await DigestsAsync(tx, id, cancel) }, cancel, asDeputyOf);
            return null;
        }, cancel);

    /// <summary>Doesn't let it cross, with the reason.</summary>
    public Task<Outcome<CrossingRequest>> RefuseAsync(MunicipalityId municipality, RequestId id, string reason, Actor actor, CancellationToken cancel) =>
        ChangeAsync(municipality, id, async (tx, request, at) =>
        {
            if (IsBad(reason)) return Refusals.ReasonMissing;
            if (request.State != RequestState.Waiting) return Refusals.WrongState;
            var (refused, asDeputyOf) = await AuthorityAsync(tx, request, at, actor, cancel);
            // To say no, nobody needs to know who asked.
            if (refused is not null && refused != Refusals.UnknownAsker) return refused;
            await tx.RunAsync("UPDATE crossing.request SET state = 'Refused', settled_at = $2 WHERE id = $1", cancel, id.Value, at);
            await Mail.SettledAsync(tx, [(request, RequestState.Refused)], reason.Trim(), at, cancel);
            await StepAsync(tx, id, "crossing.refused", at, actor, reason, new { request.Number, askedBy = request.AskedBy.Account }, cancel, asDeputyOf);
            return null;
        }, cancel);

    /// <summary>Takes it back, until somebody has decided.</summary>
    public Task<Outcome<CrossingRequest>> WithdrawAsync(MunicipalityId municipality, RequestId id, Actor actor, CancellationToken cancel) =>
        OwnAsync(municipality, id, actor, async (tx, request, at) =>
        {
            // A message that comes in is others' as well.
            if (request.State is not (RequestState.Draft or RequestState.Waiting) || request.Definition is { Mail: not null, IsInward: true }) return Refusals.WrongState;
            await tx.RunAsync("UPDATE crossing.request SET state = 'Withdrawn', settled_at = $2, passwords = NULL WHERE id = $1", cancel, id.Value, at);
            if (request.State == RequestState.Draft) await UnsentAsync(tx, request, await RequestRows.ItemsAsync(tx, id, cancel), cancel);
            await Mail.SettledAsync(tx, [(request, RequestState.Withdrawn)], "", at, cancel);
            await StepAsync(tx, id, "crossing.withdrawn", at, actor, "", new { request.Number }, cancel);
            return null;
        }, cancel);

    /// <summary>A route that was closed since, or whose waiver is over, lets nothing more across.</summary>
    internal async Task<bool> IsOpenAsync(TenantTransaction tx, CrossingRequest request, CancellationToken cancel) =>
        await RouteBook.ReadAsync(tx, request.Definition.Key, cancel) is { IsOpen: true } now && await routes.IsExceptedAsync(tx.Municipality, now.Definition, cancel);

    /// <summary>Null when this person may decide it now.</summary>
    private static async Task<(Refusal? Refused, Post? AsDeputyOf)> AuthorityAsync(TenantTransaction tx, CrossingRequest request, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        var askedBy = await SystemRows.PersonsAccountAsync(tx, request.AskedBy.Account, cancel);
        if (!SeparationOfDuties.Load().Allows(Duty.Approve, actor, [new DutyDone(Duty.Apply, askedBy)], out _)) return (Refusals.SamePerson, null);
        var asker = await AccountPeople.PersonOfAsync(tx, askedBy, cancel);
        var authority = await PostAuthority.OfAsync(tx, request.Unit, actor, at, cancel, asker);
        if (authority.Person is not { } person) return (Refusals.NoAuthority, null);
        if (asker == person || (request.Definition.Mail is not null && await HoldsAsync(tx, request, actor, cancel))) return (Refusals.SamePerson, null);
        if (request.State == RequestState.Waiting && (await RequestRows.ApproversAsync(tx, request.Id, cancel)).Exists(b => b.Account == actor.Account || b.Person == person)) return (Refusals.SamePerson, null);
        var byOfficer = request.Needs == Approval.Officer;
        if (!(byOfficer ? authority.IsOfficer : authority.IsManager)) return (Refusals.NoAuthority, null);
        // Whoever asked must be known as a person, too: a second account of one's own, linked to nobody, would let anybody approve for themselves.
        return (asker is null ? Refusals.UnknownAsker : null, byOfficer ? authority.OfficerAsDeputyOf : authority.ManagerAsDeputyOf);
    }

    /// <summary>True for who asked; of a message, for its recipients as well.</summary>
    internal static async Task<bool> HoldsAsync(TenantTransaction tx, CrossingRequest request, Actor actor, CancellationToken cancel) =>
        request.AskedBy.Account == actor.Account || (request.Definition.Mail is not null && await tx.FirstAsync("""
            SELECT r.position FROM crossing.message m JOIN crossing.message_recipient r ON r.municipality_id = m.municipality_id AND r.message_id = m.id WHERE m.request_id = $1 AND r.account = $2 LIMIT 1
            """, r => Tuple.Create(r.GetInt32(0)), cancel, request.Id.Value, actor.Account) is not null);

    /// <summary>Of two people the one is of the section, the other above it: two posts, whoever stands in for them.</summary>
    private static async Task<bool> IsEnoughAsync(TenantTransaction tx, CrossingRequest request, DateTimeOffset at, Actor actor, CancellationToken cancel)
    {
        if (request.Needs != Approval.TwoPeople) return true;
        var before = await RequestRows.ApproversAsync(tx, request.Id, cancel);
        if (before.Count == 0) return false;
        var asker = await AccountPeople.PersonOfAsync(tx, await SystemRows.PersonsAccountAsync(tx, request.AskedBy.Account, cancel), cancel);
        var now = await PostAuthority.OfAsync(tx, request.Unit, actor, at, cancel, asker);
        // Who approved before did it by what they held then: a deputy's days may be over since.
        foreach (var (account, _, on) in before)
            if (PostAuthority.AreTwo(await PostAuthority.OfAsync(tx, request.Unit, new Actor(account, ""), on, cancel, asker), now)) return true;
        return false;
    }

    private static Task<List<string>> DigestsAsync(TenantTransaction tx, RequestId id, CancellationToken cancel) =>
        tx.ListAsync("SELECT encode(b.sha256, 'hex') FROM crossing.item i JOIN crossing.blob b ON b.municipality_id = i.municipality_id AND b.id = i.result_id WHERE i.request_id = $1 ORDER BY i.position LIMIT 200", r => r.GetString(0), cancel, id.Value);

    private static bool IsBad(string text) => text.Trim().Length is 0 or > MaxText || HasNul(text);

    private static bool HasNul(string text) => text.Contains('\0', StringComparison.Ordinal);

    internal async Task StepAsync(TenantTransaction tx, RequestId id, string kind, DateTimeOffset at, Actor actor, string note, object facts, CancellationToken cancel, Post? asDeputyOf = null)
    {
        var index = await keeper.AppendAsync(tx, at, kind, actor, $"crossing/{id}", asDeputyOf is null ? (object)new { note = note.Trim(), facts } : new { note = note.Trim(), facts, asDeputyOf }, cancel);
        await tx.RunAsync("""
            INSERT INTO crossing.step (municipality_id, request_id, ordinal, kind, at, by, by_name, note, ledger_index, person_id, deputy_of)
            SELECT $1, $2, coalesce(max(ordinal), 0) + 1, $3, $4, $5, $6, $7, $8, (SELECT person_id FROM records.account_person WHERE account = $5), $9 FROM crossing.step WHERE request_id = $2
            """, cancel, tx.Municipality.Value, id.Value, kind, at, actor.Account, actor.Name, note.Trim(), index, asDeputyOf);
        if (kind is "crossing.approved" or "crossing.exception-granted") await TraceRows.NameAsync(tx, id, actor, cancel);
    }

    /// <summary>Two people at once: the second waits, and finds it as the first left it.</summary>
    private Task<Outcome<CrossingRequest>> ChangeAsync(MunicipalityId municipality, RequestId id, Func<TenantTransaction, CrossingRequest, DateTimeOffset, Task<Refusal?>> act, CancellationToken cancel) =>
        keeper.ActAsync<CrossingRequest>(municipality, [], async (tx, at) =>
        {
            if (await RequestRows.ReadAsync(tx, id, lockRow: true, cancel) is not { } request) return Refusals.Unknown;
            return await act(tx, request, at) is { } refused ? refused : (await RequestRows.ReadAsync(tx, id, lockRow: false, cancel))!;
        }, cancel);

    private Task<Outcome<CrossingRequest>> OwnAsync(MunicipalityId municipality, RequestId id, Actor actor, Func<TenantTransaction, CrossingRequest, DateTimeOffset, Task<Refusal?>> act, CancellationToken cancel) =>
        ChangeAsync(municipality, id, (tx, request, at) => request.AskedBy.Account == actor.Account ? act(tx, request, at) : Task.FromResult<Refusal?>(Refusals.NotYours), cancel);

    private Task<Outcome<CrossingRequest>> WithItemAsync(MunicipalityId municipality, ItemId item, Func<TenantTransaction, CrossingRequest, CrossingItem, DateTimeOffset, Task<Refusal?>> act, CancellationToken cancel) =>
        keeper.ActAsync<CrossingRequest>(municipality, [], async (tx, at) =>
        {
            // The request first, then its file: everybody locks in this order.
            if (await RequestRows.ItemAsync(tx, item, lockRow: false, cancel) is not { } seen || await RequestRows.ReadAsync(tx, seen.Request, lockRow: true, cancel) is not { } request) return Refusals.Unknown;
            if (await RequestRows.ItemAsync(tx, item, lockRow: true, cancel) is not { } its) return Refusals.Unknown;
            return await act(tx, request, its, at) is { } refused ? refused : (await RequestRows.ReadAsync(tx, request.Id, lockRow: false, cancel))!;
        }, cancel);
}
