using Sekisho.Assurance;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sekisho.Zones.Policies;

/// <summary>A value of a YAML file and where it begins, both counted from 1.</summary>
internal abstract record YamlValue(int Line, int Column)
{
    public sealed record Scalar(string Value, int Line, int Column) : YamlValue(Line, Column);

    public sealed record List(IReadOnlyList<YamlValue> Items, int Line, int Column) : YamlValue(Line, Column);

    public sealed record Map(IReadOnlyList<(Scalar Key, YamlValue Value)> Entries, int Line, int Column) : YamlValue(Line, Column);
}

/// <summary>Reads untrusted YAML from the parser's events: no recursion, no aliases (a few lines could stand for gigabytes), no tags.</summary>
internal static class YamlTree
{
    private const int MaxDepth = 8;

    /// <returns>Null with one mistake added.</returns>
    public static YamlValue.Map? Read(string untrusted, PolicyMistakes mistakes)
    {
        if (untrusted.Length > ZonePolicyReader.MostCharacters)
        {
            mistakes.NotYaml(1, 1, "大きすぎます", "it is too large");
            return null;
        }
        var parser = new Parser(new StringReader(untrusted));
        try
        {
            return Build(parser, mistakes);
        }
        catch (YamlException e)
        {
            // The scanner tells a tab at the beginning of what it stands in, and the end of the file as a line of its own.
            if (TabIndent(untrusted) is { } tab) mistakes.NotYaml(tab, 1, "字下げにタブは使えません。空白で下げてください", "a line is indented by a tab; use blanks");
            else mistakes.NotYaml(Math.Min((int)e.Start.Line, Lines(untrusted)), e.Start.Line > Lines(untrusted) ? 1 : (int)e.Start.Column, "書き方が誤っています", e.Message);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException or NullReferenceException)
        {
            // The scanner of YamlDotNet throws these on some damaged files: bad content all the same.
            mistakes.NotYaml((int)(parser.Current?.Start.Line ?? 1), (int)(parser.Current?.Start.Column ?? 1), "書き方が誤っています", "it is damaged about here");
        }
        return null;
    }

    private static int Lines(string text) => text.AsSpan().Count('\n') + 1;

    /// <summary>The first line that has a tab in its indentation, from 1.</summary>
    private static int? TabIndent(string text)
    {
        var line = 0;
        foreach (var one in text.AsSpan().EnumerateLines())
        {
            line++;
            if (one[..(one.Length - one.TrimStart().Length)].Contains('\t') && !one.TrimStart().IsEmpty) return line;
        }
        return null;
    }

    private sealed class Open(int line, int column, bool isMap)
    {
        public bool IsMap => isMap;
        public List<YamlValue> Items { get; } = [];
        public List<(YamlValue.Scalar, YamlValue)> Entries { get; } = [];
        public YamlValue.Scalar? Key { get; set; }
        public YamlValue Close() => isMap ? new YamlValue.Map(Entries, line, column) : new YamlValue.List(Items, line, column);
    }

    private static YamlValue.Map? Build(Parser parser, PolicyMistakes mistakes)
    {
        var open = new Stack<Open>();
        YamlValue? root = null;
        var last = (1, 1);
        while (parser.MoveNext())
        {
            var (line, column) = ((int)parser.Current!.Start.Line, (int)parser.Current.Start.Column);
            // Maps that a colon in a list makes, and what is left empty there, have no mark of their own: they are where the reading is.
            if ((line, column).CompareTo(last) < 0) (line, column) = last;
            else last = (line, column);
            string? wrong = parser.Current switch
            {
                AnchorAlias => "アンカー・別名・タグは使えません",
                NodeEvent node when !node.Anchor.IsEmpty || !node.Tag.IsEmpty => "アンカー・別名・タグは使えません",
                DocumentStart when root is not null => "文書が二つあります",
                MappingStart or SequenceStart when open.Count >= MaxDepth => "入れ子が深すぎます",
                MappingStart or SequenceStart when open.TryPeek(out var map) && map is { IsMap: true, Key: null } => "見出しは文字で書きます",
                _ => null,
            };
            if (wrong is not null)
            {
                mistakes.NotYaml(line, column, wrong, "anchors, tags, a second document, deep nesting and keys that aren't text are not accepted");
                return null;
            }
            switch (parser.Current)
            {
                case MappingStart or SequenceStart:
                    open.Push(new Open(line, column, parser.Current is MappingStart));
                    break;
                case MappingEnd or SequenceEnd:
                    Add(open.Pop().Close());
                    break;
                case Scalar scalar:
                    var value = new YamlValue.Scalar(scalar.Value, line, column);
                    if (open.TryPeek(out var top) && top is { IsMap: true, Key: null }) top.Key = value;
                    else Add(value);
                    break;
            }
        }
        if (root is YamlValue.Map result) return result;
        mistakes.NotYaml(1, 1, "見出しと値の組がありません", "the file is not a map of keys to values");
        return null;

        void Add(YamlValue value)
        {
            if (!open.TryPeek(out var parent)) root = value;
            else if (!parent.IsMap) parent.Items.Add(value);
            else
            {
                parent.Entries.Add((parent.Key!, value));
                parent.Key = null;
            }
        }
    }
}

/// <summary>What is wrong with a zone policy, in the order of its lines.</summary>
internal sealed class PolicyMistakes(string file)
{
    private const int Most = 100;
    private readonly List<(int Line, int Column, ReadError Error)> found = [];

    public bool Any => found.Count > 0;

    public IReadOnlyList<ReadError> InOrder() => [.. found.OrderBy(static f => f.Line).ThenBy(static f => f.Column).Select(static f => f.Error)];

    public void NotYaml(int line, int column, string ja, string en) => Add("ZON-POLICY-001", line, column, $"YAMLとして読めません：{ja}。", $"It is not YAML that can be read: {en}.");

    public void UnknownKey(YamlValue at, string key) => Add("ZON-POLICY-002", at.Line, at.Column, $"「{key}」という項目はありません。", $"There is no key '{key}' here.");

    public void Missing(YamlValue at, string key) => Add("ZON-POLICY-003", at.Line, at.Column, $"「{key}」がありません。", $"'{key}' is missing.");

    public void Twice(YamlValue at, string what) => Add("ZON-POLICY-004", at.Line, at.Column, $"「{what}」が二度あります。", $"'{what}' is given twice.");

    public void Wrong(YamlValue at, string value, string ja, string en) => Add("ZON-POLICY-005", at.Line, at.Column, $"「{value}」は読めません。{ja}。", $"'{value}' can't be read: {en}.");

    public void Undefined(YamlValue at, string what) => Add("ZON-POLICY-006", at.Line, at.Column, $"領域「{what}」は、どこにも定められていません。", $"The zone '{what}' is not defined.");

    public void Outside(YamlValue at, string what) => Add("ZON-POLICY-007", at.Line, at.Column, $"「{what}」は、その領域のアドレスではありません。", $"'{what}' lies outside of that zone.");

    public void Add(string code, int line, int column, string ja, string en)
    {
        if (found.Count >= Most) return;
        found.Add((line, column, new ReadError(code, $"{file}:{line}:{column}", new Bilingual(ja, en),
            new Bilingual("その行を直して、もう一度実行してください。", "Correct that line and run it again."))));
    }
}
