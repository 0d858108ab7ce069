using Sekisho.Sanitizer.Pdf.Content;
using Sekisho.Sanitizer.Pdf.Parts;
using Sekisho.Sanitizer.Pdf.Reading;

namespace Sekisho.Sanitizer.Pdf.Shapes;

/// <summary>The shapes that a line of the allow list can't say.</summary>
internal static class OwnShapes
{
    /// <summary>A reference to a page that is in the new document; <see cref="Graph.Place"/> knows which.</summary>
    public static readonly Shape Page = new Chosen(static (_, _, _) => null);

    public static readonly EagerStream FontFile = new FontFileShape();
    public static readonly QueuedStream Content = new ContentShape("");
    public static readonly QueuedStream Form = new ContentShape("Form");
    public static readonly QueuedStream Tiling = new ContentShape("Tiling");
    public static readonly EagerStream Image = new ImageShape("Image");
    public static readonly EagerStream SoftImage = new ImageShape("SoftImage");
    public static readonly EagerStream CMap = new CMapShape();
    public static readonly EagerStream Gids = new BytesShape(1 << 17);
    public static readonly Shape Colour = new ColourShape();
    public static readonly Shape Dest = new DestShape();
    public static readonly Shape Action = new ActionShape();
    private static readonly QueuedStream Mesh = new MeshShape();
    private static readonly Shape Stamp = new StampShape();

    private static readonly HashSet<string> MarkupKinds = new(StringComparer.Ordinal)
    {
        "Text", "FreeText", "Line", "Square", "Circle", "Polygon", "PolyLine", "Highlight", "Underline", "Squiggly", "StrikeOut", "Caret", "Stamp", "Ink", "Popup", "Redact", "Watermark", "PrinterMark",
    };

    public static Shape Of(string name) => name switch
    {
        "page" => Page,
        "dest" => Dest,
        "open" => new Chosen(static (g, v, _) => v is PdfArray ? Dest : v is PdfDict d && g.File.Name(d, "S") is "GoTo" ? Action : null),
        "action" => Action,
        "annot" => new Chosen(Annotation),
        "field" => new Chosen(Field),
        "cs" => Colour,
        "icc" => IccShape.Only,
        "function" => new Chosen(FunctionShapes.Pick),
        "pattern" => new Chosen(static (g, v, _) => v is PdfStream ? Tiling : v is PdfDict d && g.File.Dict(d, "Shading") is not null || v is PdfDict s && g.File.Get(s, "Shading") is PdfStream ? ShapeTable.Type("ShadingPattern") : null),
        "shading" => new Chosen(static (g, v, _) => v is PdfStream s && g.File.Int(s.Dict, "ShadingType") is >= 4 and <= 7 ? Mesh : v is PdfDict d && g.File.Int(d, "ShadingType") is >= 1 and <= 3 ? ShapeTable.Type("Shading") : null),
        "xobject" => new Chosen(XObject),
        "form" => new Chosen(static (g, v, p) => XObject(g, v, p) is { } picked && ReferenceEquals(picked, Form) ? picked : null),
        "softimage" => new Chosen(static (g, v, _) => v is PdfStream s && IsImage(g, s) ? SoftImage : null),
        "stencil" => new Chosen(static (g, v, _) => v is PdfStream s && IsImage(g, s) ? SoftImage : null),
        "font" => new Chosen(Font),
        "cidfont" => new Chosen(static (g, v, _) => v is PdfDict d && g.File.Name(d, "Subtype") is "CIDFontType0" or "CIDFontType2" ? ShapeTable.Type("CidFont") : null),
        "fontfile" => new Chosen(static (_, v, _) => v is PdfStream ? FontFile : null),
        "cmap" => new Chosen(static (_, v, _) => v is PdfStream ? CMap : null),
        "gids" => new Chosen(static (_, v, _) => v is PdfStream ? Gids : null),
        "content" => new Chosen(static (_, v, _) => v is PdfStream ? Content : null),
        "props" => new Chosen(static (g, v, _) => v is not PdfDict d ? null : (Shape?)OptionalContent(g, d) ?? InertShape.Only),
        "oc" => new Chosen(static (g, v, _) => v is PdfDict d ? OptionalContent(g, d) : null),
        "dash" => new Nested(static v => v is PdfNumber, 1),
        "widths" => new Nested(static v => v is PdfNumber, 1),
        "border" => new Nested(static v => v is PdfNumber, 1),
        "strokes" => new Nested(static v => v is PdfNumber, 1),
        "options" => new Nested(static v => v is PdfString, 1),
        "nested" => new Nested(static v => v is PdfNumber or PdfName, 1),
        "classes" => new Nested(static v => v is PdfName or PdfNumber, 0),
        "differences" => new Nested(static v => v is PdfName or PdfNumber, 0),
        "bools" => new PlainArray(static v => v is PdfBool),
        "matrix" => new Chosen(static (g, v, _) => v is PdfArray { Items.Count: 6 } ? Six.Pick(g, v, "") : null),
        "fontsize" => new FontSizeShape(),
        "elem" => new Chosen(Element),
        "kid" => new Chosen(static (g, v, p) => v is PdfNumber { IsInteger: true } ? Whole : Element(g, v, p) ?? (v is not PdfDict d ? null : g.File.Name(d, "Type") switch { "MCR" => ShapeTable.Type("MarkedRef"), "OBJR" => ShapeTable.Type("ObjectRef"), _ => null })),
        "attributes" => new Chosen(static (_, v, _) => v is PdfDict ? ShapeTable.Type("Attributes") : v is PdfArray ? AttributeList : null),
        "order" => new TreeOf(static (g, v) => v is PdfString ? Words : v is PdfDict d ? OptionalContent(g, d) : null),
        "visibility" => new TreeOf(static (g, v) => v is PdfName ? Words : v is PdfDict d ? OptionalContent(g, d) : null),
        "pagelabels" => new NumberTree("PageLabel", static _ => ShapeTable.Type("PageLabel")),
        "parents" => new NumberTree("parents", static _ => Parents),
        "destnames" => new NameTree(Dest),
        "files" => new AttachedFiles(),
        "elemnames" => new NameTree(new Chosen(Element)),
        _ => throw new InvalidOperationException($"the allow list says “@{name}”"),
    };

