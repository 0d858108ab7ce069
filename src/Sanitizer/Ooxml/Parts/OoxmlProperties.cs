using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Parts;

/// <summary>The properties of a document (docProps): by default only the program that wrote it, which other programs read to know how to open it; all known ones where the policy keeps metadata.</summary>
internal sealed partial class OoxmlProperties
{
    private const string CoreType = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", AppType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties";
    private const string CoreUri = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties", AppUri = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties", DublinCore = "http://purl.org/dc/elements/1.1/", Terms = "http://purl.org/dc/terms/";

    private static readonly string[] CoreNames = ["category", "contentStatus", "created", "creator", "description", "identifier", "keywords", "language", "lastModifiedBy", "lastPrinted", "modified", "revision", "subject", "title", "version"];
    private static readonly string[] AppNames = ["Template", "Manager", "Company", "Pages", "Words", "Characters", "Lines", "Paragraphs", "Slides", "Notes", "TotalTime", "HiddenSlides", "CharactersWithSpaces"];

    // Plain dictionaries, sorted when they are written: sorted ones are compiled at each start.
    private readonly Dictionary<string, CoreValue> core = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> app = new(StringComparer.Ordinal);

    private sealed record CoreValue(string Uri, string Value);

    public static bool Takes(string relation) => relation.EndsWith("/core-properties", StringComparison.Ordinal) || relation.EndsWith("/extended-properties", StringComparison.Ordinal) || relation.EndsWith("/extendedProperties", StringComparison.Ordinal);

    public void Read(string relation, byte[] untrusted, string place, Job job) => PackageXml.Guard(place, () =>
    {
        var isCore = relation.EndsWith("/core-properties", StringComparison.Ordinal);
        var dropped = new SortedSet<string>(StringComparer.Ordinal);
        using var reader = PackageXml.Open(untrusted);
        reader.MoveToContent();
        reader.Read();
        while (!reader.EOF)
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                reader.Read();
                continue;
            }
            var (name, uri) = (reader.LocalName, reader.NamespaceURI);
            var value = Text(reader);
            if (!Take(isCore, name, uri, value, job)) dropped.Add(name.Length <= 40 ? name : "…");
        }
        if (dropped.Count > 0) job.Remove("X-24", place, string.Join(' ', dropped));
        return 0;
    });

    /// <summary>The parts to write, with their relationship and content type.</summary>
    public IEnumerable<PropertyPart> Write()
    {
        if (core.Count > 0)
        {
            var text = new StringBuilder($"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<cp:coreProperties xmlns:cp=\"{CoreUri}\" xmlns:dc=\"{DublinCore}\" xmlns:dcterms=\"{Terms}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">");
            foreach (var name in core.Keys.Order(StringComparer.Ordinal))
            {
                var (uri, value) = core[name];
                var prefix = uri == CoreUri ? "cp" : uri == DublinCore ? "dc" : "dcterms";
                text.Append(CultureInfo.InvariantCulture, $"<{prefix}:{name}{(uri == Terms ? " xsi:type=\"dcterms:W3CDTF\"" : "")}>{Escape(value)}</{prefix}:{name}>");
            }
            yield return new("docProps/core.xml", CoreType, "application/vnd.openxmlformats-package.core-properties+xml", Encoding.UTF8.GetBytes(text.Append("</cp:coreProperties>").ToString()));
        }
        if (app.Count > 0)
        {
            var text = new StringBuilder($"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Properties xmlns=\"{AppUri}\">");
            foreach (var name in app.Keys.Order(StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"<{name}>{Escape(app[name])}</{name}>");
            yield return new("docProps/app.xml", AppType, "application/vnd.openxmlformats-officedocument.extended-properties+xml", Encoding.UTF8.GetBytes(text.Append("</Properties>").ToString()));
        }
    }

    private bool Take(bool isCore, string name, string uri, string? value, Job job)
    {
        if (value is null || value.Length is 0 or > 10_000) return value?.Length == 0;
        if (!isCore && name == "Application" && Program().IsMatch(value)) return app.TryAdd(name, value);
        if (!isCore && name == "AppVersion" && Version().IsMatch(value)) return app.TryAdd(name, value);
        if (!job.Policy.KeepMetadata) return false;
        if (isCore) return Array.IndexOf(CoreNames, name) >= 0 && uri is CoreUri or DublinCore or Terms && core.TryAdd(name, new(uri, value));
        return Array.IndexOf(AppNames, name) >= 0 && app.TryAdd(name, value);
    }

    /// <summary>The text of an element that has nothing but text; null for others.</summary>
    private static string? Text(XmlReader reader)
    {
        if (reader.IsEmptyElement)
        {
            reader.Read();
            return "";
        }
        using var inner = reader.ReadSubtree();
        var text = new StringBuilder();
        var plain = true;
        inner.Read();
        while (inner.Read())
        {
            plain &= inner.NodeType is not XmlNodeType.Element;
            if (inner.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace && text.Length <= 10_000) text.Append(inner.Value);
        }
        inner.Dispose();
        reader.Read();
        return plain ? text.ToString() : null;
    }

    private static string Escape(string value) => value.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\r", "&#13;", StringComparison.Ordinal);

    [GeneratedRegex(@"^(Microsoft (Office )?(Word|Excel|PowerPoint)|Microsoft Macintosh (Word|Excel|PowerPoint)|LibreOffice/[A-Za-z0-9._$/ -]{1,100})$")]
    private static partial Regex Program();

    [GeneratedRegex(@"^[0-9]{1,2}\.[0-9]{1,4}$")]
    private static partial Regex Version();
}

/// <summary>One part of properties, as it is written.</summary>
internal sealed record PropertyPart(string Path, string Relation, string ContentType, byte[] Content);
