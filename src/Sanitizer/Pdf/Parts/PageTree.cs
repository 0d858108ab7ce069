using Sekisho.Sanitizer.Pdf.Content;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>The pages in their order (ISO 32000-2 §7.7.3), each with what it inherits written on it; the new tree is one node.</summary>
internal sealed class PageTree(Graph graph)
{
    private const int Deepest = 60;
    private static readonly string[] Inherited = ["Resources", "MediaBox", "CropBox", "Rotate"];

    private readonly List<Leaf> leaves = [];
    private readonly HashSet<int> nodes = [];
    private readonly HashSet<int> written = [];

    public int Count => leaves.Count;

    /// <exception cref="RefusedException">More pages than allowed, or none.</exception>
    public int Find()
    {
        Walk(graph.File.Catalog["Pages"], new(), 0);
        if (leaves.Count == 0) throw PdfRefusals.NoPages();
        var root = graph.Writer.Reserve();
        foreach (var leaf in leaves)
        {
            leaf.To = graph.Writer.Reserve();
            if (leaf.Number > 0) graph.Pages.TryAdd(leaf.Number, leaf.To);
        }
        return root;
    }

    public void Write(int root)
    {
        graph.Writer.Write(root, new PdfDict().With("Type", new PdfName("Pages")).With("Count", PdfNumber.Of(leaves.Count)).With("Kids", new PdfArray(leaves.Select(static l => new PdfRef(l.To, 0)))));
        var spent = new List<(long, List<(int, int)>, string)>();
        for (var i = 0; i < leaves.Count; i++)
        {
            graph.File.Budget.Check();
            Write(leaves[i], root, $"page {i + 1}", spent);
            graph.Drain();
        }
        hidden.Tell(graph.Job);
        foreach (var (own, children, place) in spent)
        {
            if (graph.Cost.IsTooMuch(own, children)) throw PdfRefusals.Drawing(place);
        }
    }

    private void Walk(PdfValue? at, PdfDict inherited, int depth)
    {
        var number = (at as PdfRef)?.Number ?? 0;
        if (depth > Deepest || graph.File.Resolve(at) is not PdfDict node) return;
        graph.File.Budget.Check();
        if (graph.File.Get(node, "Kids") is PdfArray kids && graph.File.Name(node, "Type") is not "Page")
        {
            // A node within itself would never end.
            if (number > 0 && !nodes.Add(number)) return;
            var own = inherited;
            foreach (var key in Inherited)
            {
                if (node[key] is not { } value) continue;
                if (ReferenceEquals(own, inherited))
                {
                    own = new();
                    foreach (var (k, v) in inherited.Map) own[k] = v;
                }
                own[key] = value;
            }
            foreach (var kid in kids.Items) Walk(kid, own, depth + 1);
            return;
        }
        if (node["Type"] is PdfName { Name: "Pages" } && node["Contents"] is null && node["MediaBox"] is null && inherited["MediaBox"] is null) return;
        leaves.Add(new(number, number == 0 ? node : null, inherited));
        if (leaves.Count > graph.Job.Policy.Limits.Pages) throw Refusals.TooManyPages("", graph.Job.Policy.Limits.Pages);
    }

    private void Write(Leaf leaf, int root, string place, List<(long, List<(int, int)>, string)> spent)
    {
        var page = leaf.Direct ?? (PdfDict)graph.File.Resolve(new PdfRef(leaf.Number, 0));
        var whole = new PdfDict();
        foreach (var (key, value) in leaf.Inherited.Map) whole[key] = value;
        foreach (var (key, value) in page.Map) whole[key] = value;
        whole["Contents"] = null;
        whole["Parent"] = null;
        // The box decides whether a page shows at all: readers fall back to Letter, so a page without one gets it.
        if (Box(whole) is null) whole["MediaBox"] = new PdfArray([PdfNumber.Of(0), PdfNumber.Of(0), PdfNumber.Of(612), PdfNumber.Of(792)]);
        // One annotation on two copies of a page would belong to both.
        if (!written.Add(leaf.Number) && leaf.Number > 0) whole["Annots"] = null;
        whole["Type"] = new PdfName("Page");
        var built = ShapeTable.Type("Page").Build(graph, whole, place);
        built["Parent"] = new PdfRef(root, 0);
        built["Contents"] = Contents(page["Contents"], place, out var own, out var drawn, whole);
        spent.Add((own, drawn, place));
        graph.Writer.Write(leaf.To, built);
    }

    private PdfArray? Box(PdfDict page) => graph.File.Get(page, "MediaBox") is PdfArray { Items.Count: 4 } box && box.Items.All(i => graph.File.Resolve(i) is PdfNumber) ? box : null;

