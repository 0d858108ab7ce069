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
    public static Task<PolicyReading> ReadAsync(ReadOnlyMemory<byte> untrusted, string untrustedName, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(untrustedName);
        cancel.ThrowIfCancellationRequested();
        if (untrusted.Length > MostBytes)
            return Task.FromResult<PolicyReading>(new PolicyReading.Refused(ReadingErrors.TooLarge()));
        if (untrusted.IsEmpty)
            return Task.FromResult<PolicyReading>(new PolicyReading.Refused(ReadingErrors.Empty()));
        return Task.FromResult(TextDecoder.TryDecode(untrusted.Span, out var text, out var error) ? PolicyText.Read(text) : new PolicyReading.Refused(error!));
    }
}
