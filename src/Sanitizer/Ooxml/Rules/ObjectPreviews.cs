using System.Globalization;
using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Ooxml.Xml;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <summary>Finds the pictures that stand for embedded objects where they are not beside the object itself: in VML drawings of slides and sheets, and in the properties of a sheet's objects.</summary>
internal sealed class ObjectPreviews(PackageReader package)
{
    private const string ImageType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image", StrictImageType = "http://purl.oclc.org/ooxml/officeDocument/relationships/image";
    private const string DrawingType = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing", StrictDrawingType = "http://purl.oclc.org/ooxml/officeDocument/relationships/drawing";

    /// <param name="raw">The part's relationships as they were read.</param>
    public void Find(Part part, IReadOnlyList<RawRelation> raw, byte[] bytes)
    {
        if (part.Type == PartType.Worksheet)
        {
            if (bytes.AsSpan().IndexOf("oleObject"u8) >= 0) FindInSheet(part, raw, bytes);
        }
        else if (bytes.AsSpan().IndexOf("oleObj"u8) >= 0)
        {
            FindInSlide(part, raw);
        }
    }

    private void FindInSlide(Part slide, IReadOnlyList<RawRelation> raw)
    {
        foreach (var (shape, _, _, drawing, image) in Shapes(slide, raw))
        {
            if (slide.Previews.ContainsKey(shape) || package.PictureOf(drawing, image) is not { } picture) continue;
            slide.Previews[shape] = Lead(slide, picture);
        }
        // Where none is found a placeholder keeps the shape's number, which animations refer to.
        slide.Previews[""] = Lead(slide, package.Placeholder());
    }

    private void FindInSheet(Part sheet, IReadOnlyList<RawRelation> raw, byte[] bytes)
    {
        var pictures = new SortedDictionary<long, SheetPicture>();
        foreach (var (shape, anchor, isFramed, drawing, image) in Shapes(sheet, raw))
        {
            // VML gives offsets in points of the screen.
            if (Number(shape) is { } id && anchor.Length == 8) pictures[id] = new(drawing, image, [anchor[0], anchor[1] * 9_525, anchor[2], anchor[3] * 9_525, anchor[4], anchor[5] * 9_525, anchor[6], anchor[7] * 9_525], isFramed);
        }
        foreach (var (id, relation, corners) in Objects(bytes, sheet.Source))
        {
            if (raw.FirstOrDefault(r => r.Id == relation) is { } found) pictures[id] = new(sheet.Source, found, corners, pictures.GetValueOrDefault(id)?.IsFramed ?? false);
        }
        if (pictures.Count == 0) return;
        var drawingPart = sheet.Relations.Find(static r => r.Target?.Type == PartType.Drawing)?.Target;
        if (drawingPart is null)
        {
            drawingPart = package.Add(PartType.Drawing, System.Text.Encoding.ASCII.GetBytes($"<xdr:wsDr xmlns:xdr=\"{(sheet.IsStrict ? Vocabulary.Instance["xdr"].StrictUri : Vocabulary.Instance["xdr"].Uri)}\"/>"));
            drawingPart.IsStrict = sheet.IsStrict;
            sheet.MadeDrawing = sheet.FreeId();
            sheet.Relations.Add(new(sheet.MadeDrawing, sheet.IsStrict ? StrictDrawingType : DrawingType, drawingPart, null, null));
        }
        drawingPart.Pictures.AddRange(pictures.Values);
    }

    /// <summary>Leads a drawing to the pictures that were found for it.</summary>
    public void Settle(Part drawing)
    {
        foreach (var picture in drawing.Pictures)
        {
            if (package.PictureOf(picture.From, picture.Image) is { } part) picture.Relation = Lead(drawing, part);
        }
    }

