using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Lint;

/// <summary>What a policy is held against (国の例文・法令・表記): data/national-model.yaml and data/law.yaml.</summary>
public sealed class NationalModel
{
    private static readonly Lazy<NationalModel> Shipped = new(static () =>
        Parse(DataFile.Text("national-model.yaml"), DataFile.Text("law.yaml"), ObligationCatalogue.Load(), out var errors)
        ?? throw new InvalidOperationException("data/national-model.yaml or data/law.yaml is broken: " + string.Join("; ", errors)));

    private NationalModel(ObligationCatalogue catalogue, IReadOnlyList<ModelText> texts, IReadOnlyList<IReadOnlyList<string>> terms, IReadOnlyList<IReadOnlyList<string>> spellings, IReadOnlyList<ApplicableLaw> laws)
    {
        Catalogue = catalogue;
        Texts = texts;
        Terms = terms;
        Spellings = spellings;
        Laws = laws;
    }

    public ObligationCatalogue Catalogue { get; }

    internal IReadOnlyList<ModelText> Texts { get; }

    /// <summary>Terms to be defined, each with its variants.</summary>
    internal IReadOnlyList<IReadOnlyList<string>> Terms { get; }

    internal IReadOnlyList<IReadOnlyList<string>> Spellings { get; }

    internal IReadOnlyList<ApplicableLaw> Laws { get; }

    /// <summary>The model that ships with the product.</summary>
    public static NationalModel Load() => Shipped.Value;

    /// <returns>Null with the errors, each with its line.</returns>
    internal static NationalModel? Parse(string untrustedModel, string untrustedLaw, ObligationCatalogue catalogue, out IReadOnlyList<ReadError> problems)
    {
        var errors = new DataErrors();
        var texts = new List<ModelText>();
        var (terms, spellings, laws) = (new List<IReadOnlyList<string>>(), new List<IReadOnlyList<string>>(), new List<ApplicableLaw>());
        if (YamlTree.Read(untrustedModel, errors) is { } root && YamlFields.Of(root, errors, "format", "models", "terms", "spellings") is { } file)
        {
            foreach (var item in file.Items("models"))
                if (ReadText(item, catalogue, errors) is { } text) texts.Add(text);
            foreach (var (term, at) in file.Words("terms").Select(t => (t, file.PlaceOf("terms"))))
            {
                if (PolicyWords.Braced(term).SingleOrDefault() is not { } word) terms.Add([term]);
                else if (catalogue.Vocabulary.Variants(word) is { } variants) terms.Add(variants);
                else errors.Undefined(at, word);
            }
            foreach (var group in file.Items("spellings")) spellings.Add(YamlFields.Words(group, "spellings", errors));
        }
        if (YamlTree.Read(untrustedLaw, errors) is { } lawRoot && YamlFields.Of(lawRoot, errors, "format", "laws") is { } lawFile)
        {
            foreach (var item in lawFile.Items("laws"))
            {
                if (YamlFields.Of(item, errors, "id", "title", "place", "in_force", "mentions", "asks", "next") is not { } f) continue;
                if (f.Text("title") is { } title && f.Text("place") is { } place && f.Date("in_force") is { } from
                    && Pattern(f, "mentions", catalogue, errors) is { } mentions && f.Both("asks") is { } asks && f.Both("next") is { } next)
                    laws.Add(new ApplicableLaw(title, place, from, mentions, asks, next));
            }
        }
        problems = errors.InOrder();
        return errors.Any ? null : new NationalModel(catalogue, texts, terms, spellings, laws);
    }

    private static ModelText? ReadText(YamlValue value, ObligationCatalogue catalogue, DataErrors errors)
    {
        if (YamlFields.Of(value, errors, "id", "name", "titles", "items") is not { } fields) return null;
        var items = new List<ModelItem>();
        foreach (var item in fields.Items("items"))
        {
            if (YamlFields.Of(item, errors, "number", "name", "obligations?", "caption?", "text?") is not { } f) continue;
            var obligations = f.Words("obligations");
            foreach (var id in obligations.Where(id => catalogue.Find(new ObligationId(id)) is null)) errors.Undefined(f.PlaceOf("obligations"), id);
            if (f.Text("number") is { } number && f.Both("name") is { } name)
                items.Add(new ModelItem(number, name, [.. obligations.Select(static o => new ObligationId(o))], Pattern(f, "caption", catalogue, errors), Pattern(f, "text", catalogue, errors)));
        }
        return fields.Both("name") is { } title && Pattern(fields, "titles", catalogue, errors) is { } titles ? new ModelText(title, titles, items) : null;
    }

    private static WordPattern? Pattern(YamlFields fields, string key, ObligationCatalogue catalogue, DataErrors errors)
    {
        if (fields.Text(key) is not { } text) return null;
        var pattern = WordPattern.Parse(text, catalogue.Vocabulary, out var undefined);
        if (undefined is not null) errors.Undefined(fields.PlaceOf(key), undefined);
        else if (pattern is null) errors.BadPattern(fields.PlaceOf(key), text);
        return pattern;
    }
}

/// <summary>A model text and the titles of the documents that are held against it.</summary>
internal sealed record ModelText(Bilingual Name, WordPattern Titles, IReadOnlyList<ModelItem> Items);

/// <summary>One article of a model: there when any of its obligations is tied, or its words are found.</summary>
/// <param name="Number">As the model prints it: 6(3).</param>
internal sealed record ModelItem(string Number, Bilingual Name, IReadOnlyList<ObligationId> Obligations, WordPattern? Caption, WordPattern? Text)
{
    /// <summary>A part of an article; the policy may well say it in its standard instead.</summary>
    public bool IsPart => Number.Contains('(', StringComparison.Ordinal);
}

/// <summary>A law that a policy should mention from the day it is in force.</summary>
internal sealed record ApplicableLaw(string Title, string Place, DateOnly InForce, WordPattern Mentions, Bilingual Asks, Bilingual Next);
