using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Scanning;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sekisho.Sanitizer.Rules;

/// <summary>Reads a policy of the sanitiser from YAML: what the file doesn't name is as in the default.</summary>
public static class PolicyFile
{
    private const string DefaultName = "default-policy.yaml";

    /// <summary>The whole default as it is written, with its explanations.</summary>
    public static string DefaultText { get; } = ReadDefault();

    /// <summary>The policy, or the first thing that is wrong with it, by its line.</summary>
    public static (SanitizePolicy? Policy, ReadError? Error) Read(string untrustedYaml)
    {
        // Apart, so that nobody loads YAML's reader who has none to read.
        return untrustedYaml.Length == 0 ? (SanitizePolicy.Default, null) : ReadYaml(untrustedYaml);
    }

    private static (SanitizePolicy? Policy, ReadError? Error) ReadYaml(string untrustedYaml)
    {
        try
        {
            var values = Flatten(DefaultText, []);
            var known = values.Keys.ToHashSet(StringComparer.Ordinal);
            foreach (var (key, value) in Flatten(untrustedYaml, known)) values[key] = value;
            return (Build(values), null);
        }
        catch (WrongPolicyException e)
        {
            return (null, new ReadError("SAN-POLICY-001", e.Where, e.What,
                new("既定の方針（sekisho sanitize policy）と見比べて直してください。", "Compare it with the default (sekisho sanitize policy) and correct it.")));
        }
        catch (YamlException e)
        {
            return (null, new ReadError("SAN-POLICY-001", $"{e.Start.Line} 行目 / line {e.Start.Line}", new("YAML として読めません。", "It can't be read as YAML."),
                new("字下げと引用符を確かめてください。", "Check the indentation and the quotes.")));
        }
    }

    internal static SanitizePolicy LoadDefault() => Build(ReadOwn(DefaultText));

    /// <summary>The default by YAML's own reader: what a test compares <see cref="LoadDefault"/> with.</summary>
    internal static SanitizePolicy LoadDefaultAsYaml() => Build(Flatten(DefaultText, []));

    /// <summary>A family's key in policies: <c>ooxml</c>, <c>legacy-office</c>.</summary>
    public static string FamilyKey(FileFamily family) => family switch
    {
        FileFamily.LegacyOffice => "legacy-office",
        FileFamily.NotRebuildable => "not-rebuildable",
        _ => family.ToString().ToLowerInvariant(),
    };

