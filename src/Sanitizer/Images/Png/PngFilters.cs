using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Sekisho.Sanitizer.Images.Png;

/// <summary>The five predictions of PNG (§9), backwards and forwards.</summary>
internal static class PngFilters
{
    /// <summary>Replaces what a filter left by the samples themselves.</summary>
    /// <param name="above">The row above, already undone; zeros for the first.</param>
    public static void Undo(int filter, Span<byte> line, ReadOnlySpan<byte> above, int bytesPerPixel)
    {
        above = above[..line.Length];
        switch (filter)
        {
            case 1 when bytesPerPixel == 4:
                var pixels = MemoryMarshal.Cast<byte, uint>(line);
                for (var i = 1; i < pixels.Length; i++) pixels[i] = ((pixels[i] & 0x7F7F7F7F) + (pixels[i - 1] & 0x7F7F7F7F)) ^ ((pixels[i] ^ pixels[i - 1]) & 0x80808080);
                return;
            case 1:
                for (var i = bytesPerPixel; i < line.Length; i++) line[i] += line[i - bytesPerPixel];
                return;
            case 2:
                var at = 0;
                for (; at + Vector<byte>.Count <= line.Length; at += Vector<byte>.Count) (new Vector<byte>(line[at..]) + new Vector<byte>(above[at..])).CopyTo(line[at..]);
                for (; at < line.Length; at++) line[at] += above[at];
                return;
            case 3:
                for (var i = 0; i < Math.Min(bytesPerPixel, line.Length); i++) line[i] += (byte)(above[i] >> 1);
                for (var i = bytesPerPixel; i < line.Length; i++) line[i] += (byte)((line[i - bytesPerPixel] + above[i]) >> 1);
                return;
            case 4:
                UndoPaeth(line, above, bytesPerPixel);
                return;
        }
    }

