namespace Sekisho.Sanitizer.Ooxml.Xml;

/// <summary>An attribute as it was read.</summary>
internal struct XmlAttribute
{
    /// <summary>Null: the element may not have it.</summary>
    public AttributeRule? Rule;

    /// <summary>Null: no namespace, or one that no vocabulary has.</summary>
    public XmlSpace? Space;

    /// <summary>Where the name and the value stand in the part's bytes.</summary>
    public int NameStart, NameLength, Start, Length;

    /// <summary>The bytes of the value can be written as they are: no entity, no quote, no line break.</summary>
    public bool Plain;

    /// <summary>False once a rule took it away.</summary>
    public bool Keep;

    /// <summary>The decoded value, once somebody asked.</summary>
    public string? Value;
}

/// <summary>The start of an element, reused from one to the next.</summary>
internal sealed class XmlTag
{
    /// <summary>Null: no vocabulary has it.</summary>
    public ElementRule? Rule;

    public XmlSpace? Space;

    /// <summary>Position in the part: what a first look found out about the element is kept by it.</summary>
    public int Offset;

    public int NameStart, NameLength;

    public XmlAttribute[] Attributes = new XmlAttribute[16];

    public int Count;

    public byte[] Bytes = [];

    /// <summary>Namespaces declared on the element that a vocabulary knows.</summary>
    public List<XmlSpace> Declared { get; } = [];

    /// <summary>mc:Ignorable, as namespaces.</summary>
    public List<XmlSpace> Ignorable { get; } = [];

    /// <summary>On mc:Choice: the namespaces it requires; null when one of them is unknown.</summary>
    public List<XmlSpace>? Requires;

    /// <summary>The name as it was written, for reports.</summary>
    public string RawName => System.Text.Encoding.UTF8.GetString(Bytes, NameStart, Math.Min(NameLength, 80));

    public bool Is(string name) => Rule is not null && Rule.Name == name;

    /// <summary>The value of an attribute by its canonical name; null when it is absent.</summary>
    public string? this[string name]
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                if (Attributes[i].Keep && Attributes[i].Rule?.Name == name) return Value(i);
            }
            return null;
        }
    }

    public string Value(int i)
    {
        ref var attribute = ref Attributes[i];
        return attribute.Value ??= XmlPull.DecodeAttribute(Bytes.AsSpan(attribute.Start, attribute.Length));
    }

    public void Set(string name, string value)
    {
        for (var i = 0; i < Count; i++)
        {
            if (Attributes[i].Rule?.Name != name) continue;
            Attributes[i].Value = value;
            Attributes[i].Plain = false;
            return;
        }
    }

    public void Remove(string name)
    {
        for (var i = 0; i < Count; i++)
        {
            if (Attributes[i].Rule?.Name == name) Attributes[i].Keep = false;
        }
    }
}

/// <summary>A small subtree held in memory, where what becomes of an element hangs on what is in it.</summary>
internal sealed class XmlNode
{
    /// <summary>Null: text.</summary>
    public XmlTag? Tag;

    public string Text = "";

    public List<XmlNode> Children { get; } = [];

    /// <summary>Set once a rule looked at it: emitted without being looked at again.</summary>
    public bool Settled;

    /// <summary>Only its children are written.</summary>
    public bool Transparent;

    public ElementRule? Rule => Tag?.Rule;

    public bool Is(string name) => Tag is not null && Tag.Is(name);

    public IEnumerable<XmlNode> Descendants()
    {
        var open = new Stack<XmlNode>();
        open.Push(this);
        while (open.TryPop(out var node))
        {
            yield return node;
            for (var i = node.Children.Count - 1; i >= 0; i--) open.Push(node.Children[i]);
        }
    }

    public XmlNode? First(string name) => Descendants().FirstOrDefault(n => n.Is(name));

    public XmlNode? Child(string name) => Children.FirstOrDefault(n => n.Is(name));

    public string InnerText => Tag is null ? Text : string.Concat(Descendants().Where(static n => n.Tag is null).Select(static n => n.Text));
}
