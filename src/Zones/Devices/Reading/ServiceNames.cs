using System.Collections.Frozen;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices;

/// <summary>Names of ports, protocols and ICMP types as devices write them.</summary>
/// <remarks>Source: IANA service names; Cisco's "TCP and UDP Ports" table; YAMAHA's mnemonics table; where vendors differ, their own table goes first.</remarks>
internal static class ServiceNames
{
    private static readonly FrozenDictionary<string, ushort> Ports = Table(
        "echo 7 discard 9 sink 9 systat 11 daytime 13 netstat 15 qotd 17 chargen 19 ftp-data 20 ftpdata 20 ftp_data 20 ftp 21 ssh 22 telnet 23 smtp 25 mail 25 time 37 rlp 39 nameserver 42 whois 43 nicname 43 tacacs 49 tacacs-ds 49 " +
        "domain 53 dns 53 bootps 67 dhcp 67 bootpc 68 tftp 69 gopher 70 finger 79 www 80 http 80 kerberos 88 kerberos-sec 88 krb5 88 hostname 101 pop2 109 pop3 110 pop 110 sunrpc 111 portmap 111 rpcbind 111 ident 113 auth 113 nntp 119 ntp 123 " +
        "epmap 135 msrpc 135 loc-srv 135 netbios_ns 137 netbios-ns 137 nbname 137 netbios_dgm 138 netbios-dgm 138 nbdatagram 138 netbios_ssn 139 netbios-ssn 139 netbios-ss 139 nbsession 139 imap 143 imap2 143 imap4 143 snmp 161 snmptrap 162 snmp-trap 162 cmip-man 163 xdmcp 177 bgp 179 irc 194 mobile-ip 434 mobileip-agent 434 " +
        "dnsix 195 imap3 220 ldap 389 https 443 microsoft-ds 445 kpasswd 464 biff 512 exec 512 login 513 who 513 cmd 514 rsh 514 syslog 514 lpd 515 printer 515 talk 517 ntalk 518 rip 520 route 520 router 520 timed 525 uucp 540 klogin 543 kshell 544 rtsp 554 dhcpv6-client 546 dhcpv6-server 547 submission 587 " +
        "isakmp 500 ike 500 non500-isakmp 4500 ipsec-nat-t 4500 ldaps 636 ftps-data 989 ftps 990 telnets 992 imaps 993 pop3s 995 smtps 465 socks 1080 lotusnotes 1352 ms-sql-s 1433 ms-sql-m 1434 citrix-ica 1494 sqlnet 1521 oracle 1521 h323 1720 l2tp 1701 pptp 1723 radius 1812 radius-acct 1813 old-radius 1645 old-radius-acct 1646 radacct 1813 " +
        "msnp 1863 hsrp 1985 nfs 2049 cifs 3020 pim-auto-rp 496 secureid-udp 5510 ctiqbe 2748 mysql 3306 rdp 3389 ms-wbt-server 3389 sip 5060 sips 5061 aol 5190 postgresql 5432 pcanywhere-data 5631 pcanywhere-status 5632 vnc 5900 x11 6000 http-alt 8080 webcache 8080 http-proxy 8080 vxlan 4789 drip 3949 " +
        "rsync 873 svn 3690 git 9418 mdns 5353 openvpn 1194 rkinit 2108 ekshell 2106 eklogin 2105 krb-prop 754 krbupdate 760 ldp 646 zephyr-clt 2103 zephyr-hm 2104 zephyr-srv 2102 msdp 639 mobilip-mn 435 snpp 444 gprs-gtp-u 2152 sgmp 153 cvspserver 2401 https-alt 8443 iso-tsap 102 netrjs-1 71 netrjs-2 72 netrjs-3 73 netrjs-4 74 " +
        "connectedapps-plain 15001 connectedapps-tls 15002 onep-plain 15001 onep-tls 15002 tcpmux 1 supdup 95 rje 5 re-mail-ck 50 domain-s 853 dns-over-tls 853 wins 1512 ripng 521 sftp 115 uucp-path 117 nfsd 2049 squid 3128 proxy 3128 ircs 994 ircd 6667 amqp 5672 snmp-traps 162 xmpp-client 5222 shell 514 tacacs-plus 49 cups 631 ipp 631 kerberos_v5 88 pcanywhere 5632 zabbix-agent 10050 zabbix-trapper 10051 winbox 8291 bacula-fd 9102 nut 3493 distcc 3632 wsdd 3702 nagios 5667 nrpe 5666 mysqlx 33060 redis 6379 gsidcap 22128 kerberos-adm 749 kerberos4 750 webmin 10000 ");

