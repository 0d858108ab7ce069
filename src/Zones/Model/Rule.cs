using System.Collections.Immutable;

namespace Sekisho.Zones.Model;

/// <summary>Where something is written (記載箇所).</summary>
/// <param name="File">Path as given, relative to the folder that was read.</param>
/// <param name="FirstLine">From 1; 0 where nothing is written (an implicit rule).</param>
/// <param name="LastLine">Equal to <paramref name="FirstLine"/> for one line.</param>
/// <param name="Of">The objects that led there, e.g. <c>policy 12 &gt; addrgrp servers</c>; empty where the line says it all.</param>
public readonly record struct SourceRef(string File, int FirstLine, int LastLine, string Of = "")
{
    public static SourceRef Implicit(string file, string of) => new(file, 0, 0, of);

    public override string ToString() => FirstLine == 0 ? $"{File} ({Of})" : FirstLine == LastLine ? $"{File}:{FirstLine}" : $"{File}:{FirstLine}-{LastLine}";
}

/// <summary>What happens to a packet that matches.</summary>
/// <remarks>An enumeration, not a closed record: a hundred thousand rules carry one.</remarks>
public enum RuleAction : byte
{
    /// <summary>This filter lets it pass (other filters on the way may still stop it).</summary>
    Accept,
    Drop,

    /// <summary>Stopped, with an answer to the sender.</summary>
    Reject,

    /// <summary>Goes on in chain <see cref="Rule.Target"/>, and behind this rule when that chain ends.</summary>
    Jump,

    /// <summary>Goes on in chain <see cref="Rule.Target"/>; when that ends, behind the rule that jumped here (iptables <c>-g</c>, nft <c>goto</c>).</summary>
    Goto,

    /// <summary>Leaves this chain; in a base chain: its default.</summary>
    Return,

    /// <summary>Nothing: the next rule decides (logging, counting, marking).</summary>
    Continue,

    /// <summary>Not understood: it may accept, drop or go on. Say which words were not understood in <see cref="Rule.Unknowns"/>.</summary>
    Unknown,
}

/// <summary>Why a rule matches less surely than its sets say.</summary>
public enum UnknownKind : byte
{
    /// <summary>A host name: its addresses change.</summary>
    Fqdn,
    Application,
    Schedule,
    User,
    Geography,

    /// <summary>Bytes of the content.</summary>
    Content,

    /// <summary>A limit of rate or number: some packets match, others don't.</summary>
    Rate,

    /// <summary>Set by other means at run time: marks, MAC addresses, sets that are filled from outside, dynamic addresses.</summary>
    RunTime,

    /// <summary>Words that the reader doesn't know: the verdict is "not assessed" with these lines.</summary>
    NotUnderstood,
}

/// <summary>A named condition that can't be known from the configuration (未知の条件).</summary>
/// <param name="Name">As written: <c>update.example.jp</c>, <c>web-browsing</c>; for <see cref="UnknownKind.NotUnderstood"/> the words (masked).</param>
public sealed record Unknown(UnknownKind Kind, string Name);

/// <summary>One rule (規則) of a filter, first match decides.</summary>
/// <param name="May">Every packet that it may match: an upper bound. Unknown conditions count as true, unknown addresses as any.</param>
/// <param name="Name">As people call it: a policy's number or name, a comment; may be empty.</param>
/// <remarks>
/// What is unknown is never left out: a rule with a host name among its addresses has <c>May.Destination</c> = any, <see cref="Must"/> with only the addresses that
/// are certain (or <see cref="Match.Nothing"/>), and the name in <see cref="Unknowns"/>. The engine widens what accepts and narrows what drops, so that
/// "separated" is never said wrongly. A line in a filter that isn't understood at all is a rule in its place: May = Any (or what is certain of it),
/// Must = Nothing, Action = Unknown, with an <see cref="UnknownKind.NotUnderstood"/>. Disabled rules are left out.
/// </remarks>
public sealed record Rule(Match May, RuleAction Action, SourceRef Source, string Name)
{
    /// <summary>Every packet that it certainly matches: a lower bound, inside <see cref="May"/>. Null: the same as May, nothing is unknown.</summary>
    public Match? Must { get; init; }

    /// <summary>Empty where <see cref="Must"/> is null.</summary>
    public ImmutableArray<Unknown> Unknowns { get; init; } = [];

    /// <summary>The chain of <see cref="RuleAction.Jump"/> and <see cref="RuleAction.Goto"/>.</summary>
    public string? Target { get; init; }
}

/// <summary>Rules in the order in which they are tried. What runs off the end goes back to the caller, or to the default of the <see cref="Filter"/>.</summary>
public sealed record Chain(string Name, ImmutableArray<Rule> Rules);
