using System.Globalization;
using System.Text;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers;

/// <summary>A query over a register as SQL (一覧の問合せ).</summary>
internal static class RegisterListing
{
    /// <summary>WHERE and its values; $1 is the register.</summary>
    internal sealed class Narrowing
    {
        private readonly StringBuilder where = new("e.register = $1");
        private readonly List<object?> values;

        public Narrowing(string register) => values = [register];

        public string Where => where.ToString();

        public object?[] Values => [.. values];

        public string Add(object? value)
        {
            values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"${values.Count}");
        }

        public void And(string condition) => where.Append(" AND ").Append(condition);
    }

    public static async Task<(List<RegisterEntry> Entries, long Total)> ListAsync(
        TenantTransaction tx, RegisterDefinition register, RegisterQuery query, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        var narrowing = await NarrowAsync(tx, register, query, within, cancel);
        var size = Math.Clamp(query.PageSize, 1, RegisterQuery.MaxPageSize);
        var total = (await tx.ListAsync($"SELECT count(*) FROM records.register_entry e WHERE {narrowing.Where}", r => r.GetInt64(0), cancel, narrowing.Values))[0];
        var skip = (long)(Math.Max(query.Page, 1) - 1) * size;
        if (skip >= total) return ([], total);
        var order = Order(register, query, narrowing);
        var limit = $"LIMIT {narrowing.Add(size)} OFFSET {narrowing.Add(skip)}";
        return (await tx.ListAsync($"{RegisterRows.Select} WHERE {narrowing.Where} ORDER BY {order} {limit}", r => RegisterRows.Entry(r, register), cancel, narrowing.Values), total);
    }

    /// <summary>All that a query finds, in its order.</summary>
    public static async Task<List<EntryId>> IdsAsync(TenantTransaction tx, RegisterDefinition register, RegisterQuery query, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        var narrowing = await NarrowAsync(tx, register, query, within, cancel);
        var order = Order(register, query, narrowing);
        return await tx.ListAsync($"SELECT e.id FROM records.register_entry e WHERE {narrowing.Where} ORDER BY {order}", r => new EntryId(r.GetGuid(0)), cancel, narrowing.Values);
    }

    public static async Task<Narrowing> NarrowAsync(TenantTransaction tx, RegisterDefinition register, RegisterQuery query, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        var narrowing = new Narrowing(register.Key);
        if (within is not null) narrowing.And($"e.unit_id = ANY ({narrowing.Add(RegisterRows.Ids(within))})");
        if (query.Unit is { } units) narrowing.And($"e.unit_id = ANY ({narrowing.Add(RegisterRows.Ids(units))})");
        if (query.Standing == Standing.InUse) narrowing.And("e.retired_at IS NULL");
        if (query.Standing == Standing.Retired) narrowing.And("e.retired_at IS NOT NULL");
        if (query.NotConfirmedSince is { } since) narrowing.And($"(e.confirmed_at IS NULL OR e.confirmed_at < {narrowing.Add(since)})");
        foreach (var filter in query.Filters ?? []) Filter(register, filter, narrowing);
        var words = SearchFold.Words(query.Text);
        if (words.Count > 0) await SearchAsync(tx, words, narrowing, cancel);
        return narrowing;
    }

    /// <summary>Each word in the entry's own texts, or in the present name of its unit or of a person or unit that it names.</summary>
    private static async Task SearchAsync(TenantTransaction tx, IReadOnlyList<string> words, Narrowing narrowing, CancellationToken cancel)
    {
        var units = await tx.ListAsync("SELECT id, name FROM records.unit", r => (Id: r.GetGuid(0), Name: SearchFold.Of(r.GetString(1))), cancel);
        var people = await tx.ListAsync("SELECT id, name FROM records.person", r => (Id: r.GetGuid(0), Name: SearchFold.Of(r.GetString(1))), cancel);
        foreach (var word in words)
        {
            var alternatives = new List<string> { $"strpos(e.search, {narrowing.Add(word)}) > 0" };
            var itsUnits = units.Where(u => u.Name.Contains(word, StringComparison.Ordinal)).Select(u => u.Id).ToArray();
            var itsPeople = people.Where(p => p.Name.Contains(word, StringComparison.Ordinal)).Select(p => p.Id).ToArray();
            if (itsUnits.Length > 0)
            {
                var ids = narrowing.Add(itsUnits);
                alternatives.Add($"e.unit_id = ANY ({ids})");
                alternatives.Add($"e.id IN (SELECT l.from_id FROM records.register_link l WHERE l.to_unit = ANY ({ids}))");
            }
            if (itsPeople.Length > 0) alternatives.Add($"e.id IN (SELECT l.from_id FROM records.register_link l WHERE l.to_person = ANY ({narrowing.Add(itsPeople)}))");
            narrowing.And($"({string.Join(" OR ", alternatives)})");
        }
    }

    /// <summary>A filter by a field that the register doesn't have narrows nothing: an address kept from before the field was dropped still shows its list.</summary>
    private static void Filter(RegisterDefinition register, RegisterFilter filter, Narrowing narrowing)
    {
        if (filter.Field == RegisterDefinition.UnitKey)
        {
            if (filter.AnyOf is { } asked)
            {
                var ids = asked.Select(a => Guid.TryParse(a, out var id) ? id : (Guid?)null).OfType<Guid>().ToArray();
                narrowing.And($"(e.unit_id = ANY ({narrowing.Add(ids)}){(asked.Contains("") ? " OR e.unit_id IS NULL" : "")})");
            }
            return;
        }
        if (register.Find(filter.Field) is not { } field) return;
        var key = narrowing.Add(field.Key);
        if (filter.AnyOf is { } any)
        {
            var texts = narrowing.Add(any.Where(t => t.Length > 0).SelectMany(t => field.Choices.FirstOrDefault(c => c.Key == t)?.Covers ?? [t]).ToArray());
            var empty = any.Contains("") ? $" OR NOT e.fields ? {key}" : "";
            narrowing.And(field.IsMany ? $"(e.fields -> {key} ?| {texts}{empty})" : $"(e.fields ->> {key} = ANY ({texts}){empty})");
        }
        if (field.Kind != FieldKind.Date) return;
        // Days are kept as yyyy-MM-dd: the order of the texts is that of the days.
        if (filter.From is { } from) narrowing.And($"(e.fields ->> {key}) COLLATE \"C\" >= {narrowing.Add(from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))}");
        if (filter.Until is { } until) narrowing.And($"(e.fields ->> {key}) COLLATE \"C\" <= {narrowing.Add(until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))}");
    }

    private static string Order(RegisterDefinition register, RegisterQuery query, Narrowing narrowing)
    {
        var direction = query.Descending ? "DESC" : "ASC";
        var by = query.Sort switch
        {
            "title" => "e.title_folded",
            "unit" => "(SELECT u.name FROM records.unit u WHERE u.municipality_id = e.municipality_id AND u.id = e.unit_id)",
            "updated" => "e.updated_at",
            "confirmed" => "e.confirmed_at",
            _ => register.Find(query.Sort) is { } field ? ByField(field, narrowing) : null,
        };
        return by is null ? $"e.sequence {direction}" : $"{by} {direction} NULLS LAST, e.sequence";
    }

    private static string ByField(RegisterField field, Narrowing narrowing)
    {
        if (field.IsTitle) return "e.title_folded";
        var value = $"e.fields ->> {narrowing.Add(field.Key)}";
        return field.Kind switch
        {
            FieldKind.Number => $"({value})::numeric",
            FieldKind.Choice => $"array_position({narrowing.Add(field.Choices.Select(c => c.Key).ToArray())}::text[], {value})",
            FieldKind.Unit => $"(SELECT u.name FROM records.unit u WHERE u.municipality_id = e.municipality_id AND u.id = ({value})::uuid)",
            FieldKind.Person => $"(SELECT p.name FROM records.person p WHERE p.municipality_id = e.municipality_id AND p.id = ({value})::uuid)",
            FieldKind.Entry => $"(SELECT t.title_folded FROM records.register_entry t WHERE t.municipality_id = e.municipality_id AND t.id = ({value})::uuid)",
            _ => $"({value}) COLLATE \"C\"",
        };
    }
}
