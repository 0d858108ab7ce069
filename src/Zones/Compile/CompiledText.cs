using Sekisho.Zones.Model;

namespace Sekisho.Zones.Compile;

/// <summary>Sets of the model in the pieces that every target can write.</summary>
internal static class CompiledText
{
    public static IEnumerable<AddressPrefix> Prefixes(AddressSet set, bool v6)
    {
        var one = v6 ? AddressSet.Of(set.V6) : AddressSet.Of(set.V4);
        var count = v6 ? one.V6.Count : one.V4.Count;
        for (var i = 0; i < count; i++)
        {
            var (low, high) = v6 ? (Address.V6(one.V6.Bounds[2 * i]), Address.V6(one.V6.Bounds[2 * i + 1])) : (Address.V4(one.V4.Bounds[2 * i]), Address.V4(one.V4.Bounds[2 * i + 1]));
            foreach (var prefix in AddressText.Prefixes(low, high)) yield return prefix;
        }
    }

    public static IEnumerable<int> Types(Service service) => Enumerable.Range(0, 256).Where(t => service.Icmp.Contains((ushort)(t << 8)));

    public static IEnumerable<(ushort Low, ushort High)> Ranges(IntervalSet<ushort> ports)
    {
        for (var i = 0; i < ports.Count; i++) yield return (ports.Bounds[2 * i], ports.Bounds[2 * i + 1]);
    }

    /// <summary>A flow's id where devices take few characters.</summary>
    public static string Comment(string name) => new([.. name.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '>').Take(60)]);
}
