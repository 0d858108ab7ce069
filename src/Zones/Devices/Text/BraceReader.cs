namespace Sekisho.Zones.Devices;

/// <summary>Junos (and PAN-OS "show config") text, in braces or as "set" commands, into one <see cref="WordTree"/>.</summary>
/// <remarks>
/// Source: Junos OS CLI User Guide, "Display Set Commands from a Junos OS Configuration" and "Deactivate and Reactivate Statements";
/// both forms say the same statements, so both become the same paths of words.
/// </remarks>
internal sealed class BraceReader
{
    /// <summary>Deeper nesting than any grammar has: hostile or broken text.</summary>
    private const int DepthLimit = 128;

    private readonly ConfigText text;
    private readonly WordTree tree = new();
    private readonly LineLedger ledger;

    private BraceReader(ConfigText text, LineLedger ledger)
    {
        this.text = text;
        this.ledger = ledger;
    }

    /// <summary>The line at which the text ended in the middle of something; 0 = it did not.</summary>
    public int TruncatedAt { get; private set; }

    public WordTree Tree => tree;

    public static BraceReader Read(ConfigText text, LineLedger ledger)
    {
        var reader = new BraceReader(text, ledger);
        if (LooksLikeSet(text)) reader.ReadSet();
        else reader.ReadBraces();
        return reader;
    }

    private static bool LooksLikeSet(ConfigText text)
    {
        int set = 0, braces = 0;
        for (var line = 1; line <= text.LineCount && set + braces < 200; line++)
        {
            var span = text.Line(line).Trim();
            if (span.StartsWith("set ") || span.StartsWith("deactivate ") || span.StartsWith("delete ")) set++;
            else if (span.EndsWith("{") || span.EndsWith(";") || span.SequenceEqual("}")) braces++;
        }

        return set >= braces;
    }

    private void ReadBraces()
    {
        List<int> stack = [0];
        List<int> openedAt = [0];
        var node = 0;
        var statementLine = 0;
        var off = false;
        var listParent = -1;
        var tokens = 0;
        var words = new Tokens(text.Text);
        while (words.Next())
        {
            var line = words.Line;
            switch (words.Kind)
            {
                case Token.Comment:
                    ledger.Add(line, words.EndLine, Reading.Structure);
                    break;
                case Token.Open:
                    if (stack.Count > DepthLimit)
                    {
                        TruncatedAt = line;
                        return;
                    }

                    tree.Tie(line, node);
                    if (off) tree.SwitchOff(node);

                    off = false;
                    stack.Add(node);
                    openedAt.Add(line);
                    tokens = 0;
                    break;
                case Token.Close:
                    ledger.Add(line, Reading.Structure);
                    if (stack.Count > 1)
                    {
                        stack.RemoveAt(stack.Count - 1);
                        openedAt.RemoveAt(openedAt.Count - 1);
                    }
                    else
                    {
                        TruncatedAt = line;
                    }

                    node = stack[^1];
                    tokens = 0;
                    break;
                case Token.End:
                    if (tokens > 0)
                    {
                        tree.Tie(line, node);
                        if (off) tree.SwitchOff(node);
                    }

                    ledger.Add(line, Reading.Structure);
                    off = false;
                    node = stack[^1];
                    tokens = 0;
                    break;
                case Token.ListOpen:
                    listParent = node;
                    break;
                case Token.ListClose:
                    node = listParent >= 0 ? listParent : node;
                    listParent = -1;
                    break;
                case Token.Word when tokens == 0 && words.Word is "inactive:":
                    off = true;
                    break;
                case Token.Word when tokens == 0 && words.Word is "protect:" or "replace:":
                    break;
                case Token.Word:
                    if (tokens == 0)
                    {
                        node = stack[^1];
                        statementLine = line;
                    }

                    tokens++;
                    if (listParent >= 0)
                    {
                        node = tree.Add(listParent, words.Word, line);
                        tree.Tie(line, node);
                    }
                    else
                    {
                        node = tree.Add(node, words.Word, line);
                    }

                    break;
            }
        }

        if (stack.Count > 1 || tokens > 0 || words.Unclosed) TruncatedAt = stack.Count > 1 ? openedAt[^1] : Math.Max(1, statementLine);
    }

