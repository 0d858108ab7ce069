namespace Sekisho.Sanitizer.Mail;

/// <summary>Whether the two forms of a body, plain and HTML, say the same (食い違う本文; E-13): a filter reads one, a person the other.</summary>
internal static class Alternatives
{
    // Shorter texts are greetings and signs; of the rest, at least half must stand in the other form.
    private const int LeastPairs = 20;

    /// <param name="ofHtml">The text that the HTML shows.</param>
    public static bool Differ(string text, string ofHtml)
    {
        var pairs = new HashSet<(char, char)>();
        foreach (var pair in Pairs(text)) pairs.Add(pair);
        var (all, found) = (0, 0);
        foreach (var pair in Pairs(ofHtml))
        {
            all++;
            if (pairs.Contains(pair)) found++;
        }
        return all >= LeastPairs && found * 2 < all;
    }

    /// <summary>Letters and digits in twos: words of any language, however lines are broken.</summary>
    private static IEnumerable<(char, char)> Pairs(string text)
    {
        var last = '\0';
        foreach (var c in text)
        {
            if (!char.IsLetterOrDigit(c)) continue;
            var now = char.ToLowerInvariant(c);
            if (last != '\0') yield return (last, now);
            last = now;
        }
    }
}
