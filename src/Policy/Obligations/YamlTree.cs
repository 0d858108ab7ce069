using System.Globalization;
using Sekisho.Assurance;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sekisho.Policy.Obligations;

/// <summary>A value of a YAML file with the line where it starts (1-based), so that every complaint can name its place.</summary>
internal abstract record YamlValue(int Line)
{
    internal sealed record Scalar(string Value, int Line) : YamlValue(Line);

    internal sealed record List(IReadOnlyList<YamlValue> Items, int Line) : YamlValue(Line);

    internal sealed record Map(IReadOnlyList<Entry> Entries, int Line) : YamlValue(Line);

    internal sealed record Entry(string Key, int Line, YamlValue Value);
}

/// <summary>Reads untrusted YAML into plain maps, lists and scalars.</summary>
/// <remarks>
/// Works on parser events, not on YamlDotNet's own tree: that one is built by recursion (deep nesting would end the process) and
/// resolves aliases (a few lines can stand for gigabytes). Anchors, aliases and tags are refused; data files don't need them.
/// </remarks>
internal static class YamlTree
{
    /// <summary>Characters; the shipped catalogue has about 50,000.</summary>
    internal const int MaxCharacters = 2_000_000;

    internal const int MaxDepth = 12;

    private sealed class Open(int line, bool isMap)
    {
        public int Line { get; } = line;
        public bool IsMap { get; } = isMap;
        public List<YamlValue> Items { get; } = [];
        public List<YamlValue.Entry> Entries { get; } = [];
        public (string Text, int Line)? Key { get; set; }

        public YamlValue Close() => IsMap ? new YamlValue.Map(Entries, Line) : new YamlValue.List(Items, Line);
    }

    /// <returns>The root map, or null with exactly one error added.</returns>
    internal static YamlValue.Map? Read(string untrusted, DataErrors errors)
    {
        if (untrusted.Length > MaxCharacters)
        {
            errors.NotYaml(1, $"大きすぎます（{untrusted.Length:N0} 文字）", $"it is too large ({untrusted.Length:N0} characters)");
            return null;
        }
        var parser = new Parser(new StringReader(untrusted));
        try
        {
            return Build(parser, errors);
        }
        catch (YamlException e)
        {
            errors.NotYaml((int)e.Start.Line, "書き方が誤っています", e.Message);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException or NullReferenceException)
        {
            // YamlDotNet 16.3's scanner throws these on some damaged files (fuzzing found the first): bad content all the same.
            errors.NotYaml((int)(parser.Current?.Start.Line ?? 1), "書き方が誤っています", "it is damaged about here");
            return null;
        }
    }

    private static YamlValue.Map? Build(Parser parser, DataErrors errors)
    {
        var open = new Stack<Open>();
        YamlValue? root = null;
        var documents = 0;
        while (parser.MoveNext())
        {
            var line = (int)parser.Current!.Start.Line;
            if (parser.Current is DocumentStart && ++documents > 1)
            {
                errors.NotYaml(line, "文書が二つあります", "there are two documents");
                return null;
            }
            if (parser.Current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty) || parser.Current is AnchorAlias)
            {
                errors.NotYaml(line, "アンカー・別名・タグは使えません", "anchors, aliases and tags are not accepted");
                return null;
            }
            switch (parser.Current)
            {
                case MappingStart or SequenceStart:
                    if (open.Count >= MaxDepth)
                    {
                        errors.NotYaml(line, "入れ子が深すぎます", "it is nested too deeply");
                        return null;
                    }
                    if (open.TryPeek(out var map) && map is { IsMap: true, Key: null })
                    {
                        errors.NotYaml(line, "見出しは文字で書きます", "a key must be text");
                        return null;
                    }
                    open.Push(new Open(line, parser.Current is MappingStart));
                    break;
                case MappingEnd or SequenceEnd:
                    Add(open.Pop().Close());
                    break;
                case Scalar scalar:
                    if (open.TryPeek(out var top) && top is { IsMap: true, Key: null }) top.Key = (scalar.Value, line);
                    else Add(new YamlValue.Scalar(scalar.Value, line));
                    break;
            }
        }
        if (root is YamlValue.Map result) return result;
        errors.NotYaml(1, "見出しと値の組がありません", "the file is not a map of keys to values");
        return null;

        void Add(YamlValue value)
        {
            if (!open.TryPeek(out var parent)) { root = value; return; }
            if (!parent.IsMap) { parent.Items.Add(value); return; }
            var (key, line) = parent.Key!.Value;
            parent.Key = null;
            parent.Entries.Add(new YamlValue.Entry(key, line, value));
        }
    }
}

/// <summary>What is wrong with a data file, in the order of its lines; stops collecting at <see cref="Most"/>.</summary>
internal sealed class DataErrors
{
    internal const int Most = 100;

    private readonly List<ReadError> errors = [];

    public bool Any => errors.Count > 0;

    public IReadOnlyList<ReadError> InOrder() => [.. errors.OrderBy(static e => int.Parse(e.Where[..e.Where.IndexOf('行', StringComparison.Ordinal)], CultureInfo.InvariantCulture))];

    public void NotYaml(int line, string ja, string en) =>
        Add("POL-DATA-001", line, $"YAMLとして読めません：{ja}。", $"It is not YAML that can be read: {en}.");

    public void UnknownKey(int line, string key) =>
        Add("POL-DATA-002", line, $"「{key}」という項目はありません。", $"There is no key '{key}' here.");

    public void Missing(int line, string key) =>
        Add("POL-DATA-003", line, $"「{key}」がありません。", $"'{key}' is missing.");

    public void Twice(int line, string key) =>
        Add("POL-DATA-004", line, $"「{key}」が二度あります。", $"'{key}' is given twice.");

    public void Wrong(int line, string ja, string en) => Add("POL-DATA-005", line, ja + "。", en + ".");

    public void BadCondition(int line, string condition, string why) =>
        Add("POL-DATA-006", line, $"条件「{condition}」を読めません。", $"The condition '{condition}' can't be read: {why}.");

    public void Undefined(int line, string what) =>
        Add("POL-DATA-007", line, $"「{what}」は、どこにも定められていません。", $"'{what}' is not defined anywhere.");

    public void BadPattern(int line, string pattern) =>
        Add("POL-DATA-008", line, $"言葉の並び「{pattern}」を読めません。", $"The pattern '{pattern}' can't be read.");

    private void Add(string code, int line, string ja, string en)
    {
        if (errors.Count >= Most) return;
        errors.Add(new ReadError(code, $"{line}行目", new Bilingual(ja, en),
            new Bilingual("ファイルのその行を直して、もう一度読み込んでください。何も変わっていません。", "Correct that line of the file and load it again. Nothing was changed.")));
    }
}