    /// <summary>The page's streams, each rewritten alone where operators end with them, else as one.</summary>
    private PdfValue? Contents(PdfValue? given, string place, out long own, out List<(int, int)> drawn, PdfDict page)
    {
        own = 0;
        drawn = [];
        var streams = graph.File.Resolve(given) switch
        {
            PdfStream one => [one],
            PdfArray many => many.Items.Select(graph.File.Resolve).OfType<PdfStream>().ToList(),
            _ => new List<PdfStream>(),
        };
        if (streams.Count == 0) return null;
        var resources = graph.File.Dict(page, "Resources");
        if (streams.Count == 1)
        {
            own = One(streams[0], place, resources, drawn, out var to);
            return new PdfRef(to, 0);
        }
        var parts = new List<(PdfStream Stream, ContentRewriter? Rewriter, byte[] Bytes)>();
        var (open, watch) = (false, new HiddenText());
        foreach (var stream in streams)
        {
            if (shared.ContainsKey(stream.Number))
            {
                parts.Add((stream, null, []));
                continue;
            }
            var rewriter = new ContentRewriter(graph.File, graph.Job, watch);
            var bytes = rewriter.Rewrite(Streams.Bytes(graph, stream, place).Span, place).ToArray();
            rewriter.Forget();
            parts.Add((stream, rewriter, bytes));
            open |= rewriter.EndsOpen || rewriter.LeftOut.Count > 0;
        }
        if (open)
        {
            // An operator stands in one stream and its operands in another: they are one.
            using var joined = new MemoryStream();
            foreach (var stream in streams)
            {
                joined.Write(Streams.Bytes(graph, stream, place).Span);
                joined.WriteByte((byte)'\n');
            }
            watch = new HiddenText();
            var rewriter = new ContentRewriter(graph.File, graph.Job, watch);
            var content = rewriter.Rewrite(joined.GetBuffer().AsSpan(0, (int)joined.Length), place);
            ContentShape.Told(graph, rewriter, place);
            own = rewriter.Written;
            drawn.AddRange(DrawingCost.Children(rewriter, graph.File, resources));
            var number = graph.Writer.Reserve();
            graph.Writer.WriteFlate(number, new(), content);
            hidden.Add(place, watch);
            return new PdfRef(number, 0);
        }
        hidden.Add(place, watch);
        var list = new PdfArray();
        foreach (var (stream, rewriter, bytes) in parts)
        {
            if (!shared.TryGetValue(stream.Number, out var to))
            {
                to = (graph.Writer.Reserve(), rewriter!);
                graph.Writer.WriteFlate(to.Number, new(), bytes);
                shared[stream.Number] = to;
            }
            own += to.Rewriter.Written;
            drawn.AddRange(DrawingCost.Children(to.Rewriter, graph.File, resources));
            list.Items.Add(new PdfRef(to.Number, 0));
        }
        return list;
    }

    private readonly Dictionary<int, (int Number, ContentRewriter Rewriter)> shared = [];

    private readonly HiddenOnPages hidden = new();

    private long One(PdfStream stream, string place, PdfDict? resources, List<(int, int)> drawn, out int to)
    {
        if (!shared.TryGetValue(stream.Number, out var known))
        {
            var watch = new HiddenText();
            var rewriter = new ContentRewriter(graph.File, graph.Job, watch);
            var content = rewriter.Rewrite(Streams.Bytes(graph, stream, place).Span, place);
            ContentShape.Told(graph, rewriter, place);
            hidden.Add(place, watch);
            known = (graph.Writer.Reserve(), rewriter);
            graph.Writer.WriteFlate(known.Number, new(), content);
            rewriter.Forget();
            shared[stream.Number] = known;
        }
        drawn.AddRange(DrawingCost.Children(known.Rewriter, graph.File, resources));
        to = known.Number;
        return known.Rewriter.Written;
    }

    private sealed class Leaf(int number, PdfDict? direct, PdfDict inherited)
    {
        public int Number => number;

        /// <summary>A page that stands in its parent's list itself.</summary>
        public PdfDict? Direct => direct;

        public PdfDict Inherited => inherited;

        public int To { get; set; }
    }
}

/// <summary>What the pages hold that nobody sees, told once for the document.</summary>
internal sealed class HiddenOnPages
{
    private readonly List<string> places = [];
    private int white, invisible, tiny;

    public void Add(string place, HiddenText found)
    {
        if (found is { White: 0, Invisible: 0, Tiny: 0 }) return;
        (white, invisible, tiny) = (white + found.White, invisible + found.Invisible, tiny + found.Tiny);
        if (places.Count < 20) places.Add(place);
    }

    public void Tell(Job job)
    {
        if (places.Count == 0) return;
        job.Note("SAN-NOTE-PDF-HIDDEN-TEXT", string.Join(", ", places),
            $"見えない文字があります（白地に白 {white:N0} か所、表示しない文字 {invisible:N0} か所、1 ポイント未満 {tiny:N0} か所）。スキャンした文書の文字認識の結果のこともあります。文字はそのまま残しています。",
            $"There is text that nobody sees (white on white {white:N0} times, not shown {invisible:N0} times, under a point {tiny:N0} times). Scans keep what was recognised so. It stays as it is.");
    }
}
