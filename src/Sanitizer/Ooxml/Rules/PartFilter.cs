using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Ooxml.Xml;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <summary>What is done with an element.</summary>
internal enum Fate
{
    Keep,
    Drop,

    /// <summary>Its content stays, it does not.</summary>
    Unwrap,

    /// <summary>Hangs on what is in it.</summary>
    Hold,
}

/// <summary>Writes one part anew from what was read, name by name through the allow list, with the rules of its format.</summary>
internal sealed partial class PartFilter
{
    private const int MostHeldNodes = 1_000_000, MostHeldDepth = 500;

    private static readonly ElementRule VmlRoot = new(new("xml", "", null, -1), "xml");

    private readonly PackageReader package;
    private readonly Part part;
    private readonly Job job;
    private readonly XmlPull pull;
    private readonly XmlOut to;
    private readonly Vocabulary vocabulary = Vocabulary.Instance;
    private readonly List<(ElementRule Rule, bool Written)> path = [];
    private readonly string place;
    private int heldNodes;
    private ReadOnlyMemory<byte> blank;
    private bool leaf, toldRevisions;

    private PartFilter(PackageReader package, Part part, Job job, byte[] bytes, XmlOut to)
    {
        (this.package, this.part, this.job, this.to) = (package, part, job, to);
        place = part.Source;
        pull = new XmlPull(bytes, place);
        if (bytes.AsSpan().IndexOf("fldChar"u8) >= 0)
        {
            fields = new(job.Policy);
            fields.Read(new XmlPull(bytes, place));
        }
        if (job.Policy.AcceptTrackedChanges && bytes.AsSpan().IndexOf("trPr"u8) >= 0) FindDeletedRows(new XmlPull(bytes, place));
    }

    private ElementRule? Parent => path.Count > 0 ? path[^1].Rule : null;

    /// <summary>Writes a part of the package.</summary>
    public static void Write(PackageReader package, Part part, Job job, Stream output)
    {
        var bytes = package.Content(part);
        if (part.Type.Key == "sharedStrings" && package.Book.Sheets.Exists(static s => !s.IsKept)) bytes = UnusedStrings.Empty(package, bytes, part.Source);
        var root = part.Type.Root;
        var bare = part.Type == PartType.Vml ? VmlRoot.Space : root.StartsWith("x:", StringComparison.Ordinal) || root.StartsWith("xltc:", StringComparison.Ordinal) ? Vocabulary.Instance[root[..root.IndexOf(':', StringComparison.Ordinal)]] : null;
        using var to = new XmlOut(output, part.IsStrict, bare);
        new PartFilter(package, part, job, bytes, to).Run();
        to.Flush();
    }

    private void Run()
    {
        to.Header();
        while (true)
        {
            switch (pull.Next())
            {
                case XmlEvent.Start:
                    if ((path.Count & 0xFF) == 0) job.Budget.Check();
                    blank = default;
                    leaf = Start();
                    break;
                case XmlEvent.Text:
                    Text();
                    break;
                case XmlEvent.End:
                    if (leaf && blank.Length > 0) to.Text(blank.Span);
                    blank = default;
                    leaf = false;
                    End();
                    break;
                default:
                    return;
            }
        }
    }

    /// <returns>True when its text may follow.</returns>
    private bool Start()
    {
        var tag = pull.Tag;
        if (part.Type == PartType.Vml && path.Count == 0)
        {
            // The root of a VML drawing is <xml> without a namespace.
            to.Start(VmlRoot, spaces: Sorted(tag.Declared));
            path.Add((VmlRoot, true));
            return true;
        }
        switch (Look(tag))
        {
            case Fate.Keep:
                Open(tag);
                return true;
            case Fate.Unwrap:
                path.Add((tag.Rule!, false));
                return false;
            case Fate.Hold:
                var node = Hold();
                if (Settle(node)) Emit(node);
                return false;
            default:
                pull.Skip();
                return false;
        }
    }

