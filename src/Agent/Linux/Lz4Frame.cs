using System.Buffers.Binary;

namespace Sekisho.Agent.Linux;

/// <summary>Decodes an LZ4 frame, as apt keeps its lists on Debian. Source: LZ4 Frame Format 1.6.4, LZ4 Block Format.</summary>
internal static class Lz4Frame
{
    private const uint Magic = 0x184D2204;

    /// <summary>A distribution's list is some 60 MB.</summary>
    private const int MostBytes = 512 << 20;

    /// <exception cref="InvalidDataException">It is no such frame, or damaged, or larger than any list.</exception>
    public static Stream Decode(Stream untrusted)
    {
        var source = new BinaryReader(untrusted);
        var output = new MemoryStream();
        try
        {
            if (source.ReadUInt32() != Magic) throw new InvalidDataException("No LZ4 frame.");
            var flags = source.ReadByte();
            var limits = source.ReadByte();
            if (flags >> 6 != 1 || (flags & 1) != 0) throw new InvalidDataException("A version or a dictionary that is not understood.");
            var most = (limits >> 4 & 7) switch { 4 => 64 << 10, 5 => 256 << 10, 6 => 1 << 20, 7 => 4 << 20, _ => throw new InvalidDataException("No such block size.") };
            if ((flags & 8) != 0) source.ReadUInt64(); // size of the content
            source.ReadByte();                          // check of the header
            var window = Array.Empty<byte>();
            while (source.ReadUInt32() is not 0 and var size)
            {
                var length = (int)(size & 0x7FFFFFFF);
                if (length > most) throw new InvalidDataException("A block larger than said.");
                var block = source.ReadBytes(length);
                if (block.Length != length) throw new EndOfStreamException();
                var plain = (size & 0x80000000) != 0 ? block : Block(block, window, most);
                if ((flags & 0x10) != 0) source.ReadUInt32(); // check of the block
                output.Write(plain);
                if (output.Length > MostBytes) throw new InvalidDataException("Too large.");
                if ((flags & 0x20) == 0) window = [.. window.AsSpan(Math.Max(0, window.Length - Math.Max(0, (64 << 10) - plain.Length))), .. plain.AsSpan(Math.Max(0, plain.Length - (64 << 10)))];
            }
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("Cut off.", e);
        }
        output.Position = 0;
        return output;
    }

    private static byte[] Block(ReadOnlySpan<byte> block, ReadOnlySpan<byte> window, int most)
    {
        // What came before is put in front, so that matches may reach back into it.
        var buffer = new byte[window.Length + most];
        window.CopyTo(buffer);
        var (at, end) = (0, window.Length);
        while (at < block.Length)
        {
            var token = block[at++];
            var literals = Length(block, ref at, token >> 4);
            if (literals > block.Length - at || literals > buffer.Length - end) throw new InvalidDataException("Literals beyond the block.");
            block.Slice(at, literals).CopyTo(buffer.AsSpan(end));
            (at, end) = (at + literals, end + literals);
            if (at == block.Length) break; // the last sequence has no match
            if (at + 2 > block.Length) throw new InvalidDataException("Cut off.");
            int offset = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
            at += 2;
            var match = Length(block, ref at, token & 15) + 4;
            if (offset == 0 || offset > end || match > buffer.Length - end) throw new InvalidDataException("A match beyond the block.");
            for (var i = 0; i < match; i++) buffer[end + i] = buffer[end - offset + i]; // may overlap itself
            end += match;
        }
        return buffer[window.Length..end];
    }

    private static int Length(ReadOnlySpan<byte> block, ref int at, int nibble)
    {
        if (nibble < 15) return nibble;
        var length = 15;
        while (true)
        {
            if (at >= block.Length || length > MostBytes) throw new InvalidDataException("Cut off.");
            var more = block[at++];
            length += more;
            if (more < 255) return length;
        }
    }
}
