using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>What stands before the first provision: title (題名), 制定 and 改正 with their numbers, 制定文.</summary>
internal sealed class FrontMatter
{
    private static readonly string[] TitleEndings =
    [
        "基本方針", "方針", "ポリシー", "規程", "規則", "要綱", "要領", "対策基準", "基準", "条例", "規定", "指針", "実施手順", "手順", "手順書", "ガイドライン", "マニュアル", "計画", "訓令", "細則", "内規", "憲章", "宣言",
    ];

    private static readonly string[] AmendmentWords = ["最終改正", "一部改正", "全部改正", "改正", "改定", "改訂", "一部改定", "一部改訂", "変更"];
    private static readonly string[] EnactmentWords = ["制定", "策定", "公布", "告示", "決定", "決裁", "初版", "作成", "新規"];
    private static readonly string[] ReferenceWords = ["告示", "訓令", "規則", "条例", "規程", "要綱", "決裁", "決定", "庁達", "公告", "達", "甲", "乙", "号", "議決", "通知", "依命通達", "訓", "制定", "策定", "改正", "改定", "改訂", "初版", "版"];

    internal string Title { get; private set; } = "";

    internal Enactment? Enacted { get; private set; }

    internal List<Enactment> Amendments { get; } = [];

    internal string Preamble { get; private set; } = "";

    internal static FrontMatter Read(LineSet set, IReadOnlyList<int> front, ReadingNotes notes)
    {
        var matter = new FrontMatter();
        var title = matter.FindTitle(set, front);
        var flow = new Flow();
        var amending = false;
        var above = new List<string>();
        for (var i = 0; i < front.Count; i++)
        {
            ref readonly var line = ref set.Lines[front[i]];
            if (line.Table is not null)
            {
                matter.ReadHistoryTable(line.Table, $"{line.Number}行目", notes);
                continue;
            }
            if (title.Contains(i) || IsStray(line.Text))
                continue;
            if (!line.EndsSentence && matter.TryReadHistory(line.Text, i + 1 < front.Count ? set.Lines[front[i + 1]].Text : "", ref amending, out var usedNext))
            {
                i += usedNext ? 1 : 0;
                continue;
            }
            amending = false;
            if (!line.EndsSentence && matter.TryReadMonth(line.Text, $"{line.Number}行目", notes))
                continue;
            // The cover repeats the title.
            if (matter.Title.Length > 0 && CleanTitle(line.Text) == matter.Title)
                continue;
            // Menus of a web page, and whatever else stands above the title.
            if (title.Count > 0 && i < title.Min() && !line.EndsSentence)
                above.Add(line.Text);
            else
                flow.Add(line, set);
        }
        if (above.Count > 0)
            notes.BeforeTitle(above);
        matter.Preamble = string.Join('\n', flow.Paragraphs());
        if (matter.Title.Length == 0)
            notes.NoTitle();
        return matter;
    }

    /// <summary>Reads 「平成14年8月1日付け目企情第161号決定」 after its date: 目企情第161号決定.</summary>
    internal static string CleanReference(ReadOnlySpan<char> text)
    {
        text = Glyph.Trim(text);
        foreach (var start in (ReadOnlySpan<string>)["付け", "付", "　"])
        {
            if (text.StartsWith(start))
                text = Glyph.Trim(text[start.Length..]);
        }
        text = text.TrimEnd("、，,)）〕］。 　".AsSpan()).TrimStart("、，, 　".AsSpan());
        if (text.Length > 1 && Glyph.IsOpen(text[0]) && !text.ContainsAny('）', ')'))
            text = text[1..];
        return text.ToString();
    }

    private HashSet<int> FindTitle(LineSet set, IReadOnlyList<int> front)
    {
        var best = -1;
        var bestScore = 0;
        for (var i = 0; i < front.Count && i < 80; i++)
        {
            ref readonly var line = ref set.Lines[front[i]];
            var score = ScoreTitle(line);
            if (score > bestScore)
                (best, bestScore) = (i, score);
        }
        // A page repeats its title; the one nearest to the text is the document's.
        for (var i = best + 1; best >= 0 && i < front.Count && i < 120; i++)
        {
            if (set.Lines[front[i]].Table is null && CleanTitle(set.Lines[front[i]].Text) == CleanTitle(set.Lines[front[best]].Text))
                best = i;
        }
        var used = new HashSet<int>();
        if (best < 0)
            return used;
        used.Add(best);
        Title = CleanTitle(set.Lines[front[best]].Text);
        // ○○規程（平成16年3月31日訓令第12号）
        var titled = Glyph.Trim(set.Lines[front[best]].Text);
        if (Glyph.IsClose(titled[^1]) && Spelling.OpeningBracket(titled) is > 0 and var open && Wareki.TryRead(Glyph.Trim(titled[(open + 1)..]), out var date, out var length))
            Enacted = new Enactment(date, CleanReference(Glyph.Trim(titled[(open + 1)..^1])[length..]));
        // 稲城市 on a line of its own above 情報セキュリティ基本方針.
        if (best > 0 && set.Lines[front[best - 1]].Text is var above && IsMunicipality(above) && !Title.StartsWith(above, StringComparison.Ordinal))
        {
            used.Add(best - 1);
            Title = Glyph.WithoutBlanks(above) + Title;
        }
        return used;
    }

