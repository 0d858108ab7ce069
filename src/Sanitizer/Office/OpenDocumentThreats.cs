using System.Xml;
using Sekisho.Sanitizer.Archives.Zip;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Looks at the members of an OpenDocument file and at what its XML leads to (D-01, D-02). Source: OASIS OpenDocument 1.3.</summary>
internal static class OpenDocumentThreats
{
    private const string XLink = "http://www.w3.org/1999/xlink";

    /// <exception cref="RefusedException">It is no sound zip, needs a password, or declares entities.</exception>
    public static void Tell(Source untrusted, FileKind kind, Job job)
    {
        var zip = ZipDirectory.Read(untrusted, job.Budget, ZipDirectory.DecodeName);
        if (zip.HasStray || zip.HasComment) job.Remove("Z-09", "", "bytes of the zip that belong to no member");
        // The list first: it says whether the others can be read at all.
        foreach (var entry in zip.Entries.OrderBy(static e => e.Name != "META-INF/manifest.xml"))
        {
            var name = entry.Name;
            if (entry.IsFolder && entry.Bytes == 0) continue;
            if (name.StartsWith("Basic/", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Scripts/", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Dialogs/", StringComparison.OrdinalIgnoreCase)) job.Remove("D-01", name, "macro");
            else if (name.StartsWith("Configurations2/", StringComparison.OrdinalIgnoreCase) && entry.Bytes > 0) job.Remove("D-01", name, "toolbars or key maps");
            else if (name.StartsWith("Object", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("ObjectReplacements", StringComparison.OrdinalIgnoreCase)) job.Remove("D-02", name, "embedded object");
            else if (name.Equals("META-INF/documentsignatures.xml", StringComparison.OrdinalIgnoreCase) || name.Equals("META-INF/macrosignatures.xml", StringComparison.OrdinalIgnoreCase)) job.Remove("X-31", name, "digital signature");
            else if (name.StartsWith("Thumbnails/", StringComparison.OrdinalIgnoreCase) || name == "meta.xml") job.Remove("G-07", name, "properties or preview");
            else if (name is "content.xml" or "styles.xml" or "settings.xml" or "META-INF/manifest.xml") Look(zip, entry, kind, job);
        }
    }

    private static void Look(ZipDirectory zip, ZipEntry entry, FileKind kind, Job job)
    {
        try
        {
            using var reader = XmlSource.Open(MarkupText.Decode(Source.Of(zip.ReadWhole(entry)), job), job, "X-25");
            while (reader.Read())
            {
                job.Budget.Check();
                if (reader.NodeType != XmlNodeType.Element) continue;
                switch (reader.LocalName)
                {
                    case "encryption-data":
                        throw Refusals.Password(kind);
                    case "event-listener" or "event-listeners" when reader.NamespaceURI.EndsWith("script:1.0", StringComparison.Ordinal) || reader.LocalName == "event-listener":
                        job.Remove("D-01", entry.Name, "event of a macro");
                        break;
                    case "script" when reader.NamespaceURI.Contains("opendocument", StringComparison.Ordinal):
                        job.Remove("D-01", entry.Name, "script");
                        break;
                    case "dde-source" or "dde-connection-decl" or "dde-link":
                        job.Remove("D-02", entry.Name, "DDE link");
                        break;
                    case "plugin" or "applet" or "floating-frame":
                        job.Remove("D-02", entry.Name, reader.LocalName);
                        break;
                    case "object-ole":
                        job.Remove("D-02", entry.Name, "embedded object");
                        break;
                }
                Address(reader, entry.Name, job);
            }
        }
        catch (XmlException)
        {
            throw XmlSource.Broken();
        }
    }

    private static void Address(XmlReader reader, string place, Job job)
    {
        if (reader.GetAttribute("href", XLink) is not { Length: > 0 } href) return;
        // A link that a person clicks on is judged by the rebuilding; what a program fetches by itself must lie inside.
        if (reader.LocalName == "a" && reader.NamespaceURI.EndsWith("text:1.0", StringComparison.Ordinal)) return;
        if (href[0] == '#' || (!href.Contains(':', StringComparison.Ordinal) && !href.StartsWith('/') && !href.StartsWith("..", StringComparison.Ordinal) && !href.Contains('\\', StringComparison.Ordinal))) return;
        job.Remove(href.StartsWith("vnd.sun.star.script:", StringComparison.OrdinalIgnoreCase) || href.StartsWith("macro:", StringComparison.OrdinalIgnoreCase) ? "D-01" : "D-02", place, $"outside address of {reader.LocalName}");
    }
}
