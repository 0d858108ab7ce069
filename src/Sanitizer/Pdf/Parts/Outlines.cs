using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Bookmarks (ISO 32000-2 §12.3.3): read as a tree, each once, and chained anew.</summary>
internal sealed class Outlines(Graph graph)
{
    private const int Deepest = 40;
    private const int Most = 100_000;

    private readonly HashSet<int> seen = [];
    private int count;

    /// <summary>A reference to the new root; null when there is nothing in it.</summary>
    public PdfRef? Write(PdfValue? given)
    {
        if (graph.File.Resolve(given) is not PdfDict root) return null;
        var items = Children(root, 0);
        if (items.Count == 0) return null;
        var number = graph.Writer.Reserve();
        var dict = new PdfDict().With("Type", new PdfName("Outlines"));
        Chain(items, number, dict);
        dict["Count"] = PdfNumber.Of(items.Sum(Shown));
        graph.Writer.Write(number, dict);
        return new(number, 0);
    }

    private List<Item> Children(PdfDict parent, int depth)
    {
        var items = new List<Item>();
        var next = parent["First"];
        while (next is PdfRef reference && seen.Add(reference.Number) && graph.File.Resolve(reference) is PdfDict dict)
        {
            if (++count > Most || depth > Deepest) break;
            graph.File.Budget.Check();
            items.Add(new(reference.Number, Children(dict, depth + 1), graph.File.Get(dict, "Count") is PdfNumber { Amount: > 0 }));
            next = dict["Next"];
        }
        return items;
    }

    // How many rows it shows, itself counted.
    private static int Shown(Item item) => 1 + (item.IsOpen ? item.Children.Sum(Shown) : 0);

    private void Chain(List<Item> items, int parent, PdfDict owner)
    {
        var numbers = items.Select(_ => graph.Writer.Reserve()).ToList();
        owner["First"] = new PdfRef(numbers[0], 0);
        owner["Last"] = new PdfRef(numbers[^1], 0);
        for (var i = 0; i < items.Count; i++)
        {
            var place = $"object {items[i].Number}";
            var given = (PdfDict)graph.File.Resolve(new PdfRef(items[i].Number, 0));
            var built = new PdfDict().With("Title", graph.File.Get(given, "Title") as PdfString ?? new PdfString([])).With("Parent", new PdfRef(parent, 0));
            if (i > 0) built["Prev"] = new PdfRef(numbers[i - 1], 0);
            if (i + 1 < items.Count) built["Next"] = new PdfRef(numbers[i + 1], 0);
            if (given["Dest"] is { } dest) built["Dest"] = graph.Place(dest, OwnShapes.Dest, place);
            if (given["A"] is { } action)
            {
                built["A"] = graph.Place(action, OwnShapes.Action, place);
                if (built["A"] is null) graph.LeaveOut("A", "Outline", action, place);
            }
            if (given["C"] is { } colour && graph.File.Resolve(colour) is PdfArray { Items.Count: 3 } three && three.Items.All(static c => c is PdfNumber)) built["C"] = three;
            if (graph.File.Get(given, "F") is PdfNumber flags) built["F"] = flags;
            if (given["AA"] is { } more) graph.LeaveOut("AA", "Outline", more, place);
            if (items[i].Children.Count > 0)
            {
                Chain(items[i].Children, numbers[i], built);
                var shown = items[i].Children.Sum(Shown);
                built["Count"] = PdfNumber.Of(items[i].IsOpen ? shown : -shown);
            }
            graph.Writer.Write(numbers[i], built);
        }
    }

    private sealed record Item(int Number, List<Item> Children, bool IsOpen);
}
