namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>The picture that a JPEG holds (SOF): its size and components.</summary>
internal sealed class JpegFrame(int width, int height, bool progressive, JpegComponent[] components)
{
    public int Width => width;
    public int Height => height;
    public bool Progressive => progressive;
    public JpegComponent[] Components => components;

    /// <summary>Blocks of an interleaved scan: its units lie in this grid.</summary>
    public int UnitsAcross { get; } = Up(width, 8 * components.Max(static c => c.Across));

    public int UnitsDown { get; } = Up(height, 8 * components.Max(static c => c.Down));

    /// <summary>Blocks of one component where it is coded alone: only those that hold pixels.</summary>
    public (int Across, int Down) BlocksOf(JpegComponent component)
    {
        int across = components.Max(static c => c.Across), down = components.Max(static c => c.Down);
        return (Up(Up((long)width * component.Across, across), 8), Up(Up((long)height * component.Down, down), 8));
    }

    private static int Up(long value, int step) => (int)((value + step - 1) / step);
}

/// <summary>One component: brightness, a colour difference, an ink.</summary>
/// <param name="Across">Blocks of it in a unit, 1–4.</param>
/// <param name="Table">Which quantisation table the frame says.</param>
internal sealed record JpegComponent(int Index, byte Id, int Across, int Down, int Table)
{
    /// <summary>The table as it stood when the first scan of this component began.</summary>
    public ushort[]? Quantisation { get; set; }

    /// <summary>True once a scan has coded it (sequential).</summary>
    public bool Coded { get; set; }

    /// <summary>Coefficients of all blocks in zigzag order (progressive).</summary>
    public short[] Coefficients { get; set; } = [];
}

/// <summary>What one scan codes (SOS).</summary>
internal sealed record JpegScan(JpegComponent[] Components, JpegColours Colours, JpegHuffman?[] Dc, JpegHuffman?[] Ac, int From, int To, int High, int Low);

/// <summary>How the numbers become colours, told as libjpeg tells it.</summary>
internal enum JpegColours
{
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
}
