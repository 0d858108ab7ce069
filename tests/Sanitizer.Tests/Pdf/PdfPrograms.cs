using System.Diagnostics;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>Programs that look at PDFs from outside.</summary>
internal static class PdfPrograms
{
    /// <summary>What qpdf makes of it.</summary>
    public static byte[] Qpdf(byte[] pdf, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var (from, to) = (Path.Combine(folder.FullName, "in.pdf"), Path.Combine(folder.FullName, "out.pdf"));
            File.WriteAllBytes(from, pdf);
            using var process = Process.Start(new ProcessStartInfo("qpdf", [.. arguments, from, to]) { RedirectStandardError = true })!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode is 0 or 3, said);
            return File.ReadAllBytes(to);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    /// <summary>What a program of poppler writes about it to its standard output.</summary>
    public static byte[] Poppler(string program, byte[] pdf, params string[] arguments)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, pdf);
            using var process = Process.Start(new ProcessStartInfo(program, [.. arguments, path, .. program == "pdftotext" ? (string[])["-"] : []]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            using var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            _ = errors.Result;
            return output.ToArray();
        }
        finally
        {
            File.Delete(path);
        }
    }
}