    private static string ReadDefault()
    {
        using var stream = typeof(PolicyFile).Assembly.GetManifestResourceStream(DefaultName)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Our own default, which is plain: a key a line, two levels, lists in brackets. The reader of YAML takes 30 ms to get going, in the host and in each worker.</summary>
    private static Dictionary<string, Value> ReadOwn(string yaml)
    {
        var values = new Dictionary<string, Value>(StringComparer.Ordinal);
        var group = "";
        foreach (var line in yaml.AsSpan().EnumerateLines())
        {
            var comment = line.IndexOf('#');
            var text = (comment < 0 ? line : line[..comment]).TrimEnd();
            if (text.Length == 0) continue;
            var colon = text.IndexOf(':');
            var (key, value) = (text[..colon].Trim().ToString(), text[(colon + 1)..].Trim().ToString());
            var isInner = text[0] == ' ';
            if (!isInner) group = key;
            if (value.Length == 0) continue;
            var isList = value[0] == '[';
            values[isInner ? $"{group}.{key}" : key] = new(isList ? value[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [value], isList, "");
        }
        return values;
    }

    private static Dictionary<string, Value> Flatten(string yaml, HashSet<string> known)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var values = new Dictionary<string, Value>(StringComparer.Ordinal);
        if (stream.Documents.Count == 0) return values;
        Walk(stream.Documents[0].RootNode, "", values, known);
        return values;
    }

    private static void Walk(YamlNode node, string path, Dictionary<string, Value> values, HashSet<string> known)
    {
        if (node is YamlMappingNode map)
        {
            foreach (var (name, child) in map.Children)
            {
                if (name is not YamlScalarNode { Value: { } key }) throw new WrongPolicyException(Where(name), new("項目名が文字ではありません。", "A key is not text."));
                Walk(child, path.Length == 0 ? key : $"{path}.{key}", values, known);
            }
            return;
        }
        if (known.Count > 0 && !known.Contains(path) && !(path.StartsWith("kinds.", StringComparison.Ordinal) && FileKind.All.ContainsKey(path["kinds.".Length..])))
            throw new WrongPolicyException(Where(node), new($"「{path}」という項目はありません。", $"There is no key “{path}”."));
        var texts = node switch
        {
            YamlScalarNode scalar => [scalar.Value ?? ""],
            YamlSequenceNode list => list.Children.Select(c => (c as YamlScalarNode)?.Value ?? throw new WrongPolicyException(Where(c), new("値が文字ではありません。", "A value is not text."))).ToList(),
            _ => throw new WrongPolicyException(Where(node), new("値を読み取れません。", "A value can't be read.")),
        };
        values[path] = new(texts, node is YamlSequenceNode, Where(node));
    }

    private static SanitizePolicy Build(Dictionary<string, Value> values)
    {
        // Loops, not queries over pairs: those are compiled at each start of host and worker (ADR-0095).
        var kinds = new Dictionary<string, Treatment>(StringComparer.Ordinal);
        foreach (var key in values.Keys)
        {
            if (key.StartsWith("kinds.", StringComparison.Ordinal)) kinds[key["kinds.".Length..]] = OneOf(values, key, ("rebuild", Treatment.Rebuild), ("refuse", Treatment.Refuse), ("admit", Treatment.Admit));
        }
        return new()
        {
            Mode = OneOf(values, "mode", ("rebuild", SanitizeMode.Rebuild), ("pixels", SanitizeMode.Pixels), ("text", SanitizeMode.Text)),
            Kinds = kinds,
            CorrectNames = OneOf(values, "names", ("correct", true), ("refuse", false)),
            KeepComments = OneOf(values, "office.comments", ("keep", true), ("drop", false)),
            AcceptTrackedChanges = OneOf(values, "office.tracked-changes", ("keep", false), ("accept", true)),
            RefuseHidden = OneOf(values, "office.hidden", ("keep", false), ("refuse", true)),
            KeepMetadata = OneOf(values, "office.metadata", ("keep", true), ("drop", false)),
            RebuildMetafiles = OneOf(values, "office.metafiles", ("rebuild", true), ("picture", false)),
            LinkSchemes = values["links.schemes"] is { IsList: true } schemes ? [.. schemes.Texts.Select(static s => s.ToLowerInvariant())] : throw Wrong(values["links.schemes"], "links.schemes"),
            KeepLinks = OneOf(values, "links.policy", ("keep", true), ("text", false)),
            KeepUnmarkedUtf16 = OneOf(values, "text.utf-16-without-mark", ("keep", true), ("refuse", false)),
            KeepLatin1 = OneOf(values, "text.latin-1", ("keep", true), ("refuse", false)),
            QuoteFormulas = OneOf(values, "csv.formulas", ("quote", true), ("keep", false)),
            KeepRemoteImages = OneOf(values, "html.images", ("keep", true), ("drop", false)),
            KeepMailHtml = OneOf(values, "mail.body", ("html", true), ("text", false)),
            Mail = new(
                OneOf(values, "mail.both", ("text", false), ("html", true)), OneOf(values, "mail.links", ("defang", true), ("keep", false)), OneOf(values, "mail.parts", ("attach", false), ("link", true)),
                OneOf(values, "mail.notices", ("all", true), ("refused", false)), OneOf(values, "mail.marks", ("top", MarkPlace.Top), ("end", MarkPlace.End), ("none", MarkPlace.None)),
                OneOf<string?>(values, "mail.language", ("auto", null), ("ja", "ja"), ("en", "en")), OneOf(values, "mail.received", ("drop", ReceivedChain.Drop), ("summary", ReceivedChain.Summary), ("keep", ReceivedChain.Keep)),
                Server(values, "mail.authserv-id"), Domains(values, "mail.authserv-hosts"), Hops(values, "mail.authserv-hops"), OneOf(values, "mail.authserv-results", ("above", ResultsPlace.Above), ("below", ResultsPlace.Below)), Domains(values, "mail.own-domains"), Names(values, "mail.own-names"), Domains(values, "mail.known-domains")),
            KeepAlarms = OneOf(values, "calendar.alarms", ("keep", true), ("drop", false)),
            RebuildCalendarFiles = OneOf(values, "calendar.attachments", ("rebuild", true), ("drop", false)),
            RefuseWithMember = OneOf(values, "archive.refused-members", ("refuse", true), ("note", false)),
            KeepForms = OneOf(values, "pdf.forms", ("keep", true), ("drop", false)),
            RebuildPdfFiles = OneOf(values, "pdf.attachments", ("rebuild", true), ("drop", false)),
            KeepPdfMetadata = OneOf(values, "pdf.metadata", ("keep", true), ("drop", false)),
            Scanner = values["scan.clamd"] is { IsList: false, Texts: ["none"] } ? null : values["scan.clamd"] is { IsList: false } place && ScannerAddress.Read(place.Texts[0]) is { } clamd ? clamd : throw Wrong(values["scan.clamd"], "scan.clamd"),
            ScanInput = OneOf(values, "scan.files", ("both", true), ("input", true), ("output", false)),
            ScanOutput = OneOf(values, "scan.files", ("both", true), ("input", false), ("output", true)),
            Limits = new(
                Number(values, "limits.input-bytes"), Number(values, "limits.in-memory-bytes"), Number(values, "limits.expanded-bytes"), (int)Number(values, "limits.expansion-ratio"),
                (int)Number(values, "limits.entries"), (int)Number(values, "limits.depth"), Number(values, "limits.pixels"), (int)Number(values, "limits.pages"), TimeSpan.FromSeconds(Number(values, "limits.seconds"))),
        };
    }

    private static T OneOf<T>(Dictionary<string, Value> values, string key, params (string Word, T Means)[] words)
    {
        var value = values[key];
        if (!value.IsList)
        {
            foreach (var (word, means) in words)
            {
                if (value.Texts[0] == word) return means;
            }
        }
        throw new WrongPolicyException(value.Where,
            new($"「{key}」は {string.Join("・", words.Select(static w => w.Word))} のどれかです（「{string.Join(' ', value.Texts)}」）。", $"“{key}” is one of {string.Join(", ", words.Select(static w => w.Word))} (“{string.Join(' ', value.Texts)}”)."));
    }

    private static string? Server(Dictionary<string, Value> values, string key)
    {
        var value = values[key];
        if (value.IsList || value.Texts[0].Length is 0 or > 200 || value.Texts[0].Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '_'))) throw Wrong(value, key);
        return value.Texts[0] == "none" ? null : value.Texts[0].ToLowerInvariant();
    }

    private static List<string> Domains(Dictionary<string, Value> values, string key) =>
        [.. Names(values, key).Select(n => Mail.Senders.DomainName.Read(n) is { } domain && !domain.Ascii.Any(static c => c is ' ' or '@' or '/' or '*') ? domain.Ascii : throw Wrong(values[key], key))];

    private static List<string> Names(Dictionary<string, Value> values, string key)
    {
        var value = values[key];
        // A name of one letter would be in every other's.
        if (!value.IsList || value.Texts.Count > 1000 || value.Texts.Any(static t => t.Trim().Length is < 2 or > 200)) throw Wrong(value, key);
        return [.. value.Texts.Select(static t => t.Trim())];
    }

    private static int Hops(Dictionary<string, Value> values, string key) => Number(values, key) is var hops and <= 10 ? (int)hops : throw Wrong(values[key], key);

    private static long Number(Dictionary<string, Value> values, string key) =>
        values[key] is { IsList: false } value && long.TryParse(value.Texts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < (1L << 50)
            && (key is "limits.input-bytes" or "limits.expanded-bytes" or "limits.in-memory-bytes" or "limits.pixels" || number <= int.MaxValue)
            ? number : throw Wrong(values[key], key);

    private static WrongPolicyException Wrong(Value value, string key) =>
        new(value.Where, new($"「{key}」の値「{string.Join(' ', value.Texts)}」は使えません。", $"The value “{string.Join(' ', value.Texts)}” of “{key}” can't be used."));

    private static string Where(YamlNode node) => $"{node.Start.Line} 行目 / line {node.Start.Line}";

    private sealed record Value(IReadOnlyList<string> Texts, bool IsList, string Where);

    private sealed class WrongPolicyException(string where, Bilingual what) : Exception
    {
        public string Where => where;

        public Bilingual What => what;
    }
}
