using System.Text;
using Sekisho.Sanitizer.Ooxml.Xml;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Ooxml.Rules;

/// <summary>What becomes of one w:fldChar, or of a run between two of them.</summary>
/// <param name="Threat">Null: the field stays.</param>
/// <param name="Text">Written in place of a field that has its text in the instruction (MACROBUTTON).</param>
internal sealed record FieldMark(string Type, string? Threat, string What, string Text = "");

/// <summary>Reads the fields (フィールド) of one part of a Word document before it is written: their instructions are split over runs and nested, and what becomes of the first mark hangs on all that follows.</summary>
internal sealed class Fields(SanitizePolicy policy)
{
    // What only counts, dates, refers inside the document or shows. Not: INCLUDE*, LINK, EMBED, DDE*, DATABASE, RD, MACROBUTTON, GOTOBUTTON, PRINT, ADDIN, PRIVATE, CONTROL, ASK, FILLIN, SET, QUOTE, DOCVARIABLE …
    private static readonly HashSet<string> Harmless = new[]
    {
        "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "DATE", "TIME", "TOC", "TC", "XE", "INDEX", "REF", "PAGEREF", "NOTEREF", "STYLEREF", "SEQ", "SYMBOL", "EQ", "=", "IF", "COMPARE", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN",
        "MERGEFIELD", "MERGEREC", "MERGESEQ", "NEXT", "NEXTIF", "SKIPIF", "ADVANCE", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "LISTNUM", "BIDIOUTLINE", "CITATION", "BIBLIOGRAPHY", "TA", "TOA", "SHAPE", "NUMWORDS", "NUMCHARS",
        "DISPLAYBARCODE", "BARCODE", "FILESIZE", "EDITTIME", "REVNUM", "CREATEDATE", "SAVEDATE", "PRINTDATE", "USERNAME", "USERINITIALS", "USERADDRESS",
    }.ToHashSet(StringComparer.OrdinalIgnoreCase);

