namespace Sekisho.Agent.Linux;

/// <summary>Order of Debian's version numbers. Source: Debian Policy 5.6.12, deb-version(7).</summary>
internal sealed class DebianVersion : IComparer<string>
{
    public static DebianVersion Order { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (a, b) = (Split(x ?? ""), Split(y ?? ""));
        var epochs = a.Epoch.CompareTo(b.Epoch);
        if (epochs != 0) return epochs;
        var upstream = Part(a.Upstream, b.Upstream);
        return upstream != 0 ? upstream : Part(a.Revision, b.Revision);
    }

    private static (long Epoch, string Upstream, string Revision) Split(string version)
    {
        var colon = version.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon > 0 && long.TryParse(version.AsSpan(0, colon), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
        var rest = version[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, "") : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    /// <summary>By turns what isn't digits and what is; ~ is before everything, even the end.</summary>
    private static int Part(string a, string b)
    {
        var (i, j) = (0, 0);
        while (i < a.Length || j < b.Length)
        {
            while (i < a.Length && !char.IsAsciiDigit(a[i]) || j < b.Length && !char.IsAsciiDigit(b[j]))
            {
                var order = Weight(a, i).CompareTo(Weight(b, j));
                if (order != 0) return order;
                (i, j) = (i + 1, j + 1);
            }
            while (i < a.Length && a[i] == '0') i++;
            while (j < b.Length && b[j] == '0') j++;
            var (from, first) = (i, 0);
            var other = j;
            while (i < a.Length && j < b.Length && char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                if (first == 0) first = a[i].CompareTo(b[j]);
                (i, j) = (i + 1, j + 1);
            }
            if (i < a.Length && char.IsAsciiDigit(a[i])) return 1;
            if (j < b.Length && char.IsAsciiDigit(b[j])) return -1;
            if (first != 0) return first;
            if (i == from && j == other && i >= a.Length && j >= b.Length) break;
        }
        return 0;
    }

    private static int Weight(string text, int at) => at >= text.Length || char.IsAsciiDigit(text[at]) ? 0 : text[at] == '~' ? -1 : char.IsAsciiLetter(text[at]) ? text[at] : text[at] + 256;
}
