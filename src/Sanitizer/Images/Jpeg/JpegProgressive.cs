using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>Gathers the coefficients of a progressive JPEG from its scans (T.81 annex G) and hands them on as one sequential scan.</summary>
internal sealed class JpegProgressive : IJpegScans
{
    private int endOfBand;

    public int Scans { get; private set; }

    public bool Scan(JpegFrame frame, JpegScan scan, int restartInterval, JpegData data, Budget budget)
    {
        if (Scans++ == 0)
        {
            foreach (var c in frame.Components) c.Coefficients = new short[64L * frame.UnitsAcross * c.Across * frame.UnitsDown * c.Down];
        }
        var components = scan.Components;
        var alone = components.Length == 1;
        var isDc = scan.From == 0;
        var tables = isDc ? scan.Dc : scan.Ac;
        if ((!isDc || scan.High == 0) && Array.Exists(tables, static t => t is null)) throw Refusals.Broken("", "SAN-JPEG-004", "ハフマン表がありません", "a Huffman table is missing");
        var (across, down) = alone ? frame.BlocksOf(components[0]) : (frame.UnitsAcross, frame.UnitsDown);
        Span<int> value = stackalloc int[4];
        value.Clear();
        endOfBand = 0;
        var bits = new JpegBits(data.Next());
        var (blank, whole) = (false, true);
        var left = restartInterval;
        var restarts = 0;
        for (var y = 0; y < down; y++)
        {
            budget.Check();
            for (var x = 0; x < across; x++)
            {
                if (restartInterval > 0 && left-- == 0)
                {
                    left = restartInterval - 1;
                    blank = data.Restart != restarts;
                    if (data.Restart >= 0 && blank) throw Refusals.Broken("", "SAN-JPEG-005", "再開位置の順序", "restarts out of order");
                    restarts = (restarts + 1) & 7;
                    if (!blank)
                    {
                        data.At += 2;
                        bits = new(data.Next());
                    }
                    value.Clear();
                    endOfBand = 0;
                }
                if (blank) break;
                for (var c = 0; c < components.Length && !blank; c++)
                {
                    var component = components[c];
                    var (h, v) = alone ? (1, 1) : (component.Across, component.Down);
                    var stride = frame.UnitsAcross * component.Across;
                    for (var by = 0; by < v && !blank; by++)
                    {
                        for (var bx = 0; bx < h && !blank; bx++)
                        {
                            var block = component.Coefficients.AsSpan(64 * ((y * v + by) * stride + x * h + bx), 64);
                            var fine = !isDc ? scan.High == 0 ? AcFirst(ref bits, scan, tables[c]!, block) : AcRefine(ref bits, scan, tables[c]!, block)
                                : scan.High == 0 ? DcFirst(ref bits, scan.Low, tables[c]!, block, ref value[c]) : DcRefine(ref bits, scan.Low, block);
                            if (fine && !bits.Over) continue;
                            if (!fine && !bits.Spent) throw Refusals.Broken("", "SAN-JPEG-005", "画素の符号が壊れています", "the coded pixels are damaged");
                            blank = true;
                        }
                    }
                }
                whole &= !blank;
            }
            whole &= !blank;
            if (blank && restartInterval == 0) break;
        }
        return whole;
    }

    /// <summary>All blocks as one interleaved scan.</summary>
    public static void Send<TSink>(JpegFrame frame, JpegColours colours, ref TSink sink, Budget budget)
        where TSink : struct, IJpegSink
    {
        Span<int> written = stackalloc int[4];
        written.Clear();
        sink.Begin(frame, frame.Components);
        for (var y = 0; y < frame.UnitsDown; y++)
        {
            budget.Check();
            for (var x = 0; x < frame.UnitsAcross; x++)
            {
                foreach (var c in frame.Components)
                {
                    var table = JpegWriter.TableOf(c.Index, colours);
                    for (var i = 0; i < c.Across * c.Down; i++)
                    {
                        var at = (y * c.Down + i / c.Across) * frame.UnitsAcross * c.Across + x * c.Across + i % c.Across;
                        Block(c.Coefficients.AsSpan(64 * at, 64), table, ref written[c.Index], ref sink);
                    }
                }
            }
        }
        sink.End();
    }

