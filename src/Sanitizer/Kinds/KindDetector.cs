using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Archives.Zip;
using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Kinds;

/// <summary>Tells what a file is from its bytes (種類の判定).</summary>
/// <remarks>The name is asked only where the bytes leave it open: between kinds of text that look alike, and to be stricter (a text called .bat is a script), never to be laxer.</remarks>
internal static partial class KindDetector
{
    private const int HeadBytes = 36_864; // up to the volume descriptor of an ISO image
    private static readonly SanitizeLimits PeekLimits = new(long.MaxValue, 64 << 20, 64 << 20, int.MaxValue, 1_000_000, 1, 1, 1, TimeSpan.FromSeconds(30));

    public static FileKind Detect(Source untrusted, string untrustedName)
    {
        if (untrusted.Length == 0) return FileKind.Empty;
        var length = (int)Math.Min(HeadBytes, untrusted.Length);
        var head = untrusted.View(0, length) is { } view ? view.Span : untrusted.Head(length);
        var extension = SafeName.ExtensionOf(SafeName.Clean(untrustedName));
        var kind = BySignature(head, untrusted, extension);
        if (kind is null && TextKinds.Tell(head, untrusted, extension) is { } text) kind = text;
        // Nothing known inside: a name that says "can't be rebuilt" gives the better sentence, and the same refusal.
        kind ??= FileKind.All.Values.FirstOrDefault(k => k.Family is FileFamily.NotRebuildable or FileFamily.Active && k.Agrees(extension)) ?? FileKind.Unknown;
        return kind;
    }

