using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Images.Colours;

/// <summary>What a colour profile says (ICC プロファイル): nothing that sRGB doesn't say already, or how its numbers become sRGB's. The profile itself never comes out.</summary>
/// <remarks>Source: ICC.1:2022 (v2 and v4). Profiles of three primaries and curves are read here; those of tables by lcms2, see <see cref="LittleCms"/>.</remarks>
internal sealed class IccProfile
{
    // Linear sRGB to XYZ at D50, and back (Bradford; IEC 61966-2-1, ICC's own figures).
    private static readonly double[] FromXyz = [3.1338561, -1.6168667, -0.4906146, -0.9787684, 1.9161415, 0.0334540, 0.0719453, -0.2289914, 1.4052427];
    private static readonly byte[] Encoded = MakeEncoded();

    private IccProfile(IccVerdict verdict, int channels)
    {
        Verdict = verdict;
        Channels = channels;
    }

    public IccVerdict Verdict { get; private init; }

    /// <summary>1, 3 or 4: grey, RGB, CMYK.</summary>
    public int Channels { get; }

    /// <summary>Linear light by sample value (0–1), for each channel.</summary>
    private Func<double, double>[] Curves { get; init; } = [];

    /// <summary>Linear RGB of this profile to linear sRGB.</summary>
    private double[] Matrix { get; init; } = [];

    /// <summary>Reads a profile; what is broken or for other pixels is no profile at all, as viewers treat it.</summary>
    /// <param name="channels">Colour channels of the picture: 1, 3 or 4.</param>
    public static IccProfile Read(ReadOnlySpan<byte> untrusted, int channels)
    {
        var broken = new IccProfile(IccVerdict.Unusable, channels);
        if (untrusted.Length < 132 || !untrusted[36..].StartsWith("acsp"u8)) return broken;
        var space = untrusted.Slice(16, 4);
        var own = space.SequenceEqual("GRAY"u8) ? 1 : space.SequenceEqual("RGB "u8) ? 3 : space.SequenceEqual("CMYK"u8) ? 4 : 0;
        if (own != channels) return broken;
        var tags = BinaryPrimitives.ReadUInt32BigEndian(untrusted[128..]);
        if (tags > 200 || 132 + 12 * tags > untrusted.Length) return broken;
        // Tables win over curves where a profile has both.
        if (Tag(untrusted, "A2B0"u8).Length > 0 || channels == 4) return new(IccVerdict.ByTables, channels);
        if (!untrusted[20..].StartsWith("XYZ "u8)) return channels == 1 ? broken : new(IccVerdict.ByTables, channels);
        if (channels == 1)
        {
            return Curve(Tag(untrusted, "kTRC"u8)) is { } grey ? Judge(new(IccVerdict.ByCurves, 1) { Curves = [grey] }) : broken;
        }
        if (Curve(Tag(untrusted, "rTRC"u8)) is not { } red || Curve(Tag(untrusted, "gTRC"u8)) is not { } green || Curve(Tag(untrusted, "bTRC"u8)) is not { } blue) return broken;
        if (Xyz(Tag(untrusted, "rXYZ"u8)) is not { } r || Xyz(Tag(untrusted, "gXYZ"u8)) is not { } g || Xyz(Tag(untrusted, "bXYZ"u8)) is not { } b) return broken;
        var matrix = new double[9];
        for (var row = 0; row < 3; row++)
        {
            var (m0, m1, m2) = (FromXyz[3 * row], FromXyz[3 * row + 1], FromXyz[3 * row + 2]);
            (matrix[3 * row], matrix[3 * row + 1], matrix[3 * row + 2]) = (m0 * r.X + m1 * r.Y + m2 * r.Z, m0 * g.X + m1 * g.Y + m2 * g.Z, m0 * b.X + m1 * b.Y + m2 * b.Z);
        }
        return Judge(new(IccVerdict.ByCurves, 3) { Curves = [red, green, blue], Matrix = matrix });
    }

    /// <summary>Eight-bit samples to sRGB, in place, for grey or RGB at the given step.</summary>
    /// <param name="step">Samples of a pixel: alpha stays.</param>
    public IRowConversion Convert8(int step) => new Eight(this, step);

