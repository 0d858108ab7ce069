using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Takeouts;

/// <content>Lists, what is to be done, and the daily reminder.</content>
public sealed partial class TakeoutDesk
{
    private static readonly Actor Self = Actor.System("takeouts");

    /// <param name="page">From 1.</param>
    public async Task<TakeoutPage> ListAsync(MunicipalityId municipality, TakeoutView view, int page, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var day = JapaneseTime.Day(keeper.Clock.Now());
        var counts = await TakeoutRows.CountsAsync(tx, day, within, cancel);
        return new(await TakeoutRows.ListAsync(tx, view, day, within, Math.Max(0, page - 1) * PageSize, PageSize, cancel), counts, counts[view]);
    }

    /// <summary>Null when there is none such, or not for this person.</summary>
    public async Task<TakeoutDetail?> ReadAsync(MunicipalityId municipality, TakeoutId id, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await TakeoutRows.ReadAsync(tx, id, within, lockRow: false, cancel) is { } takeout
            ? new(takeout, await TakeoutRows.AssetsAsync(tx, id, cancel), await TakeoutRows.StepsAsync(tx, id, cancel)) : null;
    }

    /// <summary>Whether this person may decide on it: what the page shows buttons by.</summary>
    public async Task<bool> MayDecideAsync(MunicipalityId municipality, Takeout takeout, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        // Shown where only the applicant is unknown: trying says so.
        return await AuthorityAsync(tx, takeout, keeper.Clock.Now(), actor, cancel) is (null or { Code: "REC-TKO-018" }, _);
    }

    /// <summary>What this person has to do about take-outs, the most pressing first: their own, and of those they see what waits for them as a manager.</summary>
    public async Task<IReadOnlyList<TakeoutTask>> TasksAsync(MunicipalityId municipality, Actor actor, IReadOnlyList<UnitId>? within, bool isManager, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var day = JapaneseTime.Day(at);
        var standsIn = !isManager && await PostAuthority.HoldsAnyAsync(tx, actor, at, cancel);
        var tasks = new List<TakeoutTask>();
        foreach (var t in await TakeoutRows.OpenAsync(tx, within, cancel))
        {
            var mine = t.AskedBy.Account == actor.Account;
            if (t.IsOverdue(day) && (mine || isManager)) tasks.Add(new(TakeoutTaskKind.BringBack, t));
            else if (t.State == TakeoutState.Out && mine) tasks.Add(new(TakeoutTaskKind.Return, t));
            else if (t.State == TakeoutState.Approved && mine && t.DueOn >= day) tasks.Add(new(TakeoutTaskKind.GoOut, t));
            else if (t.State == TakeoutState.Back && !mine && isManager) tasks.Add(new(TakeoutTaskKind.Check, t));
            if ((t.State == TakeoutState.Asked || t.ExtensionOn is not null) && (isManager || standsIn) && await AuthorityAsync(tx, t, at, actor, cancel) is (null or { Code: "REC-TKO-018" }, _)) tasks.Add(new(TakeoutTaskKind.Decide, t));
        }
        return [.. tasks.OrderBy(t => t.Kind switch { TakeoutTaskKind.BringBack => 0, TakeoutTaskKind.Decide => 1, TakeoutTaskKind.Check => 2, TakeoutTaskKind.Return => 3, _ => 4 }).ThenBy(t => t.Takeout.DueOn)];
    }

    /// <summary>Once a day each overdue take-out is chased: a step of its own, for the ledger and for its page.</summary>
    /// <returns>How many were chased now.</returns>
    public async Task<int> ChaseAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var at = keeper.Clock.Now();
        var day = JapaneseTime.Day(at);
        // Several servers may do the same round: who comes second finds nothing left.
        var due = await tx.ListAsync("UPDATE records.takeout SET chased_on = $1 WHERE state = 'Out' AND due_on < $1 AND (chased_on IS NULL OR chased_on < $1) RETURNING id, sequence, due_on, asked_by_name",
            r => (Id: new TakeoutId(r.GetGuid(0)), Number: TakeoutRows.Number(r.GetInt32(1)), DueOn: r.GetFieldValue<DateOnly>(2), Name: r.GetString(3)), cancel, day);
        foreach (var t in due.OrderBy(t => t.Number, StringComparer.Ordinal))
            await StepAsync(tx, t.Id, "takeout.chased", at, Self, "", new { t.Number, t.DueOn, days = day.DayNumber - t.DueOn.DayNumber, toldTo = t.Name }, cancel);
        await tx.CommitAsync(cancel);
        return due.Count;
    }

    /// <summary>The same for all municipalities of the installation.</summary>
    public async Task<int> ChaseAllAsync(CancellationToken cancel)
    {
        var chased = 0;
        await keeper.EachMunicipalityAsync(async municipality => chased += await ChaseAsync(municipality, cancel), cancel);
        return chased;
    }
}
