using System.Buffers;
using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Reads RTF into its groups, byte by byte as its specification says and not as one reader or another takes it (RTF の字句解析).</summary>
internal sealed class RtfTree
{
    private const int MostDepth = 200, MostItems = 8_000_000, MostName = 32, MostDigits = 10;

    private static readonly SearchValues<byte> Ends = SearchValues.Create("{}\\\r\n\0"u8);

    private readonly ReadOnlyMemory<byte> untrusted;
    private readonly SortedSet<string> oddities = new(StringComparer.Ordinal);

    private RtfTree(ReadOnlyMemory<byte> untrusted) => this.untrusted = untrusted;

    /// <summary>The group <c>{\rtf1 …}</c>.</summary>
    public RtfGroup Root { get; private set; } = new();

    /// <summary>What no program writes and what hides things from readers .</summary>
    public IReadOnlyCollection<string> Oddities => oddities;

    /// <exception cref="RefusedException">It is no RTF, or nested without end.</exception>
    public static RtfTree Read(ReadOnlyMemory<byte> untrusted, Job job)
    {
        var tree = new RtfTree(untrusted);
        tree.Parse(job);
        return tree;
    }

    public ReadOnlySpan<byte> Bytes(RtfItem item) => untrusted.Span.Slice(item.Start, item.Length);

    /// <summary>The text of a group and of all in it, its codes undone (bytes as Latin-1); \u0002 stands for a field inside.</summary>
    public string Text(RtfGroup group, int most = 16_384)
    {
        var text = new StringBuilder();
        Collect(group, text, most);
        return text.ToString();
    }

    private void Collect(RtfGroup group, StringBuilder text, int most)
    {
        foreach (var item in group.Items)
        {
            if (text.Length > most) return;
            switch (item.Kind)
            {
                case RtfKind.Group when item.Group!.Destination == "field":
                    text.Append(text.ToString().AsSpan().Trim().IsEmpty ? " \u0001 " : " \u0002 ");
                    break;
                case RtfKind.Group:
                    Collect(item.Group!, text, most);
                    break;
                case RtfKind.Text:
                    text.Append(Encoding.Latin1.GetString(Bytes(item)[..Math.Min(item.Length, most)]));
                    break;
                case RtfKind.Hex:
                case RtfKind.Symbol when item.Start is '\\' or '{' or '}':
                    text.Append((char)item.Start);
                    break;
                case RtfKind.Symbol when item.Start is '~':
                    text.Append(' ');
                    break;
                case RtfKind.Word when item is { Name: "u", Number: { } code }:
                    text.Append((char)(ushort)code);
                    break;
                case RtfKind.Word when item.Name is "tab" or "line" or "par":
                    text.Append(' ');
                    break;
            }
        }
    }

    private void Parse(Job job)
    {
        var bytes = untrusted.Span;
        var open = new Stack<RtfGroup>();
        var (at, count) = (0, 0);
        // Marks of Unicode and blanks before the first brace are met in the wild.
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) at = 3;
        while (at < bytes.Length && bytes[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
        if (at >= bytes.Length || bytes[at] != '{') throw Broken("SAN-RTF-001", "RTF の見出しがありません", "it doesn't begin as RTF");
        while (at < bytes.Length)
        {
            if ((++count & 0xFFF) == 0) job.Budget.Check();
            if (count > MostItems) throw Refusals.TooMany("rtf", MostItems);
            var b = bytes[at];
            switch (b)
            {
                case (byte)'{':
                    if (open.Count == MostDepth) throw Broken("SAN-RTF-002", "入れ子が深すぎます", "it is nested too deeply");
                    var group = new RtfGroup();
                    if (open.TryPeek(out var parent)) parent.Add(new(RtfKind.Group, 0, 0, "", null, group));
                    else Root = group;
                    open.Push(group);
                    at++;
                    break;
                case (byte)'}':
                    at++;
                    open.Pop();
                    if (open.Count > 0) break;
                    if (!bytes[at..].Trim("\0\r\n \t\x1A"u8).IsEmpty) oddities.Add("data after the end");
                    Head();
                    return;
                case (byte)'\\':
                    at = Control(bytes, at + 1, open.Peek());
                    break;
                case (byte)'\r' or (byte)'\n' or 0:
                    at++;
                    break;
                default:
                    var rest = bytes[at..];
                    var length = rest.IndexOfAny(Ends) is var end and >= 0 ? end : rest.Length;
                    open.Peek().Add(new(RtfKind.Text, at, length, "", null, null));
                    at += length;
                    break;
            }
        }
        oddities.Add("braces that are not closed");
        Head();
    }

    private void Head()
    {
        if (Root.IsOptional || !Root.Destination.StartsWith("rt", StringComparison.Ordinal)) throw Broken("SAN-RTF-001", "RTF の見出しがありません", "it doesn't begin as RTF");
        if (Root.Destination != "rtf" || Root.Items[0].Number is not 1) oddities.Add("an odd header");
    }

    private int Control(ReadOnlySpan<byte> bytes, int at, RtfGroup to)
    {
        if (at >= bytes.Length) return at;
        var b = bytes[at];
        if (!char.IsAsciiLetter((char)b)) return Symbol(bytes, at, to);
        var start = at;
        while (at < bytes.Length && char.IsAsciiLetter((char)bytes[at])) at++;
        var name = at - start <= MostName ? Encoding.ASCII.GetString(bytes[start..at]) : "";
        var digits = at;
        if (at < bytes.Length && bytes[at] == '-' && at + 1 < bytes.Length && char.IsAsciiDigit((char)bytes[at + 1])) at++;
        while (at < bytes.Length && char.IsAsciiDigit((char)bytes[at])) at++;
        int? number = null;
        if (at > digits)
        {
            if (at - digits <= MostDigits + 1 && int.TryParse(bytes[digits..at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)) number = parsed;
            else oddities.Add("a number of many digits");
        }
        if (at < bytes.Length && bytes[at] == ' ') at++;
        if (name.Length == 0) oddities.Add("an endless control word");
        else if (name != "bin") to.Add(new(RtfKind.Word, 0, 0, name, number, null));
        if (name != "bin" || number is not > 0) return at;
        // A reader that doesn't skip them would read what is in them.
        if (number > bytes.Length - at) throw Broken("SAN-RTF-003", "バイナリの長さがファイルを超えています", "a binary run is longer than the file");
        to.Add(new(RtfKind.Binary, at, number.Value, "bin", number, null));
        return at + number.Value;
    }

    private static int Symbol(ReadOnlySpan<byte> bytes, int at, RtfGroup to)
    {
        var b = bytes[at++];
        if (b == '\'')
        {
            if (at + 2 > bytes.Length || !char.IsAsciiHexDigit((char)bytes[at]) || !char.IsAsciiHexDigit((char)bytes[at + 1])) return at;
            to.Add(new(RtfKind.Hex, byte.Parse(bytes.Slice(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), 0, "", null, null));
            return at + 2;
        }
        if (b is (byte)'\r' or (byte)'\n') to.Add(new(RtfKind.Word, 0, 0, "par", null, null));
        else if (b == '\t') to.Add(new(RtfKind.Word, 0, 0, "tab", null, null));
        else if (b is > 0x20 and < 0x7F) to.Add(new(RtfKind.Symbol, b, 0, "", null, null));
        return at;
    }

    private static RefusedException Broken(string code, string ja, string en) => Refusals.Broken("", code, ja, en);
}
