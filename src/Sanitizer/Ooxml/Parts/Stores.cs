using System.Text;
using System.Xml;

namespace Sekisho.Sanitizer.Ooxml.Parts;

/// <summary>Custom XML stores that content controls show (顧客 XML): elements, attributes and text of any vocabulary, written anew; never the stores of other programs.</summary>
internal static class Stores
{
    private const string Uri = "http://schemas.openxmlformats.org/officeDocument/2006/customXml";
    private const int MostBytes = 4 << 20, MostDepth = 200;

    // Stores that Word makes from the document's properties: without those, a bound control would lose its text.
    private static readonly string[] OfProperties = ["{6C3C8BC8-F283-45AE-878A-BAB7291924A1}", "{6668398D-A668-4E3E-A5EB-62B293D839F1}", "{55AF091B-3C7A-41E3-B477-F2FDAA23CFDA}"];

    private static readonly XmlWriterSettings Plain = new() { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = false, NewLineHandling = NewLineHandling.Entitize, NamespaceHandling = NamespaceHandling.OmitDuplicates };

    public static bool IsOfProperties(string store) => OfProperties.Contains(store, StringComparer.OrdinalIgnoreCase);

    /// <summary>Null when it isn't kept.</summary>
    public static byte[]? Read(byte[] untrusted, string place)
    {
        if (untrusted.Length > MostBytes) return null;
        return PackageXml.Guard(place, () =>
        {
            using var reader = PackageXml.Open(untrusted);
            using var stream = new MemoryStream();
            using (var writer = XmlWriter.Create(stream, Plain))
            {
                writer.WriteStartDocument(standalone: true);
                while (reader.Read())
                {
                    if (reader.Depth > MostDepth) return null;
                    switch (reader.NodeType)
                    {
                        case XmlNodeType.Element:
                            if (IsForeign(reader.NamespaceURI)) return null;
                            Element(reader, writer);
                            break;
                        case XmlNodeType.EndElement:
                            writer.WriteEndElement();
                            break;
                        case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                            // What a control shows is text; a long run of one word is something packed.
                            if (reader.Value.Length > 65_536) return null;
                            writer.WriteString(reader.Value);
                            break;
                    }
                }
            }
            return stream.ToArray();
        });
    }

    public static string? IdOf(byte[] untrusted, string place) => PackageXml.Guard(place, () =>
    {
        using var reader = PackageXml.Open(untrusted);
        if (reader.MoveToContent() != XmlNodeType.Element || reader.LocalName != "datastoreItem") return null;
        var id = reader.GetAttribute("itemID", reader.NamespaceURI);
        return id is not null && Guid.TryParseExact(id, "B", out _) ? id : null;
    });

    public static byte[] Properties(string id) => Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<ds:datastoreItem xmlns:ds=\"{Uri}\" ds:itemID=\"{id}\"><ds:schemaRefs/></ds:datastoreItem>");

    private static bool IsForeign(string uri) => uri.Contains("DataMashup", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("http://schemas.microsoft.com/office/2006/metadata", StringComparison.Ordinal) || uri.StartsWith("http://schemas.microsoft.com/sharepoint", StringComparison.Ordinal)
        || uri == "http://schemas.microsoft.com/office/2006/xmlPackage" || uri == "http://www.w3.org/1999/xhtml" || uri == "http://www.w3.org/2000/svg" || uri == "http://www.w3.org/1999/XSL/Transform";

    private static void Element(XmlReader reader, XmlWriter writer)
    {
        writer.WriteStartElement(reader.Prefix, reader.LocalName, reader.NamespaceURI);
        var isEmpty = reader.IsEmptyElement;
        while (reader.MoveToNextAttribute()) writer.WriteAttributeString(reader.Prefix, reader.LocalName, reader.NamespaceURI, reader.Value);
        reader.MoveToElement();
        if (isEmpty) writer.WriteEndElement();
    }
}