    private static int ScoreTitle(in Line line)
    {
        if (line.Table is not null || line.EndsSentence)
            return 0;
        var text = CleanTitle(line.Text);
        if (text.Length is < 2 or > 60 || Wareki.TryRead(text, out _, out _) || StartsWithAny(text, AmendmentWords) >= 0)
            return 0;
        var score = 0;
        foreach (var ending in TitleEndings)
        {
            if (text.EndsWith(ending, StringComparison.Ordinal))
            {
                score = 10;
                break;
            }
        }
        if (line.Heading)
            score += 6;
        if (score > 0 && text.Contains("セキュリティ", StringComparison.Ordinal))
            score += 3;
        if (text.Contains('号') && text.Contains('第'))
            score -= 8;
        return score;
    }

    private static string CleanTitle(string text)
    {
        var title = Glyph.Trim(text);
        while (title.Length > 2 && title[0] is '「' or '『' or '【' or '《' or '○' or '◯' && (title[0] is '○' or '◯' || title[^1] is '」' or '』' or '】' or '》'))
            title = Glyph.Trim(title[0] is '○' or '◯' ? title[1..] : title[1..^1]);
        // ○○規程（平成16年3月31日訓令第12号）: the bracket is history.
        if (title.Length > 4 && Glyph.IsClose(title[^1]) && Spelling.OpeningBracket(title) is > 0 and var open && Wareki.TryFind(title[open..], out _, out _, out _))
            title = Glyph.Trim(title[..open]);
        return Spelling.CloseSpaced(title.ToString());
    }

    private static bool IsMunicipality(string text)
    {
        var name = Glyph.WithoutBlanks(text);
        return name.Length is >= 2 and <= 14 && name[^1] is '市' or '区' or '町' or '村' or '県' or '都' or '府' or '道' or '合' or '会' or '団' && !name.Contains('。');
    }

    private static bool IsStray(string text) => text.Length == 1 && !Glyph.IsJapanese(text[0]) && !char.IsLetterOrDigit(text[0]);

    // "改正 平成15年8月1日付け目企情第180号決定", "平成29年７月18日" with "告示第108号" on the next line, several on one line.
    private bool TryReadHistory(string line, string next, ref bool amending, out bool usedNext)
    {
        usedNext = false;
        var text = line.AsSpan();
        var bracketed = text.Length > 2 && Glyph.IsOpen(text[0]);
        if (bracketed)
            text = Glyph.Trim(text[1..]);
        var word = StartsWithAny(text, AmendmentWords);
        var isAmendment = word >= 0;
        if (word < 0)
            word = StartsWithAny(text, EnactmentWords);
        if (word >= 0)
            text = text[SkipWord(text, isAmendment ? AmendmentWords : EnactmentWords)..].TrimStart(" 　：:・（(".AsSpan());
        if (!Wareki.TryRead(text, out var date, out var length))
            return false;
        var found = false;
        while (length > 0)
        {
            var after = text[length..];
            var end = NextDate(after, out var nextIsAmendment);
            var reference = CleanReference(end < 0 ? after : after[..end]);
            if (reference.Length == 0 && end < 0 && IsReference(next))
            {
                reference = CleanReference(next);
                usedNext = true;
            }
            // 「平成30年4月1日改正（訓令第5号）」: the word, then the reference in brackets (whose end was trimmed off).
            var bracket = reference.AsSpan().IndexOfAny('（', '(');
            if (bracket > 0 && !reference.AsSpan(bracket).ContainsAny('）', ')'))
            {
                var lead = reference[..bracket].Trim();
                isAmendment |= AmendmentWords.Contains(lead);
                reference = isAmendment || EnactmentWords.Contains(lead) ? reference[(bracket + 1)..] : reference + "）";
            }
            // A date alone is that of a cover; a reference makes it an enactment.
            if (word < 0 && !amending && !found && (reference.Length == 0 || !LooksLikeReference(reference)))
                return false;
            if (reference.Contains("施行", StringComparison.Ordinal) && !reference.Contains('号'))
                return false;
            // 「平成16年3月30日 制定」: the word stands behind.
            if (AmendmentWords.Contains(reference))
                (isAmendment, reference) = (true, "");
            else if (EnactmentWords.Contains(reference) && reference is "制定" or "策定" or "作成" or "公布")
                reference = "";
            var entry = new Enactment(date, reference);
            if (isAmendment || ((amending || found) && word < 0) || Enacted is not null)
                Amendments.Add(entry);
            else
                Enacted = entry;
            found = true;
            if (end < 0)
                break;
            isAmendment |= nextIsAmendment;
            text = after[end..];
            if (!Wareki.TryRead(text, out date, out length))
                break;
        }
        amending = isAmendment || Amendments.Count > 0;
        return found;
    }

