using System.Globalization;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;

namespace Sekisho.Web.Pages.Registers;

/// <summary>What a list shows and how, as its address says it: every state of a list can be kept, sent and come back to.</summary>
/// <param name="Fields">Chosen values by field; an empty text stands for "not filled in".</param>
/// <param name="Unit">Of this unit and those below it.</param>
/// <param name="Due">"unconfirmed", or the key of a date field whose day is over or comes within 30 days.</param>
/// <param name="Sort">Null: by number.</param>
public sealed record ListView(
    string? Text, IReadOnlyDictionary<string, IReadOnlyList<string>> Fields, string? Unit, string? Due, Standing Standing, string? Sort, bool Descending, int Page)
{
    public const int PageSize = 50, DueDays = 30;

    public const string Unconfirmed = "unconfirmed", FieldPrefix = "f.";

    public static ListView Empty { get; } = new(null, new Dictionary<string, IReadOnlyList<string>>(), null, null, Standing.InUse, null, false, 1);

    public bool IsNarrowed => Text is not null || Fields.Count > 0 || Unit is not null || Due is not null || Standing != Standing.InUse;

    public IReadOnlyList<string> Values(string field) => Fields.GetValueOrDefault(field) ?? [];

    public static ListView Of(IQueryCollection untrusted, RegisterDefinition register)
    {
        var fields = register.Fields.Where(f => f.IsFilter)
            .Select(f => (f.Key, Values: (IReadOnlyList<string>)[.. untrusted[FieldPrefix + f.Key].OfType<string>().Where(v => v.Length > 0).Select(v => v == Nothing ? "" : v).Distinct()]))
            .Where(f => f.Values.Count > 0).ToDictionary(f => f.Key, f => f.Values, StringComparer.Ordinal);
        var due = One("due");
        return new(One("q"), fields, Guid.TryParse(One("unit"), out var unit) ? unit.ToString() : null,
            due == Unconfirmed && register.IsConfirmedYearly || RegisterChoices.Days(register).Any(f => f.Key == due) ? due : null,
            One("standing") switch { "all" => Standing.All, "retired" => Standing.Retired, _ => Standing.InUse },
            One("sort"), One("desc") == "1", int.TryParse(One("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? Math.Clamp(page, 1, 1_000_000) : 1);

        string? One(string name) => untrusted[name].ToString().Trim() is { Length: > 0 } text ? text : null;
    }

    /// <summary>In addresses, what stands for an empty field: an empty value there means "any".</summary>
    public const string Nothing = "-";

    public ListView With(string field, params IReadOnlyList<string> values)
    {
        var fields = new Dictionary<string, IReadOnlyList<string>>(Fields, StringComparer.Ordinal);
        if (values.Count == 0) fields.Remove(field);
        else fields[field] = values;
        return this with { Fields = fields, Page = 1 };
    }

    /// <summary>Sorted by a head: upwards first, then downwards.</summary>
    public ListView SortedBy(string sort) => this with { Sort = sort, Descending = (Sort ?? "number") == sort && !Descending, Page = 1 };

    public string Href(string path)
    {
        var query = Query;
        return query.Length == 0 ? path : path + "?" + query;
    }

    /// <summary>Without the question mark.</summary>
    public string Query => string.Join('&', Parts().Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));

    public IEnumerable<KeyValuePair<string, string>> Parts()
    {
        if (Text is not null) yield return new("q", Text);
        if (Unit is not null) yield return new("unit", Unit);
        foreach (var (field, values) in Fields)
            foreach (var value in values) yield return new(FieldPrefix + field, value.Length == 0 ? Nothing : value);
        if (Due is not null) yield return new("due", Due);
        if (Standing != Standing.InUse) yield return new("standing", Standing == Standing.All ? "all" : "retired");
        if (Sort is not null) yield return new("sort", Sort);
        if (Descending) yield return new("desc", "1");
        if (Page > 1) yield return new("page", Page.ToString(CultureInfo.InvariantCulture));
    }

    /// <param name="units">The chosen unit and those below it; null: any.</param>
    public RegisterQuery ToQuery(IReadOnlyList<UnitId>? units, DateOnly today, int pageSize = PageSize)
    {
        var filters = Fields.Select(f => new RegisterFilter(f.Key, f.Value)).ToList();
        if (Due is not null and not Unconfirmed) filters.Add(new RegisterFilter(Due, Until: today.AddDays(DueDays)));
        return new RegisterQuery(Text, filters, units, Standing, Due == Unconfirmed ? ConfirmationYear.Of(today).Since : null, Sort ?? "number", Descending, Page, pageSize);
    }
}
