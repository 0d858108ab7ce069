using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Chains: where they hook, their devices and defaults.</summary>
internal sealed partial class NftParser
{
    private bool ChainBlock(NftChain chain)
    {
        var opened = Current.Line;
        if (!Take("{"))
        {
            SkipStatement();
            return false;
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

            var understood = Current.Text switch
            {
                "type" when Current.Mark == NftMark.Word => BaseChain(chain),
                "policy" => Policy(chain),
                "comment" or "flags" => Skipped(),
                "define" => DefineHere(),
                "devices" or "device" => Devices(chain),
                _ => Rule(chain, insert: false),
            };
            if (understood) work.Ledger.Add(first, Math.Max(first, tokens[at - 1].Line), Reading.Understood);
        }
    }

    private bool DefineHere()
    {
        at++;
        return Define();
    }

    private bool Skipped()
    {
        SkipStatement();
        return true;
    }

    private bool BaseChain(NftChain chain)
    {
        at++;
        chain.Type = Word();
        List<string> words = [];
        while (Current.Mark is not (NftMark.Break or NftMark.End) && !Current.Is(";") && !Current.Is("}"))
        {
            if (Current.Is("devices") || Current.Is("device"))
            {
                Devices(chain);
                continue;
            }

            words.Add(Resolve(Current));
            at++;
        }

        var hook = words.IndexOf("hook");
        chain.Hook = hook >= 0 && hook + 1 < words.Count ? words[hook + 1] : null;
        var priority = words.IndexOf("priority");
        chain.PriorityKnown = priority < 0 || NftPriority.TryRead(words, priority + 1, out var value) && Is(chain, value);
        return chain.Hook is not null && chain.PriorityKnown;

        static bool Is(NftChain chain, int value)
        {
            chain.Priority = value;
            return true;
        }
    }

    private bool Devices(NftChain chain)
    {
        at++;
        Take("=");
        if (Take("{"))
        {
            while (Current.Mark != NftMark.End && !Take("}"))
            {
                if (Current.Mark is NftMark.Word or NftMark.Quoted) chain.Devices.Add(Current.Text);
                at++;
            }
        }
        else
        {
            chain.Devices.Add(Word());
        }

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
}