    /// <summary>Sixteen-bit big-endian samples to sRGB, in place.</summary>
    public IRowConversion Convert16(int step) => new Sixteen(this, step);

    internal static double Encode(double linear) => linear <= 0 ? 0 : linear >= 1 ? 1 : linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.Pow(linear, 1 / 2.4) - 0.055;

    private static IccProfile Judge(IccProfile profile)
    {
        // Within what nobody sees: three steps of 255, more in the dark, where gamma 2.2 and sRGB part ways.
        Span<double> samples = stackalloc double[3];
        ReadOnlySpan<int> grid = [0, 16, 32, 64, 96, 128, 160, 192, 224, 255];
        foreach (var r in grid)
        {
            foreach (var g in grid)
            {
                foreach (var b in grid)
                {
                    if (profile.Channels == 1 && (r != g || g != b)) continue;
                    (samples[0], samples[1], samples[2]) = (r / 255.0, g / 255.0, b / 255.0);
                    profile.Apply(samples);
                    if (!Near(samples[0], r) || (profile.Channels == 3 && (!Near(samples[1], g) || !Near(samples[2], b)))) return profile;
                }
            }
        }
        return new(IccVerdict.Srgb, profile.Channels);

        static bool Near(double value, int meant) => Math.Abs(value * 255 - meant) <= (meant <= 32 ? 8 : 3);
    }

    private void Apply(Span<double> samples)
    {
        if (Channels == 1)
        {
            samples[0] = Encode(Curves[0](samples[0]));
            return;
        }
        var (r, g, b) = (Curves[0](samples[0]), Curves[1](samples[1]), Curves[2](samples[2]));
        for (var i = 0; i < 3; i++) samples[i] = Encode(Matrix[3 * i] * r + Matrix[3 * i + 1] * g + Matrix[3 * i + 2] * b);
    }

    private static ReadOnlySpan<byte> Tag(ReadOnlySpan<byte> profile, ReadOnlySpan<byte> name)
    {
        var count = BinaryPrimitives.ReadUInt32BigEndian(profile[128..]);
        for (var i = 0; i < count; i++)
        {
            var entry = profile.Slice(132 + 12 * i, 12);
            if (!entry.StartsWith(name)) continue;
            long offset = BinaryPrimitives.ReadUInt32BigEndian(entry[4..]), length = BinaryPrimitives.ReadUInt32BigEndian(entry[8..]);
            return offset + length <= profile.Length ? profile.Slice((int)offset, (int)length) : default;
        }
        return default;
    }

    private static (double X, double Y, double Z)? Xyz(ReadOnlySpan<byte> tag) =>
        tag.Length < 20 || !tag.StartsWith("XYZ "u8) ? null : (Fixed(tag[8..]), Fixed(tag[12..]), Fixed(tag[16..]));

    private static double Fixed(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadInt32BigEndian(at) / 65536.0;

    private static Func<double, double>? Curve(ReadOnlySpan<byte> tag)
    {
        if (tag.Length < 12) return null;
        if (tag.StartsWith("curv"u8))
        {
            var count = BinaryPrimitives.ReadUInt32BigEndian(tag[8..]);
            if (count > 65_536 || 12 + 2 * count > tag.Length) return null;
            if (count == 0) return static x => x;
            if (count == 1)
            {
                var gamma = BinaryPrimitives.ReadUInt16BigEndian(tag[12..]) / 256.0;
                return x => Math.Pow(x, gamma);
            }
            var table = new double[count];
            for (var i = 0; i < count; i++) table[i] = BinaryPrimitives.ReadUInt16BigEndian(tag[(12 + 2 * i)..]) / 65535.0;
            return x =>
            {
                var at = Math.Clamp(x, 0, 1) * (table.Length - 1);
                var low = Math.Min((int)at, table.Length - 2);
                return table[low] + (table[low + 1] - table[low]) * (at - low);
            };
        }
        if (!tag.StartsWith("para"u8)) return null;
        var type = BinaryPrimitives.ReadUInt16BigEndian(tag[8..]);
        var needed = type switch { 0 => 1, 1 => 3, 2 => 4, 3 => 5, 4 => 7, _ => 99 };
        if (tag.Length < 12 + 4 * needed) return null;
        var p = new double[7];
        for (var i = 0; i < needed; i++) p[i] = Fixed(tag[(12 + 4 * i)..]);
        var (g, a, b, c, d, e, f) = (p[0], p[1], p[2], p[3], p[4], p[5], p[6]);
        return type switch
        {
            0 => x => Math.Pow(x, g),
            1 => x => a * x + b >= 0 ? Math.Pow(a * x + b, g) : 0,
            2 => x => a * x + b >= 0 ? Math.Pow(a * x + b, g) + c : c,
            3 => x => x >= d ? Math.Pow(Math.Max(0, a * x + b), g) : c * x,
            _ => x => x >= d ? Math.Pow(Math.Max(0, a * x + b), g) + e : c * x + f,
        };
    }

    private static byte[] MakeEncoded()
    {
        var table = new byte[65_536];
        // From step to step: 255 powers, not 65,536.
        for (int step = 0, at = 0; step < 256; step++)
        {
            var value = (step + 0.5) / 255;
            var end = step == 255 ? table.Length : (int)Math.Ceiling(65_535 * (value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4)));
            table.AsSpan(at, end - at).Fill((byte)step);
            at = end;
        }
        return table;
    }

