using System.Globalization;
using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Ooxml.Xml;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <content>Rules that look at an element and all that is in it.</content>
internal sealed partial class PartFilter
{
    private bool drawingMade;

    /// <summary>Decides on a held element; may change it.</summary>
    /// <returns>False when nothing of it is written.</returns>
    private bool Settle(XmlNode node)
    {
        node.Settled = true;
        return node.Rule!.Special switch
        {
            Special.AlternateContent => SettleAlternatives(node),
            Special.Formula => SettleFormula(node),
            Special.Guarded => SettleGuarded(node),
            Special.GuardedName => SettleName(node),
            Special.GraphicFrame => SettleFrame(node),
            Special.VmlShape => SettleVml(node),
            Special.Anchor => SettleAnchor(node),
            _ => true,
        };
    }

    /// <summary>Keeps the choices whose vocabularies are known and whose content can be written; with none left, only the fallback's content.</summary>
    private static bool SettleAlternatives(XmlNode node)
    {
        node.Children.RemoveAll(c => c.Tag is null || (c.Is("mc:Choice") ? c.Tag.Requires is null || c.Descendants().Any(IsLossy) : !c.Is("mc:Fallback")));
        if (node.Children.Exists(static c => c.Is("mc:Choice"))) return true;
        var fallback = node.Children.FirstOrDefault();
        if (fallback is null) return false;
        node.Children.Clear();
        node.Children.AddRange(fallback.Children);
        node.Transparent = true;
        return true;
    }

    private static bool IsLossy(XmlNode node) => node.Rule is { Local: "contentPart", Threat: not null };

    private bool SettleFormula(XmlNode node)
    {
        var tag = node.Tag!;
        var formula = node.InnerText;
        var isCell = Parent?.Local == "c";
        var shared = isCell && tag["t"] == "shared" ? tag["si"] ?? "" : null;
        if (formula.Length == 0)
        {
            // A cell that shares a formula has it only while its first cell has.
            return shared is null || keptShared.Contains(shared);
        }
        if (package.Formulas.Judge(formula) is { } wrong)
        {
            job.Remove(wrong.Threat, place, wrong.What);
            if (isCell || node.Rule!.Space.Prefix is not ("c" or "cx" or "c15")) return false;
            // Charts need the element; the cached points beside it are what is shown.
            node.Children.Clear();
            node.Children.Add(new() { Text = "#REF!" });
            return true;
        }
        if (shared is not null) keptShared.Add(shared);
        return true;
    }

    private bool SettleGuarded(XmlNode node)
    {
        foreach (var inner in node.Descendants())
        {
            var formula = inner.Rule?.Name switch
            {
                "x:formula" or "x:formula1" or "x:formula2" or "xne:f" => inner.InnerText,
                "x:cfvo" when inner.Tag!["type"] == "formula" => inner.Tag["val"] ?? "",
                _ => "",
            };
            if (formula.Length == 0 || package.Formulas.Judge(formula) is not { } wrong) continue;
            job.Remove(wrong.Threat, place, $"{node.Rule!.Name}: {wrong.What}");
            return false;
        }
        return true;
    }

    private bool SettleName(XmlNode node)
    {
        if (package.Book.NameAt(node.Tag!.Offset) is { } wrong)
        {
            job.Remove(wrong.Threat, place, wrong.What);
            return false;
        }
        if (int.TryParse(node.Tag["localSheetId"], out var old))
        {
            var now = package.Book.NumberOf(old);
            if (now < 0) return false;
            node.Tag.Set("localSheetId", now.ToString(CultureInfo.InvariantCulture));
        }
        return true;
    }

    /// <summary>An embedded object on a slide becomes the picture that stood for it, in its place and under its number.</summary>
    private bool SettleFrame(XmlNode node)
    {
        if (node.First("p:oleObj") is not { } ole) return true;
        job.Remove(part.Relation(ole.Tag!["r:id"] ?? "")?.Threat ?? "X-06", place, "p:oleObj");
        var pictured = node.First("p:pic");
        var name = node.First("p:cNvPr");
        var result = Made("p:pic");
        var properties = Made("p:nvPicPr");
        properties.Children.Add(name ?? Made("p:cNvPr", ("id", "0"), ("name", "")));
        properties.Children.Add(Made("p:cNvPicPr"));
        properties.Children.Add(Made("p:nvPr"));
        result.Children.Add(properties);
        var fill = pictured?.Child("p:blipFill");
        if (fill is null || fill.First("a:blip")?.Tag!["r:embed"] is not { } id || part.Relation(id) is not { IsKept: true })
        {
            var relation = part.Previews.GetValueOrDefault(ole.Tag["spid"] ?? "") ?? part.Previews.GetValueOrDefault("");
            if (relation is null) return false;
            fill = Made("p:blipFill");
            fill.Children.Add(Made("a:blip", ("r:embed", relation)));
            var stretch = Made("a:stretch");
            stretch.Children.Add(Made("a:fillRect"));
            fill.Children.Add(stretch);
        }
        result.Children.Add(fill);
        result.Children.Add(pictured?.Child("p:spPr") ?? Shape(node));
        node.Tag = result.Tag;
        node.Children.Clear();
        node.Children.AddRange(result.Children);
        return true;
    }

