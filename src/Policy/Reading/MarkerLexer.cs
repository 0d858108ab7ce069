namespace Sekisho.Policy.Reading;

/// <summary>Reads the start of a line as the number of a provision, in every way that it can be read.</summary>
/// <remarks>It looks at one line only; which reading is meant is for the <see cref="StructureResolver"/> to decide.</remarks>
internal static partial class MarkerLexer
{
    /// <summary>No line has more readings than this (「イ」 is kana 2 and iroha 1; 「1.2」 is dotted and a damaged 12).</summary>
    internal const int MostReadings = 4;

    // What follows a number that is only spoken of: （１）から（３）までの, 第３条に規定する.
    private static readonly string[] AfterReference =
    [
        "から", "まで", "に掲", "に規", "に定", "に該", "に係", "に基", "に示", "により", "によ", "において", "及び", "又は", "並び", "若し", "若しくは", "、", "，", ",",
        "の規", "のい", "のう", "の各", "の前", "の後", "の例", "を除", "を含", "とす", "・", "～", "〜", "中「", "を次", "は、次", "と同", "を準", "に準", "にお", "にい",
    ];

    // The same after 第3条, where these could not start a sentence.
    private static readonly string[] AfterArticleReference = ["第", "各号", "ただし書", "前段", "後段", "の", "に", "を", "と", "が", "で"];

    // What follows a digit that counts something.
    private const string Counters = "年月日時分秒条項号章節款編目人名回件台個箇か所ヶヵケ歳点円割％%万千百億兆部階度以次つ種類者段区市町村第級位倍文字桁本枚冊校課室系層要段期半者社";

    /// <summary>Reads a line.</summary>
    /// <param name="line">Without leading blanks.</param>
    /// <param name="markers">Room for <see cref="MostReadings"/>.</param>
    /// <returns>How many readings were found, the likeliest first.</returns>
    internal static int Read(ReadOnlySpan<char> line, Span<Marker> markers)
    {
        if (line.IsEmpty)
            return 0;
        var c = line[0];
        if (c == '第')
            return ReadOrdinal(line, markers);
        if (Glyph.Digit(c) >= 0 || ((c is 'l' or 'I' or 'ｌ' or 'Ｉ') && line.Length > 1 && Glyph.Digit(line[1]) >= 0))
            return ReadDigits(line, markers);
        if (c is '(' or '（')
            return ReadParenthesised(line, markers);
        return ReadSingle(line, markers);
    }

    // 第1編, 第１条の２, 第十二条, 第5条から第7条まで, 第1
    private static int ReadOrdinal(ReadOnlySpan<char> line, Span<Marker> markers)
    {
        var at = 1;
        var spaced = line.Length > 1 && Glyph.IsBlank(line[1]);
        if (!TryReadOrdinalNumber(line, ref at, out var main, out var damaged))
            return 0;
        var numberEnd = at;
        at = Glyph.SkipBlanks(line, at);
        var style = at < line.Length ? StyleOfUnit(line[at]) : MarkerStyle.Ordinal;
        // 「第1 目的」 and 「第1 条件」 are headings; 「第 1 条この…」 is spaced out.
        if (at > numberEnd && !(spaced && style == MarkerStyle.Article) && style != MarkerStyle.Ordinal && at + 1 < line.Length && !Glyph.IsBlank(line[at + 1]) && line[at + 1] is not ('（' or '(' or 'の'))
            style = MarkerStyle.Ordinal;
        if (style == MarkerStyle.Ordinal)
        {
            // The blanks before a missing unit are those before the heading.
            var end = at;
            while (end > 0 && Glyph.IsBlank(line[end - 1]))
                end--;
            if (end == at && at < line.Length && line[at] is not ('：' or ':' or '．' or '.' or '（' or '('))
                return 0;
            var rest = end == at && at < line.Length && line[at] is '：' or ':' or '．' or '.' ? at + 1 : at;
            markers[0] = new Marker(MarkerStyle.Ordinal, new Numeral(main), end, Glyph.SkipBlanks(line, rest), damaged ? MarkerStrength.Weak : MarkerStrength.Strong, Damaged: damaged);
            return 1;
        }
        at++;
        var branch = 0;
        var subBranch = 0;
        if (TryReadBranch(line, ref at, out branch))
            TryReadBranch(line, ref at, out subBranch);
        var label = at;
        var rangeEnd = 0;
        if (style == MarkerStyle.Article && line[at..].StartsWith("から第"))
        {
            var i = at + 3;
            if (TryReadOrdinalNumber(line, ref i, out var last, out _) && i < line.Length && line[i] == '条' && line[(i + 1)..].StartsWith("まで")
                && Glyph.Trim(line[(i + 3)..]).StartsWith("削除"))
            {
                rangeEnd = last;
                label = i + 3;
            }
        }
        var next = Glyph.SkipBlanks(line, label);
        var strength = damaged ? MarkerStrength.Weak : MarkerStrength.Strong;
        if (rangeEnd == 0 && next == label && next < line.Length)
        {
            if (line[next] is '（' or '(')
            {
                // 第３条（第２項を除く。）の規定 speaks of an article; 第3条（定義）　… is one.
                if (IsReferenceAfterBracket(line, next))
                    return 0;
            }
            else if (FollowsReference(line[next..]) || StartsWithAny(line[next..], AfterArticleReference) || (style != MarkerStyle.Article && !Glyph.IsJapanese(line[next])))
            {
                return 0;
            }
            else
            {
                strength = MarkerStrength.Weak;
            }
        }
        // 目 is also an everyday word (第1目的): only with a blank after it.
        if (style == MarkerStyle.Division && strength == MarkerStrength.Weak)
            return 0;
        markers[0] = new Marker(style, new Numeral(main, branch, subBranch), label, next, strength, RangeEnd: rangeEnd, Damaged: damaged);
        return 1;
    }

