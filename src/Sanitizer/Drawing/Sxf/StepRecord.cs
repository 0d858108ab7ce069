using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Drawing.Sxf;

/// <summary>A value of ISO 10303-21, as it is written again.</summary>
/// <param name="Kind">'s text, '#' reference, 'n' number, '.' word, '"' binary, '$' none, '*' derived, '(' list, 't' typed (its name in <paramref name="Text"/>).</param>
internal sealed record StepValue(char Kind, string Text, IReadOnlyList<StepValue> Items);

/// <summary>One simple record: a keyword and its values.</summary>
internal sealed record StepRecord(string Keyword, IReadOnlyList<StepValue> Values);

/// <summary>Reads records strictly and writes them anew (ISO 10303-21 交換構造).</summary>
internal sealed class StepRecords(StepText text, Dropped dropped)
{
    private const int MostDepth = 32, MostWord = 100, MostText = 1 << 20, MostItems = 4_000_000;

    private int items;

    /// <summary>A keyword in upper case; empty when there is none.</summary>
    public string Word()
    {
        text.Blanks();
        var word = new StringBuilder();
        while (char.IsAsciiLetterOrDigit(text.Peek()) || text.Peek() is '_' or '-' or '!') word.Append(Bounded(word, MostWord).Next());
        return word.ToString().ToUpperInvariant();
    }

    /// <summary>Digits of an instance's number.</summary>
    public string Number()
    {
        var digits = new StringBuilder();
        while (char.IsAsciiDigit(text.Peek())) digits.Append(Bounded(digits, 18).Next());
        return digits.Length > 0 ? digits.ToString() : throw Broken();
    }

    /// <summary>Passes blanks and comments, then this character.</summary>
    public void Expect(char c)
    {
        Gap();
        if (text.Next() != c) throw Broken();
    }

    public bool Takes(char c)
    {
        Gap();
        if (text.Peek() != c) return false;
        text.Skip(1);
        return true;
    }

    /// <summary>Blanks and comments: these are for people, and nobody's programs may hide in them.</summary>
    public void Gap()
    {
        for (text.Blanks(); text.Starts("/*"); text.Blanks()) Comment();
    }

    /// <summary>One comment, passed over.</summary>
    public void Comment()
    {
        text.Skip(2);
        while (!text.Starts("*/"))
        {
            if (text.IsAtEnd) throw Broken();
            text.Skip(1);
        }
        text.Skip(2);
    }

    public StepRecord Record()
    {
        Gap();
        var keyword = Word();
        return keyword.Length > 0 ? Record(keyword) : throw Broken();
    }

    /// <summary>The values of a record whose keyword was read.</summary>
    public StepRecord Record(string keyword)
    {
        items = 0;
        return new(keyword, List(0));
    }

    public static void Write(StepRecord record, StringBuilder to)
    {
        to.Append(record.Keyword);
        WriteList(record.Values, to);
    }

    private List<StepValue> List(int depth)
    {
        if (depth > MostDepth) throw Broken();
        Expect('(');
        var values = new List<StepValue>();
        if (Takes(')')) return values;
        do
        {
            if (++items > MostItems) throw Broken();
            values.Add(Value(depth));
        }
        while (Takes(','));
        Expect(')');
        return values;
    }

    private StepValue Value(int depth)
    {
        Gap();
        var c = text.Peek();
        switch (c)
        {
            case '(':
                return new('(', "", List(depth + 1));
            case '$' or '*':
                text.Skip(1);
                return new(c, "", []);
            case '#':
                text.Skip(1);
                return new('#', Number(), []);
            case '\'':
                return new('s', StepStrings.Clean(Quoted(), dropped), []);
            case '"':
                text.Skip(1);
                var binary = new StringBuilder();
                while (char.IsAsciiHexDigit(text.Peek())) binary.Append(Bounded(binary, 4096).Next());
                return text.Next() == '"' ? new('"', binary.ToString().ToUpperInvariant(), []) : throw Broken();
            case '.':
                text.Skip(1);
                var word = Word();
                return word.Length > 0 && text.Next() == '.' ? new('.', word, []) : throw Broken();
        }
        if (c is '+' or '-' || char.IsAsciiDigit(c))
        {
            var number = new StringBuilder();
            while (char.IsAsciiDigit(text.Peek()) || text.Peek() is '+' or '-' or '.' or 'E' or 'e') number.Append(Bounded(number, 40).Next());
            var written = number.ToString();
            return double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? new('n', written, []) : throw Broken();
        }
        var type = Word();
        return type.Length > 0 ? new('t', type, List(depth + 1)) : throw Broken();
    }

    private string Quoted()
    {
        text.Skip(1);
        var content = new StringBuilder();
        while (true)
        {
            if (text.IsAtEnd || content.Length > MostText) throw Broken();
            var c = text.Next();
            if (c != '\'') content.Append(c);
            else if (text.Peek() == '\'') content.Append(text.Next());
            else return content.ToString();
        }
    }

    private static void WriteList(IReadOnlyList<StepValue> values, StringBuilder to)
    {
        to.Append('(');
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0) to.Append(',');
            var value = values[i];
            switch (value.Kind)
            {
                case '(':
                    WriteList(value.Items, to);
                    break;
                case 't':
                    to.Append(value.Text);
                    WriteList(value.Items, to);
                    break;
                case 's':
                    to.Append('\'').Append(value.Text.Replace("'", "''", StringComparison.Ordinal)).Append('\'');
                    break;
                case '#':
                    to.Append('#').Append(value.Text);
                    break;
                case '.':
                    to.Append('.').Append(value.Text).Append('.');
                    break;
                case '"':
                    to.Append('"').Append(value.Text).Append('"');
                    break;
                case 'n':
                    to.Append(value.Text);
                    break;
                default:
                    to.Append(value.Kind);
                    break;
            }
        }
        to.Append(')');
    }

    private StepText Bounded(StringBuilder word, int most) => word.Length < most ? text : throw Broken();

    internal static RefusedException Broken() => Refusals.Broken("", "SAN-SXF-002", "交換構造（ISO 10303-21）として読めません", "it can't be read as an exchange structure (ISO 10303-21)");
}
