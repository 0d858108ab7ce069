using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Crossing.Traces;

/// <summary>A family of what the sanitiser takes out (取り除いたものの分類): macros, scripts, links.</summary>
public sealed record ThreatFamily(string Key, Bilingual Name, IReadOnlyList<string> Threats);

/// <summary>The families, in the order in which they are shown. Data: data/crossing/threat-families.yaml.</summary>
public static class ThreatFamilies
{
    private const string Rest = "other";

    private static readonly Lazy<IReadOnlyList<ThreatFamily>> Shipped = new(static () =>
    {
        using var stream = typeof(ThreatFamilies).Assembly.GetManifestResourceStream("crossing/threat-families.yaml") ?? throw new InvalidOperationException("data/crossing/threat-families.yaml is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Parse(reader.ReadToEnd(), out var problems) ?? throw new InvalidOperationException("data/crossing/threat-families.yaml is broken: " + string.Join("; ", problems));
    });

    private static readonly Lazy<IReadOnlyDictionary<string, string>> ByThreat = new(static () => Shipped.Value.SelectMany(f => f.Threats.Select(t => (t, f.Key))).ToDictionary(p => p.t, p => p.Key, StringComparer.Ordinal));

    public static IReadOnlyList<ThreatFamily> All => Shipped.Value;

    /// <summary>The family of a threat; what a newer sanitiser names counts among the rest.</summary>
    public static string Of(string threat) => ByThreat.Value.GetValueOrDefault(threat, Rest);

    /// <summary>Null when there is none with this key.</summary>
    public static ThreatFamily? Find(string key) => All.FirstOrDefault(f => f.Key == key);

    /// <returns>Null with the problems, each with its line.</returns>
    internal static IReadOnlyList<ThreatFamily>? Parse(string untrusted, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        var families = new List<ThreatFamily>();
        if (YamlTree.Read(untrusted, errors) is { } root && YamlFields.Of(root, errors, "format", "source", "date", "families") is { } file)
        {
            foreach (var f in file.Items("families").Select(i => YamlFields.Of(i, errors, "key", "name", "threats")).OfType<YamlFields>())
                if (f.Text("key") is { } key && f.Both("name") is { } name) families.Add(new(key, name, [.. f.Words("threats")]));
        }
        problems = errors.InOrder();
        return errors.Any ? null : families;
    }
}
