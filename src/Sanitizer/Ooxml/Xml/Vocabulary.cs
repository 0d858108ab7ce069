using System.Text;

namespace Sekisho.Sanitizer.Ooxml.Xml;

/// <summary>A namespace that a rebuilt document may speak.</summary>
/// <param name="Prefix">The prefix it is always written with.</param>
/// <param name="StrictUri">Its name in strict documents (ISO/IEC 29500-1); null where there is but one.</param>
internal sealed class XmlSpace(string prefix, string uri, string? strictUri, int index)
{
    public string Prefix => prefix;

    public byte[] PrefixBytes { get; } = Encoding.ASCII.GetBytes(prefix);

    public byte[] UriBytes { get; } = Encoding.ASCII.GetBytes(uri);

    public byte[] StrictUriBytes { get; } = Encoding.ASCII.GetBytes(strictUri ?? uri);

    public string Uri => uri;

    public string? StrictUri => strictUri;

    public int Index => index;

    /// <summary>Elements by the number of their local name.</summary>
    public Dictionary<int, ElementRule> Elements { get; } = [];

    public override string ToString() => prefix;
}

/// <summary>One element name: what it may have, and whether it is written at all.</summary>
internal sealed class ElementRule(XmlSpace space, string local)
{
    public XmlSpace Space => space;

    public string Local => local;

    public string Name { get; } = string.Concat(space.Prefix, ":", local);

    public byte[] LocalBytes => field ??= Encoding.ASCII.GetBytes(local);

    /// <summary>The threat it stands for: not written. Null: written.</summary>
    public string? Threat { get; set; }

    /// <summary>With a threat: its content is kept.</summary>
    public bool Unwrap { get; set; }

    /// <summary>Not written when nothing is left in it.</summary>
    public bool Lazy { get; set; }

    /// <summary>What a rule of one format does with it; 0 for nothing.</summary>
    public Special Special { get; set; }

    /// <summary>Attributes by <see cref="Vocabulary.AttributeKey"/>.</summary>
    public Dictionary<int, AttributeRule> Attributes { get; set; } = None;

    /// <summary>Of elements without any; never written to.</summary>
    public static readonly Dictionary<int, AttributeRule> None = [];

    public override string ToString() => Name;
}

/// <summary>One attribute of one element.</summary>
internal sealed class AttributeRule(XmlSpace? space, string local)
{
    /// <summary>Null: no namespace.</summary>
    public XmlSpace? Space => space;

    public string Local => local;

    // Made when they are asked for: of 10,000 rules a document asks for some hundred.
    public string Name => field ??= space is null ? local : $"{space.Prefix}:{local}";

    public byte[] NameBytes => field ??= Encoding.ASCII.GetBytes(Name);

    public string? Threat { get; set; }

    /// <summary>Its value names a relationship.</summary>
    public bool IsRelation { get; set; }

    /// <summary>Identity of an editing session: goes with the metadata.</summary>
    public bool IsRevisionId { get; set; }

    /// <summary>Its value is an address that something may be fetched from.</summary>
    public bool IsAddress { get; set; }

    /// <summary>… and that is fetched by itself: of a picture, not of a link.</summary>
    public bool IsFetched { get; set; }
}

/// <summary>The allow list of names: data/sanitizer/ooxml-names.txt less ooxml-dangerous.txt. What isn't here isn't written.</summary>
internal sealed class Vocabulary
{
    public static Vocabulary Instance { get; } = new();

    private readonly Dictionary<string, XmlSpace> byPrefix = new(StringComparer.Ordinal);
    private readonly Dictionary<string, XmlSpace> byUri = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ElementRule> byName = new(4_096, StringComparer.Ordinal);
    private readonly Dictionary<string, int> locals = new(4_096, StringComparer.Ordinal);
    private readonly ByteTable localTable;
    private readonly ByteTable uriTable;
    private readonly List<XmlSpace> spaces = [];

    private Vocabulary()
    {
        Read();
        Mc = Add("mc", "http://schemas.openxmlformats.org/markup-compatibility/2006", null);
        foreach (var (name, attributes) in new[] { ("AlternateContent", ""), ("Choice", "Requires"), ("Fallback", "") })
        {
            var rule = Element(Mc, name);
            if (attributes.Length > 0) Allow(rule, attributes);
        }
        Relations = byPrefix["r"];
        ReadDangerous();
        foreach (var rule in byName.Values) Mark(rule);
        SpecialNames.Apply(this);
        localTable = Table(locals, static n => n);
        uriTable = Table(byUri, static s => s.Index);
    }

    public XmlSpace Mc { get; }

    public XmlSpace Relations { get; }

    public XmlSpace this[string prefix] => byPrefix[prefix];

    /// <summary>The rule of <c>w:p</c>; null when it is not in the list.</summary>
    public ElementRule? Find(string name) => byName.GetValueOrDefault(name);

    public XmlSpace? Space(string uri) => byUri.GetValueOrDefault(uri);

    public XmlSpace? Space(ReadOnlySpan<byte> uri) => uriTable.Find(uri) is >= 0 and var index ? spaces[index] : null;

    /// <summary>Number of a local name; -1 when no vocabulary has it.</summary>
    public int LocalNumber(ReadOnlySpan<byte> local) => localTable.Find(local);

    public static int AttributeKey(XmlSpace? space, int local) => ((space is null ? 0 : space.Index + 1) << 16) | local;

    public int Local(string name)
    {
        if (locals.TryGetValue(name, out var number)) return number;
        return locals[name] = locals.Count;
    }

