using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Archives.Zip;
using Sekisho.Sanitizer.Ooxml.Rules;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Parts;

/// <summary>Writes the parts that were decided, with content types and relationships made from nothing.</summary>
internal static class PackageWriter
{
    private const string Declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n", RelationsUri = "http://schemas.openxmlformats.org/package/2006/relationships";

    public static void Write(PackageReader package, Scratch output, Job job)
    {
        var zip = new ZipWriter(output);
        var properties = new List<PropertyPart>(package.Properties.Write());
        zip.Add("[Content_Types].xml", Types(package.Parts, properties));
        var roots = new List<Link>();
        foreach (var root in package.Root) roots.Add(new(root.Id, root.Type, root.Target!.Path, false));
        for (var i = 0; i < properties.Count; i++) roots.Add(new($"rId{i + 2}", properties[i].Relation, properties[i].Path, false));
        zip.Add("_rels/.rels", Relations(roots));
        foreach (var part in package.Parts)
        {
            job.Budget.Check();
            if (part.Relations.Exists(static r => r.IsKept))
            {
                var slash = part.Path.LastIndexOf('/') + 1;
                zip.Add($"{part.Path[..slash]}_rels/{part.Path[slash..]}.rels", Relations(part.Relations.Where(static r => r.IsKept).Select(r => new Link(r.Id, r.Type, r.Address ?? Relative(part.Path, r.Target!.Path), r.Address is not null))));
            }
            switch (part.Type.Form)
            {
                case PartForm.Xml:
                    zip.Add(part.Path, stream => PartFilter.Write(package, part, job, stream));
                    break;
                case PartForm.Picture or PartForm.Package:
                    // PNG, JPEG and zips are packed already.
                    zip.Add(part.Path, package.Pool.Slice(part.Pooled.Start, part.Pooled.Length), compress: part.Kind?.Key is "bmp" or "tiff" or "emf" or "wmf");
                    break;
                default:
                    zip.Add(part.Path, part.Bytes);
                    break;
            }
            part.Bytes = null;
        }
        foreach (var property in properties) zip.Add(property.Path, property.Content);
        zip.Finish();
    }

    // References, not pairs: what queries and lists of those need is compiled ahead (ADR-0095).
    private sealed record Link(string Id, string Type, string Target, bool IsExternal);

    private static byte[] Types(IReadOnlyList<Part> parts, List<PropertyPart> properties)
    {
        var text = new StringBuilder(Declaration).Append("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>");
        var defaults = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            if (part.Type.Form == PartForm.Picture) defaults.Add($"<Default Extension=\"{part.Path[(part.Path.LastIndexOf('.') + 1)..]}\" ContentType=\"{part.ContentType}\"/>");
        }
        foreach (var line in defaults) text.Append(line);
        if (parts.Any(static p => p.Path.EndsWith(".vml", StringComparison.Ordinal))) text.Append(CultureInfo.InvariantCulture, $"<Default Extension=\"vml\" ContentType=\"{PartType.Vml.ContentType}\"/>");
        text.Append("<Default Extension=\"xml\" ContentType=\"application/xml\"/>");
        foreach (var part in parts)
        {
            if (part.Type.Form is not (PartForm.Picture or PartForm.Store) && !part.Path.EndsWith(".vml", StringComparison.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"<Override PartName=\"/{part.Path}\" ContentType=\"{part.ContentType}\"/>");
        }
        foreach (var property in properties) text.Append(CultureInfo.InvariantCulture, $"<Override PartName=\"/{property.Path}\" ContentType=\"{property.ContentType}\"/>");
        return Encoding.UTF8.GetBytes(text.Append("</Types>").ToString());
    }

    private static byte[] Relations(IEnumerable<Link> links)
    {
        var text = new StringBuilder(Declaration).Append(CultureInfo.InvariantCulture, $"<Relationships xmlns=\"{RelationsUri}\">");
        foreach (var link in links) text.Append(CultureInfo.InvariantCulture, $"<Relationship Id=\"{Escape(link.Id)}\" Type=\"{Escape(link.Type)}\" Target=\"{Escape(link.Target)}\"{(link.IsExternal ? " TargetMode=\"External\"" : "")}/>");
        return Encoding.UTF8.GetBytes(text.Append("</Relationships>").ToString());
    }

    private static string Escape(string value) => value.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);

    private static string Relative(string from, string to)
    {
        var (a, b) = (from.Split('/'), to.Split('/'));
        var common = 0;
        while (common < a.Length - 1 && common < b.Length - 1 && a[common] == b[common]) common++;
        return string.Concat(Enumerable.Repeat("../", a.Length - 1 - common)) + string.Join('/', b[common..]);
    }
}
