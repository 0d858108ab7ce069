using System.Text;
using Sekisho.Policy.Obligations;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>The headings and words of personnel sheets (表の言葉): data/staff-sheets.yaml.</summary>
internal sealed class StaffSheetWords
{
    private static readonly Lazy<StaffSheetWords> Shipped = new(static () =>
    {
        using var stream = typeof(StaffSheetWords).Assembly.GetManifestResourceStream("data/staff-sheets.yaml") ?? throw new InvalidOperationException("data/staff-sheets.yaml is not built in.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return new StaffSheetWords(reader.ReadToEnd());
    });

    private readonly Dictionary<string, Dictionary<string, string>> sections = [];

    private StaffSheetWords(string yaml)
    {
        var errors = new DataErrors();
        if (YamlTree.Read(yaml, errors) is { } root)
        {
            foreach (var section in YamlFields.Named(root, errors).Where(e => e.Value is YamlValue.Map))
            {
                var words = sections[section.Key] = new(StringComparer.Ordinal);
                foreach (var entry in YamlFields.Named(section.Value, errors))
                    foreach (var word in YamlFields.Words(entry.Value, entry.Key, errors)) words[Fold(word)] = entry.Key;
            }
        }
        if (errors.Any) throw new InvalidOperationException("data/staff-sheets.yaml is broken: " + string.Join("; ", errors.InOrder()));
    }

    public static StaffSheetWords Load() => Shipped.Value;

    /// <summary>What a word of a sheet stands for in a section of the file; null: unknown.</summary>
    public string? Find(string section, string untrustedWord) => sections[section].GetValueOrDefault(Fold(untrustedWord));

    /// <summary>Made comparable: NFKC, lower case, without blanks and without what stands in brackets.</summary>
    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        var depth = 0;
        foreach (var c in Safe(text).Normalize(NormalizationForm.FormKC))
        {
            if (c == '(') depth++;
            else if (c == ')') depth = Math.Max(0, depth - 1);
            else if (depth == 0 && !char.IsWhiteSpace(c) && !char.IsControl(c)) folded.Append(char.ToLowerInvariant(c));
        }
        return folded.ToString();
    }

    /// <summary>A lone surrogate would make the normalisation throw.</summary>
    private static string Safe(string text) => text.Any(char.IsSurrogate) ? string.Concat(text.EnumerateRunes()) : text;
}
