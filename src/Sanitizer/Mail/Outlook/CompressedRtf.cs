using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail.Outlook;

/// <summary>Unpacks the RTF body of messages. Source: [MS-OXRTFCP] 2021-08.</summary>
internal static class CompressedRtf
{
    private const uint Packed = 0x75465A4C, Plain = 0x414C454D;

    private static readonly byte[] Start = Encoding.ASCII.GetBytes(
        "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx");

    /// <summary>The RTF; null where it is damaged.</summary>
    /// <exception cref="RefusedException">It grows beyond the budget.</exception>
    public static byte[]? Unpack(ReadOnlySpan<byte> untrusted, Budget budget)
    {
        if (untrusted.Length < 16) return null;
        var (size, rawSize, kind, sum) = (BinaryPrimitives.ReadUInt32LittleEndian(untrusted), BinaryPrimitives.ReadUInt32LittleEndian(untrusted[4..]), BinaryPrimitives.ReadUInt32LittleEndian(untrusted[8..]), BinaryPrimitives.ReadUInt32LittleEndian(untrusted[12..]));
        if (size < 12 || size - 12 > untrusted.Length - 16) return null;
        var packed = untrusted.Slice(16, (int)size - 12);
        if (kind == Plain) return rawSize <= packed.Length ? packed[..(int)rawSize].ToArray() : null;
        if (kind != Packed || Sum(packed) != sum) return null;
        // Eight references of two bytes and their control make at most 136.
        if (rawSize > (packed.Length * 8L) + 16) return null;
        budget.Expand(rawSize, "rtf");
        var window = new byte[4096];
        Start.CopyTo(window, 0);
        var (write, done, output) = (Start.Length, 0, new byte[rawSize]);
        for (var at = 0; at < packed.Length;)
        {
            var control = packed[at++];
            for (var bit = 0; bit < 8 && at < packed.Length; bit++, control >>= 1)
            {
                if ((control & 1) == 0)
                {
                    if (done == output.Length) return null;
                    output[done++] = window[write++ & 4095] = packed[at++];
                    continue;
                }
                if (at + 2 > packed.Length) return null;
                var token = BinaryPrimitives.ReadUInt16BigEndian(packed[at..]);
                at += 2;
                var (from, length) = (token >> 4, (token & 15) + 2);
                if (from == (write & 4095)) return done == output.Length ? output : output[..done];
                for (var i = 0; i < length; i++)
                {
                    if (done == output.Length) return null;
                    output[done++] = window[write++ & 4095] = window[from++ & 4095];
                }
            }
        }
        return done == output.Length ? output : null;
    }

    /// <summary>The CRC of zip without its two inversions.</summary>
    internal static uint Sum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        foreach (var b in bytes)
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ (0xEDB88320 & (uint)-(int)(sum & 1));
        }
        return sum;
    }
}
