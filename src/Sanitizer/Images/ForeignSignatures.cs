using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images;

/// <summary>Pixels can be chosen so that their bytes are another file (an archive, a script): pictures that are written as they are, or packed so badly that they are stored, are looked through before they come out (I-03, G-02).</summary>
/// <remarks>Where one is found the same pixels are written in another form, in which the same bytes don't come together.</remarks>
internal static class ForeignSignatures
{
    private const int Step = 1 << 20, Longest = 16;

    /// <summary>True when something in it could be taken for the beginning or the end of a file of another kind.</summary>
    public static bool Are(Source written)
    {
        var buffer = new byte[Step + Longest];
        for (long at = 0; at < written.Length; at += Step)
        {
            var read = written.Read(at, buffer);
            if (Found(buffer.AsSpan(0, read))) return true;
        }
        return false;
    }

    private static bool Found(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("PK\u0003\u0004"u8) >= 0 || bytes.IndexOf("PK\u0005\u0006"u8) >= 0 || bytes.IndexOf("%PDF-"u8) >= 0 || bytes.IndexOf("Rar!\u001A\u0007"u8) >= 0 || bytes.IndexOf("{\\rtf"u8) >= 0 || bytes.IndexOf("\u007FELF"u8) >= 0
        || bytes.IndexOf((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) >= 0 || bytes.IndexOf((ReadOnlySpan<byte>)[0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) >= 0 || Tag(bytes);

    /// <summary>&lt;?php, &lt;script, &lt;html, &lt;svg and &lt;!doctype in any case.</summary>
    private static bool Tag(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'<') is var at and >= 0)
        {
            bytes = bytes[(at + 1)..];
            if (Begins(bytes, "?php"u8) || Begins(bytes, "script"u8) || Begins(bytes, "html"u8) || Begins(bytes, "svg"u8) || Begins(bytes, "!doctype"u8)) return true;
        }
        return false;
    }

    private static bool Begins(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> lower)
    {
        if (bytes.Length < lower.Length) return false;
        for (var i = 0; i < lower.Length; i++)
        {
            if ((bytes[i] is >= (byte)'A' and <= (byte)'Z' ? bytes[i] | 0x20 : bytes[i]) != lower[i]) return false;
        }
        return true;
    }

    public static RefusedException Stay() => Refusals.Broken("", "SAN-IMAGE-001", "画素が別の種類のファイルになっています", "its pixels are a file of another kind");
}
