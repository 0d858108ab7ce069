using Sekisho.Assurance;
using Sekisho.Policy.Reading;

namespace Sekisho.Policy;

/// <summary>Reads a policy from its text. Pure: no file, no program, no clock.</summary>
public static class PolicyText
{
    /// <summary>A text longer than this is no policy; the longest known standard has 0.4 million characters.</summary>
    public const int MostCharacters = 20_000_000;

    /// <summary>Reads plain text or Markdown, page furniture and hard line breaks included.</summary>
    /// <returns>The document, or why it is none; no content makes it throw.</returns>
    public static PolicyReading Read(string untrusted)
    {
        ArgumentNullException.ThrowIfNull(untrusted);
        return untrusted.Length > MostCharacters
            ? new PolicyReading.Refused(ReadingErrors.TooLarge())
            : Read(SourceText.FromPlain(untrusted), new ReadingWork());
    }

    internal static PolicyReading Read(SourceText source, ReadingWork work)
    {
        var notes = new ReadingNotes();
        var set = LineReader.Read(source, notes);
        if (set.Lines.Length == 0)
            return new PolicyReading.Refused(ReadingErrors.Empty());
        if (!SpeaksJapanese(set))
            return new PolicyReading.Refused(ReadingErrors.NoProvision());
        var contents = ContentsPage.Find(set);
        var markers = MarkerTable.Build(set, contents.Contains);
        var segments = Segmenter.Cut(set, markers, contents);
        if (ArticleStyles.Find(set, markers, segments.Main) is not { } articleStyle)
            return new PolicyReading.Refused(ReadingErrors.NoProvision());
        var resolver = new StructureResolver(set, markers, notes, work);
        resolver.ResolveMain(segments.Main, articleStyle);
        if (resolver.Roots.Count == 0)
            return new PolicyReading.Refused(ReadingErrors.NoProvision());
        var front = FrontMatter.Read(set, resolver.Front, notes);
        var provisions = new ProvisionBuilder(notes, supplementary: false).Build(resolver.Roots, articleStyle, "");
        provisions = ReferenceRepair.Apply(provisions, resolver.RepairedArticles, notes);
        var supplementary = new SupplementaryReader(set, markers, notes, work);
        foreach (var segment in segments.Supplementary)
            supplementary.Read(segment, front.Enacted);
        var amendments = new List<Enactment>(front.Amendments);
        foreach (var headed in supplementary.Headed)
        {
            // The 附則 of the first text may carry its own number: that is no amendment.
            if (headed.Date != front.Enacted?.Date && amendments.All(a => a.Date != headed.Date))
                amendments.Add(headed);
        }
        return new PolicyReading.Read(new PolicyDocument(
            front.Title, front.Enacted, amendments, front.Preamble, provisions, supplementary.Provisions, contents.Entries, notes.ToFindings())
        {
            Appendices = segments.Appendices.Select(a => ReadAppendix(a, set)).ToList(),
        });
    }

    // Numbered lines alone make no policy: a table of figures has them too.
    private static bool SpeaksJapanese(LineSet set)
    {
        var japanese = 0;
        var all = 0;
        foreach (ref readonly var line in set.Lines.AsSpan())
        {
            foreach (var c in line.Text)
                japanese += Glyph.IsJapanese(c) ? 1 : 0;
            all += line.Text.Length;
        }
        return japanese * 10 >= all;
    }

    private static PolicyAppendix ReadAppendix(Segment segment, LineSet set)
    {
        var flow = new Flow();
        var tables = new List<PolicyTable>();
        for (var i = segment.From; i < segment.To; i++)
        {
            if (set.Lines[i].Table is { } table)
                tables.Add(table);
            else
                flow.Add(set.Lines[i], set);
        }
        var blank = segment.Heading.AsSpan().IndexOfAny(' ', '　');
        return new PolicyAppendix(
            blank < 0 ? segment.Heading : segment.Heading[..blank],
            blank < 0 ? "" : segment.Heading[(blank + 1)..].Trim(),
            string.Join('\n', flow.Paragraphs()), tables);
    }
}
