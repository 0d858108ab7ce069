using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Xml;

/// <summary>What <see cref="XmlPull.Next"/> stands on.</summary>
internal enum XmlEvent
{
    Start,
    End,
    Text,
    Over,
}

/// <summary>Reads one part of a document, element by element, from its bytes: XML 1.0 with namespaces, without any DTD; comments and processing instructions are passed over.</summary>
/// <remarks>
/// An own reader, not XmlReader, for speed: names become numbers without becoming strings, and values that need no change are never decoded. It is as strict where it matters (a test compares the two on every part of the corpus):
/// UTF-8 or UTF-16 only, legal characters only, matching tags, no attribute twice, every prefix declared, the five entities and character numbers only.
/// </remarks>
internal sealed class XmlPull
{
    private const int MostDepth = 4_000, MostAttributes = 1_000;

    private static readonly SearchValues<byte> Illegal = SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create("&\"<>\t\r\n"u8);
    private static readonly SearchValues<byte> NotPlainText = SearchValues.Create("&\r>"u8);
    private static readonly SearchValues<byte> NameEnd = SearchValues.Create(" \t\r\n=/>"u8);
    private static readonly SearchValues<byte> NotName = SearchValues.Create("<&\"'!?;,()[]{}*+^|~`@$%\\#"u8);

    private readonly byte[] bytes;
    private readonly string place;
    private readonly Vocabulary vocabulary = Vocabulary.Instance;
    private readonly List<(int Start, int Length, XmlSpace? Space, int Depth)> scope = [];
    private readonly List<(int Start, int Length)> open = [];
    private readonly int end;
    private int at;
    private bool selfClosed, rootSeen;

    /// <param name="place">The part's name, for refusals.</param>
    /// <exception cref="RefusedException">The bytes are no text that XML may be.</exception>
    public XmlPull(byte[] untrusted, string place)
    {
        this.place = place;
        bytes = ToUtf8(untrusted, place);
        end = bytes.Length;
        if (bytes.AsSpan().StartsWith("\uFEFF"u8)) at = 3;
        if (!Utf8.IsValid(bytes)) throw Broken("文字コードが UTF-8 ではありません", "it isn't valid UTF-8", 0);
        var bad = bytes.AsSpan().IndexOfAny(Illegal);
        if (bad >= 0) throw Broken("使えない文字があります", "an illegal character", bad);
        if (bytes.AsSpan().IndexOf("\uFFFE"u8) >= 0 || bytes.AsSpan().IndexOf("\uFFFF"u8) >= 0) throw Broken("使えない文字があります", "an illegal character", 0);
        Tag.Bytes = bytes;
    }

    public XmlTag Tag { get; } = new();

    public int Depth => open.Count;

    public byte[] Bytes => bytes;

    /// <summary>Behind what was read last.</summary>
    public int Position => at;

    /// <summary>The text stands here; <see cref="TextPlain"/> says whether it can be written as it is.</summary>
    public int TextStart { get; private set; }

    public int TextLength { get; private set; }

    public bool TextPlain { get; private set; }

    private bool textIsRaw;

    public string Text => textIsRaw ? Encoding.UTF8.GetString(bytes, TextStart, TextLength).ReplaceLineEndings("\n") : Decode(bytes.AsSpan(TextStart, TextLength), attribute: false);

    public XmlEvent Next()
    {
        if (selfClosed)
        {
            selfClosed = false;
            Close();
            return XmlEvent.End;
        }
        while (at < end)
        {
            if (bytes[at] != '<')
            {
                var length = bytes.AsSpan(at, end - at).IndexOf((byte)'<');
                if (length < 0) length = end - at;
                var start = at;
                at += length;
                if (open.Count == 0)
                {
                    if (bytes.AsSpan(start, length).ContainsAnyExcept(" \t\r\n"u8)) throw Broken("要素の外に文字があります", "text outside of the root", start);
                    continue;
                }
                (TextStart, TextLength, textIsRaw) = (start, length, false);
                TextPlain = bytes.AsSpan(start, length).IndexOfAny(NotPlainText) < 0;
                return XmlEvent.Text;
            }
            if (at + 1 >= end) throw Broken("途中で切れています", "it is cut off", at);
            switch (bytes[at + 1])
            {
                case (byte)'/':
                    EndTag();
                    return XmlEvent.End;
                case (byte)'?':
                    Instruction();
                    continue;
                case (byte)'!':
                    if (Comment()) continue;
                    return XmlEvent.Text;
                default:
                    StartTag();
                    return XmlEvent.Start;
            }
        }
        if (open.Count > 0 || !rootSeen) throw Broken("途中で切れています", "it is cut off", end);
        return XmlEvent.Over;
    }

