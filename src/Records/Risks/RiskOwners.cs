using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Risks;

/// <summary>What those do who were named to treat a risk (リスクの担当者): they see theirs, and say when it is done.</summary>
public sealed class RiskOwners
{
    private readonly RecordKeeper keeper;
    private readonly RegisterBook registers;

    internal RiskOwners(RecordKeeper keeper, RegisterBook registers) => (this.keeper, this.registers) = (keeper, registers);

    /// <summary>The risks whose treatment is this person's: what isn't done first, by its day.</summary>
    public async Task<IReadOnlyList<Risk>> OwnAsync(MunicipalityId municipality, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is { } person ? await OwnAsync(tx, person, cancel) : [];
    }

    /// <summary>Says that the treatment is done. Only its owner says so here; officers write in the register.</summary>
    /// <param name="seen">The risk as the owner saw it.</param>
    public async Task<Outcome<RegisterEntry>> DoneAsync(MunicipalityId municipality, EntryVersion seen, Actor actor, CancellationToken cancel)
    {
        DateOnly day;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            day = JapaneseTime.Day(keeper.Clock.Now());
            if (await AccountPeople.PersonOfAsync(tx, actor.Account, cancel) is not { } person) return Refusals.NotOwner;
            if ((await OwnAsync(tx, person, cancel)).FirstOrDefault(r => r.Entry.Id == seen.Id) is not { } risk) return Refusals.NotOwner;
            if (risk.State is not (RiskState.UnderTreatment or RiskState.Overdue)) return Refusals.NothingToFinish;
        }
        var draft = EntryDraft.Of(("done_on", day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        return (await registers.ChangeAsync(municipality, RiskRules.Key, seen, draft, null, actor, cancel)).Plain();
    }

    private async Task<IReadOnlyList<Risk>> OwnAsync(TenantTransaction tx, PersonId person, CancellationToken cancel)
    {
        var definition = registers.Catalogue[RiskRules.Key];
        var entries = await tx.ListAsync($"{RegisterRows.Select} JOIN records.register_link l ON l.municipality_id = e.municipality_id AND l.from_id = e.id AND l.field = 'owner' AND l.to_person = $1 WHERE e.register = $2 AND e.retired_at IS NULL",
            r => RegisterRows.Entry(r, definition), cancel, person.Value, RiskRules.Key);
        if (entries.Count == 0) return [];
        var (scale, day) = (await RiskRows.ScaleAsync(tx, cancel), JapaneseTime.Day(keeper.Clock.Now()));
        var names = new Dictionary<EntryId, string>();
        foreach (var (register, key) in new[] { (RiskRules.Groups, "group"), (RiskRules.Threats, "threat") })
            foreach (var named in await RegisterRows.ReadAsync(tx, registers.Catalogue[register], [.. entries.Select(e => e.Entry(key)!.Value).Distinct()], null, lockRows: false, cancel)) names[named.Id] = named.Title;
        var risks = new List<Risk>();
        foreach (var entry in entries) risks.Add(RiskRows.Of(entry, names, scale, (await RiskRows.AcceptancesAsync(tx, entry.Id, cancel)).FirstOrDefault(), null, day));
        return [.. risks.OrderBy(r => r.Entry.Day("done_on") is not null).ThenBy(r => r.Entry.Day("due") ?? DateOnly.MaxValue).ThenBy(r => r.Entry.Number, StringComparer.Ordinal)];
    }
}