    private void Text()
    {
        var bytes = pull.Bytes.AsSpan(pull.TextStart, pull.TextLength);
        if (!bytes.ContainsAnyExcept(" \t\r\n"u8))
        {
            // Between elements it means nothing; alone in an element it is its text.
            if (leaf) blank = pull.TextPlain ? pull.Bytes.AsMemory(pull.TextStart, pull.TextLength) : System.Text.Encoding.UTF8.GetBytes(pull.Text);
            return;
        }
        leaf = false;
        if (path.Count == 0 || !path[^1].Written) return;
        if (pull.TextPlain) to.Text(bytes);
        else to.Text(pull.Text);
    }

    private void End()
    {
        var (rule, written) = path[^1];
        if (rule.Special == Special.SheetRoot) MakeDrawing();
        if (rule.Special == Special.DrawingRoot) MakePictures();
        path.RemoveAt(path.Count - 1);
        if (written) to.End();
    }

    private void Open(XmlTag tag)
    {
        var rule = tag.Rule!;
        var isRoot = path.Count == 0;
        // a:ext is an extension with a uri, and the size of a shape without one.
        to.Start(rule, rule.Lazy && (rule.Local != "ext" || tag["uri"] is not null), isRoot ? Sorted(tag.Declared) : null);
        if (tag.Ignorable.Count > 0) to.Prefixes(ignorable: true, Sorted(tag.Ignorable));
        if (tag.Requires is { } requires) to.Prefixes(ignorable: false, requires);
        for (var i = 0; i < tag.Count; i++)
        {
            ref var attribute = ref tag.Attributes[i];
            if (!attribute.Keep) continue;
            if (attribute.Value is null && attribute.Plain) to.Attribute(attribute.Rule!, tag.Bytes.AsSpan(attribute.Start, attribute.Length));
            else to.Attribute(attribute.Rule!, tag.Value(i));
        }
        path.Add((rule, true));
    }

    /// <summary>Decides on an element by its name and attributes; takes away attributes that can't stay.</summary>
    private Fate Look(XmlTag tag)
    {
        var rule = tag.Rule;
        if (rule is null)
        {
            job.Remove("X-29", place, $"<{tag.RawName}>: an unknown element");
            return Fate.Drop;
        }
        if (rule.Special == Special.BeforeDrawing) MakeDrawing();
        if (rule.Threat is { } threat)
        {
            job.Remove(threat, place, rule.Name);
            return rule.Unwrap ? Fate.Unwrap : Fate.Drop;
        }
        if (rule.Special != Special.None)
        {
            var fate = Judge(tag, rule);
            if (fate != Fate.Keep) return fate;
            rule = tag.Rule!;
        }
        if (HiddenInRun(rule)) return Fate.Drop;
        return LookAtAttributes(tag, rule);
    }

    private Fate LookAtAttributes(XmlTag tag, ElementRule rule)
    {
        for (var i = 0; i < tag.Count; i++)
        {
            ref var attribute = ref tag.Attributes[i];
            if (!attribute.Keep) continue;
            if (attribute.Rule is not { } allowed)
            {
                attribute.Keep = false;
                job.Remove("X-29", place, $"{rule.Name} @{System.Text.Encoding.UTF8.GetString(tag.Bytes, attribute.NameStart, Math.Min(attribute.NameLength, 60))}: an unknown attribute");
            }
            else if (allowed.Threat is { } threat)
            {
                attribute.Keep = false;
                if (attribute.Length > 0) job.Remove(threat, place, $"{rule.Name}@{allowed.Name}");
            }
            else if (allowed.IsRevisionId && !job.Policy.KeepMetadata)
            {
                attribute.Keep = false;
                if (!toldRevisions) job.Remove("X-24", place, "rsid");
                toldRevisions = true;
            }
            else if (allowed.IsRelation)
            {
                if (Relation(tag, i, rule) is { } fate) return fate;
            }
            else if (allowed.IsAddress && (allowed.IsFetched || !Allows(tag.Value(i))))
            {
                attribute.Keep = false;
                job.Remove(allowed.IsFetched ? "X-17" : "X-19", place, $"{rule.Name}@{allowed.Name}");
            }
        }
        return Fate.Keep;
    }