    private static readonly FrozenDictionary<string, ushort>.AlternateLookup<ReadOnlySpan<char>> PortLookup = Ports.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, ushort> Protocols = Table(
        "ip 0 hopopt 0 hop-by-hop 0 hbh 0 icmp 1 igmp 2 ggp 3 ipip 4 ipinip 4 ip-in-ip 4 ipencap 4 ipv4 4 st 5 tcp 6 cbt 7 egp 8 igp 9 igrp 9 pup 12 udp 17 hmp 20 xns-idp 22 rdp 27 iso-tp4 29 dccp 33 ipv6 41 ipv6-route 43 ipv6-frag 44 fragment 44 rsvp 46 gre 47 esp 50 ipsec-esp 50 ah 51 ahp 51 ipsec-ah 51 ipsec 50 skip 57 ipv6-icmp 58 icmpv6 58 icmp6 58 ipv6-nonxt 59 ipv6-opts 60 " +
        "rspf 73 vmtp 81 eigrp 88 ospf 89 ospfigp 89 nos 94 ax.25 93 etherip 97 encap 98 pim 103 pcp 108 ipcomp 108 vrrp 112 l2tp 115 isis 124 fc 133 sctp 132 udplite 136 udp-lite 136 mobility-header 135 mh 135 mpls 137 hip 139 shim6 140 snp 109 pptp 47 ");

    private static readonly FrozenDictionary<string, ushort>.AlternateLookup<ReadOnlySpan<char>> ProtocolLookup = Protocols.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>ICMP names → type × 256 + code, or type × 256 + 0xFFFF marker for "every code" (in <see cref="Icmp"/>).</summary>
    private static readonly FrozenDictionary<string, int> IcmpTable = IcmpNames(
        "echo-reply 0 pong 0 destination-unreachable 3 unreachable 3 network-unreachable 3/0 net-unreachable 3/0 host-unreachable 3/1 protocol-unreachable 3/2 port-unreachable 3/3 fragmentation-needed 3/4 packet-too-big 3/4 source-route-failed 3/5 network-unknown 3/6 net-unknown 3/6 host-unknown 3/7 host-isolated 3/8 " +
        "network-prohibited 3/9 net-prohibited 3/9 dod-net-prohibited 3/9 host-prohibited 3/10 dod-host-prohibited 3/10 tos-network-unreachable 3/11 net-tos-unreachable 3/11 tos-host-unreachable 3/12 host-tos-unreachable 3/12 communication-prohibited 3/13 administratively-prohibited 3/13 admin-prohibited 3/13 host-precedence-violation 3/14 host-precedence-unreachable 3/14 precedence-cutoff 3/15 precedence-unreachable 3/15 " +
        "source-quench 4 redirect 5 network-redirect 5/0 net-redirect 5/0 host-redirect 5/1 tos-network-redirect 5/2 net-tos-redirect 5/2 tos-host-redirect 5/3 host-tos-redirect 5/3 alternate-address 6 alternate-host-address 6 echo 8 echo-request 8 ping 8 router-advertisement 9 router-solicitation 10 router-selection 10 time-exceeded 11 ttl-exceeded 11/0 ttl-zero-during-transit 11/0 reassembly-timeout 11/1 ttl-zero-during-reassembly 11/1 " +
        "parameter-problem 12 general-parameter-problem 12/0 ip-header-bad 12/0 required-option-missing 12/1 option-missing 12/1 no-room-for-option 12/2 timestamp 13 timestamp-request 13 timestamp-reply 14 information-request 15 info-request 15 information-reply 16 info-reply 16 mask-request 17 address-mask-request 17 mask-reply 18 address-mask-reply 18 traceroute 30 conversion-error 31 datagram-conversion 31 mobile-redirect 32 mobile-host-redirect 32 photuris 40 ");

