using System.Numerics;
using System.Text;

namespace Sekisho.Zones.Model;

/// <summary>Sets as people write them: <c>10.1.0.0/16, 10.2.0.5-10.2.0.9</c>.</summary>
internal static class AddressText
{
    public static string Write(AddressSet set)
    {
        if (set.IsAll) return "any";
        if (set.IsEmpty) return "none";
        var to = new StringBuilder();
        if (set.V4.IsAll) to.Append("0.0.0.0/0");
        else Write(set.V4, 32, to);
        if (set.V6.IsAll) to.Append(to.Length > 0 ? ", ::/0" : "::/0");
        else Write(set.V6, 128, to);
        return to.ToString();
    }

    private static void Write<T>(IntervalSet<T> set, int width, StringBuilder to)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var bounds = set.Bounds;
        for (var i = 0; i < bounds.Length; i += 2)
        {
            if (to.Length > 0) to.Append(", ");
            var low = new Address(width == 128, UInt128.CreateTruncating(bounds[i]));
            var high = new Address(width == 128, UInt128.CreateTruncating(bounds[i + 1]));
            Write(low, to);
            if (low == high) continue;
            if (PrefixLength(low.Value, high.Value, width) is { } length) to.Append('/').Append(length);
            else Write(high, to.Append('-'));
        }
    }

    private static void Write(Address address, StringBuilder to)
    {
        if (address.IsV6)
        {
            to.Append(address.ToString());
            return;
        }
        var value = (uint)address.Value;
        to.Append(value >> 24).Append('.').Append(value >> 16 & 255).Append('.').Append(value >> 8 & 255).Append('.').Append(value & 255);
    }

    /// <summary>The length of the prefix that spans exactly this interval, if there is one.</summary>
    public static int? PrefixLength(UInt128 low, UInt128 high, int width)
    {
        var differ = low ^ high;
        var bits = 128 - (int)UInt128.LeadingZeroCount(differ);
        var host = bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;
        return differ == host && (low & host) == 0 ? width - bits : null;
    }

    /// <summary>The fewest prefixes that make up the interval.</summary>
    public static IEnumerable<AddressPrefix> Prefixes(Address low, Address high)
    {
        var width = low.IsV6 ? 128 : 32;
        var from = low.Value;
        while (true)
        {
            var bits = from == 0 ? width : Math.Min(width, (int)UInt128.TrailingZeroCount(from));
            while (bits > 0 && from + Span(bits) > high.Value) bits--;
            yield return new(new(low.IsV6, from), width - bits);
            var last = from + Span(bits);
            if (last >= high.Value) yield break;
            from = last + 1;
        }
        static UInt128 Span(int bits) => bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;
    }

    public static string Write(IntervalSet<ushort> ports)
    {
        if (ports.IsAll) return "any";
        var bounds = ports.Bounds;
        var to = new StringBuilder();
        for (var i = 0; i < bounds.Length; i += 2)
        {
            if (i > 0) to.Append(", ");
            to.Append(bounds[i]);
            if (bounds[i] != bounds[i + 1]) to.Append('-').Append(bounds[i + 1]);
        }
        return to.ToString();
    }
}