    /// <summary>Relationships of a VML drawing that shapes refer to which stay: notes and the pictures of headers.</summary>
    public static HashSet<string> UsedIn(byte[] vml, string place)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var inShape = new List<string>();
        var (type, depth) = ("", -1);
        var pull = new XmlPull(vml, place);
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            if (what == XmlEvent.Start)
            {
                if (depth < 0 && pull.Tag.Rule?.Special == Special.VmlShape) (depth, type) = (pull.Depth, "");
                if (pull.Tag.Is("xvml:ClientData")) type = pull.Tag["ObjectType"] ?? "";
                if ((pull.Tag["o:relid"] ?? pull.Tag["r:id"]) is { } id) inShape.Add(id);
            }
            else if (what == XmlEvent.End && (depth < 0 || pull.Depth < depth))
            {
                if (type is "" or "Note") used.UnionWith(inShape);
                inShape.Clear();
                depth = -1;
            }
        }
        return used;
    }

    private static string Lead(Part from, Part picture)
    {
        var known = from.Relations.Find(r => r.Target == picture);
        if (known is not null) return known.Id;
        var id = from.FreeId();
        from.Relations.Add(new(id, from.IsStrict ? StrictImageType : ImageType, picture, null, null));
        return id;
    }

    private static long? Number(string shape)
    {
        var s = shape.LastIndexOf('s');
        return s >= 0 && long.TryParse(shape.AsSpan(s + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Shapes of the VML drawings that hold a picture and are no notes.</summary>
    private List<(string Shape, long[] Anchor, bool IsFramed, string Drawing, RawRelation Image)> Shapes(Part part, IReadOnlyList<RawRelation> raw)
    {
        var found = new List<(string, long[], bool, string, RawRelation)>();
        foreach (var relation in raw.Where(static r => r.Type.EndsWith("/vmlDrawing", StringComparison.Ordinal)))
        {
            if (package.Peek(part.Source, relation) is not { } drawing) continue;
            try
            {
                Read(drawing.Bytes, drawing.Name, drawing.Relations, found);
            }
            catch (Rebuilding.RefusedException e) when (e.Refusal.Code == "SAN-OOXML-001")
            {
                // VML of old programs isn't always XML: no preview then.
            }
        }
        return found;
    }

    private static void Read(byte[] bytes, string name, List<RawRelation> relations, List<(string, long[], bool, string, RawRelation)> into)
    {
        var pull = new XmlPull(bytes, name);
        string shape = "", image = "", anchor = "";
        var (isNote, isFramed, inAnchor, depth) = (false, false, false, -1);
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            if (what == XmlEvent.Start)
            {
                if (depth < 0 && pull.Tag.Rule?.Special == Special.VmlShape)
                {
                    isFramed = pull.Tag["stroked"] is "t" or "true";
                    shape = pull.Tag["o:spid"] ?? pull.Tag["id"] ?? "";
                    (image, anchor, isNote, depth) = ("", "", false, pull.Depth);
                }
                if (pull.Tag.Is("v:imagedata")) image = pull.Tag["o:relid"] ?? pull.Tag["r:id"] ?? "";
                if (pull.Tag.Is("xvml:ClientData")) isNote = pull.Tag["ObjectType"] != "Pict";
                inAnchor = pull.Tag.Is("xvml:Anchor");
            }
            else if (what == XmlEvent.Text)
            {
                if (inAnchor) anchor += pull.Text;
            }
            else
            {
                inAnchor = false;
                if (depth < 0 || pull.Depth >= depth) continue;
                depth = -1;
                var target = relations.Find(r => r.Id == image);
                if (target is null || isNote || shape.Length == 0) continue;
                var numbers = anchor.Split(',').Select(static n => long.TryParse(n.Trim(), out var value) ? value : -1).ToArray();
                into.Add((shape, numbers.All(static n => n is >= 0 and < 2_000_000) ? numbers : [], isFramed, name, target));
            }
        }
    }

    /// <summary>Objects of a sheet that name their picture and place themselves (since 2010).</summary>
    private static List<(long Shape, string Relation, long[] Corners)> Objects(byte[] bytes, string place)
    {
        var found = new List<(long, string, long[])>();
        var pull = new XmlPull(bytes, place);
        var (shape, relation, corner, inNumber) = (-1L, "", 0, false);
        var corners = new long[8];
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            if (what == XmlEvent.Start)
            {
                var tag = pull.Tag;
                if (tag.Is("x:oleObject") || tag.RawName is "oleObject") shape = long.TryParse(tag["shapeId"], out var id) ? id : -1;
                else if (tag.Is("x:objectPr")) (relation, corner) = (tag["r:id"] ?? "", 0);
                inNumber = tag.Space?.Prefix == "xdr" && tag.Rule?.Local is "col" or "colOff" or "row" or "rowOff" && relation.Length > 0;
            }
            else if (what == XmlEvent.Text)
            {
                if (inNumber && corner < 8) corners[corner++] = long.TryParse(pull.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value is >= 0 and < 1L << 40 ? value : 0;
            }
            else
            {
                inNumber = false;
                if (relation.Length == 0 || corner < 8) continue;
                if (shape >= 0) found.Add((shape, relation, [.. corners]));
                (relation, corner) = ("", 0);
            }
        }
        return found;
    }
}
