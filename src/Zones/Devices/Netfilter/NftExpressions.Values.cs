using System.Collections.Frozen;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Values: words, ranges, sets, maps, concatenations.</summary>
internal sealed partial class NftExpressions
{
    /// <summary>A value: word, range, set, reference, concatenation or flags.</summary>
    /// <param name="map">In a map: each element leads to something.</param>
    public NftValue Value(bool map, bool noFlags = false)
    {
        if (Take("{")) return SetOf(map);
        var first = Single();
        if (Current.Is("."))
        {
            List<NftValue> parts = [first];
            while (Take(".")) parts.Add(Single());
            return new NftValue(NftKind.Concatenation) { Items = parts };
        }

        if (!noFlags && (Current.Is(",") || Current.Is("|")) && first.Kind == NftKind.Word)
        {
            List<NftValue> flags = [first];
            while (Take(",") || Take("|")) flags.Add(Single());
            return new NftValue(NftKind.Flags) { Items = flags };
        }

        return first;
    }

    private NftValue Single()
    {
        if (Take("("))
        {
            var inner = Value(false);
            _ = Take(")");
            return inner;
        }

        var token = Current;
        if (token.Mark is NftMark.Sign or NftMark.End) return new NftValue(NftKind.Strange, token.Text);
        at++;
        if (token.Mark == NftMark.Quoted) return new NftValue(NftKind.Word, token.Text);
        if (token.Text == "*") return new NftValue(NftKind.Any);
        if (token.Text[0] == '@' && token.Text.Length > 1) return new NftValue(NftKind.Reference, token.Text[1..]);
        if (token.Text[0] == '$' && !isVariable(token.Text[1..])) return new NftValue(NftKind.Strange, token.Text);
        if (Current.Is("-") && Ahead().Mark == NftMark.Word)
        {
            at++;
            return new NftValue(NftKind.Range, token.Text, Next());
        }

        return Ranged(token.Text);
    }

    /// <summary>"a-b" is a range where both sides can be ends of one; names with dashes ("admin-prohibited") are not.</summary>
    internal static NftValue Ranged(string word)
    {
        var dash = word.IndexOf('-');
        if (dash > 0 && dash < word.Length - 1)
        {
            string low = word[..dash], high = word[(dash + 1)..];
            if (IsEnd(low) && IsEnd(high)) return new NftValue(NftKind.Range, low, high);
        }

        return new NftValue(NftKind.Word, word);
    }

    private static bool IsEnd(string word) => Address.TryParse(word, out _) || char.IsAsciiDigit(word[0]) || (ServiceNames.TryPort(word, out _) && !ServiceNames.TryPort(word + "-", out _));

    private NftValue SetOf(bool map)
    {
        List<NftElement> elements = [];
        while (!AtEnd)
        {
            if (Take("}")) return new NftValue(NftKind.Set) { Elements = elements };
            if (Take(",")) continue;
            var line = Current.Line;
            var start = at;
            if (map) SplitColon();
            var key = Current.Is("{") ? Value(map) : Concatenated();
            if (Current.Is("|"))
            {
                List<NftValue> flags = [key];
                while (Take("|")) flags.Add(Single());

                key = new NftValue(NftKind.Flags) { Items = flags };
            }

            // Options of an element: they count and time, they don't change what it matches.
            while (!AtEnd && Current.Text is "comment" or "timeout" or "expires" or "counter" or "packets" or "bytes" or "limit" or "rate" or "quota" or "burst" or "last" or "used" or "over" or "ct" or "count")
            {
                at++;
                while (!AtEnd && Current.Mark != NftMark.Sign && !Current.Is(":") && (Current.Mark == NftMark.Quoted || char.IsAsciiDigit(Current.Text.FirstOrDefault()) || Current.Text is "never"))
                    at++;
            }

            NftData? data = null;
            if (Take(":")) data = Data();
            while (!AtEnd && !Current.Is(",") && !Current.Is("}"))
            {
                if (Current.Is("comment"))
                {
                    at += 2;
                    continue;
                }

                key = new NftValue(NftKind.Strange, Current.Text);
                at++;
            }

            // A set inside a set: nft takes its elements out.
            if (key.Kind == NftKind.Set && data is null) elements.AddRange(key.Elements);
            else elements.Add(new NftElement(key, data, line));
            if (at == start) at++;
        }

        return new NftValue(NftKind.Strange, "{");
    }

    private NftValue Concatenated()
    {
        var first = Single();
        if (IsFieldLike(first)) return new NftValue(NftKind.Strange, first.Text);
        if (!Current.Is(".")) return first;
        List<NftValue> parts = [first];
        while (Take(".")) parts.Add(Single());
        return new NftValue(NftKind.Concatenation) { Items = parts };
    }

    private static bool IsFieldLike(NftValue value) => value.Kind == NftKind.Word && value.Text is "ip" or "ip6" or "ether" or "meta" or "ct" && value.Other.Length == 0;

    /// <summary>"{ 25:192.0.2.1 }": a map's colon without blanks around.</summary>
    private void SplitColon()
    {
        var token = Current;
        var colon = token.Text.IndexOf(':');
        if (token.Mark != NftMark.Word || colon <= 0 || colon == token.Text.Length - 1 || token.Text.Length < 2 || Address.TryParse(token.Text.Split('/', '-')[0], out _) || token.Text.Count(static c => c == ':') > 1)
            return;

        tokens[at] = token with { Text = token.Text[..colon] };
        tokens.Insert(at + 1, token with { Text = ":" });
        tokens.Insert(at + 2, token with { Text = token.Text[(colon + 1)..] });
    }

    private NftData Data()
    {
        switch (Current.Text)
        {
            case "accept" or "drop" or "return" or "continue" or "queue":
                return new NftData(Next(), null, null);
            case "jump" or "goto":
                return new NftData(Next(), Next(), null);
            default:
                var value = Concatenated();
                return new NftData(null, null, value);
        }
    }
}
