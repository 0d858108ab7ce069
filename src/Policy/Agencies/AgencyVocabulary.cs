using System.Text;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Policy.Agencies;

/// <summary>A kind of agency (実施機関の種類), as law and custom know it.</summary>
/// <param name="Id">Stable, e.g. <c>education</c>.</param>
/// <param name="By">The law that makes every municipality have one; null where not every one has.</param>
/// <param name="Gathers">Agencies that are meant together under its name (行政委員会); empty for a single one.</param>
public sealed record Agency(string Id, Bilingual Name, IReadOnlyList<string> Words, string? By, IReadOnlyList<string> Gathers);

/// <summary>The agencies that there are, and the words for them: data/agencies.yaml.</summary>
public sealed class AgencyVocabulary
{
    private static readonly Lazy<AgencyVocabulary> Shipped = new(static () =>
        Parse(DataFile.Text("agencies.yaml"), out var problems) ?? throw new InvalidOperationException("data/agencies.yaml is broken: " + string.Join("; ", problems)));

    private readonly (string Word, Agency Agency)[] words;

    private AgencyVocabulary(IReadOnlyList<Agency> agencies, IReadOnlyList<string> captions, IReadOnlyList<string> leads, IReadOnlyList<string> ends)
    {
        Agencies = agencies;
        (Captions, Leads, Ends) = (captions, leads, ends);
        words = [.. agencies.SelectMany(a => a.Words.Select(w => (Fold(w), a))).OrderByDescending(w => w.Item1.Length)];
    }

    public IReadOnlyList<Agency> Agencies { get; }

    internal IReadOnlyList<string> Captions { get; }

    internal IReadOnlyList<string> Leads { get; }

    internal IReadOnlyList<string> Ends { get; }

    /// <summary>The vocabulary that ships with the product.</summary>
    public static AgencyVocabulary Load() => Shipped.Value;

    public Agency? Find(string id) => Agencies.FirstOrDefault(a => a.Id == id);

    /// <summary>The agency that a name means, by the longest word that it contains; null: none that is known.</summary>
    public Agency? Recognise(string name)
    {
        var folded = Fold(name);
        foreach (var (word, agency) in words)
        {
            if (folded.Contains(word, StringComparison.Ordinal)) return agency;
        }
        return null;
    }

    /// <summary>Made comparable: NFKC, no blanks.</summary>
    public static string Fold(string text) => string.Concat(text.Normalize(NormalizationForm.FormKC).Where(static c => !char.IsWhiteSpace(c)));

    /// <returns>Null with the problems, each with its line.</returns>
    internal static AgencyVocabulary? Parse(string untrusted, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        var agencies = new List<Agency>();
        AgencyVocabulary? read = null;
        if (YamlTree.Read(untrusted, errors) is { } root && YamlFields.Of(root, errors, "format", "agencies", "scope") is { } file)
        {
            foreach (var item in file.Items("agencies"))
            {
                if (YamlFields.Of(item, errors, "id", "name", "words", "by?", "gathers?") is not { } f) continue;
                if (f.Text("id") is { } id && f.Both("name") is { } name) agencies.Add(new Agency(id, name, f.Words("words"), f["by"] is null ? null : f.Text("by"), f.Words("gathers")));
            }
            foreach (var gathered in agencies.SelectMany(a => a.Gathers).Where(g => agencies.TrueForAll(a => a.Id != g))) errors.Undefined(file.PlaceOf("agencies"), gathered);
            if (file["scope"] is { } scope && YamlFields.Of(scope, errors, "captions", "leads", "ends") is { } s)
                read = new AgencyVocabulary(agencies, s.Words("captions"), s.Words("leads"), s.Words("ends"));
        }
        problems = errors.InOrder();
        return errors.Any ? null : read;
    }
}
