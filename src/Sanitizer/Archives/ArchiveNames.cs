using System.Text;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Archives;

/// <summary>In which code the names of an archive are: told from all of them together, as one short name of CP932 may look like UTF-8 or the other way round.</summary>
internal sealed class ArchiveNames
{
    private readonly bool isUtf8, isCp932;

    public ArchiveNames(IEnumerable<byte[]> undeclared)
    {
        (isUtf8, isCp932) = (true, true);
        foreach (var name in undeclared)
        {
            if (isUtf8 && TryDecode(Encodings.StrictUtf8, name) is null) isUtf8 = false;
            if (isCp932 && TryDecode(Encodings.StrictCp932, name) is null) isCp932 = false;
        }
    }

    /// <summary>UTF-8 (Macs, Linux) where all are, else CP932 (Windows, old tools), else whatever each is; CP437 as the last, where every byte is a character.</summary>
    public string Decode(byte[] raw) =>
        (isUtf8 ? TryDecode(Encodings.StrictUtf8, raw) : isCp932 ? TryDecode(Encodings.StrictCp932, raw) : null)
        ?? TryDecode(Encodings.StrictUtf8, raw) ?? TryDecode(Encodings.StrictCp932, raw) ?? Encodings.Cp437.GetString(raw);

    public static string? TryDecode(Encoding strict, byte[] raw)
    {
        try
        {
            return strict.GetString(raw);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
