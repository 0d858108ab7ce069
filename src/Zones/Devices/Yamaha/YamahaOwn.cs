using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Yamaha;

/// <summary>What a YAMAHA router lets to itself: "telnetd", "sshd", "httpd", "snmp", "tftp" and their hosts. Filters on the way in hold for it as well.</summary>
/// <remarks>
/// Source: ヤマハルーター コマンドリファレンス「TELNET サーバーへアクセスできるホストの設定」「SSH サーバー機能の ON/OFF の設定」「SSH サーバーへアクセスできるホストの設定」「HTTP サーバーへアクセスできるホストの設定」
/// 「SNMP によるアクセスを許可するホストの設定」. SSH is off and SNMP closed unless a line says otherwise; what TELNET and HTTP do where nothing is said differs by product.
/// </remarks>
internal sealed class YamahaOwn(FileWork work)
{
    private sealed class Server(string name, ushort port, byte protocol, bool? on)
    {
        public string Name { get; } = name;

        public ServiceSet Services => ServiceSet.Of(new Service(ByteSet.Of(protocol)) { DestinationPorts = IntervalSet<ushort>.Of(Port) });

        public ushort Port { get; set; } = port;

        /// <summary>Null: no line says, and products differ.</summary>
        public bool? On { get; set; } = on;

        public int Line { get; set; }

        public (string Text, int Line)? Hosts { get; set; }
    }

    private readonly Server[] servers = [new("telnetd", 23, Protocols.Tcp, null), new("sshd", 22, Protocols.Tcp, false), new("httpd", 80, Protocols.Tcp, null)];
    private readonly List<(string Text, int Line)> snmp = [];
    private bool silent;

    /// <returns>Whether the line says who gets in.</returns>
    public bool Read(ReadOnlySpan<char> first, Cursor words, int line, bool no)
    {
        if (first is "snmp" or "snmpv2c" or "snmpv3")
        {
            if (!words.Take("host") || no) return false;
            snmp.Add((words.Rest.TrimEnd().ToString(), line));
            return true;
        }

        var name = first.ToString();
        if (Array.Find(servers, one => one.Name == name) is not { } server || no) return false;
        switch (words.Next())
        {
            case "service":
                server.On = words.Peek is "on" ? true : words.Peek is "off" ? false : null;
                server.Line = line;
                return true;
            case "host":
                server.Hosts = (words.Rest.TrimEnd().ToString(), line);
                return true;
            case "listen":
                if (ushort.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var port)) server.Port = port;
                return true;
            default:
                return false;
        }
    }

    /// <summary>"ip icmp echo-reply send off": the router doesn't answer to ping.</summary>
    public void Icmp(Cursor words) => silent |= words.Take("echo-reply") && words.Take("send") && words.Peek is "off";

    public (Filter Filter, IEnumerable<Chain> Chains) ToFilter(IReadOnlyCollection<NetInterface> interfaces)
    {
        var own = new OwnServices(work, "own services");
        if (!silent) own.Accept(new Match { Services = OwnServices.Ping }, work.Implicit("ping"), "ping");
        var told = OwnServices.Managed;
        foreach (var server in servers)
        {
            told = told.Union(server.Services);
            if (server.On == false) continue;
            var unsure = server.On is null ? OwnServices.Unsure($"{server.Name} service (設定にありません / not in the configuration)") : null;
            var at = server.Line > 0 ? work.At(server.Line) : work.Implicit(server.Name);
            if (server.Hosts is { } hosts) Hosts(server.Services, hosts.Text, hosts.Line, server.Name, unsure);
            else own.Accept(new Match { Services = server.Services }, at, server.Name, unsure, server.Name == "sshd" ? null : OwnServices.Unsure($"{server.Name} host (設定にありません / not in the configuration)"));
        }

        // Newer products have the same pages by HTTPS.
        if (Array.Find(servers, static one => one.Name == "httpd") is { On: not false }) own.Accept(new Match { Services = OwnServices.Tcp(443) }, work.Implicit("httpd"), "httpd", OwnServices.Unsure("httpd (HTTPS)"));
        foreach (var (text, line) in snmp) Hosts(OwnServices.Udp(161), text, line, "snmp", null);
        own.EndOpen(told);
        return own.ToFilter();

        void Hosts(ServiceSet services, string text, int line, string name, Unknown? unsure)
        {
            var match = new Match { Services = services };
            foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                switch (word)
                {
                    case "none":
                        break;
                    case "any":
                        own.Accept(match, work.At(line), name, unsure);
                        break;
                    case var one when one.Contains('-') && one.Split('-') is [var low, var high] && Address.TryParse(low, out var first) && Address.TryParse(high, out var last):
                        own.Accept(match with { Source = AddressSet.Range(first, last) }, work.At(line), name, unsure);
                        break;
                    case var one when Address.TryParse(one, out var address):
                        own.Accept(match with { Source = AddressSet.Of(address) }, work.At(line), name, unsure);
                        break;
                    case var one when one is "lan" || interfaces.Any(i => i.Name == one):
                        Lan(match, one, line, name, unsure);
                        break;
                    default:
                        own.Accept(match, work.At(line), name, unsure, OwnServices.Unsure($"{name} host {word}"));
                        break;
                }
            }
        }

        // Hosts of a LAN: those that are on its network and come by it surely; the one without the other perhaps.
        void Lan(Match match, string word, int line, string name, Unknown? unsure)
        {
            var there = interfaces.Where(i => i.Name == word || (word == "lan" && (i.Name.StartsWith("lan", StringComparison.Ordinal) || i.Name.StartsWith("vlan", StringComparison.Ordinal) || i.Name.StartsWith("bridge", StringComparison.Ordinal)))).ToArray();
            var networks = AddressSet.UnionOf(there.SelectMany(static i => i.Addresses).Select(static a => AddressSet.Of(a.Prefix)));
            var on = InterfaceSet.Of(there.Select(static i => i.Name));
            own.Accept(match with { In = on, Source = networks }, work.At(line), name, unsure);
            own.Accept(match with { In = on }, work.At(line), name, unsure, OwnServices.Unsure($"{name} host {word}"));
            own.Accept(match with { Source = networks }, work.At(line), name, unsure, OwnServices.Unsure($"{name} host {word}"));
        }
    }
}
