using System.Buffers.Binary;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Walks the records of a PowerPoint 97-2003 document. Source: [MS-PPT] §2.3 (records), §2.6 (interactive information), §2.10 (external objects).</summary>
internal static class ShowThreats
{
    private const int MostDepth = 32;
    private const uint EncryptedToken = 0xF3D1_C4DF;

    /// <exception cref="RefusedException">It is encrypted.</exception>
    public static void Tell(CompoundFile file, byte[] document, Job job)
    {
        if (file.Find("Current User") is { } user && file.ReadStream(user, 1 << 20) is { Length: >= 16 } current && BinaryPrimitives.ReadUInt32LittleEndian(current.AsSpan(12)) == EncryptedToken) throw Refusals.Password(FileKind.Ppt);
        Walk(document, 0, job);
    }

    private static void Walk(ReadOnlySpan<byte> records, int depth, Job job)
    {
        while (records.Length >= 8)
        {
            job.Budget.Check();
            var (version, type, length) = (BinaryPrimitives.ReadUInt16LittleEndian(records) & 0xF, BinaryPrimitives.ReadUInt16LittleEndian(records[2..]), BinaryPrimitives.ReadUInt32LittleEndian(records[4..]));
            if (length > records.Length - 8) return;
            var body = records.Slice(8, (int)length);
            One(type, body, job);
            if (version == 0xF && depth < MostDepth) Walk(body, depth + 1, job);
            records = records[(8 + (int)length)..];
        }
    }

    private static void One(int type, ReadOnlySpan<byte> body, Job job)
    {
        switch (type)
        {
            // The third number says what a click does: 1 macro, 2 program, 5 object, 6 media; jumps and links are told by the rebuilding.
            case 0x0FF3 when body.Length > 8 && body[8] is 1 or 2 or 5:
                job.Remove("O-14", "PowerPoint Document", body[8] switch { 1 => "action: macro", 2 => "action: program", _ => "action: object" });
                break;
            case 0x03FF or 0x0400:
                job.Remove("O-01", "PowerPoint Document", "VBA project");
                break;
            // Atoms of a project and of objects are both kept so, most of them packed.
            case 0x1011:
                job.Remove("O-05", "PowerPoint Document", "stored object");
                break;
            case 0x0FEE:
                job.Remove("O-13", "PowerPoint Document", "ActiveX control");
                break;
            case 0x0FCC:
                job.Remove("O-05", "PowerPoint Document", "embedded object");
                break;
            case 0x0FCE:
                job.Remove("O-06", "PowerPoint Document", "linked object");
                break;
            case 0x1006 or 0x1007 or 0x100E or 0x100D or 0x1010:
                job.Remove("O-06", "PowerPoint Document", "linked sound or video");
                break;
            case 0x2F14:
                throw Refusals.Password(FileKind.Ppt);
        }
    }
}
