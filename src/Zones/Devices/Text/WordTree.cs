using System.Runtime.InteropServices;

namespace Sekisho.Zones.Devices;

/// <summary>What a reader made of a line or a part of a tree.</summary>
internal enum Reading : byte
{
    /// <summary>Nobody looked at it. At the end that is the same as not understood.</summary>
    None,

    /// <summary>Blank, a comment, a bracket: nothing is said.</summary>
    Structure,

    Irrelevant,
    Understood,
    NotUnderstood,
}

/// <summary>A configuration as a tree of words: the one shape of Junos (braces or set), PAN-OS (set or XML) and FortiOS.</summary>
/// <remarks>
/// Each node is one word below its parent; the same word again under the same parent is the same node, which is what makes both
/// forms of a vendor one tree. Values that repeat by right ("0.0.0.0 0.0.0.0") are added with <see cref="AddAlways"/>.
/// Node 0 is the root. Nodes are numbers into one array: a file of 100,000 lines is a few megabytes.
/// </remarks>
internal sealed class WordTree
{
    private readonly List<Node> nodes = [];
    private readonly List<string> words = [""];
    private readonly Dictionary<string, int> wordIds = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly Dictionary<ulong, int> children = new(new Spread());
    private readonly List<(int Line, int Node)> lines = [];

    public WordTree()
    {
        lookup = wordIds.GetAlternateLookup<ReadOnlySpan<char>>();
        nodes.Add(new Node { Parent = -1, First = -1, Last = -1, Next = -1 });
    }

    public int Count => nodes.Count;

    /// <summary>The child <paramref name="word"/> of <paramref name="parent"/>, made when it is not there.</summary>
    public int Add(int parent, ReadOnlySpan<char> word, int line)
    {
        var id = Intern(word);
        ref int child = ref CollectionsMarshal.GetValueRefOrAddDefault(children, Key(parent, id), out bool exists);
        if (exists && !nodes[child].Removed) return child;
        child = Append(parent, id, line);
        return child;
    }

    /// <summary>A further child, also where the same word stands there already.</summary>
    public int AddAlways(int parent, ReadOnlySpan<char> word, int line)
    {
        var id = Intern(word);
        var child = Append(parent, id, line);
        children.TryAdd(Key(parent, id), child);
        return child;
    }

    /// <summary>Takes a node and all below it out of the tree.</summary>
    public void Remove(int node)
    {
        var at = nodes[node];
        var parent = at.Parent;
        var before = -1;
        for (var child = nodes[parent].First; child >= 0 && child != node; child = nodes[child].Next) before = child;

        var all = CollectionsMarshal.AsSpan(nodes);
        if (before < 0) all[parent].First = at.Next;
        else all[before].Next = at.Next;
        if (all[parent].Last == node) all[parent].Last = before;
        all[node].Removed = true;
        all[node].Next = -1;
    }

    /// <summary>Takes all children of a node out of the tree.</summary>
    public void Clear(int node)
    {
        var all = CollectionsMarshal.AsSpan(nodes);
        for (var child = all[node].First; child >= 0; child = all[child].Next) all[child].Removed = true;

        all[node].First = -1;
        all[node].Last = -1;
    }

    /// <summary>Puts a node before or after one of its siblings.</summary>
    public void Move(int node, int sibling, bool after)
    {
        if (node == sibling || nodes[node].Parent != nodes[sibling].Parent) return;
        var parent = nodes[node].Parent;
        List<int> order = [.. Children(parent)];
        order.Remove(node);
        order.Insert(order.IndexOf(sibling) + (after ? 1 : 0), node);
        var all = CollectionsMarshal.AsSpan(nodes);
        for (var i = 0; i < order.Count; i++) all[order[i]].Next = i + 1 < order.Count ? order[i + 1] : -1;

        all[parent].First = order[0];
        all[parent].Last = order[^1];
    }

    /// <summary>Copies all below one node to another (a FortiOS "clone", a Junos "apply-groups").</summary>
    public void Copy(int from, int to, int depth = 0)
    {
        if (depth > 64) return;
        foreach (var child in Children(from).ToArray()) Copy(child, Add(to, Word(child), nodes[child].Line), depth + 1);
    }

    /// <summary>
    /// Takes apart what one line said of several attributes ("from trust to untrust"): what stands below a value of an attribute
    /// becomes an attribute beside it. Without this a rule would look wider than it is.
    /// </summary>
    public void Hoist(int node, Func<string, bool> isAttribute)
    {
        var again = true;
        for (var round = 0; again && round < 64; round++)
        {
            again = false;
            foreach (var part in Children(node).ToArray())
            {
                if (!isAttribute(Word(part))) continue;
                foreach (var value in Children(part).ToArray())
                {
                    if (IsLeaf(value)) continue;
                    foreach (var below in Children(value).ToArray()) Copy(below, Add(node, Word(below), Line(below)));

                    Clear(value);
                    again = true;
                }
            }
        }
    }

    public string Word(int node) => words[nodes[node].Word];

    /// <summary>The line at which the node was first said.</summary>
    public int Line(int node) => nodes[node].Line;

    public int Parent(int node) => nodes[node].Parent;

    public bool IsLeaf(int node) => nodes[node].First < 0;

