using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Drawing.Sxf;

/// <summary>SXF drawings of public works (SXF 図面): P21 record by record (ISO 10303-21), SFC feature by feature; entities and features by allow list.</summary>
/// <remarks>Persons, organisations, programs and folders in the header go; files and sources elsewhere are named without their way.</remarks>
internal sealed class SxfRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.SxfP21, FileKind.SxfSfc];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var form = TextForm.Find(untrusted, job.Budget);
        if (form.Code is not (TextCode.Utf8 or TextCode.Cp932) || form.Mark > 0) throw Refusals.Broken("", "SAN-SXF-003", "文字コードが扱えません", "its encoding is not supported");
        var isFeatures = kind == FileKind.SxfSfc;
        // First which instances stay, so that nothing points to one that doesn't.
        HashSet<string>? kept = null;
        if (!isFeatures)
        {
            kept = new(StringComparer.Ordinal);
            var none = new Job(new Disarmer([], new NoConverter(), TimeProvider.System), job.Policy, job.Budget, [], null);
            new SxfPass(untrusted, form, Stream.Null, none, kept, isFirst: true).Run(isFeatures);
        }
        new SxfPass(untrusted, form, output, job, kept ?? [], isFirst: false).Run(isFeatures);
        return new(kind, Outcome.Rebuilt);
    }
}

/// <summary>One reading of an SXF from begin to end.</summary>
internal sealed class SxfPass
{
    private const int MostInstances = 20_000_000;

    private readonly StepText text;
    private readonly StepRecords records;
    private readonly Dropped dropped = new();
    private readonly Stream output;
    private readonly Job job;
    private readonly HashSet<string> kept;
    private readonly bool isFirst;
    private readonly string lineEnd;
    private readonly Encoding encoding;
    private readonly StringBuilder buffer = new();

    public SxfPass(Source source, TextForm form, Stream output, Job job, HashSet<string> kept, bool isFirst)
    {
        text = new(source, form, job.Budget);
        records = new(text, dropped);
        (this.output, this.job, this.kept, this.isFirst, lineEnd) = (output, job, kept, isFirst, form.LineEnd);
        encoding = form.Code == TextCode.Utf8 ? Encodings.StrictUtf8 : Encodings.StrictCp932;
    }

    public void Run(bool isFeatures)
    {
        Keyword("ISO-10303-21");
        Line("ISO-10303-21;");
        Keyword("HEADER");
        Header();
        Keyword("DATA");
        Line("DATA;");
        if (isFeatures) Features();
        else Instances();
        Line("ENDSEC;");
        Keyword("END-ISO-10303-21");
        Line("END-ISO-10303-21;");
        text.Blanks();
        if (!text.IsAtEnd) job.Remove("G-02", "", "data behind the end");
        Flush();
        if (!isFirst) dropped.Tell(job);
    }

