using Sekisho.Assurance;

namespace Sekisho.Records.Registers;

/// <summary>What a register keeps of each thing, and who keeps it (台帳の定義). Data: data/registers/*.yaml, docs/formats/registers.md.</summary>
/// <param name="Key">In addresses and in the ledger: <c>cloud-services</c>.</param>
/// <param name="One">What one entry is called: 外部サービス.</param>
/// <param name="Code">Beginning of the numbers that the register gives (管理番号): <c>CLD</c> of CLD-0001.</param>
/// <param name="Source">What the fields follow from.</param>
/// <param name="Date">As of when.</param>
/// <param name="Evidence">Kinds of evidence that look different after a change of an entry.</param>
/// <param name="Groups">Headings of the form, in order; every field is under one of them, or before the first.</param>
public sealed record RegisterDefinition(
    string Key, Bilingual Name, Bilingual About, Bilingual One, string Code, RegisterGroup Group, RegisterKeptBy KeptBy, UnitNeed Unit, bool IsConfirmedYearly,
    string Source, DateOnly Date, IReadOnlyList<string> Evidence, IReadOnlyList<FieldGroup> Groups, IReadOnlyList<RegisterField> Fields)
{
    /// <summary>Key of the column that every register has beside its fields: the unit in charge (担当課).</summary>
    public const string UnitKey = "unit";

    /// <summary>The field that names an entry on lists.</summary>
    public RegisterField Title { get; } = Fields.First(f => f.IsTitle);

    /// <summary>Null when the register has no such field.</summary>
    public RegisterField? Find(string key) => Fields.FirstOrDefault(f => f.Key == key);

    /// <summary>The same with a municipality's own labels among the choices of these fields; a field may then be written by either, and rules turn a label into one of the choices that it covers.</summary>
    public RegisterDefinition WithLabels(IReadOnlyList<FieldChoice> labels, params IReadOnlyList<string> fields) =>
        this with { Fields = [.. Fields.Select(f => fields.Contains(f.Key) ? f with { Choices = [.. f.Choices, .. labels] } : f)] };

    /// <summary>As sections read it: labels stand in the place of the choices that they cover.</summary>
    public RegisterDefinition InLabels() => this with
    {
        Fields = [.. Fields.Select(static f => f.Choices.Any(static c => c.Covers is not null)
            ? f with { Choices = [.. f.Choices.Where(c => c.Covers is not null || !f.Choices.Any(label => label.Covers?.Contains(c.Key) == true))] } : f)],
    };

    /// <summary>管理番号 of the n-th entry: CLD-0001, and CLD-12345 beyond the four digits.</summary>
    public string NumberOf(int sequence) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Code}-{sequence:0000}");
}

/// <summary>A heading of a register's form (見出し).</summary>
public sealed record FieldGroup(string Key, Bilingual Name);

/// <summary>A field of a register (項目).</summary>
/// <param name="Of">The register that <see cref="FieldKind.Entry"/> and <see cref="FieldKind.Entries"/> point into.</param>
/// <param name="Also">Other names of the column in offices' own sheets.</param>
/// <param name="Min">Of a number: the least; of a text: the fewest characters.</param>
/// <param name="Max">Of a number: the greatest; of a list: the most of them.</param>
/// <param name="MaxLength">Of a text, in characters.</param>
/// <param name="IsUnique">No two standing entries of the register may have the same.</param>
/// <param name="IsFilter">Offered as a filter on the list.</param>
/// <param name="IsColumn">Shown on the list.</param>
/// <param name="Group">Key of its heading; null before the first.</param>
/// <param name="IsDerived">Follows from the rest (<see cref="IRegisterRules"/>): shown, listed and filtered, never typed; what a form or a sheet says of it is passed over.</param>
public sealed record RegisterField(
    string Key, Bilingual Label, FieldKind Kind, bool IsRequired, bool IsTitle, IReadOnlyList<FieldChoice> Choices, string? Of,
    Bilingual? Help, string? Example, string? Default, IReadOnlyList<string> Also, decimal? Min, decimal? Max, int MaxLength,
    bool IsUnique, bool IsFilter, bool IsColumn, string? Group, FieldHighlight Highlight, bool IsDerived = false)
{
    /// <summary>The choice of a key, or else the label that covers it; null when there is neither.</summary>
    public FieldChoice? Choice(string key) => Choices.FirstOrDefault(c => c.Key == key) ?? Choices.FirstOrDefault(c => c.Covers?.Contains(key) == true);

    /// <summary>Several values in one field.</summary>
    public bool IsMany => Kind is FieldKind.Choices or FieldKind.Entries;
}

