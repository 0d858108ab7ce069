using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers;

/// <summary>What texts in reference fields stand for (参照先の読取り): units, people and entries by id, by number, or by a name that only one has.</summary>
internal sealed class References
{
    private readonly Dictionary<(FieldKind Kind, string? Of, string Text), Reading> readings;

    private References(Dictionary<(FieldKind, string?, string), Reading> readings) => this.readings = readings;

    public static References None { get; } = new([]);

    /// <param name="Id">Null where nothing, or more than one, is meant.</param>
    /// <param name="Several">How many are meant.</param>
    /// <param name="IsGone">It is closed, left or retired.</param>
    public readonly record struct Reading(Guid? Id, int Several, bool IsGone);

    public Reading Find(FieldKind kind, string? of, string text) =>
        readings.GetValueOrDefault((kind == FieldKind.Entries ? FieldKind.Entry : kind, of, text));

    /// <summary>Looks up all that the drafts name, in a few queries however many there are.</summary>
    public static async Task<References> LoadAsync(TenantTransaction tx, RegisterDefinition register, IReadOnlyCollection<EntryDraft> drafts, DateOnly day, CancellationToken cancel)
    {
        var readings = new Dictionary<(FieldKind, string?, string), Reading>();
        var wanted = new Dictionary<(FieldKind Kind, string? Of), HashSet<string>>();
        foreach (var draft in drafts)
        {
            Want(draft, RegisterDefinition.UnitKey, FieldKind.Unit, null);
            foreach (var field in register.Fields.Where(f => f.Kind is FieldKind.Unit or FieldKind.Person or FieldKind.Entry or FieldKind.Entries))
                Want(draft, field.Key, field.Kind == FieldKind.Entries ? FieldKind.Entry : field.Kind, field.Of);
        }
        foreach (var (key, texts) in wanted)
        {
            switch (key.Kind)
            {
                case FieldKind.Unit:
                    await UnitsAsync(tx, texts, day, readings, cancel);
                    break;
                case FieldKind.Person:
                    await PeopleAsync(tx, texts, day, readings, cancel);
                    break;
                default:
                    await EntriesAsync(tx, key.Of!, texts, readings, cancel);
                    break;
            }
        }
        return readings.Count == 0 ? None : new(readings);

        void Want(EntryDraft draft, string key, FieldKind kind, string? of)
        {
            if (!draft.Untrusted.TryGetValue(key, out var texts)) return;
            foreach (var text in FieldReader.Pieces(texts, of is not null && register.Find(key)?.IsMany == true))
            {
                if (!wanted.TryGetValue((kind, of), out var set)) wanted[(kind, of)] = set = new(StringComparer.Ordinal);
                set.Add(text);
            }
        }
    }

    private static async Task UnitsAsync(TenantTransaction tx, HashSet<string> texts, DateOnly day, Dictionary<(FieldKind, string?, string), Reading> readings, CancellationToken cancel)
    {
        var units = await OrganisationRows.UnitsAsync(tx, cancel);
        var names = new UnitNames(units);
        var byId = units.ToDictionary(u => u.Id.Value);
        foreach (var text in texts)
        {
            if (Guid.TryParse(text, out var id))
            {
                readings[(FieldKind.Unit, null, text)] = byId.TryGetValue(id, out var known) ? new(id, 1, !known.StandsOn(day)) : default;
                continue;
            }
            var named = names.Find(text);
            var standing = named.Where(u => u.StandsOn(day)).ToList();
            readings[(FieldKind.Unit, null, text)] = Choose(standing, named, u => u.Id.Value);
        }
    }

    private static async Task PeopleAsync(TenantTransaction tx, HashSet<string> texts, DateOnly day, Dictionary<(FieldKind, string?, string), Reading> readings, CancellationToken cancel)
    {
        // 「山田 花子（1001）」 and 「山田 花子（総務課）」: the part in brackets tells namesakes apart.
        var asked = texts.ToDictionary(t => t, PersonText.Of, StringComparer.Ordinal);
        var ids = asked.Values.Where(p => p.Id is not null).Select(p => p.Id!.Value).ToArray();
        var plain = asked.Values.Where(p => p.Id is null).SelectMany(p => new[] { p.Name, p.Bracket }).OfType<string>().Distinct().ToArray();
        var people = await tx.ListAsync("""
            SELECT p.id, p.name, p.number, u.name, p.ends_on FROM records.person p JOIN records.unit u ON u.municipality_id = p.municipality_id AND u.id = p.unit_id
            WHERE p.id = ANY ($1) OR p.number = ANY ($2) OR replace(replace(p.name, ' ', ''), '　', '') = ANY ($2)
            """, r => (Id: r.GetGuid(0), Name: PersonText.Squeeze(r.GetString(1)), Number: r.TextOrNull(2), Unit: r.GetString(3), EndsOn: r.DayOrNull(4)), cancel, ids, plain);
        foreach (var (text, person) in asked)
        {
            var named = people.Where(p => person.Id is { } id ? p.Id == id
                : person.Bracket is { } bracket ? p.Name == person.Name && (p.Number == bracket || p.Unit == bracket)
                : p.Number == person.Name || p.Name == person.Name).ToList();
            readings[(FieldKind.Person, null, text)] = Choose([.. named.Where(p => p.EndsOn is null || p.EndsOn > day)], named, p => p.Id);
        }
    }

