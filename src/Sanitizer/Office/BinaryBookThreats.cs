using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Archives.Zip;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Looks at the parts and records of a binary workbook (xlsb). Source: [MS-XLSB] §2.1.4 (records), §2.3.2 (their numbers).</summary>
internal static class BinaryBookThreats
{
    private const int Name = 39, Sheet = 156, BeginSupBook = 360, OleObject = 639, ActiveX = 645;

    /// <exception cref="RefusedException">It is no sound zip, or its types can't be read.</exception>
    public static void Tell(Source untrusted, Job job)
    {
        var zip = ZipDirectory.Read(untrusted, job.Budget, ZipDirectory.DecodeName);
        var types = zip.Entries.FirstOrDefault(static e => e.Name.Equals("[Content_Types].xml", StringComparison.OrdinalIgnoreCase));
        if (types is null) return;
        var (overrides, defaults) = PackageXml.ReadTypes(zip.ReadWhole(types));
        var macros = MacroRelations(zip);
        if (zip.HasStray || zip.HasComment) job.Remove("X-28", "", "bytes of the zip that belong to no part");
        foreach (var entry in zip.Entries)
        {
            var name = entry.Name.TrimStart('/');
            if (!overrides.TryGetValue(name, out var type) && !defaults.TryGetValue(name[(name.LastIndexOf('.') + 1)..], out type)) type = "";
            if (name.EndsWith(".rels", StringComparison.OrdinalIgnoreCase)) Relations(zip.ReadWhole(entry), name, job);
            else if (Threat(type) is { } threat) job.Remove(threat, name, type);
            if (type.StartsWith("application/vnd.ms-excel.", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".bin", StringComparison.OrdinalIgnoreCase) && entry.Bytes < job.Policy.Limits.InMemoryBytes) Records(zip.ReadWhole(entry), name, macros, job);
        }
    }

    private static string? Threat(string type) =>
        Has(type, "vbaProject") ? "X-01" : Has(type, "macrosheet") ? "X-04" : Has(type, "externalLink") ? "X-12" : Has(type, "connections") || Has(type, "queryTable") ? "X-14"
        : Has(type, "oleObject") ? "X-06" : Has(type, "activeX") || Has(type, "controlproperties") ? "X-09" : Has(type, "printerSettings") ? "X-23" : null;

    private static bool Has(string type, string word) => type.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static void Relations(byte[] rels, string place, Job job)
    {
        foreach (var relation in PackageXml.ReadRelations(rels, place))
        {
            if (relation.IsExternal && !(relation.Type.EndsWith("/hyperlink", StringComparison.Ordinal) && job.Policy.Allows(relation.Target))) job.Remove(PartType.ThreatOf(relation.Type, true), place, "outside target");
        }
    }

    /// <summary>Relationships of the workbook that lead to macro sheets.</summary>
    private static HashSet<string> MacroRelations(ZipDirectory zip)
    {
        var macros = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rels in zip.Entries.Where(static e => e.Name.EndsWith("workbook.bin.rels", StringComparison.OrdinalIgnoreCase)))
        {
            foreach (var relation in PackageXml.ReadRelations(zip.ReadWhole(rels), rels.Name))
            {
                if (PartType.ThreatOf(relation.Type, false) == "X-04") macros.Add(relation.Id);
            }
        }
        return macros;
    }

    private static void Records(ReadOnlySpan<byte> part, string place, HashSet<string> macros, Job job)
    {
        while (!part.IsEmpty)
        {
            job.Budget.Check();
            if (!Number(ref part, 2, out var number) || !Number(ref part, 4, out var length) || length > part.Length) return;
            var body = part[..length];
            part = part[length..];
            switch (number)
            {
                // State, number, relationship, name: a converter makes a plain sheet of a macro sheet.
                case Sheet when body.Length > 12 && Wide(body[8..], out var rest) is { } id && Wide(rest, out _) is { } sheet:
                    job.MacroSheets.Add(sheet, macros.Contains(id));
                    break;
                case BeginSupBook when body.Length > 1 && (body[0] | (body[1] << 8)) is 1 or 2:
                    job.Remove("X-34", place, "DDE or OLE link");
                    break;
                case BeginSupBook:
                    job.Remove("X-34", place, "link to another book");
                    break;
                case OleObject:
                    job.Remove("X-34", place, "embedded object");
                    break;
                case ActiveX:
                    job.Remove("X-34", place, "ActiveX control");
                    break;
                case Name when body.Length > 4 && (body[0] & 0x08) != 0:
                    job.Remove("X-34", place, "name of a macro");
                    break;
            }
        }
    }

    private static string? Wide(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        if (text.Length < 4) return null;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(text);
        if (count > 255 || 4 + (2 * count) > text.Length) return null;
        rest = text[(4 + (2 * (int)count))..];
        return Encoding.Unicode.GetString(text.Slice(4, 2 * (int)count));
    }

    /// <summary>Seven bits a byte, the last without the eighth.</summary>
    private static bool Number(ref ReadOnlySpan<byte> part, int most, out int value)
    {
        value = 0;
        for (var i = 0; i < most; i++)
        {
            if (part.IsEmpty) return false;
            var b = part[0];
            part = part[1..];
            value |= (b & 0x7F) << (7 * i);
            if ((b & 0x80) == 0) return true;
        }
        return true;
    }
}
