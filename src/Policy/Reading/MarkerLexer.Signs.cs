namespace Sekisho.Policy.Reading;

/// <content>Numbers in brackets, and those that are one sign: ①, ア, ⅰ, 一.</content>
internal static partial class MarkerLexer
{
    // (1), （１）, (一), (ア), (イ), (ⅰ), (iv), (a), (1の2), (1)の2
    private static int ReadParenthesised(ReadOnlySpan<char> line, Span<Marker> markers)
    {
        var close = -1;
        for (var i = 1; i < line.Length && i <= 8; i++)
        {
            if (line[i] is ')' or '）')
            {
                close = i;
                break;
            }
        }
        if (close < 2)
            return 0;
        var inside = Glyph.Trim(line[1..close]);
        if (inside.IsEmpty)
            return 0;
        var label = close + 1;
        var branch = 0;
        var at = label;
        if (TryReadBranch(line, ref at, out branch))
            label = at;
        var rest = Glyph.SkipBlanks(line, label);
        if (rest == label && rest < line.Length && FollowsReference(line[rest..]))
            return 0;
        var count = 0;
        at = 0;
        if (Numerals.TryReadArabic(inside, ref at, out var value, out var damaged))
        {
            if (at < inside.Length && TryReadBranch(inside, ref at, out var inner))
                branch = inner;
            if (at == inside.Length)
                markers[count++] = Mark(MarkerStyle.Paren, new Numeral(value, branch), damaged);
            return count;
        }
        at = 0;
        if (Numerals.TryReadKanji(inside, ref at, out value) && at == inside.Length)
        {
            markers[count++] = Mark(MarkerStyle.ParenKanji, new Numeral(value), false);
            return count;
        }
        if (inside.Length == 1)
        {
            var c = inside[0];
            if (Numerals.Kana(c) is > 0 and var kana)
                markers[count++] = Mark(MarkerStyle.ParenKana, new Numeral(kana), false);
            if (Numerals.Iroha(c) is > 0 and var iroha)
                markers[count++] = Mark(MarkerStyle.ParenIroha, new Numeral(iroha), false);
            if (Numerals.SmallRoman(c) is > 0 and var small)
                markers[count++] = Mark(MarkerStyle.ParenRoman, new Numeral(small), false);
            if (Numerals.IsLetter(c))
                markers[count++] = Mark(Numerals.IsUpper(c) ? MarkerStyle.ParenLargeLetter : MarkerStyle.ParenLetter, new Numeral(Numerals.Fold(c) - 'a' + 1), false);
            if (Numerals.LookAlike(c) == 1)
                markers[count++] = Mark(MarkerStyle.Paren, new Numeral(1), true);
        }
        if (count < MostReadings && Numerals.AsciiRoman(inside) is > 0 and var roman)
            markers[count++] = Mark(MarkerStyle.ParenRoman, new Numeral(roman), false);
        return count;

        Marker Mark(MarkerStyle style, Numeral number, bool isDamaged) =>
            new(style, number, label, rest, isDamaged ? MarkerStrength.Weak : MarkerStrength.Strong, Damaged: isDamaged);
    }

