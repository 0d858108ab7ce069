using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>Where on earth a map or an aerial picture lies (GeoTIFF): numbers and names of coordinate systems, which are its data. Written anew key by key.</summary>
/// <remarks>Source: OGC GeoTIFF 1.1 (19-008r4). What the keys don't point to doesn't come out.</remarks>
internal static class GeoTags
{
    public const int Scale = 33550, Tiepoints = 33922, Transformation = 34264, Directory = 34735, Doubles = 34736, Ascii = 34737, NoData = 42113;

    private const int MostTiepoints = 6 * 4096, MostKeys = 200, MostText = 4096;

    public static readonly int[] All = [Scale, Tiepoints, Transformation, Directory, Doubles, Ascii, NoData];

    /// <summary>The entries that are written; those that aren't are told.</summary>
    public static List<(ushort Tag, ushort Type, uint[] Values)> Read(TiffDirectory from, string place, Job job)
    {
        var entries = new List<(ushort, ushort, uint[])>();
        Numbers(Scale, static n => n == 3);
        Numbers(Tiepoints, static n => n % 6 == 0);
        Numbers(Transformation, static n => n == 16);
        Keys(from, entries, place, job);
        if (from.Has(NoData))
        {
            var text = Encoding.Latin1.GetString(from.Bytes(NoData).Span).TrimEnd('\0', ' ');
            if (text.Length is > 0 and < 40 && (text is "nan" or "NaN" or "-nan" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))) entries.Add((NoData, 2, Characters(text + "\0")));
            else Tell(NoData);
        }
        return entries;

        void Numbers(ushort tag, Func<int, bool> isRight)
        {
            if (!from.Has(tag)) return;
            var numbers = from.Doubles(tag, MostTiepoints + 1);
            if (numbers.Length is > 0 and <= MostTiepoints && isRight(numbers.Length) && numbers.All(double.IsFinite)) entries.Add((tag, 12, Words(numbers)));
            else Tell(tag);
        }

        void Tell(int tag) => job.Remove("I-09", place, $"tag {tag}");
    }

    private static void Keys(TiffDirectory from, List<(ushort, ushort, uint[])> entries, string place, Job job)
    {
        if (!from.Has(Directory))
        {
            foreach (var tag in (int[])[Doubles, Ascii])
            {
                if (from.Has(tag)) job.Remove("I-09", place, $"tag {tag}");
            }
            return;
        }
        var directory = from.Numbers(Directory, 4 + (4 * MostKeys));
        if (directory.Length < 4 || directory[0] != 1 || directory[1] != 1 || directory[2] > 1 || directory.Length < 4 + (4 * directory[3]))
        {
            job.Remove("I-09", place, $"tag {Directory}");
            return;
        }
        var numbers = from.Doubles(Doubles, 10_000);
        var text = Encoding.Latin1.GetString(from.Bytes(Ascii).Span);
        var (keys, newNumbers, newText) = (new List<uint>(), new List<double>(), new StringBuilder());
        long last = 0;
        for (var i = 1; i <= directory[3]; i++)
        {
            var (key, where, count, value) = (directory[4 * i], directory[(4 * i) + 1], directory[(4 * i) + 2], directory[(4 * i) + 3]);
            var isKnown = key > last && key is >= 1024 and <= 1026 or >= 2048 and <= 2062 or >= 3072 and <= 3096 or >= 4096 and <= 4099;
            if (isKnown && where == 0 && count == 1)
            {
                keys.AddRange([(uint)key, 0, 1, (uint)value]);
            }
            else if (isKnown && where == Doubles && count is > 0 and <= 16 && value + count <= numbers.Length && numbers.Skip((int)value).Take((int)count).All(double.IsFinite))
            {
                keys.AddRange([(uint)key, Doubles, (uint)count, (uint)newNumbers.Count]);
                newNumbers.AddRange(numbers.Skip((int)value).Take((int)count));
            }
            else if (isKnown && where == Ascii && count is > 0 and <= 1024 && value + count <= text.Length && newText.Length + count <= MostText)
            {
                // Names of systems in ASCII; each ends with a bar.
                var name = new string([.. text.Substring((int)value, (int)count).TrimEnd('|', '\0').Select(static c => c is >= ' ' and <= '~' and not '|' ? c : ' ')]) + "|";
                keys.AddRange([(uint)key, Ascii, (uint)name.Length, (uint)newText.Length]);
                newText.Append(name);
            }
            else
            {
                job.Remove("I-09", place, $"geographic key {key}");
                continue;
            }
            last = key;
        }
        if (keys.Count == 0) return;
        entries.Add((Directory, 3, [1, 1, (uint)directory[2], (uint)keys.Count / 4, .. keys]));
        if (newNumbers.Count > 0) entries.Add((Doubles, 12, Words([.. newNumbers])));
        if (newText.Length > 0) entries.Add((Ascii, 2, Characters(newText.Append('\0').ToString())));
    }

    private static uint[] Characters(string text) => [.. text.Select(static c => (uint)c)];

    private static uint[] Words(double[] numbers)
    {
        var words = new uint[2 * numbers.Length];
        Span<byte> eight = stackalloc byte[8];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(eight, numbers[i]);
            (words[2 * i], words[(2 * i) + 1]) = (BinaryPrimitives.ReadUInt32LittleEndian(eight), BinaryPrimitives.ReadUInt32LittleEndian(eight[4..]));
        }
        return words;
    }
}
