using Sekisho.Assurance;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Obligations;

/// <summary>Ties provisions to the obligations they create (結び付き), by the policy's own words; a person confirms each tie afterwards.</summary>
/// <remarks>
/// No document is known here: words come from the catalogue, and four rules of form decide between them.
/// 1. An article that defines terms creates the obligations of definitions and no others, whatever words it defines.
/// 2. Words count where a sentence lays down a duty, or in an entry of a list of measures; a list of threats lays down none.
/// 3. In a branch of the document, an obligation is tied once: to the provision that says it, or to the one above where several below do.
/// 4. Where some article is devoted to an obligation by its caption, a mention in passing elsewhere isn't tied.
/// Cost: provisions × signs, each a search in one sentence.
/// </remarks>
public static class PolicyTies
{
    /// <summary>A caption that claims an obligation at least this surely takes it from passing mentions.</summary>
    private const double Devoted = 0.9;

    /// <summary>What is left of a chapter's claim for an article in it that says nothing of its own.</summary>
    private const double Inherited = 0.6;

    /// <summary>Ties in the order of the document, then of the catalogue.</summary>
    public static IReadOnlyList<PolicyTie> Propose(PolicyDocument document, ObligationCatalogue catalogue)
    {
        var order = catalogue.Obligations.Select(static (o, i) => (o.Id, i)).ToDictionary(static x => x.Id, static x => x.i);
        var roots = document.Provisions.Select(p => new Node(p, null, catalogue, inDefinitions: false, listed: false)).ToList();
        foreach (var root in roots) root.Settle();
        var nodes = roots.SelectMany(static r => r.SelfAndBelow()).ToList();
        var devoted = nodes.SelectMany(n => n.Claims.Values.Where(static c => c.ByCaption && c.Confidence >= Devoted).Select(c => (c.Obligation, Node: n)))
            .ToLookup(static x => x.Obligation, static x => x.Node);
        var ties = new List<PolicyTie>();
        foreach (var node in nodes.Where(static n => !n.IsDivision))
        {
            var kept = node.Kept.Where(c => c.ByCaption || !devoted[c.Obligation].Any() || devoted[c.Obligation].Any(node.IsWithin)).ToList();
            if (kept.Count == 0) kept.AddRange(node.FromDivision(Inherited));
            ties.AddRange(kept.OrderBy(c => order[c.Obligation])
                .Select(c => new PolicyTie(node.Provision.Id, node.Provision.Path, c.Obligation, Math.Round(c.Confidence, 2), c.Reason)));
        }
        return ties;
    }

    /// <summary>That the words of one provision speak for an obligation.</summary>
    private sealed record Claim(ObligationId Obligation, double Confidence, bool ByCaption, Bilingual Reason);

    private sealed class Node
    {
        private readonly Node? parent;
        private readonly List<Node> children;
        private readonly FoldedText caption;
        private readonly FoldedText text;
        private readonly bool listed;
        private readonly List<(Range Range, bool IsDuty)> sentences;

        public Node(Provision provision, Node? parent, ObligationCatalogue catalogue, bool inDefinitions, bool listed)
        {
            (Provision, this.parent, this.listed) = (provision, parent, listed);
            caption = FoldedText.Of(provision.Caption, catalogue.Vocabulary);
            text = FoldedText.Of(provision.Text, catalogue.Vocabulary);
            sentences = [.. Sentences.Split(text.Text).Select(r => (r, Sentences.IsDuty(text.Text.AsSpan(r))))];
            var defines = !inDefinitions && catalogue.Signs.Any(s => s.Place == SignPlace.DefinitionsArticle && Try(s) is not null);
            var place = inDefinitions ? SignPlace.Definition : defines ? SignPlace.DefinitionsArticle : SignPlace.Duties;
            foreach (var sign in catalogue.Signs.Where(s => s.Place == place))
            {
                if (Try(sign) is not { } claim) continue;
                Claims[sign.Obligation] = Claims.TryGetValue(sign.Obligation, out var other) ? Both(other, claim) : claim;
            }
            var announces = Sentences.AnnouncesDuties(text.Text);
            children = [.. provision.Children.Select(c => new Node(c, this, catalogue, inDefinitions || defines, announces))];
            Kept = [.. Claims.Values];
        }

        public Provision Provision { get; }

        /// <summary>What its own words claim, before the rules of form.</summary>
        public Dictionary<ObligationId, Claim> Claims { get; } = [];

