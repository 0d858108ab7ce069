namespace Sekisho.Policy.Reading;

/// <summary>Gives the text after a list back to the provision whose list it is: 「(1) … (2) … 前各号の対策は、…ものとする。」</summary>
/// <remarks>
/// Indents decide where the document has them. Where it has none, three forms of words do: the leading sentence is still open, the text speaks of
/// the list (前各号), or it is the only sentence after a list of phrases. What none of them settles stays with the last item and is reported.
/// </remarks>
internal sealed class ListEnds(ReadingNotes notes)
{
    internal void Settle(IReadOnlyList<Node> nodes)
    {
        foreach (var node in nodes)
        {
            Settle(node.Children);
            if (node.Kind >= ProvisionKind.Article && node.Children.Count > 1 && node.Children.All(static c => c.Kind >= ProvisionKind.Item))
                SettleList(node, node.Children[^1]);
        }
    }

    private void SettleList(Node owner, Node last)
    {
        // What came back from a list below may belong higher still.
        if (last.Closing.Count > 0)
        {
            if (last.Closing.All(t => SpokenOf(owner, last, t)))
            {
                owner.Closing.AddRange(last.Closing);
                last.Closing.Clear();
            }
            return;
        }
        if (last.Children.Count > 0)
            return;
        var paragraphs = last.Text.Paragraphs();
        // 「(3) 組織体制」 and its sentence below, as its brothers have theirs.
        var headed = Brothers(owner).Any(static b => b.Text.Paragraphs().Count > 1);
        for (var i = headed ? 2 : 1; i < paragraphs.Count; i++)
        {
            var place = ByIndent(owner, last, last.Text.IndentOf(i));
            if (place == Place.Item)
                continue;
            if (place == Place.Owner || SpokenOf(owner, last, paragraphs[i]) || (i == 1 && paragraphs.Count == 2 && OnlySentence(owner, last, paragraphs)))
            {
                owner.Closing.AddRange(last.Text.TakeFrom(i));
                return;
            }
            if (paragraphs[i].Length >= 15 && Glyph.EndsSentence(paragraphs[i][^1]) && Brothers(owner).Skip(1).Any() && Brothers(owner).All(IsSimple))
                notes.AfterList(paragraphs[i], last.Label, last.Line);
        }
    }

    private static Place ByIndent(Node owner, Node last, int indent)
    {
        if (owner.Children.Any(c => c.Indent != last.Indent))
            return Place.Unknown;
        if (indent > last.Indent)
            return Place.Item;
        if (indent < last.Indent && owner.Indent < last.Indent)
            return Place.Owner;
        // As far in as the numbers, while wrapped lines of the items hang deeper.
        return owner.Children.Any(c => c.Text.Hanging > last.Indent) && owner.Children.All(c => c.Text.Hanging < 0 || c.Text.Hanging > last.Indent) ? Place.Owner : Place.Unknown;
    }

    private static bool SpokenOf(Node owner, Node last, string text) =>
        Clause.IsAboutList(text) || (Clause.IsOpen(owner.Text.Last) && !Clause.IsOpen(last.Text.Last) && Glyph.EndsSentence(text[^1]));

    // 「次に掲げるものとする。(1) 文書 (2) 図面 (3) 電磁的記録」 and then one sentence: no heading of the last item, since its brothers have no text below.
    private static bool OnlySentence(Node owner, Node last, List<string> paragraphs) =>
        Brothers(owner).Skip(1).Any() && Brothers(owner).All(IsPhrase) && !Glyph.EndsSentence(paragraphs[0][^1]) && last.Caption.Length == 0
        && Glyph.EndsSentence(paragraphs[1][^1]) && Clause.LeadsIntoList(owner.Text.Last);

    private static IEnumerable<Node> Brothers(Node owner) => owner.Children.SkipLast(1);

    private static bool IsSimple(Node node) => node.Children.Count == 0 && node.Tables.Count == 0 && node.Text.Paragraphs().Count == 1;

    private static bool IsPhrase(Node node) => IsSimple(node) && !node.Text.EndsSentence;

    private enum Place
    {
        Unknown,
        Item,
        Owner,
    }
}
