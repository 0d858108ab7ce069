using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <summary>Reads formulas of a workbook token by token and tells which may stay: known functions, sheets that are in the file, names that are kept; no other workbook, no DDE.</summary>
internal sealed class Formulas(SanitizePolicy policy)
{
    private static readonly HashSet<string> Functions = ReadFunctions();

    private HashSet<string>? sheets;

    /// <summary>Names that were taken out: a formula that uses one can't stay.</summary>
    public HashSet<string> RemovedNames { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Sheets that are in the file; without them any sheet's name may stand before a reference (charts outside of workbooks).</summary>
    public void Know(IEnumerable<string> kept) => sheets = new(kept, StringComparer.OrdinalIgnoreCase);

    /// <summary>Null when the formula may stay; else the threat, and what it is about.</summary>
    public (string Threat, string What)? Judge(string formula)
    {
        if (formula.Length > 32_768) return ("X-13", "an overlong formula");
        var at = 0;
        while (at < formula.Length)
        {
            var c = formula[at];
            if (c == '"')
            {
                if (!SkipString(formula, ref at)) return ("X-13", "an unfinished text");
            }
            else if (c == '\'')
            {
                if (Quoted(formula, ref at) is { } wrong) return wrong;
            }
            else if (c == '[')
            {
                if (!Column(formula, ref at)) return ("X-12", "a reference to another workbook");
            }
            else if (c == '|')
            {
                return ("X-11", "a DDE link");
            }
            else if (IsNameStart(c))
            {
                if (Word(formula, ref at) is { } wrong) return wrong;
            }
            else if (c is >= '0' and <= '9')
            {
                // 1.5E+3, or rows as in 2:7
                while (at < formula.Length && (char.IsAsciiDigit(formula[at]) || formula[at] == '.')) at++;
                if (at < formula.Length && formula[at] is 'E' or 'e') at++;
            }
            else
            {
                at++;
            }
        }
        return null;
    }

    private (string Threat, string What)? Quoted(string formula, ref int at)
    {
        var name = new System.Text.StringBuilder();
        for (at++; ; at++)
        {
            if (at >= formula.Length) return ("X-13", "an unfinished name");
            if (formula[at] != '\'')
            {
                name.Append(formula[at]);
                continue;
            }
            if (at + 1 < formula.Length && formula[at + 1] == '\'')
            {
                name.Append('\'');
                at++;
                continue;
            }
            at++;
            break;
        }
        if (at < formula.Length && formula[at] == '|') return ("X-11", "a DDE link");
        // 'Sheet 1':'Sheet 3'!A1
        if (at < formula.Length && formula[at] == ':') return Sheets(name.ToString());
        if (at >= formula.Length || formula[at] != '!') return name.ToString().Contains('[', StringComparison.Ordinal) ? ("X-12", "a reference to another workbook") : ("X-13", "a name in quotes that refers to nothing");
        at++;
        return Sheets(name.ToString());
    }

    private (string Threat, string What)? Sheets(string qualifier)
    {
        if (qualifier.Contains('[', StringComparison.Ordinal) && (sheets is null || !sheets.Contains(qualifier))) return ("X-12", "a reference to another workbook");
        if (sheets is null || sheets.Contains(qualifier)) return null;
        var colon = qualifier.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && sheets.Contains(qualifier[..colon]) && sheets.Contains(qualifier[(colon + 1)..])) return null;
        return ("X-12", "a reference to a sheet that is not in the file");
    }

    private (string Threat, string What)? Word(string formula, ref int at)
    {
        var start = at;
        while (at < formula.Length && IsNamePart(formula[at])) at++;
        var word = formula[start..at];
        if (at < formula.Length)
        {
            switch (formula[at])
            {
                case '|':
                    return ("X-11", "a DDE link");
                case '[':
                    return SkipBrackets(formula, ref at) ? null : ("X-13", "an unfinished reference to a table");
                case '!':
                    at++;
                    return word.StartsWith('#') ? null : Sheets(word);
                case ':' when Qualifier(formula, at) is { } last:
                    at += last.Length + 2;
                    return Sheets($"{word}:{last}");
            }
            // Excel lets blanks stand before the bracket of a call.
            var open = at;
            while (open < formula.Length && formula[open] is ' ' or '\n' or '\r' or '\t') open++;
            if (open < formula.Length && formula[open] == '(') return Function(word, formula, open);
        }
        // A function handed to another one without a bracket: MAP(A1:A3,_xleta.SUM).
        if (word.StartsWith("_xl", StringComparison.OrdinalIgnoreCase) && !word.StartsWith("_xlpm.", StringComparison.OrdinalIgnoreCase) && !word.StartsWith("_xlnm.", StringComparison.OrdinalIgnoreCase) && !Functions.Contains(Bare(word))) return ("X-13", word.Length <= 60 ? word : "an unknown function");
        return RemovedNames.Contains(word) ? ("X-13", "a name that was taken out") : null;
    }

