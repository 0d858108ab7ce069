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
        var properties = package.Properties.Write().ToList();
        zip.Add("[Content_Types].xml", Types(package.Parts, properties.Select(static p => (p.Path, p.ContentType))));
        var roots = package.Root.Select(static r => (r.Id, r.Type, Target: r.Target!.Path)).ToList();
        roots.AddRange(properties.Select((p, i) => ($"rId{i + 2}", p.Relation, p.Path)));
        zip.Add("_rels/.rels", Relations(roots.Select(static r => (r.Item1, r.Item2, r.Item3, false))));
        foreach (var part in package.Parts)
        {
            job.Budget.Check();
            if (part.Relations.Exists(static r => r.IsKept))
            {
                var slash = part.Path.LastIndexOf('/') + 1;
                zip.Add($"{part.Path[..slash]}_rels/{part.Path[slash..]}.rels", Relations(part.Relations.Where(static r => r.IsKept).Select(r => (r.Id, r.Type, r.Address ?? Relative(part.Path, r.Target!.Path), r.Address is not null))));
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
        foreach (var (path, _, _, content) in properties) zip.Add(path, content);
        zip.Finish();
    }

    private static byte[] Types(IEnumerable<Part> parts, IEnumerable<(string Path, string ContentType)> properties)
    {
        var text = new StringBuilder(Declaration).Append("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>");
        var all = parts.Select(static p => (p.Path, p.ContentType, p.Type.Form)).ToList();
        foreach (var (extension, type) in all.Where(static p => p.Form == PartForm.Picture).Select(static p => (p.Path[(p.Path.LastIndexOf('.') + 1)..], p.ContentType)).Distinct().OrderBy(static e => e.Item1, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"<Default Extension=\"{extension}\" ContentType=\"{type}\"/>");
        if (all.Exists(static p => p.Path.EndsWith(".vml", StringComparison.Ordinal))) text.Append(CultureInfo.InvariantCulture, $"<Default Extension=\"vml\" ContentType=\"{PartType.Vml.ContentType}\"/>");
        text.Append("<Default Extension=\"xml\" ContentType=\"application/xml\"/>");
        foreach (var (path, type, form) in all.Where(static p => p.Form is not (PartForm.Picture or PartForm.Store) && !p.Path.EndsWith(".vml", StringComparison.Ordinal))) text.Append(CultureInfo.InvariantCulture, $"<Override PartName=\"/{path}\" ContentType=\"{type}\"/>");
        foreach (var (path, type) in properties) text.Append(CultureInfo.InvariantCulture, $"<Override PartName=\"/{path}\" ContentType=\"{type}\"/>");
        return Encoding.UTF8.GetBytes(text.Append("</Types>").ToString());
    }

    private static byte[] Relations(IEnumerable<(string Id, string Type, string Target, bool IsExternal)> relations)
    {
        var text = new StringBuilder(Declaration).Append(CultureInfo.InvariantCulture, $"<Relationships xmlns=\"{RelationsUri}\">");
        foreach (var (id, type, target, isExternal) in relations) text.Append(CultureInfo.InvariantCulture, $"<Relationship Id=\"{Escape(id)}\" Type=\"{Escape(type)}\" Target=\"{Escape(target)}\"{(isExternal ? " TargetMode=\"External\"" : "")}/>");
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
