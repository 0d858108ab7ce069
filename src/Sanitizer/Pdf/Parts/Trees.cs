using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Name and number trees (ISO 32000-2 §7.9.6–7): read to their leaves and written as one sorted list.</summary>
internal static class Trees
{
    /// <summary>The pairs of all leaves; each node once, however often it is met.</summary>
    public static List<(PdfValue Key, PdfValue Value)> Leaves(Graph graph, PdfDict root, string key)
    {
        var pairs = new List<(PdfValue, PdfValue)>();
        var seen = new HashSet<int>();
        var stack = new Stack<PdfDict>([root]);
        while (stack.TryPop(out var node))
        {
            graph.File.Budget.Check();
            if (graph.File.Get(node, key) is PdfArray leaves)
            {
                for (var i = 0; i + 1 < leaves.Items.Count; i += 2) pairs.Add((graph.File.Resolve(leaves.Items[i]), leaves.Items[i + 1]));
                if (pairs.Count > PdfFile.MostObjects) throw PdfRefusals.TooManyObjects(PdfFile.MostObjects);
            }
            if (graph.File.Get(node, "Kids") is not PdfArray kids) continue;
            for (var i = kids.Items.Count - 1; i >= 0; i--)
            {
                if (kids.Items[i] is PdfRef reference && seen.Add(reference.Number) && graph.File.Resolve(reference) is PdfDict kid) stack.Push(kid);
            }
        }
        return pairs;
    }
}

/// <summary>A tree of numbers.</summary>
internal sealed class NumberTree(string name, Func<Graph, Shape> shape) : Shape
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfDict ? this : null;

    public override PdfValue Make(Graph graph, PdfValue given, string place)
    {
        var numbers = new PdfArray();
        decimal? last = null;
        var leaves = new List<Leaf>();
        foreach (var (key, value) in Trees.Leaves(graph, (PdfDict)given, "Nums"))
        {
            if (key is PdfNumber { IsInteger: true } number) leaves.Add(new(number.Amount, leaves.Count, value));
        }
        // Of two with one number the first stays.
        leaves.Sort(static (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Order.CompareTo(b.Order));
        foreach (var (key, _, value) in leaves)
        {
            if (key == last || graph.Place(value, shape(graph), place) is not { } built) continue;
            numbers.Items.Add(new PdfNumber(key));
            numbers.Items.Add(built);
            last = key;
        }
        return new PdfDict().With("Nums", numbers);
    }

    public override string ToString() => name;

    private sealed record Leaf(decimal Key, int Order, PdfValue Value);
}

/// <summary>A tree of names.</summary>
internal sealed class NameTree(Shape shape) : Shape
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfDict ? this : null;

    public override PdfValue Make(Graph graph, PdfValue given, string place)
    {
        var names = new PdfArray();
        byte[]? last = null;
        foreach (var (key, value) in Trees.Leaves(graph, (PdfDict)given, "Names").Where(static p => p.Key is PdfString).Select(static p => (((PdfString)p.Key).Bytes.ToArray(), p.Value)).OrderBy(static p => p.Item1, ByBytes))
        {
            if ((last is not null && key.AsSpan().SequenceEqual(last)) || graph.Place(value, shape, place) is not { } built) continue;
            names.Items.Add(new PdfString(key));
            names.Items.Add(built);
            last = key;
        }
        return new PdfDict().With("Names", names);
    }

    private static readonly Comparer<byte[]> ByBytes = Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b));
}
