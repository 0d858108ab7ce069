using Sekisho.Assurance;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Systems;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>Looking at requests: one, a list, what a person may decide.</summary>
public sealed partial class RequestDesk
{
    /// <summary>One request with its files and steps. A person sees their own, and those of the sections in sight.</summary>
    /// <param name="within">Null: all sections.</param>
    /// <returns>Null when there is none in sight.</returns>
    public async Task<RequestDetail?> ReadAsync(MunicipalityId municipality, RequestId id, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (await RequestRows.ReadAsync(tx, id, lockRow: false, cancel) is not { } request || !await IsInSightAsync(tx, request, within, actor, cancel)) return null;
        var assets = await tx.ListAsync("SELECT asset_id FROM crossing.request_asset WHERE request_id = $1 ORDER BY position", r => new EntryId(r.GetGuid(0)), cancel, id.Value);
        var items = await RequestRows.ItemsAsync(tx, id, cancel);
        if (request.Definition.Mail is not null && await PartRows.ReadAsync(tx, id, cancel) is { Count: > 0 } parts) items = items.ConvertAll(i => i with { Parts = [.. parts[i.Id]] });
        return new(request, items, await RequestRows.StepsAsync(tx, id, cancel),
            assets.Count == 0 ? [] : await RegisterRows.ReadAsync(tx, RegisterCatalogue.Load()["assets"], assets, null, lockRows: false, cancel));
    }

    /// <summary>One file as it stands.</summary>
    public async Task<CrossingItem?> ItemAsync(MunicipalityId municipality, ItemId id, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RequestRows.ItemAsync(tx, id, lockRow: false, cancel) is { } item
            && await RequestRows.ReadAsync(tx, item.Request, lockRow: false, cancel) is { } request && request.AskedBy.Account == actor.Account ? item : null;
    }

    /// <summary>Which request a file belongs to; null when there is no such file.</summary>
    public async Task<RequestId?> RequestOfAsync(MunicipalityId municipality, ItemId id, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return (await RequestRows.ItemAsync(tx, id, lockRow: false, cancel))?.Request;
    }

    /// <summary>A page of requests, the newest first; of those to decide, the oldest.</summary>
    /// <param name="page">From 1.</param>
    public async Task<(IReadOnlyList<RequestLine> Lines, int Total)> ListAsync(MunicipalityId municipality, RequestView view, int page, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        if (view == RequestView.ToDecide)
        {
            var mine = await ToDecideAsync(tx, actor, cancel);
            return (await LinesAsync(tx, [.. mine.Skip((page - 1) * PageSize).Take(PageSize)], cancel), mine.Count);
        }
        (string Where, object?[] Values) its = view == RequestView.Mine
            ? ("q.asked_by = $1 AND NOT EXISTS (SELECT FROM crossing.message m WHERE m.municipality_id = q.municipality_id AND m.request_id = q.id)", [actor.Account])
            : ("($2::uuid[] IS NULL OR q.unit_id = ANY ($2) OR q.asked_by = $1) AND q.state <> 'Draft' AND NOT EXISTS (SELECT FROM crossing.message m WHERE m.municipality_id = q.municipality_id AND m.request_id = q.id)", [actor.Account, within is null ? null : RegisterRows.Ids(within)]);
        var total = (await tx.FirstAsync($"SELECT count(*) FROM crossing.request q WHERE {its.Where}", r => Tuple.Create(r.GetInt64(0)), cancel, its.Values))!.Item1;
        var requests = await tx.ListAsync($"{RequestRows.Select} WHERE {its.Where} ORDER BY q.sequence DESC LIMIT {PageSize} OFFSET {(page - 1) * PageSize}", RequestRows.Request, cancel, its.Values);
        return (await LinesAsync(tx, requests, cancel), (int)total);
    }

    /// <summary>How many this person may decide now.</summary>
    public async Task<int> CountToDecideAsync(MunicipalityId municipality, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return (await ToDecideAsync(tx, actor, cancel)).Count;
    }

    /// <summary>Waits until a request isn't as it was seen any more, or for that long; however many wait, the database is asked once for all of them.</summary>
    /// <returns>How far it is then; null when there is no such request. Who may see it is asked before.</returns>
    public Task<Progress?> ProgressAsync(MunicipalityId municipality, RequestId id, Progress seen, TimeSpan atMost, CancellationToken cancel) => watch.WaitAsync(municipality, id, seen, atMost, cancel);

    /// <summary>What waits for the sanitiser now: of this person, of the municipality, of all.</summary>
    public async Task<WaitingNow> WaitingAsync(MunicipalityId municipality, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await WaitingRoom.LookAsync(tx, actor.Account, cancel);
    }

    /// <summary>True when this person may decide this request, or an exception of it, now: or could, were its applicant known, which trying says.</summary>
    public async Task<bool> MayDecideAsync(MunicipalityId municipality, CrossingRequest request, bool exception, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await AuthorityAsync(tx, exception ? request with { Needs = Approval.Officer } : request, keeper.Clock.Now(), actor, cancel) is (null or { Code: "XNG-REQ-018" }, _);
    }