    private void ReadSet()
    {
        var line = 1;
        while (line <= text.LineCount)
        {
            var span = text.Line(line).Trim();
            if (span.IsEmpty || span[0] is '#' or '!' || span.StartsWith("/*") || span is "configure" or "exit" or "commit" or "top")
            {
                ledger.Add(line, Reading.Structure);
                line++;
                continue;
            }

            var last = line;
            var statement = span;
            if (OpenQuote(span) || OpenList(span))
            {
                // A quoted value may hold line ends (banners, certificates); the statement goes on to the closing quote.
                var limit = Math.Min(text.LineCount, line + 2000);
                var whole = span.ToString();
                while (last < limit && (OpenQuote(whole) || OpenList(whole)))
                {
                    last++;
                    whole = $"{whole}\n{text.Line(last)}";
                }

                if (OpenQuote(whole))
                {
                    TruncatedAt = line;
                    last = line;
                }
                else
                {
                    statement = whole.Trim();
                }
            }

            ReadStatement(statement, line, last);
            line = last + 1;
        }
    }

    private void ReadStatement(ReadOnlySpan<char> statement, int line, int last)
    {
        var space = statement.IndexOf(' ');
        var verb = space < 0 ? statement : statement[..space];
        if (verb is not ("set" or "delete" or "deactivate" or "activate" or "insert" or "move" or "rename" or "protect" or "annotate"))
        {
            // A prompt, a "show" echoed by the terminal, or no command at all: nobody can say what it did.
            ledger.Add(line, last, Reading.NotUnderstood);
            return;
        }

        int node = 0, listParent = -1;
        List<int> touched = [];
        var words = new Tokens(statement.ToString());
        words.Next();
        var create = verb is "set";
        List<string> path = [];
        while (words.Next())
        {
            switch (words.Kind)
            {
                case Token.ListOpen:
                    listParent = node;
                    break;
                case Token.ListClose:
                    listParent = -1;
                    break;
                case Token.Word or Token.Open or Token.Close or Token.End when create:
                    if (words.Kind != Token.Word) break;

                    node = tree.Add(listParent >= 0 ? listParent : node, words.Word, line);
                    if (listParent >= 0) touched.Add(node);
                    break;
                case Token.Word:
                    path.Add(words.Word.ToString());
                    break;
            }
        }

        if (create)
        {
            if (node == 0)
            {
                ledger.Add(line, last, Reading.Structure);
                return;
            }

            touched.Add(node);
            for (var at = line; at <= last; at++)
                foreach (var leaf in touched) tree.Tie(at, leaf);
            return;
        }

        Change(verb, path, line, last);
    }

    /// <summary>The commands that change what earlier lines said.</summary>
    private void Change(ReadOnlySpan<char> verb, List<string> path, int line, int last)
    {
        var place = path.FindLastIndex(word => word is "before" or "after" or "to" or "top" or "bottom");
        var stop = verb is "insert" or "move" or "rename" && place > 0 ? place : path.Count;
        var node = 0;
        for (var i = 0; i < stop && node >= 0; i++) node = tree.Find(node, path[i]);

        var reading = Reading.NotUnderstood;
        if (node > 0)
        {
            switch (verb)
            {
                case "delete":
                    tree.Remove(node);
                    reading = Reading.Understood;
                    break;
                case "deactivate":
                    tree.SwitchOff(node);
                    tree.Tie(line, node);
                    return;
                case "activate":
                    tree.SwitchOff(node, false);
                    tree.Tie(line, node);
                    return;
                case "protect" or "annotate":
                    reading = Reading.Irrelevant;
                    break;
                case "insert" or "move" when place > 0:
                    var parent = tree.Parent(node);
                    var how = path[place];
                    var sibling = how is "top" or "bottom"
                        ? (how is "top" ? tree.Children(parent).First() : tree.Children(parent).Last())
                        : tree.Find(parent, path[^1]);
                    if (sibling >= 0)
                    {
                        tree.Move(node, sibling, how is "after" or "bottom");
                        reading = Reading.Understood;
                    }

                    break;
                case "rename" when place > 0 && place + 1 < path.Count:
                    var renamed = tree.Add(tree.Parent(node), path[^1], line);
                    tree.Copy(node, renamed);
                    tree.Remove(node);
                    reading = Reading.Understood;
                    break;
            }
        }
        else if (verb is "delete" or "deactivate" or "activate" or "protect" or "annotate")
        {
            // It takes away, or switches, what nobody set: nothing changes.
            reading = Reading.Irrelevant;
        }

        ledger.Add(line, last, reading);
    }

