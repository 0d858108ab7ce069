namespace Sekisho.Policy.Reading;

/// <summary>Chooses the hierarchy of a text by the consistency of its numbers.</summary>
/// <remarks>
/// A style of numbering opens a level with its first number and goes on while the next number in sequence comes. A line that starts with a
/// number which fits no open level, and opens none, is a line of text; one that its neighbours explain (11, "1.2", 13) is repaired.
/// Each line is looked at once, and at most <see cref="MarkerNeighbours.LookAhead"/> following numbers with it, so the time is linear in the text.
/// </remarks>
internal sealed class StructureResolver(LineSet set, MarkerTable markers, ReadingNotes notes, ReadingWork work)
{
    private const int Accepted = 60;
    private const int ArticleRank = 5;
    private const int BelowArticle = 6;

    private readonly MarkerNeighbours _neighbours = new(markers, work);
    private readonly List<Level> _levels = [];
    private readonly Numeral[] _lastOfRank = new Numeral[ArticleRank + 1];
    private readonly List<Node> _roots = [];
    private readonly List<int> _front = [];
    private MarkerStyle _articleStyle;
    private bool _supplementary;
    private int _pendingCaption = -1;
    private Node? _lastTextNode;

    internal IReadOnlyList<Node> Roots => _roots;

    /// <summary>Whether an article number torn apart (1.2 for 12) was repaired.</summary>
    internal bool RepairedArticles { get; private set; }

    /// <summary>Lines before the first provision.</summary>
    internal IReadOnlyList<int> Front => _front;

    /// <summary>Resolves the main part (本則).</summary>
    /// <param name="ranges">Line ranges [from, to) that make it up.</param>
    internal void ResolveMain(IReadOnlyList<(int From, int To)> ranges, MarkerStyle articleStyle)
    {
        _articleStyle = articleStyle;
        foreach (var (from, to) in ranges)
            Run(from, to);
    }

    /// <summary>Resolves one 附則: numbered paragraphs or articles, or none.</summary>
    internal void ResolveSupplementary(int from, int to)
    {
        _supplementary = true;
        _articleStyle = MarkerStyle.Article;
        Run(from, to);
    }

    private void Run(int from, int to)
    {
        _neighbours.End = to;
        for (var i = from; i < to; i++)
        {
            ref readonly var line = ref set.Lines[i];
            work.Lines++;
            if (line.Table is not null)
            {
                FlushCaption();
                if (_levels.Count > 0)
                    _levels[^1].Node.Tables.Add(line.Table);
                else
                    _front.Add(i);
                continue;
            }
            if (line.MarkerCount > 0)
            {
                var decision = Decide(i);
                if (decision.Score >= Accepted)
                {
                    Accept(i, decision);
                    continue;
                }
            }
            else if (IsAmendmentNote(line.Text) && _levels.Count > 0)
            {
                notes.AmendmentNote(line.Text);
                continue;
            }
            else if (IsCaptionLine(line.Text) && CaptionFitsNext(i))
            {
                FlushCaption();
                _pendingCaption = i;
                continue;
            }
            FlushCaption();
            AddText(i);
        }
        FlushCaption();
    }

    private void AddText(int index)
    {
        if (_levels.Count == 0)
        {
            _front.Add(index);
            return;
        }
        var node = _levels[^1].Node;
        ref readonly var line = ref set.Lines[index];
        if (_levels[^1].Rank < ArticleRank && node.Caption.Length == 0 && node.Text.IsEmpty && !line.EndsSentence && line.Text.Length <= 40)
        {
            node.Caption = Spelling.CloseSpaced(line.Text);
            return;
        }
        node.Text.Add(line, set);
        _lastTextNode = node;
    }

    // A bracketed line that turned out to belong to no provision is text after all.
    private void FlushCaption()
    {
        if (_pendingCaption < 0)
            return;
        var index = _pendingCaption;
        _pendingCaption = -1;
        AddText(index);
    }

    private bool CaptionFitsNext(int index)
    {
        if (_supplementary)
            return true;
        for (var i = index + 1; i < _neighbours.End; i++)
        {
            ref readonly var line = ref set.Lines[i];
            if (line.Table is not null)
                return false;
            for (var k = 0; k < line.MarkerCount; k++)
            {
                var style = markers[line.FirstMarker + k].Style;
                if (style == _articleStyle || style is MarkerStyle.Plain or MarkerStyle.Article or MarkerStyle.Circled)
                    return true;
            }
            if (line.MarkerCount > 0 || !IsCaptionLine(line.Text))
                return false;
        }
        return false;
    }

