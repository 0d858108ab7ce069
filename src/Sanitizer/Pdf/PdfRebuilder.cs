using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Pdf.Parts;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Pdf;

/// <summary>Rebuilds PDF: reads the document from its catalog on, and writes a new one of what stands on the <see cref="AllowList"/> (ADR-0090).</summary>
internal sealed class PdfRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Pdf];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var bytes = untrusted.Whole(job.Policy.Limits.InMemoryBytes);
        if (job.Policy.Mode == SanitizeMode.Rebuild)
        {
            Write(bytes, output, job);
            return new(FileKind.Pdf, Outcome.Rebuilt);
        }
        // Drawn and read from what was rebuilt: the programs that draw never meet the file itself.
        using var rebuilt = job.NewScratch();
        Write(bytes, rebuilt, job);
        var clean = rebuilt.AsSource().Whole(job.Policy.Limits.InMemoryBytes);
        if (job.Policy.Mode == SanitizeMode.Text)
        {
            PdfPages.Text(clean, output, job);
            return new(FileKind.Text, Outcome.Text);
        }
        PdfPages.Draw(clean, output, job);
        return new(FileKind.Pdf, Outcome.Pixels);
    }

    /// <summary>The new document.</summary>
    /// <exception cref="RefusedException">It can't be understood wholly.</exception>
    public static void Write(ReadOnlyMemory<byte> untrusted, Scratch output, Job job)
    {
        var file = PdfFile.Open(untrusted, job.Budget, job.Passwords);
        using var writer = new PdfWriter(output);
        var graph = new Graph(file, writer, job);
        Edges(file, graph);
        var catalog = writer.Reserve();
        var pages = new PageTree(graph);
        var root = pages.Find();
        var keepsForm = job.Policy.KeepForms && Forms.IsForm(graph);
        if (!keepsForm && file.Dict(file.Catalog, "AcroForm") is { Count: > 0 } form) Forms.Tell(graph, form);
        var built = ShapeTable.Type("Catalog").Build(graph, file.Catalog, "catalog", ["Pages", "Outlines", "Version", "Extensions", .. keepsForm ? (string[])[] : ["AcroForm"]]);
        built["Type"] = new PdfName("Catalog");
        built["Pages"] = new PdfRef(root, 0);
        if (new Outlines(graph).Write(file.Catalog["Outlines"]) is { } outlines) built["Outlines"] = outlines;
        if (built["PageMode"] is PdfName { Name: "UseAttachments" }) built["PageMode"] = null;
        writer.Write(catalog, built);
        graph.Drain();
        pages.Write(root);
        graph.Drain();
        Notes(file, graph);
        writer.Finish(catalog, Info(file, graph));
        if (output.Length > job.Policy.Limits.ExpandedBytes) throw Refusals.Bomb("", output.Length);
    }

    // What stood around the document.
    private static void Edges(PdfFile file, Graph graph)
    {
        if (file.Base > 0) graph.Tell("P-15", "", $"{file.Base} bytes before the header");
        var end = file.Data.LastIndexOf("%%EOF"u8);
        if (end >= 0)
        {
            var behind = file.Data[(end + 5)..];
            while (behind.Length > 0 && Lexer.IsBlank(behind[0])) behind = behind[1..];
            if (behind.Length > 0) graph.Tell("P-15", "", $"{behind.Length} bytes behind the end");
        }
        // A linearised file has two sections and one revision.
        var linear = file.Data[..Math.Min(2048, file.Data.Length)].IndexOf("/Linearized"u8) >= 0;
        if (file.Revisions > (linear ? 2 : 1)) graph.Tell("P-14", "", $"{file.Revisions - (linear ? 1 : 0)} revisions");
        if (file.WasDamaged) graph.Tell("P-21", "", "cross-references that don't hold");
    }

    private static void Notes(PdfFile file, Graph graph)
    {
        if (file.Security is not null)
        {
            graph.Tell("P-16", "", "/Encrypt");
            graph.Job.Note("SAN-NOTE-PDF-DECRYPTED", "", "暗号を解いて作り直しました。出したファイルにパスワードはありません。", "It was decrypted; what came out has no password.");
        }
        if (graph.HadSignature || file.Catalog["Perms"] is not null)
            graph.Job.Note("SAN-NOTE-PDF-SIGNATURE", "", "電子署名を外しました。署名の検証は元のファイルで行ってください（この道具は署名の有効・無効を判断していません）。", "A signature was taken off. Verify it on the original: this tool doesn't say whether it was valid.");
        if (file.Dict(file.Catalog, "OCProperties") is { } layers && file.Dict(layers, "D") is { } view && file.Get(view, "OFF") is PdfArray { Items.Count: > 0 and var hidden })
            graph.Job.Note("SAN-NOTE-PDF-HIDDEN", "", $"表示されていないレイヤーが {hidden} 枚あります。", $"There are {hidden} layers that aren't shown.");
    }

    private static PdfDict? Info(PdfFile file, Graph graph)
    {
        if (file.Dict(file.Trailer, "Info") is not { Count: > 0 } given) return null;
        if (!graph.Job.Policy.KeepPdfMetadata)
        {
            graph.Tell("P-19", "trailer", "/Info");
            return null;
        }
        var kept = new PdfDict();
        foreach (var key in (ReadOnlySpan<string>)["Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate"])
        {
            if (file.Get(given, key) is PdfString text) kept[key] = text;
        }
        foreach (var (key, value) in given.Map)
        {
            if (kept[key] is null) graph.LeaveOut(key, "Info", value, "trailer");
        }
        return kept.Count > 0 ? kept : null;
    }
}
