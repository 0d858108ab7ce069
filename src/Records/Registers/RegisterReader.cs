using System.Globalization;
using System.Text.RegularExpressions;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Records.Registers;

/// <summary>Reads one definition of a register strictly; every error names its line and column.</summary>
internal sealed partial class RegisterReader
{
    /// <summary>Characters of a text where the file says nothing.</summary>
    private const int TextLength = 200, LongTextLength = 4000, LinkLength = 1000;

    /// <summary>Values of a list field: more is a register of its own.</summary>
    private const int MostValues = 200;

    private readonly DataErrors errors = new(columns: true);

    private RegisterReader()
    {
    }

    public static RegisterReading Read(string untrusted) => new RegisterReader().Definition(untrusted);

    private RegisterReading Definition(string untrusted)
    {
        if (YamlTree.Read(untrusted, errors) is { } root && YamlFields.Of(root, errors,
            "key", "name", "about", "one", "code", "group", "kept-by?", "unit?", "confirmed-yearly?", "source", "date", "evidence?", "groups?", "fields") is { } file)
        {
            var key = Key(file, "key");
            var (name, about, one) = (file.Both("name"), file.Both("about"), file.Both("one"));
            if (file.Text("code") is { } code && !CodeShape().IsMatch(code))
                errors.Wrong(file.PlaceOf("code"), $"「{code}」は英大文字・数字2〜6字で書きます", $"'{code}' must be 2 to 6 capital letters or digits");
            var group = Named(file, "group", GroupNames, RegisterGroup.Rules);
            var keptBy = Named(file, "kept-by", new() { ["sections"] = RegisterKeptBy.Sections, ["office"] = RegisterKeptBy.Office }, RegisterKeptBy.Sections);
            var unit = Named(file, "unit", new() { ["required"] = UnitNeed.Required, ["optional"] = UnitNeed.Optional }, UnitNeed.Required);
            var groups = Groups(file["groups"]);
            var fields = new List<RegisterField>();
            foreach (var item in file.Items("fields"))
            {
                if (Field(item, groups) is not { } field) continue;
                if (fields.Exists(f => f.Key == field.Key)) errors.Twice(item.At, field.Key);
                else if (fields.Exists(f => f.Label.Ja == field.Label.Ja)) errors.Twice(item.At, field.Label.Ja);
                else fields.Add(field);
            }
            if (fields.Count > 0 && fields.Count(f => f.IsTitle) != 1)
                errors.Wrong(file.PlaceOf("fields"), "「title: true」の項目を一つだけ置きます", "Exactly one field has 'title: true'");
            var (confirmed, source, date, evidence) = (Flag(file, "confirmed-yearly"), file.Text("source"), file.Date("date"), file.Words("evidence"));
            if (!errors.Any)
            {
                return new RegisterReading.Read(new RegisterDefinition(
                    key!, name!, about!, one!, file.Text("code")!, group, keptBy, unit, confirmed, source!, date!.Value, evidence, groups, fields));
            }
        }
        return new RegisterReading.Refused(errors.InOrder());
    }

    private List<FieldGroup> Groups(YamlValue? value)
    {
        var groups = new List<FieldGroup>();
        foreach (var entry in YamlFields.Named(value, errors))
        {
            if (YamlFields.Of(entry.Value, errors, "ja", "en") is { } says && says.Text("ja") is { } ja && says.Text("en") is { } en)
                groups.Add(new FieldGroup(entry.Key, new(ja, en)));
        }
        return groups;
    }

