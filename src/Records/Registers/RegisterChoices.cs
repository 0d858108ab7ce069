using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers;

/// <summary>A unit to choose from.</summary>
/// <param name="Path">With what stands above it: 町長部局 ／ 総務部 ／ 総務課.</param>
/// <param name="Depth">0 for an agency.</param>
public sealed record UnitChoice(UnitId Id, string Name, string Path, int Depth);

/// <summary>How many entries of a register there are for a person, and what waits.</summary>
/// <param name="Unconfirmed">Not confirmed since the moment asked for; 0 for a register that isn't confirmed.</param>
/// <param name="Due">With a day that is over, or will be by the day asked for, in a field where past days stand out.</param>
public sealed record RegisterCount(string Register, long Entries, long Unconfirmed, long Due);

/// <summary>What people choose from while they fill registers in, and what waits in them (選択肢と件数).</summary>
/// <remarks>People and entries are offered in the spelling in which the forms read them back; entries of all units by number and title, since a section's asset may stand on another's system.</remarks>
public sealed class RegisterChoices(RecordKeeper keeper, RegisterCatalogue catalogue)
{
    /// <summary>More than these are not offered: the person types more instead.</summary>
    public const int Most = 50;

    /// <summary>Units that stand on a day, each after the one above it.</summary>
    /// <param name="within">Only these; null: all.</param>
    public async Task<IReadOnlyList<UnitChoice>> UnitsAsync(MunicipalityId municipality, DateOnly day, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var units = await OrganisationRows.UnitsAsync(tx, cancel);
        var children = units.Where(u => u.StandsOn(day)).ToLookup(u => u.Parent);
        var shown = within?.ToHashSet();
        var choices = new List<UnitChoice>();
        Add(null, "", 0);
        return choices;

        void Add(UnitId? parent, string above, int depth)
        {
            foreach (var unit in children[parent])
            {
                var path = above.Length == 0 ? unit.Name : $"{above} ／ {unit.Name}";
                if (shown?.Contains(unit.Id) != false) choices.Add(new(unit.Id, unit.Name, path, depth));
                Add(unit.Id, path, depth + 1);
            }
        }
    }

    /// <summary>People who are here on a day and whose name or number has the text in it: 山田 花子（1001）.</summary>
    public async Task<IReadOnlyList<string>> PeopleAsync(MunicipalityId municipality, string untrustedText, DateOnly day, CancellationToken cancel)
    {
        var text = PersonText.Of(untrustedText.Trim()).Name;
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await tx.ListAsync("""
            SELECT p.name, coalesce(p.number, u.name) FROM records.person p JOIN records.unit u ON u.municipality_id = p.municipality_id AND u.id = p.unit_id
            WHERE p.begins_on <= $1 AND (p.ends_on IS NULL OR p.ends_on > $1)
              AND (strpos(replace(replace(p.name, ' ', ''), '　', ''), $2) > 0 OR strpos(coalesce(p.number, ''), $2) = 1)
            ORDER BY p.name, p.number LIMIT $3
            """, r => $"{r.GetString(0)}（{r.GetString(1)}）", cancel, day, text, Most);
    }

    /// <summary>Entries in use of a register that a text finds: AST-0001 住民基本台帳.</summary>
    public async Task<IReadOnlyList<string>> EntriesAsync(MunicipalityId municipality, string register, string untrustedText, CancellationToken cancel)
    {
        if (catalogue.Find(register) is not { } definition) return [];
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var (entries, _) = await RegisterListing.ListAsync(tx, definition, new RegisterQuery(untrustedText, PageSize: Most), null, cancel);
        return [.. entries.Select(e => $"{e.Number} {e.Title}")];
    }

    /// <summary>Of each register that has entries in use.</summary>
    /// <param name="confirmedSince">Entries confirmed before, or never, wait for their confirmation.</param>
    /// <param name="dueBy">Days until this one are due.</param>
    public async Task<IReadOnlyDictionary<string, RegisterCount>> CountAsync(
        MunicipalityId municipality, DateTimeOffset confirmedSince, DateOnly dueBy, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        object?[] values = [confirmedSince, dueBy.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)];
        if (within is not null) values = [.. values, RegisterRows.Ids(within)];
        var due = catalogue.Registers.SelectMany(r => Days(r).Select(f => $"e.register = '{r.Key}' AND (e.fields ->> '{f.Key}') COLLATE \"C\" <= $2")).ToList();
        var counts = await tx.ListAsync($"""
            SELECT e.register, count(*), count(*) FILTER (WHERE e.confirmed_at IS NULL OR e.confirmed_at < $1), count(*) FILTER (WHERE $2 <> '' AND ({(due.Count == 0 ? "false" : string.Join(" OR ", due))}))
            FROM records.register_entry e WHERE e.retired_at IS NULL{(within is null ? "" : " AND e.unit_id = ANY ($3)")} GROUP BY e.register
            """, r => new RegisterCount(r.GetString(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3)), cancel, values);
        return counts.Where(c => catalogue.Find(c.Register) is not null)
            .ToDictionary(c => c.Register, c => catalogue[c.Register].IsConfirmedYearly ? c : c with { Unconfirmed = 0 }, StringComparer.Ordinal);
    }

    /// <summary>The date fields of a register in which a past day stands out: 期限.</summary>
    public static IEnumerable<RegisterField> Days(RegisterDefinition register) => register.Fields.Where(f => f is { Kind: FieldKind.Date, Highlight: FieldHighlight.Past });
}