    // Sheet1:Sheet3!A1 is one reference; A1:B2 are two.
    private static string? Qualifier(string formula, int colon)
    {
        var end = colon + 1;
        while (end < formula.Length && IsNamePart(formula[end])) end++;
        return end < formula.Length && formula[end] == '!' && end > colon + 1 ? formula[(colon + 1)..end] : null;
    }

    private (string Threat, string What)? Function(string word, string formula, int open)
    {
        var name = Bare(word);
        if (name == "HYPERLINK") return Link(formula, open + 1) ? null : ("X-19", "HYPERLINK");
        if (Functions.Contains(name)) return null;
        // A call of a name that LET or LAMBDA made.
        if (name.StartsWith("_XLPM.", StringComparison.Ordinal)) return null;
        return ("X-13", name.Length <= 60 ? name : "an unknown function");
    }

    /// <summary>A function's name without what says in which version it came.</summary>
    private static string Bare(string word)
    {
        var name = word.ToUpperInvariant();
        foreach (var prefix in (ReadOnlySpan<string>)["_XLETA.", "_XLFN.", "_XLWS.", "_XLUDF.", "_XLFN."])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal)) name = name[prefix.Length..];
        }
        return name;
    }

    private bool Link(string formula, int at)
    {
        while (at < formula.Length && formula[at] is ' ' or '\n') at++;
        if (at >= formula.Length || formula[at] != '"') return false;
        var start = at + 1;
        if (!SkipString(formula, ref at)) return false;
        var address = formula[start..(at - 1)].Replace("\"\"", "\"", StringComparison.Ordinal);
        while (at < formula.Length && formula[at] is ' ' or '\n') at++;
        var whole = at < formula.Length && formula[at] is ',' or ')';
        if (address.StartsWith('#')) return !address.Contains('[', StringComparison.Ordinal) && !address.Contains('|', StringComparison.Ordinal);
        // What is appended must not be able to change the host.
        return policy.Allows(address) && (whole || (Uri.TryCreate(address, UriKind.Absolute, out var link) && link.Scheme is "http" or "https" && address.IndexOf('/', address.IndexOf("//", StringComparison.Ordinal) + 2) > 0));
    }

    private static bool SkipString(string formula, ref int at)
    {
        for (at++; at < formula.Length; at++)
        {
            if (formula[at] != '"') continue;
            at++;
            if (at >= formula.Length || formula[at] != '"') return true;
        }
        return false;
    }

    /// <summary>[Amount]: a column of the table that the formula stands in. [1]Sheet1!A1 and [1]!Name lead to another workbook.</summary>
    private static bool Column(string formula, ref int at)
    {
        var start = at;
        if (!SkipBrackets(formula, ref at) || formula.AsSpan(start, at - start).IndexOfAny('|', '!') >= 0) return false;
        var next = at;
        while (next < formula.Length && char.IsWhiteSpace(formula[next])) next++;
        return next >= formula.Length || !(formula[next] is '!' or '\'' or '[' || IsNamePart(formula[next]));
    }

    // Table1[[#This Row],[A 'quoted' column]]
    private static bool SkipBrackets(string formula, ref int at)
    {
        var depth = 0;
        for (; at < formula.Length; at++)
        {
            switch (formula[at])
            {
                case '\'':
                    at++;
                    break;
                case '[':
                    depth++;
                    break;
                case ']' when --depth == 0:
                    at++;
                    return true;
            }
        }
        return false;
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c is '_' or '\\' or '$' or '#' || c > '\u007F';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '.' or '\\' or '$' or '?' or '#' || c > '\u007F';

    private static HashSet<string> ReadFunctions()
    {
        using var stream = typeof(Formulas).Assembly.GetManifestResourceStream("excel-functions.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n').Where(static l => l.Length > 0 && l[0] != '#').SelectMany(static l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal);
    }
}