    private static FileKind? BySignature(ReadOnlySpan<byte> head, Source source, string extension)
    {
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8)) return InsideZip(source);
        if (CompoundFile.Is(head)) return InsideCompound(source);
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return FileKind.Png;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return FileKind.Jpeg;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)) return FileKind.Gif;
        if (head.StartsWith("BM"u8) && head.Length >= 26 && BinaryPrimitives.ReadUInt32LittleEndian(head[14..]) is 12 or 16 or 40 or 52 or 56 or 64 or 108 or 124) return FileKind.Bmp;
        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("II+\0"u8) || head.StartsWith("MM\0+"u8)) return FileKind.Tiff;
        if (head.StartsWith("RIFF"u8) && head.Length >= 12) return head[8..].StartsWith("WEBP"u8) ? FileKind.Webp : FileKind.Media;
        if (head.Length >= 12 && head[4..].StartsWith("ftyp"u8)) return head[8..].StartsWith("hei"u8) || head[8..].StartsWith("hev"u8) || head[8..].StartsWith("mif1"u8) || head[8..].StartsWith("avi"u8) ? FileKind.Heic : FileKind.Media;
        if (IsProgram(head)) return FileKind.Program;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x4C, 0, 0, 0, 1, 0x14, 2, 0])) return FileKind.Shortcut;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])) return FileKind.SevenZip;
        if (head.StartsWith("Rar!\x1A\x07"u8)) return FileKind.Rar;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8])) return FileKind.Gzip;
        if (head.Length > 21 && head[2] == '-' && head[3] == 'l' && head[4] is (byte)'h' or (byte)'z' && head[6] == '-') return FileKind.Lzh;
        if (head.StartsWith("MSCF"u8)) return FileKind.Cabinet;
        if (head.StartsWith("ITSF"u8)) return FileKind.Help;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x78, 0x9F, 0x3E, 0x22])) return FileKind.Tnef;
        if (head.StartsWith("{\\rt"u8)) return FileKind.Rtf;
        if (head.StartsWith("8BPS"u8)) return FileKind.Psd;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xC5, 0xD0, 0xD3, 0xC6]) || head.StartsWith("%!PS"u8)) return FileKind.Eps;
        if (head.Length > 44 && head.StartsWith((ReadOnlySpan<byte>)[1, 0, 0, 0]) && head[40..].StartsWith(" EMF"u8)) return FileKind.Emf;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD7, 0xCD, 0xC6, 0x9A]) || head.StartsWith((ReadOnlySpan<byte>)[1, 0, 9, 0, 0, 3]) || head.StartsWith((ReadOnlySpan<byte>)[1, 0, 9, 0, 0, 1])) return FileKind.Wmf;
        if (head.StartsWith("AC10"u8) && head.Length > 6 && head[4] is >= (byte)'0' and <= (byte)'9') return FileKind.Dwg;
        if (head.StartsWith("JwwData."u8)) return FileKind.Jww;
        if (head.StartsWith("AutoCAD Binary DXF"u8)) return FileKind.Dxf;
        if (head.StartsWith("SQLite format 3\0"u8)) return FileKind.Sqlite;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xE4, 0x52, 0x5C, 0x7B, 0x8C, 0xD8, 0xA7, 0x4D])) return FileKind.OneNote;
        if (head.Length > 19 && (head[4..].StartsWith("Standard Jet DB"u8) || head[4..].StartsWith("Standard ACE DB"u8))) return FileKind.Access;
        if (head.StartsWith("ID3"u8) || head.StartsWith("OggS"u8) || head.StartsWith((ReadOnlySpan<byte>)[0x30, 0x26, 0xB2, 0x75]) || head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])) return FileKind.Media;
        if (head.StartsWith("OTTO"u8) || head.StartsWith("ttcf"u8) || head.StartsWith("wOFF"u8) || head.StartsWith("wOF2"u8) || head.StartsWith((ReadOnlySpan<byte>)[0, 1, 0, 0, 0])) return FileKind.Font;
        if (head.StartsWith("vhdxfile"u8) || head.StartsWith("conectix"u8) || (head.Length > 0x8006 && head[0x8001..].StartsWith("CD001"u8))) return FileKind.DiskImage;
        if (IsShapefile(head)) return extension == "shx" ? FileKind.Shx : FileKind.Shp;
        if (extension == "dbf" && IsDbase(head)) return FileKind.Dbf;
        if (IsTar(head)) return FileKind.Tar;
        if (head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0]) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 2, 0])) return FileKind.Ico;
        // Readers find the header anywhere in the first 1,024 bytes. After the kinds above: a picture that is a PDF as well is a picture.
        if (head[..Math.Min(head.Length, 1029)].IndexOf("%PDF-"u8) >= 0) return FileKind.Pdf;
        return null;
    }

    private static bool IsProgram(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("\x7F"u8) && head[1..].StartsWith("ELF"u8)) return true;
        if (head.StartsWith("MZ"u8) && head.Length >= 64)
        {
            var at = BinaryPrimitives.ReadInt32LittleEndian(head[60..]);
            // A DOS program has no second header; text that begins with "MZ" has no zeros.
            return (at >= 0 && at <= head.Length - 4 && (head[at..].StartsWith("PE\0\0"u8) || head[at..].StartsWith("NE"u8) || head[at..].StartsWith("LE"u8))) || head[..64].Contains((byte)0);
        }
        return head.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(head) is 0xCAFEBABE or 0xFEEDFACE or 0xFEEDFACF or 0xCEFAEDFE or 0xCFFAEDFE or 0x6465780A;
    }

    private static bool IsShapefile(ReadOnlySpan<byte> head) =>
        head.Length >= 100 && BinaryPrimitives.ReadInt32BigEndian(head) == 9994 && BinaryPrimitives.ReadInt32LittleEndian(head[28..]) == 1000;

    private static bool IsDbase(ReadOnlySpan<byte> head) =>
        head.Length > 32 && head[0] is 0x02 or 0x03 or 0x04 or 0x05 or 0x30 or 0x31 or 0x32 or 0x83 or 0x8B or 0x8E or 0xF5 && BinaryPrimitives.ReadUInt16LittleEndian(head[8..]) >= 33;

    private static bool IsTar(ReadOnlySpan<byte> head)
    {
        if (head.Length < 512) return false;
        if (head[257..].StartsWith("ustar"u8)) return true;
        // Old tars have no mark but a checksum over their first header.
        var field = Encoding.ASCII.GetString(head.Slice(148, 8)).Trim('\0', ' ');
        if (field.Length == 0 || field.Any(static c => c is < '0' or > '7')) return false;
        var sum = 0;
        for (var i = 0; i < 512; i++) sum += i is >= 148 and < 156 ? ' ' : head[i];
        return sum > 256 && Convert.ToInt32(field, 8) == sum;
    }

    private static FileKind InsideZip(Source source)
    {
        try
        {
            var zip = ZipDirectory.Read(source, new Budget(PeekLimits, source.Length, TimeProvider.System), ZipDirectory.DecodeName);
            if (zip.Entries.FirstOrDefault(static e => e.Name.Equals("[Content_Types].xml", StringComparison.OrdinalIgnoreCase)) is { Bytes: < 4 << 20 } types)
                return MainType(zip.ReadWhole(types)) ?? FileKind.Package;
            if (zip.Entries.FirstOrDefault(static e => e.Name == "mimetype") is { Bytes: < 200 } mime)
            {
                return Encoding.ASCII.GetString(zip.ReadWhole(mime)).Trim() switch
                {
                    "application/vnd.oasis.opendocument.text" or "application/vnd.oasis.opendocument.text-template" => FileKind.Odt,
                    "application/vnd.oasis.opendocument.spreadsheet" or "application/vnd.oasis.opendocument.spreadsheet-template" => FileKind.Ods,
                    "application/vnd.oasis.opendocument.presentation" or "application/vnd.oasis.opendocument.presentation-template" => FileKind.Odp,
                    _ => FileKind.Zip,
                };
            }
            // Without its first member LibreOffice knows it by its list.
            if (zip.Entries.FirstOrDefault(static e => e.Name.Equals("META-INF/manifest.xml", StringComparison.OrdinalIgnoreCase)) is { Bytes: < 4 << 20 } list && Manifest().Match(Encoding.UTF8.GetString(zip.ReadWhole(list))) is { Success: true } found)
                return found.Groups[1].Value switch { "text" => FileKind.Odt, "spreadsheet" => FileKind.Ods, _ => FileKind.Odp };
            return FileKind.Zip;
        }
        catch (RefusedException)
        {
            return FileKind.Zip; // refused there, with its reason
        }
    }

    /// <summary>The kind that the content type of the main part says; null when it is none that is known.</summary>
    private static FileKind? MainType(byte[] types)
    {
        HashSet<string> declared;
        try
        {
            var (overrides, defaults) = PackageXml.ReadTypes(types);
            declared = new(overrides.Values.Concat(defaults.Values), StringComparer.OrdinalIgnoreCase);
        }
        catch (RefusedException)
        {
            // Damaged, or with a document type: searched only, and refused with its reason by the one who reads it.
            var text = Encoding.UTF8.GetString(types);
            declared = [.. OoxmlMainTypes.All.Where(t => text.Contains(t.Type, StringComparison.OrdinalIgnoreCase)).Select(static t => t.Type)];
        }
        foreach (var (kind, type) in OoxmlMainTypes.All)
        {
            if (declared.Contains(type)) return kind;
        }
        return null;
    }

    [GeneratedRegex("application/vnd\\.oasis\\.opendocument\\.(text|spreadsheet|presentation)", RegexOptions.CultureInvariant)]
    private static partial Regex Manifest();

    private static FileKind InsideCompound(Source source)
    {
        try
        {
            var file = CompoundFile.Read(source, 512 << 20);
            if (file.Find("EncryptedPackage") is not null) return FileKind.EncryptedOffice;
            if (file.Find("__properties_version1.0") is not null) return FileKind.Msg;
            var (word, sheet, show) = (file.Find("WordDocument"), file.Find("Workbook") ?? file.Find("Book"), file.Find("PowerPoint Document"));
            if (word is not null) return FileKind.Doc;
            if (show is not null) return FileKind.Ppt;
            if (sheet is not null) return FileKind.Xls;
            if (file.Entries.Any(static e => e.Path.StartsWith("JSRV_", StringComparison.Ordinal) || e.Path is "DocumentText" or "DocumentViewStyles")) return FileKind.Jtd;
            return file.Entries[0].Clsid is "000C1084-0000-0000-C000-000000000046" ? FileKind.Cabinet : FileKind.Compound;
        }
        catch (RefusedException)
        {
            return FileKind.Compound;
        }
    }
}

