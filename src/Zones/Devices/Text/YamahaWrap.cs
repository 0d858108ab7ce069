using System.Collections.Frozen;

namespace Sekisho.Zones.Devices;

/// <summary>The line wrap of YAMAHA's "show config" on a console: at 80 columns, in the middle of words and numbers.</summary>
internal static class YamahaWrap
{
    /// <summary>Console columns ("console columns", default 80).</summary>
    public const int Width = 80;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Commands = FrozenSet.ToFrozenSet(
        [
            "ip", "ipv6", "pp", "ppp", "pppoe", "tunnel", "ipsec", "nat", "dns", "dhcp", "syslog", "l2tp", "pptp", "lan", "vlan", "switch", "bridge", "queue",
            "qos", "schedule", "snmp", "sntpd", "ntp", "ntpdate", "httpd", "sshd", "telnetd", "sftpd", "tftp", "login", "administrator", "user", "security",
            "console", "timezone", "description", "netvolante-dns", "upnp", "url", "rip", "ospf", "bgp", "isdn", "provider", "mobile", "wan", "bri", "leased",
            "account", "clear", "no", "external-memory", "operation", "system", "alarm", "cooperation", "diagnosis", "ethernet", "statistics", "set", "speed",
            "embedded", "mail", "lua", "usbhost", "sd", "loopback", "interface", "ngn", "sip", "auth", "radius", "vrrp", "rtp", "dashboard", "trigger", "trigger-dns",
            "heartbeat", "heartbeat2", "heart", "http", "wwan", "wwan-module", "name", "snmpv3", "save", "date", "time", "yno", "dpi", "onu", "fr", "ppk", "ping", "class",
            "remote", "scan", "sshd-public", "packetdump", "disconnect", "connect", "copy", "nslookup", "traceroute", "router", "pki", "certificate", "mld", "igmp", "pim", "tcp",
            "arp", "dot1x", "apmanager", "ap", "slave", "controller", "analog", "rebound", "packet-buffer", "application", "loop-detect", "terminal", "switching-hub", "l2ms",
        ],
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Columns a console gives the text: two for what is not ASCII (and not half-width kana).</summary>
    public static int Columns(ReadOnlySpan<char> line)
    {
        var columns = line.Length;
        foreach (var c in line)
        {
            if (c >= 0x1100 && (c < 0xFF61 || c > 0xFF9F)) columns++;
        }

        return columns;
    }

    /// <summary>Whether a line can be the start of a command: indented (a select's body), a comment, or a known first word.</summary>
    public static bool StartsCommand(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty || line[0] is '#' or ';') return true;
        var trimmed = line.TrimStart();
        var end = trimmed.IndexOfAny(" \t\r");
        var word = end < 0 ? trimmed : trimmed[..end];
        return Commands.Contains(word.TrimEnd("0123456789/")) || Commands.Contains(word);
    }
}
