namespace Sekisho.Policy.Reading;

/// <summary>Reads 改め文: 「…第２項第１号中オを削り、カをオとし、キをカとする。」.</summary>
internal static class AmendingText
{
    /// <summary>The operations of one paragraph; none when it amends nothing.</summary>
    internal static IEnumerable<AmendingClause> Read(string text)
    {
        var clauses = new List<AmendingClause>();
        if (!text.Contains("を削", StringComparison.Ordinal) && !text.Contains("に改め", StringComparison.Ordinal) && !text.Contains("を加え", StringComparison.Ordinal) && !text.Contains("とする", StringComparison.Ordinal))
            return clauses;
        foreach (var sentence in text.Split(['。', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            ReadSentence(sentence, clauses);
        return clauses;
    }

    private static void ReadSentence(string sentence, List<AmendingClause> clauses)
    {
        var target = "";
        var found = new List<AmendingClause>();
        foreach (var part in SplitOutsideQuotes(sentence))
        {
            var clause = part;
            // 「第２項第１号中オを削り」: what stands before 中 is the place; it holds until another one comes.
            var middle = IndexOutsideQuotes(clause, '中');
            if (middle > 0 && IsPlace(clause.AsSpan(0, middle)))
            {
                target = CombineTarget(target, clause[..middle].Trim());
                clause = clause[(middle + 1)..].Trim();
            }
            if (TryReadOperation(clause, out var operation, out var from, out var to))
                found.Add(new AmendingClause(target, operation, from, to));
        }
        // "…とする" alone is everyday language; an amending sentence names the place that it amends.
        if (found.Count > 0 && (target.Length > 0 || found.Any(static c => c.Operation == AmendingOperation.Replace && c.From.StartsWith('「'))))
            clauses.AddRange(found.Select(static c => c with { From = Unquote(c.From), To = Unquote(c.To) }));
    }

    private static bool TryReadOperation(string clause, out AmendingOperation operation, out string from, out string to)
    {
        (operation, from, to) = (default, "", "");
        if (EndsWithAny(clause, "を削り", "を削る", "を削除し", "を削除する") is > 0 and var delete)
        {
            (operation, from) = (AmendingOperation.Delete, clause[..^delete]);
            return from.Length > 0;
        }
        if (EndsWithAny(clause, "に改め", "に改める", "のように改め", "のように改める") is > 0 and var replace)
        {
            var body = clause[..^replace];
            var wo = LastOutsideQuotes(body, 'を');
            if (wo <= 0)
                return false;
            (operation, from, to) = (AmendingOperation.Replace, body[..wo], body[(wo + 1)..]);
            return true;
        }
        if (EndsWithAny(clause, "を加え", "を加える") is > 0 and var insert)
        {
            var body = clause[..^insert];
            var ni = LastOutsideQuotes(body, 'に');
            (operation, from, to) = (AmendingOperation.Insert, ni > 0 ? body[..ni] : "", ni > 0 ? body[(ni + 1)..] : body);
            return true;
        }
        if (EndsWithAny(clause, "とし", "とする") is > 0 and var renumber)
        {
            var body = clause[..^renumber];
            var wo = LastOutsideQuotes(body, 'を');
            if (wo <= 0 || body.Length - wo > 20 || wo > 40)
                return false;
            (operation, from, to) = (AmendingOperation.Renumber, body[..wo], body[(wo + 1)..]);
            return to.Length > 0;
        }
        return false;
    }

    private static int EndsWithAny(string text, params ReadOnlySpan<string> ends)
    {
        foreach (var end in ends)
        {
            if (text.EndsWith(end, StringComparison.Ordinal) && text.Length > end.Length)
                return end.Length;
        }
        return 0;
    }

    // A later place without a name of its own (第３項中) stands in the same text.
    private static string CombineTarget(string current, string place)
    {
        if (current.Length == 0 || !place.StartsWith('第') && !place.StartsWith('同'))
            return place;
        var name = current.IndexOf('第', Math.Max(0, current.LastIndexOf('）') + 1));
        return name > 0 ? current[..name] + place : place;
    }

    private static bool IsPlace(ReadOnlySpan<char> text) =>
        text.Length <= 200 && (text[^1] is '条' or '項' or '号' or '則' or '表' or '書' or '段' or '針' or '程' or '章' or '節' || Numerals.Kana(text[^1]) > 0 || Glyph.Digit(text[^1]) >= 0);

    private static List<string> SplitOutsideQuotes(string text)
    {
        var parts = new List<string>();
        var depth = 0;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '「' or '（' or '(')
                depth++;
            else if (text[i] is '」' or '）' or ')')
                depth = Math.Max(0, depth - 1);
            else if (text[i] is '、' && depth == 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }
        parts.Add(text[start..].Trim());
        return parts;
    }

    private static int IndexOutsideQuotes(string text, char wanted)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '「' or '（' or '(')
                depth++;
            else if (text[i] is '」' or '）' or ')')
                depth = Math.Max(0, depth - 1);
            else if (text[i] == wanted && depth == 0)
                return i;
        }
        return -1;
    }

    private static int LastOutsideQuotes(string text, char wanted)
    {
        var depth = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] is '」' or '）' or ')')
                depth++;
            else if (text[i] is '「' or '（' or '(')
                depth = Math.Max(0, depth - 1);
            else if (text[i] == wanted && depth == 0)
                return i;
        }
        return -1;
    }

    private static string Unquote(string text) =>
        text.Length > 2 && text[0] == '「' && text.IndexOf('」', StringComparison.Ordinal) == text.Length - 1 ? text[1..^1] : text;
}