    private Decision Decide(int index)
    {
        ref readonly var line = ref set.Lines[index];
        var complete = PreviousIsComplete(index);
        var best = default(Decision);
        for (var k = 0; k < line.MarkerCount; k++)
        {
            work.Markers++;
            var at = line.FirstMarker + k;
            ref readonly var marker = ref markers[at];
            var rank = RankOf(marker.Style);
            var decision = rank <= ArticleRank ? DecideRanked(at, marker, rank, complete, line) : DecideBelow(at, marker, complete, line);
            if (decision.Score > best.Score)
                best = decision;
        }
        return best;
    }

    private int RankOf(MarkerStyle style)
    {
        if (style == _articleStyle)
            return ArticleRank;
        if (style <= MarkerStyle.Division)
            return (int)style;
        // Ⅰ over 第1条 or 1 is a chapter without its unit.
        return style == MarkerStyle.LargeRoman && FindRank(ArticleRank) < 0 | FindStyle(MarkerStyle.LargeRoman, 1) >= 0 && !_supplementary ? 1 : BelowArticle;
    }

    private Decision DecideRanked(int at, in Marker marker, int rank, bool complete, in Line line)
    {
        var strong = marker.Strength == MarkerStrength.Strong;
        var captioned = _pendingCaption >= 0;
        var level = FindRank(rank);
        var last = level >= 0 ? _levels[level].Last : _lastOfRank[rank];
        if (level >= 0 && NestedLevel(at, marker, level) is >= 0 and var nested)
            return new Decision(strong ? 100 : 0, at, marker.Number, nested, BelowArticle, false);
        if (level < 0 && !strong && !marker.Damaged && rank == ArticleRank && marker.Style != MarkerStyle.Article)
            return default;
        if (marker.Number.Follows(last) || (level < 0 && marker.Number.IsFirst))
            return new Decision(strong ? complete || captioned || marker.Style != MarkerStyle.Plain || _neighbours.NextIs(at, marker.Number.Main + 1) ? 100 : 40 : complete || captioned ? 75 : 0, at, marker.Number, level, rank, marker.Damaged);
        if (!strong || marker.Damaged)
            return default;
        if (level >= 0 && !complete && !captioned)
            return default;
        var named = marker.Style <= MarkerStyle.Ordinal;
        if (level >= 0 && _neighbours.ExplainedByNext(at, last, marker.Number) && marker.Number.Branch == 0)
            return new Decision(80, at, new Numeral(last.Main + 1), level, rank, true);
        // 1.9 and then 2.1: the next group of a document whose groups have no heading of their own.
        if (level >= 0 && marker.Prefix > _levels[level].Prefix && marker.Number.IsFirst)
            return new Decision(90, at, marker.Number, level, rank, false);
        if (level >= 0 && marker.Number.IsFirst && !named)
            return _neighbours.NestedRun(at, last.Main + 1) ? new Decision(85, at, marker.Number, -1, BelowArticle, false) : default;
        if (named)
        {
            // A gap, a repeated number, or an extract that starts later: the print is believed, and lint says what is odd.
            var score = marker.Number.Main > last.Main ? 70 : rank == ArticleRank ? 62 : 65;
            return new Decision(score, at, marker.Number, level, rank, false, OutOfOrder: marker.Number.Main <= last.Main && !marker.Number.IsFirst);
        }
        var gap = marker.Number.Main - last.Main;
        return level >= 0 && gap is > 1 and <= 4 && !line.EndsSentence && (markers.Next(at) < 0 || _neighbours.NextIs(at, marker.Number.Main + 1))
            ? new Decision(62, at, marker.Number, level, rank, false)
            : default;
    }