    /// <summary>Passes over the element whose start was just read, all of it.</summary>
    public void Skip()
    {
        var depth = open.Count;
        while (true)
        {
            if (Next() == XmlEvent.End && open.Count < depth) return;
        }
    }

    public static string DecodeAttribute(ReadOnlySpan<byte> raw) => Decode(raw, attribute: true);

    private static string Decode(ReadOnlySpan<byte> raw, bool attribute)
    {
        if (raw.IndexOfAny((byte)'&', (byte)'\r') < 0 && (!attribute || raw.IndexOfAny((byte)'\t', (byte)'\n') < 0)) return Encoding.UTF8.GetString(raw);
        var text = Encoding.UTF8.GetString(raw);
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\r')
            {
                if (i + 1 < text.Length && text[i + 1] == '\n') continue;
                c = '\n';
            }
            if (c == '&')
            {
                var semicolon = text.IndexOf(';', i);
                var name = semicolon < 0 ? "" : text[(i + 1)..semicolon];
                result.Append(name switch { "lt" => "<", "gt" => ">", "amp" => "&", "quot" => "\"", "apos" => "'", _ => Number(name) });
                i = semicolon;
                continue;
            }
            result.Append(attribute && c is '\t' or '\n' && attribute ? ' ' : c);
        }
        return result.ToString();
    }

    private static string Number(string name)
    {
        var parsed = 0;
        var ok = name.Length is > 1 and < 12 && name[0] == '#'
            && (name[1] == 'x' ? int.TryParse(name.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out parsed) : int.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out parsed));
        if (!ok || parsed is < 9 or 11 or 12 or > 13 and < 32 or > 0xD7FF and < 0xE000 or 0xFFFE or 0xFFFF or > 0x10FFFF) throw OoxmlRefusals.Xml("", "定義のない文字参照があります", "an undefined entity");
        return char.ConvertFromUtf32(parsed);
    }

    private static byte[] ToUtf8(byte[] untrusted, string place)
    {
        var isUtf16 = untrusted.Length >= 2 && BinaryPrimitives.ReadUInt16LittleEndian(untrusted) is 0xFEFF or 0xFFFE or 0x003C or 0x3C00;
        if (!isUtf16) return untrusted;
        if (untrusted.Length > 64 << 20) throw Refusals.TooLarge(untrusted.Length, 64 << 20);
        var big = BinaryPrimitives.ReadUInt16BigEndian(untrusted) is 0xFEFF or 0x003C;
        try
        {
            return Encoding.UTF8.GetBytes(new UnicodeEncoding(big, false, true).GetString(untrusted));
        }
        catch (DecoderFallbackException)
        {
            throw OoxmlRefusals.Xml(place, "文字コードが UTF-16 ではありません", "it isn't valid UTF-16");
        }
    }

    private void StartTag()
    {
        if (open.Count == 0 && rootSeen) throw Broken("根の要素が二つあります", "there are two roots", at);
        if (open.Count >= MostDepth) throw Broken("入れ子が深すぎます", "elements are nested too deeply", at);
        rootSeen = true;
        var tag = Tag;
        tag.Offset = at;
        tag.Count = 0;
        tag.Declared.Clear();
        tag.Ignorable.Clear();
        tag.Requires = null;
        at++;
        var (nameStart, nameLength) = Name();
        open.Add((nameStart, nameLength));
        var declarations = false;
        while (true)
        {
            var spaced = Space();
            if (at >= end) throw Broken("途中で切れています", "it is cut off", at);
            if (bytes[at] == '>')
            {
                at++;
                break;
            }
            if (bytes[at] == '/')
            {
                if (at + 1 >= end || bytes[at + 1] != '>') throw Broken("タグが壊れています", "a broken tag", at);
                at += 2;
                selfClosed = true;
                break;
            }
            if (!spaced) throw Broken("タグが壊れています", "a broken tag", at);
            declarations |= Attribute(tag);
        }
        if (declarations) Declare(tag);
        Resolve(tag, nameStart, nameLength);
    }

    private bool Attribute(XmlTag tag)
    {
        if (tag.Count >= MostAttributes) throw Broken("属性が多すぎます", "too many attributes", at);
        if (tag.Count == tag.Attributes.Length) Array.Resize(ref tag.Attributes, tag.Count * 2);
        var (start, length) = Name();
        Space();
        if (at >= end || bytes[at] != '=') throw Broken("タグが壊れています", "a broken tag", at);
        at++;
        Space();
        if (at >= end || bytes[at] is not ((byte)'"' or (byte)'\'')) throw Broken("タグが壊れています", "a broken tag", at);
        var quote = bytes[at++];
        var valueLength = bytes.AsSpan(at, end - at).IndexOf(quote);
        if (valueLength < 0) throw Broken("途中で切れています", "it is cut off", at);
        var value = bytes.AsSpan(at, valueLength);
        var plain = value.IndexOfAny(NotPlain) < 0;
        if (!plain)
        {
            if (value.Contains((byte)'<')) throw Broken("属性の値に < があります", "< in an attribute's value", at);
            if (value.Contains((byte)'&')) Decode(value, attribute: true); // refuses what isn't defined, even where it goes unread
        }
        ref var attribute = ref tag.Attributes[tag.Count++];
        attribute = new() { NameStart = start, NameLength = length, Start = at, Length = valueLength, Plain = plain, Keep = true };
        at += valueLength + 1;
        var name = bytes.AsSpan(start, length);
        return name.StartsWith("xmlns"u8) && (length == 5 || name[5] == (byte)':');
    }

    private void Declare(XmlTag tag)
    {
        for (var i = 0; i < tag.Count; i++)
        {
            ref var attribute = ref tag.Attributes[i];
            var name = bytes.AsSpan(attribute.NameStart, attribute.NameLength);
            if (!name.StartsWith("xmlns"u8) || (name.Length > 5 && name[5] != (byte)':')) continue;
            attribute.Keep = false;
            var uri = bytes.AsSpan(attribute.Start, attribute.Length);
            var space = attribute.Plain ? vocabulary.Space(uri) : vocabulary.Space(tag.Value(i));
            var prefixLength = name.Length > 5 ? name.Length - 6 : 0;
            if (prefixLength > 0 && attribute.Length == 0) throw Broken("空の名前空間が宣言されています", "an empty namespace is declared", attribute.Start);
            scope.Add((attribute.NameStart + name.Length - prefixLength, prefixLength, space, open.Count));
            if (space is not null && !tag.Declared.Contains(space)) tag.Declared.Add(space);
        }
    }

    private void Resolve(XmlTag tag, int nameStart, int nameLength)
    {
        var name = bytes.AsSpan(nameStart, nameLength);
        var colon = name.IndexOf((byte)':');
        (tag.NameStart, tag.NameLength) = (nameStart, nameLength);
        tag.Space = Lookup(colon < 0 ? default : name[..colon], isAttribute: false);
        tag.Rule = null;
        if (tag.Space is not null && vocabulary.LocalNumber(name[(colon + 1)..]) is >= 0 and var local) tag.Rule = tag.Space.Elements.GetValueOrDefault(local);
        for (var i = 0; i < tag.Count; i++)
        {
            ref var attribute = ref tag.Attributes[i];
            for (var j = 0; j < i; j++)
            {
                ref var other = ref tag.Attributes[j];
                if (other.NameLength == attribute.NameLength && bytes.AsSpan(other.NameStart, other.NameLength).SequenceEqual(bytes.AsSpan(attribute.NameStart, attribute.NameLength))) throw Broken("同じ属性が二つあります", "an attribute twice", attribute.NameStart);
            }
            if (!attribute.Keep) continue;
            var attributeName = bytes.AsSpan(attribute.NameStart, attribute.NameLength);
            var split = attributeName.IndexOf((byte)':');
            attribute.Space = split < 0 ? null : Lookup(attributeName[..split], isAttribute: true);
            if (attribute.Space == vocabulary.Mc)
            {
                attribute.Keep = false;
                if (attributeName[(split + 1)..].SequenceEqual("Ignorable"u8)) Prefixes(tag.Value(i), tag.Ignorable);
                continue;
            }
            if (tag.Rule is null || (split >= 0 && attribute.Space is null)) continue;
            if (vocabulary.LocalNumber(attributeName[(split + 1)..]) is >= 0 and var number) attribute.Rule = tag.Rule.Attributes.GetValueOrDefault(Vocabulary.AttributeKey(attribute.Space, number));
            if (attribute.Rule is null) continue;
            for (var j = 0; j < i; j++)
            {
                if (tag.Attributes[j].Rule == attribute.Rule) throw Broken("同じ属性が二つあります", "an attribute twice", attribute.NameStart);
            }
            if (tag.Space == vocabulary.Mc && attribute.Rule.Local == "Requires")
            {
                var requires = new List<XmlSpace>();
                if (Prefixes(tag.Value(i), requires) && requires.Count > 0) tag.Requires = requires;
                attribute.Keep = false;
            }
        }
    }

    /// <summary>Turns a list of prefixes into namespaces.</summary>
    /// <returns>False when one of them is in no vocabulary.</returns>
    private bool Prefixes(string list, List<XmlSpace> into)
    {
        var all = true;
        foreach (var prefix in list.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var found = TryLookup(Encoding.UTF8.GetBytes(prefix), out var space);
            if (!found || space is null) all = false;
            else if (!into.Contains(space)) into.Add(space);
        }
        return all;
    }

    private XmlSpace? Lookup(ReadOnlySpan<byte> prefix, bool isAttribute)
    {
        if (TryLookup(prefix, out var space)) return space;
        if (prefix.Length == 0 && !isAttribute) return null;
        throw Broken("名前空間の接頭辞が宣言されていません", "an undeclared prefix", at);
    }

    private bool TryLookup(ReadOnlySpan<byte> prefix, out XmlSpace? space)
    {
        for (var i = scope.Count - 1; i >= 0; i--)
        {
            var (start, length, declared, _) = scope[i];
            if (length != prefix.Length || !bytes.AsSpan(start, length).SequenceEqual(prefix)) continue;
            space = declared;
            return true;
        }
        space = prefix.SequenceEqual("xml"u8) ? vocabulary["xml"] : null;
        return space is not null;
    }

    private void EndTag()
    {
        at += 2;
        if (open.Count == 0) throw Broken("終わりのタグが余っています", "an end tag too many", at);
        var (start, length) = open[^1];
        var name = bytes.AsSpan(start, length);
        if (end - at <= length || !bytes.AsSpan(at, length).SequenceEqual(name)) throw Broken("始めと終わりのタグが合いません", "tags that don't match", at);
        at += length;
        Space();
        if (at >= end || bytes[at] != '>') throw Broken("始めと終わりのタグが合いません", "tags that don't match", at);
        at++;
        Close();
    }

    private void Close()
    {
        while (scope.Count > 0 && scope[^1].Depth == open.Count) scope.RemoveAt(scope.Count - 1);
        open.RemoveAt(open.Count - 1);
    }

    private void Instruction()
    {
        var length = bytes.AsSpan(at, end - at).IndexOf("?>"u8);
        if (length < 0) throw Broken("途中で切れています", "it is cut off", at);
        at += length + 2;
    }

    /// <summary>True for a comment, which is passed over; false for CDATA, which is text.</summary>
    private bool Comment()
    {
        var rest = bytes.AsSpan(at, end - at);
        if (rest.StartsWith("<!--"u8))
        {
            var length = rest[4..].IndexOf("-->"u8);
            if (length < 0) throw Broken("途中で切れています", "it is cut off", at);
            at += length + 7;
            return true;
        }
        if (!rest.StartsWith("<![CDATA["u8)) throw rest.StartsWith("<!DOCTYPE"u8) ? OoxmlRefusals.Dtd(place) : Broken("マークアップ宣言があります", "a markup declaration", at);
        var close = rest.IndexOf("]]>"u8);
        if (close < 0 || open.Count == 0) throw Broken("途中で切れています", "it is cut off", at);
        (TextStart, TextLength, TextPlain, textIsRaw) = (at + 9, close - 9, false, true);
        at += close + 3;
        return false;
    }

    private (int Start, int Length) Name()
    {
        var length = bytes.AsSpan(at, end - at).IndexOfAny(NameEnd);
        if (length <= 0 || bytes[at] is >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'.' or (byte)':' || bytes.AsSpan(at, length).IndexOfAny(NotName) >= 0) throw Broken("タグが壊れています", "a broken tag", at);
        var name = (at, length);
        at += length;
        return name;
    }

    private bool Space()
    {
        var start = at;
        while (at < end && bytes[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return at > start;
    }

    private RefusedException Broken(string ja, string en, int offset) => OoxmlRefusals.Xml(place, $"{ja}、{offset} バイト目", $"{en}, at byte {offset}");
}
