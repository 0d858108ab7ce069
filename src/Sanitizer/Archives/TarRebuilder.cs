using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Archives;

/// <summary>tar (TAR 書庫): v7, ustar, pax and GNU's long names; its files leave as zip. Links, devices and sparse files don't.</summary>
/// <remarks>Source: POSIX.1-2017 pax, GNU tar manual "Basic Tar Format".</remarks>
internal sealed class TarRebuilder : IRebuilder
{
    private const int Block = 512;
    private const int MostExtension = 1 << 20; // a pax header or a long name

    public IEnumerable<FileKind> Kinds => [FileKind.Tar];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var members = Index(untrusted, job);
        var names = new ArchiveNames(members.Select(static m => m.Name));
        var packing = new Repacking(job, output);
        foreach (var (rawName, type, offset, bytes) in members)
        {
            job.Budget.Check();
            var name = names.Decode(rawName);
            switch (type)
            {
                case '5':
                    packing.Folder(name);
                    break;
                case '0' or '\0' or '7' when name.EndsWith('/') && bytes == 0:
                    packing.Folder(name); // v7 had no other way to say so
                    break;
                case '0' or '\0' or '7':
                    if (!packing.Wants(name)) break;
                    job.Budget.Expand(bytes, name);
                    packing.File(name, new Part(untrusted, offset, bytes));
                    break;
                case '1' or '2' or '3' or '4' or '6':
                    packing.Refused(name, "Z-03", Refusals.Broken("", "SAN-ARC-003", "リンクか特殊なファイルです", "it is a link or a special file"));
                    break;
                default:
                    packing.Refused(name, "Z-12", Refusals.Broken("", "SAN-TAR-004", $"種別「{(char.IsAsciiLetterOrDigit(type) ? type : '?')}」のメンバーは扱えません", "it is a member of an unknown type"));
                    break;
            }
        }
        return packing.Finish(kind);
    }

    private static List<(byte[] Name, char Type, long Offset, long Bytes)> Index(Source source, Job job)
    {
        var members = new List<(byte[], char, long, long)>();
        var header = new byte[Block];
        byte[]? longName = null;
        long? paxSize = null;
        var isSparse = false;
        long at = 0;
        while (true)
        {
            job.Budget.Check();
            var read = source.Read(at, header);
            if (read == 0) break; // some writers leave the end blocks out
            if (read < Block) throw Broken("SAN-TAR-001", "途中で切れています", "it is cut off");
            if (!header.AsSpan().ContainsAnyExcept((byte)0))
            {
                TellRest(source, at, job);
                break;
            }
            if (!IsSummed(header)) throw Broken("SAN-TAR-002", "見出しの検査符号が合いません", "the checksum of a header doesn't match");
            var type = (char)header[156];
            var size = paxSize is { } given && type is not ('x' or 'g' or 'L' or 'K') ? given : Number(header.AsSpan(124, 12));
            at += Block;
            // Of links and devices the size says nothing.
            var stored = type is '1' or '2' or '3' or '4' or '5' or '6' ? 0 : size;
            if (stored < 0 || stored > source.Length - at) throw Broken("SAN-TAR-001", "途中で切れています", "it is cut off");
            if (type is 'x' or 'g' or 'L' or 'K')
            {
                if (size > MostExtension) throw Broken("SAN-TAR-003", "拡張の見出しが大きすぎます", "an extended header is too large");
                var content = new byte[size];
                source.Read(at, content);
                if (type == 'L') longName = content.AsSpan().TrimEnd((byte)0).ToArray();
                if (type == 'x') Pax(content, ref longName, ref paxSize, ref isSparse);
            }
            else
            {
                job.Budget.Enter("");
                members.Add((longName ?? Name(header), isSparse ? 'S' : type, at, stored));
                (longName, paxSize, isSparse) = (null, null, false);
            }
            at += (stored + Block - 1) / Block * Block;
        }
        return members;
    }

    // Behind the end blocks there is only filling.
    private static void TellRest(Source source, long at, Job job)
    {
        var buffer = new byte[1 << 16];
        for (int read; (read = source.Read(at, buffer)) > 0; at += read)
        {
            if (!buffer.AsSpan(0, read).ContainsAnyExcept((byte)0)) continue;
            job.Remove("Z-09", "", "bytes behind the end");
            return;
        }
    }

    private static byte[] Name(ReadOnlySpan<byte> header)
    {
        var name = header[..100];
        name = name.IndexOf((byte)0) is var end and >= 0 ? name[..end] : name;
        // GNU keeps times where ustar keeps the folders.
        if (!header[257..].StartsWith("ustar\0"u8)) return name.ToArray();
        var prefix = header.Slice(345, 155);
        prefix = prefix.IndexOf((byte)0) is var length and >= 0 ? prefix[..length] : prefix;
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    private static void Pax(ReadOnlySpan<byte> records, ref byte[]? name, ref long? size, ref bool isSparse)
    {
        while (!records.IsEmpty)
        {
            var blank = records.IndexOf((byte)' ');
            if (blank is <= 0 or > 8 || !int.TryParse(records[..blank], out var length) || length <= blank + 1 || length > records.Length || records[length - 1] != '\n') throw Broken("SAN-TAR-003", "拡張の見出しが仕様と合いません", "an extended header is against the specification");
            var record = records[(blank + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals < 0) throw Broken("SAN-TAR-003", "拡張の見出しが仕様と合いません", "an extended header is against the specification");
            var key = record[..equals];
            var value = record[(equals + 1)..];
            if (key.SequenceEqual("path"u8)) name = value.ToArray();
            else if (key.SequenceEqual("size"u8)) size = long.TryParse(value, out var number) && number >= 0 ? number : throw Broken("SAN-TAR-003", "拡張の見出しが仕様と合いません", "an extended header is against the specification");
            else if (key.StartsWith("GNU.sparse."u8)) isSparse = true;
            records = records[length..];
        }
    }

    private static bool IsSummed(ReadOnlySpan<byte> header)
    {
        var (unsigned, signed) = (0L, 0L);
        for (var i = 0; i < Block; i++)
        {
            unsigned += i is >= 148 and < 156 ? ' ' : header[i];
            signed += i is >= 148 and < 156 ? ' ' : (sbyte)header[i];
        }
        var sum = Number(header.Slice(148, 8));
        return sum == unsigned || sum == signed;
    }

    /// <summary>Octal digits, or big-endian where the first bit is set; -1 for anything else.</summary>
    private static long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            if (field[0] != 0x80) return -1;
            long large = 0;
            foreach (var b in field[1..])
            {
                if (large > long.MaxValue >> 9) return -1;
                large = (large << 8) | b;
            }
            return large;
        }
        var text = field.Trim((ReadOnlySpan<byte>)[0, (byte)' ']);
        long value = 0;
        foreach (var b in text)
        {
            if (b is < (byte)'0' or > (byte)'7') return -1;
            value = (value << 3) | (long)(b - '0');
        }
        return value;
    }

    private static RefusedException Broken(string code, string ja, string en) => Refusals.Broken("", code, ja, en);

    /// <summary>A stretch of another source.</summary>
    private sealed class Part(Source whole, long offset, long bytes) : Source
    {
        public override long Length => bytes;

        public override int Read(long at, Span<byte> into) => at >= bytes ? 0 : whole.Read(offset + at, into[..(int)Math.Min(into.Length, bytes - at)]);

        public override ReadOnlyMemory<byte> Whole(long most)
        {
            if (bytes > most) throw Refusals.TooLarge(bytes, most);
            var all = new byte[bytes];
            return all.AsMemory(0, Read(0, all));
        }
    }
}