    private static bool TryReadOrdinalNumber(ReadOnlySpan<char> line, ref int at, out int value, out bool damaged)
    {
        at = Glyph.SkipBlanks(line, at);
        if (!Numerals.TryReadArabic(line, ref at, out value, out damaged))
        {
            damaged = false;
            if (!Numerals.TryReadKanji(line, ref at, out value))
            {
                // 第l条
                if (at + 1 >= line.Length || Numerals.LookAlike(line[at]) != 1 || line[at + 1] != '条')
                    return false;
                (value, damaged) = (1, true);
                at++;
            }
            return true;
        }
        // 第1 2条: digits torn apart by a narrow column.
        var i = Glyph.SkipBlanks(line, at);
        if (i > at && Numerals.TryReadArabic(line, ref i, out var more, out _) && i < line.Length && line[i] == '条' && value < 100 && more < 10)
        {
            value = value * 10 + more;
            damaged = true;
            at = i;
        }
        return true;
    }

    private static bool TryReadBranch(ReadOnlySpan<char> line, ref int at, out int branch)
    {
        branch = 0;
        var i = at;
        if (i >= line.Length || line[i] is not ('の' or 'ノ'))
            return false;
        i++;
        if (!Numerals.TryReadArabic(line, ref i, out branch, out var damaged) && !Numerals.TryReadKanji(line, ref i, out branch))
            return false;
        if (damaged)
            return false;
        at = i;
        return true;
    }

    private static MarkerStyle StyleOfUnit(char unit) => unit switch
    {
        '編' => MarkerStyle.Part,
        '章' => MarkerStyle.Chapter,
        '節' => MarkerStyle.Section,
        '款' => MarkerStyle.Subsection,
        '目' => MarkerStyle.Division,
        '条' => MarkerStyle.Article,
        _ => MarkerStyle.Ordinal,
    };

