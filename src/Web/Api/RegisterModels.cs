using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Web.Api;

/// <summary>A register (台帳): what it keeps of each thing.</summary>
/// <param name="Code">Beginning of its numbers: CLD of CLD-0001.</param>
/// <param name="KeptBy">sections: managers write their units' entries, officers all; office: officers only.</param>
/// <param name="UnitRequired">Every entry belongs to a unit.</param>
/// <param name="Entries">In use, as far as you see them.</param>
/// <param name="Unconfirmed">Not confirmed since the first of April.</param>
/// <param name="Due">With a day that is over or comes within 30 days.</param>
public sealed record RegisterModel(
    string Key, Bilingual Name, Bilingual About, Bilingual One, string Code, string Group, RegisterKeptBy KeptBy, bool UnitRequired, bool ConfirmedYearly,
    string Source, DateOnly Date, IReadOnlyList<RegisterFieldModel> Fields, long Entries, long Unconfirmed, long Due)
{
    public static RegisterModel Of(RegisterDefinition r, RegisterCount? count) => new(
        r.Key, r.Name, r.About, r.One, r.Code, r.Group.Key(), r.KeptBy, r.Unit == UnitNeed.Required, r.IsConfirmedYearly, r.Source, r.Date,
        [.. r.Fields.Select(RegisterFieldModel.From)], count?.Entries ?? 0, count?.Unconfirmed ?? 0, count?.Due ?? 0);
}

/// <summary>A field of a register (項目).</summary>
/// <param name="Kind">text, long-text, number, date, yes-no, choice, choices, unit, person, entry, entries, link.</param>
/// <param name="Of">The register that it points into.</param>
public sealed record RegisterFieldModel(
    string Key, Bilingual Label, string Kind, bool Required, bool Title, bool Unique, bool Filter, string? Of, Bilingual? Help, string? Default, decimal? Min, decimal? Max, int MaxLength, IReadOnlyList<FieldChoiceModel> Choices)
{
    public static RegisterFieldModel From(RegisterField f) => new(
        f.Key, f.Label, f.Kind.Key(), f.IsRequired, f.IsTitle, f.IsUnique, f.IsFilter, f.Of, f.Help, f.Default, f.Min, f.Max, f.MaxLength, [.. f.Choices.Select(static c => new FieldChoiceModel(c.Key, c.Name))]);
}

/// <summary>One of a closed list of values.</summary>
public sealed record FieldChoiceModel(string Key, Bilingual Name);

/// <summary>One page of a register.</summary>
public sealed record EntryPageModel(IReadOnlyList<RegisterEntryModel> Entries, long Total, int Page, int PageSize);

/// <summary>An entry of a register (台帳の一件).</summary>
/// <param name="Number">管理番号.</param>
/// <param name="Version">Send it back with a change: as If-Match, or in the body.</param>
/// <param name="Fields">By key: text, number, true or false, or a list of texts; empty fields are left out. What points elsewhere is an id.</param>
/// <param name="Retired">Null: in use.</param>
public sealed record RegisterEntryModel(
    Guid Id, string Register, string Number, Guid? Unit, string Title, int Version, IReadOnlyDictionary<string, object> Fields,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string UpdatedBy, StandingModel? Confirmed, RetiredModel? Retired)
{
    public static RegisterEntryModel Of(RegisterEntry e) => new(
        e.Id.Value, e.Register, e.Number, e.Unit?.Value, e.Title, e.Version, e.Fields.All.ToDictionary(static f => f.Key, static f => Plain(f.Value), StringComparer.Ordinal),
        e.CreatedAt, e.UpdatedAt, e.UpdatedBy.Name, e.Confirmed is { } c ? new(c.At, c.By.Name) : null, e.Retired is { } r ? new(r.At, r.By.Name, r.Why) : null);

    private static object Plain(FieldValue value) => value switch
    {
        FieldValue.Number number => number.Value,
        FieldValue.YesNo yes => yes.Value,
        FieldValue.Choices or FieldValue.Entries => value.Texts,
        _ => value.Texts[0],
    };
}

/// <summary>When and by whom.</summary>
public sealed record StandingModel(DateTimeOffset At, string By);

/// <summary>When, by whom and why it was taken out of use.</summary>
public sealed record RetiredModel(DateTimeOffset At, string By, string Why);

