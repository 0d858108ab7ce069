using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers;

/// <summary>Names of what entries point to (名前の引当て), and values as people read them.</summary>
public sealed class RegisterNames
{
    private readonly UnitNames units;
    private readonly Dictionary<PersonId, string> people;
    private readonly Dictionary<EntryId, NamedEntry> entries;

    private RegisterNames(UnitNames units, Dictionary<PersonId, string> people, Dictionary<EntryId, NamedEntry> entries) =>
        (this.units, this.people, this.entries) = (units, people, entries);

    public static RegisterNames None { get; } = new(new([]), [], []);

    /// <summary>The shortest name that only this unit has; the id for an unknown one.</summary>
    public string Unit(UnitId id) => units.Label(id) ?? id.ToString();

    /// <summary>山田 花子（1001）.</summary>
    public string Person(PersonId id) => people.GetValueOrDefault(id) ?? id.ToString();

    /// <summary>Null for an entry that was not asked for.</summary>
    public NamedEntry? Entry(EntryId id) => entries.TryGetValue(id, out var named) ? named : null;

    /// <summary>A value as people read it; null: empty.</summary>
    public Bilingual? Say(RegisterField field, FieldValue? value) => value switch
    {
        null => null,
        FieldValue.Text text => Bilingual.Same(text.Value),
        FieldValue.Number number => Bilingual.Same(number.Value.ToString("#,0.######", CultureInfo.InvariantCulture)),
        FieldValue.Day day => JapaneseTime.Date(day.Value),
        FieldValue.YesNo yes => yes.Value ? new("はい", "Yes") : new("いいえ", "No"),
        FieldValue.Choice choice => NameOf(field, choice.Key),
        FieldValue.Choices choices => new(string.Join("、", choices.Keys.Select(k => NameOf(field, k).Ja)), string.Join(", ", choices.Keys.Select(k => NameOf(field, k).En))),
        FieldValue.Unit unit => Bilingual.Same(Unit(unit.Id)),
        FieldValue.Person person => Bilingual.Same(Person(person.Id)),
        FieldValue.Entry entry => Bilingual.Same(SayEntry(entry.Id)),
        FieldValue.Entries several => Bilingual.Same(string.Join("、", several.Ids.Select(SayEntry))),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
    };

    private string SayEntry(EntryId id) => Entry(id) is { } named ? $"{named.Number} {named.Title}" : id.ToString();

    private static Bilingual NameOf(RegisterField field, string choice) => field.Choice(choice)?.Name ?? Bilingual.Same(choice);

    internal static async Task<RegisterNames> LoadAsync(TenantTransaction tx, RegisterDefinition register, IReadOnlyCollection<FieldValues> values, bool ofUnits, CancellationToken cancel)
    {
        var all = values.SelectMany(v => v.All.Values).ToList();
        var personIds = all.OfType<FieldValue.Person>().Select(p => p.Id.Value).Distinct().ToArray();
        var entryIds = all.OfType<FieldValue.Entry>().Select(e => e.Id.Value).Concat(all.OfType<FieldValue.Entries>().SelectMany(e => e.Ids).Select(i => i.Value)).Distinct().ToArray();
        var units = ofUnits || all.OfType<FieldValue.Unit>().Any() ? new UnitNames(await OrganisationRows.UnitsAsync(tx, cancel)) : new UnitNames([]);
        var people = personIds.Length == 0 ? [] : (await tx.ListAsync("""
            SELECT p.id, p.name, p.number, u.name FROM records.person p JOIN records.unit u ON u.municipality_id = p.municipality_id AND u.id = p.unit_id WHERE p.id = ANY ($1)
            """, r => (Id: new PersonId(r.GetGuid(0)), Label: $"{r.GetString(1)}（{r.TextOrNull(2) ?? r.GetString(3)}）"), cancel, personIds)).ToDictionary(p => p.Id, p => p.Label);
        var entries = entryIds.Length == 0 ? [] : (await tx.ListAsync("SELECT id, register, number, title, retired_at IS NOT NULL FROM records.register_entry WHERE id = ANY ($1)",
            r => new NamedEntry(new(r.GetGuid(0)), r.GetString(1), r.GetString(2), r.GetString(3), r.GetBoolean(4)), cancel, entryIds)).ToDictionary(e => e.Id);
        return new(units, people, entries);
    }
}

/// <summary>What is needed to name an entry and link to it.</summary>
public sealed record NamedEntry(EntryId Id, string Register, string Number, string Title, bool IsRetired);
