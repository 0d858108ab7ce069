using System.Diagnostics;
using System.Text;

namespace Sekisho.Policy.Tests.Reading;

/// <summary>PDF through poppler's pdftotext.</summary>
public sealed class PdfTests
{
    [Fact]
    public async Task A_missing_program_is_named_with_the_command_that_brings_it()
    {
        var reading = await PolicyReader.ReadAsync("%PDF-1.4\n"u8.ToArray(), "x.pdf", "/nowhere/pdftotext", TestContext.Current.CancellationToken);
        var error = reading.Match(static _ => null!, static refused => refused.Error);
        Assert.Equal("POL-READ-008", error.Code);
        Assert.Contains("apt-get install -y poppler-utils", error.Next.Ja, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_pdf_and_one_without_text_are_refused()
    {
        SkipWithout("/usr/bin/pdftotext");
        Assert.Equal("POL-READ-009", await Files.RefusalAsync("%PDF-1.4\nnothing"u8.ToArray()));
        Assert.Equal("POL-READ-010", await Files.RefusalAsync(Encoding.ASCII.GetBytes("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n")));
    }

    [Fact]
    public async Task A_printed_policy_reads_as_the_text_it_was_printed_from()
    {
        SkipWithout("/usr/bin/pdftotext");
        SkipWithout("/usr/bin/chromium");
        var folder = Directory.CreateTempSubdirectory("sekisho-pdf-");
        try
        {
            var text = ShapeTests.Standard(30);
            var html = Path.Combine(folder.FullName, "policy.html");
            var pdf = Path.Combine(folder.FullName, "policy.pdf");
            await File.WriteAllTextAsync(html, "<meta charset=utf-8><body style='font-family:Noto Sans CJK JP'>" + string.Concat(text.Split('\n').Select(static l => $"<p>{l}</p>")), TestContext.Current.CancellationToken);
            using var chromium = Process.Start(new ProcessStartInfo("/usr/bin/chromium", ["--headless", "--no-sandbox", "--disable-gpu", $"--user-data-dir={folder.FullName}/profile", $"--print-to-pdf={pdf}", "--no-pdf-header-footer", "file://" + html])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            await Task.WhenAll(chromium.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), chromium.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), chromium.WaitForExitAsync(TestContext.Current.CancellationToken));
            var printed = await Files.ReadAsync(await File.ReadAllBytesAsync(pdf, TestContext.Current.CancellationToken), "policy.pdf");
            var plain = Files.Read(text);
            Assert.Equal(plain.Title, printed.Title);
            Assert.Equal(plain.All().Select(static p => (p.Id, p.Caption, p.Text)), printed.All().Select(static p => (p.Id, p.Caption, p.Text)));
            Assert.Equal(plain.Supplementary.Select(static s => s.Effective), printed.Supplementary.Select(static s => s.Effective));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void SkipWithout(string program)
    {
        if (!File.Exists(program))
            Assert.Skip($"{program} is not on this machine.");
    }
}
