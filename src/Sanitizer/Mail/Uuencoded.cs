using System.Text;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Files that old programs write into the text itself (uuencode): some readers make attachments of them, so they must be files here too (E-16).</summary>
internal static class Uuencoded
{
    private const int MostFiles = 1_000;

    /// <summary>The text without them; each is handed to <paramref name="found"/> with its name. What isn't wholly one stays text.</summary>
    /// <param name="text">Lines end in LF.</param>
    public static string Take(string text, Action<string, byte[]> found)
    {
        if (!text.StartsWith("begin ", StringComparison.Ordinal) && !text.Contains("\nbegin ", StringComparison.Ordinal)) return text;
        var lines = text.Split('\n');
        // Without an end below, a beginning begins nothing: looked for once.
        var lastEnd = Array.FindLastIndex(lines, static l => l.TrimEnd() == "end");
        var kept = new StringBuilder(text.Length);
        var files = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (i < lastEnd && files < MostFiles && Name(lines[i]) is { } name && Decode(lines, i + 1, out var end) is { } content)
            {
                found(name, content);
                files++;
                i = end;
                continue;
            }
            kept.Append(lines[i]).Append('\n');
        }
        return kept.ToString().TrimEnd('\n');
    }

    /// <summary>A whole part in that encoding; null when it is none.</summary>
    public static byte[]? Whole(ReadOnlySpan<byte> body)
    {
        byte[]? content = null;
        Take(Encoding.Latin1.GetString(body).ReplaceLineEndings("\n"), (_, bytes) => content ??= bytes);
        return content;
    }

    private static string? Name(string line)
    {
        if (!line.StartsWith("begin ", StringComparison.Ordinal)) return null;
        var words = line.TrimEnd().Split(' ', 3);
        return words.Length == 3 && words[1].Length is 3 or 4 && words[1].All(static c => c is >= '0' and <= '7') ? words[2] : null;
    }

    private static byte[]? Decode(string[] lines, int at, out int end)
    {
        var content = new List<byte>();
        for (end = at; end < lines.Length; end++)
        {
            var line = lines[end].TrimEnd('\r');
            if (line.TrimEnd() == "end") return [.. content];
            if (line.Length == 0) continue;
            if (line[0] is < ' ' or > '`') return null;
            var count = (line[0] - 32) & 63;
            if (line.Length < 1 + (count * 4 + 2) / 3 && line.Length > 1 + (count + 2) / 3 * 4) return null;
            for (var i = 0; i < count; i++)
            {
                var group = 1 + i / 3 * 4;
                var (one, two) = (Bits(line, group + i % 3), Bits(line, group + i % 3 + 1));
                if (one < 0 || two < 0) return null;
                content.Add((byte)((i % 3) switch { 0 => (one << 2) | (two >> 4), 1 => (one << 4) | (two >> 2), _ => (one << 6) | two }));
            }
        }
        return null;
    }

    /// <summary>Blanks at a line's end are lost on the way, and were zeros.</summary>
    private static int Bits(string line, int at) => at >= line.Length ? 0 : line[at] is >= ' ' and <= '`' ? (line[at] - 32) & 63 : -1;
}