    private static async Task EntriesAsync(TenantTransaction tx, string of, HashSet<string> texts, Dictionary<(FieldKind, string?, string), Reading> readings, CancellationToken cancel)
    {
        var asked = texts.ToDictionary(t => t, t => (Id: Guid.TryParse(t, out var id) ? id : (Guid?)null, Number: FieldReader.NumberAtStart(t), Title: SearchFold.Of(t)), StringComparer.Ordinal);
        // By three indexes, one after the other: joined by OR they would be looked up in none. A number is found by its place in the order of its register.
        var sequences = asked.Values.Select(a => SequenceOf(a.Number)).OfType<int>().Distinct().ToArray();
        const string Found = "SELECT id, number, title_folded, retired_at IS NOT NULL FROM records.register_entry WHERE municipality_id = $5 AND register = $1";
        var entries = await tx.ListAsync($"{Found} AND id = ANY ($2) UNION {Found} AND sequence = ANY ($3) UNION {Found} AND title_folded = ANY ($4)",
            r => (Id: r.GetGuid(0), Number: r.GetString(1), Title: r.GetString(2), IsGone: r.GetBoolean(3)), cancel, of,
            asked.Values.Where(a => a.Id is not null).Select(a => a.Id!.Value).ToArray(), sequences,
            asked.Values.Where(a => a.Title.Length > 0).Select(a => a.Title).Distinct().ToArray(), tx.Municipality.Value);
        var (byId, byNumber, byTitle) = (entries.ToDictionary(e => e.Id), entries.ToDictionary(e => e.Number, StringComparer.Ordinal), entries.ToLookup(e => e.Title, StringComparer.Ordinal));
        foreach (var (text, entry) in asked)
        {
            var named = entry.Id is { } id && byId.TryGetValue(id, out var known) ? [known]
                : entry.Number is { } number && byNumber.TryGetValue(number, out var numbered) ? [numbered]
                : byTitle[entry.Title].ToList();
            readings[(FieldKind.Entry, of, text)] = Choose([.. named.Where(e => !e.IsGone)], named, e => e.Id);
        }
    }

    /// <summary>AST-0012 → 12. The number that is found still has to be spelled the same.</summary>
    private static int? SequenceOf(string? number) =>
        number is not null && int.TryParse(number.AsSpan(number.IndexOf('-', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : null;

    private static Reading Choose<T>(List<T> present, IReadOnlyList<T> all, Func<T, Guid> id) => (present.Count, all.Count) switch
    {
        (1, _) => new(id(present[0]), 1, false),
        ( > 1, _) => new(null, present.Count, false),
        (_, 0) => default,
        _ => new(id(all[0]), all.Count, true),
    };
}

/// <summary>A person as people write one: a name, a number, or a name with either the number or the unit in brackets.</summary>
internal readonly record struct PersonText(Guid? Id, string Name, string? Bracket)
{
    public static PersonText Of(string text)
    {
        if (Guid.TryParse(text, out var id)) return new(id, "", null);
        var open = text.LastIndexOfAny(['（', '(']);
        return open > 0 && text[^1] is '）' or ')' && open > 0
            ? new(null, Squeeze(text[..open]), text[(open + 1)..^1].Trim())
            : new(null, Squeeze(text), null);
    }

    /// <summary>Without blanks: 山田花子 and 山田　花子 are one.</summary>
    public static string Squeeze(string name) => string.Concat(name.Where(c => !char.IsWhiteSpace(c)));
}

/// <summary>Names of units that tell them apart (組織名の書き分け): the plain name where only one has it, else with what stands above.</summary>
internal sealed class UnitNames
{
    private readonly Dictionary<UnitId, Unit> byId;
    private readonly ILookup<string, Unit> byName;

    public UnitNames(IReadOnlyList<Unit> units)
    {
        byId = units.ToDictionary(u => u.Id);
        byName = units.SelectMany(u => Suffixes(u).Select(s => (Folded: SearchFold.Of(s), Unit: u))).ToLookup(x => x.Folded, x => x.Unit, StringComparer.Ordinal);
    }

    /// <summary>Units that the text may mean.</summary>
    public IReadOnlyList<Unit> Find(string text) => [.. byName[SearchFold.Of(text)].Distinct()];

    /// <summary>The shortest name that only this unit has among those that stand; null for an unknown id.</summary>
    public string? Label(UnitId id)
    {
        if (!byId.TryGetValue(id, out var unit)) return null;
        var suffixes = Suffixes(unit).ToList();
        return suffixes.Find(s => byName[SearchFold.Of(s)].Distinct().Count(u => u.EndsOn is null || u.Id == id) == 1) ?? suffixes[^1];
    }

    /// <summary>総務課, 企画部 総務課, 市長部局 企画部 総務課.</summary>
    private IEnumerable<string> Suffixes(Unit unit)
    {
        const int Deepest = 20;
        var text = unit.Name;
        yield return text;
        for (var (above, depth) = (unit.Parent, 0); above is { } next && depth < Deepest && byId.TryGetValue(next, out var parent); above = parent.Parent, depth++)
        {
            text = parent.Name + " " + text;
            yield return text;
        }
    }
}