    /// <summary>An attribute that names a relationship stays only with it.</summary>
    /// <returns>What becomes of the element; null: it stays.</returns>
    private Fate? Relation(XmlTag tag, int i, ElementRule rule)
    {
        var id = tag.Value(i);
        // Diagrams write it empty where there is no picture, actions where they need no target.
        if (id.Length == 0) return null;
        var relation = part.Relation(id);
        if (relation is { IsKept: true }) return null;
        tag.Attributes[i].Keep = false;
        job.Remove(relation?.Threat ?? "X-29", place, $"{rule.Name}@{tag.Attributes[i].Rule!.Name}");
        return rule.Special == Special.LoseRelation ? null : Fate.Drop;
    }

    private bool Allows(string address) => job.Policy.Allows(address) || (address.StartsWith('#') && address.AsSpan().IndexOfAny("|[\\") < 0);

    private static List<XmlSpace> Sorted(IEnumerable<XmlSpace> spaces) => [.. spaces.OrderBy(static s => s.Prefix, StringComparer.Ordinal)];

    /// <summary>The element whose start was just read, with all that is in it.</summary>
    private XmlNode Hold()
    {
        var root = new XmlNode { Tag = Copy(pull.Tag) };
        var open = new Stack<XmlNode>();
        open.Push(root);
        while (open.Count > 0)
        {
            switch (pull.Next())
            {
                case XmlEvent.Start:
                    var child = new XmlNode { Tag = Copy(pull.Tag) };
                    if (++heldNodes > MostHeldNodes || open.Count > MostHeldDepth) throw Refusals.TooMany(place, MostHeldNodes);
                    open.Peek().Children.Add(child);
                    open.Push(child);
                    break;
                case XmlEvent.Text:
                    open.Peek().Children.Add(new() { Text = pull.Text });
                    break;
                case XmlEvent.End:
                    var done = open.Pop();
                    // Blanks between elements.
                    if (done.Children.Exists(static c => c.Tag is not null)) done.Children.RemoveAll(static c => c.Tag is null && string.IsNullOrWhiteSpace(c.Text));
                    break;
            }
        }
        heldNodes = Math.Max(0, heldNodes - 100_000);
        return root;
    }

    private static XmlTag Copy(XmlTag tag)
    {
        var copy = new XmlTag { Rule = tag.Rule, Space = tag.Space, Offset = tag.Offset, NameStart = tag.NameStart, NameLength = tag.NameLength, Attributes = tag.Attributes.AsSpan(0, tag.Count).ToArray(), Count = tag.Count, Bytes = tag.Bytes, Requires = tag.Requires };
        copy.Declared.AddRange(tag.Declared);
        copy.Ignorable.AddRange(tag.Ignorable);
        return copy;
    }

    /// <summary>Writes what was held, each element looked at as if it had just been read.</summary>
    private void Emit(XmlNode node)
    {
        if (node.Tag is null)
        {
            if (path.Count > 0 && path[^1].Written) to.Text(node.Text);
            return;
        }
        if (node.Transparent)
        {
            foreach (var child in node.Children) Emit(child);
            return;
        }
        var fate = node.Settled && node.Tag.Rule is { } settled ? LookAtAttributes(node.Tag, settled) : Look(node.Tag);
        if (fate == Fate.Hold)
        {
            if (Settle(node)) Emit(node);
            return;
        }
        if (fate == Fate.Drop) return;
        if (fate == Fate.Keep) Open(node.Tag);
        else path.Add((node.Tag.Rule!, false));
        foreach (var child in node.Children) Emit(child);
        End();
    }

    /// <summary>A tag that the input doesn't have, of names that the list knows.</summary>
    private XmlNode Made(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        var rule = vocabulary.Find(name) ?? throw new InvalidOperationException(name);
        var tag = new XmlTag { Rule = rule, Space = rule.Space, Attributes = new XmlAttribute[attributes.Length], Count = attributes.Length };
        for (var i = 0; i < attributes.Length; i++)
        {
            var wanted = attributes[i].Name;
            tag.Attributes[i] = new() { Rule = rule.Attributes.Values.First(a => a.Name == wanted), Value = attributes[i].Value, Keep = true };
        }
        return new() { Tag = tag, Settled = true };
    }
}
