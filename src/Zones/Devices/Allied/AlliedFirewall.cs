using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Allied;

/// <summary>"firewall" and "nat" of AR-series routers.</summary>
/// <remarks>
/// Source: AlliedWare Plus Command Reference, "rule (Firewall)", "protect (Firewall)", "rule (NAT)". A permitted connection's replies pass, also with
/// "no-state-enforcement". The firewall sees the destination behind port forwarding and the source before masquerading (Firewall and NAT Feature Overview, examples).
/// </remarks>
internal sealed class AlliedFirewall(FileWork work, AlliedEntities entities)
{
    private readonly SortedDictionary<int, (string Text, int Line)> rules = [];
    private readonly SortedDictionary<int, (string Text, int Line)> translations = [];
    private bool translates;
    private int protectLine;

    /// <summary>Without "protect" no rule is asked.</summary>
    public bool Protects => protectLine > 0;

    public Reading InFirewall(Cursor words, int line)
    {
        switch (words.Next())
        {
            case "rule":
                return Keep(rules, words, line);
            case "protect":
                protectLine = line;
                return Reading.Understood;
            case "no":
                if (words.Take("protect")) protectLine = 0;
                return words.AtEnd ? Reading.Understood : Reading.NotUnderstood;
            case "connection-limit" or "connection-log" or "log":
                // A limit of connections stops more, never less.
                return Reading.Irrelevant;
            default:
                return Reading.NotUnderstood;
        }
    }

    public Reading InNat(Cursor words, int line)
    {
        switch (words.Next())
        {
            case "rule":
                return Keep(translations, words, line);
            case "enable":
                translates = true;
                return Reading.Understood;
            case "no":
                if (words.Take("enable")) translates = false;
                return words.AtEnd ? Reading.Understood : Reading.NotUnderstood;
            default:
                return Reading.NotUnderstood;
        }
    }

    private static Reading Keep(SortedDictionary<int, (string, int)> all, Cursor words, int line)
    {
        // Without a number: behind the highest there is.
        var number = all.Count == 0 ? 10 : all.Keys.Last() / 10 * 10 + 10;
        if (int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var said))
        {
            number = said;
            words.Next();
        }
        all[number] = (words.Rest.ToString(), line);
        return Reading.Understood;
    }

    public (Chain Chain, Filter Filter) Filter()
    {
        var all = new List<Rule>();
        foreach (var (number, (text, line)) in rules) Read(number, text, line, all);
        return (new("firewall", [.. all]), new("firewall", FilterPlace.Forward, "firewall", RuleAction.Drop, work.At(protectLine, protectLine, "firewall protect")));
    }

    private void Read(int number, string text, int line, List<Rule> to)
    {
        var words = new Cursor(text);
        var action = words.Next() switch { "permit" => RuleAction.Accept, "deny" => RuleAction.Drop, "reject" => RuleAction.Reject, "log" => RuleAction.Continue, _ => RuleAction.Unknown };
        var services = entities.Services(words.Next().ToString());
        var (from, onto) = (Entity(ref words, "from"), Entity(ref words, "to"));
        while (words.Take("no-state-enforcement") || words.Take("log")) { }
        var name = number.ToString(CultureInfo.InvariantCulture);
        if (action == RuleAction.Unknown || from is null || onto is null || !words.AtEnd)
        {
            to.Add(Strange(text, line, name, action, services));
            return;
        }
        foreach (var source in from)
            foreach (var destination in onto)
                to.Add(new Condition { Source = source.Addresses, Destination = destination.Addresses, Services = services, In = On(source), Out = On(destination) }.ToRule(action, work.At(line, line, "firewall rule " + name), name));
    }

    private Rule Strange(string text, int line, string name, RuleAction action, ServiceValue services)
    {
        work.Keep(line, line, new Touch.InPlace());
        var when = new Condition { Services = services };
        when.Uncertain(UnknownKind.NotUnderstood, text);
        return when.ToRule(action, work.At(line, line, "firewall rule " + name), name);
    }

    private IReadOnlyList<AlliedPlace>? Entity(ref Cursor words, string before) => words.Take(before) ? entities.Places(words.Next().ToString()) : null;

    private static InterfaceSet On(AlliedPlace place) => place.Interface is { } name ? InterfaceSet.Of(name) : InterfaceSet.Any;

    public IEnumerable<NatRule> Nat()
    {
        if (!translates) yield break;
        foreach (var (number, (text, line)) in translations)
        {
            var made = Translation(number, text, line);
            if (made is null)
            {
                work.Keep(line, line, new Touch.WholeDevice());
                work.Ledger.Set(line, Reading.NotUnderstood);
                continue;
            }
            foreach (var one in made) yield return one;
        }
    }

    /// <summary>"masq any from private to public", "portfwd http from public with dst dmz.servers.web dport 8080".</summary>
    private List<NatRule>? Translation(int number, string text, int line)
    {
        var words = new Cursor(text);
        var kind = words.Next().ToString();
        var services = entities.Services(words.Next().ToString());
        var from = Entity(ref words, "from");
        var at = work.At(line, line, "nat rule " + number.ToString(CultureInfo.InvariantCulture));
        if (from is null) return null;
        switch (kind)
        {
            case "masq":
                if (Entity(ref words, "to") is not { } outward) return null;
                AddressSet? with = null;
                if (words.Take("with") && (!words.Take("src") || entities.Places(words.Next().ToString()) is not { Count: > 0 } pool || (with = AddressSet.UnionOf(pool.Select(static p => p.Addresses.May))).IsEmpty)) return null;
                if (!words.AtEnd) return null;
                return [.. from.SelectMany(f => outward.Select(o => new Condition { Source = f.Addresses.Within(AddressSet.AllV4), Destination = o.Addresses.Within(AddressSet.AllV4), Services = services, In = On(f), Out = On(o) }.ToNat(NatKind.Source, at, text) with
                {
                    To = with ?? AddressSet.Empty, ToOutgoingInterface = with is null, ToPorts = IntervalSet<ushort>.All,
                }))];
            case "portfwd":
                var named = words.Peek is "to";
                var inward = named ? Entity(ref words, "to") : [new(null, AddressValue.NotKnown(UnknownKind.RunTime, "portfwd", AddressSet.AllV4))];
                if (inward is null || !words.Take("with") || !words.Take("dst") || entities.Places(words.Next().ToString()) is not { Count: > 0 } target) return null;
                IntervalSet<ushort>? ports = null;
                if (words.Take("dport"))
                {
                    if (!ServiceNames.TryPort(words.Next(), out var port)) return null;
                    ports = IntervalSet<ushort>.Of(port);
                }
                if (!words.AtEnd) return null;
                var to = AddressSet.UnionOf(target.Select(static p => p.Addresses.May.Intersect(AddressSet.AllV4)));
                return [.. from.SelectMany(f => inward.Select(d => new Condition { Source = f.Addresses.Within(AddressSet.AllV4), Destination = d.Addresses.Within(AddressSet.AllV4), Services = services, In = On(f) }.ToNat(NatKind.Destination, at, text) with { To = to, ToPorts = ports }))];
            default:
                return null;
        }
    }
}
