using Sekisho.Sanitizer.Pdf.Reading;

namespace Sekisho.Sanitizer.Pdf.Shapes;

/// <summary>What may stand at a place, and how it is built anew.</summary>
internal abstract class Shape
{
    /// <summary>The shape that a value is built by; null when none of its kind may stand here. Looks no deeper than it must.</summary>
    public abstract Shape? Pick(Graph graph, PdfValue given, string place);

    /// <summary>The value built anew. Never null for a value that was picked, unless <see cref="IsInline"/>.</summary>
    public virtual PdfValue? Make(Graph graph, PdfValue given, string place) => given;

    /// <summary>Stands where it is used, also when it was an object of its own.</summary>
    public virtual bool IsInline => false;
}

/// <summary>A stream that may turn out unusable: built at once, so that nothing refers to what isn't there.</summary>
internal abstract class EagerStream : Shape
{
    /// <summary>Its number in the new file; null when it can't stand.</summary>
    public abstract int? Write(Graph graph, PdfStream stream, string place);
}

/// <summary>A stream that always comes out, if only empty: built in its turn.</summary>
internal abstract class QueuedStream : Shape
{
    public abstract void Write(Graph graph, PdfStream stream, int number, string place);
}

/// <summary>A value by its kind alone.</summary>
internal sealed class Plain(string name, Func<PdfValue, bool> fits) : Shape
{
    public override bool IsInline => true;

    public override Shape? Pick(Graph graph, PdfValue given, string place) => fits(given) ? this : null;

    public override string ToString() => name;
}

/// <summary>An array of plain values; one that doesn't fit spoils it.</summary>
internal sealed class PlainArray(Func<PdfValue, bool> fits) : Shape
{
    public override Shape? Pick(Graph graph, PdfValue given, string place)
    {
        if (given is not PdfArray array) return null;
        foreach (var item in array.Items)
        {
            if (!fits(graph.File.Resolve(item))) return null;
        }
        return this;
    }

    public override PdfValue Make(Graph graph, PdfValue given, string place) => new PdfArray(((PdfArray)given).Items.Select(graph.File.Resolve));
}

/// <summary>A list; what doesn't fit is left out of it.</summary>
internal sealed class ListOf(Shape item) : Shape
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfArray ? this : null;

    public override PdfValue Make(Graph graph, PdfValue given, string place)
    {
        var list = new PdfArray();
        foreach (var each in ((PdfArray)given).Items)
        {
            if (graph.Place(each, item, place) is { } built) list.Items.Add(built);
        }
        return list;
    }
}

/// <summary>A dictionary of any keys, in their order.</summary>
internal sealed class MapOf(Shape item) : Shape
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfDict ? this : null;

    public override PdfValue Make(Graph graph, PdfValue given, string place)
    {
        var map = new PdfDict();
        var entries = ((PdfDict)given).Map;
        foreach (var key in entries.Keys.Order(StringComparer.Ordinal))
        {
            if (graph.Place(entries[key], item, place) is { } built) map[key] = built;
        }
        return map;
    }
}

/// <summary>The first alternative that fits.</summary>
internal sealed class OneOf(IReadOnlyList<Shape> alternatives) : Shape
{
    public override Shape? Pick(Graph graph, PdfValue given, string place)
    {
        foreach (var alternative in alternatives)
        {
            if (alternative.Pick(graph, given, place) is { } picked) return picked;
        }
        return null;
    }
}

/// <summary>A dictionary of one type: the keys that it may have, in the order in which they are written.</summary>
internal sealed class DictShape(string name) : Shape
{
    private HashSet<string> known = [];

    public string Name => name;

    public List<(string Key, Shape Shape)> Keys { get; } = [];

    public void Close() => known = Keys.Select(static k => k.Key).ToHashSet(StringComparer.Ordinal);

    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfDict ? this : null;

    public override PdfValue Make(Graph graph, PdfValue given, string place) => Build(graph, (PdfDict)given, place);

    /// <param name="without">A key that the caller builds itself.</param>
    public PdfDict Build(Graph graph, PdfDict given, string place, params ReadOnlySpan<string> without)
    {
        var built = new PdfDict();
        foreach (var (key, shape) in Keys)
        {
            if (given[key] is not { } value || without.Contains(key)) continue;
            built[key] = graph.Place(value, shape, place);
            if (built[key] is null && graph.File.Resolve(value) is not PdfNull) graph.LeaveOut(key, name, value, place);
        }
        foreach (var (key, value) in given.Map)
        {
            if (!known.Contains(key) && !without.Contains(key)) graph.LeaveOut(key, name, value, place);
        }
        return built;
    }
}

/// <summary>The allow list as shapes.</summary>
internal static class ShapeTable
{
    private static readonly Dictionary<string, DictShape> Types = [];
    private static readonly Dictionary<string, Shape> Made = [];

    static ShapeTable() => Read();

    public static DictShape Type(string name) => Types[name];

    private static void Read()
    {
        var lines = AllowList.Text.Split('\n').Select(static l => l.Trim()).Where(static l => l.Length > 0).Select(static l => l.Split(' ')).ToList();
        foreach (var line in lines) Types[line[0].Split(':')[0]] = new(line[0].Split(':')[0]);
        foreach (var line in lines)
        {
            var head = line[0].Split(':');
            var type = Types[head[0]];
            if (head[1].Length > 0) type.Keys.AddRange(Types[head[1]].Keys);
            foreach (var entry in line[1..])
            {
                var at = entry.IndexOf('=', StringComparison.Ordinal);
                type.Keys.Add((entry[..at], Of(entry[(at + 1)..])));
            }
            type.Close();
        }
    }

    private static Shape Of(string text)
    {
        if (Made.TryGetValue(text, out var made)) return made;
        return Made[text] = Parts(text) is { Count: > 1 } parts ? new OneOf([.. parts.Select(Of)])
            : text[0] == '[' ? new ListOf(Of(text[1..^1]))
            : text[0] == '<' ? new MapOf(Of(text[1..^1]))
            : text[0] == '{' ? Types[text[1..^1]]
            : text[0] == '@' ? OwnShapes.Of(text[1..])
            : text switch
            {
                "name" => new Plain(text, static v => v is PdfName),
                "int" => new Plain(text, static v => v is PdfNumber { IsInteger: true }),
                "num" => new Plain(text, static v => v is PdfNumber),
                "bool" => new Plain(text, static v => v is PdfBool),
                "str" => new Plain(text, static v => v is PdfString),
                "nums" => new PlainArray(static v => v is PdfNumber),
                "names" => new PlainArray(static v => v is PdfName),
                "strs" => new PlainArray(static v => v is PdfString),
                _ => throw new InvalidOperationException($"the allow list says “{text}”"),
            };
    }

    private static List<string> Parts(string text)
    {
        var parts = new List<string>();
        var (depth, from) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '[' or '<' or '{') depth++;
            else if (text[i] is ']' or '>' or '}') depth--;
            else if (text[i] == '|' && depth == 0)
            {
                parts.Add(text[from..i]);
                from = i + 1;
            }
        }
        parts.Add(text[from..]);
        return parts;
    }
}