    private void Header()
    {
        Line("HEADER;");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            records.Gap();
            var word = records.Word();
            if (word == "ENDSEC")
            {
                records.Expect(';');
                break;
            }
            if (word.Length == 0 || !seen.Add(word)) throw StepRecords.Broken();
            var record = records.Record(word);
            records.Expect(';');
            switch (word)
            {
                case "FILE_DESCRIPTION" when record.Values.Count == 2:
                case "FILE_SCHEMA" when record.Values.Count == 1:
                    Write(record);
                    break;
                case "FILE_NAME" when record.Values.Count == 7:
                    Write(record with { Values = FileName(record.Values) });
                    break;
                case "FILE_DESCRIPTION" or "FILE_SCHEMA" or "FILE_NAME":
                    throw StepRecords.Broken();
                default:
                    job.Remove("G-05", "HEADER", word);
                    break;
            }
        }
        if (!seen.IsSupersetOf(["FILE_DESCRIPTION", "FILE_NAME", "FILE_SCHEMA"])) throw StepRecords.Broken();
        Line("ENDSEC;");
    }

    /// <summary>The preprocessor's version says which SXF it is; who drew it with what is nobody's business.</summary>
    private List<StepValue> FileName(IReadOnlyList<StepValue> values)
    {
        var clean = values.ToList();
        var empty = new StepValue('(', "", [new('s', "", [])]);
        if (values[0] is { Kind: 's' } name) clean[0] = name with { Text = Named(name.Text) };
        foreach (var i in (int[])[2, 3])
        {
            if (values[i].Kind != '(') throw StepRecords.Broken();
            if (values[i].Items.Any(static v => v is { Kind: 's', Text.Length: > 0 })) job.Remove("G-07", "FILE_NAME", i == 2 ? "author" : "organization");
            clean[i] = empty;
        }
        foreach (var i in (int[])[5, 6])
        {
            if (values[i] is { Kind: 's', Text.Length: > 0 }) job.Remove("G-07", "FILE_NAME", i == 5 ? "originating system" : "authorisation");
            clean[i] = new('s', "", []);
        }
        return clean;
    }

    private void Instances()
    {
        for (var count = 0; ; count++)
        {
            job.Budget.Check();
            records.Gap();
            if (text.Peek() != '#')
            {
                if (records.Word() != "ENDSEC") throw StepRecords.Broken();
                records.Expect(';');
                return;
            }
            if (count > MostInstances) throw Refusals.TooMany("", MostInstances);
            text.Skip(1);
            var number = records.Number();
            records.Expect('=');
            var isComplex = records.Takes('(');
            var parts = new List<StepRecord>();
            if (isComplex)
            {
                while (!records.Takes(')')) parts.Add(records.Record());
                if (parts.Count is 0 or > 100) throw StepRecords.Broken();
            }
            else
            {
                parts.Add(records.Record());
            }
            records.Expect(';');
            if (parts.Find(static p => !SxfNames.Entities.Contains(p.Keyword)) is { } unknown)
            {
                job.Remove(unknown.Keyword.Contains("PERSON", StringComparison.Ordinal) || unknown.Keyword.Contains("ORGANIZATION", StringComparison.Ordinal) ? "G-07" : unknown.Keyword.Contains("DOCUMENT", StringComparison.Ordinal) ? "X-20" : "G-05", "DATA", unknown.Keyword);
                continue;
            }
            if (isFirst)
            {
                if (!kept.Add(number)) throw Refusals.Broken("#" + number, "SAN-SXF-004", "同じ番号の要素が二つあります", "two instances have one number");
                continue;
            }
            buffer.Append('#').Append(number).Append('=');
            if (isComplex) buffer.Append('(');
            for (var i = 0; i < parts.Count; i++)
            {
                if (i > 0) buffer.Append(' ');
                StepRecords.Write(parts[i] with { Values = Pointing(parts[i].Keyword, parts[i].Values) }, buffer);
            }
            Line(isComplex ? ");" : ";");
        }
    }

    /// <summary>Without references to what isn't kept; a source elsewhere by its name only.</summary>
    private List<StepValue> Pointing(string keyword, IReadOnlyList<StepValue> values)
    {
        var clean = new List<StepValue>(values.Count);
        foreach (var value in values)
        {
            switch (value.Kind)
            {
                case '#' when !kept.Contains(value.Text):
                    clean.Add(new('$', "", []));
                    break;
                case '(':
                    clean.Add(value with { Items = Pointing(keyword, [.. value.Items.Where(i => i.Kind != '#' || kept.Contains(i.Text))]) });
                    break;
                case 't':
                    clean.Add(value with { Items = Pointing(keyword, value.Items) });
                    break;
                case 's' when keyword == "EXTERNAL_SOURCE" || value.Text.StartsWith("$$", StringComparison.Ordinal):
                    clean.Add(value with { Text = Named(value.Text) });
                    break;
                default:
                    clean.Add(value);
                    break;
            }
        }
        return clean;
    }

    // Escapes have backslashes of their own: only what isn't one leads anywhere.
    private string Named(string value)
    {
        var plain = value.Replace("\\X2\\", "\u0001", StringComparison.Ordinal).Replace("\\X0\\", "\u0002", StringComparison.Ordinal).Replace("\\X4\\", "\u0003", StringComparison.Ordinal).Replace("\\X\\", "\u0004", StringComparison.Ordinal);
        if (plain.IndexOfAny(['/', '\\']) < 0) return value;
        job.Remove("X-20", "DATA", "way to a file elsewhere");
        var parts = plain.Split("$$").Select(StepStrings.WithoutPath);
        return string.Join("$$", parts).Replace("\u0001", "\\X2\\", StringComparison.Ordinal).Replace("\u0002", "\\X0\\", StringComparison.Ordinal).Replace("\u0003", "\\X4\\", StringComparison.Ordinal).Replace("\u0004", "\\X\\", StringComparison.Ordinal);
    }

    /// <summary>The features of SFC stand in comments of their own: /*SXF … SXF*/, with the version behind the word from 3 on.</summary>
    private void Features()
    {
        while (true)
        {
            job.Budget.Check();
            text.Blanks();
            if (text.Starts("/*SXF"))
            {
                text.Skip(5);
                var version = text.Starts("3.1") ? "3.1" : text.Starts("3") ? "3" : "";
                text.Skip(version.Length);
                if (text.Peek() is not (' ' or '\t' or '\r' or '\n')) throw Wrong("its mark");
                Feature(version);
            }
            else if (text.Starts("/*"))
            {
                records.Comment();
                job.Remove("G-05", "DATA", "comment");
            }
            else if (text.Peek() == '#')
            {
                // An instance between features: no drawing of SFC has one.
                while (text.Peek() != ';')
                {
                    if (text.IsAtEnd) throw StepRecords.Broken();
                    text.Skip(1);
                }
                text.Skip(1);
                job.Remove("G-05", "DATA", "instance between features");
            }
            else
            {
                if (records.Word() != "ENDSEC") throw StepRecords.Broken();
                records.Expect(';');
                return;
            }
        }
    }

    private void Feature(string version)
    {
        text.Blanks();
        if (text.Next() != '#') throw Wrong("its number");
        var number = records.Number();
        text.Blanks();
        if (text.Next() != '=') throw Wrong("its number");
        var name = records.Word().ToLowerInvariant();
        text.Blanks();
        if (name.Length == 0 || text.Next() != '(') throw Wrong("its name");
        var values = new List<(string Quote, string Text)>();
        text.Blanks();
        while (text.Peek() != ')')
        {
            if (values.Count > 0)
            {
                if (text.Next() != ',') throw Wrong(name);
                text.Blanks();
            }
            values.Add(Value(name));
            text.Blanks();
            if (values.Count > 200) throw Wrong(name);
        }
        text.Skip(1);
        text.Blanks();
        var end = $"SXF{version}*/";
        if (!text.Starts(end)) throw Wrong(name);
        text.Skip(end.Length);
        if (!SxfNames.Features.Contains(name))
        {
            job.Remove("G-05", "DATA", name.Length < 60 ? name : "feature");
            return;
        }
        Line("/*SXF" + version);
        buffer.Append('#').Append(number).Append(" = ").Append(name).Append('(');
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0) buffer.Append(',');
            buffer.Append(values[i].Quote).Append(values[i].Text).Append(values[i].Quote);
        }
        Line(")");
        Line(end);
    }

    /// <summary>'…' for numbers and lists, \'…\' for text. Ends where the same quote stands before a comma or the end.</summary>
    private (string Quote, string Text) Value(string feature)
    {
        var quote = text.Starts("\\'") ? "\\'" : "'";
        if (!text.Starts(quote)) throw Wrong(feature);
        text.Skip(quote.Length);
        var content = new StringBuilder();
        while (true)
        {
            if (text.IsAtEnd || content.Length > 8 << 20) throw Wrong(feature);
            if (text.Starts(quote) && EndsAt(quote.Length)) break;
            content.Append(text.Next());
        }
        text.Skip(quote.Length);
        var clean = StepStrings.Clean(content.ToString(), dropped);
        // Two characters that would end the comment, or the value, for a reader that looks less closely.
        if (clean.Contains("*/", StringComparison.Ordinal)) throw Wrong(feature);
        return (quote, clean.StartsWith("$$", StringComparison.Ordinal) ? Named(clean) : clean);
    }

    private bool EndsAt(int places)
    {
        while (text.Peek(places) is ' ' or '\t' or '\r' or '\n') places++;
        return text.Peek(places) is ',' or ')';
    }

    private static RefusedException Wrong(string what) => Refusals.Broken(what.Length < 60 ? what : "", "SAN-SXF-005", "フィーチャコメントとして読めません", "a feature comment can't be read");

    private void Keyword(string expected)
    {
        records.Gap();
        if (records.Word() != expected) throw StepRecords.Broken();
        records.Expect(';');
    }

    private void Write(StepRecord record)
    {
        StepRecords.Write(record, buffer);
        Line(";");
    }

    private void Line(string end)
    {
        buffer.Append(end).Append(lineEnd);
        if (isFirst) buffer.Clear();
        else if (buffer.Length > 1 << 16) Flush();
    }

    private void Flush()
    {
        if (!isFirst) output.Write(encoding.GetBytes(buffer.ToString()));
        buffer.Clear();
    }
}
