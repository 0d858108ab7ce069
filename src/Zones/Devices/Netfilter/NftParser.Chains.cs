using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Chains: where they hook, their devices and defaults; sets and maps.</summary>
internal sealed partial class NftParser
{
    private bool ChainBlock(NftChain chain) => Block(
        line =>
        {
            if (ChainItem(chain)) work.Ledger.Add(line, Math.Max(line, tokens[at - 1].Line), Reading.Understood);
        },
        Reading.Understood);

    private bool ChainItem(NftChain chain)
    {
        switch (Current.Text)
        {
            case "type" when Current.Mark == NftMark.Word:
                return BaseChain(chain);
            case "policy":
                return Policy(chain);
            case "comment" or "flags":
                return Skip(understood: true);
            case "define":
                at++;
                return Define();
            case "devices" or "device":
                return Devices(chain);
            default:
                return Rule(chain, insert: false);
        }
    }

    private bool BaseChain(NftChain chain)
    {
        at++;
        chain.Type = Word();
        List<string> words = [];
        while (!AtEndOfStatement)
        {
            if (Current.Is("devices") || Current.Is("device")) Devices(chain);
            else words.Add(Resolve(tokens[at++]));
        }
        var hook = words.IndexOf("hook");
        chain.Hook = hook >= 0 && hook + 1 < words.Count ? words[hook + 1] : null;
        var priority = words.IndexOf("priority");
        var value = 0;
        chain.PriorityKnown = priority < 0 || NftPriority.TryRead(words, priority + 1, out value);
        chain.Priority = value;
        return chain.Hook is not null && chain.PriorityKnown;
    }

    private bool Devices(NftChain chain)
    {
        at++;
        Take("=");
        if (!Take("{"))
        {
            chain.Devices.Add(Word());
            return true;
        }
        for (; Current.Mark != NftMark.End && !Take("}"); at++)
            if (Current.Mark is NftMark.Word or NftMark.Quoted) chain.Devices.Add(Current.Text);
        return true;
    }

    private bool Policy(NftChain chain)
    {
        chain.PolicyLine = Current.Line;
        at++;
        var policy = Word();
        chain.Drops = policy == "drop";
        return policy is "drop" or "accept";
    }

    private bool SetBlock(NftSet set)
    {
        var understood = true;
        return Block(_ => understood &= SetItem(set), Reading.None) && understood;
    }

    private bool SetItem(NftSet set)
    {
        switch (Word())
        {
            case "type" or "typeof":
                set.Type = string.Join(' ', RestOfStatement());
                return true;
            case "flags":
                set.Dynamic |= RestOfStatement().Any(static word => word is "dynamic" or "timeout");
                return true;
            case "timeout":
                set.Dynamic = true;
                return Skip(understood: true);
            case "gc-interval" or "size" or "policy" or "auto-merge" or "comment" or "counter" or "quota" or "limit" or "last":
                return Skip(understood: true);
            case "elements":
                return Take("=") && Elements(set);
            default:
                if (Current.Mark == NftMark.Sign) at++;
                return Skip(understood: false);
        }
    }

    private List<string> RestOfStatement()
    {
        List<string> words = [];
        while (!AtEndOfStatement) words.Add(tokens[at++].Text);
        return words;
    }

    private bool Elements(NftSet set)
    {
        var expressions = new NftExpressions(Statement(), variables.ContainsKey);
        var value = expressions.Value(set.IsMap);
        if (value.Kind != NftKind.Set || !expressions.AtEnd) return false;
        set.Elements.AddRange(value.Elements);
        return true;
    }
}
