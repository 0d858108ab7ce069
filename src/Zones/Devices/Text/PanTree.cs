using System.Xml;

namespace Sekisho.Zones.Devices;

/// <summary>A PAN-OS configuration, as XML or as "set" commands, as one tree of words.</summary>
/// <remarks>
/// XML: an element is a word, an entry is its name, a member is its text: <c>&lt;source&gt;&lt;member&gt;any</c> is "source any",
/// as "set … source any" says it. Source: PAN-OS CLI Quick Start, "View Settings and Statistics: set and XML output formats".
/// </remarks>
internal sealed class PanTree
{
    private const int DepthLimit = 96;

    public required WordTree Tree { get; init; }

    /// <summary>The line at which the text broke off or stopped being well-formed; 0 = it is whole.</summary>
    public int TruncatedAt { get; init; }

    /// <summary>Whether more than one XML document stands in the text.</summary>
    public static bool HoldsSeveral(ConfigText text)
    {
        var documents = 0;
        for (var line = 1; line <= text.LineCount && documents < 2; line++)
            if (text.Line(line).TrimStart().StartsWith("<?xml")) documents++;
        return documents > 1;
    }

    public static PanTree Read(ConfigText text, LineLedger ledger)
    {
        if (!text.Text.AsSpan().TrimStart().StartsWith("<"))
        {
            var set = BraceReader.Read(text, ledger);
            return new PanTree { Tree = set.Tree, TruncatedAt = set.TruncatedAt };
        }

        return ReadXml(text, ledger);
    }

    private static PanTree ReadXml(ConfigText text, LineLedger ledger)
    {
        var tree = new WordTree();
        List<int> stack = [0];
        var truncated = 0;
        var settings = new XmlReaderSettings()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = false,
            IgnoreWhitespace = true,
            CheckCharacters = false,
        };
        using var source = new StringReader(text.Text.TrimStart('\uFEFF', ' ', '\n', '\r', '\t'));
        var lead = text.Text.AsSpan()[..(text.Text.Length - text.Text.AsSpan().TrimStart("\uFEFF \n\r\t").Length)].Count('\n');
        using var xml = XmlReader.Create(source, settings);
        var at = (IXmlLineInfo)xml;
        var lastLine = 1;
        try
        {
            while (xml.Read())
            {
                var line = at.LineNumber + lead;
                lastLine = line;
                switch (xml.NodeType)
                {
                    case XmlNodeType.Element:
                        if (stack.Count > DepthLimit) return new PanTree { Tree = tree, TruncatedAt = line };
                        var parent = stack[^1];
                        var empty = xml.IsEmptyElement;
                        var node = xml.LocalName switch
                        {
                            "entry" when xml.GetAttribute("name") is { } name => tree.Add(parent, name, line),
                            "member" => parent,
                            _ => tree.Add(parent, xml.LocalName, line),
                        };
                        tree.Tie(line, node);
                        if (!empty) stack.Add(node);
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA:
                        var first = line;
                        var leaf = tree.Add(stack[^1], xml.Value.AsSpan().Trim(), line);
                        var lines = xml.Value.AsSpan().Count('\n');
                        for (var i = 0; i <= lines; i++) tree.Tie(first + i, leaf);

                        break;
                    case XmlNodeType.EndElement:
                        ledger.Add(line, Reading.Structure);
                        stack.RemoveAt(stack.Count - 1);
                        break;
                    default:
                        ledger.Add(line, line + xml.Value.AsSpan().Count('\n'), Reading.Structure);
                        break;
                }
            }
        }
        catch (XmlException broken)
        {
            // The reader stops at the first fault; what came before it stands, what comes after was not read.
            truncated = Math.Clamp((broken.LineNumber > 0 ? broken.LineNumber : lastLine) + lead, 1, text.LineCount);
        }

        for (var line = 1; line <= text.LineCount; line++)
            if (text.Line(line).Trim().IsEmpty) ledger.Add(line, Reading.Structure);
        return new PanTree { Tree = tree, TruncatedAt = truncated };
    }
}
