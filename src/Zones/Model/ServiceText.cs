using System.Globalization;

namespace Sekisho.Zones.Model;

/// <summary>Services as people write them: <c>tcp/443</c>, <c>udp/53 from 1024-65535</c>, <c>icmp type 8</c>.</summary>
internal static class ServiceText
{
    public static string Write(ServiceSet set) =>
        set.IsAny ? "any" : set.Services.Length == 0 ? "none" : string.Join("; ", set.Services.Select(Write));

    public static string Write(Service service)
    {
        var protocols = service.Protocols.IsAll ? "any"
            : service.Protocols.Count > 8 ? "any but " + string.Join(",", (~service.Protocols).Members().Take(8).Select(Protocols.Name))
            : string.Join(",", service.Protocols.Members().Select(Protocols.Name));
        var text = protocols;
        if (!(service.Protocols & Protocols.WithPorts).IsEmpty)
        {
            if (!service.DestinationPorts.IsAll) text += "/" + AddressText.Write(service.DestinationPorts);
            if (!service.SourcePorts.IsAll) text += " from " + AddressText.Write(service.SourcePorts);
        }
        if (!(service.Protocols & Protocols.WithTypes).IsEmpty && !service.Icmp.IsAll) text += " type " + Types(service.Icmp);
        if (service.Protocols.Contains(Protocols.Tcp) && !service.Flags.IsAll)
            text += service.Flags == TcpFlags.Established ? " established" : service.Flags == TcpFlags.Opening ? " opening" : " with some flags";
        return text;
    }

    private static string Types(IntervalSet<ushort> icmp)
    {
        var parts = new List<string>();
        var bounds = icmp.Bounds;
        for (var i = 0; i < bounds.Length; i += 2)
        {
            int low = bounds[i], high = bounds[i + 1];
            if (low == high) parts.Add(string.Create(CultureInfo.InvariantCulture, $"{low >> 8}/{low & 255}"));
            else if ((low & 255) == 0 && (high & 255) == 255) parts.Add(low >> 8 == high >> 8 ? string.Create(CultureInfo.InvariantCulture, $"{low >> 8}") : string.Create(CultureInfo.InvariantCulture, $"{low >> 8}-{high >> 8}"));
            else parts.Add(string.Create(CultureInfo.InvariantCulture, $"{low >> 8}/{low & 255}-{high >> 8}/{high & 255}"));
        }
        return string.Join(", ", parts);
    }
}
