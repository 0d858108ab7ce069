using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Walks the records of an Excel 97-2003 stream. Source: [MS-XLS] §2.4.</summary>
internal static class BiffThreats
{
    private const ushort BeginOfFile = 0x809, BoundSheet = 0x85, FilePass = 0x2F, SupBook = 0x1AE, DConRef = 0x51, QueryTable = 0x1AD, Object = 0x5D, HasProject = 0xD3, Name = 0x18;

    private static readonly Encoding Windows = CodePagesEncodingProvider.Instance.GetEncoding(932)!;

    /// <exception cref="RefusedException">It is encrypted.</exception>
    public static void Tell(ReadOnlySpan<byte> stream, Job job)
    {
        var isOld = false;
        while (stream.Length >= 4)
        {
            var (id, length) = (BinaryPrimitives.ReadUInt16LittleEndian(stream), BinaryPrimitives.ReadUInt16LittleEndian(stream[2..]));
            if (length > stream.Length - 4) return;
            var body = stream.Slice(4, length);
            switch (id)
            {
                case FilePass:
                    throw Refusals.Password(Kinds.FileKind.Xls);
                case BeginOfFile when body.Length >= 2:
                    isOld = BinaryPrimitives.ReadUInt16LittleEndian(body) < 0x0600;
                    break;
                case BoundSheet when body.Length > 6:
                    TellSheet(body, isOld, job);
                    break;
                case SupBook when body.Length > 4 && BinaryPrimitives.ReadUInt16LittleEndian(body[2..]) is not (0x0401 or 0x3A01):
                    job.Remove("O-06", "workbook", "external link or DDE");
                    break;
                case HasProject:
                    job.Remove("O-01", "workbook", "VBA project");
                    break;
                // A name that is a macro: fProc, or one that a book runs by itself (Auto_Open 1, Auto_Close 2, Auto_Activate 10, Auto_Deactivate 11).
                case Name when body.Length > 15 && ((body[0] & 0x08) != 0 || ((body[0] & 0x20) != 0 && body[3] == 1 && body[15] is 1 or 2 or 10 or 11)):
                    job.Remove("O-02", "workbook", "name of a macro");
                    break;
                // The kind of an object on a sheet: 7 button, 11 check box … 20 drop-down list are forms; 8 a picture, which an OLE object is shown as.
                case Object when body.Length > 6 && BinaryPrimitives.ReadUInt16LittleEndian(body) == 0x15 && body[4] is 7 or >= 11 and <= 20:
                    job.Remove("O-13", "workbook", "form control");
                    break;
                case QueryTable or DConRef:
                    job.Remove("O-06", "workbook", "external data");
                    break;
            }
            stream = stream[(4 + length)..];
        }
    }

    private static void TellSheet(ReadOnlySpan<byte> body, bool isOld, Job job)
    {
        var name = SheetName(body, isOld);
        // 0 a sheet, 1 macros, 2 a chart, 6 a module of Visual Basic.
        var isMacro = body[5] is 1 or 6;
        job.MacroSheets.Add(name, isMacro);
        if (isMacro) job.Remove("O-02", SafeName.Show(name), "Excel 4 macro sheet");
        else if ((body[4] & 3) is 1 or 2) job.Note("SAN-NOTE-HIDDEN", SafeName.Show(name), "非表示のシートがあります。", "There is a hidden sheet.");
    }

    private static string SheetName(ReadOnlySpan<byte> body, bool isOld)
    {
        int count = body[6];
        if (isOld) return Windows.GetString(body[7..Math.Min(body.Length, 7 + count)]);
        if (body.Length < 8) return "sheet";
        var text = body[8..];
        return (body[7] & 1) != 0 ? Encoding.Unicode.GetString(text[..Math.Min(text.Length & ~1, count * 2)]) : Encoding.Latin1.GetString(text[..Math.Min(text.Length, count)]);
    }
}
