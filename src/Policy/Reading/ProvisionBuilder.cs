namespace Sekisho.Policy.Reading;

/// <summary>Turns resolved nodes into provisions: kinds, captions, texts, ids and paths.</summary>
internal sealed class ProvisionBuilder(ReadingNotes notes, bool supplementary)
{
    /// <summary>Longer than any heading of a 号 seen.</summary>
    private const int LongestInlineCaption = 40;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>Builds the provisions of one part of a document.</summary>
    /// <param name="idPrefix">Empty for 本則; "sp1." for the first 附則.</param>
    internal IReadOnlyList<Provision> Build(IReadOnlyList<Node> roots, MarkerStyle articleStyle, string idPrefix)
    {
        foreach (var root in roots)
            AssignKind(root, null, articleStyle);
        var articles = Articles(roots).ToList();
        RecoverSwallowedCaptions(articles);
        new ListEnds(notes).Settle(roots);
        // Articles that start again in each chapter need the chapter in their id; those that run through keep theirs when they move.
        var repeated = articles.GroupBy(static a => a.Number).Any(static g => g.Count() > 1);
        return Convert(roots, idPrefix, idPrefix, "", repeated, false);
    }

    private static IEnumerable<Node> Articles(IReadOnlyList<Node> nodes)
    {
        foreach (var node in nodes)
        {
            if (node.Kind == ProvisionKind.Article)
            {
                yield return node;
            }
            else if (node.Kind < ProvisionKind.Article)
            {
                foreach (var article in Articles(node.Children))
                    yield return article;
            }
        }
    }

    private void AssignKind(Node node, Node? parent, MarkerStyle articleStyle)
    {
        node.Kind = KindOf(node, parent, articleStyle);
        foreach (var child in node.Children)
            AssignKind(child, node, articleStyle);
    }

    private ProvisionKind KindOf(Node node, Node? parent, MarkerStyle articleStyle)
    {
        if (parent is null || parent.Kind < ProvisionKind.Article)
        {
            if (supplementary && node.Style != MarkerStyle.Article)
                return node.Style is MarkerStyle.Plain or MarkerStyle.Circled or MarkerStyle.Kanji ? ProvisionKind.Paragraph : ProvisionKind.Item;
            return node.Style switch
            {
                MarkerStyle.Part => ProvisionKind.Part,
                MarkerStyle.Chapter => ProvisionKind.Chapter,
                MarkerStyle.Section => ProvisionKind.Section,
                MarkerStyle.Subsection or MarkerStyle.Division => ProvisionKind.Subsection,
                MarkerStyle.LargeRoman when articleStyle != MarkerStyle.LargeRoman => ProvisionKind.Chapter,
                _ => ProvisionKind.Article,
            };
        }
        return parent.Kind switch
        {
            // 「次のとおりとする。」 and then 1, 2: entries of a list, whatever their look.
            ProvisionKind.Article when node.Style == MarkerStyle.Plain && parent.Children[0].Label.Length > 0 && Clause.LeadsIntoList(parent.Text.Last) => ProvisionKind.Item,
            ProvisionKind.Article when node.Style is MarkerStyle.Plain or MarkerStyle.Dotted2 or MarkerStyle.Dotted3 => ProvisionKind.Paragraph,
            ProvisionKind.Article when node.Style == MarkerStyle.Circled && parent.Children[0] is { Label: "" } => ProvisionKind.Paragraph,
            ProvisionKind.Article or ProvisionKind.Paragraph => ProvisionKind.Item,
            _ => ProvisionKind.Subitem,
        };
    }

    // （職員等の遵守義務） at the end of the item before 第5条, where the other articles have their caption on a line before.
    private void RecoverSwallowedCaptions(List<Node> articles)
    {
        var before = articles.Count(static a => a.CaptionBefore);
        if (before * 2 < articles.Count)
            return;
        foreach (var article in articles)
        {
            if (article.Caption.Length > 0 || article.Before is null)
                continue;
            var last = article.Before.Text.Last;
            if (last.Length < 4 || !Glyph.IsClose(last[^1]))
                continue;
            var open = Spelling.OpeningBracket(last);
            if (open <= 0 || last.Length - open > 40 || last.AsSpan(open).ContainsAny('。', '、') || last.AsSpan(open + 1).StartsWith("以下"))
                continue;
            article.Caption = Spelling.InsideBrackets(last[open..]);
            article.CaptionBefore = true;
            article.Before.Text.CutEnd(last.Length - open);
            notes.CaptionRecovered(article.Caption, article.Label, article.Before.Line);
        }
    }

