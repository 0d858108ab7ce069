using Sekisho.Assurance;
using Sekisho.Policy.Reading;

namespace Sekisho.Policy;

/// <summary>Reads a policy from a file of any known format: text, Markdown, .docx, .pdf, HTML.</summary>
public static class PolicyReader
{
    /// <summary>Larger files are refused before they are looked at.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    /// <summary>Reads the content of one file.</summary>
    /// <param name="untrusted">The bytes as they came.</param>
    /// <param name="untrustedName">The file's name; a hint only, the content decides.</param>
    /// <returns>The document, or why it is none; no content makes it throw.</returns>
    /// <remarks>For a PDF, pdftotext (poppler-utils) runs as a separate program inside a sandbox (bubblewrap), and not without; everything else is read in this process.</remarks>
    public static Task<PolicyReading> ReadAsync(ReadOnlyMemory<byte> untrusted, string untrustedName, CancellationToken cancel) =>
        ReadAsync(untrusted, untrustedName, PdfPrograms.Installed, cancel);

    internal static async Task<PolicyReading> ReadAsync(ReadOnlyMemory<byte> untrusted, string untrustedName, PdfPrograms programs, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(untrustedName);
        cancel.ThrowIfCancellationRequested();
        if (untrusted.Length > MostBytes)
            return new PolicyReading.Refused(ReadingErrors.TooLarge());
        if (untrusted.IsEmpty)
            return new PolicyReading.Refused(ReadingErrors.Empty());
        if (untrusted.Span[..Math.Min(untrusted.Length, 1024)].IndexOf("%PDF-"u8) >= 0)
        {
            var (extracted, failure) = await PdfText.ExtractAsync(untrusted, programs, cancel);
            return failure is null ? PolicyText.Read(extracted) : new PolicyReading.Refused(failure);
        }
        if (untrusted.Span.StartsWith("PK\x03\x04"u8))
        {
            return DocxReader.TryRead(untrusted, out var source, out var broken)
                ? PolicyText.Read(source, new ReadingWork())
                : new PolicyReading.Refused(broken!);
        }
        return ReadText(untrusted.Span);
    }

    private static PolicyReading ReadText(ReadOnlySpan<byte> untrusted)
    {
        if (!TextDecoder.TryDecode(untrusted, out var text, out var error))
            return new PolicyReading.Refused(error!);
        if (text.Length > PolicyText.MostCharacters)
            return new PolicyReading.Refused(ReadingErrors.TooLarge());
        if (!HtmlReader.LooksLikeHtml(text))
            return PolicyText.Read(text);
        return HtmlReader.TryRead(text, out var source) ? PolicyText.Read(source, new ReadingWork()) : new PolicyReading.Refused(ReadingErrors.HtmlTooDeep());
    }
}
