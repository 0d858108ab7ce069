using Sekisho.Sanitizer.Images.Png;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images;

/// <summary>A picture as small as a screen shows it, for people to look at (見比べるための絵).</summary>
internal static class SmallPicture
{
    /// <summary>The longer side, in pixels.</summary>
    private const int Most = 1600;

    /// <param name="pixel">Red, green and blue at a column and a row, from the upper left.</param>
    public static void Write(Scratch output, int width, int height, Func<int, int, (byte Red, byte Green, byte Blue)> pixel, Job job)
    {
        // Each pixel of it is the mean of a square: thin lines of a scan stay grey instead of going.
        var step = Math.Max(1, (Math.Max(width, height) + Most - 1) / Most);
        var (across, down) = (Math.Max(1, width / step), Math.Max(1, height / step));
        var png = new PngWriter(output);
        png.Start(across, down, 8, 2);
        using (var rows = png.Begin(3 * across, down, 3, filtered: true))
        {
            for (var y = 0; y < down; y++)
            {
                job.Budget.Check();
                var row = new byte[PngRows.Front + 3 * across];
                for (var x = 0; x < across; x++)
                {
                    var (red, green, blue, count) = (0, 0, 0, 0);
                    for (var j = y * step; j < Math.Min(height, (y + 1) * step); j++)
                    {
                        for (var i = x * step; i < Math.Min(width, (x + 1) * step); i++)
                        {
                            var (r, g, b) = pixel(i, j);
                            (red, green, blue, count) = (red + r, green + g, blue + b, count + 1);
                        }
                    }
                    var at = PngRows.Front + 3 * x;
                    (row[at], row[at + 1], row[at + 2]) = ((byte)(red / count), (byte)(green / count), (byte)(blue / count));
                }
                rows.Row(row);
            }
            rows.Finish();
        }
        png.End();
    }
}
