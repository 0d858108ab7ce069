using System.Text;
using System.Xml;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>XML data: elements, attributes and text written anew in UTF-8. No processing instructions, no document type, no comments, no elements that a browser runs, no schemas from elsewhere.</summary>
internal sealed class XmlRebuilder : IRebuilder
{
    private const int MostDepth = 512;
    private const string Instance = "http://www.w3.org/2001/XMLSchema-instance";

    public IEnumerable<FileKind> Kinds => [FileKind.Xml];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var to = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        var dropped = new Dropped();
        try
        {
            using var reader = XmlSource.Open(MarkupText.Decode(untrusted, job), job, "X-25");
            while (reader.Read())
            {
                job.Budget.Check();
                Node(reader, to, dropped, job);
            }
        }
        catch (XmlException)
        {
            throw XmlSource.Broken();
        }
        if (to[^1] != '\n') to.Append('\n');
        output.Write(Encoding.UTF8.GetBytes(to.ToString()));
        dropped.Tell(job);
        if (KindDetector.Detect(output.AsSource(), "x.xml") is var now && now != kind) throw Refusals.Broken("", "SAN-XML-003", $"書き直すと{now.Name.Ja}になります", $"written anew it is a {now.Name.En}");
        return new(kind, Outcome.Rebuilt);
    }

    private static void Node(XmlReader reader, StringBuilder to, Dropped dropped, Job job)
    {
        switch (reader.NodeType)
        {
            case XmlNodeType.Element:
                if (reader.Depth > MostDepth) throw Refusals.Broken("", "SAN-XML-004", "入れ子が深すぎます", "it is nested too deeply");
                // What a browser would run or fetch, wherever it stands.
                while (Threat(reader.NamespaceURI, reader.LocalName) is { } threat)
                {
                    if (reader.Depth == 0) throw Refusals.Broken("", "SAN-XML-003", "データではなく、動く内容を持つ XML です", "it is no data but XML that runs");
                    job.Remove(threat, "", reader.LocalName);
                    reader.Skip();
                    if (reader.NodeType != XmlNodeType.Element)
                    {
                        Node(reader, to, dropped, job);
                        return;
                    }
                }
                Start(reader, to, dropped, job);
                break;
            case XmlNodeType.EndElement:
                to.Append("</").Append(reader.Name).Append('>');
                break;
            case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when reader.Depth > 0:
                XmlText.Write(to, reader.Value, false, dropped);
                break;
            case XmlNodeType.ProcessingInstruction:
                job.Remove("S-05", "", "processing instruction");
                break;
            case XmlNodeType.Comment:
                job.Remove("G-05", "", "comment");
                break;
        }
    }

    private static void Start(XmlReader reader, StringBuilder to, Dropped dropped, Job job)
    {
        var isEmpty = reader.IsEmptyElement;
        to.Append('<').Append(reader.Name);
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI == Instance && reader.LocalName is "schemaLocation" or "noNamespaceSchemaLocation")
            {
                job.Remove("S-05", "", reader.LocalName);
                continue;
            }
            to.Append(' ').Append(reader.Name).Append("=\"");
            XmlText.Write(to, reader.Value, true, dropped);
            to.Append('"');
        }
        reader.MoveToElement();
        to.Append(isEmpty ? "/>" : ">");
    }

    private static string? Threat(string space, string name) => space switch
    {
        "http://www.w3.org/1999/xhtml" => "H-01",
        "http://www.w3.org/2000/svg" => "S-01",
        "http://www.w3.org/1999/XSL/Transform" or "http://www.w3.org/2001/XInclude" => "S-05",
        "http://schemas.microsoft.com/developer/msbuild/2003" or "urn:schemas-microsoft-com:xslt" or "http://www.mozilla.org/keymaster/gatekeeper/there.is.only.xul" or "http://www.w3.org/2002/xforms" or "http://www.w3.org/2001/xml-events" or "urn:schemas-microsoft-com:vml" => "S-05",
        "http://schemas.microsoft.com/office/word/2003/wordml" or "http://schemas.microsoft.com/office/2006/xmlPackage" or "urn:schemas-microsoft-com:office:spreadsheet" => "X-36",
        _ when space.StartsWith("urn:oasis:names:tc:opendocument:xmlns:office", StringComparison.Ordinal) || space.StartsWith("http://openoffice.org/", StringComparison.Ordinal) => "D-01",
        _ when space.StartsWith("http://schemas.microsoft.com/winfx/", StringComparison.Ordinal) || space.StartsWith("urn:schemas-microsoft-com:asm.", StringComparison.Ordinal) || space.StartsWith("http://schemas.microsoft.com/office/2006/01/customui", StringComparison.Ordinal) || space.StartsWith("http://www.w3.org/2001/SMIL20", StringComparison.Ordinal) => "S-05",
        // Maps: what a globe fetches by itself, and pages in its balloons.
        _ when (space.StartsWith("http://www.opengis.net/kml/", StringComparison.Ordinal) || space.StartsWith("http://earth.google.com/kml", StringComparison.Ordinal)) && name is "NetworkLink" or "NetworkLinkControl" or "Link" or "Url" or "Icon" or "BalloonStyle" => "S-05",
        _ => null,
    };
}
