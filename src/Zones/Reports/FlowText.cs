namespace Sekisho.Zones.Reports;

/// <summary>The words of a report for a class of packets: <c>addresses → addresses services</c>.</summary>
public static class FlowText
{
    /// <summary>Long lists of addresses counted instead: a slip in a wildcard mask makes hundreds.</summary>
    /// <param name="more">Says how many aren't shown.</param>
    public static string Shortened(string flows, int most, Func<int, string> more)
    {
        ArgumentNullException.ThrowIfNull(flows);
        ArgumentNullException.ThrowIfNull(more);
        return string.Join(" → ", flows.Split(" → ").Select(part =>
        {
            // Services stand behind the last address: at the first blank that no comma is before.
            var end = 0;
            while (end < part.Length && (part[end] != ' ' || (end > 0 && part[end - 1] == ','))) end++;
            var addresses = part[..end].Split(", ");
            return addresses.Length <= most + 1 ? part : string.Join(", ", addresses.Take(most)) + more(addresses.Length - most) + part[end..];
        }));
    }
}