    private static void Block<TSink>(ReadOnlySpan<short> block, int table, ref int written, ref TSink sink)
        where TSink : struct, IJpegSink
    {
        sink.Dc(table, block[0] - written);
        written = block[0];
        var last = block.LastIndexOfAnyExcept((short)0);
        var zeros = 0;
        for (var k = 1; k <= last; k++)
        {
            int value = block[k];
            if (value == 0)
            {
                zeros++;
                continue;
            }
            for (; zeros > 15; zeros -= 16) sink.Ac(table, 0xF0, 0);
            var size = JpegWriter.SizeOf(value);
            // No quantised coefficient of eight-bit samples is so large; refinements that go on without end make one.
            if (size > 12) throw Refusals.Broken("", "SAN-JPEG-005", "画素の符号が壊れています", "the coded pixels are damaged");
            sink.Ac(table, (zeros << 4) | size, (uint)(value < 0 ? value - 1 : value) & ((1u << size) - 1));
            zeros = 0;
        }
        if (last < 63) sink.Ac(table, 0, 0);
    }

    private static bool DcFirst(ref JpegBits bits, int low, JpegHuffman table, Span<short> block, ref int value)
    {
        var size = bits.Symbol(table);
        if (size is < 0 or > 15) return false;
        if (size > 0)
        {
            var raw = (int)bits.Bits(size);
            value += raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw;
        }
        var all = (long)value << low;
        if (all is < -16_383 or > 16_383) return false;
        block[0] = (short)all;
        return true;
    }

    private static bool DcRefine(ref JpegBits bits, int low, Span<short> block)
    {
        if (bits.Bits(1) == 1) block[0] |= (short)(1 << low);
        return true;
    }

    private bool AcFirst(ref JpegBits bits, JpegScan scan, JpegHuffman table, Span<short> block)
    {
        if (endOfBand > 0)
        {
            endOfBand--;
            return true;
        }
        for (var k = scan.From; k <= scan.To; k++)
        {
            var symbol = bits.Symbol(table);
            if (symbol < 0) return false;
            var (run, size) = (symbol >> 4, symbol & 15);
            if (size == 0)
            {
                if (run == 15)
                {
                    k += 15;
                    continue;
                }
                endOfBand = (1 << run) - 1 + (int)bits.Bits(run);
                return true;
            }
            k += run;
            if (k > scan.To || size + scan.Low > 12) return false;
            var raw = (int)bits.Bits(size);
            block[k] = (short)((raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw) * (1 << scan.Low));
        }
        return true;
    }

    private bool AcRefine(ref JpegBits bits, JpegScan scan, JpegHuffman table, Span<short> block)
    {
        var (plus, minus) = ((short)(1 << scan.Low), (short)(-1 << scan.Low));
        var k = scan.From;
        if (endOfBand == 0)
        {
            for (; k <= scan.To; k++)
            {
                var symbol = bits.Symbol(table);
                if (symbol < 0) return false;
                var (run, size) = (symbol >> 4, symbol & 15);
                short fresh = 0;
                if (size == 1) fresh = bits.Bits(1) == 1 ? plus : minus;
                else if (size != 0) return false;
                else if (run != 15)
                {
                    endOfBand = (1 << run) + (int)bits.Bits(run);
                    break;
                }
                for (; k <= scan.To; k++)
                {
                    ref var coefficient = ref block[k];
                    if (coefficient != 0) Refine(ref bits, ref coefficient, plus, minus);
                    else if (run-- == 0) break;
                }
                if (fresh == 0) continue;
                if (k > scan.To) return false;
                block[k] = fresh;
            }
        }
        if (endOfBand == 0) return true;
        for (; k <= scan.To; k++)
        {
            ref var coefficient = ref block[k];
            if (coefficient != 0) Refine(ref bits, ref coefficient, plus, minus);
        }
        endOfBand--;
        return true;
    }

    private static void Refine(ref JpegBits bits, ref short coefficient, short plus, short minus)
    {
        if (bits.Bits(1) == 0 || (coefficient & plus) != 0) return;
        coefficient += coefficient >= 0 ? plus : minus;
    }
}
