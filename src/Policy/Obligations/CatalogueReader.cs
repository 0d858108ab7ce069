using Sekisho.Assurance;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Obligations;

/// <summary>Reads a catalogue file strictly; every error names its line.</summary>
internal sealed class CatalogueReader
{
    private readonly DataErrors errors = new();
    private readonly ObligationCatalogue? under;
    private readonly Dictionary<string, LegalSource> sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EvidenceKind> evidence = new(StringComparer.Ordinal);

    /// <summary>Names that the file means to define: a mistake in a definition isn't reported again at each use.</summary>
    private readonly HashSet<string> meant = new(StringComparer.Ordinal);

    private Vocabulary vocabulary = new(new Dictionary<string, IReadOnlyList<string>>(), new Dictionary<string, string>(), []);

    private CatalogueReader(ObligationCatalogue? under) => this.under = under;

    public static CatalogueReading Read(string untrusted, ObligationCatalogue? under) => new CatalogueReader(under).Read(untrusted);

    private CatalogueReading Read(string untrusted)
    {
        if (YamlTree.Read(untrusted, errors) is { } root &&
            YamlFields.Of(root, errors, "format", "sources?", "vocabulary?", "fold?", "ignore?", "evidence?", "obligations?") is { } file)
        {
            if (file.Text("format") is { } format && format != "1")
                errors.Wrong(file.PlaceOf("format"), $"「{format}」という版は読めません（1 だけです）", $"Version '{format}' is not known (only 1 is)");
            ReadSources(file["sources"]);
            ReadVocabulary(file);
            ReadEvidence(file["evidence"]);
            var obligations = new List<Obligation>();
            var signs = new List<Sign>();
            var replaced = new HashSet<ObligationId>();
            if (file["obligations"] is not null)
                foreach (var item in file.Items("obligations")) ReadObligation(item, obligations, signs, replaced);
            if (!errors.Any) return new CatalogueReading.Read(Join(obligations, signs, replaced));
        }
        return new CatalogueReading.Refused(errors.InOrder());
    }

    private ObligationCatalogue Join(List<Obligation> obligations, List<Sign> signs, HashSet<ObligationId> replaced)
    {
        if (under is null) return new ObligationCatalogue(obligations, evidence, sources, vocabulary, signs);
        var own = obligations.ToDictionary(static o => o.Id);
        return new ObligationCatalogue(
            [.. under.Obligations.Select(o => own.GetValueOrDefault(o.Id, o)), .. obligations.Where(o => !replaced.Contains(o.Id))],
            evidence, sources, vocabulary,
            [.. under.Signs.Where(s => !replaced.Contains(s.Obligation)), .. signs]);
    }

    private void ReadSources(YamlValue? value)
    {
        foreach (var source in under?.Sources.Values ?? []) sources[source.Name] = source;
        foreach (var entry in YamlFields.Named(value, errors))
        {
            meant.Add(entry.Key);
            if (YamlFields.Of(entry.Value, errors, "title", "date") is { } fields && fields.Text("title") is { } title && fields.Date("date") is { } date)
                sources[entry.Key] = new LegalSource(entry.Key, title, date);
        }
    }