    // ア, イ, ①, ⑴, ⒈, ⅰ, Ⅰ, 一, a.
    private static int ReadSingle(ReadOnlySpan<char> line, Span<Marker> markers)
    {
        var c = line[0];
        var count = 0;
        if (Numerals.Circled(c) is > 0 and var circled)
            return Alone(MarkerStyle.Circled, circled, line, markers);
        if (Numerals.InParentheses(c) is > 0 and var paren)
            return Alone(MarkerStyle.Paren, paren, line, markers);
        if (Numerals.WithStop(c) is > 0 and var stopped)
            return Alone(MarkerStyle.Plain, stopped, line, markers);
        if (Numerals.SmallRoman(c) is > 0 and var small)
            return Alone(MarkerStyle.Roman, small, line, markers);
        if (Numerals.LargeRoman(c) is > 0 and var large)
            return Alone(MarkerStyle.LargeRoman, large, line, markers);
        if (c is 'I' or 'V' or 'X' or 'Ｉ' or 'Ｖ' or 'Ｘ')
            count = ReadAsciiRoman(line, markers);
        if (c is >= '⒜' and <= '⒵')
            return Alone(MarkerStyle.ParenLetter, c - '⒜' + 1, line, markers);
        if (count > 0)
            return count;
        var next = line.Length > 1 ? line[1] : ' ';
        var kana = Numerals.Kana(c);
        var iroha = Numerals.Iroha(c);
        if (kana > 0 || iroha > 0)
        {
            var close = next is ')' or '）';
            if (!close && !Glyph.IsBlank(next) && next is not ('.' or '．' or '：' or ':'))
                return 0;
            var label = Glyph.IsBlank(next) ? 1 : 2;
            var rest = Glyph.SkipBlanks(line, Math.Min(label, line.Length));
            if (close)
            {
                markers[count++] = new Marker(MarkerStyle.HalfParenKana, new Numeral(kana > 0 ? kana : iroha), label, rest, MarkerStrength.Strong);
                return count;
            }
            if (kana > 0)
                markers[count++] = new Marker(MarkerStyle.Kana, new Numeral(kana), Math.Min(label, line.Length), rest, MarkerStrength.Strong);
            if (iroha > 0)
                markers[count++] = new Marker(MarkerStyle.Iroha, new Numeral(iroha), Math.Min(label, line.Length), rest, MarkerStrength.Strong);
            return count;
        }
        var at = 0;
        if (Numerals.TryReadKanji(line, ref at, out var number))
        {
            if (at < line.Length && !Glyph.IsBlank(line[at]) && line[at] is not ('．' or '.'))
                return 0;
            var label = at < line.Length && line[at] is '．' or '.' ? at + 1 : at;
            markers[count++] = new Marker(MarkerStyle.Kanji, new Numeral(number), label, Glyph.SkipBlanks(line, label), MarkerStrength.Strong);
            return count;
        }
        if (Numerals.IsLetter(c) && next is '.' or '．' or ')' or '）' && line.Length > 2)
        {
            var style = Numerals.IsUpper(c) ? MarkerStyle.LargeLetter : MarkerStyle.Letter;
            markers[count++] = new Marker(style, new Numeral(Numerals.Fold(c) - 'a' + 1), 2, Glyph.SkipBlanks(line, 2), MarkerStrength.Strong);
            if (Numerals.AsciiRoman(line[..1]) is > 0 and var roman && !Numerals.IsUpper(c))
                markers[count++] = new Marker(MarkerStyle.Roman, new Numeral(roman), 2, Glyph.SkipBlanks(line, 2), MarkerStrength.Strong);
        }
        return count;
    }

    // I., II　, IV.
    private static int ReadAsciiRoman(ReadOnlySpan<char> line, Span<Marker> markers)
    {
        var end = 0;
        while (end < line.Length && end < 5 && Numerals.Fold(line[end]) is 'i' or 'v' or 'x' && Numerals.IsUpper(line[end]))
            end++;
        if (end >= line.Length || !(Glyph.IsBlank(line[end]) || line[end] is '.' or '．') || Numerals.AsciiRoman(line[..end]) is not (> 0 and var value))
            return 0;
        var label = Glyph.IsBlank(line[end]) ? end : end + 1;
        markers[0] = new Marker(MarkerStyle.LargeRoman, new Numeral(value), label, Glyph.SkipBlanks(line, label), MarkerStrength.Strong);
        return 1;
    }

    private static int Alone(MarkerStyle style, int number, ReadOnlySpan<char> line, Span<Marker> markers)
    {
        var label = line.Length > 1 && line[1] is '.' or '．' ? 2 : 1;
        var rest = Glyph.SkipBlanks(line, label);
        if (rest == 1 && rest < line.Length && FollowsReference(line[rest..]))
            return 0;
        markers[0] = new Marker(style, new Numeral(number), label, rest, MarkerStrength.Strong);
        return 1;
    }
}
