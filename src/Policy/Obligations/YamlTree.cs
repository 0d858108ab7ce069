using Sekisho.Assurance;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sekisho.Policy.Obligations;

/// <summary>A place in a YAML file, both parts counted from 1.</summary>
public readonly record struct YamlPlace(int Line, int Column)
{
    internal static YamlPlace Of(Mark mark) => new((int)mark.Line, (int)mark.Column);
}

/// <summary>A value of a YAML file with the place where it starts, so that every complaint can name it.</summary>
public abstract record YamlValue(YamlPlace At)
{
    public sealed record Scalar(string Value, YamlPlace At) : YamlValue(At);

    public sealed record List(IReadOnlyList<YamlValue> Items, YamlPlace At) : YamlValue(At);

    public sealed record Map(IReadOnlyList<Entry> Entries, YamlPlace At) : YamlValue(At);

    public sealed record Entry(string Key, YamlPlace At, YamlValue Value);
}

/// <summary>Reads untrusted YAML into plain maps, lists and scalars.</summary>
/// <remarks>
/// Works on parser events, not on YamlDotNet's own tree: that one is built by recursion (deep nesting would end the process) and
/// resolves aliases (a few lines can stand for gigabytes). Anchors, aliases and tags are refused; data files don't need them.
/// </remarks>
public static class YamlTree
{
    /// <summary>Characters; the shipped catalogue has about 50,000.</summary>
    internal const int MaxCharacters = 2_000_000;

    internal const int MaxDepth = 12;

    private sealed class Open(YamlPlace place, bool isMap)
    {
        public YamlPlace At { get; } = place;
        public bool IsMap { get; } = isMap;
        public List<YamlValue> Items { get; } = [];
        public List<YamlValue.Entry> Entries { get; } = [];
        public (string Text, YamlPlace At)? Key { get; set; }

        public YamlValue Close() => IsMap ? new YamlValue.Map(Entries, At) : new YamlValue.List(Items, At);
    }

    /// <returns>The root map, or null with exactly one error added.</returns>
    public static YamlValue.Map? Read(string untrusted, DataErrors errors)
    {
        if (untrusted.Length > MaxCharacters)
        {
            errors.NotYaml(new(1, 1), $"大きすぎます（{untrusted.Length:N0} 文字）", $"it is too large ({untrusted.Length:N0} characters)");
            return null;
        }
        var parser = new Parser(new StringReader(untrusted));
        try
        {
            return Build(parser, errors);
        }
        catch (YamlException e)
        {
            errors.NotYaml(YamlPlace.Of(e.Start), "書き方が誤っています", e.Message);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or IndexOutOfRangeException or NullReferenceException)
        {
            // YamlDotNet 16.3's scanner throws these on some damaged files (fuzzing found the first): bad content all the same.
            errors.NotYaml(parser.Current is { } here ? YamlPlace.Of(here.Start) : new(1, 1), "書き方が誤っています", "it is damaged about here");
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
            var place = YamlPlace.Of(parser.Current!.Start);
            if (parser.Current is DocumentStart && ++documents > 1)
            {
                errors.NotYaml(place, "文書が二つあります", "there are two documents");
                return null;
            }
            if (parser.Current is NodeEvent node && (!node.Anchor.IsEmpty || !node.Tag.IsEmpty) || parser.Current is AnchorAlias)
            {
                errors.NotYaml(place, "アンカー・別名・タグは使えません", "anchors, aliases and tags are not accepted");
                return null;
            }
            switch (parser.Current)
            {
                case MappingStart or SequenceStart:
                    if (open.Count >= MaxDepth)
                    {
                        errors.NotYaml(place, "入れ子が深すぎます", "it is nested too deeply");
                        return null;
                    }
                    if (open.TryPeek(out var map) && map is { IsMap: true, Key: null })
                    {
                        errors.NotYaml(place, "見出しは文字で書きます", "a key must be text");
                        return null;
                    }
                    open.Push(new Open(place, parser.Current is MappingStart));
                    break;
                case MappingEnd or SequenceEnd:
                    Add(open.Pop().Close());
                    break;
                case Scalar scalar:
                    if (open.TryPeek(out var top) && top is { IsMap: true, Key: null }) top.Key = (scalar.Value, place);
                    else Add(new YamlValue.Scalar(scalar.Value, place));
                    break;
            }
        }
        if (root is YamlValue.Map result) return result;
        errors.NotYaml(new(1, 1), "見出しと値の組がありません", "the file is not a map of keys to values");
        return null;

        void Add(YamlValue value)
        {
            if (!open.TryPeek(out var parent)) { root = value; return; }
            if (!parent.IsMap) { parent.Items.Add(value); return; }
            var (key, place) = parent.Key!.Value;
            parent.Key = null;
            parent.Entries.Add(new YamlValue.Entry(key, place, value));
        }
    }
}

/// <summary>What is wrong with a data file, in the order of its lines; stops collecting at <see cref="Most"/>.</summary>
/// <param name="columns">Name the column beside the line: 「12行目5字目」.</param>
public sealed class DataErrors(bool columns = false)
{
    internal const int Most = 100;

    private readonly List<(YamlPlace At, ReadError Error)> errors = [];

    public bool Any => errors.Count > 0;

    public IReadOnlyList<ReadError> InOrder() => [.. errors.OrderBy(static e => e.At.Line).ThenBy(e => columns ? e.At.Column : 0).Select(static e => e.Error)];

    public void NotYaml(YamlPlace at, string ja, string en) =>
        Add("POL-DATA-001", at, $"YAMLとして読めません：{ja}。", $"It is not YAML that can be read: {en}.");

    public void UnknownKey(YamlPlace at, string key) =>
        Add("POL-DATA-002", at, $"「{key}」という項目はありません。", $"There is no key '{key}' here.");

    public void Missing(YamlPlace at, string key) =>
        Add("POL-DATA-003", at, $"「{key}」がありません。", $"'{key}' is missing.");

    public void Twice(YamlPlace at, string key) =>
        Add("POL-DATA-004", at, $"「{key}」が二度あります。", $"'{key}' is given twice.");

    public void Wrong(YamlPlace at, string ja, string en) => Add("POL-DATA-005", at, ja + "。", en + ".");

    public void BadCondition(YamlPlace at, string condition, string why) =>
        Add("POL-DATA-006", at, $"条件「{condition}」を読めません。", $"The condition '{condition}' can't be read: {why}.");

    public void Undefined(YamlPlace at, string what) =>
        Add("POL-DATA-007", at, $"「{what}」は、どこにも定められていません。", $"'{what}' is not defined anywhere.");

    public void BadPattern(YamlPlace at, string pattern) =>
        Add("POL-DATA-008", at, $"言葉の並び「{pattern}」を読めません。", $"The pattern '{pattern}' can't be read.");

    private void Add(string code, YamlPlace at, string ja, string en)
    {
        if (errors.Count >= Most) return;
        var where = columns ? $"{at.Line}行目{at.Column}字目" : $"{at.Line}行目";
        errors.Add((at, new ReadError(code, where, new Bilingual(ja, en),
            new Bilingual("ファイルのその行を直して、もう一度読み込んでください。何も変わっていません。", "Correct that line of the file and load it again. Nothing was changed."))));
    }
}
