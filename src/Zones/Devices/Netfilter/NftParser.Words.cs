using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Words, statements, blocks and variables.</summary>
internal sealed partial class NftParser
{
    private const int DepthLimit = 32;

    /// <summary>Tokens that variables may grow to in one statement: a file of ten lines can else ask for 2^10 copies.</summary>
    private const int ExpansionLimit = 500_000;

    /// <summary>The table whose rules are read.</summary>
    private NftTable? inside;

    private int anonymous;

    private readonly Dictionary<string, List<NftToken>> variables = new(StringComparer.Ordinal);

    /// <summary>The next word, a variable of one word replaced; empty where none stands.</summary>
    private string Word()
    {
        if (Current.Mark is not (NftMark.Word or NftMark.Quoted)) return "";
        return Resolve(tokens[at++]);
    }

    private string Resolve(NftToken token) => VariableOf(token) is [var one] ? one.Text : token.Text;

    private List<NftToken>? VariableOf(NftToken token) => token is { Mark: NftMark.Word, Text: ['$', _, ..] } ? variables.GetValueOrDefault(token.Text[1..]) : null;

    private (string Family, string Name) TableName()
    {
        var first = Word();
        return first is "ip" or "ip6" or "inet" or "bridge" or "arp" or "netdev" ? (first, Word()) : ("ip", first);
    }

    private bool Take(string sign)
    {
        if (!Current.Is(sign)) return false;
        at++;
        return true;
    }

    private void SkipBreaks()
    {
        while (Current.Mark == NftMark.Break || Current.Is(";")) at++;
    }

    /// <summary>To the end of the statement, over what stands in braces.</summary>
    private bool Skip(bool understood)
    {
        for (var depth = 0; Current.Mark != NftMark.End && !(depth == 0 && AtEndOfStatement); at++) depth += Depth(Current);
        return understood;
    }

    /// <summary>A statement that begins with nothing known.</summary>
    private bool Strange(string word)
    {
        if (word.Length == 0) at++;
        return Skip(understood: false);
    }

    private static int Depth(NftToken token) => token.Is("{") || token.Is("(") ? 1 : token.Is("}") || token.Is(")") ? -1 : 0;

    /// <summary>Goes through what stands in braces; <paramref name="item"/> reads one statement and is told the line it begins in.</summary>
    /// <param name="opening">What the line of the opening brace counts as.</param>
    /// <returns>False where the file breaks off before the closing brace, or none opens.</returns>
    private bool Block(Action<int> item, Reading opening)
    {
        var opened = Current.Line;
        if (!Take("{")) return Skip(understood: false);
        work.Ledger.Add(opened, opening);
        while (true)
        {
            SkipBreaks();
            var line = Current.Line;
            if (Current.Mark == NftMark.End)
            {
                work.Truncated(opened);
                return false;
            }
            if (Take("}"))
            {
                work.Ledger.Add(line, Reading.Structure);
                return true;
            }
            item(line);
        }
    }

    private bool Define()
    {
        var name = Word();
        var understood = name.Length > 0 && Take("=");
        variables[name] = Statement();
        return understood;
    }

    private bool Undefine()
    {
        variables.Remove(Word());
        return true;
    }

    /// <summary>The tokens of a statement, variables put in their place.</summary>
    private List<NftToken> Statement()
    {
        List<NftToken> said = [];
        for (var depth = 0; Current.Mark != NftMark.End && !(depth == 0 && AtEndOfStatement); at++)
        {
            depth += Depth(Current);
            if (Current.Mark != NftMark.Break) Expand(Current, said, 0);
            if (depth == 0 && (Current.Is("jump") || Current.Is("goto")) && tokens[at + 1].Is("{") && inside is not null) Anonymous(said);
        }
        return said;
    }

    /// <summary>"jump { … }": a chain without a name, in the place of one.</summary>
    private void Anonymous(List<NftToken> said)
    {
        at++;
        var name = new NftToken(NftMark.Word, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"chain of line {Current.Line}, {at}"), Current.Line);
        if (++anonymous < DepthLimit) ChainBlock(inside!.Chain(name.Text, name.Line));
        else Skip(understood: false);
        anonymous--;
        at--;
        said.Add(name);
    }

    private void Expand(NftToken token, List<NftToken> to, int depth)
    {
        if (depth >= DepthLimit || VariableOf(token) is not { } value)
        {
            to.Add(token);
            return;
        }
        foreach (var inner in value)
        {
            if (to.Count > ExpansionLimit) return;
            Expand(inner with { Line = token.Line }, to, depth + 1);
        }
    }
}
