using Sekisho.Sanitizer.Pdf.Content;
using Sekisho.Sanitizer.Pdf.Parts;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Shapes;

/// <summary>The new document as it grows: what of the old one was met, by which shape, and its number in the new file. Objects are built in the order in which they are met from the catalog on, so that
/// the same content always gives the same file, and what nothing refers to isn't in it.</summary>
internal sealed class Graph(PdfFile file, PdfWriter writer, Job job)
{
    // Colour spaces on colour spaces, functions on functions: real ones stay under five.
    private const int MostEager = 24;

    private readonly Dictionary<(int Number, Shape Shape), int> built = [];
    private readonly Dictionary<(int Number, Shape Shape), PdfValue> small = [];
    private readonly Queue<(int From, Shape Shape, int To)> waiting = new();
    private readonly HashSet<(string, string, string)> told = [];
    private int eager;

    public PdfFile File => file;

    public PdfWriter Writer => writer;

    public Job Job => job;

    /// <summary>The new numbers of the pages, by their old ones.</summary>
    public Dictionary<int, int> Pages { get; } = [];

    /// <summary>What the streams of operators draw, by their new numbers.</summary>
    public DrawingCost Cost { get; } = new();

    public ForeignImages Foreign { get; } = new(file, job);

    /// <summary>Forms and signatures.</summary>
    public bool HadSignature { get; set; }

    /// <summary>Builds what stands at one place; null when nothing of it may.</summary>
    public PdfValue? Place(PdfValue given, Shape shape, string place)
    {
        var number = 0;
        for (var hops = 0; given is PdfRef reference; hops++)
        {
            if (hops > 16) return null;
            number = reference.Number;
            given = file.Resolve1(reference);
        }
        if (ReferenceEquals(shape, OwnShapes.Page)) return Pages.TryGetValue(number, out var page) ? new PdfRef(page, 0) : null;
        if (given is PdfNull) return null;
        if (number > 0) place = $"object {number}";
        var picked = shape.Pick(this, given, place);
        if (picked is null) return null;
        if (number == 0 || picked.IsInline || given is not (PdfDict or PdfArray or PdfStream))
        {
            if (given is PdfStream) return null;
            return Deeper(picked, given, place);
        }
        if (small.TryGetValue((number, picked), out var word)) return word;
        if (built.TryGetValue((number, picked), out var known)) return known == 0 ? null : new PdfRef(known, 0);
        int? to;
        switch (picked)
        {
            case EagerStream stream:
                built[(number, picked)] = 0;
                if (++eager > MostEager) to = null;
                else to = stream.Write(this, (PdfStream)given, place);
                eager--;
                break;
            case OwnShapes.Fallible fallible:
                // Meets itself: nothing.
                built[(number, picked)] = 0;
                to = null;
                var value = Deeper(fallible, given, place);
                // A name needs no object of its own.
                if (value is PdfName or PdfRef) return small[(number, picked)] = value;
                if (value is not null) writer.Write((to = writer.Reserve()).Value, value);
                break;
            default:
                to = writer.Reserve();
                waiting.Enqueue((number, picked, to.Value));
                break;
        }
        if (built.Count > PdfFile.MostObjects) throw PdfRefusals.TooManyObjects(PdfFile.MostObjects);
        built[(number, picked)] = to ?? 0;
        return to is { } n ? new PdfRef(n, 0) : null;
    }

    /// <summary>Builds all that was met and waits.</summary>
    public void Drain()
    {
        while (waiting.TryDequeue(out var next))
        {
            file.Budget.Check();
            var given = file.Resolve(new PdfRef(next.From, 0));
            var place = $"object {next.From}";
            if (next.Shape is QueuedStream stream && given is PdfStream content) stream.Write(this, content, next.To, place);
            else writer.Write(next.To, next.Shape.Make(this, given, place) ?? PdfNull.Value);
        }
    }

    public void Tell(string threat, string place, string what)
    {
        if (told.Count < 20_000 && !told.Add((threat, place, what))) return;
        job.Remove(threat, place, what);
    }

    /// <summary>Tells a key that isn't written, and the actions that went with it.</summary>
    public void LeaveOut(string key, string type, PdfValue value, string place)
    {
        var threat = AllowList.ThreatOf(key, type);
        // The kind of an action says more than the key it hangs on.
        if (!Actions.Tell(this, value, place) || threat is not ("P-25" or "P-04")) Tell(threat, place, $"/{Printable(key)} ({type})");
    }

    /// <summary>Numbers an object of the new file that no object of the old one stands for.</summary>
    public PdfRef Add(PdfValue value)
    {
        var number = writer.Reserve();
        writer.Write(number, value);
        return new(number, 0);
    }

    internal static string Printable(string name) => string.Concat(name.Select(static c => c is > ' ' and < (char)0x7F ? c : '?'));

    private PdfValue? Deeper(Shape picked, PdfValue given, string place)
    {
        if (picked is not OwnShapes.Fallible) return picked.Make(this, given, place);
        if (++eager > MostEager)
        {
            eager--;
            return null;
        }
        var value = picked.Make(this, given, place);
        eager--;
        return value;
    }
}
