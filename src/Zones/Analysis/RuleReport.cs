using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Analysis;

/// <summary>One rule as a report names it: where it stands, what it does, what it looks at (規則の記載).</summary>
/// <param name="Matches">What it may match, in words; several products of a line as one around them.</param>
public sealed record RuleRef(string Device, SourceRef Source, string Name, RuleAction Action, Traffic Matches);

/// <summary>What is wrong with one rule (規則の指摘). All proved over all packets; nothing is said where an unknown condition could make it untrue.</summary>
public abstract record RuleFault
{
    private RuleFault(RuleRef rule) => Rule = rule;

    /// <summary>The rule that it is said of.</summary>
    public RuleRef Rule { get; }

    public abstract T Match<T>(Func<Shadowed, T> shadowed, Func<Redundant, T> redundant, Func<Conflicting, T> conflicting, Func<NeverNeeded, T> neverNeeded, Func<OverWide, T> overWide);

    /// <summary>隠れた規則: earlier rules decide every packet that it matches, some of them the other way: it doesn't do what it says.</summary>
    /// <param name="By">The rules that hide it; take one away and something shows.</param>
    public sealed record Shadowed(RuleRef Hidden, IReadOnlyList<RuleRef> By) : RuleFault(Hidden)
    {
        public override T Match<T>(Func<Shadowed, T> shadowed, Func<Redundant, T> redundant, Func<Conflicting, T> conflicting, Func<NeverNeeded, T> neverNeeded, Func<OverWide, T> overWide) => shadowed(this);
    }

    /// <summary>余分な規則: taken away, nothing changes. All redundant and shadowed rules of a report may be taken away together.</summary>
    /// <param name="By">The rules that decide the same: earlier ones where it never decides, later ones where it does.</param>
    /// <param name="ByDefault">What happens to packets that no rule decides is (also) the same.</param>
    public sealed record Redundant(RuleRef Spare, IReadOnlyList<RuleRef> By, bool ByDefault) : RuleFault(Spare)
    {
        public override T Match<T>(Func<Shadowed, T> shadowed, Func<Redundant, T> redundant, Func<Conflicting, T> conflicting, Func<NeverNeeded, T> neverNeeded, Func<OverWide, T> overWide) => redundant(this);
    }

    /// <summary>競合する規則: an earlier rule decides a part of its packets the other way, neither holds all of the other: their order matters.</summary>
    /// <param name="With">The earlier rule, which decides.</param>
    /// <param name="Both">What both match, in words.</param>
    /// <param name="Example">A packet that both match and the earlier one decides.</param>
    public sealed record Conflicting(RuleRef Later, RuleRef With, Traffic Both, ExamplePacket Example) : RuleFault(Later)
    {
        public override T Match<T>(Func<Shadowed, T> shadowed, Func<Redundant, T> redundant, Func<Conflicting, T> conflicting, Func<NeverNeeded, T> neverNeeded, Func<OverWide, T> overWide) => conflicting(this);
    }

    /// <summary>不要な許可: lets packets pass between zones, and no allowed flow needs it, nor what a zone sends to itself.</summary>
    /// <param name="From">The pair of zones of the example.</param>
    /// <param name="Example">A packet that it lets pass, as this device sees it.</param>
    public sealed record NeverNeeded(RuleRef Unneeded, Zone From, Zone To, ExamplePacket Example) : RuleFault(Unneeded)
    {
        public override T Match<T>(Func<Shadowed, T> shadowed, Func<Redundant, T> redundant, Func<Conflicting, T> conflicting, Func<NeverNeeded, T> neverNeeded, Func<OverWide, T> overWide) => neverNeeded(this);
    }

    /// <summary>広すぎる許可: allowed flows need it (or what a zone sends to itself), and it lets more pass between zones than they do.</summary>
    /// <param name="Flows">The allowed flows that need it; empty: only what passes inside a zone does.</param>
    /// <param name="Excess">A packet between zones that no allowed flow holds, as this device sees it.</param>
    /// <param name="Narrower">Rules to put in its place: proved to treat every packet of every allowed flow as before. Empty: none could be made.</param>
    public sealed record OverWide(RuleRef Wide, IReadOnlyList<AllowedFlow> Flows, Zone From, Zone To, ExamplePacket Excess, IReadOnlyList<Traffic> Narrower) : RuleFault(Wide)
    {
        public override T Match<T>(Func<Shadowed, T> shadowed, Func<Redundant, T> redundant, Func<Conflicting, T> conflicting, Func<NeverNeeded, T> neverNeeded, Func<OverWide, T> overWide) => overWide(this);
    }
}

/// <summary>What stops packets of an allowed flow at one device (止めている行).</summary>
/// <param name="Rule">Null: no rule decides, the default does.</param>
/// <param name="Source">The rule's place, or the filter's.</param>
/// <param name="Example">A packet of the flow that is stopped there, as this device sees it.</param>
/// <param name="Perhaps">An unknown condition decides whether it is stopped.</param>
public sealed record FlowStop(string Device, string Filter, string Inbound, string Outbound, RuleRef? Rule, SourceRef Source, ExamplePacket Example, bool Perhaps);

/// <summary>An allowed flow that doesn't get through, or not all of it (届かない許可).</summary>
/// <param name="Works">Yes: a part gets through, another doesn't.</param>
/// <param name="Stops">Every line that stops a part of it, in the order of the way; empty: no route leads there.</param>
public sealed record BrokenFlow(AllowedFlow Flow, FlowWorks Works, IReadOnlyList<FlowStop> Stops);

/// <summary>What is wrong with the rules of a network (規則の点検).</summary>
/// <param name="Faults">In the order of files and lines.</param>
/// <param name="Rules">How many rules were looked at.</param>
/// <param name="Notes">What could not be worked out, in words; nothing is said of those.</param>
public sealed record RuleReport(IReadOnlyList<RuleFault> Faults, IReadOnlyList<BrokenFlow> BrokenFlows, int Rules, IReadOnlyList<string> Notes);
