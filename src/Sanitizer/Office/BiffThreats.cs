using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Walks the records of an Excel 97-2003 stream. Source: [MS-XLS] §2.4.</summary>
internal static class BiffThreats
{
    private const ushort BoundSheet = 0x85, FilePass = 0x2F, SupBook = 0x1AE, DConRef = 0x51, QueryTable = 0x1AD;

    /// <exception cref="RefusedException">It is encrypted.</exception>
    public static void Tell(ReadOnlySpan<byte> stream, Job job)
    {
        while (stream.Length >= 4)
        {
            var (id, length) = (BinaryPrimitives.ReadUInt16LittleEndian(stream), BinaryPrimitives.ReadUInt16LittleEndian(stream[2..]));
            if (length > stream.Length - 4) return;
            var body = stream.Slice(4, length);
            switch (id)
            {
                case FilePass:
                    throw Refusals.Password(Kinds.FileKind.Xls);
                case BoundSheet when body.Length > 6 && body[5] == 1:
                    job.Remove("O-02", SheetName(body), "Excel 4 macro sheet");
                    break;
                case BoundSheet when body.Length > 6 && body[4] is 1 or 2:
                    job.Note("SAN-NOTE-HIDDEN", SheetName(body), "非表示のシートがあります。", "There is a hidden sheet.");
                    break;
                case SupBook when body.Length > 4 && BinaryPrimitives.ReadUInt16LittleEndian(body[2..]) is not (0x0401 or 0x3A01):
                    job.Remove("O-06", "workbook", "external link or DDE");
                    break;
                case QueryTable or DConRef:
                    job.Remove("O-06", "workbook", "external data");
                    break;
            }
            stream = stream[(4 + length)..];
        }
    }

    private static string SheetName(ReadOnlySpan<byte> body)
    {
        int count = body[6];
        if (body.Length < 8) return "sheet";
        var text = body[8..];
        var name = (body[7] & 1) != 0 ? Encoding.Unicode.GetString(text[..Math.Min(text.Length & ~1, count * 2)]) : Encoding.Latin1.GetString(text[..Math.Min(text.Length, count)]);
        return SafeName.Show(name);
    }
}
