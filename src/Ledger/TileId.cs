using System.Globalization;
using System.Text;

namespace Sekisho.Ledger;

/// <summary>A tile of the log: up to 256 consecutive hashes of one level in every eight.</summary>
/// <param name="Level">0: leaf hashes; L: roots of full tiles of level L−1.</param>
/// <param name="Index">Position within the level.</param>
/// <param name="Width">Number of hashes, 1 to 256.</param>
/// <remarks>Source: C2SP tlog-tiles.</remarks>
public readonly record struct TileId(int Level, ulong Index, int Width)
{
    /// <summary>Hashes in a full tile.</summary>
    public const int FullWidth = 256;

    /// <summary>Binary levels that a tile spans.</summary>
    public const int Height = 8;

    public bool IsFull => Width == FullWidth;

    /// <summary>Path in a bundle, e.g. <c>tile/0/x001/x234/067.p/12</c>.</summary>
    public string Path => $"tile/{Level.ToString(CultureInfo.InvariantCulture)}/{Suffix}";

    /// <summary>Path of the entries under a level-0 tile, e.g. <c>tile/entries/x001/x234/067</c>.</summary>
    public string EntriesPath => $"tile/entries/{Suffix}";

    private string Suffix
    {
        get
        {
            var digits = Index.ToString("D3", CultureInfo.InvariantCulture);
            digits = digits.PadLeft((digits.Length + 2) / 3 * 3, '0');
            var path = new StringBuilder(digits.Length * 2);
            for (var i = 0; i < digits.Length; i += 3)
            {
                if (i + 3 < digits.Length) path.Append('x').Append(digits, i, 3).Append('/');
                else path.Append(digits, i, 3);
            }
            if (!IsFull) path.Append(CultureInfo.InvariantCulture, $".p/{Width}");
            return path.ToString();
        }
    }

    /// <summary>Number of hashes that a log of <paramref name="size"/> entries has at a tile level.</summary>
    public static ulong HashesAt(int level, ulong size) => level * Height >= 64 ? 0 : size >> (level * Height);

    /// <summary>The tile at a position as it is in a log of <paramref name="size"/> entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The log has no such tile.</exception>
    public static TileId At(int level, ulong index, ulong size)
    {
        var hashes = HashesAt(level, size);
        if (index > hashes / FullWidth || index * FullWidth >= hashes)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"A log of {size} entries has no such tile at level {level}.");
        return new TileId(level, index, (int)Math.Min(FullWidth, hashes - index * FullWidth));
    }

    /// <summary>All tiles of a log of <paramref name="size"/> entries, level by level.</summary>
    public static IEnumerable<TileId> All(ulong size)
    {
        for (var level = 0; HashesAt(level, size) > 0; level++)
        {
            var hashes = HashesAt(level, size);
            for (ulong index = 0; index < hashes / FullWidth; index++) yield return new TileId(level, index, FullWidth);
            if (hashes % FullWidth > 0) yield return new TileId(level, hashes / FullWidth, (int)(hashes % FullWidth));
        }
    }
}
