using System.Text;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Cards;

/// <summary>One line of a calendar or a card: a name, parameters, a value as it is written.</summary>
/// <param name="Name">Upper case, without a group.</param>
internal sealed record ContentLine(string Group, string Name, IReadOnlyList<(string Name, string Value)> Parameters, string Value)
{
    private const int MostLines = 200_000;

    /// <summary>Upper-case values of a parameter, those of 2.1 that stand without their name included; empty without one.</summary>
    public string Parameter(string name) => Parameters.FirstOrDefault(p => p.Name == name).Value ?? "";

    public bool Says(string word) => Parameters.Any(p => p.Value.Split(',').Contains(word, StringComparer.OrdinalIgnoreCase));

    /// <summary>All lines, unfolded.</summary>
    /// <exception cref="RefusedException">A line is none, or the bytes are no text.</exception>
    public static IEnumerable<ContentLine> ReadAll(Source untrusted, Job job)
    {
        var text = MarkupText.Decode(untrusted, job).ReplaceLineEndings("\n");
        var count = 0;
        for (var at = 0; at < text.Length;)
        {
            job.Budget.Check();
            if (++count > MostLines) throw Refusals.TooMany("", MostLines);
            var line = Physical(text, ref at);
            if (at < text.Length && text[at] is ' ' or '\t')
            {
                var folded = new StringBuilder(line);
                while (at < text.Length && text[at] is ' ' or '\t')
                {
                    at++;
                    folded.Append(Physical(text, ref at));
                }
                line = folded.ToString();
            }
            if (line.Trim().Length == 0) continue;
            var read = Read(line);
            if (read.Says("QUOTED-PRINTABLE"))
            {
                // Its own way to go on in the next line.
                var value = new StringBuilder(read.Value);
                while (value.Length > 0 && value[^1] == '=' && at < text.Length)
                {
                    value.Length--;
                    value.Append(Physical(text, ref at).TrimStart('\t', ' '));
                }
                var bytes = MimeText.QuotedPrintable(Encoding.UTF8.GetBytes(value.ToString()));
                read = read with { Value = MimeText.Decode(bytes, read.Parameter("CHARSET")).Text.ReplaceLineEndings("\n") };
            }
            yield return read;
        }
    }

    /// <summary>As it is written: folded at 75 bytes, between characters.</summary>
    public static void Write(StringBuilder to, string name, IEnumerable<(string Name, string Value)> parameters, string value)
    {
        var line = new StringBuilder(name);
        foreach (var (key, own) in parameters)
        {
            var clean = own.Replace("\"", "", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
            line.Append(';').Append(key).Append('=').Append(clean.AsSpan().IndexOfAny(":;,") >= 0 && key is not ("TYPE" or "ROLE") ? $"\"{clean}\"" : clean);
        }
        line.Append(':').Append(value);
        var length = 0;
        foreach (var rune in line.ToString().EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > 75)
            {
                to.Append("\r\n ");
                length = 1;
            }
            to.Append(rune.ToString());
            length += rune.Utf8SequenceLength;
        }
        to.Append("\r\n");
    }

    private static string Physical(string text, ref int at)
    {
        var end = text.IndexOf('\n', at);
        if (end < 0) end = text.Length;
        var line = text[at..end];
        at = Math.Min(text.Length, end + 1);
        return line;
    }

    private static ContentLine Read(string line)
    {
        var at = 0;
        while (at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] is '-' or '_' or '.')) at++;
        var name = line[..at];
        if (at == 0 || at >= line.Length || line[at] is not (':' or ';')) throw Broken();
        var parameters = new List<(string, string)>();
        while (at < line.Length && line[at] == ';')
        {
            var start = ++at;
            while (at < line.Length && line[at] is not ('=' or ';' or ':')) at++;
            var key = line[start..at].Trim().ToUpperInvariant();
            if (at >= line.Length || parameters.Count > 100) throw Broken();
            if (line[at] != '=')
            {
                parameters.Add((key is "QUOTED-PRINTABLE" or "BASE64" or "B" ? "ENCODING" : "TYPE", key));
                continue;
            }
            var value = new StringBuilder();
            for (at++; at < line.Length && line[at] is not (';' or ':'); at++)
            {
                if (line[at] != '"')
                {
                    value.Append(line[at]);
                    continue;
                }
                for (at++; at < line.Length && line[at] != '"'; at++) value.Append(line[at]);
                if (at >= line.Length) throw Broken();
            }
            parameters.Add((key, value.ToString().Trim()));
        }
        if (at >= line.Length || line[at] != ':') throw Broken();
        var dot = name.LastIndexOf('.');
        return new(dot > 0 ? name[..dot] : "", name[(dot + 1)..].ToUpperInvariant(), parameters, line[(at + 1)..]);
    }

    internal static RefusedException Broken() => Refusals.Broken("", "SAN-CARD-001", "予定表や名刺の行として読めません", "a line is none of a calendar or a card");
}
