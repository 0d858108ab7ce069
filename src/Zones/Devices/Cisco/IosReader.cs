using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>Cisco IOS and IOS-XE: routers and switches with access lists.</summary>
/// <remarks>
/// Source: Cisco IOS Security Configuration Guide, "Access Control Lists": an applied list ends in an implicit deny; a list that does not
/// exist, or is empty, lets all through; wildcard masks; lists keep no state, "established" is a look at flags. Inbound lists see
/// addresses before, outbound lists after the translation from inside to outside ("NAT Order of Operation", Cisco 6209).
/// </remarks>
public sealed class IosReader : IConfigReader
{
    public string Vendor => "ios";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 1500; i++)
        {
            var line = lines[i].AsSpan().TrimEnd();
            if (line.StartsWith("ASA Version") || line.StartsWith("PIX Version") || line.StartsWith(": Saved") || line.StartsWith("nameif ") || line.TrimStart().StartsWith("nameif ") || line.TrimStart().StartsWith("security-level ") || line.StartsWith("! NEC ") || line.IndexOf(" access-group ") >= 0 && line.IndexOf(" in interface ") > 0
                || line.IndexOf("AlliedWare") >= 0 || line.StartsWith("<"))
            {
                return 0;
            }

            if (line.StartsWith("ip access-list extended ") || line.StartsWith("ip access-list standard ") || line.StartsWith(" ip access-group ") || line.StartsWith(" ip address ") || line.StartsWith("interface GigabitEthernet") || line.StartsWith("interface FastEthernet") || line.StartsWith("interface Vlan")
                || line.StartsWith("interface Ethernet") || line.StartsWith("interface Loopback") || line.StartsWith("interface TenGigabitEthernet") || line.StartsWith("ip route ") || line.StartsWith("router ") || line.StartsWith("ipv6 access-list ") || (line.StartsWith("access-list ") && (line.IndexOf(" permit ") > 0 || line.IndexOf(" deny ") > 0)))
            {
                score += 20;
            }
            else if (line.StartsWith("hostname ") || line.StartsWith("version 1") || line.StartsWith("!RANCID-CONTENT-TYPE: cisco") || line.StartsWith("service timestamps") || line.StartsWith("line vty"))
            {
                score += 12;
            }
        }

        return Math.Min(score, 80);
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        var reading = new IosFile(work);
        reading.ReadAll();
        return work.Finish([reading.ToDevice()]);
    }
}
