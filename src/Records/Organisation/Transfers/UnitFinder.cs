namespace Sekisho.Records.Organisation.Transfers;

/// <summary>Finds the unit that a sheet or a directory means: by its name, by its name with those above it, or by a word learnt before.</summary>
internal sealed class UnitFinder
{
    private readonly Dictionary<string, List<Unit>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<UnitId, string> paths = [];

    /// <param name="aliases">Folded words that somebody explained before.</param>
    public UnitFinder(IReadOnlyList<Unit> units, IReadOnlyDictionary<string, UnitId> aliases)
    {
        var known = units.ToDictionary(u => u.Id);
        foreach (var unit in units)
        {
            var path = "";
            var shown = new Stack<string>();
            var steps = 0;
            for (var at = unit; at is not null && steps++ < 20; at = at.Parent is { } above ? known.GetValueOrDefault(above) : null)
            {
                // Every end of the path is a name: 情報政策課, 企画部情報政策課, 市長部局企画部情報政策課.
                path = Fold(at.Name) + path;
                shown.Push(at.Name);
                Add(path, unit);
            }
            paths[unit.Id] = string.Join(" ／ ", shown);
        }
        foreach (var (called, id) in aliases)
        {
            // What a person explained goes before what the names say.
            if (known.TryGetValue(id, out var unit)) byName[called] = [unit];
        }

        void Add(string name, Unit unit)
        {
            if (!byName.TryGetValue(name, out var same)) byName[name] = same = [];
            if (!same.Contains(unit)) same.Add(unit);
        }
    }

    /// <summary>All that it can mean: one is right, none is unknown, several need the unit above.</summary>
    public IReadOnlyList<Unit> Find(string untrustedName) => byName.GetValueOrDefault(Fold(untrustedName), []);

    public string PathOf(UnitId id) => paths.GetValueOrDefault(id, "");

    /// <summary>One of several as an example of how to write it: the same one whenever it is asked.</summary>
    public string ShortestOf(IReadOnlyList<Unit> several) => several.Select(u => PathOf(u.Id)).OrderBy(p => p.Length).ThenBy(p => p, StringComparer.Ordinal).First();

    /// <summary>Without blanks and the marks that people put between levels.</summary>
    public static string Fold(string text) => StaffSheetWords.Fold(text).Replace("/", "", StringComparison.Ordinal).Replace(">", "", StringComparison.Ordinal).Replace("・", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
