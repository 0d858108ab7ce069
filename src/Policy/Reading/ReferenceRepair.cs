using System.Globalization;

namespace Sekisho.Policy.Reading;

/// <summary>Repairs references whose number broke as the headings did: 「上記 1.1 の脅威」 → 「上記 11 の脅威」.</summary>
internal static class ReferenceRepair
{
    /// <summary>Applies to every text where at least one heading of the document broke in this way.</summary>
    /// <param name="repaired">Whether some article number printed as 1.2 was read as 12.</param>
    internal static IReadOnlyList<Provision> Apply(IReadOnlyList<Provision> provisions, bool repaired, ReadingNotes notes)
    {
        if (!repaired)
            return provisions;
        var articles = provisions.SelectMany(static p => p.SelfAndDescendants()).Where(static p => p.Kind == ProvisionKind.Article).Select(static p => p.Number).ToHashSet(StringComparer.Ordinal);
        return provisions.Select(p => Apply(p, "", articles, notes)).ToList();
    }

    private static Provision Apply(Provision provision, string where, HashSet<string> articles, ReadingNotes notes)
    {
        var here = where + provision.Label;
        var text = Apply(provision.Text, here, provision.Id, articles, notes);
        var children = provision.Children.Select(c => Apply(c, here, articles, notes)).ToList();
        return provision with { Text = text, Children = children };
    }

    private static string Apply(string text, string where, string id, HashSet<string> articles, ReadingNotes notes)
    {
        for (var i = 1; i + 1 < text.Length; i++)
        {
            // One or two digits, a point, one digit, and no further digit or point.
            if (text[i] is not ('.' or '．') || Glyph.Digit(text[i - 1]) < 0 || Glyph.Digit(text[i + 1]) < 0)
                continue;
            var start = i - 1;
            if (start > 0 && (Glyph.Digit(text[start - 1]) >= 0 || text[start - 1] is '.' or '．'))
                continue;
            if (i + 2 < text.Length && (Glyph.Digit(text[i + 2]) >= 0 || text[i + 2] is '.' or '．' or '%' or '％'))
                continue;
            var number = (Glyph.Digit(text[i - 1]) * 10 + Glyph.Digit(text[i + 1])).ToString(CultureInfo.InvariantCulture);
            if (!articles.Contains(number) || !IsReference(text, start, i + 2))
                continue;
            var full = text[i - 1] >= '０';
            var meant = full ? string.Concat(number.Select(static c => (char)(c - '0' + '０'))) : number;
            notes.ReferenceRepaired(text[start..(i + 2)], meant, where, id);
            text = text[..start] + meant + text[(i + 2)..];
        }
        return text;
    }

    // 上記 1.1 の, 前記1.1に, 1.3 の監査: pointed at before, or taken up by a particle after. 1.1倍 is neither.
    private static bool IsReference(string text, int start, int end)
    {
        var before = text.AsSpan(0, start).TrimEnd();
        foreach (var word in (ReadOnlySpan<string>)["上記", "前記", "下記", "第", "本方針", "次の", "及び", "又は", "から", "、"])
        {
            if (before.EndsWith(word))
                return true;
        }
        var after = text.AsSpan(end).TrimStart();
        return after.StartsWith("の") || after.StartsWith("に") || after.StartsWith("から") || after.StartsWith("及び") || after.StartsWith("で定");
    }
}