    // 1, １, 10, 1., 1.1, 1-1-1, 1)
    private static int ReadDigits(ReadOnlySpan<char> line, Span<Marker> markers)
    {
        var count = 0;
        var at = 0;
        if (!Numerals.TryReadArabic(line, ref at, out var first, out var damaged))
            return 0;
        Span<int> parts = [first, 0, 0, 0, 0];
        var depth = 1;
        while (depth < parts.Length && at + 1 < line.Length && (line[at] is '.' or '．' or '・' || Glyph.IsHyphen(line[at])) && Glyph.Digit(line[at + 1]) >= 0)
        {
            var i = at + 1;
            if (!Numerals.TryReadArabic(line, ref i, out var part, out var partDamaged) || partDamaged)
                break;
            parts[depth++] = part;
            at = i;
        }
        if (depth > 4 || first > 999)
            return 0;
        var label = at;
        if (at < line.Length && line[at] is ')' or '）')
        {
            if (depth > 1)
                return 0;
            if (at + 1 >= line.Length || !FollowsReference(line[(at + 1)..]))
                markers[count++] = new Marker(MarkerStyle.HalfParen, new Numeral(first), at + 1, Glyph.SkipBlanks(line, at + 1), MarkerStrength.Strong, Damaged: damaged);
            return count;
        }
        var strength = MarkerStrength.Strong;
        if (at < line.Length && line[at] is '.' or '．' or '、' or '：' or ':')
        {
            if (at + 1 < line.Length && Glyph.Digit(line[at + 1]) >= 0)
                return 0;
            // 1、2及び3 counts; 1、目的 numbers.
            strength = line[at] == '、' ? MarkerStrength.Weak : MarkerStrength.Strong;
            label = at = at + 1;
        }
        else if (at < line.Length && !Glyph.IsBlank(line[at]))
        {
            if (line[at] is '（' or '(')
            {
                if (IsReferenceAfterBracket(line, at))
                    return 0;
            }
            else if (depth == 1 && line[at] == 'の' && TryReadBranch(line, ref at, out var branch) && at < line.Length && Glyph.IsBlank(line[at]))
            {
                // 2の2　… : a branch of a paragraph or of a plainly numbered article.
                markers[count++] = new Marker(MarkerStyle.Plain, new Numeral(first, branch), at, Glyph.SkipBlanks(line, at), MarkerStrength.Strong);
                return count;
            }
            else if (Counters.Contains(line[at], StringComparison.Ordinal) || !(Glyph.IsJapanese(line[at]) || line[at] == '「') || FollowsReference(line[at..]))
            {
                return 0;
            }
            else
            {
                strength = MarkerStrength.Weak;
            }
        }
        if (damaged)
            strength = MarkerStrength.Weak;
        var rest = Glyph.SkipBlanks(line, at);
        // "5 年 3 月", "2 項に規定する": spaced out by the typesetter, and no number of a provision.
        if (rest > at && IsCounted(line[rest..]))
            return 0;
        if (depth == 1)
        {
            markers[count++] = new Marker(MarkerStyle.Plain, new Numeral(first), label, rest, strength, Damaged: damaged);
            // "1 2 情報": 12 with its digits apart, or 1 with a heading that starts with a digit.
            var i = rest;
            if (rest > label && first < 100 && Numerals.TryReadArabic(line, ref i, out var more, out _) && more < 10 && i < line.Length && Glyph.IsBlank(line[i]))
                markers[count++] = new Marker(MarkerStyle.Plain, new Numeral(first * 10 + more), i, Glyph.SkipBlanks(line, i), MarkerStrength.Weak, Damaged: true);
            return count;
        }
        markers[count++] = new Marker(MarkerStyle.Dotted2 + (depth - 2), new Numeral(parts[depth - 1]), label, rest, strength, Prefix: parts[depth - 2]);
        if (depth == 2 && first < 100 && parts[1] < 10)
            markers[count++] = new Marker(MarkerStyle.Plain, new Numeral(first * 10 + parts[1]), label, rest, MarkerStrength.Weak, Damaged: true);
        return count;
    }

    private static bool IsCounted(ReadOnlySpan<char> rest)
    {
        if (rest.IsEmpty || !"年月日時分秒条項号章節人回件個名".Contains(rest[0], StringComparison.Ordinal))
            return false;
        if (rest.Length == 1)
            return true;
        var next = rest[1];
        return Glyph.IsBlank(next) || Glyph.IsHiragana(next) || Glyph.Digit(next) >= 0 || next is '以' or '間' or '後' or '前' or '未' or '、' or '。' or '（' or '(';
    }

    private static bool FollowsReference(ReadOnlySpan<char> after) => StartsWithAny(after, AfterReference);

    private static bool StartsWithAny(ReadOnlySpan<char> after, string[] starts)
    {
        foreach (var start in starts)
        {
            if (after.StartsWith(start, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    // The bracket is followed by a particle: （…）の規定, （…）に定める.
    private static bool IsReferenceAfterBracket(ReadOnlySpan<char> line, int open)
    {
        var depth = 0;
        for (var i = open; i < line.Length; i++)
        {
            if (line[i] is '（' or '(')
                depth++;
            else if (line[i] is '）' or ')' && --depth == 0)
                return i + 1 < line.Length && (line[i + 1] is 'の' or 'に' or 'を' or 'は' or 'が' or 'と' or 'で' or '、' or '及' or '又' || FollowsReference(line[(i + 1)..]));
        }
        // Open to the end of the line: a long caption may wrap, a reference may too; the sequence decides.
        return false;
    }
}
