using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>Reads 附則: one entry for each 施行期日, its date resolved where the document gives it.</summary>
internal sealed class SupplementaryReader(LineSet set, MarkerTable markers, ReadingNotes notes, ReadingWork work)
{
    private readonly List<SupplementaryProvision> _provisions = [];

    internal IReadOnlyList<SupplementaryProvision> Provisions => _provisions;

    /// <summary>Dates and numbers in the headings of 附則: 附則（令和３年３月31日告示第101号）.</summary>
    internal List<Enactment> Headed { get; } = [];

    /// <param name="enacted">Date of 公表 of the first text, for 「公表の日」 in a 附則 whose heading has no date.</param>
    internal void Read(Segment segment, Enactment? enacted)
    {
        var (label, inline, headed) = ReadHeading(segment.Heading);
        if (headed is not null)
            Headed.Add(headed);
        var published = headed?.Date ?? (_provisions.Count == 0 ? enacted?.Date : null);
        var resolver = new StructureResolver(set, markers, notes, work);
        resolver.ResolveSupplementary(segment.From, segment.To);
        var blocks = Blocks(resolver.Front, inline);
        if (resolver.Roots.Count > 0)
        {
            var lead = string.Join('\n', blocks.SelectMany(static b => b));
            var builder = new ProvisionBuilder(notes, supplementary: true);
            var children = builder.Build(resolver.Roots, MarkerStyle.Article, $"sp{_provisions.Count + 1}.");
            Add(label, lead, children, published);
            return;
        }
        foreach (var block in blocks)
            Add(label, string.Join('\n', block), [], published);
        if (blocks.Count == 0)
            Add(label, "", [], published);
    }

    // A new block starts with another （施行期日）, or with another sentence that brings the text into force.
    private List<List<string>> Blocks(IReadOnlyList<int> front, string inline)
    {
        var blocks = new List<List<string>>();
        var flow = new Flow();
        if (inline.Length > 0)
            blocks.Add([inline]);
        foreach (var index in front)
        {
            ref readonly var line = ref set.Lines[index];
            if (line.Table is not null)
                continue;
            if (IsCaption(line.Text))
            {
                Close();
                continue;
            }
            flow.Add(line, set);
        }
        Close();
        return blocks;

        void Close()
        {
            foreach (var paragraph in flow.Paragraphs())
            {
                if (blocks.Count == 0 || (BringsIntoForce(paragraph) && blocks[^1].Any(BringsIntoForce)))
                    blocks.Add([]);
                blocks[^1].Add(paragraph);
            }
            flow = new Flow();
        }
    }

    private void Add(string label, string text, IReadOnlyList<Provision> children, DateOnly? published)
    {
        var sentences = new List<string>();
        if (text.Length > 0)
            sentences.Add(text);
        sentences.AddRange(children.SelectMany(static c => c.SelfAndDescendants()).Select(static c => c.Text).Where(static t => t.Length > 0));
        DateOnly? effective = null;
        var written = "";
        foreach (var sentence in sentences)
        {
            if (EffectiveDate.TryRead(sentence, published, out effective, out written))
                break;
        }
        var amends = sentences.SelectMany(AmendingText.Read).ToList();
        _provisions.Add(new SupplementaryProvision(label, effective, written, text, amends, children));
        if (effective is null)
            notes.NoEffectiveDate(label);
    }

    private static bool BringsIntoForce(string paragraph) => EffectiveDate.TryRead(paragraph, null, out _, out _);

    private static bool IsCaption(string text) => text.Length is > 2 and <= 40 && Glyph.IsOpen(text[0]) && Spelling.ClosingBracket(text, 0) == text.Length - 1;

    private static (string Label, string Inline, Enactment? Headed) ReadHeading(string heading)
    {
        var rest = Glyph.Trim(heading.AsSpan(Segmenter.AfterSupplementaryWord(heading)));
        var word = $"{heading[0]}則";
        if (rest.IsEmpty)
            return (word, "", null);
        var inside = rest;
        if (Glyph.IsOpen(rest[0]))
        {
            var close = Spelling.ClosingBracket(rest, 0);
            inside = close > 0 ? rest[1..close] : rest[1..];
        }
        if (Wareki.TryRead(Glyph.Trim(inside), out var date, out var length))
            return (word + rest.ToString(), "", new Enactment(date, FrontMatter.CleanReference(Glyph.Trim(inside)[length..])));
        return Glyph.EndsSentence(rest[^1]) ? (word, rest.ToString(), null) : (word + rest.ToString(), "", null);
    }
}

/// <summary>Finds from when a sentence of a 附則 brings a text into force (施行期日).</summary>
internal static class EffectiveDate
{
    private static readonly string[] Verbs = ["から施行", "より施行", "に施行", "施行する", "から適用", "より適用", "から実施", "より実施", "から効力"];
    private static readonly string[] PublicationDays = ["公表の日", "公布の日", "告示の日", "制定の日", "決裁の日", "公示の日", "公告の日", "策定の日", "決定の日", "発令の日", "通知の日"];

    /// <param name="published">The day of promulgation, if the document gives it.</param>
    /// <param name="effective">Null where the words name a day that the document doesn't give.</param>
    /// <param name="written">The day as written.</param>
    /// <returns>False when the text says nothing about coming into force.</returns>
    internal static bool TryRead(string text, DateOnly? published, out DateOnly? effective, out string written)
    {
        (effective, written) = (null, "");
        var verb = -1;
        foreach (var v in Verbs)
        {
            var at = text.IndexOf(v, StringComparison.Ordinal);
            if (at >= 0 && (verb < 0 || at < verb))
                verb = at;
        }
        if (verb < 0)
            return false;
        // The day stands before the verb, in the same sentence.
        var start = text.LastIndexOf('。', verb) + 1;
        var clause = text.AsSpan(start, verb - start);
        foreach (var day in PublicationDays)
        {
            var at = clause.IndexOf(day);
            if (at < 0)
                continue;
            var after = clause[(at + day.Length)..];
            written = day;
            effective = published;
            if (after.StartsWith("の翌日"))
            {
                written += "の翌日";
                effective = published?.AddDays(1);
            }
            else if (after.Contains("起算して", StringComparison.Ordinal) || after.Contains("範囲内", StringComparison.Ordinal))
            {
                written += after.ToString();
                effective = null;
            }
            return true;
        }
        // The last date before the verb: dates before it name other texts.
        var offset = 0;
        while (Wareki.TryFind(clause[offset..], out var date, out var found, out var length))
        {
            effective = date;
            written = clause.Slice(offset + found, length).ToString();
            offset += found + length;
        }
        if (effective is not null)
            return true;
        // 別に定める日, 規則で定める日: from the last particle that can stand before a day's name.
        if (!clause.EndsWith("日"))
            return false;
        written = clause[(clause.LastIndexOfAny('、', 'は', '，') + 1)..].Trim().ToString();
        return true;
    }
}