    private static readonly FrozenDictionary<string, int> Icmp6Table = IcmpNames(
        "destination-unreachable 1 unreachable 1 no-route 1/0 no-route-to-dst 1/0 no-admin 1/1 communication-prohibited 1/1 administratively-prohibited 1/1 beyond-scope 1/2 address-unreachable 1/3 port-unreachable 1/4 packet-too-big 2 time-exceeded 3 ttl-exceeded 3 hop-limit 3/0 ttl-zero-during-transit 3/0 ttl-zero-during-reassembly 3/1 reassembly-timeout 3/1 parameter-problem 4 bad-header 4/0 header 4/0 unknown-header-type 4/1 next-header 4/1 unknown-option 4/2 parameter-option 4/2 " +
        "echo-request 128 ping 128 echo 128 echo-reply 129 pong 129 mld-query 130 mld-listener-query 130 membership-query 130 mld-report 131 mld-listener-report 131 membership-report 131 mld-reduction 132 mld-listener-done 132 mld-listener-reduction 132 membership-termination 132 membership-reduction 132 router-solicitation 133 nd-router-solicit 133 router-advertisement 134 nd-router-advert 134 neighbour-solicitation 135 neighbor-solicitation 135 nd-neighbor-solicit 135 nd-ns 135 neighbour-advertisement 136 neighbor-advertisement 136 neighbor-advertisment 136 nd-neighbor-advert 136 nd-na 136 " +
        "redirect 137 nd-redirect 137 neighbor-redirect 137 router-renumbering 138 renum-command 138/0 renum-result 138/1 renum-seq-number 138/255 nodeinformationrequest 139 node-information-request 139 nodeinformationreply 140 node-information-reply 140 ind-neighbor-solicit 141 inverse-neighbor-discovery-solicitation 141 ind-neighbor-advert 142 inverse-neighbor-discovery-advertisement 142 mld2-listener-report 143 version-2-multicast-listener-report 143 home-agent-address-discovery-request 144 home-agent-address-discovery-reply 145 mobile-prefix-solicitation 146 mobile-prefix-advertisement-reply 147 certificate-path-solicitation 148 certificate-path-advertisement 149 multicast-router-advertisement 151 multicast-router-solicitation 152 multicast-router-termination 153 dhaad-request 144 dhaad-reply 145 mpd-solicitation 146 mpd-advertisement 147 ");

    /// <summary>A port by number or name.</summary>
    public static bool TryPort(ReadOnlySpan<char> word, out ushort port) =>
        ushort.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out port) || (!word.IsEmpty && PortLookup.TryGetValue(word, out port));

    /// <summary>"80", "80-90", "www", "1024-" … with the vendor's own separator.</summary>
    public static bool TryPorts(ReadOnlySpan<char> word, char separator, out IntervalSet<ushort> ports)
    {
        ports = IntervalSet<ushort>.Empty;
        if (TryPort(word, out var one))
        {
            ports = IntervalSet<ushort>.Of(one);
            return true;
        }

        for (var dash = word.IndexOf(separator); dash >= 0;)
        {
            ReadOnlySpan<char> low = word[..dash], high = word[(dash + 1)..];
            ushort first = 0, last = ushort.MaxValue;
            if ((low.IsEmpty || TryPort(low, out first)) && (high.IsEmpty || TryPort(high, out last)) && word.Length > 1)
            {
                ports = IntervalSet<ushort>.Of(low.IsEmpty ? (ushort)0 : first, high.IsEmpty ? ushort.MaxValue : last);
                return true;
            }

            // Names hold dashes too ("ftp-data-ssh" never, "netbios-ns-netbios-ssn" yes): try the next one.
            var next = word[(dash + 1)..].IndexOf(separator);
            dash = next < 0 ? -1 : dash + 1 + next;
        }

        return false;
    }

    public static bool TryProtocol(ReadOnlySpan<char> word, out byte protocol)
    {
        if (byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out protocol)) return true;
        if (ProtocolLookup.TryGetValue(word, out var number))
        {
            protocol = (byte)number;
            return true;
        }

        return false;
    }

    /// <summary>An ICMP type by number ("8"), number and code ("3/1"), or name.</summary>
    public static bool TryIcmp(ReadOnlySpan<char> word, bool v6, out IntervalSet<ushort> types)
    {
        types = IntervalSet<ushort>.Empty;
        var slash = word.IndexOf('/');
        if (byte.TryParse(slash < 0 ? word : word[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out var type))
        {
            if (slash < 0)
            {
                types = Service.IcmpType(type);
                return true;
            }

            if (!byte.TryParse(word[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var code)) return false;
            types = Service.IcmpType(type, code);
            return true;
        }

        if (!(v6 ? Icmp6Table : IcmpTable).GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known)) return false;
        types = known >> 16 == 1 ? Service.IcmpType((byte)(known >> 8 & 255), (byte)known) : Service.IcmpType((byte)(known >> 8 & 255));
        return true;
    }

    private static FrozenDictionary<string, ushort> Table(string words)
    {
        var table = new Dictionary<string, ushort>(StringComparer.OrdinalIgnoreCase);
        var parts = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i + 1 < parts.Length; i += 2) table[parts[i]] = ushort.Parse(parts[i + 1], CultureInfo.InvariantCulture);

        return table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static FrozenDictionary<string, int> IcmpNames(string words)
    {
        var table = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var parts = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            var numbers = parts[i + 1].Split('/');
            var type = int.Parse(numbers[0], CultureInfo.InvariantCulture) << 8;
            table[parts[i]] = numbers.Length == 1 ? type : type | int.Parse(numbers[1], CultureInfo.InvariantCulture) | 1 << 16;
        }

        return table.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