    private RegisterField? Field(YamlValue value, List<FieldGroup> groups)
    {
        if (YamlFields.Of(value, errors, "key", "label", "kind", "required?", "title?", "choices?", "of?", "help?", "example?", "default?", "also?",
            "min?", "max?", "max-length?", "unique?", "filter?", "list?", "group?", "highlight?", "derived?") is not { } at) return null;
        var (key, label) = (Key(at, "key"), at.Both("label"));
        if (key is RegisterDefinition.UnitKey or "number" or "id" or "title" or "version")
            errors.Wrong(at.PlaceOf("key"), $"「{key}」はすべての台帳にある列の名前です", $"'{key}' is a column that every register has");
        if (at.Text("kind") is not { } kindName) return null;
        if (!Kinds.TryGetValue(kindName, out var kind))
        {
            errors.Wrong(at.PlaceOf("kind"), $"「{kindName}」という種類はありません（{string.Join("、", Kinds.Keys)}）", $"There is no kind '{kindName}' ({string.Join(", ", Kinds.Keys)})");
            return null;
        }
        var isTitle = Flag(at, "title");
        if (isTitle && kind != FieldKind.Text) errors.Wrong(at.PlaceOf("title"), "「title」は種類が text の項目に付けます", "'title' is for a field of kind text");
        if (isTitle && !Flag(at, "required")) errors.Wrong(at.PlaceOf("title"), "「title」の項目は「required: true」にします", "The title must be required");
        Only(at, kind, "choices", FieldKind.Choice, FieldKind.Choices);
        Only(at, kind, "of", FieldKind.Entry, FieldKind.Entries);
        Only(at, kind, "max-length", FieldKind.Text, FieldKind.LongText, FieldKind.Link);
        Only(at, kind, "min", FieldKind.Number);
        Only(at, kind, "max", FieldKind.Number, FieldKind.Choices, FieldKind.Entries);
        Only(at, kind, "highlight", FieldKind.Date, FieldKind.YesNo);
        Only(at, kind, "unique", FieldKind.Text, FieldKind.Link);
        Only(at, kind, "filter", FieldKind.Choice, FieldKind.Choices, FieldKind.YesNo, FieldKind.Date, FieldKind.Number, FieldKind.Unit, FieldKind.Person, FieldKind.Entry, FieldKind.Entries);
        var choices = Choices(at);
        if (kind is FieldKind.Choice or FieldKind.Choices && at["choices"] is null) errors.Missing(at.At, "choices");
        var of = at.Text("of");
        if (kind is FieldKind.Entry or FieldKind.Entries && at["of"] is null) errors.Missing(at.At, "of");
        if (at.Text("group") is { } heading && !groups.Exists(g => g.Key == heading)) errors.Undefined(at.PlaceOf("group"), heading);
        var highlight = Named(at, "highlight", kind == FieldKind.Date
            ? new() { ["past"] = FieldHighlight.Past } : new() { ["yes"] = FieldHighlight.Yes, ["no"] = FieldHighlight.No }, FieldHighlight.None);
        var length = Number(at, "max-length");
        if (length is { } asked && (asked is < 1 or > LongTextLength || asked != decimal.Truncate(asked)))
            errors.Wrong(at.PlaceOf("max-length"), $"「max-length」は 1〜{LongTextLength} です", $"'max-length' is 1 to {LongTextLength}");
        var (min, max) = (Number(at, "min"), Number(at, "max"));
        if (min > max) errors.Wrong(at.PlaceOf("min"), "「min」が「max」より大きくなっています", "'min' is greater than 'max'");
        var isDerived = Flag(at, "derived");
        if (isDerived && (isTitle || Flag(at, "required") || at["default"] is not null))
            errors.Wrong(at.PlaceOf("derived"), "ほかから決まる項目（derived）は、必須・名称・初めの値を持てません", "A derived field can't be required, be the title or have a default");
        if (key is null || label is null) return null;
        var field = new RegisterField(key, label, kind, Flag(at, "required"), isTitle, choices, of, at["help"] is null ? null : at.Both("help"), at.Text("example"), at.Text("default"),
            at.Words("also"), min, max ?? (kind is FieldKind.Choices or FieldKind.Entries ? MostValues : null),
            (int)(length ?? kind switch { FieldKind.LongText => LongTextLength, FieldKind.Link => LinkLength, _ => TextLength }),
            Flag(at, "unique"), Flag(at, "filter"), Flag(at, "list") || isTitle, at.Text("group"), highlight, isDerived);
        CheckDefault(at, field);
        return field;
    }

    private List<FieldChoice> Choices(YamlFields at)
    {
        var choices = new List<FieldChoice>();
        if (at["choices"] is null) return choices;
        foreach (var item in at.Items("choices"))
        {
            if (YamlFields.Of(item, errors, "key", "name", "help?", "highlight?") is not { } fields) continue;
            if (fields.Text("key") is not { } key || fields.Both("name") is not { } name) continue;
            if (!ChoiceShape().IsMatch(key)) errors.Wrong(fields.PlaceOf("key"), $"「{key}」は英数字・ハイフン・下線・点 40 字までで書きます", $"'{key}' must be letters, digits, hyphens, underscores and dots, 40 at most");
            if ((name.Ja + name.En).IndexOfAny(FieldReader.SeparatorMarks) >= 0)
                errors.Wrong(fields.PlaceOf("name"), "選択肢の名前に読点・コンマ・セミコロンは使えません（表に並べて書くときの区切りです）", "A choice's name can't contain commas or semicolons: they divide values in a cell");
            if (choices.Exists(c => c.Key == key)) errors.Twice(item.At, key);
            else if (choices.Exists(c => SearchFold.Of(c.Name.Ja) == SearchFold.Of(name.Ja))) errors.Twice(item.At, name.Ja);
            else choices.Add(new FieldChoice(key, name, fields["help"] is null ? null : fields.Both("help"), Flag(fields, "highlight")));
        }
        return choices;
    }

