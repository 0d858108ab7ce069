using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Systems;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>Requests opened: those of many people at once in one transaction (docs/adr/0192).</summary>
public sealed partial class RequestDesk
{
    private TownLanes<Opening, Outcome<CrossingRequest>> Openings => field ??= new(MostSubmissions, RecordOpeningsAsync);

    private async Task<IReadOnlyList<Outcome<CrossingRequest>>> RecordOpeningsAsync(MunicipalityId municipality, IReadOnlyList<Opening> all)
    {
        var cancel = CancellationToken.None;
        await using var tx = await keeper.EnterAsync(municipality, cancel).ConfigureAwait(false);
        var at = keeper.Clock.Now();
        var outcomes = new Outcome<CrossingRequest>[all.Count];
        var taken = new List<(int Place, Opening What, string? Class)>();
        var standing = new Dictionary<UnitId, bool>();
        for (var i = 0; i < all.Count; i++)
        {
            var (refused, itsClass) = await WrongAsync(all[i]).ConfigureAwait(false);
            if (refused is not null) outcomes[i] = refused;
            else taken.Add((i, all[i], itsClass));
        }
        if (taken.Count == 0) return outcomes;
        var first = await RegisterRows.TakeNumbersAsync(tx, "crossings", taken.Count, cancel).ConfigureAwait(false);
        var made = taken.Select((t, nth) => new CrossingRequest(
            new(RecordKeeper.NewId(at)), RequestRows.Number(first + nth), t.What.Route.Id, t.What.Route.Version, t.What.Route.Definition, RequestState.Draft, t.What.Unit, at, t.What.By, null, null,
            at + DraftLife, t.What.Purpose, t.What.Recipient, t.Class, null) { Origin = t.What.Origin, Urgency = t.What.Route.Definition.UrgencyFor(t.What.Wish) }).ToList();
        await tx.RunAsync("""
            INSERT INTO crossing.request (municipality_id, id, sequence, route_id, route_version, unit_id, state, opened_at, asked_by, asked_by_name, expires_at, purpose, recipient, class, origin, urgency)
            SELECT $1, q.id, $2 + q.nth::int - 1, q.route, q.version, q.unit, 'Draft', $3, q.by, q.name, $4, q.purpose, q.recipient, q.class, q.origin, q.urgency
            FROM unnest($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) WITH ORDINALITY AS q (id, route, version, unit, by, name, purpose, recipient, class, origin, urgency, nth)
            """, cancel, municipality.Value, first, at, at + DraftLife, made.Select(static m => m.Id.Value).ToArray(), made.Select(static m => m.Route.Value).ToArray(), made.Select(static m => m.RouteVersion).ToArray(), made.Select(static m => m.Unit?.Value).ToArray(),
            made.Select(static m => m.AskedBy.Account).ToArray(), made.Select(static m => m.AskedBy.Name).ToArray(), made.Select(static m => m.Purpose).ToArray(), made.Select(static m => m.Recipient).ToArray(), made.Select(static m => m.Class).ToArray(),
            made.Select(static m => m.Origin).ToArray(), made.Select(static m => (short)m.Urgency).ToArray()).ConfigureAwait(false);
        for (var i = 0; i < taken.Count; i++)
        {
            if (taken[i].What.Assets is { Length: > 0 } assets)
                await tx.RunAsync("INSERT INTO crossing.request_asset (municipality_id, request_id, position, asset_id) SELECT $1, $2, a.nth - 1, a.id FROM unnest($3) WITH ORDINALITY AS a (id, nth)", cancel, municipality.Value, made[i].Id.Value, assets.Select(static a => a.Value).ToArray()).ConfigureAwait(false);
            outcomes[taken[i].Place] = made[i];
        }
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return outcomes;

        async Task<(Refusal? Refused, string? Class)> WrongAsync(Opening what)
        {
            if (what.Unit is { } unit)
            {
                if (what.Within?.Contains(unit) == false) return (Refusals.UnknownUnit, null);
                if (!standing.TryGetValue(unit, out var stands)) standing[unit] = stands = await OrganisationRows.UnitAsync(tx, unit, JapaneseTime.Day(at), cancel).ConfigureAwait(false) is not null;
                if (!stands) return (Refusals.UnknownUnit, null);
            }
            var definition = what.Route.Definition;
            if (SystemId.Of(what.By.Account) is { } system && (await SystemRows.ReadAsync(tx, system, cancel).ConfigureAwait(false))?.Routes.Contains(definition.Key) != true) return (Systems.Refusals.NotItsRoute, null);
            // Said before the files are sent: what needs somebody's leave needs an applicant whom that person can be told apart from.
            if (definition.MayNeedLeave && await AccountPeople.PersonOfAsync(tx, await SystemRows.PersonsAccountAsync(tx, what.By.Account, cancel).ConfigureAwait(false), cancel).ConfigureAwait(false) is null) return (Refusals.UnknownAsker, null);
            if (what.Assets.Length == 0) return (null, null);
            var named = await RegisterRows.ReadAsync(tx, RegisterCatalogue.Load()["assets"], [.. what.Assets], what.Within, lockRows: false, cancel).ConfigureAwait(false);
            return named.Count != what.Assets.Length || named.Exists(static a => a.Retired is not null) ? (Refusals.AssetsMissing, null) : (null, TakeoutRules.Highest(named.Select(static a => a.Text("effective") ?? a.Text("confidentiality"))));
        }
    }

    /// <summary>A request that somebody opens, as far as it is right by itself.</summary>
    private sealed record Opening(Route Route, string Purpose, string Recipient, string Origin, EntryId[] Assets, UnitId? Unit, Urgency? Wish, IReadOnlyList<UnitId>? Within, Actor By);
}
