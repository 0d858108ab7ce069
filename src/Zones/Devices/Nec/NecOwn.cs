using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Nec;

/// <summary>What a UNIVERGE IX lets to itself, as far as public examples show: "telnet-server", "ssh-server", "http-server", "snmp-agent", each "ip enable" and "ip access-list".</summary>
/// <remarks>No public document tells what is on where no line speaks: that stays open. Filters on the way in hold for the router itself as well.</remarks>
internal sealed class NecOwn(FileWork work)
{
    private static readonly (string Name, ServiceSet Services)[] Servers =
        [("telnet-server", OwnServices.Tcp(23)), ("ssh-server", OwnServices.Tcp(22)), ("http-server", OwnServices.Tcp(80)), ("https-server", OwnServices.Tcp(443)), ("snmp-agent", OwnServices.Udp(161))];

    private readonly List<(string Name, bool V6, bool On, int Line)> switches = [];
    private readonly List<(string Name, bool V6, string Acl, int Line)> lists = [];

    /// <returns>Whether the line says who gets in.</returns>
    public bool Read(ReadOnlySpan<char> first, Cursor words, int line, bool no)
    {
        var name = first.ToString();
        if (!Servers.Any(one => one.Name == name) || words.Peek is not ("ip" or "ipv6")) return false;
        var v6 = words.Next() is "ipv6";
        if (words.Take("enable")) switches.Add((name, v6, !no, line));
        else if (words.Take("access-list") && !no) lists.Add((name, v6, words.Next().ToString(), line));
        else return false;
        return true;
    }

    public (Filter Filter, IEnumerable<Chain> Chains) ToFilter(IReadOnlyDictionary<string, List<Rule>> known)
    {
        var own = new OwnServices(work, "own services");
        own.Accept(new Match { Services = OwnServices.Ping }, work.Implicit("ping"), "ping", OwnServices.Unsure("ping"));
        foreach (var (name, services) in Servers)
            foreach (var v6 in (ReadOnlySpan<bool>)[false, true])
            {
                var said = switches.FindLast(one => one.Name == name && one.V6 == v6);
                if (said is { Name: not null, On: false }) continue;
                var unsure = said.Name is null ? OwnServices.Unsure($"{name} {(v6 ? "ipv6" : "ip")} enable (設定にありません / not in the configuration)") : null;
                var match = new Match { Source = v6 ? AddressSet.AllV6 : AddressSet.AllV4, Services = services };
                var at = said.Name is null ? work.Implicit(name) : work.At(said.Line);
                if (lists.FindLast(one => one.Name == name && one.V6 == v6) is not { Name: not null } bound) own.Accept(match, at, name, unsure);
                else if (known.TryGetValue((v6 ? "6:" : "") + bound.Acl, out var list)) own.Ask(match, own.Keep(bound.Acl + (v6 ? " (IPv6)" : ""), list, work.At(bound.Line)), work.At(bound.Line), name, unsure);
                else own.Accept(match, work.At(bound.Line), name, unsure, OwnServices.Unsure($"access-list {bound.Acl} (設定にありません / not defined)"));
            }

        own.EndOpen(OwnServices.Managed);
        return own.ToFilter();
    }
}