    private void CheckDefault(YamlFields at, RegisterField field)
    {
        if (field.Default is null) return;
        var fits = field.Kind switch
        {
            FieldKind.Text or FieldKind.LongText or FieldKind.Number or FieldKind.Choice or FieldKind.Choices or FieldKind.YesNo =>
                FieldReader.Read(field, [field.Default], References.None, default) is FieldReading.Read,
            FieldKind.Date => field.Default == "today",
            _ => false,
        };
        if (!fits) errors.Wrong(at.PlaceOf("default"), $"初めの値「{field.Default}」は、この項目に入れられません", $"The default '{field.Default}' can't stand in this field");
    }

    private void Only(YamlFields at, FieldKind kind, string key, params ReadOnlySpan<FieldKind> kinds)
    {
        if (at[key] is not null && !kinds.Contains(kind))
            errors.Wrong(at.PlaceOf(key), $"「{key}」は種類が {kind.Key()} の項目には書けません", $"'{key}' is not for a field of kind {kind.Key()}");
    }

    private string? Key(YamlFields at, string key)
    {
        if (at.Text(key) is not { } name) return null;
        if (KeyShape().IsMatch(name)) return name;
        errors.Wrong(at.PlaceOf(key), $"「{name}」は英小文字で始まる英小文字・数字・ハイフン・下線40字までで書きます", $"'{name}' must begin with a lower-case letter and have lower-case letters, digits, hyphens, underscores, 40 at most");
        return null;
    }

    private bool Flag(YamlFields at, string key)
    {
        if (at.Text(key) is not { } text) return false;
        if (text is "true" or "false") return text == "true";
        errors.Wrong(at.PlaceOf(key), $"「{key}」は true か false です", $"'{key}' is true or false");
        return false;
    }

    private decimal? Number(YamlFields at, string key)
    {
        if (at.Text(key) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return number;
        errors.Wrong(at.PlaceOf(key), $"「{key}」には数を書きます", $"'{key}' is a number");
        return null;
    }

    private T Named<T>(YamlFields at, string key, Dictionary<string, T> names, T otherwise)
    {
        if (at.Text(key) is not { } text) return otherwise;
        if (names.TryGetValue(text, out var value)) return value;
        errors.Wrong(at.PlaceOf(key), $"「{key}」は {string.Join("、", names.Keys)} のどれかです", $"'{key}' is one of {string.Join(", ", names.Keys)}");
        return otherwise;
    }

    private static readonly Dictionary<string, FieldKind> Kinds = Enum.GetValues<FieldKind>().ToDictionary(RegisterWords.Key, StringComparer.Ordinal);

    private static readonly Dictionary<string, RegisterGroup> GroupNames = Enum.GetValues<RegisterGroup>().ToDictionary(RegisterWords.Key, StringComparer.Ordinal);

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,39}$")]
    private static partial Regex KeyShape();

    [GeneratedRegex("^[A-Z][A-Z0-9]{1,5}$")]
    private static partial Regex CodeShape();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
    private static partial Regex ChoiceShape();
}

/// <summary>Outcome of reading a definition: all of it or none of it.</summary>
public abstract record RegisterReading
{
    private RegisterReading()
    {
    }

    public abstract T Match<T>(Func<Read, T> read, Func<Refused, T> refused);

    public sealed record Read(RegisterDefinition Register) : RegisterReading
    {
        public override T Match<T>(Func<Read, T> read, Func<Refused, T> refused) => read(this);
    }

    /// <param name="Errors">In the order of lines; <see cref="ReadError.Where"/> is 「12行目5字目」.</param>
    public sealed record Refused(IReadOnlyList<ReadError> Errors) : RegisterReading
    {
        public override T Match<T>(Func<Read, T> read, Func<Refused, T> refused) => refused(this);
    }
}
