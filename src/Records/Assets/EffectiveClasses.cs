using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Assets;

/// <summary>The class that a container has from what lies in it (区分の継承): the highest of its own and of everything inside, however deep.</summary>
/// <remarks>
/// What is kept of an asset that doesn't lie above a changed one is right already. So only the way up from what changed is read, with the sum of what
/// lies directly in each on that way: a room with ten thousand things costs one pass over them, and new things, which only raise, not even that.
/// </remarks>
internal static class EffectiveClasses
{
    private static readonly AssetAspect[] Aspects = Enum.GetValues<AssetAspect>();

    /// <summary>Keys by rank, the lowest first.</summary>
    private static readonly string[][] Ranks = [.. Aspects.Select(a => AssetClasses.Load().Of(a).Classes.OrderBy(c => c.Rank).Select(c => c.Key).ToArray())];

    private const string Up = """
        WITH RECURSIVE up (id) AS (
          SELECT unnest($1::uuid[])
          UNION
          SELECT l.to_entry FROM up JOIN records.register_link l ON l.municipality_id = $2 AND l.from_id = up.id AND l.field = 'containers' AND l.to_entry IS NOT NULL
        )
        """;

    private const string Kept = """
        array_position($3::text[], e.fields ->> 'effective'), array_position($4::text[], e.fields ->> 'effective_integrity'), array_position($5::text[], e.fields ->> 'effective_availability'),
        coalesce((e.fields ->> 'holds_mynumber')::boolean, false)
        """;

    /// <summary>Ranks of the three aspects, 0 for none, and whether My Number information is held.</summary>
    private readonly record struct Class(int Confidentiality, int Integrity, int Availability, bool HoldsMyNumber)
    {
        public Class With(Class other) => new(
            Math.Max(Confidentiality, other.Confidentiality), Math.Max(Integrity, other.Integrity), Math.Max(Availability, other.Availability), HoldsMyNumber || other.HoldsMyNumber);

        public int Rank(int aspect) => aspect switch { 0 => Confidentiality, 1 => Integrity, _ => Availability };
    }

    /// <param name="Known">As it is kept now; null: nothing is kept yet.</param>
    /// <param name="Base">Of what doesn't lie on the way up: where the highest begins.</param>
    private sealed record Step(Guid Id, bool IsRetired, Class Known, bool IsKept, Class Base, Guid[] Containers);

    /// <summary>After assets were added: nothing lies in them yet, and what they lie in can only rise.</summary>
    public static async Task<Dictionary<EntryId, FieldValues>> AfterAddingAsync(TenantTransaction tx, IReadOnlyList<RegisterEntry> added, CancellationToken cancel)
    {
        var arriving = new Dictionary<Guid, Class>();
        foreach (var entry in added)
        {
            var its = Own(entry.Fields);
            foreach (var container in entry.Entries(AssetRules.Containers)) arriving[container.Value] = arriving.GetValueOrDefault(container.Value).With(its);
        }
        if (arriving.Count == 0) return [];
        var steps = await tx.ListAsync($"""
            {Up} SELECT e.id, e.retired_at IS NOT NULL, {Kept}, e.fields ? 'holds_mynumber',
              ARRAY(SELECT l.to_entry FROM records.register_link l WHERE l.municipality_id = $2 AND l.from_id = e.id AND l.field = 'containers' AND l.to_entry IS NOT NULL)
            FROM up JOIN records.register_entry e ON e.municipality_id = $2 AND e.id = up.id
            """, r =>
        {
            var known = Read(r, 2);
            return new Step(r.GetGuid(0), r.GetBoolean(1), known, r.GetBoolean(6), known.With(arriving.GetValueOrDefault(r.GetGuid(0))), r.GetFieldValue<Guid[]>(7));
        }, cancel, arriving.Keys.ToArray(), tx.Municipality.Value, Ranks[0], Ranks[1], Ranks[2]);
        return Rise(steps);
    }

