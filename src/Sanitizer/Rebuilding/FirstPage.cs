using Sekisho.Sanitizer.Images.Bmp;
using Sekisho.Sanitizer.Images.Tiff;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Pdf;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>A picture of how a file begins (一枚目の絵), for people to compare before and after. Drawn from the file as it is: this worker is thrown away after it, and what it drew is rebuilt by another.</summary>
internal static class FirstPage
{
    /// <exception cref="RefusedException">There is nothing to draw, or it can't be drawn.</exception>
    public static Written Draw(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var most = job.Policy.Limits.InMemoryBytes;
        switch (kind.Family)
        {
            case FileFamily.Pdf:
                PdfPages.First(untrusted.Whole(most), output, job);
                return new(FileKind.Jpeg, Outcome.Pixels);
            case FileFamily.Ooxml:
                PdfPages.First(ToPdf(untrusted.Whole(most), kind, job), output, job);
                return new(FileKind.Jpeg, Outcome.Pixels);
            case FileFamily.LegacyOffice:
                var to = kind == FileKind.Xls || kind == FileKind.Xlsb || kind == FileKind.Ods || kind == FileKind.SpreadsheetXml ? FileKind.Xlsx : kind == FileKind.Ppt || kind == FileKind.Odp ? FileKind.Pptx : FileKind.Docx;
                PdfPages.First(ToPdf(job.Converter.Convert(untrusted.Whole(most), kind, to) ?? throw Refusals.NotConverted(kind), to, job), output, job);
                return new(FileKind.Jpeg, Outcome.Pixels);
            case FileFamily.Image when kind == FileKind.Jpeg || kind == FileKind.Png || kind == FileKind.Gif || kind == FileKind.Webp:
                untrusted.Open().CopyTo(output);
                return new(kind, Outcome.Pixels);
            case FileFamily.Image when kind == FileKind.Bmp:
                BmpHeader.Draw(untrusted.Whole(most), output, job);
                return new(FileKind.Png, Outcome.Pixels);
            case FileFamily.Image when kind == FileKind.Tiff:
                TiffPicture.Draw(untrusted.Whole(most), output, job);
                return new(FileKind.Png, Outcome.Pixels);
            default:
                throw Refusals.NoMode(kind, "picture");
        }
    }

    private static byte[] ToPdf(ReadOnlyMemory<byte> untrusted, FileKind kind, Job job) => job.Converter.Convert(untrusted, kind, FileKind.Pdf) ?? throw Refusals.NotConverted(kind);
}