/// <summary>The content types of main parts (ISO/IEC 29500-1 and [MS-OFFMACRO2]).</summary>
internal static class OoxmlMainTypes
{
    private const string Open = "application/vnd.openxmlformats-officedocument.", Ms = "application/vnd.ms-";

    public static readonly IReadOnlyList<(FileKind Kind, string Type)> All =
    [
        (FileKind.Docx, Open + "wordprocessingml.document.main+xml"), (FileKind.Dotx, Open + "wordprocessingml.template.main+xml"),
        (FileKind.Docm, Ms + "word.document.macroEnabled.main+xml"), (FileKind.Dotm, Ms + "word.template.macroEnabledTemplate.main+xml"),
        (FileKind.Xlsx, Open + "spreadsheetml.sheet.main+xml"), (FileKind.Xltx, Open + "spreadsheetml.template.main+xml"),
        (FileKind.Xlsm, Ms + "excel.sheet.macroEnabled.main+xml"), (FileKind.Xltm, Ms + "excel.template.macroEnabled.main+xml"),
        (FileKind.Xlam, Ms + "excel.addin.macroEnabled.main+xml"), (FileKind.Xlsb, Ms + "excel.sheet.binary.macroEnabled.main"),
        (FileKind.Pptx, Open + "presentationml.presentation.main+xml"), (FileKind.Potx, Open + "presentationml.template.main+xml"), (FileKind.Ppsx, Open + "presentationml.slideshow.main+xml"),
        (FileKind.Pptm, Ms + "powerpoint.presentation.macroEnabled.main+xml"), (FileKind.Potm, Ms + "powerpoint.template.macroEnabled.main+xml"),
        (FileKind.Ppsm, Ms + "powerpoint.slideshow.macroEnabled.main+xml"), (FileKind.Ppam, Ms + "powerpoint.addin.macroEnabled.main+xml"),
    ];
}
