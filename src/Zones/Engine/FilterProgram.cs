using System.Numerics;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Engine;

/// <summary>From which side the unknown is taken.</summary>
internal enum Bound : byte
{
    /// <summary>More than ever passes: unknown conditions hold for what accepts and fail for what drops. For "separated".</summary>
    Upper,

    /// <summary>Less than ever passes: for "violated" and for "reachable".</summary>
    Lower,

    /// <summary>Entries decide what they decide for certain; what they may decide besides stands beside them as <see cref="Role.Perhaps"/>. For what is said of rules.</summary>
    Sure,
}

/// <summary>One filter between two interfaces as a flat list of entries in order: chains unfolded under the conditions that lead to them.</summary>
/// <remarks>
/// First match over the list is exact: an entry decides what it holds, less its guards (returns before it in its chains), less what an earlier entry decided.
/// Only the union of earlier entries counts, never their order.
/// </remarks>
internal sealed class FilterProgram<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>More entries than this are not unfolded: chains that call chains can grow without end.</summary>
    public const int MaxEntries = 4_000_000;

    /// <summary>Fewer neighbours than this stay as they are.</summary>
    private const int FewToJoin = 4;

    /// <summary>Deeper chains than this are not followed; netfilter itself stops at 16.</summary>
    private const int MaxDepth = 32;

    private readonly Universe<T> universe;
    private readonly Products<T> products;
    private readonly Dictionary<string, Chain> chains;
    private readonly Bound bound;
    private readonly string inbound;
    private readonly string outbound;
    private int guard = -1;
    private bool perhaps;

    private FilterProgram(Universe<T> universe, Device device, Filter filter, string inbound, string outbound, Bound bound)
    {
        (this.universe, Device, Filter, this.inbound, this.outbound, this.bound) = (universe, device, filter, inbound, outbound, bound);
        products = new(universe);
        chains = device.Chains.GroupBy(static c => c.Name, StringComparer.Ordinal).ToDictionary(static c => c.Key, static c => c.First(), StringComparer.Ordinal);
        First = universe.Count;
    }

    public Device Device { get; }

    public Filter Filter { get; }

    /// <summary>Entries are <c>First ≤ e &lt; End</c>.</summary>
    public int First { get; }

    public int End { get; private set; }

    /// <summary>Chains that don't exist, call themselves, or are too many: the filter can't be judged.</summary>
    public string? Trouble { get; private set; }

    public static FilterProgram<T> Compile(Universe<T> universe, Device device, Filter filter, string inbound, string outbound, Bound bound)
    {
        var program = new FilterProgram<T>(universe, device, filter, inbound, outbound, bound);
        var mark = universe.Mark;
        universe.Room(program.chains.TryGetValue(filter.Chain, out var chain) ? chain.Rules.Length + 1024 : 1);
        program.Unfold(filter.Chain, program.products.Any, true, true, 0);
        if (filter.Default == RuleAction.Accept) program.Emit(Match.Any, program.products.Any, Role.Accept, null, -1);
        universe.Release(mark);
        program.End = universe.Count;
        return program;
    }

    /// <summary>Makes one entry of neighbouring denials that differ in nothing but who sends, or but who receives: a list of sixty thousand hosts is one set.</summary>
    /// <remarks>For questions about what passes. Which of them stops a packet is no longer told.</remarks>
    public void Join()
    {
        for (var first = First; first < End; first++)
        {
            if (!IsPlainDenial(first)) continue;
            var last = first;
            bool bySource = true, byDestination = true;
            while (last + 1 < End && IsPlainDenial(last + 1) && Alike(first, last + 1, ref bySource, ref byDestination)) last++;
            if (last - first < FewToJoin) continue;
            universe.Join(first, last, bySource ? All(first, last, static e => e.Source) : universe[first].Source, bySource ? universe[first].Destination : All(first, last, static e => e.Destination));
            first = last;
        }

        bool IsPlainDenial(int e) => universe[e].Role == Role.Drop && universe[e].Guard < 0;

        bool Alike(int a, int b, ref bool bySource, ref bool byDestination)
        {
            ref readonly var one = ref universe[a];
            ref readonly var other = ref universe[b];
            if (one.Tail != other.Tail || !Same(universe.Ports, one.SourcePorts, other.SourcePorts) || !Same(universe.Ports, one.DestinationPorts, other.DestinationPorts)) return false;
            var (source, destination) = (bySource && Same(universe.Addresses, one.Destination, other.Destination), byDestination && Same(universe.Addresses, one.Source, other.Source));
            if (!source && !destination) return false;
            (bySource, byDestination) = (source, destination);
            return true;
        }

        Seg All(int first, int last, Func<Entry, Seg> of)
        {
            var intervals = new List<(T, T)>();
            for (var e = first; e <= last; e++)
            {
                var bounds = universe.Addresses[of(universe[e])];
                for (var i = 0; i < bounds.Length; i += 2) intervals.Add((bounds[i], bounds[i + 1]));
            }
            return universe.Addresses.Keep(IntervalSet<T>.Union(intervals));
        }

        static bool Same<TNumber>(SetStack<TNumber> sets, Seg a, Seg b)
            where TNumber : unmanaged, IBinaryInteger<TNumber>, IMinMaxValue<TNumber> => a == b || sets[a].SequenceEqual(sets[b]);
    }

    private void Unfold(string name, in Product path, bool accepts, bool drops, int depth)
    {
        if (Trouble is not null) return;
        if (!chains.TryGetValue(name, out var chain))
        {
            Trouble = $"{name}: no such chain";
            return;
        }
        if (depth > MaxDepth || universe.Count - First > MaxEntries)
        {
            Trouble = depth > MaxDepth ? $"{name}: chains call each other too deeply" : $"{name}: chains unfold to too many rules";
            return;
        }
        var outside = guard;
        var callers = new List<Product>();
        foreach (var rule in chain.Rules)
        {
            switch (rule.Action)
            {
                case RuleAction.Accept:
                    if (accepts) Decide(rule, path, Role.Accept, bound == Bound.Upper);
                    break;
                case RuleAction.Drop or RuleAction.Reject:
                    if (drops) Decide(rule, path, Role.Drop, bound == Bound.Lower);
                    break;
                case RuleAction.Unknown:
                    if (bound == Bound.Sure) Emit(rule.May, path, Role.Perhaps, rule, guard);
                    else if (bound == Bound.Upper ? accepts : drops) Emit(rule.May, path, bound == Bound.Upper ? Role.Accept : Role.Drop, rule, guard);
                    break;
                case RuleAction.Return:
                    Leave(rule, path);
                    break;
                case RuleAction.Jump or RuleAction.Goto:
                    Call(rule, path, accepts, drops, depth, callers);
                    if (rule.Action == RuleAction.Goto) Leave(rule, path);
                    break;
            }
            if (Trouble is not null) return;
        }
        guard = outside;
    }

    private void Decide(Rule rule, in Product path, Role role, bool widened)
    {
        if (bound == Bound.Sure && (perhaps || rule.Must is not null)) Emit(rule.May, path, Role.Perhaps, rule, guard);
        if (!perhaps) Emit(widened ? rule.May : rule.Must ?? rule.May, path, role, rule, guard);
    }

    private void Call(Rule rule, in Product path, bool accepts, bool drops, int depth, List<Product> callers)
    {
        // An uncertain call: what accepts inside counts wherever it may be reached (Upper), what drops only where it surely is, and the other way for Lower.
        // The half that must not be missed comes first: order then errs to the safe side.
        if (rule.Must is null)
        {
            Under(rule.May, path, accepts, drops);
            return;
        }
        if (bound == Bound.Sure)
        {
            var outside = perhaps;
            perhaps = true;
            Under(rule.May, path, true, true);
            perhaps = outside;
            if (!perhaps) Under(rule.Must, path, true, true);
            return;
        }
        var (first, second) = bound == Bound.Upper ? (accepts, drops) : (drops, accepts);
        if (first) Under(rule.May, path, bound == Bound.Upper, bound == Bound.Lower);
        if (second) Under(rule.Must, path, bound == Bound.Lower, bound == Bound.Upper);

        void Under(Match match, in Product path, bool accepts, bool drops)
        {
            var from = callers.Count;
            Of(match, path, callers);
            var to = callers.Count;
            for (var i = from; i < to; i++) Unfold(rule.Target ?? "", callers[i], accepts, drops, depth + 1);
            callers.RemoveRange(from, to - from);
        }
    }

    /// <summary>A return: what it holds isn't decided by the rest of this chain.</summary>
    private void Leave(Rule rule, in Product path)
    {
        if (rule.Must is null || bound == Bound.Sure)
        {
            // An uncertain return keeps what is behind it from being sure.
            Guards(rule.May, path, Role.Guard);
            return;
        }
        // What accepts behind an uncertain return is taken away only where the return is sure (Upper), and the other way round.
        Guards(bound == Bound.Upper ? rule.Must : rule.May, path, Role.GuardOfAccepts);
        Guards(bound == Bound.Upper ? rule.May : rule.Must, path, Role.GuardOfDrops);

        void Guards(Match match, in Product path, Role role)
        {
            var found = new List<Product>();
            Of(match, path, found);
            foreach (var product in found) guard = Add(product, role, rule, guard);
        }
    }

    private void Of(Match match, in Product path, List<Product> to)
    {
        if (match.In.Contains(inbound) && match.Out.Contains(outbound)) products.Of(match, path, to);
    }

    private readonly List<Product> emitted = [];

    private void Emit(Match match, in Product path, Role role, Rule? rule, int guard)
    {
        emitted.Clear();
        Of(match, path, emitted);
        foreach (var product in emitted) Add(product, role, rule, guard);
    }

    private int Add(in Product product, Role role, Rule? rule, int guard) =>
        universe.Add(
            new Entry
            {
                Source = universe.Addresses.Persist(product.Source), Destination = universe.Addresses.Persist(product.Destination),
                SourcePorts = universe.Ports.Persist(product.SourcePorts), DestinationPorts = universe.Ports.Persist(product.DestinationPorts),
                Tail = product.Tail, Guard = guard, Role = role,
            },
            rule);
}