    private float[][] Linear(int most) =>
        [.. Curves.Select(curve => Enumerable.Range(0, most + 1).Select(i => (float)(curve(i / (double)most) is var v && double.IsFinite(v) ? v : 0)).ToArray())];

    private sealed class Eight(IccProfile profile, int step) : IRowConversion
    {
        private readonly float[][] linear = profile.Linear(255);
        private readonly float[] m = [.. profile.Matrix.Select(static v => (float)v)];

        public void Row(Span<byte> row)
        {
            if (profile.Channels == 1)
            {
                for (var i = 0; i < row.Length; i += step) row[i] = Out(linear[0][row[i]]);
                return;
            }
            for (var i = 0; i + 3 <= row.Length; i += step)
            {
                var (r, g, b) = (linear[0][row[i]], linear[1][row[i + 1]], linear[2][row[i + 2]]);
                row[i] = Out(m[0] * r + m[1] * g + m[2] * b);
                row[i + 1] = Out(m[3] * r + m[4] * g + m[5] * b);
                row[i + 2] = Out(m[6] * r + m[7] * g + m[8] * b);
            }
        }

        private static byte Out(float value) => Encoded[value <= 0 ? 0 : value >= 1 ? 65_535 : (int)(value * 65_535 + 0.5f)];
    }

    private sealed class Sixteen(IccProfile profile, int step) : IRowConversion
    {
        private readonly float[][] linear = profile.Linear(65_535);

        public void Row(Span<byte> row)
        {
            for (var i = 0; i + 2 * profile.Channels <= row.Length; i += 2 * step)
            {
                var r = linear[0][BinaryPrimitives.ReadUInt16BigEndian(row[i..])];
                if (profile.Channels == 1)
                {
                    Put(row[i..], r);
                    continue;
                }
                var (g, b) = (linear[1][BinaryPrimitives.ReadUInt16BigEndian(row[(i + 2)..])], linear[2][BinaryPrimitives.ReadUInt16BigEndian(row[(i + 4)..])]);
                var m = profile.Matrix;
                Put(row[i..], m[0] * r + m[1] * g + m[2] * b);
                Put(row[(i + 2)..], m[3] * r + m[4] * g + m[5] * b);
                Put(row[(i + 4)..], m[6] * r + m[7] * g + m[8] * b);
            }
        }

        private static void Put(Span<byte> at, double linear) => BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)Math.Round(65_535 * Encode(linear)));
    }
}

/// <summary>What is to be done about a profile.</summary>
internal enum IccVerdict
{
    /// <summary>Broken, or not for these pixels: left out, as viewers ignore it.</summary>
    Unusable,

    /// <summary>Says what sRGB says: left out, nothing changes.</summary>
    Srgb,

    /// <summary>Primaries and curves of its own: the pixels are converted.</summary>
    ByCurves,

    /// <summary>Tables (CMYK, scanners): converted by lcms2.</summary>
    ByTables,
}

/// <summary>Changes the colours of one row, in place.</summary>
internal interface IRowConversion
{
    void Row(Span<byte> row);
}
