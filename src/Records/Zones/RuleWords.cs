using Sekisho.Assurance;
using Sekisho.Zones.Analysis;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;

namespace Sekisho.Records.Zones;

/// <summary>What is wrong with a rule, in words for pages and sheets (規則の点検の言葉).</summary>
public static class RuleWords
{
    /// <summary>The kinds in the order in which somebody should look at them.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["overWide", "neverNeeded", "shadowed", "conflicting", "redundant"];

    /// <summary>Key of flows that are allowed and don't work, beside the kinds of rules.</summary>
    public const string Broken = "broken";

    public static Bilingual Name(string kind) => kind switch
    {
        "overWide" => new("広すぎる許可", "Over-wide"),
        "neverNeeded" => new("不要な許可", "Never needed"),
        "shadowed" => new("隠れた規則", "Shadowed"),
        "conflicting" => new("競合する規則", "Conflicting"),
        "redundant" => new("余分な規則", "Redundant"),
        _ => new("届かない通信", "Flows that don't work"),
    };

    /// <summary>What the kind means, in a sentence.</summary>
    public static Bilingual About(string kind) => kind switch
    {
        "overWide" => new("認めた通信に要るものの、それより広く通す規則です。", "Rules that allowed flows need, but that let more pass."),
        "neverNeeded" => new("領域の間を通すのに、認めた通信のどれも使わない規則です。", "Rules that let something pass between zones, and that no allowed flow needs."),
        "shadowed" => new("前の規則がすべて先に決めるため、書いてあるとおりには働かない規則です。", "Rules that don't do what they say: earlier ones decide everything first."),
        "conflicting" => new("前の規則が一部を逆に決める規則です。順序を変えると結果が変わります。", "Rules that an earlier one decides in part the other way: their order matters."),
        "redundant" => new("外しても、通る通信が何も変わらない規則です。まとめて外せます。", "Rules that change nothing when they are taken away, all of them together."),
        _ => new("認めたのに、いまの設定では届かない通信です。", "Flows that are allowed and don't get through."),
    };

    /// <summary>Why it is said of this rule.</summary>
    public static Bilingual Why(RuleFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Match<Bilingual>(
            s => new($"{Names(s.By).Ja}が先にすべて決めるので、この規則は働きません。", $"{Names(s.By).En} decide everything before this rule is asked."),
            r => r.By.Count == 0 ? new("どの規則にも当たらないときと同じ扱いなので、外しても変わりません。", "The default does the same.")
                : r.ByDefault ? new($"{Names(r.By).Ja}と既定の扱いが同じことをするので、外しても変わりません。", $"{Names(r.By).En} and the default do the same.")
                : new($"{Names(r.By).Ja}が同じことをするので、外しても変わりません。", $"{Names(r.By).En} do the same."),
            c => new($"{Names([c.With]).Ja}が、重なる部分を逆に決めています（{c.Both}）。", $"{Names([c.With]).En} decides what both match the other way ({c.Both})."),
            n => new($"{n.From.Name} から {n.To.Name} へ通しますが、これを使う認めた通信はありません。", $"It lets packets pass from {n.From.Id} to {n.To.Id}, and no allowed flow needs it."),
            // What a zone sends to itself may be all that needs it.
            o => o.Flows.Count == 0
                ? new($"領域の中の通信に要りますが、{o.From.Name} から {o.To.Name} へも通します。", $"Needed inside a zone, it lets packets pass from {o.From.Id} to {o.To.Id}, too.")
                : new($"認めた通信（{string.Join("、", o.Flows.Select(f => f.Id))}）に要りますが、{o.From.Name} から {o.To.Name} へ、それより広く通します。", $"Needed by {string.Join(", ", o.Flows.Select(f => f.Id))}, it lets more pass from {o.From.Id} to {o.To.Id}."));
    }

    /// <summary>A packet that shows it; null where there is nothing to try.</summary>
    public static ExamplePacket? Example(RuleFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Match<ExamplePacket?>(static _ => null, static _ => null, static c => c.Example, static n => n.Example, static o => o.Excess);
    }

    /// <summary>The rules that make it so.</summary>
    public static IReadOnlyList<RuleRef> By(RuleFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Match(static s => s.By, static r => r.By, static c => [c.With], static _ => [], static _ => []);
    }

    /// <summary>Rules to put in its place.</summary>
    public static IReadOnlyList<Traffic> Narrower(RuleFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return fault.Match(static _ => [], static _ => [], static _ => [], static _ => [], static o => o.Narrower);
    }

    /// <summary>How people call a rule.</summary>
    public static string Name(RuleRef rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return rule.Name.Length > 0 ? rule.Name : rule.Source.Of.Length > 0 ? rule.Source.Of : rule.Source.ToString();
    }

    public static Bilingual Name(RuleAction action) => action == RuleAction.Accept ? new("通す", "accept") : new("止める", "drop");

    private static Bilingual Names(IReadOnlyList<RuleRef> rules) => rules.Count switch
    {
        0 => new("前の規則", "Earlier rules"),
        1 => new($"規則「{Name(rules[0])}」", $"Rule {Name(rules[0])}"),
        _ => new($"規則「{Name(rules[0])}」ほか {rules.Count - 1} 件", $"Rule {Name(rules[0])} and {rules.Count - 1} more"),
    };
}
