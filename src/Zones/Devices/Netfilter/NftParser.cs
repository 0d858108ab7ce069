using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>nftables' text: rule files and the listing of "nft list ruleset".</summary>
/// <remarks>Source: nft(8). Commands are done in their order: flush, delete, add, insert.</remarks>
internal sealed partial class NftParser(FileWork work, NftRuleset ruleset)
{
    private readonly List<NftToken> tokens = new NftLexer(work.Text, work.Ledger).Read();
    private int at;

    private NftToken Current => tokens[at];

    private bool AtEndOfStatement => Current.Mark is NftMark.Break or NftMark.End || Current.Is(";") || Current.Is("}");

    public void Read()
    {
        for (SkipBreaks(); Current.Mark != NftMark.End; SkipBreaks())
        {
            if ((at & 4095) == 0) work.Cancel.ThrowIfCancellationRequested();
            var first = Current.Line;
            Account(first, Command());
        }
    }

    /// <summary>Marks the lines from <paramref name="first"/> to here; inner lines that said something themselves keep it.</summary>
    private void Account(int first, bool understood)
    {
        var last = Math.Max(first, at > 0 ? tokens[at - 1].Line : first);
        if (understood) work.Ledger.Add(first, last, Reading.Understood);
        else work.Keep(first, last, new Touch.WholeDevice());
    }

    private bool Command()
    {
        var verb = Word();
        if (verb is "nft" or "/usr/sbin/nft" or "/sbin/nft" or "$NFT") verb = Word();
        return verb switch
        {
            "table" => Table(),
            "define" or "redefine" => Define(),
            "undefine" => Undefine(),
            "flush" => Flush(),
            "delete" or "destroy" => Delete(),
            "add" or "create" => Add(Word(), insert: false),
            "insert" => Add(Word(), insert: true),
            "chain" or "rule" or "set" or "map" or "element" => Add(verb, insert: false),
            "list" or "describe" or "export" or "monitor" or "echo" or "reset" => Skip(understood: true),
            _ => Strange(verb),
        };
    }

    private bool Flush()
    {
        var what = Word();
        if (what == "ruleset")
        {
            ruleset.Tables.Clear();
            return Skip(understood: true);
        }
        if (what is not ("table" or "chain" or "set" or "map")) return Skip(understood: false);
        var table = ruleset.Table(TableName());
        if (what == "table") foreach (var chain in table.Chains.Values) chain.Rules.Clear();
        else if (what == "chain") table.Chains.GetValueOrDefault(Word())?.Rules.Clear();
        else table.Sets.GetValueOrDefault(Word())?.Elements.Clear();
        return true;
    }

    private bool Delete()
    {
        var what = Word();
        if (what is not ("table" or "chain" or "set" or "map")) return Skip(understood: false);
        var name = TableName();
        if (what == "table") ruleset.Tables.Remove(name);
        else if (what == "chain") ruleset.Table(name).Chains.Remove(Word());
        else ruleset.Table(name).Sets.Remove(Word());
        return Skip(understood: true);
    }

    private bool Add(string what, bool insert)
    {
        switch (what)
        {
            case "table":
                return Table();
            case "counter" or "quota" or "limit" or "secmark" or "synproxy" or "flowtable" or "ct":
                return Skip(understood: true);
            case "chain" or "set" or "map" or "element" or "rule":
                break;
            default:
                // "add ip filter forward …": the word "rule" may be left out.
                at--;
                what = "rule";
                break;
        }
        var table = inside = ruleset.Table(TableName());
        var line = Current.Line;
        var name = Word();
        switch (what)
        {
            case "chain":
                var chain = table.Chain(name, line);
                return !Current.Is("{") || ChainBlock(chain);
            case "element":
                return Elements(table.Set(name, line));
            case "rule":
                return name.Length > 0 && AddRule(table.Chain(name, line), insert) || Skip(understood: false);
            default:
                var set = table.Set(name, line);
                set.IsMap |= what == "map";
                return !Current.Is("{") || SetBlock(set);
        }
    }

    /// <returns>False where the rule has a place among others: which, only the device knows.</returns>
    private bool AddRule(NftChain chain, bool insert) => !Current.Is("position") && !Current.Is("handle") && !Current.Is("index") && Rule(chain, insert);

    private bool Table()
    {
        var name = TableName();
        if (name.Name.Length == 0) return Skip(understood: false);
        var table = inside = ruleset.Table(name);
        return Current.Is("{") ? Block(line => Account(line, TableItem(table)), Reading.Understood) : Skip(understood: true);
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
            case "flags":
                table.Dormant |= Current.Is("dormant");
                return Skip(understood: true);
            case "comment" or "counter" or "quota" or "limit" or "secmark" or "synproxy" or "flowtable" or "ct" or "tunnel" or "meter":
                return Skip(understood: true);
            case "define" or "redefine":
                return Define();
            default:
                return Strange(what);
        }
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
        var rule = new NftExpressions(said, variables.ContainsKey).Rule(first, Math.Max(first, said[^1].Line));
        chain.Rules.Insert(insert ? 0 : chain.Rules.Count, rule);
        return true;
    }
}