    /// <summary>Writes the row that a filter leaves, and how far it is from zero: the smaller, the better it will compress.</summary>
    /// <param name="line">Samples with at least one pixel of zeros before them, as is <paramref name="above"/>.</param>
    /// <param name="start">Where the samples begin in both.</param>
    public static long Do(int filter, byte[] line, byte[] above, int start, int length, int bytesPerPixel, Span<byte> into)
    {
        long sum = 0;
        var i = 0;
        if (Vector128.IsHardwareAccelerated)
        {
            ref var x0 = ref line[start];
            var total = Vector128<uint>.Zero;
            var left = start - bytesPerPixel;
            for (; i + 16 <= length; i += 16)
            {
                var x = Vector128.LoadUnsafe(ref x0, (nuint)i);
                var result = x;
                switch (filter)
                {
                    case 1:
                        result = x - Vector128.LoadUnsafe(ref line[left], (nuint)i);
                        break;
                    case 2:
                        result = x - Vector128.LoadUnsafe(ref above[start], (nuint)i);
                        break;
                    case 3:
                        var (a, b) = (Vector128.LoadUnsafe(ref line[left], (nuint)i), Vector128.LoadUnsafe(ref above[start], (nuint)i));
                        // Half the sum, rounded down, without a carry.
                        result = x - ((a & b) + (((a ^ b) >>> 1) & Vector128.Create((byte)0x7F)));
                        break;
                    case 4:
                        result = x - Paeth(Vector128.LoadUnsafe(ref line[left], (nuint)i), Vector128.LoadUnsafe(ref above[start], (nuint)i), Vector128.LoadUnsafe(ref above[left], (nuint)i));
                        break;
                }
                result.StoreUnsafe(ref into[i]);
                var size = Vector128.Min(result, Vector128<byte>.Zero - result);
                var (low, high) = Vector128.Widen(size);
                var (w0, w1) = Vector128.Widen(low + high);
                total += w0 + w1;
            }
            sum = Vector128.Sum(total);
        }
        for (; i < length; i++)
        {
            var (a, b, c) = ((int)line[start + i - bytesPerPixel], (int)above[start + i], (int)above[start + i - bytesPerPixel]);
            var predicted = filter switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) >> 1, _ => Paeth(a, b, c) };
            var value = (byte)(line[start + i] - predicted);
            into[i] = value;
            sum += value < 128 ? value : 256 - value;
        }
        return sum;
    }

    private static void UndoPaeth(Span<byte> line, ReadOnlySpan<byte> above, int bytesPerPixel)
    {
        for (var i = 0; i < Math.Min(bytesPerPixel, line.Length); i++) line[i] += above[i];
        switch (bytesPerPixel)
        {
            case 3:
                UndoPaeth<Three>(line, above);
                return;
            case 4:
                UndoPaeth<Four>(line, above);
                return;
        }
        for (var i = bytesPerPixel; i < line.Length; i++) line[i] += (byte)Paeth(line[i - bytesPerPixel], above[i], above[i - bytesPerPixel]);
    }

    /// <summary>A pixel at a time, its samples side by side in one register.</summary>
    private static void UndoPaeth<TStep>(Span<byte> line, ReadOnlySpan<byte> above)
        where TStep : struct, IStep
    {
        var i = TStep.Bytes;
        if (Vector128.IsHardwareAccelerated && line.Length > TStep.Bytes + 4)
        {
            var a = Four16(line);
            var c = Four16(above);
            for (; i + 4 <= line.Length; i += TStep.Bytes)
            {
                var b = Four16(above[i..]);
                var (pa, pb) = (Vector64.Abs(b - c), Vector64.Abs(a - c));
                var pc = Vector64.Abs(a + b - c - c);
                var predicted = Vector64.ConditionalSelect(Vector64.LessThanOrEqual(pa, pb) & Vector64.LessThanOrEqual(pa, pc), a, Vector64.ConditionalSelect(Vector64.LessThanOrEqual(pb, pc), b, c));
                a = (Four16(line[i..]) + predicted) & Vector64.Create((short)0xFF);
                line[i] = (byte)a[0];
                line[i + 1] = (byte)a[1];
                line[i + 2] = (byte)a[2];
                if (TStep.Bytes == 4) line[i + 3] = (byte)a[3];
                c = b;
            }
        }
        for (; i < line.Length; i++) line[i] += (byte)Paeth(line[i - TStep.Bytes], above[i], above[i - TStep.Bytes]);
    }

    private static Vector64<short> Four16(ReadOnlySpan<byte> at) => Vector64.Create(at[0], at[1], at[2], (short)at[3]);

    private static int Paeth(int a, int b, int c)
    {
        int pa = b - c, pb = a - c, pc = pa + pb;
        if (pa < 0) pa = -pa;
        if (pb < 0) pb = -pb;
        if (pc < 0) pc = -pc;
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }

    private static Vector128<byte> Paeth(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c)
    {
        var (a0, a1) = Vector128.Widen(a);
        var (b0, b1) = Vector128.Widen(b);
        var (c0, c1) = Vector128.Widen(c);
        return Vector128.Narrow(Paeth(a0.AsInt16(), b0.AsInt16(), c0.AsInt16()).AsUInt16(), Paeth(a1.AsInt16(), b1.AsInt16(), c1.AsInt16()).AsUInt16());
    }

    private static Vector128<short> Paeth(Vector128<short> a, Vector128<short> b, Vector128<short> c)
    {
        var (pa, pb) = (Vector128.Abs(b - c), Vector128.Abs(a - c));
        var pc = Vector128.Abs(a + b - c - c);
        return Vector128.ConditionalSelect(Vector128.LessThanOrEqual(pa, pb) & Vector128.LessThanOrEqual(pa, pc), a, Vector128.ConditionalSelect(Vector128.LessThanOrEqual(pb, pc), b, c));
    }

    private interface IStep
    {
        static abstract int Bytes { get; }
    }

    private readonly struct Three : IStep
    {
        public static int Bytes => 3;
    }

    private readonly struct Four : IStep
    {
        public static int Bytes => 4;
    }
}
