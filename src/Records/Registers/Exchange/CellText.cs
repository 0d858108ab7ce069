namespace Sekisho.Records.Registers.Exchange;

/// <summary>Values as they are written into sheets (セルの書き方): what a person reads, and what is read back as the same value.</summary>
internal static class CellText
{
    /// <summary>Excel holds 32,767 characters in a cell.</summary>
    private const int Most = 32_000;

    /// <summary>Empty for no value.</summary>
    public static string Of(RegisterField field, FieldValue? value, RegisterNames names) => value switch
    {
        null => "",
        FieldValue.YesNo yes => yes.Value ? "はい" : "いいえ",
        FieldValue.Choice choice => field.Choice(choice.Key)?.Name.Ja ?? choice.Key,
        FieldValue.Choices several => string.Join("、", several.Keys.Select(k => field.Choice(k)?.Name.Ja ?? k)),
        FieldValue.Unit unit => names.Unit(unit.Id),
        FieldValue.Person person => names.Person(person.Id),
        FieldValue.Entry entry => Entry(names, entry.Id, true),
        FieldValue.Entries several => string.Join('\n', several.Ids.Select(i => Entry(names, i, true))) is { Length: <= Most } full ? full : string.Join('\n', several.Ids.Select(i => Entry(names, i, false))),
        _ => value.Texts[0],
    };

    /// <summary>A cell says what stands in the field already: as it is written out, or by the municipality's label for it.</summary>
    public static bool Says(RegisterField field, FieldValue? value, RegisterNames names, string cell) =>
        IsWritten(Of(field, value, names), cell) || value is FieldValue.Choice choice && field.Choices.Any(c => c.Covers?.Contains(choice.Key) == true && IsWritten(c.Name.Ja, cell));

    public static bool IsWritten(string written, string cell) => written == cell || written == cell.Replace("\r\n", "\n", StringComparison.Ordinal).Trim();

    /// <summary>One line an entry: 「AST-0001 住民基本台帳」.</summary>
    private static string Entry(RegisterNames names, EntryId id, bool withTitle) =>
        names.Entry(id) is not { } named ? id.ToString() : withTitle ? $"{named.Number} {named.Title}" : named.Number;

    public static string UnitOf(RegisterEntry entry, RegisterNames names) => entry.Unit is { } unit ? names.Unit(unit) : "";
}