    /// <summary>After anything else: these, and whatever they lie in.</summary>
    public static async Task<Dictionary<EntryId, FieldValues>> AfterChangingAsync(TenantTransaction tx, Guid[] touched, CancellationToken cancel)
    {
        if (touched.Length == 0) return [];
        var steps = await tx.ListAsync($"""
            {Up} SELECT e.id, e.retired_at IS NOT NULL, {Kept}, e.fields ? 'holds_mynumber',
              ARRAY(SELECT l.to_entry FROM records.register_link l WHERE l.municipality_id = $2 AND l.from_id = e.id AND l.field = 'containers' AND l.to_entry IS NOT NULL),
              array_position($3::text[], e.fields ->> 'confidentiality'), array_position($4::text[], e.fields ->> 'integrity'), array_position($5::text[], e.fields ->> 'availability'),
              coalesce((e.fields ->> 'mynumber')::boolean, false), inside.c, inside.i, inside.a, coalesce(inside.m, false)
            FROM up JOIN records.register_entry e ON e.municipality_id = $2 AND e.id = up.id
            LEFT JOIN LATERAL (
              SELECT max(array_position($3::text[], k.fields ->> 'effective')) AS c, max(array_position($4::text[], k.fields ->> 'effective_integrity')) AS i,
                max(array_position($5::text[], k.fields ->> 'effective_availability')) AS a, bool_or((k.fields ->> 'holds_mynumber')::boolean) AS m
              FROM records.register_link l JOIN records.register_entry k ON k.municipality_id = $2 AND k.id = l.from_id AND k.register = 'assets' AND k.retired_at IS NULL
              WHERE l.municipality_id = $2 AND l.to_entry = e.id AND l.field = 'containers' AND l.from_id NOT IN (SELECT id FROM up)
            ) inside ON true
            """, r => new Step(r.GetGuid(0), r.GetBoolean(1), Read(r, 2), r.GetBoolean(6), Read(r, 8).With(Read(r, 12)), r.GetFieldValue<Guid[]>(7)),
            cancel, touched, tx.Municipality.Value, Ranks[0], Ranks[1], Ranks[2]);
        return Rise(steps);
    }

    /// <summary>Carries each class up to what it lies in until nothing rises any more, and gives those that differ from what is kept.</summary>
    private static Dictionary<EntryId, FieldValues> Rise(List<Step> steps)
    {
        var byId = steps.ToDictionary(s => s.Id);
        var now = steps.ToDictionary(s => s.Id, s => s.Base);
        var risen = new Queue<Step>(steps);
        while (risen.TryDequeue(out var step))
        {
            // What is out of use lies nowhere any more.
            if (step.IsRetired) continue;
            foreach (var container in step.Containers)
            {
                if (!now.TryGetValue(container, out var its) || its.With(now[step.Id]) is var higher && higher == its) continue;
                now[container] = its.With(now[step.Id]);
                risen.Enqueue(byId[container]);
            }
        }
        return steps.Where(s => !s.IsKept || now[s.Id] != s.Known).ToDictionary(s => new EntryId(s.Id), s => AssetRules.WithEffective(FieldValues.Empty,
            Aspects.Select((a, i) => (a, now[s.Id].Rank(i) is > 0 and var rank ? Ranks[i][rank - 1] : null)), now[s.Id].HoldsMyNumber));
    }

    private static Class Own(FieldValues values)
    {
        var ranks = Aspects.Select((a, i) => values.Text(a.Key()) is { } key ? Array.IndexOf(Ranks[i], key) + 1 : 0).ToArray();
        return new(ranks[0], ranks[1], ranks[2], values.YesNo(AssetRules.MyNumber) == true);
    }

    private static Class Read(Npgsql.NpgsqlDataReader r, int at) => new(Rank(r, at), Rank(r, at + 1), Rank(r, at + 2), r.GetBoolean(at + 3));

    private static int Rank(Npgsql.NpgsqlDataReader r, int at) => r.IsDBNull(at) ? 0 : r.GetInt32(at);
}
