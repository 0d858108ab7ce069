using System.Buffers.Binary;
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

    [Fact]
    public async Task A_metafile_is_drawn_to_its_own_edges_and_not_on_a_page()
    {
        // Placeable, 3,000 x 1,000 units at 1,000 an inch; a black rectangle over all of it.
        byte[] wmf =
        [
            0xD7, 0xCD, 0xC6, 0x9A, 0, 0, 0, 0, 0, 0, 0xB8, 0x0B, 0xE8, 3, 0xE8, 3, 0, 0, 0, 0, 0, 0,
            1, 0, 9, 0, 0, 3, 36, 0, 0, 0, 1, 0, 7, 0, 0, 0, 0, 0,
            5, 0, 0, 0, 0x0B, 2, 0, 0, 0, 0, // window's origin
            5, 0, 0, 0, 0x0C, 2, 0xE8, 3, 0xB8, 0x0B, // and extent
            7, 0, 0, 0, 0xFC, 2, 0, 0, 0, 0, 0, 0, 0, 0, // a brush
            4, 0, 0, 0, 0x2D, 1, 0, 0,
            7, 0, 0, 0, 0x1B, 4, 0xE8, 3, 0xB8, 0x0B, 0, 0, 0, 0, // rectangle
            3, 0, 0, 0, 0, 0,
        ];
        for (int i = 0, sum = 0; i <= 20; i += 2) // its checksum is the xor of the ten words before
        {
            if (i < 20) sum ^= wmf[i] | wmf[i + 1] << 8;
            else (wmf[20], wmf[21]) = ((byte)sum, (byte)(sum >> 8));
        }
        await using var pool = await SanitizerPool.StartAsync(new() { Workers = 1 }, TimeProvider.System, Cancel);
        using var output = new MemoryStream();
        var report = await pool.SanitizeAsync("図.wmf", new MemoryStream(wmf), output, null, [], Cancel);
        Assert.Equal((Outcome.Converted, "図.png"), (report.Outcome, report.Output));
        var header = output.ToArray().AsSpan(16);
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[4..]));
        Assert.InRange(width, 1_000, 3_000);
        Assert.InRange((double)width / height, 2.9, 3.1);
    }
}
