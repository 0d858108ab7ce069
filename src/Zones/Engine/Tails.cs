using Sekisho.Zones.Model;

namespace Sekisho.Zones.Engine;

/// <summary>What a rule asks of a packet besides addresses and ports.</summary>
internal readonly record struct Tail(ByteSet Protocols, ByteSet Flags, ConnectionStates States, Fragments Fragments)
{
    public static readonly Tail Any = new(ByteSet.All, ByteSet.All, ConnectionStates.All, Fragments.All);

    public bool IsEmpty => Protocols.IsEmpty || States == 0 || Fragments == 0;

    /// <summary>One form for one meaning: flags count only where TCP is, TCP only where flags are left.</summary>
    public Tail Normal()
    {
        if (!Protocols.Contains(Model.Protocols.Tcp)) return this with { Flags = ByteSet.All };
        return Flags.IsEmpty ? this with { Protocols = Protocols & ~ByteSet.Of(Model.Protocols.Tcp), Flags = ByteSet.All } : this;
    }

    public Tail Intersect(in Tail other) =>
        new Tail(Protocols & other.Protocols, Flags & other.Flags, States & other.States, Fragments & other.Fragments).Normal();

    public bool Holds(in Kind kind) =>
        Protocols.Contains(kind.Protocol) && (kind.Protocol != Model.Protocols.Tcp || Flags.Contains(kind.Flags)) && (States & kind.State) != 0 && (Fragments & kind.Fragment) != 0;
}

/// <summary>One combination of protocol, TCP flags (0 elsewhere), state and fragment.</summary>
internal readonly record struct Kind(byte Protocol, byte Flags, ConnectionStates State, Fragments Fragment);

/// <summary>Every tail that rules of a network have, numbered.</summary>
internal sealed class TailTable
{
    /// <summary>The number of <see cref="Tail.Any"/>.</summary>
    public const int Any = 0;

    private readonly Dictionary<Tail, int> numbers = [];
    private readonly List<Tail> tails = [];
    private readonly Dictionary<long, int> meetings = [];

    public TailTable() => Keep(Tail.Any);

    public IReadOnlyList<Tail> Tails => tails;

    /// <summary>The number of what two tails have in common; -1 for nothing.</summary>
    public int Meet(int a, int b)
    {
        if (a == Any || a == b) return b;
        if (b == Any) return a;
        var pair = (long)a << 32 | (uint)b;
        if (meetings.TryGetValue(pair, out var met)) return met;
        var both = tails[a].Intersect(tails[b]);
        meetings.Add(pair, met = both.IsEmpty ? -1 : Keep(both));
        return met;
    }

    public int Keep(in Tail tail)
    {
        if (numbers.TryGetValue(tail, out var number)) return number;
        numbers.Add(tail, tails.Count);
        tails.Add(tail);
        return tails.Count - 1;
    }
}

/// <summary>
/// The kinds of packet that rules of a network tell apart, as classes: two kinds of one class meet the same rules. A set of classes is a bit mask, so
/// protocol, flags, state and fragment are one cheap dimension, and an exact one. More than 64 classes make several rounds.
/// </summary>
internal sealed class KindClasses
{
    private KindClasses(Kind[] representatives, ByteSet[] protocols) => (Representatives, ProtocolsOf) = (representatives, protocols);

    /// <summary>One kind of each class; class c is bit c % 64 of round c / 64.</summary>
    public Kind[] Representatives { get; }

    /// <summary>The protocols of each class.</summary>
    public ByteSet[] ProtocolsOf { get; }

    public int Rounds => (Representatives.Length + 63) / 64;

    /// <summary>The classes of a round that a tail holds.</summary>
    public ulong MaskOf(in Tail tail, int round)
    {
        var mask = 0ul;
        for (var c = round * 64; c < Math.Min(Representatives.Length, round * 64 + 64); c++)
            if (tail.Holds(Representatives[c])) mask |= 1ul << (c & 63);
        return mask;
    }

    /// <summary>The mask of all classes of a round.</summary>
    public ulong All(int round) => Representatives.Length - round * 64 >= 64 ? ulong.MaxValue : (1ul << (Representatives.Length - round * 64)) - 1;

