using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>Requests handed in: those of many people at once in one transaction, with one signature of the ledger (docs/adr/0192).</summary>
public sealed partial class RequestDesk
{
    private const int MostSubmissions = 64;

    private TownLanes<Submission, Outcome<CrossingRequest>> Submissions => field ??= new(MostSubmissions, RecordSubmissionsAsync);

    /// <summary>Hands the request in: from here on the files are fixed, and workers take them.</summary>
    /// <param name="passwords">For encrypted files; kept sealed until the files are through, then forgotten.</param>
    public async Task<Outcome<CrossingRequest>> SubmitAsync(MunicipalityId municipality, RequestId id, IReadOnlyList<string> passwords, Actor actor, CancellationToken cancel)
    {
        if (passwords.Count > 20 || passwords.Any(p => p is null || p.Length is 0 or > 200)) return Refusals.BadPassword;
        var outcome = await Submissions.RunAsync(municipality, new(id, passwords, actor)).WaitAsync(cancel).ConfigureAwait(false);
        if (outcome is Outcome<CrossingRequest>.Done) queue.Wake();
        return outcome;
    }

    private async Task<IReadOnlyList<Outcome<CrossingRequest>>> RecordSubmissionsAsync(MunicipalityId municipality, IReadOnlyList<Submission> all)
    {
        var cancel = CancellationToken.None;
        await using var tx = await keeper.EnterAsync(municipality, cancel).ConfigureAwait(false);
        var at = keeper.Clock.Now();
        var ids = all.Select(static s => s.Id.Value).Distinct().ToArray();
        // In the order of their ids: everybody locks in this order.
        var requests = (await tx.ListAsync(RequestRows.Select + " WHERE q.id = ANY ($1) ORDER BY q.id FOR UPDATE OF q", RequestRows.Request, cancel, [ids]).ConfigureAwait(false)).ToDictionary(static r => r.Id);
        var files = (await tx.ListAsync("SELECT request_id, id, state, bytes FROM crossing.item WHERE request_id = ANY ($1) ORDER BY request_id, position",
            r => (Request: new RequestId(r.GetGuid(0)), Item: new ItemId(r.GetGuid(1)), State: r.Case<ItemState>(2), Bytes: r.GetInt64(3)), cancel, [ids]).ConfigureAwait(false)).ToLookup(static f => f.Request);
        var open = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var one in requests.Values)
            if (!open.ContainsKey(one.Definition.Key)) open[one.Definition.Key] = await IsOpenAsync(tx, one, cancel).ConfigureAwait(false);
        // The town's and everybody's share is looked at once for the group; a person's only where the town's wait is long enough for it to matter.
        var town = await WaitingRoom.LookAsync(tx, "", cancel).ConfigureAwait(false);
        var mine = new Dictionary<string, long>(StringComparer.Ordinal);
        var outcomes = new Outcome<CrossingRequest>[all.Count];
        var taken = new List<(Submission What, CrossingRequest Request, int Files, long Bytes)>();
        for (var i = 0; i < all.Count; i++)
        {
            var (what, its) = (all[i], files[all[i].Id].ToList());
            if (!requests.TryGetValue(what.Id, out var request)) outcomes[i] = Refusals.Unknown;
            else if (request.AskedBy.Account != what.Actor.Account) outcomes[i] = Refusals.NotYours;
            else if (request.State != RequestState.Draft) outcomes[i] = Refusals.WrongState;
            else if (!open[request.Definition.Key]) outcomes[i] = Refusals.RouteClosed;
            else if (its.Count == 0 || its.Exists(static f => f.State != ItemState.Received)) outcomes[i] = Refusals.NoFiles;
            else if (await BusyAsync(what.Actor.Account, its.Count).ConfigureAwait(false) is { } busy) outcomes[i] = busy;
            else
            {
                request = request with { State = RequestState.Working, SubmittedAt = at, ExpiresAt = at + TimeSpan.FromDays(request.Definition.ExpiryDays) };
                requests[request.Id] = request; // twice in one group: the second finds it handed in
                taken.Add((what, request, its.Count, its.Sum(static f => f.Bytes)));
                outcomes[i] = request;
            }
        }
        if (taken.Count == 0) return outcomes;
        var passwords = new byte[]?[taken.Count];
        for (var i = 0; i < taken.Count; i++)
            if (taken[i].What.Passwords is { Count: > 0 } some) passwords[i] = await vault.SealAsync(tx, Encoding.UTF8.GetBytes(RecordJson.Write(some)), taken[i].Request.Id.Value, at, cancel).ConfigureAwait(false);
        var handedIn = taken.Select(static t => t.Request.Id.Value).ToArray();
        await tx.RunAsync("""
            UPDATE crossing.request q SET state = 'Working', submitted_at = $2, passwords = s.passwords, expires_at = s.expires FROM unnest($1, $3, $4) AS s (id, passwords, expires) WHERE q.id = s.id
            """, cancel, handedIn, at, passwords, taken.Select(static t => t.Request.ExpiresAt).ToArray()).ConfigureAwait(false);
        await tx.RunAsync("UPDATE crossing.item SET state = 'Queued', queued_at = $2 WHERE request_id = ANY ($1)", cancel, handedIn, at).ConfigureAwait(false);
        await WorkQueue.AddAsync(tx, [.. taken.SelectMany(t => files[t.Request.Id].Select(f => (f.Item, t.What.Actor.Account, t.Request.Urgency)))], at, cancel).ConfigureAwait(false);
        var steps = taken.ConvertAll(static t => new NewStep(t.Request.Id, t.What.Actor, "", new
        {
            t.Request.Number, route = t.Request.Definition.Key, t.Request.Purpose, t.Request.Recipient, t.Request.Origin, t.Request.Urgency, @class = t.Request.Class, files = t.Files, bytes = t.Bytes,
        }));
        var first = await keeper.AppendAsync(tx, steps.ConvertAll(s => s.Entry("crossing.asked", at)), cancel).ConfigureAwait(false);
        await RequestRows.AddStepsAsync(tx, "crossing.asked", at, steps, first, cancel).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return outcomes;

        async Task<Refusal?> BusyAsync(string person, int more)
        {
            if (!mine.TryGetValue(person, out var own)) mine[person] = own = room.IsFar(town) ? 0 : (await WaitingRoom.LookAsync(tx, person, cancel).ConfigureAwait(false)).Mine;
            if (room.Judge(town with { Mine = own }, more, at) is { } busy) return busy;
            mine[person] = own + more;
            town = town with { Town = town.Town + more, Everybody = town.Everybody + more };
            return null;
        }
    }

    /// <summary>A request that its applicant hands in.</summary>
    private sealed record Submission(RequestId Id, IReadOnlyList<string> Passwords, Actor Actor);
}
