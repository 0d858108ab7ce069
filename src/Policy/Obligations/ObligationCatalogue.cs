using Sekisho.Assurance;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Obligations;

/// <summary>The obligations that provisions may create (義務の一覧), what evidence can say about them, and the words that tie them.</summary>
/// <remarks>Form of the file: docs/formats/obligations-yaml.md. Immutable; safe to share between threads.</remarks>
public sealed class ObligationCatalogue
{
    private static readonly Lazy<ObligationCatalogue> Shipped = new(static () =>
        Parse(DataFile.Text("obligations.yaml")).Match(
            static read => read.Catalogue,
            static refused => throw new InvalidOperationException("data/obligations.yaml is broken: " + string.Join("; ", refused.Errors))));

    private readonly Dictionary<ObligationId, Obligation> byId;

    internal ObligationCatalogue(
        IReadOnlyList<Obligation> obligations, IReadOnlyDictionary<string, EvidenceKind> evidence,
        IReadOnlyDictionary<string, LegalSource> sources, Vocabulary vocabulary, IReadOnlyList<Sign> signs)
    {
        Obligations = obligations;
        Evidence = evidence;
        Sources = sources;
        Vocabulary = vocabulary;
        Signs = signs;
        byId = obligations.ToDictionary(static o => o.Id);
    }

    /// <summary>In the order of the file, which is the order of a policy.</summary>
    public IReadOnlyList<Obligation> Obligations { get; }

    /// <summary>Kinds of evidence by name; a criterion's condition asks only for facts that its kind carries.</summary>
    public IReadOnlyDictionary<string, EvidenceKind> Evidence { get; }

    /// <summary>The texts behind the obligations, by the short name that <see cref="LegalGround.Source"/> uses.</summary>
    public IReadOnlyDictionary<string, LegalSource> Sources { get; }

    public Vocabulary Vocabulary { get; }

    internal IReadOnlyList<Sign> Signs { get; }

    public Obligation? Find(ObligationId id) => byId.GetValueOrDefault(id);

    /// <summary>The catalogue that ships with the product (data/obligations.yaml).</summary>
    public static ObligationCatalogue Load() => Shipped.Value;

    /// <summary>A catalogue by itself.</summary>
    public static CatalogueReading Parse(string untrustedYaml) => CatalogueReader.Read(untrustedYaml, null);

    /// <summary>This catalogue with a municipality's own file on top: new obligations, and those it replaces by saying <c>replaces: true</c>.</summary>
    public CatalogueReading Extend(string untrustedYaml) => CatalogueReader.Read(untrustedYaml, this);
}

/// <summary>Outcome of reading a catalogue: all of it or none of it.</summary>
public abstract record CatalogueReading
{
    private CatalogueReading()
    {
    }

    public abstract T Match<T>(Func<Read, T> read, Func<Refused, T> refused);

    public sealed record Read(ObligationCatalogue Catalogue) : CatalogueReading
    {
        public override T Match<T>(Func<Read, T> read, Func<Refused, T> refused) => read(this);
    }

    /// <param name="Errors">In the order of lines; <see cref="ReadError.Where"/> is 「12行目」.</param>
    public sealed record Refused(IReadOnlyList<ReadError> Errors) : CatalogueReading
    {
        public override T Match<T>(Func<Read, T> read, Func<Refused, T> refused) => refused(this);
    }
}

/// <summary>What a kind of evidence says (証跡の種別).</summary>
/// <param name="Facts">Named numbers, with what each counts.</param>
public sealed record EvidenceKind(string Kind, Bilingual Name, IReadOnlyDictionary<string, Bilingual> Facts);

/// <summary>A text that obligations rest on (根拠).</summary>
/// <param name="Date">In force from, or as consulted.</param>
public sealed record LegalSource(string Name, string Title, DateOnly Date);

/// <summary>Where a sign counts.</summary>
internal enum SignPlace
{
    /// <summary>In any provision that isn't part of a definitions article.</summary>
    Duties,

    /// <summary>In the article that defines terms; what it finds is such an article.</summary>
    DefinitionsArticle,

    /// <summary>In one definition of such an article.</summary>
    Definition,
}

/// <summary>Words by which a provision shows that it creates an obligation (手掛かり).</summary>
/// <param name="Caption">Must be in the caption, if given.</param>
/// <param name="Text">Must be in one sentence of the text, if given.</param>
/// <param name="Not">Must not be where the sign was found.</param>
internal sealed record Sign(ObligationId Obligation, SignPlace Place, WordPattern? Caption, WordPattern? Text, WordPattern? Not, double Confidence);
