using System.Text;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Lines of plain text as a page flows into them: blanks run together, blocks begin anew, and what stands before each line (quotes, lists) comes by itself.</summary>
internal sealed class TextFlow
{
    private const int MostPrefix = 40;

    private readonly List<string> lines = [];
    private readonly StringBuilder line = new();
    private readonly List<(string First, string Later, bool IsUsed)> prefixes = [];
    private bool wantsBlank, wantsSpace;

    public IReadOnlyList<string> Lines => lines;

    /// <summary>Characters in the line that is being written.</summary>
    public int Column => line.Length;

    /// <summary>Text as a page has it: blanks and line ends are one blank.</summary>
    public void Run(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c is ' ' or '\t' or '\n' or '\r' or '\f') wantsSpace = line.Length > 0;
            // Nobody sees them: the joiner of graphemes, soft hyphens and blanks without width fill previews of newsletters.
            else if (c is '\u034F' or '\u00AD' or '\u200B' or '\u200C' or '\u2060' or '\uFEFF') continue;
            else
            {
                if (wantsSpace) line.Append(' ');
                wantsSpace = false;
                line.Append(c == '\u00A0' ? ' ' : c);
            }
        }
    }

    /// <summary>Text with its own line ends and blanks.</summary>
    public void Raw(string text)
    {
        var rest = text.AsSpan();
        while (rest.IndexOf('\n') is var end and >= 0)
        {
            line.Append(rest[..end].TrimEnd('\r'));
            Break();
            rest = rest[(end + 1)..];
        }
        line.Append(rest);
    }

    /// <summary>The line ends here, even when nothing stands in it.</summary>
    public void Break()
    {
        if (IsBlank()) Blank();
        else End();
    }

    /// <summary>What follows begins on a line of its own.</summary>
    public void Block()
    {
        if (!IsBlank()) End();
        wantsSpace = false;
        line.Clear();
    }

    /// <summary>One empty line before what follows, if anything does.</summary>
    public void Blank()
    {
        Block();
        wantsBlank = lines.Count > 0;
    }

    /// <summary>A line as it is.</summary>
    public void Line(string text)
    {
        Block();
        line.Append(text);
        if (!IsBlank()) End();
    }

    /// <param name="first">Before the first line that follows.</param>
    /// <param name="rest">Before each after that.</param>
    public void Push(string first, string rest)
    {
        Block();
        // However deep: a line never begins with more than this.
        if (prefixes.Sum(static p => p.Later.Length) + rest.Length > MostPrefix) (first, rest) = ("", "");
        if (wantsBlank)
        {
            wantsBlank = false;
            if (lines.Count > 0 && lines[^1].Length > 0) lines.Add(Prefix(isEmpty: true));
        }
        prefixes.Add((first, rest, false));
    }

    public void Pop()
    {
        Block();
        prefixes.RemoveAt(prefixes.Count - 1);
    }

    /// <summary>The whole, with LF; no empty lines at its ends.</summary>
    public string Text()
    {
        Block();
        var last = lines.Count;
        while (last > 0 && lines[last - 1].Length == 0) last--;
        return string.Join('\n', lines.Take(last));
    }

    private bool IsBlank()
    {
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is not (' ' or '\t' or '\u3000')) return false;
        }
        return true;
    }

    private void End()
    {
        if (wantsBlank && lines.Count > 0 && lines[^1].Length > 0) lines.Add(Prefix(isEmpty: true));
        wantsBlank = wantsSpace = false;
        var prefix = Prefix(isEmpty: false);
        var length = line.Length;
        while (length > 0 && line[length - 1] is ' ' or '\t') length--;
        lines.Add(prefix + line.ToString(0, length));
        line.Clear();
    }

    private string Prefix(bool isEmpty)
    {
        if (prefixes.Count == 0) return "";
        var prefix = new StringBuilder();
        for (var i = 0; i < prefixes.Count; i++)
        {
            var (first, rest, isUsed) = prefixes[i];
            prefix.Append(isUsed || isEmpty ? rest : first);
            if (!isEmpty && !isUsed) prefixes[i] = (first, rest, true);
        }
        return isEmpty ? prefix.ToString().TrimEnd() : prefix.ToString();
    }
}
