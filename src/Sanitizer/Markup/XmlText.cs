using System.Text;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Writes the characters of XML.</summary>
internal static class XmlText
{
    public static void Write(StringBuilder to, string text, bool isAttribute, Dropped dropped)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': to.Append("&amp;"); break;
                case '<': to.Append("&lt;"); break;
                case '>': to.Append("&gt;"); break;
                case '"' when isAttribute: to.Append("&quot;"); break;
                case '\r': to.Append("&#13;"); break;
                case '\n' when isAttribute: to.Append("&#10;"); break;
                case '\t' when isAttribute: to.Append("&#9;"); break;
                default:
                    if (Characters.IsDropped(rune.Value)) dropped.Add(rune.Value);
                    else to.Append(rune.ToString());
                    break;
            }
        }
    }
}