    private Decision DecideBelow(int at, in Marker marker, bool complete, in Line line)
    {
        var article = FindRank(ArticleRank);
        if (article < 0 && !_supplementary)
            return default;
        var strong = marker.Strength == MarkerStrength.Strong;
        var ended = complete && (_lastTextNode is null || PreviousEndsSentence(line));
        var same = -1;
        for (var i = _levels.Count - 1; i > article; i--)
        {
            if (_levels[i].Style != marker.Style || _levels[i].Rank != BelowArticle)
                continue;
            if (same < 0)
                same = i;
            if (marker.Number.Follows(_levels[i].Last) && (marker.Prefix == 0 || marker.Prefix == _levels[i].Prefix))
                return new Decision(strong ? 100 : marker.Damaged ? 75 : ended ? 74 : 0, at, marker.Number, i, BelowArticle, marker.Damaged);
        }
        if (marker.Damaged)
            return same < 0 && marker.Number.IsFirst && _neighbours.NextIs(at, 2) ? new Decision(70, at, marker.Number, -1, BelowArticle, true) : default;
        if (marker.Number.IsFirst)
        {
            if (same >= 0)
            {
                if (!strong || !complete)
                    return default;
                return _neighbours.NestedRun(at, _levels[same].Last.Main + 1)
                    ? new Decision(88, at, marker.Number, -1, BelowArticle, false)
                    : new Decision(61, at, marker.Number, same, BelowArticle, false);
            }
            if (marker.Prefix > 0 && !PrefixIsOpen(marker))
                return default;
            if (!strong)
                return ended && _neighbours.NextIs(at, 2) ? new Decision(65, at, marker.Number, -1, BelowArticle, false) : default;
            if ((!complete || IsRisky(marker.Style)) && !_neighbours.NextIs(at, 2))
                return default;
            return new Decision(90, at, marker.Number, -1, BelowArticle, false);
        }
        if (same < 0)
        {
            // 附則: the first paragraph stands without its number, the second is 2.
            if (_supplementary && _levels.Count == 0 && _front.Count > 0)
                return strong && complete && marker.Number is { Main: 2, Branch: 0 } && marker.Style is MarkerStyle.Plain && set.Lines[_front[^1]].EndsSentence
                    ? new Decision(90, at, marker.Number, -1, BelowArticle, false)
                    : default;
            // 項: the first is not numbered, the second is 2 or ②.
            var second = marker.Number is { Main: 2, Branch: 0 } && article >= 0 && marker.Style is MarkerStyle.Plain or MarkerStyle.Circled
                && _articleStyle is MarkerStyle.Article or MarkerStyle.Ordinal && marker.Number.Main == 2 && complete;
            return second && (strong || ended) ? new Decision(strong ? 95 : 72, at, marker.Number, article, BelowArticle, false, SecondParagraph: true) : default;
        }
        if (!strong || !complete || marker.Number.Branch > 0)
            return default;
        var last = _levels[same].Last;
        if (_neighbours.ExplainedByNext(at, last, marker.Number))
            return new Decision(80, at, new Numeral(last.Main + 1), same, BelowArticle, true);
        var gap = marker.Number.Main - last.Main;
        if (gap is > 1 and <= 3 && !_neighbours.NextIs(at, last.Main + 1) && (marker.Prefix == 0 || marker.Prefix == _levels[same].Prefix))
            return new Decision(62, at, marker.Number, same, BelowArticle, false);
        if (gap == 0)
            return new Decision(61, at, marker.Number, same, BelowArticle, false, OutOfOrder: true);
        return default;
    }

    // A letter or kanji at the start of a line is often just that.
    private static bool IsRisky(MarkerStyle style) => style is MarkerStyle.Letter or MarkerStyle.LargeLetter or MarkerStyle.ParenLetter or MarkerStyle.ParenLargeLetter or MarkerStyle.Roman or MarkerStyle.LargeRoman;

    // 3 定義, and in it 1, 2, 3, 4 …: a list in the articles' own style. Where both wait for the same number, the list has it if the number comes again.
    private int NestedLevel(int at, in Marker marker, int article)
    {
        for (var i = _levels.Count - 1; i > article; i--)
        {
            if (_levels[i].Style != marker.Style || !marker.Number.Follows(_levels[i].Last))
                continue;
            return !marker.Number.Follows(_levels[article].Last) || _neighbours.ComesAgain(at, marker.Number.Main) ? i : -1;
        }
        return -1;
    }

    private bool PrefixIsOpen(in Marker marker)
    {
        for (var i = _levels.Count - 1; i >= 0; i--)
        {
            if (_levels[i].Style != marker.Style)
                return _levels[i].Last.Main == marker.Prefix;
        }
        return false;
    }

    private bool PreviousIsComplete(int index)
    {
        if (!set.Wrapped || index == 0 || _pendingCaption == index - 1)
            return true;
        ref readonly var previous = ref set.Lines[index - 1];
        return previous.EndsSentence || !previous.Full || previous.Table is not null || set.Lines[index].Gap > set.UsualGap;
    }

    private bool PreviousEndsSentence(in Line line)
    {
        var index = line.FirstMarker < markers.Count ? markers.LineOf(line.FirstMarker) : 0;
        return index == 0 || _pendingCaption >= 0 || set.Lines[index - 1].EndsSentence;
    }

    private int FindRank(int rank)
    {
        for (var i = _levels.Count - 1; i >= 0; i--)
        {
            if (_levels[i].Rank == rank)
                return i;
        }
        return -1;
    }

    private int FindStyle(MarkerStyle style, int rank)
    {
        for (var i = _levels.Count - 1; i >= 0; i--)
        {
            if (_levels[i].Style == style && _levels[i].Rank == rank)
                return i;
        }
        return -1;
    }

