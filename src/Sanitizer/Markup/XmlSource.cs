using System.Text;
using System.Xml;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Opens XML so that nothing outside it is ever read: no entities of its own, no document type but its name (X-25, S-06).</summary>
internal static class XmlSource
{
    /// <exception cref="RefusedException">It declares entities or elements of its own.</exception>
    public static XmlReader Open(string untrusted, Job job, string threat)
    {
        var text = WithoutDoctype(untrusted, out var had);
        if (had) job.Remove(threat, "", "DOCTYPE");
        return XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = false, CheckCharacters = true, MaxCharactersInDocument = job.Policy.Limits.InMemoryBytes });
    }

    public static RefusedException Broken() => Refusals.Broken("", "SAN-XML-001", "XML として読めません", "it can't be read as XML");

    private static string WithoutDoctype(string text, out bool had)
    {
        had = false;
        var at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]) || text[at] == '\uFEFF') at++;
            else if (string.CompareOrdinal(text, at, "<?", 0, 2) == 0) at = After(text, "?>", at);
            else if (string.CompareOrdinal(text, at, "<!--", 0, 4) == 0) at = After(text, "-->", at + 4);
            else break;
        }
        if (at >= text.Length || !text.AsSpan(at).StartsWith("<!DOCTYPE", StringComparison.Ordinal)) return text;
        had = true;
        var quote = '\0';
        for (var i = at; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0') quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'') quote = c;
            else if (c == '[') throw Refusals.Broken("", "SAN-XML-002", "独自の実体や要素を宣言しています", "it declares entities or elements of its own");
            else if (c == '>') return new StringBuilder(text, 0, at, text.Length).Append(text, i + 1, text.Length - i - 1).ToString();
        }
        throw Broken();
    }

    private static int After(string text, string end, int from) => text.IndexOf(end, Math.Min(from, text.Length), StringComparison.Ordinal) is var found and >= 0 ? found + end.Length : text.Length;
}