    /// <summary>Where the node was switched off ("inactive:", "deactivate").</summary>
    public bool IsOff(int node) => nodes[node].Off;

    public void SwitchOff(int node, bool off = true) => CollectionsMarshal.AsSpan(nodes)[node].Off = off;

    /// <summary>The child with this word, or -1.</summary>
    public int Find(int parent, ReadOnlySpan<char> word) =>
        parent >= 0 && lookup.TryGetValue(word, out var id) && children.TryGetValue(Key(parent, id), out var child) && !nodes[child].Removed ? child : -1;

    public int Find(int parent, ReadOnlySpan<char> first, ReadOnlySpan<char> second) => Find(Find(parent, first), second);

    public int Find(int parent, ReadOnlySpan<char> first, ReadOnlySpan<char> second, ReadOnlySpan<char> third) => Find(Find(parent, first, second), third);

    /// <summary>The only child's word, or null where there is none or more than one.</summary>
    public string? Only(int node) =>
        node >= 0 && nodes[node].First >= 0 && nodes[nodes[node].First].Next < 0 ? Word(nodes[node].First) : null;

    /// <summary>The children in their order.</summary>
    public Enumeration Children(int node) => new(this, node);

    /// <summary>Says that what a line says ends at this node; the line's reading is the node's.</summary>
    public void Tie(int line, int node) => lines.Add((line, node));

    public void Mark(int node, Reading reading)
    {
        if (node >= 0) CollectionsMarshal.AsSpan(nodes)[node].Reading = reading;
    }

    /// <summary>Marks a node and all below it.</summary>
    public void MarkAll(int node, Reading reading)
    {
        if (node < 0) return;
        Mark(node, reading);
        for (var child = nodes[node].First; child >= 0; child = nodes[child].Next) MarkAll(child, reading);
    }

    /// <summary>Below a node only these words are understood: whatever else stands there may change what is around it.</summary>
    public void MarkOthers(int node, params ReadOnlySpan<string> known)
    {
        foreach (var child in Children(node))
            if (!known.Contains(Word(child))) MarkAll(child, Reading.NotUnderstood);
    }

    /// <summary>The reading of the nearest marked node from here to the root.</summary>
    public Reading ReadingOf(int node)
    {
        for (var at = node; at >= 0; at = nodes[at].Parent)
            if (nodes[at].Reading != Reading.None) return nodes[at].Reading;
        return Reading.None;
    }

    /// <summary>The worst reading that a line's nodes got.</summary>
    public void Settle(LineLedger ledger)
    {
        foreach (var (line, node) in lines)
            ledger.Add(line, ReadingOf(node) is var reading && reading == Reading.None ? Reading.NotUnderstood : reading);
    }

    /// <summary>The words from the root to the node, for messages.</summary>
    public string Path(int node)
    {
        var path = new Stack<string>();
        for (var at = node; at > 0; at = nodes[at].Parent) path.Push(Word(at));

        return string.Join(' ', path);
    }

    private int Append(int parent, int word, int line)
    {
        var index = nodes.Count;
        nodes.Add(new Node { Word = word, Parent = parent, First = -1, Last = -1, Next = -1, Line = line });
        var all = CollectionsMarshal.AsSpan(nodes);
        if (all[parent].Last < 0) all[parent].First = index;
        else all[all[parent].Last].Next = index;
        all[parent].Last = index;
        return index;
    }

    private int Intern(ReadOnlySpan<char> word)
    {
        ref int id = ref CollectionsMarshal.GetValueRefOrAddDefault(lookup, word, out bool exists);
        if (!exists)
        {
            id = words.Count;
            words.Add(word.ToString());
        }

        return id;
    }

    private static ulong Key(int parent, int word) => ((ulong)(uint)parent << 32) | (uint)word;

    private struct Node
    {
        public int Word;
        public int Parent;
        public int First;
        public int Last;
        public int Next;
        public int Line;
        public Reading Reading;
        public bool Off;
        public bool Removed;
    }

    /// <summary>ulong's own hash folds the halves together (hi ^ lo), which piles up exactly these keys; this one spreads them.</summary>
    private sealed class Spread : IEqualityComparer<ulong>
    {
        public bool Equals(ulong x, ulong y) => x == y;

        public int GetHashCode(ulong key)
        {
            key *= 0x9E3779B97F4A7C15;
            return (int)(key >> 32);
        }
    }

    /// <summary>Children in order; an enumerable without allocation in foreach.</summary>
    public readonly struct Enumeration(WordTree tree, int node) : IEnumerable<int>
    {
        public Enumerator GetEnumerator() => new(tree, node < 0 ? -1 : tree.nodes[node].First);

        IEnumerator<int> IEnumerable<int>.GetEnumerator() => GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    public struct Enumerator(WordTree tree, int first) : IEnumerator<int>
    {
        private int next = first;

        public int Current { get; private set; } = -1;

        readonly object System.Collections.IEnumerator.Current => Current;

        public bool MoveNext()
        {
            if (next < 0) return false;
            Current = next;
            next = tree.nodes[next].Next;
            return true;
        }

        public readonly void Reset() => throw new NotSupportedException();

        public readonly void Dispose()
        {
        }
    }
}