    private void Accept(int index, in Decision decision)
    {
        ref readonly var line = ref set.Lines[index];
        ref readonly var marker = ref markers[decision.Marker];
        var printed = line.Text[..marker.LabelEnd].TrimEnd();
        var label = decision.Repaired ? Spelling.LabelFor(marker, decision.Number, printed) : printed;
        var node = new Node(marker.Style, decision.Number, label, line.Number) { RangeEnd = marker.RangeEnd, Before = _lastTextNode, Indent = line.Indent };
        RepairedArticles |= decision.Repaired && marker.Damaged && decision.Rank == ArticleRank;
        if (decision.Repaired)
            notes.NumberRepaired(printed, label, line.Number, label);
        else if (decision.OutOfOrder)
            notes.NumberRepeated(label, label, line.Number);
        var rest = line.Text[marker.RestStart..];
        if (_pendingCaption >= 0)
        {
            node.Caption = Spelling.CloseSpaced(Spelling.InsideBrackets(set.Lines[_pendingCaption].Text));
            node.CaptionBefore = true;
            _pendingCaption = -1;
        }
        if (decision.SecondParagraph)
            MakeFirstParagraph(_levels[decision.Level].Node);
        var last = marker.RangeEnd > 0 ? new Numeral(marker.RangeEnd) : decision.Number;
        if (decision.Rank <= ArticleRank)
        {
            while (_levels.Count > 0 && _levels[^1].Rank >= decision.Rank)
                _levels.RemoveAt(_levels.Count - 1);
            _lastOfRank[decision.Rank] = last;
            // Numbers below a new 章 may start again or go on; those of 節 below a new 章 always start again.
            for (var rank = decision.Rank + 1; rank < ArticleRank; rank++)
                _lastOfRank[rank] = default;
        }
        else if (decision.Level >= 0)
        {
            var keep = decision.SecondParagraph ? decision.Level + 1 : decision.Level;
            _levels.RemoveRange(keep, _levels.Count - keep);
        }
        (_levels.Count > 0 ? _levels[^1].Node.Children : _roots).Add(node);
        _levels.Add(new Level(marker.Style, decision.Rank, node, last, marker.Prefix));
        if (decision.Rank < ArticleRank)
        {
            node.Caption = Spelling.CloseSpaced(rest);
        }
        else
        {
            if (decision.Rank == ArticleRank && node.Caption.Length == 0 && rest.Length > 0 && Glyph.IsOpen(rest[0]))
                (node.Caption, rest) = Spelling.SplitBracketed(rest);
            node.Text.Headed = node.Caption.Length > 0;
            if (rest.Length > 0)
                node.Text.Begin(rest, line);
        }
        _lastTextNode = node;
    }

    // The article's own text and items become its first, unnumbered paragraph once a second one comes.
    private static void MakeFirstParagraph(Node article)
    {
        var first = new Node(MarkerStyle.Plain, new Numeral(1), "", article.Line) { Text = article.Text, Children = article.Children, Tables = article.Tables };
        article.Text = new Flow();
        article.Tables = [];
        article.Children = [first];
    }

    private static bool IsCaptionLine(string text)
    {
        if (text.Length is < 3 or > 60 || text[0] is not ('（' or '(') || text[^1] is not ('）' or ')'))
            return false;
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '（' or '(')
                depth++;
            else if (text[i] is '）' or ')' && --depth == 0 && i < text.Length - 1)
                return false;
            else if (Glyph.EndsSentence(text[i]))
                return false;
        }
        return depth == 0 && !text.AsSpan(1).StartsWith("以下");
    }

    // （平28規程3・一部改正）, （令２告示５・追加）
    private static bool IsAmendmentNote(string text)
    {
        if (text.Length is < 6 or > 200 || !Glyph.IsOpen(text[0]) || !Glyph.IsClose(text[^1]) || text[1] is not ('平' or '令' or '昭' or '大'))
            return false;
        var at = text[2] is '成' or '和' or '正' ? 3 : 2;
        return (Glyph.Digit(text[at]) >= 0 || text[at] is '元' or '一' or '二' or '三')
            && (text.Contains('改') || text.Contains("追加", StringComparison.Ordinal) || text.Contains('繰') || text.Contains("削除", StringComparison.Ordinal) || text.Contains('旧'));
    }

    private readonly record struct Level(MarkerStyle Style, int Rank, Node Node, Numeral Last, int Prefix);

    private readonly record struct Decision(
        int Score, int Marker, Numeral Number, int Level, int Rank, bool Repaired, bool OutOfOrder = false, bool SecondParagraph = false);
}
