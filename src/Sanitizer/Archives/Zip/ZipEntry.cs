namespace Sekisho.Sanitizer.Archives.Zip;

/// <summary>One member of a zip, as its central and local headers agree.</summary>
/// <param name="RawName">The name's bytes as they stand.</param>
/// <param name="Flags">General purpose bits: 0 encrypted, 3 sizes follow the data, 11 name in UTF-8.</param>
/// <param name="Method">0 stored, 8 deflate; others are not unpacked.</param>
/// <param name="CompressedBytes">From the central header.</param>
/// <param name="Bytes">Unpacked, as declared; what is really unpacked is counted.</param>
/// <param name="HeaderOffset">Of the local header, from the file's start.</param>
/// <param name="DataOffset">Of the packed data.</param>
/// <param name="Mode">Unix mode of the external attributes; 0 when made elsewhere.</param>
/// <param name="Extra">The central header's extra fields.</param>
internal sealed record ZipEntry(byte[] RawName, string Name, ushort Flags, ushort Method, uint Crc, long CompressedBytes, long Bytes, long HeaderOffset, long DataOffset, int Mode, ushort DosTime, ushort DosDate, byte[] Extra)
{
    public bool IsEncrypted => (Flags & 1) != 0;

    public bool IsFolder => Name.EndsWith('/') || (Mode & 0xF000) == 0x4000;

    /// <summary>A link, device or socket by its Unix mode. What was packed from a pipe is a plain file.</summary>
    public bool IsSpecial => (Mode & 0xF000) is not (0 or 0x8000 or 0x4000 or 0x1000);
}
