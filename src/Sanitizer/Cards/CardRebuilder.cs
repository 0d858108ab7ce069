using System.Collections.Frozen;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Cards;

/// <summary>Cards of people (vCard 名刺): properties by allow list in UTF-8; those of telephones (2.1, Shift_JIS and quoted-printable) become 3.0. Source: RFC 2426, RFC 6350, vCard 2.1.</summary>
internal sealed class CardRebuilder : IRebuilder
{
    private static readonly FrozenSet<string> Words = "FN N NICKNAME BDAY ANNIVERSARY GENDER ADR LABEL TEL EMAIL TITLE ROLE ORG NOTE CATEGORIES REV UID TZ GEO LANG KIND SORT-STRING X-PHONETIC-FIRST-NAME X-PHONETIC-LAST-NAME X-PHONETIC-ORG".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    public IEnumerable<FileKind> Kinds => [FileKind.Card];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var to = new StringBuilder();
        List<ContentLine>? card = null;
        var depth = 0;
        foreach (var line in ContentLine.ReadAll(untrusted, job))
        {
            var isCard = line.Value.Trim().Equals("VCARD", StringComparison.OrdinalIgnoreCase);
            if (line.Name == "BEGIN")
            {
                if (!isCard) throw ContentLine.Broken();
                job.Budget.Enter("");
                // One card in another (AGENT).
                if (depth++ == 0) card = [];
                else job.Remove("E-17", "AGENT", "card in a card");
                if (depth > 5) throw Refusals.TooDeep("", 5);
            }
            else if (line.Name == "END")
            {
                if (!isCard || depth-- == 0) throw ContentLine.Broken();
                if (depth == 0) Card(card!, to, job);
            }
            else if (depth == 0)
            {
                throw ContentLine.Broken();
            }
            else if (depth == 1)
            {
                card!.Add(line);
            }
        }
        if (depth > 0 || to.Length == 0) throw Refusals.Broken("", "SAN-CARD-002", "途中で切れています", "it is cut off");
        output.Write(Encoding.UTF8.GetBytes(to.ToString()));
        return new(kind, Outcome.Rebuilt);
    }

    private static void Card(List<ContentLine> lines, StringBuilder to, Job job)
    {
        var version = lines.Find(static l => l.Name == "VERSION")?.Value.Trim() ?? "3.0";
        var isOld = version == "2.1";
        var isNew = version == "4.0";
        to.Append("BEGIN:VCARD\r\nVERSION:").Append(isNew ? "4.0" : "3.0").Append("\r\n");
        if (!lines.Exists(static l => l.Name == "FN")) ContentLine.Write(to, "FN", [], Clean(new("", "FN", [], string.Join(' ', (lines.Find(static l => l.Name == "N")?.Value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))), isOld, job));
        foreach (var line in lines)
        {
            var types = Types(line);
            switch (line.Name)
            {
                case "VERSION" or "PRODID":
                    break;
                case "PHOTO" or "LOGO":
                    Picture(line, isNew, to, job);
                    break;
                case "SOUND" when line.Says("X-IRMC-N"):
                    // Japanese telephones keep the reading of the name there.
                    ContentLine.Write(to, "X-PHONETIC-LAST-NAME", [], Clean(line, isOld, job).Replace(";", " ", StringComparison.Ordinal).Trim());
                    break;
                case "URL":
                    if (job.Policy.Allows(line.Value.Replace("\\:", ":", StringComparison.Ordinal).Trim())) ContentLine.Write(to, "URL", types, line.Value.Replace("\\:", ":", StringComparison.Ordinal).Trim());
                    else job.Remove("E-17", "URL", "link that is not allowed");
                    break;
                case "KEY" or "SOUND" or "SOURCE" or "AGENT" or "IMPP" or "RELATED" or "CALURI" or "CALADRURI" or "FBURL" or "MEMBER" or "XML" or "CLIENTPIDMAP":
                    job.Remove("E-17", "", line.Name);
                    break;
                case var name when Words.Contains(name):
                    ContentLine.Write(to, name, types, Clean(line, isOld, job));
                    break;
                case var name:
                    job.Remove(name.StartsWith("X-", StringComparison.Ordinal) ? "G-07" : "G-05", "", name.Length < 60 ? name : "another");
                    break;
            }
        }
        to.Append("END:VCARD\r\n");
    }

    private static List<(string, string)> Types(ContentLine line)
    {
        var types = line.Parameters.Where(static p => p.Name == "TYPE").SelectMany(static p => p.Value.Split(',')).Select(static t => t.Trim().ToUpperInvariant()).Where(static t => t.Length is > 0 and < 30 && t.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') && t != "X-IRMC-N").Distinct().ToList();
        return types.Count == 0 ? [] : [("TYPE", string.Join(',', types))];
    }

    private static string Clean(ContentLine line, bool isOld, Job job)
    {
        var value = line.Value;
        if (isOld)
        {
            // 2.1 escapes its semicolons only.
            var escaped = new StringBuilder(value.Length);
            for (var i = 0; i < value.Length; i++)
            {
                if (value[i] == '\\' && i + 1 < value.Length && value[i + 1] is ';' or ',' or '\\' or 'n' or 'N') escaped.Append(value, i++, 2);
                else escaped.Append(value[i] switch { '\\' => "\\\\", ',' => "\\,", _ => value[i].ToString() });
            }
            value = escaped.ToString();
        }
        value = value.Replace("\n", "\\n", StringComparison.Ordinal);
        var clean = Characters.Clean(value);
        if (clean.Length != value.Length) job.Remove("C-04", line.Name, "control or direction characters");
        return clean;
    }

    private static void Picture(ContentLine line, bool isNew, StringBuilder to, Job job)
    {
        var isInline = line.Parameter("ENCODING").ToUpperInvariant() is "B" or "BASE64";
        var source = isInline ? $"data:image/any;base64,{Convert.ToBase64String(MimeText.Base64(line.Value))}" : line.Value.Trim();
        if (source.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && DataPicture.Clean(source.Replace("\\,", ",", StringComparison.Ordinal), job) is { } picture)
        {
            var (head, content) = (picture[..picture.IndexOf(',', StringComparison.Ordinal)], picture[(picture.IndexOf(',', StringComparison.Ordinal) + 1)..]);
            if (isNew) ContentLine.Write(to, line.Name, [], picture);
            else ContentLine.Write(to, line.Name, [("ENCODING", "b"), ("TYPE", head["data:image/".Length..head.IndexOf(';', StringComparison.Ordinal)].ToUpperInvariant())], content);
            return;
        }
        job.Remove("E-17", line.Name, isInline ? "picture that can't be rebuilt" : "picture from elsewhere");
    }
}