    private static readonly Shape Six = new PlainArray(static v => v is PdfNumber);
    private static readonly Shape Whole = new Plain("int", static v => v is PdfNumber { IsInteger: true });
    private static readonly Shape Words = new Plain("word", static v => v is PdfString or PdfName);
    private static readonly Shape AttributeList = new ListOf(new Chosen(static (_, v, _) => v is PdfDict ? ShapeTable.Type("Attributes") : v is PdfNumber { IsInteger: true } ? Whole : null));
    private static readonly Shape Parents = new Chosen(static (g, v, p) => v is PdfArray ? ParentList : Element(g, v, p));
    private static readonly Shape ParentList = new Positions(new Chosen(Element));

    private static DictShape? Element(Graph graph, PdfValue given, string place) => given is PdfDict dict && graph.File.Name(dict, "Type") is not ("MCR" or "OBJR") ? ShapeTable.Type("StructElem") : null;

    private static DictShape? OptionalContent(Graph graph, PdfDict dict) => graph.File.Name(dict, "Type") switch
    {
        "OCG" => ShapeTable.Type("OcGroup"),
        "OCMD" => ShapeTable.Type("OcMembership"),
        _ => null,
    };

    private static DictShape? Font(Graph graph, PdfValue given, string place)
    {
        if (given is not PdfDict dict) return null;
        switch (graph.File.Name(dict, "Subtype"))
        {
            case "Type3": return ShapeTable.Type("Type3Font");
            case "Type0": return ShapeTable.Type("CompositeFont");
            case "CIDFontType0" or "CIDFontType2": return null;
            default: return ShapeTable.Type("SimpleFont");
        }
    }

    public static bool IsImage(Graph graph, PdfStream stream) =>
        graph.File.Name(stream.Dict, "Subtype") is { } kind ? kind == "Image" : stream.Dict["Width"] is not null && stream.Dict["Height"] is not null;

    private static Shape? XObject(Graph graph, PdfValue given, string place)
    {
        if (given is not PdfStream stream) return null;
        if (IsImage(graph, stream)) return Image;
        var kind = graph.File.Name(stream.Dict, "Subtype");
        if (kind is "PS" || graph.File.Name(stream.Dict, "Subtype2") is "PS" || stream.Dict["PS"] is not null)
        {
            graph.Tell("P-22", place, "PostScript XObject");
            return null;
        }
        if (kind is "Form" || (kind is null && stream.Dict["BBox"] is not null)) return Form;
        graph.Tell("P-25", place, $"XObject /{Graph.Printable(kind ?? "")}");
        return null;
    }

    private static Shape? Annotation(Graph graph, PdfValue given, string place)
    {
        if (given is not PdfDict dict) return null;
        var kind = graph.File.Name(dict, "Subtype") ?? "";
        if (kind == "Link") return ShapeTable.Type("Link");
        if (kind == "Widget") return Field(graph, given, place) ?? (Forms.AppearanceOf(graph, dict) is null ? null : Stamp);
        if (MarkupKinds.Contains(kind)) return ShapeTable.Type("Markup");
        graph.Tell(kind switch { "FileAttachment" => "P-08", "Sound" or "Movie" or "Screen" or "3D" or "RichMedia" => "P-09", _ => "P-25" }, place, $"annotation /{Graph.Printable(kind)}");
        Actions.Tell(graph, dict["A"], place);
        // What it looked like stays, as of an object of an office document.
        return kind is "Screen" or "Movie" or "3D" or "RichMedia" && Forms.AppearanceOf(graph, dict) is not null ? Stamp : null;
    }

