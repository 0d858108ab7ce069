using System.Buffers.Binary;
using System.Text;

namespace Sekisho.Sanitizer.Tests.Images;

/// <summary>Profiles of three primaries and the curve of sRGB, as cameras and phones write them.</summary>
internal static class IccMaker
{
    public static byte[] Srgb { get; } = Make([0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]);

    public static byte[] DisplayP3 { get; } = Make([0.51512, 0.24120, -0.00105], [0.29198, 0.69225, 0.04189], [0.15710, 0.06657, 0.78407]);

    /// <summary>Inks by a table of sixteen corners: the more ink, the darker, and black is black.</summary>
    public static byte[] Inks { get; } = Profile("prtrCMYKLab "u8,
    [
        ("A2B0",
        [
            .. "mft1\0\0\0\0"u8, 4, 3, 2, 0, .. new[] { 1.0, 0, 0, 0, 1, 0, 0, 0, 1 }.SelectMany(Fixed),
            .. Enumerable.Range(0, 4 * 256).Select(static i => (byte)i),
            .. Enumerable.Range(0, 16).SelectMany(static i => (byte[])[(i & 1) == 1 ? (byte)0 : (byte)(255 * (3 - (i >> 1 & 1) - (i >> 2 & 1) - (i >> 3 & 1)) / 3), 128, 128]),
            .. Enumerable.Range(0, 3 * 256).Select(static i => (byte)i),
        ]),
    ]);

    private static byte[] Make(params double[][] primaries)
    {
        var tags = new List<(string Name, byte[] Content)>();
        for (var i = 0; i < 3; i++)
        {
            tags.Add(($"{"rgb"[i]}XYZ", [.. "XYZ \0\0\0\0"u8, .. primaries[i].SelectMany(Fixed)]));
            tags.Add(($"{"rgb"[i]}TRC", [.. "para\0\0\0\0"u8, 0, 3, 0, 0, .. new[] { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 }.SelectMany(Fixed)]));
        }
        return Profile("mntrRGB XYZ "u8, tags);
    }

    private static byte[] Profile(ReadOnlySpan<byte> kind, List<(string Name, byte[] Content)> tags)
    {
        var body = new MemoryStream();
        var table = new MemoryStream();
        table.Write(PngMaker.Big(tags.Count));
        foreach (var (name, content) in tags)
        {
            table.Write(Encoding.ASCII.GetBytes(name));
            table.Write(PngMaker.Big(128 + 4 + 12 * tags.Count + (int)body.Length));
            table.Write(PngMaker.Big(content.Length));
            body.Write(content);
        }
        var header = new byte[128];
        kind.CopyTo(header.AsSpan(12));
        "acsp"u8.CopyTo(header.AsSpan(36));
        header[8] = 4;
        byte[] all = [.. header, .. table.ToArray(), .. body.ToArray()];
        BinaryPrimitives.WriteInt32BigEndian(all, all.Length);
        return all;
    }

    private static byte[] Fixed(double value) => PngMaker.Big((int)Math.Round(value * 65_536));
}
