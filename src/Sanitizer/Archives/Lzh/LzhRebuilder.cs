using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Archives.Lzh;

/// <summary>LZH (LHA 書庫), Japan's archive before zip: headers of levels 0 to 3, methods lh0, lh4 to lh7; its files leave as zip.</summary>
internal sealed class LzhRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Lzh];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var members = LzhDirectory.Read(untrusted, job);
        if (job.Budget.WouldBurst(members.Sum(static m => m.Bytes))) throw Refusals.Bomb("", members.Max(static m => m.Bytes));
        var names = new ArchiveNames(members.Where(static m => m.UnicodeName is null).Select(static m => m.RawName));
        var packing = new Repacking(job, output);
        foreach (var member in members)
        {
            job.Budget.Check();
            var name = member.UnicodeName ?? names.Decode(member.RawName);
            if (member.IsLink) packing.Refused(name, "Z-03", Refusals.Broken("", "SAN-ARC-003", "リンクか特殊なファイルです", "it is a link or a special file"));
            else if (member.IsFolder) packing.Folder(name);
            else if (packing.Wants(name)) Unpack(untrusted, member, name, packing, job);
        }
        return packing.Finish(kind);
    }

    private static void Unpack(Source untrusted, LzhMember member, string name, Repacking packing, Job job)
    {
        using var content = job.NewScratch();
        try
        {
            var sum = new Crc16();
            var decoder = LzhDecoder.For(member.Method, untrusted.Open(member.Offset, member.PackedBytes)) ?? throw Refusals.Broken("", "SAN-LZH-004", $"圧縮方式「{member.Method}」は扱えません", $"compression method “{member.Method}” is not supported");
            long done = 0;
            while (done < member.Bytes)
            {
                var block = decoder.Next(member.Bytes - done);
                job.Budget.Expand(block.Length, name);
                sum.Append(block);
                content.Write(block);
                done += block.Length;
            }
            if (sum.Value != member.Crc) throw Refusals.Broken("", "SAN-LZH-006", "中身の検査符号が合いません", "the checksum of the content doesn't match");
        }
        catch (RefusedException e) when (e.Refusal.IsOf("SAN-LZH"))
        {
            packing.Refused(name, e.Refusal.Code == "SAN-LZH-004" ? "Z-10" : "Z-12", e);
            return;
        }
        packing.File(name, content.AsSource());
    }
}

/// <summary>The CRC-16 of ARC and LHA.</summary>
internal struct Crc16
{
    private static readonly ushort[] Table = Make();

    public ushort Value { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = Value;
        foreach (var b in bytes) crc = (ushort)(Table[(byte)(crc ^ b)] ^ (crc >> 8));
        Value = crc;
    }

    private static ushort[] Make()
    {
        var table = new ushort[256];
        for (var i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xA001);
            table[i] = (ushort)value;
        }
        return table;
    }
}
