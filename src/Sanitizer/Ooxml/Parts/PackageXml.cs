using System.Xml;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Parts;

/// <summary>One relationship as it is written in a .rels part.</summary>
internal sealed record RawRelation(string Id, string Type, string Target, bool IsExternal);

/// <summary>Reads [Content_Types].xml and .rels strictly. Source: ISO/IEC 29500-2.</summary>
internal static class PackageXml
{
    private const string TypesUri = "http://schemas.openxmlformats.org/package/2006/content-types", RelationsUri = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const int MostRelations = 200_000;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, IgnoreWhitespace = true, MaxCharactersInDocument = 64 << 20, CloseInput = true };

    /// <summary>Content types by part name and by extension, both lower case.</summary>
    public static (Dictionary<string, string> Overrides, Dictionary<string, string> Defaults) ReadTypes(byte[] untrusted)
    {
        const string place = "[Content_Types].xml";
        var overrides = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var defaults = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var reader in Elements(untrusted, place, TypesUri, "Types"))
        {
            var type = reader.GetAttribute("ContentType") ?? throw OoxmlRefusals.Xml(place, "ContentType がありません", "no ContentType");
            // Parameters are no part of any type that is known here.
            if (reader.LocalName == "Override") Add(overrides, (reader.GetAttribute("PartName") ?? "").TrimStart('/'));
            else if (reader.LocalName == "Default") Add(defaults, reader.GetAttribute("Extension") ?? "");
            else throw OoxmlRefusals.Xml(place, "知らない要素があります", "an unknown element");

            void Add(Dictionary<string, string> to, string key)
            {
                if (!to.TryAdd(key, type.Trim()) && to[key] != type.Trim()) throw OoxmlRefusals.Ambiguous(place, $"「{key}」の種類が二つあります", $"two types for “{key}”");
            }
        }
        return (overrides, defaults);
    }

    public static List<RawRelation> ReadRelations(byte[] untrusted, string place)
    {
        var relations = new List<RawRelation>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reader in Elements(untrusted, place, RelationsUri, "Relationships"))
        {
            if (reader.LocalName != "Relationship") throw OoxmlRefusals.Xml(place, "知らない要素があります", "an unknown element");
            var (id, type, target, mode) = (reader.GetAttribute("Id") ?? "", reader.GetAttribute("Type") ?? "", reader.GetAttribute("Target") ?? "", reader.GetAttribute("TargetMode"));
            if (mode is not (null or "Internal" or "External") || id.Length > 255) throw OoxmlRefusals.Xml(place, "関係の書き方が違います", "a malformed relationship");
            if (id.Length > 0 && !ids.Add(id)) throw OoxmlRefusals.Ambiguous(place, $"関係「{id}」が二つあります", $"two relationships “{id}”");
            if (relations.Count >= MostRelations) throw Refusals.TooMany(place, MostRelations);
            relations.Add(new(id, type, target, mode == "External"));
        }
        return relations;
    }

    /// <summary>A strict reader for the small parts that have a vocabulary of their own.</summary>
    public static XmlReader Open(byte[] untrusted) => XmlReader.Create(new MemoryStream(untrusted, writable: false), Settings);

    /// <summary>Runs a reader over bad content: what it throws becomes the refusal.</summary>
    public static T Guard<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (XmlException e)
        {
            throw e.Message.Contains("DTD", StringComparison.Ordinal) ? OoxmlRefusals.Dtd(place) : OoxmlRefusals.Xml(place, $"{e.LineNumber} 行目", $"line {e.LineNumber}");
        }
    }

    private static List<Attributes> Elements(byte[] untrusted, string place, string uri, string root) => Guard(place, () =>
    {
        var found = new List<Attributes>();
        using var reader = Open(untrusted);
        var seenRoot = false;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (reader.NamespaceURI != uri || reader.Depth > 1 || (reader.Depth == 0 && reader.LocalName != root)) throw OoxmlRefusals.Xml(place, "知らない要素があります", "an unknown element");
            if (reader.Depth == 0)
            {
                seenRoot = true;
                continue;
            }
            var values = new Dictionary<string, string>(StringComparer.Ordinal);
            var name = reader.LocalName;
            while (reader.MoveToNextAttribute())
            {
                if (reader.NamespaceURI.Length == 0) values[reader.LocalName] = reader.Value;
            }
            found.Add(new(name, values));
        }
        return seenRoot ? found : throw OoxmlRefusals.Xml(place, "中身がありません", "it is empty");
    });

    private sealed record Attributes(string LocalName, Dictionary<string, string> Values)
    {
        public string? GetAttribute(string name) => Values.GetValueOrDefault(name);
    }
}