    // These would be computed anew from properties that are taken out.
    private static readonly HashSet<string> FromProperties = new[] { "AUTHOR", "TITLE", "SUBJECT", "KEYWORDS", "COMMENTS", "DOCPROPERTY", "INFO", "LASTSAVEDBY", "FILENAME", "TEMPLATE" }.ToHashSet(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<int, FieldMark> marks = [];

    /// <summary>The mark at this place of the part; null when the part has none there.</summary>
    public FieldMark? At(int offset) => marks.GetValueOrDefault(offset);

    /// <summary>Null when a field of this instruction may stay.</summary>
    public (string Threat, string What)? Judge(string instruction)
    {
        var words = Words(instruction);
        if (words.Count == 0) return ("X-10", "an empty field");
        var type = words[0].Text;
        if (type.StartsWith('=')) return null;
        if (type.Equals("HYPERLINK", StringComparison.OrdinalIgnoreCase)) return Hyperlink(words) ? null : ("X-19", "HYPERLINK");
        if (FromProperties.Contains(type)) return policy.KeepMetadata ? null : ("X-24", type.ToUpperInvariant());
        if (Harmless.Contains(type)) return null;
        var name = type.Length <= 30 ? type.ToUpperInvariant() : "an unknown field";
        return (name.StartsWith("INCLUDE", StringComparison.Ordinal) || name is "LINK" or "IMPORT" ? "X-17" : "X-10", name);
    }

    /// <summary>Looks at all fields of a part.</summary>
    public void Read(XmlPull pull)
    {
        var open = new Stack<Field>();
        Field? reading = null;
        while (true)
        {
            switch (pull.Next())
            {
                case XmlEvent.Over:
                    foreach (var field in open) Settle(field, whole: false);
                    return;
                case XmlEvent.Start when pull.Tag.Is("w:fldChar"):
                    Mark(pull.Tag, open);
                    break;
                case XmlEvent.Start when pull.Tag.Is("w:instrText"):
                    reading = open.Count > 0 && !open.Peek().InResult ? open.Peek() : null;
                    break;
                case XmlEvent.End:
                    reading = null;
                    break;
                case XmlEvent.Text when reading is not null:
                    if (reading.Instruction.Length < 8_192) reading.Instruction.Append(pull.Text);
                    break;
            }
        }
    }

    private void Mark(XmlTag tag, Stack<Field> open)
    {
        var type = tag["w:fldCharType"];
        switch (type)
        {
            case "begin":
                var inner = new Field(tag.Offset, open.TryPeek(out var parent) && !parent.InResult ? parent : null);
                if (inner.InInstructionOf is { } outer)
                {
                    outer.HasNested = true;
                    // A word that another field makes up can't be known.
                    outer.Instruction.Append(outer.Instruction.ToString().Trim().Length == 0 ? " \u0001 " : " \u0002 ");
                }
                open.Push(inner);
                break;
            case "separate" when open.TryPeek(out var now) && !now.InResult:
                now.Separate = tag.Offset;
                break;
            case "end" when open.TryPop(out var done):
                done.End = tag.Offset;
                Settle(done, whole: true);
                break;
            default:
                marks[tag.Offset] = new("stray", "X-10", "a stray mark");
                break;
        }
    }

    private void Settle(Field field, bool whole)
    {
        var instruction = field.Instruction.ToString();
        (string Threat, string What)? wrong = whole ? Judge(instruction) : ("X-10", "a field without an end");
        var text = "";
        if (wrong is { } reason && reason.What == "MACROBUTTON" && field.Separate < 0) text = string.Join(' ', instruction.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(2)).Replace("\u0002", "", StringComparison.Ordinal).Trim();
        var (threat, what) = (wrong?.Threat, wrong?.What ?? "");
        marks[field.Begin] = new("begin", threat, what, text);
        if (field.Separate >= 0) marks[field.Separate] = new("separate", threat, what);
        if (field.End >= 0) marks[field.End] = new("end", threat, what);
    }

    private bool Hyperlink(List<(string Text, bool Quoted)> words)
    {
        var hasPlace = false;
        for (var i = 1; i < words.Count; i++)
        {
            var (word, quoted) = words[i];
            if (!quoted && word.Equals("\\l", StringComparison.OrdinalIgnoreCase))
            {
                hasPlace = true;
                i++;
            }
            else if (!quoted && (word.Equals("\\o", StringComparison.OrdinalIgnoreCase) || word.Equals("\\t", StringComparison.OrdinalIgnoreCase) || word == "\\*"))
            {
                i++;
            }
            else if (!quoted && word.StartsWith('\\') && word.Length == 2)
            {
                continue;
            }
            else if (!policy.Allows(word))
            {
                return false;
            }
            else
            {
                hasPlace = true;
            }
        }
        return hasPlace && words.TrueForAll(static w => w.Text.IndexOfAny(['\u0001', '\u0002']) < 0);
    }

    /// <summary>Words of an instruction: quotes hold words together, a backslash takes the next character as it is inside of them.</summary>
    private static List<(string Text, bool Quoted)> Words(string instruction)
    {
        var words = new List<(string, bool)>();
        var word = new StringBuilder();
        var at = 0;
        while (at < instruction.Length)
        {
            if (char.IsWhiteSpace(instruction[at]))
            {
                at++;
                continue;
            }
            word.Clear();
            var quoted = instruction[at] is '"' or '\u201C' or '\u201D';
            if (quoted)
            {
                for (at++; at < instruction.Length && instruction[at] is not ('"' or '\u201C' or '\u201D'); at++)
                {
                    if (instruction[at] == '\\' && at + 1 < instruction.Length) at++;
                    word.Append(instruction[at]);
                }
                at++;
            }
            else
            {
                while (at < instruction.Length && !char.IsWhiteSpace(instruction[at]) && instruction[at] is not '"') word.Append(instruction[at++]);
            }
            words.Add((word.ToString(), quoted));
        }
        return words;
    }

    private sealed class Field(int begin, Field? inInstructionOf)
    {
        public int Begin => begin;

        public Field? InInstructionOf => inInstructionOf;

        public int Separate { get; set; } = -1;

        public int End { get; set; } = -1;

        public bool InResult => Separate >= 0;

        public bool HasNested { get; set; }

        public StringBuilder Instruction { get; } = new();
    }
}