    private List<Provision> Convert(IReadOnlyList<Node> nodes, string idPrefix, string parentId, string parentPath, bool chaptersInIds, bool defining)
    {
        var shapes = Shapes(nodes, defining);
        var provisions = new List<Provision>(nodes.Count);
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[i];
            var (caption, text) = shapes[i];
            var number = node.Number.ToString();
            var ownPrefix = node.Kind == ProvisionKind.Article && !chaptersInIds ? idPrefix : parentId;
            var id = Unique(ownPrefix + Letter(node.Kind) + number);
            // Paths start at the article; those of chapters are their own.
            var path = node.Kind == ProvisionKind.Article || parentPath.Length == 0 ? number : parentPath + "/" + number;
            var defines = node.Kind < ProvisionKind.Item && (defining || caption.Contains("定義", StringComparison.Ordinal) || caption.Contains("用語", StringComparison.Ordinal) || text.Contains("用語", StringComparison.Ordinal));
            var children = Convert(node.Children, idPrefix, id + ".", path, chaptersInIds, defines);
            if (node.Closing.Count > 0)
                text = string.Join('\n', node.Closing.Prepend(text).Where(static t => t.Length > 0));
            provisions.Add(new Provision(node.Kind, number, node.Label, caption, text, id, path, node.Line, node.Tables, children) { Closing = node.Closing.Count });
        }
        return provisions;
    }

    private string Unique(string id)
    {
        if (_ids.Add(id))
            return id;
        for (var n = 2; ; n++)
        {
            var next = $"{id}~{n}";
            if (_ids.Add(next))
                return next;
        }
    }

    private static string Letter(ProvisionKind kind) => kind switch
    {
        ProvisionKind.Part => "pt",
        ProvisionKind.Chapter => "c",
        ProvisionKind.Section => "sec",
        ProvisionKind.Subsection => "sub",
        ProvisionKind.Article => "a",
        ProvisionKind.Paragraph => "p",
        ProvisionKind.Item => "i",
        _ => "s",
    };

    // Brothers are written alike: whether a blank in the first line divides heading and sentence is decided by all of them.
    private static (string Caption, string Text)[] Shapes(IReadOnlyList<Node> nodes, bool defining)
    {
        var shapes = new (string Caption, string Text)[nodes.Count];
        var texts = new List<string>[nodes.Count];
        var splittable = 0;
        var captioned = 0;
        var bare = 0;
        for (var i = 0; i < nodes.Count; i++)
        {
            var node = nodes[i];
            texts[i] = node.Text.Paragraphs();
            if (node.Caption.Length > 0)
                captioned++;
            else if (node.Text.HeadAlone && texts[i].Count > 1)
                captioned++;
            else if (texts[i].Count > 0 && TrySplitInline(texts[i][0], out _, out _))
                splittable++;
            else if (texts[i].Count == 1 && IsBareHeading(node, texts[i][0]))
                bare++;
        }
        var split = splittable > 0 && (splittable + captioned) * 5 >= (nodes.Count - bare) * 3;
        var headed = (captioned + (split ? splittable : 0)) * 2 >= nodes.Count - bare && captioned + splittable > 0;
        for (var i = 0; i < nodes.Count; i++)
        {
            // A heading that happens to fill its line looks wrapped; its brothers tell.
            if (captioned * 2 > nodes.Count && nodes[i].Caption.Length == 0 && nodes[i].Text.FirstBreak is > 0 and var at && texts[i].Count > 0)
                shapes[i] = (texts[i][0][..at], string.Join('\n', texts[i].Skip(1).Prepend(texts[i][0][at..].TrimStart())));
            else
                shapes[i] = Shape(nodes[i], texts[i], split, headed, defining);
        }
        return shapes;
    }

    private static (string Caption, string Text) Shape(Node node, List<string> text, bool split, bool headed, bool defining)
    {
        var caption = node.Caption;
        if (caption.Length == 0 && text.Count > 0)
        {
            var plainArticle = node.Kind == ProvisionKind.Article && node.Style != MarkerStyle.Article;
            if (node.Text.HeadAlone && text.Count > 1)
            {
                caption = text[0];
                text.RemoveAt(0);
            }
            else if (split && TrySplitInline(text[0], out var head, out var rest))
            {
                caption = head;
                text[0] = rest;
            }
            else if (text.Count == 1 && IsBareHeading(node, text[0]) && (plainArticle || (node.Kind >= ProvisionKind.Paragraph && (headed || ChildrenAreSentences(node)))))
            {
                caption = text[0];
                text.Clear();
            }
            else if (node.Kind >= ProvisionKind.Item && DefinedTerm(text[0], defining) is { Length: > 0 } term)
            {
                caption = term;
            }
            caption = Spelling.CloseSpaced(caption);
        }
        return (caption, string.Join('\n', text));
    }

    // A heading that only its children follow: 「(8) 業務委託と外部サービスの利用」 over ア, イ, ウ.
    private static bool IsBareHeading(Node node, string text) =>
        text.Length <= 3 * LongestInlineCaption && Spelling.OutsideBrackets(text).Length <= LongestInlineCaption && !Glyph.EndsSentence(text[^1]) && text != "削除" && text != "略"
        && (node.Children.Count > 0 || (node.Kind == ProvisionKind.Article && node.Style != MarkerStyle.Article));

    // Over sentences a bare phrase is a heading (運用); over phrases it leads into them (町長の補助機関のうち).
    private static bool ChildrenAreSentences(Node node) =>
        node.Children.Count > 0 && node.Children.All(static c => c.Text.EndsSentence);

    // 「ネットワーク」とは、…をいう。; without quotes only in a list of definitions.
    private static string DefinedTerm(string text, bool defining)
    {
        if (text.Length < 4)
            return "";
        if (text[0] != '「')
        {
            var end = defining ? text.IndexOf("とは", StringComparison.Ordinal) : -1;
            return end is > 1 and <= 30 && end + 2 < text.Length && text[end + 2] is '、' or '，' && !text.AsSpan(0, end).Contains('。') ? text[..end] : "";
        }
        var close = text.IndexOf('」', StringComparison.Ordinal);
        return close is > 1 and < 40 && text.AsSpan(close + 1).StartsWith("とは") ? text[1..close] : "";
    }

    // "組織体制 市の情報資産について、…。", "ネットワーク：…"
    private static bool TrySplitInline(string text, out string head, out string rest)
    {
        (head, rest) = ("", text);
        var depth = Glyph.IsOpen(text[0]) ? 1 : 0;
        var outside = 0;
        for (var i = 1; i < text.Length - 1 && outside <= LongestInlineCaption; i++)
        {
            var c = text[i];
            depth += Glyph.IsOpen(c) ? 1 : Glyph.IsClose(c) ? -1 : 0;
            // （ＣＩＳＯ：Chief …） explains the heading; what divides it stands outside.
            if (depth > 0)
                continue;
            outside++;
            if (c is '。' or '、' && i > 20 || c == '。')
                return false;
            if (c is '：' or ':')
            {
                if (!Glyph.IsJapanese(text[i - 1]) && !Glyph.IsAsciiWord(text[i - 1]) && !Glyph.IsClose(text[i - 1]))
                    continue;
            }
            else if (!Glyph.IsBlank(c))
            {
                continue;
            }
            var after = Glyph.SkipBlanks(text, i + 1);
            if (after >= text.Length - 1)
                return false;
            var left = text[i - 1];
            // Blanks around Latin words are typography (LGWAN 接続系); a particle before the blank is the middle of a sentence.
            var wide = c is '\u3000' or '：' or ':';
            if (!wide && left < 0x80 && !Glyph.IsClose(left))
                continue;
            if (!wide && text[after] < 0x80 && EndsWithParticle(text.AsSpan(0, i)))
                continue;
            if (left is '、' or '，' or '・' or '「' || EndsWithParticle(text.AsSpan(0, i)) || text.Length - after < 8 || !SaysSomething(text.AsSpan(after)))
                return false;
            head = text[..i].TrimEnd();
            rest = text[after..];
            return true;
        }
        return false;
    }

    private static bool SaysSomething(ReadOnlySpan<char> rest) => Glyph.EndsSentence(rest[^1]) || rest.Length >= 15;

    private static bool EndsWithParticle(ReadOnlySpan<char> text) =>
        text[^1] is 'の' or 'を' or 'に' or 'は' or 'が' or 'と' or 'で' or 'も' or 'へ' or 'や' or 'か' || text.EndsWith("及び") || text.EndsWith("又は") || text.EndsWith("並びに") || text.EndsWith("から") || text.EndsWith("より");
}