/// <summary>A change of an entry, from the ledger.</summary>
/// <param name="Kind">entry.added, entry.changed, entry.retired, entry.revived, entry.confirmed.</param>
public sealed record EntryChangeModel(DateTimeOffset At, string By, string Kind, int Version, IReadOnlyList<FieldChangeModel> Fields, string? Why, long LedgerIndex)
{
    public static EntryChangeModel Of(EntryChange c) => new(c.At, c.By.Name, c.Kind, c.Version, [.. c.Fields.Select(static f => new FieldChangeModel(f.Key, f.Label, f.From, f.To))], c.Why, c.LedgerIndex);
}

/// <summary>One field, old → new, as people read it.</summary>
public sealed record FieldChangeModel(string Key, Bilingual Label, Bilingual? From, Bilingual? To);

/// <summary>What an entry shall be. Fields by key as they are read, or as people write them: a name for an id, R8.4.1 for a day.</summary>
/// <param name="Fields">Text, number, true or false, a list of those, or null to empty one; a field that isn't named stays as it is.</param>
/// <param name="Unit">Id or name of the unit in charge; left out: stays.</param>
/// <param name="Version">The version that you saw; needed for a change without If-Match.</param>
public sealed record RegisterEntryRequest(IReadOnlyDictionary<string, JsonElement> Fields, string? Unit = null, int? Version = null)
{
    public EntryDraft Draft() => Drafts.Of(Fields, Unit);
}

/// <summary>An entry as it was seen.</summary>
public sealed record SeenModel(Guid Id, int Version)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public EntryVersion Seen => new(new EntryId(Id), Version);
}

/// <summary>The same fields of many entries: all or none.</summary>
public sealed record BulkRequest(IReadOnlyList<SeenModel> Entries, IReadOnlyDictionary<string, JsonElement> Fields, string? Unit = null);

/// <summary>Entries that are right as they stand.</summary>
public sealed record ConfirmEntriesRequest(IReadOnlyList<SeenModel> Entries);

/// <param name="Overtaken">Changed meanwhile, so not confirmed: as they are now.</param>
public sealed record ConfirmedModel(int Confirmed, IReadOnlyList<RegisterEntryModel> Overtaken);

/// <param name="Why">Kept with the entry and in the ledger.</param>
public sealed record RetireRequest(int Version, string Why);

public sealed record ReviveRequest(int Version);

public sealed record ChangedModel(int Changed);

/// <summary>What is wrong with one field.</summary>
public sealed record FieldErrorModel(string Field, Bilingual What);

/// <summary>What taking a sheet in comes to.</summary>
/// <param name="Wrong">Rows with something to correct: while there are any, nothing comes in.</param>
/// <param name="Problems">The first of them, by cell.</param>
/// <param name="Kept">False: only tried.</param>
public sealed record ImportReportModel(int Rows, int Added, int Changed, int Same, int Wrong, int ProblemCount, IReadOnlyList<CellProblemModel> Problems, IReadOnlyList<CellProblemModel> Notes, bool Kept)
{
    public static ImportReportModel Of(ImportReport r) => new(r.Rows, r.Added, r.Changed, r.Same, r.Wrong, r.ProblemCount, [.. r.Problems.Select(CellProblemModel.Of)], [.. r.Notes.Select(CellProblemModel.Of)], r.IsKept);
}

/// <summary>Something about one cell, by its name: C12.</summary>
public sealed record CellProblemModel(string Cell, int Row, string? Heading, Bilingual What)
{
    public static CellProblemModel Of(CellProblem p) => new(p.Cell, p.Row, p.Heading, p.What);
}

internal static class Drafts
{
    public static EntryDraft Of(IReadOnlyDictionary<string, JsonElement> fields, string? unit)
    {
        var draft = new EntryDraft(fields.ToDictionary(static f => f.Key, static f => Texts(f.Value), StringComparer.Ordinal));
        return unit is null ? draft : draft.With(RegisterDefinition.UnitKey, unit);
    }

    private static IReadOnlyList<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        JsonValueKind.Array => [.. value.EnumerateArray().SelectMany(Texts)],
        JsonValueKind.String => [value.GetString()!],
        // What can't stand in a field is told by the field as what it isn't.
        _ => [value.GetRawText()],
    };
}
