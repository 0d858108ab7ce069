namespace Sekisho.Zones.Devices.Netfilter;

internal enum NftMark : byte
{
    Word,
    Quoted,

    /// <summary>One of { } ( ) , ; = and the operators.</summary>
    Sign,

    /// <summary>The end of a line; a statement ends there.</summary>
    Break,
    End,
}

internal readonly record struct NftToken(NftMark Mark, string Text, int Line)
{
    public bool Is(string sign) => Mark is NftMark.Sign or NftMark.Word && Text == sign;
}

/// <summary>Cuts nftables' text in words and signs.</summary>
/// <remarks>Source: nft(8), LEXICAL CONVENTIONS: words hold letters, digits, / \ _ . - :; "#" to the end of the line is a comment; a backslash joins lines.</remarks>
internal sealed class NftLexer(ConfigText text, LineLedger ledger)
{
    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);

    public List<NftToken> Read()
    {
        var tokens = new List<NftToken>(text.Text.Length / 6);
        var lookup = names.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var line = 1; line <= text.LineCount; line++)
        {
            var span = text.Line(line);
            var before = tokens.Count;
            var at = 0;
            var joined = false;
            while (at < span.Length)
            {
                var c = span[at];
                if (c is ' ' or '\t' or '\r' or '\f')
                {
                    at++;
                }
                else if (c == '#')
                {
                    break;
                }
                else if (c == '\\' && span[(at + 1)..].Trim().IsEmpty)
                {
                    joined = true;
                    break;
                }
                else if (c is '"' or '\'')
                {
                    var close = span[(at + 1)..].IndexOf(c);
                    var end = close < 0 ? span.Length : at + 1 + close;
                    tokens.Add(new NftToken(NftMark.Quoted, Intern(lookup, span[(at + 1)..end]), line));
                    at = end + 1;
                }
                else if (IsSign(c))
                {
                    var length = at + 1 < span.Length && (c, span[at + 1]) is ('=', '=') or ('!', '=') or ('<', '=') or ('>', '=') or ('<', '<') or ('>', '>') ? 2 : 1;
                    tokens.Add(new NftToken(NftMark.Sign, Intern(lookup, span.Slice(at, length)), line));
                    at += length;
                }
                else
                {
                    if (c == ':' && at + 1 < span.Length && span[at + 1] == '$')
                    {
                        // ":$port": the variable is a word of its own.
                        tokens.Add(new NftToken(NftMark.Word, ":", line));
                        at++;
                    }
                    var start = at;
                    while (at < span.Length && !IsSign(span[at]) && span[at] is not (' ' or '\t' or '\r' or '"' or '#')) at++;

                    // "key:" at the end of a word is a map's colon ("22: accept"), unless the word is an address.
                    var word = span[start..at];
                    if (word.Length > 1 && word[^1] == ':' && word[^2] != ':')
                    {
                        tokens.Add(new NftToken(NftMark.Word, Intern(lookup, word[..^1]), line));
                        word = ":";
                    }

                    tokens.Add(new NftToken(NftMark.Word, Intern(lookup, word), line));
                }
            }

            if (tokens.Count == before) ledger.Add(line, Reading.Structure);
            if (!joined) tokens.Add(new NftToken(NftMark.Break, "", line));
        }

        tokens.Add(new NftToken(NftMark.End, "", text.LineCount));
        return tokens;
    }

    private static bool IsSign(char c) => c is '{' or '}' or '(' or ')' or ',' or ';' or '=' or '!' or '<' or '>' or '&' or '|' or '^';

    private string Intern(Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> lookup, ReadOnlySpan<char> word)
    {
        if (!lookup.TryGetValue(word, out var known))
        {
            known = word.ToString();
            names.Add(known, known);
        }

        return known;
    }
}