    private XmlNode Shape(XmlNode frame)
    {
        var properties = Made("p:spPr");
        var place = frame.Child("p:xfrm");
        var transform = Made("a:xfrm");
        foreach (var child in place?.Children ?? []) transform.Children.Add(child);
        if (transform.Children.Count > 0) properties.Children.Add(transform);
        var geometry = Made("a:prstGeom", ("prst", "rect"));
        geometry.Children.Add(Made("a:avLst"));
        properties.Children.Add(geometry);
        return properties;
    }

    /// <summary>In a drawing of a sheet, only notes and the pictures of headers stay: the rest are controls and objects.</summary>
    private bool SettleVml(XmlNode node)
    {
        if (node.First("xvml:ClientData")?.Tag!["ObjectType"] is not { } type) return true;
        if (type == "Note") return job.Policy.KeepComments;
        job.Remove(type == "Pict" ? "X-06" : "X-09", place, $"a {type[..Math.Min(type.Length, 20)]} control");
        return false;
    }

    private bool SettleAnchor(XmlNode node)
    {
        if (node.First("a14:compatExt") is null) return true;
        job.Remove("X-09", place, "the shadow of a control");
        return false;
    }

    /// <summary>Before what comes after a drawing in a sheet: the one that was made for its objects.</summary>
    private void MakeDrawing()
    {
        if (drawingMade || part.MadeDrawing is not { } relation || path.Count != 1) return;
        drawingMade = true;
        Emit(Made("x:drawing", ("r:id", relation)));
    }

    private void MakePictures()
    {
        var number = 60_000;
        foreach (var picture in part.Pictures.Where(static p => p.Relation.Length > 0))
        {
            number++;
            var c = picture.Corners;
            var anchor = Made("xdr:twoCellAnchor", ("editAs", "oneCell"));
            anchor.Children.Add(Corner("xdr:from", c[0], c[1], c[2], c[3]));
            anchor.Children.Add(Corner("xdr:to", c[4], c[5], c[6], c[7]));
            var shape = Made("xdr:pic");
            var properties = Made("xdr:nvPicPr");
            properties.Children.Add(Made("xdr:cNvPr", ("id", number.ToString(CultureInfo.InvariantCulture)), ("name", $"Object {number - 60_000}")));
            properties.Children.Add(Made("xdr:cNvPicPr"));
            shape.Children.Add(properties);
            var fill = Made("xdr:blipFill");
            fill.Children.Add(Made("a:blip", ("r:embed", picture.Relation)));
            var stretch = Made("a:stretch");
            stretch.Children.Add(Made("a:fillRect"));
            fill.Children.Add(stretch);
            shape.Children.Add(fill);
            var look = Made("xdr:spPr");
            var geometry = Made("a:prstGeom", ("prst", "rect"));
            geometry.Children.Add(Made("a:avLst"));
            look.Children.Add(geometry);
            if (picture.IsFramed) Frame(look);
            shape.Children.Add(look);
            anchor.Children.Add(shape);
            anchor.Children.Add(Made("xdr:clientData"));
            Emit(anchor);
        }
    }

    /// <summary>White with a thin black line around it, as sheets show such objects.</summary>
    private void Frame(XmlNode look)
    {
        look.Children.Add(Solid("FFFFFF"));
        var line = Made("a:ln", ("w", "9525"));
        line.Children.Add(Solid("000000"));
        look.Children.Add(line);

        XmlNode Solid(string colour)
        {
            var fill = Made("a:solidFill");
            fill.Children.Add(Made("a:srgbClr", ("val", colour)));
            return fill;
        }
    }

    private XmlNode Corner(string name, long column, long columnOffset, long row, long rowOffset)
    {
        var corner = Made(name);
        foreach (var (part, value) in new[] { ("xdr:col", column), ("xdr:colOff", columnOffset), ("xdr:row", row), ("xdr:rowOff", rowOffset) })
        {
            var child = Made(part);
            child.Children.Add(new() { Text = value.ToString(CultureInfo.InvariantCulture) });
            corner.Children.Add(child);
        }
        return corner;
    }
}
