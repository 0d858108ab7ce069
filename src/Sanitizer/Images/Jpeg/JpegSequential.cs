using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>Decodes sequential scans to symbols and hands them on, without keeping a picture (T.81 annex F).</summary>
/// <remarks>What goes on is canonical: differences follow from the values, zeros before nothing are dropped, restarts are gone.</remarks>
internal sealed class JpegSequential<TSink>(TSink sink) : IJpegScans
    where TSink : struct, IJpegSink
{
    private TSink sink = sink;

    public int Scans { get; private set; }

    public bool Scan(JpegFrame frame, JpegScan scan, int restartInterval, JpegData data, Budget budget)
    {
        Scans++;
        var components = scan.Components;
        if (Array.Exists(scan.Dc, static t => t is null) || Array.Exists(scan.Ac, static t => t is null)) throw Refusals.Broken("", "SAN-JPEG-004", "ハフマン表がありません", "a Huffman table is missing");
        var alone = components.Length == 1;
        var (across, down) = alone ? frame.BlocksOf(components[0]) : (frame.UnitsAcross, frame.UnitsDown);
        Span<int> unit = stackalloc int[10];
        var blocks = 0;
        for (var c = 0; c < components.Length; c++)
        {
            var times = alone ? 1 : components[c].Across * components[c].Down;
            while (times-- > 0) unit[blocks++] = c;
        }
        unit = unit[..blocks];
        Span<int> value = stackalloc int[4];
        Span<int> written = stackalloc int[4];
        Span<int> tables = stackalloc int[4];
        value.Clear();
        written.Clear();
        for (var c = 0; c < components.Length; c++) tables[c] = JpegWriter.TableOf(components[c].Index, scan.Colours);
        sink.Begin(frame, components);
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
                }
                foreach (var c in unit)
                {
                    if (!blank) blank = !Block(ref bits, scan.Dc[c]!, scan.Ac[c]!, ref value[c], ref written[c], tables[c]);
                    else
                    {
                        sink.Dc(tables[c], 0);
                        sink.Ac(tables[c], 0, 0);
                    }
                }
                whole &= !blank;
            }
        }
        sink.End();
        return whole;
    }

    public ref TSink Sink => ref sink;

    /// <summary>False when the data ended within this block; what was read of it stays.</summary>
    private bool Block(ref JpegBits bits, JpegHuffman dc, JpegHuffman ac, ref int value, ref int written, int table)
    {
        var size = bits.Symbol(dc);
        if (size < 0 || size > 15)
        {
            if (!bits.Spent) throw Bad();
            sink.Dc(table, 0);
            sink.Ac(table, 0, 0);
            return false;
        }
        if (size > 0)
        {
            var raw = (int)bits.Bits(size);
            value += raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw;
            if (value is < -16_383 or > 16_383)
            {
                if (!bits.Over) throw Bad();
                value = written;
            }
        }
        sink.Dc(table, value - written);
        written = value;
        var zeros = 0;
        for (var k = 1; k < 64; k++)
        {
            var symbol = bits.Symbol(ac);
            var length = symbol & 15;
            if (symbol <= 0)
            {
                if (symbol == 0) break;
                return Ended(ref bits, table);
            }
            if (length == 0)
            {
                if (symbol != 0xF0) return Ended(ref bits, table);
                k += 15;
                zeros++;
                continue;
            }
            k += symbol >> 4;
            if (k > 63 || length > 12) return Ended(ref bits, table);
            for (; zeros > 0; zeros--) sink.Ac(table, 0xF0, 0);
            sink.Ac(table, symbol, bits.Bits(length));
            if (k == 63) return !bits.Over;
        }
        sink.Ac(table, 0, 0);
        return !bits.Over;
    }

    private bool Ended(ref JpegBits bits, int table)
    {
        if (!bits.Spent) throw Bad();
        sink.Ac(table, 0, 0);
        return false;
    }

    private static RefusedException Bad() => Refusals.Broken("", "SAN-JPEG-005", "画素の符号が壊れています", "the coded pixels are damaged");
}