    // 「令和3年4月改正」: no day. Only 「令和3年4月施行」 means the first; otherwise nobody knows, and a person is told.
    private bool TryReadMonth(string text, string where, ReadingNotes notes)
    {
        if (text.Length > 60 || !(AmendmentWords.Any(w => text.Contains(w, StringComparison.Ordinal)) || EnactmentWords.Any(w => text.Contains(w, StringComparison.Ordinal))))
            return false;
        for (var month = text.IndexOf('月', StringComparison.Ordinal); month >= 0; month = text.IndexOf('月', month + 1))
        {
            var day = text.IndexOf('日', month);
            if (day > month && day - month <= 4)
                continue;
            if (!Wareki.TryFind(text[..(month + 1)] + "1日", out var first, out _, out _) && !Wareki.TryFind(text[..(month + 1)] + "一日", out first, out _, out _))
                continue;
            var inForce = text.Contains("施行", StringComparison.Ordinal);
            notes.MonthOnly(text, where, inForce);
            if (inForce)
                Amendments.Add(new Enactment(first, text));
            return inForce;
        }
        return false;
    }

    // 版, 日付, 内容 in a table on the cover.
    private void ReadHistoryTable(PolicyTable table, string where, ReadingNotes notes)
    {
        foreach (var row in table.Rows)
        {
            var date = default(DateOnly);
            var at = -1;
            for (var i = 0; i < row.Count && at < 0; i++)
            {
                if (Wareki.TryParse(row[i], out date))
                    at = i;
            }
            if (at < 0)
            {
                TryReadMonth(string.Join(' ', row.Where(static c => c.Length > 0)), where, notes);
                continue;
            }
            var reference = string.Join(' ', row.Where((_, i) => i != at).Where(static c => c.Length > 0));
            if (Enacted is null && Amendments.Count == 0 && row.Any(static c => c.Contains("制定", StringComparison.Ordinal) || c.Contains("策定", StringComparison.Ordinal) || c.Contains("初版", StringComparison.Ordinal) || c.Contains("新規", StringComparison.Ordinal) || c is "1.0" or "第1版" or "第１版"))
                Enacted = new Enactment(date, reference);
            else
                Amendments.Add(new Enactment(date, reference));
        }
    }

    private static int NextDate(ReadOnlySpan<char> text, out bool amendment)
    {
        amendment = false;
        if (!Wareki.TryFind(text, out _, out var start, out _))
            return -1;
        foreach (var word in AmendmentWords)
            amendment |= text[..start].Contains(word, StringComparison.Ordinal);
        return start;
    }

    private static bool IsReference(string text) =>
        text.Length is > 1 and <= 40 && !Glyph.EndsSentence(text[^1]) && !Wareki.TryRead(text, out _, out _)
        && ((text.Contains('第') && text.EndsWith('号')) || text.EndsWith("決裁", StringComparison.Ordinal) || text.EndsWith("決定", StringComparison.Ordinal) || text.EndsWith("議決", StringComparison.Ordinal));

    private static bool LooksLikeReference(string text) =>
        text.Length <= 60 && ReferenceWords.Any(w => text.Contains(w, StringComparison.Ordinal));

    private static int StartsWithAny(ReadOnlySpan<char> text, string[] words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            var compact = text.Length > 1 && Glyph.IsBlank(text[1]) && text.Length > 2 && text[0] == words[i][0] && text[2] == words[i][^1] && words[i].Length == 2;
            if (compact || text.StartsWith(words[i], StringComparison.Ordinal))
                return i;
        }
        return -1;
    }

    private static int SkipWord(ReadOnlySpan<char> text, string[] words)
    {
        var index = StartsWithAny(text, words);
        return text.StartsWith(words[index], StringComparison.Ordinal) ? words[index].Length : 3;
    }
}
