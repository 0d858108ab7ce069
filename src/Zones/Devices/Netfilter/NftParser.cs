using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>nftables' text: rule files and the listing of "nft list ruleset".</summary>
/// <remarks>Source: nft(8). Commands are done in their order: flush, delete, add, insert.</remarks>
internal sealed partial class NftParser(FileWork work, NftRuleset ruleset)
{
    private const int DepthLimit = 32;

    /// <summary>Tokens that variables may grow to in one statement: a file of ten lines can else ask for 2^10 copies.</summary>
    private const int ExpansionLimit = 500_000;

    private readonly List<NftToken> tokens = new NftLexer(work.Text, work.Ledger).Read();
    private readonly Dictionary<string, List<NftToken>> variables = new(StringComparer.Ordinal);
    private int at;

    private NftToken Current => tokens[at];

    public void Read()
    {
        while (Current.Mark != NftMark.End)
        {
            if (Current.Mark == NftMark.Break || Current.Is(";"))
            {
                at++;
                continue;
            }

            if ((at & 4095) == 0) work.Cancel.ThrowIfCancellationRequested();
            var first = Current.Line;
            var understood = Command();
            Account(first, understood);
        }
    }

    /// <summary>Marks the lines from <paramref name="first"/> to here; inner lines that said something themselves keep it.</summary>
    private void Account(int first, bool understood)
    {
        var last = Math.Max(first, at > 0 ? tokens[at - 1].Line : first);
        if (understood) work.Ledger.Add(first, last, Reading.Understood);
        else work.Keep(first, last, new Touch.WholeDevice());
    }

    private string Word()
    {
        var token = Current;
        if (token.Mark is NftMark.Word or NftMark.Quoted)
        {
            at++;
            return Resolve(token);
        }

        return "";
    }

    private string Resolve(NftToken token)
    {
        return token.Mark == NftMark.Word && token.Text.StartsWith('$') && variables.TryGetValue(token.Text[1..], out var value) && value.Count == 1 ? value[0].Text : token.Text;
    }

    private bool Take(string sign)
    {
        if (Current.Is(sign))
        {
            at++;
            return true;
        }

        return false;
    }

    private void SkipBreaks()
    {
        while (Current.Mark == NftMark.Break || Current.Is(";")) at++;
    }

    /// <summary>To the end of the statement, over what stands in braces.</summary>
    private void SkipStatement()
    {
        var depth = 0;
        while (Current.Mark != NftMark.End)
        {
            if (depth == 0 && (Current.Mark == NftMark.Break || Current.Is(";") || Current.Is("}"))) return;
            depth += Current.Is("{") || Current.Is("(") ? 1 : Current.Is("}") || Current.Is(")") ? -1 : 0;
            at++;
        }
    }

    private bool Command()
    {
        var verb = Word();
        if (verb is "nft" or "/usr/sbin/nft" or "/sbin/nft" or "$NFT") verb = Word();
        switch (verb)
        {
            case "table":
                return Table();
            case "define" or "redefine":
                return Define();
            case "undefine":
                variables.Remove(Word());
                return true;
            case "flush":
                return Flush();
            case "delete" or "destroy":
                return Delete();
            case "add" or "create":
                return Add(insert: false);
            case "insert":
                return Add(insert: true);
            case "list" or "describe" or "export" or "monitor" or "echo" or "reset":
                SkipStatement();
                return true;
            case "chain" or "rule" or "set" or "map" or "element":
                at--;
                return Add(insert: false);
            default:
                if (verb.Length == 0) at++;

                SkipStatement();
                return false;
        }
    }

    private bool Define()
    {
        var name = Word();
        var ok = name.Length > 0 && Take("=");
        var value = Statement();
        variables[name] = value;
        return ok;
    }

    private bool Flush()
    {
        switch (Word())
        {
            case "ruleset":
                SkipStatement();
                ruleset.Tables.Clear();
                return true;
            case "table":
                var (family, table) = TableName();
                foreach (var one in ruleset.Table(family, table).Chains.Values) one.Rules.Clear();

                return true;
            case "chain":
                var (family2, table2) = TableName();
                var chain = Word();
                if (ruleset.Table(family2, table2).Chains.TryGetValue(chain, out var found)) found.Rules.Clear();

                return true;
            case "set" or "map":
                var (family3, table3) = TableName();
                var set = Word();
                if (ruleset.Table(family3, table3).Sets.TryGetValue(set, out var emptied)) emptied.Elements.Clear();

                return true;
            default:
                SkipStatement();
                return false;
        }
    }

    private bool Delete()
    {
        var what = Word();
        if (what == "table")
        {
            ruleset.Tables.Remove(TableName());
            SkipStatement();
            return true;
        }

        if (what is "chain" or "set" or "map")
        {
            var (family, name) = TableName();
            var inner = Word();
            var table = ruleset.Table(family, name);
            _ = what == "chain" ? table.Chains.Remove(inner) : table.Sets.Remove(inner);
            SkipStatement();
            return true;
        }

        SkipStatement();
        return false;
    }

    private (string Family, string Name) TableName()
    {
        var first = Word();
        return first is "ip" or "ip6" or "inet" or "bridge" or "arp" or "netdev" ? (first, Word()) : ("ip", first);
    }