    private static bool OpenQuote(ReadOnlySpan<char> statement)
    {
        var open = false;
        for (var i = 0; i < statement.Length; i++)
        {
            if (statement[i] == '\\' && open) i++;
            else if (statement[i] == '"') open = !open;
        }

        return open;
    }

    private static bool OpenList(ReadOnlySpan<char> statement) => statement.EndsWith(" [") || (statement.Contains(" [ ", StringComparison.Ordinal) && !statement.Contains(']'));

    private enum Token
    {
        Word,
        Open,
        Close,
        End,
        ListOpen,
        ListClose,
        Comment,
    }

    /// <summary>Words, quotes, brackets and comments of a text.</summary>
    private ref struct Tokens(string text)
    {
        private readonly ReadOnlySpan<char> all = text;
        private int at;
        private int line = 1;

        public Token Kind { get; private set; }

        public ReadOnlySpan<char> Word { get; private set; }

        public int Line { get; private set; }

        public readonly int EndLine => line;

        /// <summary>A quote or comment was open when the text ended.</summary>
        public bool Unclosed { get; private set; }

        public bool Next()
        {
            while (at < all.Length && char.IsWhiteSpace(all[at]))
            {
                if (all[at] == '\n') line++;
                at++;
            }

            if (at >= all.Length) return false;
            Line = line;
            var c = all[at];
            switch (c)
            {
                case '{':
                    return Single(Token.Open);
                case '}':
                    return Single(Token.Close);
                case ';':
                    return Single(Token.End);
                case '[' when IsAlone(at):
                    return Single(Token.ListOpen);
                case ']':
                    return Single(Token.ListClose);
                case '!' when at == 0 || all[at - 1] == '\n':
                case '#':
                    var end = all[at..].IndexOf('\n');
                    at = end < 0 ? all.Length : at + end;
                    Kind = Token.Comment;
                    return true;
                case '/' when all[at..].StartsWith("/*"):
                    var close = all[at..].IndexOf("*/");
                    Unclosed |= close < 0;
                    var stop = close < 0 ? all.Length : at + close + 2;
                    line += all[at..stop].Count('\n');
                    at = stop;
                    Kind = Token.Comment;
                    return true;
                case '"':
                    return Quoted();
            }

            var start = at;
            while (at < all.Length && !char.IsWhiteSpace(all[at]) && all[at] is not ('{' or '}' or ';' or ']')) at++;

            Word = all[start..at];
            Kind = Token.Word;
            return true;
        }

        private readonly bool IsAlone(int index) => index + 1 >= all.Length || all[index + 1] is ' ' or '\t' or '\n' or '\r' or ']' or '"' || char.IsLetterOrDigit(all[index + 1]);

        private bool Quoted()
        {
            var start = ++at;
            var escaped = false;
            while (at < all.Length && all[at] != '"')
            {
                if (all[at] == '\\')
                {
                    escaped = true;
                    at++;
                }

                if (at < all.Length && all[at] == '\n') line++;
                at++;
            }

            Unclosed |= at >= all.Length;
            var word = all[start..Math.Min(at, all.Length)];
            Word = escaped ? word.ToString().Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal) : word;
            at = Math.Min(all.Length, at + 1);
            Kind = Token.Word;
            return true;
        }

        private bool Single(Token kind)
        {
            Kind = kind;
            at++;
            return true;
        }
    }
}
