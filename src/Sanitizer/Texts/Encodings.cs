using System.Text;

namespace Sekisho.Sanitizer.Texts;

/// <summary>The encodings of Japanese text, strict: a byte that means nothing is an error, never a question mark.</summary>
internal static class Encodings
{
    /// <summary>Windows-31J (CP932, the Shift_JIS of Windows): with NEC and IBM extensions, half-width kana and the user-defined area (外字).</summary>
    public static Encoding StrictCp932 { get; } = CodePagesEncodingProvider.Instance.GetEncoding(932, new EncoderExceptionFallback(), new DecoderExceptionFallback())!;

    public static Encoding StrictUtf8 { get; } = new UTF8Encoding(false, true);
}