    private bool Add(bool insert)
    {
        var what = Word();
        switch (what)
        {
            case "table":
                return Table();
            case "chain":
            {
                var (family, table) = TableName();
                var line = Current.Line;
                var chain = ruleset.Table(family, table).Chain(Word(), line);
                return !Current.Is("{") || ChainBlock(chain);
            }

            case "set" or "map":
            {
                var (family, table) = TableName();
                var line = Current.Line;
                var set = ruleset.Table(family, table).Set(Word(), line);
                set.IsMap |= what == "map";
                return !Current.Is("{") || SetBlock(set);
            }

            case "element":
            {
                var (family, table) = TableName();
                var line = Current.Line;
                var set = ruleset.Table(family, table).Set(Word(), line);
                return Elements(set);
            }

            case "counter" or "quota" or "limit" or "secmark" or "synproxy" or "flowtable" or "ct":
                SkipStatement();
                return true;
            default:
            {
                if (what != "rule") at--;
                var (family, table) = TableName();
                var line = Current.Line;
                var name = Word();
                if (name.Length == 0)
                {
                    SkipStatement();
                    return false;
                }

                var chain = ruleset.Table(family, table).Chain(name, line);
                if (Current.Is("position") || Current.Is("handle") || Current.Is("index"))
                {
                    SkipStatement();
                    return false;
                }

                return Rule(chain, insert);
            }
        }
    }

    private bool Table()
    {
        var (family, name) = TableName();
        if (name.Length == 0)
        {
            SkipStatement();
            return false;
        }

        var table = ruleset.Table(family, name);
        var opened = Current.Line;
        if (!Take("{"))
        {
            SkipStatement();
            return true;
        }

        work.Ledger.Add(opened, Reading.Understood);
        while (true)
        {
            SkipBreaks();
            if (Current.Mark == NftMark.End)
            {
                work.Truncated(opened);
                return false;
            }

            var first = Current.Line;
            if (Take("}"))
            {
                work.Ledger.Add(first, Reading.Structure);
                return true;
            }

            Account(first, TableItem(table));
        }
    }

    private bool TableItem(NftTable table)
    {
        var line = Current.Line;
        var what = Word();
        switch (what)
        {
            case "chain":
                return ChainBlock(table.Chain(Word(), line));
            case "set" or "map":
                var set = table.Set(Word(), line);
                set.IsMap = what == "map";
                return SetBlock(set);
            case "meter":
                SkipStatement();
                return true;
            case "flags":
                table.Dormant |= Current.Is("dormant");
                SkipStatement();
                return true;
            case "comment" or "counter" or "quota" or "limit" or "secmark" or "synproxy" or "flowtable" or "ct" or "tunnel":
                SkipStatement();
                return true;
            case "define" or "redefine":
                return Define();
            default:
                if (what.Length == 0) at++;

                SkipStatement();
                return false;
        }
    }

    private bool SetBlock(NftSet set)
    {
        var opened = Current.Line;
        if (!Take("{"))
        {
            SkipStatement();
            return false;
        }

        var understood = true;
        while (true)
        {
            SkipBreaks();
            if (Current.Mark == NftMark.End)
            {
                work.Truncated(opened);
                return false;
            }

            if (Take("}")) return understood;
            switch (Word())
            {
                case "type" or "typeof":
                    var type = new System.Text.StringBuilder();
                    while (Current.Mark is not (NftMark.Break or NftMark.End) && !Current.Is(";") && !Current.Is("}"))
                    {
                        type.Append(type.Length > 0 ? " " : "").Append(Current.Text);
                        at++;
                    }

                    set.Type = type.ToString();
                    break;
                case "flags":
                    while (Current.Mark is not (NftMark.Break or NftMark.End) && !Current.Is(";") && !Current.Is("}"))
                    {
                        set.Dynamic |= Current.Text is "dynamic" or "timeout";
                        at++;
                    }

                    break;
                case "timeout":
                    set.Dynamic = true;
                    SkipStatement();
                    break;
                case "gc-interval" or "size" or "policy" or "auto-merge" or "comment" or "counter" or "quota" or "limit" or "last":
                    SkipStatement();
                    break;
                case "elements":
                    understood &= Take("=") && Elements(set);
                    break;
                default:
                    if (Current.Mark == NftMark.Sign) at++;

                    SkipStatement();
                    understood = false;
                    break;
            }
        }
    }

    private bool Elements(NftSet set)
    {
        var said = Statement();
        var expressions = new NftExpressions(said, variables.ContainsKey);
        var value = expressions.Value(set.IsMap);
        if (value.Kind != NftKind.Set || !expressions.AtEnd) return false;
        set.Elements.AddRange(value.Elements);
        return true;
    }

    /// <summary>The tokens of a statement, variables put in their place.</summary>
    private List<NftToken> Statement()
    {
        List<NftToken> said = [];
        var depth = 0;
        while (Current.Mark != NftMark.End)
        {
            var token = Current;
            if (depth == 0 && (token.Mark == NftMark.Break || token.Is(";") || token.Is("}"))) break;
            depth += token.Is("{") || token.Is("(") ? 1 : token.Is("}") || token.Is(")") ? -1 : 0;
            if (token.Mark != NftMark.Break) Expand(token, said, 0);
            at++;
        }

        return said;
    }

    private void Expand(NftToken token, List<NftToken> to, int depth)
    {
        if (token.Mark == NftMark.Word && token.Text.Length > 1 && token.Text[0] == '$' && depth < DepthLimit && variables.TryGetValue(token.Text[1..], out var value))
        {
            foreach (var inner in value)
            {
                if (to.Count > ExpansionLimit) return;
                Expand(inner with { Line = token.Line }, to, depth + 1);
            }

            return;
        }

        to.Add(token);
    }

    private bool Rule(NftChain chain, bool insert)
    {
        var first = Current.Line;
        var said = Statement();
        if (said.Count == 0)
        {
            at++;
            return false;
        }

        var last = Math.Max(first, said[^1].Line);
        var rule = new NftExpressions(said, variables.ContainsKey).Rule(first, last);
        if (insert) chain.Rules.Insert(0, rule);
        else chain.Rules.Add(rule);
        return true;
    }
}
