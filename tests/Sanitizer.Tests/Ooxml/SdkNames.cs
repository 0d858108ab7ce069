using System.Collections;
using System.Reflection;
using System.Text;
using DocumentFormat.OpenXml;

namespace Sekisho.Sanitizer.Tests.Ooxml;

/// <summary>Makes data/sanitizer/ooxml-names.txt from the classes of DocumentFormat.OpenXml: which elements there are, and which attributes each may have. Names are facts; nothing else of the library is taken.</summary>
internal static class SdkNames
{
    private const BindingFlags Every = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public;
    private const string Xml = "http://www.w3.org/XML/1998/namespace", Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    /// <summary>Vocabularies that no rebuilt document speaks: programs, add-ins, remote content, ink, 3D, stores of other products, and what is written by code of its own (properties).</summary>
    public static readonly IReadOnlySet<string> LeftOut = new HashSet<string>(StringComparer.Ordinal)
    {
        "http://schemas.microsoft.com/ink/2010/main", "http://schemas.microsoft.com/office/2006/01/customui", "http://schemas.microsoft.com/office/2009/07/customui", "http://schemas.microsoft.com/office/2006/activeX",
        "http://schemas.microsoft.com/office/2006/coverPageProps", "http://schemas.microsoft.com/office/2006/customDocumentInformationPanel", "http://schemas.microsoft.com/office/2006/metadata/contentType",
        "http://schemas.microsoft.com/office/2006/metadata/customXsn", "http://schemas.microsoft.com/office/2006/metadata/longProperties", "http://schemas.microsoft.com/office/2006/metadata/properties/metaAttributes",
        "http://schemas.microsoft.com/office/2020/mipLabelMetadata", "http://schemas.microsoft.com/office/drawing/2013/main/command", "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
        "http://schemas.microsoft.com/office/drawing/2017/model3d", "http://schemas.microsoft.com/office/drawing/2018/animation/model3d", "http://schemas.microsoft.com/office/drawing/2021/livefeed",
        "http://schemas.microsoft.com/office/drawing/2021/oembed", "http://schemas.microsoft.com/office/drawing/2021/scriptlink", "http://schemas.microsoft.com/office/drawing/2022/imageformula",
        "http://schemas.microsoft.com/office/drawing/2016/11/main", "http://schemas.microsoft.com/office/powerpoint/2012/roamingSettings", "http://schemas.microsoft.com/office/powerpoint/2013/main/command",
        "http://schemas.microsoft.com/office/powerpoint/2019/9/main/command", "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata", "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata2",
        "http://schemas.microsoft.com/office/spreadsheetml/2019/extlinksprops", "http://schemas.microsoft.com/office/spreadsheetml/2020/richdatawebimage", "http://schemas.microsoft.com/office/spreadsheetml/2020/richvaluerefresh",
        "http://schemas.microsoft.com/office/spreadsheetml/2021/extlinks2021", "http://schemas.microsoft.com/office/spreadsheetml/2022/pivotRichData", "http://schemas.microsoft.com/office/tasks/2019/documenttasks",
        "http://schemas.microsoft.com/office/webextensions/taskpanes/2010/11", "http://schemas.microsoft.com/office/webextensions/webextension/2010/11", "http://schemas.microsoft.com/office/word/2006/wordml",
        "http://schemas.microsoft.com/office/word/2020/oembed", "http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac", "http://schemas.openxmlformats.org/drawingml/2006/compatibility",
        "http://schemas.openxmlformats.org/markup-compatibility/2006", "http://schemas.openxmlformats.org/officeDocument/2006/bibliography", "http://schemas.openxmlformats.org/officeDocument/2006/characteristics",
        "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties", "http://schemas.openxmlformats.org/officeDocument/2006/customXml", "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes",
        "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties", "http://schemas.openxmlformats.org/schemaLibrary/2006/main", "http://www.w3.org/2003/04/emma", "http://www.w3.org/2003/InkML",
    };

    // Vocabularies that the library knows by attributes only.
    private static readonly Dictionary<string, string> AttributeOnly = new(StringComparer.Ordinal)
    {
        [Relationships] = "r", [Xml] = "xml", ["http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac"] = "x14ac", ["http://schemas.microsoft.com/office/word/2023/wordml/word16du"] = "w16du",
    };

