using System.Text;

namespace Sekisho.Zones.Devices;

/// <summary>A FortiOS configuration as a tree: "config firewall policy" / "edit 1" / "set srcaddr …".</summary>
/// <remarks>
/// Paths of words: the whole name of a "config" is one word ("firewall policy"), then the edit's name, then the setting, then its
/// values. "set" replaces, "append" adds, "unset" takes away; "move", "clone", "rename" and "delete" do what the device does.
/// Source: FortiOS CLI reference, "Using the CLI: subcommands". Order of edits is the order of the file.
/// </remarks>
internal sealed class FortiTree
{
    private const int DepthLimit = 64;

    private readonly ConfigText text;
    private readonly LineLedger ledger;
    private readonly List<(int Node, bool IsEdit, int Line)> stack = [(0, false, 0)];
    private int line = 1;

    private FortiTree(ConfigText text, LineLedger ledger)
    {
        this.text = text;
        this.ledger = ledger;
    }

    public WordTree Tree { get; } = new();

    /// <summary>The line of the "config" or "edit" that nothing closed; 0 = all closed.</summary>
    public int TruncatedAt { get; private set; }

    public static FortiTree Read(ConfigText text, LineLedger ledger)
    {
        var reader = new FortiTree(text, ledger);
        reader.ReadAll();
        return reader;
    }

    private void ReadAll()
    {
        for (; line <= text.LineCount; line++)
        {
            var span = text.Line(line).Trim();
            if (span.IsEmpty || span[0] == '#')
            {
                ledger.Add(line, Reading.Structure);
                continue;
            }

            ReadLine(new Cursor(span));
        }

        if (stack.Count > 1 && TruncatedAt == 0) TruncatedAt = stack[^1].Line;
    }

    private void ReadLine(Cursor words)
    {
        var (node, isEdit, _) = stack[^1];
        var verb = words.Next();
        switch (verb)
        {
            case "config":
                Push(Tree.Add(node, words.Rest.TrimEnd(), line), isEdit: false);
                return;
            case "edit":
                Push(Tree.Add(node, words.NextQuoted(), line), isEdit: true);
                return;
            case "next":
                // "next" ends an edit. Where the edit was ended by its own "end", a stray one changes nothing.
                ledger.Add(line, Reading.Structure);
                if (isEdit) stack.RemoveAt(stack.Count - 1);
                return;
            case "end":
                ledger.Add(line, Reading.Structure);
                if (isEdit) stack.RemoveAt(stack.Count - 1);
                if (stack.Count > 1) stack.RemoveAt(stack.Count - 1);
                else TruncatedAt = line;
                return;
            case "set":
                Set(node, words, clear: true);
                return;
            case "append" or "select":
                Set(node, words, clear: verb is "select");
                return;
            case "unset":
                var unset = Tree.Find(node, words.Next());
                if (unset >= 0) Tree.Remove(unset);

                ledger.Add(line, Reading.Structure);
                return;
            case "unselect":
                var from = Tree.Find(node, words.Next());
                while (!words.AtEnd && from >= 0)
                {
                    var value = Tree.Find(from, words.NextQuoted());
                    if (value >= 0) Tree.Remove(value);
                }

                ledger.Add(line, Reading.Structure);
                return;
            case "move" or "clone" or "rename" or "delete" or "purge":
                ledger.Add(line, Change(node, verb, words) ? Reading.Understood : Reading.NotUnderstood);
                return;
            default:
                var unknown = Tree.AddAlways(node, "?" + verb.ToString(), line);
                Tree.Tie(line, unknown);
                ledger.Add(line, Reading.NotUnderstood);
                return;
        }
    }

    private bool Change(int node, ReadOnlySpan<char> verb, Cursor words)
    {
        if (verb is "purge")
        {
            Tree.Clear(node);
            return true;
        }

        var what = Tree.Find(node, words.NextQuoted());
        if (verb is "delete")
        {
            if (what >= 0) Tree.Remove(what);
            return true;
        }

        var how = words.Next().ToString();
        var name = words.NextQuoted();
        if (what < 0 || name.Length == 0) return false;
        switch (verb)
        {
            case "move" when how is "before" or "after":
                var sibling = Tree.Find(node, name);
                if (sibling < 0) return false;

                Tree.Move(what, sibling, how is "after");
                return true;
            case "clone" when how is "to":
                var twin = Tree.Add(node, name, line);
                Tree.Clear(twin);
                CopySettings(what, twin);
                return true;
            case "rename" when how is "to":
                var renamed = Tree.Add(node, name, line);
                Tree.Clear(renamed);
                CopySettings(what, renamed);
                Tree.Move(renamed, what, after: true);
                Tree.Remove(what);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Copies with repeated values ("0.0.0.0 0.0.0.0"), which the tree's own copy would fold.</summary>
    private void CopySettings(int from, int to)
    {
        foreach (var child in Tree.Children(from).ToArray())
        {
            var copy = Tree.AddAlways(to, Tree.Word(child), Tree.Line(child));
            CopySettings(child, copy);
        }
    }

    private void Set(int node, Cursor words, bool clear)
    {
        var first = line;
        var setting = Tree.Add(node, words.Next(), line);
        if (clear) Tree.Clear(setting);
        var rest = words.Rest;
        if (rest.Contains('"') && OpenQuote(rest)) rest = WholeValue(rest);
        var values = new Cursor(rest);
        while (!values.AtEnd)
        {
            if (values.Rest[0] is '"' or '\'') Tree.AddAlways(setting, values.NextQuoted(), first);
            else Tree.AddAlways(setting, values.Next(), first);
        }

        for (var at = first; at <= line; at++) Tree.Tie(at, setting);
    }

    /// <summary>A quoted value over several lines (certificates, replacement messages): on to the line that closes it.</summary>
    private string WholeValue(ReadOnlySpan<char> start)
    {
        var whole = new StringBuilder(start.ToString());
        var at = line;
        while (at < text.LineCount)
        {
            at++;
            whole.Append('\n').Append(text.Line(at));
            if (OddQuotes(text.Line(at)))
            {
                line = at;
                return whole.ToString();
            }
        }

        TruncatedAt = line;
        line = text.LineCount;
        return whole.ToString();
    }

    private static bool OpenQuote(ReadOnlySpan<char> text) => OddQuotes(text);

    private static bool OddQuotes(ReadOnlySpan<char> text)
    {
        var odd = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') odd = !odd;
        }

        return odd;
    }

    private void Push(int node, bool isEdit)
    {
        Tree.Tie(line, node);
        if (stack.Count >= DepthLimit)
        {
            TruncatedAt = line;
            return;
        }

        stack.Add((node, isEdit, line));
    }
}
