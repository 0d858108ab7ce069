using System.Numerics;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;

namespace Sekisho.Zones.Analysis;

/// <summary>What the entries of one device's filters decide, in one family: which rules never decide, which change nothing, which fight.</summary>
/// <remarks>Every packet there is counts, also those of connections that exist: a rule for replies is a rule.</remarks>
internal sealed class FilterRules<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>More questions than this about one entry are not asked; nothing is said of its line then.</summary>
    private const int MostQuestions = 256;

    /// <summary>More lines than this are not named as a cause.</summary>
    private const int MostCauses = 12;

    private readonly RuleLines lines;
    private readonly Universe<T> universe;
    private readonly Residual<T> residual;
    private readonly KindClasses classes;
    private readonly int begins;
    private readonly List<Context> contexts = [];
    private readonly Dictionary<RuleLine, List<(Context Context, int Entry)>> entriesOf = [];
    private readonly Ints near = new();
    private readonly Ints covers = new();

    public FilterRules(RuleLines lines, IReadOnlyList<(Filter Filter, string Inbound, string Outbound)> pairs)
    {
        this.lines = lines;
        var tails = new TailTable();
        universe = new(tails);
        residual = new(universe);
        foreach (var (filter, inbound, outbound) in pairs)
        {
            if ((filter.OnlyV6 ?? Universe<T>.IsV6) != Universe<T>.IsV6) continue;
            var program = FilterProgram<T>.Compile(universe, lines.Device, filter, inbound, outbound, Bound.Sure);
            Trouble ??= program.Trouble;
            contexts.Add(new(universe, program));
        }
        begins = tails.Keep(Tail.Any with { States = ConnectionStates.New, Fragments = Fragments.WholeOrFirst });
        classes = KindClasses.Of(KindClasses.Every(), tails.Tails);
        if (Trouble is not null) return;
        foreach (var context in contexts)
            for (var e = context.Program.First; e < context.Program.End; e++)
            {
                if (universe[e].Role is not (Role.Accept or Role.Drop or Role.Perhaps) || lines.Of(universe.RuleOf(e)) is not { } line) continue;
                if (!entriesOf.TryGetValue(line, out var entries)) entriesOf.Add(line, entries = []);
                entries.Add((context, e));
                if (universe[e].Role == Role.Perhaps) context.Uncertain.Add(e);
            }
    }

    /// <summary>Chains that can't be unfolded: nothing can be said of the device.</summary>
    public string? Trouble { get; }

    /// <summary>One entry of a line that holds packets.</summary>
    private readonly record struct Visit(Context Context, int Round, int Entry, Region Region);

    /// <summary>The entries of a line, round by round; what is pushed while one is looked at is released behind it.</summary>
    private IEnumerable<Visit> Visits(RuleLine line)
    {
        if (!entriesOf.TryGetValue(line, out var entries)) yield break;
        for (var round = 0; round < classes.Rounds; round++)
        {
            universe.Judge(classes, round);
            foreach (var (context, e) in entries)
            {
                var region = universe.RegionOf(e);
                if (region.Kinds == 0) continue;
                var mark = universe.Mark;
                try
                {
                    yield return new(context, round, e, region);
                }
                finally
                {
                    universe.Release(mark);
                }
            }
        }
    }

    /// <summary>Covers of an entry: what is decided before it, and what leaves its chains.</summary>
    private void Before(in Visit visit)
    {
        covers.Count = 0;
        visit.Context.SliceOf(visit.Round, classes).Earlier(visit.Region, visit.Entry, covers);
        Guards(visit.Entry, covers);
    }

    /// <summary>Whether some packet gets to the line's rules at all, and whether they decide one.</summary>
    public (bool Stands, bool Decides) Standing(RuleLine line)
    {
        var stands = false;
        foreach (var visit in Visits(line))
        {
            stands = true;
            Before(visit);
            if (residual.Find(visit.Region, covers.Span, out _) || residual.Exhausted) return (true, true);
        }
        return (stands, false);
    }

    /// <summary>Adds the lines that hide a line which never decides: few, and none of them can be left out.</summary>
    public void Hiders(RuleLine line, ISet<RuleLine> by)
    {
        foreach (var visit in Visits(line))
        {
            Before(visit);
            foreach (var hider in Fewest(visit.Region))
                if (lines.Of(universe.RuleOf(hider)) is { } its) by.Add(its);
        }
    }

    /// <summary>Few of the covers that hold all of a region together.</summary>
    private List<int> Fewest(in Region region)
    {
        var some = new List<int>();
        foreach (var cover in covers.Span)
            if (universe.Meet(region, cover, out _)) some.Add(cover);
        some.Sort();
        foreach (var cover in some)
            if (Hold(region, [cover])) return [cover];
        var questions = 0;
        for (var size = some.Count / 2; size >= 1; size = size == 1 ? 0 : (size + 1) / 2)
            for (var at = some.Count - size; at >= 0 && some.Count > 1 && questions < MostQuestions; at -= size, questions++)
            {
                var fewer = some.ToList();
                fewer.RemoveRange(at, size);
                if (Hold(region, fewer)) some = fewer;
            }
        return some;

        bool Hold(in Region whole, List<int> those)
        {
            var mark = universe.Mark;
            var left = residual.Find(whole, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(those), out _);
            universe.Release(mark);
            return !left && !residual.Exhausted;
        }
    }

    /// <summary>Whether some packet would be decided otherwise without the line (and without those that are gone already), or nobody can tell.</summary>
    public bool IsNeeded(RuleLine line, ISet<RuleLine> gone)
    {
        foreach (var visit in Visits(line))
            if (IsNeeded(visit, line, gone)) return true;
        return false;
    }

    private bool IsNeeded(Visit visit, RuleLine line, ISet<RuleLine> gone)
    {
        var (context, _, e, region) = visit;
        var role = universe[e].Role;
        var others = Others(visit, line, gone);
        if (role == Role.Accept && context.Program.Filter.Default != RuleAction.Accept && Left(region, others, int.MaxValue, e, -1)) return true;
        var questions = 0;
        foreach (var other in others)
            if (other > e && universe[other].Role != role && Otherwise(other)) return true;
        foreach (var other in context.Uncertain)
            if (other > e && RoleOf(universe.RuleOf(other)!) != role && lines.Of(universe.RuleOf(other)) is { } its && its != line && !gone.Contains(its) && Otherwise(other)) return true;
        return false;

        bool Otherwise(int other) => ++questions > MostQuestions || (universe.Meet(region, other, out var met) && Left(met, others, other, e, other));
    }

    /// <summary>Adds the lines that decide as this one does, when it is gone.</summary>
    /// <returns>Whether the default does, for some.</returns>
    public bool Heirs(RuleLine line, ISet<RuleLine> gone, ISet<RuleLine> by)
    {
        var byDefault = false;
        foreach (var visit in Visits(line))
        {
            var (context, _, e, region) = visit;
            var others = Others(visit, line, gone);
            foreach (var other in others)
            {
                if (other < e || by.Count >= MostCauses) continue;
                var its = lines.Of(universe.RuleOf(other));
                if (its is null ? byDefault : by.Contains(its)) continue;
                if (!universe.Meet(region, other, out var met) || !Left(met, others, other, e, other)) continue;
                if (its is null) byDefault = true;
                else by.Add(its);
            }
            if (!byDefault && context.Program.Filter.Default != RuleAction.Accept) byDefault = Left(region, others, int.MaxValue, e, -1);
        }
        return byDefault;
    }

    /// <summary>Earlier lines that decide packets of this one the other way, though neither holds all of the other.</summary>
    public void Conflicts(RuleLine line, ISet<RuleLine> gone, Dictionary<RuleLine, (Traffic Both, ExamplePacket Example)> with, int most)
    {
        foreach (var visit in Visits(line))
        {
            // Only what begins a communication: dropping invalid packets first is no quarrel.
            var (e, region) = (visit.Entry, visit.Region);
            region.Kinds &= universe.Masks[begins];
            if (region.Kinds == 0) continue;
            var questions = 0;
            var others = Others(visit with { Region = region }, line, gone);
            foreach (var other in others)
            {
                if (other >= e || with.Count >= most || questions >= MostQuestions / 4) break;
                if (universe[other].Role == universe[e].Role || lines.Of(universe.RuleOf(other)) is not { IsCertain: true, IsWritten: true } its || with.ContainsKey(its)) continue;
                if (!universe.Meet(region, other, out var met) || Holds(other, e) || Holds(e, other) || IsExceptionOf(other, e)) continue;
                questions++;
                // Packets that the later one would decide, were the earlier not there.
                if (!Left(met, others.FindAll(o => lines.Of(universe.RuleOf(o)) != its), e, e, other, out var piece) || residual.Exhausted) continue;
                with.Add(its, (Traffic.Of(universe, classes, visit.Round, met), Traffic.Pick(universe, classes, visit.Round, piece)));
            }
        }
    }

    /// <summary>Entries that may overlap a region, in order, without those of a line and of lines that are gone.</summary>
    private List<int> Others(in Visit visit, RuleLine line, ISet<RuleLine> gone)
    {
        near.Count = 0;
        visit.Context.SliceOf(visit.Round, classes).Earlier(visit.Region, int.MaxValue, near);
        var others = new List<int>(near.Count);
        foreach (var other in near.Span)
            if (lines.Of(universe.RuleOf(other)) is not { } its || (its != line && !gone.Contains(its))) others.Add(other);
        others.Sort();
        return others;
    }

    private bool Left(in Region region, List<int> others, int before, int entry, int other) => Left(region, others, before, entry, other, out _);

    /// <summary>Whether something of a region is left by entries before one, and held by two entries with their guards.</summary>
    private bool Left(in Region region, List<int> others, int before, int entry, int other, out Region piece)
    {
        covers.Count = 0;
        foreach (var one in others)
        {
            if (one >= before) break;
            covers.Add(one);
        }
        Guards(entry, covers);
        if (other >= 0) Guards(other, covers);
        return residual.Find(region, covers.Span, out piece) || residual.Exhausted;
    }

    /// <summary>What certainly leaves the chains of an entry before it.</summary>
    private void Guards(int entry, Ints to)
    {
        for (var guard = universe[entry].Guard; guard >= 0; guard = universe[guard].Guard)
            if (universe.RuleOf(guard) is { Must: null }) to.Add(guard);
    }

    /// <summary>Whether one entry holds all of another that begins a communication, guards aside.</summary>
    private bool Holds(int entry, int other)
    {
        ref readonly var a = ref universe[entry];
        ref readonly var b = ref universe[other];
        return universe.Addresses.Covers(a.Source, b.Source) && universe.Addresses.Covers(a.Destination, b.Destination) && universe.Ports.Covers(a.SourcePorts, b.SourcePorts)
            && universe.Ports.Covers(a.DestinationPorts, b.DestinationPorts) && (universe.Masks[b.Tail] & universe.Masks[begins] & ~universe.Masks[a.Tail]) == 0;
    }

    /// <summary>"Nobody to these" before "these to anybody": a denial that says nothing of an axis, or lies within, is written as an exception, and no quarrel.</summary>
    private bool IsExceptionOf(int denial, int entry)
    {
        ref readonly var a = ref universe[denial];
        ref readonly var b = ref universe[entry];
        return a.Role == Role.Drop && Within(universe.Addresses, a.Source, b.Source) && Within(universe.Addresses, a.Destination, b.Destination)
            && Within(universe.Ports, a.SourcePorts, b.SourcePorts) && Within(universe.Ports, a.DestinationPorts, b.DestinationPorts);

        static bool Within<TNumber>(SetStack<TNumber> sets, Seg set, Seg of)
            where TNumber : unmanaged, IBinaryInteger<TNumber>, IMinMaxValue<TNumber> => set == sets.All || sets.Covers(of, set);
    }

    private static Role? RoleOf(Rule rule) => rule.Action switch { RuleAction.Accept => Role.Accept, RuleAction.Drop or RuleAction.Reject => Role.Drop, _ => null };

    /// <summary>One filter between one pair of interfaces.</summary>
    private sealed class Context(Universe<T> universe, FilterProgram<T> program)
    {
        private readonly Dictionary<int, Slice<T>> slices = [];

        public FilterProgram<T> Program { get; } = program;

        /// <summary>Entries that aren't certain, in order.</summary>
        public List<int> Uncertain { get; } = [];

        public Slice<T> SliceOf(int round, KindClasses classes)
        {
            if (!slices.TryGetValue(round, out var slice))
                slices.Add(round, slice = Slice<T>.Of(universe, Program, universe.Whole(classes.All(round)), true));
            return slice;
        }
    }
}
