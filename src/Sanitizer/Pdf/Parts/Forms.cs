using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Fields of forms, and the pictures that stay of them.</summary>
internal static class Forms
{
    /// <summary>True when the document has a form that its fields can belong to; without one they are only pictures.</summary>
    public static bool IsForm(Graph graph) => graph.File.Dict(graph.File.Catalog, "AcroForm") is { } form && graph.File.Get(form, "Fields") is PdfArray;

    /// <summary>Tells a form that isn't kept.</summary>
    public static void Tell(Graph graph, PdfDict form)
    {
        graph.Tell("P-11", "catalog", "/AcroForm");
        foreach (var key in (ReadOnlySpan<string>)["XFA", "CO", "SigFlags"])
        {
            if (form[key] is { } value) graph.LeaveOut(key, "AcroForm", value, "catalog");
        }
    }

    /// <summary>Tx, Btn, Ch or Sig: its own or that of a field above it.</summary>
    public static string? KindOf(Graph graph, PdfDict field)
    {
        for (var hops = 0; hops < 32; hops++)
        {
            if (graph.File.Name(field, "FT") is { } kind) return kind;
            if (graph.File.Dict(field, "Parent") is not { } parent) return null;
            field = parent;
        }
        return null;
    }

    /// <summary>The form that an annotation shows now; null when it shows none.</summary>
    public static PdfValue? AppearanceOf(Graph graph, PdfDict annotation)
    {
        if (graph.File.Dict(annotation, "AP") is not { } appearance || appearance["N"] is not { } normal) return null;
        if (graph.File.Resolve(normal) is PdfStream) return normal;
        return graph.File.Resolve(normal) is PdfDict states && states[graph.File.Name(annotation, "AS") ?? "Off"] is { } state && graph.File.Resolve(state) is PdfStream ? state : null;
    }

    /// <summary>What stays of a field that isn't kept, such as the seal of a signature: its picture, as a stamp.</summary>
    public static PdfValue Flatten(Graph graph, PdfDict widget, string place)
    {
        var stamp = new PdfDict().With("Type", new PdfName("Annot")).With("Subtype", new PdfName("Stamp")).With("Rect", widget["Rect"]).With("P", widget["P"]).With("F", widget["F"]).With("OC", widget["OC"]);
        stamp["AP"] = new PdfDict().With("N", AppearanceOf(graph, widget));
        return ShapeTable.Type("Markup").Build(graph, stamp, place);
    }
}