/// <summary>One of a closed list of values (選択肢).</summary>
/// <param name="IsHighlighted">Stands out on lists: what needs somebody's eye.</param>
/// <param name="Covers">Choices that this one stands for, the usual one first: a municipality's own label. Rules turn it into one of them; it is never kept.</param>
public sealed record FieldChoice(string Key, Bilingual Name, Bilingual? Help, bool IsHighlighted, IReadOnlyList<string>? Covers = null);

/// <summary>What a field holds (項目の種類).</summary>
public enum FieldKind
{
    /// <summary>One line.</summary>
    Text,

    /// <summary>Several lines.</summary>
    LongText,

    Number,
    Date,
    YesNo,

    /// <summary>One of a list.</summary>
    Choice,

    /// <summary>Any of a list.</summary>
    Choices,

    Unit,
    Person,

    /// <summary>An entry of a register.</summary>
    Entry,

    /// <summary>Entries of a register.</summary>
    Entries,

    /// <summary>An address: http or https.</summary>
    Link,
}

/// <summary>Which values stand out on lists (目立たせる値).</summary>
public enum FieldHighlight
{
    None,

    /// <summary>A day before today.</summary>
    Past,

    Yes,
    No,
}

/// <summary>Where a register stands in the index of registers (台帳の分類).</summary>
public enum RegisterGroup
{
    Organisation,
    Assets,
    Terminals,
    ThirdParties,
    Rules,
    Rooms,
}

/// <summary>Who writes in a register (記入する人).</summary>
public enum RegisterKeptBy
{
    /// <summary>Managers their own unit's entries, officers all.</summary>
    Sections,

    /// <summary>Officers only.</summary>
    Office,
}

/// <summary>Whether entries belong to a unit (担当課の要否).</summary>
public enum UnitNeed
{
    Required,
    Optional,
}

/// <summary>Names of groups and kinds.</summary>
public static class RegisterWords
{
    public static Bilingual Name(this RegisterGroup group) => group switch
    {
        RegisterGroup.Organisation => new("組織と人", "Organisation and people"),
        RegisterGroup.Assets => new("情報資産とリスク", "Assets and risks"),
        RegisterGroup.Terminals => new("端末と持出し", "Terminals and take-outs"),
        RegisterGroup.ThirdParties => new("委託先と外部サービス", "Contractors and services"),
        RegisterGroup.Rules => new("規程と法令", "Rules and law"),
        RegisterGroup.Rooms => new("区域と設備", "Rooms and facilities"),
        _ => throw new ArgumentOutOfRangeException(nameof(group), group, null),
    };

    /// <summary>As the data files and the API write it: <c>long-text</c>.</summary>
    public static string Key(this FieldKind kind) => kind switch
    {
        FieldKind.Text => "text",
        FieldKind.LongText => "long-text",
        FieldKind.Number => "number",
        FieldKind.Date => "date",
        FieldKind.YesNo => "yes-no",
        FieldKind.Choice => "choice",
        FieldKind.Choices => "choices",
        FieldKind.Unit => "unit",
        FieldKind.Person => "person",
        FieldKind.Entry => "entry",
        FieldKind.Entries => "entries",
        FieldKind.Link => "link",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>As the data files and the API write it: <c>third-parties</c>.</summary>
    public static string Key(this RegisterGroup group) => group == RegisterGroup.ThirdParties ? "third-parties" : group.ToString().ToLowerInvariant();

    /// <summary>The column that every register has: 担当課.</summary>
    public static Bilingual UnitLabel { get; } = new("担当課", "Unit in charge");

    /// <summary>The number that the register gives: 管理番号.</summary>
    public static Bilingual NumberLabel { get; } = new("管理番号", "Number");
}
