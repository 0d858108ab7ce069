using System.Buffers;

namespace Sekisho.Zones.Devices;

/// <summary>Scripts and templates that make rules when somebody runs them (手順とひな形): what they set, their text alone doesn't say.</summary>
internal static class Recipe
{
    /// <summary>What a shell works out, or hands on: a line with one of these isn't the command alone.</summary>
    private static readonly SearchValues<char> Shell = SearchValues.Create("$`<|;&");

    /// <summary>Whether a file for a Linux gateway is a program or a template rather than rules.</summary>
    /// <remarks>A shell script that holds nothing but plain commands of iptables and nft says what it sets, and is none.</remarks>
    public static bool Is(ConfigText text) => (IsProgram(text.Line(1)) && !HoldsOnlyCommands(text)) || IsTemplate(text);

    private static bool IsProgram(ReadOnlySpan<char> first)
    {
        if (!first.StartsWith("#!")) return false;
        var words = new Cursor(first[2..]);
        var program = words.Next();
        if (program.EndsWith("/env")) program = words.Peek is "-S" ? Second(words) : words.Next();
        program = program[(program.LastIndexOf('/') + 1)..];
        return program is not ("nft" or "iptables-restore" or "ip6tables-restore") && !program.IsEmpty;
    }

    private static ReadOnlySpan<char> Second(Cursor words)
    {
        words.Next();
        return words.Next();
    }

    private static bool HoldsOnlyCommands(ConfigText text)
    {
        for (var line = 2; line <= text.LineCount; line++)
        {
            var span = text.Line(line).Trim();
            if (span.IsEmpty || span[0] == '#') continue;
            var program = new Cursor(span).Next();
            if (program[(program.LastIndexOf('/') + 1)..] is not ("iptables" or "ip6tables" or "nft") || span.ContainsAny(Shell)) return false;
        }
        return true;
    }

    /// <summary>Jinja, Go, ERB, or the shell's "${NAME}" outside comments: rules know nothing of the kind.</summary>
    private static bool IsTemplate(ConfigText text)
    {
        for (var line = 1; line <= text.LineCount; line++)
        {
            var span = text.Line(line).TrimStart();
            if (span.IsEmpty || span[0] == '#') continue;
            if (Pair(span, "{{", "}}") || Pair(span, "{%", "%}") || Pair(span, "<%", "%>") || Pair(span, "${", "}")) return true;
        }
        return false;
    }

    private static bool Pair(ReadOnlySpan<char> span, string open, string close) => span.IndexOf(open) is >= 0 and var at && span[(at + 2)..].Contains(close, StringComparison.Ordinal);
}