    /// <summary>Who can decide on a request that waits, the nearest first; of two people those who haven't yet. Empty: every post is vacant, and somebody must be named.</summary>
    /// <param name="exception">On an exception of it: an officer's matter.</param>
    public async Task<IReadOnlyList<Decider>> DecidersAsync(MunicipalityId municipality, CrossingRequest request, bool exception, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var asker = await AccountPeople.PersonOfAsync(tx, await SystemRows.PersonsAccountAsync(tx, request.AskedBy.Account, cancel), cancel);
        var all = await PostAuthority.DecidersAsync(tx, request.Unit, exception || request.Needs == Approval.Officer, asker, keeper.Clock.Now(), cancel);
        var before = exception ? [] : (await RequestRows.ApproversAsync(tx, request.Id, cancel)).ConvertAll(b => b.Person);
        return [.. all.Where(d => !before.Contains(d.Person)).DistinctBy(d => d.Person)];
    }

    private async Task<List<CrossingRequest>> ToDecideAsync(TenantTransaction tx, Actor actor, CancellationToken cancel)
    {
        // Everybody's home asks this, and most hold no post: they are told at once.
        if (!await PostAuthority.HoldsAnyAsync(tx, actor, keeper.Clock.Now(), cancel)) return [];
        var at = keeper.Clock.Now();
        // Sections for which nothing can be decided are left out by the database: what waits there, however much, hides nothing.
        var units = await tx.ListAsync($"SELECT DISTINCT q.unit_id FROM crossing.request q WHERE {Open}", r => r.IsDBNull(0) ? (UnitId?)null : new UnitId(r.GetGuid(0)), cancel);
        var (within, hasNone) = (new List<Guid>(), false);
        foreach (var unit in units)
        {
            if (!(await PostAuthority.OfAsync(tx, unit, actor, at, cancel)).IsManager) continue;
            if (unit is { } its) within.Add(its.Value);
            else hasNone = true;
        }
        if (within.Count == 0 && !hasNone) return [];
        var open = await tx.ListAsync($"{RequestRows.Select} WHERE {Open} AND (q.unit_id = ANY ($1) OR ($2 AND q.unit_id IS NULL)) ORDER BY q.sequence LIMIT 1000", RequestRows.Request, cancel, within.ToArray(), hasNone);
        var mine = new List<CrossingRequest>();
        foreach (var request in open)
        {
            var asked = request.State == RequestState.Waiting ? request : request with { Needs = Approval.Officer };
            // Somebody must see what waits, though it can't be approved before its applicant is known.
            if (await AuthorityAsync(tx, asked, at, actor, cancel) is (null or { Code: "XNG-REQ-018" }, _)) mine.Add(request);
        }
        return mine;
    }

    /// <summary>What waits for somebody.</summary>
    private const string Open = """
        (q.state = 'Waiting' OR (q.state IN ('Delivered', 'NothingOut') AND EXISTS (
          SELECT FROM crossing.item i WHERE i.municipality_id = q.municipality_id AND i.request_id = q.id AND i.state = 'ExceptionAsked')))
        """;

    private async Task<bool> IsInSightAsync(TenantTransaction tx, CrossingRequest request, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (request.AskedBy.Account == actor.Account) return true;
        if (request.State == RequestState.Draft) return false;
        // A section's manager sees what it sends; what its people receive, they alone.
        if (within is null || (request.Unit is { } unit && within.Contains(unit) && (request.Definition.Mail is null || !request.Definition.IsInward))) return true;
        if (request.Definition.Mail is not null && await HoldsAsync(tx, request, actor, cancel)) return true;
        // Who decides on it sees it, though the section is another's: the officer of the department above.
        return (await PostAuthority.OfAsync(tx, request.Unit, actor, keeper.Clock.Now(), cancel)).IsManager;
    }

    private static async Task<IReadOnlyList<RequestLine>> LinesAsync(TenantTransaction tx, List<CrossingRequest> requests, CancellationToken cancel)
    {
        var files = (await tx.ListAsync("""
            SELECT request_id, count(*), count(*) FILTER (WHERE state IN ('Out', 'Admitted')), (array_agg(path ORDER BY position))[1] FROM crossing.item WHERE request_id = ANY ($1) GROUP BY request_id
            """, r => (Id: r.GetGuid(0), Files: (int)r.GetInt64(1), Out: (int)r.GetInt64(2), First: r.GetString(3)), cancel, requests.Select(q => q.Id.Value).ToArray())).ToDictionary(f => f.Id);
        return [.. requests.Select(q => files.TryGetValue(q.Id.Value, out var f) ? new RequestLine(q, f.Files, f.Out, f.First) : new RequestLine(q, 0, 0, ""))];
    }
}
