using System.Text;

namespace Sekisho.Policy.Comparison;

/// <summary>The comparison as plain text in two columns; changed words stand in 《 》.</summary>
public static class ComparisonText
{
    /// <summary>Width of one column in half-width cells.</summary>
    private const int Column = 56;

    public static void Write(ComparisonTable table, TextWriter to)
    {
        var lines = ComparisonLayout.Lines(table);
        to.WriteLine($"{table.NewTitle}　新旧対照表");
        if (lines.Count == 0)
        {
            to.WriteLine("違いはありません（字の全角・半角、空白、改行の違いは数えません）。");
            return;
        }
        to.WriteLine("《 》は改正部分です。");
        var rule = new string('-', Column) + "-+-" + new string('-', Column);
        to.WriteLine(rule);
        to.WriteLine($"{Pad("改正後", Column)} | 改正前");
        to.WriteLine(rule);
        foreach (var line in lines)
        {
            var tag = line.Tag.Length == 0 ? "" : $"【{line.Tag}】";
            var left = Wrap(tag + Marked(line.New), line.Depth);
            var right = Wrap(Marked(line.Old), line.Depth);
            for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
                to.WriteLine($"{Pad(i < left.Count ? left[i] : "", Column)} | {(i < right.Count ? right[i] : "")}".TrimEnd());
        }
        to.WriteLine(rule);
    }

    private static string Marked(IReadOnlyList<Piece> pieces)
    {
        var text = new StringBuilder();
        foreach (var piece in pieces) text.Append(piece.Changed ? $"《{piece.Text.TrimEnd()}》" : piece.Text);
        return text.ToString();
    }

    private static List<string> Wrap(string text, int depth)
    {
        var indent = new string('　', depth);
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n'))
        {
            var line = new StringBuilder(indent);
            foreach (var rune in paragraph.EnumerateRunes())
            {
                var next = rune.ToString();
                // 行頭禁則: a closing mark stays on the line before.
                if (Width(line.ToString()) + Width(next) > Column && next is not ("。" or "、" or "）" or "》" or "」"))
                {
                    lines.Add(line.ToString());
                    line.Clear().Append(indent);
                }
                line.Append(next);
            }
            if (line.Length > indent.Length) lines.Add(line.ToString());
        }
        return lines;
    }

    private static string Pad(string text, int width) => text + new string(' ', Math.Max(0, width - Width(text)));

    /// <summary>Half-width cells: ideographs, kana and full-width forms take two.</summary>
    private static int Width(string text) => text.EnumerateRunes().Sum(static r => r.Value is >= 0x1100 and not (>= 0xFF61 and <= 0xFFDC) ? 2 : 1);
}
