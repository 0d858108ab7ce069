using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Web.Pages.Zones;

/// <summary>Packets in the words of a network officer: whose addresses, to whose, by what service.</summary>
public sealed class TrafficWords(ZonePolicy? policy, Func<Bilingual, string> speak)
{
    /// <summary>More addresses than this are counted, not listed.</summary>
    private const int Most = 4;

    /// <summary>Names that people use of ports. Source: IANA Service Name and Transport Protocol Port Number Registry.</summary>
    private static readonly Dictionary<ushort, string> Known = new()
    {
        [20] = "FTP", [21] = "FTP", [22] = "SSH", [23] = "Telnet", [25] = "SMTP", [53] = "DNS", [67] = "DHCP", [69] = "TFTP", [80] = "HTTP", [88] = "Kerberos", [110] = "POP3", [123] = "NTP", [135] = "RPC", [137] = "NetBIOS", [138] = "NetBIOS", [139] = "NetBIOS",
        [143] = "IMAP", [161] = "SNMP", [162] = "SNMP trap", [389] = "LDAP", [443] = "HTTPS", [445] = "SMB", [514] = "syslog", [515] = "LPR", [587] = "SMTP", [636] = "LDAPS", [993] = "IMAPS", [995] = "POP3S", [1433] = "SQL Server", [1521] = "Oracle",
        [3306] = "MySQL", [3389] = "RDP", [5432] = "PostgreSQL", [5985] = "WinRM", [8080] = "HTTP", [9100] = "RAW",
    };

    public string Of(Traffic traffic)
    {
        ArgumentNullException.ThrowIfNull(traffic);
        return $"{Of(traffic.Source)} → {Of(traffic.Destination)}　{Of(traffic.Services)}";
    }

    /// <summary>The zones that the addresses lie in, and the addresses.</summary>
    public string Of(AddressSet addresses)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        if (addresses.IsAll || addresses == AddressSet.AllV4 || addresses == AddressSet.AllV6) return speak(new("すべての宛先・送信元", "anything")) + (addresses.IsAll ? "" : addresses == AddressSet.AllV4 ? "（IPv4）" : "（IPv6）");
        var zones = policy?.Zones.Where(z => z.Addresses.Overlaps(addresses)).Select(z => z.Name).ToList() ?? [];
        var text = addresses.ToString().Split(", ");
        var list = text.Length <= Most ? string.Join(", ", text) : string.Join(", ", text.Take(Most)) + speak(new($" ほか {text.Length - Most}", $" and {text.Length - Most} more"));
        return zones.Count == 0 ? list : zones.Count > 2 ? speak(new($"{zones.Count} つの領域 {list}", $"{zones.Count} zones {list}")) : $"{string.Join(speak(new("・", ", ")), zones)} {list}";
    }

    /// <summary>Traffic as a kept report says it (<c>addresses → addresses services</c>), long lists of addresses counted: a slip in a wildcard mask makes hundreds.</summary>
    public static string Shortened(string flows, Func<Bilingual, string> speak)
    {
        ArgumentNullException.ThrowIfNull(flows);
        ArgumentNullException.ThrowIfNull(speak);
        return FlowText.Shortened(flows, Most, more => speak(new($" ほか {more}", $" and {more} more")));
    }

    public string Of(ServiceSet services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.IsAny) return speak(new("すべての通信", "any service"));
        return string.Join(speak(new("、", ", ")), services.Services.Select(s => new ServiceSet([s]).ToString() + Name(s)).Distinct());
    }

    private static string Name(Service service) =>
        service.DestinationPorts is { Count: 1 } ports && ports.Bounds[0] == ports.Bounds[1] && Known.TryGetValue(ports.Bounds[0], out var name) ? string.Create(CultureInfo.InvariantCulture, $"（{name}）") : "";
}