    // Strict vocabularies (ISO/IEC 29500-1), which the library reads as their transitional ones.
    private static readonly Dictionary<string, string> Strict = new(StringComparer.Ordinal)
    {
        ["a"] = "drawingml/main", ["c"] = "drawingml/chart", ["cdr"] = "drawingml/chartDrawing", ["dgm"] = "drawingml/diagram", ["pic"] = "drawingml/picture", ["xdr"] = "drawingml/spreadsheetDrawing", ["lc"] = "drawingml/lockedCanvas",
        ["wp"] = "drawingml/wordprocessingDrawing", ["m"] = "officeDocument/math", ["r"] = "officeDocument/relationships", ["p"] = "presentationml/main", ["x"] = "spreadsheetml/main", ["w"] = "wordprocessingml/main",
    };

    /// <summary>The whole file.</summary>
    /// <param name="dangerous">Elements (<c>w:subDoc</c>) that are left out because data/sanitizer/ooxml-dangerous.txt names them.</param>
    public static string Make(IReadOnlySet<string> dangerous)
    {
        var prefixes = new SortedDictionary<string, string>(AttributeOnly, StringComparer.Ordinal);
        var elements = new SortedDictionary<string, SortedDictionary<string, SortedSet<string>>>(StringComparer.Ordinal);
        var metadata = typeof(OpenXmlElement).GetProperty("Metadata", Every)!;
        var found = new List<(string Uri, string Name, string AttributeUri, string Attribute)>();
        foreach (var type in typeof(OpenXmlElement).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(OpenXmlElement)) && !t.IsAbstract && t.GetConstructor(Type.EmptyTypes) is not null))
        {
            OpenXmlElement element;
            string uri;
            try
            {
                element = (OpenXmlElement)Activator.CreateInstance(type)!;
                uri = element.NamespaceUri;
            }
            catch (Exception e) when (e is ArgumentNullException or TargetInvocationException)
            {
                continue; // one class of 2.20 has no namespace at all
            }
            if (string.IsNullOrEmpty(element.LocalName) || string.IsNullOrEmpty(uri) || LeftOut.Contains(uri)) continue;
            prefixes[uri] = element.Prefix;
            found.Add((uri, element.LocalName, "", ""));
            var shape = metadata.GetValue(element)!;
            var attributes = shape.GetType().GetProperty("Attributes", Every)!.GetValue(shape)!;
            if ((bool)attributes.GetType().GetProperty("IsNull", Every)!.GetValue(attributes)!) continue;
            foreach (var attribute in (IEnumerable)attributes)
            {
                var name = attribute.GetType().GetProperty("QName", Every)!.GetValue(attribute)!.ToString()!;
                var colon = name.LastIndexOf(':');
                found.Add((uri, element.LocalName, colon < 0 ? "" : name[..colon], name[(colon + 1)..]));
            }
        }
        foreach (var (uri, name, attributeUri, attribute) in found)
        {
            if (dangerous.Contains($"{prefixes[uri]}:{name}")) continue;
            if (!elements.TryGetValue(prefixes[uri], out var names)) elements[prefixes[uri]] = names = new(StringComparer.Ordinal);
            if (!names.TryGetValue(name, out var known)) names[name] = known = new(StringComparer.Ordinal);
            if (attribute.Length == 0 || LeftOut.Contains(attributeUri)) continue;
            if (attributeUri.Length == 0) known.Add(attribute);
            else if (attributeUri == uri) known.Add("." + attribute);
            else if (prefixes.TryGetValue(attributeUri, out var prefix)) known.Add($"{prefix}:{attribute}");
        }
        var text = new StringBuilder("# Names of elements and attributes that a rebuilt Office document may use. Made from DocumentFormat.OpenXml 2.20.0 by the test OoxmlNamesTests (docs/formats/sanitizer-ooxml.md).\n# @prefix namespace [strict namespace]; then a line an element: name attribute…, where .a is an attribute of the element's own namespace and p:a one of another's.\n");
        foreach (var (uri, prefix) in prefixes.OrderBy(static p => p.Value, StringComparer.Ordinal))
        {
            text.Append($"@{prefix} {uri}");
            if (Strict.TryGetValue(prefix, out var strict)) text.Append(" http://purl.oclc.org/ooxml/" + strict);
            text.Append('\n');
            if (!elements.TryGetValue(prefix, out var names)) continue;
            foreach (var (name, attributes) in names) text.Append(name).Append(attributes.Count > 0 ? " " : "").AppendJoin(' ', attributes).Append('\n');
        }
        return text.ToString();
    }
}
