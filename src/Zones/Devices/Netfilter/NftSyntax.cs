using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>What kind of value stands at the right side of a match, or in a set.</summary>
internal enum NftKind
{
    /// <summary>An address, number, name or flag as written.</summary>
    Word,

    /// <summary>From <see cref="NftValue.Text"/> to <see cref="NftValue.Other"/>.</summary>
    Range,

    /// <summary>Everything ("*" in a map).</summary>
    Any,

    /// <summary>A set in braces.</summary>
    Set,

    /// <summary>A named set: @name.</summary>
    Reference,

    /// <summary>Values side by side, of a concatenation.</summary>
    Concatenation,

    /// <summary>Flags joined by commas or bars.</summary>
    Flags,

    /// <summary>"flags / mask" of newer versions.</summary>
    Masked,

    /// <summary>What this reader has no meaning for.</summary>
    Strange,
}

/// <summary>A value of nftables' language.</summary>
internal sealed record NftValue(NftKind Kind, string Text = "", string Other = "")
{
    public List<NftElement> Elements { get; init; } = [];

    public List<NftValue> Items { get; init; } = [];
}

/// <summary>An element of a set, or of a map with what it leads to.</summary>
internal sealed record NftElement(NftValue Key, NftData? Data, int Line);

/// <summary>What a map leads to: a verdict, or values.</summary>
internal sealed record NftData(string? Verdict, string? Target, NftValue? Value);

/// <summary>One statement of a rule.</summary>
internal abstract record NftStatement
{
    private NftStatement()
    {
    }

    /// <summary>A condition on one field, or on several side by side.</summary>
    public sealed record Match(List<string> Fields, string? Mask, string Operator, NftValue Right) : NftStatement;

    public sealed record VerdictMap(List<string> Fields, NftValue Map) : NftStatement;

    /// <summary>accept, drop, reject, jump, goto, return, continue, queue.</summary>
    public sealed record Verdict(string Name, string? Target) : NftStatement;

    /// <summary>dnat, snat, masquerade, redirect.</summary>
    public sealed record Nat(string Name, List<string> MapFields, NftValue? Map, NftValue? Address, NftValue? Port, bool Prefix) : NftStatement;

    /// <summary>Counts, logs, marks: no influence on what passes.</summary>
    public sealed record Neutral(string Name) : NftStatement;

    /// <summary>A condition that the rules don't tell: a rate, a count, a quota.</summary>
    public sealed record Unknowable(UnknownKind Kind, string Text) : NftStatement;

    /// <summary>Adds to a set at run time.</summary>
    public sealed record Fills(string Set) : NftStatement;

    public sealed record Strange(string Text) : NftStatement;
}

internal sealed record NftRule(List<NftStatement> Statements, string Comment, int Line, int LastLine);

internal sealed class NftChain(string name, int line)
{
    public string Name { get; } = name;

    public int Line { get; } = line;

    public string? Type { get; set; }

    public string? Hook { get; set; }

    public int Priority { get; set; }

    public bool PriorityKnown { get; set; } = true;

    public List<string> Devices { get; } = [];

    public bool Drops { get; set; }

    public int PolicyLine { get; set; }

    public List<NftRule> Rules { get; } = [];
}

internal sealed class NftSet(string name, int line)
{
    public string Name { get; } = name;

    public int Line { get; } = line;

    public bool IsMap { get; set; }

    public string Type { get; set; } = "";

    /// <summary>Filled or emptied while it runs.</summary>
    public bool Dynamic { get; set; }

    public List<NftElement> Elements { get; } = [];
}

internal sealed class NftTable(string family, string name)
{
    public string Family { get; } = family;

    public string Name { get; } = name;

    public bool Dormant { get; set; }

    public Dictionary<string, NftChain> Chains { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, NftSet> Sets { get; } = new(StringComparer.Ordinal);

    public NftChain Chain(string chain, int line)
    {
        if (!Chains.TryGetValue(chain, out var found))
        {
            found = new NftChain(chain, line);
            Chains.Add(chain, found);
        }

        return found;
    }

    public NftSet Set(string set, int line)
    {
        if (!Sets.TryGetValue(set, out var found))
        {
            found = new NftSet(set, line);
            Sets.Add(set, found);
        }

        return found;
    }
}

/// <summary>All tables of a file.</summary>
internal sealed class NftRuleset
{
    public Dictionary<(string Family, string Name), NftTable> Tables { get; } = [];

    public NftTable Table((string Family, string Name) key)
    {
        if (!Tables.TryGetValue(key, out var table)) Tables.Add(key, table = new NftTable(key.Family, key.Name));
        return table;
    }
}