    private static string Resource(string name)
    {
        using var stream = typeof(Vocabulary).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static ByteTable Table<T>(Dictionary<string, T> from, Func<T, int> number)
    {
        var all = new List<(byte[], int)>(from.Count);
        foreach (var (key, value) in from) all.Add((Encoding.ASCII.GetBytes(key), number(value)));
        return new(all);
    }

    private XmlSpace Add(string prefix, string uri, string? strict)
    {
        var space = new XmlSpace(prefix, uri, strict, spaces.Count);
        spaces.Add(space);
        byPrefix[prefix] = space;
        byUri[uri] = space;
        if (strict is not null) byUri[strict] = space;
        return space;
    }

    private ElementRule Element(XmlSpace space, string local)
    {
        var number = Local(local);
        if (space.Elements.TryGetValue(number, out var rule)) return rule;
        space.Elements[number] = rule = new(space, local);
        byName[rule.Name] = rule;
        return rule;
    }

    private void Read()
    {
        var text = Resource("ooxml-names.txt");
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length == 0 || line[0] != '@') continue;
            var words = line[1..].ToString().Split(' ');
            Add(words[0], words[1], words.Length > 2 ? words[2] : null);
        }
        XmlSpace? space = null;
        // One string a local name, however many elements have it.
        var known = locals.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length == 0 || line[0] == '#') continue;
            if (line[0] == '@')
            {
                space = byPrefix[line[1..line.IndexOf(' ')].ToString()];
                continue;
            }
            ElementRule? rule = null;
            foreach (var range in line.Split(' '))
            {
                var word = line[range];
                if (rule is null)
                {
                    rule = Element(space!, Known(word));
                    if (word.Length < line.Length) rule.Attributes = new(line.Count(' '));
                    continue;
                }
                var colon = word.IndexOf(':');
                var of = word[0] == '.' ? space : colon < 0 ? null : byPrefix[word[..colon].ToString()];
                var local = Known(word[0] == '.' ? word[1..] : word[(colon + 1)..]);
                rule.Attributes[AttributeKey(of, locals[local])] = new(of, local);
            }
        }

        string Known(ReadOnlySpan<char> name)
        {
            if (known.TryGetValue(name, out var same, out _)) return same;
            var made = name.ToString();
            locals[made] = locals.Count;
            return made;
        }
    }

    private AttributeRule Allow(ElementRule rule, string name)
    {
        if (rule.Attributes == ElementRule.None) rule.Attributes = [];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var space = colon < 0 ? null : byPrefix[name[..colon]];
        var local = name[(colon + 1)..];
        var key = AttributeKey(space, Local(local));
        if (!rule.Attributes.TryGetValue(key, out var attribute)) rule.Attributes[key] = attribute = new(space, local);
        return attribute;
    }

    private void ReadDangerous()
    {
        foreach (var line in Resource("ooxml-dangerous.txt").Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var words = line.Split(' ');
            var at = words[1].IndexOf('@', StringComparison.Ordinal);
            var name = (at < 0 ? words[1] : words[1][..at]).TrimStart('~');
            if (at >= 0)
            {
                var on = name == "*" ? byName.Values.ToList() : byName.TryGetValue(name, out var one) ? [one] : [];
                foreach (var rule in on) Allow(rule, words[1][(at + 1)..]).Threat = words[0];
                continue;
            }
            var colon = name.IndexOf(':', StringComparison.Ordinal);
            if (!byPrefix.TryGetValue(name[..colon], out var space)) continue;
            var element = Element(space, name[(colon + 1)..]);
            element.Threat = words[0];
            element.Unwrap = words[1][0] == '~';
        }
    }

    private void Mark(ElementRule rule)
    {
        foreach (var attribute in rule.Attributes.Values)
        {
            attribute.IsRelation = attribute.Space == Relations || attribute is { Local: "relid", Space.Prefix: "o" };
            attribute.IsRevisionId = attribute.Space?.Prefix == "w" && attribute.Local.StartsWith("rsid", StringComparison.Ordinal);
            attribute.IsAddress = rule.Space.Prefix is "v" or "o" or "w10" && attribute.Local is "href" or "src";
            attribute.IsFetched = attribute.IsAddress && (attribute.Local == "src" || rule.Local is "fill" or "stroke" or "image" or "imagedata" or "background" or "left" or "top" or "right" or "bottom" or "column");
        }
        rule.Lazy = rule.Local is "extLst" or "ext" && rule.Space.Prefix is not "o";
    }
}

/// <summary>Finds a number by bytes, without making a string.</summary>
internal sealed class ByteTable
{
    // Chains in three flat arrays: thousands of small ones would have to be made at each start.
    private readonly int[] first;
    private readonly (byte[] Key, int Value, int Next)[] entries;
    private readonly uint mask;

    public ByteTable(IReadOnlyCollection<(byte[] Key, int Value)> all)
    {
        var size = 1;
        while (size < all.Count * 2) size <<= 1;
        mask = (uint)size - 1;
        first = new int[size];
        entries = new (byte[], int, int)[all.Count];
        var at = 0;
        foreach (var (key, value) in all)
        {
            ref var head = ref first[Hash(key) & mask];
            entries[at] = (key, value, head - 1);
            head = ++at;
        }
    }

    /// <summary>-1 when it isn't there.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        for (var i = first[Hash(key) & mask] - 1; i >= 0;)
        {
            ref var entry = ref entries[i];
            if (key.SequenceEqual(entry.Key)) return entry.Value;
            i = entry.Next;
        }
        return -1;
    }

    private static uint Hash(ReadOnlySpan<byte> key)
    {
        var hash = 2166136261u;
        foreach (var b in key) hash = (hash ^ b) * 16777619u;
        return hash ^ (hash >> 15);
    }
}
