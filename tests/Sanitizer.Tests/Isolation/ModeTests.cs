using System.Text;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests.Isolation;

/// <summary>The modes "pixels" and "text", and old formats, through the real worker, LibreOffice and poppler in their sandboxes.</summary>
public sealed class ModeTests
{
    private const string Rtf = @"{\rtf1\ansi\deff0{\fonttbl{\f0 Noto Sans CJK JP;}}\f0 Town hall \u38306?\u25152? {\field{\*\fldinst DDEAUTO c:\\calc}{\fldrslt result}}{\object\objemb{\*\objdata 0105}}\par}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_old_document_comes_out_rebuilt_as_text_and_as_pictures()
    {
        await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1 }, TimeProvider.System, Cancel);
        async Task<(FileReport Report, byte[] Bytes)> RunAsync(string name, byte[] content, SanitizeMode? mode)
        {
            using var output = new MemoryStream();
            var report = await pool.SanitizeAsync(name, new MemoryStream(content), output, mode, [], Cancel);
            return (report, output.ToArray());
        }

        var rtf = Encoding.ASCII.GetBytes(Rtf);
        var (rebuilt, docx) = await RunAsync("町.rtf", rtf, null);
        Assert.Equal((Outcome.Converted, "町.docx"), (rebuilt.Outcome, rebuilt.Output));
        Assert.Contains("R-01", rebuilt.Removed.Select(static r => r.Threat));
        Assert.DoesNotContain("DDEAUTO", Encoding.UTF8.GetString(docx), StringComparison.Ordinal);
        var (again, same) = await RunAsync("町.docx", docx, null);
        Assert.Equal(Outcome.Rebuilt, again.Outcome);
        Assert.Equal(docx, same);

        var (text, words) = await RunAsync("町.rtf", rtf, SanitizeMode.Text);
        Assert.Equal((Outcome.Text, "町.txt"), (text.Outcome, text.Output));
        Assert.Contains("Town hall 関所", Encoding.UTF8.GetString(words), StringComparison.Ordinal);

        var (pixels, pdf) = await RunAsync("町.docx", docx, SanitizeMode.Pixels);
        Assert.Equal((Outcome.Pixels, "町.pdf"), (pixels.Outcome, pixels.Output));
        Assert.True(pdf.AsSpan().StartsWith("%PDF-"u8));

        // What can't come out so doesn't come out at all.
        var (svg, none) = await RunAsync("図.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8.ToArray(), SanitizeMode.Pixels);
        Assert.Equal((Outcome.Refused, "SAN-MODE-001"), (svg.Outcome, svg.Refusal?.Code));
        Assert.Empty(none);
    }
}
