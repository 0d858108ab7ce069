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
    public void The_documents_of_the_ministry_come_out_with_nothing_left_in_them()
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
        }
    }
}