        /// <summary>What is left after rule 3.</summary>
        public List<Claim> Kept { get; private set; }

        public bool IsDivision => Provision.Kind < ProvisionKind.Article;

        public IEnumerable<Node> SelfAndBelow() => children.SelectMany(static c => c.SelfAndBelow()).Prepend(this);

        public bool IsWithin(Node other)
        {
            for (var node = this; node is not null; node = node.parent)
                if (node == other) return true;
            return false;
        }

        /// <summary>Rule 3, from the top down: who in this branch keeps each obligation.</summary>
        public void Settle()
        {
            if (!IsDivision)
            {
                var onlyAnnounces = Sentences.OnlyAnnounces(text.Text);
                foreach (var claim in Kept.ToList())
                {
                    var branches = children.Where(c => c.SelfAndBelow().Any(n => n.Kept.Exists(k => k.Obligation == claim.Obligation))).ToList();
                    if (branches.Count == 0) continue;
                    // A heading over entries of which one says it and others say something else: that one has the duty.
                    // Where the others say nothing of their own, the heading speaks for all; so does the caption of an article for its 項.
                    if (claim.ByCaption && onlyAnnounces && branches is [{ Provision.Kind: not ProvisionKind.Paragraph } only] && OthersSpeak(only)) Kept.Remove(claim);
                    else foreach (var below in branches.SelectMany(static b => b.SelfAndBelow())) below.Kept.RemoveAll(k => k.Obligation == claim.Obligation);
                }
            }
            foreach (var child in children) child.Settle();

            bool OthersSpeak(Node only) => children.Count == 1 || children.Exists(c => c != only && c.SelfAndBelow().Any(static n => n.Claims.Count > 0));
        }

        /// <summary>For an article without a claim of its own anywhere in it: what the captions of its chapter claim.</summary>
        public IEnumerable<Claim> FromDivision(double share)
        {
            if (Provision.Kind != ProvisionKind.Article || SelfAndBelow().Any(static n => n.Claims.Count > 0)) return [];
            for (var above = parent; above is not null; above = above.parent)
            {
                if (above.Claims.Count == 0) continue;
                var heading = $"{above.Provision.Label}「{above.Provision.Caption}」";
                return above.Claims.Values.Select(c => new Claim(c.Obligation, c.Confidence * share, false,
                    new Bilingual($"上位の{heading}から引き継いでいます。", $"Inherited from the heading above, {heading}.")));
            }
            return [];
        }

        private Claim? Try(Sign sign)
        {
            var inCaption = default((int Start, int Length)[]);
            if (sign.Caption is { } heading)
            {
                if ((inCaption = heading.Match(caption.Text)) is null || sign.Not?.Match(caption.Text) is not null) return null;
            }
            if (sign.Text is not { } words)
                return new Claim(sign.Obligation, sign.Confidence, true, new Bilingual($"見出しに{Quote(caption, 0, inCaption!)}とあります。", $"The caption says {Quote(caption, 0, inCaption!)}."));
            foreach (var (range, isDuty) in sentences)
            {
                if (sign.Place == SignPlace.Duties && !listed && !isDuty) continue;
                var sentence = text.Text.AsSpan(range);
                if (words.Match(sentence) is not { } found || sign.Not?.Match(sentence) is not null) continue;
                var quote = Quote(text, range.Start.Value, found);
                return inCaption is null
                    ? new Claim(sign.Obligation, sign.Confidence, false, new Bilingual($"本文に{quote}とあります。", $"The text says {quote}."))
                    : new Claim(sign.Obligation, sign.Confidence, true, new Bilingual($"見出しに{Quote(caption, 0, inCaption)}、本文に{quote}とあります。", $"The caption says {Quote(caption, 0, inCaption)}, the text {quote}."));
            }
            return null;
        }

        private static Claim Both(Claim a, Claim b)
        {
            if (a.ByCaption == b.ByCaption) return a.Confidence >= b.Confidence ? a : b;
            var (heading, words) = a.ByCaption ? (a, b) : (b, a);
            return heading with { Confidence = Math.Min(0.99, 1 - (1 - a.Confidence) * (1 - b.Confidence)), Reason = heading.Reason + words.Reason };
        }

        private static string Quote(FoldedText text, int offset, (int Start, int Length)[] found) =>
            string.Join('…', found.Select(f => $"「{text.Original(offset + f.Start, f.Length)}」"));
    }
}
