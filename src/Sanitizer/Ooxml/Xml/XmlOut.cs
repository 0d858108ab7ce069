using System.Buffers;
using System.Text;

namespace Sekisho.Sanitizer.Ooxml.Xml;

/// <summary>Writes one part: UTF-8, one prefix a namespace, declared where it is first needed. Elements that may stay away when nothing is in them are held back until something is.</summary>
/// <param name="bare">The namespace that is written without a prefix; null for none.</param>
internal sealed class XmlOut(Stream to, bool strict, XmlSpace? bare) : IDisposable
{
    private static readonly SearchValues<char> TextEscapes = SearchValues.Create("&<>\r");
    private static readonly SearchValues<char> ValueEscapes = SearchValues.Create("&<>\"\t\r\n");

    private readonly List<Open> open = [];
    private readonly List<XmlSpace> declared = [];
    private readonly bool[] isDeclared = new bool[256]; // by the number of the namespace, from 1: a list is too slow to ask for each attribute
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 15);
    private int length;
    private int held = -1; // where the first held-back start tag begins; -1: nothing is held back
    private bool tagOpen;

    private readonly record struct Open(ElementRule Rule, int DeclaredBefore, int HeldFrom, bool ParentOpen);

    public bool Strict => strict;

    public void Header() => Raw("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"u8);

    /// <param name="spaces">Namespaces to declare here in any case.</param>
    /// <param name="lazy">Not written at all when it ends empty.</param>
    public void Start(ElementRule rule, bool lazy = false, IReadOnlyList<XmlSpace>? spaces = null)
    {
        // A lazy element that stays away leaves its parent's tag as open as it was.
        var (from, parentOpen) = (length, tagOpen);
        if (!lazy) held = -1;
        else if (held < 0) held = from;
        CloseTag();
        open.Add(new(rule, declared.Count, lazy ? from : -1, parentOpen));
        Raw((byte)'<');
        Name(rule);
        tagOpen = true;
        Need(rule.Space);
        if (spaces is not null)
        {
            foreach (var space in spaces) Need(space);
        }
    }

    public void Attribute(AttributeRule rule, ReadOnlySpan<byte> plain)
    {
        Begin(rule);
        Raw(plain);
        Raw((byte)'"');
    }

    public void Attribute(AttributeRule rule, string value)
    {
        Begin(rule);
        Escaped(value, ValueEscapes);
        Raw((byte)'"');
    }

    /// <summary>An attribute of markup compatibility, whose value is a list of namespaces.</summary>
    public void Prefixes(bool ignorable, IEnumerable<XmlSpace> spaces)
    {
        var list = spaces.ToList();
        if (list.Count == 0) return;
        if (ignorable) Need(Vocabulary.Instance.Mc);
        foreach (var space in list) Need(space);
        Raw(ignorable ? " mc:Ignorable=\""u8 : " Requires=\""u8);
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0) Raw((byte)' ');
            Raw(list[i].PrefixBytes);
        }
        Raw((byte)'"');
    }

    public void Text(ReadOnlySpan<byte> plain)
    {
        if (plain.Length == 0) return;
        CloseTag();
        held = -1;
        Raw(plain);
    }

    public void Text(string text)
    {
        if (text.Length == 0) return;
        CloseTag();
        held = -1;
        Escaped(text, TextEscapes);
    }

    public void End()
    {
        var element = open[^1];
        open.RemoveAt(open.Count - 1);
        for (var i = declared.Count - 1; i >= element.DeclaredBefore; i--)
        {
            isDeclared[declared[i].Index + 1] = false;
            declared.RemoveAt(i);
        }
        if (element.HeldFrom >= 0 && held >= 0)
        {
            length = element.HeldFrom;
            if (held == element.HeldFrom) held = -1;
            tagOpen = element.ParentOpen;
            return;
        }
        if (tagOpen)
        {
            Raw("/>"u8);
            tagOpen = false;
            return;
        }
        Raw("</"u8);
        Name(element.Rule);
        Raw((byte)'>');
    }

    public void Flush()
    {
        if (length > 0) to.Write(buffer, 0, length);
        length = 0;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private void Begin(AttributeRule rule)
    {
        if (rule.Space is not null) Need(rule.Space);
        Raw((byte)' ');
        Raw(rule.NameBytes);
        Raw("=\""u8);
    }

    private void Need(XmlSpace space)
    {
        if (isDeclared[space.Index + 1] || space.Prefix == "xml") return;
        isDeclared[space.Index + 1] = true;
        declared.Add(space);
        if (space == bare)
        {
            Raw(" xmlns=\""u8);
        }
        else
        {
            Raw(" xmlns:"u8);
            Raw(space.PrefixBytes);
            Raw("=\""u8);
        }
        Raw(strict ? space.StrictUriBytes : space.UriBytes);
        Raw((byte)'"');
    }

    private void Name(ElementRule rule)
    {
        if (rule.Space != bare)
        {
            Raw(rule.Space.PrefixBytes);
            Raw((byte)':');
        }
        Raw(rule.LocalBytes);
    }

    private void CloseTag()
    {
        if (!tagOpen) return;
        tagOpen = false;
        Raw((byte)'>');
    }

    private void Escaped(string text, SearchValues<char> escapes)
    {
        var rest = text.AsSpan();
        while (true)
        {
            var next = rest.IndexOfAny(escapes);
            Utf8(next < 0 ? rest : rest[..next]);
            if (next < 0) return;
            Raw(rest[next] switch { '&' => "&amp;"u8, '<' => "&lt;"u8, '>' => "&gt;"u8, '"' => "&quot;"u8, '\t' => "&#9;"u8, '\r' => "&#13;"u8, _ => "&#10;"u8 });
            rest = rest[(next + 1)..];
        }
    }

    private void Utf8(ReadOnlySpan<char> chars)
    {
        if (chars.Length == 0) return;
        Room(chars.Length * 3);
        length += Encoding.UTF8.GetBytes(chars, buffer.AsSpan(length));
    }

    private void Raw(byte b)
    {
        if (length == buffer.Length) Room(1);
        buffer[length++] = b;
    }

    private void Raw(ReadOnlySpan<byte> bytes)
    {
        if (buffer.Length - length < bytes.Length) Room(bytes.Length);
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
    }

    private void Room(int count)
    {
        if (buffer.Length - length >= count) return;
        if (held < 0) Flush();
        if (buffer.Length - length >= count) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, length + count));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
