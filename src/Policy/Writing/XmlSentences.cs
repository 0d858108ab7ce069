using System.Globalization;
using System.Text;
using System.Xml;

namespace Sekisho.Policy;

/// <summary>Texts of provisions as Sentence elements.</summary>
internal static class XmlSentences
{
    // 本文 and ただし書 are told apart, as the schema does.
    internal static void WriteSentences(XmlWriter xml, string text)
    {
        var sentences = Sentences(text);
        if (sentences.Count == 0)
        {
            WriteSentence(xml, "", 1, "");
            return;
        }
        for (var i = 0; i < sentences.Count; i++)
        {
            var function = IsProviso(sentences[i]) && i > 0 ? "proviso" : i + 1 < sentences.Count && IsProviso(sentences[i + 1]) ? "main" : "";
            WriteSentence(xml, sentences[i], sentences.Count == 1 ? 0 : i + 1, function);
        }
    }

    private static bool IsProviso(string sentence) => sentence.StartsWith("ただし、", StringComparison.Ordinal);

    internal static void WriteSentence(XmlWriter xml, string text, int number, string function)
    {
        xml.WriteStartElement("Sentence");
        if (number > 0)
            xml.WriteAttributeString("Num", number.ToString(CultureInfo.InvariantCulture));
        if (function.Length > 0)
            xml.WriteAttributeString("Function", function);
        xml.WriteString(Allowed(text));
        xml.WriteEndElement();
    }

    private static List<string> Sentences(string text)
    {
        var sentences = new List<string>();
        foreach (var line in Lines(text))
        {
            var depth = 0;
            var start = 0;
            for (var i = 0; i < line.Length; i++)
            {
                if (line[i] is '（' or '「' or '(')
                    depth++;
                else if (line[i] is '）' or '」' or ')')
                    depth = Math.Max(0, depth - 1);
                else if (line[i] == '。' && depth == 0)
                {
                    sentences.Add(line[start..(i + 1)]);
                    start = i + 1;
                }
            }
            if (start < line.Length)
                sentences.Add(line[start..]);
        }
        return sentences;
    }

    internal static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The text before the children, without what stands after them.</summary>
    internal static string Lead(string text, int closing) => closing == 0 ? text : string.Join('\n', Lines(text).SkipLast(closing));

    // Control characters that XML 1.0 has no way to write become the replacement character.
    internal static string Allowed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!XmlConvert.IsXmlChar(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[++i])))
                return Replace(text);
        }
        return text;
    }

    private static string Replace(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                clean.Append(text[i]).Append(text[++i]);
            else
                clean.Append(XmlConvert.IsXmlChar(text[i]) ? text[i] : '\uFFFD');
        }
        return clean.ToString();
    }
}
