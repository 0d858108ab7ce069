using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Files that hang on the document (添付ファイル; ISO 32000-2 §7.11.4): by policy each goes through the sanitiser and is attached anew; else none is written.</summary>
internal sealed class AttachedFiles : Shape
{
    private const int MostFiles = 1000;

    // It may turn out that nothing is left.
    public override bool IsInline => true;

    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfDict && graph.Job.Policy is { RebuildPdfFiles: true, Mode: SanitizeMode.Rebuild } ? this : null;

    public override PdfValue? Make(Graph graph, PdfValue given, string place)
    {
        var names = new PdfArray();
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<int>();
        foreach (var (_, value) in Trees.Leaves(graph, (PdfDict)given, "Names").Where(static p => p.Key is PdfString).OrderBy(static p => Convert.ToHexString(((PdfString)p.Key).Bytes), StringComparer.Ordinal))
        {
            if (names.Items.Count >= 2 * MostFiles) throw Refusals.TooMany("EmbeddedFiles", MostFiles);
            if (graph.File.Resolve(value) is not PdfDict file || graph.File.Dict(file, "EF") is not { } held) continue;
            if ((held["UF"] ?? held["F"]) is not { } to || graph.File.Resolve(to) is not PdfStream content) continue;
            // One stream under two names is one file.
            if (content.Number > 0 && !seen.Add(content.Number)) continue;
            if (Rebuilt(graph, file, content, taken) is not { } built) continue;
            names.Items.Add(new PdfString(Encoding.ASCII.GetBytes(((names.Items.Count / 2) + 1).ToString("D4", CultureInfo.InvariantCulture))));
            names.Items.Add(built);
        }
        return names.Items.Count == 0 ? null : new PdfDict().With("Names", names);
    }

    private static PdfRef? Rebuilt(Graph graph, PdfDict file, PdfStream content, HashSet<string> taken)
    {
        var untrustedName = (graph.File.Get(file, "UF") as PdfString ?? graph.File.Get(file, "F") as PdfString)?.Text() ?? "attachment";
        var shown = SafeName.Show(untrustedName);
        graph.Job.Budget.Enter(shown);
        var bytes = Streams.Bytes(graph, content, shown);
        using var done = graph.Job.Member(untrustedName, Source.Of(bytes));
        if (done.Content is not { } rebuilt)
        {
            var refusal = done.Report.Refusal!;
            if (graph.Job.Policy.RefuseWithMember || refusal.Code is "SAN-LIMIT-002" or "SAN-LIMIT-003" or "SAN-LIMIT-006") throw new RefusedException(refusal with { Place = shown });
            graph.Tell("P-08", shown, refusal.Code);
            return null;
        }
        var (stem, extension) = (Path.GetFileNameWithoutExtension(done.Report.Output!), Path.GetExtension(done.Report.Output!));
        var name = done.Report.Output!;
        for (var number = 2; !taken.Add(name); number++) name = $"{stem} ({number}){extension}";
        var stream = graph.Writer.Reserve();
        graph.Writer.WriteFlate(stream, new PdfDict().With("Type", new PdfName("EmbeddedFile")), rebuilt.AsSource().Whole(graph.Job.Policy.Limits.InMemoryBytes).Span);
        var held = new PdfRef(stream, 0);
        return graph.Add(new PdfDict().With("Type", new PdfName("Filespec"))
            .With("F", new PdfString(name.All(static c => c is >= ' ' and <= '~') ? Encoding.ASCII.GetBytes(name) : Encoding.ASCII.GetBytes($"file{taken.Count:D4}{(extension.All(static c => c is >= ' ' and <= '~') ? extension : "")}")))
            .With("UF", new PdfString([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(name)]))
            .With("EF", new PdfDict().With("F", held).With("UF", held)));
    }
}