    private void ReadVocabulary(YamlFields file)
    {
        var variants = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var entry in YamlFields.Named(file["vocabulary"], errors))
        {
            if (entry.Key.AsSpan().ContainsAny('{', '}')) errors.Wrong(entry.At, "言葉に波括弧は使えません", "A word can't contain braces");
            variants[entry.Key] = [.. YamlFields.Words(entry.Value, entry.Key, errors).Prepend(entry.Key).Distinct()];
        }
        var folds = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in YamlFields.Named(file["fold"], errors))
        {
            // A fold that makes its own beginning again would never end.
            if (entry.Value is YamlValue.Scalar { Value: { Length: > 0 } to } && !to.Contains(entry.Key, StringComparison.Ordinal)) folds[entry.Key] = to;
            else errors.Wrong(entry.Value.At, $"「{entry.Key}」の読み替え先が書かれていないか、それ自身を含んでいます", $"'{entry.Key}' must be folded to a text that doesn't contain it");
        }
        var own = new Vocabulary(variants, folds, file.Words("ignore"));
        vocabulary = under is null ? own : under.Vocabulary.With(own);
    }

    private void ReadEvidence(YamlValue? value)
    {
        foreach (var kind in under?.Evidence.Values ?? []) evidence[kind.Kind] = kind;
        foreach (var entry in YamlFields.Named(value, errors))
        {
            if (!IsName(entry.Key)) errors.Wrong(entry.At, $"「{entry.Key}」は英小文字・数字・ハイフン・点で書きます", $"'{entry.Key}' must be lower-case letters, digits, hyphens and dots");
            if (evidence.ContainsKey(entry.Key)) errors.Twice(entry.At, entry.Key);
            meant.Add(entry.Key);
            if (YamlFields.Of(entry.Value, errors, "name", "facts") is not { } fields) continue;
            var facts = new Dictionary<string, Bilingual>(StringComparer.Ordinal);
            foreach (var fact in YamlFields.Named(fields["facts"], errors))
            {
                if (!IsName(fact.Key)) errors.Wrong(fact.At, $"「{fact.Key}」は英小文字・数字・下線で書きます", $"'{fact.Key}' must be lower-case letters, digits and underscores");
                if (YamlFields.Of(fact.Value, errors, "ja", "en") is { } says && says.Text("ja") is { } ja && says.Text("en") is { } en)
                    facts[fact.Key] = new Bilingual(ja, en);
                Spoken(fact.At, facts.GetValueOrDefault(fact.Key));
            }
            if (fields.Both("name") is not { } name) continue;
            Spoken(fields.PlaceOf("name"), name);
            evidence[entry.Key] = new EvidenceKind(entry.Key, name, facts);
        }
    }

    private void ReadObligation(YamlValue value, List<Obligation> obligations, List<Sign> signs, HashSet<ObligationId> replaced)
    {
        if (YamlFields.Of(value, errors, "id", "replaces?", "name", "requires", "grounds", "criteria", "words?") is not { } fields) return;
        var id = ReadId(fields, "id");
        var name = fields.Both("name");
        var requires = fields.Both("requires");
        Spoken(fields.PlaceOf("name"), name);
        Spoken(fields.PlaceOf("requires"), requires);
        var grounds = ReadGrounds(fields);
        var criteria = ReadCriteria(fields);
        if (id is null) return;
        var key = new ObligationId(id);
        var words = new List<Sign>();
        if (fields["words"] is not null)
            foreach (var item in fields.Items("words"))
                if (ReadSign(item, key) is { } sign) words.Add(sign);
        if (obligations.Exists(o => o.Id == key)) errors.Twice(fields.PlaceOf("id"), id);
        if (fields.Text("replaces") is { } replaces)
        {
            if (replaces is not ("true" or "false")) errors.Wrong(fields.PlaceOf("replaces"), "「replaces」は true か false です", "'replaces' is true or false");
            if (replaces == "true" && !replaced.Add(key) | under?.Find(key) is null) errors.Undefined(fields.PlaceOf("id"), id);
        }
        if (under?.Find(key) is not null && !replaced.Contains(key)) errors.Twice(fields.PlaceOf("id"), id);
        if (name is null || requires is null) return;
        obligations.Add(new Obligation(key, name, requires, grounds, criteria));
        signs.AddRange(words);
    }

    private List<LegalGround> ReadGrounds(YamlFields obligation)
    {
        var grounds = new List<LegalGround>();
        foreach (var item in obligation.Items("grounds"))
        {
            if (YamlFields.Of(item, errors, "source", "place") is not { } fields) continue;
            if (fields.Text("source") is not { } source || fields.Text("place") is not { } place) continue;
            if (!sources.ContainsKey(source) && !meant.Contains(source)) errors.Undefined(fields.PlaceOf("source"), source);
            grounds.Add(new LegalGround(source, place));
        }
        return grounds;
    }

    private List<Criterion> ReadCriteria(YamlFields obligation)
    {
        var criteria = new List<Criterion>();
        foreach (var item in obligation.Items("criteria"))
        {
            if (YamlFields.Of(item, errors, "id", "asks", "evidence", "condition", "validity") is not { } fields) continue;
            var (id, asks, kind, validity) = (ReadId(fields, "id"), fields.Both("asks"), fields.Text("evidence"), fields.Duration("validity"));
            Spoken(fields.PlaceOf("asks"), asks);
            if (id is not null && criteria.Exists(c => c.Id == id)) errors.Twice(fields.PlaceOf("id"), id);
            if (kind is not null && !evidence.ContainsKey(kind) && !meant.Contains(kind)) errors.Undefined(fields.PlaceOf("evidence"), kind);
            if (fields.Text("condition") is not { } text) continue;
            if (!Condition.TryParse(text, out var condition, out var why))
            {
                errors.BadCondition(fields.PlaceOf("condition"), text, why);
                continue;
            }
            if (kind is not null && evidence.TryGetValue(kind, out var says))
                foreach (var fact in condition.Facts.Where(f => !says.Facts.ContainsKey(f)))
                    errors.BadCondition(fields.PlaceOf("condition"), text, $"evidence '{kind}' carries no fact '{fact}'");
            if (id is not null && asks is not null && kind is not null && validity is { } span)
                criteria.Add(new Criterion(id, asks, kind, condition, span));
        }
        return criteria;
    }

    private Sign? ReadSign(YamlValue value, ObligationId obligation)
    {
        if (YamlFields.Of(value, errors, "in?", "caption?", "text?", "not?", "confidence") is not { } fields) return null;
        var place = fields.Text("in") switch
        {
            null => SignPlace.Duties,
            "definitions" => SignPlace.DefinitionsArticle,
            "definition" => SignPlace.Definition,
            _ => (SignPlace?)null,
        };
        if (place is null) errors.Wrong(fields.PlaceOf("in"), "「in」は definitions か definition です", "'in' is definitions or definition");
        var (caption, text, not) = (Pattern(fields, "caption"), Pattern(fields, "text"), Pattern(fields, "not"));
        if (fields["caption"] is null && fields["text"] is null) errors.Missing(fields.At, "caption / text");
        return fields.Share("confidence") is { } confidence && place is { } where ? new Sign(obligation, where, caption, text, not, confidence) : null;
    }

    private WordPattern? Pattern(YamlFields fields, string key)
    {
        if (fields.Text(key) is not { } text) return null;
        var pattern = WordPattern.Parse(text, vocabulary, out var undefined);
        if (undefined is not null) errors.Undefined(fields.PlaceOf(key), undefined);
        else if (pattern is null) errors.BadPattern(fields.PlaceOf(key), text);
        return pattern;
    }

    private string? ReadId(YamlFields fields, string key)
    {
        if (fields.Text(key) is not { } id) return null;
        if (IsName(id)) return id;
        errors.Wrong(fields.PlaceOf(key), $"「{id}」は英小文字・数字・ハイフンで書きます", $"'{id}' must be lower-case letters, digits and hyphens");
        return null;
    }

    /// <summary>Words in braces are spoken in the municipality's own words, so they must be known.</summary>
    private void Spoken(YamlPlace at, Bilingual? text)
    {
        if (text is null) return;
        foreach (var word in PolicyWords.Braced(text.Ja).Concat(PolicyWords.Braced(text.En)))
            if (vocabulary.Variants(word) is null) errors.Undefined(at, word);
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 64 && char.IsAsciiLetterLower(text[0]) && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.');
}
