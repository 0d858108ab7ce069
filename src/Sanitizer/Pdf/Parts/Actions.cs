using System.Text;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Tells actions that aren't written, by what they would have done.</summary>
internal static class Actions
{
    /// <summary>True when there was an action in it that a person should know of.</summary>
    public static bool Tell(Graph graph, PdfValue? value, string place) => Tell(graph, value, place, 0);

    private static bool Tell(Graph graph, PdfValue? value, string place, int depth)
    {
        if (value is null || depth > 4) return false;
        if (value is PdfRef reference) place = $"object {reference.Number}";
        var given = graph.File.Resolve(value);
        if (given is PdfArray array)
        {
            var any = false;
            foreach (var item in array.Items.Take(100)) any |= Tell(graph, item, place, depth + 1);
            return any;
        }
        if (given is not PdfDict dict) return false;
        if (graph.File.Name(dict, "S") is { } kind)
        {
            var threat = ThreatOf(kind);
            if (threat is not null) graph.Tell(threat, place, kind == "URI" ? "action /URI" : $"action /{Graph.Printable(kind)}");
            return Tell(graph, dict["Next"], place, depth + 1) || threat is not null;
        }
        var found = false;
        foreach (var (_, inner) in dict.Map.Take(40))
        {
            if (graph.File.Resolve(inner) is PdfDict own && graph.File.Name(own, "S") is { } named && ThreatOf(named) is not null) found |= Tell(graph, inner, place, depth + 1);
        }
        return found;
    }

    private static string? ThreatOf(string kind) => kind switch
    {
        "JavaScript" => "P-03",
        "Launch" => "P-04",
        "SubmitForm" or "ImportData" or "ResetForm" => "P-05",
        "GoToR" or "GoToE" or "Thread" => "P-06",
        "URI" => "P-07",
        "Rendition" or "Sound" or "Movie" or "RichMediaExecute" => "P-09",
        "Named" or "Hide" or "SetOCGState" or "Trans" or "GoTo3DView" or "GoToDp" => "P-20",
        _ => null,
    };
}

/// <summary>An action that only leads somewhere in this document, or a link that the policy lets stay.</summary>
internal sealed class ActionShape : Shape
{
    public override bool IsInline => true;

    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfDict ? this : null;

    public override PdfValue? Make(Graph graph, PdfValue given, string place)
    {
        var dict = (PdfDict)given;
        var built = new PdfDict().With("S", new PdfName(graph.File.Name(dict, "S") ?? ""));
        switch (graph.File.Name(dict, "S"))
        {
            case "GoTo" when dict["D"] is { } to && graph.Place(to, OwnShapes.Dest, place) is { } dest:
                built["D"] = dest;
                break;
            case "URI" when graph.File.Get(dict, "URI") is PdfString uri && graph.Job.Policy.Allows(Address(uri)):
                built["URI"] = uri;
                break;
            default:
                return null;
        }
        if (dict["Next"] is { } next) graph.LeaveOut("Next", "Action", next, place);
        return built;
    }

    private static string Address(PdfString uri)
    {
        try
        {
            return Texts.Encodings.StrictUtf8.GetString(uri.Bytes);
        }
        catch (DecoderFallbackException)
        {
            return "";
        }
    }
}

/// <summary>A place in this document: a page and how it is shown, or the name of such a place.</summary>
internal sealed class DestShape : Shape
{
    public override bool IsInline => true;

    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfArray or PdfName or PdfString or PdfDict ? this : null;

    public override PdfValue? Make(Graph graph, PdfValue given, string place)
    {
        if (given is PdfDict dict)
        {
            given = graph.File.Get(dict, "D");
            if (given is not PdfArray) return null;
        }
        if (given is PdfName or PdfString) return given;
        if (given is not PdfArray { Items: [var page, .. var how] } || how.Count > 8) return null;
        var target = page is PdfRef ? graph.Place(page, OwnShapes.Page, place) : page is PdfNumber { IsInteger: true } ? page : null;
        if (target is null) return null;
        var dest = new PdfArray([target]);
        foreach (var item in how)
        {
            var value = graph.File.Resolve(item);
            if (value is not (PdfName or PdfNumber or PdfNull)) return null;
            dest.Items.Add(value);
        }
        return dest;
    }
}
