using System.Text;

namespace Sekisho.Policy.Reading;

/// <summary>The running text of one provision: lines in, paragraphs with healed line breaks out.</summary>
internal sealed class Flow
{
    /// <summary>Longer first lines are sentences, not headings.</summary>
    private const int LongestHeading = 45;

    private readonly List<string> _paragraphs = [];
    private readonly List<int> _indents = [];
    private StringBuilder? _joined;
    private string _current = "";
    private string _lastLine = "";
    private bool _lastFull;
    private int _lastWidth;
    private int _lines;

    /// <summary>The first line stands by itself, as a heading does, and text follows it.</summary>
    internal bool HeadAlone { get; private set; }

    /// <summary>The provision has its heading already, so that its first line begins a sentence.</summary>
    internal bool Headed { get; set; }

    /// <summary>Where the first line ended in the first paragraph, if it might have been a heading that nearly fills the column; 0 otherwise.</summary>
    internal int FirstBreak { get; private set; }

    internal bool IsEmpty => _lines == 0;

    /// <summary>Blanks before the wrapped lines of its first paragraph, in half-width cells; -1 where none was wrapped.</summary>
    internal int Hanging { get; private set; } = -1;

    internal bool EndsSentence => _lastLine.Length > 0 && Glyph.EndsSentence(_lastLine[^1]);

    /// <summary>The text of the line that carries the number, after the number.</summary>
    internal void Begin(string head, in Line line)
    {
        _current = head;
        Remember(head, line);
    }

    internal void Add(in Line line, LineSet set)
    {
        if (_lines == 0)
        {
            Begin(line.Text, line);
            return;
        }
        if (Joins(line, set))
        {
            if (_lines == 1 && _current.Length is > 0 and <= LongestHeading && !_current.Contains('、') && !_current.Contains('。'))
                FirstBreak = _current.Length;
            _joined ??= new StringBuilder(_current, Math.Max(64, _current.Length * 2));
            if (_joined.Length > 0 && Glyph.IsAsciiWord(_joined[^1]) && Glyph.IsAsciiWord(line.Text[0]))
                _joined.Append(' ');
            _joined.Append(line.Text);
            if (_paragraphs.Count == 0)
                Hanging = Hanging < 0 ? line.Indent : Math.Min(Hanging, line.Indent);
        }
        else
        {
            if (_lines == 1)
                HeadAlone = !Headed && StandsAlone(_current, set, _lastFull);
            Close();
            _current = line.Text;
            _indents.Add(line.Indent);
        }
        Remember(line.Text, line);
    }

    /// <summary>All paragraphs so far; the flow may go on after it.</summary>
    internal List<string> Paragraphs()
    {
        var all = new List<string>(_paragraphs);
        if (_lines > 0 && (_joined?.ToString() ?? _current) is { Length: > 0 } last)
            all.Add(last);
        return all;
    }

    /// <summary>Takes the end of the last paragraph away, where it turned out to be the next provision's caption.</summary>
    internal void CutEnd(int length)
    {
        if (_joined is not null)
            _joined.Length -= length;
        else
            _current = _current[..^length];
    }

    /// <summary>Blanks before the first line of a later paragraph (1 is the second), in half-width cells.</summary>
    internal int IndentOf(int paragraph) => _indents[paragraph - 1];

    /// <summary>Takes away the paragraphs from this one (1 is the second), which turned out to be another provision's.</summary>
    internal List<string> TakeFrom(int paragraph)
    {
        var all = Paragraphs();
        _paragraphs.Clear();
        _paragraphs.AddRange(all[..(paragraph - 1)]);
        _current = all[paragraph - 1];
        _joined = null;
        _indents.RemoveRange(paragraph - 1, _indents.Count - paragraph + 1);
        return all[paragraph..];
    }

    internal string Last => _joined?.ToString() ?? _current;

    private void Remember(string text, in Line line)
    {
        _lastLine = text;
        _lastFull = line.Full;
        _lastWidth = line.Width;
        _lines++;
    }

    private void Close()
    {
        var text = _joined?.ToString() ?? _current;
        if (text.Length > 0)
            _paragraphs.Add(text);
        else if (_indents.Count > 0)
            _indents.RemoveAt(_indents.Count - 1);
        _joined = null;
    }

    private bool Joins(in Line line, LineSet set)
    {
        if (_lastLine.Length == 0)
            return false;
        var last = _lastLine[^1];
        if (set.WholeParagraphs || line.Bullet)
            return last is '、' or '，' && !line.Bullet;
        if (Glyph.EndsSentence(last))
            return set.Wrapped && _lastWidth >= set.Column * 19 / 20 && !line.Indented && line.Gap <= set.UsualGap;
        // 「(2) 文書及び図面」 and then 「前各号に…」 or 「なお、…」: the end of the phrase has no mark, the beginning of the next sentence has.
        if (Clause.Opens(line.Text) && last is not ('、' or '，') && !(set.Wrapped && _lastFull))
            return false;
        if (Clause.Continues(line.Text))
            return true;
        if (_lines == 1 && !Headed && StandsAlone(_current, set, _lastFull))
            return false;
        if (last is '、' or '，' or '・' || Glyph.IsHiragana(line.Text[0]) || line.Text[0] is '、' or '。' or '）' or 'ー' or '」')
            return true;
        return set.Wrapped
            ? _lastFull || _lastWidth >= set.Column * 3 / 5
            : _lastLine.Length >= 30 || _lastLine.Contains('、');
    }

    private static bool StandsAlone(string head, LineSet set, bool full)
    {
        if (head.Length == 0 || Glyph.EndsSentence(head[^1]) || head[^1] is '、' or '，')
            return false;
        // 最高情報セキュリティ責任者（ＣＩＳＯ：…、以下「ＣＩＳＯ」という。）: what is in brackets makes no heading long.
        var (length, comma) = Spelling.OutsideBrackets(head);
        if (length > LongestHeading || head.Length > 3 * LongestHeading)
            return false;
        if (set.Wrapped)
            return !full;
        // A page may end inside a sentence; such a line is longer than a heading and has a comma in it.
        return set.WholeParagraphs || !(comma && length > 20);
    }
}
