using System.Globalization;
using System.Xml;

namespace Sekisho.Policy.Reading;

/// <summary>The numbers that Word generates (numbering.xml): 第1条 and (1) that stand nowhere in the text itself.</summary>
internal sealed class DocxNumbering
{
    private const int Levels = 9;

    private readonly Dictionary<string, Level[]> _abstracts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Abstract, Level?[] Overrides, int[] Starts)> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int[]> _counters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _started = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string? Number, int? Level, string? Base)> _styles = new(StringComparer.Ordinal);

    internal void ReadNumbering(XmlReader xml)
    {
        Level[]? levels = null;
        var number = "";
        var level = -1;
        var overriding = false;
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "lvlOverride")
                overriding = false;
            if (xml.NodeType != XmlNodeType.Element)
                continue;
            switch (xml.LocalName)
            {
                case "abstractNum":
                    levels = Enumerable.Range(0, Levels).Select(static _ => new Level()).ToArray();
                    _abstracts[Attribute(xml, "abstractNumId")] = levels;
                    number = "";
                    break;
                case "num":
                    number = Attribute(xml, "numId");
                    _numbers[number] = ("", new Level?[Levels], new int[Levels]);
                    levels = null;
                    break;
                case "abstractNumId" when _numbers.TryGetValue(number, out var n):
                    _numbers[number] = (Attribute(xml, "val"), n.Overrides, n.Starts);
                    break;
                case "lvlOverride":
                    level = Index(xml, "ilvl");
                    overriding = !xml.IsEmptyElement;
                    break;
                case "startOverride" when level >= 0 && _numbers.TryGetValue(number, out var n):
                    n.Starts[level] = Number(xml, "val", 1) + 1;
                    break;
                case "lvl":
                    level = Index(xml, "ilvl");
                    if (overriding && level >= 0 && _numbers.TryGetValue(number, out var o))
                        o.Overrides[level] = new Level();
                    break;
                default:
                    if (level >= 0 && (overriding ? _numbers.TryGetValue(number, out var w) ? w.Overrides[level] : null : levels?[level]) is { } target)
                        target.Set(xml);
                    break;
            }
        }
    }

    internal void ReadStyles(XmlReader xml)
    {
        var style = "";
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element)
                continue;
            switch (xml.LocalName)
            {
                case "style":
                    style = Attribute(xml, "styleId");
                    _styles[style] = default;
                    break;
                case "basedOn" when _styles.TryGetValue(style, out var s):
                    _styles[style] = (s.Number, s.Level, Attribute(xml, "val"));
                    break;
                case "numId" when _styles.TryGetValue(style, out var s):
                    _styles[style] = (Attribute(xml, "val"), s.Level, s.Base);
                    break;
                case "ilvl" when _styles.TryGetValue(style, out var s):
                    _styles[style] = (s.Number, Number(xml, "val", 0), s.Base);
                    break;
            }
        }
    }

    /// <summary>The label of the next paragraph of a list, and counts it.</summary>
    /// <param name="number">numId of the paragraph itself; null when it has none.</param>
    /// <param name="style">Its style, which may be numbered.</param>
    /// <returns>Empty when the paragraph carries no number.</returns>
    internal string Next(string? number, int? level, string? style)
    {
        for (var guard = 0; number is null && style is not null && guard < 20 && _styles.TryGetValue(style, out var s); guard++)
        {
            number = s.Number;
            level ??= s.Level;
            style = s.Base;
        }
        if (number is null or "0" || !_numbers.TryGetValue(number, out var definition) || !_abstracts.TryGetValue(definition.Abstract, out var levels))
            return "";
        var at = Math.Clamp(level ?? 0, 0, Levels - 1);
        if (!_counters.TryGetValue(definition.Abstract, out var counters))
            _counters[definition.Abstract] = counters = new int[Levels];
        Level LevelOf(int i) => definition.Overrides[i] ?? levels[i];
        if (definition.Starts[at] > 0 && _started.Add(number + "/" + at))
            counters[at] = definition.Starts[at] - 1;
        else
            counters[at] = counters[at] == 0 ? LevelOf(at).Start : counters[at] + 1;
        Array.Clear(counters, at + 1, Levels - at - 1);
        var own = LevelOf(at);
        if (own.Format == "bullet")
            return "・";
        if (own.Format == "none" && !own.Text.Contains('%'))
            return own.Text;
        var label = own.Text;
        for (var i = 0; i <= at; i++)
        {
            var value = counters[i] == 0 ? LevelOf(i).Start : counters[i];
            label = label.Replace($"%{i + 1}", NumberFormat.Format(value, own.Legal && i < at ? "decimal" : LevelOf(i).Format), StringComparison.Ordinal);
        }
        return own.Suffix == "nothing" ? label : label + "　";
    }

    internal static string Attribute(XmlReader xml, string name)
    {
        for (var found = xml.MoveToFirstAttribute(); found; found = xml.MoveToNextAttribute())
        {
            if (xml.LocalName == name)
            {
                var value = xml.Value;
                xml.MoveToElement();
                return value;
            }
        }
        xml.MoveToElement();
        return "";
    }

    internal static int Number(XmlReader xml, string name, int otherwise) =>
        int.TryParse(Attribute(xml, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && number is >= 0 and < 10000 ? number : otherwise;

    private static int Index(XmlReader xml, string name) => Number(xml, name, -1) is >= 0 and < Levels and var index ? index : -1;

    private sealed class Level
    {
        internal string Format { get; private set; } = "decimal";

        internal string Text { get; private set; } = "";

        internal string Suffix { get; private set; } = "tab";

        internal int Start { get; private set; } = 1;

        internal bool Legal { get; private set; }

        internal void Set(XmlReader xml)
        {
            switch (xml.LocalName)
            {
                case "start":
                    Start = Number(xml, "val", 1);
                    break;
                case "numFmt":
                    Format = Attribute(xml, "val");
                    break;
                case "lvlText":
                    Text = Attribute(xml, "val");
                    break;
                case "suff":
                    Suffix = Attribute(xml, "val");
                    break;
                case "isLgl":
                    Legal = true;
                    break;
            }
        }
    }
}