    private static DictShape? Field(Graph graph, PdfValue given, string place)
    {
        if (given is not PdfDict dict) return null;
        if (Forms.KindOf(graph, dict) is "Sig")
        {
            graph.Tell("P-17", place, "signature field");
            graph.HadSignature = true;
            return null;
        }
        if (graph.Job.Policy.KeepForms && Forms.IsForm(graph)) return ShapeTable.Type("Field");
        graph.Tell("P-11", place, "form field");
        return null;
    }

    /// <summary>Picks by code.</summary>
    internal sealed class Chosen(Func<Graph, PdfValue, string, Shape?> pick) : Shape
    {
        public override Shape? Pick(Graph graph, PdfValue given, string place) => pick(graph, given, place);
    }

    /// <summary>Built at once, because it may turn out to be nothing.</summary>
    internal abstract class Fallible : Shape
    {
        public override Shape? Pick(Graph graph, PdfValue given, string place) => this;
    }

    /// <summary>An array of values, some of them arrays again.</summary>
    private sealed class Nested(Func<PdfValue, bool> fits, int depth) : Shape
    {
        public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfArray array && Fits(graph, array, depth) ? this : null;

        public override PdfValue Make(Graph graph, PdfValue given, string place) =>
            new PdfArray(((PdfArray)given).Items.Select(i => graph.File.Resolve(i) is PdfArray inner ? Make(graph, inner, place) : graph.File.Resolve(i)));

        private bool Fits(Graph graph, PdfArray array, int left)
        {
            foreach (var item in array.Items)
            {
                var value = graph.File.Resolve(item);
                if (value is PdfArray inner ? left == 0 || !Fits(graph, inner, left - 1) : !fits(value)) return false;
            }
            return true;
        }
    }

    /// <summary>A list in which each place counts: null where nothing may stand.</summary>
    private sealed class Positions(Shape item) : Shape
    {
        public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfArray ? this : null;

        public override PdfValue Make(Graph graph, PdfValue given, string place) => new PdfArray(((PdfArray)given).Items.Select(i => graph.Place(i, item, place) ?? PdfNull.Value));
    }

    /// <summary>Arrays in arrays, always written in place.</summary>
    private sealed class TreeOf(Func<Graph, PdfValue, Shape?> leaf) : Shape
    {
        private const int Deepest = 16;

        public override bool IsInline => true;

        public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfArray ? this : null;

        public override PdfValue Make(Graph graph, PdfValue given, string place)
        {
            var left = 100_000;
            return Tree(graph, (PdfArray)given, place, 0, ref left);
        }

        private PdfArray Tree(Graph graph, PdfArray given, string place, int depth, ref int left)
        {
            var tree = new PdfArray();
            foreach (var item in given.Items)
            {
                // An array that holds itself twice would never end.
                if (--left < 0) break;
                var value = graph.File.Resolve(item);
                if (value is PdfArray inner && depth < Deepest) tree.Items.Add(Tree(graph, inner, place, depth + 1, ref left));
                else if (leaf(graph, value) is { } shape && graph.Place(item, shape, place) is { } built) tree.Items.Add(built);
            }
            return tree;
        }
    }

    private sealed class InertShape : Shape
    {
        public static readonly InertShape Only = new();

        public override Shape Pick(Graph graph, PdfValue given, string place) => this;

        public override PdfValue Make(Graph graph, PdfValue given, string place)
        {
            var plain = new PdfDict();
            foreach (var (key, value) in ((PdfDict)given).Map)
            {
                plain[key] = graph.File.Resolve(value);
                if (Inert.Properties(new PdfDict().With(key, plain[key])).Count == 0) graph.LeaveOut(key, "Properties", value, place);
            }
            return Inert.Properties(plain);
        }
    }

    private sealed class FontSizeShape : Fallible
    {
        private readonly Shape font = new Chosen(Font);

        public override PdfValue? Make(Graph graph, PdfValue given, string place) =>
            given is PdfArray { Items: [var first, var second] } && graph.File.Resolve(second) is PdfNumber size && graph.Place(first, font, place) is { } built ? new PdfArray([built, size]) : null;
    }

    private sealed class StampShape : Shape
    {
        public override Shape Pick(Graph graph, PdfValue given, string place) => this;

        public override PdfValue Make(Graph graph, PdfValue given, string place) => Forms.Flatten(graph, (PdfDict)given, place);
    }
}
