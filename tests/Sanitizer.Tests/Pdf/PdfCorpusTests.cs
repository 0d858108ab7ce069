using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>Real and hostile PDFs from public test suites (absent on a machine without the corpus: then nothing is said of them).</summary>
public sealed class PdfCorpusTests
{
    // Without their passwords, without a document, or nested beyond any reader: each is listed in docs/formats/sanitizer-pdf.md.
    private const int LeastRebuilt = 528;

    [Fact]
    public void Nearly_all_of_the_corpus_comes_out_and_its_second_pass_changes_nothing()
    {
        var corpus = Bench.Corpus;
        if (corpus is null) Assert.Skip("../shared/corpus is absent");
        var files = Directory.GetFiles(Path.Combine(corpus!, "pdf"));
        Assert.NotEmpty(files);
        var rebuilt = 0;
        var faults = new List<string>();
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = 2 }, file =>
        {
            var result = Bench.Run(Path.GetFileName(file), File.ReadAllBytes(file));
            if (result.Report.Refusal?.Code == "SAN-BUG-001") Fault($"{result.Report.Refusal.What.En} {result.Report.Refusal.Place}");
            if (result.Bytes is null || result.Kind.Key != "pdf") return;
            Interlocked.Increment(ref rebuilt);
            var again = Bench.Run("again.pdf", result.Bytes);
            if (again.Bytes is null) Fault($"refused in the second pass: {again.Report.Refusal?.Code}");
            else if (!again.Bytes.AsSpan().SequenceEqual(result.Bytes)) Fault("differs in the second pass");
            if (again.Report.Removed.Count > 0) Fault($"removed in the second pass: {again.Report.Removed[0]}");

            void Fault(string what)
            {
                lock (faults) faults.Add($"{Path.GetFileName(file)}: {what}");
            }
        });
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(rebuilt >= LeastRebuilt, $"{rebuilt} came out");
    }

    [Fact]
    public void An_independent_reader_finds_nothing_active_in_what_comes_out_of_hostile_files()
    {
        var corpus = Bench.Corpus;
        if (corpus is null) Assert.Skip("../shared/corpus is absent");
        var files = Directory.GetFiles(Path.Combine(corpus!, "pdf"), "malicious_pdf__*.pdf");
        Assert.True(files.Length > 50);
        var (before, looked) = (0, 0);
        Parallel.ForEach(files, new ParallelOptions { MaxDegreeOfParallelism = 2 }, file =>
        {
            var result = Bench.Run(Path.GetFileName(file), File.ReadAllBytes(file));
            if (result.Bytes is null || result.Kind.Key != "pdf") return;
            Interlocked.Increment(ref looked);
            if (result.Report.Removed.Count > 0) Interlocked.Increment(ref before);
            var left = PdfChecker.Active(result.Bytes);
            Assert.True(left.Count == 0, $"{file}: {string.Join(", ", left)}");
        });
        Assert.True(looked > 50 && before > 40, $"{looked} came out, {before} had something taken out");
    }

    [Fact]
    public void The_documents_of_the_ministry_come_out_as_they_look_and_no_larger()
    {
        var corpus = Bench.Corpus;
        if (corpus is null) Assert.Skip("../shared/corpus is absent");
        var files = Directory.GetFiles(Path.Combine(corpus!, "pdf"), "cio_jp__*.pdf");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var input = File.ReadAllBytes(file);
            var result = Bench.Run(Path.GetFileName(file), input);
            Assert.Equal(Outcome.Rebuilt, result.Report.Outcome);
            Assert.True(result.Out.Length <= input.Length * 1.1, $"{file}: {result.Out.Length} of {input.Length}");
            var (was, now) = (Draw(input), Draw(result.Out));
            Assert.Equal(was.Length, now.Length);
            var apart = was.Zip(now).Count(static p => Math.Abs(p.First - p.Second) > 8);
            Assert.True(apart <= was.Length / 1000, $"{file}: {apart} of {was.Length} pixels differ");
            Assert.Equal(PdfPrograms.Poppler("pdftotext", input, "-q"), PdfPrograms.Poppler("pdftotext", result.Out, "-q"));
        }

        static byte[] Draw(byte[] pdf) => PdfPrograms.Poppler("pdftoppm", pdf, "-q", "-r", "40", "-gray", "-f", "1", "-l", "3");
    }
}
