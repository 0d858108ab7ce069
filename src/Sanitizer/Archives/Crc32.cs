using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sekisho.Sanitizer.Archives;

/// <summary>The CRC-32 of zip, gzip and PNG (ISO 3309): folded 64 bytes at a step where the processor multiplies without carries, else eight bytes.</summary>
/// <remarks>Source of the folding and its constants: Gopal et al., Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction, Intel 2009.</remarks>
internal struct Crc32
{
    private static readonly uint[] Table = Make();

    private uint state;

    /// <summary>Of all that was appended.</summary>
    public readonly uint Value => state;

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = new Crc32();
        crc.Append(bytes);
        return crc.Value;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var crc = ~state;
        if (Pclmulqdq.IsSupported && bytes.Length >= 64)
        {
            crc = Fold(crc, ref bytes);
        }
        var table = Table;
        while (bytes.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = table[0x700 + (int)(low & 0xFF)] ^ table[0x600 + (int)((low >> 8) & 0xFF)] ^ table[0x500 + (int)((low >> 16) & 0xFF)] ^ table[0x400 + (int)(low >> 24)]
                ^ table[0x300 + (int)(high & 0xFF)] ^ table[0x200 + (int)((high >> 8) & 0xFF)] ^ table[0x100 + (int)((high >> 16) & 0xFF)] ^ table[(int)(high >> 24)];
            bytes = bytes[8..];
        }
        foreach (var b in bytes) crc = table[(byte)(crc ^ b)] ^ (crc >> 8);
        state = ~crc;
    }

    /// <summary>All but the last bytes, less than sixteen, which stay in <paramref name="bytes"/>.</summary>
    private static uint Fold(uint crc, ref ReadOnlySpan<byte> bytes)
    {
        ref var at = ref MemoryMarshal.GetReference(bytes);
        nuint offset = 64;
        var x0 = Load(ref at, 0) ^ Vector128.CreateScalar((ulong)crc);
        var (x1, x2, x3) = (Load(ref at, 16), Load(ref at, 32), Load(ref at, 48));
        var by512 = Vector128.Create(0x154442BD4ul, 0x1C6E41596ul);
        for (; offset + 64 <= (nuint)bytes.Length; offset += 64)
        {
            x0 = Step(x0, by512) ^ Load(ref at, offset);
            x1 = Step(x1, by512) ^ Load(ref at, offset + 16);
            x2 = Step(x2, by512) ^ Load(ref at, offset + 32);
            x3 = Step(x3, by512) ^ Load(ref at, offset + 48);
        }
        var by128 = Vector128.Create(0x1751997D0ul, 0x0CCAA009Eul);
        x0 = Step(x0, by128) ^ x1;
        x0 = Step(x0, by128) ^ x2;
        x0 = Step(x0, by128) ^ x3;
        for (; offset + 16 <= (nuint)bytes.Length; offset += 16) x0 = Step(x0, by128) ^ Load(ref at, offset);
        bytes = bytes[(int)offset..];

        // 128 bits to 64, to 32 (Barrett).
        var low32 = Vector128.Create(0xFFFFFFFFul, 0xFFFFFFFFul);
        x0 = Sse2.ShiftRightLogical128BitLane(x0, 8) ^ Pclmulqdq.CarrylessMultiply(x0, by128, 0x10);
        x0 = Sse2.ShiftRightLogical128BitLane(x0, 4) ^ Pclmulqdq.CarrylessMultiply(x0 & low32, Vector128.CreateScalar(0x163CD6124ul), 0x00);
        var polynomial = Vector128.Create(0x1DB710641ul, 0x1F7011641ul);
        var quotient = Pclmulqdq.CarrylessMultiply(x0 & low32, polynomial, 0x10) & low32;
        x0 ^= Pclmulqdq.CarrylessMultiply(quotient, polynomial, 0x00);
        return x0.AsUInt32().GetElement(1);
    }

    private static Vector128<ulong> Step(Vector128<ulong> x, Vector128<ulong> by) => Pclmulqdq.CarrylessMultiply(x, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, by, 0x11);

    private static Vector128<ulong> Load(ref byte at, nuint offset) => Vector128.LoadUnsafe(ref at, offset).AsUInt64();

    private static uint[] Make()
    {
        var table = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i;
            for (var bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * 0xEDB88320u);
            table[i] = value;
        }
        for (var i = 256; i < table.Length; i++) table[i] = table[(byte)table[i - 256]] ^ (table[i - 256] >> 8);
        return table;
    }
}
