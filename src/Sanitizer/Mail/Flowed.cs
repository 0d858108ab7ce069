using System.Text;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Puts paragraphs together that a program broke for the way (RFC 3676, format=flowed): a blank at a line's end says that the next one belongs to it.</summary>
internal static class Flowed
{
    /// <param name="text">Lines end in LF.</param>
    /// <param name="deletesSpace">DelSp=yes, as Japanese has it: the blank isn't part of the text.</param>
    public static string Join(string text, bool deletesSpace)
    {
        var joined = new StringBuilder(text.Length);
        var (open, depth) = (false, 0);
        foreach (var line in text.Split('\n'))
        {
            var own = 0;
            while (own < line.Length && line[own] == '>') own++;
            var content = line[own..];
            if (content.StartsWith(' ')) content = content[1..];
            var isSign = content == "-- ";
            if (open && (own != depth || isSign))
            {
                joined.Append('\n');
                open = false;
            }
            if (!open && own > 0) joined.Append('>', own).Append(' ');
            var continues = !isSign && content.EndsWith(' ');
            joined.Append(continues && deletesSpace ? content[..^1] : content);
            if (!continues) joined.Append('\n');
            (open, depth) = (continues, own);
        }
        return joined.ToString().TrimEnd('\n');
    }
}
