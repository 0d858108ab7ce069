using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Allied;

/// <summary>Allied Telesis AlliedWare Plus: switches with hardware access lists, AR-series routers with firewall and NAT rules.</summary>
/// <remarks>
/// Source: AlliedWare Plus Command Reference, "IPv4 Hardware Access Control List Commands" (first match in the order of application; what matches nothing is
/// forwarded; inbound only), "Firewall Commands" (rules in the order of their numbers; "log" goes on; with "protect" what no rule permits is dropped),
/// "Application and Entity Commands", "NAT Commands". Legacy AlliedWare ("add firewall policy …") is another language and isn't read.
/// </remarks>
public sealed class AlliedReader : IConfigReader
{
    public string Vendor => "allied";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 1500; i++)
        {
            var line = lines[i].AsSpan().TrimEnd();
            if (line.StartsWith("interface port1.") || line.StartsWith("interface port2.") || line.StartsWith("access-list hardware ") || line.StartsWith("platform hwfilter-size") || line.Contains("AlliedWare Plus", StringComparison.Ordinal)) score += 50;
            else if (line.StartsWith("switch 1 provision ") || line.StartsWith("atmf ") || line.StartsWith("hostname awplus") || line.StartsWith(" ip subnet ") || line.StartsWith("  ip subnet ")) score += 40;
            else if (line.StartsWith(" rule ") && line.Contains(" from ", StringComparison.Ordinal) && line.Contains(" to ", StringComparison.Ordinal)) score += 30;
            else if (line.StartsWith("access-list 3") && line.Length > 17 && line[16] == ' ' && (line.Contains(" permit ", StringComparison.Ordinal) || line.Contains(" deny ", StringComparison.Ordinal) || line.Contains(" send-to-cpu ", StringComparison.Ordinal))) score += 30;
            else if (line.StartsWith("vlan database") || line.StartsWith("zone ")) score += 10;
        }
        return Math.Min(score, 96);
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        var reading = new AlliedFile(work);
        reading.ReadAll();
        return work.Finish([reading.ToDevice()]);
    }
}