    /// <summary>Packets that begin a communication: TCP with SYN alone, everything of other protocols; state NEW.</summary>
    public static IEnumerable<Kind> Opening()
    {
        for (var protocol = 0; protocol < 256; protocol++)
        {
            if (protocol != Protocols.Tcp) yield return new((byte)protocol, 0, ConnectionStates.New, Fragments.WholeOrFirst);
            else
                foreach (var flags in TcpFlags.Opening.Members()) yield return new(Protocols.Tcp, flags, ConnectionStates.New, Fragments.WholeOrFirst);
        }
    }

    /// <summary>Packets that belong to no connection and begin none: TCP with other flags, invalid ones, untracked ones, fragments without their first.</summary>
    public static IEnumerable<Kind> Stray()
    {
        for (var protocol = 0; protocol < 256; protocol++)
        {
            yield return new((byte)protocol, TcpFlags.Ack, ConnectionStates.New, Fragments.Later);
            if (protocol != Protocols.Tcp)
            {
                yield return new((byte)protocol, 0, ConnectionStates.Invalid, Fragments.WholeOrFirst);
                yield return new((byte)protocol, 0, ConnectionStates.Untracked, Fragments.WholeOrFirst);
                continue;
            }
            for (var flags = 0; flags < 256; flags++)
            {
                if (!TcpFlags.Opening.Contains((byte)flags)) yield return new(Protocols.Tcp, (byte)flags, ConnectionStates.New, Fragments.WholeOrFirst);
                yield return new(Protocols.Tcp, (byte)flags, ConnectionStates.Invalid, Fragments.WholeOrFirst);
                yield return new(Protocols.Tcp, (byte)flags, ConnectionStates.Untracked, Fragments.WholeOrFirst);
            }
        }
    }

    /// <summary>Every packet there is: what is said of a rule must hold for all.</summary>
    public static IEnumerable<Kind> Every()
    {
        ConnectionStates[] states = [ConnectionStates.New, ConnectionStates.Established, ConnectionStates.Related, ConnectionStates.Invalid, ConnectionStates.Untracked];
        foreach (var state in states)
            for (var protocol = 0; protocol < 256; protocol++)
            {
                // Later fragments carry no flags: as few and as many as a filter may take them for.
                yield return new((byte)protocol, 0, state, Fragments.Later);
                if (protocol == Protocols.Tcp) yield return new(Protocols.Tcp, TcpFlags.Ack, state, Fragments.Later);
                for (var flags = 0; flags < (protocol == Protocols.Tcp ? 256 : 1); flags++) yield return new((byte)protocol, (byte)flags, state, Fragments.WholeOrFirst);
            }
    }

    public static KindClasses Of(IEnumerable<Kind> kinds, IReadOnlyList<Tail> tails)
    {
        var all = kinds.ToArray();
        var of = new int[all.Length];
        var classes = 1;
        // Ports, ICMP types and neither must stay apart, whatever rules say: they read the same bytes differently.
        Refine(all, of, ref classes, static kind => Protocols.WithPorts.Contains(kind.Protocol));
        Refine(all, of, ref classes, static kind => Protocols.WithTypes.Contains(kind.Protocol));
        foreach (var tail in tails)
            if (tail != Tail.Any) Refine(all, of, ref classes, kind => tail.Holds(kind));
        var representatives = new Kind[classes];
        var protocols = new ByteSet[classes];
        for (var i = all.Length - 1; i >= 0; i--)
        {
            representatives[of[i]] = all[i];
            protocols[of[i]] |= ByteSet.Of(all[i].Protocol);
        }
        return new(representatives, protocols);
    }

    private static void Refine(Kind[] kinds, int[] of, ref int classes, Func<Kind, bool> holds)
    {
        var renamed = new int[classes * 2];
        Array.Fill(renamed, -1);
        var count = 0;
        for (var i = 0; i < kinds.Length; i++)
        {
            ref var name = ref renamed[of[i] * 2 + (holds(kinds[i]) ? 1 : 0)];
            if (name < 0) name = count++;
            of[i] = name;
        }
        classes = count;
    }
}
