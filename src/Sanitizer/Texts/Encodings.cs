using System.Text;

namespace Sekisho.Sanitizer.Texts;

/// <summary>The encodings of Japanese text, strict: a byte that means nothing is an error, never a question mark.</summary>
internal static class Encodings
{
    /// <summary>Windows-31J (CP932, the Shift_JIS of Windows): with NEC and IBM extensions, half-width kana and the user-defined area (外字).</summary>
    public static Encoding StrictCp932 { get; } = new Cp932Encoding();

    public static Encoding StrictUtf8 { get; } = new UTF8Encoding(false, true);

    /// <summary>The characters of old DOS programs of the west; every byte means one.</summary>
    public static Encoding Cp437 { get; } = CodePagesEncodingProvider.Instance.GetEncoding(437)!;
}
