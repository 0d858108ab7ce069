namespace Sekisho.Sanitizer.Texts;

/// <summary>Which cells a spreadsheet would calculate when it opens a CSV (数式として働くセル; C-01 to C-03).</summary>
internal static class FormulaRule
{
    /// <summary>The threat's id, or null for a cell that stays text or a number.</summary>
    public static string? Threat(ReadOnlySpan<int> cell)
    {
        var start = 0;
        while (start < cell.Length && IsBlank(cell[start])) start++;
        if (start == cell.Length || Narrow(cell[start]) is not ('=' or '+' or '-' or '@')) return null;
        var text = cell[start..];
        if (Narrow(text[0]) is '+' or '-' && (IsNumber(text[1..]) || (Narrow(text[0]) == '+' && IsTelephone(text[1..])))) return null;
        if (IsRule(text)) return null;
        if (text.Contains('|')) return "C-02";
        return CallsOut(text) ? "C-03" : "C-01";
    }

    // "-", "---", "====": nothing to calculate, and common in tables.
    private static bool IsRule(ReadOnlySpan<int> text)
    {
        foreach (var rune in text)
        {
            if (Narrow(rune) is not ('=' or '+' or '-') && !IsBlank(rune)) return false;
        }
        return true;
    }

    /// <summary>Digits with separators, a fraction, an exponent, a sign of money or per cent: a number to every program.</summary>
    private static bool IsNumber(ReadOnlySpan<int> text)
    {
        var (digits, points, at) = (0, 0, 0);
        while (at < text.Length && Narrow(text[at]) is '¥' or '\\' or '$' or 0xA5) at++;
        for (; at < text.Length; at++)
        {
            var c = Narrow(text[at]);
            if (c is >= '0' and <= '9') digits++;
            else if (c == '.' && ++points <= 1) continue;
            else if (c != ',' || points > 0) break;
        }
        if (digits == 0) return false;
        if (at < text.Length && Narrow(text[at]) is 'e' or 'E')
        {
            at++;
            if (at < text.Length && Narrow(text[at]) is '+' or '-') at++;
            var first = at;
            while (at < text.Length && Narrow(text[at]) is >= '0' and <= '9') at++;
            if (at == first) return false;
        }
        if (at < text.Length && Narrow(text[at]) == '%') at++;
        while (at < text.Length && IsBlank(text[at])) at++;
        return at == text.Length;
    }

    // "+81 (3) 1234 5678": blanks between numbers are no calculation. With hyphens it would be one.
    private static bool IsTelephone(ReadOnlySpan<int> text)
    {
        var digits = 0;
        foreach (var rune in text)
        {
            if (Narrow(rune) is >= '0' and <= '9') digits++;
            else if (Narrow(rune) is not ('(' or ')') && !IsBlank(rune)) return false;
        }
        // A bracket right behind the country's number would be read as a call.
        return digits is >= 6 and <= 15;
    }

    private static bool CallsOut(ReadOnlySpan<int> text)
    {
        Span<char> head = stackalloc char[256];
        var length = 0;
        foreach (var rune in text)
        {
            if (length == head.Length) break;
            head[length++] = Narrow(rune) is var c && c < 0x80 ? char.ToUpperInvariant((char)c) : '\u3013';
        }
        ReadOnlySpan<char> upper = head[..length];
        return upper.Contains("HYPERLINK", StringComparison.Ordinal) || upper.Contains("WEBSERVICE", StringComparison.Ordinal) || upper.Contains("IMPORT", StringComparison.Ordinal) || upper.Contains("IMAGE(", StringComparison.Ordinal)
            || upper.Contains("RTD(", StringComparison.Ordinal) || upper.Contains("CALL(", StringComparison.Ordinal) || upper.Contains("FILTERXML", StringComparison.Ordinal) || upper.Contains("DDE(", StringComparison.Ordinal);
    }

    private static bool IsBlank(int rune) => rune is ' ' or '\t' or '\r' or '\n' or 0xA0 or 0x3000;

    /// <summary>Full-width forms as their plain ones: a Japanese spreadsheet reads both.</summary>
    private static int Narrow(int rune) => rune is >= 0xFF01 and <= 0xFF5E ? rune - 0xFEE0 : rune == 0xFFE5 ? 0xA5 : rune;
}
