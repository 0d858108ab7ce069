using Sekisho.Assurance;

namespace Sekisho.Sanitizer.Reports;

/// <summary>The names of what a sanitiser takes out (脅威の一覧), from data/sanitizer/threats.txt.</summary>
public static class ThreatCatalogue
{
    /// <summary>All of them by id.</summary>
    public static IReadOnlyDictionary<string, Bilingual> All { get; } = Load();

    /// <summary>The name of a threat; its id when it isn't in the list.</summary>
    public static Bilingual NameOf(string id) => All.GetValueOrDefault(id, Bilingual.Same(id));

    private static Dictionary<string, Bilingual> Load()
    {
        using var reader = new StreamReader(typeof(ThreatCatalogue).Assembly.GetManifestResourceStream("threats.txt")!);
        var names = new Dictionary<string, Bilingual>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var parts = line.Split('|', StringSplitOptions.TrimEntries);
            names.Add(parts[0], new(parts[1], parts[2]));
        }
        return names.ToDictionary(StringComparer.Ordinal);
    }
}
